// SPDX-License-Identifier: GPL-2.0-only
/*
 * fork: private memory is the child's own copy, shared memory is the same, and what madvise() and
 * mlock() say about children holds.
 */
#define _GNU_SOURCE
#include "tests/mm/memory.h"
#include "tests/ktap.h"

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

static char *private, *shared, *data_page;
static char global[3 * PAGE] = "initialised";

static int child_changes(void)
{
	int ok = !strcmp(private, "before") && !strcmp(shared, "before") &&
		 !strcmp(global, "initialised");

	strcpy(private, "child");
	strcpy(shared, "child");
	strcpy(global, "child");
	return !(ok && !strcmp(private, "child"));
}

static void test_copies(void)
{
	private = map_anon(10 * PAGE, PROT_READ | PROT_WRITE);
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	strcpy(private, "before");
	strcpy(shared, "before");
	ok(in_child(child_changes) == 0, "the child sees what was there and may change it");
	ok(!strcmp(private, "before") && !strcmp(global, "initialised"),
	   "its private changes are its own");
	ok(!strcmp(shared, "child"), "its shared ones are ours too");
}

/* The parent's writes after the fork must not reach the child. */
static void test_other_direction(void)
{
	int p[2], status;
	char c, *page = map_anon(PAGE, PROT_READ | PROT_WRITE);
	pid_t pid;

	strcpy(page, "old");
	if (pipe(p))
		return;
	pid = fork();
	if (!pid) {
		if (read(p[0], &c, 1) != 1)
			_exit(2);
		_exit(strcmp(page, "old") != 0);
	}
	strcpy(page, "new");
	ok(write(p[1], "x", 1) == 1 && waitpid(pid, &status, 0) == pid && status == 0,
	   "nor do the parent's changes reach the child");
	ok(!strcmp(page, "new"), "and the parent keeps them");
	munmap(page, PAGE);
}

/* Three generations share a page; each sees its own. */
static int grandchild(void)
{
	int bad = strcmp(data_page, "child") != 0;

	strcpy(data_page, "grandchild");
	return bad;
}

static int generations(void)
{
	int bad;

	strcpy(data_page, "child");
	bad = in_child(grandchild) != 0;
	return bad || strcmp(data_page, "child") != 0;
}

static int first_page_zero(void)
{
	return private[0] != 0 || private[PAGE] != 'k';
}

static int faults_in_child(void)
{
	return read_faults(private) == SIGSEGV ? 0 : 1;
}

static int child_locked_kb(void)
{
	char buf[8192], *p;
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	buf[n > 0 ? n : 0] = 0;
	p = strstr(buf, "VmLck:");
	return p ? atoi(p + 6) : 99;
}

static void test_advice(void)
{
	private = map_anon(2 * PAGE, PROT_READ | PROT_WRITE);
	private[0] = private[PAGE] = 'k';
	ok(madvise(private, PAGE, MADV_WIPEONFORK) == 0 && in_child(first_page_zero) == 0 &&
		   private[0] == 'k',
	   "MADV_WIPEONFORK: the child finds zeroes");
	ok(madvise(private, PAGE, MADV_DONTFORK) == 0 && in_child(faults_in_child) == 0 &&
		   private[0] == 'k',
	   "MADV_DONTFORK: the child finds nothing");
	munmap(private, 2 * PAGE);
	private = map_anon(PAGE, PROT_READ | PROT_WRITE);
	ok(mlock(private, PAGE) == 0 && child_locked_kb() == 4 && in_child(child_locked_kb) == 0,
	   "locks are not inherited");
	munlock(private, PAGE);
}

/* Much memory, little of it touched by the child. */
static int sum_and_spoil(void)
{
	unsigned long sum = 0;

	for (size_t at = 0; at < 4ul << 20; at += PAGE)
		sum += (unsigned char)private[at];
	for (size_t at = 0; at < 4ul << 20; at += 64 * PAGE)
	private[at] = 99;
	return sum != 1024 * 7;
}

static void test_large(void)
{
	unsigned long bad = 0;

	private = map_anon(4ul << 20, PROT_READ | PROT_WRITE);
	for (size_t at = 0; at < 4ul << 20; at += PAGE)
	private[at] = 7;
	ok(in_child(sum_and_spoil) == 0, "a child of 4 MiB sees all of it");
	for (size_t at = 0; at < 4ul << 20; at += PAGE)
		bad += private[at] != 7;
	ok(!bad, "and cannot spoil it");
	munmap(private, 4ul << 20);
}

int main(void)
{
	catch_faults();
	test_copies();
	test_other_direction();
	data_page = map_anon(PAGE, PROT_READ | PROT_WRITE);
	strcpy(data_page, "parent");
	ok(in_child(generations) == 0 && !strcmp(data_page, "parent"),
	   "three generations, three copies");
	test_advice();
	test_large();
	return ktap_done();
}
