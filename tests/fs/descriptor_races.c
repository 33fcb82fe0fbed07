// SPDX-License-Identifier: GPL-2.0-only
/*
 * One table of descriptors under races: threads duplicate, close, lock, poll and close ranges of the
 * same numbers, the table grows and is copied by fork(), and another process looks at it through
 * /proc. What a number leads to is a whole file or nothing, and nobody touches the descriptors that a
 * thread keeps for itself.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include "tests/fs/files.h"
#include "tests/ktap.h"

#define ROUNDS  3
#define THREADS 4
#define STEPS   1500
#define FIRST   60 /* of the numbers that all use: a table of 64 grows for them */
#define NUMBERS 16
#define LENGTH  8
#define PIPES   5000

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

static volatile int wrong;

struct thread {
	pthread_t id;
	uint64_t state;
	char name[LENGTH + 1]; /* of its file, and all that is in it */
	int own;
};

static unsigned int pick(struct thread *t, unsigned int n)
{
	t->state ^= t->state << 13;
	t->state ^= t->state >> 7;
	t->state ^= t->state << 17;
	return (t->state >> 16) % n;
}

static void check(int held, const char *what)
{
	if (held)
		return;
	printf("# %s: %s\n", what, strerror(errno));
	wrong = 1;
}

/* Somebody's whole file, or no file. */
static void read_shared(int fd)
{
	char text[LENGTH + 1] = "";
	ssize_t n = pread(fd, text, LENGTH, 0);

	check(n == LENGTH ? !memcmp(text, "thread-", 7) : n < 0 && errno == EBADF, "pread");
}

/* A descriptor that only this thread knows. */
static void use_private(struct thread *t)
{
	char text[LENGTH + 1] = "";
	int fd = open(t->name, O_RDONLY), other = dup(fd), p[2];

	check(fd >= 0 && other >= 0 && fd < FIRST && other < FIRST, "open, dup");
	check(read(fd, text, LENGTH) == LENGTH && !strcmp(text, t->name), "read");
	check(lseek(other, 0, SEEK_CUR) == LENGTH, "one position");
	check(!close(fd) && !close(other), "close");
	check(!pipe(p) && write(p[1], "x", 1) == 1 && read(p[0], text, 8) == 1, "pipe");
	check(!close(p[0]) && !close(p[1]), "close of a pipe");
}

static void lock_shared(struct thread *t, int fd)
{
	struct flock l = { .l_type = pick(t, 2) ? F_WRLCK : F_RDLCK, .l_whence = SEEK_SET };

	check(!fcntl(fd, F_SETLK, &l) || errno == EBADF || errno == EAGAIN, "F_SETLK");
	l.l_type = F_UNLCK;
	check(!fcntl(fd, F_SETLK, &l) || errno == EBADF, "F_UNLCK");
	check(!flock(fd, LOCK_SH | LOCK_NB) || errno == EBADF || errno == EWOULDBLOCK, "flock");
}

static void step(struct thread *t)
{
	int fd = FIRST + (int)pick(t, NUMBERS), status, copy;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char path[64], text[64];
	pid_t pid;

	switch (pick(t, 14)) {
	case 0:
	case 1:
	case 2:
		/* EBUSY: the number is being given out. */
		check(dup2(t->own, fd) == fd || errno == EBUSY, "dup2");
		break;
	case 3:
		check(!close(fd) || errno == EBADF, "close of a number");
		break;
	case 4:
	case 5:
	case 6:
		read_shared(fd);
		break;
	case 7:
		check(!syscall(SYS_close_range, fd, FIRST + NUMBERS - 1, pick(t, 2) ? 0 : 4),
		      "close_range");
		break;
	case 8:
		copy = fcntl(fd, F_DUPFD, FIRST + NUMBERS);
		check(copy >= FIRST + NUMBERS || errno == EBADF, "F_DUPFD");
		if (copy >= 0) {
			read_shared(copy);
			check(!close(copy), "close of a copy");
		}
		break;
	case 9:
		lock_shared(t, fd);
		break;
	case 10:
		check(poll(&p, 1, 0) == 1 && (p.revents == POLLIN || p.revents == POLLNVAL),
		      "poll");
		break;
	case 11:
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		check(readlink(path, text, sizeof(text)) > 0 || errno == ENOENT, "readlink");
		break;
	case 12:
		if (pick(t, 8))
			break;
		pid = fork();
		if (!pid) {
			read_shared(fd);
			_exit(wrong);
		}
		check(pid > 0 && waitpid(pid, &status, 0) == pid && !status, "fork");
		break;
	case 13:
		use_private(t);
		break;
	}
}

static void *thread(void *arg)
{
	struct thread *t = arg;

	for (int i = 0; i < STEPS && !wrong; i++)
		step(t);
	return NULL;
}

/* Reads all that /proc tells about the descriptors of a process, until killed. */
static pid_t start_looker(pid_t whose)
{
	char dir[32], path[64], text[512];
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(dir, sizeof(dir), "/proc/%d/fdinfo", whose);
	for (;;) {
		DIR *d = opendir(dir);
		struct dirent *entry;

		while (d && (entry = readdir(d))) {
			int fd;

			snprintf(path, sizeof(path), "%s/%.16s", dir, entry->d_name);
			fd = open(path, O_RDONLY);
			if (fd >= 0) {
				read(fd, text, sizeof(text));
				close(fd);
			}
		}
		if (d)
			closedir(d);
	}
}

/* Each round in a process of its own, whose table is small at first. */
static void round_in_child(int round)
{
	struct thread threads[THREADS];
	pid_t looker = start_looker(getpid());

	alarm(110);
	for (int i = 0; i < THREADS; i++) {
		struct thread *t = &threads[i];

		t->state = 0x9e3779b97f4a7c15ull * (uint64_t)(round * THREADS + i + 1);
		snprintf(t->name, sizeof(t->name), "thread-%c", 'a' + i);
		put_file(t->name, t->name);
		t->own = open(t->name, O_RDWR);
	}
	for (int i = 0; i < THREADS; i++)
		check(!pthread_create(&threads[i].id, NULL, thread, &threads[i]), "a thread");
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i].id, NULL);
	kill(looker, SIGKILL);
	waitpid(looker, NULL, 0);
	_exit(wrong);
}

/*
 * Pipes end while somebody lists them; the end is nobody's but their owner's. The splice shows the lock
 * checker that a file's lock comes behind a pipe's: who lists has a directory's.
 */
static void pipes_under_looks(void)
{
	pid_t looker = start_looker(getpid());
	int p[2], fd = open("out", O_RDWR | O_CREAT, 0600), good;

	good = !pipe(p) && write(p[1], "x", 1) == 1 && splice(p[0], NULL, fd, NULL, 1, 0) == 1;
	close(p[0]);
	close(p[1]);
	for (int i = 0; i < PIPES && good; i++)
		good = !pipe(p) && !close(p[0]) && !close(p[1]);
	ok(good, "pipes are opened and closed under the eyes of another");
	kill(looker, SIGKILL);
	waitpid(looker, NULL, 0);
	close(fd);
	unlink("out");
}

int main(void)
{
	enter_scratch();
	pipes_under_looks();
	for (int round = 0; round < ROUNDS; round++) {
		int status = -1;
		pid_t pid = fork();

		if (!pid)
			round_in_child(round);
		waitpid(pid, &status, 0);
		ok(status == 0, "round %d: a number leads to a whole file or to none", round);
	}
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
