// SPDX-License-Identifier: GPL-2.0-only
/*
 * rt_sigaction and rt_sigprocmask keep, filter and report what they are given.
 * Spec: SIG-001 SIG-002 SIG-003 SIG-004 SIG-005 SIG-016 SIG-018 SIG-020 SIG-083
 */
#define _GNU_SOURCE
#include "tests/kernel/child.h"
#include "tests/ktap.h"

struct ksigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

static long sigact(int sig, const void *act, void *old, size_t size)
{
	return syscall(SYS_rt_sigaction, sig, act, old, size);
}

static volatile sig_atomic_t runs;

static void count_run(int sig)
{
	(void)sig;
	runs++;
}

static void test_action(void)
{
	struct sigaction sa = { .sa_handler = count_run };
	struct ksigaction in, out, zero = { 0 };
	int sig;

	/* libc's own action shows a restorer that works. */
	sigaction(SIGUSR1, &sa, NULL);
	ok(sigact(SIGUSR1, NULL, &in, 8) == 0, "SIG-001: query");
	in.mask = 1ul << (SIGHUP - 1) | 1ul << (40 - 1);
	in.flags |= 0x10000000ul;
	ok(sigact(SIGUSR1, &in, NULL, 8) == 0 && sigact(SIGUSR1, NULL, &out, 8) == 0 &&
		   !memcmp(&in, &out, sizeof(in)),
	   "SIG-001: handler, flags, restorer and mask read back as stored");
	ok(out.flags & 0x04000000, "SIG-001: SA_RESTORER is reported");
	raise(SIGUSR1);
	ok(runs == 1, "SIG-001: the handler ran once");

	ok(failed_with(sigact(SIGUSR1, NULL, &out, 4), EINVAL) &&
		   failed_with(sigact(SIGUSR1, NULL, &out, 16), EINVAL),
	   "SIG-002: rt_sigaction wants size 8");

	ok(failed_with(sigact(0, NULL, &out, 8), EINVAL) &&
		   failed_with(sigact(-1, NULL, &out, 8), EINVAL) &&
		   failed_with(sigact(65, NULL, &out, 8), EINVAL),
	   "SIG-003: 0, -1 and 65 are no signals");
	for (sig = 1; sig <= 64; sig++)
		if (sigact(sig, NULL, &out, 8))
			break;
	ok(sig == 65, "SIG-003: 1 to 64 can be queried");
	ok(failed_with(sigact(SIGKILL, &zero, NULL, 8), EINVAL) &&
		   failed_with(sigact(SIGSTOP, &zero, NULL, 8), EINVAL),
	   "SIG-003: KILL and STOP cannot be changed");
	ok(sigact(SIGKILL, NULL, &out, 8) == 0 && !out.handler, "SIG-003: KILL shows SIG_DFL");

	ok(failed_with(sigact(SIGUSR1, (void *)8, NULL, 8), EFAULT) &&
		   sigact(SIGUSR1, NULL, &out, 8) == 0 && !memcmp(&in, &out, sizeof(in)),
	   "SIG-004: a bad act changes nothing");
	in.mask = 0;
	ok(failed_with(sigact(SIGUSR1, &in, (void *)8, 8), EFAULT) &&
		   sigact(SIGUSR1, NULL, &out, 8) == 0 && out.mask == 0,
	   "SIG-004: a bad oldact fails after the change");

	in.flags = 0x04000000ul | 0x400 | 0x20 | 1ul << 32 | 1 | 2 | 4 | 0x800 | 0x08000000 |
		   0x10000000 | 0x40000000 | 0x80000000ul;
	sigact(SIGUSR2, &in, NULL, 8);
	sigact(SIGUSR2, NULL, &out, 8);
	ok(out.flags == (in.flags & ~(0x400ul | 0x20 | 1ul << 32)),
	   "SIG-005: unknown flags vanish");
	in.mask = ~0ul;
	sigact(SIGUSR2, &in, NULL, 8);
	sigact(SIGUSR2, NULL, &out, 8);
	ok(out.mask == ~(1ul << 8 | 1ul << 18), "SIG-016: KILL and STOP leave sa_mask");

	ok(sigact(32, NULL, &out, 8) == 0 && sigact(33, NULL, &out, 8) == 0,
	   "SIG-083: 32 and 33 are signals");
}

static void test_mask(void)
{
	uint64_t set = ~0ul, old, zero = 0, buf[2] = { ~0ul, ~0ul };
	struct timespec now = { 0, 0 };

	ok(failed_with(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &zero, NULL, 4), EINVAL),
	   "SIG-002: rt_sigprocmask wants size 8");
	ok(failed_with(syscall(SYS_rt_sigtimedwait, &zero, NULL, &now, 16), EINVAL) &&
		   failed_with(syscall(SYS_rt_sigsuspend, &zero, 4), EINVAL),
	   "SIG-002: rt_sigtimedwait and rt_sigsuspend, too");

	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &set, NULL, 8);
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &old, 8);
	ok(old == ~(1ul << 8 | 1ul << 18), "SIG-016: KILL and STOP cannot be blocked");
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &zero, NULL, 8);

	set = 1ul << (SIGUSR1 - 1);
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 8);
	set = 1ul << (SIGHUP - 1);
	syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, &old, 8);
	ok(old == 1ul << (SIGUSR1 - 1), "SIG-018: old mask");
	syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, 8);
	syscall(SYS_rt_sigprocmask, 77, NULL, &old, 8);
	ok(old == 1ul << (SIGUSR1 - 1), "SIG-018: unblocked; any how with a NULL set");
	ok(failed_with(syscall(SYS_rt_sigprocmask, 77, &set, NULL, 8), EINVAL),
	   "SIG-018: a bad how with a set");
	ok(failed_with(syscall(SYS_rt_sigprocmask, SIG_BLOCK, &set, (void *)8, 8), EFAULT),
	   "SIG-018: a bad oset fails");
	syscall(SYS_rt_sigprocmask, 0, NULL, &old, 8);
	ok(old == (1ul << (SIGUSR1 - 1) | 1ul << (SIGHUP - 1)), "SIG-018: but the mask is changed");

	runs = 0;
	signal(SIGUSR1, count_run);
	kill(getpid(), SIGUSR1);
	ok(syscall(SYS_rt_sigpending, buf, 8) == 0 && buf[0] == 1ul << (SIGUSR1 - 1),
	   "SIG-020: blocked and pending");
	buf[0] = ~0ul;
	ok(syscall(SYS_rt_sigpending, buf, 4) == 0 && buf[0] >> 32 == 0xffffffff,
	   "SIG-002: rt_sigpending writes only size bytes");
	ok(failed_with(syscall(SYS_rt_sigpending, buf, 16), EINVAL),
	   "SIG-002: and not more than 8");
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &zero, NULL, 8);
	ok(runs == 1 && syscall(SYS_rt_sigpending, buf, 8) == 0 && buf[0] == 0,
	   "SIG-020: delivered when unblocked");
}

static void test_raw_32_kills(void)
{
	struct ksigaction dfl = { 0 };
	pid_t pid = fork();
	int status;

	if (!pid) {
		uint64_t zero = 0;

		sigact(32, &dfl, NULL, 8);
		syscall(SYS_rt_sigprocmask, SIG_SETMASK, &zero, NULL, 8);
		syscall(SYS_kill, getpid(), 32);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == 32, "SIG-083: the default of 32 terminates");
}

int main(void)
{
	test_action();
	test_mask();
	test_raw_32_kills();
	return ktap_done();
}
