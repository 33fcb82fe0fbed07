// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapped files: what is private and what is shared, read() and write() see the same pages, truncate
 * takes them away, and past the end is SIGBUS: SIG-037.
 */
#define _GNU_SOURCE
#include "tests/mm/memory.h"
#include "tests/ktap.h"

static void test_sharing(void)
{
	int fd = letter_file(3 * PAGE);
	char *s = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	char *second = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, PAGE), c = 0;

	ok(s[0] == 'a' && s[PAGE] == 'b' && p[2 * PAGE] == 'c' && second[0] == 'b',
	   "content shows");
	s[1] = 'S';
	ok(pread(fd, &c, 1, 1) == 1 && c == 'S' && p[1] == 'S', "shared writes are the file's");
	ok(pwrite(fd, "W", 1, 2) == 1 && s[2] == 'W' && p[2] == 'W', "write() shows in mappings");
	p[3] = 'P';
	ok(pread(fd, &c, 1, 3) == 1 && c == 'a' && s[3] == 'a' && p[3] == 'P',
	   "private writes are not");
	ok(pwrite(fd, "X", 1, 4) == 1 && s[4] == 'X' && p[4] == 'a',
	   "a private copy no longer follows");
	s[PAGE] = 'Q';
	ok(second[0] == 'Q', "two mappings at different offsets are the same memory");
	ok(msync(s, 3 * PAGE, MS_SYNC) == 0 && msync(s, 3 * PAGE, MS_ASYNC) == 0, "msync");
	close(fd);
	ok(s[PAGE + 1] == 'b', "a mapping outlives the descriptor");
	munmap(s, 3 * PAGE);
	munmap(p, 3 * PAGE);
	munmap(second, PAGE);
}

static void test_end_of_file(void)
{
	int fd = letter_file(PAGE + 100);
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), c = 1;

	ok(p[PAGE + 99] == 'b' && p[PAGE + 100] == 0 && p[2 * PAGE - 1] == 0,
	   "the last page ends in zeroes");
	read_faults(p + 2 * PAGE);
	ok(fault_was(SIGBUS, BUS_ADRERR, p + 2 * PAGE), "SIG-037: past the end: SIGBUS BUS_ADRERR");
	write_faults(p + 3 * PAGE + 5);
	ok(fault_was(SIGBUS, BUS_ADRERR, p + 3 * PAGE + 5), "SIG-037: for writes too");
	ok(failed_with(write(open("/dev/null", O_WRONLY), p + 2 * PAGE, 1), EFAULT) ||
		   fault_info.si_signo == SIGBUS,
	   "the kernel gets EFAULT there");
	p[PAGE + 200] = 'x';
	ok(ftruncate(fd, 3 * PAGE) == 0 && !read_faults(p + 2 * PAGE) && p[2 * PAGE] == 0,
	   "a longer file can be read through the old mapping");
	(void)c;
	munmap(p, 4 * PAGE);
	close(fd);
}

static void test_truncate(void)
{
	int fd = letter_file(4 * PAGE);
	char *s = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0), c;

	p[0] = p[3 * PAGE] = 'P';
	s[2 * PAGE] = 's';
	ok(ftruncate(fd, PAGE + 10) == 0, "truncated");
	ok(s[PAGE + 9] == 'b' && s[PAGE + 10] == 0, "the rest of the last page is zero");
	ok(read_faults(s + 2 * PAGE) == SIGBUS && read_faults(p + 2 * PAGE) == SIGBUS,
	   "what is gone is SIGBUS");
	ok(p[0] == 'P', "a private copy before the end stays");
	ok(read_faults(p + 3 * PAGE) == SIGBUS, "one behind it goes");
	ok(ftruncate(fd, 4 * PAGE) == 0 && s[2 * PAGE] == 0 && s[PAGE + 10] == 0 &&
		   pread(fd, &c, 1, 3 * PAGE) == 1 && c == 0,
	   "extended again it is zero");
	munmap(s, 4 * PAGE);
	munmap(p, 4 * PAGE);
	close(fd);
}

static int child_writes(void)
{
	char name[] = "/tmp/mm.shared";
	int fd = open(name, O_RDWR);
	char *s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	strcpy(s, "from the child");
	return 0;
}

static void test_processes(void)
{
	int fd = open("/tmp/mm.shared", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *s;

	ok(ftruncate(fd, PAGE) == 0, "a sparse file");
	s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ok(s[0] == 0, "reads as zero");
	ok(in_child(child_writes) == 0 && !strcmp(s, "from the child"),
	   "two processes that map the same file share it");
	unlink("/tmp/mm.shared");
	ok(!strcmp(s, "from the child"), "also when its name is gone");
	munmap(s, PAGE);
	close(fd);
}

static void test_core(void)
{
	int fd = letter_file(2 * PAGE);
	char *p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0),
	     *anon = map_anon(3 * PAGE, PROT_READ | PROT_WRITE);
	unsigned char vec[3] = { 9, 9, 9 };

	ok(mincore(p, 2 * PAGE, vec) == 0 && (vec[0] & 1) && (vec[1] & 1),
	   "mincore: file pages in memory");
	anon[PAGE] = 1;
	ok(mincore(anon, 3 * PAGE, vec) == 0 && !(vec[0] & 1) && (vec[1] & 1) && !(vec[2] & 1),
	   "mincore: touched anonymous pages only");
	munmap(anon, 3 * PAGE);
	ok(failed_with(mincore(anon, PAGE, vec), ENOMEM), "mincore of nothing: ENOMEM");
	ok(failed_with(mincore(p + 1, PAGE, vec), EINVAL), "of an odd address: EINVAL");
	ok(failed_with(msync(p + 1, PAGE, MS_SYNC), EINVAL) &&
		   failed_with(msync(p, PAGE, 8), EINVAL) &&
		   failed_with(msync(p, PAGE, MS_SYNC | MS_ASYNC), EINVAL),
	   "msync: EINVAL");
	ok(failed_with(msync(anon, PAGE, MS_SYNC), ENOMEM), "msync of nothing: ENOMEM");
	munmap(p, 2 * PAGE);
	close(fd);
}

int main(void)
{
	catch_faults();
	test_sharing();
	test_end_of_file();
	test_truncate();
	test_processes();
	test_core();
	return ktap_done();
}
