// SPDX-License-Identifier: GPL-2.0-only
/* Record locks, open-file-description locks and flock(): conflicts, splitting, waiting, deadlock. */
#define _GNU_SOURCE
#include <sys/file.h>
#include "tests/fs/files.h"
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#ifndef F_OFD_GETLK
#define F_OFD_GETLK  36
#define F_OFD_SETLK  37
#define F_OFD_SETLKW 38
#endif

static int fd;

static int lock(int f, int cmd, short type, off_t start, off_t len)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return fcntl(f, cmd, &l);
}

/* Does /proc/locks show a request that waits for process pid's flock()? */
static int flock_waiter_shown(pid_t pid)
{
	char text[8192], line[64];
	int f = open("/proc/locks", O_RDONLY);
	ssize_t n = read(f, text, sizeof(text) - 1);

	close(f);
	if (n < 0)
		return 0;
	text[n] = '\0';
	snprintf(line, sizeof(line), "-> FLOCK  ADVISORY  WRITE %d ", pid);
	return strstr(text, line) != NULL;
}

/* What another process would meet at start: 'r', 'w', '-' free; *from and *len say where it lies. */
static char seen_by_other(off_t start, off_t *from, off_t *len)
{
	int fds[2];
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = 1 };
	pid_t pid;

	if (pipe(fds))
		return '?';
	pid = fork();
	if (!pid) {
		fcntl(fd, F_GETLK, &l);
		_exit(write(fds[1], &l, sizeof(l)) != sizeof(l));
	}
	if (read(fds[0], &l, sizeof(l)) != sizeof(l))
		l.l_type = 99;
	waitpid(pid, NULL, 0);
	close(fds[0]);
	close(fds[1]);
	if (from)
		*from = l.l_start;
	if (len)
		*len = l.l_len;
	return l.l_type == F_RDLCK ? 'r' :
	       l.l_type == F_WRLCK ? 'w' :
	       l.l_type == F_UNLCK ? '-' :
				     '?';
}

static int map_is(const char *want)
{
	char got[16] = "";
	int i;

	for (i = 0; want[i]; i++)
		got[i] = seen_by_other(i, NULL, NULL);
	if (strcmp(got, want))
		printf("# locks are %s\n", got);
	return !strcmp(got, want);
}

static void ranges(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };
	off_t from, len;

	ok(lock(fd, F_SETLK, F_WRLCK, 2, 6) == 0 && map_is("--wwwwww--"), "a lock of six bytes");
	ok(fcntl(fd, F_GETLK, &l) == 0 && l.l_type == F_UNLCK, "its owner sees no conflict");
	ok(lock(fd, F_SETLK, F_UNLCK, 4, 2) == 0 && map_is("--ww--ww--"),
	   "a hole in the middle splits it");
	ok(lock(fd, F_SETLK, F_RDLCK, 3, 4) == 0 && map_is("--wrrrrw--"), "another type between");
	ok(lock(fd, F_SETLK, F_WRLCK, 0, 10) == 0 && seen_by_other(5, &from, &len) == 'w' &&
		   from == 0 && len == 10,
	   "one over all becomes one");
	ok(lock(fd, F_SETLK, F_UNLCK, 0, 3) == 0 && lock(fd, F_SETLK, F_UNLCK, 8, 0) == 0 &&
		   map_is("---wwwww--"),
	   "cut off at both ends");
	ok(lock(fd, F_SETLK, F_WRLCK, 8, 2) == 0 && seen_by_other(9, &from, &len) == 'w' &&
		   from == 3 && len == 7,
	   "neighbours of one type join");
	ok(lock(fd, F_SETLK, F_WRLCK, 100, 0) == 0 && seen_by_other(1000000, &from, &len) == 'w' &&
		   from == 100 && len == 0,
	   "length 0: to the end of all");
	ok(lock(fd, F_SETLK, F_UNLCK, 0, 0) == 0 && map_is("----------"), "all gone");
	lseek(fd, 5, SEEK_SET);
	l = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_CUR, .l_start = 0, .l_len = -3 };
	ok(fcntl(fd, F_SETLK, &l) == 0 && map_is("--www-----"), "a negative length reaches back");
	lock(fd, F_SETLK, F_UNLCK, 0, 0);
}

static void refusals(void)
{
	struct flock l = { .l_type = 77, .l_whence = SEEK_SET };
	int ro = open("f", O_RDONLY), wo = open("f", O_WRONLY);

	ok(fails(fcntl(fd, F_SETLK, &l), EINVAL), "unknown type: EINVAL");
	l = (struct flock){ .l_type = F_RDLCK, .l_whence = 9 };
	ok(fails(fcntl(fd, F_SETLK, &l), EINVAL), "unknown whence: EINVAL");
	ok(fails(lock(fd, F_SETLK, F_RDLCK, -1, 1), EINVAL), "before the start: EINVAL");
	l = (struct flock){
		.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = LONG_MAX, .l_len = 2
	};
	ok(fails(fcntl(fd, F_SETLK, &l), EOVERFLOW), "beyond the end: EOVERFLOW");
	ok(fails(lock(ro, F_SETLK, F_WRLCK, 0, 1), EBADF), "a write lock on what is read: EBADF");
	ok(fails(lock(wo, F_SETLK, F_RDLCK, 0, 1), EBADF), "a read lock on what is written: EBADF");
	ok(fails(fcntl(fd, F_SETLK, BAD_POINTER), EFAULT), "EFAULT");
	ok(fails(lock(-1, F_SETLK, F_RDLCK, 0, 1), EBADF), "EBADF");
	close(ro);
	close(wo);
}

static void conflicts(void)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1 };

	lock(fd, F_SETLK, F_RDLCK, 0, 10);
	ok(IN_CHILD(lock(fd, F_SETLK, F_RDLCK, 5, 1) == 0), "two may read");
	ok(IN_CHILD(fails(lock(fd, F_SETLK, F_WRLCK, 5, 1), EAGAIN)),
	   "reading keeps a writer out: EAGAIN");
	lock(fd, F_SETLK, F_WRLCK, 0, 10);
	ok(IN_CHILD(fails(lock(fd, F_SETLK, F_RDLCK, 9, 5), EAGAIN)), "writing keeps readers out");
	ok(IN_CHILD(lock(fd, F_SETLK, F_WRLCK, 10, 5) == 0), "but only where it is");
	ok(IN_CHILD(fcntl(fd, F_GETLK, &l) == 0 && l.l_pid == getppid() && l.l_type == F_WRLCK),
	   "F_GETLK names the process");
	close(open("f", O_RDONLY));
	ok(IN_CHILD(lock(fd, F_SETLK, F_WRLCK, 0, 10) == 0), "closing any descriptor drops all");
	ok(IN_CHILD(lock(fd, F_SETLK, F_WRLCK, 0, 10) == 0), "so does the owner's end");
}

static void waiting(void)
{
	int status;
	pid_t pid;

	lock(fd, F_SETLK, F_WRLCK, 0, 10);
	pid = fork();
	if (!pid)
		_exit(lock(fd, F_SETLKW, F_WRLCK, 0, 10) != 0);
	while (thread_state(pid, 0) != 'S')
		pause_ms(1);
	ok(waitpid(pid, &status, WNOHANG) == 0, "F_SETLKW waits");
	lock(fd, F_SETLK, F_UNLCK, 5, 5);
	pause_ms(5);
	ok(waitpid(pid, &status, WNOHANG) == 0, "half of it free is not enough");
	lock(fd, F_SETLK, F_UNLCK, 0, 5);
	ok(waitpid(pid, &status, 0) == pid && status == 0, "and gets it when all is");
}

static void nothing(int sig)
{
}

static void interrupted(void)
{
	struct sigaction sa = { .sa_handler = nothing };
	int status;
	pid_t pid;

	lock(fd, F_SETLK, F_WRLCK, 0, 1);
	pid = fork();
	if (!pid) {
		sigaction(SIGUSR1, &sa, NULL);
		_exit(!fails(lock(fd, F_SETLKW, F_WRLCK, 0, 1), EINTR));
	}
	while (thread_state(pid, 0) != 'S')
		pause_ms(1);
	kill(pid, SIGUSR1);
	ok(waitpid(pid, &status, 0) == pid && status == 0, "a signal ends the wait: EINTR");
	lock(fd, F_SETLK, F_UNLCK, 0, 0);
}

static void deadlock(void)
{
	int status, go[2];
	char c;
	pid_t pid;

	if (pipe(go)) {
		skip("no pipes");
		return;
	}
	lock(fd, F_SETLK, F_WRLCK, 0, 1);
	pid = fork();
	if (!pid) {
		lock(fd, F_SETLK, F_WRLCK, 1, 1);
		if (write(go[1], "x", 1) != 1)
			_exit(2);
		_exit(lock(fd, F_SETLKW, F_WRLCK, 0, 1) != 0);
	}
	if (read(go[0], &c, 1) != 1)
		c = 0;
	while (thread_state(pid, 0) != 'S')
		pause_ms(1);
	ok(fails(lock(fd, F_SETLKW, F_WRLCK, 1, 1), EDEADLK), "waiting for each other: EDEADLK");
	lock(fd, F_SETLK, F_UNLCK, 0, 0);
	ok(waitpid(pid, &status, 0) == pid && status == 0, "the other one goes on");
	close(go[0]);
	close(go[1]);
}

static void ofd_locks(void)
{
	struct flock l = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1, .l_pid = 1
	};
	int a = open("f", O_RDWR), b = open("f", O_RDWR), c = dup(a);

	ok(lock(a, F_OFD_SETLK, F_WRLCK, 0, 10) == 0, "F_OFD_SETLK");
	ok(fails(lock(b, F_OFD_SETLK, F_WRLCK, 5, 1), EAGAIN),
	   "another open file of the same process");
	ok(fails(lock(fd, F_SETLK, F_WRLCK, 5, 1), EAGAIN), "the process itself: EAGAIN");
	ok(lock(c, F_OFD_SETLK, F_RDLCK, 5, 1) == 0, "a duplicate is the same owner");
	close(open("f", O_RDONLY));
	ok(fails(lock(b, F_OFD_SETLK, F_WRLCK, 0, 1), EAGAIN),
	   "a close of another file drops nothing");
	ok(fails(fcntl(a, F_OFD_SETLK, &l), EINVAL), "l_pid must be 0: EINVAL");
	l.l_pid = 0;
	ok(fcntl(b, F_OFD_GETLK, &l) == 0 && l.l_type == F_WRLCK && l.l_pid == -1,
	   "F_OFD_GETLK: pid -1");
	close(a);
	ok(fails(lock(b, F_OFD_SETLK, F_WRLCK, 0, 1), EAGAIN), "a duplicate keeps it");
	close(c);
	ok(lock(b, F_OFD_SETLK, F_WRLCK, 0, 1) == 0, "the last close drops it");
	close(b);
}

static void flocks(void)
{
	int a = open("f", O_RDWR), b = open("f", O_RDONLY), status;
	pid_t pid;

	ok(flock(a, LOCK_SH) == 0 && flock(b, LOCK_SH | LOCK_NB) == 0, "LOCK_SH twice");
	ok(fails(flock(a, LOCK_EX | LOCK_NB), EWOULDBLOCK), "LOCK_EX beside it: EWOULDBLOCK");
	flock(a, LOCK_UN);
	flock(b, LOCK_UN);
	ok(flock(b, LOCK_EX) == 0, "LOCK_EX, also when open for reading");
	ok(fails(flock(a, LOCK_SH | LOCK_NB), EWOULDBLOCK), "keeps all out");
	ok(lock(a, F_SETLK, F_WRLCK, 0, 0) == 0, "record locks know nothing of it");
	ok(fails(flock(a, 77), EINVAL) && fails(flock(-1, LOCK_SH), EBADF), "EINVAL, EBADF");
	pid = fork();
	if (!pid)
		_exit(flock(a, LOCK_EX) != 0);
	while (thread_state(pid, 0) != 'S')
		pause_ms(1);
	ok(flock_waiter_shown(pid), "/proc/locks shows who waits in flock()");
	ok(IN_CHILD(flock(b, LOCK_EX) == 0), "a fork holds what its parent holds");
	ok(flock(b, LOCK_UN) == 0 && waitpid(pid, &status, 0) == pid && status == 0,
	   "LOCK_UN lets the waiter in");
	close(b);
	flock(a, LOCK_EX);
	b = open("f", O_RDONLY);
	close(a);
	ok(flock(b, LOCK_EX | LOCK_NB) == 0, "the last close of an open file drops its lock");
	a = b;
	close(a);
}

/* Many processes add to one counter under a lock. */
static void counting(void)
{
	int i, j, counter = 0;

	pwrite(fd, &counter, sizeof(counter), 0);
	for (i = 0; i < 4; i++) {
		if (!fork()) {
			for (j = 0; j < 100; j++) {
				lock(fd, F_SETLKW, F_WRLCK, 0, 4);
				pread(fd, &counter, sizeof(counter), 0);
				counter++;
				if (j % 10 == 0)
					pause_ms(0);
				pwrite(fd, &counter, sizeof(counter), 0);
				lock(fd, F_SETLK, F_UNLCK, 0, 4);
			}
			_exit(0);
		}
	}
	for (i = 0; i < 4; i++)
		wait(NULL);
	pread(fd, &counter, sizeof(counter), 0);
	ok(counter == 400, "400 additions by four processes (%d)", counter);
}

int main(void)
{
	enter_scratch();
	put_file("f", "0123456789");
	fd = open("f", O_RDWR);
	ranges();
	refusals();
	conflicts();
	waiting();
	interrupted();
	deadlock();
	ofd_locks();
	flocks();
	counting();
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
