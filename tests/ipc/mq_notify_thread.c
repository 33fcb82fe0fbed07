// SPDX-License-Identifier: GPL-2.0-only
/*
 * mq_notify() with SIGEV_THREAD: a netlink socket gets the cookie, whose last byte says why; and what
 * such a socket does apart from that.
 * Spec: MQ-027
 */
#include "tests/ipc/mq.h"

#include <mqueue.h>
#include <semaphore.h>
#include <sys/socket.h>

struct sockaddr_nl {
	unsigned short nl_family, nl_pad;
	unsigned int nl_pid, nl_groups;
};

#define WOKENUP 1
#define REMOVED 2

static int q, nl;
static char cookie[32];

static int register_cookie(int fd)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD, .sigev_signo = fd };

	event.sigev_value.sival_ptr = cookie;
	return q_notify(q, &event);
}

/* What the socket has: the cookie's last byte, 0: nothing, -1: something else. */
static int told(int flags)
{
	char got[64];
	ssize_t n = recv(nl, got, sizeof(got), MSG_DONTWAIT | flags);

	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	return n == 32 && !memcmp(got, cookie, 31) ? got[31] : -1;
}

static int readable(void)
{
	struct pollfd p = { .fd = nl, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && p.revents == POLLIN;
}

static void test_cookies(void)
{
	char bytes[10];

	ok(register_cookie(nl) == 0 && failed_with(register_cookie(nl), EBUSY),
	   "MQ-027: SIGEV_THREAD with a netlink socket takes the place");
	ok(told(0) == 0 && !readable(), "MQ-027: nobody is told yet, nor of the attempt");
	ok(send_byte(q, 'a', 0) == 0 && readable() && told(MSG_PEEK) == WOKENUP,
	   "MQ-027: a message into the empty queue: the socket has the cookie, marked 1");
	ok(told(0) == WOKENUP && told(0) == 0 && !readable(), "MQ-027: once");
	q_receive(q, bytes, sizeof(bytes), NULL);
	ok(send_byte(q, 'b', 0) == 0 && told(0) == 0, "MQ-027: the registration is used up");
	ok(register_cookie(nl) == 0 && send_byte(q, 'c', 0) == 0 && told(0) == 0,
	   "MQ-027: a message into a queue that is not empty tells nobody");
	ok(q_notify(q, NULL) == 0 && told(0) == REMOVED,
	   "MQ-027: taking it back marks the cookie 2");
	register_cookie(nl);
	close(dup(q));
	ok(told(0) == REMOVED, "MQ-027: so does closing any descriptor of the queue");
}

static void test_sockets(void)
{
	int s[2], stream = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_nl name = { .nl_family = AF_NETLINK };
	struct sockaddr_storage from;
	struct sigevent event = { .sigev_notify = SIGEV_THREAD, .sigev_signo = nl };
	socklen_t len = sizeof(from);
	char got[8];

	ok(failed_with(register_cookie(stream), EINVAL),
	   "MQ-027: SIGEV_THREAD with another socket is EINVAL");
	close(stream);
	event.sigev_value.sival_ptr = cookie;
	ok(failed_with(q_notify(nl, &event), EBADF) && told(0) == 0,
	   "MQ-027: what is no queue is EBADF");
	ok(failed_with(socket(AF_NETLINK, SOCK_STREAM, 0), ESOCKTNOSUPPORT) &&
		   failed_with(socket(AF_NETLINK, SOCK_RAW, 31), EPROTONOSUPPORT) &&
		   failed_with(socketpair(AF_NETLINK, SOCK_RAW, 0, s), EOPNOTSUPP),
	   "MQ-027: netlink sockets have two types, and no pairs");
	ok(failed_with(listen(nl, 1), EOPNOTSUPP) &&
		   failed_with(accept(nl, NULL, NULL), EOPNOTSUPP),
	   "MQ-027: nor connections");
	ok(failed_with(bind(nl, (void *)&name, 4), EINVAL) &&
		   bind(nl, (void *)&name, sizeof(name)) == 0 &&
		   getsockname(nl, (void *)&name, &len) == 0 && len == 12 &&
		   name.nl_pid == (unsigned int)getpid(),
	   "MQ-027: bind() gives it the process's number");
	register_cookie(nl);
	q_notify(q, NULL);
	memset(&from, 0xff, sizeof(from));
	len = sizeof(from);
	ok(recvfrom(nl, got, sizeof(got), MSG_TRUNC, (void *)&from, &len) == 32 && len == 12 &&
		   from.ss_family == AF_NETLINK && !((struct sockaddr_nl *)&from)->nl_pid,
	   "MQ-027: the cookie comes from the kernel, port 0; a short read takes all of it");
}

/* A reader that sleeps; and a socket that is closed with cookies in it and on the way to it. */
static void test_life(void)
{
	char got[32];
	pid_t pid;

	register_cookie(nl);
	pid = fork();
	if (pid == 0)
		_exit(recv(nl, got, 32, MSG_WAITALL) == 32 && got[31] == WOKENUP ? 0 : 1);
	ok(asleep(pid), "MQ-027: a reader sleeps");
	while (q_receive(q, got, sizeof(got), NULL) >= 0)
		;
	send_byte(q, 'd', 0);
	ok(result_of(pid) == 0, "MQ-027: a sleeping reader gets it");
	register_cookie(nl);
	q_notify(q, NULL);
	register_cookie(nl);
	close(nl);
	ok(q_notify(q, NULL) == 0, "MQ-027: the socket may be gone when it would be told");
}

static sem_t called;

static void on_message(union sigval value)
{
	if (value.sival_int == 4711)
		sem_post(&called);
}

/* What the C library makes of it. */
static void test_library(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 8 };
	mqd_t mqd = mq_open("/thread", O_CREAT | O_EXCL | O_RDWR, 0600, &attr);
	struct sigevent event = { .sigev_notify = SIGEV_THREAD };
	struct timespec end;

	mq_unlink("/thread");
	sem_init(&called, 0, 0);
	event.sigev_notify_function = on_message;
	event.sigev_value.sival_int = 4711;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += 30;
	ok(mq_notify(mqd, &event) == 0 && mq_send(mqd, "x", 1, 0) == 0 &&
		   sem_timedwait(&called, &end) == 0,
	   "MQ-027: the library's thread calls the function");
	mq_close(mqd);
}

int main(void)
{
	for (int i = 0; i < 32; i++)
		cookie[i] = (char)(i + 100);
	q = q_new(4, 10, O_NONBLOCK);
	nl = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
	ok(nl >= 0, "MQ-027: a netlink socket");
	test_cookies();
	test_sockets();
	test_life();
	test_library();
	return ktap_done();
}
