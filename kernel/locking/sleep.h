/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a sleeping lock needs of the scheduler: task states, schedule(), wake_up_process().
 * Implemented in kernel/sched/core.c; the header is here because locking is below sched.
 *
 * The protocol that loses no wake-up: set_current_state(), test the condition, schedule(). The
 * waker makes the condition true and then calls wake_up_process(). The barrier in
 * set_current_state() and the one in the waker's try_to_wake_up() make sure that one sees the other.
 */
#ifndef CONDUIT_LOCKING_SLEEP_H
#define CONDUIT_LOCKING_SLEEP_H

#include "kernel/lib/types.h"
#include "kernel/lib/compiler.h"

struct task_struct;

#define TASK_RUNNING         0x0000
#define TASK_INTERRUPTIBLE   0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define __TASK_STOPPED       0x0004
#define __TASK_TRACED        0x0008
#define TASK_PARKED          0x0040
#define TASK_DEAD            0x0080
#define TASK_WAKEKILL        0x0100 /* a fatal signal wakes it */
#define TASK_WAKING          0x0200
#define TASK_NOLOAD          0x0400
#define TASK_NEW             0x0800

#define TASK_KILLABLE  (TASK_WAKEKILL | TASK_UNINTERRUPTIBLE)
#define TASK_STOPPED   (TASK_WAKEKILL | __TASK_STOPPED)
#define TASK_IDLE      (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define TASK_NORMAL    (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)
#define TASK_ALL_SLEEP (TASK_NORMAL | __TASK_STOPPED | __TASK_TRACED)

#define MAX_SCHEDULE_TIMEOUT ((long)(~0ul >> 1))

/* Gives up the CPU: until woken if the state is not TASK_RUNNING. Sleeps. */
void schedule(void);
/* Debug builds, with a seed for schedules (sched/seed.c): a place where others may go first. */
extern bool sched_seeded;
void __sched_seed_point(void);
/* At most so many ns; returns what was left, 0 when the time ran out. */
long schedule_timeout(long timeout_ns);
/* True when this made the task runnable. Any context. */
int wake_up_process(struct task_struct *task);

/* With a full barrier after it, and without. */
void set_current_state(unsigned int state);
void __set_current_state(unsigned int state);
/* A signal that ends a sleep in this state is pending for current. */
bool current_signal_pending_state(unsigned int state);

#endif
