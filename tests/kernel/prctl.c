// SPDX-License-Identifier: GPL-2.0-only
/* prctl: name, dumpable, timer slack, subreaper, no_new_privs, securebits; what is refused. */
#define _GNU_SOURCE
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static int no_new_privs_is_inherited(void)
{
	int status;
	pid_t pid;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return 1;
	pid = fork();
	if (!pid)
		_exit(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 1);
	waitpid(pid, &status, 0);
	return status;
}

static void nnp(void)
{
	_exit(no_new_privs_is_inherited() != 0);
}

int main(void)
{
	char name[17] = "";
	int value = -1;

	ok(prctl(PR_SET_NAME, "0123456789abcdefgh") == 0 && prctl(PR_GET_NAME, name) == 0 &&
		   !strcmp(name, "0123456789abcde"),
	   "a name of at most 15 bytes");
	ok(failed_with(prctl(PR_SET_NAME, 8), EFAULT), "a bad pointer");
	ok(prctl(PR_GET_DUMPABLE) == 1, "dumpable");
	ok(prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_GET_DUMPABLE) == 0, "not dumpable");
	ok(failed_with(prctl(PR_SET_DUMPABLE, 2), EINVAL), "only 0 and 1");
	prctl(PR_SET_DUMPABLE, 1);
	ok(prctl(PR_GET_TIMERSLACK) == 50000, "a timer slack of 50 us");
	ok(prctl(PR_SET_TIMERSLACK, 1000) == 0 && prctl(PR_GET_TIMERSLACK) == 1000,
	   "can be changed");
	ok(prctl(PR_SET_TIMERSLACK, 0) == 0 && prctl(PR_GET_TIMERSLACK) == 50000, "0: the default");
	ok(prctl(PR_GET_CHILD_SUBREAPER, &value) == 0 && value == 0, "no subreaper");
	ok(prctl(PR_SET_CHILD_SUBREAPER, 7) == 0 && prctl(PR_GET_CHILD_SUBREAPER, &value) == 0 &&
		   value == 1,
	   "a subreaper");
	prctl(PR_SET_CHILD_SUBREAPER, 0);
	ok(failed_with(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL) &&
		   failed_with(prctl(PR_SET_NO_NEW_PRIVS, 1, 1, 0, 0), EINVAL) &&
		   prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0,
	   "no_new_privs cannot be cleared");
	ok(child_status(nnp) == 0, "no_new_privs passes to children");
	ok(failed_with(prctl(9999), EINVAL), "an unknown operation");
	ok(prctl(PR_GET_SECUREBITS) == 0, "no securebits");
	if (geteuid() == 0)
		ok(failed_with(prctl(PR_SET_SECUREBITS, 1 << 20), EPERM), "unknown securebits");
	ok(failed_with(prctl(47, 2, 0, 0, 0), EPERM) || geteuid() == 0,
	   "an ambient capability must be inheritable");
	return ktap_done();
}
