/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first task: what the boot CPU runs from kmain() on, later its idle task, pid 0. It is the
 * only one that is not made by copy_process(), and the pattern that all others descend from.
 * Linux: init/init_task.c.
 */
#include "kernel/sched/task.h"

#include "kernel/sched/cred.h"
#include "kernel/sched/nsproxy.h"
#include "kernel/sched/sched.h"
#include "mm/mm.h"
#include "fs/file.h"
#include "fs/fs_struct.h"

/* The defaults of every process. NPROC and SIGPENDING follow from the size of memory: fork_init(). */
#define INIT_RLIMITS                                                                               \
	{                                                                                          \
		[RLIMIT_CPU] = { RLIM_INFINITY, RLIM_INFINITY },                                   \
		[RLIMIT_FSIZE] = { RLIM_INFINITY, RLIM_INFINITY },                                 \
		[RLIMIT_DATA] = { RLIM_INFINITY, RLIM_INFINITY },                                  \
		[RLIMIT_STACK] = { 8ul << 20, RLIM_INFINITY },                                     \
		[RLIMIT_CORE] = { 0, RLIM_INFINITY },                                              \
		[RLIMIT_RSS] = { RLIM_INFINITY, RLIM_INFINITY }, [RLIMIT_NPROC] = { 0, 0 },        \
		[RLIMIT_NOFILE] = { 1024, 4096 }, [RLIMIT_MEMLOCK] = { 8ul << 20, 8ul << 20 },     \
		[RLIMIT_AS] = { RLIM_INFINITY, RLIM_INFINITY },                                    \
		[RLIMIT_LOCKS] = { RLIM_INFINITY, RLIM_INFINITY }, [RLIMIT_SIGPENDING] = { 0, 0 }, \
		[RLIMIT_MSGQUEUE] = { 819200, 819200 }, [RLIMIT_NICE] = { 0, 0 },                  \
		[RLIMIT_RTPRIO] = { 0, 0 }, [RLIMIT_RTTIME] = { RLIM_INFINITY, RLIM_INFINITY },    \
	}

static struct signal_struct init_signals = {
	.sigcnt = REFCOUNT_INIT(1),
	.live = ATOMIC_INIT(1),
	.nr_threads = 1,
	.thread_head = LIST_HEAD_INIT(init_task.thread_node),
	.wait_chldexit = __WAIT_QUEUE_HEAD_INITIALIZER(init_signals.wait_chldexit),
	.curr_target = &init_task,
	.shared_pending = { .list = LIST_HEAD_INIT(init_signals.shared_pending.list) },
	.pids = { &init_struct_pid, &init_struct_pid, &init_struct_pid, &init_struct_pid },
	.posix_timers = LIST_HEAD_INIT(init_signals.posix_timers),
	.rlim = INIT_RLIMITS,
};

static struct sighand_struct init_sighand = {
	.siglock = __SPIN_LOCK_UNLOCKED(init_sighand.siglock),
	.count = REFCOUNT_INIT(1),
	.signalfd_wqh = __WAIT_QUEUE_HEAD_INITIALIZER(init_sighand.signalfd_wqh),
};

struct task_struct init_task = {
	.__state = TASK_RUNNING,
	.usage = REFCOUNT_INIT(2),
	.rcu_users = REFCOUNT_INIT(2),
	.flags = PF_KTHREAD | PF_IDLE,
	.prio = 120,
	.static_prio = 120,
	.normal_prio = 120,
	.policy = SCHED_NORMAL,
	.active_mm = &init_mm,
	.cpus_mask = ~0ull,
	.nr_cpus_allowed = 64,
	.pi_lock = __SPIN_LOCK_UNLOCKED(init_task.pi_lock),
	.thread_pid = &init_struct_pid,
	.real_parent = &init_task,
	.parent = &init_task,
	.children = LIST_HEAD_INIT(init_task.children),
	.sibling = LIST_HEAD_INIT(init_task.sibling),
	.dead_entry = LIST_HEAD_INIT(init_task.dead_entry),
	.group_leader = &init_task,
	.tasks = LIST_HEAD_INIT(init_task.tasks),
	/* The head of its own group's list of threads. */
	.thread_node = LIST_HEAD_INIT(init_signals.thread_head),
	.comm = "swapper",
	.cred = &init_cred,
	.real_cred = &init_cred,
	.fs = &init_fs,
	.files = &init_files,
	.nsproxy = &init_nsproxy,
	.signal = &init_signals,
	.sighand = &init_sighand,
	.pending = { .list = LIST_HEAD_INIT(init_task.pending.list) },
	.sysvshm.shm_clist = LIST_HEAD_INIT(init_task.sysvshm.shm_clist),
	.timer_slack_ns = 50000,
	.alloc_lock = __SPIN_LOCK_UNLOCKED(init_task.alloc_lock),
};
