// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals that the processor causes: number, code, address; and that they cannot be refused.
 * Spec: SIG-006 SIG-035 SIG-036 SIG-037 SIG-038 SIG-070
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <ucontext.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static sigjmp_buf back;
static siginfo_t info;
static unsigned long rip;
static long rax, trapno, error_code;
static volatile int hits;
static volatile char *volatile nowhere = (char *)0x10;

static void on_fault(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	info = *si;
	rip = (unsigned long)((ucontext_t *)uc)->uc_mcontext.gregs[REG_RIP];
	rax = (long)((ucontext_t *)uc)->uc_mcontext.gregs[REG_RAX];
	trapno = (long)((ucontext_t *)uc)->uc_mcontext.gregs[REG_TRAPNO];
	error_code = (long)((ucontext_t *)uc)->uc_mcontext.gregs[REG_ERR];
	hits++;
	siglongjmp(back, 1);
}

static void on_info(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)uc;
	info = *si;
	hits++;
}

static int is(int sig, int code, const void *addr)
{
	return hits == 1 && info.si_signo == sig && info.si_code == code && info.si_addr == addr;
}

#define CATCH(statement)                                                                           \
	do {                                                                                       \
		hits = 0;                                                                          \
		if (!sigsetjmp(back, 1)) {                                                         \
			statement;                                                                 \
		}                                                                                  \
	} while (0)

static void test_codes(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP };
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	char *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char name[] = "/tmp/sig_faults.XXXXXX";
	int fd = mkstemp(name);
	char *file, *page_rw;

	for (unsigned int i = 0; i < 5; i++)
		sigaction(signals[i], &sa, NULL);

	CATCH(*nowhere = 1);
	ok(is(SIGSEGV, SEGV_MAPERR, (void *)0x10), "SIG-036: nothing mapped");
	CATCH(*(volatile char *)(page + 5) = 1);
	ok(is(SIGSEGV, SEGV_ACCERR, page + 5), "SIG-036: not writable");
	CATCH(*(volatile char *)0x8000000000000000ul = 1);
	ok(is(SIGSEGV, SI_KERNEL, NULL), "SIG-036: not canonical");
	CATCH(__asm__ volatile("hlt"));
	ok(is(SIGSEGV, SI_KERNEL, NULL), "SIG-036: a privileged instruction");
	CATCH(*(volatile char *)0xffffffff80000000ul = 1);
	ok(hits == 1 && info.si_signo == SIGSEGV && info.si_addr == (void *)0xffffffff80000000ul,
	   "SIG-036: a kernel address");
	CATCH(((void (*)(void))0)());
	ok(is(SIGSEGV, SEGV_MAPERR, NULL) && rip == 0, "a call of address 0");

	ok(fd >= 0 && ftruncate(fd, 4096) == 0, "a file of one page");
	file = mmap(NULL, 8192, PROT_READ, MAP_SHARED, fd, 0);
	CATCH((void)*(volatile char *)(file + 4096));
	ok(is(SIGBUS, BUS_ADRERR, file + 4096), "SIG-037: past the end of a mapped file");
	CATCH(__asm__ volatile("xorl %%ecx, %%ecx; idivl %%ecx" ::: "eax", "ecx", "edx", "cc"));
	ok(is(SIGFPE, FPE_INTDIV, (void *)rip), "SIG-037: division by zero");
	CATCH(__asm__ volatile("ud2"));
	ok(is(SIGILL, ILL_ILLOPN, (void *)rip), "SIG-037: ud2");
	CATCH(__asm__ volatile(".byte 0x06"));
	ok(is(SIGILL, ILL_ILLOPN, (void *)rip), "SIG-037: an opcode of other times");
	CATCH(__asm__ volatile("int3"));
	ok(hits == 1 && info.si_signo == SIGTRAP && info.si_code == SI_KERNEL && trapno == 3 &&
		   error_code == 0,
	   "SIG-037: int3");
	CATCH(__asm__ volatile("int $0x81"));
	ok(is(SIGSEGV, SI_KERNEL, NULL) && trapno == 13,
	   "SIG-036: an interrupt that user mode has no gate for");
	*(volatile char *)(page_rw = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) = (char)0xc3;
	CATCH(((void (*)(void))page_rw)());
	ok(is(SIGSEGV, SEGV_ACCERR, page_rw) && rip == (unsigned long)page_rw,
	   "SIG-036: not executable");
	/* No stack use below the red zone: the flags go through memory above it. */
	CATCH(__asm__ volatile("subq $128, %%rsp; pushfq; orq $0x100, (%%rsp); popfq; nop; "
			       "addq $128, %%rsp" ::
				       : "memory", "cc"));
	ok(hits == 1 && info.si_signo == SIGTRAP && info.si_code == TRAP_TRACE,
	   "SIG-037: a single step (%d times, signal %d, code %d)", hits, info.si_signo,
	   info.si_code);
	for (unsigned int i = 0; i < 5; i++)
		signal(signals[i], SIG_DFL);
	close(fd);
	unlink(name);
}

/* Unmasks one x87 exception and brings it about; it strikes at the fwait. */
static void x87_divide(unsigned short unmask, double a, double b)
{
	unsigned short cw = 0x37f & ~unmask;
	double c;

	__asm__ volatile("fninit; fldcw %1; fldl %2; fdivl %3; fstpl %0; fwait"
			 : "=m"(c)
			 : "m"(cw), "m"(a), "m"(b));
}

static void test_fpe(void)
{
	static const struct {
		unsigned short unmask;
		int code;
		double a, b;
		const char *what;
	} cases[] = {
		{ 0x01, FPE_FLTINV, 0, 0, "an invalid operation" },
		{ 0x04, FPE_FLTDIV, 1, 0, "division by zero" },
		{ 0x08, FPE_FLTOVF, 1e308, 1e-308, "overflow" },
		{ 0x10, FPE_FLTUND, 1e-308, 1e308, "underflow" },
		{ 0x20, FPE_FLTRES, 1, 3, "an inexact result" },
	};
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	sigaction(SIGFPE, &sa, NULL);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		CATCH(x87_divide(cases[i].unmask, cases[i].a, cases[i].b));
		ok(is(SIGFPE, cases[i].code, (void *)rip) && trapno == 16 && error_code == 0,
		   "SIG-037: x87: %s", cases[i].what);
	}
	__asm__ volatile("fninit");
	CATCH(__asm__ volatile("movl $0x80000000, %%eax; cltd; movl $-1, %%ecx; idivl %%ecx" ::
				       : "eax", "ecx", "edx", "cc"));
	ok(is(SIGFPE, FPE_INTDIV, (void *)rip) && trapno == 0 && error_code == 0,
	   "SIG-037: a quotient that does not fit");
	signal(SIGFPE, SIG_DFL);
}

/*
 * A fault is no system call: whatever rax holds, there is nothing to restart. -512 to -516 are the
 * numbers by which the kernel tells itself of a restart.
 */
static void test_no_restart_after_fault(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_RESTART };
	volatile int good = 1;

	sigaction(SIGSEGV, &sa, NULL);
	for (long n = -516; n <= -512; n++) {
		unsigned long at = 0;

		CATCH(__asm__ volatile("leaq 1f(%%rip), %%rcx; movq %%rcx, %1; movq %0, %%rax; "
				       "1: movb $1, 0x10"
				       :
				       : "r"(n), "m"(at)
				       : "rax", "rcx", "memory"));
		good &= is(SIGSEGV, SEGV_MAPERR, (void *)0x10) &&
			rip == *(volatile unsigned long *)&at && rax == n && trapno == 14 &&
			error_code == 6;
		CATCH(__asm__ volatile("leaq 1f(%%rip), %%rcx; movq %%rcx, %1; movq %0, %%rax; "
				       "1: hlt"
				       :
				       : "r"(n), "m"(at)
				       : "rax", "rcx", "memory"));
		good &= is(SIGSEGV, SI_KERNEL, NULL) && rip == *(volatile unsigned long *)&at &&
			rax == n && trapno == 13 && error_code == 0;
	}
	ok(good, "SIG-070: the frame of a fault shows its instruction, rax and error code");
	signal(SIGSEGV, SIG_DFL);
}

static void null_with_segv_blocked(void)
{
	raw_mask(BIT(SIGSEGV));
	*nowhere = 1;
}

static void null_with_segv_ignored(void)
{
	signal(SIGSEGV, SIG_IGN);
	*nowhere = 1;
}

static void test_kernel_made(void)
{
	struct sigaction sa = { .sa_sigaction = on_info, .sa_flags = SA_SIGINFO };
	struct itimerval it = { { 0, 0 }, { 0, 1000 } };
	int p[2];

	sigaction(SIGALRM, &sa, NULL);
	sigaction(SIGPIPE, &sa, NULL);
	hits = 0;
	setitimer(ITIMER_REAL, &it, NULL);
	for (int i = 0; !hits && i < 5000; i++)
		pause_ms(1);
	ok(hits == 1 && info.si_code == SI_KERNEL && info.si_pid == 0, "SIG-035: ITIMER_REAL");
	hits = 0;
	ok(pipe(p) == 0 && close(p[0]) == 0 && failed_with(write(p[1], "x", 1), EPIPE) &&
		   hits == 1 && info.si_code == SI_USER && info.si_pid == getpid(),
	   "SIG-035: SIGPIPE");
	close(p[1]);
	signal(SIGALRM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
}

/* What each signal does by default. */
static void test_defaults(void)
{
	static const char ignored[] = { SIGCHLD, SIGCONT, SIGURG, SIGWINCH, 0 };
	static const char stops[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU, 0 };
	struct rlimit none = { 0, 0 };
	int bad = 0, status;
	pid_t pid;

	setrlimit(RLIMIT_CORE, &none);
	for (int sig = 1; sig <= 64; sig++) {
		pid = start_child(NULL);
		setpgid(pid, pid);
		syscall(SYS_kill, pid, sig);
		if (strchr(ignored, sig)) {
			status = end_child(pid);
			if (WTERMSIG(status) != SIGKILL)
				bad = sig;
		} else if (strchr(stops, sig)) {
			if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status) ||
			    WSTOPSIG(status) != sig)
				bad = sig;
			end_child(pid);
		} else if (waitpid(pid, &status, 0) != pid || status != sig) {
			bad = sig;
		}
	}
	ok(!bad, "SIG-006: default actions (first wrong: %d)", bad);
}

int main(void)
{
	test_codes();
	test_fpe();
	test_no_restart_after_fault();
	ok(WTERMSIG(child_status(null_with_segv_blocked)) == SIGSEGV,
	   "SIG-038: a fault while blocked kills");
	ok(WTERMSIG(child_status(null_with_segv_ignored)) == SIGSEGV,
	   "SIG-038: a fault while ignored kills");
	test_kernel_made();
	test_defaults();
	return ktap_done();
}
