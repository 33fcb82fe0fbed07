/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sequence counters: readers take no lock, they read again if a writer came in between. The number
 * is odd while a writer is inside. For data without pointers that a writer could free.
 *
 *	do {
 *		seq = read_seqbegin(&lock);
 *		… copy …
 *	} while (read_seqretry(&lock, seq));
 *
 * Linux: include/linux/seqlock.h.
 */
#ifndef CONDUIT_LOCKING_SEQLOCK_H
#define CONDUIT_LOCKING_SEQLOCK_H

#include "kernel/x86/barrier.h"
#include "kernel/locking/spinlock.h"

/* Writers serialise themselves by a lock of their own. */
struct seqcount {
	unsigned int sequence;
};

typedef struct seqcount seqcount_t;
typedef struct seqcount seqcount_spinlock_t;

#define SEQCNT_ZERO(name)                                                                          \
	{                                                                                          \
		0                                                                                  \
	}
#define seqcount_init(s)                ((s)->sequence = 0)
#define seqcount_spinlock_init(s, lock) seqcount_init(s)

static inline unsigned int __read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq;

	while (unlikely((seq = READ_ONCE(s->sequence)) & 1))
		cpu_relax();
	return seq;
}

static inline unsigned int read_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq = __read_seqcount_begin(s);

	smp_rmb();
	return seq;
}

/* Does not wait for a writer: an odd number makes the retry fail. */
static inline unsigned int raw_seqcount_begin(const seqcount_t *s)
{
	unsigned int seq = READ_ONCE(s->sequence);

	smp_rmb();
	return seq & ~1u;
}

static inline bool read_seqcount_retry(const seqcount_t *s, unsigned int start)
{
	smp_rmb();
	return unlikely(READ_ONCE(s->sequence) != start);
}

#define __read_seqcount_retry(s, start) (READ_ONCE((s)->sequence) != (start))

static inline void write_seqcount_begin(seqcount_t *s)
{
	preempt_disable();
	WRITE_ONCE(s->sequence, s->sequence + 1);
	smp_wmb();
}

static inline void write_seqcount_end(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 1);
	preempt_enable();
}

#define raw_write_seqcount_begin(s) write_seqcount_begin(s)
#define raw_write_seqcount_end(s)   write_seqcount_end(s)

/* Readers that have begun will retry, without a write section. */
static inline void write_seqcount_invalidate(seqcount_t *s)
{
	smp_wmb();
	WRITE_ONCE(s->sequence, s->sequence + 2);
}

struct seqlock {
	seqcount_t seqcount;
	spinlock_t lock; /* the writers' */
};

typedef struct seqlock seqlock_t;

#define __SEQLOCK_UNLOCKED(name)                                                                   \
	{                                                                                          \
		{ 0 }, __SPIN_LOCK_UNLOCKED(name.lock)                                             \
	}
#define DEFINE_SEQLOCK(name) seqlock_t name = __SEQLOCK_UNLOCKED(name)

#define seqlock_init(sl)                                                                           \
	do {                                                                                       \
		seqcount_init(&(sl)->seqcount);                                                    \
		spin_lock_init(&(sl)->lock);                                                       \
	} while (0)

#ifdef CONFIG_DEBUG
/* Implemented in kernel/locking/debug.c: a reader waits for a writer that is inside. */
void seqlock_debug_before_read(const seqlock_t *sl);
#else
#define seqlock_debug_before_read(sl) ((void)0)
#endif

static inline unsigned int read_seqbegin(const seqlock_t *sl)
{
	seqlock_debug_before_read(sl);
	return read_seqcount_begin(&sl->seqcount);
}

static inline bool read_seqretry(const seqlock_t *sl, unsigned int start)
{
	return read_seqcount_retry(&sl->seqcount, start);
}

static inline void write_seqlock(seqlock_t *sl)
{
	spin_lock(&sl->lock);
	write_seqcount_begin(&sl->seqcount);
}

static inline void write_sequnlock(seqlock_t *sl)
{
	write_seqcount_end(&sl->seqcount);
	spin_unlock(&sl->lock);
}

static inline void write_seqlock_irq(seqlock_t *sl)
{
	local_irq_disable();
	write_seqlock(sl);
}

static inline void write_sequnlock_irq(seqlock_t *sl)
{
	write_sequnlock(sl);
	lockdep_irqs_on();
	local_irq_enable();
}

#define write_seqlock_irqsave(sl, flags)                                                           \
	do {                                                                                       \
		local_irq_save(flags);                                                             \
		write_seqlock(sl);                                                                 \
	} while (0)

static inline void write_sequnlock_irqrestore(seqlock_t *sl, unsigned long flags)
{
	write_sequnlock(sl);
	if (!irqs_disabled_flags(flags))
		lockdep_irqs_on();
	local_irq_restore(flags);
}

/* A reader that keeps writers out, without making other readers retry. */
static inline void read_seqlock_excl(seqlock_t *sl)
{
	spin_lock(&sl->lock);
}

static inline void read_sequnlock_excl(seqlock_t *sl)
{
	spin_unlock(&sl->lock);
}

/* First round without the lock, the second with it: *seq is 0 at the start, then odd. */
static inline void read_seqbegin_or_lock(seqlock_t *sl, int *seq)
{
	if (!(*seq & 1))
		*seq = read_seqbegin(sl);
	else
		read_seqlock_excl(sl);
}

static inline bool need_seqretry(const seqlock_t *sl, int seq)
{
	return !(seq & 1) && read_seqretry(sl, seq);
}

static inline void done_seqretry(seqlock_t *sl, int seq)
{
	if (seq & 1)
		read_sequnlock_excl(sl);
}

#endif
