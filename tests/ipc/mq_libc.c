// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX message queues through the C library, musl and (tests/ipc/mq_libc_glibc.c) glibc: the slash in
 * front, attributes as a struct, notification in a thread.
 * Spec: MQ-001, MQ-003, MQ-007, MQ-008, MQ-011, MQ-012, MQ-019, MQ-021, MQ-025
 */
#include "tests/ipc/mq.h"

#include <mqueue.h>
#include <pthread.h>

#ifdef __GLIBC__
#define LIBRARY "glibc"
#else
#define LIBRARY "musl"
#endif

static mqd_t q;
static volatile int called;
static volatile pthread_t called_in;

static void on_message(union sigval value)
{
	called_in = pthread_self();
	__atomic_add_fetch(&called, value.sival_int, __ATOMIC_SEQ_CST);
}

static void test_calls(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 100 }, now = { 0 };
	struct timespec past = { 1, 0 };
	unsigned int prio = 0;
	char text[100];

	q = mq_open("/libc", O_CREAT | O_EXCL | O_RDWR, 0600, &attr);
	ok(q >= 0, "MQ-001: " LIBRARY ": mq_open");
	ok(mq_getattr(q, &now) == 0 && now.mq_maxmsg == 4 && now.mq_msgsize == 100,
	   "MQ-001: " LIBRARY ": mq_getattr");
	ok(mq_send(q, "one", 3, 1) == 0 && mq_timedsend(q, "two", 3, 2, &past) == 0,
	   "MQ-007: " LIBRARY ": mq_send, mq_timedsend");
	ok(mq_receive(q, text, 100, &prio) == 3 && !memcmp(text, "two", 3) && prio == 2,
	   "MQ-008: " LIBRARY ": mq_receive");
	ok(mq_timedreceive(q, text, 100, NULL, &past) == 3 && !memcmp(text, "one", 3),
	   "MQ-012: " LIBRARY ": mq_timedreceive");
	ok(mq_timedreceive(q, text, 100, NULL, &past) == -1 && errno == ETIMEDOUT,
	   "MQ-012: " LIBRARY ": and when its time has passed");
	attr.mq_flags = O_NONBLOCK;
	ok(mq_setattr(q, &attr, &now) == 0 && now.mq_flags == 0 && mq_getattr(q, &now) == 0 &&
		   now.mq_flags == O_NONBLOCK && mq_receive(q, text, 100, NULL) == -1 &&
		   errno == EAGAIN,
	   "MQ-011: " LIBRARY ": mq_setattr");
	ok(mq_open("/a/b", O_CREAT | O_RDWR, 0600, NULL) == -1 && errno == EACCES,
	   "MQ-003: " LIBRARY ": a second slash is EACCES");
	ok(mq_unlink("/libc") == 0 && mq_unlink("/libc") == -1 && errno == ENOENT,
	   "MQ-019: " LIBRARY ": mq_unlink");
}

static void test_thread(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD };

	event.sigev_notify_function = on_message;
	event.sigev_value.sival_int = 1;
	ok(mq_notify(q, &event) == 0, "MQ-021: " LIBRARY ": mq_notify(SIGEV_THREAD)");
	ok(mq_send(q, "x", 1, 0) == 0 && eventually(called == 1),
	   "MQ-021: " LIBRARY ": calls a function");
	ok(!pthread_equal(called_in, pthread_self()),
	   "MQ-021: " LIBRARY ": in a thread of its own");
	take_byte(q);
	ok(mq_notify(q, &event) == 0 && mq_notify(q, NULL) == 0 && mq_send(q, "x", 1, 0) == 0,
	   "MQ-025: " LIBRARY ": a registration is removed");
	take_byte(q);
	event.sigev_value.sival_int = 10;
	ok(mq_notify(q, &event) == 0 && mq_send(q, "x", 1, 0) == 0 && eventually(called == 11),
	   "MQ-025: " LIBRARY ": and nobody is called for it");
	ok(mq_close(q) == 0, "MQ-001: " LIBRARY ": mq_close");
}

int main(void)
{
	own_namespace();
	test_calls();
	test_thread();
	return ktap_done();
}
