// SPDX-License-Identifier: GPL-2.0-only
/*
 * epoll: a set of files that is asked once and then tells by itself which of them are ready.
 *
 * Idea: for each file in the set an entry stands on the file's wait queues all the time. A wake-up
 * puts the item on the ready list; epoll_wait() asks only the files on that list. Level-triggered
 * items go back on it after each report, so the next call asks them again; edge-triggered ones do
 * not, and ONESHOT ones are switched off.
 *
 *	eventpoll --- rbr: items by (file, fd)      file --- f_ep_links: items that watch it
 *	    |                                                   |
 *	    +-- rdllist: ready items                 epitem --- pwqlist: its places in wait queues
 *	    +-- ovflist: became ready while rdllist is being reported
 *
 * Rules: 1. An item does not keep its file open: the file's end removes the item. 2. An item
 * references its eventpoll, which is freed after the last. 3. Removing an item needs mtx and either
 * a reference to the file or to be the one who ends it; so nobody else frees either meanwhile.
 * 4. Sets may contain sets, within limits: fs/eventpoll_nesting.c.
 * Locking: epnested_mutex > mtx (outer set > inner set) > f_lock; wait-queue lock of a file > lock >
 * wq.lock; ep_refs_lock is innermost. mtx: rbr, items, reporting. lock: rdllist, ovflist, in
 * interrupts too.
 * Sleeps: epoll_wait(), on wq, exclusively: one event wakes one waiter.
 * Linux: fs/eventpoll.c. Left out: limits on watches, busy polling.
 * Start at: ep_poll_callback, ep_send_events, ep_insert. man 7 epoll. Tests: tests/fs/epoll_*.c.
 */
#include "fs/eventpoll.h"
#include "fs/eventpoll_items.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/eventpoll.h"
#include "kernel/uapi/time.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/rbtree.h"
#include "kernel/lib/string.h"
#include "kernel/locking/refcount.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/sched/timeout.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/poll.h"
#include "fs/seq_file.h"
#include "kernel/syscall.h"

#define EP_PRIVATE_BITS (EPOLLWAKEUP | EPOLLONESHOT | EPOLLET | EPOLLEXCLUSIVE)
#define EPOLLINOUT_BITS (EPOLLIN | EPOLLOUT)
#define EPOLLEXCLUSIVE_OK_BITS                                                                     \
	(EPOLLINOUT_BITS | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE)

#define EP_MAX_EVENTS (0x7fffffff / (int)sizeof(struct epoll_event))

/* Value of ovflist when nobody reports, and of epitem.next when the item is not on it. */
#define EP_UNACTIVE_PTR ((void *)-1l)

/* What poll_wait() leads to while an item is inserted. */
struct ep_pqueue {
	poll_table pt;
	struct epitem *epi; /* NULL: an allocation failed */
};

static bool ep_is_linked(const struct epitem *epi)
{
	return !list_empty(&epi->rdllink);
}

static bool ep_events_available(struct eventpoll *ep)
{
	return !list_empty_careful(&ep->rdllist) || READ_ONCE(ep->ovflist) != EP_UNACTIVE_PTR;
}

static void ep_put(struct eventpoll *ep)
{
	if (refcount_dec_and_test(&ep->refcount))
		kfree(ep);
}

/* ---- wake-ups ---- */

/*
 * Tells the sets that ep is in. inner: the item through which ep itself was told, by the wake-up of
 * its file's queue, or NULL. When that file is a set, its queue is of the same class as ours.
 */
static void ep_poll_safewake(struct eventpoll *ep, const struct epitem *inner)
{
	unsigned int nests = 0;
	unsigned long flags;

	if (inner && is_file_epoll(inner->file))
		nests = ((struct eventpoll *)inner->file->private_data)->nests + 1;
	local_irq_save(flags);
	spin_lock_nested(&ep->poll_wait.lock, nests);
	ep->nests = nests;
	wake_up_locked_poll(&ep->poll_wait, EPOLLIN | EPOLLRDNORM);
	ep->nests = 0;
	spin_unlock_irqrestore(&ep->poll_wait.lock, flags);
}

/*
 * A watched file says that something happened. Under the lock of its wait queue, interrupts off.
 * The result counts for exclusive wake-ups: did this reach somebody who waits?
 */
static int ep_poll_callback(struct wait_queue_entry *wait, unsigned int mode, int sync, void *key)
{
	struct eppoll_entry *pwq = container_of(wait, struct eppoll_entry, wait);
	struct epitem *epi = pwq->base;
	struct eventpoll *ep = epi->ep;
	unsigned int pollflags = key_to_poll(key), events;
	bool pwake = false;
	unsigned long flags;
	int ewake = 0;

	spin_lock_irqsave(&ep->lock, flags);
	events = READ_ONCE(epi->event.events);
	if (!(events & ~EP_PRIVATE_BITS))
		goto out_unlock; /* ONESHOT has fired */
	if (pollflags && !(pollflags & events))
		goto out_unlock;
	if (READ_ONCE(ep->ovflist) != EP_UNACTIVE_PTR) {
		if (epi->next == EP_UNACTIVE_PTR) {
			epi->next = ep->ovflist;
			WRITE_ONCE(ep->ovflist, epi);
		}
	} else if (!ep_is_linked(epi)) {
		list_add_tail(&epi->rdllink, &ep->rdllist);
	}
	if (waitqueue_active(&ep->wq)) {
		if ((events & EPOLLEXCLUSIVE) && !(pollflags & POLLFREE)) {
			switch (pollflags & EPOLLINOUT_BITS) {
			case EPOLLIN:
				ewake = !!(events & EPOLLIN);
				break;
			case EPOLLOUT:
				ewake = !!(events & EPOLLOUT);
				break;
			case 0:
				ewake = 1;
				break;
			}
		}
		wake_up(&ep->wq);
	}
	pwake = waitqueue_active(&ep->poll_wait);
out_unlock:
	spin_unlock_irqrestore(&ep->lock, flags);
	if (pwake)
		ep_poll_safewake(ep, epi);
	if (!(events & EPOLLEXCLUSIVE))
		ewake = 1;
	if (pollflags & POLLFREE) {
		/* The queue is about to go: leave it. After the store the entry may be freed. */
		list_del_init(&wait->entry);
		smp_store_release(&pwq->whead, NULL);
	}
	return ewake;
}

static void ep_ptable_queue_proc(struct file *file, struct wait_queue_head *whead, poll_table *pt)
{
	struct ep_pqueue *epq = container_of(pt, struct ep_pqueue, pt);
	struct epitem *epi = epq->epi;
	struct eppoll_entry *pwq;

	if (!epi)
		return;
	pwq = kmalloc(sizeof(*pwq), GFP_KERNEL_ACCOUNT);
	if (!pwq) {
		epq->epi = NULL;
		return;
	}
	init_waitqueue_func_entry(&pwq->wait, ep_poll_callback);
	pwq->whead = whead;
	pwq->base = epi;
	pwq->next = epi->pwqlist;
	epi->pwqlist = pwq;
	if (epi->event.events & EPOLLEXCLUSIVE)
		add_wait_queue_exclusive(whead, &pwq->wait);
	else
		add_wait_queue(whead, &pwq->wait);
}

/* After this no callback of the item runs any more. mtx held. */
static void ep_unregister_pollwait(struct epitem *epi)
{
	struct eppoll_entry *pwq;

	while ((pwq = epi->pwqlist)) {
		struct wait_queue_head *whead;

		epi->pwqlist = pwq->next;
		/* A queue that goes by itself (POLLFREE) is freed after a grace period. */
		rcu_read_lock();
		whead = smp_load_acquire(&pwq->whead);
		if (whead)
			remove_wait_queue(whead, &pwq->wait);
		rcu_read_unlock();
		kfree(pwq);
	}
}

/* ---- the set ---- */

static int ep_cmp(const struct file *file, int fd, const struct epitem *epi)
{
	if (file != epi->file)
		return file > epi->file ? 1 : -1;
	return fd - epi->fd;
}

static struct epitem *ep_find(struct eventpoll *ep, struct file *file, int fd)
{
	struct rb_node *node = ep->rbr.rb_node;

	while (node) {
		struct epitem *epi = rb_entry(node, struct epitem, rbn);
		int order = ep_cmp(file, fd, epi);

		if (!order)
			return epi;
		node = order > 0 ? node->rb_right : node->rb_left;
	}
	return NULL;
}

static void ep_rbtree_insert(struct eventpoll *ep, struct epitem *epi)
{
	struct rb_node **link = &ep->rbr.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = ep_cmp(epi->file, epi->fd, rb_entry(parent, struct epitem, rbn)) > 0 ?
			       &parent->rb_right :
			       &parent->rb_left;
	}
	rb_link_node(&epi->rbn, parent, link);
	rb_insert_color(&epi->rbn, &ep->rbr);
}

static unsigned int __ep_eventpoll_poll(struct file *file, poll_table *wait, int depth);

/*
 * What the item's file says now, of what is wanted. pt NULL: do not join its queues. depth: of the
 * set that holds the item, whose mtx is held; a set inside takes the next one.
 */
static unsigned int ep_item_poll(const struct epitem *epi, poll_table *pt, int depth)
{
	poll_table just_asking;

	if (!pt) {
		init_poll_funcptr(&just_asking, NULL);
		pt = &just_asking;
	}
	pt->key = epi->event.events;
	return (is_file_epoll(epi->file) ? __ep_eventpoll_poll(epi->file, pt, depth + 1) :
					   vfs_poll(epi->file, pt)) &
	       epi->event.events;
}

/* Rule 3. mtx held; the item's reference to ep remains for the caller to drop. */
static void ep_remove(struct eventpoll *ep, struct epitem *epi)
{
	struct file *file = epi->file;

	lockdep_assert_held(&ep->mtx);
	ep_unregister_pollwait(epi);
	spin_lock(&file->f_lock);
	list_del(&epi->fllink);
	spin_unlock(&file->f_lock);
	if (is_file_epoll(file)) {
		spin_lock(&ep_refs_lock);
		list_del(&epi->reflink);
		spin_unlock(&ep_refs_lock);
	}
	rb_erase(&epi->rbn, &ep->rbr);
	spin_lock_irq(&ep->lock);
	if (ep_is_linked(epi))
		list_del_init(&epi->rdllink);
	spin_unlock_irq(&ep->lock);
	kfree(epi);
}

/* The set's file has been closed. */
static void ep_clear_and_put(struct eventpoll *ep)
{
	struct rb_node *node, *next;

	if (waitqueue_active(&ep->poll_wait))
		ep_poll_safewake(ep, NULL);
	mutex_lock(&ep->mtx);
	for (node = rb_first(&ep->rbr); node; node = rb_next(node))
		ep_unregister_pollwait(rb_entry(node, struct epitem, rbn));
	for (node = rb_first(&ep->rbr); node; node = next) {
		struct epitem *epi = rb_entry(node, struct epitem, rbn);
		struct file *file = epi->file;

		next = rb_next(node);
		/* A file on its way out takes its item with it: eventpoll_release_file(). */
		if (!atomic_long_inc_not_zero(&file->f_count))
			continue;
		ep_remove(ep, epi);
		ep_put(ep); /* not the last: ours is still there */
		mutex_unlock(&ep->mtx);
		fput(file);
		mutex_lock(&ep->mtx);
		next = rb_first(&ep->rbr); /* may have changed; what is left is skipped quickly */
		while (next &&
		       !atomic_long_read(&rb_entry(next, struct epitem, rbn)->file->f_count))
			next = rb_next(next);
	}
	mutex_unlock(&ep->mtx);
	ep_put(ep);
}

/* Called by the last fput(): nobody else has a reference to the file. */
void eventpoll_release_file(struct file *file)
{
	struct epitem *epi;
	struct eventpoll *ep;

	for (;;) {
		spin_lock(&file->f_lock);
		if (list_empty(&file->f_ep_links)) {
			spin_unlock(&file->f_lock);
			return;
		}
		epi = list_first_entry(&file->f_ep_links, struct epitem, fllink);
		spin_unlock(&file->f_lock);
		/* Rule 3: only we can remove it now, so it and its ep stay. */
		ep = epi->ep;
		mutex_lock(&ep->mtx);
		ep_remove(ep, epi);
		mutex_unlock(&ep->mtx);
		ep_put(ep);
	}
}

/* ---- reporting ---- */

/* The ready list becomes the caller's; what gets ready meanwhile goes to ovflist. mtx held. */
static inline void ep_start_scan(struct eventpoll *ep, struct list_head *txlist)
{
	lockdep_assert_held(&ep->mtx);
	spin_lock_irq(&ep->lock);
	list_splice_init(&ep->rdllist, txlist);
	WRITE_ONCE(ep->ovflist, NULL);
	spin_unlock_irq(&ep->lock);
}

static inline void ep_done_scan(struct eventpoll *ep, struct list_head *txlist)
{
	struct epitem *epi, *next;

	spin_lock_irq(&ep->lock);
	/* Newest first on ovflist: adding each at the head restores their order. */
	for (epi = READ_ONCE(ep->ovflist); epi; epi = next) {
		next = epi->next;
		epi->next = EP_UNACTIVE_PTR;
		if (!ep_is_linked(epi))
			list_add(&epi->rdllink, &ep->rdllist);
	}
	WRITE_ONCE(ep->ovflist, EP_UNACTIVE_PTR);
	list_splice(txlist, &ep->rdllist);
	if (!list_empty(&ep->rdllist) && waitqueue_active(&ep->wq))
		wake_up(&ep->wq);
	spin_unlock_irq(&ep->lock);
}

/* By the fields: the struct is packed, so that data is aligned for nobody but put_user(). */
static inline int put_event(struct epoll_event __user *to, unsigned int events, u64 data)
{
	u8 __user *at = (u8 __user *)to;

	if (put_user(events, (u32 __user *)(at + offsetof(struct epoll_event, events))) ||
	    put_user(data, (u64 __user *)(at + offsetof(struct epoll_event, data))))
		return -EFAULT;
	return 0;
}

/* The caller, who may have been woken for an event, leaves without it. */
static void ep_pass_on(struct eventpoll *ep)
{
	spin_lock_irq(&ep->lock);
	if (ep_events_available(ep) && waitqueue_active(&ep->wq))
		wake_up(&ep->wq);
	spin_unlock_irq(&ep->lock);
}

/* Reports up to maxevents: how many, or -EFAULT, -EINTR when killed. */
static int ep_send_events(struct eventpoll *ep, struct epoll_event __user *events, int maxevents)
{
	struct epitem *epi, *tmp;
	LIST_HEAD(txlist);
	int res = 0;

	if (unlikely(fatal_signal_pending(current))) {
		ep_pass_on(ep);
		return -EINTR;
	}
	mutex_lock(&ep->mtx);
	ep_start_scan(ep, &txlist);
	list_for_each_entry_safe (epi, tmp, &txlist, rdllink) {
		unsigned int revents;

		if (res >= maxevents)
			break;
		/* Off the list before asking: what happens from here on is a new event. */
		list_del_init(&epi->rdllink);
		revents = ep_item_poll(epi, NULL, 0);
		if (!revents)
			continue;
		if (put_event(&events[res], revents, epi->event.data)) {
			list_add(&epi->rdllink, &txlist);
			if (!res)
				res = -EFAULT;
			break;
		}
		res++;
		if (epi->event.events & EPOLLONESHOT) {
			epi->event.events &= EP_PRIVATE_BITS;
		} else if (!(epi->event.events & EPOLLET)) {
			/*
			 * Level-triggered: the next call asks again. No lock: callbacks use ovflist
			 * now, and ep_done_scan() wakes whoever finds the list empty until then.
			 */
			list_add_tail(&epi->rdllink, &ep->rdllist);
		}
	}
	ep_done_scan(ep, &txlist);
	mutex_unlock(&ep->mtx);
	return res;
}

/* expires: absolute, 0 = do not wait, KTIME_MAX = for ever. */
static int ep_poll(struct eventpoll *ep, struct epoll_event __user *events, int maxevents,
		   ktime_t expires)
{
	bool timed_out = expires == 0, available;
	int res;

	for (;;) {
		DEFINE_WAIT(wait);

		if (ep_events_available(ep)) {
			res = ep_send_events(ep, events, maxevents);
			if (res)
				return res;
		}
		if (timed_out)
			return 0;
		if (signal_pending(current))
			return -EINTR;
		wait.flags = 0;
		prepare_to_wait_exclusive(&ep->wq, &wait, TASK_INTERRUPTIBLE);
		/* The last look is under the lock, as the callbacks' look at wq is: one sees the other. */
		spin_lock_irq(&ep->lock);
		available = ep_events_available(ep);
		spin_unlock_irq(&ep->lock);
		if (!available)
			timed_out = schedule_hrtimeout(expires, CLOCK_MONOTONIC);
		/* Whoever was woken looks at the list before anything else: none is lost. */
		finish_wait(&ep->wq, &wait);
	}
}

/* ---- changing the set ---- */

/* nested: the file is a set, or ep is in one; epnested_mutex is held then. */
static int ep_insert(struct eventpoll *ep, const struct epoll_event *event, struct file *file,
		     int fd, bool nested)
{
	struct epitem *epi = kzalloc(sizeof(*epi), GFP_KERNEL_ACCOUNT);
	struct ep_pqueue epq;
	unsigned int revents;
	bool pwake = false;
	int error;

	if (!epi)
		return -ENOMEM;
	INIT_LIST_HEAD(&epi->rdllink);
	epi->ep = ep;
	epi->file = file;
	epi->fd = fd;
	epi->event = *event;
	epi->next = EP_UNACTIVE_PTR;
	refcount_inc(&ep->refcount); /* rule 2 */
	spin_lock(&file->f_lock);
	list_add_tail(&epi->fllink, &file->f_ep_links);
	spin_unlock(&file->f_lock);
	if (is_file_epoll(file)) {
		struct eventpoll *watched = file->private_data;

		spin_lock(&ep_refs_lock);
		list_add(&epi->reflink, &watched->refs);
		spin_unlock(&ep_refs_lock);
	}
	ep_rbtree_insert(ep, epi);
	if (nested) {
		error = ep_check_paths(epi);
		if (error)
			goto remove;
	}

	epq.epi = epi;
	init_poll_funcptr(&epq.pt, ep_ptable_queue_proc);
	revents = ep_item_poll(epi, &epq.pt, 0);
	error = -ENOMEM;
	if (!epq.epi)
		goto remove;
	spin_lock_irq(&ep->lock);
	if (revents && !ep_is_linked(epi)) {
		list_add_tail(&epi->rdllink, &ep->rdllist);
		if (waitqueue_active(&ep->wq))
			wake_up(&ep->wq);
		pwake = waitqueue_active(&ep->poll_wait);
	}
	spin_unlock_irq(&ep->lock);
	if (pwake)
		ep_poll_safewake(ep, NULL);
	return 0;
remove:
	ep_remove(ep, epi);
	ep_put(ep);
	return error;
}

static int ep_modify(struct eventpoll *ep, struct epitem *epi, const struct epoll_event *event)
{
	bool pwake = false;

	epi->event.data = event->data;
	WRITE_ONCE(epi->event.events, event->events);
	/* Callbacks see the new mask, or the file is asked below: nothing falls between. */
	smp_mb();
	if (ep_item_poll(epi, NULL, 0)) {
		spin_lock_irq(&ep->lock);
		if (!ep_is_linked(epi)) {
			list_add_tail(&epi->rdllink, &ep->rdllist);
			if (waitqueue_active(&ep->wq))
				wake_up(&ep->wq);
			pwake = waitqueue_active(&ep->poll_wait);
		}
		spin_unlock_irq(&ep->lock);
	}
	if (pwake)
		ep_poll_safewake(ep, NULL);
	return 0;
}

static int ep_ctl_locked(struct eventpoll *ep, int op, int fd, struct file *file,
			 struct epoll_event *event, bool nested)
{
	struct epitem *epi = ep_find(ep, file, fd);

	switch (op) {
	case EPOLL_CTL_ADD:
		if (epi)
			return -EEXIST;
		event->events |= EPOLLERR | EPOLLHUP;
		return ep_insert(ep, event, file, fd, nested);
	case EPOLL_CTL_DEL:
		if (!epi)
			return -ENOENT;
		ep_remove(ep, epi);
		ep_put(ep);
		return 0;
	case EPOLL_CTL_MOD:
		if (!epi)
			return -ENOENT;
		if (epi->event.events & EPOLLEXCLUSIVE)
			return -EINVAL;
		event->events |= EPOLLERR | EPOLLHUP;
		return ep_modify(ep, epi, event);
	default:
		return -EINVAL;
	}
}

static int do_epoll_ctl(struct file *epfile, int op, int fd, struct file *file,
			struct epoll_event *event)
{
	struct eventpoll *ep;
	bool nested;
	int error;

	if (!file->f_op->poll)
		return -EPERM;
	if (epfile == file || !is_file_epoll(epfile))
		return -EINVAL;
	if (op != EPOLL_CTL_DEL && (event->events & EPOLLEXCLUSIVE)) {
		if (op == EPOLL_CTL_MOD)
			return -EINVAL;
		if (op == EPOLL_CTL_ADD &&
		    (is_file_epoll(file) || (event->events & ~EPOLLEXCLUSIVE_OK_BITS)))
			return -EINVAL;
	}
	ep = epfile->private_data;
	/* A thread that nests ep at this moment may not be seen: then there is one way more than allowed. */
	nested = op == EPOLL_CTL_ADD && (is_file_epoll(file) || !list_empty_careful(&ep->refs));
	if (nested) {
		mutex_lock(&epnested_mutex);
		error = is_file_epoll(file) ? ep_loop_check(ep, file->private_data) : 0;
		if (error)
			goto out_nested;
	}
	mutex_lock(&ep->mtx);
	error = ep_ctl_locked(ep, op, fd, file, event, nested);
	mutex_unlock(&ep->mtx);
out_nested:
	if (nested)
		mutex_unlock(&epnested_mutex);
	return error;
}

/* ---- the file ---- */

static int ep_eventpoll_release(struct inode *inode, struct file *file)
{
	ep_clear_and_put(file->private_data);
	return 0;
}

/* Readable when some item is. Items that turn out not to be leave the ready list. */
static unsigned int __ep_eventpoll_poll(struct file *file, poll_table *wait, int depth)
{
	struct eventpoll *ep = file->private_data;
	struct epitem *epi, *tmp;
	LIST_HEAD(txlist);
	unsigned int res = 0;

	poll_wait(file, &ep->poll_wait, wait);
	mutex_lock_nested(&ep->mtx, depth);
	ep_start_scan(ep, &txlist);
	list_for_each_entry_safe (epi, tmp, &txlist, rdllink) {
		if (ep_item_poll(epi, NULL, depth)) {
			res = EPOLLIN | EPOLLRDNORM;
			break;
		}
		list_del_init(&epi->rdllink);
	}
	ep_done_scan(ep, &txlist);
	mutex_unlock(&ep->mtx);
	return res;
}

static unsigned int ep_eventpoll_poll(struct file *file, poll_table *wait)
{
	return __ep_eventpoll_poll(file, wait, 0);
}

static void ep_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct eventpoll *ep = file->private_data;

	mutex_lock(&ep->mtx);
	for (struct rb_node *node = rb_first(&ep->rbr); node; node = rb_next(node)) {
		struct epitem *epi = rb_entry(node, struct epitem, rbn);
		const struct inode *inode = file_inode(epi->file);

		seq_printf(m, "tfd: %8d events: %8x data: %16llx  pos:%lld ino:%lx sdev:%x\n",
			   epi->fd, epi->event.events, (unsigned long long)epi->event.data,
			   (long long)epi->file->f_pos, inode->i_ino, inode->i_sb->s_dev);
		if (seq_has_overflowed(m))
			break;
	}
	mutex_unlock(&ep->mtx);
}

const struct file_operations eventpoll_fops = {
	.show_fdinfo = ep_show_fdinfo,
	.release = ep_eventpoll_release,
	.poll = ep_eventpoll_poll,
	.llseek = noop_llseek,
};

/* ---- system calls ---- */

static int do_epoll_create(int flags)
{
	struct eventpoll *ep;
	struct file *file;
	int fd;

	if (flags & ~EPOLL_CLOEXEC)
		return -EINVAL;
	ep = kzalloc(sizeof(*ep), GFP_KERNEL_ACCOUNT);
	if (!ep)
		return -ENOMEM;
	mutex_init(&ep->mtx);
	spin_lock_init(&ep->lock);
	init_waitqueue_head(&ep->wq);
	init_waitqueue_head(&ep->poll_wait);
	INIT_LIST_HEAD(&ep->rdllist);
	INIT_LIST_HEAD(&ep->refs);
	ep->rbr.rb_node = NULL;
	ep->ovflist = EP_UNACTIVE_PTR;
	refcount_set(&ep->refcount, 1);

	fd = get_unused_fd_flags(O_RDWR | (flags & O_CLOEXEC));
	if (fd < 0)
		goto out_free;
	file = anon_inode_getfile("[eventpoll]", &eventpoll_fops, ep, O_RDWR);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		fd = PTR_ERR(file);
		goto out_free;
	}
	fd_install(fd, file);
	return fd;
out_free:
	kfree(ep);
	return fd;
}

SYSCALL_DEFINE1(epoll_create1, int, flags)
{
	return do_epoll_create(flags);
}

SYSCALL_DEFINE1(epoll_create, int, size)
{
	return size <= 0 ? -EINVAL : do_epoll_create(0);
}

SYSCALL_DEFINE4(epoll_ctl, int, epfd, int, op, int, fd, struct epoll_event __user *, uevent)
{
	struct epoll_event event = {};
	struct fd epf, f;
	int error = -EBADF;

	if (op != EPOLL_CTL_DEL && copy_from_user(&event, uevent, sizeof(event)))
		return -EFAULT;
	epf = fdget(epfd);
	if (!epf.file)
		return error;
	f = fdget(fd);
	if (f.file) {
		error = do_epoll_ctl(epf.file, op, fd, f.file, &event);
		fdput(f);
	}
	fdput(epf);
	return error;
}

static int do_epoll_wait(int epfd, struct epoll_event __user *events, int maxevents,
			 ktime_t expires)
{
	struct fd f;
	int error = -EINVAL;

	if (maxevents <= 0 || maxevents > EP_MAX_EVENTS)
		return -EINVAL;
	if (!access_ok(events, (size_t)maxevents * sizeof(struct epoll_event)))
		return -EFAULT;
	f = fdget(epfd);
	if (!f.file)
		return -EBADF;
	if (is_file_epoll(f.file))
		error = ep_poll(f.file->private_data, events, maxevents, expires);
	fdput(f);
	return error;
}

static ktime_t deadline_of_ms(int timeout)
{
	if (timeout < 0)
		return KTIME_MAX;
	return timeout ? ktime_add_safe(ktime_get(), ms_to_ktime(timeout)) : 0;
}

SYSCALL_DEFINE4(epoll_wait, int, epfd, struct epoll_event __user *, events, int, maxevents, int,
		timeout)
{
	return do_epoll_wait(epfd, events, maxevents, deadline_of_ms(timeout));
}

static int do_epoll_pwait(int epfd, struct epoll_event __user *events, int maxevents,
			  ktime_t expires, const sigset_t __user *sigmask, size_t sigsetsize)
{
	int error = set_user_sigmask(sigmask, sigsetsize);

	if (error)
		return error;
	error = do_epoll_wait(epfd, events, maxevents, expires);
	restore_saved_sigmask_unless(error == -EINTR);
	return error;
}

SYSCALL_DEFINE6(epoll_pwait, int, epfd, struct epoll_event __user *, events, int, maxevents, int,
		timeout, const sigset_t __user *, sigmask, size_t, sigsetsize)
{
	return do_epoll_pwait(epfd, events, maxevents, deadline_of_ms(timeout), sigmask,
			      sigsetsize);
}

SYSCALL_DEFINE6(epoll_pwait2, int, epfd, struct epoll_event __user *, events, int, maxevents,
		const struct __kernel_timespec __user *, uts, const sigset_t __user *, sigmask,
		size_t, sigsetsize)
{
	ktime_t expires = KTIME_MAX;

	if (uts) {
		struct __kernel_timespec ts;
		struct timespec64 ts64;

		if (copy_from_user(&ts, uts, sizeof(ts)))
			return -EFAULT;
		ts64.tv_sec = ts.tv_sec;
		ts64.tv_nsec = ts.tv_nsec;
		if (!timespec64_valid(&ts64))
			return -EINVAL;
		expires = timespec64_to_ktime(ts64);
		if (expires)
			expires = ktime_add_safe(ktime_get(), expires);
	}
	return do_epoll_pwait(epfd, events, maxevents, expires, sigmask, sigsetsize);
}
