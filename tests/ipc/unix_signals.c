// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals that meet a blocked call on a socket: EINTR after a handler, restarted with SA_RESTART,
 * but not when a time-out is set; what was transferred is told, and nothing is lost.
 * Spec: UNIX-043.
 */
#include "tests/ipc/unix.h"

static struct name server;
static int s[2], listener;
static int told[2]; /* the handler says here that it ran */

static void tell(int sig)
{
	(void)sig;
	handled++;
	write(told[WR], "h", 1);
}

/* Calls that block; each is 0 when it did its work, else the errno. */

static int result(ssize_t ret, ssize_t wanted)
{
	return ret == wanted ? 0 : ret < 0 ? errno : 200;
}

static int do_read(void)
{
	char c;

	return result(read(s[0], &c, 1), 1);
}

static int do_recvfrom(void)
{
	struct name from = { .len = sizeof(from.un) };
	char c;

	return result(recvfrom(s[0], &c, 1, 0, (struct sockaddr *)&from.un, &from.len), 1);
}

static int do_recvmsg(void)
{
	char c;
	struct iovec vec = { &c, 1 };
	struct msghdr msg = { .msg_iov = &vec, .msg_iovlen = 1 };

	return result(recvmsg(s[0], &msg, 0), 1);
}

static int do_write(void)
{
	return result(write(s[0], block, 4096), 4096);
}

static int do_sendmsg(void)
{
	struct iovec vec = { block, 4096 };
	struct msghdr msg = { .msg_iov = &vec, .msg_iovlen = 1 };

	return result(sendmsg(s[0], &msg, 0), 4096);
}

static int do_accept(void)
{
	return accept(listener, NULL, NULL) >= 0 ? 0 : errno;
}

static int do_connect(void)
{
	int fd = new_socket(SOCK_STREAM);

	return connect_to(fd, &server) ? errno : 0;
}

static int do_connect_in_time(void)
{
	int fd = new_socket(SOCK_STREAM);

	set_timeout(fd, SO_SNDTIMEO, 50000);
	return connect_to(fd, &server) ? errno : 0;
}

/* What lets them go on. */

static void send_one(void)
{
	write(s[1], "x", 1);
}

static void take_all(void)
{
	drain(s[1]);
}

static void fill_all(void)
{
	fill_socket(s[0], 4096);
}

static void connect_one(void)
{
	connect_to(new_socket(SOCK_STREAM), &server);
}

static void accept_one(void)
{
	close(accept(listener, NULL, NULL));
}

static void nothing(void)
{
}

static const struct call {
	const char *what;
	int type;
	void (*prepare)(void); /* then it blocks */
	int (*call)(void);
	void (*release)(void);
	int (*timed)(void); /* the same with a time-out; NULL: by an option of s[0] or listener */
} calls[] = {
	{ "read", SOCK_STREAM, nothing, do_read, send_one, NULL },
	{ "recvfrom, stream", SOCK_STREAM, nothing, do_recvfrom, send_one, NULL },
	{ "recvmsg, stream", SOCK_STREAM, nothing, do_recvmsg, send_one, NULL },
	{ "read, datagram", SOCK_DGRAM, nothing, do_read, send_one, NULL },
	{ "recvmsg, datagram", SOCK_DGRAM, nothing, do_recvmsg, send_one, NULL },
	{ "read, seqpacket", SOCK_SEQPACKET, nothing, do_read, send_one, NULL },
	{ "write", SOCK_STREAM, fill_all, do_write, take_all, NULL },
	{ "sendmsg, stream", SOCK_STREAM, fill_all, do_sendmsg, take_all, NULL },
	{ "write, datagram", SOCK_DGRAM, fill_all, do_write, take_all, NULL },
	{ "write, seqpacket", SOCK_SEQPACKET, fill_all, do_write, take_all, NULL },
	{ "accept", SOCK_STREAM, nothing, do_accept, connect_one, NULL },
	{ "connect", SOCK_STREAM, connect_one, do_connect, accept_one, do_connect_in_time },
};

/* A child in the call, asleep. */
static pid_t start_call(const struct call *call, int flags, int timed)
{
	struct sigaction sa = { .sa_handler = tell, .sa_flags = flags };
	pid_t pid;

	server = own_name("server");
	make_pair(s, call->type);
	make_pipe(told, 0);
	listener = make_listener(SOCK_STREAM, &server, 0);
	call->prepare();
	if (timed) {
		set_timeout(s[0], SO_RCVTIMEO, 50000);
		set_timeout(s[0], SO_SNDTIMEO, 50000);
		set_timeout(listener, SO_RCVTIMEO, 50000);
	}
	pid = start_process();
	if (!pid) {
		sigaction(SIGUSR1, &sa, NULL);
		_exit(timed && call->timed ? call->timed() : call->call());
	}
	reaches_state(pid, 'S');
	return pid;
}

static void end_call(void)
{
	close_pair(s);
	close_pipe(told);
	close(listener);
}

static void test_call(const struct call *call)
{
	int status;
	pid_t pid;
	char c;

	pid = start_call(call, 0, 0);
	kill(pid, SIGUSR1);
	status = status_of(pid);
	ok(status == EINTR, "UNIX-043: %s: EINTR after a handler: %d", call->what, status);
	end_call();

	pid = start_call(call, SA_RESTART, 0);
	kill(pid, SIGUSR1);
	read(told[RD], &c, 1);
	status = reaches_state(pid, 'S');
	ok(status && waitpid(pid, NULL, WNOHANG) == 0, "UNIX-043: %s: SA_RESTART: it blocks again",
	   call->what);
	call->release();
	status = status_of(pid);
	ok(status == 0, "UNIX-043: %s: and then does its work: %d", call->what, status);
	end_call();

	pid = start_call(call, SA_RESTART, 1);
	kill(pid, SIGUSR1);
	status = status_of(pid);
	ok(status == EINTR, "UNIX-043: %s: with a time-out it is EINTR in spite of SA_RESTART: %d",
	   call->what, status);
	end_call();

	pid = start_call(call, 0, 0);
	kill(pid, SIGSTOP);
	reaches_state(pid, 'T');
	kill(pid, SIGCONT);
	reaches_state(pid, 'S');
	call->release();
	status = status_of(pid);
	ok(status == 0, "UNIX-043: %s: stop and continue are not seen: %d", call->what, status);
	end_call();
}

/* A write that a signal cuts tells how much went; that much arrives. */
static void test_partial_write(void)
{
	struct sigaction sa = { .sa_handler = tell, .sa_flags = SA_RESTART };
	int done[2], n = 0;
	size_t got = 0;
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	make_pipe(told, 0);
	make_pipe(done, 0);
	pid = start_process();
	if (!pid) {
		static char large[1000000];

		sigaction(SIGUSR1, &sa, NULL);
		n = (int)write(s[0], large, sizeof(large));
		write(done[WR], &n, sizeof(n));
		_exit(0);
	}
	reaches_state(pid, 'S');
	kill(pid, SIGUSR1);
	read(done[RD], &n, sizeof(n));
	got = drain(s[1]);
	ok(status_of(pid) == 0 && n > 0 && n < 1000000 && got == (size_t)n,
	   "UNIX-043: a long write is cut short by a handler: %d bytes are told and arrive", n);
	close_pair(s);
	close_pipe(told);
	close_pipe(done);
}

/* A signal that is blocked or ignored disturbs nobody; a deadly one ends the call. */
static void test_other_signals(void)
{
	pid_t pid;
	char c;

	make_pair(s, SOCK_STREAM);
	pid = start_process();
	if (!pid) {
		signal(SIGUSR1, SIG_IGN);
		raw_mask(BIT(SIGUSR2));
		_exit(read(s[0], &c, 1) != 1);
	}
	reaches_state(pid, 'S');
	kill(pid, SIGUSR1);
	kill(pid, SIGUSR2);
	ok(reaches_state(pid, 'S') && write(s[1], "x", 1) == 1 && status_of(pid) == 0,
	   "UNIX-043: ignored and blocked signals end no read");
	pid = start_process();
	if (!pid)
		_exit((int)read(s[0], &c, 1));
	reaches_state(pid, 'S');
	kill(pid, SIGKILL);
	ok(status_of(pid) == 1000 + SIGKILL && write(s[1], "y", 1) == 1 && gives(s[0], "y"),
	   "UNIX-043: a killed reader takes nothing with it");
	close_pair(s);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		test_call(&calls[i]);
	test_partial_write();
	test_other_signals();
	return ktap_done();
}
