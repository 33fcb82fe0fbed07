// SPDX-License-Identifier: GPL-2.0-only
/* brk: the heap grows, shrinks, is zeroed, stops at limits and obstacles. */
#define _GNU_SOURCE
#include "tests/mm/memory.h"
#include "tests/ktap.h"

/* The kernel's call: the new break, or the old one when it cannot be moved. */
static char *kernel_brk(void *at)
{
	return (char *)syscall(SYS_brk, at);
}

static int limited(void)
{
	char *now = kernel_brk(0);
	struct rlimit limit = { 8 << 20, 8 << 20 };

	setrlimit(RLIMIT_DATA, &limit);
	return !(kernel_brk(now + (64 << 20)) == now && kernel_brk(now + PAGE) == now + PAGE);
}

static int child_heap(void)
{
	char *now = kernel_brk(0);

	if (now[-1] != 'p')
		return 1;
	now[-1] = 'c';
	return kernel_brk(now + PAGE) != now + PAGE;
}

int main(void)
{
	char *start, *p;
	int zero = 1;

	catch_faults();
	start = (char *)(((unsigned long)kernel_brk(0) + PAGE - 1) & ~(PAGE - 1));
	ok(kernel_brk(start) == start, "the break can be set");
	ok(kernel_brk(start + 5 * PAGE) == start + 5 * PAGE, "it grows");
	for (size_t i = 0; i < 5 * PAGE; i++)
		zero &= start[i] == 0;
	ok(zero, "new heap is zero");
	memset(start, 'p', 5 * PAGE);
	ok(read_faults(start + 5 * PAGE) == SIGSEGV, "behind it is nothing");
	ok(kernel_brk(start + 2 * PAGE) == start + 2 * PAGE &&
		   read_faults(start + 2 * PAGE) == SIGSEGV,
	   "it shrinks");
	ok(kernel_brk(start + 3 * PAGE) == start + 3 * PAGE && start[2 * PAGE] == 0 &&
		   start[PAGE] == 'p',
	   "regrown memory is zero, the rest stays");
	ok(kernel_brk(start + 3 * PAGE - 100) == start + 3 * PAGE - 100 && start[3 * PAGE - 1] == 0,
	   "the break need not be a multiple of the page");
	kernel_brk(start + 3 * PAGE);
	p = mmap(start + 10 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0);
	ok(kernel_brk(start + 20 * PAGE) == start + 3 * PAGE, "a mapping in the way stops it");
	munmap(p, PAGE);
	ok(kernel_brk(start + 20 * PAGE) == start + 20 * PAGE, "once it is gone it grows");
	ok(kernel_brk((char *)4096) == start + 20 * PAGE, "below its start it does not go");
	ok(kernel_brk((char *)0x7fffffff0000ul) == start + 20 * PAGE, "nor into the stack");
	ok(in_child(limited) == 0, "RLIMIT_DATA holds");
	start[20 * PAGE - 1] = 'p';
	ok(in_child(child_heap) == 0 && start[20 * PAGE - 1] == 'p', "a child has its own heap");
	ok(is_mapped(start) && kernel_brk(start) == start && !is_mapped(start), "back to nothing");
	return ktap_done();
}
