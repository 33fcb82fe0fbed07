// SPDX-License-Identifier: GPL-2.0-only
/* eventfd: adding, taking, semaphores, limits, sleeping, poll. */
#include "tests/fs/pipes.h"
#include <sys/eventfd.h>

int main(void)
{
	int fd = eventfd(3, EFD_NONBLOCK | EFD_CLOEXEC), status;
	uint64_t value = 4, huge = ~0ull - 1;
	char name[32];
	pid_t pid;
	ssize_t n;

	ok(fd >= 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC, "eventfd");
	ok(failed_with(eventfd(0, 1 << 20), EINVAL), "unknown flags");
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, block, 100);
	ok(n == 20 && !memcmp(block, "anon_inode:[eventfd]", 20), "its name");
	ok(failed_with(open(name, O_RDWR), ENXIO), "cannot be opened by it");
	ok(write(fd, &value, 8) == 8 && read(fd, &value, 8) == 8 && value == 7,
	   "adds up, is taken whole");
	ok(failed_with(read(fd, &value, 8), EAGAIN), "0 is EAGAIN");
	ok(failed_with(read(fd, &value, 7), EINVAL) && failed_with(write(fd, &value, 4), EINVAL),
	   "8 bytes or more");
	ok(poll_now(fd, POLLIN | POLLOUT) == POLLOUT, "0 can be written");
	value = ~0ull;
	ok(failed_with(write(fd, &value, 8), EINVAL), "the largest number is EINVAL");
	ok(write(fd, &huge, 8) == 8 && poll_now(fd, POLLIN | POLLOUT) == POLLIN, "full");
	value = 1;
	ok(failed_with(write(fd, &value, 8), EAGAIN), "more is EAGAIN");
	ok(failed_with(lseek(fd, 0, SEEK_END), ESPIPE) || lseek(fd, 0, SEEK_SET) == 0,
	   "no position");
	close(fd);

	fd = eventfd(2, EFD_SEMAPHORE);
	ok(read(fd, &value, 8) == 8 && value == 1 && read(fd, &value, 8) == 8 && value == 1,
	   "a semaphore gives ones");
	pid = fork();
	if (!pid)
		_exit(!(read(fd, &value, 8) == 8 && value == 1));
	ok(reaches_state(pid, 'S'), "0 sleeps");
	value = 1;
	write(fd, &value, 8);
	waitpid(pid, &status, 0);
	ok(status == 0, "a write wakes");
	close(fd);
	return ktap_done();
}
