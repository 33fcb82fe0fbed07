// SPDX-License-Identifier: GPL-2.0-only
/*
 * SHM_HUGETLB from the pool to the last detach: what is promised at shmget() and taken at the first
 * touch, sharing with children, parts that go, and a pool that is as it was at the end.
 * Spec: SHM-010, SHM-012, SHM-014, SHM-017, SHM-020, SHM-021, SHM-023, SHM-025, SHM-030, SHM-031, SHM-033,
 *	SHM-035, IPC-038, EXIT-001, EXIT-016
 */
#include "tests/ipc/shm.h"

#define HUGE  (2ul << 20)
#define POOL  6
#define TWO_M (21 << 26) /* SHM_HUGE_2MB */

static const char *const pool_file = "/proc/sys/vm/nr_hugepages";

static long meminfo(const char *name)
{
	char line[128];
	long value = -1;
	FILE *f = fopen("/proc/meminfo", "re");

	while (f && value < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)))
			value = atol(line + strlen(name) + 1);
	if (f)
		fclose(f);
	return value;
}

/* So many free, so many of them promised. */
static int pool_has(long unused, long promised)
{
	long u = meminfo("HugePages_Free"), p = meminfo("HugePages_Rsvd");

	if (meminfo("HugePages_Total") == POOL && u == unused && p == promised)
		return 1;
	printf("# total %ld, free %ld, promised %ld; expected %ld, %ld\n",
	       meminfo("HugePages_Total"), u, p, unused, promised);
	return 0;
}

static int huge(unsigned long size, int flags)
{
	return get_segment(IPC_PRIVATE, size, 0600 | SHM_HUGETLB | flags);
}

static void test_errors(void)
{
	ok(failed_with(huge(1, 0), ENOMEM) && failed_with(huge(HUGE, TWO_M), ENOMEM),
	   "SHM-035: nothing in the pool");
	ok(failed_with(huge(HUGE, 13 << 26), EINVAL) && failed_with(huge(HUGE, 63 << 26), EINVAL),
	   "SHM-035: sizes of pages that there are not");
	ok(failed_with(huge(0, 0), EINVAL), "SHM-035: no segment of nothing");
	ok(failed_with(huge(1ul << 60, 0), ENOMEM) && failed_with(huge(1ul << 46, TWO_M), ENOMEM),
	   "SHM-035: more than there will ever be, at once");
	ok(mmap(NULL, 1ul << 46, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | 0x40000, -1, 0) ==
			   MAP_FAILED &&
		   errno == ENOMEM,
	   "SHM-035: the same for mmap(MAP_HUGETLB)");
}

static int make_one(void)
{
	return huge(HUGE, 0) >= 0 ? 0 : errno;
}

static void test_privilege(void)
{
	ok(as_user(make_one) == EPERM, "SHM-035 IPC-038: without CAP_IPC_LOCK");
	if (write_number("/proc/sys/vm/hugetlb_shm_group", 1000)) {
		skip("SHM-035: no group");
		return;
	}
	ok(as_user(make_one) == 0, "SHM-035: the group that may");
	write_number("/proc/sys/vm/hugetlb_shm_group", 0);
	ok(as_user(make_one) == EPERM, "SHM-035: may no longer");
	ok(pool_has(POOL, 1), "SHM-035: what it made is promised");
	for (int i = 0; i < 8; i++)
		if (segment_stat(i).uid == 1000)
			rm_segment(i);
	ok(pool_has(POOL, 0), "SHM-035: and given back, never touched, at RMID");
}

static int id;
static char *base;

static int child_writes(void)
{
	if (base[0] != 'p' || attached(id) != 2)
		return 1;
	base[0] = 'c';
	base[2 * HUGE + 4096] = 'c';
	return 0;
}

static int child_writes_read_only(void)
{
	char *p = attach(id, NULL, SHM_RDONLY);

	if (!p || p[0] != 'c')
		return 1;
	*(volatile char *)p = 1;
	return 2;
}

/* The segment's line of /proc/self/maps: does it begin and end there, with the id as inode number? */
static int mapped_at(const char *from, const char *to)
{
	char line[256], wanted[64];
	unsigned long ino;
	int found = 0;
	FILE *f = fopen("/proc/self/maps", "re");

	snprintf(wanted, sizeof(wanted), "%lx-%lx rw-s ", (unsigned long)from, (unsigned long)to);
	while (f && fgets(line, sizeof(line), f))
		found |= strstr(line, wanted) && strstr(line, "/SYSV00000000 (deleted)") &&
			 sscanf(line, "%*x-%*x %*s %*x %*x:%*x %lu", &ino) == 1 && (int)ino == id;
	if (f)
		fclose(f);
	return found;
}

static void test_life(void)
{
	struct {
		int used_ids;
		unsigned long tot, rss, swp, attempts, successes;
	} info;
	char line[512];
	unsigned long rss = 0;

	ok(failed_with(huge((POOL + 1) * HUGE, 0), ENOMEM) && pool_has(POOL, 0),
	   "SHM-035: more than the pool has, and nothing is kept of it");
	id = huge(2 * HUGE + 1, TWO_M);
	ok(id >= 0 && segment_stat(id).segsz == 2 * HUGE + 1 && pool_has(POOL, 3),
	   "SHM-035: three pages are promised for two and a byte");
	base = attach(id, NULL, 0);
	ok(base && !((unsigned long)base & (HUGE - 1)) && mapped_at(base, base + 3 * HUGE) &&
		   pool_has(POOL, 3),
	   "SHM-033 SHM-035: attached in whole huge pages, where one can begin");
	if (!base)
		return;
	ok(base[5] == 0 && base[HUGE - 1] == 0 && pool_has(POOL - 1, 2),
	   "SHM-035: the first touch takes one");
	base[0] = 'p';
	ok(in_child(child_writes) == 0 && pool_has(POOL - 2, 1) && attached(id) == 1,
	   "SHM-017 SHM-035: a child has it, touches another, and ends");
	ok(base[0] == 'c' && base[2 * HUGE + 4096] == 'c', "SHM-035: it is the same memory");
	ok(in_child(child_writes_read_only) == 1000 + SIGSEGV && base[0] == 'c',
	   "SHM-014 EXIT-001: attached for reading, not to be written");
	segment_ctl(0, SHM_INFO, &info);
	ok(info.tot == 1025 && info.rss == 1024, "SHM-030: SHM_INFO counts small pages (%lu, %lu)",
	   info.tot, info.rss);
	if (sysvipc_line("shm", id, line, sizeof(line)))
		sscanf(line, "%*d %*d %*o %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %*u %lu", &rss);
	ok(rss == 2 * HUGE, "SHM-031: /proc/sysvipc/shm bytes (%lu)", rss);
	ok(segment_ctl(id, SHM_LOCK, NULL) == 0 && segment_stat(id).mode == 0600,
	   "SHM-027: locking has nothing to do");
}

static void test_places(void)
{
	char *free_place = mmap(NULL, 8 * HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *p;

	munmap(free_place, 8 * HUGE);
	free_place = (char *)(((unsigned long)free_place + HUGE - 1) & ~(HUGE - 1));
	ok(no_attach(id, free_place + 4096, 0, EINVAL) && attached(id) == 1,
	   "SHM-010 SHM-035: not on a small page's border");
	ok(no_attach(id, free_place + 4096 + 5, SHM_RND, EINVAL) && attached(id) == 1,
	   "SHM-035: SHM_RND rounds to a small page only");
	p = attach(id, free_place + 5, SHM_RND);
	ok(p == free_place && p[0] == 'c' && attached(id) == 2, "SHM-035: a good place is used");
	ok(no_attach(id, p + HUGE, 0, EINVAL) && attached(id) == 2,
	   "SHM-010: no second one across it");
	ok(attach(id, p + HUGE, SHM_REMAP) == p + HUGE && attached(id) == 3 && p[HUGE] == 'c',
	   "SHM-012: unless told to replace");
	ok(detach(p + HUGE) == 0 && detach(p) == 0 && attached(id) == 1 &&
		   failed_with(detach(p), EINVAL),
	   "SHM-035: both can be detached");
}

static void test_parts(void)
{
	ok(failed_with(munmap(base + 4096, 4096), EINVAL) &&
		   failed_with(mprotect(base + 4096, 4096, PROT_READ), EINVAL) && attached(id) == 1,
	   "SHM-035: no part of a huge page");
	ok(mprotect(base + HUGE, HUGE, PROT_READ) == 0 && attached(id) == 3,
	   "SHM-021: the middle one alone: three pieces");
	ok(munmap(base + HUGE, HUGE) == 0 && attached(id) == 2, "SHM-020: two, without it");
	ok(pool_has(POOL - 2, 1), "SHM-035: the pages are the segment's, whoever maps them");
}

static pid_t start_holder(int *go)
{
	int ready[2], end[2];
	pid_t pid;
	char c;

	if (pipe(ready) || pipe(end))
		return -1;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(end[1]);
		c = write(ready[1], "x", 1) == 1;
		_exit(read(end[0], &c, 1) < 0 || base[0] != 'c');
	}
	if (read(ready[0], &c, 1) != 1)
		return -1;
	*go = end[1];
	close(end[0]);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void test_end(void)
{
	struct raw_shmid_ds ds;
	int go = -1;
	pid_t pid = start_holder(&go);

	ok(rm_segment(id) == 0 && segment_stat(id).mode == 01600 && pool_has(POOL - 2, 1),
	   "SHM-023: marked");
	ok(detach(base) == 0 && attached(id) == 2 && pool_has(POOL - 2, 1),
	   "SHM-025: a child's two pieces keep it");
	close(go);
	ok(result_of(pid) == 0 && failed_with(segment_ctl(id, IPC_STAT, &ds), EINVAL) &&
		   pool_has(POOL, 0),
	   "SHM-025 EXIT-016: its end gives all pages back");
}

/* Touches page after page: 1000 + SIGBUS at the first that the pool has not got. */
static int touch_all(void)
{
	char *p = attach(id, NULL, 0);

	for (int i = 0; p && i < POOL + 2; i++)
		((volatile char *)p)[i * HUGE] = 1;
	return 0;
}

static void test_noreserve(void)
{
	int other;

	id = huge((POOL + 2) * HUGE, SHM_NORESERVE);
	ok(id >= 0 && pool_has(POOL, 0), "SHM-035: SHM_NORESERVE: more than the pool, no promise");
	ok(in_child(touch_all) == 1000 + SIGBUS && pool_has(0, 0),
	   "SHM-035: SIGBUS when the pool is empty; the pages stay with the segment");
	rm_segment(id);
	other = huge(POOL * HUGE, 0);
	id = huge(HUGE, SHM_NORESERVE);
	ok(other >= 0 && in_child(touch_all) == 1000 + SIGBUS && pool_has(POOL, POOL),
	   "SHM-035: what is promised to one is not another's");
	rm_segment(id);
	rm_segment(other);
	ok(pool_has(POOL, 0), "SHM-035 EXIT-016: the pool is as it was");
}

int main(void)
{
	if (unshare(CLONE_NEWIPC) || write_number(pool_file, 0) || read_number(pool_file))
		return ktap_skip_all("SHM-035: no pool of huge pages");
	test_errors();
	write_number(pool_file, POOL);
	if (read_number(pool_file) != POOL) {
		skip("SHM-035: not enough memory for a pool");
	} else {
		test_privilege();
		test_life();
		if (base) {
			test_places();
			test_parts();
			test_end();
		}
		test_noreserve();
	}
	write_number(pool_file, 0);
	ok(read_number(pool_file) == 0 && meminfo("HugePages_Total") == 0,
	   "SHM-035: nobody keeps the pool");
	return ktap_done();
}
