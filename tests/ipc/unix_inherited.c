// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets across fork, exec and threads: who shares what, what close-on-exec closes, a server that
 * replaces itself while clients wait, standard input and output as a socket.
 * Spec: UNIX-001, UNIX-002, UNIX-004, UNIX-014, UNIX-042, EXIT-007.
 */
#include "tests/ipc/unix.h"

#include <pthread.h>

/* ---- what this program does when it is executed again ---- */

/* "serve N": accepts on descriptor N, answers one byte, ends. */
static int serve(int listener)
{
	int fd = accept(listener, NULL, NULL);
	char c;

	if (fd < 0 || read(fd, &c, 1) != 1)
		return 1;
	c++;
	return write(fd, &c, 1) != 1;
}

/* "open N": is the descriptor open, a socket, and does a byte go through? */
static int is_open(int fd)
{
	return option(fd, SO_TYPE) != SOCK_STREAM || write(fd, "e", 1) != 1;
}

static void execute(const char *what, int fd)
{
	char number[12], *argv[] = { "unix_inherited", (char *)what, number, NULL };

	snprintf(number, sizeof(number), "%d", fd);
	execv("/proc/self/exe", argv);
	_exit(98);
}

/* ---- promises ---- */

static void test_exec(void)
{
	int s[2];
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	pid = start_process();
	if (!pid)
		execute("open", s[1]);
	close(s[1]);
	ok(status_of(pid) == 0 && gives(s[0], "e") && gives_eof(s[0]),
	   "UNIX-002: a socket goes through exec, and ends with the program");
	close(s[0]);
	make_pair(s, SOCK_STREAM | SOCK_CLOEXEC);
	pid = start_process();
	if (!pid) {
		fcntl(s[0], F_SETFD, 0);
		execute("open", s[1]);
	}
	close(s[1]);
	ok(status_of(pid) == 1 && gives_eof(s[0]), "UNIX-002: with SOCK_CLOEXEC it is closed");
	close(s[0]);
}

static void test_listener_through_exec(void)
{
	struct name name = own_name("server");
	int l = make_listener(SOCK_STREAM, &name, 5), c = new_socket(SOCK_STREAM);
	pid_t pid;
	char byte;

	connect_to(c, &name);
	write(c, "m", 1);
	pid = start_process();
	if (!pid)
		execute("serve", l);
	close(l);
	ok(read(c, &byte, 1) == 1 && byte == 'n' && status_of(pid) == 0,
	   "UNIX-014: a connection waits while the server executes another program");
	close(c);
}

/* Standard input and output of a shell are a socket. */
static void test_shell(void)
{
	char text[64];
	ssize_t n;
	int s[2];
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	pid = start_process();
	if (!pid) {
		dup2(s[1], 0);
		dup2(s[1], 1);
		close(s[0]);
		close(s[1]);
		execl("/bin/sh", "sh", "-c", "while read a b; do echo $b $a; done", NULL);
		_exit(98);
	}
	close(s[1]);
	write(s[0], "one two\nthree four\n", 19);
	shutdown(s[0], SHUT_WR);
	n = recv(s[0], text, sizeof(text), MSG_WAITALL);
	ok(n == 19 && !memcmp(text, "two one\nfour three\n", 19) && status_of(pid) == 0,
	   "UNIX-006: a shell reads from a socket to its end, and writes to it");
	close(s[0]);
}

/* Parent and child read from one end; what one has read the other has not. */
static void test_shared(void)
{
	char c = 0;
	int s[2];
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	write(s[0], "ab", 2);
	pid = start_process();
	if (!pid)
		_exit(!(read(s[1], &c, 1) == 1 && c == 'a' && set_flags(s[1], O_NONBLOCK, 0) == 0));
	ok(status_of(pid) == 0 && read(s[1], &c, 1) == 1 && c == 'b',
	   "UNIX-001: parent and child share the queue");
	ok(failed_with(read(s[1], &c, 1), EAGAIN), "UNIX-002: and O_NONBLOCK");
	close_pair(s);
}

/* Deep in the queue of one socket, sent by a process that has ended. */
static void test_ended_senders(void)
{
	struct name name = own_name("receiver");
	int d = bound_socket(SOCK_DGRAM, &name), good = 1;
	char text[2] = "";

	for (int i = 0; i < 8; i++) {
		pid_t pid = start_process();

		text[0] = (char)('a' + i);
		if (!pid)
			_exit(send_to(new_socket(SOCK_DGRAM), text, 1, 0, &name) != 1);
		good &= status_of(pid) == 0;
	}
	for (int i = 0; i < 8; i++) {
		text[0] = (char)('a' + i);
		good &= gives(d, text);
	}
	ok(good, "EXIT-007: what ended processes have sent still comes");
	close(d);
}

/* ---- threads ---- */

static int shared[2];

static void *echo(void *arg)
{
	char c;

	(void)arg;
	while (read(shared[1], &c, 1) == 1 && c != 'q') {
		c ^= 0x20;
		if (write(shared[1], &c, 1) != 1)
			break;
	}
	return NULL;
}

static void test_threads(void)
{
	pthread_t thread;
	int good = 1;
	char c;

	make_pair(shared, SOCK_STREAM);
	pthread_create(&thread, NULL, echo, NULL);
	for (int i = 0; i < 200 && good; i++)
		good = write(shared[0], "a", 1) == 1 && read(shared[0], &c, 1) == 1 && c == 'A';
	write(shared[0], "q", 1);
	pthread_join(thread, NULL);
	ok(good, "UNIX-001: two threads talk over a pair");
	close_pair(shared);
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return strcmp(argv[1], "serve") ? is_open(atoi(argv[2])) : serve(atoi(argv[2]));
	test_exec();
	test_listener_through_exec();
	test_shell();
	test_shared();
	test_ended_senders();
	test_threads();
	return ktap_done();
}
