// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that take all there is of something: processes, threads, mappings, descriptors, pipes,
 * messages, directories, signals, timers, arguments, files in memory. Each gets the error that fits,
 * ends, and afterwards the memory is there again.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/ktap.h"

#define USER 4243

static void limit(int resource, rlim_t value)
{
	struct rlimit l = { value, value };

	setrlimit(resource, &l);
}

static long mem_available(void)
{
	char line[128];
	long kib = -1;
	FILE *f = fopen("/proc/meminfo", "r");

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "MemAvailable: %ld kB", &kib);
	if (f)
		fclose(f);
	return kib;
}

/* ---- what takes all: 0 when the end came as it should ---- */

/* Children that have children, until there may be no more; then all of them end at once. */
static int processes(void)
{
	int gate[2], denied[2];
	char c;

	if (pipe(gate) || pipe(denied))
		return 1;
	fcntl(denied[1], F_SETFL, O_NONBLOCK);
	limit(RLIMIT_NPROC, 150);
	if (setresuid(USER, USER, USER))
		return 2;
	for (int i = 0; i < 12; i++) {
		pid_t pid = fork();

		if (pid < 0) {
			if (errno != EAGAIN)
				return 3;
			(void)!write(denied[1], "x", 1);
			break;
		}
	}
	if (getpid() != getpgrp()) {
		(void)!read(gate[0], &c, 1); /* until all writers are gone, or killed */
		_exit(0);
	}
	if (read(denied[0], &c, 1) != 1)
		return 4;
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	return errno == ECHILD ? 0 : 5;
}

static void *sleeper(void *gate)
{
	pthread_mutex_lock(gate);
	pthread_mutex_unlock(gate);
	return NULL;
}

static int threads(void)
{
	static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	static pthread_t all[400];
	pthread_attr_t small;
	int n, error = 0;

	limit(RLIMIT_NPROC, 200);
	/* Not the user whose processes may still be ending. */
	if (setresuid(USER + 1, USER + 1, USER + 1))
		return 1;
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16384);
	pthread_mutex_lock(&gate);
	for (n = 0; n < 400; n++) {
		error = pthread_create(&all[n], &small, sleeper, &gate);
		if (error)
			break;
	}
	pthread_mutex_unlock(&gate);
	for (int i = 0; i < n; i++)
		pthread_join(all[i], NULL);
	return error == EAGAIN && n > 100 ? 0 : 2;
}

/* Neighbours that cannot become one mapping. */
static int mappings(void)
{
	int n = 0;

	while (n < 100000 && mmap(NULL, 4096, n & 1 ? PROT_READ : PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		n++;
	return errno == ENOMEM && n > 60000 && n < 66000 ? 0 : 1;
}

static int address_space(void)
{
	char *p;
	int n = 0;

	limit(RLIMIT_AS, 64 << 20);
	while ((p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0)) != MAP_FAILED) {
		memset(p, n, 1 << 20);
		n++;
	}
	return errno == ENOMEM && n > 40 && n <= 64 ? 0 : 1;
}

static int descriptors(void)
{
	int n = 0, fd, fds[2];

	limit(RLIMIT_NOFILE, 20000);
	while ((fd = open("/dev/null", O_RDONLY)) >= 0)
		n++;
	if (errno != EMFILE || n < 19000 || pipe(fds) != -1 || errno != EMFILE)
		return 1;
	if (epoll_create1(0) != -1 || errno != EMFILE)
		return 2;
	return dup(0) == -1 && errno == EMFILE ? 0 : 3;
}

static int full_pipes(void)
{
	static char buf[65536];
	int fds[2], n = 0;

	limit(RLIMIT_NOFILE, 400);
	while (!pipe2(fds, O_NONBLOCK)) {
		while (write(fds[1], buf, sizeof(buf)) > 0)
			;
		if (errno != EAGAIN)
			return 1;
		n++;
	}
	return errno == EMFILE && n > 190 ? 0 : 2;
}

static int messages(void)
{
	struct {
		long type;
		char text[8000];
	} message = { .type = 1 };
	int ids[300], n, ret = 0;

	for (n = 0; n < 300; n++) {
		ids[n] = msgget(IPC_PRIVATE, 0600);
		if (ids[n] < 0)
			break;
		while (!msgsnd(ids[n], &message, sizeof(message.text), IPC_NOWAIT))
			;
		if (errno != EAGAIN)
			ret = 1;
	}
	for (int i = 0; i < n; i++)
		ret |= msgctl(ids[i], IPC_RMID, NULL) ? 2 : 0;
	return n ? ret : 3;
}

/* A path that no buffer holds: made by going down, removed by coming back. */
static int deep_directories(void)
{
	char buf[4096], name[100];
	int depth = 0;

	if (chdir("/tmp"))
		return 1;
	memset(name, 'd', sizeof(name) - 1);
	name[99] = '\0';
	while (depth < 3000 && !mkdir(name, 0700) && !chdir(name))
		depth++;
	if (depth != 3000)
		return 2;
	if (getcwd(buf, sizeof(buf)) || (errno != ENAMETOOLONG && errno != ERANGE))
		return 3;
	if (readlink("/proc/self/cwd", buf, sizeof(buf)) != -1 || errno != ENAMETOOLONG)
		return 4;
	while (depth && !chdir("..") && !rmdir(name))
		depth--;
	return depth ? 5 : 0;
}

/* The deepest directory lives on without any name: freeing it frees 2000 dentries in a row. */
static int removed_depths(void)
{
	int depth = 0, top = open("/tmp", O_RDONLY | O_DIRECTORY), fd = top, next;

	while (depth < 2000 && !mkdirat(fd, "x", 0700)) {
		next = openat(fd, "x", O_RDONLY | O_DIRECTORY);
		if (next < 0)
			return 1;
		if (fd != top)
			close(fd);
		fd = next;
		depth++;
	}
	for (int i = depth; i; i--) {
		next = openat(fd, "..", O_RDONLY | O_DIRECTORY);
		if (next < 0 || unlinkat(next, "x", AT_REMOVEDIR))
			return 2;
		if (i != depth)
			close(fd);
		fd = next;
	}
	return depth == 2000 ? 0 : 3;
}

static int arguments(void)
{
	static char big[131072 - 1], *argv[2000];
	int n;

	memset(big, 'a', sizeof(big) - 1);
	for (n = 0; n < 1999; n++)
		argv[n] = big;
	if (execv("/bin/busybox", argv) != -1 || errno != E2BIG)
		return 1;
	/* One that is a little too long. */
	char *one = malloc(131073);

	memset(one, 'b', 131072);
	one[131072] = '\0';
	argv[0] = "true";
	argv[1] = one;
	argv[2] = NULL;
	if (execv("/bin/busybox", argv) != -1 || errno != E2BIG)
		return 2;
	for (n = 1; n < 14; n++)
		argv[n] = big;
	argv[n] = NULL;
	execv("/bin/busybox", argv); /* true, with 1.7 MB behind it */
	return 3;
}

static int signals(void)
{
	union sigval value = { 0 };
	sigset_t set;
	int n = 0;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	limit(RLIMIT_SIGPENDING, 5000);
	while (n < 10000 && !sigqueue(getpid(), SIGRTMIN, value))
		n++;
	return errno == EAGAIN && n > 4000 && n <= 5000 ? 0 : 1;
}

static int timers(void)
{
	struct itimerspec soon = { { 0, 1000000 }, { 0, 1000000 } };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + 1 };
	timer_t timer;
	int n = 0;

	signal(SIGRTMIN + 1, SIG_IGN);
	limit(RLIMIT_SIGPENDING, 300);
	while (n < 1000 && !timer_create(CLOCK_MONOTONIC, &event, &timer)) {
		timer_settime(timer, 0, &soon, NULL);
		n++;
	}
	return errno == EAGAIN && n > 200 && n <= 300 ? 0 : 1;
}

static int large_file(void)
{
	static char buf[65536];
	int n = 0, fd = memfd_create("file", 0);
	ssize_t wrote;

	limit(RLIMIT_FSIZE, 8 << 20);
	signal(SIGXFSZ, SIG_IGN);
	memset(buf, 'x', sizeof(buf));
	while ((wrote = write(fd, buf, sizeof(buf))) > 0)
		n += wrote;
	return wrote == -1 && errno == EFBIG && n == 8 << 20 ? 0 : 1;
}

/* ---- one after the other, and all at once ---- */

static const struct {
	const char *name;
	int (*take_all)(void);
} kinds[] = {
	{ "processes", processes },
	{ "threads", threads },
	{ "mappings", mappings },
	{ "address space", address_space },
	{ "descriptors", descriptors },
	{ "full pipes", full_pipes },
	{ "messages", messages },
	{ "deep directories", deep_directories },
	{ "directories without a name", removed_depths },
	{ "arguments", arguments },
	{ "signals", signals },
	{ "timers", timers },
	{ "a file in memory", large_file },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static pid_t start(unsigned int kind)
{
	pid_t pid = fork();

	if (!pid) {
		setpgid(0, 0);
		limit(RLIMIT_CORE, 0);
		_exit(kinds[kind].take_all());
	}
	return pid;
}

static int ended_well(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return 0;
	if (status)
		printf("# status %#x\n", status);
	fflush(stdout);
	return status == 0;
}

int main(void)
{
	long before, after = 0;
	pid_t pids[KINDS];
	int good = 1;

	if (geteuid() != 0) {
		ktap_skip_all("needs root to become another user");
		return 0;
	}
	for (unsigned int k = 0; k < KINDS; k++)
		ok(ended_well(start(k)), "%s: all there are, and the error that says so",
		   kinds[k].name);
	before = mem_available();
	/* Together, but for those that count what others of the same user have. */
	for (unsigned int k = 2; k < KINDS; k++)
		pids[k] = kinds[k].take_all == signals ? 0 : start(k);
	for (unsigned int k = 2; k < KINDS; k++)
		good &= !pids[k] || ended_well(pids[k]);
	ok(good, "all of them at once");
	/* What the dead had comes back when the grace periods are over. */
	for (int i = 0; i < 100; i++) {
		struct timespec pause = { 0, 50000000 };

		after = mem_available();
		if (after > before - 3000)
			break;
		nanosleep(&pause, NULL);
	}
	ok(after > before - 3000, "and the memory is there again");
	return ktap_done();
}
