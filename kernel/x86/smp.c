// SPDX-License-Identifier: GPL-2.0-only
/*
 * One CPU asks others to do something now.
 *
 * Idea: each CPU has one request, since it waits until that is done before it makes another. To
 * make it, it fills in function and argument, sets its own bit in the inbox of every CPU that is
 * to act, and sends them an interrupt. They take all bits out of their inbox at once, do what the
 * senders want, and strike themselves off the sender's list of those it waits for.
 *
 *	CPU 1: request { func, info, waiting_for: 0 2 }        inbox of CPU 0: bit 1
 *	       spins until waiting_for is empty                inbox of CPU 2: bit 1
 *
 * Rules: 1. a sender has interrupts on while it waits, so that it can answer others meanwhile;
 * 2. waiting_for is complete before the first bit is set in an inbox; 3. an inbox bit is set and
 * taken atomically, and an interrupt follows the setting: none is lost.
 * Linux: kernel/smp.c, where requests are allocated and queued so that the sender need not wait.
 * Start at: smp_call_function_many().
 */
#include "kernel/lib/bitops.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/printk.h"
#include "kernel/locking/mutex.h"
#include "kernel/x86/apic.h"
#include "kernel/x86/irq.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/tsc.h"
#include "kernel/locking/lockdep.h"

struct call_request {
	void (*func)(void *info);
	void *info;
	u64 waiting_for; /* [atomic] CPUs that have not done it yet */
	bool halted;     /* the sender sleeps: whoever comes last wakes it */
};

#define SPINS 2000 /* then the other CPU is not running: a virtual one, whose turn has not come */

static DEFINE_PER_CPU_ALIGNED(struct call_request, call_request);
static DEFINE_PER_CPU_ALIGNED(u64, call_inbox); /* [atomic] CPUs whose request is for this one */

void smp_send_reschedule(int cpu)
{
	apic_send_ipi(cpu, RESCHEDULE_VECTOR);
}

/* Without waiting; the CPUs that were asked. */
static u64 send_call(u64 mask, void (*func)(void *info), void *info)
{
	struct call_request *request = this_cpu_ptr(&call_request);
	int this_cpu = smp_processor_id();

	mask &= READ_ONCE(cpu_online_mask) & ~(1ull << this_cpu);
	if (!mask)
		return 0;
	BUG_ON(irqs_disabled() || in_interrupt()); /* rule 1 */
	request->func = func;
	request->info = info;
	__atomic_store_n(&request->waiting_for, mask, __ATOMIC_SEQ_CST); /* rule 2 */
	for (u64 left = mask; left; left &= left - 1) {
		int cpu = __builtin_ctzll(left);

		/* Whoever found the inbox full has sent the interrupt that empties it. */
		if (!__atomic_fetch_or(per_cpu_ptr(&call_inbox, cpu), 1ull << this_cpu,
				       __ATOMIC_SEQ_CST))
			apic_send_ipi(cpu, CALL_FUNCTION_VECTOR);
	}
	return mask;
}

/*
 * Spinning for long would take the host's CPU from the very one that we wait for. Halting is allowed
 * since interrupts are on, and no wake-up is lost: either the last one sees halted, or we see its
 * answer; sti and hlt take effect together.
 */
static void wait_until_done(struct call_request *request)
{
	for (int i = 0; i < SPINS; i++) {
		if (!__atomic_load_n(&request->waiting_for, __ATOMIC_ACQUIRE))
			return;
		cpu_relax();
	}
	for (;;) {
		local_irq_disable();
		__atomic_store_n(&request->halted, true, __ATOMIC_SEQ_CST);
		if (!__atomic_load_n(&request->waiting_for, __ATOMIC_SEQ_CST))
			break;
		safe_halt();
	}
	request->halted = false;
	local_irq_enable();
}

static void wait_for_call(void)
{
	wait_until_done(this_cpu_ptr(&call_request));
}

void smp_call_function_many(u64 mask, void (*func)(void *info), void *info)
{
	lockdep_calls_cpus();
	if (send_call(mask, func, info))
		wait_for_call();
}

void generic_smp_call_function_interrupt(void)
{
	u64 self = 1ull << smp_processor_id();
	u64 senders = __atomic_exchange_n(this_cpu_ptr(&call_inbox), 0, __ATOMIC_SEQ_CST);

	for (; senders; senders &= senders - 1) {
		int sender = __builtin_ctzll(senders);
		struct call_request *request = per_cpu_ptr(&call_request, sender);

		request->func(request->info);
		/* From here on the sender may go on, and its request be another one: no harm. */
		if (__atomic_and_fetch(&request->waiting_for, ~self, __ATOMIC_SEQ_CST) == 0 &&
		    __atomic_load_n(&request->halted, __ATOMIC_SEQ_CST))
			smp_send_reschedule(sender);
	}
}

void on_each_cpu(void (*func)(void *info), void *info)
{
	unsigned long flags;

	smp_call_function_many(~0ull, func, info);
	local_irq_save(flags);
	func(info);
	local_irq_restore(flags);
}

static u64 other_cpus(void)
{
	return READ_ONCE(cpu_online_mask) & ~(1ull << raw_smp_processor_id());
}

#ifdef CONFIG_DEBUG
/*
 * ---- holding ----
 *
 * Whoever is interrupted may have a spinlock that another CPU wants with interrupts off, or an object
 * half made. So in two steps. First every CPU is asked to schedule, and whichever task it has then
 * parks it: no lock is held there, and interrupts are still answered, since those who have not come
 * yet may wait for an answer. When all are parked, an interrupt makes them stand still, with their
 * registers on the stack.
 */
static DEFINE_MUTEX(hold_mutex);
static bool park_wanted;
static u64 parked_mask; /* [atomic] CPUs that have come to smp_park_if_asked() */
static bool held_released;
static u64 held_mask; /* [atomic] CPUs that stand still */

static void ask_to_schedule(void *unused)
{
	set_bit(TIF_NEED_RESCHED, &((struct thread_info *)current)->flags);
}

void smp_park_if_asked(void)
{
	u64 self = 1ull << raw_smp_processor_id();

	while (unlikely(READ_ONCE(park_wanted))) {
		if (!(READ_ONCE(parked_mask) & self))
			(void)__atomic_fetch_or(&parked_mask, self, __ATOMIC_SEQ_CST);
		cpu_relax();
	}
}

/* It sleeps, so that a host with fewer CPUs runs the one that works; see release_others(). */
static void hold_here(void *unused)
{
	(void)__atomic_fetch_or(&held_mask, 1ull << raw_smp_processor_id(), __ATOMIC_SEQ_CST);
	while (!__atomic_load_n(&held_released, __ATOMIC_ACQUIRE))
		__asm__ __volatile__("hlt");
}

/* Only an NMI wakes a CPU whose interrupts are off. One that comes just before the hlt does not: again. */
static void release_others(void)
{
	struct call_request *request = this_cpu_ptr(&call_request);
	u64 left;

	__atomic_store_n(&held_released, true, __ATOMIC_SEQ_CST);
	while ((left = __atomic_load_n(&request->waiting_for, __ATOMIC_ACQUIRE)) != 0) {
		for (; left; left &= left - 1)
			apic_send_nmi(__builtin_ctzll(left));
		for (int i = 0; i < SPINS && READ_ONCE(request->waiting_for); i++)
			cpu_relax();
	}
}

void smp_hold_others(void (*func)(void *info), void *info)
{
	unsigned long flags;

	mutex_lock(&hold_mutex);
	parked_mask = held_mask = 0;
	held_released = false;
	WRITE_ONCE(park_wanted, true);
	smp_call_function_many(~0ull, ask_to_schedule, NULL);
	while (__atomic_load_n(&parked_mask, __ATOMIC_SEQ_CST) != other_cpus())
		cpu_relax();
	send_call(~0ull, hold_here, NULL);
	while (__atomic_load_n(&held_mask, __ATOMIC_SEQ_CST) != other_cpus())
		cpu_relax();
	local_irq_save(flags);
	func(info);
	local_irq_restore(flags);
	WRITE_ONCE(park_wanted, false);
	if (other_cpus())
		release_others();
	mutex_unlock(&hold_mutex);
}
#endif

/* ---- stopping ---- */

static bool stop_wanted, stop_now;
static u64 stopped_mask;

static void __noreturn stop_this_cpu(void)
{
	local_irq_disable();
	(void)__atomic_fetch_or(&stopped_mask, 1ull << raw_smp_processor_id(), __ATOMIC_SEQ_CST);
	for (;;)
		__asm__ __volatile__("hlt");
}

bool smp_cpu_stopped(int cpu)
{
	return READ_ONCE(stopped_mask) >> cpu & 1;
}

void smp_stop_if_asked(void)
{
	if (unlikely(READ_ONCE(stop_wanted)))
		stop_this_cpu();
}

static u64 show_wanted;

void smp_show_cpu(int cpu)
{
	(void)__atomic_fetch_or(&show_wanted, 1ull << cpu, __ATOMIC_SEQ_CST);
	apic_send_nmi(cpu);
}

void smp_nmi(struct pt_regs *regs)
{
	u64 self = 1ull << raw_smp_processor_id();

	if (READ_ONCE(stop_now))
		stop_this_cpu();
	if (__atomic_fetch_and(&show_wanted, ~self, __ATOMIC_SEQ_CST) & self)
		show_regs(regs);
}

static bool others_stopped(unsigned int ms)
{
	u64 others = other_cpus();
	u64 end = rdtsc() + (u64)ms * tsc_khz;

	while (others & ~__atomic_load_n(&stopped_mask, __ATOMIC_SEQ_CST)) {
		if (rdtsc() > end)
			return false;
		cpu_relax();
	}
	return true;
}

bool smp_send_stop(bool patience)
{
	int cpu;

	if (num_online_cpus() < 2)
		return true;
	if (patience) {
		WRITE_ONCE(stop_wanted, true);
		for_each_online_cpu (cpu)
			if (cpu != raw_smp_processor_id())
				smp_send_reschedule(cpu);
		if (others_stopped(10000))
			return true;
	}
	WRITE_ONCE(stop_now, true);
	for_each_online_cpu (cpu)
		if (cpu != raw_smp_processor_id() && !(READ_ONCE(stopped_mask) >> cpu & 1))
			apic_send_nmi(cpu);
	others_stopped(100);
	return false;
}
