// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of the calls on files fails once: open in its forms, pipe2, mkdir and the other
 * calls that make names, mount, reading and writing, locks, directories, /proc, terminals.
 */
#define _GNU_SOURCE
#include "tests/fail_nth.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>

static void close_it(long fd, void *arg)
{
	close((int)fd);
}

static long open_new(void *name)
{
	return open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
}

static void close_and_unlink(long fd, void *name)
{
	close((int)fd);
	if (unlink(name))
		ok(0, "unlink of %s", (char *)name);
}

static long open_existing(void *name)
{
	return open(name, O_RDONLY);
}

static long open_rdwr(void *name)
{
	return open(name, O_RDWR | O_NOCTTY);
}

static long open_tmpfile(void *name)
{
	return open(name, O_TMPFILE | O_RDWR, 0600);
}

/* A path that was never looked up before: the names are new each time. */
static long open_missing(void *dir)
{
	static int n;
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "%s/missing%d", (char *)dir, ++n);
	fd = open(name, O_RDONLY);
	return fd == -1 && errno == ENOENT ? 0 : -1;
}

static long do_pipe2(void *flags)
{
	int fds[2];

	if (pipe2(fds, (int)(long)flags))
		return -1;
	return fds[0] << 8 | fds[1];
}

static void close_pipe(long fds, void *arg)
{
	close((int)(fds >> 8));
	close(fds & 0xff);
}

static long do_mkdir(void *name)
{
	return mkdir(name, 0700);
}

static void do_rmdir(long ret, void *name)
{
	rmdir(name);
}

static long do_mknod(void *name)
{
	return mknod(name, S_IFIFO | 0600, 0);
}

static void do_unlink(long ret, void *name)
{
	unlink(name);
}

static long do_symlink(void *name)
{
	return symlink("target/of/a/symlink/that/is/longer/than/what/an/inode/may/hold/inline",
		       name);
}

static long do_link(void *name)
{
	return link("/tmp/walk/file", name);
}

static long do_rename(void *name)
{
	return rename("/tmp/walk/file", name);
}

static void rename_back(long ret, void *name)
{
	rename(name, "/tmp/walk/file");
}

static long do_mount(void *type)
{
	return mount("none", "/tmp/walk/mnt", type, 0, NULL);
}

static void do_umount(long ret, void *arg)
{
	if (umount("/tmp/walk/mnt"))
		ok(0, "umount");
}

static long do_bind(void *arg)
{
	return mount("/tmp/walk", "/tmp/walk/mnt", NULL, MS_BIND, NULL);
}

static long write_new_pages(void *arg)
{
	static char data[20000];
	int fd = open("/tmp/walk/file", O_RDWR);
	ssize_t n = fd < 0 ? -1 : pwrite(fd, data, sizeof(data), 0);
	int saved = errno;

	ftruncate(fd, 0);
	close(fd);
	errno = saved;
	return n > 0 ? 0 : -1;
}

static int file_fd;

static long do_fallocate(void *arg)
{
	return fallocate(file_fd, 0, 0, 20000);
}

static void truncate_it(long ret, void *arg)
{
	ftruncate(file_fd, 0);
}

static long write_pipe(void *arg)
{
	char data[5000] = "";
	int fds[2], saved;
	ssize_t n;

	if (pipe(fds))
		return -1;
	n = write(fds[1], data, sizeof(data));
	saved = errno;
	close(fds[0]);
	close(fds[1]);
	errno = saved;
	return n > 0 ? 0 : -1;
}

static int big_pipe[2];

static long set_pipe_size(void *arg)
{
	return fcntl(big_pipe[0], F_SETPIPE_SZ, 1 << 18);
}

static void reset_pipe_size(long ret, void *arg)
{
	fcntl(big_pipe[0], F_SETPIPE_SZ, 4096);
}

static long do_dup(void *arg)
{
	return fcntl(file_fd, F_DUPFD, (int)(long)arg); /* the table grows */
}

static long record_lock(void *arg)
{
	struct flock lock = { .l_type = F_WRLCK, .l_start = 10, .l_len = 10 };

	return fcntl(file_fd, F_SETLK, &lock);
}

/* Out of the middle of a lock: two remain. */
static long record_unlock_middle(void *arg)
{
	struct flock lock = { .l_type = F_UNLCK, .l_start = 40, .l_len = 10 };

	return fcntl(file_fd, F_SETLK, &lock);
}

static void lock_all(long ret, void *arg)
{
	struct flock lock = { .l_type = F_WRLCK, .l_start = 30, .l_len = 30 };

	fcntl(file_fd, F_SETLK, &lock);
}

static void unlock_all(long ret, void *arg)
{
	struct flock lock = { .l_type = F_UNLCK };

	fcntl(file_fd, F_SETLK, &lock);
}

static long do_flock(void *arg)
{
	return flock(file_fd, LOCK_EX | LOCK_NB);
}

static void do_funlock(long ret, void *arg)
{
	flock(file_fd, LOCK_UN);
}

static long read_dir(void *name)
{
	char buf[4096] __attribute__((aligned(8)));
	int fd = open(name, O_RDONLY | O_DIRECTORY), saved;
	long n = -1;

	memset(buf, 0, sizeof(buf));
	if (fd < 0)
		return -1;
	while ((n = syscall(SYS_getdents64, fd, buf, sizeof(buf))) > 0)
		;
	saved = errno;
	close(fd);
	errno = saved;
	return n;
}

static long read_file(void *name)
{
	static char text[65536];
	int fd = open(name, O_RDONLY), saved;
	ssize_t n;

	memset(text, 0, sizeof(text));
	if (fd < 0)
		return -1;
	while ((n = read(fd, text, sizeof(text))) > 0)
		;
	saved = errno;
	close(fd);
	errno = saved;
	return n;
}

static long do_readlink(void *name)
{
	char text[4096] = "";

	return readlink(name, text, sizeof(text));
}

static long do_stat(void *name)
{
	struct stat st = { 0 };

	return stat(name, &st);
}

static long do_getcwd(void *arg)
{
	char text[4096] = "";

	return getcwd(text, sizeof(text)) ? 0 : -1;
}

static long do_chdir(void *name)
{
	return chdir(name);
}

static long do_memfd(void *arg)
{
	return memfd_create("walk", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

static long do_readv(void *arg)
{
	static char data[64];
	struct iovec iov[20];

	for (int i = 0; i < 20; i++)
		iov[i] = (struct iovec){ data, 1 };
	return readv(file_fd, iov, 20);
}

static long do_poll(void *arg)
{
	struct pollfd fds[300];

	for (int i = 0; i < 300; i++)
		fds[i] = (struct pollfd){ .fd = big_pipe[1], .events = POLLOUT };
	return poll(fds, 300, 0);
}

static long do_setxattr(void *name)
{
	return setxattr(name, "user.walk", "value", 5, 0);
}

static void do_removexattr(long ret, void *name)
{
	removexattr(name, "user.walk");
}

int main(void)
{
	int fd;

	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	mkdir("/tmp/walk", 0700);
	mkdir("/tmp/walk/mnt", 0700);
	file_fd = open("/tmp/walk/file", O_CREAT | O_RDWR, 0600);
	pipe(big_pipe);
	reset_pipe_size(0, NULL);

	fail_nth_walk("open a file", open_existing, close_it, "/tmp/walk/file", ENOMEM, ENFILE, 0);
	fail_nth_walk("open O_CREAT", open_new, close_and_unlink, "/tmp/walk/new", ENOMEM, ENFILE,
		      ENOSPC, 0);
	fail_nth_walk("open O_TMPFILE", open_tmpfile, close_it, "/tmp/walk", ENOMEM, ENFILE, ENOSPC,
		      0);
	fail_nth_walk("open a missing name", open_missing, NULL, "/tmp/walk", ENOMEM, 0);
	fail_nth_walk("open a directory", open_existing, close_it, "/tmp/walk", ENOMEM, ENFILE, 0);
	fail_nth_walk("open /dev/null", open_rdwr, close_it, "/dev/null", ENOMEM, ENFILE, 0);
	fail_nth_walk("pipe2", do_pipe2, close_pipe, (void *)O_CLOEXEC, ENOMEM, ENFILE, 0);
	fail_nth_walk("mkdir", do_mkdir, do_rmdir, "/tmp/walk/dir", ENOMEM, ENOSPC, 0);
	fail_nth_walk("mknod", do_mknod, do_unlink, "/tmp/walk/fifo", ENOMEM, ENOSPC, 0);
	do_mknod("/tmp/walk/fifo");
	fail_nth_walk("open a FIFO", open_rdwr, close_it, "/tmp/walk/fifo", ENOMEM, ENFILE, 0);
	unlink("/tmp/walk/fifo");
	fail_nth_walk("symlink", do_symlink, do_unlink, "/tmp/walk/sym", ENOMEM, ENOSPC, 0);
	fail_nth_walk("link", do_link, do_unlink, "/tmp/walk/hard", ENOMEM, ENOSPC, 0);
	fail_nth_walk("rename", do_rename, rename_back, "/tmp/walk/renamed", ENOMEM, ENOSPC, 0);
	fail_nth_walk("mount tmpfs", do_mount, do_umount, "tmpfs", ENOMEM, 0);
	fail_nth_walk("mount proc", do_mount, do_umount, "proc", ENOMEM, 0);
	fail_nth_walk("mount --bind", do_bind, do_umount, NULL, ENOMEM, 0);
	fail_nth_walk("write", write_new_pages, NULL, NULL, ENOMEM, ENFILE, ENOSPC, 0);
	fail_nth_walk("fallocate", do_fallocate, truncate_it, NULL, ENOMEM, ENOSPC, 0);
	fail_nth_walk("write to a pipe", write_pipe, NULL, NULL, ENOMEM, ENFILE, 0);
	fail_nth_walk("F_SETPIPE_SZ", set_pipe_size, reset_pipe_size, NULL, ENOMEM, 0);
	fail_nth_walk("fcntl F_SETLK", record_lock, unlock_all, NULL, ENOLCK, ENOMEM, 0);
	lock_all(0, NULL);
	fail_nth_walk("F_UNLCK in the middle", record_unlock_middle, lock_all, NULL, ENOLCK, ENOMEM,
		      0);
	unlock_all(0, NULL);
	fail_nth_walk("flock", do_flock, do_funlock, NULL, ENOLCK, ENOMEM, 0);
	fail_nth_walk("getdents64", read_dir, NULL, "/tmp/walk", ENOMEM, ENFILE, 0);
	fail_nth_walk("getdents64 of /proc/self/fd", read_dir, NULL, "/proc/self/fd", ENOMEM,
		      ENFILE, 0);
	fail_nth_walk("read /proc/self/maps", read_file, NULL, "/proc/self/maps", ENOMEM, ENFILE,
		      0);
	fail_nth_walk("read /proc/self/status", read_file, NULL, "/proc/self/status", ENOMEM,
		      ENFILE, 0);
	fail_nth_walk("read /proc/meminfo", read_file, NULL, "/proc/meminfo", ENOMEM, ENFILE, 0);
	fail_nth_walk("read a sysctl", read_file, NULL, "/proc/sys/kernel/pid_max", ENOMEM, ENFILE,
		      0);
	fail_nth_walk("readlink /proc/self/exe", do_readlink, NULL, "/proc/self/exe", ENOMEM, 0);
	fail_nth_walk("stat", do_stat, NULL, "/tmp/walk/../walk/file", ENOMEM, 0);
	fail_nth_walk("getcwd", do_getcwd, NULL, NULL, ENOMEM, 0);
	fail_nth_walk("chdir", do_chdir, NULL, "/tmp/walk", ENOMEM, 0);
	chdir("/");
	fail_nth_walk("memfd_create", do_memfd, close_it, NULL, ENOMEM, ENFILE, ENOSPC, 0);
	fail_nth_walk("readv", do_readv, NULL, NULL, ENOMEM, 0);
	fail_nth_walk("poll", do_poll, NULL, NULL, ENOMEM, 0);
	if (!setxattr("/tmp/walk/file", "user.walk", "value", 5, 0)) {
		do_removexattr(0, "/tmp/walk/file");
		fail_nth_walk("setxattr", do_setxattr, do_removexattr, "/tmp/walk/file", ENOMEM,
			      ENOSPC, 0);
	}
	fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);
	if (fd >= 0) {
		close(fd);
		fail_nth_walk("open /dev/ptmx", open_rdwr, close_it, "/dev/ptmx", ENOMEM, ENFILE,
			      0);
	}
	fail_nth_walk("open a terminal", open_rdwr, close_it, "/dev/ttyS0", ENOMEM, ENFILE, 0);
	/* The last: the table stays large, so each round goes further out. */
	fd = fail_nth_open();
	for (int to = 100; to < 1000; to *= 2) {
		fail_nth_set(fd, 1);
		ok(do_dup((void *)(long)to) == -1 && (errno == ENOMEM || errno == EMFILE) &&
			   fail_nth_fired(fd) && do_dup((void *)(long)to) == to,
		   "F_DUPFD at %d: no memory for the table, then there is", to);
	}
	ok(!fail_nth_lost(), "F_DUPFD: and loses nothing");
	return ktap_done();
}
