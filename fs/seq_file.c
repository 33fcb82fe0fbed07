// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text files made of records: start() finds the record at an index, next() steps on, show() prints
 * one into a buffer, stop() ends the walk; locks are held between start() and stop() only.
 *
 * Idea: a read is served from what is left in the buffer; when that is empty the walk goes on at
 * index and fills it again. A record that does not fit doubles the buffer and is printed again, so
 * no record is ever cut. Data goes to user space with the walk stopped.
 *
 * Data: buf[from, from + count) is the text that has been printed but not read yet. While a walk
 * prints, count is the end of the text and count == size means that it overflowed.
 * Rules: 1. a read that begins where the last one ended goes on; any other position is reached by
 * printing from the start and dropping (seq_traverse). 2. index counts records of the walk.
 * Locking: m->lock around everything. Sleeps: yes.
 * Linux: fs/seq_file.c. Start at: seq_read_iter.
 */
#include "fs/seq_file.h"

#include "kernel/lib/bug.h"
#include "kernel/lib/ctype.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "mm/slab.h"
#include "fs/dcache.h"
#include "fs/uio.h"

#define SEQ_SIZE_MAX (1ul << 26) /* no record is larger: one that grows for ever ends in -ENOMEM */

int seq_open(struct file *file, const struct seq_operations *op)
{
	struct seq_file *m = kzalloc(sizeof(*m), GFP_KERNEL_ACCOUNT);

	if (!m)
		return -ENOMEM;
	mutex_init(&m->lock);
	m->op = op;
	m->file = file;
	file->private_data = m;
	/* The text has no fixed places to write to. */
	file->f_mode &= ~FMODE_PWRITE;
	return 0;
}

int seq_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kvfree(m->buf);
	kfree(m);
	return 0;
}

static int seq_grow(struct seq_file *m, size_t size)
{
	kvfree(m->buf);
	m->count = m->from = 0;
	m->size = 0;
	m->buf = size > SEQ_SIZE_MAX ? NULL : kvmalloc(size, GFP_KERNEL_ACCOUNT);
	if (!m->buf)
		return -ENOMEM;
	m->size = size;
	return 0;
}

/*
 * Prints records from m->index until the buffer holds at least `enough` bytes or the walk ends.
 * 0 with m->count bytes; m->index is the first record not in the buffer. A record that does not fit
 * is left for the next call unless it is the only one: then the buffer grows. -errno.
 */
static int seq_fill(struct seq_file *m, size_t enough)
{
	int error = 0;
	void *p;

again:
	m->from = m->count = 0;
	p = m->op->start(m, &m->index);
	while (p && !IS_ERR(p)) {
		size_t before = m->count;
		loff_t index;

		error = m->op->show(m, p);
		if (error < 0)
			break;
		if (unlikely(error)) {
			error = 0;
			m->count = before; /* SEQ_SKIP */
		}
		if (seq_has_overflowed(m)) {
			m->count = before;
			if (before)
				goto stop;
			m->op->stop(m, p);
			error = seq_grow(m, m->size * 2);
			if (error)
				return error;
			goto again;
		}
		index = m->index;
		p = m->op->next(m, p, &m->index);
		if (m->index == index)
			m->index++; /* a next() that forgot it would repeat the record for ever */
		if (m->count >= enough)
			break;
	}
	if (IS_ERR(p))
		error = PTR_ERR(p);
stop:
	m->op->stop(m, p);
	return m->count ? 0 : error;
}

/* Brings the file to a position that is not where the last read ended. */
static int seq_traverse(struct seq_file *m, loff_t offset)
{
	loff_t done = 0;
	int error;

	m->index = 0;
	m->count = m->from = 0;
	m->read_pos = offset;
	while (done < offset) {
		size_t part;

		error = seq_fill(m, 1);
		if (error || !m->count)
			return error;
		part = min_t(loff_t, m->count, offset - done);
		m->from = part;
		m->count -= part;
		done += part;
	}
	return 0;
}

ssize_t seq_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct seq_file *m = iocb->ki_filp->private_data;
	size_t done = 0, size = iov_iter_count(to);
	loff_t *pos = &iocb->ki_pos;
	int error = 0;

	mutex_lock(&m->lock);
	if (!m->buf)
		error = seq_grow(m, PAGE_SIZE);
	if (!error && (*pos != m->read_pos || *pos == 0))
		error = seq_traverse(m, *pos);
	if (error) {
		m->read_pos = -1; /* the next read starts over */
		goto out;
	}
	while (done < size) {
		size_t part;

		if (!m->count) {
			if (done)
				break; /* one filling for each read: that is enough */
			error = seq_fill(m, size);
			if (error || !m->count)
				break;
		}
		part = min(m->count, size - done);
		if (!copy_to_iter_full(m->buf + m->from, part, to)) {
			error = -EFAULT;
			break;
		}
		m->from += part;
		m->count -= part;
		done += part;
	}
	if (done) {
		*pos += done;
		m->read_pos = *pos;
	} else if (error) {
		m->read_pos = -1;
	}
out:
	mutex_unlock(&m->lock);
	return done ? (ssize_t)done : error;
}

ssize_t seq_read(struct file *file, char __user *buf, size_t size, loff_t *pos)
{
	struct kiocb kiocb = { .ki_filp = file, .ki_pos = *pos };
	struct iov_iter to;
	ssize_t ret;

	iov_iter_ubuf(&to, ITER_DEST, buf, size);
	ret = seq_read_iter(&kiocb, &to);
	*pos = kiocb.ki_pos;
	return ret;
}

loff_t seq_lseek(struct file *file, loff_t offset, int whence)
{
	struct seq_file *m = file->private_data;
	loff_t ret = -EINVAL;

	mutex_lock(&m->lock);
	if (whence == SEEK_CUR && __builtin_add_overflow(offset, file->f_pos, &offset))
		offset = -1;
	if ((whence == SEEK_SET || whence == SEEK_CUR) && offset >= 0)
		ret = file->f_pos = offset; /* seq_read_iter() notices */
	mutex_unlock(&m->lock);
	return ret;
}

/* ---- printing ---- */

static void seq_set_overflow(struct seq_file *m)
{
	m->count = m->size;
}

void seq_printf(struct seq_file *m, const char *fmt, ...)
{
	va_list args;
	size_t room = m->size - m->count;
	int len;

	if (!room)
		return;
	va_start(args, fmt);
	len = vsnprintf(m->buf + m->count, room, fmt, args);
	va_end(args);
	if (len < room)
		m->count += len;
	else
		seq_set_overflow(m);
}

int seq_write(struct seq_file *m, const void *data, size_t len)
{
	if (m->count + len >= m->size) {
		seq_set_overflow(m);
		return -1;
	}
	memcpy(m->buf + m->count, data, len);
	m->count += len;
	return 0;
}

void seq_puts(struct seq_file *m, const char *s)
{
	seq_write(m, s, strlen(s));
}

void seq_putc(struct seq_file *m, char c)
{
	if (m->count + 1 < m->size)
		m->buf[m->count++] = c;
	else
		seq_set_overflow(m);
}

void seq_escape(struct seq_file *m, const char *s, const char *esc)
{
	for (; *s; s++) {
		if (strchr(esc, *s))
			seq_printf(m, "\\%03o", (unsigned char)*s);
		else
			seq_putc(m, *s);
	}
}

/* Delimiter and number, built from the last digit backwards. */
static void put_number(struct seq_file *m, const char *delimiter, bool negative,
		       unsigned long long num, unsigned int base, unsigned int width)
{
	char digits[24], *p = digits + sizeof(digits);
	char *least = p - min_t(unsigned int, width, 16);

	if (base == 16) {
		do {
			*--p = "0123456789abcdef"[num & 15];
			num >>= 4;
		} while (num || p > least);
	} else {
		do {
			*--p = (char)('0' + num % 10);
			num /= 10;
		} while (num);
	}
	if (negative)
		*--p = '-';
	while (*delimiter)
		seq_putc(m, *delimiter++);
	seq_write(m, p, digits + sizeof(digits) - p);
}

void seq_put_decimal_ull(struct seq_file *m, const char *delimiter, unsigned long long num)
{
	put_number(m, delimiter, false, num, 10, 0);
}

void seq_put_decimal_ll(struct seq_file *m, const char *delimiter, long long num)
{
	put_number(m, delimiter, num < 0, num < 0 ? -(unsigned long long)num : num, 10, 0);
}

void seq_put_hex_ll(struct seq_file *m, const char *delimiter, unsigned long long num,
		    unsigned int width)
{
	put_number(m, delimiter, false, num, 16, width);
}

int seq_path(struct seq_file *m, const struct path *path, const char *esc)
{
	char *page = kmalloc(PATH_MAX, GFP_KERNEL), *name;
	int ret = -ENOMEM;

	if (!page)
		return ret;
	name = d_path(path, page, PATH_MAX);
	ret = PTR_ERR_OR_ZERO(name);
	if (!ret)
		seq_escape(m, name, esc);
	kfree(page);
	return ret;
}

/* Blanks up to the column of seq_setwidth(), then c. */
void seq_pad(struct seq_file *m, char c)
{
	while (m->count < m->pad_until && !seq_has_overflowed(m))
		seq_putc(m, ' ');
	if (c)
		seq_putc(m, c);
}

/* ---- one record ---- */

static void *single_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? NULL : SEQ_START_TOKEN;
}

static void *single_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return NULL;
}

static void single_stop(struct seq_file *m, void *v)
{
}

int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data)
{
	struct seq_operations *op = kmalloc(sizeof(*op), GFP_KERNEL_ACCOUNT);
	int ret = -ENOMEM;

	if (!op)
		return ret;
	op->start = single_start;
	op->next = single_next;
	op->stop = single_stop;
	op->show = show;
	ret = seq_open(file, op);
	if (ret)
		kfree(op);
	else
		((struct seq_file *)file->private_data)->private = data;
	return ret;
}

int single_release(struct inode *inode, struct file *file)
{
	const struct seq_operations *op = ((struct seq_file *)file->private_data)->op;

	seq_release(inode, file);
	kfree(op);
	return 0;
}

void *__seq_open_private(struct file *file, const struct seq_operations *op, int psize)
{
	void *private = kzalloc(psize, GFP_KERNEL_ACCOUNT);

	if (!private)
		return NULL;
	if (seq_open(file, op)) {
		kfree(private);
		return NULL;
	}
	((struct seq_file *)file->private_data)->private = private;
	return private;
}

int seq_release_private(struct inode *inode, struct file *file)
{
	kfree(((struct seq_file *)file->private_data)->private);
	return seq_release(inode, file);
}
