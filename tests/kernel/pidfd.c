// SPDX-License-Identifier: GPL-2.0-only
/*
 * pidfd_open, pidfd_send_signal, waitid(P_PIDFD), poll.
 * Spec: SIG-078
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static int pidfd_open(pid_t pid, unsigned int flags)
{
	return (int)syscall(SYS_pidfd_open, pid, flags);
}

static long send(int fd, int sig, void *info, unsigned int flags)
{
	return syscall(SYS_pidfd_send_signal, fd, sig, info, flags);
}

static volatile int asked; /* main() has had its answer: the thread may end */

static void *tid_of_thread(void *arg)
{
	*(volatile pid_t *)arg = (pid_t)syscall(SYS_gettid);
	while (!asked)
		pause_ms(1);
	return NULL;
}

static int getfd(int pidfd, int target, unsigned int flags)
{
	return (int)syscall(438 /* pidfd_getfd */, pidfd, target, flags);
}

/* pidfd_getfd(): a descriptor of another process becomes ours, of the same open file. */
static void test_getfd(void)
{
	pid_t pid = start_child(NULL), stranger;
	int fd = pidfd_open(pid, 0), ends[2], got, status = -1;
	char byte = 0;

	ok(pipe(ends) == 0 && failed_with(getfd(fd, ends[1], 0), EBADF),
	   "what the process does not have is EBADF");
	end_child(pid);
	ok(failed_with(getfd(fd, 0, 0), ESRCH), "a process that is gone: ESRCH");
	close(fd);
	pid = start_child(NULL);
	fd = pidfd_open(pid, 0);
	close(ends[0]);
	got = getfd(fd, ends[0], 0);
	ok(got >= 0 && (fcntl(got, F_GETFD) & FD_CLOEXEC),
	   "pidfd_getfd gives a close-on-exec descriptor");
	ok(write(ends[1], "x", 1) == 1 && read(got, &byte, 1) == 1 && byte == 'x',
	   "of the other's file");
	ok(failed_with(getfd(fd, ends[1], 1), EINVAL), "no flags are known");
	ok(failed_with(getfd(got, ends[1], 0), EBADF) && failed_with(getfd(-1, ends[1], 0), EBADF),
	   "not a pidfd");
	stranger = fork();
	if (!stranger) {
		if (setgid(1000) || setuid(1000))
			_exit(99);
		_exit(failed_with(getfd(fd, ends[1], 0), EPERM) ? 0 : 1);
	}
	waitpid(stranger, &status, 0);
	ok(status == 0, "who may not trace the process: EPERM");
	close(got);
	close(ends[1]);
	close(fd);
	end_child(pid);
}

int main(void)
{
	char path[32];
	pid_t pid = start_child(NULL), tid = 0;
	int fd = pidfd_open(pid, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	siginfo_t info = { 0 };
	pthread_t thread;

	ok(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC),
	   "pidfd_open gives a close-on-exec descriptor");
	ok(failed_with(pidfd_open(pid, 1), EINVAL) && failed_with(pidfd_open(0, 0), EINVAL) &&
		   failed_with(pidfd_open(-1, 0), EINVAL),
	   "bad flags, bad pids");
	ok(failed_with(pidfd_open(999999, 0), ESRCH), "nobody has that number");
	pthread_create(&thread, NULL, tid_of_thread, &tid);
	while (!*(volatile pid_t *)&tid)
		pause_ms(1);
	ok(pidfd_open(tid, 0) < 0 && errno != ESRCH, "a thread is no process");
	asked = 1;
	pthread_join(thread, NULL);

	ok(send(fd, 0, NULL, 0) == 0, "SIG-078: signal 0 checks");
	ok(failed_with(send(fd, 0, NULL, 1u << 30), EINVAL), "SIG-078: unknown flags");
	ok(failed_with(send(0, 0, NULL, 0), EBADF), "SIG-078: not a pidfd");
	info.si_signo = SIGUSR1;
	info.si_code = SI_QUEUE;
	ok(failed_with(send(fd, SIGUSR2, &info, 0), EINVAL), "SIG-078: the numbers must agree");
	info.si_code = 0;
	ok(failed_with(send(fd, SIGUSR1, &info, 0), EPERM), "SIG-078: forged siginfo");
	ok(poll(&p, 1, 0) == 0, "not readable while it lives");
	ok(send(fd, SIGKILL, NULL, 0) == 0, "SIG-078: kill");
	ok(poll(&p, 1, 60000) == 1 && (p.revents & POLLIN), "readable when it has ended");
	memset(&info, 0, sizeof(info));
	ok(waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED) == 0 && info.si_pid == pid &&
		   info.si_code == CLD_KILLED && info.si_status == SIGKILL,
	   "waitid by pidfd");
	ok(failed_with(send(fd, 0, NULL, 0), ESRCH), "SIG-078: reaped");
	ok(failed_with(waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED), ECHILD),
	   "no child more");
	close(fd);

	pid = start_child(NULL);
	fd = pidfd_open(pid, O_NONBLOCK);
	ok(failed_with(waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED), EAGAIN),
	   "a PIDFD_NONBLOCK one does not wait");
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d", pid);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	ok(send(fd, 0, NULL, 0) == 0 && failed_with(send(fd, 65, NULL, 0), EINVAL),
	   "SIG-078: a descriptor of /proc/<pid> will do");
	ok(failed_with(waitid((idtype_t)P_PIDFD, (id_t)fd, &info, WEXITED), EBADF),
	   "but not for waitid");
	end_child(pid);
	ok(failed_with(send(fd, 0, NULL, 0), ESRCH), "SIG-078: reaped, /proc/<pid> still open");
	close(fd);
	fd = open("/proc/self/task", O_RDONLY);
	ok(failed_with(send(fd, 0, NULL, 0), EBADF), "SIG-078: other directories are EBADF");
	close(fd);
	test_getfd();
	return ktap_done();
}
