// SPDX-License-Identifier: GPL-2.0-only
/* Process numbers go up, are not soon used again, and go round at pid_max, which is lowered for that. */
#define _GNU_SOURCE
#include <fcntl.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static pid_t quick_child(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	return pid;
}

static void set_pid_max(long value)
{
	int fd = open("/proc/sys/kernel/pid_max", O_WRONLY);

	dprintf(fd, "%ld\n", value);
	close(fd);
}

int main(void)
{
	char text[64];
	long pid_max, before;
	pid_t last, pid, smallest = 0x7fffffff;
	int wraps = 0, up = 1;

	read_file("/proc/sys/kernel/pid_max", text, sizeof(text));
	pid_max = strtol(text, NULL, 10);
	ok(pid_max >= 301, "pid_max is %ld", pid_max);
	last = quick_child();
	for (int i = 0; i < 1000; i++) {
		pid = quick_child();
		if (pid <= last)
			up = 0;
		last = pid;
	}
	ok(up || pid_max < 40000, "a thousand numbers go up");
	if (pid_max > 40000) {
		ok(1, "going round # SKIP pid_max is large");
		return ktap_done();
	}
	/* Where root may, not all the way. */
	before = pid_max;
	if (last + 2000 < pid_max)
		set_pid_max(last + 2000);
	for (long i = 0; i < pid_max && wraps < 1; i++) {
		pid = quick_child();
		if (pid < last) {
			wraps++;
			smallest = pid;
		}
		last = pid;
	}
	set_pid_max(before);
	ok(wraps == 1 && smallest >= 300, "they go round once, to %d and not below 300", smallest);
	return ktap_done();
}
