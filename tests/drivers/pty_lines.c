// SPDX-License-Identifier: GPL-2.0-only
/* What goes through a pseudo-terminal: lines, echo, raw bytes, VMIN and VTIME, poll. */
#define _GNU_SOURCE
#include "tests/drivers/pty.h"
#include <time.h>
#include "tests/ktap.h"

static int m, s;

static void canonical(void)
{
	char buf[100];

	type(m, "heksl\177\177lo\r");
	ok(is(arrives(m, 15), "heksl\b \b\b \blo\r\n"), "typing is echoed, with erasures");
	ok(read(s, buf, 100) == 6 && !memcmp(buf, "heklo\n", 6), "the line arrives edited");
	type(m, "one\rtwo\r");
	arrives(m, 10);
	ok(read(s, buf, 100) == 4 && read(s, buf, 2) == 2 && read(s, buf + 2, 100) == 2 &&
		   !memcmp(buf, "two\n", 4),
	   "one read gives at most one line, and a line can be read in pieces");
	type(m, "\004");
	ok(read(s, buf, 100) == 0, "Ctrl-D on an empty line is end of file");
	type(m, "ab\004");
	ok(read(s, buf, 100) == 2, "Ctrl-D within a line ends the read");
	arrives(m, 2);
	type(m, "partial");
	ok(!readable(s, 50), "an unfinished line is not readable");
	int n = -1;
	ok(!ioctl(s, FIONREAD, &n) && n == 0, "… and FIONREAD does not count it");
	type(m, "\r");
	ok(readable(s, SOON) && !ioctl(s, FIONREAD, &n) && n == 8,
	   "FIONREAD counts a finished line");
	ok(read(s, buf, 100) == 8, "the line is there");
	arrives(m, 9);
	ok(write(s, "x\ny\tz", 5) == 5 && is(arrives(m, 6), "x\r\ny\tz"),
	   "output gets CR before LF");
}

static void set(tcflag_t iflag, tcflag_t oflag, tcflag_t lflag, int min, int time)
{
	struct termios t;

	tcgetattr(s, &t);
	t.c_iflag = iflag;
	t.c_oflag = oflag;
	t.c_lflag = lflag;
	t.c_cc[VMIN] = min;
	t.c_cc[VTIME] = time;
	tcsetattr(s, TCSANOW, &t);
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void raw(void)
{
	char buf[8192];
	long start;

	set(0, 0, 0, 1, 0);
	type(m, "\003\004a\r\n");
	ok(read(s, buf, 100) == 5 && !memcmp(buf, "\003\004a\r\n", 5),
	   "raw mode passes every byte");
	ok(write(s, "\n", 1) == 1 && is(arrives(m, 1), "\n"), "… in both directions, without echo");

	set(0, 0, 0, 0, 0);
	ok(read(s, buf, 10) == 0, "VMIN 0, VTIME 0: a read does not wait");
	set(0, 0, 0, 0, 2);
	start = now_ms();
	ok(read(s, buf, 10) == 0 && now_ms() - start >= 150, "VMIN 0, VTIME 2: it waits 0.2 s");
	set(0, 0, 0, 3, 0);
	type(m, "ab");
	ok(!readable(s, 50), "VMIN 3: two bytes are not enough for poll");
	type(m, "c");
	ok(readable(s, SOON) && read(s, buf, 10) == 3, "… three are");
	set(0, 0, 0, 5, 1);
	type(m, "xy");
	ok(read(s, buf, 10) == 2, "VMIN 5, VTIME 1: a pause after the first byte ends the read");
	set(0, 0, 0, 1, 0);
	ok(fcntl(s, F_SETFL, O_NONBLOCK) == 0 && read(s, buf, 10) == -1 && errno == EAGAIN,
	   "O_NONBLOCK: EAGAIN when nothing is there");

	/* A full buffer holds the writer up, and loses nothing. */
	memset(buf, 'q', sizeof(buf));
	fcntl(m, F_SETFL, O_NONBLOCK);
	ssize_t wrote = 0, n;

	while ((n = write(m, buf, 1000)) > 0 && wrote < 1000000)
		wrote += n;
	ok(n == -1 && errno == EAGAIN && wrote >= 4000 && wrote < 200000,
	   "a nonblocking master gets EAGAIN when the slave does not read");
	ssize_t got = 0;

	while (got < wrote && readable(s, SOON) && (n = read(s, buf, sizeof(buf))) > 0)
		got += n;
	ok(got == wrote && !readable(s, 50), "… and every byte that it wrote arrives");
	fcntl(m, F_SETFL, 0);
	fcntl(s, F_SETFL, 0);
}

/* Waits until the slave can (cannot) be written to: Linux looks at typed keys a little later. */
static void becomes_writable(int wanted)
{
	long start = now_ms();
	struct pollfd p = { s, POLLOUT, 0 };

	while (poll(&p, 1, 0) != wanted && now_ms() - start < SOON)
		usleep(1000);
}

static void flow(void)
{
	char buf[100];

	set(ICRNL | IXON, OPOST | ONLCR, ISIG | ICANON | IEXTEN, 1, 0);
	type(m, "\023");
	fcntl(s, F_SETFL, O_NONBLOCK);
	becomes_writable(0);
	ok(write(s, "stopped", 7) == -1 && errno == EAGAIN && !readable(m, 50),
	   "Ctrl-S stops output");
	type(m, "\021");
	becomes_writable(1);
	ok(write(s, "started", 7) == 7 && is(arrives(m, 7), "started"), "Ctrl-Q starts it");
	ok(!tcflow(s, TCOOFF) && write(s, "x", 1) == -1 && !tcflow(s, TCOON) &&
		   write(s, "x", 1) == 1,
	   "tcflow does the same");
	arrives(m, 1);
	fcntl(s, F_SETFL, 0);
	type(m, "gone\r");
	ok(readable(s, SOON) && !tcflush(s, TCIFLUSH) && !readable(s, 50),
	   "tcflush throws input away");
	type(m, "quoted \026\003 \026\026\r");
	ok(read(s, buf, 100) == 11 && !memcmp(buf, "quoted \003 \026\n", 11),
	   "Ctrl-V takes the meaning from the next key");
}

int main(void)
{
	if (open_pair(&m, &s)) {
		ok(0, "a pair opens");
		return ktap_done();
	}
	canonical();
	raw();
	flow();
	return ktap_done();
}
