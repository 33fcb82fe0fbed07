// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of shmget, shmat, shmdt, of each command of shmctl and of a fork with attached
 * segments fails once: -ENOMEM, nothing lost, attach counts and pages as before.
 * Spec: DESIGN-035, DESIGN-036, EXIT-016, SHM-035
 */
#define _GNU_SOURCE
#include "tests/ipc/fail_counters.h"

#define HUGE             (2ul << 20)
#define SHM_STAT_ANY_CMD 15

static const char *const pool = "/proc/sys/vm/nr_hugepages";
static int segment, to_remove, huge;
static char *place; /* attached there while forks and detaching fail */
static char *covered;

static long make_segment(void *arg)
{
	return get_segment(IPC_PRIVATE, 8192, 0600);
}

static long make_segment_with_key(void *arg)
{
	return get_segment(0x6661696c, 8192, IPC_CREAT | IPC_EXCL | 0600);
}

static long get_existing(void *arg)
{
	return get_segment(0x657869, 4096, IPC_CREAT | 0600);
}

static long make_unreserved(void *arg)
{
	return get_segment(IPC_PRIVATE, 8192, SHM_NORESERVE | 0600);
}

static long make_huge(void *arg)
{
	return get_segment(IPC_PRIVATE, HUGE, SHM_HUGETLB | 0600);
}

static void unmake_segment(long ret, void *arg)
{
	rm_segment((int)ret);
}

static long attach_it(void *flags)
{
	return syscall(SYS_shmat, segment, NULL, (int)(long)flags);
}

static long attach_huge(void *flags)
{
	return syscall(SYS_shmat, huge, NULL, (int)(long)flags);
}

static void detach_it(long ret, void *arg)
{
	detach((void *)ret);
}

/* Over ordinary memory; when it fails that may be gone already, as with mmap(MAP_FIXED). */
static long attach_over(void *arg)
{
	return syscall(SYS_shmat, segment, covered, SHM_REMAP);
}

static void uncover(long ret, void *arg)
{
	mmap(covered, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
}

static long detach_place(void *arg)
{
	return detach(place);
}

static void attach_place(long ret, void *arg)
{
	attach(segment, place, 0);
}

/* Cut in two, by which nattch grows; then detached as one. */
static long detach_halves(void *arg)
{
	if (munmap(place + 4096, 4096))
		return -1;
	return detach(place);
}

/* The kernel touches the pages: an allocation that fails is no signal then. */
static long use_all(void *arg)
{
	int id = get_segment(IPC_PRIVATE, 3 * 4096, 0600), fd, error;
	char *p = id < 0 ? NULL : attach(id, NULL, 0);
	long ret = -1;

	error = errno;
	if (p) {
		fd = open("/dev/zero", O_RDONLY);
		error = errno;
		if (fd >= 0) {
			ret = read(fd, p, 3 * 4096) == 3 * 4096 ? 0 : -1;
			error = errno == EFAULT ? ENOMEM : errno;
			close(fd);
		}
		detach(p);
	}
	if (id >= 0)
		rm_segment(id);
	errno = error;
	return ret;
}

static long do_fork(void *arg)
{
	pid_t pid = fork();

	if (!pid)
		_exit(attached(segment) == 2 ? 7 : 8);
	return pid;
}

static void reap(long pid, void *arg)
{
	if (result_of((pid_t)pid) != 7)
		ok(0, "DESIGN-036: the child counts as attached");
}

static union {
	struct raw_shmid_ds ds;
	unsigned long info[16];
} buffer;

static const struct command {
	const char *name;
	int cmd, by_index;
} commands[] = {
	{ "IPC_STAT", IPC_STAT, 0 },
	{ "SHM_STAT", SHM_STAT, 1 },
	{ "SHM_STAT_ANY", SHM_STAT_ANY_CMD, 1 },
	{ "IPC_INFO", IPC_INFO, 0 },
	{ "SHM_INFO", SHM_INFO, 0 },
};

static long do_command(void *arg)
{
	const struct command *c = arg;

	return segment_ctl(c->by_index ? segment & 32767 : segment, c->cmd, &buffer);
}

static long do_ipc_set(void *arg)
{
	struct raw_shmid_ds ds = segment_stat(segment);

	return segment_ctl(segment, IPC_SET, &ds);
}

static long do_lock(void *arg)
{
	return segment_ctl(segment, SHM_LOCK, NULL);
}

static void do_unlock(long ret, void *arg)
{
	segment_ctl(segment, SHM_UNLOCK, NULL);
}

/* Of a locked one, which is locked again behind it. */
static long unlock_it(void *arg)
{
	return segment_ctl(segment, SHM_UNLOCK, NULL);
}

static void lock_it(long ret, void *arg)
{
	do_lock(NULL);
}

static long do_rmid(void *arg)
{
	return rm_segment(to_remove);
}

static void make_again(long ret, void *arg)
{
	to_remove = new_segment(8192);
}

/* Pages of the pool that nobody has, and those promised. */
static long pool_pages(void)
{
	static char text[8192];
	int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
	char *unused, *promised;
	ssize_t n;

	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	unused = strstr(text, "HugePages_Free:");
	promised = strstr(text, "HugePages_Rsvd:");
	return unused && promised ? atol(unused + 15) * 1000 + atol(promised + 15) : -1;
}

static void test_huge(void)
{
	long pages;

	write_number(pool, 3);
	if (read_number(pool) < 3) {
		skip("SHM-035: not enough memory for huge pages");
		write_number(pool, 0);
		return;
	}
	pages = pool_pages();
	ipc_walk("SHM-035: shmget(SHM_HUGETLB)", make_huge, unmake_segment, NULL, ENOMEM, 0);
	ok(pool_pages() == pages, "SHM-035: the pool is as before");
	huge = (int)make_huge(NULL);
	pages = pool_pages();
	ipc_walk("SHM-035: shmat of huge pages", attach_huge, detach_it, NULL, ENOMEM, 0);
	ok(attached(huge) == 0 && pool_pages() == pages, "SHM-035: the pool is as before, again");
	rm_segment(huge);
	write_number(pool, 0);
}

static void test_commands(void)
{
	char name[64];

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		snprintf(name, sizeof(name), "EXIT-016: shmctl(%s)", commands[i].name);
		ipc_walk(name, do_command, NULL, (void *)&commands[i], ENOMEM, 0);
	}
	ipc_walk("EXIT-016: shmctl(IPC_SET)", do_ipc_set, NULL, NULL, ENOMEM, 0);
	ipc_walk("EXIT-016: shmctl(SHM_LOCK)", do_lock, do_unlock, NULL, ENOMEM, 0);
	do_lock(NULL);
	ipc_walk("EXIT-016: shmctl(SHM_UNLOCK)", unlock_it, lock_it, NULL, ENOMEM, 0);
	unlock_it(NULL);
	ipc_walk("EXIT-016: shmctl(IPC_RMID)", do_rmid, make_again, NULL, ENOMEM, 0);
}

int main(void)
{
	int existing;

	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	unshare(CLONE_NEWIPC);
	ipc_walk("DESIGN-035: shmget, the first of a namespace", make_segment, unmake_segment, NULL,
		 ENOMEM, 0);
	existing = (int)get_existing(NULL);
	segment = new_segment(8192);
	to_remove = new_segment(8192);
	watched_segment = segment;

	ipc_walk("DESIGN-035: shmget", make_segment, unmake_segment, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-035: shmget with a key", make_segment_with_key, unmake_segment, NULL,
		 ENOMEM, 0);
	ipc_walk("DESIGN-035: shmget of an existing one", get_existing, NULL, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-035: shmget(SHM_NORESERVE)", make_unreserved, unmake_segment, NULL, ENOMEM,
		 0);
	ipc_walk("DESIGN-036: shmat", attach_it, detach_it, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-036: shmat(SHM_RDONLY)", attach_it, detach_it, (void *)SHM_RDONLY, ENOMEM,
		 0);
	ipc_walk("DESIGN-036: shmget, shmat, touched, shmdt", use_all, NULL, NULL, ENOMEM, 0);
	covered = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ipc_walk("DESIGN-036: shmat(SHM_REMAP)", attach_over, uncover, NULL, ENOMEM, 0);
	place = attach(segment, NULL, 0);
	ipc_walk("DESIGN-036: shmdt", detach_place, attach_place, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-036: shmdt of two halves", detach_halves, attach_place, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-036: fork with a segment", do_fork, reap, NULL, ENOMEM, EAGAIN);
	detach(place);
	ok(attached(segment) == 0, "DESIGN-036: the count is as at the start");
	test_commands();
	test_huge();

	rm_segment(existing);
	rm_segment(segment);
	rm_segment(to_remove);
	return ktap_done();
}
