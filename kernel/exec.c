/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * execve and execveat: the task stays, the program in it is replaced.
 *
 * Idea: the new address space is built beside the old one. First the argument strings are copied to
 *   the top of its stack; then the loaders of the known formats look at the first bytes of the
 *   file. The one that knows it checks all it can, calls begin_new_exec() and goes on in the new
 *   address space.
 *
 *	do_execveat_common -> bprm_execve -> exec_binprm -> search_binary_handler
 *	   fs/exec_elf.c:load_elf_binary or fs/binfmt_script.c:load_script (-> an interpreter, again)
 *	      begin_new_exec   creds, de_thread, exec_mmap, handlers, close-on-exec
 *
 * Rules: 1. Before bprm->point_of_no_return a failure has changed nothing. After it a failure kills
 *   the process. 2. After de_thread() the task is alone in its group and its leader, under the old
 *   pid. 3. While a program runs its file cannot be opened for writing.
 * Locking: de_thread() takes siglock and tasklist_lock; exec_mmap() the task lock.
 * Sleeps: everywhere.
 * Linux: fs/exec.c. Left out: core patterns, LSM, ptrace, address-space randomisation (so that a
 *   run can be repeated and a debugger finds the same addresses).
 * Start at: do_execveat_common(), begin_new_exec(). Tests: tests/kernel/exec_basic.c.
 */
#include "fs/binfmt.h"

#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/locking/rwsem.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/mm_switch.h"
#include "kernel/sched/sched.h"
#include "kernel/x86/uaccess.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/fs_struct.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "kernel/capability.h"
#include "kernel/exec.h"
#include "kernel/fork.h"
#include "kernel/itimer.h"
#include "kernel/signal_internal.h"
#include "kernel/syscall.h"

#define STACK_LIMIT_DEFAULT (8ul << 20) /* RLIMIT_STACK of init */
#define ARG_MAX_ALWAYS      131072ul    /* room for arguments whatever the limit */

static LIST_HEAD(formats);
static DEFINE_RWLOCK(binfmt_lock);

void register_binfmt(struct linux_binfmt *format)
{
	write_lock(&binfmt_lock);
	list_add_tail(&format->lh, &formats);
	write_unlock(&binfmt_lock);
}

/* ---- names ---- */

void set_task_comm(struct task_struct *task, const char *comm)
{
	task_lock(task);
	strscpy_pad(task->comm, comm, sizeof(task->comm));
	task_unlock(task);
}

char *get_task_comm(char *buf, struct task_struct *task)
{
	task_lock(task);
	memcpy(buf, task->comm, TASK_COMM_LEN);
	task_unlock(task);
	return buf;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- the file ---- */

/* A regular file that may be executed, from a mount that allows it; writers are kept out. */
static struct file *do_open_execat(int fd, struct filename *name, int flags)
{
	struct open_flags op = {
		.open_flag = O_LARGEFILE | O_RDONLY | FMODE_EXEC,
		.acc_mode = MAY_EXEC,
		.intent = LOOKUP_OPEN,
		.lookup_flags = LOOKUP_FOLLOW,
	};
	struct file *file;
	int err = -EACCES;

	if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return ERR_PTR(-EINVAL);
	if (flags & AT_SYMLINK_NOFOLLOW)
		op.lookup_flags &= ~LOOKUP_FOLLOW;
	if (flags & AT_EMPTY_PATH)
		op.lookup_flags |= LOOKUP_EMPTY;
	file = do_filp_open(fd, name, &op);
	if (IS_ERR(file))
		return file;
	if (S_ISREG(file_inode(file)->i_mode) && !path_noexec(&file->f_path))
		err = deny_write_access(file);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	return file;
}

struct file *open_exec(const char *name)
{
	struct filename *filename = getname_kernel(name);
	struct file *file = ERR_CAST(filename);

	if (!IS_ERR(filename)) {
		file = do_open_execat(AT_FDCWD, filename, 0);
		putname(filename);
	}
	return file;
}

static void close_exec(struct file *file)
{
	if (file) {
		allow_write_access(file);
		fput(file);
	}
}

/* ---- arguments ---- */

/* Argument vectors come from user space, or from the kernel for the first program. */
struct user_arg_ptr {
	const char __user *const __user *user;
	const char *const *kernel;
};

/* Number of strings; NULL stands for an empty vector. */
static int count(struct user_arg_ptr argv)
{
	int n = 0;

	if (argv.kernel) {
		while (argv.kernel[n])
			n++;
		return n;
	}
	if (!argv.user)
		return 0;
	for (;; n++) {
		const char __user *p;

		if (get_user(p, argv.user + n))
			return -EFAULT;
		if (!p)
			return n;
		if (n >= MAX_ARG_STRINGS)
			return -E2BIG;
		if (fatal_signal_pending(current))
			return -ERESTARTNOHAND;
		cond_resched();
	}
}

/* Pure: how far down the strings may reach. Pointers to them need room, too. */
static int bprm_stack_limits(struct linux_binprm *bprm)
{
	unsigned long limit = STACK_LIMIT_DEFAULT / 4 * 3, pointers;

	limit = min(limit, bprm->rlim_stack.rlim_cur / 4);
	limit = max(limit, ARG_MAX_ALWAYS);
	pointers = ((unsigned long)max(bprm->argc, 1) + (unsigned long)bprm->envc) * sizeof(void *);
	if (limit <= pointers)
		return -E2BIG;
	bprm->argmin = bprm->p - (limit - pointers);
	return 0;
}

int copy_string_kernel(const char *arg, struct linux_binprm *bprm)
{
	size_t len = strnlen(arg, MAX_ARG_STRLEN) + 1;

	if (len > MAX_ARG_STRLEN)
		return -E2BIG;
	if (bprm->p - bprm->argmin < len)
		return -E2BIG;
	bprm->p -= len;
	return exec_stack_write(bprm->mm, bprm->p, arg, len);
}

static int copy_string_user(const char __user *str, struct linux_binprm *bprm)
{
	long len = strnlen_user(str, MAX_ARG_STRLEN);

	if (!len)
		return -EFAULT;
	if (len > MAX_ARG_STRLEN || bprm->p - bprm->argmin < (unsigned long)len)
		return -E2BIG;
	bprm->p -= (unsigned long)len;
	return exec_stack_write_user(bprm->mm, bprm->p, str, (size_t)len);
}

/* From the last to the first, so that they lie in order. */
static int copy_strings(int argc, struct user_arg_ptr argv, struct linux_binprm *bprm)
{
	while (argc-- > 0) {
		const char __user *str;
		int ret;

		if (argv.kernel) {
			ret = copy_string_kernel(argv.kernel[argc], bprm);
		} else {
			if (get_user(str, argv.user + argc))
				return -EFAULT;
			ret = copy_string_user(str, bprm);
		}
		if (ret)
			return ret;
		if (fatal_signal_pending(current))
			return -ERESTARTNOHAND;
		cond_resched();
	}
	return 0;
}

int remove_arg_zero(struct linux_binprm *bprm)
{
	char buf[64];
	int i, n;

	if (!bprm->argc)
		return 0;
	for (;;) {
		n = (int)min(sizeof(buf), bprm->vma->vm_end - bprm->p);
		n = access_remote_vm(bprm->mm, bprm->p, buf, n, 0);
		if (n <= 0)
			return -EFAULT;
		for (i = 0; i < n; i++) {
			bprm->p++;
			if (!buf[i]) {
				bprm->argc--;
				return 0;
			}
		}
	}
}

int bprm_change_interp(const char *interp, struct linux_binprm *bprm)
{
	const char *copy = kstrdup(interp, GFP_KERNEL);

	if (!copy)
		return -ENOMEM;
	if (bprm->interp != bprm->filename)
		kfree(bprm->interp);
	bprm->interp = copy;
	return 0;
}

/* ---- struct linux_binprm ---- */

static int bprm_mm_init(struct linux_binprm *bprm)
{
	bprm->mm = mm_alloc();
	if (!bprm->mm)
		return -ENOMEM;
	task_lock(current->group_leader);
	bprm->rlim_stack = current->signal->rlim[RLIMIT_STACK];
	task_unlock(current->group_leader);
	bprm->vma = exec_stack_create(bprm->mm, STACK_TOP);
	if (IS_ERR(bprm->vma))
		return (int)PTR_ERR(bprm->vma);
	/* A word above everything, so that a string never ends at the very end. */
	bprm->p = bprm->vma->vm_end - sizeof(void *);
	return 0;
}

static void free_bprm(struct linux_binprm *bprm)
{
	if (bprm->mm)
		mmput(bprm->mm);
	if (bprm->cred)
		abort_creds(bprm->cred);
	close_exec(bprm->file);
	close_exec(bprm->interpreter);
	if (bprm->interp != bprm->filename)
		kfree(bprm->interp);
	kfree(bprm->fdpath);
	kfree(bprm);
}

static struct linux_binprm *alloc_bprm(int fd, struct filename *name)
{
	struct linux_binprm *bprm = kzalloc(sizeof(*bprm), GFP_KERNEL);
	int ret = -ENOMEM;

	if (!bprm)
		return ERR_PTR(-ENOMEM);
	if (fd == AT_FDCWD || name->name[0] == '/') {
		bprm->filename = name->name;
	} else {
		bprm->fdpath = name->name[0] ?
				       kasprintf(GFP_KERNEL, "/dev/fd/%d/%s", fd, name->name) :
				       kasprintf(GFP_KERNEL, "/dev/fd/%d", fd);
		if (!bprm->fdpath)
			goto out;
		bprm->filename = bprm->fdpath;
	}
	bprm->interp = bprm->filename;
	ret = bprm_mm_init(bprm);
	if (!ret)
		return bprm;
out:
	free_bprm(bprm);
	return ERR_PTR(ret);
}

/* ---- credentials ---- */

/* Do tasks outside our thread group share our root and working directory? */
static void check_unsafe_exec(struct linux_binprm *bprm)
{
	struct task_struct *t;
	int n_fs = 0;

	spin_lock(&current->fs->lock);
	rcu_read_lock();
	for_each_thread (current, t)
		if (READ_ONCE(t->fs) == current->fs)
			n_fs++;
	rcu_read_unlock();
	if (current->fs->users > n_fs)
		bprm->unsafe_share = true;
	else
		bprm->in_exec = ++current->fs->in_exec;
	spin_unlock(&current->fs->lock);
}

/* The setuid and setgid bits of the file. */
static void bprm_fill_uid(struct linux_binprm *bprm)
{
	struct inode *inode = file_inode(bprm->file);
	umode_t mode = READ_ONCE(inode->i_mode);
	uid_t uid;
	gid_t gid;

	if (!(mode & (S_ISUID | S_ISGID)) || !mnt_may_suid(bprm->file->f_path.mnt) ||
	    current->no_new_privs)
		return;
	/* Mode and owner of one moment. */
	down_read(&inode->i_rwsem);
	mode = inode->i_mode;
	uid = inode->i_uid;
	gid = inode->i_gid;
	up_read(&inode->i_rwsem);
	if (mode & S_ISUID)
		bprm->cred->euid = uid;
	/* Without group execution the bit means mandatory locking, not setgid. */
	if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		bprm->cred->egid = gid;
}

/* ---- becoming alone ---- */

/* Kills the other threads, waits for them; takes over the leader's place. -EAGAIN when killed. */
static int de_thread(struct task_struct *tsk)
{
	struct signal_struct *sig = tsk->signal;
	spinlock_t *lock = &tsk->sighand->siglock;
	struct task_struct *leader;

	if (thread_group_empty(tsk))
		goto alone;

	spin_lock_irq(lock);
	if ((sig->flags & SIGNAL_GROUP_EXIT) || sig->group_exec_task) {
		spin_unlock_irq(lock);
		return -EAGAIN; /* somebody ends us first */
	}
	sig->group_exec_task = tsk;
	sig->notify_count = zap_other_threads(tsk);
	/* The leader stays as a zombie until we take its place. */
	if (!thread_group_leader(tsk))
		sig->notify_count--;
	while (sig->notify_count) {
		set_current_state(TASK_KILLABLE);
		spin_unlock_irq(lock);
		schedule();
		if (fatal_signal_pending(tsk))
			goto killed;
		spin_lock_irq(lock);
	}
	__set_current_state(TASK_RUNNING);
	spin_unlock_irq(lock);

	if (!thread_group_leader(tsk)) {
		leader = tsk->group_leader;
		for (;;) {
			write_lock_irq(&tasklist_lock);
			/* exit_notify() of the leader wakes us. */
			sig->notify_count = -1;
			if (leader->exit_state)
				break;
			set_current_state(TASK_KILLABLE);
			write_unlock_irq(&tasklist_lock);
			schedule();
			if (fatal_signal_pending(tsk))
				goto killed;
		}
		__set_current_state(TASK_RUNNING);
		tsk->start_time = leader->start_time;
		tsk->start_boottime = leader->start_boottime;

		/* The process keeps its pid: we get the leader's number and it ours. */
		exchange_tids(tsk, leader);
		transfer_pid(leader, tsk, PIDTYPE_TGID);
		transfer_pid(leader, tsk, PIDTYPE_PGID);
		transfer_pid(leader, tsk, PIDTYPE_SID);
		list_replace_rcu(&leader->tasks, &tsk->tasks);
		list_replace_init(&leader->sibling, &tsk->sibling);
		tsk->group_leader = tsk;
		leader->group_leader = tsk;
		tsk->exit_signal = SIGCHLD;
		leader->exit_signal = -1;
		ASSERT(leader->exit_state == EXIT_ZOMBIE);
		leader->exit_state = EXIT_DEAD;
		write_unlock_irq(&tasklist_lock);
		release_task(leader);
	}
	sig->group_exec_task = NULL;
	sig->notify_count = 0;
alone:
	tsk->exit_signal = SIGCHLD;
	return 0;

killed:
	/* release_task() and exit_notify() read these under tasklist_lock. */
	read_lock(&tasklist_lock);
	sig->group_exec_task = NULL;
	sig->notify_count = 0;
	read_unlock(&tasklist_lock);
	return -EAGAIN;
}

/* Handlers are our own from here on: vfork and CLONE_SIGHAND may have shared them. */
static int unshare_sighand(struct task_struct *tsk)
{
	struct sighand_struct *old = tsk->sighand, *new;

	if (refcount_read(&old->count) == 1)
		return 0;
	new = alloc_sighand();
	if (!new)
		return -ENOMEM;
	write_lock_irq(&tasklist_lock);
	spin_lock(&old->siglock);
	memcpy(new->action, old->action, sizeof(new->action));
	rcu_assign_pointer(tsk->sighand, new);
	spin_unlock(&old->siglock);
	write_unlock_irq(&tasklist_lock);
	__cleanup_sighand(old);
	return 0;
}

/* current goes on in the new address space; a parent in vfork() and joiners are woken. */
static int exec_mmap(struct mm_struct *mm)
{
	struct task_struct *tsk = current;
	struct mm_struct *old_mm = tsk->mm, *active_mm;
	int ret;

	exec_mm_release(tsk, old_mm);
	if (old_mm) {
		/* Nobody walks the old one for a core dump meanwhile. */
		ret = mmap_read_lock_killable(old_mm);
		if (ret)
			return ret;
	}
	task_lock(tsk);
	local_irq_disable();
	active_mm = tsk->active_mm;
	tsk->active_mm = mm;
	tsk->mm = mm;
	activate_mm(active_mm, mm);
	local_irq_enable();
	task_unlock(tsk);
	if (old_mm) {
		mmap_read_unlock(old_mm);
		tsk->signal->maxrss = max(tsk->signal->maxrss,
					  get_mm_hiwater_rss(old_mm) * (PAGE_SIZE / 1024));
		mmput(old_mm);
	} else if (active_mm) {
		mmdrop_lazy_tlb(active_mm); /* a kernel thread had borrowed it */
	}
	return 0;
}

int begin_new_exec(struct linux_binprm *bprm)
{
	struct task_struct *me = current;
	int ret;

	bprm_fill_uid(bprm);
	cap_bprm_creds_from_file(bprm);

	bprm->point_of_no_return = true;
	ret = de_thread(me);
	if (ret)
		return ret;
	/* Closing descriptors must not touch those of others. */
	ret = unshare_files();
	if (ret)
		return ret;
	set_mm_exe_file(bprm->mm, bprm->file);
	if (inode_permission(file_inode(bprm->file), MAY_READ) < 0)
		bprm->nondump = true;
	ret = exec_mmap(bprm->mm);
	if (ret)
		return ret;
	bprm->mm = NULL;
	exit_itimers(me);
	flush_itimer_signals();
	ret = unshare_sighand(me);
	if (ret)
		return ret;

	me->flags &= ~(PF_FORKNOEXEC | PF_KTHREAD | PF_NPROC_EXCEEDED);
	me->did_exec = true;
	do_close_on_exec(me->files);

	if (bprm->secureexec) {
		/* A setuid program does not run with a stack that its caller chose, nor die with it. */
		me->pdeath_signal = 0;
		if (bprm->rlim_stack.rlim_cur > STACK_LIMIT_DEFAULT)
			bprm->rlim_stack.rlim_cur = STACK_LIMIT_DEFAULT;
	}
	sas_ss_reset(me);
	set_task_comm(me, base_name(bprm->filename));
	/* Signals to the parent that were agreed on with the old program count no more. */
	WRITE_ONCE(me->self_exec_id, me->self_exec_id + 1);
	spin_lock_irq(&me->sighand->siglock);
	flush_signal_handlers(me, 0);
	spin_unlock_irq(&me->sighand->siglock);

	commit_creds(bprm->cred);
	bprm->cred = NULL;
	me->dumpable = !bprm->nondump && current_euid() == current_uid() &&
		       current_egid() == current_gid();
	return 0;
}

void setup_new_exec(struct linux_binprm *bprm)
{
	current->mm->task_size = TASK_SIZE;
	arch_pick_mmap_layout(current->mm, bprm->rlim_stack.rlim_cur);
}

int setup_arg_pages(struct linux_binprm *bprm, int executable_stack)
{
	unsigned long flags = executable_stack == EXSTACK_ENABLE_X ? VM_EXEC : 0;
	struct mm_struct *mm = current->mm;

	mm->arg_start = bprm->p;
	mm->start_stack = bprm->p;
	return exec_stack_finish(mm, bprm->vma, flags, bprm->rlim_stack.rlim_cur);
}

void finalize_exec(struct linux_binprm *bprm)
{
	/* What secureexec lowered; another thread cannot have changed it, there is none. */
	task_lock(current->group_leader);
	current->signal->rlim[RLIMIT_STACK] = bprm->rlim_stack;
	task_unlock(current->group_leader);
}

/* ---- running the loaders ---- */

static int search_binary_handler(struct linux_binprm *bprm)
{
	struct linux_binfmt *format;
	loff_t pos = 0;
	ssize_t n;
	int ret;

	memset(bprm->buf, 0, sizeof(bprm->buf));
	n = kernel_read(bprm->file, bprm->buf, sizeof(bprm->buf), &pos);
	if (n < 0)
		return (int)n;

	/* Formats are never unregistered: the list may be walked without the lock. */
	list_for_each_entry_rcu (format, &formats, lh) {
		ret = format->load_binary(bprm);
		if (bprm->point_of_no_return || ret != -ENOEXEC)
			return ret;
	}
	return -ENOEXEC;
}

static int exec_binprm(struct linux_binprm *bprm)
{
	int depth, ret;

	/* A loader may name an interpreter, which is a file of some format in turn. */
	for (depth = 0;; depth++) {
		struct file *exec;

		if (depth > BINPRM_MAX_DEPTH)
			return -ELOOP;
		ret = search_binary_handler(bprm);
		if (ret < 0)
			return ret;
		if (!bprm->interpreter)
			return 0;
		exec = bprm->file;
		bprm->file = bprm->interpreter;
		bprm->interpreter = NULL;
		close_exec(exec);
	}
}

static int bprm_execve(struct linux_binprm *bprm, int fd, struct filename *name, int flags)
{
	struct file *file;
	int ret;

	bprm->cred = prepare_creds();
	if (!bprm->cred)
		return -ENOMEM;
	/* Without a setuid bit the effective ids stay, and become the saved ones. */
	check_unsafe_exec(bprm);
	current->in_execve = true;

	file = do_open_execat(fd, name, flags);
	ret = (int)PTR_ERR(file);
	if (IS_ERR(file))
		goto out;
	bprm->file = file;
	/* A script must be found again by its interpreter. */
	if (bprm->fdpath && get_close_on_exec((unsigned int)fd))
		bprm->interp_flags |= BINPRM_FLAGS_PATH_INACCESSIBLE;
	ret = exec_binprm(bprm);
	if (ret >= 0)
		ret = 0;
	else if (bprm->point_of_no_return && !fatal_signal_pending(current))
		force_fatal_sig(SIGSEGV);
out:
	if (bprm->in_exec) {
		/* Another thread's exec may go on. */
		spin_lock(&current->fs->lock);
		current->fs->in_exec--;
		spin_unlock(&current->fs->lock);
	}
	current->in_execve = false;
	return ret;
}

static int do_execveat_common(int fd, struct filename *name, struct user_arg_ptr argv,
			      struct user_arg_ptr envp, int flags)
{
	struct linux_binprm *bprm;
	int ret;

	/* setuid() to a user with too many processes was let through; now it counts. */
	if ((current->flags & PF_NPROC_EXCEEDED) &&
	    (unsigned long)atomic_read(&current_user()->processes) > rlimit(RLIMIT_NPROC))
		return -EAGAIN;
	current->flags &= ~PF_NPROC_EXCEEDED;

	bprm = alloc_bprm(fd, name);
	if (IS_ERR(bprm))
		return (int)PTR_ERR(bprm);
	ret = bprm->argc = count(argv);
	if (ret < 0)
		goto out;
	ret = bprm->envc = count(envp);
	if (ret < 0)
		goto out;
	ret = bprm_stack_limits(bprm);
	if (ret)
		goto out;
	ret = copy_string_kernel(bprm->filename, bprm);
	if (ret)
		goto out;
	bprm->exec = bprm->p;
	ret = copy_strings(bprm->envc, envp, bprm);
	if (ret)
		goto out;
	ret = copy_strings(bprm->argc, argv, bprm);
	if (ret)
		goto out;
	/* A program may rely on argv[0]. */
	if (!bprm->argc) {
		ret = copy_string_kernel("", bprm);
		if (ret)
			goto out;
		bprm->argc = 1;
	}
	ret = bprm_execve(bprm, fd, name, flags);
out:
	free_bprm(bprm);
	return ret;
}

int kernel_execve(const char *filename, const char *const *argv, const char *const *envp)
{
	struct filename *name = getname_kernel(filename);
	int ret;

	if (IS_ERR(name))
		return (int)PTR_ERR(name);
	ret = do_execveat_common(AT_FDCWD, name, (struct user_arg_ptr){ .kernel = argv },
				 (struct user_arg_ptr){ .kernel = envp }, 0);
	putname(name);
	return ret;
}

static int do_execveat(int fd, struct filename *name, const char __user *const __user *argv,
		       const char __user *const __user *envp, int flags)
{
	int ret;

	if (IS_ERR(name))
		return (int)PTR_ERR(name);
	ret = do_execveat_common(fd, name, (struct user_arg_ptr){ .user = argv },
				 (struct user_arg_ptr){ .user = envp }, flags);
	putname(name);
	return ret;
}

SYSCALL_DEFINE3(execve, const char __user *, filename, const char __user *const __user *, argv,
		const char __user *const __user *, envp)
{
	return do_execveat(AT_FDCWD, getname(filename), argv, envp, 0);
}

SYSCALL_DEFINE5(execveat, int, fd, const char __user *, filename, const char __user *const __user *,
		argv, const char __user *const __user *, envp, int, flags)
{
	int lookup = (flags & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0;

	return do_execveat(fd, getname_flags(filename, lookup), argv, envp, flags);
}
