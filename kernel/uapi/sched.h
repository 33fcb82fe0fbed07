/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scheduling policies, clone flags and struct sched_attr as user space sees them
 * (man 7 sched, man 2 clone, man 2 sched_setattr).
 */
#ifndef CONDUIT_UAPI_SCHED_H
#define CONDUIT_UAPI_SCHED_H

#define SCHED_NORMAL   0
#define SCHED_FIFO     1
#define SCHED_RR       2
#define SCHED_BATCH    3
#define SCHED_IDLE     5
#define SCHED_DEADLINE 6

#define SCHED_RESET_ON_FORK 0x40000000

#define SCHED_FLAG_RESET_ON_FORK  0x01
#define SCHED_FLAG_RECLAIM        0x02
#define SCHED_FLAG_DL_OVERRUN     0x04
#define SCHED_FLAG_KEEP_POLICY    0x08
#define SCHED_FLAG_KEEP_PARAMS    0x10
#define SCHED_FLAG_UTIL_CLAMP_MIN 0x20
#define SCHED_FLAG_UTIL_CLAMP_MAX 0x40

struct sched_param {
	int sched_priority;
};

#define SCHED_ATTR_SIZE_VER0 48 /* up to sched_period */
#define SCHED_ATTR_SIZE_VER1 56 /* with the utilisation clamps */

struct sched_attr {
	unsigned int size;
	unsigned int sched_policy;
	unsigned long long sched_flags;
	int sched_nice;                   /* SCHED_NORMAL, SCHED_BATCH */
	unsigned int sched_priority;      /* SCHED_FIFO, SCHED_RR */
	unsigned long long sched_runtime; /* SCHED_DEADLINE, ns */
	unsigned long long sched_deadline;
	unsigned long long sched_period;
	unsigned int sched_util_min;
	unsigned int sched_util_max;
};

#define CSIGNAL              0x000000ff /* signal to send at exit */
#define CLONE_NEWTIME        0x00000080 /* clone3 and unshare only */
#define CLONE_VM             0x00000100
#define CLONE_FS             0x00000200
#define CLONE_FILES          0x00000400
#define CLONE_SIGHAND        0x00000800
#define CLONE_PIDFD          0x00001000
#define CLONE_PTRACE         0x00002000
#define CLONE_VFORK          0x00004000
#define CLONE_PARENT         0x00008000
#define CLONE_THREAD         0x00010000
#define CLONE_NEWNS          0x00020000
#define CLONE_SYSVSEM        0x00040000
#define CLONE_SETTLS         0x00080000
#define CLONE_PARENT_SETTID  0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_DETACHED       0x00400000
#define CLONE_UNTRACED       0x00800000
#define CLONE_CHILD_SETTID   0x01000000
#define CLONE_NEWCGROUP      0x02000000
#define CLONE_NEWUTS         0x04000000
#define CLONE_NEWIPC         0x08000000
#define CLONE_NEWUSER        0x10000000
#define CLONE_NEWPID         0x20000000
#define CLONE_NEWNET         0x40000000
#define CLONE_IO             0x80000000
#define CLONE_CLEAR_SIGHAND  0x100000000ull /* clone3 only */
#define CLONE_INTO_CGROUP    0x200000000ull /* clone3 only */

#define CLONE_ARGS_SIZE_VER0 64
#define CLONE_ARGS_SIZE_VER1 80
#define CLONE_ARGS_SIZE_VER2 88

struct clone_args {
	unsigned long long flags __attribute__((aligned(8)));
	unsigned long long pidfd __attribute__((aligned(8)));
	unsigned long long child_tid __attribute__((aligned(8)));
	unsigned long long parent_tid __attribute__((aligned(8)));
	unsigned long long exit_signal __attribute__((aligned(8)));
	unsigned long long stack __attribute__((aligned(8)));
	unsigned long long stack_size __attribute__((aligned(8)));
	unsigned long long tls __attribute__((aligned(8)));
	unsigned long long set_tid __attribute__((aligned(8)));
	unsigned long long set_tid_size __attribute__((aligned(8)));
	unsigned long long cgroup __attribute__((aligned(8)));
};

_Static_assert(sizeof(struct sched_attr) == SCHED_ATTR_SIZE_VER1, "ABI");
_Static_assert(sizeof(struct clone_args) == CLONE_ARGS_SIZE_VER2, "ABI");

#endif
