/* SPDX-License-Identifier: GPL-2.0-only */
/* What splice(2) and sendfile(2) share. Implemented in fs/splice.c. */
#ifndef CONDUIT_FS_SPLICE_H
#define CONDUIT_FS_SPLICE_H

#include "kernel/lib/types.h"
#include "fs/fs.h"

struct page;
struct pipe_inode_info;

/* Its pages can be had from the page cache. */
static inline bool has_page_cache(const struct file *file)
{
	return file->f_op->splice_read == filemap_splice_read;
}

/* The page with the byte at pos, with a reference; a zeroed one for a hole. ERR_PTR on failure. */
struct page *file_page(struct file *in, loff_t pos);
/* Bytes of the page at pos that belong to the file; 0 at its end. */
size_t bytes_at(struct file *in, loff_t pos, size_t len);
/* One piece of kernel memory to a file. Bytes or -errno. */
ssize_t write_piece(struct file *out, const void *data, size_t len, loff_t *pos);
/* Waits for room. Bytes or -errno. */
ssize_t splice_file_to_pipe(struct file *in, struct pipe_inode_info *opipe, loff_t *pos, size_t len,
			    unsigned int flags);

#endif
