// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages through POSIX message queues: order, sizes, refusals, flags, times, poll.
 * Spec: MQ-007 to MQ-012, MQ-017, MQ-018, MQ-036
 */
#include "tests/ipc/mq.h"

#include <sys/epoll.h>

static char out[8200], in[8200];

static void test_messages(void)
{
	int q = q_new(8, 100, O_NONBLOCK);
	unsigned int prio = 99;
	int order[5];

	ok(q_send(q, "hello", 5, 3) == 0 && q_receive(q, in, 100, &prio) == 5 &&
		   !memcmp(in, "hello", 5) && prio == 3,
	   "MQ-007: a message comes with its length and priority");
	ok(q_send(q, NULL, 0, 0) == 0 && q_receive(q, in, 100, &prio) == 0 && prio == 0,
	   "MQ-007: also an empty one");
	send_byte(q, 'a', 1);
	send_byte(q, 'b', 5);
	send_byte(q, 'c', 1);
	send_byte(q, 'd', 5);
	for (int i = 0; i < 5; i++)
		order[i] = take_byte(q);
	ok(order[0] == 'b' && order[1] == 'd' && order[2] == 'a' && order[3] == 'c' &&
		   order[4] == -1,
	   "MQ-008: the highest priority first, the oldest first within one");
	ok(send_byte(q, 'x', 32767) == 0 && q_receive(q, in, 100, &prio) == 1 && prio == 32767,
	   "MQ-008: 32767 is a priority");
	ok(failed_with(send_byte(q, 'x', 32768), EINVAL) &&
		   failed_with(send_byte(q, 'x', 0xffffffffu), EINVAL) &&
		   failed_with(send_byte(-1, 'x', 32768), EINVAL),
	   "MQ-008: 32768 is EINVAL, whatever the descriptor");
	close(q);
}

static void test_sizes(void)
{
	static const size_t sizes[] = { 0,    1,    4047, 4048, 4049, 4095,
					4096, 8135, 8136, 8137, 8191, 8192 };
	int q = q_new(4, 100, O_NONBLOCK), fine = 1;

	ok(q_send(q, out, 100, 0) == 0 && failed_with(q_send(q, out, 101, 0), EMSGSIZE),
	   "MQ-009: 101 bytes of 100 are EMSGSIZE");
	ok(failed_with(q_receive(q, in, 99, NULL), EMSGSIZE) && q_curmsgs(q) == 1,
	   "MQ-009: a buffer of 99 bytes is EMSGSIZE");
	take_byte(q);
	ok(failed_with(q_receive(q, in, 99, NULL), EMSGSIZE) &&
		   failed_with(q_send(q, out, (size_t)-1, 0), EMSGSIZE),
	   "MQ-009: also while the queue is empty");
	close(q);
	q = q_new(4, 8192, O_NONBLOCK);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (size_t k = 0; k < sizes[i]; k++)
			out[k] = (char)(k * 7 + k / 256 + i);
		memset(in, 0, sizeof(in));
		if (q_send(q, out, sizes[i], 0) || q_receive(q, in, 8192, NULL) != (long)sizes[i] ||
		    memcmp(in, out, sizes[i]) || in[sizes[i]]) {
			printf("# %zu bytes\n", sizes[i]);
			fine = 0;
		}
	}
	ok(fine, "MQ-036: messages of every number of pieces arrive whole");
	close(q);
}

static void test_descriptors(void)
{
	int q = q_new(4, 10, 0), reader = q_reopen(q, O_RDONLY), writer = q_reopen(q, O_WRONLY);

	ok(reader >= 0 && failed_with(send_byte(reader, 'x', 0), EBADF),
	   "MQ-010: sending on a read-only descriptor is EBADF");
	ok(writer >= 0 && failed_with(q_receive(writer, in, 10, NULL), EBADF),
	   "MQ-010: receiving on a write-only one is EBADF");
	ok(send_byte(writer, 'x', 0) == 0 && q_receive(reader, in, 10, NULL) == 1,
	   "MQ-010: each does what it was opened for");
	ok(failed_with(send_byte(0, 'x', 0), EBADF) &&
		   failed_with(q_receive(0, in, 10, NULL), EBADF) &&
		   failed_with(q_getsetattr(0, NULL, NULL), EBADF) &&
		   failed_with(q_notify(0, NULL), EBADF),
	   "MQ-010: descriptor 0 is no queue: EBADF");
	ok(failed_with(send_byte(-1, 'x', 0), EBADF) &&
		   failed_with(q_receive(999, in, 10, NULL), EBADF),
	   "MQ-010: a closed one is EBADF");
	close(q);
	close(reader);
	close(writer);
}

static void test_nonblock(void)
{
	int q = q_open("nb", O_CREAT | O_RDWR, 0600, ATTR(1, 10));
	int copy = dup(q), other = q_open("nb", O_RDWR, 0, NULL);
	struct raw_mq_attr set = { .flags = O_NONBLOCK, .maxmsg = 7, .msgsize = 7, .curmsgs = 7 };
	struct raw_mq_attr old, now;

	ok(q_getsetattr(q, &set, &old) == 0 && old.flags == 0,
	   "MQ-011: mq_getsetattr sets O_NONBLOCK and tells what was before");
	ok(q_getsetattr(copy, NULL, &now) == 0 && now.flags == O_NONBLOCK && now.maxmsg == 1 &&
		   now.msgsize == 10 && now.curmsgs == 0,
	   "MQ-011: dup shares it; the other fields are ignored");
	ok(q_getsetattr(other, NULL, &now) == 0 && now.flags == 0,
	   "MQ-011: a second mq_open does not");
	ok(failed_with(q_receive(q, in, 10, NULL), EAGAIN), "MQ-011: an empty queue is EAGAIN");
	ok(send_byte(q, 'x', 0) == 0 && failed_with(send_byte(copy, 'y', 0), EAGAIN),
	   "MQ-011: a full one too");
	set.flags = O_NONBLOCK | O_APPEND;
	ok(failed_with(q_getsetattr(q, &set, NULL), EINVAL), "MQ-011: other flags are EINVAL");
	set.flags = 1L << 40;
	ok(failed_with(q_getsetattr(-1, &set, NULL), EINVAL), "MQ-011: also of no queue");
	ok(failed_with(q_getsetattr(q, (void *)8, NULL), EFAULT) &&
		   failed_with(q_getsetattr(q, NULL, (void *)8), EFAULT),
	   "MQ-011: bad pointers are EFAULT");
	fcntl(other, F_SETFL, O_NONBLOCK);
	ok(q_getsetattr(other, NULL, &now) == 0 && now.flags == O_NONBLOCK &&
		   failed_with(send_byte(other, 'y', 0), EAGAIN),
	   "MQ-011: fcntl changes it as well");
	fcntl(other, F_SETFL, 0);
	ok(q_getsetattr(other, NULL, &now) == 0 && now.flags == 0, "MQ-011: and back");
	ok(q_getsetattr(q, NULL, NULL) == 0, "MQ-011: asking for nothing is fine");
	close(q);
	close(copy);
	close(other);
	q_unlink("nb");
}

static void test_timeouts(void)
{
	struct timespec until, past = { 1, 0 }, bad = { 1, 1000000000 }, negative = { -1, 0 };
	int q = q_new(1, 10, 0);
	double start;

	start = seconds();
	until = in_ms(80);
	ok(failed_with(q_timedreceive(q, in, 10, NULL, &until), ETIMEDOUT) &&
		   seconds() - start > 0.06,
	   "MQ-012: receiving from an empty queue ends at the given time with ETIMEDOUT");
	ok(failed_with(q_timedreceive(q, in, 10, NULL, &past), ETIMEDOUT),
	   "MQ-012: at once when it has passed");
	ok(failed_with(q_timedreceive(q, in, 10, NULL, &bad), EINVAL) &&
		   failed_with(q_timedreceive(q, in, 10, NULL, &negative), EINVAL) &&
		   failed_with(q_timedsend(q, out, 1, 0, &bad), EINVAL) && q_curmsgs(q) == 0,
	   "MQ-012: a bad tv_nsec is EINVAL even when no wait is needed");
	ok(failed_with(q_timedsend(q, out, 1, 0, (void *)8), EFAULT) && q_curmsgs(q) == 0,
	   "MQ-012: a bad pointer is EFAULT even then");
	ok(q_timedsend(q, out, 1, 0, &past) == 0, "MQ-012: a past time is fine when there is room");
	start = seconds();
	until = in_ms(80);
	ok(failed_with(q_timedsend(q, out, 1, 0, &until), ETIMEDOUT) && seconds() - start > 0.06 &&
		   q_curmsgs(q) == 1,
	   "MQ-012: sending to a full one ends with ETIMEDOUT");
	ok(failed_with(q_timedsend(q, out, 1, 0, &past), ETIMEDOUT), "MQ-012: at once");
	ok(q_timedreceive(q, in, 10, NULL, &past) == 1,
	   "MQ-012: a past time is fine for a message");
	fcntl(q, F_SETFL, O_NONBLOCK);
	until = in_ms(10000);
	ok(failed_with(q_timedreceive(q, in, 10, NULL, &until), EAGAIN),
	   "MQ-012: with O_NONBLOCK the time does not matter");
	until.tv_sec = LONG_MAX;
	ok(q_timedsend(q, out, 1, 0, &until) == 0 && q_timedreceive(q, in, 10, NULL, &until) == 1,
	   "MQ-012: nor does one beyond the end of time");
	close(q);
}

static int poll_now(int q)
{
	struct pollfd p = { .fd = q, .events = POLLIN | POLLOUT };

	return poll(&p, 1, 0) < 0 ? -1 : p.revents;
}

/* Sends (or receives) when the parent polls. */
static pid_t later(int q, int sends)
{
	pid_t pid = fork(), parent = getppid();

	if (pid == 0) {
		parent = getppid();
		_exit(!asleep(parent) || (sends ? send_byte(q, 'l', 0) : take_byte(q) < 0));
	}
	return pid;
}

static void test_poll(void)
{
	int q = q_new(2, 10, 0), ep = epoll_create1(EPOLL_CLOEXEC), n;
	struct epoll_event e = { .events = EPOLLIN };
	struct pollfd p = { .fd = q, .events = POLLIN };
	pid_t pid;

	ok(poll_now(q) == POLLOUT, "MQ-017: an empty queue is ready for sending");
	send_byte(q, 'a', 0);
	ok(poll_now(q) == (POLLIN | POLLOUT), "MQ-017: one between for both");
	send_byte(q, 'b', 0);
	ok(poll_now(q) == POLLIN, "MQ-017: a full one for receiving");
	p.events = POLLOUT;
	pid = later(q, 0);
	n = poll(&p, 1, LONG_MS);
	ok(n == 1 && p.revents == POLLOUT && result_of(pid) == 0,
	   "MQ-017: a receive wakes who polls for room");
	take_byte(q);
	p.events = POLLIN;
	pid = later(q, 1);
	n = poll(&p, 1, LONG_MS);
	ok(n == 1 && p.revents == POLLIN && result_of(pid) == 0,
	   "MQ-017: a send wakes who polls for messages");
	take_byte(q);
	epoll_ctl(ep, EPOLL_CTL_ADD, q, &e);
	ok(epoll_wait(ep, &e, 1, 0) == 0, "MQ-017: epoll finds nothing in an empty queue");
	pid = later(q, 1);
	n = epoll_wait(ep, &e, 1, LONG_MS);
	ok(n == 1 && e.events == EPOLLIN && result_of(pid) == 0,
	   "MQ-017: and wakes with a message");
	close(ep);
	close(q);
}

static void test_faults(void)
{
	int q = q_new(4, 5000, O_NONBLOCK);

	ok(failed_with(q_send(q, (void *)8, 5, 0), EFAULT) &&
		   failed_with(q_send(q, (void *)8, 5000, 0), EFAULT) && q_curmsgs(q) == 0,
	   "MQ-018: a bad buffer to send is EFAULT and nothing is queued");
	send_byte(q, 'x', 0);
	ok(failed_with(q_receive(q, (void *)8, 5000, NULL), EFAULT) && q_curmsgs(q) == 0,
	   "MQ-018: a bad buffer to receive is EFAULT and the message is lost");
	send_byte(q, 'y', 0);
	ok(failed_with(q_receive(q, in, 5000, (void *)8), EFAULT) && q_curmsgs(q) == 0,
	   "MQ-018: a bad priority pointer too");
	q_send(q, out, 0, 0);
	ok(q_receive(q, (void *)8, 5000, NULL) == 0, "MQ-018: an empty message needs no buffer");
	close(q);
}

int main(void)
{
	own_namespace();
	test_messages();
	test_sizes();
	test_descriptors();
	test_nonblock();
	test_timeouts();
	test_poll();
	test_faults();
	return ktap_done();
}
