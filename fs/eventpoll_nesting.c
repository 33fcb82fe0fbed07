// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets of epoll in sets: how deep, without loops, and how many ways lead up from a file.
 *
 * Idea: a wake-up of a file runs up through all sets that contain it, those that contain these, and
 * so on, at one go and with interrupts off. So before a set is put into another, and before a file
 * is put into a set that is in others, it is worked out what that would lead to.
 *
 *	file ──▶ set A ──▶ set C          two ways up from the file, each through two sets;
 *	    └──▶ set B ──────┘            n sets in each of n sets would be n * n
 *
 * Rules: 1. Not more than EP_MAX_NESTS sets lie above the lowest, and none contains itself. 2. From
 * no file lead more than path_limits[n] ways through n + 1 sets; through one, any number.
 * Locking: epnested_mutex, so that nothing is nested meanwhile; downwards each set's mtx, outer
 * first; upwards f_lock and ep_refs_lock. Linux: fs/eventpoll.c (ep_loop_check, reverse_path_check).
 * Start at: ep_loop_check(), ep_check_paths(). Tests: tests/fs/epoll_nesting.c.
 */
#include "fs/eventpoll_items.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/string.h"

#define EP_MAX_NESTS 4

DEFINE_MUTEX(epnested_mutex);
DEFINE_SPINLOCK(ep_refs_lock);
static u64 loop_check_gen; /* [N] */

/* ---- depth and loops ---- */

/*
 * How deep sets are nested below ep, 0 for none; more than EP_MAX_NESTS when it is too deep or leads
 * to forbidden. Holds epnested_mutex, so no nesting is added meanwhile.
 */
static int ep_depth_below(struct eventpoll *ep, const struct eventpoll *forbidden, int level)
{
	int depth = 0;

	if (ep == forbidden || level > EP_MAX_NESTS)
		return EP_MAX_NESTS + 1;
	if (ep->gen_below == loop_check_gen)
		return ep->depth_below;
	mutex_lock_nested(&ep->mtx, level + 1);
	for (struct rb_node *node = rb_first(&ep->rbr); node; node = rb_next(node)) {
		struct epitem *epi = rb_entry(node, struct epitem, rbn);

		if (is_file_epoll(epi->file))
			depth = max(depth, 1 + ep_depth_below(epi->file->private_data, forbidden,
							      level + 1));
		if (depth > EP_MAX_NESTS)
			break;
	}
	ep->gen_below = loop_check_gen;
	ep->depth_below = depth;
	mutex_unlock(&ep->mtx);
	return depth;
}

/* The same upwards. Also holds ep_refs_lock. */
static int ep_depth_above(struct eventpoll *ep, int level)
{
	struct epitem *epi;
	int depth = 0;

	if (level > EP_MAX_NESTS)
		return EP_MAX_NESTS + 1;
	if (ep->gen_above == loop_check_gen)
		return ep->depth_above;
	list_for_each_entry (epi, &ep->refs, reflink)
		depth = max(depth, 1 + ep_depth_above(epi->ep, level + 1));
	ep->gen_above = loop_check_gen;
	ep->depth_above = depth;
	return depth;
}

int ep_loop_check(struct eventpoll *ep, struct eventpoll *target)
{
	int depth;

	loop_check_gen++;
	depth = 1 + ep_depth_below(target, ep, 0);
	spin_lock(&ep_refs_lock);
	depth += ep_depth_above(ep, 0);
	spin_unlock(&ep_refs_lock);
	return depth > EP_MAX_NESTS ? -ELOOP : 0;
}

/* ---- ways up ---- */

static const int path_limits[EP_MAX_NESTS + 1] = { 1000, 500, 100, 50, 10 };
static int path_count[EP_MAX_NESTS + 1]; /* [N] */

/* The ways from ep to sets that are in no other; nests: sets below ep. ep_refs_lock held. */
static int count_paths(struct eventpoll *ep, int nests)
{
	struct epitem *epi;
	int error = 0;

	if (nests > EP_MAX_NESTS)
		return -EINVAL;
	if (list_empty(&ep->refs))
		return nests && ++path_count[nests] > path_limits[nests] ? -EINVAL : 0;
	list_for_each_entry (epi, &ep->refs, reflink) {
		error = count_paths(epi->ep, nests + 1);
		if (error)
			break;
	}
	return error;
}

/* Rule 2 for one file, which is no set. */
static int check_file(struct file *file)
{
	struct epitem *epi;
	int error = 0;

	memset(path_count, 0, sizeof(path_count));
	spin_lock(&file->f_lock);
	spin_lock(&ep_refs_lock);
	list_for_each_entry (epi, &file->f_ep_links, fllink) {
		error = count_paths(epi->ep, 0);
		if (error)
			break;
	}
	spin_unlock(&ep_refs_lock);
	spin_unlock(&file->f_lock);
	return error;
}

/* … and for all files below ep, which is level sets below the one that changes. */
static int check_files_below(struct eventpoll *ep, int level)
{
	int error = 0;

	mutex_lock_nested(&ep->mtx, level);
	for (struct rb_node *node = rb_first(&ep->rbr); node && !error; node = rb_next(node)) {
		struct file *file = rb_entry(node, struct epitem, rbn)->file;

		error = is_file_epoll(file) ? check_files_below(file->private_data, level + 1) :
					      check_file(file);
	}
	mutex_unlock(&ep->mtx);
	return error;
}

int ep_check_paths(struct epitem *epi)
{
	if (is_file_epoll(epi->file))
		return check_files_below(epi->file->private_data, 1);
	return check_file(epi->file);
}
