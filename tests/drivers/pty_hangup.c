// SPDX-License-Identifier: GPL-2.0-only
/* Ends of a pseudo-terminal: who sees what when the other closes, and the session's SIGHUP. */
#define _GNU_SOURCE
#include "tests/drivers/pty.h"
#include "tests/ktap.h"

static char name[64];

static void slave_closes(void)
{
	struct pollfd p = { 0 };
	char buf[100];
	int m, s;

	open_pair(&m, &s);
	ok(write(s, "last", 4) == 4 && !close(s), "the slave writes and closes");
	p.fd = m;
	p.events = POLLIN;
	ok(poll(&p, 1, SOON) == 1 && (p.revents & POLLHUP), "the master polls POLLHUP");
	ok(read(m, buf, 100) == 4, "what was written is still read");
	ok(read(m, buf, 100) == -1 && errno == EIO, "then reads are EIO");
	ok(write(m, "x\n", 2) == 2, "but the master may write, for whoever opens the slave next");
	ptsname_r(m, name, sizeof(name));
	s = open(name, O_RDWR | O_NOCTTY);
	ok(s >= 0 && read(s, buf, 100) == 2 && is(arrives(m, 3), "x\r\n"), "who finds it, echoed");
	ok(write(s, "back", 4) == 4 && read(m, buf, 100) == 4, "and brings the line back");
	close(s);
	close(m);
	ok(access(name, F_OK) == -1 && errno == ENOENT, "the node goes with the master");
}

static void master_closes(void)
{
	struct pollfd p = { 0 };
	struct termios t;
	char buf[100];
	int m, s;

	open_pair(&m, &s);
	close(m);
	p.fd = s;
	p.events = POLLIN | POLLOUT;
	ok(poll(&p, 1, SOON) == 1 && (p.revents & POLLHUP), "the slave polls POLLHUP");
	ok(read(s, buf, 100) == 0, "its reads are end of file");
	ok(write(s, "x", 1) == -1 && errno == EIO, "its writes are EIO");
	ok(tcgetattr(s, &t) == -1 && errno == EIO, "its ioctls are EIO");
	close(s);
}

static void locked(void)
{
	int m = open("/dev/ptmx", O_RDWR | O_NOCTTY), s, on = 1;

	ptsname_r(m, name, sizeof(name));
	ok(open(name, O_RDWR | O_NOCTTY) == -1 && errno == EIO, "a new slave is locked");
	unlockpt(m);
	s = open(name, O_RDWR | O_NOCTTY);
	ok(s >= 0, "unlockpt() opens it");
	ok(!ioctl(m, TIOCSPTLCK, &on) && open(name, O_RDWR | O_NOCTTY) == -1 && errno == EIO,
	   "TIOCSPTLCK locks it again");
	close(s);
	close(m);
}

static volatile sig_atomic_t hups;

static void on_hup(int sig)
{
	hups++;
}

/* A session leader on a terminal whose master goes away. */
static void leader_is_hung_up(void)
{
	int m, s;
	pid_t child;
	int up[2], status;

	if (pipe(up))
		_exit(1);
	open_pair(&m, &s);
	child = fork();
	if (!child) {
		close(m);
		signal(SIGHUP, on_hup);
		if (setsid() < 0 || ioctl(s, TIOCSCTTY, 0))
			_exit(2);
		if (write(up[1], "r", 1) != 1)
			_exit(3);
		while (!hups)
			usleep(1000);
		/* The terminal is no longer ours. */
		_exit(open("/dev/tty", O_RDWR) == -1 && errno == ENXIO ? 0 : 4);
	}
	close(s);
	if (read(up[0], &status, 1) != 1)
		_exit(5);
	close(m);
	alarm(60);
	waitpid(child, &status, 0);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 6);
}

/* The foreground group hears of the end of the session leader. */
static void foreground_is_hung_up(void)
{
	int m, s, up[2], status;
	pid_t leader;
	char c;

	if (pipe(up))
		_exit(1);
	open_pair(&m, &s);
	leader = fork();
	if (!leader) {
		pid_t job;

		if (setsid() < 0 || ioctl(s, TIOCSCTTY, 0))
			_exit(2);
		job = fork();
		if (!job) {
			signal(SIGHUP, SIG_DFL);
			for (;;)
				pause();
		}
		setpgid(job, job);
		signal(SIGTTOU, SIG_IGN);
		if (tcsetpgrp(s, job))
			_exit(3);
		close(up[0]); /* the job keeps up[1] */
		_exit(0);
	}
	close(up[1]);
	waitpid(leader, &status, 0);
	alarm(60);
	/* End of file: the job has died of SIGHUP. */
	_exit(status ? WEXITSTATUS(status) : read(up[0], &c, 1) == 0 ? 0 : 7);
}

int main(void)
{
	slave_closes();
	master_closes();
	locked();
	ok(in_child(leader_is_hung_up) == 0,
	   "a hang-up sends the leader SIGHUP and takes its terminal");
	ok(in_child(foreground_is_hung_up) == 0,
	   "the leader's exit sends the foreground group SIGHUP");
	return ktap_done();
}
