/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Process identifiers: numbers, the objects that stand for them, and the tasks that use them.
 *
 * Idea: a number is handed out by a radix tree that also finds its struct pid. Numbers go up
 *   cyclically to pid_max and start again at RESERVED_PIDS, so a number is not soon reused. A task
 *   is linked into the struct pid of its thread, and a group leader also into those of its thread
 *   group, process group and session; when the last link goes, the number is free again.
 *
 *	struct pid 7:  tasks[PID]  -> the thread 7
 *	               tasks[TGID] -> the leader of process 7
 *	               tasks[PGID] -> leaders of the processes in group 7
 *	               tasks[SID]  -> leaders of the processes in session 7
 *
 * Rules: 1. A struct pid in the tree has count >= 1. 2. free_pid() runs once, when all four lists
 *   are empty. 3. A reader under RCU may see a pid without tasks: pid_task() then says NULL.
 * Locking: pidmap_lock (interrupts off) protects the tree; the lists are written under
 *   tasklist_lock and read under RCU. Lock order: tasklist_lock, pidmap_lock.
 * Sleeps: alloc_pid() only.
 * Linux: kernel/pid.c; namespaces and the pidfs are left out.
 * Start at: alloc_pid(), attach_pid(), __change_pid(). Tests: tests/kernel/pid_numbers.c.
 */
#include "kernel/sched/pid.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/idr.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"
#include "kernel/fork.h"

#define RESERVED_PIDS 300 /* after the first round the low numbers stay with the system */

int pid_max = PID_MAX_DEFAULT;

struct pid init_struct_pid = {
	.count = REFCOUNT_INIT(1),
	.nr = 0,
};

static struct idr pid_idr;
static DEFINE_SPINLOCK(pidmap_lock);
static struct kmem_cache *pid_cachep;

static struct pid **task_pid_ptr(struct task_struct *task, enum pid_type type)
{
	return type == PIDTYPE_PID ? &task->thread_pid : &task->signal->pids[type];
}

struct pid *alloc_pid(void)
{
	struct pid *pid = kmem_cache_alloc(pid_cachep, GFP_KERNEL);
	int type, nr;

	if (!pid)
		return ERR_PTR(-ENOMEM);
	refcount_set(&pid->count, 1);
	for (type = 0; type < PIDTYPE_MAX; type++)
		INIT_HLIST_HEAD(&pid->tasks[type]);
	init_waitqueue_head(&pid->wait_pidfd);

	idr_preload(GFP_KERNEL);
	spin_lock_irq(&pidmap_lock);
	nr = idr_alloc_cyclic(&pid_idr, NULL,
			      idr_get_cursor(&pid_idr) > RESERVED_PIDS ? RESERVED_PIDS : 1, pid_max,
			      GFP_ATOMIC);
	if (nr >= 0) {
		pid->nr = nr;
		/* Only a complete object may be found. */
		idr_replace(&pid_idr, pid, nr);
	}
	spin_unlock_irq(&pidmap_lock);
	idr_preload_end();
	if (nr < 0) {
		kmem_cache_free(pid_cachep, pid);
		return ERR_PTR(nr == -ENOSPC ? -EAGAIN : nr);
	}
	return pid;
}

struct pid *get_pid(struct pid *pid)
{
	if (pid)
		refcount_inc(&pid->count);
	return pid;
}

void put_pid(struct pid *pid)
{
	if (pid && refcount_dec_and_test(&pid->count))
		kmem_cache_free(pid_cachep, pid);
}

static void delayed_put_pid(struct rcu_head *rcu)
{
	put_pid(container_of(rcu, struct pid, rcu));
}

void free_pid(struct pid *pid)
{
	unsigned long flags;

	spin_lock_irqsave(&pidmap_lock, flags);
	idr_remove(&pid_idr, pid->nr);
	spin_unlock_irqrestore(&pidmap_lock, flags);
	call_rcu(&pid->rcu, delayed_put_pid);
}

struct pid *find_pid(int nr)
{
	return nr > 0 ? idr_find(&pid_idr, nr) : NULL;
}

struct pid *find_get_pid(int nr)
{
	struct pid *pid;

	rcu_read_lock();
	pid = find_pid(nr);
	if (pid && !refcount_inc_not_zero(&pid->count))
		pid = NULL;
	rcu_read_unlock();
	return pid;
}

struct pid *find_ge_pid(int nr)
{
	return idr_get_next(&pid_idr, &nr);
}

int last_pid(void)
{
	return (int)idr_get_cursor(&pid_idr) - 1;
}

struct task_struct *pid_task(struct pid *pid, enum pid_type type)
{
	struct hlist_node *first;

	if (!pid)
		return NULL;
	first = rcu_dereference(pid->tasks[type].first);
	return first ? hlist_entry(first, struct task_struct, pid_links[type]) : NULL;
}

struct task_struct *find_task_by_pid(int nr)
{
	return pid_task(find_pid(nr), PIDTYPE_PID);
}

struct task_struct *get_pid_task(struct pid *pid, enum pid_type type)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(pid, type);
	/* A linked task has a reference of its own until an RCU grace period after unlinking. */
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

struct task_struct *find_get_task_by_pid(int nr)
{
	struct task_struct *task;

	rcu_read_lock();
	task = find_task_by_pid(nr);
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task;
}

struct pid *get_task_pid(struct task_struct *task, enum pid_type type)
{
	struct pid *pid;

	rcu_read_lock();
	pid = rcu_dereference(*task_pid_ptr(task, type));
	if (pid && !refcount_inc_not_zero(&pid->count))
		pid = NULL;
	rcu_read_unlock();
	return pid;
}

void attach_pid(struct task_struct *task, enum pid_type type)
{
	struct pid *pid = *task_pid_ptr(task, type);

	hlist_add_head_rcu(&task->pid_links[type], &pid->tasks[type]);
}

/* Takes the task off its pid of that type and gives it new, which may be NULL. */
static void __change_pid(struct task_struct *task, enum pid_type type, struct pid *new)
{
	struct pid **ptr = task_pid_ptr(task, type);
	struct pid *pid = *ptr;
	int other;

	hlist_del_rcu(&task->pid_links[type]);
	rcu_assign_pointer(*ptr, new);
	if (type == PIDTYPE_PID)
		wake_up_all(&pid->wait_pidfd);
	for (other = 0; other < PIDTYPE_MAX; other++)
		if (!hlist_empty(&pid->tasks[other]))
			return;
	if (pid != &init_struct_pid)
		free_pid(pid);
}

void detach_pid(struct task_struct *task, enum pid_type type)
{
	__change_pid(task, type, NULL);
}

void change_pid(struct task_struct *task, enum pid_type type, struct pid *pid)
{
	__change_pid(task, type, pid);
	attach_pid(task, type);
}

void transfer_pid(struct task_struct *old, struct task_struct *new, enum pid_type type)
{
	hlist_replace_rcu(&old->pid_links[type], &new->pid_links[type]);
}

void exchange_tids(struct task_struct *left, struct task_struct *right)
{
	struct pid *left_pid = left->thread_pid, *right_pid = right->thread_pid;
	struct hlist_head *left_head = &left_pid->tasks[PIDTYPE_PID];
	struct hlist_head *right_head = &right_pid->tasks[PIDTYPE_PID];
	pid_t nr = left->pid;

	/* Each list holds exactly the one task: swap the heads, then the tasks' own views. */
	left->pid_links[PIDTYPE_PID].pprev = &right_head->first;
	right->pid_links[PIDTYPE_PID].pprev = &left_head->first;
	rcu_assign_pointer(left_head->first, &right->pid_links[PIDTYPE_PID]);
	rcu_assign_pointer(right_head->first, &left->pid_links[PIDTYPE_PID]);
	rcu_assign_pointer(left->thread_pid, right_pid);
	rcu_assign_pointer(right->thread_pid, left_pid);
	WRITE_ONCE(left->pid, right->pid);
	WRITE_ONCE(right->pid, nr);
}

void __init pid_idr_init(void)
{
	pid_cachep = kmem_cache_create("pid", sizeof(struct pid), 0, SLAB_PANIC, NULL);
	idr_init(&pid_idr);
	idr_set_cursor(&pid_idr, 1);
	init_waitqueue_head(&init_struct_pid.wait_pidfd);
}
