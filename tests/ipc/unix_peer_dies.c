// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the other side sees when a process ends, however it ends: the end, a reset, a refusal; and
 * not before the last who holds the socket has gone.
 * Spec: EXIT-007, UNIX-004, UNIX-018, UNIX-019.
 */
#include "tests/ipc/unix.h"

#include <pthread.h>
#include <sys/resource.h>

static int s[2];

enum end { END_EXIT, END_KILL, END_FAULT, END_ABORT, END_EXEC, ENDS };

static const char *const ends[] = { "_exit", "SIGKILL", "a fault", "abort", "exec, close-on-exec" };

static void end_by(enum end how)
{
	char *argv[] = { "/bin/true", NULL };
	volatile char *volatile nowhere = (char *)16;
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	switch (how) {
	case END_EXIT:
		_exit(0);
	case END_KILL:
		raise(SIGKILL);
		break;
	case END_FAULT:
		*nowhere = 1;
		break;
	case END_ABORT:
		abort();
	default:
		execv("/proc/self/exe", argv);
	}
	_exit(1);
}

/* The holder of s[1] ends when it is told to; before that it may have written. */
static pid_t start_holder(int type, enum end how, const char *writes)
{
	pid_t pid;
	char c;

	make_pair(s, type | SOCK_CLOEXEC);
	pid = start_process();
	if (!pid) {
		close(s[0]);
		if (writes)
			write(s[1], writes, strlen(writes));
		recv(s[1], &c, 1, MSG_PEEK);
		if (!writes)
			recv(s[1], &c, 1, 0);
		end_by(how);
	}
	close(s[1]);
	return pid;
}

static void test_ends(enum end how)
{
	struct pollfd pfd;
	pid_t pid, reader;
	char c;

	pid = start_holder(SOCK_STREAM, how, NULL);
	reader = start_process();
	if (!reader)
		_exit(read(s[0], &c, 1) != 0);
	reaches_state(reader, 'S');
	write(s[0], "g", 1);
	ok(status_of(reader) == 0, "EXIT-007: %s: a blocked read returns 0", ends[how]);
	status_of(pid);
	ok(failed_with(send(s[0], "x", 1, MSG_NOSIGNAL), EPIPE), "EXIT-007: %s: a write is EPIPE",
	   ends[how]);
	close(s[0]);

	pid = start_holder(SOCK_STREAM, how, "last words");
	write(s[0], "unread", 6);
	pfd = (struct pollfd){ .fd = s[0], .events = POLLRDHUP };
	ok(poll(&pfd, 1, 60000) == 1 && pfd.revents == (POLLRDHUP | POLLHUP | POLLERR),
	   "EXIT-007: %s: a poll wakes", ends[how]);
	ok(gives(s[0], "last words") && gives_error(s[0], ECONNRESET) && gives_eof(s[0]),
	   "EXIT-007: %s: what it wrote, ECONNRESET for what it did not read, the end", ends[how]);
	status_of(pid);
	close(s[0]);

	pid = start_holder(SOCK_SEQPACKET, how, NULL);
	write(s[0], "g", 1);
	ok(recv(s[0], &c, 1, 0) == 0, "EXIT-007: %s: seqpacket: 0", ends[how]);
	status_of(pid);
	close(s[0]);

	pid = start_holder(SOCK_DGRAM, how, "last");
	write(s[0], "g", 1);
	status_of(pid);
	ok(gives(s[0], "last") && nothing_yet(s[0]) &&
		   failed_with(write(s[0], "x", 1), ECONNREFUSED),
	   "EXIT-007: %s: datagrams: the last one, then a send is ECONNREFUSED", ends[how]);
	close(s[0]);
}

/* Two processes hold one end: the first death says nothing. */
static void test_last_holder(void)
{
	pid_t pids[2];
	int go[2];
	char c;

	make_pair(s, SOCK_STREAM);
	make_pipe(go, 0);
	for (int i = 0; i < 2; i++) {
		pids[i] = start_process();
		if (!pids[i]) {
			close(s[0]);
			close(go[WR]);
			read(go[RD], &c, 1);
			_exit(0);
		}
	}
	close(s[1]);
	kill(pids[0], SIGKILL);
	status_of(pids[0]);
	ok(nothing_yet(s[0]) && poll_now(s[0], POLLIN) == 0 && write(s[0], "x", 1) == 1,
	   "EXIT-007: another process still holds it: no end");
	kill(pids[1], SIGKILL);
	status_of(pids[1]);
	ok(gives_error(s[0], ECONNRESET), "EXIT-007: the last one's death is the end");
	close(s[0]);
	close_pipe(go);
}

static void *wait_for_go(void *arg)
{
	char c;

	read(*(int *)arg, &c, 1);
	_exit(0);
}

/* The main thread's end alone is no end of the process. */
static void test_threads(void)
{
	pthread_t thread;
	pid_t pid;
	int go[2];

	make_pair(s, SOCK_STREAM);
	make_pipe(go, 0);
	pid = start_process();
	if (!pid) {
		close(s[0]);
		close(go[WR]);
		pthread_create(&thread, NULL, wait_for_go, &go[RD]);
		syscall(SYS_exit, 0);
	}
	close(s[1]);
	ok(reaches_state(pid, 'Z') && nothing_yet(s[0]),
	   "EXIT-007 EXIT-008: a thread still holds it");
	close(go[WR]);
	ok(recv(s[0], block, 1, 0) == 0 && status_of(pid) == 0, "EXIT-007: the last thread's end");
	close(s[0]);
	close(go[RD]);
}

/* Killed while it sleeps in a call on the socket itself. */
static void test_killed_asleep(void)
{
	pid_t pid;
	char c;

	make_pair(s, SOCK_STREAM);
	pid = start_process();
	if (!pid) {
		close(s[0]);
		_exit((int)read(s[1], &c, 1));
	}
	close(s[1]);
	reaches_state(pid, 'S');
	kill(pid, SIGKILL);
	ok(recv(s[0], &c, 1, 0) == 0 && status_of(pid) == 1000 + SIGKILL,
	   "EXIT-007: killed in a read: the peer reads 0");
	close(s[0]);

	make_pair(s, SOCK_STREAM);
	pid = start_process();
	if (!pid) {
		close(s[0]);
		for (;;)
			write(s[1], block, 5000);
	}
	close(s[1]);
	reaches_state(pid, 'S');
	kill(pid, SIGKILL);
	status_of(pid);
	ok(drain(s[0]) > 0 && gives_eof(s[0]),
	   "EXIT-007: killed in a write: what it wrote, then 0");
	close(s[0]);
}

static void test_listener(void)
{
	struct name name = own_name("dies"), path = path_name("/tmp/unix-dies");
	int c = new_socket(SOCK_STREAM), go[2], ready[2], again;
	pid_t pid, waiting;
	char byte;

	make_pipe(go, 0);
	make_pipe(ready, 0);
	unlink(path.un.sun_path);
	pid = start_process();
	if (!pid) {
		close(go[WR]);
		make_listener(SOCK_STREAM, &name, 0);
		make_listener(SOCK_STREAM, &path, 0);
		write(ready[WR], "r", 1);
		read(go[RD], &byte, 1);
		raise(SIGKILL);
	}
	read(ready[RD], &byte, 1);
	connect_to(c, &name);
	write(c, "x", 1);
	waiting = start_process();
	if (!waiting) {
		close(go[WR]);
		_exit(!failed_with(connect_to(new_socket(SOCK_STREAM), &name), ECONNREFUSED));
	}
	reaches_state(waiting, 'S');
	close(go[WR]);
	status_of(pid);
	ok(gives_error(c, ECONNRESET) && gives_eof(c),
	   "EXIT-007 UNIX-018: a listener's death resets who waits to be accepted");
	ok(status_of(waiting) == 0, "EXIT-007: and refuses who waits to connect");
	again = new_socket(SOCK_STREAM);
	ok(bind_to(again, &name) == 0, "EXIT-007 UNIX-019: its abstract name is free");
	close(again);
	again = new_socket(SOCK_STREAM);
	ok(failed_with(connect_to(again, &path), ECONNREFUSED) &&
		   failed_with(bind_to(again, &path), EADDRINUSE) &&
		   unlink(path.un.sun_path) == 0 && bind_to(again, &path) == 0,
	   "EXIT-007 UNIX-017: its path is not, until it is unlinked");
	unlink(path.un.sun_path);
	close(again);
	close(c);
	close_pipe(ready);
	close(go[RD]);
}

/* A client may die before it is accepted, and the server read what it said. */
static void test_client(void)
{
	struct name name = own_name("server");
	int l = make_listener(SOCK_STREAM, &name, 5), a;
	pid_t pid = start_process();

	if (!pid) {
		int fd = new_socket(SOCK_STREAM);

		connect_to(fd, &name);
		write(fd, "will", 4);
		raise(SIGKILL);
	}
	status_of(pid);
	a = accept(l, NULL, NULL);
	ok(a >= 0 && gives(a, "will") && gives_eof(a) &&
		   failed_with(send(a, "x", 1, MSG_NOSIGNAL), EPIPE),
	   "EXIT-007: a client that died unaccepted: its bytes, then the end");
	close(a);
	close(l);
}

int main(int argc, char **argv)
{
	if (argc == 1 && !strcmp(argv[0], "/bin/true"))
		return 0;
	for (enum end how = END_EXIT; how < ENDS; how++)
		test_ends(how);
	test_last_holder();
	test_threads();
	test_killed_asleep();
	test_listener();
	test_client();
	return ktap_done();
}
