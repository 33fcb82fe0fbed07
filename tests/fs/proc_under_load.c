// SPDX-License-Identifier: GPL-2.0-only
/* Everything in /proc is read while processes, threads and descriptors come and go. */
#include "tests/fs/pipes.h"
#include <dirent.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#define SECONDS 3

static char text[1 << 16];
static long files_read, gone;

static int expected(int err)
{
	return err == ENOENT || err == ESRCH || err == EACCES || err == EINVAL || err == EPERM ||
	       err == EIO || err == EAGAIN;
}

static int unexpected;

static void read_all(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);
	ssize_t n = -1;

	if (fd >= 0) {
		while ((n = read(fd, text, 97)) > 0)
			files_read++;
	}
	if (n < 0) {
		gone++;
		if (!expected(errno)) {
			unexpected++;
			printf("# %s: %s\n", path, strerror(errno));
		}
	}
	if (fd >= 0)
		close(fd);
}

static void walk(const char *path, int depth)
{
	struct dirent *entry;
	char name[512];
	DIR *dir = opendir(path);

	if (!dir) {
		gone += expected(errno);
		return;
	}
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "kmsg") ||
		    !strcmp(entry->d_name, "pagemap") || !strcmp(entry->d_name, "sys") ||
		    !strcmp(entry->d_name, "kcore") || !strcmp(entry->d_name, "trigger_pipe"))
			continue;
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (entry->d_type == DT_LNK)
			readlink(name, text, sizeof(text));
		else if (entry->d_type == DT_DIR && depth < 4)
			walk(name, depth + 1);
		else if (entry->d_type == DT_REG)
			read_all(name);
	}
	closedir(dir);
}

static long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static void *idle(void *arg)
{
	(void)arg;
	return NULL;
}

/* Forks, maps, opens, makes threads, dies. */
static void churn(unsigned int seed)
{
	long end = now() + SECONDS;
	pthread_t t;
	int p[2], ep;

	while (now() < end) {
		pid_t pid = fork();

		if (!pid) {
			void *m = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			memset(m, 1, 8192);
			make_pipe(p, 0);
			ep = epoll_create1(0);
			epoll_ctl(ep, EPOLL_CTL_ADD, p[RD],
				  &(struct epoll_event){ .events = EPOLLIN });
			prctl(PR_SET_NAME, seed & 1 ? "one" : "two");
			pthread_create(&t, NULL, idle, NULL);
			if (seed % 3)
				pthread_join(t, NULL);
			write(p[WR], "x", 1);
			if (seed % 5 == 0)
				execl("/bin/busybox", "true", (char *)NULL);
			_exit(0);
		}
		seed = seed * 1103515245 + 12345;
		if (pid > 0 && (seed & 0x100))
			kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	_exit(0);
}

int main(void)
{
	long end = now() + SECONDS, rounds = 0;
	pid_t pids[3];
	int status, good = 1;

	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (!pids[i])
			churn(i * 77 + 5);
	}
	do {
		walk("/proc", 0);
		rounds++;
	} while (now() < end);
	for (int i = 0; i < 3; i++) {
		waitpid(pids[i], &status, 0);
		good &= status == 0;
	}
	ok(good, "the processes ran on");
	ok(rounds > 0 && files_read > 100, "%ld walks, %ld reads, %ld gone meanwhile", rounds,
	   files_read, gone);
	ok(unexpected == 0, "no other errors than that");
	return ktap_done();
}
