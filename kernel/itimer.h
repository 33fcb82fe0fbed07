/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interval timers and POSIX timers, for fork, exec, exit and signal delivery. (The limit
 * RLIMIT_CPU needs no call: the tick reads it.)
 */
#ifndef CONDUIT_ITIMER_H
#define CONDUIT_ITIMER_H

struct signal_struct;
struct task_struct;

/* fork: a new process has no timer armed. */
void init_itimers(struct signal_struct *signal);
/*
 * The last thread ends, or exec: POSIX timers go (timer_create). Sleeps, no locks held. The exit
 * path also calls itimer_real_cancel().
 */
void exit_itimers(struct task_struct *task);
/* ITIMER_REAL stops; waits for its function, so siglock is not held. */
void itimer_real_cancel(struct signal_struct *signal);
/* SIGALRM was taken: a periodic ITIMER_REAL starts its next round. siglock held. */
void itimer_real_rearm(struct task_struct *task);

#endif
