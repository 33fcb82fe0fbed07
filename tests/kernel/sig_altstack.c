// SPDX-License-Identifier: GPL-2.0-only
/*
 * The alternate signal stack.
 * Spec: SIG-058 SIG-059 SIG-060 SIG-061 SIG-062
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1u << 31)
#endif

/* libc may refuse small sizes itself. */
static long altstack(const stack_t *ss, stack_t *old)
{
	return syscall(SYS_sigaltstack, ss, old);
}

static char area[65536] __attribute__((aligned(16)));
static char *where;
static stack_t seen;
static long change_ret;
static int change_errno;

static void look(int sig)
{
	stack_t off = { .ss_flags = SS_DISABLE };
	char here;

	(void)sig;
	where = &here;
	altstack(NULL, &seen);
	change_ret = altstack(&off, NULL);
	change_errno = errno;
}

static int in_area(const char *p)
{
	return p >= area && p < area + sizeof(area);
}

static void handle(int sig, void (*fn)(int), int flags)
{
	struct sigaction sa = { .sa_handler = fn, .sa_flags = flags };

	sigaction(sig, &sa, NULL);
}

static void test_call(void)
{
	stack_t ss = { area, 0, 2047 }, old;

	ok(altstack(NULL, &old) == 0 && !old.ss_sp && old.ss_flags == SS_DISABLE && !old.ss_size,
	   "SIG-058: none at first");
	ok(failed_with(altstack(&ss, NULL), ENOMEM), "SIG-058: 2047 bytes are too few");
	ss.ss_size = sizeof(area);
	ss.ss_flags = 3;
	ok(failed_with(altstack(&ss, NULL), EINVAL), "SIG-058: unknown mode");
	ok(failed_with(altstack((void *)8, NULL), EFAULT) &&
		   failed_with(altstack(NULL, (void *)8), EFAULT),
	   "SIG-058: bad pointers");
	ss.ss_flags = SS_ONSTACK;
	ok(altstack(&ss, NULL) == 0 && altstack(NULL, &old) == 0 && old.ss_sp == area &&
		   old.ss_size == sizeof(area) && old.ss_flags == 0,
	   "SIG-058: SS_ONSTACK enables");
	ss.ss_flags = SS_DISABLE;
	ok(altstack(&ss, NULL) == 0 && altstack(NULL, &old) == 0 && old.ss_flags == SS_DISABLE &&
		   !old.ss_size,
	   "SIG-058: SS_DISABLE clears");
	ss.ss_flags = 0;
	ss.ss_size = sizeof(area);
	ok(altstack(&ss, NULL) == 0 && altstack(NULL, &old) == 0 && old.ss_flags == 0,
	   "SIG-058: 0 enables");
}

static void test_use(void)
{
	stack_t ss = { area, (int)SS_AUTODISARM, sizeof(area) };

	handle(SIGUSR1, look, SA_ONSTACK);
	raise(SIGUSR1);
	ok(in_area(where) && seen.ss_flags == SS_ONSTACK, "SIG-059: the handler runs on it");
	ok(change_ret == -1 && change_errno == EPERM, "SIG-059: no change meanwhile");
	handle(SIGUSR1, look, 0);
	raise(SIGUSR1);
	ok(!in_area(where) && change_ret == 0, "SIG-059: not without SA_ONSTACK");

	ok(altstack(&ss, NULL) == 0, "SIG-060: SS_AUTODISARM");
	handle(SIGUSR1, look, SA_ONSTACK);
	raise(SIGUSR1);
	ok(in_area(where) && (seen.ss_flags & 3) == SS_DISABLE && change_ret == 0,
	   "SIG-060: disarmed while the handler runs");
	altstack(NULL, &seen);
	ok(seen.ss_sp == area && seen.ss_size == sizeof(area) &&
		   seen.ss_flags == (int)SS_AUTODISARM,
	   "SIG-060: and set again afterwards");
}

static void has_stack(void)
{
	altstack(NULL, &seen);
	_exit(seen.ss_sp == area ? 0 : 1);
}

static void *thread_has_none(void *arg)
{
	altstack(NULL, arg);
	return NULL;
}

static void execs(void)
{
	execl("/proc/self/exe", "sig_altstack", "after-exec", NULL);
	_exit(9);
}

static void test_inherit(void)
{
	stack_t ss = { area, 0, sizeof(area) }, in_thread = { 0 };
	pthread_t thread;

	altstack(&ss, NULL);
	ok(child_status(has_stack) == 0, "SIG-061: fork inherits");
	pthread_create(&thread, NULL, thread_has_none, &in_thread);
	pthread_join(thread, NULL);
	ok(in_thread.ss_flags == SS_DISABLE, "SIG-061: a thread starts without");
	ok(child_status(execs) == 0, "SIG-061: exec clears");
}

static void recurse_on_small_stack(void);

static void again(int sig)
{
	(void)sig;
	raise(SIGUSR1);
}

static void recurse_on_small_stack(void)
{
	static char small[8192] __attribute__((aligned(16)));
	stack_t ss = { small, 0, sizeof(small) };

	altstack(&ss, NULL);
	handle(SIGUSR1, again, SA_ONSTACK | SA_NODEFER);
	raise(SIGUSR1);
}

static void survived(int sig)
{
	(void)sig;
	_exit(7);
}

static int overflow(int depth)
{
	volatile char page[4096];

	page[0] = (char)depth;
	return depth < 0 ? 0 : overflow(depth + 1) + page[0];
}

static void overflow_with_altstack(void)
{
	stack_t ss = { area, 0, sizeof(area) };

	altstack(&ss, NULL);
	handle(SIGSEGV, survived, SA_ONSTACK);
	overflow(1);
}

static void overflow_without(void)
{
	handle(SIGSEGV, survived, 0);
	overflow(1);
}

int main(int argc, char **argv)
{
	struct rlimit lim = { 1 << 20, 1 << 20 };

	if (argc > 1 && !strcmp(argv[1], "after-exec")) {
		altstack(NULL, &seen);
		return !(seen.ss_flags == SS_DISABLE && !seen.ss_sp && !seen.ss_size);
	}
	test_call();
	test_use();
	test_inherit();
	ok(WTERMSIG(child_status(recurse_on_small_stack)) == SIGSEGV,
	   "SIG-062: overflow of the alternate stack kills");
	setrlimit(RLIMIT_STACK, &lim);
	ok(child_status(overflow_with_altstack) == 7 << 8,
	   "SIG-062: a stack overflow is survived on the alternate stack");
	ok(WTERMSIG(child_status(overflow_without)) == SIGSEGV, "SIG-062: and not without");
	return ktap_done();
}
