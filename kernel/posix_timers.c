// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX per-process timers: timer_create(2) and its relatives.
 *
 * Idea: a timer owns one sigqueue entry for life, so that expiring needs no memory. While the entry
 * is pending a periodic timer stands still; when the signal is taken, posixtimer_rearm() counts the
 * periods that went by (the overrun) and starts it again. Timers on the system's clocks are hrtimers;
 * those on CPU-time clocks are compared by the tick.
 *
 * Data: signal_struct.posix_timers, a list of struct k_itimer. si_sys_private in the queued siginfo
 * carries it_requeue_pending: when it differs, the timer has been set anew since and the signal is
 * an old one.
 *
 * Locking: k_itimer.it_lock, then siglock. Look-up under RCU: a timer is freed after a grace period.
 * it_lock is taken by the timer's function, so cancelling retries with the lock released.
 * Linux: kernel/time/posix-timers.c, posix-cpu-timers.c. Left out: alarm clocks, CPU clocks of
 * other processes.
 */
#include "kernel/itimer.h"
#include "kernel/posix_timers.h"
#include "kernel/syscall.h"
#include "kernel/time.h"
#include "kernel/lib/string.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/cputime.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/sched.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"

#define DELAYTIMER_MAX 0x7fffffff

/* [K] it_lock, [L] siglock, [I] never changes */
struct k_itimer {
	struct list_head list; /* [L] in signal->posix_timers */
	spinlock_t it_lock;
	bool deleted;                 /* [K] */
	int it_id;                    /* [I] */
	int it_clock;                 /* [I] */
	int it_sigev_notify;          /* [I] SIGEV_* */
	struct pid *it_pid;           /* [I] the process or thread that gets the signal */
	struct sigqueue *sigq;        /* [I] */
	u64 it_interval;              /* [K] ns, 0: once */
	s64 it_overrun;               /* [K] since the last signal was sent, -1: none yet */
	s64 it_overrun_last;          /* [K] of the signal taken last */
	int it_requeue_pending;       /* [K] odd: a signal is on its way */
	struct hrtimer timer;         /* [K] system clocks */
	struct task_struct *cpu_task; /* [I] CPU clocks: whose time, with a reference */
	u64 cpu_expires;              /* [L] CPU clocks: 0 = not armed */
	u64 cpu_last;                 /* [K] … when it was due last */
	struct rcu_head rcu;
};

static struct k_itimer *find_timer(struct signal_struct *signal, int id)
{
	struct k_itimer *timer;

	list_for_each_entry (timer, &signal->posix_timers, list) {
		if (timer->it_id == id)
			return timer;
	}
	return NULL;
}

/* The timer with it_lock held, or NULL. */
static struct k_itimer *lock_timer(int id, unsigned long *flags)
{
	struct k_itimer *timer;

	rcu_read_lock();
	spin_lock_irqsave(&current->sighand->siglock, *flags);
	timer = find_timer(current->signal, id);
	spin_unlock_irqrestore(&current->sighand->siglock, *flags);
	if (timer) {
		spin_lock_irqsave(&timer->it_lock, *flags);
		if (timer->deleted) {
			spin_unlock_irqrestore(&timer->it_lock, *flags);
			timer = NULL;
		}
	}
	rcu_read_unlock();
	return timer;
}

static void unlock_timer(struct k_itimer *timer, unsigned long flags)
{
	spin_unlock_irqrestore(&timer->it_lock, flags);
}

/* ---- expiry ---- */

/* Positive: the signal is ignored. it_lock held. */
static int posix_timer_event(struct k_itimer *timer, int si_private)
{
	enum pid_type type = timer->it_sigev_notify & SIGEV_THREAD_ID ? PIDTYPE_PID : PIDTYPE_TGID;

	timer->sigq->info.si_sys_private = si_private;
	return send_sigqueue(timer->sigq, timer->it_pid, type);
}

static enum hrtimer_restart posix_timer_fn(struct hrtimer *hrtimer)
{
	struct k_itimer *timer = container_of(hrtimer, struct k_itimer, timer);
	enum hrtimer_restart ret = HRTIMER_NORESTART;
	unsigned long flags;
	int si_private = 0;

	spin_lock_irqsave(&timer->it_lock, flags);
	if (timer->it_interval)
		si_private = ++timer->it_requeue_pending;
	if (posix_timer_event(timer, si_private) && timer->it_interval && !timer->deleted) {
		/*
		 * Ignored, so nobody will take it and start the next round. SIG_IGN may be changed
		 * later, so go on, but not faster than the tick.
		 */
		u64 interval = max(timer->it_interval, (u64)TICK_NSEC);

		timer->it_overrun += hrtimer_forward_now(hrtimer, interval);
		++timer->it_requeue_pending;
		ret = HRTIMER_RESTART;
	}
	spin_unlock_irqrestore(&timer->it_lock, flags);
	return ret;
}

/* it_lock held, siglock not. */
static void cpu_timer_arm(struct k_itimer *timer, u64 expires)
{
	unsigned long flags;

	/* From the tick of a leader that another thread's exec is releasing: it has none any more. */
	if (!lock_task_sighand(current, &flags))
		return;
	current->signal->nr_cpu_timers += !!expires - !!timer->cpu_expires;
	timer->cpu_expires = expires;
	unlock_task_sighand(current, &flags);
}

/* Moves a CPU-time expiry beyond now by whole periods; how many. */
static u64 cpu_timer_forward(struct k_itimer *timer, u64 *expires, u64 now)
{
	u64 periods;

	if (now < *expires)
		return 0;
	periods = (now - *expires) / timer->it_interval + 1;
	*expires += periods * timer->it_interval;
	return periods;
}

static void cpu_timer_fire(struct k_itimer *timer, u64 expired, u64 now)
{
	unsigned long flags;
	int si_private = 0;

	spin_lock_irqsave(&timer->it_lock, flags);
	timer->cpu_last = expired;
	if (timer->deleted || timer->it_sigev_notify == SIGEV_NONE)
		goto out;
	if (timer->it_interval)
		si_private = ++timer->it_requeue_pending;
	if (posix_timer_event(timer, si_private) && timer->it_interval) {
		/* Ignored: see posix_timer_fn(). */
		timer->it_overrun += cpu_timer_forward(timer, &timer->cpu_last, now);
		cpu_timer_arm(timer, timer->cpu_last);
		++timer->it_requeue_pending;
	}
out:
	spin_unlock_irqrestore(&timer->it_lock, flags);
}

/* siglock held. An expired timer, disarmed; *expired says when it should have fired. */
static struct k_itimer *next_expired(struct signal_struct *signal, u64 *expired, u64 *now)
{
	struct k_itimer *timer;

	list_for_each_entry (timer, &signal->posix_timers, list) {
		if (!timer->cpu_expires)
			continue;
		*now = cpu_clock_sample(timer->it_clock, timer->cpu_task);
		if (*now < timer->cpu_expires)
			continue;
		*expired = timer->cpu_expires;
		timer->cpu_expires = 0;
		signal->nr_cpu_timers--;
		return timer;
	}
	return NULL;
}

void posix_cpu_timers_check(struct task_struct *task)
{
	struct k_itimer *timer;
	u64 expired = 0, now = 0;
	unsigned long flags;

	rcu_read_lock();
	do {
		if (!lock_task_sighand(task, &flags))
			break;
		timer = next_expired(task->signal, &expired, &now);
		unlock_task_sighand(task, &flags);
		if (timer)
			cpu_timer_fire(timer, expired, now);
	} while (timer);
	rcu_read_unlock();
}

/* it_lock held: the next round of a periodic timer whose signal has been taken. */
static void timer_rearm(struct k_itimer *timer)
{
	if (timer->cpu_task) {
		u64 now = cpu_clock_sample(timer->it_clock, timer->cpu_task);

		timer->it_overrun += cpu_timer_forward(timer, &timer->cpu_last, now);
		cpu_timer_arm(timer, timer->cpu_last);
		return;
	}
	timer->it_overrun += hrtimer_forward_now(&timer->timer, timer->it_interval);
	hrtimer_start(&timer->timer, timer->timer.expires, HRTIMER_MODE_ABS);
}

/* Called by dequeue_signal(), interrupts off, siglock released. */
void posixtimer_rearm(struct siginfo *info)
{
	struct k_itimer *timer;
	unsigned long flags;

	timer = lock_timer(info->si_tid, &flags);
	if (!timer)
		return;
	if (timer->it_interval && timer->it_requeue_pending == info->si_sys_private) {
		timer_rearm(timer);
		timer->it_overrun_last = timer->it_overrun;
		timer->it_overrun = -1;
		++timer->it_requeue_pending;
		info->si_overrun = min((s64)info->si_overrun + timer->it_overrun_last,
				       (s64)DELAYTIMER_MAX);
		if (info->si_overrun < 0)
			info->si_overrun = 0;
	}
	unlock_timer(timer, flags);
}

/* ---- making and deleting ---- */

/* Who gets the signal, without a reference; NULL: the sigevent is not valid. */
static struct pid *good_sigevent(const struct sigevent *event)
{
	struct pid *pid = task_tgid(current);
	struct task_struct *thread;

	switch (event->sigev_notify) {
	case SIGEV_SIGNAL | SIGEV_THREAD_ID:
		pid = find_pid(event->_tid);
		thread = pid_task(pid, PIDTYPE_PID);
		if (!thread || !same_thread_group(thread, current))
			return NULL;
		/* fall through */
	case SIGEV_SIGNAL:
	case SIGEV_THREAD:
		if (event->sigev_signo <= 0 || event->sigev_signo > _NSIG)
			return NULL;
		/* fall through */
	case SIGEV_NONE:
		return pid;
	default:
		return NULL;
	}
}

static void free_timer_rcu(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct k_itimer, rcu));
}

static void release_timer(struct k_itimer *timer)
{
	sigqueue_free(timer->sigq);
	put_pid(timer->it_pid);
	if (timer->cpu_task)
		put_task_struct(timer->cpu_task);
	call_rcu(&timer->rcu, free_timer_rcu);
}

/* A timer on one of the system's clocks, not armed. */
static void timer_init(struct k_itimer *timer, int clock)
{
	hrtimer_init(&timer->timer, clock);
	timer->timer.function = posix_timer_fn;
}

/* The clock's part of a new timer: 0 or why such a timer cannot be. */
static int timer_set_clock(struct k_itimer *timer, int clock)
{
	ktime_t now;

	if (clock_read(clock, &now))
		return -EINVAL;
	timer->it_clock = normalise_clock(clock);
	if (timer->it_clock < 0) {
		timer->cpu_task = cpu_clock_task(timer->it_clock);
		if (!timer->cpu_task)
			return -EINVAL;
		return same_thread_group(timer->cpu_task, current) ? 0 : -EOPNOTSUPP;
	}
	if (clock_for_hrtimer(clock) < 0)
		return -EOPNOTSUPP;
	timer_init(timer, clock_for_hrtimer(clock));
	return 0;
}

static int do_timer_create(int clock, const struct sigevent *event, int __user *uid)
{
	struct signal_struct *signal = current->signal;
	struct k_itimer *timer;
	struct siginfo *info;
	int ret;

	timer = kzalloc(sizeof(*timer), GFP_KERNEL);
	if (!timer)
		return -EAGAIN;
	spin_lock_init(&timer->it_lock);
	timer->it_overrun = -1;
	ret = timer_set_clock(timer, clock);
	if (ret)
		goto free_timer;
	ret = -EAGAIN;
	timer->sigq = sigqueue_alloc();
	if (!timer->sigq)
		goto free_timer;

	timer->it_sigev_notify = event ? event->sigev_notify : SIGEV_SIGNAL;
	rcu_read_lock();
	timer->it_pid = get_pid(event ? good_sigevent(event) : task_tgid(current));
	rcu_read_unlock();
	ret = -EINVAL;
	if (!timer->it_pid)
		goto free_sigqueue;

	spin_lock_irq(&current->sighand->siglock);
	timer->it_id = signal->next_posix_timer_id;
	while (find_timer(signal, timer->it_id))
		timer->it_id = (timer->it_id + 1) & DELAYTIMER_MAX;
	signal->next_posix_timer_id = (timer->it_id + 1) & DELAYTIMER_MAX;
	spin_unlock_irq(&current->sighand->siglock);

	info = &timer->sigq->info;
	memset(info, 0, sizeof(*info)); /* all of it goes to user space */
	info->si_signo = event ? event->sigev_signo : SIGALRM;
	info->si_code = SI_TIMER;
	info->si_tid = timer->it_id;
	if (event)
		info->si_value = event->sigev_value;
	else
		info->si_value.sival_int = timer->it_id;

	ret = -EFAULT;
	if (put_user(timer->it_id, uid))
		goto put_pid;
	spin_lock_irq(&current->sighand->siglock);
	list_add(&timer->list, &signal->posix_timers);
	spin_unlock_irq(&current->sighand->siglock);
	return 0;

put_pid:
	put_pid(timer->it_pid);
free_sigqueue:
	sigqueue_free(timer->sigq);
free_timer:
	if (timer->cpu_task)
		put_task_struct(timer->cpu_task);
	kfree(timer);
	return ret;
}

/* it_lock held. False: the function runs at the moment; try again without the lock. */
static bool timer_disarm(struct k_itimer *timer)
{
	if (timer->cpu_task) {
		cpu_timer_arm(timer, 0);
		return true;
	}
	return hrtimer_try_to_cancel(&timer->timer) >= 0;
}

/* it_lock held; released here. The timer is not found any more. */
static bool timer_unlink(struct k_itimer *timer, unsigned long flags)
{
	if (!timer_disarm(timer)) {
		unlock_timer(timer, flags);
		cpu_relax();
		return false;
	}
	timer->deleted = true;
	spin_lock(&current->sighand->siglock);
	list_del(&timer->list);
	spin_unlock(&current->sighand->siglock);
	unlock_timer(timer, flags);
	return true;
}

/* The only thread left, or in exec: nobody else makes or deletes timers. */
void exit_itimers(struct task_struct *task)
{
	struct signal_struct *signal = task->signal;
	struct k_itimer *timer;
	unsigned long flags;

	while (!list_empty(&signal->posix_timers)) {
		timer = list_first_entry(&signal->posix_timers, struct k_itimer, list);
		do {
			spin_lock_irqsave(&timer->it_lock, flags);
		} while (!timer_unlink(timer, flags));
		release_timer(timer);
	}
}

/* ---- setting and reading ---- */

/* it_lock held. What is left and the period; a timer that is due is not shown as off. */
static void timer_get(struct k_itimer *timer, struct itimerspec64 *setting)
{
	bool none = timer->it_sigev_notify == SIGEV_NONE;
	u64 expires, now;
	s64 left = 0;

	setting->it_interval = ns_to_timespec64(timer->it_interval);
	if (timer->cpu_task) {
		now = cpu_clock_sample(timer->it_clock, timer->cpu_task);
		expires = READ_ONCE(timer->cpu_expires);
		if (!expires && timer->it_interval && timer->cpu_last) {
			cpu_timer_forward(timer, &timer->cpu_last, now);
			expires = timer->cpu_last;
		}
		if (expires)
			left = expires > now ? (s64)(expires - now) : 1;
	} else if (timer->timer.expires &&
		   (timer->it_interval || none || hrtimer_active(&timer->timer))) {
		/* A signal pending, or nobody to be told: the timer stands, its time goes on. */
		if (timer->it_interval && ((timer->it_requeue_pending & 1) || none))
			timer->it_overrun += hrtimer_forward_now(&timer->timer, timer->it_interval);
		left = timer->timer.expires - hrtimer_cb_get_time(&timer->timer);
		if (left <= 0)
			left = none ? 0 : 1;
	}
	setting->it_value = ns_to_timespec64(left);
}

/*
 * it_lock held, not armed. expires 0: off. A time span on CLOCK_REALTIME runs on CLOCK_MONOTONIC:
 * setting the clock makes it neither shorter nor longer.
 */
static void timer_arm(struct k_itimer *timer, int flags, ktime_t expires)
{
	if (timer->cpu_task) {
		if (!(flags & TIMER_ABSTIME))
			expires = ktime_add_safe(cpu_clock_sample(timer->it_clock, timer->cpu_task),
						 expires);
		cpu_timer_arm(timer, expires);
		return;
	}
	if (timer->it_clock == CLOCK_REALTIME)
		timer_init(timer, flags & TIMER_ABSTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC);
	if (!(flags & TIMER_ABSTIME))
		expires = ktime_add_safe(hrtimer_cb_get_time(&timer->timer), expires);
	timer->timer.expires = expires;
	if (timer->it_sigev_notify != SIGEV_NONE)
		hrtimer_start(&timer->timer, expires, HRTIMER_MODE_ABS);
}

static int do_timer_settime(int id, int flags, const struct itimerspec64 *new,
			    struct itimerspec64 *old)
{
	struct k_itimer *timer;
	unsigned long irqflags;

	for (;;) {
		timer = lock_timer(id, &irqflags);
		if (!timer)
			return -EINVAL;
		timer_get(timer, old);
		if (timer_disarm(timer))
			break;
		unlock_timer(timer, irqflags);
		cpu_relax();
	}
	timer->it_interval = 0;
	/* A signal that is pending belongs to the old setting: it will not rearm. */
	timer->it_requeue_pending = (timer->it_requeue_pending + 2) & ~1;
	timer->it_overrun_last = 0;
	timer->it_overrun = -1;
	timer->timer.expires = 0;
	timer->cpu_last = 0;
	if (new->it_value.tv_sec || new->it_value.tv_nsec) {
		timer->it_interval = timespec64_to_ktime(new->it_interval);
		timer_arm(timer, flags, timespec64_to_ktime(new->it_value));
	}
	unlock_timer(timer, irqflags);
	return 0;
}

/* ---- system calls ---- */

SYSCALL_DEFINE3(timer_create, int, clock, struct sigevent __user *, uevent, int __user *, uid)
{
	struct sigevent event;

	if (!uevent)
		return do_timer_create(clock, NULL, uid);
	if (copy_from_user(&event, uevent, sizeof(event)))
		return -EFAULT;
	return do_timer_create(clock, &event, uid);
}

SYSCALL_DEFINE4(timer_settime, int, id, int, flags, const struct __kernel_itimerspec __user *, unew,
		struct __kernel_itimerspec __user *, uold)
{
	struct itimerspec64 new, old;
	int ret;

	if (!unew)
		return -EINVAL;
	if (get_itimerspec64(&new, unew))
		return -EFAULT;
	if (!timespec64_valid(&new.it_interval) || !timespec64_valid(&new.it_value))
		return -EINVAL;
	ret = do_timer_settime(id, flags, &new, &old);
	if (!ret && uold)
		ret = put_itimerspec64(&old, uold);
	return ret;
}

SYSCALL_DEFINE2(timer_gettime, int, id, struct __kernel_itimerspec __user *, usetting)
{
	struct itimerspec64 setting;
	struct k_itimer *timer;
	unsigned long flags;

	timer = lock_timer(id, &flags);
	if (!timer)
		return -EINVAL;
	timer_get(timer, &setting);
	unlock_timer(timer, flags);
	return put_itimerspec64(&setting, usetting);
}

SYSCALL_DEFINE1(timer_getoverrun, int, id)
{
	struct k_itimer *timer;
	unsigned long flags;
	s64 overrun;

	timer = lock_timer(id, &flags);
	if (!timer)
		return -EINVAL;
	overrun = clamp(timer->it_overrun_last, (s64)0, (s64)DELAYTIMER_MAX);
	unlock_timer(timer, flags);
	return overrun;
}

SYSCALL_DEFINE1(timer_delete, int, id)
{
	struct k_itimer *timer;
	unsigned long flags;

	do {
		timer = lock_timer(id, &flags);
		if (!timer)
			return -EINVAL;
	} while (!timer_unlink(timer, flags));
	release_timer(timer);
	return 0;
}
