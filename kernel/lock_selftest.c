// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the primitives that wait and count promise, one promise after the other: `lock_selftest` on
 * the command line of a debug build runs this at boot and says in the log what does not hold.
 *
 * locktorture finds out whether locks exclude; here is what a torture would hardly notice: who is
 * woken and who is not, who comes first, what sticks, which sum is exact.
 *
 * Linux: lib/locking-selftest.c (there for the checker). Start at: lock_selftest().
 * The test that reads the log: tests/host/lock_promises.
 */
#ifdef CONFIG_DEBUG

#include "kernel/lib/cmdline.h"
#include "kernel/lib/init.h"
#include "kernel/lib/printk.h"
#include "kernel/locking/completion.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/percpu_counter.h"
#include "kernel/locking/refcount.h"
#include "kernel/locking/rwlock.h"
#include "kernel/locking/rwsem.h"
#include "kernel/locking/seqlock.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/sched/wait.h"
#include "kernel/sched/wake_q.h"
#include "kernel/main.h"
#include "kernel/uapi/time.h"
#include "mm/gfp.h"

#define SLEEPERS 4

static unsigned int promises, broken;

static void promise(bool holds, const char *text)
{
	promises++;
	if (holds)
		return;
	broken++;
	pr_err("lock_selftest: broken: %s\n", text);
}

static void pause_ms(unsigned int ms)
{
	schedule_timeout_uninterruptible((long)ms * NSEC_PER_MSEC);
}

/* Waits until *counter is that, for ten seconds at most: a loaded host is slow. */
static bool becomes(const atomic_t *counter, int value)
{
	for (int i = 0; i < 2000 && atomic_read(counter) != value; i++)
		pause_ms(5);
	return atomic_read(counter) == value;
}

/* ---- refcount_t ---- */

static void refcounts(void)
{
	static DEFINE_SPINLOCK(lock);
	refcount_t r = REFCOUNT_INIT(2);

	promise(!refcount_dec_and_test(&r), "refcount: 2 - 1 is not the last");
	promise(!refcount_dec_not_one(&r), "refcount_dec_not_one leaves the last");
	promise(refcount_dec_and_lock(&r, &lock) && spin_is_locked(&lock),
		"refcount_dec_and_lock: the last goes with the lock held");
	spin_unlock(&lock);
	promise(!refcount_inc_not_zero(&r) && refcount_read(&r) == 0,
		"refcount_inc_not_zero: none from nothing");
	/* Each of these is a bug of the caller: a warning each, and the count sticks. */
	refcount_inc(&r);
	promise(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED, "refcount: 0 + 1 sticks");
	promise(!refcount_dec_and_test(&r), "refcount: what stuck never ends");
	promise(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED, "… and stays where it is");
	promise(refcount_inc_not_zero(&r), "… for those who look, too");
	refcount_set(&r, 0x7fffffff);
	refcount_inc(&r);
	promise(refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED,
		"refcount: an overflow sticks");
	refcount_set(&r, 1);
	promise(!refcount_sub_and_test(2, &r) &&
			refcount_read(&r) == (unsigned int)REFCOUNT_SATURATED,
		"refcount: less than nothing sticks");
}

/* ---- completions ---- */

static void completions(void)
{
	DECLARE_COMPLETION_ONSTACK(done);

	complete(&done);
	complete(&done);
	promise(completion_done(&done), "completion: done before anybody waits");
	wait_for_completion(&done);
	promise(try_wait_for_completion(&done), "completion: as many waits pass as came events");
	promise(!try_wait_for_completion(&done) && !completion_done(&done), "… and no more");
	promise(wait_for_completion_timeout(&done, NSEC_PER_MSEC) == 0, "completion: time is up");
	complete_all(&done);
	wait_for_completion(&done);
	promise(wait_for_completion_timeout(&done, NSEC_PER_MSEC) > 0 && completion_done(&done),
		"complete_all: for everybody, now and later");
}

/* ---- wait queues ---- */

static DECLARE_WAIT_QUEUE_HEAD(queue);
static atomic_t asleep, awake, through;
static int gate;

static int waits_alone(void *unused)
{
	atomic_inc(&asleep);
	/* Whoever is woken and finds the gate shut has been woken for nothing: counted. */
	(void)wait_event_interruptible_exclusive(queue, ({
							 bool open = READ_ONCE(gate) > 0;

							 if (open)
								 atomic_inc(&awake);
							 open;
						 }));
	atomic_inc(&through);
	return 0;
}

static int waits_with_others(void *unused)
{
	atomic_inc(&asleep);
	(void)wait_event_interruptible(queue, READ_ONCE(gate) > 0);
	atomic_inc(&through);
	return 0;
}

static bool all_sleep(int n)
{
	bool good = becomes(&asleep, n);

	/* Queued and off the CPU, not on the way, when a last look finds the gate that has just opened. */
	for (int i = 0; i < 2000; i++) {
		struct wait_queue_entry *entry;
		unsigned long flags;
		int queued = 0;

		spin_lock_irqsave(&queue.lock, flags);
		list_for_each_entry (entry, &queue.head, entry)
			queued += !READ_ONCE(((struct task_struct *)entry->private)->on_rq);
		spin_unlock_irqrestore(&queue.lock, flags);
		if (queued == n)
			return good;
		pause_ms(5);
	}
	return false;
}

static void exclusive_waits(void)
{
	atomic_set(&asleep, 0);
	atomic_set(&awake, 0);
	atomic_set(&through, 0);
	gate = 0;
	for (int i = 0; i < SLEEPERS; i++)
		(void)kthread_run(waits_alone, NULL, "alone/%d", i);
	for (int i = 0; i < 2; i++)
		(void)kthread_run(waits_with_others, NULL, "others/%d", i);
	promise(all_sleep(SLEEPERS + 2), "wait queue: all wait");
	WRITE_ONCE(gate, 1);
	wake_up_interruptible(&queue);
	promise(becomes(&through, 3), "wake_up: those who share, and one of those who do not");
	pause_ms(20);
	promise(atomic_read(&through) == 3 && atomic_read(&awake) == 1, "… and nobody else");
	wake_up_interruptible_nr(&queue, 2);
	promise(becomes(&through, 5), "wake_up_nr: two");
	pause_ms(20);
	promise(atomic_read(&through) == 5, "… not three");
	wake_up_interruptible_all(&queue);
	promise(becomes(&through, 6), "wake_up_all: the rest");
}

/* ---- wake_q ---- */

static int sleeps_once(void *unused)
{
	atomic_inc(&asleep);
	set_current_state(TASK_INTERRUPTIBLE);
	if (!READ_ONCE(gate))
		schedule();
	__set_current_state(TASK_RUNNING);
	atomic_inc(&through);
	return 0;
}

static void wake_queues(void)
{
	struct task_struct *tasks[2];
	DEFINE_WAKE_Q(first);
	DEFINE_WAKE_Q(second);

	atomic_set(&asleep, 0);
	atomic_set(&through, 0);
	gate = 0;
	for (int i = 0; i < 2; i++) {
		tasks[i] = kthread_create(sleeps_once, NULL, "once/%d", i);
		if (IS_ERR(tasks[i]))
			return promise(false, "wake_q: no thread");
		get_task_struct(tasks[i]);
		wake_up_process(tasks[i]);
	}
	promise(becomes(&asleep, 2), "wake_q: both on their way to sleep");
	wake_q_add(&first, tasks[0]);
	wake_q_add(&first, tasks[1]);
	wake_q_add(&first, tasks[0]);
	wake_q_add(&second, tasks[0]);
	promise(wake_q_empty(&second), "wake_q: a task is on one queue at a time");
	pause_ms(20);
	promise(atomic_read(&through) == 0, "wake_q: nobody wakes before wake_up_q");
	WRITE_ONCE(gate, 1);
	wake_up_q(&first);
	promise(becomes(&through, 2) && wake_q_empty(&first), "wake_up_q: all of them, once");
	for (int i = 0; i < 2; i++)
		put_task_struct(tasks[i]);
}

/* ---- counters ---- */

static struct percpu_counter counter;

static int counts(void *amount)
{
	for (int i = 0; i < 1000; i++)
		percpu_counter_add_batch(&counter, (long)amount, PERCPU_COUNTER_BATCH);
	atomic_inc(&through);
	return 0;
}

static void percpu_counters(void)
{
	static const long amounts[] = { 1, 3, -2, 7 };
	s64 sum = 100;

	atomic_set(&through, 0);
	if (percpu_counter_init(&counter, 100, GFP_KERNEL))
		return promise(false, "percpu_counter: no memory");
	for (int i = 0; i < SLEEPERS; i++) {
		struct task_struct *task = kthread_create(counts, (void *)amounts[i], "counts/%d",
							  i);

		if (IS_ERR(task))
			continue;
		kthread_bind(task, i % num_online_cpus());
		wake_up_process(task);
		sum += 1000 * amounts[i];
	}
	promise(becomes(&through, SLEEPERS), "percpu_counter: all have counted");
	promise(percpu_counter_sum(&counter) == sum, "percpu_counter: the sum is exact");
	promise(percpu_counter_compare(&counter, sum) == 0 &&
			percpu_counter_compare(&counter, sum - 1) > 0 &&
			percpu_counter_compare(&counter, sum + 1) < 0,
		"percpu_counter_compare: exact, too");
	percpu_counter_set(&counter, 5);
	promise(percpu_counter_sum(&counter) == 5, "percpu_counter_set");
	percpu_counter_destroy(&counter);
}

/* ---- who comes first ---- */

static DECLARE_RWSEM(sem);
static atomic_t order;
static int writer_was, reader_was;

static int writes(void *unused)
{
	atomic_inc(&asleep);
	down_write(&sem);
	writer_was = atomic_inc_return(&order);
	up_write(&sem);
	atomic_inc(&through);
	return 0;
}

static int reads(void *unused)
{
	atomic_inc(&asleep);
	down_read(&sem);
	reader_was = atomic_inc_return(&order);
	up_read(&sem);
	atomic_inc(&through);
	return 0;
}

static void fairness(void)
{
	static DEFINE_MUTEX(mutex);
	bool in = true;

	atomic_set(&asleep, 0);
	atomic_set(&through, 0);
	down_read(&sem);
	promise(down_read_trylock(&sem), "rwsem: readers share");
	up_read(&sem);
	promise(!down_write_trylock(&sem), "rwsem: no writer beside a reader");
	(void)kthread_run(writes, NULL, "writes");
	/* Once the writer waits, newcomers wait behind it. */
	for (int i = 0; i < 2000 && in; i++) {
		in = down_read_trylock(&sem);
		if (in)
			up_read(&sem);
		pause_ms(5);
	}
	promise(!in, "rwsem: no reader overtakes a writer that waits");
	(void)kthread_run(reads, NULL, "reads");
	promise(becomes(&asleep, 2), "rwsem: a writer and a reader wait");
	pause_ms(20);
	up_read(&sem);
	promise(becomes(&through, 2) && writer_was < reader_was, "rwsem: in order of arrival");
	promise(mutex_trylock(&mutex) && !mutex_trylock(&mutex), "mutex_trylock: once");
	mutex_unlock(&mutex);
}

static void sequences(void)
{
	static DEFINE_SEQLOCK(lock);
	unsigned int seq = read_seqbegin(&lock);

	promise(!read_seqretry(&lock, seq), "seqlock: nobody wrote, nothing to repeat");
	write_seqlock(&lock);
	promise(raw_seqcount_begin(&lock.seqcount) == seq,
		"seqlock: odd inside, never a valid start");
	promise(read_seqretry(&lock, seq), "seqlock: who reads meanwhile repeats");
	write_sequnlock(&lock);
	promise(read_seqretry(&lock, seq), "seqlock: and so does who began before");
	promise(!read_seqretry(&lock, read_seqbegin(&lock)), "seqlock: afterwards all is well");
}

static int lock_selftest(void)
{
	char text[8];

	if (cmdline_find_option(saved_command_line(), "lock_selftest", text, sizeof(text)) < 0)
		return 0;
	refcounts();
	completions();
	exclusive_waits();
	wake_queues();
	percpu_counters();
	fairness();
	sequences();
	pr_info("lock_selftest: %u promises, %u broken\n", promises, broken);
	return 0;
}
late_initcall(lock_selftest);

#endif
