// SPDX-License-Identifier: GPL-2.0-only
/*
 * A FIFO's open() for every access mode, with and without O_NONBLOCK, beside every kind of partner;
 * reopened through /proc/self/fd; in every file system that a program can write to.
 * Spec: FIFO-001 to FIFO-004, FIFO-006, FIFO-007, FIFO-011, FIFO-013, FIFO-015, PIPE-024, PIPE-036.
 */
#include "tests/fs/pipes.h"
#include "tests/fs/files.h"
#include <sys/prctl.h>
#include <sys/wait.h>

enum { BLOCKS = -1 };

/* What open(name, flags) does in a child: 0, an errno, or BLOCKS. */
static int outcome(const char *name, int flags)
{
	int status, blocked;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(60);
		_exit(open(name, flags) >= 0 ? 0 : errno);
	}
	/* Asleep in two looks running: that is the open. */
	for (int asleep = 0; asleep < 2; pause_ms(1)) {
		char state = thread_state(pid, 0);

		if (state == 'Z')
			break;
		asleep = state == 'S' ? asleep + 1 : 0;
	}
	blocked = waitpid(pid, &status, WNOHANG) == 0;
	if (blocked) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		return BLOCKS;
	}
	return WEXITSTATUS(status);
}

static const char *name_of(int flags)
{
	static const char *names[] = { "O_RDONLY", "O_WRONLY", "O_RDWR" };

	return names[flags & O_ACCMODE];
}

/* Beside nobody, a reader, a writer, one who is both. */
static void test_every_combination(void)
{
	static const struct {
		int flags, expected[4];
	} table[] = {
		{ O_RDONLY, { BLOCKS, BLOCKS, 0, 0 } },
		{ O_RDONLY | O_NONBLOCK, { 0, 0, 0, 0 } },
		{ O_WRONLY, { BLOCKS, 0, BLOCKS, 0 } },
		{ O_WRONLY | O_NONBLOCK, { ENXIO, 0, ENXIO, 0 } },
		{ O_RDWR, { 0, 0, 0, 0 } },
		{ O_RDWR | O_NONBLOCK, { 0, 0, 0, 0 } },
	};
	static const char *others[] = { "nobody", "a reader", "a writer", "both" };

	for (int other = 0; other < 4; other++) {
		int r = -1, w = -1;

		mkfifo("c", 0600);
		if (other) {
			/* A writer alone: it opened while there was a reader. */
			r = open("c", O_RDONLY | O_NONBLOCK);
			if (other >= 2)
				w = open("c", other == 3 ? O_RDWR : O_WRONLY);
			if (other >= 2)
				close(r), r = -1;
		}
		for (unsigned int i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
			int flags = table[i].flags, got = outcome("c", flags);

			ok(got == table[i].expected[other],
			   "FIFO-002 FIFO-003 FIFO-004 FIFO-007: %s%s beside %s: %s",
			   name_of(flags), flags & O_NONBLOCK ? " | O_NONBLOCK" : "", others[other],
			   got == BLOCKS ? "waits" :
			   got           ? strerror(got) :
					   "opens");
		}
		if (r >= 0)
			close(r);
		if (w >= 0)
			close(w);
		unlink("c");
	}
}

/* Flags that mean nothing to a FIFO, and those that do. */
static void test_other_flags(void)
{
	int fd, r;

	mkfifo("c", 0600);
	r = open("c", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	ok(r >= 0 && fcntl(r, F_GETFD) == FD_CLOEXEC, "FIFO-015: O_CLOEXEC, O_NOFOLLOW");
	fd = open("c", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_SYNC | O_NOCTTY, 0600);
	ok(fd >= 0 && write(fd, "x", 1) == 1 && unread(r) == 1, "FIFO-015: O_CREAT and O_TRUNC");
	close(fd);
	ok(failed_with(open("c", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST), "FIFO-015: O_EXCL");
	ok(failed_with(open("c", O_RDONLY | O_DIRECTORY), ENOTDIR), "FIFO-015: O_DIRECTORY");
	fd = open("c", O_PATH);
	ok(fd >= 0 && failed_with(read(fd, block, 1), EBADF), "FIFO-015: O_PATH opens no end");
	ok(unread(r) == 1 && poll_now(r, POLLIN) == (POLLIN | POLLHUP),
	   "FIFO-006: nor counts as one");
	close(fd);
	fd = open("c", O_RDWR | O_NONBLOCK);
	ok(fd >= 0 && poll_now(fd, POLLIN | POLLOUT) == (POLLIN | POLLOUT) &&
		   read(r, block, 9) == 1 && poll_now(fd, POLLIN | POLLOUT) == POLLOUT,
	   "PIPE-024 FIFO-007: both ends in one: neither POLLHUP nor POLLERR");
	close(r);
	ok(poll_now(fd, POLLIN | POLLOUT) == POLLOUT && failed_with(read(fd, block, 1), EAGAIN),
	   "FIFO-007: it is its own partner for ever");
	close(fd);
	unlink("c");
}

static int reopen(int fd, int flags)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return open(name, flags);
}

/* A FIFO found through a descriptor keeps its rules, also without a name; a pipe has none. */
static void test_reopened(void)
{
	int r, w, again, p[2];
	char name[32];

	mkfifo("c", 0600);
	r = open("c", O_RDONLY | O_NONBLOCK);
	w = reopen(r, O_WRONLY | O_NONBLOCK);
	ok(w >= 0 && write(w, "a", 1) == 1 && unread(r) == 1,
	   "PIPE-036: a FIFO's other end by /proc");
	unlink("c");
	again = reopen(r, O_RDONLY);
	ok(again >= 0 && read(again, block, 9) == 1, "FIFO-013: also when the name is gone");
	close(again);
	close(r);
	ok(failed_with(reopen(w, O_WRONLY | O_NONBLOCK), ENXIO),
	   "FIFO-004: no reader is ENXIO there too");
	snprintf(name, sizeof(name), "/proc/%d/fd/%d", getpid(), w);
	ok(outcome(name, O_WRONLY) == BLOCKS, "FIFO-002: and a writer waits");
	r = reopen(w, O_RDONLY);
	ok(r >= 0 && write(w, "b", 1) == 1 && read(r, block, 9) == 1, "PIPE-036: until one comes");
	close(r);
	close(w);

	make_pipe(p, O_NONBLOCK);
	close(p[WR]);
	ok(read(p[RD], block, 1) == 0 && (again = reopen(p[RD], O_RDONLY)) >= 0,
	   "PIPE-036: a pipe's reader opens without any writer");
	close(again);
	w = reopen(p[RD], O_WRONLY);
	ok(w >= 0 && failed_with(read(p[RD], block, 1), EAGAIN),
	   "PIPE-036: a new writer: no end of file");
	close(p[RD]);
	signal(SIGPIPE, SIG_IGN);
	ok((again = reopen(w, O_WRONLY | O_NONBLOCK)) >= 0 &&
		   failed_with(write(again, "x", 1), EPIPE),
	   "PIPE-036: a pipe's writer opens without any reader");
	close(again);
	ok(failed_with(reopen(w, O_RDWR | O_DIRECT), EINVAL), "PIPE-028: open() takes no O_DIRECT");
	again = reopen(w, O_RDWR | O_NONBLOCK);
	ok(again >= 0 && !set_flags(again, O_DIRECT, 0) && write(again, "xy", 2) == 2 &&
		   write(again, "z", 1) == 1 && read(again, block, 9) == 2 &&
		   read(again, block, 9) == 1,
	   "PIPE-036 PIPE-028: or for both, and then with packets");
	close(again);
	close(w);
}

/* A byte through a FIFO called name; 0 or what went wrong. */
static int works(const char *name)
{
	int r, w, error = 0;
	struct stat st;

	unlink(name);
	if (mkfifo(name, 0640))
		return errno;
	r = open(name, O_RDONLY | O_NONBLOCK);
	w = open(name, O_WRONLY);
	if (r < 0 || w < 0 || write(w, "x", 1) != 1 || read(r, block, 9) != 1 || fstat(r, &st) ||
	    st.st_mode != (S_IFIFO | 0640))
		error = errno ? errno : EIO;
	close(r);
	close(w);
	unlink(name);
	return error;
}

static void test_file_system(const char *what, const char *name)
{
	int error = works(name);

	ok(error == 0, "FIFO-001 FIFO-011: on %s (%d)", what, error);
}

static void test_file_systems(void)
{
	int r;

	mkdir("r", 0755);
	mkdir("t", 0755);
	umask(0);
	test_file_system("the root", "/fifo-here");
	test_file_system("devtmpfs", "/dev/fifo-here");
	if (mount("r", "r", "ramfs", 0, NULL) ||
	    mount("t", "t", "tmpfs", MS_NODEV | MS_NOSUID | MS_NOEXEC, NULL))
		perror("mount");
	test_file_system("ramfs", "r/f");
	test_file_system("tmpfs, even without devices", "t/f");
	ok(failed_with(mkfifo("/proc/f", 0600), ENOENT) || errno == EPERM || errno == EACCES,
	   "FIFO-001: not in /proc");
	mkfifo("t/f", 0600);
	mount("t", "t", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	r = open("t/f", O_RDWR);
	ok(r >= 0 && write(r, "x", 1) == 1 && read(r, block, 2) == 1 &&
		   failed_with(mkfifo("t/g", 0600), EROFS),
	   "FIFO-001 FIFO-015: a read-only file system's FIFO can be written, none be made");
	close(r);
	umount2("t", MNT_DETACH);
	umount2("r", MNT_DETACH);
	umask(022);
}

int main(void)
{
	if (geteuid())
		return ktap_skip_all("needs root for file systems of its own");
	enter_scratch();
	test_every_combination();
	test_other_flags();
	test_reopened();
	test_file_systems();
	leave_scratch();
	return ktap_done();
}
