// SPDX-License-Identifier: GPL-2.0-only
/* mprotect, and the signal that each forbidden access brings: SIG-036, SIG-037 in part. */
#define _GNU_SOURCE
#include "tests/mm/memory.h"
#include "tests/ktap.h"

static void test_codes(void)
{
	char *p = map_anon(4 * PAGE, PROT_READ | PROT_WRITE);

	p[0] = 'x';
	ok(mprotect(p, PAGE, PROT_READ) == 0 && p[0] == 'x', "read-only memory can be read");
	write_faults(p + 5);
	ok(fault_was(SIGSEGV, SEGV_ACCERR, p + 5),
	   "SIG-036: writing it is SEGV_ACCERR at the address");
	ok(mprotect(p, PAGE, PROT_NONE) == 0 && read_faults(p) &&
		   fault_was(SIGSEGV, SEGV_ACCERR, p),
	   "PROT_NONE cannot even be read");
	ok(mprotect(p, PAGE, PROT_READ | PROT_WRITE) == 0 && p[0] == 'x' && !write_faults(p),
	   "content survives PROT_NONE, and can be written to again");
	mprotect(p + PAGE, PAGE, PROT_NONE);
	ok(read_faults(p + PAGE) == SIGSEGV, "so for pages that were never touched");
	ok(read_faults((void *)16) && fault_was(SIGSEGV, SEGV_MAPERR, (void *)16),
	   "null: SEGV_MAPERR");
	read_faults((void *)0xffff800000000000ul);
	ok(fault_was(SIGSEGV, SEGV_MAPERR, (void *)0xffff800000000000ul),
	   "kernel space reads like nothing: SEGV_MAPERR");
	write_faults((void *)0xffffffff81000000ul);
	ok(fault_was(SIGSEGV, SEGV_MAPERR, (void *)0xffffffff81000000ul), "and writes so");
	read_faults((void *)0x1234567812345678ul);
	ok(fault_info.si_signo == SIGSEGV && fault_info.si_code == SI_KERNEL && !fault_info.si_addr,
	   "SIG-036: a non-canonical address is SI_KERNEL");
	munmap(p, 4 * PAGE);
}

static void test_exec(void)
{
	char *p = map_anon(PAGE, PROT_READ | PROT_WRITE);
	int (*volatile fn)(void) = (int (*)(void))p;
	const unsigned char code[] = { 0xb8, 42, 0, 0, 0, 0xc3 }; /* mov eax, 42; ret */
	int value = 0;

	memcpy(p, code, sizeof(code));
	fault_info.si_signo = 0;
	if (!sigsetjmp(fault_jump, 1))
		value = fn();
	ok(fault_was(SIGSEGV, SEGV_ACCERR, p), "data cannot be executed");
	mprotect(p, PAGE, PROT_READ | PROT_EXEC);
	if (!sigsetjmp(fault_jump, 1))
		value = fn();
	ok(value == 42, "with PROT_EXEC it can");
	munmap(p, PAGE);
}

static void test_areas(void)
{
	char *p = free_range(12 * PAGE) + PAGE;

	mmap(p, 10 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	mprotect(p + 4 * PAGE, 2 * PAGE, PROT_READ);
	ok(area_is(p, p, 4, "rw-p") && area_is(p + 4 * PAGE, p + 4 * PAGE, 2, "r--p") &&
		   area_is(p + 6 * PAGE, p + 6 * PAGE, 4, "rw-p"),
	   "one area becomes three");
	mprotect(p + 2 * PAGE, 2 * PAGE, PROT_READ);
	ok(area_is(p + 2 * PAGE, p + 2 * PAGE, 4, "r--p") && area_is(p, p, 2, "rw-p"),
	   "an area grows downwards over its neighbour");
	mprotect(p + 6 * PAGE, PAGE, PROT_READ);
	ok(area_is(p + 6 * PAGE, p + 2 * PAGE, 5, "r--p"), "and upwards");
	mprotect(p, 10 * PAGE, PROT_READ | PROT_WRITE);
	ok(area_is(p + 5 * PAGE, p, 10, "rw-p"), "all alike again they are one");
	munmap(p + 5 * PAGE, PAGE);
	ok(failed_with(mprotect(p, 10 * PAGE, PROT_READ), ENOMEM), "across a hole: ENOMEM");
	ok(area_is(p, p, 5, "r--p") && area_is(p + 6 * PAGE, p + 6 * PAGE, 4, "rw-p"),
	   "but the part before it has changed");
	munmap(p, 10 * PAGE);
}

static void test_errors(void)
{
	char *p = map_anon(PAGE, PROT_READ), *shared;
	int fd = open("/proc/self/exe", O_RDONLY);

	ok(failed_with(syscall(SYS_mprotect, p + 1, PAGE, PROT_READ), EINVAL),
	   "odd address: EINVAL");
	ok(mprotect(p, 0, PROT_READ) == 0, "length 0 is no error");
	ok(syscall(SYS_mprotect, p, PAGE, 0x100) == -1 && errno == EINVAL, "unknown bits: EINVAL");
	ok(syscall(SYS_mprotect, p, ~0ul - 100, PROT_READ) == -1 && errno == ENOMEM,
	   "a range that wraps: ENOMEM");
	munmap(p, PAGE);
	ok(failed_with(mprotect(p, PAGE, PROT_READ), ENOMEM), "nothing there: ENOMEM");
	shared = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	ok(failed_with(mprotect(shared, PAGE, PROT_READ | PROT_WRITE), EACCES),
	   "a shared mapping of a read-only file cannot be made writable: EACCES");
	close(fd);
}

/* The kernel touches user memory for us: the answer is EFAULT, never a signal. */
static void test_kernel_access(void)
{
	char *p = map_anon(3 * PAGE, PROT_READ | PROT_WRITE);
	int pipes[2], zero = open("/dev/zero", O_RDONLY);

	ok(pipe(pipes) == 0, "a pipe");
	munmap(p + 2 * PAGE, PAGE);
	mprotect(p + PAGE, PAGE, PROT_READ);
	ok(failed_with(read(zero, p + PAGE, 10), EFAULT), "read() into read-only memory: EFAULT");
	ok(read(zero, p + PAGE - 10, 20) == 10 || errno == EFAULT,
	   "partly writable: what fits, or EFAULT");
	ok(write(pipes[1], p + PAGE, 10) == 10, "write() from it is fine");
	ok(failed_with(write(pipes[1], p + 2 * PAGE, 10), EFAULT), "from unmapped memory: EFAULT");
	ok(failed_with(write(pipes[1], (void *)0xffffffff81000000ul, 10), EFAULT),
	   "from kernel memory: EFAULT");
	ok(failed_with(read(zero, (void *)0xffff888000000000ul, 10), EFAULT),
	   "into kernel memory: EFAULT");
	ok(failed_with(write(pipes[1], (void *)0x7ffffffff000ul, 10), EFAULT),
	   "at the end of user space: EFAULT");
	munmap(p, 2 * PAGE);
}

int main(void)
{
	catch_faults();
	test_codes();
	test_exec();
	test_areas();
	test_errors();
	test_kernel_access();
	return ktap_done();
}
