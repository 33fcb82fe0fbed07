// SPDX-License-Identifier: GPL-2.0-only
/*
 * timerfd: a timer whose expiries are read from a descriptor (man 2 timerfd_create).
 *
 * Idea: the timer's function counts and wakes. A periodic timer stands still after it has fired;
 * whoever looks (read, gettime) adds the periods that went by meanwhile and starts it again, so
 * nobody is interrupted for a timer that nobody reads.
 *
 * Locking: wqh.lock protects the context, irq-safe: the timer's function takes it. Cancelling
 * therefore retries with the lock released.
 * Sleeps: read(). Linux: fs/timerfd.c; left out: alarm clocks, TFD_TIMER_CANCEL_ON_SET.
 */
#include "kernel/uapi/errno.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/poll.h"
#include "kernel/lib/err.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/timer.h"
#include "kernel/sched/wait.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/poll.h"
#include "fs/seq_file.h"
#include "kernel/syscall.h"

#define TFD_TIMER_ABSTIME 1
#define TFD_CLOEXEC       O_CLOEXEC
#define TFD_NONBLOCK      O_NONBLOCK

/* [W] wqh.lock, [I] never changes */
struct timerfd_ctx {
	struct hrtimer timer; /* [W] */
	ktime_t interval;     /* [W] ns, 0: once */
	u64 ticks;            /* [W] expiries not read yet */
	bool expired;         /* [W] has fired and, if periodic, stands still */
	int clock;            /* [I] as the caller named it */
	int settime_flags;    /* [W] for fdinfo */
	wait_queue_head_t wqh;
};

static enum hrtimer_restart timerfd_fn(struct hrtimer *timer)
{
	struct timerfd_ctx *ctx = container_of(timer, struct timerfd_ctx, timer);
	unsigned long flags;

	spin_lock_irqsave(&ctx->wqh.lock, flags);
	ctx->expired = true;
	ctx->ticks++;
	__wake_up_locked_key(&ctx->wqh, TASK_NORMAL, poll_to_key(POLLIN));
	spin_unlock_irqrestore(&ctx->wqh.lock, flags);
	return HRTIMER_NORESTART;
}

/* wqh.lock held: makes up for the periods since the timer fired, and starts it again. */
static void timerfd_catch_up(struct timerfd_ctx *ctx)
{
	if (!ctx->expired || !ctx->interval)
		return;
	ctx->expired = false;
	ctx->ticks += hrtimer_forward_now(&ctx->timer, ctx->interval) - 1;
	hrtimer_start(&ctx->timer, hrtimer_get_expires(&ctx->timer), HRTIMER_MODE_ABS);
}

static int timerfd_release(struct inode *inode __maybe_unused, struct file *file)
{
	struct timerfd_ctx *ctx = file->private_data;

	hrtimer_cancel(&ctx->timer);
	kfree(ctx);
	return 0;
}

static unsigned int timerfd_poll(struct file *file, struct poll_table_struct *wait)
{
	struct timerfd_ctx *ctx = file->private_data;

	poll_wait(file, &ctx->wqh, wait);
	return READ_ONCE(ctx->ticks) ? POLLIN : 0;
}

static ssize_t timerfd_read(struct file *file, char __user *buf, size_t count,
			    loff_t *pos __maybe_unused)
{
	struct timerfd_ctx *ctx = file->private_data;
	int ret = 0;
	u64 ticks;

	if (count < sizeof(ticks))
		return -EINVAL;
	spin_lock_irq(&ctx->wqh.lock);
	while (!ctx->ticks) {
		spin_unlock_irq(&ctx->wqh.lock);
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(ctx->wqh, READ_ONCE(ctx->ticks));
		if (ret)
			return ret;
		spin_lock_irq(&ctx->wqh.lock);
	}
	timerfd_catch_up(ctx);
	ticks = ctx->ticks;
	ctx->ticks = 0;
	spin_unlock_irq(&ctx->wqh.lock);
	return put_user(ticks, (u64 __user *)buf) ? -EFAULT : (ssize_t)sizeof(ticks);
}

/* wqh.lock held. Time to the next expiry, 0 when off. */
static ktime_t timerfd_remaining(struct timerfd_ctx *ctx)
{
	ktime_t left;

	timerfd_catch_up(ctx);
	if (!hrtimer_is_queued(&ctx->timer))
		return 0;
	left = hrtimer_get_remaining(&ctx->timer);
	return left > 0 ? left : 0;
}

static void timerfd_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct timerfd_ctx *ctx = file->private_data;
	struct timespec64 value, interval;

	spin_lock_irq(&ctx->wqh.lock);
	value = ns_to_timespec64(timerfd_remaining(ctx));
	interval = ns_to_timespec64(ctx->interval);
	spin_unlock_irq(&ctx->wqh.lock);
	seq_printf(m, "clockid: %d\nticks: %lu\nsettime flags: 0%o\n", ctx->clock, ctx->ticks,
		   ctx->settime_flags);
	seq_printf(m, "it_value: (%ld, %ld)\nit_interval: (%ld, %ld)\n", value.tv_sec,
		   value.tv_nsec, interval.tv_sec, interval.tv_nsec);
}

static const struct file_operations timerfd_fops = {
	.release = timerfd_release,
	.poll = timerfd_poll,
	.read = timerfd_read,
	.show_fdinfo = timerfd_show_fdinfo,
	.llseek = noop_llseek,
};

/* ---- system calls ---- */

SYSCALL_DEFINE2(timerfd_create, int, clock, int, flags)
{
	struct timerfd_ctx *ctx;
	int fd;

	if (flags & ~(TFD_CLOEXEC | TFD_NONBLOCK))
		return -EINVAL;
	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
		return -EINVAL;
	ctx = kzalloc(sizeof(*ctx), GFP_KERNEL);
	if (!ctx)
		return -ENOMEM;
	ctx->clock = clock;
	init_waitqueue_head(&ctx->wqh);
	hrtimer_init(&ctx->timer, clock);
	ctx->timer.function = timerfd_fn;
	fd = anon_inode_getfd("[timerfd]", &timerfd_fops, ctx, O_RDWR | flags);
	if (fd < 0)
		kfree(ctx);
	return fd;
}

/* The context behind the descriptor, to be given back by fdput(), or NULL and *error. */
static struct timerfd_ctx *timerfd_get(int ufd, struct fd *f, int *error)
{
	*f = fdget((unsigned int)ufd);
	*error = -EBADF;
	if (!f->file)
		return NULL;
	*error = -EINVAL;
	if (f->file->f_op == &timerfd_fops)
		return f->file->private_data;
	fdput(*f);
	return NULL;
}

static int copy_in(struct itimerspec64 *its, const struct __kernel_itimerspec __user *uits)
{
	struct __kernel_itimerspec kits;

	if (copy_from_user(&kits, uits, sizeof(kits)))
		return -EFAULT;
	its->it_interval = (struct timespec64){ kits.it_interval.tv_sec, kits.it_interval.tv_nsec };
	its->it_value = (struct timespec64){ kits.it_value.tv_sec, kits.it_value.tv_nsec };
	return timespec64_valid(&its->it_interval) && timespec64_valid(&its->it_value) ? 0 :
											 -EINVAL;
}

static int copy_out(ktime_t value, ktime_t interval, struct __kernel_itimerspec __user *uits)
{
	struct timespec64 v = ns_to_timespec64(value), i = ns_to_timespec64(interval);
	struct __kernel_itimerspec kits = { { i.tv_sec, i.tv_nsec }, { v.tv_sec, v.tv_nsec } };

	return copy_to_user(uits, &kits, sizeof(kits)) ? -EFAULT : 0;
}

/*
 * wqh.lock held, the timer is not active. A time span on CLOCK_REALTIME runs on CLOCK_MONOTONIC:
 * setting the clock makes it neither shorter nor longer.
 */
static void timerfd_setup(struct timerfd_ctx *ctx, int flags, const struct itimerspec64 *its)
{
	ktime_t value = timespec64_to_ktime(its->it_value);
	bool span = ctx->clock == CLOCK_REALTIME && !(flags & TFD_TIMER_ABSTIME);

	ctx->interval = timespec64_to_ktime(its->it_interval);
	ctx->settime_flags = flags;
	ctx->expired = false;
	ctx->ticks = 0;
	hrtimer_init(&ctx->timer, span ? CLOCK_MONOTONIC : ctx->clock);
	ctx->timer.function = timerfd_fn;
	if (value)
		hrtimer_start(&ctx->timer, value,
			      flags & TFD_TIMER_ABSTIME ? HRTIMER_MODE_ABS : HRTIMER_MODE_REL);
}

SYSCALL_DEFINE4(timerfd_settime, int, ufd, int, flags, const struct __kernel_itimerspec __user *,
		unew, struct __kernel_itimerspec __user *, uold)
{
	ktime_t old_value, old_interval;
	struct timerfd_ctx *ctx;
	struct itimerspec64 new;
	struct fd f;
	int ret = copy_in(&new, unew);

	if (ret)
		return ret;
	if (flags & ~TFD_TIMER_ABSTIME)
		return -EINVAL;
	ctx = timerfd_get(ufd, &f, &ret);
	if (!ctx)
		return ret;
	for (;;) {
		spin_lock_irq(&ctx->wqh.lock);
		old_value = timerfd_remaining(ctx);
		if (hrtimer_try_to_cancel(&ctx->timer) >= 0)
			break;
		spin_unlock_irq(&ctx->wqh.lock);
		cpu_relax();
	}
	old_interval = ctx->interval;
	timerfd_setup(ctx, flags, &new);
	spin_unlock_irq(&ctx->wqh.lock);
	fdput(f);
	return uold ? copy_out(old_value, old_interval, uold) : 0;
}

SYSCALL_DEFINE2(timerfd_gettime, int, ufd, struct __kernel_itimerspec __user *, usetting)
{
	struct timerfd_ctx *ctx;
	ktime_t value, interval;
	struct fd f;
	int ret;

	ctx = timerfd_get(ufd, &f, &ret);
	if (!ctx)
		return ret;
	spin_lock_irq(&ctx->wqh.lock);
	value = timerfd_remaining(ctx);
	interval = ctx->interval;
	spin_unlock_irq(&ctx->wqh.lock);
	fdput(f);
	return copy_out(value, interval, usetting);
}
