// SPDX-License-Identifier: GPL-2.0-only
/*
 * splice, tee, vmsplice, sendfile.
 * Spec: PIPE-040
 */
#include "tests/fs/pipes.h"
#include <sys/mman.h>
#include <sys/sendfile.h>

static int memory_file(const char *text, size_t len)
{
	int fd = memfd_create("t", 0);

	write(fd, text, len);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void test_pipes(void)
{
	int p[2], q[2];
	char buf[32];

	make_pipe(p, O_NONBLOCK);
	make_pipe(q, O_NONBLOCK);
	ok(failed_with(splice(p[RD], NULL, q[WR], NULL, 10, SPLICE_F_NONBLOCK), EAGAIN) &&
		   failed_with(tee(p[RD], q[WR], 10, SPLICE_F_NONBLOCK), EAGAIN),
	   "PIPE-040: an empty source is EAGAIN");
	write(p[WR], "hello", 5);
	ok(tee(p[RD], q[WR], 3, 0) == 3 && unread(p[RD]) == 5 && read(q[RD], buf, 32) == 3 &&
		   !memcmp(buf, "hel", 3),
	   "PIPE-040: tee duplicates");
	ok(splice(p[RD], NULL, q[WR], NULL, 2, 0) == 2 &&
		   splice(p[RD], NULL, q[WR], NULL, 99, 0) == 3 && read(q[RD], buf, 32) == 5 &&
		   !memcmp(buf, "hello", 5) && unread(p[RD]) == 0,
	   "PIPE-040: splice moves");
	write(p[WR], "abc", 3);
	tee(p[RD], q[WR], 3, 0);
	write(q[WR], "X", 1);
	ok(read(p[RD], buf, 32) == 3 && read(q[RD], buf, 32) == 4 && !memcmp(buf, "abcX", 4),
	   "PIPE-040: what is appended to a duplicate stays there");
	ok(failed_with(splice(p[RD], NULL, p[WR], NULL, 1, 0), EINVAL), "the same pipe is EINVAL");
	close(p[WR]);
	ok(splice(p[RD], NULL, q[WR], NULL, 1, 0) == 0, "no writer: 0");
	p[WR] = -1;
	close_pipe(p);
	close_pipe(q);
}

/* Devices of memory take and give what pipes carry (/dev/zero and /dev/full in newer kernels only). */
static void test_devices(void)
{
	int p[2], null = open("/dev/null", O_RDWR), random = open("/dev/urandom", O_RDONLY);
	int memory = memory_file(block, 8192);

	make_pipe(p, O_NONBLOCK);
	ok(splice(random, NULL, p[WR], NULL, 100, 0) == 100 && unread(p[RD]) == 100,
	   "PIPE-040: from /dev/urandom");
	ok(splice(p[RD], NULL, null, NULL, 1000, 0) == 100 && unread(p[RD]) == 0,
	   "PIPE-040: to /dev/null");
	ok(sendfile(null, memory, NULL, 8192) == 8192, "sendfile() to /dev/null");
	close_pipe(p);
	close(null);
	close(random);
	close(memory);
}

static void test_files(void)
{
	int p[2], in, out = memfd_create("o", 0), null = open("/dev/null", O_WRONLY);
	loff_t off = 4096;
	char buf[8192];

	memset(block, 'a', 4096);
	memset(block + 4096, 'b', 4096);
	in = memory_file(block, 8192);
	make_pipe(p, O_NONBLOCK);
	ok(splice(in, NULL, p[WR], NULL, 5000, 0) == 5000 && lseek(in, 0, SEEK_CUR) == 5000,
	   "PIPE-040: from a file into a pipe");
	ok(read(p[RD], buf, 8192) == 5000 && buf[4095] == 'a' && buf[4096] == 'b',
	   "the right bytes");
	ok(splice(in, &off, p[WR], NULL, 10000, 0) == 4096 && off == 8192 &&
		   splice(in, &off, p[WR], NULL, 1, 0) == 0,
	   "at an offset, up to the end");
	off = 3;
	ok(splice(p[RD], NULL, out, &off, 100, 0) == 100 && off == 103 && unread(p[RD]) == 3996 &&
		   pread(out, buf, 200, 0) == 103 && buf[2] == 0 && buf[3] == 'b',
	   "from a pipe into a file");
	ok(failed_with(splice(p[RD], &off, out, NULL, 1, 0), ESPIPE), "no offset for the pipe");
	ok(failed_with(splice(p[WR], &off, out, NULL, 1, 0), ESPIPE), "also at the wrong end");
	ok(failed_with(splice(in, NULL, out, NULL, 1, 0), EINVAL),
	   "PIPE-040: one of the two must be a pipe");
	ok(failed_with(splice(p[WR], NULL, out, NULL, 1, 0), EBADF), "the wrong end is EBADF");
	ok(failed_with(splice(p[RD], NULL, out, NULL, 1, 999), EINVAL), "bad flags");
	close_pipe(p);

	lseek(in, 0, SEEK_SET);
	off = 4000;
	ok(sendfile(out, in, NULL, 5000) == 5000 && lseek(in, 0, SEEK_CUR) == 5000 &&
		   lseek(out, 0, SEEK_CUR) == 5000 && pread(out, buf, 5000, 0) == 5000 &&
		   !memcmp(buf, block, 5000),
	   "sendfile from file to file");
	ok(sendfile(out, in, &off, 192) == 192 && off == 4192 && lseek(in, 0, SEEK_CUR) == 5000,
	   "with an offset the position stays");
	make_pipe(p, O_NONBLOCK);
	lseek(in, 0, SEEK_SET);
	ok(sendfile(p[WR], in, NULL, 8192) == 8192 && unread(p[RD]) == 8192, "into a pipe");
	ok(failed_with(sendfile(null, p[RD], NULL, 1), EINVAL), "not out of one");
	ok(failed_with(sendfile(in, null, NULL, 1), EBADF), "nor from what cannot be read");
	close_pipe(p);
	close(in);
	close(out);
	close(null);
}

static void test_memory(void)
{
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct iovec vec = { page + 10, 5000 };
	char buf[8192];
	int p[2];

	make_pipe(p, O_NONBLOCK);
	memset(page, 'm', 8192);
	ok(vmsplice(p[WR], &vec, 1, 0) == 5000 && unread(p[RD]) == 5000,
	   "PIPE-040: vmsplice inserts pages");
	page[11] = 'n';
	ok(read(p[RD], buf, 8192) == 5000 && buf[0] == 'm' && buf[1] == 'n' && buf[4999] == 'm',
	   "the caller's own");
	write(p[WR], "xyz", 3);
	vec = (struct iovec){ buf, 100 };
	ok(vmsplice(p[RD], &vec, 1, 0) == 3 && !memcmp(buf, "xyz", 3), "or copies them out");
	vec = (struct iovec){ (void *)4096, 10 };
	ok(failed_with(vmsplice(p[WR], &vec, 1, 0), EFAULT), "from nowhere is EFAULT");
	ok(failed_with(vmsplice(0x7fff, &vec, 1, 0), EBADF), "a closed descriptor is EBADF");
	close_pipe(p);
	munmap(page, 8192);
}

int main(void)
{
	test_pipes();
	test_files();
	test_devices();
	test_memory();
	return ktap_done();
}
