// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of the x87, SSE and AVX units across handlers: all registers, 64 handlers deep, in
 * several threads at once, with a fresh state in each handler; and what a handler may change in its
 * frame.
 * Spec: SIG-072 SIG-073 SIG-074
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <math.h>
#include <pthread.h>
#include <ucontext.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define DEPTH 64

/* x87 stack, XMM or YMM registers, control words. */
struct state {
	unsigned char vector[16][32] __attribute__((aligned(32)));
	long double x87[8];
	unsigned int mxcsr;
	unsigned short cw, sw;
} __attribute__((aligned(64)));

static int has_avx;

/* A state of its own for each seed. Bit patterns in the vectors, exact numbers on the x87 stack. */
static void make_state(struct state *s, int seed)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; i < 16; i++)
		for (int j = 0; j < (has_avx ? 32 : 16); j++)
			s->vector[i][j] = (unsigned char)(seed * 31 + i * 7 + j);
	for (int i = 0; i < 8; i++)
		s->x87[i] = seed * 8 + i + 0.5L;
	s->cw = (unsigned short)(0x37f ^ (seed & 3) << 10); /* rounding */
	s->mxcsr = 0x1f80u ^ (unsigned int)(seed & 3) << 13;
}

/* The FPU part of a frame, as FXSAVE lays it out. */
struct fxsave {
	unsigned short cwd, swd, twd, fop;
	unsigned long rip, rdp;
	unsigned int mxcsr, mxcsr_mask;
	unsigned char st[8][16], xmm[16][16];
	unsigned char reserved[48], software[48];
	unsigned long xstate_bv;
};

#define EACH_VECTOR(op)                                                                            \
	op(0) op(1) op(2) op(3) op(4) op(5) op(6) op(7) op(8) op(9) op(10) op(11) op(12) op(13)    \
		op(14) op(15)
#define TEXT(x)      #x
#define LOAD_XMM(n)  "movdqa " TEXT(n) "*32(%[in]), %%xmm" TEXT(n) "\n"
#define STORE_XMM(n) "movdqa %%xmm" TEXT(n) ", " TEXT(n) "*32(%[out])\n"
#define LOAD_YMM(n)  "vmovdqa " TEXT(n) "*32(%[in]), %%ymm" TEXT(n) "\n"
#define STORE_YMM(n) "vmovdqa %%ymm" TEXT(n) ", " TEXT(n) "*32(%[out])\n"

#define LOAD_X87                                                                                   \
	"fninit\n fldcw %[cw]\n ldmxcsr %[mxcsr]\n"                                                \
	"fldt 7*16(%[f])\n fldt 6*16(%[f])\n fldt 5*16(%[f])\n fldt 4*16(%[f])\n"                  \
	"fldt 3*16(%[f])\n fldt 2*16(%[f])\n fldt 1*16(%[f])\n fldt 0*16(%[f])\n"
#define STORE_X87                                                                                  \
	"fnstsw %[outsw]\n fnstcw %[outcw]\n stmxcsr %[outmxcsr]\n"                                \
	"fstpt 0*16(%[g])\n fstpt 1*16(%[g])\n fstpt 2*16(%[g])\n fstpt 3*16(%[g])\n"              \
	"fstpt 4*16(%[g])\n fstpt 5*16(%[g])\n fstpt 6*16(%[g])\n fstpt 7*16(%[g])\n fninit\n"

#define CLOBBERS                                                                                   \
	"rcx", "r11", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",    \
		"xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

/* Loads all of in, makes tgkill(pid, tid, sig), stores all to out: nothing else comes between. */
static void signal_with_state(const struct state *in, struct state *out, int sig)
{
	static const unsigned int usual_mxcsr = 0x1f80;
	long pid = getpid(), tid = syscall(SYS_gettid), ret;

	if (has_avx)
		__asm__ volatile(LOAD_X87 EACH_VECTOR(LOAD_YMM) "syscall\n" EACH_VECTOR(STORE_YMM)
					 STORE_X87 "vzeroupper\n ldmxcsr %[usual]\n"
				 : "=a"(ret), [outsw] "=m"(out->sw), [outcw] "=m"(out->cw),
				   [outmxcsr] "=m"(out->mxcsr)
				 : "a"((long)SYS_tgkill), "D"(pid), "S"(tid),
				   "d"((long)sig), [in] "r"(in->vector), [out] "r"(out->vector),
				   [f] "r"(in->x87), [g] "r"(out->x87), [cw] "m"(in->cw),
				   [mxcsr] "m"(in->mxcsr), [usual] "m"(usual_mxcsr)
				 : CLOBBERS);
	else
		__asm__ volatile(LOAD_X87 EACH_VECTOR(LOAD_XMM) "syscall\n" EACH_VECTOR(STORE_XMM)
					 STORE_X87 "ldmxcsr %[usual]\n"
				 : "=a"(ret), [outsw] "=m"(out->sw), [outcw] "=m"(out->cw),
				   [outmxcsr] "=m"(out->mxcsr)
				 : "a"((long)SYS_tgkill), "D"(pid), "S"(tid),
				   "d"((long)sig), [in] "r"(in->vector), [out] "r"(out->vector),
				   [f] "r"(in->x87), [g] "r"(out->x87), [cw] "m"(in->cw),
				   [mxcsr] "m"(in->mxcsr), [usual] "m"(usual_mxcsr)
				 : CLOBBERS);
}

/* The x87 stack full (top 0), no exception, and all as it was. */
static int is_same(const struct state *a, const struct state *b)
{
	for (int i = 0; i < 8; i++)
		if (a->x87[i] != b->x87[i])
			return 0;
	return !memcmp(a->vector, b->vector, sizeof(a->vector)) && a->cw == b->cw &&
	       a->mxcsr == b->mxcsr && !(b->sw & 0x387f);
}

/* ---- nested ---- */

static __thread int depth, deepest, same;

static void go_deeper(int sig)
{
	struct state mine, after = { .cw = 0 };
	int level = ++depth;

	if (level > deepest)
		deepest = level;
	make_state(&mine, level);
	if (level < DEPTH) {
		signal_with_state(&mine, &after, sig);
		same += is_same(&mine, &after);
	}
	depth--;
}

static int nests(void)
{
	struct state mine, after = { .cw = 0 };

	depth = deepest = same = 0;
	make_state(&mine, 100);
	signal_with_state(&mine, &after, SIGUSR1);
	return deepest == DEPTH && depth == 0 && same == DEPTH - 1 && is_same(&mine, &after);
}

static void *nests_often(void *arg)
{
	long good = 0;

	(void)arg;
	for (int i = 0; i < 5; i++) {
		good += nests();
		sched_yield();
	}
	return (void *)good;
}

static void test_nested(void)
{
	struct sigaction sa = { .sa_handler = go_deeper, .sa_flags = SA_NODEFER };
	pthread_t threads[3];
	pthread_attr_t attr;
	long good = 0;
	void *ret;

	sigaction(SIGUSR1, &sa, NULL);
	ok(nests(), "SIG-072: the state of each of %d nested handlers", DEPTH);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 4 << 20);
	for (int i = 0; i < 3; i++)
		if (pthread_create(&threads[i], &attr, nests_often, NULL))
			_exit(1);
	for (int i = 0; i < 3; i++) {
		pthread_join(threads[i], &ret);
		good += (long)ret;
	}
	ok(good == 15, "SIG-072: the same in three threads at once");
}

/* ---- inside ---- */

static unsigned int seen_mxcsr;
static unsigned short seen_cw, seen_sw;
static int seen_frame;

static struct state sent;

static void look(int sig, siginfo_t *si, void *ucp)
{
	struct fxsave *fp = (void *)((ucontext_t *)ucp)->uc_mcontext.fpregs;

	(void)sig;
	(void)si;
	__asm__ volatile("fnstcw %0; fnstsw %1; stmxcsr %2"
			 : "=m"(seen_cw), "=m"(seen_sw), "=m"(seen_mxcsr));
	/* The frame has what was interrupted. */
	seen_frame = fp->mxcsr == sent.mxcsr && fp->cwd == sent.cw &&
		     !memcmp(fp->xmm[5], sent.vector[5], 16) && !memcmp(fp->st[3], &sent.x87[3], 8);
	/* And what is changed there comes back. */
	memset(fp->xmm[9], 0xab, 16);
	fp->mxcsr = 0x1f80;
}

static void test_inside(void)
{
	struct sigaction sa = { .sa_sigaction = look, .sa_flags = SA_SIGINFO };
	struct state after = { .cw = 0 };

	sigaction(SIGUSR2, &sa, NULL);
	make_state(&sent, 3);
	signal_with_state(&sent, &after, SIGUSR2);
	ok(seen_cw == 0x37f && seen_sw == 0 && seen_mxcsr == 0x1f80,
	   "a handler starts with a fresh x87 and SSE state (%x %x %x)", seen_cw, seen_sw,
	   seen_mxcsr);
	ok(seen_frame, "SIG-072: the frame shows the interrupted state");
	memset(sent.vector[9], 0xab, 16);
	sent.mxcsr = 0x1f80;
	ok(is_same(&sent, &after),
	   "SIG-073: a changed register comes back, the others as they were");
}

/* ---- frames that are wrong ---- */

static int damage;

static void damages(int sig, siginfo_t *si, void *ucp)
{
	ucontext_t *uc = ucp;
	struct fxsave *fp = (void *)uc->uc_mcontext.fpregs;

	(void)sig;
	(void)si;
	switch (damage) {
	case 0: /* reserved bits */
		fp->mxcsr |= 0xffff0000;
		break;
	case 1: /* nothing there */
		uc->uc_mcontext.fpregs = (void *)0x2000;
		break;
	case 2: /* in the kernel */
		uc->uc_mcontext.fpregs = (void *)0xffff888000000000ul;
		break;
	case 3: /* none at all: the state becomes the initial one */
		uc->uc_mcontext.fpregs = NULL;
		break;
	case 4: /* components that do not exist */
		fp->xstate_bv = ~0ul;
		break;
	default: /* no magic number: only the legacy area is read */
		memset(fp->software, 0, sizeof(fp->software));
		break;
	}
}

static void returns_damaged(void)
{
	struct sigaction sa = { .sa_sigaction = damages, .sa_flags = SA_SIGINFO };
	struct state in, out;

	sigaction(SIGUSR1, &sa, NULL);
	make_state(&in, 2);
	signal_with_state(&in, &out, SIGUSR1);
	_exit(is_same(&in, &out) ? 3 : 4);
}

static int damaged(int how)
{
	damage = how;
	return child_status(returns_damaged);
}

static void test_damaged(void)
{
	unsigned int a, b, c, d;
	int status, has_xsave = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_OSXSAVE);

	status = damaged(0);
	/* QEMU's XRSTOR takes them; what the kernel loads itself it must check. */
	ok(status == SIGSEGV || status == 4 << 8,
	   "SIG-074: reserved bits of MXCSR end in SIGSEGV, or as the CPU does with them (%x)",
	   status);
	ok(damaged(1) == SIGSEGV, "SIG-074: an unreadable FPU state, too");
	ok(damaged(2) == SIGSEGV, "SIG-074: one in the kernel, too");
	ok(damaged(3) == 4 << 8, "none at all is the initial state");
	if (!has_xsave)
		return skip("the CPU has no XSAVE");
	ok(damaged(4) == SIGSEGV, "SIG-074: components that do not exist end in SIGSEGV");
	ok(damaged(5) == (has_avx ? 4 : 3) << 8,
	   "without its magic number the frame has no more than FXSAVE's state");
}

int main(void)
{
	has_avx = __builtin_cpu_supports("avx");
	test_nested();
	test_inside();
	test_damaged();
	return ktap_done();
}
