// SPDX-License-Identifier: GPL-2.0-only
/*
 * shmctl(), the limits of shared memory and huge pages.
 * Spec: SHM-026 to SHM-032, SHM-034 to SHM-036, SHM-039
 */
#include "tests/ipc/shm.h"

static int id;

static void test_set(void)
{
	struct raw_shmid_ds ds, now;
	char line[512], *p = attach(id, NULL, 0);
	unsigned int mode;
	int key, other;

	rm_segment(id);
	ds = segment_stat(id);
	ds.mode = 0600;
	ok(segment_ctl(id, IPC_SET, &ds) == 0 && (now = segment_stat(id)).mode == 01600,
	   "SHM-026: IPC_SET keeps SHM_DEST");
	ok(sysvipc_line("shm", id, line, sizeof(line)) &&
		   sscanf(line, "%d %d %o", &key, &other, &mode) == 3 && key == 0 && mode == 01600,
	   "SHM-026: and /proc shows it");
	detach(p);
	id = new_segment(5000);
	p = attach(id, NULL, 0);
	ds = segment_stat(id);
	ds.uid = 1000;
	ds.gid = 1001;
	ds.mode = 0640;
	ds.segsz = 1;
	ds.nattch = 7;
	ok(segment_ctl(id, IPC_SET, &ds) == 0 && (now = segment_stat(id)).uid == 1000 &&
		   now.gid == 1001 && now.mode == 0640 && now.segsz == 5000 && now.nattch == 1 &&
		   now.atime == ds.atime && now.cpid == getpid(),
	   "SHM-039: IPC_SET sets owner and mode, nothing else");
	detach(p);
}

static int foreign;

static int lock_as_user(void)
{
	struct rlimit limit = { 0, 0 }, some = { 8192, 8192 };
	int own = new_segment(4096), large = new_segment(3 * 4096), fails = 0;

	fails |= !failed_with(segment_ctl(foreign, SHM_LOCK, NULL), EPERM);
	setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ some.rlim_cur, some.rlim_max });
	fails |= (segment_ctl(own, SHM_LOCK, NULL) != 0) << 1;
	fails |= (!failed_with(segment_ctl(large, SHM_LOCK, NULL), ENOMEM)) << 2;
	fails |= (segment_ctl(own, SHM_UNLOCK, NULL) != 0) << 3;
	setrlimit(RLIMIT_MEMLOCK, &limit);
	fails |= (!failed_with(segment_ctl(own, SHM_LOCK, NULL), EPERM)) << 4;
	rm_segment(own);
	rm_segment(large);
	return fails;
}

static void test_lock(void)
{
	int ret;

	foreign = new_segment(4096);
	ok(segment_ctl(foreign, SHM_LOCK, NULL) == 0 && segment_ctl(foreign, SHM_LOCK, NULL) == 0 &&
		   (segment_stat(foreign).mode & SHM_LOCKED_BIT),
	   "SHM-027: SHM_LOCK, once and again");
	ok(segment_ctl(foreign, SHM_UNLOCK, NULL) == 0 &&
		   segment_ctl(foreign, SHM_UNLOCK, NULL) == 0 &&
		   !(segment_stat(foreign).mode & SHM_LOCKED_BIT),
	   "SHM-027: SHM_UNLOCK, once and again");
	ret = as_user(lock_as_user);
	ok(ret == 0, "SHM-028: who may lock, and how much (%d)", ret);
	rm_segment(foreign);
}

static void test_info(void)
{
	struct {
		unsigned long max, min, mni, seg, all, unused[4];
	} limits;
	struct {
		int used_ids;
		unsigned long tot, rss, swp, attempts, successes;
	} info;
	struct raw_shmid_ds ds;
	char line[512], *p;
	unsigned long rss, swap;
	int a, b;

	ok(segment_ctl(0, IPC_INFO, &limits) >= 0 && limits.min == 1 && limits.mni == 4096 &&
		   limits.seg == 4096 && limits.max == ~0ul - (1ul << 24) &&
		   limits.all == ~0ul - (1ul << 24),
	   "SHM-029: IPC_INFO");
	a = new_segment(4096);
	b = new_segment(4 * 4096);
	p = attach(b, NULL, 0);
	p[0] = 1;
	ok(segment_ctl(0, SHM_INFO, &info) == 1 && info.used_ids == 2 && info.tot == 5 &&
		   info.rss == 1 && info.swp == 0 && !info.attempts && !info.successes,
	   "SHM-030: SHM_INFO");
	ok(segment_ctl(1, SHM_STAT, &ds) == b && ds.segsz == 4 * 4096, "SHM-030: SHM_STAT");
	ok(sysvipc_line("shm", b, line, sizeof(line)) &&
		   sscanf(line, "%*d %*d %*o %*u %*d %*d %*d %*d %*d %*d %*d %*d %*d %*d %lu %lu",
			  &rss, &swap) == 2 &&
		   rss == 4096 && swap == 0,
	   "SHM-031: one page exists");
	detach(p);
	rm_segment(a);
	rm_segment(b);
}

static void test_limits(void)
{
	unsigned long large = ~0ul - (1ul << 24);
	int a;

	if (write_number("/proc/sys/kernel/shmall", 3)) {
		skip("SHM-032: limits cannot be set");
		return;
	}
	a = new_segment(2 * 4096);
	ok(a >= 0 && failed_with(get_segment(IPC_PRIVATE, 2 * 4096, 0600), ENOSPC),
	   "SHM-032: shmall counts pages");
	write_number("/proc/sys/kernel/shmall", large);
	write_number("/proc/sys/kernel/shmmax", 4096);
	ok(failed_with(get_segment(IPC_PRIVATE, 4097, 0600), EINVAL), "SHM-032: shmmax");
	write_number("/proc/sys/kernel/shmmax", large);
	rm_segment(a);
	ok(failed_with(get_segment(IPC_PRIVATE, 1ul << 46, 0600), ENOMEM),
	   "SHM-036: more than can be promised");
	a = get_segment(IPC_PRIVATE, 1ul << 46, 0600 | 010000);
	ok(a >= 0, "SHM-036: SHM_NORESERVE promises nothing");
	rm_segment(a);
}

static int orphan(void)
{
	return !write_number("/dev/null", (unsigned long)new_segment(4096)) ? 0 : 1;
}

/* A creator that leaves the namespace instead of ending; lives until the pipe is closed. */
static pid_t start_leaver(int go, int ready)
{
	pid_t pid = fork();
	char c;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		c = new_segment(4096) < 0 || unshare(CLONE_NEWIPC);
		if (write(ready, &c, 1) != 1 || read(go, &c, 1) != 1)
			_exit(1);
		_exit(0);
	}
	return pid;
}

static void test_rmid_forced_leaving(void)
{
	struct {
		int used_ids;
		unsigned long tot, rss, swp, attempts, successes;
	} info;
	int go[2], ready[2];
	pid_t first, second;
	char c = 1;

	if (pipe(go) || pipe(ready) || write_number("/proc/sys/kernel/shm_rmid_forced", 0)) {
		skip("SHM-034: shm_rmid_forced cannot be set");
		return;
	}
	first = start_leaver(go[0], ready[1]);
	ok(read(ready[0], &c, 1) == 1 && !c, "SHM-034: a creator leaves the namespace");
	segment_ctl(0, SHM_INFO, &info);
	write_number("/proc/sys/kernel/shm_rmid_forced", 1);
	ok(info.used_ids == 1 && segment_ctl(0, SHM_INFO, &info) >= 0 && info.used_ids == 0,
	   "SHM-034: then its segment is an orphan as well");
	second = start_leaver(go[0], ready[1]);
	ok(read(ready[0], &c, 1) == 1 && !c && segment_ctl(0, SHM_INFO, &info) >= 0 &&
		   info.used_ids == 0,
	   "SHM-034: and goes at once");
	write_number("/proc/sys/kernel/shm_rmid_forced", 0);
	ok(write(go[1], "xx", 2) == 2 && result_of(first) == 0 && result_of(second) == 0,
	   "SHM-034: the creators were alive all the time");
}

static void test_rmid_forced(void)
{
	int own = new_segment(4096);
	struct raw_shmid_ds ds;
	struct {
		int used_ids;
		unsigned long tot, rss, swp, attempts, successes;
	} info;
	char *p;

	in_child(orphan);
	segment_ctl(0, SHM_INFO, &info);
	if (write_number("/proc/sys/kernel/shm_rmid_forced", 1)) {
		skip("SHM-034: shm_rmid_forced cannot be set");
		return;
	}
	ok(info.used_ids == 2 && segment_ctl(0, SHM_INFO, &info) >= 0 && info.used_ids == 1,
	   "SHM-034: an orphan goes");
	p = attach(own, NULL, 0);
	ok(attached(own) == 1 && detach(p) == 0 &&
		   failed_with(segment_ctl(own, IPC_STAT, &ds), EINVAL),
	   "SHM-034: others at their last detach");
	in_child(orphan);
	ok(segment_ctl(0, SHM_INFO, &info) >= 0 && info.used_ids == 0,
	   "SHM-034: or at their creator's exit");
	write_number("/proc/sys/kernel/shm_rmid_forced", 0);
}

static int huge_as_user(void)
{
	return !failed_with(get_segment(IPC_PRIVATE, 1 << 21, 0600 | SHM_HUGETLB), EPERM);
}

static void test_huge(void)
{
	static const char *const pool = "/proc/sys/vm/nr_hugepages";
	char *p;
	int seg;

	if (write_number(pool, 0) || read_number(pool) != 0) {
		skip("SHM-035: no pool of huge pages");
		return;
	}
	ok(failed_with(get_segment(IPC_PRIVATE, 4096, 0600 | SHM_HUGETLB), ENOMEM),
	   "SHM-035: an empty pool");
	ok(failed_with(get_segment(IPC_PRIVATE, 4096, 0600 | SHM_HUGETLB | 25 << 26), EINVAL),
	   "SHM-035: no such size");
	ok(as_user(huge_as_user) == 0, "SHM-035: privilege");
	write_number(pool, 4);
	if (read_number(pool) < 2) {
		skip("SHM-035: not enough memory for a pool");
		return;
	}
	seg = get_segment(IPC_PRIVATE, (1 << 21) + 5, 0600 | SHM_HUGETLB | 21 << 26);
	p = attach(seg, NULL, 0);
	ok(p && !((unsigned long)p & ((1 << 21) - 1)) && segment_stat(seg).segsz == (1 << 21) + 5,
	   "SHM-035: aligned, and as long as asked for");
	if (p) {
		p[0] = 1;
		p[(1 << 22) - 1] = 2;
		ok(detach(p) == 0 && no_attach(seg, p + 4096, 0, EINVAL) && attached(seg) == 0,
		   "SHM-035: whole huge pages");
	}
	rm_segment(seg);
	write_number(pool, 0);
}

int main(void)
{
	if (unshare(CLONE_NEWIPC))
		return ktap_skip_all("no IPC namespace of its own");
	test_info();
	id = new_segment(5000);
	test_set();
	rm_segment(id);
	test_lock();
	test_limits();
	test_rmid_forced();
	test_rmid_forced_leaving();
	test_huge();
	return ktap_done();
}
