/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files whose text is made by the kernel, record by record. Implemented in fs/seq_file.c.
 * Output goes to a buffer that grows until a record fits; reads at any position work.
 * Linux: include/linux/seq_file.h.
 */
#ifndef CONDUIT_FS_SEQ_FILE_H
#define CONDUIT_FS_SEQ_FILE_H

#include "kernel/lib/types.h"
#include "kernel/lib/compiler.h"
#include "kernel/locking/mutex.h"
#include "fs/fs.h"

struct seq_operations;

/* [M] lock */
struct seq_file {
	char *buf;    /* [M] */
	size_t size;  /* [M] of buf */
	size_t from;  /* [M] first byte not yet read */
	size_t count; /* [M] bytes in buf; == size: overflow */
	size_t pad_until;
	loff_t index;    /* [M] record number */
	loff_t read_pos; /* [M] */
	struct mutex lock;
	const struct seq_operations *op;
	struct file *file;
	void *private;
};

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *pos);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *pos);
	int (*show)(struct seq_file *m, void *v);
};

#define SEQ_SKIP        1
#define SEQ_START_TOKEN ((void *)1)

int seq_open(struct file *file, const struct seq_operations *op);
ssize_t seq_read(struct file *file, char __user *buf, size_t size, loff_t *pos);
ssize_t seq_read_iter(struct kiocb *iocb, struct iov_iter *to);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
int seq_release(struct inode *inode, struct file *file);
int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data);
int single_release(struct inode *inode, struct file *file);
void *__seq_open_private(struct file *file, const struct seq_operations *op, int psize);
int seq_release_private(struct inode *inode, struct file *file);

void seq_printf(struct seq_file *m, const char *fmt, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *s);
void seq_putc(struct seq_file *m, char c);
int seq_write(struct seq_file *m, const void *data, size_t len);
/* Without a format, for lines of many numbers: delimiter (or "") and the number. */
void seq_put_decimal_ull(struct seq_file *m, const char *delimiter, unsigned long long num);
void seq_put_decimal_ll(struct seq_file *m, const char *delimiter, long long num);
/* At least width digits. */
void seq_put_hex_ll(struct seq_file *m, const char *delimiter, unsigned long long num,
		    unsigned int width);
/* Characters of esc become \ooo. */
void seq_escape(struct seq_file *m, const char *s, const char *esc);
int seq_path(struct seq_file *m, const struct path *path, const char *esc);
void seq_pad(struct seq_file *m, char c);

static inline void seq_setwidth(struct seq_file *m, size_t size)
{
	m->pad_until = m->count + size;
}

static inline bool seq_has_overflowed(const struct seq_file *m)
{
	return m->count == m->size;
}

#endif
