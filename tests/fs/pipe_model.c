// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations on four pipes and a file against a model that only knows byte sequences: what was
 * written, duplicated or moved comes out, in order, whatever pages it went through.
 * Arguments: seed, operations.
 */
#include "tests/fs/pipes.h"
#include <sys/mman.h>

#define PIPES 4
#define ROOM  (1 << 21)

/* Bytes in the pipe: data[start, end). */
static struct model {
	unsigned char data[ROOM];
	size_t start, end;
} models[PIPES];

static int fds[PIPES][2];
static unsigned char in[1 << 17], file_bytes[50000];
static unsigned char *out; /* pages of our own, for vmsplice */
static unsigned long seed, operation;
static int bad, file;
static const char *last;

static unsigned int rnd(unsigned int below)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned int)((seed >> 33) % below);
}

static unsigned int size(void)
{
	switch (rnd(4)) {
	case 0:
		return 1 + rnd(8);
	case 1:
		return 1 + rnd(4200);
	case 2:
		return 4096 * (1 + rnd(4));
	default:
		return 1 + rnd(70000);
	}
}

static void append(struct model *m, const unsigned char *data, size_t n)
{
	if (m->end + n > ROOM) {
		memmove(m->data, m->data + m->start, m->end - m->start);
		m->end -= m->start;
		m->start = 0;
	}
	memcpy(m->data + m->end, data, n);
	m->end += n;
}

static void check(int held)
{
	if (!held && !bad++)
		printf("# seed %lu: operation %lu, %s, errno %d\n", seed, operation, last, errno);
}

static void fresh_bytes(unsigned char *to, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)(rnd(256));
}

static void do_write(int i)
{
	size_t n = size();
	ssize_t ret;

	fresh_bytes(in, n < 64 ? n : 64);
	ret = write(fds[i][WR], in, n);
	if (ret < 0)
		check(errno == EAGAIN);
	else
		append(&models[i], in, ret);
	check(ret <= (ssize_t)n && (n > 4096 || ret < 0 || ret == (ssize_t)n));
}

static void do_read(int i)
{
	struct model *m = &models[i];
	size_t n = size(), want = m->end - m->start < n ? m->end - m->start : n;
	ssize_t ret = read(fds[i][RD], in, n);

	if (!want) {
		check(ret < 0 && errno == EAGAIN);
		return;
	}
	check(ret == (ssize_t)want && !memcmp(in, m->data + m->start, want));
	m->start += want;
}

static void do_splice(int i, int k)
{
	size_t n = size(), have = models[i].end - models[i].start;
	ssize_t ret = splice(fds[i][RD], NULL, fds[k][WR], NULL, n, SPLICE_F_NONBLOCK);

	if (i == k) {
		check(ret < 0 && errno == EINVAL);
		return;
	}
	if (ret < 0) {
		check(errno == EAGAIN);
		return;
	}
	check(ret > 0 && ret <= (ssize_t)n && ret <= (ssize_t)have);
	append(&models[k], models[i].data + models[i].start, ret);
	models[i].start += ret;
}

static void do_tee(int i, int k)
{
	size_t n = size(), have = models[i].end - models[i].start;
	ssize_t ret = i == k ? -1 : tee(fds[i][RD], fds[k][WR], n, SPLICE_F_NONBLOCK);

	if (ret <= 0) {
		check(i == k || errno == EAGAIN || ret == 0);
		return;
	}
	check(ret <= (ssize_t)n && ret <= (ssize_t)have);
	append(&models[k], models[i].data + models[i].start, ret);
}

static void do_file_to_pipe(int i)
{
	loff_t off = rnd(sizeof(file_bytes));
	loff_t start = off;
	ssize_t ret = splice(file, &off, fds[i][WR], NULL, size(), SPLICE_F_NONBLOCK);

	if (ret < 0) {
		check(errno == EAGAIN);
		return;
	}
	check(off == start + ret && off <= (loff_t)sizeof(file_bytes));
	append(&models[i], file_bytes + start, ret);
}

static void do_pipe_to_file(int i)
{
	static int target = -1;
	struct model *m = &models[i];
	loff_t off = 0;
	ssize_t ret;

	if (target < 0)
		target = memfd_create("target", 0);
	ret = splice(fds[i][RD], NULL, target, &off, size(), SPLICE_F_NONBLOCK);
	if (ret < 0) {
		check(errno == EAGAIN && m->start == m->end);
		return;
	}
	check(ret <= (ssize_t)(m->end - m->start) && pread(target, in, ret, 0) == ret &&
	      !memcmp(in, m->data + m->start, ret));
	m->start += ret;
}

static void do_vmsplice(int i)
{
	size_t n = 1 + rnd(20000), at = rnd(12000);
	struct iovec vec = { out + at, n };
	ssize_t ret = vmsplice(fds[i][WR], &vec, 1, SPLICE_F_NONBLOCK);

	if (ret < 0)
		check(errno == EAGAIN);
	else
		append(&models[i], out + at, ret);
}

static void do_resize(int i)
{
	static const int sizes[] = { 4096, 8192, 16384, 65536, 131072, 262144 };
	int want = sizes[rnd(6)], ret = fcntl(fds[i][WR], F_SETPIPE_SZ, want);

	check(ret == want || (ret < 0 && errno == EBUSY));
}

int main(int argc, char **argv)
{
	unsigned long operations = argc > 2 ? strtoul(argv[2], NULL, 0) : 20000;

	seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	out = mmap(NULL, 32768, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fresh_bytes(out, 32768);
	fresh_bytes(in, sizeof(in));
	fresh_bytes(file_bytes, sizeof(file_bytes));
	file = memfd_create("source", 0);
	write(file, file_bytes, sizeof(file_bytes));
	for (int i = 0; i < PIPES; i++)
		make_pipe(fds[i], O_NONBLOCK);

	for (operation = 0; operation < operations && !bad; operation++) {
		int i = rnd(PIPES), k = rnd(PIPES);

		switch (rnd(12)) {
		case 0:
		case 1:
		case 2:
			last = "write", do_write(i);
			break;
		case 3:
		case 4:
		case 5:
		case 6:
			last = "read", do_read(i);
			break;
		case 7:
			last = "splice", do_splice(i, k);
			break;
		case 8:
			last = "tee", do_tee(i, k);
			break;
		case 9:
			last = "file to pipe", do_file_to_pipe(i);
			break;
		case 10:
			last = "pipe to file", do_pipe_to_file(i);
			break;
		default:
			if (rnd(2))
				last = "vmsplice", do_vmsplice(i);
			else
				last = "resize", do_resize(i);
		}
		last = "FIONREAD";
		check(unread(fds[i][RD]) == (int)(models[i].end - models[i].start));
	}
	ok(!bad, "PIPE-040: %lu operations with seed %s", operation, argc > 1 ? argv[1] : "1");
	return ktap_done();
}
