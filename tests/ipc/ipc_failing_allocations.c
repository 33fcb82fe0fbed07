// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation fails once: of what makes an IPC namespace and changes to another (unshare,
 * clone, setns), and of reading /proc/sysvipc/ and the limits in /proc/sys/kernel/.
 * Spec: IPC-036, DESIGN-024, EXIT-016
 */
#define _GNU_SOURCE
#include "tests/ipc/fail_counters.h"

static int old_ns, other_ns;

static long do_unshare(void *arg)
{
	return unshare(CLONE_NEWIPC);
}

static long do_setns(void *arg)
{
	return setns(other_ns, CLONE_NEWIPC);
}

static void go_back(long ret, void *arg)
{
	if (setns(old_ns, CLONE_NEWIPC))
		ok(0, "back to the namespace of before");
}

/* The child is alone with a world of its own: a set made there is its first. */
static long do_clone(void *arg)
{
	long pid = syscall(SYS_clone, CLONE_NEWIPC | SIGCHLD, 0, 0, 0, 0);

	if (!pid) {
		int info[10] = { 0 };

		raw_semctl(0, 0, SEM_INFO, (unsigned long)info);
		_exit(info[7] == 0 ? 7 : 8);
	}
	return pid;
}

static void reap(long pid, void *arg)
{
	if (result_of((pid_t)pid) != 7)
		ok(0, "the child's namespace is empty");
}

static long open_ns(void *arg)
{
	return open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
}

static void close_it(long fd, void *arg)
{
	close((int)fd);
}

/* To its end, in small pieces: the position moves through the objects. */
static long read_all(void *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	char text[64];
	ssize_t n = -1;

	if (fd >= 0) {
		do {
			n = read(fd, text, sizeof(text));
		} while (n > 0);
		error = errno;
		close(fd);
		errno = error;
	}
	return n;
}

/* What was read is written again. */
static long write_again(void *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC), error;
	char text[64];
	ssize_t n = -1;

	if (fd >= 0) {
		n = read(fd, text, sizeof(text));
		if (n > 0)
			n = pwrite(fd, text, (size_t)n, 0);
		error = errno;
		close(fd);
		errno = error;
	}
	return n;
}

static const char *const lists[] = { "sem", "msg", "shm" };
static const char *const limits[] = { "sem",         "msgmax",          "msgmnb",
				      "msgmni",      "shmmax",          "shmall",
				      "shmmni",      "shm_rmid_forced", "sem_next_id",
				      "msg_next_id", "shm_next_id",     "auto_msgmni" };

/* All of them, one after the other. */
static long read_limits(void *arg)
{
	char path[64];
	long ret = 0;

	for (size_t i = 0; ret == 0 && i < sizeof(limits) / sizeof(limits[0]); i++) {
		snprintf(path, sizeof(path), "/proc/sys/kernel/%s", limits[i]);
		ret = read_all(path);
	}
	return ret;
}

static void test_proc(void)
{
	char name[96], path[64];

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		snprintf(path, sizeof(path), "/proc/sysvipc/%s", lists[i]);
		snprintf(name, sizeof(name), "DESIGN-024: reading %s", path);
		ipc_walk(name, read_all, NULL, path, ENOMEM, 0);
	}
	ipc_walk("DESIGN-024: reading the limits in /proc/sys/kernel", read_limits, NULL, NULL,
		 ENOMEM, 0);
	ipc_walk("DESIGN-024: writing /proc/sys/kernel/sem", write_again, NULL,
		 "/proc/sys/kernel/sem", ENOMEM, 0);
	ipc_walk("DESIGN-024: writing /proc/sys/kernel/shmall", write_again, NULL,
		 "/proc/sys/kernel/shmall", ENOMEM, 0);
}

int main(void)
{
	int segment, sets[20];

	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	unshare(CLONE_NEWIPC);
	old_ns = (int)open_ns(NULL);
	unshare(CLONE_NEWIPC);
	other_ns = (int)open_ns(NULL);
	setns(old_ns, CLONE_NEWIPC);
	watched_queue = new_queue(0600);
	send_text(watched_queue, 5, "text", 0);
	watched_segment = segment = new_segment(8192);
	for (int i = 0; i < 20; i++)
		sets[i] = new_set(2);
	watched_set = sets[0];

	ipc_walk("EXIT-016: unshare(CLONE_NEWIPC)", do_unshare, go_back, NULL, ENOMEM, 0);
	ipc_walk("EXIT-016: clone(CLONE_NEWIPC)", do_clone, reap, NULL, ENOMEM, EAGAIN);
	ipc_walk("EXIT-016: setns", do_setns, go_back, NULL, ENOMEM, 0);
	ipc_walk("EXIT-016: opening /proc/self/ns/ipc", open_ns, close_it, NULL, ENOMEM, ENFILE);
	test_proc();

	for (int i = 0; i < 20; i++)
		rm_set(sets[i]);
	rm_queue(watched_queue);
	rm_segment(segment);
	return ktap_done();
}
