// SPDX-License-Identifier: GPL-2.0-only
/*
 * signalfd.
 * Spec: SIG-002 SIG-016 SIG-065 SIG-066 SIG-067
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/signalfd.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static int sfd(int fd, uint64_t mask, size_t size, int flags)
{
	return (int)syscall(SYS_signalfd4, fd, &mask, size, flags);
}

static int poll_in(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && (p.revents & POLLIN);
}

int main(void)
{
	struct signalfd_siginfo rec[4];
	union sigval value;
	int fd, p[2];
	pid_t pid;
	int status;

	raw_mask(BIT(SIGUSR1) | BIT(SIGUSR2) | BIT(40));
	ok(failed_with(sfd(-1, BIT(SIGUSR1), 4, 0), EINVAL) &&
		   failed_with(sfd(-1, BIT(SIGUSR1), 16, 0), EINVAL),
	   "SIG-002: size 8");
	ok(failed_with(sfd(-1, BIT(SIGUSR1), 8, 1), EINVAL), "SIG-065: unknown flags");
	ok(pipe(p) == 0 && failed_with(sfd(p[0], BIT(SIGUSR1), 8, 0), EINVAL),
	   "SIG-065: another kind of descriptor");
	ok(failed_with(sfd(999, BIT(SIGUSR1), 8, 0), EBADF), "SIG-065: a closed one");
	fd = sfd(-1, BIT(SIGUSR1) | BIT(40) | BIT(SIGKILL) | BIT(SIGSTOP), 8,
		 SFD_CLOEXEC | SFD_NONBLOCK);
	ok(fd >= 0 && (fcntl(fd, F_GETFD) & FD_CLOEXEC) && (fcntl(fd, F_GETFL) & O_NONBLOCK),
	   "SIG-065: SFD_CLOEXEC and SFD_NONBLOCK");

	ok(failed_with(read(fd, rec, 127), EINVAL), "SIG-066: a buffer below 128 bytes");
	ok(failed_with(read(fd, rec, sizeof(rec)), EAGAIN) && !poll_in(fd),
	   "SIG-066: nothing there");
	kill(getpid(), SIGUSR1);
	value.sival_int = 7;
	sigqueue(getpid(), 40, value);
	value.sival_int = 8;
	sigqueue(getpid(), 40, value);
	ok(poll_in(fd), "SIG-066: poll shows it");
	ok(read(fd, rec, sizeof(rec)) == 3 * 128, "SIG-066: three records");
	ok(rec[0].ssi_signo == SIGUSR1 && rec[0].ssi_code == SI_USER &&
		   rec[0].ssi_pid == (uint32_t)getpid() && rec[1].ssi_signo == 40 &&
		   rec[1].ssi_code == SI_QUEUE && rec[1].ssi_int == 7 && rec[2].ssi_int == 8,
	   "SIG-066: in order, with their values");
	ok(raw_pending() == 0, "SIG-066: and consumed");

	ok(failed_with(write(fd, rec, 128), EINVAL), "SIG-067: no writing");
	kill(getpid(), SIGUSR2);
	ok(failed_with(read(fd, rec, sizeof(rec)), EAGAIN), "not in the set");
	ok(sfd(fd, BIT(SIGUSR2), 8, 0) == fd && read(fd, rec, sizeof(rec)) == 128 &&
		   rec[0].ssi_signo == SIGUSR2,
	   "SIG-067: the mask is replaced");
	kill(getpid(), SIGUSR2);
	pid = fork();
	if (!pid)
		_exit(!failed_with(read(fd, rec, sizeof(rec)), EAGAIN));
	waitpid(pid, &status, 0);
	ok(status == 0 && read(fd, rec, sizeof(rec)) == 128,
	   "SIG-067: a child reads its own signals");

	/* Blocking: a child sends while we read. */
	fcntl(fd, F_SETFL, 0);
	pid = fork();
	if (!pid) {
		reaches_state(getppid(), 'S');
		kill(getppid(), SIGUSR2);
		_exit(0);
	}
	ok(read(fd, rec, sizeof(rec)) == 128 && rec[0].ssi_pid == (uint32_t)pid,
	   "SIG-066: read() waits");
	waitpid(pid, NULL, 0);
	return ktap_done();
}
