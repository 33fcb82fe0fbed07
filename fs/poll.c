// SPDX-License-Identifier: GPL-2.0-only
/*
 * poll(2), ppoll(2), select(2), pselect6(2): waiting for one of many files.
 *
 * Idea: ask every file once, joining its wait queues on the way; if none is ready sleep until a
 * wake-up and ask again, now without joining. A wake-up between asking and sleeping sets
 * `triggered`, so it is not lost.
 *
 * Data: struct poll_wqueues has the poller's table and its queue entries: some on the stack, more
 * in pages that a large set needs.
 * Rules: 1. every entry is off its queue before the call returns; 2. the file stays referenced
 * until then, since the queue belongs to it; 3. select's sets and poll's array are copied in whole
 * before anything is asked, and out only at the end.
 * Linux: fs/select.c. man 2 poll, man 2 select. Start at: do_sys_poll, do_poll.
 */
#include "fs/poll.h"

#include "kernel/uapi/time.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/sched/timeout.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "kernel/syscall.h"

#define POLL_STACK_ENTRIES 9
#define POLL_STACK_FDS     12

struct poll_wqueues;

/* One file's queue that the poller stands on. */
struct poll_table_entry {
	struct file *file;
	unsigned int key;
	struct wait_queue_entry wait;
	struct wait_queue_head *wait_address;
	struct poll_wqueues *wqueues;
};

struct poll_table_page {
	struct poll_table_page *next;
	unsigned int used;
	struct poll_table_entry entries[];
};

#define ENTRIES_PER_PAGE                                                                           \
	((PAGE_SIZE - sizeof(struct poll_table_page)) / sizeof(struct poll_table_entry))

struct poll_wqueues {
	poll_table pt;
	struct poll_table_page *pages;
	struct task_struct *polling_task;
	int triggered;
	int error;
	unsigned int inline_used;
	struct poll_table_entry inline_entries[POLL_STACK_ENTRIES];
};

/* ---- the table ---- */

static struct poll_table_entry *new_entry(struct poll_wqueues *pwq)
{
	struct poll_table_page *page = pwq->pages;

	if (pwq->inline_used < POLL_STACK_ENTRIES)
		return &pwq->inline_entries[pwq->inline_used++];
	if (!page || page->used == ENTRIES_PER_PAGE) {
		page = kmalloc(PAGE_SIZE, GFP_KERNEL);
		if (!page) {
			pwq->error = -ENOMEM;
			return NULL;
		}
		page->used = 0;
		page->next = pwq->pages;
		pwq->pages = page;
	}
	return &page->entries[page->used++];
}

/* A queue's wake-up: only for events that the entry asked for. Under the queue's lock. */
static int pollwake(struct wait_queue_entry *wait, unsigned int mode, int sync, void *key)
{
	struct poll_table_entry *entry = container_of(wait, struct poll_table_entry, wait);
	struct poll_wqueues *pwq = entry->wqueues;

	if (key && !(key_to_poll(key) & entry->key))
		return 0;
	/* Before the task is woken: it tests triggered after setting its state. */
	smp_wmb();
	WRITE_ONCE(pwq->triggered, 1);
	return wake_up_state(pwq->polling_task, mode);
}

static void pollwait(struct file *file, struct wait_queue_head *wq, poll_table *table)
{
	struct poll_wqueues *pwq = container_of(table, struct poll_wqueues, pt);
	struct poll_table_entry *entry = new_entry(pwq);

	if (!entry)
		return;
	entry->file = get_file(file);
	entry->wait_address = wq;
	entry->key = table->key;
	entry->wqueues = pwq;
	init_waitqueue_func_entry(&entry->wait, pollwake);
	add_wait_queue(wq, &entry->wait);
}

static void poll_initwait(struct poll_wqueues *pwq)
{
	init_poll_funcptr(&pwq->pt, pollwait);
	pwq->polling_task = current;
	pwq->triggered = 0;
	pwq->error = 0;
	pwq->pages = NULL;
	pwq->inline_used = 0;
}

static void free_entry(struct poll_table_entry *entry)
{
	remove_wait_queue(entry->wait_address, &entry->wait);
	fput(entry->file);
}

static void poll_freewait(struct poll_wqueues *pwq)
{
	struct poll_table_page *page;

	for (unsigned int i = 0; i < pwq->inline_used; i++)
		free_entry(&pwq->inline_entries[i]);
	while ((page = pwq->pages)) {
		for (unsigned int i = 0; i < page->used; i++)
			free_entry(&page->entries[i]);
		pwq->pages = page->next;
		kfree(page);
	}
}

/* Sleeps until a wake-up or the absolute time; false when time was up. */
static bool poll_schedule(struct poll_wqueues *pwq, ktime_t expires)
{
	bool timed_out = false;

	set_current_state(TASK_INTERRUPTIBLE);
	if (!READ_ONCE(pwq->triggered))
		timed_out = schedule_hrtimeout(expires, CLOCK_MONOTONIC);
	__set_current_state(TASK_RUNNING);
	/* A wake-up from here on sets it again, and the files are asked after this. */
	(void)xchg(&pwq->triggered, 0);
	return !timed_out;
}

/* KTIME_MAX for no limit, 0 for "do not wait at all". */
static ktime_t deadline_of(s64 timeout_ns)
{
	if (timeout_ns < 0)
		return KTIME_MAX;
	return timeout_ns == 0 ? 0 : ktime_add_safe(ktime_get(), timeout_ns);
}

/* ---- poll ---- */

static unsigned int do_pollfd(struct pollfd *pollfd, poll_table *table)
{
	unsigned int wanted, mask;
	struct fd f;

	if (pollfd->fd < 0) {
		pollfd->revents = 0;
		return 0;
	}
	f = fdget(pollfd->fd);
	if (!f.file) {
		pollfd->revents = POLLNVAL;
		return POLLNVAL;
	}
	wanted = (unsigned short)pollfd->events | POLLERR | POLLHUP;
	table->key = wanted;
	mask = vfs_poll(f.file, table) & wanted;
	fdput(f);
	pollfd->revents = mask;
	return mask;
}

/* How many are ready; 0 when time is up; -EINTR for a signal. */
static int do_poll(struct pollfd *fds, unsigned int nfds, struct poll_wqueues *pwq, ktime_t expires)
{
	poll_table *table = &pwq->pt;
	bool timed_out = expires == 0;
	int count = 0;

	if (timed_out)
		table->qproc = NULL;
	for (;;) {
		for (unsigned int i = 0; i < nfds; i++) {
			if (do_pollfd(&fds[i], table)) {
				count++;
				table->qproc = NULL; /* no need to join more queues */
			}
		}
		table->qproc = NULL;
		if (!count) {
			count = pwq->error;
			if (signal_pending(current))
				count = -EINTR;
		}
		if (count || timed_out)
			return count;
		timed_out = !poll_schedule(pwq, expires);
	}
}

static int do_sys_poll(struct pollfd __user *ufds, unsigned int nfds, ktime_t expires)
{
	struct pollfd on_stack[POLL_STACK_FDS], *fds = on_stack;
	struct poll_wqueues table;
	int count;

	if (nfds > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (nfds > POLL_STACK_FDS) {
		fds = kvmalloc_array(nfds, sizeof(*fds), GFP_KERNEL);
		if (!fds)
			return -ENOMEM;
	}
	count = -EFAULT;
	if (copy_from_user(fds, ufds, nfds * sizeof(*fds)))
		goto out;
	poll_initwait(&table);
	count = do_poll(fds, nfds, &table, expires);
	poll_freewait(&table);
	for (unsigned int i = 0; i < nfds; i++) {
		if (put_user(fds[i].revents, &ufds[i].revents)) {
			count = -EFAULT;
			break;
		}
	}
out:
	if (fds != on_stack)
		kvfree(fds);
	return count;
}

static long poll_restart(struct restart_block *restart)
{
	int ret = do_sys_poll(restart->poll.ufds, restart->poll.nfds,
			      restart->poll.has_timeout ? (ktime_t)restart->poll.expires :
							  KTIME_MAX);

	if (ret == -EINTR) {
		restart->fn = poll_restart;
		ret = -ERESTART_RESTARTBLOCK;
	}
	return ret;
}

SYSCALL_DEFINE3(poll, struct pollfd __user *, ufds, unsigned int, nfds, int, timeout_ms)
{
	ktime_t expires = deadline_of(timeout_ms < 0 ? -1 : (s64)timeout_ms * 1000000);
	int ret = do_sys_poll(ufds, nfds, expires);

	if (ret == -EINTR) {
		struct restart_block *restart = &current->restart_block;

		restart->fn = poll_restart;
		restart->poll.ufds = ufds;
		restart->poll.nfds = nfds;
		restart->poll.has_timeout = expires != KTIME_MAX;
		restart->poll.expires = expires;
		ret = -ERESTART_RESTARTBLOCK;
	}
	return ret;
}

/* What ppoll and pselect leave in the caller's timeout: the time that was not slept. */
static int put_remaining(ktime_t expires, struct __kernel_timespec __user *uts)
{
	struct __kernel_timespec left = {};
	s64 ns = expires ? expires - ktime_get() : 0;

	if (!uts || expires == KTIME_MAX)
		return 0;
	if (ns > 0) {
		left.tv_sec = ns / NSEC_PER_SEC;
		left.tv_nsec = ns % NSEC_PER_SEC;
	}
	return copy_to_user(uts, &left, sizeof(left)) ? -EFAULT : 0;
}

static int get_deadline(const struct __kernel_timespec __user *uts, ktime_t *expires)
{
	struct __kernel_timespec ts;
	struct timespec64 ts64;

	*expires = KTIME_MAX;
	if (!uts)
		return 0;
	if (copy_from_user(&ts, uts, sizeof(ts)))
		return -EFAULT;
	ts64.tv_sec = ts.tv_sec;
	ts64.tv_nsec = ts.tv_nsec;
	if (!timespec64_valid(&ts64))
		return -EINVAL;
	*expires = deadline_of(timespec64_to_ns(&ts64));
	return 0;
}

SYSCALL_DEFINE5(ppoll, struct pollfd __user *, ufds, unsigned int, nfds,
		struct __kernel_timespec __user *, uts, const sigset_t __user *, sigmask, size_t,
		sigsetsize)
{
	ktime_t expires;
	int ret = get_deadline(uts, &expires);

	if (ret)
		return ret;
	ret = set_user_sigmask(sigmask, sigsetsize);
	if (ret)
		return ret;
	ret = do_sys_poll(ufds, nfds, expires);
	restore_saved_sigmask_unless(ret == -EINTR);
	/* A failing store of the rest does not undo the call; it only cannot be restarted. */
	if (put_remaining(expires, uts) == 0 && ret == -EINTR)
		ret = -ERESTARTNOHAND;
	return ret;
}

/* ---- select ---- */

#define POLLIN_SET  (POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR)
#define POLLOUT_SET (POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR)
#define POLLEX_SET  (POLLPRI)

/* Six bitmaps of `words` longs: what is asked for, then what came. */
struct fd_set_bits {
	unsigned long *in, *out, *ex;
	unsigned long *res_in, *res_out, *res_ex;
};

static unsigned int select_key(unsigned long bit, unsigned long in, unsigned long out)
{
	unsigned int key = POLLEX_SET;

	if (in & bit)
		key |= POLLIN_SET;
	if (out & bit)
		key |= POLLOUT_SET;
	return key;
}

/* Asks one descriptor; how many of its bits are set in the results, or -EBADF. */
static int select_one(struct fd_set_bits *sets, int fd, poll_table *table)
{
	unsigned int word = fd / 64, mask;
	unsigned long bit = 1ul << (fd % 64);
	struct fd f = fdget(fd);
	int count = 0;

	if (!f.file)
		return -EBADF;
	table->key = select_key(bit, sets->in[word], sets->out[word]);
	mask = vfs_poll(f.file, table);
	fdput(f);
	if ((mask & POLLIN_SET) && (sets->in[word] & bit)) {
		sets->res_in[word] |= bit;
		count++;
	}
	if ((mask & POLLOUT_SET) && (sets->out[word] & bit)) {
		sets->res_out[word] |= bit;
		count++;
	}
	if ((mask & POLLEX_SET) && (sets->ex[word] & bit)) {
		sets->res_ex[word] |= bit;
		count++;
	}
	return count;
}

static int do_select(int n, struct fd_set_bits *sets, ktime_t expires)
{
	struct poll_wqueues table;
	bool timed_out = expires == 0;
	int count = 0, ret;

	poll_initwait(&table);
	if (timed_out)
		table.pt.qproc = NULL;
	for (;;) {
		for (int fd = 0; fd < n; fd++) {
			unsigned long all = sets->in[fd / 64] | sets->out[fd / 64] |
					    sets->ex[fd / 64];

			if (!(all & 1ul << (fd % 64)))
				continue;
			ret = select_one(sets, fd, &table.pt);
			if (ret < 0) {
				count = ret;
				goto out;
			}
			count += ret;
			if (ret)
				table.pt.qproc = NULL;
		}
		table.pt.qproc = NULL;
		if (count || timed_out)
			break;
		if (signal_pending(current)) {
			count = -ERESTARTNOHAND;
			break;
		}
		if (table.error) {
			count = table.error;
			break;
		}
		timed_out = !poll_schedule(&table, expires);
	}
out:
	poll_freewait(&table);
	return count;
}

static int get_fd_set(int n, const void __user *uset, unsigned long *set)
{
	size_t size = DIV_ROUND_UP(n, 64) * 8;

	if (!uset) {
		memset(set, 0, size);
		return 0;
	}
	return copy_from_user(set, uset, size) ? -EFAULT : 0;
}

static int put_fd_set(int n, void __user *uset, const unsigned long *set)
{
	return uset && copy_to_user(uset, set, DIV_ROUND_UP(n, 64) * 8) ? -EFAULT : 0;
}

static int core_sys_select(int n, void __user *inp, void __user *outp, void __user *exp,
			   ktime_t expires)
{
	unsigned long on_stack[6 * 2], *bits = on_stack;
	struct fd_set_bits sets;
	size_t words;
	int ret;

	if (n < 0)
		return -EINVAL;
	rcu_read_lock();
	n = min_t(unsigned int, n, rcu_dereference(current->files->fdt)->max_fds);
	rcu_read_unlock();
	words = DIV_ROUND_UP(n, 64);
	if (words > 2) {
		bits = kvmalloc_array(6 * words, sizeof(long), GFP_KERNEL);
		if (!bits)
			return -ENOMEM;
	}
	sets.in = bits;
	sets.out = bits + words;
	sets.ex = bits + 2 * words;
	sets.res_in = bits + 3 * words;
	sets.res_out = bits + 4 * words;
	sets.res_ex = bits + 5 * words;
	ret = -EFAULT;
	if (get_fd_set(n, inp, sets.in) || get_fd_set(n, outp, sets.out) ||
	    get_fd_set(n, exp, sets.ex))
		goto out;
	memset(sets.res_in, 0, 3 * words * sizeof(long));
	ret = do_select(n, &sets, expires);
	if (ret < 0)
		goto out;
	if (put_fd_set(n, inp, sets.res_in) || put_fd_set(n, outp, sets.res_out) ||
	    put_fd_set(n, exp, sets.res_ex))
		ret = -EFAULT;
out:
	if (bits != on_stack)
		kvfree(bits);
	return ret;
}

SYSCALL_DEFINE5(select, int, n, void __user *, inp, void __user *, outp, void __user *, exp,
		struct __kernel_old_timeval __user *, tvp)
{
	struct __kernel_old_timeval tv;
	ktime_t expires = KTIME_MAX;
	s64 left;
	int ret;

	if (tvp) {
		if (copy_from_user(&tv, tvp, sizeof(tv)))
			return -EFAULT;
		if (tv.tv_sec < 0 || tv.tv_usec < 0)
			return -EINVAL;
		expires = deadline_of(min_t(s64, tv.tv_sec, KTIME_SEC_MAX / 2) * NSEC_PER_SEC +
				      min_t(s64, tv.tv_usec, 1l << 40) * 1000);
	}
	ret = core_sys_select(n, inp, outp, exp, expires);
	if (tvp && expires != KTIME_MAX) {
		left = expires ? max_t(s64, expires - ktime_get(), 0) : 0;
		tv.tv_sec = left / NSEC_PER_SEC;
		tv.tv_usec = left % NSEC_PER_SEC / 1000;
		if (copy_to_user(tvp, &tv, sizeof(tv)) && ret == -ERESTARTNOHAND)
			ret = -EINTR;
	}
	return ret;
}

/* The sixth argument: a pointer to the mask's address and size. */
struct sigset_argpack {
	const sigset_t __user *p;
	size_t size;
};

SYSCALL_DEFINE6(pselect6, int, n, void __user *, inp, void __user *, outp, void __user *, exp,
		struct __kernel_timespec __user *, uts, void __user *, sig)
{
	struct sigset_argpack pack = {};
	ktime_t expires;
	int ret;

	if (sig && copy_from_user(&pack, sig, sizeof(pack)))
		return -EFAULT;
	ret = get_deadline(uts, &expires);
	if (ret)
		return ret;
	ret = set_user_sigmask(pack.p, pack.size);
	if (ret)
		return ret;
	ret = core_sys_select(n, inp, outp, exp, expires);
	restore_saved_sigmask_unless(ret == -ERESTARTNOHAND);
	if (put_remaining(expires, uts) && ret == -ERESTARTNOHAND)
		ret = -EINTR;
	return ret;
}
