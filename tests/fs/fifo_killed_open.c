// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that is killed while it waits for the other side of a FIFO leaves neither a reader nor a
 * writer behind.
 * Spec: EXIT-005
 */
#include "tests/fs/pipes.h"

static const char *fifo = "/tmp/killed.fifo";

/* A child that waits in open() is killed there. Did it get that far, and did the signal end it? */
static int killed_in_open(int flags)
{
	int status, asleep;
	pid_t pid = fork();

	if (!pid) {
		open(fifo, flags);
		_exit(1);
	}
	asleep = reaches_state(pid, 'S');
	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid && asleep && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGKILL;
}

int main(void)
{
	char c;
	int fd;

	unlink(fifo);
	if (mkfifo(fifo, 0600))
		return 1;
	ok(killed_in_open(O_RDONLY), "EXIT-005: a reader is killed in open");
	fd = open(fifo, O_WRONLY | O_NONBLOCK);
	ok(fd < 0 && errno == ENXIO, "EXIT-005: no reader is left");
	ok(killed_in_open(O_WRONLY), "EXIT-005: a writer is killed in open");
	fd = open(fifo, O_RDONLY | O_NONBLOCK);
	ok(fd >= 0 && read(fd, &c, 1) == 0, "EXIT-005: no writer is left");
	close(fd);
	unlink(fifo);
	return ktap_done();
}
