// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame: what a handler finds, what comes back, what cannot be forged.
 * Spec: SIG-070 SIG-071 SIG-072 SIG-073 SIG-074 SIG-084
 */
#define _GNU_SOURCE
#include <ucontext.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

struct ksigaction {
	void *handler;
	unsigned long flags;
	void *restorer;
	uint64_t mask;
};

/* What the naked handler saw: rdi rsi rdx rax rsp, [rsp], flags. */
unsigned long entry[7];

void naked_handler(void);
void restorer(void);
__asm__(".text\n"
	"naked_handler:\n"
	"	mov %rdi, entry(%rip)\n"
	"	mov %rsi, entry+8(%rip)\n"
	"	mov %rdx, entry+16(%rip)\n"
	"	mov %rax, entry+24(%rip)\n"
	"	mov %rsp, entry+32(%rip)\n"
	"	mov (%rsp), %rax\n"
	"	mov %rax, entry+40(%rip)\n"
	"	pushfq\n"
	"	pop entry+48(%rip)\n"
	"	ret\n"
	"restorer:\n"
	"	mov $15, %eax\n"
	"	syscall\n"
	"	hlt\n");

static void raw_action(int sig, void *handler, unsigned long flags)
{
	struct ksigaction sa = { handler, flags, (void *)restorer, 0 };

	syscall(SYS_rt_sigaction, sig, &sa, NULL, 8);
}

static void test_entry(void)
{
	long pid = getpid(), ret;

	raw_action(SIGUSR1, (void *)naked_handler, 0x04000004);
	/* With the direction flag set. */
	__asm__ volatile("std; syscall; cld"
			 : "=a"(ret)
			 : "a"((long)SYS_kill), "D"(pid), "S"((long)SIGUSR1)
			 : "rcx", "r11", "memory");
	ok(ret == 0 && entry[0] == SIGUSR1, "SIG-070: rdi is the signal");
	ok(entry[1] == entry[4] + 312, "SIG-070: rsi is the siginfo at rsp + 312");
	ok(entry[2] == entry[4] + 8, "SIG-070: rdx is the ucontext at rsp + 8");
	ok(entry[3] == 0, "SIG-070: rax is 0");
	ok((entry[4] + 8) % 16 == 0, "SIG-070: the stack is aligned as after a call");
	ok(entry[5] == (unsigned long)restorer, "SIG-070: the restorer is the return address");
	ok(!(entry[6] & 0x400), "SIG-070: DF is clear");
}

static void no_restorer(void)
{
	raw_action(SIGUSR1, (void *)naked_handler, 4);
	kill(getpid(), SIGUSR1);
}

static void no_stack(void)
{
	long pid = getpid();

	raw_action(SIGUSR1, (void *)naked_handler, 0x04000004);
	raw_action(SIGSEGV, (void *)naked_handler, 0x04000004);
	__asm__ volatile("mov $0x1000, %%esp; syscall; ud2"
			 :
			 : "a"((long)SYS_kill), "D"(pid), "S"((long)SIGUSR1)
			 : "rcx", "r11", "memory");
}

static void bad_frame(void)
{
	__asm__ volatile("mov $0x2000, %%esp; mov $15, %%eax; syscall; ud2" ::
				 : "rcx", "r11", "memory");
}

/* Overwrites what a handler may overwrite. */
static void clobber(int sig)
{
	unsigned short cw = 0x127f;
	unsigned int mxcsr = 0x7f80;

	(void)sig;
	__asm__ volatile("pcmpeqd %%xmm0, %%xmm0; movdqa %%xmm0, %%xmm1; movdqa %%xmm0, %%xmm7;"
			 "movdqa %%xmm0, %%xmm15; fldcw %0; ldmxcsr %1"
			 :
			 : "m"(cw), "m"(mxcsr)
			 : "xmm0", "xmm1", "xmm7", "xmm15");
	__asm__ volatile("mov $-1, %%rbx; mov $-1, %%r8; mov $-1, %%r12; mov $-1, %%r15" ::
				 : "rbx", "r8", "r12", "r15");
}

static void test_preserved(void)
{
	unsigned long before[4] = { 0x1111, 0x2222222222, 0x3333, 0x4444444444 }, after[8] = { 0 };
	unsigned long red = 0;
	unsigned short cw_before = 0x0f7f, cw = 0;
	unsigned int mxcsr_before = 0x3f80, mxcsr = 0;
	struct sigaction sa = { .sa_handler = clobber };
	long pid = getpid();

	sigaction(SIGUSR1, &sa, NULL);
	__asm__ volatile("fldcw %[cwb]\n"
			 "ldmxcsr %[mxb]\n"
			 "movdqu (%[in]), %%xmm0\n"
			 "movdqu 16(%[in]), %%xmm15\n"
			 "mov $0x77, %%ebx\n"
			 "mov $0x88, %%r8d\n"
			 "mov $0x1212, %%r12d\n"
			 "mov $0x1515, %%r15d\n"
			 "movq $0x5a5a, -8(%%rsp)\n" /* red zone: this function makes no call */
			 "movq $0x6b6b, -128(%%rsp)\n"
			 "syscall\n"
			 "movq -8(%%rsp), %[red]\n"
			 "addq -128(%%rsp), %[red]\n"
			 "movdqu %%xmm0, (%[out])\n"
			 "movdqu %%xmm15, 16(%[out])\n"
			 "mov %%rbx, 32(%[out])\n"
			 "mov %%r8, 40(%[out])\n"
			 "mov %%r12, 48(%[out])\n"
			 "mov %%r15, 56(%[out])\n"
			 "fnstcw %[cw]\n"
			 "stmxcsr %[mx]\n"
			 : [red] "=&r"(red), [cw] "=m"(cw), [mx] "=m"(mxcsr)
			 : "a"((long)SYS_kill), "D"(pid), "S"((long)SIGUSR1), [in] "r"(before),
			   [out] "r"(after), [cwb] "m"(cw_before), [mxb] "m"(mxcsr_before)
			 : "rcx", "r11", "rbx", "r8", "r12", "r15", "xmm0", "xmm15", "memory");
	ok(red == 0x5a5a + 0x6b6b, "SIG-072: the red zone");
	ok(!memcmp(before, after, sizeof(before)), "SIG-072: XMM registers");
	ok(after[4] == 0x77 && after[5] == 0x88 && after[6] == 0x1212 && after[7] == 0x1515,
	   "SIG-072: general registers");
	ok(cw == cw_before && mxcsr == mxcsr_before, "SIG-072: x87 control word and MXCSR");
	cw = 0x037f;
	mxcsr = 0x1f80;
	__asm__ volatile("fldcw %0; ldmxcsr %1" : : "m"(cw), "m"(mxcsr));
}

static void clobber_avx(int sig)
{
	(void)sig;
	__asm__ volatile("vpcmpeqd %%xmm0, %%xmm0, %%xmm0; vinsertf128 $1, %%xmm0, %%ymm0, %%ymm0;"
			 "vmovaps %%ymm0, %%ymm15" ::
				 : "xmm0", "xmm15");
}

/* The upper halves, which FXSAVE does not know. */
static void test_avx(void)
{
	unsigned char before[64], after[64];
	struct sigaction sa = { .sa_handler = clobber_avx };

	if (!__builtin_cpu_supports("avx")) {
		ok(1, "AVX registers # SKIP the CPU has none");
		return;
	}
	for (int i = 0; i < 64; i++)
		before[i] = (unsigned char)(i * 7 + 1);
	sigaction(SIGUSR1, &sa, NULL);
	__asm__ volatile("vmovdqu (%[in]), %%ymm0\n"
			 "vmovdqu 32(%[in]), %%ymm15\n"
			 "syscall\n"
			 "vmovdqu %%ymm0, (%[out])\n"
			 "vmovdqu %%ymm15, 32(%[out])\n"
			 "vzeroupper\n"
			 :
			 : "a"((long)SYS_kill), "D"((long)getpid()),
			   "S"((long)SIGUSR1), [in] "r"(before), [out] "r"(after)
			 : "rcx", "r11", "xmm0", "xmm15", "memory");
	ok(!memcmp(before, after, sizeof(before)), "AVX registers are preserved");
}

static void redirect(int sig, siginfo_t *si, void *ucp)
{
	ucontext_t *uc = ucp;

	(void)sig;
	(void)si;
	/* Skip the ud2, and answer in rax. */
	uc->uc_mcontext.gregs[REG_RIP] += 2;
	uc->uc_mcontext.gregs[REG_RAX] = 0x1234;
	memset(&uc->uc_sigmask, 0xff, 8);
}

static volatile unsigned long saved_flags;

static void forge_flags(int sig, siginfo_t *si, void *ucp)
{
	ucontext_t *uc = ucp;

	(void)sig;
	(void)si;
	/* IOPL 3, interrupts off, nested task; and a flag that may be set: carry. */
	uc->uc_mcontext.gregs[REG_EFL] |= 0x3000 | 0x4000 | 1;
	uc->uc_mcontext.gregs[REG_EFL] &= ~0x200l;
}

static void on_segv(int sig, siginfo_t *si, void *ucp)
{
	(void)sig;
	(void)si;
	(void)ucp;
	_exit(11);
}

static long forged_rip;
static int forged_cs;

static void forge_rip(int sig, siginfo_t *si, void *ucp)
{
	ucontext_t *uc = ucp;

	(void)sig;
	(void)si;
	if (forged_rip)
		uc->uc_mcontext.gregs[REG_RIP] = forged_rip;
	if (forged_cs) {
		uint64_t csgsfs = (uint64_t)uc->uc_mcontext.gregs[REG_CSGSFS];

		uc->uc_mcontext.gregs[REG_CSGSFS] = (long)((csgsfs & ~0xfffful) |
							   (unsigned)forged_cs);
	}
}

static void returns_forged(void)
{
	struct sigaction sa = { .sa_sigaction = forge_rip, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &sa, NULL);
	raise(SIGUSR1);
}

static void test_changes(void)
{
	struct sigaction sa = { .sa_sigaction = redirect, .sa_flags = SA_SIGINFO };
	unsigned long rax, flags;
	uint64_t mask;

	sigaction(SIGILL, &sa, NULL);
	__asm__ volatile("ud2" : "=a"(rax) : "a"(0) : "memory");
	syscall(SYS_rt_sigprocmask, 0, NULL, &mask, 8);
	raw_mask(0);
	ok(rax == 0x1234, "SIG-073: changed registers take effect");
	ok(mask == ~(BIT(SIGKILL) | BIT(SIGSTOP)), "SIG-073: the changed mask, but KILL and STOP");

	sa.sa_sigaction = forge_flags;
	sigaction(SIGUSR1, &sa, NULL);
	__asm__ volatile("syscall; pushfq; pop %1"
			 : "=a"(rax), "=r"(flags)
			 : "a"((long)SYS_kill), "D"((long)getpid()), "S"((long)SIGUSR1)
			 : "rcx", "r11", "memory");
	ok((flags & 0x7200) == 0x200 && (flags & 1), "SIG-084: only harmless flags are taken (%lx)",
	   flags);

	sa.sa_sigaction = on_segv;
	sigaction(SIGSEGV, &sa, NULL);
	forged_rip = (long)0xffffffff80000000ul;
	ok(child_status(returns_forged) == 11 << 8, "SIG-084: a kernel address ends in SIGSEGV");
	forged_rip = (long)0x8000000000000000ul;
	ok(child_status(returns_forged) != 0, "SIG-084: a non-canonical one, too");
	forged_rip = 0;
	forged_cs = 0x10;
	ok(child_status(returns_forged) != 0, "SIG-084: and the kernel's code segment");
	signal(SIGSEGV, SIG_DFL);
}

int main(void)
{
	test_entry();
	ok(WTERMSIG(child_status(no_restorer)) == SIGSEGV, "SIG-071: no restorer kills");
	ok(WTERMSIG(child_status(no_stack)) == SIGSEGV, "SIG-071: no room on the stack kills");
	ok(WTERMSIG(child_status(bad_frame)) == SIGSEGV, "SIG-074: an unreadable frame kills");
	test_preserved();
	test_avx();
	test_changes();
	return ktap_done();
}
