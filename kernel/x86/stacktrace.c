// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walking the kernel stack by frame pointers: every function pushes its caller's rbp, so rbp leads
 * from frame to frame, and beside each lies a return address.
 *
 * Rules: 1. a frame is followed only inside one known stack and only upwards: a damaged chain ends
 * the walk. 2. entry.asm clears rbp when it comes from user mode, so chains end at 0.
 */
#include "kernel/x86/ksyms.h"
#include "kernel/lib/printk.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/switch_to.h"
#include "kernel/sched/task.h"

extern const char _stext[], _etext[];

static bool is_text(unsigned long addr)
{
	return addr >= (unsigned long)_stext && addr < (unsigned long)_etext;
}

/* Calls at least up to size return addresses, beginning at frame pointer bp, within one stack. */
static unsigned int walk(unsigned long bp, unsigned long low, unsigned long high,
			 unsigned long *addresses, unsigned int size)
{
	unsigned int n = 0;

	while (n < size && bp >= low && bp + 16 <= high && (bp & 7) == 0) {
		const unsigned long *frame = (const unsigned long *)bp;

		if (!is_text(frame[1]))
			break;
		addresses[n++] = frame[1];
		if (frame[0] <= bp)
			break;
		bp = frame[0];
	}
	return n;
}

/* The stack that bp lies on: the task's, or some other of the kernel's around bp itself. */
static unsigned int walk_from(unsigned long bp, unsigned long *addresses, unsigned int size)
{
	unsigned long low = (unsigned long)current->stack, high = low + THREAD_SIZE;

	if (bp < low || bp >= high) {
		low = bp;
		high = ALIGN(bp + 1, 8192);
	}
	if (bp < PAGE_OFFSET)
		return 0;
	return walk(bp, low, high, addresses, size);
}

unsigned int stack_trace_save(unsigned long *addresses, unsigned int size, unsigned int skip)
{
	unsigned long all[32];
	unsigned int n = walk_from((unsigned long)__builtin_frame_address(0), all, 32);
	unsigned int kept = 0;

	for (unsigned int i = skip; i < n && kept < size; i++)
		addresses[kept++] = all[i];
	return kept;
}

unsigned int stack_trace_save_task(struct task_struct *task, unsigned long *addresses,
				   unsigned int size)
{
	const struct inactive_task_frame *frame = (const void *)task->thread.sp;
	unsigned long low = (unsigned long)task->stack;

	if (task == current)
		return stack_trace_save(addresses, size, 0);
	if (!low || READ_ONCE(task->on_cpu) || !size || (unsigned long)frame < low ||
	    (unsigned long)(frame + 1) > low + THREAD_SIZE)
		return 0;
	addresses[0] = frame->ret_addr;
	return 1 + walk(frame->bp, low, low + THREAD_SIZE, addresses + 1, size - 1);
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

void show_trace_from(unsigned long ip, unsigned long bp, const char *level)
{
	unsigned long addresses[32];
	unsigned int n = walk_from(bp, addresses, ARRAY_SIZE(addresses));

	printk(KERN_EMERG "backtrace of %s (pid %d):\n", current->comm, current->pid);
	if (ip)
		print_address(ip);
	for (unsigned int i = 0; i < n; i++)
		print_address(addresses[i]);
}

void dump_stack(void)
{
	show_trace_from(0, (unsigned long)__builtin_frame_address(0), KERN_EMERG);
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
	if (!user_mode(r))
		show_trace_from(r->ip, r->bp, KERN_EMERG);
}
