/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pipes and FIFOs: a ring of page-sized buffers between readers and writers.
 * Linux: include/linux/pipe_fs_i.h. Implemented in fs/pipe.c and fs/pipe_open.c.
 */
#ifndef CONDUIT_FS_PIPE_H
#define CONDUIT_FS_PIPE_H

#include "kernel/lib/types.h"
#include "kernel/locking/mutex.h"
#include "kernel/sched/wait.h"
#include "fs/fs.h"
#include "fs/pipe_ring.h"

struct page;
struct user_struct;
struct pipe_buffer;
struct pipe_inode_info;

#define PIPE_DEF_BUFFERS     16
#define PIPE_MIN_DEF_BUFFERS 2 /* for a user over the soft limit */

#define PIPE_BUF_FLAG_PACKET    0x08 /* O_DIRECT: a read ends with this buffer */
#define PIPE_BUF_FLAG_CAN_MERGE 0x10 /* a write may append to it */

/* What a buffer's page is and how it is given back. Under the pipe's mutex. */
struct pipe_buf_operations {
	void (*release)(struct pipe_inode_info *pipe, struct pipe_buffer *buf);
	/* One more reference, for tee(); false when it cannot be shared. */
	bool (*get)(struct pipe_inode_info *pipe, struct pipe_buffer *buf);
};

/* len bytes at offset of page. [M] the pipe's mutex, as all below */
struct pipe_buffer {
	struct page *page;
	unsigned int offset, len;
	const struct pipe_buf_operations *ops;
	unsigned int flags; /* PIPE_BUF_FLAG_* */
};

/*
 * head counts buffers written, tail buffers consumed; both run on and are taken modulo ring_size, a
 * power of two. max_usage = ring_size - reserved. [M] mutex; the ends also under it, so pollers may
 * look without.
 */
struct pipe_inode_info {
	struct mutex mutex;
	wait_queue_head_t rd_wait, wr_wait; /* sleepers for data and for room */
	union {
		union pipe_index ends; /* [M] both, for pipe_ends() */
		struct {
			unsigned int head; /* [M] where the next buffer goes */
			unsigned int tail; /* [M] the oldest buffer */
		};
	};
	unsigned int max_usage;            /* [M] buffers that may be in use */
	unsigned int ring_size;            /* [M] slots in bufs */
	unsigned int reserved;             /* [M] of them, for a splice that reads a device */
	unsigned int nr_accounted;         /* [M] pages charged to user */
	unsigned int readers, writers;     /* [M] open ends */
	unsigned int files;                /* [inode->i_lock] struct files: the last frees it */
	unsigned int r_counter, w_counter; /* [M] opens so far: a FIFO's open waits for a change */
	bool poll_usage;                   /* somebody polled: every write is an event */
	struct page *tmp_page[2];          /* [M] pages kept for the next writes */
	struct fasync_struct *fasync_readers, *fasync_writers; /* [M] SIGIO */
	struct pipe_buffer *bufs;                              /* [M] */
	struct user_struct *user;                              /* [I] who is charged */
};

static inline struct pipe_buffer *pipe_buf(const struct pipe_inode_info *pipe, unsigned int slot)
{
	return &pipe->bufs[slot & (pipe->ring_size - 1)];
}

/*
 * head and tail of one moment, without the mutex. Two loads would not do: with a write and a read of
 * others in between, a ring looks empty or full that never was, and who goes to sleep over that is not
 * woken, since wake-ups are for a ring that becomes readable or writable.
 */
static inline union pipe_index pipe_ends(const struct pipe_inode_info *pipe)
{
	return (union pipe_index){ .head_tail = READ_ONCE(pipe->ends.head_tail) };
}

static inline void pipe_buf_release(struct pipe_inode_info *pipe, struct pipe_buffer *buf)
{
	const struct pipe_buf_operations *ops = buf->ops;

	buf->ops = NULL;
	ops->release(pipe, buf);
}

extern const struct file_operations pipefifo_fops;
extern const struct pipe_buf_operations anon_pipe_buf_ops;
/* For pages that belong to somebody else too (page cache): released by put_page(). */
extern const struct pipe_buf_operations page_cache_pipe_buf_ops;
void generic_pipe_buf_release(struct pipe_inode_info *pipe, struct pipe_buffer *buf);
bool generic_pipe_buf_get(struct pipe_inode_info *pipe, struct pipe_buffer *buf);

/* Limits: /proc/sys/fs/pipe-*. */
extern unsigned int pipe_max_size;
extern unsigned long pipe_user_pages_soft, pipe_user_pages_hard;

/* The pipe behind a file, or NULL if it is not a pipe or FIFO. */
struct pipe_inode_info *get_pipe_info(struct file *file, bool for_splice);
struct pipe_inode_info *alloc_pipe_info(void);
void free_pipe_info(struct pipe_inode_info *pipe);
int create_pipe_files(struct file **files, int flags);
/* F_GETPIPE_SZ and F_SETPIPE_SZ. */
long pipe_fcntl(struct file *file, unsigned int cmd, unsigned long arg);
int pipe_resize_ring(struct pipe_inode_info *pipe, unsigned int nr_slots);

/* open() of a FIFO, of pipefifo_fops: sleeps for the other side. fs/pipe_open.c */
int fifo_open(struct inode *inode, struct file *file);
void put_pipe_info(struct inode *inode, struct pipe_inode_info *pipe);

/* Sleep until there is data (room) or the other side is gone: 0 or -ERESTARTSYS. Mutex held. */
int pipe_wait_readable(struct pipe_inode_info *pipe);
int pipe_wait_writable(struct pipe_inode_info *pipe);

/* Both mutexes in the order of their addresses, for splice between two pipes. */
void pipe_double_lock(struct pipe_inode_info *a, struct pipe_inode_info *b);

#endif
