// SPDX-License-Identifier: GPL-2.0-only
/*
 * SO_PEEK_OFF: successive peeks walk through what is queued, reads move the place back. SO_RCVLOWAT:
 * with how many bytes a read is content.
 * Spec: UNIX-003, UNIX-009, UNIX-040.
 */
#include "tests/ipc/unix.h"

#ifndef SO_PEEK_OFF
#define SO_PEEK_OFF 42
#endif

static int peeks(int fd, size_t n, const char *text)
{
	char buf[64];
	ssize_t got = recv(fd, buf, n, MSG_PEEK | MSG_DONTWAIT);

	return got == (ssize_t)strlen(text) && !memcmp(buf, text, got);
}

static void test_stream(void)
{
	int s[2];
	char c;

	make_pair(s, SOCK_STREAM);
	ok(option(s[1], SO_PEEK_OFF) == -1, "UNIX-040: SO_PEEK_OFF is -1 at first");
	write(s[0], "abc", 3);
	write(s[0], "defg", 4);
	ok(set_option(s[1], SO_PEEK_OFF, 0) == 0 && option(s[1], SO_PEEK_OFF) == 0,
	   "UNIX-040: it can be set");
	ok(peeks(s[1], 2, "ab") && option(s[1], SO_PEEK_OFF) == 2 && peeks(s[1], 2, "cd") &&
		   peeks(s[1], 9, "efg") && option(s[1], SO_PEEK_OFF) == 7,
	   "UNIX-003: each peek goes on where the last one ended");
	ok(failed_with(recv(s[1], &c, 1, MSG_PEEK | MSG_DONTWAIT), EAGAIN),
	   "UNIX-003: at the end it waits for more");
	write(s[0], "h", 1);
	ok(peeks(s[1], 9, "h"), "UNIX-003: which it gives");
	ok(read(s[1], &c, 1) == 1 && c == 'a' && option(s[1], SO_PEEK_OFF) == 7,
	   "UNIX-003: a read begins at the first byte, and the place moves back");
	ok(set_option(s[1], SO_PEEK_OFF, 1) == 0 && peeks(s[1], 3, "cde"),
	   "UNIX-003: it may be anywhere");
	ok(set_option(s[1], SO_PEEK_OFF, -1) == 0 && peeks(s[1], 3, "bcd") && peeks(s[1], 3, "bcd"),
	   "UNIX-003: -1 turns it off");
	close_pair(s);
}

static void test_datagrams(void)
{
	int s[2];

	make_pair(s, SOCK_DGRAM);
	write(s[0], "abcd", 4);
	write(s[0], "efgh", 4);
	set_option(s[1], SO_PEEK_OFF, 0);
	ok(peeks(s[1], 2, "ab") && peeks(s[1], 9, "cd") && peeks(s[1], 9, "efgh"),
	   "UNIX-009: peeks walk through datagrams, one at a time");
	ok(gives(s[1], "abcd") && option(s[1], SO_PEEK_OFF) == 4 && gives(s[1], "efgh"),
	   "UNIX-009: and leave them whole");
	close_pair(s);
}

static void test_low_water(void)
{
	int s[2];
	pid_t pid;
	char buf[8];

	make_pair(s, SOCK_STREAM);
	ok(option(s[1], SO_RCVLOWAT) == 1, "UNIX-040: SO_RCVLOWAT is 1 at first");
	ok(set_option(s[1], SO_RCVLOWAT, 3) == 0 && option(s[1], SO_RCVLOWAT) == 3,
	   "UNIX-040: it can be set");
	pid = start_process();
	if (!pid)
		_exit((int)recv(s[1], buf, sizeof(buf), 0));
	reaches_state(pid, 'S');
	write(s[0], "ab", 2);
	for (int i = 0; unread(s[1]) && i < 10000; i++)
		pause_ms(1);
	ok(reaches_state(pid, 'S') && waitpid(pid, NULL, WNOHANG) == 0,
	   "UNIX-003: two bytes are not enough");
	write(s[0], "c", 1);
	ok(status_of(pid) == 3, "UNIX-003: three are");
	write(s[0], "ab", 2);
	ok(recv(s[1], buf, 2, 0) == 2, "UNIX-003: who wants less gets it");
	ok(set_option(s[1], SO_RCVLOWAT, 0) == 0 && option(s[1], SO_RCVLOWAT) == 1,
	   "UNIX-040: 0 is 1");
	close_pair(s);
}

int main(void)
{
	test_stream();
	test_datagrams();
	test_low_water();
	return ktap_done();
}
