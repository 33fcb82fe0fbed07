// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every system call that takes a pointer gets addresses that are not the program's: the kernel's
 * text and data, the direct map, non-canonical ones, the very last page; the program's own first
 * page, which is never mapped, NULL with it where NULL has no other meaning. Each must answer EFAULT;
 * afterwards the kernel's memory is as it was, which the calls themselves show by still working.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/ktap.h"

#define BAD ((long)0x5bad0bad) /* stands for the bad address in a row */

static long zero_fd, null_fd, dir_fd, epoll_fd, timer_fd, pipe_out, file_fd;
static char scratch[8192];
static struct timespec moment = { 0, 1 };

struct row {
	const char *name;
	long nr;
	long args[6];
};

static const unsigned long bad_addresses[] = {
	0xffffffff80000000, 0xffffffff80100000, 0xffff888000000000, 0xffff888000100000,
	0xffffc90000000000, 0xffffea0000000000, 0x8000000000000000, 0x00007ffffffff000,
	0x0000800000000000, 0xfffffffffffff000, 0xfffffffffffffff8, 0x0000000000000008,
	0x0000000000000ff8,
};

static long call(const struct row *row, unsigned long bad)
{
	long a[6];

	for (int i = 0; i < 6; i++)
		a[i] = row->args[i] == BAD ? (long)bad : row->args[i];
	return syscall(row->nr, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static int is_refused(const struct row *row)
{
	for (unsigned int i = 0; i < sizeof(bad_addresses) / sizeof(bad_addresses[0]); i++) {
		errno = 0;
		if (call(row, bad_addresses[i]) != -1 || errno != EFAULT) {
			printf("# %s with %#lx\n", row->name, bad_addresses[i]);
			fflush(stdout);
			return 0;
		}
	}
	return 1;
}

int main(void)
{
	int fds[2];

	zero_fd = open("/dev/zero", O_RDWR);
	null_fd = open("/dev/null", O_RDWR);
	dir_fd = open("/", O_RDONLY | O_DIRECTORY);
	epoll_fd = epoll_create1(0);
	file_fd = open("file", O_RDWR | O_CREAT, 0600);
	timer_fd = syscall(SYS_timerfd_create, 1, 0);
	if (pipe(fds) || write(file_fd, scratch, 100) != 100)
		return 1;
	pipe_out = fds[1];
	if (write(fds[1], scratch, 100) != 100)
		return 1;

	long msq = msgget(IPC_PRIVATE, 0600), sem = semget(IPC_PRIVATE, 1, 0600);

	const struct row rows[] = {
		{ "read", SYS_read, { zero_fd, BAD, 16 } },
		{ "read of a file", SYS_pread64, { file_fd, BAD, 16, 0 } },
		{ "read of a pipe", SYS_read, { fds[0], BAD, 16 } },
		{ "write to a pipe", SYS_write, { pipe_out, BAD, 16 } },
		{ "write to a file", SYS_pwrite64, { file_fd, BAD, 16, 0 } },
		{ "readv", SYS_readv, { zero_fd, BAD, 1 } },
		{ "writev", SYS_writev, { pipe_out, BAD, 1 } },
		{ "open", SYS_open, { BAD, O_RDONLY } },
		{ "openat", SYS_openat, { AT_FDCWD, BAD, O_RDONLY } },
		{ "creat", SYS_creat, { BAD, 0600 } },
		{ "stat path", SYS_stat, { BAD, (long)scratch } },
		{ "stat", SYS_stat, { (long)"/", BAD } },
		{ "lstat", SYS_lstat, { (long)"/", BAD } },
		{ "fstat", SYS_fstat, { zero_fd, BAD } },
		{ "newfstatat", SYS_newfstatat, { AT_FDCWD, (long)"/", BAD, 0 } },
		{ "statx", SYS_statx, { AT_FDCWD, (long)"/", 0, 0x7ff, BAD } },
		{ "statfs", SYS_statfs, { (long)"/", BAD } },
		{ "fstatfs", SYS_fstatfs, { dir_fd, BAD } },
		{ "poll", SYS_poll, { BAD, 1, 0 } },
		{ "ppoll set", SYS_ppoll, { BAD, 1, (long)&moment, 0, 8 } },
		{ "ppoll time", SYS_ppoll, { 0, 0, BAD, 0, 8 } },
		{ "select", SYS_select, { 1, BAD, 0, 0, 0 } },
		{ "select time", SYS_select, { 0, 0, 0, 0, BAD } },
		{ "pselect6", SYS_pselect6, { 1, 0, BAD, 0, 0, 0 } },
		{ "epoll_ctl", SYS_epoll_ctl, { epoll_fd, EPOLL_CTL_ADD, fds[0], BAD } },
		{ "access", SYS_access, { BAD, 0 } },
		{ "chdir", SYS_chdir, { BAD } },
		{ "chroot", SYS_chroot, { BAD } },
		{ "mkdir", SYS_mkdir, { BAD, 0700 } },
		{ "rmdir", SYS_rmdir, { BAD } },
		{ "unlink", SYS_unlink, { BAD } },
		{ "unlinkat", SYS_unlinkat, { AT_FDCWD, BAD, 0 } },
		{ "rename", SYS_rename, { BAD, (long)"b" } },
		{ "rename to", SYS_rename, { (long)"file", BAD } },
		{ "link", SYS_link, { (long)"file", BAD } },
		{ "symlink", SYS_symlink, { BAD, (long)"c" } },
		{ "readlink path", SYS_readlink, { BAD, (long)scratch, 100 } },
		{ "readlink", SYS_readlink, { (long)"/proc/self/exe", BAD, 100 } },
		{ "chmod", SYS_chmod, { BAD, 0600 } },
		{ "chown", SYS_chown, { BAD, 0, 0 } },
		{ "mknod", SYS_mknod, { BAD, S_IFIFO | 0600, 0 } },
		{ "truncate", SYS_truncate, { BAD, 0 } },
		{ "utimensat", SYS_utimensat, { AT_FDCWD, (long)"file", BAD, 0 } },
		{ "getdents64", SYS_getdents64, { dir_fd, BAD, 4096 } },
		{ "getcwd", SYS_getcwd, { BAD, 4096 } },
		{ "pipe", SYS_pipe, { BAD } },
		{ "pipe2", SYS_pipe2, { BAD, O_CLOEXEC } },
		{ "sendfile", SYS_sendfile, { null_fd, file_fd, BAD, 10 } },
		{ "execve", SYS_execve, { BAD, 0, 0 } },
		{ "execve argv", SYS_execve, { (long)"/bin/busybox", BAD, 0 } },
		{ "memfd_create", SYS_memfd_create, { BAD, 0 } },
		{ "mount", SYS_mount, { 0, BAD, (long)"tmpfs", 0, 0 } },
		{ "umount2", SYS_umount2, { BAD, 0 } },
		{ "mincore", SYS_mincore, { (long)scratch & ~4095, 4096, BAD } },
		{ "nanosleep", SYS_nanosleep, { BAD, 0 } },
		{ "clock_nanosleep", SYS_clock_nanosleep, { 1, 0, BAD, 0 } },
		{ "clock_gettime", SYS_clock_gettime, { 0, BAD } },
		{ "clock_getres", SYS_clock_getres, { 0, BAD } },
		{ "gettimeofday", SYS_gettimeofday, { BAD, 0 } },
		{ "time", SYS_time, { BAD } },
		{ "times", SYS_times, { BAD } },
		{ "getitimer", SYS_getitimer, { 0, BAD } },
		{ "setitimer", SYS_setitimer, { 0, BAD, 0 } },
		{ "timerfd_settime", SYS_timerfd_settime, { timer_fd, 0, BAD, 0 } },
		{ "uname", SYS_uname, { BAD } },
		{ "sysinfo", SYS_sysinfo, { BAD } },
		{ "sethostname", SYS_sethostname, { BAD, 4 } },
		{ "getrlimit", SYS_getrlimit, { 0, BAD } },
		{ "setrlimit", SYS_setrlimit, { 0, BAD } },
		{ "prlimit64", SYS_prlimit64, { 0, 7, BAD, 0 } },
		{ "getrusage", SYS_getrusage, { 0, BAD } },
		{ "getresuid", SYS_getresuid, { BAD, (long)scratch, (long)scratch } },
		{ "setgroups", SYS_setgroups, { 4, BAD } },
		{ "capget", SYS_capget, { BAD, (long)scratch } },
		{ "rt_sigaction", SYS_rt_sigaction, { SIGUSR1, BAD, 0, 8 } },
		{ "rt_sigprocmask", SYS_rt_sigprocmask, { SIG_BLOCK, BAD, 0, 8 } },
		{ "rt_sigpending", SYS_rt_sigpending, { BAD, 8 } },
		{ "rt_sigtimedwait", SYS_rt_sigtimedwait, { BAD, 0, 0, 8 } },
		{ "rt_sigsuspend", SYS_rt_sigsuspend, { BAD, 8 } },
		{ "sigaltstack", SYS_sigaltstack, { BAD, 0 } },
		{ "signalfd4", SYS_signalfd4, { -1, BAD, 8, 0 } },
		{ "sched_getparam", SYS_sched_getparam, { 0, BAD } },
		{ "sched_setscheduler", SYS_sched_setscheduler, { 0, 0, BAD } },
		{ "sched_rr_get_interval", SYS_sched_rr_get_interval, { 0, BAD } },
		{ "sched_getaffinity", SYS_sched_getaffinity, { 0, 128, BAD } },
		{ "getcpu", SYS_getcpu, { BAD, 0, 0 } },
		{ "futex wake", SYS_futex, { BAD, 1, 1, 0, 0, 0 } },
		{ "futex wait", SYS_futex, { BAD, 0, 1, 0, 0, 0 } },
		{ "getrandom", SYS_getrandom, { BAD, 16, 0 } },
		{ "clone3", SYS_clone3, { BAD, 64 } },
		{ "ioctl", SYS_ioctl, { fds[0], 0x541b, BAD } }, /* FIONREAD */
		{ "fcntl", SYS_fcntl, { file_fd, F_GETLK, BAD } },
		{ "msgsnd", SYS_msgsnd, { msq, BAD, 8, IPC_NOWAIT } },
		{ "msgctl IPC_STAT", SYS_msgctl, { msq, IPC_STAT, BAD } },
		{ "msgctl IPC_SET", SYS_msgctl, { msq, IPC_SET, BAD } },
		{ "semop", SYS_semop, { sem, BAD, 1 } },
		{ "semctl SETALL", SYS_semctl, { sem, 0, 17, BAD } },
		{ "semctl GETALL", SYS_semctl, { sem, 0, 13, BAD } },
	};
	const struct row null_rows[] = {
		{ "capget", SYS_capget, { BAD, (long)scratch } },
		{ "capset", SYS_capset, { BAD, (long)scratch } },
		{ "msgsnd", SYS_msgsnd, { msq, BAD, 8, IPC_NOWAIT } },
		{ "semop", SYS_semop, { sem, BAD, 1 } },
		{ "nanosleep", SYS_nanosleep, { BAD, 0 } },
		{ "stat", SYS_stat, { (long)"/", BAD } },
		{ "epoll_ctl", SYS_epoll_ctl, { epoll_fd, EPOLL_CTL_ADD, fds[0], BAD } },
		{ "pipe2", SYS_pipe2, { BAD, O_CLOEXEC } },
		{ "uname", SYS_uname, { BAD } },
		{ "write to a pipe", SYS_write, { pipe_out, BAD, 16 } },
	};

	for (unsigned int i = 0; i < sizeof(null_rows) / sizeof(null_rows[0]); i++) {
		errno = 0;
		ok(call(&null_rows[i], 0) == -1 && errno == EFAULT, "%s: EFAULT for NULL",
		   null_rows[i].name);
	}
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ok(is_refused(&rows[i]), "%s: EFAULT for addresses of the kernel", rows[i].name);
	msgctl(msq, IPC_RMID, NULL);
	semctl(sem, 0, IPC_RMID);
	return ktap_done();
}
