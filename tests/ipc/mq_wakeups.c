// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleeping senders and receivers of POSIX message queues: who is served, in which order, and what
 * ends a sleep otherwise.
 * Spec: MQ-012 to MQ-017, EXIT-003
 */
#include "tests/ipc/mq.h"

#include <pthread.h>

static int q;

static void fresh(long maxmsg)
{
	if (q)
		close(q);
	q = q_new(maxmsg, 10, 0);
}

static void test_hand_over(void)
{
	pid_t receiver;

	fresh(4);
	receiver = sleeping_receiver(q);
	ok(send_byte(q, 'h', 0) == 0, "MQ-013: a message for a blocked receiver");
	ok(q_curmsgs(q) == 0 && result_of(receiver) == 'h' && q_curmsgs(q) == 0,
	   "MQ-013: goes to it and never counts in curmsgs");
}

static void test_take_over(void)
{
	pid_t sender;

	fresh(4);
	for (int i = 0; i < 4; i++)
		send_byte(q, (char)('a' + i), 4 - (unsigned int)i);
	sender = sleeping_sender(q, 's', 3);
	ok(take_byte(q) == 'a' && q_curmsgs(q) == 4,
	   "MQ-014: a receive lets a blocked sender's message in at once: the queue stays full");
	ok(result_of(sender) == 0, "MQ-014: the sender returns");
	ok(take_byte(q) == 'b' && take_byte(q) == 's' && take_byte(q) == 'c' && take_byte(q) == 'd',
	   "MQ-014: its message stands at its priority");
}

static void test_arrival_order(void)
{
	pid_t pids[3];

	fresh(1);
	for (int i = 0; i < 3; i++)
		pids[i] = sleeping_receiver(q);
	for (int i = 0; i < 3; i++)
		send_byte(q, (char)('A' + i), 0);
	for (int i = 0; i < 3; i++)
		ok(result_of(pids[i]) == 'A' + i, "MQ-015: receiver %d gets message %d", i, i);
	send_byte(q, 'x', 0);
	for (int i = 0; i < 3; i++)
		pids[i] = sleeping_sender(q, (char)('A' + i), i == 2 ? 9 : 0);
	ok(take_byte(q) == 'x' && take_byte(q) == 'A' && take_byte(q) == 'B' && take_byte(q) == 'C',
	   "MQ-015: senders are served in order of arrival, whatever their messages' priorities");
	for (int i = 0; i < 3; i++)
		ok(result_of(pids[i]) == 0, "MQ-015: sender %d returns", i);
}

static pid_t ranked_receiver(int rt_priority)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct sched_param param = { .sched_priority = rt_priority };
		int byte;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (rt_priority && syscall(SYS_sched_setscheduler, 0, SCHED_FIFO, &param))
			_exit(99);
		byte = take_byte(q);
		_exit(byte < 0 ? 128 + errno : byte);
	}
	if (!asleep(pid))
		ok(0, "a receiver sleeps");
	return pid;
}

static void test_task_priority(void)
{
	static const int ranks[] = { 0, 10, 20, 10, 0 }, expected[] = { 'D', 'B', 'A', 'C', 'E' };
	pid_t pids[5];

	fresh(1);
	for (int i = 0; i < 5; i++)
		pids[i] = ranked_receiver(ranks[i]);
	for (int i = 0; i < 5; i++)
		send_byte(q, (char)('A' + i), 0);
	for (int i = 0; i < 5; i++)
		ok(result_of(pids[i]) == expected[i],
		   "MQ-015: the receiver of task priority %d gets message %c", ranks[i],
		   expected[i]);
}

/* ---- signals ---- */

static volatile sig_atomic_t handled;

static void handler(int sig)
{
	handled++;
}

/* What a receive that a handler interrupts, and then a message, ends with. */
static int interrupted(int flags, int sends)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };
	pid_t pid;
	int ret;

	fresh(1);
	if (sends)
		send_byte(q, 'f', 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigaction(SIGUSR1, &sa, NULL);
		ret = sends ? send_byte(q, 's', 0) : take_byte(q);
		_exit(!handled ? 98 : ret < 0 ? 128 + errno : ret);
	}
	if (!asleep(pid))
		ok(0, "it sleeps");
	kill(pid, SIGUSR1);
	if (!(flags & SA_RESTART))
		return result_of(pid);
	if (!asleep(pid) || has_ended(pid))
		ok(0, "it sleeps again");
	if (sends)
		take_byte(q);
	else
		send_byte(q, 'r', 0);
	return result_of(pid);
}

static void test_signals(void)
{
	ok(interrupted(0, 0) == 128 + EINTR, "MQ-016: a handler ends a receive with EINTR");
	ok(q_curmsgs(q) == 0 && send_byte(q, 'x', 0) == 0 && q_curmsgs(q) == 1,
	   "MQ-016: the receiver waits no more");
	ok(interrupted(SA_RESTART, 0) == 'r', "MQ-016: with SA_RESTART it goes on");
	ok(interrupted(0, 1) == 128 + EINTR, "MQ-016: a handler ends a send with EINTR");
	ok(take_byte(q) == 'f' && q_curmsgs(q) == 0, "MQ-016: and its message does not appear");
	ok(interrupted(SA_RESTART, 1) == 0 && take_byte(q) == 's', "MQ-016: SA_RESTART goes on");
}

static void test_time_runs_out(void)
{
	struct timespec until = in_ms(50);
	char text[10];

	fresh(1);
	ok(failed_with(q_timedreceive(q, text, 10, NULL, &until), ETIMEDOUT) &&
		   send_byte(q, 'x', 0) == 0 && q_curmsgs(q) == 1,
	   "MQ-012: a receiver whose time is up gets nothing more");
	until = in_ms(50);
	ok(failed_with(q_timedsend(q, "y", 1, 0, &until), ETIMEDOUT) && take_byte(q) == 'x' &&
		   q_curmsgs(q) == 0,
	   "MQ-012: a sender's message does not appear later");
}

static void test_death(void)
{
	pid_t pid;

	fresh(1);
	pid = sleeping_receiver(q);
	put_end(pid);
	ok(send_byte(q, 'x', 0) == 0 && q_curmsgs(q) == 1,
	   "EXIT-003: a message is not handed to a receiver that was killed");
	pid = sleeping_sender(q, 's', 0);
	put_end(pid);
	ok(take_byte(q) == 'x' && q_curmsgs(q) == 0,
	   "EXIT-003: the message of a sender that was killed never appears");
}

static void *receive_in_thread(void *arg)
{
	return (void *)(long)take_byte(q);
}

/* The descriptor may go while somebody sleeps in it. */
static void test_close(void)
{
	pthread_t thread;
	void *byte = NULL;
	int copy;

	fresh(1);
	copy = q_reopen(q, O_RDWR);
	ok(copy >= 0 && pthread_create(&thread, NULL, receive_in_thread, NULL) == 0,
	   "MQ-013: a thread receives");
	/* Whether or not it sleeps already: closing does not matter to it. */
	usleep(10000);
	ok(send_byte(copy, 't', 0) == 0 && pthread_join(thread, &byte) == 0 && (long)byte == 't',
	   "MQ-013: from another open description");
	close(copy);
}

/* A poller is told only of what is in the queue. */
static void test_poll(void)
{
	struct pollfd p;
	pid_t pid;

	fresh(1);
	p = (struct pollfd){ .fd = q, .events = POLLIN };
	pid = sleeping_receiver(q);
	send_byte(q, 'x', 0);
	ok(poll(&p, 1, 0) == 0 && result_of(pid) == 'x',
	   "MQ-017: a message that is handed over is nothing to poll for");
	send_byte(q, 'a', 0);
	pid = sleeping_sender(q, 'b', 0);
	p.events = POLLOUT;
	ok(take_byte(q) == 'a' && poll(&p, 1, 0) == 0 && result_of(pid) == 0,
	   "MQ-017: room that a blocked sender fills is none");
}

int main(void)
{
	own_namespace();
	test_hand_over();
	test_take_over();
	test_arrival_order();
	test_task_priority();
	test_signals();
	test_time_runs_out();
	test_death();
	test_close();
	test_poll();
	return ktap_done();
}
