// SPDX-License-Identifier: GPL-2.0-only
/*
 * Futexes: sleeping on a word of user memory (man 2 futex).
 *
 * Idea: user space takes and releases a lock with atomic instructions on the word and calls the
 * kernel only to sleep and to wake. The kernel knows nothing of a futex until somebody sleeps: it
 * hashes where the word is (its key) to a bucket and queues the sleeper there.
 *
 * Data: a key says "the same word" for all who may share it: private = (mm, address), shared = (the
 * file's address_space, offset), so that two mappings of one file meet.
 *
 *	futex_queues[hash(key)]  lock
 *	                         chain -> futex_q -> futex_q -> ...   on the sleepers' stacks,
 *	                                                              first come, first woken
 *
 * Rules: 1. the word is compared and the sleeper queued under one hold of the bucket lock, and a
 * waker takes that lock after user space has changed the word; so a waker either is seen in the word
 * or sees the sleeper. 2. q->bucket is NULL once woken: storing that is the waker's last access to
 * q. 3. two buckets are locked in the order of their addresses.
 *
 * Locking: the bucket's lock; user memory is accessed under it only with page faults disabled.
 * Sleeps: futex_wait(). Linux: kernel/futex/; left out: priority inheritance (LOCK_PI …).
 * Start at: futex_wait(), futex_wake(). Tests: tests/kernel/futex_*.c.
 */
#include "kernel/futex.h"
#include "kernel/syscall.h"
#include "kernel/time.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/init.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/timeout.h"
#include "kernel/sched/wake_q.h"
#include "kernel/uapi/futex.h"
#include "kernel/x86/uaccess.h"
#include "mm/mm.h"

/* How the key is made, and the clock of the time-out. */
#define FLAGS_SHARED  0x01
#define FLAGS_CLOCKRT 0x02

/* Kinds of key, in the low bits of futex_key.object. */
#define KEY_PRIVATE 0
#define KEY_ANON    1 /* shared futex in memory that is not shared */
#define KEY_FILE    2

struct futex_key {
	unsigned long object; /* mm_struct or address_space, and KEY_* */
	unsigned long offset; /* user address, or byte in the file */
};

struct futex_bucket {
	spinlock_t lock;
	struct list_head chain; /* [L] futex_q.list */
} __aligned(64);

/* A sleeper. [L] the lock of its bucket */
struct futex_q {
	struct list_head list;       /* [L] */
	struct futex_bucket *bucket; /* [L] NULL: woken (rule 2) */
	struct futex_key key;        /* [L] FUTEX_REQUEUE changes it */
	struct task_struct *task;
	u32 bitset;
};

#define FUTEX_HASH_BITS 8

static struct futex_bucket futex_queues[1 << FUTEX_HASH_BITS];

/* ---- keys and buckets ---- */

static int get_futex_key(u32 __user *uaddr, unsigned int flags, bool write, struct futex_key *key)
{
	unsigned long address = (unsigned long)uaddr;
	struct address_space *mapping;
	pgoff_t pgoff;
	int ret;

	if (address % sizeof(u32))
		return -EINVAL;
	if (!access_ok(uaddr, sizeof(u32)))
		return -EFAULT;
	key->object = (unsigned long)current->mm | KEY_PRIVATE;
	key->offset = address;
	if (!(flags & FLAGS_SHARED))
		return 0;
	ret = futex_backing(address, write, &mapping, &pgoff);
	if (ret)
		return ret;
	if (!mapping) {
		key->object |= KEY_ANON;
	} else {
		key->object = (unsigned long)mapping | KEY_FILE;
		key->offset = pgoff << PAGE_SHIFT | offset_in_page(address);
	}
	return 0;
}

static inline bool match_key(const struct futex_key *a, const struct futex_key *b)
{
	return a->object == b->object && a->offset == b->offset;
}

static struct futex_bucket *futex_hash(const struct futex_key *key)
{
	/* Multiplicative hashing: the golden ratio's bits spread neighbours over the table. */
	u64 hash = (key->object ^ key->offset >> 2 ^ key->offset << 17) * 0x9e3779b97f4a7c15ull;

	return &futex_queues[hash >> (64 - FUTEX_HASH_BITS)];
}

static void double_lock(struct futex_bucket *b1, struct futex_bucket *b2)
{
	if (b1 > b2)
		swap(b1, b2);
	spin_lock(&b1->lock);
	if (b1 != b2)
		spin_lock_nested(&b2->lock, 1);
}

static void double_unlock(struct futex_bucket *b1, struct futex_bucket *b2)
{
	spin_unlock(&b1->lock);
	if (b1 != b2)
		spin_unlock(&b2->lock);
}

/* Under a spinlock: -EFAULT may mean only that the page is not there at the moment. */
static int get_user_inatomic(u32 *value, u32 __user *uaddr)
{
	int ret;

	pagefault_disable();
	ret = get_user(*value, uaddr);
	pagefault_enable();
	return ret;
}

static int fault_in_user_writeable(u32 __user *uaddr)
{
	return fixup_user_fault(current->mm, (unsigned long)uaddr, FAULT_FLAG_WRITE);
}

/* ---- waking ---- */

/* Bucket lock held. The task is woken after the lock is released. */
static void mark_wake(struct futex_q *q, struct wake_q_head *wake_q)
{
	struct task_struct *task = get_task_struct(q->task);

	list_del_init(&q->list);
	/* From here on q's owner may return and q be gone. */
	smp_store_release(&q->bucket, NULL);
	wake_q_add_safe(wake_q, task);
}

/* Bucket lock held. Wakes up to nr (at least one) waiters of key; how many. */
static int wake_matching(struct futex_bucket *bucket, const struct futex_key *key, int nr,
			 u32 bitset, struct wake_q_head *wake_q)
{
	struct futex_q *q, *next;
	int woken = 0;

	list_for_each_entry_safe (q, next, &bucket->chain, list) {
		if (!match_key(&q->key, key) || !(q->bitset & bitset))
			continue;
		mark_wake(q, wake_q);
		if (++woken >= nr)
			break;
	}
	return woken;
}

static int futex_wake(u32 __user *uaddr, unsigned int flags, int nr, u32 bitset)
{
	struct futex_bucket *bucket;
	struct futex_key key;
	DEFINE_WAKE_Q(wake_q);
	int ret;

	if (!bitset)
		return -EINVAL;
	ret = get_futex_key(uaddr, flags, false, &key);
	if (ret)
		return ret;
	bucket = futex_hash(&key);
	spin_lock(&bucket->lock);
	ret = wake_matching(bucket, &key, nr, bitset, &wake_q);
	spin_unlock(&bucket->lock);
	wake_up_q(&wake_q);
	return ret;
}

static int sign_extend12(u32 value)
{
	return (int)(value << 20) >> 20;
}

/*
 * FUTEX_WAKE_OP: *uaddr = *uaddr op oparg, atomically; 1 if the old value cmp cmparg. -EFAULT:
 * the page is to be faulted in.
 */
static int futex_atomic_op(u32 encoded, u32 __user *uaddr)
{
	int op = encoded >> 28 & 7, cmp = encoded >> 24 & 15;
	int oparg = sign_extend12(encoded >> 12), cmparg = sign_extend12(encoded);
	int old, ret;

	if (encoded >> 28 & FUTEX_OP_OPARG_SHIFT)
		oparg = 1 << (oparg & 31);
	pagefault_disable();
	ret = arch_futex_atomic_op_inuser(op, oparg, &old, uaddr);
	pagefault_enable();
	if (ret)
		return ret;
	switch (cmp) {
	case FUTEX_OP_CMP_EQ:
		return old == cmparg;
	case FUTEX_OP_CMP_NE:
		return old != cmparg;
	case FUTEX_OP_CMP_LT:
		return old < cmparg;
	case FUTEX_OP_CMP_GE:
		return old >= cmparg;
	case FUTEX_OP_CMP_LE:
		return old <= cmparg;
	case FUTEX_OP_CMP_GT:
		return old > cmparg;
	default:
		return -ENOSYS;
	}
}

/* Wakes nr waiters of uaddr1; changes *uaddr2 and, if its old value compares, wakes nr2 there. */
static int futex_wake_op(u32 __user *uaddr1, unsigned int flags, u32 __user *uaddr2, int nr,
			 int nr2, u32 op)
{
	struct futex_bucket *bucket1, *bucket2;
	struct futex_key key1, key2;
	DEFINE_WAKE_Q(wake_q);
	int ret, wake2;

	for (;;) {
		ret = get_futex_key(uaddr1, flags, false, &key1);
		if (!ret)
			ret = get_futex_key(uaddr2, flags, true, &key2);
		if (ret)
			return ret;
		bucket1 = futex_hash(&key1);
		bucket2 = futex_hash(&key2);
		double_lock(bucket1, bucket2);
		wake2 = futex_atomic_op(op, uaddr2);
		if (wake2 >= 0)
			break;
		double_unlock(bucket1, bucket2);
		if (wake2 != -EFAULT)
			return wake2;
		ret = fault_in_user_writeable(uaddr2);
		if (ret)
			return ret;
	}
	ret = wake_matching(bucket1, &key1, nr, FUTEX_BITSET_MATCH_ANY, &wake_q);
	if (wake2)
		ret += wake_matching(bucket2, &key2, nr2, FUTEX_BITSET_MATCH_ANY, &wake_q);
	double_unlock(bucket1, bucket2);
	wake_up_q(&wake_q);
	return ret;
}

/* Both locks held. Wakes nr_wake waiters of key1, moves nr_requeue others to key2. How many. */
static int requeue_matching(struct futex_bucket *bucket1, const struct futex_key *key1,
			    struct futex_bucket *bucket2, const struct futex_key *key2, int nr_wake,
			    int nr_requeue, struct wake_q_head *wake_q)
{
	struct futex_q *q, *next;
	int count = 0;

	list_for_each_entry_safe (q, next, &bucket1->chain, list) {
		if (count - nr_wake >= nr_requeue)
			break;
		if (!match_key(&q->key, key1))
			continue;
		if (++count <= nr_wake) {
			mark_wake(q, wake_q);
			continue;
		}
		q->key = *key2;
		if (bucket1 != bucket2) {
			list_move_tail(&q->list, &bucket2->chain);
			WRITE_ONCE(q->bucket, bucket2);
		}
	}
	return count;
}

/* cmpval: what *uaddr1 must be, or NULL. */
static int futex_requeue(u32 __user *uaddr1, unsigned int flags, u32 __user *uaddr2, int nr_wake,
			 int nr_requeue, const u32 *cmpval)
{
	struct futex_bucket *bucket1, *bucket2;
	struct futex_key key1, key2;
	DEFINE_WAKE_Q(wake_q);
	u32 value;
	int ret;

	if (nr_wake < 0 || nr_requeue < 0)
		return -EINVAL;
	for (;;) {
		ret = get_futex_key(uaddr1, flags, false, &key1);
		if (!ret)
			ret = get_futex_key(uaddr2, flags, false, &key2);
		if (ret)
			return ret;
		bucket1 = futex_hash(&key1);
		bucket2 = futex_hash(&key2);
		double_lock(bucket1, bucket2);
		if (!cmpval || !get_user_inatomic(&value, uaddr1))
			break;
		double_unlock(bucket1, bucket2);
		if (get_user(value, uaddr1))
			return -EFAULT;
	}
	if (cmpval && value != *cmpval)
		ret = -EAGAIN;
	else
		ret = requeue_matching(bucket1, &key1, bucket2, &key2, nr_wake, nr_requeue,
				       &wake_q);
	double_unlock(bucket1, bucket2);
	wake_up_q(&wake_q);
	return ret;
}

/* ---- waiting ---- */

/*
 * Queues q if *uaddr is val (rule 1): 0 with the task's state set, or -EWOULDBLOCK, -EFAULT,
 * -EINVAL with nothing done.
 */
static int futex_wait_setup(struct futex_q *q, u32 __user *uaddr, unsigned int flags, u32 val)
{
	struct futex_bucket *bucket;
	u32 value;
	int ret;

	for (;;) {
		ret = get_futex_key(uaddr, flags, false, &q->key);
		if (ret)
			return ret;
		bucket = futex_hash(&q->key);
		spin_lock(&bucket->lock);
		if (!get_user_inatomic(&value, uaddr))
			break;
		spin_unlock(&bucket->lock);
		if (get_user(value, uaddr)) /* pages in, or fails for good */
			return -EFAULT;
	}
	if (value != val) {
		spin_unlock(&bucket->lock);
		return -EWOULDBLOCK;
	}
	q->bucket = bucket;
	q->task = current;
	list_add_tail(&q->list, &bucket->chain);
	set_current_state(TASK_INTERRUPTIBLE);
	spin_unlock(&bucket->lock);
	return 0;
}

/* Takes q off its queue. False: a waker has done so already. */
static bool futex_unqueue(struct futex_q *q)
{
	struct futex_bucket *bucket;

	/* FUTEX_REQUEUE may move it while we wait for the lock. */
	while ((bucket = READ_ONCE(q->bucket))) {
		spin_lock(&bucket->lock);
		if (likely(bucket == q->bucket)) {
			list_del(&q->list);
			spin_unlock(&bucket->lock);
			return true;
		}
		spin_unlock(&bucket->lock);
	}
	smp_rmb(); /* pairs with mark_wake(): its stores come before ours to this stack */
	return false;
}

static int futex_wait(u32 __user *uaddr, unsigned int flags, u32 val, const ktime_t *expires,
		      u32 bitset);

static long futex_wait_restart(struct restart_block *restart)
{
	ktime_t expires = restart->futex.time;

	return futex_wait(restart->futex.uaddr, restart->futex.flags, restart->futex.val, &expires,
			  restart->futex.bitset);
}

/* A signal: without a time-out the call is simply repeated; with one, until the same moment. */
static int wait_interrupted(u32 __user *uaddr, unsigned int flags, u32 val, const ktime_t *expires,
			    u32 bitset)
{
	struct restart_block *restart = &current->restart_block;

	if (!expires)
		return -ERESTARTSYS;
	restart->fn = futex_wait_restart;
	restart->futex.uaddr = uaddr;
	restart->futex.val = val;
	restart->futex.time = *expires;
	restart->futex.bitset = bitset;
	restart->futex.flags = flags;
	return -ERESTART_RESTARTBLOCK;
}

/* expires: absolute, on CLOCK_MONOTONIC or (FLAGS_CLOCKRT) CLOCK_REALTIME; NULL: no limit. */
static int futex_wait(u32 __user *uaddr, unsigned int flags, u32 val, const ktime_t *expires,
		      u32 bitset)
{
	struct futex_q q = { .bitset = bitset };
	struct hrtimer_sleeper timeout;
	int ret;

	if (!bitset)
		return -EINVAL;
	if (expires) {
		hrtimer_sleeper_init(&timeout,
				     flags & FLAGS_CLOCKRT ? CLOCK_REALTIME : CLOCK_MONOTONIC);
		if (*expires == KTIME_MAX)
			expires = NULL;
	}
	for (;;) {
		ret = futex_wait_setup(&q, uaddr, flags, val);
		if (ret)
			break;
		if (expires)
			hrtimer_start(&timeout.timer, *expires, HRTIMER_MODE_ABS);
		if (READ_ONCE(q.bucket) && (!expires || READ_ONCE(timeout.task)))
			schedule();
		__set_current_state(TASK_RUNNING);
		if (!futex_unqueue(&q))
			break; /* woken */
		if (expires && !READ_ONCE(timeout.task)) {
			ret = -ETIMEDOUT;
			break;
		}
		if (signal_pending(current)) {
			ret = wait_interrupted(uaddr, flags, val, expires, bitset);
			break;
		}
		/* A wake-up for something else: look again. */
	}
	if (expires)
		hrtimer_cancel(&timeout.timer);
	return ret;
}

/* ---- robust lists and exit ---- */

/* A lock whose owner is dying. pending: it was being taken or released at that moment. */
static int handle_futex_death(u32 __user *uaddr, bool pi, bool pending)
{
	u32 value, found;

	if ((unsigned long)uaddr % sizeof(u32))
		return -1;
	for (;;) {
		if (get_user(value, uaddr))
			return -1;
		/* Released already, but perhaps the waiter was not woken. */
		if (pending && !pi && !(value & FUTEX_TID_MASK)) {
			futex_wake(uaddr, FLAGS_SHARED, 1, FUTEX_BITSET_MATCH_ANY);
			return 0;
		}
		if ((value & FUTEX_TID_MASK) != (u32)current->pid)
			return 0;
		/* The page may become read-only or go between the accesses: then once more. */
		if (futex_atomic_cmpxchg_inatomic(&found, uaddr, value,
						  (value & FUTEX_WAITERS) | FUTEX_OWNER_DIED)) {
			if (fault_in_user_writeable(uaddr))
				return -1;
			continue;
		}
		if (found == value)
			break;
	}
	if (!pi && (value & FUTEX_WAITERS))
		futex_wake(uaddr, FLAGS_SHARED, 1, FUTEX_BITSET_MATCH_ANY);
	return 0;
}

/* Bit 0 of a list pointer says that the lock is one with priority inheritance. */
static int fetch_robust_entry(struct robust_list __user **entry, bool *pi,
			      struct robust_list __user *__user *head)
{
	unsigned long pointer;

	if (get_user(pointer, (unsigned long __user *)head))
		return -EFAULT;
	*entry = (struct robust_list __user *)(pointer & ~1ul);
	*pi = pointer & 1;
	return 0;
}

/* The list is user memory: it may be damaged, endless or change under our eyes. */
static void exit_robust_list(struct robust_list_head __user *head)
{
	struct robust_list __user *entry, *next, *pending;
	unsigned int limit = ROBUST_LIST_LIMIT;
	bool pi, next_pi, pending_pi;
	long offset;

	if (fetch_robust_entry(&entry, &pi, &head->list.next))
		return;
	if (get_user(offset, &head->futex_offset))
		return;
	if (fetch_robust_entry(&pending, &pending_pi, &head->list_op_pending))
		return;
	while (entry != &head->list && limit--) {
		/* Before the lock is given up: then its memory may be freed by others. */
		int error = fetch_robust_entry(&next, &next_pi, &entry->next);

		if (entry != pending &&
		    handle_futex_death((void __user *)((char __user *)entry + offset), pi, false))
			return;
		if (error)
			return;
		entry = next;
		pi = next_pi;
		cond_resched();
	}
	if (pending)
		handle_futex_death((void __user *)((char __user *)pending + offset), pending_pi,
				   true);
}

void futex_init_task(struct task_struct *task)
{
	task->robust_list = NULL;
}

void futex_exit_release(struct task_struct *task)
{
	ASSERT(task == current);
	if (unlikely(task->robust_list) && task->mm)
		exit_robust_list(task->robust_list);
	task->robust_list = NULL;
}

void futex_exec_release(struct task_struct *task)
{
	futex_exit_release(task);
}

void futex_wake_address(void __user *uaddr, int nr)
{
	futex_wake(uaddr, FLAGS_SHARED, nr, FUTEX_BITSET_MATCH_ANY);
}

/* ---- system calls ---- */

SYSCALL_DEFINE2(set_robust_list, struct robust_list_head __user *, head, size_t, len)
{
	if (len != sizeof(*head))
		return -EINVAL;
	current->robust_list = head;
	return 0;
}

/* May the caller look into that task? As for ptrace reading: same ids, or CAP_SYS_PTRACE. */
static bool may_read_task(struct task_struct *task)
{
	const struct cred *cred = current_cred(), *tcred;

	if (same_thread_group(task, current))
		return true;
	tcred = __task_cred(task);
	if (cred->uid == tcred->euid && cred->uid == tcred->suid && cred->uid == tcred->uid &&
	    cred->gid == tcred->egid && cred->gid == tcred->sgid && cred->gid == tcred->gid)
		return true;
	return capable(CAP_SYS_PTRACE);
}

SYSCALL_DEFINE3(get_robust_list, int, pid, struct robust_list_head __user *__user *, uhead,
		size_t __user *, ulen)
{
	struct robust_list_head __user *head = NULL;
	struct task_struct *task;
	int ret = -ESRCH;

	rcu_read_lock();
	task = pid ? find_task_by_pid(pid) : current;
	if (task) {
		ret = may_read_task(task) ? 0 : -EPERM;
		head = task->robust_list;
	}
	rcu_read_unlock();
	if (ret)
		return ret;
	if (put_user(sizeof(*head), ulen))
		return -EFAULT;
	return put_user(head, uhead);
}

static int futex_time_out(int cmd, struct __kernel_timespec __user *utime, ktime_t *expires)
{
	struct timespec64 ts;

	if (get_timespec64(&ts, utime))
		return -EFAULT;
	if (!timespec64_valid(&ts))
		return -EINVAL;
	*expires = timespec64_to_ktime(ts);
	if (cmd == FUTEX_WAIT) /* the only relative one */
		*expires = ktime_add_safe(ktime_get(), *expires);
	return 0;
}

/* The fourth argument is a time-out or a number. */
SYSCALL_DEFINE6(futex, u32 __user *, uaddr, int, op, u32, val, struct __kernel_timespec __user *,
		utime, u32 __user *, uaddr2, u32, val3)
{
	unsigned int flags = op & FUTEX_PRIVATE_FLAG ? 0 : FLAGS_SHARED;
	u32 val2 = (u32)(unsigned long)utime;
	ktime_t expires, *timeout = NULL;
	int cmd = op & FUTEX_CMD_MASK, ret;

	if (op & FUTEX_CLOCK_REALTIME) {
		if (cmd != FUTEX_WAIT_BITSET)
			return -ENOSYS;
		flags |= FLAGS_CLOCKRT;
	}
	if (utime && (cmd == FUTEX_WAIT || cmd == FUTEX_WAIT_BITSET)) {
		ret = futex_time_out(cmd, utime, &expires);
		if (ret)
			return ret;
		timeout = &expires;
	}
	switch (cmd) {
	case FUTEX_WAIT:
		return futex_wait(uaddr, flags, val, timeout, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAIT_BITSET:
		return futex_wait(uaddr, flags, val, timeout, val3);
	case FUTEX_WAKE:
		return futex_wake(uaddr, flags, val, FUTEX_BITSET_MATCH_ANY);
	case FUTEX_WAKE_BITSET:
		return futex_wake(uaddr, flags, val, val3);
	case FUTEX_REQUEUE:
		return futex_requeue(uaddr, flags, uaddr2, val, val2, NULL);
	case FUTEX_CMP_REQUEUE:
		return futex_requeue(uaddr, flags, uaddr2, val, val2, &val3);
	case FUTEX_WAKE_OP:
		return futex_wake_op(uaddr, flags, uaddr2, val, val2, val3);
	default:
		return -ENOSYS;
	}
}

static int __init futex_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(futex_queues); i++) {
		spin_lock_init(&futex_queues[i].lock);
		INIT_LIST_HEAD(&futex_queues[i].chain);
	}
	return 0;
}
core_initcall(futex_init);
