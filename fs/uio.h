/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * iov_iter: where data is to go or come from, piece by piece. Implemented in fs/iov_iter.c.
 * The copies return the bytes copied and move the iterator on by as many; less than asked means a
 * bad user address. May sleep for user memory. Linux: include/linux/uio.h.
 */
#ifndef CONDUIT_FS_UIO_H
#define CONDUIT_FS_UIO_H

#include "kernel/uapi/uio.h"
#include "kernel/lib/types.h"
#include "kernel/lib/compiler.h"

struct page;

/* Buffers of the kernel. */
struct kvec {
	void *iov_base;
	size_t iov_len;
};

enum iter_type { ITER_UBUF, ITER_IOVEC, ITER_KVEC };

/* Data flows: from the iterator (write(2)) or into it (read(2)). */
#define ITER_SOURCE 1
#define ITER_DEST   0
#define WRITE       ITER_SOURCE
#define READ        ITER_DEST

struct iov_iter {
	u8 iter_type;
	bool data_source;
	size_t iov_offset; /* in the first segment */
	size_t count;      /* bytes left */
	union {
		char __user *ubuf; /* ITER_UBUF: the start; iov_offset moves */
		const struct iovec *iov;
		const struct kvec *kvec;
	};
	unsigned long nr_segs; /* left, the first included */
};

static inline void iov_iter_ubuf(struct iov_iter *i, unsigned int direction, void __user *buf,
				 size_t count)
{
	*i = (struct iov_iter){
		.iter_type = ITER_UBUF,
		.data_source = direction,
		.count = count,
		.ubuf = buf,
		.nr_segs = 1,
	};
}

void iov_iter_init(struct iov_iter *i, unsigned int direction, const struct iovec *iov,
		   unsigned long nr_segs, size_t count);
void iov_iter_kvec(struct iov_iter *i, unsigned int direction, const struct kvec *kvec,
		   unsigned long nr_segs, size_t count);

size_t copy_to_iter(const void *addr, size_t bytes, struct iov_iter *i) __must_check;
size_t copy_from_iter(void *addr, size_t bytes, struct iov_iter *i) __must_check;
size_t iov_iter_zero(size_t bytes, struct iov_iter *i) __must_check;
size_t copy_page_to_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i);
size_t copy_page_from_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i);
void iov_iter_advance(struct iov_iter *i, size_t bytes);
/* Back by bytes that were passed since the iterator was made. */
void iov_iter_revert(struct iov_iter *i, size_t bytes);

/* All or nothing: on a short copy the iterator stays where it was. */
static inline bool copy_to_iter_full(const void *addr, size_t bytes, struct iov_iter *i)
{
	size_t copied = copy_to_iter(addr, bytes, i);

	if (likely(copied == bytes))
		return true;
	iov_iter_revert(i, copied);
	return false;
}

static inline bool copy_from_iter_full(void *addr, size_t bytes, struct iov_iter *i)
{
	size_t copied = copy_from_iter(addr, bytes, i);

	if (likely(copied == bytes))
		return true;
	iov_iter_revert(i, copied);
	return false;
}

static inline size_t iov_iter_count(const struct iov_iter *i)
{
	return i->count;
}

static inline void iov_iter_truncate(struct iov_iter *i, size_t count)
{
	if (i->count > count)
		i->count = count;
}

static inline void iov_iter_reexpand(struct iov_iter *i, size_t count)
{
	i->count = count;
}

static inline bool user_backed_iter(const struct iov_iter *i)
{
	return i->iter_type != ITER_KVEC;
}

/*
 * A vector from user space: *iovp points to an array of fast_segs (UIO_FASTIOV), and afterwards to
 * it or to memory to be kfree()d (NULL when the caller's array was used). Returns bytes in all or
 * -EINVAL, -EFAULT, -ENOMEM.
 */
ssize_t import_iovec(int direction, const struct iovec __user *uvec, unsigned int nr_segs,
		     unsigned int fast_segs, struct iovec **iovp, struct iov_iter *i);
/* One buffer; clips to MAX_RW_COUNT. 0 or -EFAULT. */
int import_ubuf(int direction, void __user *buf, size_t len, struct iov_iter *i);

/* The most that one call moves: INT_MAX rounded down to pages. */
#define MAX_RW_COUNT 0x7ffff000ul

#endif
