// SPDX-License-Identifier: GPL-2.0-only
/*
 * sendmmsg() and recvmmsg(): several messages in one call, how many went when one fails, waiting for
 * the first, for all, or for a time.
 * Spec: UNIX-003, UNIX-009, UNIX-021, UNIX-043.
 */
#include "tests/ipc/unix.h"

#define COUNT 4

static char texts[COUNT][8];
static struct iovec vecs[COUNT];
static struct mmsghdr batch[COUNT];

/* The same layout as the C library's, without its detours. */
static long send_batch(int fd, void *msgs, unsigned int n, int flags)
{
	return syscall(SYS_sendmmsg, fd, msgs, n, flags);
}

static long receive_batch(int fd, void *msgs, unsigned int n, int flags, struct timespec *timeout)
{
	return syscall(SYS_recvmmsg, fd, msgs, n, flags, timeout);
}

static void prepare(int sending)
{
	memset(batch, 0, sizeof(batch));
	for (int i = 0; i < COUNT; i++) {
		if (sending)
			snprintf(texts[i], sizeof(texts[i]), "msg%d", i);
		else
			memset(texts[i], 0, sizeof(texts[i]));
		vecs[i] = (struct iovec){ texts[i], sending ? 4 : sizeof(texts[i]) };
		batch[i].msg_hdr.msg_iov = &vecs[i];
		batch[i].msg_hdr.msg_iovlen = 1;
		batch[i].msg_len = 77;
	}
}

static int all_came(int n)
{
	int good = 1;
	char text[8];

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "msg%d", i);
		good &= batch[i].msg_len == 4 && !memcmp(texts[i], text, 4);
	}
	return good;
}

static void test_transfer(int type)
{
	int s[2];

	make_pair(s, type);
	prepare(1);
	ok(send_batch(s[0], batch, COUNT, 0) == COUNT && batch[0].msg_len == 4 &&
		   batch[3].msg_len == 4,
	   "UNIX-009: type %d: sendmmsg sends all and tells the lengths", type);
	prepare(0);
	ok(receive_batch(s[1], batch, COUNT, 0, NULL) == COUNT && all_came(COUNT),
	   "UNIX-009: type %d: recvmmsg receives all", type);
	prepare(1);
	send_batch(s[0], batch, 2, 0);
	prepare(0);
	ok(receive_batch(s[1], batch, COUNT, MSG_DONTWAIT, NULL) == 2 && all_came(2) &&
		   batch[2].msg_len == 77,
	   "UNIX-009: type %d: as many as there are, with MSG_DONTWAIT", type);
	ok(failed_with(receive_batch(s[1], batch, COUNT, MSG_DONTWAIT, NULL), EAGAIN),
	   "UNIX-009: type %d: none: EAGAIN", type);
	prepare(1);
	send_batch(s[0], batch, 2, 0);
	prepare(0);
	ok(receive_batch(s[1], batch, COUNT, MSG_WAITFORONE, NULL) == 2 && all_came(2),
	   "UNIX-009: type %d: MSG_WAITFORONE waits only for the first", type);
	close_pair(s);
}

static void test_stream(void)
{
	int s[2];

	make_pair(s, SOCK_STREAM);
	prepare(1);
	ok(send_batch(s[0], batch, COUNT, 0) == COUNT && gives(s[1], "msg0msg1msg2msg3"),
	   "UNIX-003: a stream joins them");
	write(s[0], "0123456789abc", 13);
	prepare(0);
	ok(receive_batch(s[1], batch, COUNT, MSG_DONTWAIT, NULL) == 2 && batch[0].msg_len == 8 &&
		   batch[1].msg_len == 5,
	   "UNIX-003: or spreads bytes over buffers");
	close(s[0]);
	ok(receive_batch(s[1], batch, 1, 0, NULL) == 1 && batch[0].msg_len == 0,
	   "UNIX-004: the end is a message of length 0");
	close(s[1]);
}

static void test_arguments(void)
{
	struct timespec bad = { 0, 1000000000 }, negative = { -1, 0 };
	int s[2];

	make_pair(s, SOCK_DGRAM);
	prepare(1);
	ok(send_batch(s[0], batch, 0, 0) == 0, "UNIX-009: none to send: 0");
	ok(receive_batch(s[1], batch, 0, MSG_DONTWAIT, NULL) == 0, "UNIX-009: none to receive: 0");
	ok(failed_with(send_batch(s[0], (void *)8, 1, 0), EFAULT) &&
		   failed_with(receive_batch(s[1], (void *)8, 1, MSG_DONTWAIT, NULL), EFAULT),
	   "UNIX-009: bad pointers: EFAULT");
	batch[2].msg_hdr.msg_iov = (void *)8;
	ok(send_batch(s[0], batch, COUNT, 0) == 2 && gives(s[1], "msg0") && gives(s[1], "msg1") &&
		   nothing_yet(s[1]),
	   "UNIX-009: a bad third: two have gone");
	ok(failed_with(send_batch(s[0], &batch[2], 1, 0), EFAULT),
	   "UNIX-009: as the first: EFAULT");
	prepare(0);
	ok(failed_with(receive_batch(s[1], batch, 1, 0, &bad), EINVAL) &&
		   failed_with(receive_batch(s[1], batch, 1, 0, &negative), EINVAL),
	   "UNIX-009: an impossible time: EINVAL");
	ok(failed_with(receive_batch(s[1], batch, 1, 0, (void *)8), EFAULT),
	   "UNIX-009: a bad pointer to it: EFAULT");
	ok(failed_with(send_batch(-1, batch, 1, 0), EBADF) &&
		   failed_with(receive_batch(-1, batch, 1, 0, NULL), EBADF),
	   "UNIX-009: a closed descriptor: EBADF");
	ok(failed_with(send_batch(s[0], batch, 1, 0x80000000), EINVAL) &&
		   failed_with(receive_batch(s[1], batch, 1, 0x80000000, NULL), EINVAL),
	   "UNIX-009: the flag of 32-bit programs: EINVAL");
	close_pair(s);
}

/* The error of the message that failed is told by the next call when others had gone. */
static void test_errors(void)
{
	struct name name = own_name("there"), gone = own_name("gone");
	int d = bound_socket(SOCK_DGRAM, &name), fd = new_socket(SOCK_DGRAM);

	prepare(1);
	for (int i = 0; i < COUNT; i++) {
		batch[i].msg_hdr.msg_name = i == 1 ? &gone.un : &name.un;
		batch[i].msg_hdr.msg_namelen = i == 1 ? gone.len : name.len;
	}
	ok(send_batch(fd, batch, COUNT, 0) == 1 && gives(d, "msg0") && nothing_yet(d),
	   "UNIX-021: sendmmsg stops at the first that fails");
	ok(failed_with(send_batch(fd, batch + 1, COUNT - 1, 0), ECONNREFUSED),
	   "UNIX-021: and tells why when it is the first");
	ok(send_batch(fd, batch + 2, 2, 0) == 2 && gives(d, "msg2") && gives(d, "msg3"),
	   "UNIX-021: each message has its own destination");
	close(fd);
	fd = bound_socket(SOCK_DGRAM, &gone);
	send_to(fd, "from", 4, 0, &name);
	send_to(new_socket(SOCK_DGRAM), "none", 4, 0, &name);
	prepare(0);
	for (int i = 0; i < 2; i++) {
		batch[i].msg_hdr.msg_name = i ? &name.un : &gone.un;
		batch[i].msg_hdr.msg_namelen = sizeof(name.un);
	}
	ok(receive_batch(d, batch, 2, 0, NULL) == 2 && batch[0].msg_hdr.msg_namelen == gone.len &&
		   batch[1].msg_hdr.msg_namelen == 0,
	   "UNIX-021: recvmmsg tells each sender");
	close(fd);
	close(d);
}

/* Three come, then a signal: they are returned and not lost. */
static void test_interrupted(void)
{
	int s[2];
	pid_t pid;

	make_pair(s, SOCK_DGRAM);
	pid = start_process();
	if (!pid) {
		catch (SIGUSR1, SA_RESTART);
		prepare(0);
		_exit((int)receive_batch(s[1], batch, COUNT, 0, NULL));
	}
	reaches_state(pid, 'S');
	prepare(1);
	send_batch(s[0], batch, 3, 0);
	for (int i = 0; unread(s[1]) && i < 10000; i++)
		pause_ms(1);
	reaches_state(pid, 'S');
	kill(pid, SIGUSR1);
	ok(status_of(pid) == 3, "UNIX-043: a signal ends recvmmsg with what there is");
	/* Another pair: Linux keeps the interruption as this one's next error. */
	close_pair(s);
	make_pair(s, SOCK_DGRAM);
	pid = start_process();
	if (!pid) {
		catch (SIGUSR1, 0);
		_exit(failed_with(receive_batch(s[1], batch, COUNT, 0, NULL), EINTR) ? 50 : 51);
	}
	reaches_state(pid, 'S');
	kill(pid, SIGUSR1);
	ok(status_of(pid) == 50, "UNIX-043: EINTR when there is nothing");
	close_pair(s);
}

/* The time is looked at after each message only. */
static void test_timeout(void)
{
	struct timespec none = { 0, 0 }, long_time = { 100, 0 };
	int s[2];

	make_pair(s, SOCK_DGRAM);
	prepare(1);
	send_batch(s[0], batch, COUNT, 0);
	prepare(0);
	ok(receive_batch(s[1], batch, COUNT, 0, &none) == 1, "UNIX-009: no time: one message");
	ok(receive_batch(s[1], batch, 3, 0, &long_time) == 3 && long_time.tv_sec <= 100 &&
		   long_time.tv_sec > 50,
	   "UNIX-009: enough time: all, and what is left of it is told");
	close_pair(s);
}

int main(void)
{
	test_transfer(SOCK_DGRAM);
	test_transfer(SOCK_SEQPACKET);
	test_stream();
	test_arguments();
	test_errors();
	test_interrupted();
	test_timeout();
	return ktap_done();
}
