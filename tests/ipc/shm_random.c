// SPDX-License-Identifier: GPL-2.0-only
/*
 * shmat, shmdt, munmap, mprotect, fork, exec, exit and RMID in any order by several processes: the
 * attach count of every segment is exactly the number of its mappings, the last one out removes what
 * was marked, and no page is lost.
 *
 * The processes run freely and stop together from time to time; while they stand still, the main
 * program compares what the kernel says of every segment with /proc/<pid>/maps of all of them.
 * Spec: SHM-006, SHM-017, SHM-018, SHM-020, SHM-021, SHM-024, SHM-025, SHM-030, EXIT-002, EXIT-016,
 *	DESIGN-036
 */
#include "tests/ipc/shm.h"

#define WALKERS     4
#define SEGMENTS    4
#define ATTACHMENTS 8 /* of one process */
#define PHASES      6
#define STEPS       25 /* of one process in one phase */
#define MAX_PAGES   4
#define PAGE        4096ul

/* Seen by all. */
static struct shared {
	int ids[SEGMENTS];
	pid_t pids[WALKERS];
} * shared;

static int ready[2], go[WALKERS][2];

static struct {
	char *at;
	size_t pages;
} own[ATTACHMENTS];

struct shm_info_raw {
	int used_ids;
	unsigned long tot, rss, swp, attempts, successes;
};

static size_t some_size(void)
{
	return PAGE * draw(MAX_PAGES) + 1 + draw(PAGE);
}

static int was_removed(void)
{
	return errno == EINVAL || errno == EIDRM;
}

/* Each of these: 0, or a number that tells what went wrong. */

static int do_attach(int i)
{
	int id = shared->ids[draw(SEGMENTS)];
	struct raw_shmid_ds ds;

	own[i].at = attach(id, NULL, draw(4) ? 0 : SHM_RDONLY);
	if (!own[i].at)
		return was_removed() ? 0 : 1;
	/* It cannot go now: we have it. */
	if (segment_ctl(id, IPC_STAT, &ds) || !ds.nattch)
		return 2;
	own[i].pages = (ds.segsz + PAGE - 1) / PAGE;
	return 0;
}

static int do_detach(int i)
{
	/* Perhaps every page was unmapped before. */
	if (detach(own[i].at) && errno != EINVAL)
		return 3;
	own[i].at = NULL;
	return 0;
}

static int do_unmap(int i)
{
	return munmap(own[i].at + PAGE * draw((unsigned int)own[i].pages), PAGE) ? 4 : 0;
}

/* Fails where a page is missing; that is all right. */
static int do_protect(int i)
{
	mprotect(own[i].at + PAGE * draw((unsigned int)own[i].pages), PAGE,
		 draw(2) ? PROT_READ : PROT_NONE);
	return 0;
}

static int do_touch(int i)
{
	char *at = own[i].at + PAGE * draw((unsigned int)own[i].pages);
	int fd[2], n;

	/* By a system call, which says when the page is missing or protected. */
	if (pipe(fd) || write(fd[1], "x", 1) != 1)
		return 5;
	n = (int)read(fd[0], at, 1);
	close(fd[0]);
	close(fd[1]);
	return n == 1 || errno == EFAULT ? 0 : 5;
}

static int do_fork(int i)
{
	int way = (int)draw(8);
	pid_t pid = fork();

	if (pid == 0) {
		if (way == 0)
			execl("/proc/self/exe", "shm_random", "nothing", NULL);
		if (way < 4)
			detach(own[i].at);
		_exit(0);
	}
	return result_of(pid) ? 6 : 0;
}

/* The child goes on with all that we have, we end. */
static int do_succeed(int walker)
{
	pid_t before = getpid(), pid = fork();

	if (pid < 0)
		return 7;
	if (pid)
		_exit(0);
	shared->pids[walker] = getpid();
	/* A process that nobody is a child of any more has detached everything. */
	return eventually(getppid() != before) ? 0 : 8;
}

static int do_remove(void)
{
	int id = get_segment(IPC_PRIVATE, some_size(), 0600);

	if (id < 0)
		return 9;
	id = __atomic_exchange_n(&shared->ids[draw(SEGMENTS)], id, __ATOMIC_SEQ_CST);
	return rm_segment(id) ? 10 : 0;
}

static int step(int walker)
{
	int i = (int)draw(ATTACHMENTS);

	switch (draw(32)) {
	case 0:
		return do_succeed(walker);
	case 1:
	case 2:
		return do_remove();
	}
	if (!own[i].at)
		return do_attach(i);
	switch (draw(8)) {
	case 0:
	case 1:
		return do_detach(i);
	case 2:
		return do_unmap(i);
	case 3:
		return do_protect(i);
	case 4:
		return do_fork(i);
	default:
		return do_touch(i);
	}
}

static void walk(int walker, unsigned long seed)
{
	char result = 0;

	rng = seed;
	shared->pids[walker] = getpid();
	for (int phase = 0; phase < PHASES && !result; phase++) {
		for (int i = 0; i < STEPS && !result; i++)
			result = (char)step(walker);
		if (write(ready[1], &result, 1) != 1 || read(go[walker][0], &(char){ 0 }, 1) != 1)
			_exit(1);
	}
	_exit(0); /* with whatever it has */
}

/* ---- while all stand still ---- */

/* Pieces of the segment in the address space of the process. */
static unsigned long pieces(pid_t pid, int id)
{
	char path[64], line[512];
	unsigned long ino, n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		n += strstr(line, "/SYSV") &&
		     sscanf(line, "%*x-%*x %*s %*x %*x:%*x %lu", &ino) == 1 && (int)ino == id;
	if (f)
		fclose(f);
	return n;
}

static int check_segments(void)
{
	struct shm_info_raw info;
	struct raw_shmid_ds ds;
	unsigned long pages = 0;
	int max = segment_ctl(0, SHM_INFO, &info), objects = 0, fine = 1;

	for (int index = 0; index <= max; index++) {
		int id = segment_ctl(index, SHM_STAT, &ds);
		unsigned long n = 0;

		if (id < 0)
			continue;
		objects++;
		pages += (ds.segsz + PAGE - 1) / PAGE;
		for (int i = 0; i < WALKERS; i++)
			n += pieces(shared->pids[i], id);
		if (n != ds.nattch || (!n && (ds.mode & SHM_DEST_BIT))) {
			printf("# segment %d, mode %o: %lu pieces, nattch %lu\n", id, ds.mode, n,
			       ds.nattch);
			fine = 0;
		}
	}
	if (objects != info.used_ids || pages != info.tot || info.rss > info.tot) {
		printf("# %d segments of %lu pages, SHM_INFO: %d of %lu, %lu in memory\n", objects,
		       pages, info.used_ids, info.tot, info.rss);
		fine = 0;
	}
	return fine;
}

/* /proc/meminfo's Shmem */
static long shmem(void)
{
	char line[128];
	long kib = -1;
	FILE *f = fopen("/proc/meminfo", "re");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Shmem: %ld", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib;
}

static int all_ready(void)
{
	char result;
	int fine = 1;

	for (int i = 0; i < WALKERS; i++) {
		if (read(ready[0], &result, 1) != 1)
			return 0;
		if (result)
			printf("# a process stopped at %d\n", result);
		fine &= !result;
	}
	return fine;
}

static void reap_all(void)
{
	while (wait(NULL) > 0)
		;
}

int main(int argc, char **argv)
{
	int fine = 1, exact = 1;
	struct shm_info_raw info;
	long before;

	if (argc > 1 && !strcmp(argv[1], "nothing"))
		return 0;
	if (unshare(CLONE_NEWIPC) || pipe(ready))
		return ktap_skip_all("no IPC namespace of its own");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	rng = test_seed(argc, argv);
	before = shmem();
	shared = shared_page();
	for (int i = 0; i < SEGMENTS; i++)
		shared->ids[i] = new_segment(some_size());
	for (int i = 0; i < WALKERS; i++) {
		unsigned long seed = draw(1u << 30);

		if (pipe(go[i]) == 0 && fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			walk(i, seed);
		}
	}
	for (int phase = 0; phase < PHASES && fine; phase++) {
		fine = all_ready();
		exact &= check_segments();
		for (int i = 0; i < WALKERS; i++)
			fine &= write(go[i][1], "", 1) == 1;
	}
	ok(fine, "SHM-024: every call does what it should, on segments marked or not");
	ok(exact, "SHM-006 SHM-017 SHM-018 SHM-020 SHM-021 EXIT-002 DESIGN-036: the count is the "
		  "number of "
		  "mappings");
	reap_all();
	ok(check_segments() && segment_ctl(0, SHM_INFO, &info) >= 0 && info.used_ids == SEGMENTS,
	   "SHM-025: when all have ended, no marked segment is left");
	for (int i = 0; i < SEGMENTS; i++)
		rm_segment(shared->ids[i]);
	ok(segment_ctl(0, SHM_INFO, &info) == 0 && !info.used_ids && !info.tot && !info.rss,
	   "SHM-030 EXIT-016: no segment, no page is counted");
	munmap(shared, 65536);
	ok(eventually(shmem() <= before), "EXIT-016: memory is back (%ld KiB, before %ld)", shmem(),
	   before);
	return ktap_done();
}
