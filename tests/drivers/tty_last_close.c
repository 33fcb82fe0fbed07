// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the last file of a terminal closes, it is nobody's controlling terminal any more: /dev/tty
 * does not lead to it, and whoever opens it next gets a terminal of its own. A pseudo-terminal
 * lives on while its master is open.
 */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include "tests/drivers/pty.h"
#include "tests/ktap.h"

static const char *name_of_terminal;

static int tty_nr(void)
{
	char buf[512], state;
	int fd = open("/proc/self/stat", O_RDONLY), nr = -1, skip;
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	close(fd);
	if (n <= 0)
		return -1;
	buf[n] = 0;
	sscanf(strrchr(buf, ')') + 1, " %c %d %d %d %d", &state, &skip, &skip, &skip, &nr);
	return nr;
}

/* Steps of a session leader that gets the terminal and closes it: the number of the failing one. */
static void leader_closes(void)
{
	int tty, again, i;

	if (setsid() < 0)
		_exit(1);
	tty = open(name_of_terminal, O_RDWR);
	if (tty < 0)
		_exit(2);
	if (tty_nr() == 0)
		_exit(3); /* it is our controlling terminal */
	again = open("/dev/tty", O_RDWR);
	if (again < 0)
		_exit(4);
	close(tty);
	i = open("/dev/tty", O_RDWR);
	if (i < 0)
		_exit(5); /* one file is still open */
	close(i);
	close(again);
	if (tty_nr() != 0)
		_exit(6);
	if (open("/dev/tty", O_RDWR) != -1 || errno != ENXIO)
		_exit(7);
	_exit(0);
}

/* The session's child keeps no reference either, and the next opener finds a working terminal. */
static void members_lose_it(void)
{
	int up[2], down[2], tty, status;
	struct termios t;
	pid_t child;
	char c;

	if (setsid() < 0 || pipe(up) || pipe(down))
		_exit(1);
	tty = open(name_of_terminal, O_RDWR);
	if (tty < 0 || tty_nr() == 0)
		_exit(2);
	child = fork();
	if (!child) {
		close(tty);
		if (write(up[1], "r", 1) != 1 || read(down[0], &c, 1) != 1)
			_exit(1);
		_exit(open("/dev/tty", O_RDWR) == -1 && errno == ENXIO && tty_nr() == 0 ? 0 : 2);
	}
	if (read(up[0], &c, 1) != 1)
		_exit(3);
	close(tty);
	if (write(down[1], "g", 1) != 1 || waitpid(child, &status, 0) != child || status)
		_exit(4);
	tty = open(name_of_terminal, O_RDWR | O_NOCTTY);
	if (tty < 0 || tcgetattr(tty, &t) || tcflush(tty, TCIOFLUSH))
		_exit(5);
	_exit(0);
}

/* A pseudo-terminal whose master is open stays the session's. */
static void slave_comes_back(void)
{
	int tty;

	if (setsid() < 0)
		_exit(1);
	tty = open(name_of_terminal, O_RDWR);
	if (tty < 0 || tty_nr() == 0)
		_exit(2);
	close(tty);
	tty = open("/dev/tty", O_RDWR);
	if (tty < 0)
		_exit(3);
	_exit(write(tty, "back", 4) == 4 ? 0 : 4);
}

/* With a name: of a terminal that nobody uses (tests/host/terminal_closed gives one). */
int main(int argc, char **argv)
{
	char pts[64];
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	ok(master >= 0 && !unlockpt(master) && !ptsname_r(master, pts, sizeof(pts)),
	   "a pseudo-terminal");
	name_of_terminal = pts;
	ok(in_child(slave_comes_back) == 0 && is(arrives(master, 4), "back"),
	   "pty: with its master open, the session's leader opens it again as /dev/tty");
	close(master);
	name_of_terminal = argc > 1 ? argv[1] : "/dev/tty1";
	if (geteuid() != 0 || access(name_of_terminal, F_OK)) {
		skip("there is no %s", name_of_terminal);
		return ktap_done();
	}
	for (int i = 0; i < 3; i++) {
		ok(in_child(leader_closes) == 0, "after the last close there is no /dev/tty");
		ok(in_child(members_lose_it) == 0, "nor in the session's other processes");
	}
	return ktap_done();
}
