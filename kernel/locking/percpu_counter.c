// SPDX-License-Identifier: GPL-2.0-only
/* Counters in shares per CPU. Linux: lib/percpu_counter.c. */
#include "kernel/locking/percpu_counter.h"
#include "kernel/lib/alloc.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/percpu.h"

struct percpu_counter_share {
	s32 value; /* [its CPU, interrupts off; from big to 0: lock, too]; others only look */
} __aligned(64);

int percpu_counter_init(struct percpu_counter *fbc, s64 amount, gfp_t gfp)
{
	size_t size = nr_cpu_ids * sizeof(struct percpu_counter_share);

	fbc->shares = __kmalloc(size, gfp);
	if (!fbc->shares)
		return -ENOMEM;
	memset(fbc->shares, 0, size);
	spin_lock_init(&fbc->lock);
	atomic64_set(&fbc->count, amount);
	return 0;
}

void percpu_counter_destroy(struct percpu_counter *fbc)
{
	kfree(fbc->shares);
	fbc->shares = NULL;
}

void percpu_counter_add_batch(struct percpu_counter *fbc, s64 amount, s32 batch)
{
	struct percpu_counter_share *share;
	unsigned long flags;
	s64 value;

	local_irq_save(flags);
	share = &fbc->shares[smp_processor_id()];
	value = share->value + amount;
	if (value >= batch || value <= -batch) {
		spin_lock(&fbc->lock);
		atomic64_add(value, &fbc->count);
		WRITE_ONCE(share->value, 0);
		spin_unlock(&fbc->lock);
	} else {
		WRITE_ONCE(share->value, (s32)value);
	}
	local_irq_restore(flags);
}

s64 percpu_counter_sum(struct percpu_counter *fbc)
{
	unsigned long flags;
	s64 sum;
	int cpu;

	spin_lock_irqsave(&fbc->lock, flags);
	sum = atomic64_read(&fbc->count);
	for_each_possible_cpu (cpu)
		sum += READ_ONCE(fbc->shares[cpu].value);
	spin_unlock_irqrestore(&fbc->lock, flags);
	return sum;
}

/* Nobody may be adding at the same time. */
void percpu_counter_set(struct percpu_counter *fbc, s64 amount)
{
	int cpu;

	for_each_possible_cpu (cpu)
		WRITE_ONCE(fbc->shares[cpu].value, 0);
	atomic64_set(&fbc->count, amount);
}

int percpu_counter_compare(struct percpu_counter *fbc, s64 rhs)
{
	s64 slack = (s64)PERCPU_COUNTER_BATCH * nr_cpu_ids;
	s64 sum = percpu_counter_read(fbc);

	if (sum - rhs > slack)
		return 1;
	if (rhs - sum > slack)
		return -1;
	sum = percpu_counter_sum(fbc);
	return sum > rhs ? 1 : sum < rhs ? -1 : 0;
}
