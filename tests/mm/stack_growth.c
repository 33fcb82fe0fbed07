// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stack grows by use up to RLIMIT_STACK, keeps its distance from what lies below, and its end
 * is a signal that an alternate stack can survive: SIG-062 in part.
 */
#define _GNU_SOURCE
#include "tests/mm/memory.h"
#include "tests/ktap.h"

static char alternate[65536];

static void use_alternate_stack(void)
{
	stack_t ss = { .ss_sp = alternate, .ss_size = sizeof(alternate) };

	sigaltstack(&ss, NULL);
}

/* Uses depth bytes of stack. */
__attribute__((noinline)) static unsigned long dig(size_t depth)
{
	volatile char frame[4096];
	unsigned long below = 0;

	frame[0] = frame[4095] = (char)depth;
	if (depth > 4096)
		below = dig(depth - 4096);
	/* The frame is needed after the call: no compiler may make a loop of this. */
	__asm__ volatile("" : : "r"(frame) : "memory");
	return below + 1;
}

static int deep(void)
{
	return dig(6ul << 20) > 1000 ? 0 : 1;
}

static int too_deep(void)
{
	dig(1ul << 40);
	return 0;
}

static int survives(void)
{
	volatile char *low;

	use_alternate_stack();
	catch_faults();
	fault_info.si_signo = 0;
	if (!sigsetjmp(fault_jump, 1))
		dig(1ul << 40);
	low = fault_info.si_addr;
	return !(fault_info.si_signo == SIGSEGV && low && fault_info.si_code == SEGV_MAPERR);
}

/* exec with a limit of its own, since the limit is looked at when a program starts, too. */
static int limited(void)
{
	struct rlimit limit = { 1 << 20, 1 << 20 };

	setrlimit(RLIMIT_STACK, &limit);
	if (WIFSIGNALED(in_child(too_deep)) == 0)
		return 1;
	dig(512 << 10);
	return 0;
}

static void test_growsdown(void)
{
	char *room = free_range(64ul << 20);
	char *top = room + (32ul << 20);
	char *p = mmap(top, PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0);

	ok(p == top && !write_faults(p - 1) && !write_faults(p - 100 * PAGE),
	   "MAP_GROWSDOWN grows downwards");
	ok(area_is(p, p - 100 * PAGE, 101, "rw-p"), "as far as it was touched");
	ok(write_faults(p + PAGE) == SIGSEGV, "not upwards");
	mmap(p - 200 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	ok(write_faults(p - 120 * PAGE) == SIGSEGV, "it stops a guard gap above what lies below");
	munmap(room, 64ul << 20);
}

int main(void)
{
	use_alternate_stack();
	catch_faults();
	ok(in_child(deep) == 0, "6 MiB of stack");
	signal(SIGSEGV, SIG_DFL);
	ok(WTERMSIG(in_child(too_deep)) == SIGSEGV, "without end: SIGSEGV");
	ok(in_child(survives) == 0, "SIG-062: an alternate stack survives it");
	ok(in_child(limited) == 0, "RLIMIT_STACK holds");
	catch_faults();
	test_growsdown();
	return ktap_done();
}
