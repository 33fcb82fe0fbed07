// SPDX-License-Identifier: GPL-2.0-only
/*
 * x87, SSE and AVX state. See fpu.h for the idea.
 *
 * Data: fpu_owner is the state that this CPU's registers hold; it is current's unless current has
 * TIF_NEED_FPU_LOAD. A state is "in the registers" only when fpu_owner and its last_cpu agree.
 * Rules: 1. memory is valid whenever TIF_NEED_FPU_LOAD is set; 2. who changes the memory of current
 * first drops the registers (fpu_drop_registers()).
 * Linux: arch/x86/kernel/fpu/core.c, signal.c. Intel SDM volume 1, chapters 10.5 and 13.
 */
#include "kernel/uapi/errno.h"
#include "kernel/uapi/sigcontext.h"
#include "kernel/uapi/signal.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/string.h"
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/fpu.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/clone.h"
#include "kernel/sched/task.h"

#define FXSAVE_SIZE       512
#define XSAVE_HEADER      512 /* offset of the XSAVE header */
#define XSAVE_MIN_SIZE    576
#define MXCSR_OFFSET      24
#define MXCSR_MASK_OFFSET 28
#define SW_BYTES_OFFSET   464
#define XFEATURE_FPSSE    3ull
#define XFEATURE_WANTED   7ull /* x87, SSE, AVX */
#define FPU_STATE_MAX     4096

unsigned int fpu_state_size = FXSAVE_SIZE;
u64 fpu_xfeatures;
static u32 mxcsr_mask = 0xffbf;
static u8 init_state[FPU_STATE_MAX] __aligned(64);
static DEFINE_PER_CPU(struct fpu *, fpu_owner);

static void save_registers(void *state)
{
	if (fpu_xfeatures)
		__asm__ __volatile__("xsave64 (%0)"
				     :
				     : "r"(state), "a"((u32)fpu_xfeatures), "d"(0)
				     : "memory");
	else
		__asm__ __volatile__("fxsave64 (%0)" : : "r"(state) : "memory");
}

static void load_registers(const void *state)
{
	if (fpu_xfeatures)
		__asm__ __volatile__("xrstor64 (%0)"
				     :
				     : "r"(state), "a"((u32)fpu_xfeatures), "d"(0)
				     : "memory");
	else
		__asm__ __volatile__("fxrstor64 (%0)" : : "r"(state) : "memory");
}

void fpu_init_cpu(void)
{
	u32 a, b, c, d;

	__asm__ __volatile__("fninit");
	if (cpu_has(X86_FEATURE_XSAVE)) {
		write_cr4(read_cr4() | X86_CR4_OSXSAVE);
		cpuid_count(13, 0, &a, &b, &c, &d);
		fpu_xfeatures = a & XFEATURE_WANTED;
		__asm__ __volatile__("xsetbv" : : "c"(0), "a"((u32)fpu_xfeatures), "d"(0));
		cpuid_count(13, 0, &a, &b, &c, &d);
		fpu_state_size = b;
		BUG_ON(fpu_state_size > FPU_STATE_MAX);
	}
	if (raw_smp_processor_id() != 0)
		return; /* the boot CPU has done the rest for all */
	save_registers(init_state);
	if (*(u32 *)(init_state + MXCSR_MASK_OFFSET))
		mxcsr_mask = *(u32 *)(init_state + MXCSR_MASK_OFFSET);
	/* Registers as a program finds them: control word 0x37f, MXCSR 0x1f80, all else zero. */
	memset(init_state, 0, sizeof(init_state));
	*(u16 *)init_state = 0x37f;
	*(u32 *)(init_state + MXCSR_OFFSET) = 0x1f80;
	*(u32 *)(init_state + MXCSR_MASK_OFFSET) = mxcsr_mask;
}

/* ---- beside the task ---- */

size_t arch_task_struct_size(void)
{
	return ALIGN(sizeof(struct task_struct), 64) + sizeof(struct fpu) + fpu_state_size;
}

int arch_dup_task_struct(struct task_struct *dst, struct task_struct *src)
{
	*dst = *src;
	dst->thread.fpu = (struct fpu *)((u8 *)dst + ALIGN(sizeof(*dst), 64));
	dst->thread.fpu->last_cpu = -1;
	if (src->flags & PF_KTHREAD) {
		memcpy(dst->thread.fpu->state, init_state, fpu_state_size);
		return 0;
	}
	fpu_sync_current();
	memcpy(dst->thread.fpu->state, src->thread.fpu->state, fpu_state_size);
	return 0;
}

static bool registers_are_current(void)
{
	return !(current->flags & PF_KTHREAD) && !test_tsk_thread_flag(current, TIF_NEED_FPU_LOAD);
}

void switch_fpu(struct task_struct *prev, struct task_struct *next, int cpu)
{
	struct fpu *fpu;

	if (!(prev->flags & PF_KTHREAD) && !test_tsk_thread_flag(prev, TIF_NEED_FPU_LOAD)) {
		fpu = prev->thread.fpu;
		save_registers(fpu->state);
		fpu->last_cpu = cpu;
		this_cpu_write(fpu_owner, fpu);
		set_tsk_thread_flag(prev, TIF_NEED_FPU_LOAD);
	}
	if (next->flags & PF_KTHREAD)
		return;
	fpu = next->thread.fpu;
	if (this_cpu_read(fpu_owner) == fpu && fpu->last_cpu == cpu)
		clear_tsk_thread_flag(next, TIF_NEED_FPU_LOAD);
}

void switch_fpu_return(void)
{
	struct fpu *fpu = current->thread.fpu;
	int cpu = raw_smp_processor_id();

	if (this_cpu_read(fpu_owner) != fpu || fpu->last_cpu != cpu) {
		load_registers(fpu->state);
		fpu->last_cpu = cpu;
		this_cpu_write(fpu_owner, fpu);
	}
	clear_tsk_thread_flag(current, TIF_NEED_FPU_LOAD);
}

void fpu_sync_current(void)
{
	unsigned long flags;

	local_irq_save(flags);
	if (registers_are_current())
		save_registers(current->thread.fpu->state);
	local_irq_restore(flags);
}

/* From here on current's state is in memory only. */
static void fpu_drop_registers(void)
{
	unsigned long flags;

	local_irq_save(flags);
	current->thread.fpu->last_cpu = -1;
	set_tsk_thread_flag(current, TIF_NEED_FPU_LOAD);
	local_irq_restore(flags);
}

void fpu_reset_current(void)
{
	fpu_drop_registers();
	memcpy(current->thread.fpu->state, init_state, fpu_state_size);
}

/* ---- signal frames ---- */

unsigned int fpu_user_frame_size(void)
{
	return fpu_xfeatures ? fpu_state_size + FP_XSTATE_MAGIC2_SIZE : FXSAVE_SIZE;
}

int fpu_save_to_user(void __user *buf)
{
	u8 *state = current->thread.fpu->state;
	struct _fpx_sw_bytes sw = {};

	fpu_sync_current();
	if (copy_to_user(buf, state, fpu_state_size))
		return -EFAULT;
	if (!fpu_xfeatures)
		return clear_user((u8 __user *)buf + SW_BYTES_OFFSET, sizeof(sw)) ? -EFAULT : 0;
	sw.magic1 = FP_XSTATE_MAGIC1;
	sw.extended_size = fpu_user_frame_size();
	sw.xfeatures = fpu_xfeatures;
	sw.xstate_size = fpu_state_size;
	if (copy_to_user((u8 __user *)buf + SW_BYTES_OFFSET, &sw, sizeof(sw)))
		return -EFAULT;
	if (put_user(FP_XSTATE_MAGIC2, (u32 __user *)((u8 __user *)buf + fpu_state_size)))
		return -EFAULT;
	/* A handler that edits x87 or SSE registers need not know the header. */
	return put_user(*(u64 *)(state + XSAVE_HEADER) | XFEATURE_FPSSE,
			(u64 __user *)((u8 __user *)buf + XSAVE_HEADER));
}

/* Does the user's frame hold a whole XSAVE area, as we made it? */
static bool frame_is_extended(const void __user *buf)
{
	struct _fpx_sw_bytes sw;
	u32 magic2;

	if (!fpu_xfeatures ||
	    copy_from_user(&sw, (const u8 __user *)buf + SW_BYTES_OFFSET, sizeof(sw)))
		return false;
	if (sw.magic1 != FP_XSTATE_MAGIC1 || sw.xstate_size != fpu_state_size ||
	    sw.extended_size < sw.xstate_size + FP_XSTATE_MAGIC2_SIZE)
		return false;
	return !get_user(magic2, (const u32 __user *)((const u8 __user *)buf + fpu_state_size)) &&
	       magic2 == FP_XSTATE_MAGIC2;
}

static int check_header(const u64 *header)
{
	if (header[0] & ~fpu_xfeatures)
		return -EINVAL;
	for (int i = 1; i < 8; i++) /* compaction and reserved words: XRSTOR would fault */
		if (header[i])
			return -EINVAL;
	return 0;
}

int fpu_restore_from_user(void __user *buf)
{
	u8 *state = current->thread.fpu->state;
	bool extended;
	int error = 0;

	if (!buf) {
		fpu_reset_current();
		return 0;
	}
	if (!access_ok(buf, fpu_user_frame_size()))
		return -EFAULT;
	extended = frame_is_extended(buf);
	fpu_drop_registers();
	if (copy_from_user(state, buf, extended ? fpu_state_size : FXSAVE_SIZE)) {
		error = -EFAULT;
	} else if (extended) {
		error = check_header((u64 *)(state + XSAVE_HEADER));
	} else if (fpu_xfeatures) {
		memset(state + XSAVE_HEADER, 0, fpu_state_size - XSAVE_HEADER);
		*(u64 *)(state + XSAVE_HEADER) = XFEATURE_FPSSE;
	}
	if (!error && (*(u32 *)(state + MXCSR_OFFSET) & ~mxcsr_mask))
		error = -EINVAL;
	if (error)
		fpu_reset_current();
	return error;
}

int fpu_exception_code(bool simd)
{
	const u8 *state = current->thread.fpu->state;
	u32 raised;

	fpu_sync_current();
	if (simd) {
		u32 mxcsr = *(const u32 *)(state + MXCSR_OFFSET);

		raised = mxcsr & ~(mxcsr >> 7) & 0x3f;
	} else {
		u16 cwd = *(const u16 *)state, swd = *(const u16 *)(state + 2);

		raised = swd & ~cwd & 0x3f;
	}
	if (raised & 0x01)
		return FPE_FLTINV;
	if (raised & 0x04)
		return FPE_FLTDIV;
	if (raised & 0x08)
		return FPE_FLTOVF;
	if (raised & 0x12)
		return FPE_FLTUND;
	if (raised & 0x20)
		return FPE_FLTRES;
	return FPE_FLTUNK;
}
