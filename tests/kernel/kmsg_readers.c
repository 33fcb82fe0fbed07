// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever waits for a message of the kernel's log gets it, and whoever wants all there are comes to
 * an end although others go on writing.
 */
#include "tests/ktap.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/klog.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#define READ_ALL 3 /* syslog(2) */
#define ROUNDS   20
#define WAIT_MS  20000

static const char message[] = "<7>kmsg_readers: hello\n"; /* debug: not on the console */

static int write_message(int fd)
{
	return write(fd, message, strlen(message)) == (ssize_t)strlen(message);
}

/* Linux drops what comes too fast. */
static void allow_many_messages(void)
{
	int fd = open("/proc/sys/kernel/printk_devkmsg", O_WRONLY);

	if (fd >= 0 && write(fd, "on\n", 3) == 3)
		close(fd);
}

/* A child's state in /proc: 'S' once it waits. */
static char state_of(pid_t pid)
{
	char name[32], text[512];
	ssize_t n;
	int fd;

	snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	fd = open(name, O_RDONLY);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return strrchr(text, ')') ? strrchr(text, ')')[2] : 0;
}

static void wait_until_asleep(pid_t pid)
{
	struct timespec ms = { 0, 1000000 };

	for (int i = 0; i < 30000 && state_of(pid) != 'S'; i++)
		nanosleep(&ms, NULL);
}

/* A child that ends with 0 when it has got what it waits for; it has WAIT_MS. */
static int child_succeeds(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status);
}

static int open_at_end(int flags)
{
	int fd = open("/dev/kmsg", O_RDONLY | flags);

	lseek(fd, 0, SEEK_END);
	return fd;
}

static int read_waits(int writer)
{
	pid_t pid = fork();

	if (!pid) {
		char text[2048];
		int fd = open_at_end(0);

		alarm(WAIT_MS / 1000);
		_exit(read(fd, text, sizeof(text)) <= 0);
	}
	wait_until_asleep(pid);
	return write_message(writer) && child_succeeds(pid);
}

static int poll_waits(int writer)
{
	pid_t pid = fork();

	if (!pid) {
		struct pollfd p = { .fd = open_at_end(O_NONBLOCK), .events = POLLIN };

		_exit(poll(&p, 1, WAIT_MS) != 1);
	}
	wait_until_asleep(pid);
	return write_message(writer) && child_succeeds(pid);
}

static int epoll_waits(int writer)
{
	pid_t pid = fork();

	if (!pid) {
		int set = epoll_create1(0);
		struct epoll_event event = { .events = EPOLLIN | EPOLLET };

		epoll_ctl(set, EPOLL_CTL_ADD, open_at_end(O_NONBLOCK), &event);
		_exit(epoll_wait(set, &event, 1, WAIT_MS) != 1);
	}
	wait_until_asleep(pid);
	return write_message(writer) && child_succeeds(pid);
}

static pid_t start_flood(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int fd = open("/dev/kmsg", O_WRONLY);;)
		write_message(fd);
}

/*
 * The flood is faster than anybody can read: what there was at the start is enough. A small buffer:
 * each record is fought for with the others, whose CPUs the host may not be running.
 */
static void all_comes_to_an_end(void)
{
	static char text[1 << 13];
	pid_t floods[3], pid;

	for (int i = 0; i < 3; i++)
		floods[i] = start_flood();
	pid = fork();
	if (!pid) {
		alarm(90);
		_exit(klogctl(READ_ALL, text, sizeof(text)) <= 0);
	}
	ok(child_succeeds(pid), "syslog(READ_ALL) comes to an end while others write");
	for (int i = 0; i < 3; i++) {
		kill(floods[i], SIGKILL);
		waitpid(floods[i], NULL, 0);
	}
}

int main(void)
{
	int writer = open("/dev/kmsg", O_WRONLY), good[3] = { 0 };

	if (writer < 0)
		return ktap_skip_all("/dev/kmsg is not to be had");
	allow_many_messages();
	for (int i = 0; i < ROUNDS; i++) {
		good[0] += read_waits(writer);
		good[1] += poll_waits(writer);
		good[2] += epoll_waits(writer);
		if (good[0] <= i || good[1] <= i || good[2] <= i)
			break;
	}
	ok(good[0] == ROUNDS, "read() of /dev/kmsg waits and gets the message: %d times", good[0]);
	ok(good[1] == ROUNDS, "poll() waits and is told: %d times", good[1]);
	ok(good[2] == ROUNDS, "epoll_wait() too: %d times", good[2]);
	all_comes_to_an_end();
	return ktap_done();
}
