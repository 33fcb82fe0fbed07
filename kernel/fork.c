/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fork, vfork, clone, clone3: a new task is a copy of the calling one in which each part is either
 * shared or copied, as the CLONE_ flags say.
 *
 * Idea: copy_process() builds the child part by part. Nothing of it can be seen by others until all
 *   that may fail is done; then, under tasklist_lock, it enters the lists at once. A failure undoes
 *   the parts in reverse.
 *
 *	task_struct + kernel stack + machine state   always its own
 *	cred       shared (immutable)                signal    CLONE_THREAD shares
 *	files      CLONE_FILES shares, else dup_fd   sighand   CLONE_SIGHAND shares
 *	fs         CLONE_FS shares                   mm        CLONE_VM shares, else copy-on-write
 *	nsproxy    shared unless CLONE_NEW…          sem_undo  CLONE_SYSVSEM shares
 *
 * Rules: 1. A task that is in a list has all its parts. 2. A signal to a group of processes that is
 *   sent while the child is made reaches the child as well (struct multiprocess_signals); one to
 *   the parent alone makes the call start over before anything was shared.
 * Locking: tasklist_lock (writing) then siglock while the child enters the lists.
 * Sleeps: nearly everywhere.
 * Linux: kernel/fork.c. Left out: ptrace, cgroups, user, pid, mount and network namespaces.
 * Start at: kernel_clone(), copy_process(). Tests: tests/kernel/fork_children.c.
 */
#include "kernel/fork.h"

#include "kernel/uapi/sched.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/locking/completion.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/nsproxy.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/x86/fpu.h"
#include "kernel/x86/uaccess.h"
#include "mm/gfp.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "mm/vmalloc.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/fs_struct.h"
#include "ipc/ipc.h"
#include "kernel/drivers/tty.h"
#include "kernel/futex.h"
#include "kernel/itimer.h"
#include "kernel/pidfd.h"
#include "kernel/syscall.h"

DEFINE_RWLOCK(tasklist_lock);
int nr_threads;
int max_threads;
unsigned long total_forks;
struct task_struct *init_process;

static struct kmem_cache *task_struct_cachep;
static struct kmem_cache *signal_cachep;
static struct kmem_cache *sighand_cachep;

/* ---- the parts and their freeing ---- */

static void free_signal_struct(struct signal_struct *sig)
{
	kmem_cache_free(signal_cachep, sig);
}

static void put_signal_struct(struct signal_struct *sig)
{
	if (refcount_dec_and_test(&sig->sigcnt))
		free_signal_struct(sig);
}

static void free_sighand_rcu(struct rcu_head *rcu)
{
	kmem_cache_free(sighand_cachep, container_of(rcu, struct sighand_struct, rcu));
}

void __cleanup_sighand(struct sighand_struct *sighand)
{
	if (!refcount_dec_and_test(&sighand->count))
		return;
	/* Tell epoll that the queue it watches for a signalfd goes away. */
	__wake_up_pollfree(&sighand->signalfd_wqh);
	call_rcu(&sighand->rcu, free_sighand_rcu);
}

static void free_task_struct(struct task_struct *task)
{
	free_kernel_stack(task->stack);
	mod_node_page_state(NR_KERNEL_STACK_KB, -(long)(THREAD_SIZE / 1024));
	kmem_cache_free(task_struct_cachep, task);
}

void __put_task_struct(struct task_struct *task)
{
	ASSERT(task != current);
	exit_creds(task);
	put_signal_struct(task->signal);
	free_task_struct(task);
}

/* A copy of current with a kernel stack of its own and one reference, or NULL. */
static struct task_struct *dup_task_struct(void)
{
	struct task_struct *task = kmem_cache_alloc(task_struct_cachep, GFP_KERNEL_ACCOUNT);

	if (!task)
		return NULL;
	if (arch_dup_task_struct(task, current)) {
		kmem_cache_free(task_struct_cachep, task);
		return NULL;
	}
	task->stack = alloc_kernel_stack();
	if (!task->stack) {
		kmem_cache_free(task_struct_cachep, task);
		return NULL;
	}
	mod_node_page_state(NR_KERNEL_STACK_KB, (long)(THREAD_SIZE / 1024));
	/* One for the lists (release_task), one for running (finish_task_switch): both one. */
	refcount_set(&task->usage, 1);
	refcount_set(&task->rcu_users, 2);
	clear_tsk_thread_flag(task, TIF_SIGPENDING);
	clear_tsk_thread_flag(task, TIF_NEED_RESCHED);
	clear_tsk_thread_flag(task, TIF_RESTORE_SIGMASK);
	clear_tsk_thread_flag(task, TIF_REGS_CHANGED);
	clear_tsk_thread_flag(task, TIF_MEMDIE);
	return task;
}

static int copy_files(u64 flags, struct task_struct *child, bool no_files)
{
	struct files_struct *files = current->files;

	if (!files)
		return 0;
	if (no_files) {
		child->files = NULL;
		return 0;
	}
	if (flags & CLONE_FILES) {
		get_files_struct(files);
		return 0;
	}
	files = dup_fd(files);
	if (IS_ERR(files))
		return (int)PTR_ERR(files);
	child->files = files;
	return 0;
}

static int copy_fs(u64 flags, struct task_struct *child)
{
	struct fs_struct *fs = current->fs;

	if (flags & CLONE_FS) {
		spin_lock(&fs->lock);
		/* A thread is in exec: the fs_struct must stay as shared as exec found it. */
		if (fs->in_exec) {
			spin_unlock(&fs->lock);
			return -EAGAIN;
		}
		fs->users++;
		spin_unlock(&fs->lock);
		return 0;
	}
	child->fs = copy_fs_struct(fs);
	return child->fs ? 0 : -ENOMEM;
}

struct sighand_struct *alloc_sighand(void)
{
	struct sighand_struct *sighand = kmem_cache_alloc(sighand_cachep, GFP_KERNEL_ACCOUNT);

	if (sighand) {
		refcount_set(&sighand->count, 1);
		spin_lock_init(&sighand->siglock);
		init_waitqueue_head(&sighand->signalfd_wqh);
	}
	return sighand;
}

static int copy_sighand(u64 flags, struct task_struct *child)
{
	struct sighand_struct *sighand;

	if (flags & CLONE_SIGHAND) {
		refcount_inc(&current->sighand->count);
		return 0;
	}
	sighand = alloc_sighand();
	if (!sighand)
		return -ENOMEM;
	spin_lock_irq(&current->sighand->siglock);
	memcpy(sighand->action, current->sighand->action, sizeof(sighand->action));
	spin_unlock_irq(&current->sighand->siglock);
	rcu_assign_pointer(child->sighand, sighand);
	if (flags & CLONE_CLEAR_SIGHAND)
		flush_signal_handlers(child, 0);
	return 0;
}

static int copy_signal(u64 flags, struct task_struct *child)
{
	struct signal_struct *sig;

	if (flags & CLONE_THREAD)
		return 0;
	sig = kmem_cache_zalloc(signal_cachep, GFP_KERNEL_ACCOUNT);
	if (!sig)
		return -ENOMEM;
	child->signal = sig;
	sig->nr_threads = 1;
	atomic_set(&sig->live, 1);
	refcount_set(&sig->sigcnt, 1);
	INIT_LIST_HEAD(&sig->thread_head);
	list_add_tail(&child->thread_node, &sig->thread_head);
	init_waitqueue_head(&sig->wait_chldexit);
	sig->curr_target = child;
	INIT_LIST_HEAD(&sig->shared_pending.list);
	INIT_HLIST_HEAD(&sig->multiprocess);
	init_itimers(sig);
	task_lock(current->group_leader);
	memcpy(sig->rlim, current->signal->rlim, sizeof(sig->rlim));
	task_unlock(current->group_leader);
	sig->oom_score_adj = current->signal->oom_score_adj;
	return 0;
}

static int copy_mm(u64 flags, struct task_struct *child)
{
	struct mm_struct *mm = current->mm;

	child->min_flt = child->maj_flt = 0;
	child->nvcsw = child->nivcsw = 0;
	child->mm = NULL;
	child->active_mm = NULL;
	if (!mm) /* a kernel thread */
		return 0;
	if (flags & CLONE_VM) {
		mmget(mm);
	} else {
		mm = dup_mm(child, mm);
		if (!mm)
			return -ENOMEM;
	}
	child->mm = mm;
	child->active_mm = mm;
	return 0;
}

/* ---- checks ---- */

#define CLONE_UNSUPPORTED                                                                          \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET |             \
	 CLONE_NEWTIME)

/* Pure: flags that contradict each other or name what does not exist here. */
static int check_clone_flags(u64 flags)
{
	if ((flags & (CLONE_NEWNS | CLONE_FS)) == (CLONE_NEWNS | CLONE_FS))
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	if ((flags & (CLONE_NEWIPC | CLONE_SYSVSEM)) == (CLONE_NEWIPC | CLONE_SYSVSEM))
		return -EINVAL;
	if (flags & CLONE_UNSUPPORTED)
		return -EINVAL;
	if ((flags & CLONE_PIDFD) && (flags & (CLONE_DETACHED | CLONE_THREAD)))
		return -EINVAL;
	return 0;
}

/* The child is counted already. */
static bool is_over_nproc(const struct task_struct *child)
{
	const struct user_struct *user = child->real_cred->user;

	return (unsigned long)atomic_read(&user->processes) > rlimit(RLIMIT_NPROC) &&
	       user != &root_user && !capable(CAP_SYS_RESOURCE) && !capable(CAP_SYS_ADMIN);
}

/* ---- the child ---- */

/* Fields of the copy that start fresh. */
static void init_child(struct task_struct *p, const struct kernel_clone_args *args)
{
	u64 flags = args->flags;

	p->flags &= ~(PF_SUPERPRIV | PF_WQ_WORKER | PF_IDLE | PF_EXITING | PF_SIGNALED |
		      PF_DUMPCORE | PF_KTHREAD | PF_NPROC_EXCEEDED);
	p->flags |= PF_FORKNOEXEC;
	if (args->kthread)
		p->flags |= PF_KTHREAD;
	if (args->idle)
		p->flags |= PF_IDLE | PF_KTHREAD;
	p->exit_state = 0;
	p->exit_code = 0;
	p->pdeath_signal = 0;
	p->in_execve = false;
	p->did_exec = false;
	INIT_LIST_HEAD(&p->children);
	INIT_LIST_HEAD(&p->sibling);
	INIT_LIST_HEAD(&p->tasks);
	INIT_LIST_HEAD(&p->thread_node);
	INIT_LIST_HEAD(&p->dead_entry);
	p->vfork_done = NULL;
	p->set_child_tid = (flags & CLONE_CHILD_SETTID) ? args->child_tid : NULL;
	p->clear_child_tid = (flags & CLONE_CHILD_CLEARTID) ? args->child_tid : NULL;
	p->start_time = ktime_get();
	p->start_boottime = ktime_get_boottime();
	p->utime = p->stime = 0;
	p->wait_reason = NULL;

	sigemptyset(&p->pending.signal);
	INIT_LIST_HEAD(&p->pending.list);
	sigemptyset(&p->real_blocked);
	p->jobctl = 0;
	p->restart_block.fn = do_no_restart_syscall;
	/* A thread runs on another stack than the one it would share. */
	if ((flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		sas_ss_reset(p);

	p->sysvsem.undo_list = NULL;
	INIT_LIST_HEAD(&p->sysvshm.shm_clist);
	p->robust_list = NULL;
	p->scm_work = NULL;
	p->fail_nth = 0;
	spin_lock_init(&p->alloc_lock);
#ifdef CONFIG_DEBUG
	p->lockdep.depth = 0;
#endif
	futex_init_task(p);
}

/* A group stop that is under way takes the new thread in. siglock held. */
static void task_join_group_stop(struct task_struct *task)
{
	unsigned long mask = current->jobctl & JOBCTL_STOP_SIGMASK;

	if (current->signal->group_stop_count) {
		current->signal->group_stop_count++;
		mask |= JOBCTL_STOP_CONSUME;
	} else if (!(current->signal->flags & SIGNAL_STOP_STOPPED)) {
		return;
	}
	task->jobctl |= mask | JOBCTL_STOP_PENDING;
	set_tsk_thread_flag(task, TIF_SIGPENDING);
}

/* Who the parent is, and whom the child's end is reported to. tasklist_lock held. */
static void set_parent(struct task_struct *p, const struct kernel_clone_args *args)
{
	if (args->flags & (CLONE_PARENT | CLONE_THREAD)) {
		p->real_parent = current->real_parent;
		p->parent_exec_id = current->parent_exec_id;
		if (args->flags & CLONE_THREAD)
			p->exit_signal = -1;
		else
			p->exit_signal = current->group_leader->exit_signal;
	} else {
		p->real_parent = current;
		p->parent_exec_id = current->self_exec_id;
		p->exit_signal = args->exit_signal;
	}
	p->parent = p->real_parent;
}

/* The child becomes visible. tasklist_lock and current's siglock held. */
static void link_child(struct task_struct *p, struct pid *pid, const sigset_t *delayed)
{
	struct signal_struct *sig = p->signal;

	p->thread_pid = pid;
	if (thread_group_leader(p)) {
		sig->pids[PIDTYPE_TGID] = pid;
		sig->pids[PIDTYPE_PGID] = task_pgrp(current);
		sig->pids[PIDTYPE_SID] = task_session(current);
		if (pid->nr == 1) {
			init_process = p;
			sig->flags |= SIGNAL_UNKILLABLE;
		}
		sig->shared_pending.signal = *delayed;
		sig->tty = tty_kref_get(current->signal->tty);
		sig->has_child_subreaper = p->real_parent->signal->has_child_subreaper ||
					   p->real_parent->signal->is_child_subreaper;
		list_add_tail(&p->sibling, &p->real_parent->children);
		list_add_tail_rcu(&p->tasks, &init_task.tasks);
		attach_pid(p, PIDTYPE_TGID);
		attach_pid(p, PIDTYPE_PGID);
		attach_pid(p, PIDTYPE_SID);
		if (delayed->sig[0] & ~p->blocked.sig[0])
			set_tsk_thread_flag(p, TIF_SIGPENDING);
	} else {
		sig->nr_threads++;
		atomic_inc(&sig->live);
		refcount_inc(&sig->sigcnt);
		task_join_group_stop(p);
		list_add_tail_rcu(&p->thread_node, &sig->thread_head);
	}
	attach_pid(p, PIDTYPE_PID);
	nr_threads++;
	total_forks++;
}

/* From here on a signal to several processes is noted for the child. -ERESTARTNOINTR: do it first. */
static int begin_multiprocess(struct multiprocess_signals *delayed, u64 flags)
{
	sigemptyset(&delayed->signal);
	INIT_HLIST_NODE(&delayed->node);
	spin_lock_irq(&current->sighand->siglock);
	if (!(flags & CLONE_THREAD))
		hlist_add_head(&delayed->node, &current->signal->multiprocess);
	recalc_sigpending();
	spin_unlock_irq(&current->sighand->siglock);
	return signal_pending(current) ? -ERESTARTNOINTR : 0;
}

static void end_multiprocess(struct multiprocess_signals *delayed)
{
	spin_lock_irq(&current->sighand->siglock);
	hlist_del_init(&delayed->node);
	spin_unlock_irq(&current->sighand->siglock);
}

/*
 * Makes a task and, unless given_pid is the idle tasks', enters it into the lists. It does not run
 * yet. Each label undoes what was done just above the place that jumps to it.
 */
static struct task_struct *copy_process(struct pid *given_pid, struct kernel_clone_args *args)
{
	u64 flags = args->flags;
	struct multiprocess_signals delayed;
	struct pid *pid = given_pid;
	struct file *pidfile = NULL;
	struct task_struct *p;
	int pidfd = -1;
	int ret;

	ret = check_clone_flags(flags);
	if (ret)
		return ERR_PTR(ret);
	/* A sibling of init would have no reaper. */
	if ((flags & CLONE_PARENT) && (current->signal->flags & SIGNAL_UNKILLABLE))
		return ERR_PTR(-EINVAL);

	ret = begin_multiprocess(&delayed, flags);
	if (ret)
		goto out_delayed;

	ret = -ENOMEM;
	p = dup_task_struct();
	if (!p)
		goto out_delayed;
	init_child(p, args);
	copy_creds(p);
	ret = -EAGAIN;
	if (is_over_nproc(p))
		goto out_creds;
	current->flags &= ~PF_NPROC_EXCEEDED;
	if (READ_ONCE(nr_threads) >= max_threads)
		goto out_creds;

	ret = sched_fork(flags, p);
	if (ret)
		goto out_creds;
	ret = copy_semundo(flags, p);
	if (ret)
		goto out_creds;
	ret = copy_files(flags, p, args->idle);
	if (ret)
		goto out_semundo;
	ret = copy_fs(flags, p);
	if (ret)
		goto out_files;
	ret = copy_sighand(flags, p);
	if (ret)
		goto out_fs;
	ret = copy_signal(flags, p);
	if (ret)
		goto out_sighand;
	ret = copy_mm(flags, p);
	if (ret)
		goto out_signal;
	ret = copy_namespaces(flags, p);
	if (ret)
		goto out_mm;
	ret = copy_thread(p, args);
	if (ret)
		goto out_namespaces;

	if (pid != &init_struct_pid) {
		pid = alloc_pid();
		if (IS_ERR(pid)) {
			ret = (int)PTR_ERR(pid);
			goto out_thread;
		}
	}
	if (flags & CLONE_PIDFD) {
		pidfd = pidfd_prepare(pid, O_RDWR | O_CLOEXEC, &pidfile);
		if (pidfd < 0) {
			ret = pidfd;
			goto out_pid;
		}
		ret = -EFAULT;
		if (put_user(pidfd, args->pidfd))
			goto out_pidfd;
	}

	p->pid = pid_nr(pid);
	if (flags & CLONE_THREAD) {
		p->group_leader = current->group_leader;
		p->tgid = current->tgid;
	} else {
		p->group_leader = p;
		p->tgid = p->pid;
	}

	write_lock_irq(&tasklist_lock);
	set_parent(p, args);
	spin_lock(&current->sighand->siglock);
	ret = -EINTR;
	if (fatal_signal_pending(current))
		goto out_unlock;
	if (pid != &init_struct_pid)
		link_child(p, pid, &delayed.signal);
	else
		p->thread_pid = pid;
	hlist_del_init(&delayed.node);
	spin_unlock(&current->sighand->siglock);
	write_unlock_irq(&tasklist_lock);
	if (pidfile)
		fd_install((unsigned int)pidfd, pidfile);
	return p;

out_unlock:
	spin_unlock(&current->sighand->siglock);
	write_unlock_irq(&tasklist_lock);
out_pidfd:
	if (pidfile) {
		fput(pidfile);
		put_unused_fd((unsigned int)pidfd);
	}
out_pid:
	if (pid != &init_struct_pid)
		free_pid(pid);
out_thread:
	exit_thread(p);
out_namespaces:
	exit_task_namespaces(p);
out_mm:
	if (p->mm)
		mmput(p->mm);
out_signal:
	if (!(flags & CLONE_THREAD))
		free_signal_struct(p->signal);
out_sighand:
	__cleanup_sighand(p->sighand);
out_fs:
	exit_fs(p);
out_files:
	exit_files(p);
out_semundo:
	exit_sem(p);
out_creds:
	WRITE_ONCE(p->__state, TASK_DEAD);
	atomic_dec(&p->cred->user->processes);
	exit_creds(p);
	free_task_struct(p);
out_delayed:
	end_multiprocess(&delayed);
	return ERR_PTR(ret);
}

/* ---- vfork ---- */

/* The child no longer uses the parent's memory. */
static void complete_vfork_done(struct task_struct *task)
{
	struct completion *vfork;

	task_lock(task);
	vfork = task->vfork_done;
	if (vfork) {
		task->vfork_done = NULL;
		complete(vfork);
	}
	task_unlock(task);
}

/* A killed parent does not wait on; the completion is on its stack, so it takes it back. */
static void wait_for_vfork_done(struct task_struct *child, struct completion *vfork)
{
	if (wait_for_completion_killable(vfork)) {
		task_lock(child);
		child->vfork_done = NULL;
		task_unlock(child);
	}
	put_task_struct(child);
}

static void mm_release(struct task_struct *task, struct mm_struct *mm)
{
	/* pthread_join() sleeps on this word. Nobody is left to do so when we are the last. */
	if (task->clear_child_tid) {
		if (mm && atomic_read(&mm->mm_users) > 1) {
			put_user(0, task->clear_child_tid);
			futex_wake_address(task->clear_child_tid, 1);
		}
		task->clear_child_tid = NULL;
	}
	if (task->vfork_done)
		complete_vfork_done(task);
}

void exit_mm_release(struct task_struct *task, struct mm_struct *mm)
{
	futex_exit_release(task);
	mm_release(task, mm);
}

void exec_mm_release(struct task_struct *task, struct mm_struct *mm)
{
	futex_exec_release(task);
	mm_release(task, mm);
}

/* ---- entry points ---- */

pid_t kernel_clone(struct kernel_clone_args *args)
{
	u64 flags = args->flags;
	struct completion vfork;
	struct task_struct *p;
	pid_t nr;

	/* clone(2) has one pointer for both. */
	if ((flags & CLONE_PIDFD) && (flags & CLONE_PARENT_SETTID) &&
	    args->pidfd == args->parent_tid)
		return -EINVAL;

	p = copy_process(NULL, args);
	if (IS_ERR(p))
		return (pid_t)PTR_ERR(p);
	nr = p->pid;
	if (flags & CLONE_PARENT_SETTID)
		put_user(nr, args->parent_tid);
	if (flags & CLONE_VFORK) {
		p->vfork_done = &vfork;
		init_completion(&vfork);
		get_task_struct(p);
	}
	wake_up_new_task(p);
	if (flags & CLONE_VFORK)
		wait_for_vfork_done(p, &vfork);
	return nr;
}

pid_t kernel_thread(int (*fn)(void *), void *arg, unsigned long flags)
{
	struct kernel_clone_args args = {
		.flags = flags | CLONE_VM,
		.fn = fn,
		.fn_arg = arg,
		.kthread = true,
	};

	return kernel_clone(&args);
}

pid_t user_mode_thread(int (*fn)(void *), void *arg, unsigned long flags)
{
	struct kernel_clone_args args = {
		.flags = flags | CLONE_VM,
		.exit_signal = SIGCHLD,
		.fn = fn,
		.fn_arg = arg,
	};

	return kernel_clone(&args);
}

static int idle_dummy(void *arg __maybe_unused)
{
	return 0;
}

struct task_struct *fork_idle(int cpu)
{
	struct kernel_clone_args args = {
		.flags = CLONE_VM,
		.fn = idle_dummy,
		.kthread = true,
		.idle = true,
	};
	struct task_struct *task = copy_process(&init_struct_pid, &args);

	if (!IS_ERR(task)) {
		mmgrab(&init_mm);
		task->active_mm = &init_mm;
		init_idle(task, cpu);
	}
	return task;
}

SYSCALL_DEFINE0(fork)
{
	struct kernel_clone_args args = {
		.exit_signal = SIGCHLD,
	};

	return kernel_clone(&args);
}

SYSCALL_DEFINE0(vfork)
{
	struct kernel_clone_args args = {
		.flags = CLONE_VFORK | CLONE_VM,
		.exit_signal = SIGCHLD,
	};

	return kernel_clone(&args);
}

SYSCALL_DEFINE5(clone, unsigned long, clone_flags, unsigned long, newsp, int __user *, parent_tid,
		int __user *, child_tid, unsigned long, tls)
{
	struct kernel_clone_args args = {
		.flags = (u32)clone_flags & ~CSIGNAL,
		.pidfd = parent_tid,
		.child_tid = child_tid,
		.parent_tid = parent_tid,
		.exit_signal = (int)(clone_flags & CSIGNAL),
		.stack = newsp,
		.tls = tls,
	};

	return kernel_clone(&args);
}

/*
 * A struct that grows from version to version: what the caller does not have is 0, what we do not
 * know must be 0 (-E2BIG).
 */
static int copy_struct_from_user(void *dst, size_t ksize, const void __user *src, size_t usize)
{
	const char __user *p = src;
	size_t i;
	char c;

	memset(dst, 0, ksize);
	for (i = ksize; i < usize; i++) {
		if (get_user(c, p + i))
			return -EFAULT;
		if (c)
			return -E2BIG;
	}
	return copy_from_user(dst, src, min(ksize, usize)) ? -EFAULT : 0;
}

/* User space's struct clone_args of any size into ours, as the man page has it. */
static int copy_clone_args(struct kernel_clone_args *kargs, struct clone_args __user *uargs,
			   size_t size)
{
	struct clone_args args;
	int ret;

	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	ret = copy_struct_from_user(&args, sizeof(args), uargs, size);
	if (ret)
		return ret;
	if (args.set_tid_size > 32)
		return -EINVAL;
	if (!args.set_tid != !args.set_tid_size)
		return -EINVAL;
	if (args.exit_signal & ~(u64)CSIGNAL || args.exit_signal > _NSIG)
		return -EINVAL;
	if ((args.flags & CLONE_INTO_CGROUP) &&
	    (args.cgroup > 0x7fffffff || size < CLONE_ARGS_SIZE_VER2))
		return -EINVAL;
	*kargs = (struct kernel_clone_args){
		.flags = args.flags,
		.pidfd = (int __user *)args.pidfd,
		.child_tid = (int __user *)args.child_tid,
		.parent_tid = (int __user *)args.parent_tid,
		.exit_signal = (int)args.exit_signal,
		.stack = args.stack,
		.stack_size = args.stack_size,
		.tls = args.tls,
		.set_tid_size = args.set_tid_size,
	};
	return 0;
}

/* Pure but for access_ok(): a stack is given whole or not at all; flags clone3() knows. */
static bool clone3_args_valid(struct kernel_clone_args *kargs)
{
	if (kargs->flags & ~(u64)(0xffffffffull | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP))
		return false;
	if (kargs->flags & (CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME)))
		return false;
	if ((kargs->flags & (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND)) ==
	    (CLONE_SIGHAND | CLONE_CLEAR_SIGHAND))
		return false;
	if ((kargs->flags & (CLONE_THREAD | CLONE_PARENT)) && kargs->exit_signal)
		return false;
	if (!kargs->stack != !kargs->stack_size)
		return false;
	if (kargs->stack) {
		if (!access_ok((void __user *)kargs->stack, kargs->stack_size))
			return false;
		kargs->stack += kargs->stack_size; /* it grows down */
	}
	return true;
}

SYSCALL_DEFINE2(clone3, struct clone_args __user *, uargs, size_t, size)
{
	struct kernel_clone_args kargs;
	int ret = copy_clone_args(&kargs, uargs, size);

	if (ret)
		return ret;
	if (!clone3_args_valid(&kargs))
		return -EINVAL;
	/* No control groups; choosing pids is not supported, and needs privilege anyway. */
	if (kargs.flags & CLONE_INTO_CGROUP)
		return -EBADF;
	if (kargs.set_tid_size)
		return kargs.set_tid_size > 1 ? -EINVAL : capable(CAP_SYS_ADMIN) ? -EINVAL : -EPERM;
	return kernel_clone(&kargs);
}

SYSCALL_DEFINE1(set_tid_address, int __user *, tidptr)
{
	current->clear_child_tid = tidptr;
	return current->pid;
}

SYSCALL_DEFINE1(unshare, unsigned long, flags)
{
	return ksys_unshare(flags);
}

/* Allocators, and how many threads fit: an eighth of memory in kernel stacks of 16 KiB. */
void __init fork_init(void)
{
	unsigned long threads = totalram_pages() / (4 * 8);
	struct rlimit nproc;

	pid_idr_init();
	uid_cache_init();
	cred_init();
	signals_init();
	task_struct_cachep = kmem_cache_create("task_struct", arch_task_struct_size(), 64,
					       SLAB_PANIC | SLAB_ACCOUNT, NULL);
	signal_cachep = kmem_cache_create("signal_cache", sizeof(struct signal_struct), 0,
					  SLAB_PANIC | SLAB_ACCOUNT, NULL);
	sighand_cachep = kmem_cache_create("sighand_cache", sizeof(struct sighand_struct), 0,
					   SLAB_PANIC | SLAB_ACCOUNT, NULL);
	max_threads = (int)clamp(threads, 64ul, 0x3ffffffful);
	nproc.rlim_cur = nproc.rlim_max = (unsigned long)max_threads / 2;
	init_task.signal->rlim[RLIMIT_NPROC] = nproc;
	init_task.signal->rlim[RLIMIT_SIGPENDING] = nproc;
}
