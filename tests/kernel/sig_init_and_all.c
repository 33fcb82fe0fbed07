// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two special targets: init, which takes no signal that it did not ask for, and everybody.
 * Spec: SIG-010 SIG-011
 */
#define _GNU_SOURCE
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define UID 4242

/* As a user of its own, so that nobody else is hit. */
static void kills_all(void)
{
	pid_t pids[3];
	int status;

	if (setresuid(UID, UID, UID))
		_exit(1);
	for (int i = 0; i < 3; i++) {
		pids[i] = start_child(NULL);
		if (i == 1)
			setpgid(pids[i], pids[i]);
	}
	if (kill(-1, SIGKILL))
		_exit(2);
	/* We are still here. */
	for (int i = 0; i < 3; i++)
		if (waitpid(pids[i], &status, 0) != pids[i] || status != SIGKILL)
			_exit(3);
	_exit(0);
}

/* What init neither handles nor blocks; on any system it drops these. */
static void test_init_drops(void)
{
	uint64_t kept = status_set(1, "SigCgt:") | status_set(1, "SigBlk:"), sent = 0;
	int gone = 0;

	for (int sig = 1; sig <= 64; sig++) {
		if (kept & BIT(sig))
			continue;
		sent |= BIT(sig);
		gone |= kill(1, sig) != 0 || syscall(SYS_tgkill, 1, 1, sig) != 0;
	}
	ok(!gone && (sent & BIT(SIGKILL)) && (sent & BIT(SIGSTOP)),
	   "SIG-011: any signal may be sent to init (%lx)", (unsigned long)sent);
	ok(!((status_set(1, "ShdPnd:") | status_set(1, "SigPnd:")) & sent),
	   "SIG-011: what it has no handler for is dropped at once");
	ok(kill(1, 0) == 0 && thread_state(1, 0) != 'T' && thread_state(1, 0) != 'Z',
	   "SIG-011: and init lives");
}

int main(void)
{
	int status;

	if (geteuid() != 0) {
		ktap_skip_all("needs root");
		return 0;
	}
	/* Nothing else: a real init may have handlers for the others. */
	ok(kill(1, SIGKILL) == 0 && kill(1, SIGSTOP) == 0,
	   "SIG-011: KILL and STOP to init succeed");
	ok(kill(1, 0) == 0 && thread_state(1, 0) != 'T' && thread_state(1, 0) != 'Z',
	   "SIG-011: and do nothing");
	test_init_drops();
	status = child_status(kills_all);
	ok(status == 0, "SIG-010: kill(-1) hits all that it may, but not the caller (%d)",
	   status >> 8);
	return ktap_done();
}
