// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system calls of clocks and of sleeping (man 2 clock_gettime, clock_nanosleep, settimeofday).
 *
 * Data: a clock id >= 0 names one of the system's clocks. A negative one is a CPU-time clock: bits
 * 0-1 say what is counted, bit 2 whether of a thread, and the rest is the complement of the pid.
 *
 *	31                    3   2      1 0
 *	[ ~pid, 0 = the caller | thread | which ]   which: 0 PROF, 1 VIRT, 2 SCHED
 *
 * Sleeps: do_nanosleep(). An interrupted relative sleep leaves the rest in *rmtp and a
 * restart_block with the absolute end, so that stopping and continuing does not prolong it.
 * Linux: kernel/time/posix-timers.c, posix-cpu-timers.c, hrtimer.c, time.c.
 */
#include "kernel/time.h"
#include "kernel/syscall.h"
#include "kernel/lib/string.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/cputime.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/timeout.h"
#include "kernel/x86/uaccess.h"

static struct timezone sys_tz;

/* ---- user memory ---- */

int get_timespec64(struct timespec64 *ts, const struct __kernel_timespec __user *uts)
{
	struct __kernel_timespec kts;

	if (copy_from_user(&kts, uts, sizeof(kts)))
		return -EFAULT;
	ts->tv_sec = kts.tv_sec;
	ts->tv_nsec = kts.tv_nsec;
	return 0;
}

int put_timespec64(const struct timespec64 *ts, struct __kernel_timespec __user *uts)
{
	struct __kernel_timespec kts = { ts->tv_sec, ts->tv_nsec };

	return copy_to_user(uts, &kts, sizeof(kts)) ? -EFAULT : 0;
}

int get_itimerspec64(struct itimerspec64 *its, const struct __kernel_itimerspec __user *uits)
{
	int ret = get_timespec64(&its->it_interval, &uits->it_interval);

	return ret ? ret : get_timespec64(&its->it_value, &uits->it_value);
}

int put_itimerspec64(const struct itimerspec64 *its, struct __kernel_itimerspec __user *uits)
{
	int ret = put_timespec64(&its->it_interval, &uits->it_interval);

	return ret ? ret : put_timespec64(&its->it_value, &uits->it_value);
}

/* ---- reading ---- */

struct task_struct *cpu_clock_task(int clock)
{
	pid_t pid = CPUCLOCK_PID(clock);
	struct task_struct *task;

	if ((clock & 3) >= CPUCLOCK_MAX)
		return NULL;
	if (pid == 0)
		return get_task_struct(current);
	task = find_get_task_by_pid(pid);
	if (!task)
		return NULL;
	/* Others' threads may not be looked at; a process clock needs the process's id. */
	if (clock & CPUCLOCK_PERTHREAD ? !same_thread_group(task, current) :
					 !thread_group_leader(task) && task != current) {
		put_task_struct(task);
		return NULL;
	}
	return task;
}

u64 cpu_clock_sample(int clock, struct task_struct *task)
{
	struct task_cputime times;
	u64 utime, stime;

	if ((clock & 3) == CPUCLOCK_SCHED)
		return clock & CPUCLOCK_PERTHREAD ? task_sched_runtime(task) :
						    thread_group_runtime(task);
	if (clock & CPUCLOCK_PERTHREAD) {
		task_cputime(task, &utime, &stime);
	} else {
		thread_group_cputime(task, &times);
		utime = times.utime;
		stime = times.stime;
	}
	return (clock & 3) == CPUCLOCK_VIRT ? utime : utime + stime;
}

int normalise_clock(int clock)
{
	if (clock == CLOCK_PROCESS_CPUTIME_ID)
		return make_process_cpuclock(0, CPUCLOCK_SCHED);
	if (clock == CLOCK_THREAD_CPUTIME_ID)
		return make_thread_cpuclock(0, CPUCLOCK_SCHED);
	return clock;
}

int clock_read(int clock, ktime_t *now)
{
	struct task_struct *task;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_ALARM:
		*now = ktime_get_real();
		return 0;
	case CLOCK_REALTIME_COARSE:
		*now = ktime_get_coarse_real();
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		*now = ktime_get();
		return 0;
	case CLOCK_MONOTONIC_COARSE:
		*now = ktime_get();
		*now -= *now % TICK_NSEC;
		return 0;
	case CLOCK_TAI:
		*now = ktime_get_real() + ktime_tai_offset();
		return 0;
	}
	clock = normalise_clock(clock);
	if (clock >= 0)
		return -EINVAL;
	task = cpu_clock_task(clock);
	if (!task)
		return -EINVAL;
	*now = cpu_clock_sample(clock, task);
	put_task_struct(task);
	return 0;
}

SYSCALL_DEFINE2(clock_gettime, int, clock, struct __kernel_timespec __user *, uts)
{
	struct timespec64 ts;
	ktime_t now;
	int ret = clock_read(clock, &now);

	if (ret)
		return ret;
	ts = ns_to_timespec64(now);
	return put_timespec64(&ts, uts);
}

SYSCALL_DEFINE2(clock_getres, int, clock, struct __kernel_timespec __user *, uts)
{
	struct timespec64 ts = { 0, 1 };
	ktime_t now;
	int ret = clock_read(clock, &now);

	if (ret)
		return ret;
	if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
		ts.tv_nsec = TICK_NSEC;
	else if (clock < 0 && (clock & 3) != CPUCLOCK_SCHED)
		ts.tv_nsec = TICK_NSEC;
	return uts ? put_timespec64(&ts, uts) : 0;
}

SYSCALL_DEFINE2(gettimeofday, struct __kernel_old_timeval __user *, utv, struct timezone __user *,
		utz)
{
	if (utv) {
		struct __kernel_old_timeval tv = ns_to_timeval(ktime_get_real());

		if (copy_to_user(utv, &tv, sizeof(tv)))
			return -EFAULT;
	}
	if (utz && copy_to_user(utz, &sys_tz, sizeof(sys_tz)))
		return -EFAULT;
	return 0;
}

SYSCALL_DEFINE1(time, long __user *, utime)
{
	long now = ktime_get_real_seconds();

	if (utime && put_user(now, utime))
		return -EFAULT;
	return now;
}

/* ---- setting ---- */

/* CLOCK_MONOTONIC began at boot, so CLOCK_REALTIME may not be set to before that. */
static int set_realtime(const struct timespec64 *ts)
{
	if (!timespec64_valid(ts) || ts->tv_sec >= KTIME_SEC_MAX - 30ll * 365 * 24 * 3600)
		return -EINVAL;
	if (timespec64_to_ktime(*ts) < ktime_get())
		return -EINVAL;
	do_settimeofday64(timespec64_to_ktime(*ts));
	return 0;
}

SYSCALL_DEFINE2(clock_settime, int, clock, const struct __kernel_timespec __user *, uts)
{
	struct timespec64 ts;
	ktime_t now;
	int ret;

	if (clock != CLOCK_REALTIME) {
		/* Linux: CPU clocks are known but cannot be set; the others have no such call. */
		if (normalise_clock(clock) < 0 && !clock_read(clock, &now))
			return clock < 0 ? -EPERM : -EINVAL;
		return -EINVAL;
	}
	ret = get_timespec64(&ts, uts);
	if (ret)
		return ret;
	if (!timespec64_valid(&ts))
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	return set_realtime(&ts);
}

SYSCALL_DEFINE2(settimeofday, struct __kernel_old_timeval __user *, utv, struct timezone __user *,
		utz)
{
	struct __kernel_old_timeval tv;
	struct timespec64 ts = {};
	struct timezone tz;

	if (utv) {
		if (copy_from_user(&tv, utv, sizeof(tv)))
			return -EFAULT;
		if (tv.tv_usec < 0 || tv.tv_usec >= USEC_PER_SEC)
			return -EINVAL;
		ts.tv_sec = tv.tv_sec;
		ts.tv_nsec = tv.tv_usec * NSEC_PER_USEC;
		if (!timespec64_valid(&ts))
			return -EINVAL;
	}
	if (utz && copy_from_user(&tz, utz, sizeof(tz)))
		return -EFAULT;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (utz) {
		if (tz.tz_minuteswest > 15 * 60 || tz.tz_minuteswest < -15 * 60)
			return -EINVAL;
		sys_tz = tz;
	}
	return utv ? set_realtime(&ts) : 0;
}

/* Nothing disciplines the clock here: reading shows a free-running one, changing is refused. */
static int do_adjtimex(struct __kernel_timex __user *utx)
{
	struct __kernel_timex tx;
	struct timespec64 now;

	if (copy_from_user(&tx, utx, sizeof(tx)))
		return -EFAULT;
	if (tx.modes & ADJ_ADJTIME) {
		/* The old adjtime(3): singleshot is needed, and reading is free to all. */
		if (!(tx.modes & ADJ_OFFSET))
			return -EINVAL;
		if (!(tx.modes & ADJ_OFFSET_READONLY))
			return capable(CAP_SYS_TIME) ? -EOPNOTSUPP : -EPERM;
	} else if (tx.modes) {
		return capable(CAP_SYS_TIME) ? -EOPNOTSUPP : -EPERM;
	}
	ktime_get_real_ts64(&now);
	memset(&tx, 0, sizeof(tx));
	tx.maxerror = tx.esterror = 16000000;
	tx.status = STA_UNSYNC;
	tx.constant = 2;
	tx.precision = 1;
	tx.tolerance = 32768000;
	tx.tick = USEC_PER_SEC / USER_HZ;
	tx.time.tv_sec = now.tv_sec;
	tx.time.tv_usec = now.tv_nsec / NSEC_PER_USEC;
	return copy_to_user(utx, &tx, sizeof(tx)) ? -EFAULT : TIME_ERROR;
}

SYSCALL_DEFINE1(adjtimex, struct __kernel_timex __user *, utx)
{
	return do_adjtimex(utx);
}

SYSCALL_DEFINE2(clock_adjtime, int, clock, struct __kernel_timex __user *, utx)
{
	struct __kernel_timex tx;
	ktime_t now;

	if (clock == CLOCK_REALTIME)
		return do_adjtimex(utx);
	if (copy_from_user(&tx, utx, sizeof(tx)))
		return -EFAULT;
	return clock_read(clock, &now) ? -EINVAL : -EOPNOTSUPP;
}

/* ---- sleeping ---- */

int clock_for_hrtimer(int clock)
{
	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_MONOTONIC:
	case CLOCK_TAI:
		return clock;
	case CLOCK_BOOTTIME:
		return CLOCK_MONOTONIC;
	default:
		return -1;
	}
}

/* Until expires on that clock: 0, or -EINTR when a signal came first. */
static int do_nanosleep(int clock, ktime_t expires)
{
	struct hrtimer_sleeper sleeper;

	hrtimer_sleeper_init(&sleeper, clock);
	do {
		set_current_state(TASK_INTERRUPTIBLE);
		hrtimer_start(&sleeper.timer, expires, HRTIMER_MODE_ABS);
		if (READ_ONCE(sleeper.task))
			schedule();
		hrtimer_cancel(&sleeper.timer);
	} while (READ_ONCE(sleeper.task) && !signal_pending(current));
	__set_current_state(TASK_RUNNING);
	return READ_ONCE(sleeper.task) ? -EINTR : 0;
}

static int store_remaining(int clock, ktime_t expires, struct __kernel_timespec __user *rmtp)
{
	struct timespec64 left;
	ktime_t now, rest;

	clock_read(clock, &now);
	rest = expires - now;
	if (rest <= 0)
		return 0;
	left = ns_to_timespec64(rest);
	if (rmtp && put_timespec64(&left, rmtp))
		return -EFAULT;
	return -ERESTART_RESTARTBLOCK;
}

static long nanosleep_restart(struct restart_block *restart)
{
	int clock = restart->nanosleep.clockid;

	if (!do_nanosleep(clock, restart->nanosleep.expires))
		return 0;
	return store_remaining(clock, restart->nanosleep.expires, restart->nanosleep.rmtp);
}

/* A relative sleep: on CLOCK_MONOTONIC even for CLOCK_REALTIME, which may be set meanwhile. */
static long sleep_relative(int clock, ktime_t duration, struct __kernel_timespec __user *rmtp)
{
	struct restart_block *restart = &current->restart_block;
	ktime_t expires;
	int ret;

	if (clock == CLOCK_REALTIME)
		clock = CLOCK_MONOTONIC;
	clock_read(clock, &expires);
	expires = ktime_add_safe(expires, duration);
	if (!do_nanosleep(clock, expires))
		return 0;
	ret = store_remaining(clock, expires, rmtp);
	if (ret == -ERESTART_RESTARTBLOCK) {
		restart->fn = nanosleep_restart;
		restart->nanosleep.clockid = clock;
		restart->nanosleep.expires = expires;
		restart->nanosleep.rmtp = rmtp;
	}
	return ret;
}

/*
 * Until a CPU-time clock reaches a value. CPU time cannot pass faster than real time on every CPU,
 * so sleeping for the difference is never too long; then there is another, smaller one.
 */
static long sleep_until_cpu_time(int clock, ktime_t expires)
{
	ktime_t now;

	for (;;) {
		if (clock_read(clock, &now)) /* the process has ended */
			return -ESRCH;
		if (now >= expires)
			return 0;
		now = max((expires - now) / num_online_cpus(), (ktime_t)NSEC_PER_MSEC);
		if (do_nanosleep(CLOCK_MONOTONIC, ktime_add_safe(ktime_get(), now)))
			return -EINTR;
	}
}

static long cpu_nanosleep_restart(struct restart_block *restart)
{
	int clock = restart->nanosleep.clockid;
	long ret = sleep_until_cpu_time(clock, restart->nanosleep.expires);

	if (ret != -EINTR)
		return ret;
	return store_remaining(clock, restart->nanosleep.expires, restart->nanosleep.rmtp);
}

static long cpu_nanosleep(int clock, int flags, ktime_t expires,
			  struct __kernel_timespec __user *rmtp)
{
	struct restart_block *restart = &current->restart_block;
	pid_t pid = CPUCLOCK_PID(clock);
	ktime_t now;
	long ret;

	/* A sleeping thread does not use CPU time. */
	if ((clock & CPUCLOCK_PERTHREAD) && (pid == 0 || pid == current->pid))
		return -EINVAL;
	if (!(flags & TIMER_ABSTIME)) {
		if (clock_read(clock, &now))
			return -EINVAL;
		expires = ktime_add_safe(now, expires);
	}
	ret = sleep_until_cpu_time(clock, expires);
	if (ret != -EINTR)
		return ret;
	if (flags & TIMER_ABSTIME)
		return -ERESTARTNOHAND;
	ret = store_remaining(clock, expires, rmtp);
	if (ret == -ERESTART_RESTARTBLOCK) {
		restart->fn = cpu_nanosleep_restart;
		restart->nanosleep.clockid = clock;
		restart->nanosleep.expires = expires;
		restart->nanosleep.rmtp = rmtp;
	}
	return ret;
}

SYSCALL_DEFINE2(nanosleep, struct __kernel_timespec __user *, rqtp,
		struct __kernel_timespec __user *, rmtp)
{
	struct timespec64 ts;

	if (get_timespec64(&ts, rqtp))
		return -EFAULT;
	if (!timespec64_valid(&ts))
		return -EINVAL;
	return sleep_relative(CLOCK_MONOTONIC, timespec64_to_ktime(ts), rmtp);
}

SYSCALL_DEFINE4(clock_nanosleep, int, clock, int, flags, const struct __kernel_timespec __user *,
		rqtp, struct __kernel_timespec __user *, rmtp)
{
	struct timespec64 ts;
	ktime_t now;

	if (clock_read(clock, &now))
		return -EINVAL;
	if (clock == CLOCK_THREAD_CPUTIME_ID ||
	    (clock_for_hrtimer(clock) < 0 && normalise_clock(clock) >= 0))
		return -EOPNOTSUPP;
	if (get_timespec64(&ts, rqtp))
		return -EFAULT;
	if (!timespec64_valid(&ts))
		return -EINVAL;
	if (clock_for_hrtimer(clock) < 0)
		return cpu_nanosleep(normalise_clock(clock), flags, timespec64_to_ktime(ts), rmtp);
	clock = clock_for_hrtimer(clock);
	if (!(flags & TIMER_ABSTIME))
		return sleep_relative(clock, timespec64_to_ktime(ts), rmtp);
	return do_nanosleep(clock, timespec64_to_ktime(ts)) ? -ERESTARTNOHAND : 0;
}
