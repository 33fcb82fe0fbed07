// SPDX-License-Identifier: GPL-2.0-only
/* Every allocation of the calls around pipes and FIFOs fails once: nothing is lost, and the next try goes well. */
#define _GNU_SOURCE
#include "tests/fail_nth.h"
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

static int a[2], b[2], file = -1;
static char page[4096];

static long do_pipe2(void *flags)
{
	int fds[2];

	if (pipe2(fds, (int)(long)flags))
		return -1;
	return fds[0] << 16 | fds[1];
}

static void close_both(long fds, void *arg)
{
	close((int)(fds >> 16));
	close((int)(fds & 0xffff));
}

static long make_and_open_fifo(void *arg)
{
	int fd;

	if (mkfifo("/tmp/failing.fifo", 0600) && errno != EEXIST)
		return -1;
	fd = open("/tmp/failing.fifo", O_RDWR | O_NONBLOCK);
	if (fd >= 0)
		unlink("/tmp/failing.fifo");
	return fd;
}

static void close_it(long fd, void *arg)
{
	close((int)fd);
}

static void drain(long n, void *fds)
{
	while (read(((int *)fds)[0], page, sizeof(page)) > 0)
		;
}

static long do_splice_file(void *arg)
{
	loff_t at = 0;

	return splice(file, &at, a[1], NULL, sizeof(page), SPLICE_F_NONBLOCK);
}

static long do_splice_pipe(void *arg)
{
	if (write(a[1], "splice", 6) != 6)
		return -1;
	return splice(a[0], NULL, b[1], NULL, 6, SPLICE_F_NONBLOCK);
}

static long do_tee(void *arg)
{
	return tee(a[0], b[1], 6, SPLICE_F_NONBLOCK);
}

static long do_vmsplice(void *arg)
{
	struct iovec iov = { page, sizeof(page) };

	return vmsplice(a[1], &iov, 1, SPLICE_F_NONBLOCK);
}

static long do_sendfile(void *arg)
{
	off_t at = 0;

	return sendfile(a[1], file, &at, sizeof(page));
}

/* Through fresh pages, several of them; fewer than wanted will do. */
static long do_splice_device(void *zero)
{
	return splice(*(int *)zero, NULL, a[1], NULL, 5 * sizeof(page), SPLICE_F_NONBLOCK);
}

static long do_splice_proc(void *proc)
{
	loff_t at = 0;

	return splice(*(int *)proc, &at, a[1], NULL, sizeof(page), SPLICE_F_NONBLOCK);
}

static void drain_a(long n, void *fd)
{
	drain(n, a);
}

static long do_sendfile_proc(void *proc)
{
	off_t at = 0;

	return sendfile(file, *(int *)proc, &at, sizeof(page));
}

static void truncate_file(long n, void *fd)
{
	ftruncate(file, 0);
	lseek(file, 0, SEEK_SET);
}

static long do_setpipe_sz(void *arg)
{
	return fcntl(a[1], F_SETPIPE_SZ, 1 << 17);
}

static void back_to_usual_size(long ret, void *arg)
{
	fcntl(a[1], F_SETPIPE_SZ, 1 << 16);
}

static long do_write(void *arg)
{
	return write(a[1], page, sizeof(page));
}

static void drain_both(long n, void *arg)
{
	drain(n, a);
	drain(n, b);
}

int main(void)
{
	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	if (pipe2(a, O_NONBLOCK) || pipe2(b, O_NONBLOCK))
		return 1;
	file = open("/tmp/failing.file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (file < 0 || write(file, page, sizeof(page)) != sizeof(page))
		return 1;
	unlink("/tmp/failing.file");
	fail_nth_walk("pipe2", do_pipe2, close_both, NULL, ENOMEM, ENFILE, 0);
	fail_nth_walk("pipe2 of packets", do_pipe2, close_both, (void *)(long)O_DIRECT, ENOMEM,
		      ENFILE, 0);
	fail_nth_walk("mkfifo and open", make_and_open_fifo, close_it, NULL, ENOMEM, ENFILE, 0);
	fail_nth_walk("write to a pipe", do_write, drain, a, ENOMEM, 0);
	fail_nth_walk("splice from a file", do_splice_file, drain, a, ENOMEM, 0);
	fail_nth_walk("splice between pipes", do_splice_pipe, drain_both, NULL, ENOMEM, 0);
	if (write(a[1], "thetee", 6) != 6)
		return 1;
	fail_nth_walk("tee", do_tee, drain, b, ENOMEM, 0);
	drain(0, a);
	fail_nth_walk("vmsplice", do_vmsplice, drain, a, ENOMEM, EFAULT, 0);
	fail_nth_walk("sendfile", do_sendfile, drain, a, ENOMEM, 0);
	{
		int zero = open("/dev/zero", O_RDONLY), proc = open("/proc/version", O_RDONLY);

		fail_nth_walk("splice from /dev/zero", do_splice_device, drain_a, &zero, ENOMEM, 0);
		fail_nth_walk("splice from /proc", do_splice_proc, drain_a, &proc, ENOMEM, 0);
		truncate_file(0, NULL);
		fail_nth_walk("sendfile from /proc", do_sendfile_proc, truncate_file, &proc, ENOMEM,
			      0);
		close(zero);
		close(proc);
	}
	fail_nth_walk("F_SETPIPE_SZ", do_setpipe_sz, back_to_usual_size, NULL, ENOMEM, 0);
	return ktap_done();
}
