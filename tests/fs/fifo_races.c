// SPDX-License-Identifier: GPL-2.0-only
/*
 * Races of a FIFO's open(): with its partner, with a signal, with being killed, with the end of the
 * other side and with unlink(). An open that waits ends in one way only, and whoever has gone, by
 * whatever way, is not counted any more: then a writer with O_NONBLOCK gets ENXIO.
 * Spec: FIFO-002, FIFO-004, FIFO-008, FIFO-009, FIFO-013. Arguments: rounds.
 */
#include "tests/fs/races.h"
#include "tests/fs/files.h"
#include <sched.h>

/* Nobody has the FIFO "f" open, in either way. */
static int nobody_left(void)
{
	int fd = open("f", O_WRONLY | O_NONBLOCK), r;
	char c;

	if (fd >= 0 || errno != ENXIO)
		return 0;
	r = open("f", O_RDONLY | O_NONBLOCK);
	/* A writer would make this EAGAIN, data 1. */
	if (r < 0 || read(r, &c, 1) != 0)
		return 0;
	close(r);
	return 1;
}

/* Both ends at once, in both roles. */
static int opens_meet(int round)
{
	char c = 0;
	pid_t pid = start();
	int fd, good;

	if (!pid) {
		dawdle(round);
		fd = open("f", round % 2 ? O_WRONLY : O_RDONLY);
		if (fd < 0)
			_exit(1);
		_exit(round % 2 ? write(fd, "x", 1) != 1 : read(fd, &c, 1) != 1 || c != 'x');
	}
	dawdle(50 - round);
	fd = open("f", round % 2 ? O_RDONLY : O_WRONLY);
	good = fd >= 0 && (round % 2 ? read(fd, &c, 1) == 1 && c == 'x' : write(fd, "x", 1) == 1);
	good &= ended(pid) == 0;
	close(fd);
	return good && nobody_left();
}

/* One writer's open wakes all readers that wait, and the other way round. */
static int all_waiters_meet(int round)
{
	pid_t pids[3];
	int fd, good = 1;

	for (int i = 0; i < 3; i++) {
		pids[i] = start();
		if (!pids[i]) {
			dawdle(round + i);
			_exit(open("f", round % 2 ? O_RDONLY : O_WRONLY) < 0);
		}
	}
	dawdle(round * 2);
	fd = open("f", round % 2 ? O_WRONLY : O_RDONLY);
	good &= fd >= 0;
	for (int i = 0; i < 3; i++)
		good &= ended(pids[i]) == 0;
	close(fd);
	return good && nobody_left();
}

/*
 * A handler's signal and a partner at once: the open works or is EINTR, and it is certain which for
 * both sides.
 */
static int signal_against_partner(int round)
{
	int ready[2], fd, status;
	char c;
	pid_t pid;

	make_pipe(ready, 0);
	pid = start();
	if (!pid) {
		catch (SIGUSR1, 0);
		write(ready[WR], "r", 1);
		fd = open("f", O_RDONLY);
		if (fd < 0)
			_exit(errno == EINTR ? 1 : 2);
		_exit(0);
	}
	read(ready[RD], &c, 1);
	dawdle(round);
	kill(pid, SIGUSR1);
	fd = open("f", O_WRONLY | O_NONBLOCK);
	dawdle(round);
	/* A signal that came before the open is lost: one more for each time that it sleeps. */
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (thread_state(pid, 0) == 'S')
			kill(pid, SIGUSR1);
		if (fd < 0)
			fd = open("f", O_WRONLY | O_NONBLOCK);
	}
	close_pipe(ready);
	/* ENXIO to the end: it cannot have met us. */
	if (!WIFEXITED(status) || (fd < 0 && WEXITSTATUS(status) != 1) || WEXITSTATUS(status) > 1)
		return 0;
	close(fd);
	return nobody_left();
}

/* With SA_RESTART signals do not end the open. */
static int restarted(int round)
{
	int ready[2], fd;
	char c;
	pid_t pid;

	make_pipe(ready, 0);
	pid = start();
	if (!pid) {
		catch (SIGUSR1, SA_RESTART);
		write(ready[WR], "r", 1);
		_exit(open("f", O_WRONLY) < 0);
	}
	read(ready[RD], &c, 1);
	for (int i = 0; i < 5; i++) {
		dawdle(round + i);
		kill(pid, SIGUSR1);
	}
	fd = open("f", O_RDONLY);
	close_pipe(ready);
	if (fd < 0 || ended(pid) != 0)
		return 0;
	close(fd);
	return nobody_left();
}

/* Killed before, in or after its open, in each way to open. */
static int killed(int round)
{
	static const int flags[] = { O_RDONLY, O_WRONLY, O_RDWR, O_RDONLY | O_NONBLOCK };
	pid_t pid = start();
	int how;

	if (!pid) {
		int fd = open("f", flags[round % 4]);

		if (fd < 0)
			_exit(1);
		for (;;)
			pause();
	}
	dawdle(round);
	kill(pid, SIGKILL);
	how = ended(pid);
	return how == 1000 + SIGKILL && nobody_left();
}

/* A writer that opens, writes and closes at once: the reader, whenever it comes, gets it or waits. */
static int short_partner(int round)
{
	int fd, n = 0;
	char buf[16];
	pid_t pid = start();

	if (!pid) {
		do {
			fd = open("f", O_WRONLY | O_NONBLOCK);
			sched_yield();
		} while (fd < 0 && errno == ENXIO);
		_exit(fd < 0 || write(fd, "0123456789", 10) != 10);
	}
	dawdle(round);
	fd = open("f", O_RDONLY);
	if (fd < 0)
		return 0;
	for (ssize_t got; (got = read(fd, buf, 3)) > 0;)
		n += got;
	if (ended(pid) || n != 10)
		return 0;
	close(fd);
	return nobody_left();
}

/* The name goes and comes again: whoever waits on the old one never meets the new one's partner. */
static int unlinked(int round)
{
	pid_t pid = start();
	int fd, how;
	char state;

	if (!pid)
		_exit(open("f", O_RDONLY) < 0);
	dawdle(round);
	unlink("f");
	if (mkfifo("f", 0600))
		return 0;
	/* Until it is known on which of the two it waits: only the new one can be met by name. */
	do {
		state = thread_state(pid, 0);
		fd = open("f", O_WRONLY | O_NONBLOCK);
		sched_yield();
	} while (fd < 0 && state != 'S' && state != 'Z');
	if (fd < 0)
		kill(pid, SIGKILL);
	how = ended(pid);
	if (fd >= 0)
		close(fd);
	/* ENOENT between the two is right, too. */
	return (how == (fd < 0 ? 1000 + SIGKILL : 0) || how == 1) && nobody_left();
}

int main(int argc, char **argv)
{
	static const struct race races[] = {
		{ "FIFO-002: two opens meet", opens_meet },
		{ "FIFO-002: one open meets all who wait", all_waiters_meet },
		{ "FIFO-008: a signal and a partner at once", signal_against_partner },
		{ "FIFO-008: a restarted open", restarted },
		{ "FIFO-004: killed while opening", killed },
		{ "FIFO-009: a partner who leaves at once", short_partner },
		{ "FIFO-013: the name goes meanwhile", unlinked },
	};

	if (geteuid())
		return ktap_skip_all("needs root for a tmpfs of its own");
	enter_scratch();
	mkfifo("f", 0600);
	run_races(races, sizeof(races) / sizeof(races[0]), argc > 1 ? atoi(argv[1]) : 20);
	leave_scratch();
	return ktap_done();
}
