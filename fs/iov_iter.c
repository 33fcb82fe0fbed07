// SPDX-License-Identifier: GPL-2.0-only
/*
 * iov_iter: walking through a vector of buffers, of user space or of the kernel, while copying.
 *
 * Idea: one loop goes over the segments and hands each piece to a step function, which copies it and
 * says how much it could not. A short step ends the loop: the rest of the address range is bad.
 * Sleeps: for user memory that is not there yet. Locking: the iterator is the caller's own.
 * Linux: lib/iov_iter.c. Start at: iterate.
 */
#include "fs/uio.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/uapi/errno.h"
#include "kernel/x86/uaccess.h"
#include "mm/gfp.h"
#include "mm/slab.h"

/* What is done with each piece: in the iterator's memory at base; other is the kernel's side. */
enum iter_op { OP_TO, OP_FROM, OP_ZERO };

static __always_inline size_t step(bool user, enum iter_op op, void *base, void *other, size_t len)
{
	if (!user) {
		if (op == OP_TO)
			memcpy(base, other, len);
		else if (op == OP_FROM)
			memcpy(other, base, len);
		else
			memset(base, 0, len);
		return 0;
	}
	if (op == OP_TO)
		return copy_to_user(base, other, len);
	if (op == OP_FROM)
		return copy_from_user(other, base, len);
	return clear_user(base, len);
}

static size_t iterate_segments(struct iov_iter *i, enum iter_op op, char *other, size_t bytes)
{
	bool user = i->iter_type == ITER_IOVEC;
	size_t done = 0;

	/* struct kvec and struct iovec have one layout. */
	_Static_assert(sizeof(struct kvec) == sizeof(struct iovec), "one loop serves both");
	while (done < bytes) {
		size_t len = min(i->iov->iov_len - i->iov_offset, bytes - done), left;

		if (len) {
			left = step(user, op, i->iov->iov_base + i->iov_offset,
				    other ? other + done : NULL, len);
			done += len - left;
			i->iov_offset += len - left;
			if (left)
				break;
		}
		if (i->iov_offset == i->iov->iov_len && done < bytes) {
			i->iov++;
			i->nr_segs--;
			i->iov_offset = 0;
		}
	}
	return done;
}

/* Inline, so that each of its callers has a short way of its own for one buffer of user space. */
static __always_inline size_t iterate(struct iov_iter *i, enum iter_op op, void *other,
				      size_t bytes)
{
	size_t done;

	bytes = min(bytes, i->count);
	if (!bytes)
		return 0;
	if (likely(i->iter_type == ITER_UBUF)) {
		done = bytes - step(true, op, i->ubuf + i->iov_offset, other, bytes);
		i->iov_offset += done;
	} else {
		done = iterate_segments(i, op, other, bytes);
	}
	i->count -= done;
	return done;
}

size_t copy_to_iter(const void *addr, size_t bytes, struct iov_iter *i)
{
	return iterate(i, OP_TO, (void *)addr, bytes);
}

size_t copy_from_iter(void *addr, size_t bytes, struct iov_iter *i)
{
	return iterate(i, OP_FROM, addr, bytes);
}

size_t iov_iter_zero(size_t bytes, struct iov_iter *i)
{
	return iterate(i, OP_ZERO, NULL, bytes);
}

size_t copy_page_to_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i)
{
	return copy_to_iter(page_address(page) + offset, bytes, i);
}

size_t copy_page_from_iter(struct page *page, size_t offset, size_t bytes, struct iov_iter *i)
{
	return copy_from_iter(page_address(page) + offset, bytes, i);
}

void iov_iter_advance(struct iov_iter *i, size_t bytes)
{
	bytes = min(bytes, i->count);
	i->count -= bytes;
	i->iov_offset += bytes;
	if (i->iter_type == ITER_UBUF)
		return;
	while (i->nr_segs > 1 && i->iov_offset >= i->iov->iov_len) {
		i->iov_offset -= i->iov->iov_len;
		i->iov++;
		i->nr_segs--;
	}
}

void iov_iter_revert(struct iov_iter *i, size_t bytes)
{
	i->count += bytes;
	if (i->iter_type != ITER_UBUF) {
		while (bytes > i->iov_offset) {
			bytes -= i->iov_offset;
			i->iov--;
			i->nr_segs++;
			i->iov_offset = i->iov->iov_len;
		}
	}
	i->iov_offset -= bytes;
}

void iov_iter_init(struct iov_iter *i, unsigned int direction, const struct iovec *iov,
		   unsigned long nr_segs, size_t count)
{
	*i = (struct iov_iter){
		.iter_type = ITER_IOVEC,
		.data_source = direction,
		.count = count,
		.iov = iov,
		.nr_segs = nr_segs,
	};
}

void iov_iter_kvec(struct iov_iter *i, unsigned int direction, const struct kvec *kvec,
		   unsigned long nr_segs, size_t count)
{
	*i = (struct iov_iter){
		.iter_type = ITER_KVEC,
		.data_source = direction,
		.count = count,
		.kvec = kvec,
		.nr_segs = nr_segs,
	};
}

int import_ubuf(int direction, void __user *buf, size_t len, struct iov_iter *i)
{
	len = min(len, MAX_RW_COUNT);
	if (unlikely(!access_ok(buf, len)))
		return -EFAULT;
	iov_iter_ubuf(i, (unsigned int)direction, buf, len);
	return 0;
}

ssize_t import_iovec(int direction, const struct iovec __user *uvec, unsigned int nr_segs,
		     unsigned int fast_segs, struct iovec **iovp, struct iov_iter *i)
{
	struct iovec *iov = *iovp, *allocated = NULL;
	size_t total = 0;
	unsigned int n;
	ssize_t ret;

	*iovp = NULL;
	if (nr_segs > UIO_MAXIOV)
		return -EINVAL;
	if (nr_segs > fast_segs) {
		iov = allocated = kmalloc_array(nr_segs, sizeof(*iov), GFP_KERNEL);
		if (!iov)
			return -ENOMEM;
	}
	ret = -EFAULT;
	if (copy_from_user(iov, uvec, nr_segs * sizeof(*iov)))
		goto fail;
	for (n = 0; n < nr_segs; n++) {
		ret = -EINVAL;
		if ((ssize_t)iov[n].iov_len < 0)
			goto fail;
		ret = -EFAULT;
		if (!access_ok(iov[n].iov_base, iov[n].iov_len))
			goto fail;
		if (iov[n].iov_len > MAX_RW_COUNT - total)
			iov[n].iov_len = MAX_RW_COUNT - total;
		total += iov[n].iov_len;
	}
	iov_iter_init(i, (unsigned int)direction, iov, nr_segs, total);
	*iovp = allocated;
	return (ssize_t)total;
fail:
	kfree(allocated);
	return ret;
}
