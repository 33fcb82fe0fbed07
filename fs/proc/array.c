// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a task is doing, as text: /proc/<pid>/stat (one line of numbers), statm, status (for people).
 *
 * Rules: values are taken one after the other and may be of different moments, but a task that ends
 * meanwhile never makes them wrong in kind: what needs siglock is read under it or is 0.
 * Locking: siglock for signals and group totals, RCU for family and credentials, an mm reference.
 * Linux: fs/proc/array.c. man 5 proc. Start at: do_task_stat, proc_pid_status.
 */
#include "fs/proc/internal.h"
#include "fs/proc/tty.h"

#include "kernel/lib/string.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/sched.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/processor.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/fs_struct.h"

/* ---- states ---- */

static const char *task_state_name(struct task_struct *task)
{
	unsigned int state = READ_ONCE(task->__state);

	if (READ_ONCE(task->exit_state) & EXIT_DEAD)
		return "X (dead)";
	if (READ_ONCE(task->exit_state) & EXIT_ZOMBIE)
		return "Z (zombie)";
	if (state & __TASK_STOPPED)
		return "T (stopped)";
	if (state & __TASK_TRACED)
		return "t (tracing stop)";
	if ((state & TASK_IDLE) == TASK_IDLE)
		return "I (idle)";
	if (state & TASK_UNINTERRUPTIBLE)
		return "D (disk sleep)";
	if (state & TASK_INTERRUPTIBLE)
		return "S (sleeping)";
	return "R (running)";
}

/* Everything that siglock protects, in one go. */
struct signal_numbers {
	sigset_t pending, shared_pending, blocked, ignored, caught;
	int num_threads, qsize;
	unsigned long qlim;
	unsigned long min_flt, maj_flt, cmin_flt, cmaj_flt;
	u64 cutime, cstime;
	int pgid, sid, ppid;
	int exit_code;
	unsigned long rsslim;
};

static void collect_signals(struct task_struct *task, struct signal_numbers *n)
{
	struct sighand_struct *sighand;
	struct task_struct *t;
	unsigned long flags;

	memset(n, 0, sizeof(*n));
	rcu_read_lock();
	sighand = lock_task_sighand(task, &flags);
	if (!sighand) {
		rcu_read_unlock();
		return;
	}
	n->pending = task->pending.signal;
	n->shared_pending = task->signal->shared_pending.signal;
	n->blocked = task->blocked;
	for (int sig = 1; sig <= _NSIG; sig++) {
		if (sighand->action[sig - 1].sa.sa_handler == SIG_IGN)
			sigaddset(&n->ignored, sig);
		else if (sighand->action[sig - 1].sa.sa_handler != SIG_DFL)
			sigaddset(&n->caught, sig);
	}
	n->num_threads = task->signal->nr_threads;
	n->qsize = atomic_read(&__task_cred(task)->user->sigpending);
	n->qlim = task->signal->rlim[RLIMIT_SIGPENDING].rlim_cur;
	n->rsslim = task->signal->rlim[RLIMIT_RSS].rlim_cur;
	n->min_flt = task->signal->min_flt;
	n->maj_flt = task->signal->maj_flt;
	for_each_thread (task, t) {
		n->min_flt += t->min_flt;
		n->maj_flt += t->maj_flt;
	}
	n->cmin_flt = task->signal->cmin_flt;
	n->cmaj_flt = task->signal->cmaj_flt;
	n->cutime = task->signal->cutime;
	n->cstime = task->signal->cstime;
	n->pgid = pid_nr(task_pgrp(task));
	n->sid = pid_nr(task_session(task));
	n->ppid = rcu_dereference(task->real_parent)->tgid;
	n->exit_code = task->signal->flags & SIGNAL_GROUP_EXIT ? task->signal->group_exit_code :
								 task->exit_code;
	unlock_task_sighand(task, &flags);
	rcu_read_unlock();
}

/* ---- stat ---- */

/* As the program's name may contain anything: what would break the line is shown as \ooo. */
static void put_comm(struct seq_file *m, struct task_struct *task)
{
	char comm[TASK_COMM_LEN];

	seq_escape(m, get_task_comm(comm, task), "\n\\");
}

static void put_numbers(struct seq_file *m, const long long *numbers, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		seq_put_decimal_ll(m, " ", numbers[i]);
}

static int do_task_stat(struct seq_file *m, struct task_struct *task, bool whole)
{
	bool permitted = proc_may_access(task);
	struct mm_struct *mm = get_task_mm(task);
	int tty_nr, tpgid;
	struct signal_numbers n;
	u64 utime, stime;
	unsigned long wchan = 0, vsize = 0, rss = 0;

	collect_signals(task, &n);
	proc_tty_info(task, &tty_nr, &tpgid);
	if (permitted && (!whole || n.num_threads < 2))
		wchan = !!get_wchan(task);
	if (whole) {
		struct task_cputime times;

		thread_group_cputime(task, &times);
		utime = times.utime;
		stime = times.stime;
	} else {
		task_cputime(task, &utime, &stime);
		n.min_flt = task->min_flt;
		n.maj_flt = task->maj_flt;
	}
	if (mm) {
		vsize = mm->total_vm << PAGE_SHIFT;
		rss = get_mm_rss(mm);
	}

	seq_put_decimal_ll(m, "", task->pid);
	seq_puts(m, " (");
	put_comm(m, task);
	seq_puts(m, ") ");
	seq_putc(m, *task_state_name(task));
	{
		const long long family[] = { n.ppid, n.pgid, n.sid, tty_nr, tpgid, task->flags };

		put_numbers(m, family, ARRAY_SIZE(family));
	}
	{
		const long long use[] = {
			n.min_flt,
			n.cmin_flt,
			n.maj_flt,
			n.cmaj_flt,
			nsec_to_clock_t(utime),
			nsec_to_clock_t(stime),
			nsec_to_clock_t(n.cutime),
			nsec_to_clock_t(n.cstime),
			task_prio(task),
			task_nice(task),
			n.num_threads,
			0, /* itrealvalue */
			nsec_to_clock_t(task->start_boottime),
			vsize,
			rss,
		};

		put_numbers(m, use, ARRAY_SIZE(use));
	}
	seq_put_decimal_ull(m, " ", n.rsslim);
	{
		const long long places[] = {
			mm ? (permitted ? mm->start_code : 1) : 0,
			mm ? (permitted ? mm->end_code : 1) : 0,
			mm && permitted ? mm->start_stack : 0,
			0, /* kstkesp */
			0, /* kstkeip */
			n.pending.sig[0] & 0x7fffffff,
			n.blocked.sig[0] & 0x7fffffff,
			n.ignored.sig[0] & 0x7fffffff,
			n.caught.sig[0] & 0x7fffffff,
			wchan,
			0, /* nswap */
			0, /* cnswap */
			task->exit_signal,
			task_cpu(task),
			task->rt_priority,
			task->policy,
			0, /* delayacct_blkio_ticks */
			0, /* guest_time */
			0, /* cguest_time */
		};

		put_numbers(m, places, ARRAY_SIZE(places));
	}
	{
		const bool show = mm && permitted;
		const long long areas[] = {
			show ? mm->start_data : 0, show ? mm->end_data : 0,
			show ? mm->start_brk : 0,  show ? mm->arg_start : 0,
			show ? mm->arg_end : 0,    show ? mm->env_start : 0,
			show ? mm->env_end : 0,    permitted ? n.exit_code : 0,
		};

		put_numbers(m, areas, ARRAY_SIZE(areas));
	}
	seq_putc(m, '\n');
	if (mm)
		mmput(mm);
	return 0;
}

int proc_tid_stat(struct seq_file *m, struct pid *pid, struct task_struct *task)
{
	return do_task_stat(m, task, false);
}

int proc_tgid_stat(struct seq_file *m, struct pid *pid, struct task_struct *task)
{
	return do_task_stat(m, task, true);
}

int proc_pid_statm(struct seq_file *m, struct pid *pid, struct task_struct *task)
{
	struct mm_struct *mm = get_task_mm(task);
	unsigned long shared, text, data;

	if (!mm) {
		seq_puts(m, "0 0 0 0 0 0 0\n");
		return 0;
	}
	shared = get_mm_counter(mm, MM_FILEPAGES) + get_mm_counter(mm, MM_SHMEMPAGES);
	text = (ALIGN(mm->end_code, PAGE_SIZE) - ALIGN_DOWN(mm->start_code, PAGE_SIZE)) >>
	       PAGE_SHIFT;
	data = mm->data_vm + mm->stack_vm;
	seq_printf(m, "%lu %lu %lu %lu 0 %lu 0\n", mm->total_vm, get_mm_rss(mm), shared, text,
		   data);
	mmput(mm);
	return 0;
}

/* ---- status ---- */

static void task_state(struct seq_file *m, struct task_struct *task, const struct signal_numbers *n)
{
	const struct cred *cred = get_task_cred(task);
	unsigned int max_fds = 0;
	int umask = -1;

	task_lock(task);
	if (task->fs)
		umask = READ_ONCE(task->fs->umask);
	if (task->files) {
		rcu_read_lock();
		max_fds = rcu_dereference(task->files->fdt)->max_fds;
		rcu_read_unlock();
	}
	task_unlock(task);
	if (umask >= 0)
		seq_printf(m, "Umask:\t%04o\n", umask);
	seq_printf(m, "State:\t%s\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n",
		   task_state_name(task), task->tgid, task->pid, n->ppid);
	seq_printf(m, "Uid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nFDSize:\t%u\nGroups:\t",
		   cred->uid, cred->euid, cred->suid, cred->fsuid, cred->gid, cred->egid,
		   cred->sgid, cred->fsgid, max_fds);
	for (int i = 0; cred->group_info && i < cred->group_info->ngroups; i++)
		seq_printf(m, "%u ", cred->group_info->gid[i]);
	seq_printf(m, "\nNStgid:\t%d\nNSpid:\t%d\nNSpgid:\t%d\nNSsid:\t%d\nKthread:\t%d\n",
		   task->tgid, task->pid, n->pgid, n->sid, !!(task->flags & PF_KTHREAD));
	put_cred(cred);
}

static void task_mem(struct seq_file *m, struct mm_struct *mm)
{
	unsigned long total = mm->total_vm, anon = get_mm_counter(mm, MM_ANONPAGES);
	unsigned long file = get_mm_counter(mm, MM_FILEPAGES);
	unsigned long shmem = get_mm_counter(mm, MM_SHMEMPAGES);
	unsigned long text = ALIGN(mm->end_code, PAGE_SIZE) - ALIGN_DOWN(mm->start_code, PAGE_SIZE);
	const unsigned int k = PAGE_SHIFT - 10;
	unsigned long lib;

	text = min(text, mm->exec_vm << PAGE_SHIFT);
	lib = (mm->exec_vm << PAGE_SHIFT) - text;
	seq_printf(m, "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmLck:\t%8lu kB\nVmPin:\t       0 kB\n",
		   max(mm->hiwater_vm, total) << k, total << k, mm->locked_vm << k);
	seq_printf(m, "VmHWM:\t%8lu kB\nVmRSS:\t%8lu kB\nRssAnon:\t%8lu kB\nRssFile:\t%8lu kB\n",
		   get_mm_hiwater_rss(mm) << k, (anon + file + shmem) << k, anon << k, file << k);
	seq_printf(m, "RssShmem:\t%8lu kB\nVmData:\t%8lu kB\nVmStk:\t%8lu kB\nVmExe:\t%8lu kB\n",
		   shmem << k, mm->data_vm << k, mm->stack_vm << k, text >> 10);
	seq_printf(m, "VmLib:\t%8lu kB\nVmPTE:\t%8lu kB\nVmSwap:\t       0 kB\n", lib >> 10,
		   (unsigned long)atomic_long_read(&mm->pgtables_bytes) >> 10);
	seq_printf(m, "HugetlbPages:\t%8lu kB\nCoreDumping:\t0\nTHP_enabled:\t0\n",
		   (unsigned long)atomic_long_read(&mm->hugetlb_usage) * (PMD_SIZE >> 10));
}

static void task_sig(struct seq_file *m, const struct signal_numbers *n)
{
	seq_printf(m, "Threads:\t%d\nSigQ:\t%u/%lu\nSigPnd:\t%016lx\nShdPnd:\t%016lx\n",
		   n->num_threads, n->qsize, n->qlim, n->pending.sig[0], n->shared_pending.sig[0]);
	seq_printf(m, "SigBlk:\t%016lx\nSigIgn:\t%016lx\nSigCgt:\t%016lx\n", n->blocked.sig[0],
		   n->ignored.sig[0], n->caught.sig[0]);
}

static void task_cap(struct seq_file *m, struct task_struct *task)
{
	const struct cred *cred = get_task_cred(task);

	seq_printf(m,
		   "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\nCapBnd:\t%016lx\nCapAmb:\t%"
		   "016lx\n",
		   (unsigned long)cred->cap_inheritable, (unsigned long)cred->cap_permitted,
		   (unsigned long)cred->cap_effective, (unsigned long)cred->cap_bset,
		   (unsigned long)cred->cap_ambient);
	put_cred(cred);
	seq_printf(m, "NoNewPrivs:\t%d\nSeccomp:\t0\nSeccomp_filters:\t0\n", task->no_new_privs);
}

/* "0-2,5" of a mask of CPUs. */
static void put_cpu_list(struct seq_file *m, u64 mask)
{
	const char *comma = "";

	for (int cpu = 0; cpu < 64; cpu++) {
		int last = cpu;

		if (!(mask & (1ull << cpu)))
			continue;
		while (last < 63 && (mask & (1ull << (last + 1))))
			last++;
		if (last > cpu)
			seq_printf(m, "%s%d-%d", comma, cpu, last);
		else
			seq_printf(m, "%s%d", comma, cpu);
		comma = ",";
		cpu = last;
	}
}

int proc_pid_status(struct seq_file *m, struct pid *pid, struct task_struct *task)
{
	u64 cpus = task->cpus_mask & (nr_cpu_ids < 64 ? (1ull << nr_cpu_ids) - 1 : ~0ull);
	struct mm_struct *mm = get_task_mm(task);
	struct signal_numbers n;

	collect_signals(task, &n);
	seq_puts(m, "Name:\t");
	put_comm(m, task);
	seq_putc(m, '\n');
	task_state(m, task, &n);
	if (mm) {
		task_mem(m, mm);
		mmput(mm);
	}
	task_sig(m, &n);
	task_cap(m, task);
	seq_printf(m, "Cpus_allowed:\t%llx\nCpus_allowed_list:\t", (unsigned long long)cpus);
	put_cpu_list(m, cpus);
	seq_printf(m, "\nMems_allowed:\t1\nMems_allowed_list:\t0\n");
	seq_printf(m, "voluntary_ctxt_switches:\t%lu\nnonvoluntary_ctxt_switches:\t%lu\n",
		   task->nvcsw, task->nivcsw);
	return 0;
}
