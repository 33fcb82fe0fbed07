/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a task: giving back what it holds, telling the parent, leaving the lists.
 *
 * Idea: a dying task gives everything back while it can still sleep, becomes a zombie that holds no
 *   more than its struct and its status, and leaves the CPU for ever. Whoever waits for it (or, if
 *   nobody will, the task itself) releases the rest.
 *
 *	do_exit: exit_signals  no signal picks it any more
 *	         exit_mm       memory; shared segments are detached
 *	         exit_sem      semaphore undo
 *	         exit_shm      segments that it created
 *	         exit_files    descriptors: readers see EOF
 *	         exit_fs, disassociate_ctty, exit_task_namespaces
 *	         exit_notify   children get a new parent, the parent a SIGCHLD: now a zombie
 *	         do_task_dead
 *
 * Rules: 1. The order above is a promise: whoever sees EOF or SIGCHLD sees segments detached and
 *   semaphores restored. 2. A group leader is reported only when it is the last of its group
 *   (delay_group_leader): before, its zombie stands for the living process. 3. exit_state goes 0 ->
 *   EXIT_ZOMBIE -> EXIT_DEAD, or 0 -> EXIT_DEAD when nobody waits. Who sets EXIT_DEAD releases.
 * Locking: tasklist_lock (writing) for family and lists, then siglock.
 * Sleeps: nearly everywhere before exit_notify(), not after.
 * Linux: kernel/exit.c; without ptrace. wait4() and waitid() are in kernel/wait.c.
 * Start at: do_exit(), exit_notify(). Tests: tests/kernel/exit_wait.c, thread_groups.c.
 */
#include "kernel/fork.h"

#include "kernel/lib/bug.h"
#include "kernel/lib/printk.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/cputime.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/nsproxy.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/mm_switch.h"
#include "kernel/x86/irq.h"
#include "mm/mm.h"
#include "mm/oom.h"
#include "fs/file.h"
#include "fs/fs_struct.h"
#include "ipc/ipc.h"
#include "kernel/drivers/tty.h"
#include "kernel/itimer.h"
#include "kernel/signal_internal.h"
#include "kernel/syscall.h"

/* ---- leaving the lists ---- */

static void __unhash_process(struct task_struct *task, bool group_dead)
{
	nr_threads--;
	detach_pid(task, PIDTYPE_PID);
	if (group_dead) {
		detach_pid(task, PIDTYPE_TGID);
		detach_pid(task, PIDTYPE_PGID);
		detach_pid(task, PIDTYPE_SID);
		list_del_rcu(&task->tasks);
		list_del_init(&task->sibling);
	}
	list_del_rcu(&task->thread_node);
}

/* What the thread has used goes to the group; its private signals and its place in it end. */
static void __exit_signal(struct task_struct *task)
{
	struct signal_struct *sig = task->signal;
	struct sighand_struct *sighand = task->sighand;
	bool group_dead = thread_group_leader(task);
	struct tty_struct *tty = NULL;

	spin_lock(&sighand->siglock);
	if (group_dead) {
		tty = sig->tty;
		sig->tty = NULL;
	} else {
		/* A thread in exec waits for all others to be gone. */
		if (sig->notify_count > 0 && !--sig->notify_count)
			wake_up_process(sig->group_exec_task);
		if (task == sig->curr_target)
			sig->curr_target = next_thread(task);
	}
	/* Whoever adds up the threads' times meanwhile finds it in dead or in the list, not in both. */
	write_seqcount_begin(&sig->dead_seq);
	/* Samples and exact sum: sched/cputime.c divides the sum by the samples of all threads. */
	sig->dead.utime += task->utime;
	sig->dead.stime += task->stime;
	sig->dead.sum_exec_runtime += task_sched_runtime(task);
	sig->min_flt += task->min_flt;
	sig->maj_flt += task->maj_flt;
	sig->nvcsw += task->nvcsw;
	sig->nivcsw += task->nivcsw;
	sig->nr_threads--;
	__unhash_process(task, group_dead);
	write_seqcount_end(&sig->dead_seq);
	flush_sigqueue(&task->pending);
	rcu_assign_pointer(task->sighand, NULL);
	if (group_dead)
		flush_sigqueue(&sig->shared_pending);
	spin_unlock(&sighand->siglock);

	__cleanup_sighand(sighand);
	clear_tsk_thread_flag(task, TIF_SIGPENDING);
	tty_kref_put(tty);
}

static void delayed_put_task_struct(struct rcu_head *rcu)
{
	put_task_struct(container_of(rcu, struct task_struct, rcu));
}

void put_task_struct_rcu_user(struct task_struct *task)
{
	if (refcount_dec_and_test(&task->rcu_users))
		call_rcu(&task->rcu, delayed_put_task_struct);
}

void release_task(struct task_struct *task)
{
	struct task_struct *leader;
	bool zap_leader;

	do {
		rcu_read_lock();
		atomic_dec(&__task_cred(task)->user->processes);
		rcu_read_unlock();

		write_lock_irq(&tasklist_lock);
		__exit_signal(task);
		/* The last other thread is gone: now the leader that ended long ago is reported. */
		leader = task->group_leader;
		zap_leader = false;
		if (leader != task && thread_group_empty(leader) &&
		    leader->exit_state == EXIT_ZOMBIE) {
			zap_leader = do_notify_parent(leader, leader->exit_signal);
			if (zap_leader)
				leader->exit_state = EXIT_DEAD;
		}
		write_unlock_irq(&tasklist_lock);

		put_task_struct_rcu_user(task);
		task = leader;
	} while (zap_leader);
}

/* ---- process groups without a parent that could control them ---- */

/*
 * Will pgrp, not counting ignored, have no member whose parent is in another group of the same
 * session? tasklist_lock held.
 */
static bool will_become_orphaned_pgrp(struct pid *pgrp, struct task_struct *ignored)
{
	struct task_struct *task;

	do_each_pid_task(pgrp, PIDTYPE_PGID, task)
	{
		if (task == ignored || (task->exit_state && thread_group_empty(task)) ||
		    is_global_init(task->real_parent))
			continue;
		if (task_pgrp(task->real_parent) != pgrp &&
		    task_session(task->real_parent) == task_session(task))
			return false;
	}
	while_each_pid_task(pgrp, PIDTYPE_PGID, task);
	return true;
}

bool is_current_pgrp_orphaned(void)
{
	bool orphaned;

	read_lock(&tasklist_lock);
	orphaned = will_become_orphaned_pgrp(task_pgrp(current), NULL);
	read_unlock(&tasklist_lock);
	return orphaned;
}

static bool has_stopped_jobs(struct pid *pgrp)
{
	struct task_struct *task;

	do_each_pid_task(pgrp, PIDTYPE_PGID, task)
	{
		if (task->signal->flags & SIGNAL_STOP_STOPPED)
			return true;
	}
	while_each_pid_task(pgrp, PIDTYPE_PGID, task);
	return false;
}

/*
 * task ends, or (parent given) its parent does: if that orphans task's group while members are
 * stopped, nobody could ever continue them. HUP and CONT, as POSIX wants it.
 */
static void kill_orphaned_pgrp(struct task_struct *task, struct task_struct *parent)
{
	struct pid *pgrp = task_pgrp(task);
	struct task_struct *ignored = task;

	if (!parent)
		parent = task->real_parent;
	else
		ignored = NULL;
	if (task_pgrp(parent) != pgrp && task_session(parent) == task_session(task) &&
	    will_become_orphaned_pgrp(pgrp, ignored) && has_stopped_jobs(pgrp)) {
		__kill_pgrp_info(SIGHUP, SEND_SIG_PRIV, pgrp);
		__kill_pgrp_info(SIGCONT, SEND_SIG_PRIV, pgrp);
	}
}

/* ---- children ---- */

static struct task_struct *find_alive_thread(struct task_struct *task)
{
	struct task_struct *t;

	for_each_thread (task, t) {
		if (!(t->flags & PF_EXITING))
			return t;
	}
	return NULL;
}

/* Who takes the children: another thread, the nearest subreaper, or init. */
static struct task_struct *find_new_reaper(struct task_struct *father)
{
	struct task_struct *thread = find_alive_thread(father);
	struct task_struct *reaper;

	if (thread)
		return thread;
	if (father->signal->has_child_subreaper) {
		for (reaper = father->real_parent; reaper != &init_task && reaper != init_process;
		     reaper = reaper->real_parent) {
			if (!reaper->signal->is_child_subreaper)
				continue;
			thread = find_alive_thread(reaper);
			if (thread)
				return thread;
		}
	}
	thread = find_alive_thread(init_process);
	return thread ? thread : init_process;
}

/* A child process gets a parent of another process. */
static void reparent_leader(struct task_struct *father, struct task_struct *p,
			    struct list_head *dead)
{
	if (p->exit_state == EXIT_DEAD)
		return;
	p->exit_signal = SIGCHLD; /* a stranger cannot be asked for more */
	if (p->exit_state == EXIT_ZOMBIE && thread_group_empty(p)) {
		if (do_notify_parent(p, p->exit_signal)) {
			p->exit_state = EXIT_DEAD;
			list_add(&p->dead_entry, dead);
		}
	}
	kill_orphaned_pgrp(p, father);
}

/* tasklist_lock held for writing. Children that end with this go to dead. */
static void forget_original_parent(struct task_struct *father, struct list_head *dead)
{
	struct task_struct *reaper, *p, *t;

	if (list_empty(&father->children))
		return;
	reaper = find_new_reaper(father);
	list_for_each_entry (p, &father->children, sibling) {
		for_each_thread (p, t) {
			rcu_assign_pointer(t->real_parent, reaper);
			t->parent = reaper;
			if (t->pdeath_signal)
				group_send_sig_info(t->pdeath_signal, SEND_SIG_NOINFO, t,
						    PIDTYPE_TGID);
		}
		if (!same_thread_group(reaper, father))
			reparent_leader(father, p, dead);
	}
	list_splice_tail_init(&father->children, &reaper->children);
}

/* From here on the task is a zombie, or nobody's any more. */
static void exit_notify(struct task_struct *task, bool group_dead)
{
	struct task_struct *p, *n;
	LIST_HEAD(dead);
	bool autoreap;

	write_lock_irq(&tasklist_lock);
	forget_original_parent(task, &dead);
	if (group_dead)
		kill_orphaned_pgrp(task->group_leader, NULL);

	task->exit_state = EXIT_ZOMBIE;
	if (task->flags & PF_KTHREAD)
		autoreap = true;
	else if (thread_group_leader(task))
		autoreap = thread_group_empty(task) && do_notify_parent(task, task->exit_signal);
	else
		autoreap = true; /* nobody waits for a thread */
	if (autoreap) {
		task->exit_state = EXIT_DEAD;
		list_add(&task->dead_entry, &dead);
	}
	/* exec from another thread waits for the old leader to become a zombie. */
	if (task->signal->notify_count < 0)
		wake_up_process(task->signal->group_exec_task);
	write_unlock_irq(&tasklist_lock);

	list_for_each_entry_safe (p, n, &dead, dead_entry) {
		list_del_init(&p->dead_entry);
		release_task(p);
	}
}

/* ---- the task's own things ---- */

static void exit_mm(void)
{
	struct mm_struct *mm = current->mm;

	exit_mm_release(current, mm);
	if (!mm)
		return;
	/* The page tables stay loaded until the next switch: active_mm keeps a reference. */
	mmgrab_lazy_tlb(mm);
	task_lock(current);
	current->mm = NULL;
	enter_lazy_tlb(mm, current);
	task_unlock(current);
	mmput(mm);
	if (unlikely(test_tsk_thread_flag(current, TIF_MEMDIE)))
		exit_oom_victim();
}

/* One thread less. The last one gives the group its status unless it has one. */
static bool synchronize_group_exit(struct task_struct *task, long code)
{
	struct signal_struct *signal = task->signal;
	bool group_dead;

	spin_lock_irq(&task->sighand->siglock);
	group_dead = atomic_dec_and_test(&signal->live);
	if (group_dead && !(signal->flags & SIGNAL_GROUP_EXIT)) {
		signal->flags = SIGNAL_GROUP_EXIT;
		signal->group_exit_code = (int)code;
		signal->group_stop_count = 0;
	}
	spin_unlock_irq(&task->sighand->siglock);
	return group_dead;
}

/* What belongs to the whole group and ends with its last thread. */
static void exit_group_state(struct task_struct *task, long code)
{
	struct signal_struct *signal = task->signal;

	if (is_global_init(task))
		panic("Attempted to kill init! exitcode=0x%08x",
		      signal->group_exit_code ? signal->group_exit_code : (int)code);
	itimer_real_cancel(signal);
	exit_itimers(task);
	if (task->mm)
		signal->maxrss = max(signal->maxrss,
				     get_mm_hiwater_rss(task->mm) * (PAGE_SIZE / 1024));
}

void __noreturn do_exit(long code)
{
	struct task_struct *task = current;
	bool group_dead;

	WARN_ON_ONCE(in_interrupt());
	if (unlikely(!task->pid))
		panic("Attempted to kill the idle task!");
	if (unlikely(task->flags & PF_EXITING)) {
		/* A fault inside do_exit(): stop here, whatever is held stays held. */
		pr_alert("Fixing recursive fault but reboot is needed!\n");
		for (;;) {
			set_current_state(TASK_UNINTERRUPTIBLE);
			schedule();
		}
	}

	group_dead = synchronize_group_exit(task, code);
	exit_signals(task);
	if (group_dead)
		exit_group_state(task, code);
	task->exit_code = (int)code;

	exit_mm();
	exit_sem(task);
	exit_shm(task);
	exit_files(task);
	exit_fs(task);
	if (group_dead)
		disassociate_ctty(1);
	exit_task_namespaces(task);
	exit_thread(task);

	exit_notify(task, group_dead);
	do_task_dead();
}

void __noreturn do_group_exit(int exit_code)
{
	struct signal_struct *sig = current->signal;

	spin_lock_irq(&current->sighand->siglock);
	if (sig->flags & SIGNAL_GROUP_EXIT) {
		exit_code = sig->group_exit_code; /* another was first */
	} else if (sig->group_exec_task) {
		exit_code = 0; /* a thread in exec ends us: the process lives on */
	} else {
		sig->group_exit_code = exit_code;
		sig->flags = SIGNAL_GROUP_EXIT;
		zap_other_threads(current);
	}
	spin_unlock_irq(&current->sighand->siglock);
	do_exit(exit_code);
}

SYSCALL_DEFINE1(exit, int, error_code)
{
	do_exit((error_code & 0xff) << 8);
}

SYSCALL_DEFINE1(exit_group, int, error_code)
{
	do_group_exit((error_code & 0xff) << 8);
}
