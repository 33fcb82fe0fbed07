// SPDX-License-Identifier: GPL-2.0-only
/*
 * Out of memory: end the process whose end frees most, and say so.
 *
 * Idea: each process scores the pages it holds (resident, page tables), shifted by its
 * oom_score_adj. The highest one gets SIGKILL and may use the allocator's reserve to get out of its
 * way; until it is gone nobody else is killed: whoever needs memory waits and tries again.
 * Rules: 1. init, kernel threads and oom_score_adj -1000 are never chosen. 2. One victim at a time;
 *    after VICTIM_PATIENCE tries without an end it is given up on and another one is chosen.
 *    3. The kernel never panics because a user program wants too much.
 * Locking: oom_lock; tasklist_lock or RCU for the walk. Sleeps: yes.
 * Linux: mm/oom_kill.c. Start at: out_of_memory().
 */
#include "mm/oom.h"
#include "mm/internal.h"
#include "kernel/signal.h"
#include "kernel/lib/printk.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"

#define VICTIM_PATIENCE 1000
#define VICTIM_WAIT_NS  1000000l /* between two tries */

static DEFINE_MUTEX(oom_lock);
static atomic_t oom_victims; /* tasks that were killed and still have their memory */
static unsigned int waited;  /* [oom_lock] tries since the last kill */

/* Some thread's mm: the leader may have ended. rcu_read_lock() held. NULL if there is none. */
static struct task_struct *find_lock_task_mm(struct task_struct *leader)
{
	struct task_struct *thread;

	for_each_thread (leader, thread) {
		task_lock(thread);
		if (likely(thread->mm))
			return thread;
		task_unlock(thread);
	}
	return NULL;
}

long oom_badness(struct task_struct *task, unsigned long totalpages)
{
	struct task_struct *thread;
	long points, adj;

	if (is_global_init(task) || (task->flags & PF_KTHREAD))
		return OOM_NEVER; /* rule 1 */
	thread = find_lock_task_mm(task);
	if (!thread)
		return OOM_NEVER;
	adj = task->signal->oom_score_adj;
	if (adj == OOM_SCORE_ADJ_MIN || test_bit(MMF_OOM_SKIP, &thread->mm->flags)) {
		task_unlock(thread);
		return OOM_NEVER;
	}
	points = get_mm_rss(thread->mm) +
		 (atomic_long_read(&thread->mm->pgtables_bytes) >> PAGE_SHIFT);
	task_unlock(thread);
	return points + adj * (long)totalpages / 1000;
}

/* The worst process with a reference, or NULL. */
static struct task_struct *select_bad_process(void)
{
	struct task_struct *task, *chosen = NULL;
	long worst = OOM_NEVER;

	rcu_read_lock();
	for_each_process (task) {
		long points = oom_badness(task, totalram_pages());

		if (points != OOM_NEVER && points >= worst) {
			worst = points;
			chosen = task;
		}
	}
	if (chosen)
		get_task_struct(chosen);
	rcu_read_unlock();
	return chosen;
}

/* This process and every other one that shares its memory. */
static void oom_kill_process(struct task_struct *victim)
{
	struct task_struct *task, *thread;
	struct mm_struct *mm;

	rcu_read_lock();
	thread = find_lock_task_mm(victim);
	if (!thread) {
		rcu_read_unlock();
		return;
	}
	mm = thread->mm;
	pr_err("Out of memory: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, "
	       "file-rss:%lukB, shmem-rss:%lukB, pgtables:%lukB oom_score_adj:%d\n",
	       victim->pid, victim->comm, mm->total_vm << (PAGE_SHIFT - 10),
	       get_mm_counter(mm, MM_ANONPAGES) << (PAGE_SHIFT - 10),
	       get_mm_counter(mm, MM_FILEPAGES) << (PAGE_SHIFT - 10),
	       get_mm_counter(mm, MM_SHMEMPAGES) << (PAGE_SHIFT - 10),
	       (unsigned long)atomic_long_read(&mm->pgtables_bytes) >> 10,
	       victim->signal->oom_score_adj);
	task_unlock(thread);
	count_vm_event(OOM_KILL);
	for_each_process_thread (task, thread) {
		task_lock(thread); /* against exit_mm(): who has no mm any more is not counted */
		if (thread->mm == mm && !test_and_set_bit(TIF_MEMDIE, &thread->thread_info.flags))
			atomic_inc(&oom_victims);
		task_unlock(thread);
	}
	for_each_process (task)
		if (!is_global_init(task) && !(task->flags & PF_KTHREAD) &&
		    READ_ONCE(task->mm) == mm)
			do_send_sig_info(SIGKILL, SEND_SIG_PRIV, task, PIDTYPE_TGID);
	do_send_sig_info(SIGKILL, SEND_SIG_PRIV, victim, PIDTYPE_TGID);
	rcu_read_unlock();
}

void exit_oom_victim(void)
{
	if (test_and_clear_bit(TIF_MEMDIE, &current->thread_info.flags))
		atomic_dec(&oom_victims);
}

bool out_of_memory(unsigned int order)
{
	struct task_struct *victim;
	bool again = true;

	mutex_lock(&oom_lock);
	/* Memory may have come back while we waited for the lock. */
	if (order == 0 && free_pages_for_users()) {
		mutex_unlock(&oom_lock);
		return true;
	}
	if (atomic_read(&oom_victims) <= 0 || ++waited > VICTIM_PATIENCE) { /* rule 2 */
		waited = 0;
		victim = select_bad_process();
		if (victim) {
			oom_kill_process(victim);
			put_task_struct(victim);
		} else {
			pr_err("Out of memory and no killable processes\n");
			again = false;
		}
	}
	mutex_unlock(&oom_lock);
	if (again && !fatal_signal_pending(current))
		schedule_timeout_uninterruptible(VICTIM_WAIT_NS);
	return again;
}

/*
 * A fault failed for lack of memory. If that made us a victim, SIGKILL is pending and the return to
 * user mode ends us; else the instruction is tried again, after somebody was killed.
 */
void pagefault_out_of_memory(void)
{
	if (fatal_signal_pending(current))
		return;
	if (!out_of_memory(0))
		force_fatal_sig(SIGKILL);
}
