// SPDX-License-Identifier: GPL-2.0-only
/*
 * listen(), connect(), accept(): connections that wait, how many may, what becomes of them when the
 * listener or the client goes away.
 * Spec: UNIX-013, UNIX-014, UNIX-016, UNIX-018.
 */
#include "tests/ipc/unix.h"

static void test_refused(void)
{
	struct name name = own_name("l");
	int fd = new_socket(SOCK_STREAM), s[2];
	char c;

	ok(failed_with(listen(fd, 5), EINVAL), "UNIX-013: listen on an unbound socket: EINVAL");
	ok(failed_with(accept(fd, NULL, NULL), EINVAL), "UNIX-013: accept on it: EINVAL");
	bind_to(fd, &name);
	ok(failed_with(accept(fd, NULL, NULL), EINVAL),
	   "UNIX-013: accept on one that is bound, but does not listen: EINVAL");
	ok(listen(fd, 5) == 0 && listen(fd, 5) == 0, "UNIX-016: listen may be repeated");
	ok(failed_with(connect_to(fd, &name), EINVAL),
	   "UNIX-013: a listener cannot connect: EINVAL");
	ok(failed_with(read(fd, &c, 1), EINVAL) && failed_with(send(fd, "x", 1, 0), ENOTCONN),
	   "UNIX-041: nor be read or written");
	close(fd);

	fd = new_socket(SOCK_DGRAM);
	ok(failed_with(listen(fd, 5), EOPNOTSUPP) &&
		   failed_with(accept(fd, NULL, NULL), EOPNOTSUPP),
	   "UNIX-013: datagrams: EOPNOTSUPP");
	bind_to(fd, &name);
	ok(failed_with(listen(fd, 5), EOPNOTSUPP), "UNIX-013: also when bound");
	close(fd);
	make_pair(s, SOCK_STREAM);
	ok(failed_with(listen(s[0], 5), EINVAL) && failed_with(accept(s[0], NULL, NULL), EINVAL),
	   "UNIX-013: a connected one: EINVAL");
	bind_to(s[0], &name);
	ok(failed_with(listen(s[0], 5), EINVAL), "UNIX-013: also when bound");
	close_pair(s);
	ok(failed_with(listen(-1, 5), EBADF) && failed_with(accept(-1, NULL, NULL), EBADF),
	   "UNIX-013: closed descriptors: EBADF");
	fd = open("/dev/null", O_RDWR);
	ok(failed_with(listen(fd, 5), ENOTSOCK) && failed_with(accept(fd, NULL, NULL), ENOTSOCK),
	   "UNIX-013: no socket: ENOTSOCK");
	close(fd);
}

static void test_connect(void)
{
	struct name name = own_name("l");
	int l = make_listener(SOCK_STREAM, &name, 5), c = new_socket(SOCK_STREAM), a;
	struct pollfd pfd = { .fd = l, .events = POLLIN };

	ok(poll(&pfd, 1, 0) == 0, "UNIX-014: nobody waits");
	ok(connect_to(c, &name) == 0 && write(c, "early", 5) == 5,
	   "UNIX-014: connect completes without accept, and the client may send");
	ok(nothing_yet(c) && poll_now(c, POLLIN | POLLOUT) == POLLOUT,
	   "UNIX-014: but has to wait for an answer");
	ok(poll(&pfd, 1, 0) == 1 && pfd.revents == POLLIN, "UNIX-014: the listener has POLLIN");
	ok(failed_with(connect_to(c, &name), EISCONN), "UNIX-014: a second connect: EISCONN");
	a = accept(l, NULL, NULL);
	ok(a >= 0 && gives(a, "early") && write(a, "answer", 6) == 6 && gives(c, "answer"),
	   "UNIX-014: accept returns the connection with what was sent");
	ok(failed_with(connect_to(c, &name), EISCONN) && failed_with(connect_to(a, &name), EISCONN),
	   "UNIX-014: both sides are connected: EISCONN");
	ok(poll(&pfd, 1, 0) == 0, "UNIX-014: nobody waits any more");
	close(a);
	close(c);

	c = new_socket(SOCK_STREAM);
	connect_to(c, &name);
	write(c, "farewell", 8);
	close(c);
	a = accept(l, NULL, NULL);
	ok(a >= 0 && gives(a, "farewell") && gives_eof(a),
	   "UNIX-014: a client that has gone is accepted: its bytes, then the end");
	close(a);
	close(l);
}

/* The first to connect is accepted first. */
static void test_order(void)
{
	struct name name = own_name("l");
	int l = make_listener(SOCK_STREAM, &name, 5), c[3], a, good = 1;

	for (int i = 0; i < 3; i++) {
		c[i] = new_socket(SOCK_STREAM);
		good &= connect_to(c[i], &name) == 0 && write(c[i], "012" + i, 1) == 1;
	}
	for (int i = 0; i < 3; i++) {
		char text[2] = { (char)('0' + i), '\0' };

		a = accept(l, NULL, NULL);
		good &= gives(a, text);
		close(a);
		good &= gives_eof(c[i]);
		close(c[i]);
	}
	ok(good, "UNIX-014: first come, first accepted");
	close(l);
}

/* ---- the backlog ---- */

/* How many may connect without waiting; they go into c. */
static int connect_many(const struct name *name, int *c, int most)
{
	int n = 0;

	for (;;) {
		c[n] = new_socket(SOCK_STREAM | SOCK_NONBLOCK);
		if (n == most || connect_to(c[n], name))
			break;
		n++;
	}
	if (n == most)
		errno = 0;
	close(c[n]);
	return n;
}

static void test_backlog(void)
{
	struct name name = own_name("l");
	int l = make_listener(SOCK_STREAM, &name, 1), c[10], n, a;

	n = connect_many(&name, c, 9);
	ok(n == 2 && errno == EAGAIN, "UNIX-016: backlog 1: two wait, a third gets EAGAIN");
	a = accept(l, NULL, NULL);
	n += connect_many(&name, c + n, 9 - n);
	ok(n == 3, "UNIX-016: accepting one makes room for one");
	close(a);
	ok(listen(l, 3) == 0, "UNIX-016: a larger backlog");
	n += connect_many(&name, c + n, 9 - n);
	ok(n == 5, "UNIX-016: makes room for two more");
	listen(l, 0);
	ok(connect_many(&name, c + n, 1) == 0, "UNIX-016: a smaller one refuses more");
	set_flags(l, O_NONBLOCK, 0);
	for (int i = 0; i < 4; i++) {
		a = accept(l, NULL, NULL);
		close(a);
	}
	ok(a >= 0 && failed_with(accept(l, NULL, NULL), EAGAIN),
	   "UNIX-016: but takes none of those away");
	while (n--)
		close(c[n]);
	n = connect_many(&name, c, 9);
	ok(n == 1 && errno == EAGAIN, "UNIX-016: backlog 0: one waits");
	ok(close(c[0]) == 0 && connect_many(&name, c, 9) == 0,
	   "UNIX-016: also when its client has gone");
	close(accept(l, NULL, NULL));
	ok(listen(l, -1) == 0 && connect_many(&name, c, 9) == 9, "UNIX-016: backlog -1 is large");
	for (n = 0; n < 9; n++)
		close(c[n]);
	close(l);
}

static void test_blocked_connect(void)
{
	struct name name = own_name("l");
	int l = make_listener(SOCK_STREAM, &name, 0), c = new_socket(SOCK_STREAM), a;
	pid_t pid;

	connect_to(c, &name);
	pid = start_process();
	if (!pid) {
		int fd = new_socket(SOCK_STREAM);

		_exit(!(connect_to(fd, &name) == 0 && write(fd, "late", 4) == 4));
	}
	ok(reaches_state(pid, 'S'), "UNIX-016: a further connect waits");
	a = accept(l, NULL, NULL);
	ok(status_of(pid) == 0, "UNIX-016: until one is accepted");
	close(a);
	a = accept(l, NULL, NULL);
	ok(gives(a, "late"), "UNIX-016: then it is the next");
	close(a);
	close(c);

	c = new_socket(SOCK_STREAM);
	connect_to(c, &name);
	pid = start_process();
	if (!pid)
		_exit(connect_to(new_socket(SOCK_STREAM), &name) != 0);
	reaches_state(pid, 'S');
	listen(l, 1);
	ok(status_of(pid) == 0, "UNIX-016: or the backlog grows");
	close(c);
	close(l);
}

static void test_connect_times_out(void)
{
	struct name name = own_name("l");
	int l = make_listener(SOCK_STREAM, &name, 0), c = new_socket(SOCK_STREAM);
	int fd = new_socket(SOCK_STREAM);
	struct moment start;

	connect_to(c, &name);
	set_timeout(fd, SO_SNDTIMEO, 40);
	start = this_moment();
	ok(failed_with(connect_to(fd, &name), EAGAIN) && was_ago(start, 40),
	   "UNIX-016: SO_SNDTIMEO ends the waiting: EAGAIN");
	close(accept(l, NULL, NULL));
	ok(connect_to(fd, &name) == 0, "UNIX-016: it may try again");
	close(fd);
	close(c);
	close(l);
}

/* ---- accept ---- */

static void test_accept_flags(void)
{
	struct name name = own_name("l");
	int l = make_listener(SOCK_STREAM | SOCK_NONBLOCK, &name, 5), c[3], a;

	ok(failed_with(accept(l, NULL, NULL), EAGAIN) &&
		   failed_with(accept4(l, NULL, NULL, SOCK_CLOEXEC), EAGAIN),
	   "UNIX-016: nobody waits: EAGAIN");
	connect_many(&name, c, 2);
	/* Not by way of the C library, which tries again without the flags. */
	ok(failed_with(syscall(SYS_accept4, l, NULL, NULL, 1), EINVAL) &&
		   failed_with(syscall(SYS_accept4, l, NULL, NULL, SOCK_CLOEXEC | O_APPEND),
			       EINVAL),
	   "UNIX-016: accept4: other flags: EINVAL");
	a = accept(l, NULL, NULL);
	ok(a >= 0 && fcntl(a, F_GETFD) == 0 && !(fcntl(a, F_GETFL) & O_NONBLOCK),
	   "UNIX-016: O_NONBLOCK is not inherited");
	close(a);
	a = accept4(l, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	ok(a >= 0 && fcntl(a, F_GETFD) == FD_CLOEXEC && (fcntl(a, F_GETFL) & O_NONBLOCK),
	   "UNIX-016: accept4 takes SOCK_CLOEXEC and SOCK_NONBLOCK");
	close(a);
	close(c[0]);
	close(c[1]);
	close(l);
}

static void test_blocked_accept(void)
{
	struct name name = own_name("l");
	int l = make_listener(SOCK_STREAM, &name, 5), c[2];
	pid_t pids[2];

	for (int i = 0; i < 2; i++) {
		pids[i] = start_process();
		if (!pids[i]) {
			char text = 0;
			int a = accept(l, NULL, NULL);

			_exit(read(a, &text, 1) == 1 ? text : 99);
		}
		reaches_state(pids[i], 'S');
	}
	for (int i = 0; i < 2; i++) {
		c[i] = new_socket(SOCK_STREAM);
		connect_to(c[i], &name);
		write(c[i], "\1\2" + i, 1);
	}
	ok(status_of(pids[0]) + status_of(pids[1]) == 3,
	   "UNIX-014: two wait in accept: each gets one of two connections");
	close_pair(c);
	set_timeout(l, SO_RCVTIMEO, 40);
	ok(failed_with(accept(l, NULL, NULL), EAGAIN), "UNIX-016: SO_RCVTIMEO: EAGAIN");
	close(l);
}

/* ---- the listener goes ---- */

static void test_closed_listener(void)
{
	struct name name = own_name("l");
	int l = make_listener(SOCK_STREAM, &name, 5), c = new_socket(SOCK_STREAM);
	pid_t pid;

	catch (SIGPIPE, 0);
	connect_to(c, &name);
	write(c, "lost", 4);
	close(l);
	ok(poll_now(c, POLLIN) == (POLLIN | POLLHUP | POLLERR),
	   "UNIX-018: closing the listener resets who waits: POLLERR, POLLHUP");
	ok(failed_with(write(c, "x", 1), EPIPE) && handled == 1, "UNIX-018: write: EPIPE");
	ok(gives_error(c, ECONNRESET) && gives_eof(c), "UNIX-018: read: ECONNRESET, then the end");
	close(c);

	l = make_listener(SOCK_STREAM, &name, 5);
	c = new_socket(SOCK_STREAM);
	connect_to(c, &name);
	close(l);
	ok(gives_error(c, ECONNRESET), "UNIX-018: also when nothing was sent");
	close(c);

	l = make_listener(SOCK_STREAM, &name, 5);
	pid = start_process();
	if (!pid) {
		char byte;

		close(l);
		c = new_socket(SOCK_STREAM);
		connect_to(c, &name);
		_exit(!failed_with(read(c, &byte, 1), ECONNRESET));
	}
	poll(&(struct pollfd){ .fd = l, .events = POLLIN }, 1, -1);
	reaches_state(pid, 'S');
	close(l);
	ok(status_of(pid) == 0, "UNIX-018: who waits to read is told");
	signal(SIGPIPE, SIG_DFL);
}

static void test_refused_while_waiting(void)
{
	struct name name = own_name("l");
	int l = make_listener(SOCK_STREAM, &name, 0), c = new_socket(SOCK_STREAM);
	pid_t pid;

	connect_to(c, &name);
	pid = start_process();
	if (!pid) {
		close(l);
		_exit(!failed_with(connect_to(new_socket(SOCK_STREAM), &name), ECONNREFUSED));
	}
	reaches_state(pid, 'S');
	close(l);
	ok(status_of(pid) == 0, "UNIX-018: who waits to connect gets ECONNREFUSED");
	close(c);
}

static void test_shut_down_listener(void)
{
	struct name name = own_name("l");
	int l = make_listener(SOCK_STREAM, &name, 5);
	pid_t pid = start_process();

	if (!pid)
		_exit(!failed_with(accept(l, NULL, NULL), EINVAL));
	reaches_state(pid, 'S');
	ok(shutdown(l, SHUT_RD) == 0 && status_of(pid) == 0,
	   "UNIX-006: shutdown of a listener ends accept: EINVAL");
	ok(failed_with(accept(l, NULL, NULL), EINVAL) &&
		   failed_with(connect_to(new_socket(SOCK_STREAM), &name), ECONNREFUSED),
	   "UNIX-006: and refuses connections");
	set_flags(l, O_NONBLOCK, 0);
	ok(failed_with(accept(l, NULL, NULL), EAGAIN), "UNIX-006: who does not wait gets EAGAIN");
	close(l);
}

int main(void)
{
	test_refused();
	test_connect();
	test_order();
	test_backlog();
	test_blocked_connect();
	test_connect_times_out();
	test_accept_flags();
	test_blocked_accept();
	test_closed_listener();
	test_refused_while_waiting();
	test_shut_down_listener();
	return ktap_done();
}
