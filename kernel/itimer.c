// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interval timers: setitimer(2), getitimer(2), alarm(2); and RLIMIT_CPU.
 *
 * Idea: ITIMER_REAL is an hrtimer in the signal_struct. It fires once; the next round starts when
 * the SIGALRM is taken (itimer_real_rearm), so a process that blocks the signal is not interrupted
 * for nothing. ITIMER_VIRTUAL and ITIMER_PROF count CPU time and are looked at by the tick, which
 * samples that time anyway.
 *
 * Locking: siglock of the process. The hrtimer's function takes it, so nobody waits for the
 * function (hrtimer_cancel) while holding it. Linux: kernel/time/itimer.c, posix-cpu-timers.c.
 */
#include "kernel/itimer.h"
#include "kernel/posix_timers.h"
#include "kernel/signal_internal.h"
#include "kernel/syscall.h"
#include "kernel/time.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/cputime.h"
#include "kernel/sched/sched.h"
#include "kernel/x86/uaccess.h"

/* SIGALRM to the process whose timer it is. */
static enum hrtimer_restart it_real_fn(struct hrtimer *timer)
{
	struct signal_struct *signal = container_of(timer, struct signal_struct, real_timer);

	rcu_read_lock();
	kill_pid(signal->pids[PIDTYPE_TGID], SIGALRM, 1);
	rcu_read_unlock();
	return HRTIMER_NORESTART;
}

void init_itimers(struct signal_struct *signal)
{
	hrtimer_init(&signal->real_timer, CLOCK_MONOTONIC);
	signal->real_timer.function = it_real_fn;
	signal->it_real_incr = 0;
	signal->it[0] = signal->it[1] = (struct cpu_itimer){};
	INIT_LIST_HEAD(&signal->posix_timers);
}

void itimer_real_cancel(struct signal_struct *signal)
{
	hrtimer_cancel(&signal->real_timer);
}

void itimer_real_rearm(struct task_struct *task)
{
	struct signal_struct *signal = task->signal;
	struct hrtimer *timer = &signal->real_timer;

	if (!signal->it_real_incr || hrtimer_is_queued(timer))
		return;
	hrtimer_forward_now(timer, signal->it_real_incr);
	hrtimer_start(timer, timer->expires, HRTIMER_MODE_ABS);
}

/* ---- the tick's part ---- */

/* siglock held. now: CPU time of the kind that the timer counts. */
static void check_cpu_itimer(struct cpu_itimer *it, u64 now, int sig)
{
	if (!it->expires || now < it->expires)
		return;
	it->expires = it->incr ? it->expires + it->incr : 0;
	send_signal_locked(sig, SEND_SIG_PRIV, current, PIDTYPE_TGID);
}

/* siglock held. Soft limit: SIGXCPU each second; hard limit: SIGKILL. */
static void check_rlimit_cpu(struct signal_struct *signal, u64 now)
{
	struct rlimit *limit = &signal->rlim[RLIMIT_CPU];

	if (limit->rlim_cur == RLIM_INFINITY)
		return;
	if (limit->rlim_max != RLIM_INFINITY && now >= limit->rlim_max * NSEC_PER_SEC) {
		send_signal_locked(SIGKILL, SEND_SIG_PRIV, current, PIDTYPE_TGID);
		return;
	}
	if (now >= limit->rlim_cur * NSEC_PER_SEC) {
		limit->rlim_cur++; /* as Linux does; visible in getrlimit() */
		send_signal_locked(SIGXCPU, SEND_SIG_PRIV, current, PIDTYPE_TGID);
	}
}

void run_posix_cpu_timers(void)
{
	struct task_struct *task = current;
	struct signal_struct *signal = task->signal;
	unsigned long flags;
	u64 utime, stime;

	/* What nearly every tick finds: nothing to do. */
	if (likely(!signal->it[ITIMER_VIRTUAL_INDEX].expires &&
		   !signal->it[ITIMER_PROF_INDEX].expires &&
		   signal->rlim[RLIMIT_CPU].rlim_cur == RLIM_INFINITY && !signal->nr_cpu_timers))
		return;
	if (!lock_task_sighand(task, &flags)) /* exiting */
		return;
	thread_group_sample_cputime(task, &utime, &stime);
	check_cpu_itimer(&signal->it[ITIMER_VIRTUAL_INDEX], utime, SIGVTALRM);
	check_cpu_itimer(&signal->it[ITIMER_PROF_INDEX], utime + stime, SIGPROF);
	check_rlimit_cpu(signal, utime + stime);
	unlock_task_sighand(task, &flags);
	if (signal->nr_cpu_timers)
		posix_cpu_timers_check(task);
}

/* ---- setting and reading ---- */

static bool timeval_valid(const struct __kernel_old_timeval *tv)
{
	return tv->tv_sec >= 0 && tv->tv_usec >= 0 && tv->tv_usec < USEC_PER_SEC;
}

static u64 timeval_to_ns(const struct __kernel_old_timeval *tv)
{
	return ktime_set(tv->tv_sec, tv->tv_usec * NSEC_PER_USEC);
}

/* An itimer in nanoseconds: value until the next signal (0: off) and period. */
struct itimer_ns {
	u64 value, interval;
};

/* siglock held. At least 1 µs while it is running: 0 would say that it is off. */
static struct itimer_ns get_real(struct signal_struct *signal)
{
	struct itimer_ns it = { .interval = signal->it_real_incr };
	ktime_t left;

	if (hrtimer_active(&signal->real_timer)) {
		left = hrtimer_get_remaining(&signal->real_timer);
		it.value = left > 0 ? left : NSEC_PER_USEC;
	}
	return it;
}

static u64 cpu_itimer_now(struct task_struct *task, int index)
{
	u64 utime, stime;

	thread_group_sample_cputime(task, &utime, &stime);
	return index == ITIMER_VIRTUAL_INDEX ? utime : utime + stime;
}

/* siglock held. */
static struct itimer_ns get_cpu(struct task_struct *task, int index)
{
	struct cpu_itimer *it = &task->signal->it[index];
	struct itimer_ns ns = { .interval = it->incr };
	u64 now;

	if (it->expires) {
		now = cpu_itimer_now(task, index);
		ns.value = it->expires > now ? it->expires - now : TICK_NSEC;
	}
	return ns;
}

static struct itimer_ns do_getitimer(int which)
{
	struct task_struct *task = current;
	struct itimer_ns it;

	spin_lock_irq(&task->sighand->siglock);
	if (which == ITIMER_REAL)
		it = get_real(task->signal);
	else
		it = get_cpu(task,
			     which == ITIMER_VIRTUAL ? ITIMER_VIRTUAL_INDEX : ITIMER_PROF_INDEX);
	spin_unlock_irq(&task->sighand->siglock);
	return it;
}

static struct itimer_ns set_real(struct signal_struct *signal, const struct itimer_ns *new)
{
	spinlock_t *siglock = &current->sighand->siglock;
	struct itimer_ns old;

	for (;;) {
		spin_lock_irq(siglock);
		old = get_real(signal);
		if (hrtimer_try_to_cancel(&signal->real_timer) >= 0)
			break;
		/* Its function runs on another CPU and may want siglock. */
		spin_unlock_irq(siglock);
		cpu_relax();
	}
	if (new->value) {
		signal->it_real_incr = new->interval;
		hrtimer_start(&signal->real_timer, new->value, HRTIMER_MODE_REL);
	} else {
		signal->it_real_incr = 0;
	}
	spin_unlock_irq(siglock);
	return old;
}

static struct itimer_ns set_cpu(struct task_struct *task, int index, const struct itimer_ns *new)
{
	struct cpu_itimer *it = &task->signal->it[index];
	struct itimer_ns old;

	spin_lock_irq(&task->sighand->siglock);
	old = get_cpu(task, index);
	/* One tick more: the current one has been going on for a while already. */
	it->expires = new->value ? cpu_itimer_now(task, index) + new->value + TICK_NSEC : 0;
	it->incr = new->interval;
	spin_unlock_irq(&task->sighand->siglock);
	return old;
}

static struct itimer_ns do_setitimer(int which, const struct itimer_ns *new)
{
	switch (which) {
	case ITIMER_REAL:
		return set_real(current->signal, new);
	case ITIMER_VIRTUAL:
		return set_cpu(current, ITIMER_VIRTUAL_INDEX, new);
	default:
		return set_cpu(current, ITIMER_PROF_INDEX, new);
	}
}

/* ---- system calls ---- */

static int put_itimerval(const struct itimer_ns *it, struct __kernel_old_itimerval __user *uvalue)
{
	struct __kernel_old_itimerval value = {
		.it_interval = ns_to_timeval(it->interval),
		.it_value = ns_to_timeval(it->value),
	};

	return copy_to_user(uvalue, &value, sizeof(value)) ? -EFAULT : 0;
}

SYSCALL_DEFINE2(getitimer, int, which, struct __kernel_old_itimerval __user *, uvalue)
{
	struct itimer_ns it;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	it = do_getitimer(which);
	return put_itimerval(&it, uvalue);
}

/* A null new value turns the timer off, as Linux has always done. */
SYSCALL_DEFINE3(setitimer, int, which, struct __kernel_old_itimerval __user *, uvalue,
		struct __kernel_old_itimerval __user *, uold)
{
	struct __kernel_old_itimerval value = {};
	struct itimer_ns new, old;

	if (uvalue && copy_from_user(&value, uvalue, sizeof(value)))
		return -EFAULT;
	if (!timeval_valid(&value.it_value) || !timeval_valid(&value.it_interval))
		return -EINVAL;
	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	new.value = timeval_to_ns(&value.it_value);
	new.interval = timeval_to_ns(&value.it_interval);
	old = do_setitimer(which, &new);
	return uold ? put_itimerval(&old, uold) : 0;
}

/* Whole seconds; what was left is rounded, but never to 0. */
SYSCALL_DEFINE1(alarm, unsigned int, seconds)
{
	struct itimer_ns new = { .value = seconds * (u64)NSEC_PER_SEC }, old;
	u64 left;

	old = do_setitimer(ITIMER_REAL, &new);
	left = old.value / NSEC_PER_SEC;
	if ((!left && old.value) || old.value % NSEC_PER_SEC >= NSEC_PER_SEC / 2)
		left++;
	return left;
}
