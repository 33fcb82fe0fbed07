// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs test programs one after the other: testrun [-t SECONDS] PROGRAM...
 *
 * Each runs in its own session and empty folder below /tmp, with a deadline. Its output appears
 * between the lines "# BEGIN name" and "# END name status" (128+n: killed by signal n; 124: its time
 * was up). Processes that it leaves behind are ended before the next one starts.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMED_OUT 124

static int limit_s = 60;

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

static void put(const char *buf, size_t n)
{
	while (n > 0) {
		ssize_t done = write(1, buf, n);

		if (done <= 0)
			_exit(1);
		buf += done;
		n -= done;
	}
}

static pid_t start(const char *program, const char *name, int *output)
{
	char dir[256];
	int fds[2];
	pid_t pid;

	snprintf(dir, sizeof(dir), "/tmp/%s", name);
	mkdir(dir, 0777);
	if (pipe2(fds, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);

		setsid();
		dup2(null, 0);
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		if (chdir(dir))
			_exit(126);
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	close(fds[1]);
	*output = fds[0];
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	return pid;
}

static int drain(int fd)
{
	char buf[4096];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		put(buf, n);
	return n == 0;
}

/* Ends and reaps everybody who came to us as an orphan. */
static void end_leftovers(pid_t session)
{
	char path[64], line[512];
	int status;
	pid_t pid;

	kill(-session, SIGKILL);
	for (;;) {
		FILE *f;
		int n = 0;

		snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
		f = fopen(path, "r");
		if (!f)
			break;
		while (fscanf(f, "%511s", line) == 1) {
			kill(atoi(line), SIGKILL);
			n++;
		}
		fclose(f);
		if (!n)
			break;
		while ((pid = waitpid(-1, &status, 0)) > 0)
			;
	}
	while (waitpid(-1, &status, WNOHANG) > 0)
		;
}

static int run(const char *program, const char *name)
{
	long long end = now_ms() + limit_s * 1000ll;
	int output, status = 0, over = 0;
	pid_t pid = start(program, name, &output);

	if (pid < 0)
		return 126;
	while (!over) {
		struct pollfd p = { .fd = output, .events = POLLIN };
		long long left = end - now_ms();

		if (left <= 0) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			drain(output);
			close(output);
			end_leftovers(pid);
			return TIMED_OUT;
		}
		poll(&p, 1, left < 20 ? left : 20);
		over = waitpid(pid, &status, WNOHANG) == pid;
		drain(output);
	}
	close(output);
	end_leftovers(pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
	int i = 1;

	if (argc > 2 && strcmp(argv[1], "-t") == 0) {
		limit_s = atoi(argv[2]);
		i = 3;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (; i < argc; i++) {
		const char *name = strrchr(argv[i], '/') ? strrchr(argv[i], '/') + 1 : argv[i];
		char line[320];
		int n, status;

		n = snprintf(line, sizeof(line), "# BEGIN %s\n", name);
		put(line, n);
		status = run(argv[i], name);
		n = snprintf(line, sizeof(line), "\n# END %s %d\n", name, status);
		put(line, n);
	}
	return 0;
}
