// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets in flight, and the collection of those that nobody can receive any more.
 *
 * Idea: a socket may be sent over a socket, even over itself. Then the message keeps the socket open
 *   and the socket keeps the message, and when every descriptor is closed both would stay for ever.
 *   As in a language with garbage collection, what counts is whether somebody can get at it:
 *	- A socket is reached if something besides messages refers to its file: its file's references
 *	  are more than those that messages have (inflight).
 *	- If a socket is reached, so are the sockets in the messages of its queue: receive them.
 *	- A listener's embryos are reached when it is: accept them.
 *   All other sockets in flight are garbage. The collector takes the descriptors out of the messages
 *   in their queues and closes these; that was all that held them, and they end as any socket does.
 *
 * Data:  gc_inflight_list -> unix_sock.link, those with inflight > 0
 *	  gc_receivers     -> unix_sock.gc_entry, those with sockets in their queue (a listener: in
 *			      those of its embryos) …
 *	  unix_sock.gc_embryos -> unix_sock.gc_entry, … but embryos stand behind their listener
 *	  unix_sock.gc_queue -> scm_fp_list.list -> fp[] -> the sockets that its messages carry
 *
 * Rules: 1. inflight, the lists above, and UNIXCB(skb).fp of queued messages change together, under
 *   unix_gc_lock; so does what a receiver or a peek adds to a file's references: between two looks
 *   of the collector no socket becomes reachable. (Linux's MSG_PEEK once took its references without
 *   the lock: the socket peeked at was closed after the collector had passed the one it gave.)
 *   2. What is garbage stays so; the lock is not needed while it is closed.
 *   3. Without a socket that is in flight and has sockets in its own queue (unix_nested) there is no
 *   cycle: passing pipes, or connections to a worker, costs nothing here.
 *
 * Cost: a collection looks once at each socket in flight and at each descriptor in messages that have
 *   sockets. It runs when a socket is closed, but after an expensive one not before so many sockets
 *   have been closed that each pays for GC_VISITS at most; and when twice as many are in flight as
 *   after the last one.
 *
 * Locking: unix_gc_lock is taken inside the state lock and inside it no other is. Files are closed
 *   without it (scm.c, rule 1), where they may call unix_gc() again.
 * Linux: net/unix/garbage.c: until 6.9 it looked into the queues themselves, since then it keeps a
 *   graph and finds its strongly connected components; both run in a worker thread.
 * Start at: unix_gc_collect. Tests: tests/ipc/unix_garbage.c, tests/ipc/unix_rights_random.c.
 */
#include "ipc/scm.h"

#include "kernel/lib/bug.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/cred.h"
#include "ipc/unix.h"

#define UNIX_INFLIGHT_TRIGGER_GC 16000
#define GC_VISITS                256

/* unix_sock.gc_flags */
#define GC_NESTED  1ul /* counts in unix_nested */
#define GC_REACHED 2ul /* by the collection under way */

/* All [G]. */
static DEFINE_SPINLOCK(unix_gc_lock);
static LIST_HEAD(gc_inflight_list);
static LIST_HEAD(gc_receivers);
unsigned int unix_tot_inflight;
static unsigned int unix_nested;
static unsigned int gc_threshold = UNIX_INFLIGHT_TRIGGER_GC;
static unsigned long gc_visits; /* of the last collection */
static unsigned long gc_credit; /* paid for since then */

void unix_gc_init_sock(struct unix_sock *u)
{
	INIT_LIST_HEAD(&u->link);
	INIT_LIST_HEAD(&u->gc_queue);
	INIT_LIST_HEAD(&u->gc_entry);
	INIT_LIST_HEAD(&u->gc_embryos);
}

/* ---- the lists; all with unix_gc_lock ---- */

/* Messages with sockets are in its queue, or in those of its embryos. */
static bool holds_sockets(const struct unix_sock *u)
{
	return !list_empty(&u->gc_queue) || !list_empty(&u->gc_embryos);
}

static void update_nested(struct unix_sock *u)
{
	bool nested = u->inflight && holds_sockets(u);

	if (nested == !!(u->gc_flags & GC_NESTED))
		return;
	u->gc_flags ^= GC_NESTED;
	unix_nested += nested ? 1 : -1u;
}

static void unix_inflight(struct unix_sock *u)
{
	if (!u->inflight++)
		list_add_tail(&u->link, &gc_inflight_list);
	unix_tot_inflight++;
	update_nested(u);
}

static void unix_notinflight(struct unix_sock *u)
{
	ASSERT(u->inflight > 0);
	if (!--u->inflight)
		list_del_init(&u->link);
	unix_tot_inflight--;
	update_nested(u);
}

/* The first socket came into a queue, or the last one left it: u is entered, or struck out. */
static void update_receiver(struct unix_sock *u)
{
	struct unix_sock *listener = NULL;

	if (holds_sockets(u) && list_empty(&u->gc_entry)) {
		listener = u->listener ? unix_sk(u->listener) : NULL;
		u->gc_listener = listener;
		list_add_tail(&u->gc_entry, listener ? &listener->gc_embryos : &gc_receivers);
	} else if (!holds_sockets(u) && !list_empty(&u->gc_entry)) {
		listener = u->gc_listener;
		u->gc_listener = NULL;
		list_del_init(&u->gc_entry);
	}
	update_nested(u);
	if (listener)
		update_receiver(listener); /* which has no listener itself */
}

#define for_each_socket(fpl, i, u)                                                                 \
	for (i = 0; i < (fpl)->count; i++)                                                         \
		if (((u) = unix_get_socket((fpl)->fp[i])) != NULL)

static void add_edges(struct scm_fp_list *fpl, struct unix_sock *receiver)
{
	struct unix_sock *u;
	int i;

	fpl->receiver = receiver;
	for_each_socket (fpl, i, u)
		unix_inflight(u);
	list_add_tail(&fpl->list, &receiver->gc_queue);
	update_receiver(receiver);
}

static void del_edges(struct scm_fp_list *fpl)
{
	struct unix_sock *receiver = fpl->receiver, *u;
	int i;

	list_del(&fpl->list);
	update_receiver(receiver);
	for_each_socket (fpl, i, u)
		unix_notinflight(u);
	fpl->receiver = NULL;
}

/* Out of its message. */
static void take_fpl(struct scm_fp_list *fpl, struct sk_buff *skb)
{
	UNIXCB(skb).fp = NULL;
	atomic_long_sub(fpl->count, &fpl->user->unix_inflight);
	if (fpl->receiver)
		del_edges(fpl);
}

/* ---- for messages ---- */

void __unix_add_edges(struct sk_buff *skb, struct unix_sock *receiver)
{
	struct scm_fp_list *fpl = UNIXCB(skb).fp;

	lockdep_assert_held(&receiver->lock);
	if (!fpl->count_unix)
		return;
	spin_lock(&unix_gc_lock);
	fpl->skb = skb;
	add_edges(fpl, receiver);
	spin_unlock(&unix_gc_lock);
}

struct scm_fp_list *unix_del_edges(struct sk_buff *skb)
{
	struct scm_fp_list *fpl;

	spin_lock(&unix_gc_lock);
	fpl = UNIXCB(skb).fp;
	if (fpl)
		take_fpl(fpl, skb);
	spin_unlock(&unix_gc_lock);
	return fpl;
}

void unix_copy_edges(const struct sk_buff *skb, struct scm_fp_list *copy)
{
	struct scm_fp_list *fpl;

	spin_lock(&unix_gc_lock); /* rule 1 */
	fpl = UNIXCB(skb).fp;
	ASSERT(fpl->count == copy->max);
	for (copy->count = 0; copy->count < fpl->count; copy->count++)
		copy->fp[copy->count] = get_file(fpl->fp[copy->count]);
	spin_unlock(&unix_gc_lock);
}

void unix_update_edges(struct sock *receiver)
{
	struct unix_sock *u = unix_sk(receiver), *listener;

	spin_lock(&unix_gc_lock);
	u->listener = NULL;
	listener = u->gc_listener;
	if (listener) {
		u->gc_listener = NULL;
		list_move_tail(&u->gc_entry, &gc_receivers);
		update_receiver(listener);
	}
	spin_unlock(&unix_gc_lock);
}

/* ---- the collection; with unix_gc_lock ---- */

static void reach(struct unix_sock *u, struct list_head *work)
{
	if (u->gc_flags & GC_REACHED)
		return;
	u->gc_flags |= GC_REACHED;
	list_add_tail(&u->gc_work, work);
}

/* Who is reached without the help of a message. */
static void reach_roots(struct list_head *work)
{
	struct unix_sock *u;

	list_for_each_entry (u, &gc_inflight_list, link)
		u->gc_flags &= ~GC_REACHED;
	list_for_each_entry (u, &gc_inflight_list, link) {
		long refs = atomic_long_read(&u->sk.sk_socket->file->f_count);

		ASSERT(refs >= u->inflight);
		if (refs > u->inflight)
			reach(u, work);
		gc_visits++;
	}
	list_for_each_entry (u, &gc_receivers, gc_entry) {
		if (u->inflight)
			continue;
		u->gc_flags &= ~GC_REACHED;
		reach(u, work);
	}
}

static void reach_queue(struct unix_sock *receiver, struct list_head *work)
{
	struct scm_fp_list *fpl;
	struct unix_sock *u;
	int i;

	list_for_each_entry (fpl, &receiver->gc_queue, list) {
		for_each_socket (fpl, i, u)
			reach(u, work);
		gc_visits += fpl->count;
	}
}

static void reach_all(struct list_head *work)
{
	struct unix_sock *u, *embryo;

	while (!list_empty(work)) {
		u = list_first_entry(work, struct unix_sock, gc_work);
		list_del(&u->gc_work);
		reach_queue(u, work);
		list_for_each_entry (embryo, &u->gc_embryos, gc_entry)
			reach_queue(embryo, work);
	}
}

/* The messages in the queue lose what they carry. */
static void empty_queue(struct unix_sock *receiver, struct list_head *garbage)
{
	struct scm_fp_list *fpl, *next;

	list_for_each_entry_safe (fpl, next, &receiver->gc_queue, list) {
		take_fpl(fpl, fpl->skb);
		list_add_tail(&fpl->list, garbage);
	}
}

static void sweep(struct list_head *garbage)
{
	struct unix_sock *u, *next;
	LIST_HEAD(unreached);

	list_for_each_entry_safe (u, next, &gc_inflight_list, link) {
		if (!(u->gc_flags & GC_REACHED))
			list_move_tail(&u->link, &unreached);
	}
	while (!list_empty(&unreached)) {
		u = list_first_entry(&unreached, struct unix_sock, link);
		list_move_tail(&u->link, &gc_inflight_list);
		empty_queue(u, garbage);
		while (!list_empty(&u->gc_embryos))
			empty_queue(list_first_entry(&u->gc_embryos, struct unix_sock, gc_entry),
				    garbage);
	}
}

bool unix_gc_collect(struct list_head *garbage)
{
	LIST_HEAD(work);
	bool found;

	spin_lock(&unix_gc_lock);
	gc_credit += GC_VISITS;
	if (unix_nested && gc_credit >= gc_visits) {
		gc_credit = gc_visits = 0;
		reach_roots(&work);
		reach_all(&work);
		sweep(garbage);
		gc_threshold = max(2 * unix_tot_inflight, (unsigned int)UNIX_INFLIGHT_TRIGGER_GC);
	}
	found = !list_empty(garbage);
	spin_unlock(&unix_gc_lock);
	return found;
}

void unix_gc(void)
{
	if (READ_ONCE(unix_nested)) /* rule 3 */
		scm_collect();
}

void wait_for_unix_gc(void)
{
	if (likely(READ_ONCE(unix_tot_inflight) <= READ_ONCE(gc_threshold)))
		return;
	spin_lock(&unix_gc_lock);
	gc_credit = gc_visits;
	gc_threshold = 2 * unix_tot_inflight;
	spin_unlock(&unix_gc_lock);
	unix_gc();
}
