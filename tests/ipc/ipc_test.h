/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of message queues and shared memory share, beside tests/ipc/sem.h. */
#ifndef TESTS_IPC_IPC_TEST_H
#define TESTS_IPC_IPC_TEST_H

#include "tests/ipc/sem.h"

#include <sys/mman.h>

/* The state letter of a process in /proc, '?' when there is none. */
static inline char state_of(pid_t pid)
{
	char path[64], line[512], *end;
	int fd, n;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return '?';
	n = (int)read(fd, line, sizeof(line) - 1);
	close(fd);
	line[n > 0 ? n : 0] = '\0';
	end = strrchr(line, ')');
	return end ? end[2] : '?';
}

static inline long read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return strtol(text, NULL, 10);
}

static inline int write_number(const char *path, unsigned long value)
{
	char text[32];
	int fd = open(path, O_WRONLY | O_CLOEXEC), len, ret;

	if (fd < 0)
		return -1;
	len = snprintf(text, sizeof(text), "%lu\n", value);
	ret = (int)write(fd, text, len);
	close(fd);
	return ret == len ? 0 : -1;
}

/* The line of /proc/sysvipc/<kind> with this id. */
static inline int sysvipc_line(const char *kind, int id, char *line, size_t size)
{
	char path[64];
	FILE *f;
	int key, other, found = 0;

	snprintf(path, sizeof(path), "/proc/sysvipc/%s", kind);
	f = fopen(path, "re");
	if (!f)
		return 0;
	while (!found && fgets(line, (int)size, f))
		found = sscanf(line, "%d %d", &key, &other) == 2 && other == id;
	fclose(f);
	return found;
}

/* Memory that parent and children share, without System V. */
static inline void *shared_page(void)
{
	return mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

/* Runs the body as uid 1000 without capabilities: its exit status. */
static inline int as_user(int (*fn)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		if (setgid(1000) || setuid(1000))
			_exit(99);
		_exit(fn());
	}
	return result_of(pid);
}

#endif
