// SPDX-License-Identifier: GPL-2.0-only
/*
 * File locks: POSIX record locks, open-file-description (OFD) locks, and flock().
 *
 * Idea: an inode that was ever locked has a file_lock_context with two lists. A request is compared
 * with every lock of other owners; if none conflicts it is merged into its owner's own locks. If one
 * does, a request that may wait hangs itself on that lock (fl_blocker) and tries again when woken.
 *
 * Data:  inode->i_flctx { flc_posix: owner by owner, each sorted by start; flc_flock }
 *        blocked request --fl_blocker--> lock held; lock --fl_blocked_requests--> requests waiting
 * Owners: POSIX locks belong to a files_struct (a process), OFD and flock locks to a struct file.
 *
 * Rules: 1. Locks of one owner never overlap, and neighbours of one type are one lock.
 *        2. A POSIX request that would wait for itself around a chain of owners is refused: EDEADLK.
 *        3. close() of any descriptor of the inode drops all POSIX locks of the process on it.
 * Locking: flc_lock for the lists of one inode; inside it, blocked_lock_lock for who waits for whom
 * and in that file_lock_list_lock for /proc/locks, over all inodes. Sleeps: F_SETLKW, LOCK_EX.
 * Linux: fs/locks.c. Left out: leases, mandatory locks, lock manager callbacks.
 * The splitting and merging of ranges is pure: fs/lock_range.h. Start at: posix_lock_inode.
 */
#include "fs/locks.h"
#include "fs/file.h"
#include "fs/internal.h"
#include "fs/lock_range.h"
#include "fs/seq_file.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/list.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/sched/wait.h"
#include "kernel/syscall.h"
#include "mm/slab.h"

#define FL_POSIX  1
#define FL_FLOCK  2
#define FL_OFDLCK 4
#define FL_SLEEP  8

/* [F] flc_lock, [B] blocked_lock_lock, [I] never changes once in a list */
struct file_lock {
	struct list_head fl_list;             /* [F] in the context */
	struct list_head fl_link;             /* [F] in file_locks, for /proc/locks */
	struct file_lock *fl_blocker;         /* [B] whom this request waits for */
	struct list_head fl_blocked_requests; /* [B] who waits for this lock */
	struct list_head fl_blocked_member;   /* [B] in the blocker's list */
	void *fl_owner;                       /* [I] files_struct or file */
	struct file *fl_file;                 /* [I] */
	struct inode *fl_inode;               /* [I] */
	unsigned int fl_flags;                /* [I] FL_* */
	unsigned char fl_type;                /* [F] F_RDLCK, F_WRLCK, F_UNLCK */
	pid_t fl_pid;                         /* [I] process, -1 for OFD locks */
	loff_t fl_start, fl_end;              /* [F] both inclusive */
	wait_queue_head_t fl_wait;
};

struct file_lock_context {
	spinlock_t flc_lock;
	struct list_head flc_posix, flc_flock;
};

static struct kmem_cache *filelock_cache, *flctx_cache;
static DEFINE_SPINLOCK(blocked_lock_lock);
static DEFINE_SPINLOCK(file_lock_list_lock);
static LIST_HEAD(file_locks);

/* ---- objects ---- */

static struct file_lock *locks_alloc_lock(void)
{
	struct file_lock *fl = kmem_cache_zalloc(filelock_cache, GFP_KERNEL_ACCOUNT);

	if (fl) {
		INIT_LIST_HEAD(&fl->fl_list);
		INIT_LIST_HEAD(&fl->fl_link);
		INIT_LIST_HEAD(&fl->fl_blocked_requests);
		INIT_LIST_HEAD(&fl->fl_blocked_member);
		init_waitqueue_head(&fl->fl_wait);
	}
	return fl;
}

static void locks_free_lock(struct file_lock *fl)
{
	if (fl) {
		ASSERT(list_empty(&fl->fl_list) && list_empty(&fl->fl_blocked_requests));
		kmem_cache_free(filelock_cache, fl);
	}
}

static struct file_lock_context *locks_get_lock_context(struct inode *inode, bool make)
{
	struct file_lock_context *ctx = READ_ONCE(inode->i_flctx);

	if (ctx || !make)
		return ctx;
	ctx = kmem_cache_alloc(flctx_cache, GFP_KERNEL);
	if (!ctx)
		return NULL;
	spin_lock_init(&ctx->flc_lock);
	INIT_LIST_HEAD(&ctx->flc_posix);
	INIT_LIST_HEAD(&ctx->flc_flock);
	/* Another task may have been faster. */
	if (cmpxchg(&inode->i_flctx, NULL, ctx)) {
		kmem_cache_free(flctx_cache, ctx);
		ctx = inode->i_flctx;
	}
	return ctx;
}

void locks_free_lock_context(struct inode *inode)
{
	struct file_lock_context *ctx = inode->i_flctx;

	ASSERT(list_empty(&ctx->flc_posix) && list_empty(&ctx->flc_flock));
	kmem_cache_free(flctx_cache, ctx);
}

/* flc_lock held: into the list before the given place, and into /proc/locks. */
static void locks_insert_lock(struct file_lock *fl, struct list_head *before)
{
	list_add_tail(&fl->fl_list, before);
	spin_lock(&file_lock_list_lock);
	list_add_tail(&fl->fl_link, &file_locks);
	spin_unlock(&file_lock_list_lock);
}

/* Who waited for fl looks again. */
static void locks_wake_up_blocks(struct file_lock *fl)
{
	spin_lock(&blocked_lock_lock);
	while (!list_empty(&fl->fl_blocked_requests)) {
		struct file_lock *waiter = list_first_entry(&fl->fl_blocked_requests,
							    struct file_lock, fl_blocked_member);

		list_del_init(&waiter->fl_blocked_member);
		smp_store_release(&waiter->fl_blocker, NULL);
		wake_up(&waiter->fl_wait);
	}
	spin_unlock(&blocked_lock_lock);
}

/* flc_lock held: out of the lists; dispose collects what is freed after unlocking. */
static void locks_delete_lock(struct file_lock *fl, struct list_head *dispose)
{
	spin_lock(&file_lock_list_lock);
	list_del_init(&fl->fl_link);
	spin_unlock(&file_lock_list_lock);
	list_move(&fl->fl_list, dispose);
	locks_wake_up_blocks(fl);
}

static void locks_dispose_list(struct list_head *dispose)
{
	while (!list_empty(dispose)) {
		struct file_lock *fl = list_first_entry(dispose, struct file_lock, fl_list);

		list_del_init(&fl->fl_list);
		locks_free_lock(fl);
	}
}

/* ---- conflicts and waiting ---- */

static inline bool locks_overlap(const struct file_lock *a, const struct file_lock *b)
{
	return a->fl_end >= b->fl_start && b->fl_end >= a->fl_start;
}

static inline bool types_conflict(const struct file_lock *a, const struct file_lock *b)
{
	return a->fl_type == F_WRLCK || b->fl_type == F_WRLCK;
}

static bool posix_conflict(const struct file_lock *request, const struct file_lock *held)
{
	return request->fl_owner != held->fl_owner && locks_overlap(request, held) &&
	       types_conflict(request, held);
}

/* A request of that owner that waits, and thus what it waits for; blocked_lock_lock held. */
static struct file_lock *what_owner_waits_for(const void *owner);

/* Rule 2: would the owner of request wait for itself through blocker's owner? */
static bool posix_locks_deadlock(const struct file_lock *request, const struct file_lock *blocker)
{
	int hops = 0;

	/* OFD locks are no process's: whoever waits cannot be told from who holds. */
	if (request->fl_flags & FL_OFDLCK)
		return false;
	while (!(blocker->fl_flags & FL_OFDLCK) &&
	       (blocker = what_owner_waits_for(blocker->fl_owner))) {
		if (++hops > 10)
			return false; /* as Linux: a chain that long is left to luck */
		if (blocker->fl_owner == request->fl_owner)
			return true;
	}
	return false;
}

/* All POSIX requests that wait. [B] */
static LIST_HEAD(blocked_posix);

struct blocked_entry {
	struct list_head list;
	struct file_lock *request;
};

static struct file_lock *what_owner_waits_for(const void *owner)
{
	struct blocked_entry *e;

	list_for_each_entry (e, &blocked_posix, list) {
		if (e->request->fl_owner == owner && e->request->fl_blocker)
			return e->request->fl_blocker;
	}
	return NULL;
}

/* blocked_lock_lock held. */
static void __locks_insert_block(struct file_lock *blocker, struct file_lock *request)
{
	request->fl_blocker = blocker;
	list_add_tail(&request->fl_blocked_member, &blocker->fl_blocked_requests);
}

static void locks_delete_block(struct file_lock *request)
{
	spin_lock(&blocked_lock_lock);
	if (request->fl_blocker) {
		list_del_init(&request->fl_blocked_member);
		request->fl_blocker = NULL;
	}
	spin_unlock(&blocked_lock_lock);
}

/* ---- POSIX and OFD locks ---- */

/*
 * Puts request into its owner's locks: overlapping and adjacent locks of the owner are merged, cut
 * or split (rule 1). Uses up to two spare locks. flc_lock held, no conflict with other owners.
 */
static void posix_apply(struct file_lock_context *ctx, const struct file_lock *request,
			struct file_lock **spare, struct list_head *dispose)
{
	struct lock_range want = { request->fl_start, request->fl_end };
	struct list_head *place = &ctx->flc_posix;
	struct file_lock *fl, *tmp, *new;
	bool seen_owner = false;

	list_for_each_entry_safe (fl, tmp, &ctx->flc_posix, fl_list) {
		struct lock_range have = { fl->fl_start, fl->fl_end }, left, right;

		if (fl->fl_owner != request->fl_owner) {
			if (seen_owner && place == &ctx->flc_posix)
				place = &fl->fl_list;
			continue;
		}
		seen_owner = true;
		if (fl->fl_type == request->fl_type) {
			/* One type: the union takes both places. */
			if (lock_range_touches(&have, &want)) {
				lock_range_join(&want, &have);
				locks_delete_lock(fl, dispose);
				continue;
			}
		} else if (lock_range_overlaps(&have, &want)) {
			unsigned int parts = lock_range_cut(&have, &want, &left, &right);

			if (parts == (LOCK_PART_LEFT | LOCK_PART_RIGHT)) {
				new = *spare;
				*spare = NULL;
				new->fl_owner = fl->fl_owner;
				new->fl_file = fl->fl_file;
				new->fl_inode = fl->fl_inode;
				new->fl_flags = fl->fl_flags;
				new->fl_type = fl->fl_type;
				new->fl_pid = fl->fl_pid;
				new->fl_start = right.start;
				new->fl_end = right.end;
				locks_insert_lock(new, fl->fl_list.next);
				if (place == &ctx->flc_posix)
					place = &new->fl_list;
			}
			if (!parts) {
				locks_delete_lock(fl, dispose);
				continue;
			}
			have = (parts & LOCK_PART_LEFT) ? left : right;
			/* One of the two: /proc/locks never sees a range that was not there. */
			WRITE_ONCE(fl->fl_start, have.start);
			WRITE_ONCE(fl->fl_end, have.end);
			locks_wake_up_blocks(fl);
		}
		if (fl->fl_start > want.end && place == &ctx->flc_posix)
			place = &fl->fl_list;
	}
	if (request->fl_type == F_UNLCK)
		return;
	new = spare[1];
	spare[1] = NULL;
	new->fl_owner = request->fl_owner;
	new->fl_file = request->fl_file;
	new->fl_inode = request->fl_inode;
	new->fl_flags = request->fl_flags & ~(unsigned int)FL_SLEEP;
	new->fl_type = request->fl_type;
	new->fl_pid = request->fl_pid;
	new->fl_start = want.start;
	new->fl_end = want.end;
	locks_insert_lock(new, place);
}

/* One try: 0, -EAGAIN, -EDEADLK, -ENOLCK, or FILE_LOCK_DEFERRED: request waits for fl_blocker. */
#define FILE_LOCK_DEFERRED 1

static int posix_lock_inode(struct inode *inode, struct file_lock *request)
{
	struct file_lock_context *ctx;
	struct file_lock *spare[2] = { NULL, NULL }, *fl;
	LIST_HEAD(dispose);
	int error = 0;

	ctx = locks_get_lock_context(inode, request->fl_type != F_UNLCK);
	if (!ctx)
		return request->fl_type == F_UNLCK ? 0 : -ENOMEM;
	/* A split of one's own lock needs one, the new lock another; giving all up must not fail. */
	if (request->fl_type != F_UNLCK || request->fl_start || request->fl_end != OFFSET_MAX) {
		spare[0] = locks_alloc_lock();
		spare[1] = locks_alloc_lock();
		if (!spare[0] || !spare[1]) {
			error = -ENOLCK;
			goto free;
		}
	}
	spin_lock(&ctx->flc_lock);
	if (request->fl_type != F_UNLCK) {
		list_for_each_entry (fl, &ctx->flc_posix, fl_list) {
			if (!posix_conflict(request, fl))
				continue;
			error = -EAGAIN;
			if (!(request->fl_flags & FL_SLEEP))
				goto unlock;
			spin_lock(&blocked_lock_lock);
			if (posix_locks_deadlock(request, fl)) {
				error = -EDEADLK;
			} else {
				error = FILE_LOCK_DEFERRED;
				__locks_insert_block(fl, request);
			}
			spin_unlock(&blocked_lock_lock);
			goto unlock;
		}
	}
	posix_apply(ctx, request, spare, &dispose);
unlock:
	spin_unlock(&ctx->flc_lock);
free:
	locks_free_lock(spare[0]);
	locks_free_lock(spare[1]);
	locks_dispose_list(&dispose);
	return error;
}

static int posix_lock_inode_wait(struct inode *inode, struct file_lock *request)
{
	struct blocked_entry entry = { .request = request };
	int error;

	spin_lock(&blocked_lock_lock);
	list_add(&entry.list, &blocked_posix);
	spin_unlock(&blocked_lock_lock);
	for (;;) {
		error = posix_lock_inode(inode, request);
		if (error != FILE_LOCK_DEFERRED)
			break;
		error = wait_event_interruptible(request->fl_wait,
						 !smp_load_acquire(&request->fl_blocker));
		if (error)
			break;
	}
	locks_delete_block(request);
	spin_lock(&blocked_lock_lock);
	list_del(&entry.list);
	spin_unlock(&blocked_lock_lock);
	return error;
}

/* From struct flock's terms to an inclusive range. */
static int flock_to_posix_lock(struct file *file, struct file_lock *fl, const struct flock *l)
{
	struct lock_range range;
	loff_t base;
	int error;

	switch (l->l_whence) {
	case SEEK_SET:
		base = 0;
		break;
	case SEEK_CUR:
		base = file->f_pos;
		break;
	case SEEK_END:
		base = READ_ONCE(file_inode(file)->i_size);
		break;
	default:
		return -EINVAL;
	}
	error = lock_range_from_flock(base, l->l_start, l->l_len, &range);
	if (error)
		return error;
	fl->fl_start = range.start;
	fl->fl_end = range.end;
	if (l->l_type != F_RDLCK && l->l_type != F_WRLCK && l->l_type != F_UNLCK)
		return -EINVAL;
	fl->fl_type = (unsigned char)l->l_type;
	fl->fl_owner = current->files;
	fl->fl_pid = current->tgid;
	fl->fl_file = file;
	fl->fl_inode = file_inode(file);
	fl->fl_flags = FL_POSIX;
	return 0;
}

static void make_ofd(struct file_lock *fl, struct file *file)
{
	fl->fl_flags |= FL_OFDLCK;
	fl->fl_owner = file;
	fl->fl_pid = -1;
}

int fcntl_getlk(struct file *file, unsigned int cmd, struct flock *flock)
{
	struct file_lock *fl = locks_alloc_lock(), *p;
	struct file_lock_context *ctx;
	int error;

	if (!fl)
		return -ENOMEM;
	error = -EINVAL;
	if (cmd != F_OFD_GETLK && flock->l_type != F_RDLCK && flock->l_type != F_WRLCK)
		goto out;
	error = flock_to_posix_lock(file, fl, flock);
	if (error)
		goto out;
	if (cmd == F_OFD_GETLK) {
		error = -EINVAL;
		if (flock->l_pid != 0)
			goto out;
		make_ofd(fl, file);
	}
	error = 0;
	flock->l_type = F_UNLCK;
	ctx = locks_get_lock_context(file_inode(file), false);
	if (!ctx)
		goto out;
	spin_lock(&ctx->flc_lock);
	list_for_each_entry (p, &ctx->flc_posix, fl_list) {
		if (!posix_conflict(fl, p))
			continue;
		flock->l_type = p->fl_type;
		flock->l_whence = SEEK_SET;
		flock->l_start = p->fl_start;
		flock->l_len = p->fl_end == OFFSET_MAX ? 0 : p->fl_end - p->fl_start + 1;
		flock->l_pid = p->fl_pid;
		break;
	}
	spin_unlock(&ctx->flc_lock);
out:
	locks_free_lock(fl);
	return error;
}

int fcntl_setlk(unsigned int fd, struct file *file, unsigned int cmd, struct flock *flock)
{
	struct file_lock *fl = locks_alloc_lock();
	int error;

	if (!fl)
		return -ENOLCK;
	error = flock_to_posix_lock(file, fl, flock);
	if (error)
		goto out;
	error = -EBADF;
	if ((flock->l_type == F_RDLCK && !(file->f_mode & FMODE_READ)) ||
	    (flock->l_type == F_WRLCK && !(file->f_mode & FMODE_WRITE)))
		goto out;
	if (cmd == F_OFD_SETLK || cmd == F_OFD_SETLKW) {
		error = -EINVAL;
		if (flock->l_pid != 0)
			goto out;
		make_ofd(fl, file);
	}
	if (cmd == F_SETLKW || cmd == F_OFD_SETLKW)
		fl->fl_flags |= FL_SLEEP;
	error = posix_lock_inode_wait(file_inode(file), fl);

	/* Closed meanwhile by another thread: rule 3 has missed this lock. */
	if (!error && fl->fl_type != F_UNLCK && !(fl->fl_flags & FL_OFDLCK)) {
		if (!fd_leads_to(fd, file)) {
			locks_remove_posix(file, current->files); /* needs no memory */
			error = -EBADF;
		}
	}
out:
	locks_free_lock(fl);
	return error;
}

/* ---- flock() ---- */

static int flock_lock_inode(struct inode *inode, struct file_lock *request)
{
	struct file_lock_context *ctx;
	struct file_lock *new = NULL, *fl, *tmp;
	LIST_HEAD(dispose);
	int error = 0;

	ctx = locks_get_lock_context(inode, request->fl_type != F_UNLCK);
	if (!ctx)
		return request->fl_type == F_UNLCK ? 0 : -ENOMEM;
	if (request->fl_type != F_UNLCK) {
		new = locks_alloc_lock();
		if (!new)
			return -ENOMEM;
	}
	spin_lock(&ctx->flc_lock);
	/* A file has one flock at most. Changing its type gives the old one up first, as documented. */
	list_for_each_entry_safe (fl, tmp, &ctx->flc_flock, fl_list) {
		if (fl->fl_file != request->fl_file)
			continue;
		if (fl->fl_type == request->fl_type)
			goto unlock;
		locks_delete_lock(fl, &dispose);
		break;
	}
	if (request->fl_type == F_UNLCK)
		goto unlock;
	list_for_each_entry (fl, &ctx->flc_flock, fl_list) {
		if (!types_conflict(request, fl))
			continue;
		error = -EAGAIN;
		if (request->fl_flags & FL_SLEEP) {
			error = FILE_LOCK_DEFERRED;
			spin_lock(&blocked_lock_lock);
			__locks_insert_block(fl, request);
			spin_unlock(&blocked_lock_lock);
		}
		goto unlock;
	}
	new->fl_owner = request->fl_owner;
	new->fl_file = request->fl_file;
	new->fl_inode = inode;
	new->fl_flags = FL_FLOCK;
	new->fl_type = request->fl_type;
	new->fl_pid = request->fl_pid;
	new->fl_end = OFFSET_MAX;
	locks_insert_lock(new, &ctx->flc_flock);
	new = NULL;
unlock:
	spin_unlock(&ctx->flc_lock);
	locks_free_lock(new);
	locks_dispose_list(&dispose);
	return error;
}

static int flock_type(unsigned int cmd)
{
	switch (cmd) {
	case LOCK_SH:
		return F_RDLCK;
	case LOCK_EX:
		return F_WRLCK;
	case LOCK_UN:
		return F_UNLCK;
	}
	return -EINVAL;
}

SYSCALL_DEFINE2(flock, unsigned int, fd, unsigned int, cmd)
{
	int type = flock_type(cmd & ~(unsigned int)LOCK_NB), error;
	struct file_lock *fl;
	struct fd f;

	if (type < 0)
		return type;
	f = fdget(fd);
	if (!f.file)
		return -EBADF;
	error = -EBADF;
	if (type != F_UNLCK && !(f.file->f_mode & (FMODE_READ | FMODE_WRITE)))
		goto out;
	error = -ENOMEM;
	fl = locks_alloc_lock();
	if (!fl)
		goto out;
	fl->fl_owner = fl->fl_file = f.file;
	fl->fl_inode = file_inode(f.file); /* /proc/locks shows waiting requests too */
	fl->fl_type = (unsigned char)type;
	fl->fl_pid = current->tgid;
	fl->fl_end = OFFSET_MAX;
	fl->fl_flags = FL_FLOCK | ((cmd & LOCK_NB) ? 0 : FL_SLEEP);
	for (;;) {
		error = flock_lock_inode(file_inode(f.file), fl);
		if (error != FILE_LOCK_DEFERRED)
			break;
		error = wait_event_interruptible(fl->fl_wait, !smp_load_acquire(&fl->fl_blocker));
		if (error)
			break;
	}
	locks_delete_block(fl);
	locks_free_lock(fl);
out:
	fdput(f);
	return error;
}

/* ---- close ---- */

/* Rule 3: every POSIX lock of the process on that inode. */
void locks_remove_posix(struct file *file, struct files_struct *owner)
{
	struct inode *inode = file_inode(file);
	struct file_lock_context *ctx = inode->i_flctx;
	struct file_lock *fl, *tmp;
	LIST_HEAD(dispose);

	if (!ctx || list_empty(&ctx->flc_posix))
		return;
	spin_lock(&ctx->flc_lock);
	list_for_each_entry_safe (fl, tmp, &ctx->flc_posix, fl_list) {
		if (fl->fl_owner == owner)
			locks_delete_lock(fl, &dispose);
	}
	spin_unlock(&ctx->flc_lock);
	locks_dispose_list(&dispose);
}

/* The open file ends: its flock and OFD locks. */
void locks_remove_file(struct file *file)
{
	struct file_lock_context *ctx = file_inode(file)->i_flctx;
	struct file_lock *fl, *tmp;
	LIST_HEAD(dispose);

	spin_lock(&ctx->flc_lock);
	list_for_each_entry_safe (fl, tmp, &ctx->flc_flock, fl_list) {
		if (fl->fl_file == file)
			locks_delete_lock(fl, &dispose);
	}
	list_for_each_entry_safe (fl, tmp, &ctx->flc_posix, fl_list) {
		if (fl->fl_owner == file)
			locks_delete_lock(fl, &dispose);
	}
	spin_unlock(&ctx->flc_lock);
	locks_dispose_list(&dispose);
}

/* ---- /proc/locks ---- */

static void lock_get_status(struct seq_file *m, const struct file_lock *fl, int id,
			    const char *prefix)
{
	const struct super_block *sb = fl->fl_inode->i_sb;

	loff_t start = READ_ONCE(fl->fl_start), end = READ_ONCE(fl->fl_end);

	seq_printf(m, "%d: %s", id, prefix);
	if (fl->fl_flags & FL_POSIX)
		seq_printf(m, "%6s ADVISORY  ", (fl->fl_flags & FL_OFDLCK) ? "OFDLCK" : "POSIX ");
	else
		seq_printf(m, "FLOCK  ADVISORY  ");
	seq_printf(m, "%s ",
		   fl->fl_type == F_WRLCK ? "WRITE" :
		   fl->fl_type == F_RDLCK ? "READ" :
					    "UNLCK");
	seq_printf(m, "%d %02x:%02x:%lu ", fl->fl_pid, MAJOR(sb->s_dev), MINOR(sb->s_dev),
		   fl->fl_inode->i_ino);
	if (end == OFFSET_MAX)
		seq_printf(m, "%lld EOF\n", start);
	else
		seq_printf(m, "%lld %lld\n", start, end);
}

/*
 * A lock stays in file_locks until it is freed, a request in fl_blocked_requests; with these two
 * locks held everything here exists. flc_lock comes before them, so ranges may move meanwhile.
 */
int locks_show(struct seq_file *m)
{
	struct file_lock *fl, *waiter;
	int id = 0;

	spin_lock(&blocked_lock_lock);
	spin_lock(&file_lock_list_lock);
	list_for_each_entry (fl, &file_locks, fl_link) {
		lock_get_status(m, fl, ++id, "");
		list_for_each_entry (waiter, &fl->fl_blocked_requests, fl_blocked_member)
			lock_get_status(m, waiter, id, "-> ");
	}
	spin_unlock(&file_lock_list_lock);
	spin_unlock(&blocked_lock_lock);
	return 0;
}

void __init locks_init(void)
{
	filelock_cache = KMEM_CACHE(file_lock, SLAB_PANIC | SLAB_ACCOUNT);
	flctx_cache = KMEM_CACHE(file_lock_context, SLAB_PANIC | SLAB_ACCOUNT);
}
