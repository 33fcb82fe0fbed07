// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walking the kernel stack, from a function to its caller's caller.
 *
 * Idea: a debug build keeps frame pointers: every function pushes its caller's rbp, so rbp leads
 * from frame to frame, and beside each lies a return address. The optimised build spares that in
 * every function; there a table says, for each instruction, how far up the return address lies
 * (ksyms.h). Between a handler and the code that it interrupted lies a struct pt_regs.
 *
 * Rules: 1. a frame is followed only inside one known stack and only upwards: damage ends the walk.
 * 2. entry.asm clears rbp when it comes from user mode, so chains of frame pointers end at 0.
 * Linux: arch/x86/kernel/unwind_frame.c, unwind_orc.c. Start at: step_up.
 */
#include "kernel/x86/ksyms.h"
#include "kernel/lib/printk.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/switch_to.h"
#include "kernel/sched/task.h"

extern const char _stext[], _etext[], _entry_end[];

/* A place in a function that has not returned yet. */
struct frame {
	unsigned long ip, sp, bp;
	bool exact;              /* ip is the next instruction, not the one behind a call */
	unsigned long low, high; /* the stack */
};

static bool is_text(unsigned long addr)
{
	return addr >= (unsigned long)_stext && addr < (unsigned long)_etext;
}

static void frame_of_regs(struct frame *f, const struct pt_regs *regs)
{
	f->ip = regs->ip;
	f->sp = regs->sp;
	f->bp = regs->bp;
	f->exact = true;
}

/* The stack that sp lies on: the task's, or some other of the kernel's around sp itself. */
static void find_stack(struct frame *f)
{
	f->low = (unsigned long)current->stack;
	f->high = f->low + THREAD_SIZE;
	if (f->sp < f->low || f->sp >= f->high) {
		f->low = f->sp;
		f->high = f->sp < PAGE_OFFSET ? f->sp : ALIGN(f->sp + 1, 8192);
	}
}

static bool is_on_stack(const struct frame *f, unsigned long at, unsigned long size)
{
	return at >= f->low && at + size <= f->high && (at & 7) == 0;
}

#ifdef CONFIG_DEBUG

static bool step_up(struct frame *f)
{
	const unsigned long *saved = (const unsigned long *)f->bp;

	if (!is_on_stack(f, f->bp, 16))
		return false;
	f->ip = saved[1];
	f->bp = saved[0] > f->bp ? saved[0] : 0;
	return is_text(f->ip);
}

#else

/* To the caller; false: there is none, or no way to it. */
static bool step_up(struct frame *f)
{
	/* A call may be its function's last instruction: the code before it is what counts. */
	u16 code = unwind_lookup(f->exact ? f->ip : f->ip - 1);
	unsigned long top;

	if (f->ip < (unsigned long)_entry_end) { /* it has left pt_regs */
		const struct pt_regs *regs = (const struct pt_regs *)f->sp;

		if (!is_on_stack(f, f->sp, sizeof(*regs)) || user_mode(regs) || regs->sp <= f->sp)
			return false;
		frame_of_regs(f, regs);
		return is_text(f->ip);
	}
	if (!code && !f->exact)
		return false;
	if (!code) /* assembly, which calls nothing and pushes nothing */
		code = 1;
	top = (UNWIND_FROM_BP(code) ? f->bp : f->sp) + UNWIND_WORDS(code) * 8;
	if (top <= f->sp || !is_on_stack(f, top - 8, 8))
		return false;
	if (UNWIND_BP_SLOT(code))
		f->bp = *(const unsigned long *)(top - UNWIND_BP_SLOT(code) * 8);
	f->ip = *(const unsigned long *)(top - 8);
	f->sp = top;
	f->exact = false;
	return is_text(f->ip);
}

#endif

/* The callers' addresses, at most size. */
static unsigned int walk(struct frame *f, unsigned long *addresses, unsigned int size)
{
	unsigned int n = 0;

	while (n < size && step_up(f))
		addresses[n++] = f->ip;
	return n;
}

static __always_inline void frame_here(struct frame *f)
{
	__asm__ __volatile__("leaq 0(%%rip), %0; movq %%rsp, %1; movq %%rbp, %2"
			     : "=&r"(f->ip), "=&r"(f->sp), "=&r"(f->bp));
	f->exact = true;
	find_stack(f);
}

unsigned int stack_trace_save(unsigned long *addresses, unsigned int size, unsigned int skip)
{
	unsigned int n, kept = 0;
	unsigned long all[32];
	struct frame here;

	frame_here(&here);
	n = walk(&here, all, ARRAY_SIZE(all));
	for (unsigned int i = skip; i < n && kept < size; i++)
		addresses[kept++] = all[i];
	return kept;
}

unsigned int stack_trace_save_task(struct task_struct *task, unsigned long *addresses,
				   unsigned int size)
{
	const struct inactive_task_frame *inactive = (const void *)task->thread.sp;
	struct frame f = { .low = (unsigned long)task->stack };

	if (task == current)
		return stack_trace_save(addresses, size, 0);
	f.high = f.low + THREAD_SIZE;
	if (!f.low || READ_ONCE(task->on_cpu) || !size ||
	    !is_on_stack(&f, (unsigned long)inactive, sizeof(*inactive)))
		return 0;
	f.ip = inactive->ret_addr;
	f.sp = (unsigned long)(inactive + 1);
	f.bp = inactive->bp;
	addresses[0] = f.ip;
	return 1 + walk(&f, addresses + 1, size - 1);
}

/* Is the function part of sleeping itself, rather than the one that wanted to? */
static bool is_scheduler(unsigned long addr)
{
	static const char *const names[] = {
		"schedule",
		"__schedule",
		"schedule_",
		"context_switch",
		"__switch_to",
		"prepare_to_",
		"wait_woken",
		"do_wait_intr",
		"__mutex_lock",
		"mutex_lock",
		"down_",
		"rwsem_",
		"wait_for_completion",
		"do_wait_for_common",
		"finish_task_switch",
		"schedule_timeout",
	};
	unsigned long offset;
	const char *name = ksyms_lookup(addr, &offset);

	if (!name)
		return true;
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (__builtin_strncmp(name, names[i], __builtin_strlen(names[i])) == 0)
			return true;
	return false;
}

unsigned long get_wchan(struct task_struct *task)
{
	unsigned long addresses[16];
	unsigned int n;

	if (task == current || READ_ONCE(task->__state) == TASK_RUNNING)
		return 0;
	n = stack_trace_save_task(task, addresses, ARRAY_SIZE(addresses));
	for (unsigned int i = 0; i < n; i++)
		if (!is_scheduler(addresses[i]))
			return addresses[i];
	return 0;
}

static void print_address(unsigned long addr)
{
	unsigned long offset = 0;
	const char *name = ksyms_lookup(addr, &offset);

	printk(KERN_EMERG "  %016lx %s+%#lx\n", addr, name ? name : "?", offset);
}

/* Prints the callers of f and, if f was interrupted, the place itself. */
static void show_trace(struct frame *f, bool interrupted)
{
	unsigned long addresses[32];
	unsigned int n;

	printk(KERN_EMERG "backtrace of %s (pid %d):\n", current->comm, current->pid);
	if (interrupted)
		print_address(f->ip);
	n = walk(f, addresses, ARRAY_SIZE(addresses));
	for (unsigned int i = 0; i < n; i++)
		print_address(addresses[i]);
}

void dump_stack(void)
{
	struct frame here;

	frame_here(&here);
	show_trace(&here, false);
}

void show_regs(const struct pt_regs *r)
{
	printk(KERN_EMERG "rip %016lx cs %04lx rflags %08lx rsp %016lx ss %04lx\n", r->ip, r->cs,
	       r->flags, r->sp, r->ss);
	printk(KERN_EMERG "rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", r->ax, r->bx, r->cx,
	       r->dx);
	printk(KERN_EMERG "rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n", r->si, r->di, r->bp,
	       r->r8);
	printk(KERN_EMERG "r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n", r->r9, r->r10, r->r11,
	       r->r12);
	printk(KERN_EMERG "r13 %016lx r14 %016lx r15 %016lx cr2 %016lx\n", r->r13, r->r14, r->r15,
	       read_cr2());
	if (!user_mode(r)) {
		struct frame f;

		frame_of_regs(&f, r);
		find_stack(&f);
		show_trace(&f, true);
	}
}
