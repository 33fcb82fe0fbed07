// SPDX-License-Identifier: GPL-2.0-only
/* Process groups and sessions: setpgid, setsid and their refusals. */
#define _GNU_SOURCE
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static void leads(void)
{
	pid_t me = getpid();

	if (setsid() != me || getsid(0) != me || getpgrp() != me)
		_exit(1);
	if (!failed_with(setsid(), EPERM) || !failed_with(setpgid(0, 0), EPERM))
		_exit(2);
	_exit(0);
}

static void group_leader_cannot(void)
{
	if (setpgid(0, 0))
		_exit(1);
	_exit(!failed_with(setsid(), EPERM));
}

static void execs(void)
{
	execl("/proc/self/exe", "x", "wait", NULL);
	_exit(9);
}

static void own_session(void)
{
	setsid();
}

int main(int argc, char **argv)
{
	pid_t a, b, c;

	if (argc > 1) {
		for (;;)
			pause();
	}
	(void)argv;
	ok(child_status(leads) == 0, "setsid makes a session and a group; their leader stays");
	ok(child_status(group_leader_cannot) == 0, "a group leader cannot leave by setsid");
	a = start_child(NULL);
	b = start_child(NULL);
	c = start_child(own_session);
	ok(getpgid(a) == getpgrp() && getsid(a) == getsid(0), "inherited");
	ok(setpgid(a, 0) == 0 && getpgid(a) == a, "a child gets its own group");
	ok(setpgid(b, a) == 0 && getpgid(b) == a, "another joins it");
	ok(failed_with(setpgid(b, 999999), EPERM), "EPERM: no such group");
	ok(failed_with(setpgid(b, c), EPERM), "EPERM: a group of another session");
	ok(failed_with(setpgid(c, a), EPERM), "EPERM: a process of another session");
	ok(failed_with(setpgid(b, -1), EINVAL), "EINVAL: a negative group");
	ok(failed_with(setpgid(999999, 0), ESRCH), "ESRCH: nobody");
	ok(failed_with(setpgid(getppid(), 0), ESRCH), "ESRCH: not a child");
	ok(failed_with(getpgid(999999), ESRCH) && failed_with(getsid(999999), ESRCH),
	   "ESRCH: nobody to ask about");
	ok(getsid(c) == c, "another session's number can be asked for");
	/* The group lives on without the process that it is named after. */
	end_child(a);
	ok(getpgid(b) == a && kill(-a, 0) == 0, "a group outlives its leader");
	end_child(b);
	ok(failed_with(kill(-a, 0), ESRCH), "and ends with its last member");
	end_child(c);

	a = fork();
	if (!a)
		execs();
	for (int i = 0; i < 10000; i++) {
		char comm[64];

		snprintf(comm, sizeof(comm), "/proc/%d/cmdline", a);
		if (read_file(comm, comm, sizeof(comm)) > 0 && comm[0] == 'x')
			break;
		pause_ms(1);
	}
	ok(failed_with(setpgid(a, a), EACCES), "EACCES: the child has called exec");
	end_child(a);
	return ktap_done();
}
