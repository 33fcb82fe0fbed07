// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleeping senders and receivers of message queues: who is woken, in which order, with what.
 * Spec: MSG-016, MSG-018 to MSG-023, MSG-027 to MSG-031, MSG-039, MSG-041, DESIGN-025, DESIGN-027,
 * DESIGN-028
 */
#include "tests/ipc/msg.h"

#include <pthread.h>

static int id;

static pid_t receiver(size_t len, long type, int flags)
{
	pid_t pid = spawn_receiver(id, len, type, flags);

	if (!asleep(pid))
		ok(0, "a receiver sleeps");
	return pid;
}

static pid_t sender(long type, const char *text)
{
	pid_t pid = spawn_sender(id, type, text);

	if (!asleep(pid))
		ok(0, "a sender sleeps");
	return pid;
}

static void fresh(unsigned long qbytes)
{
	if (id)
		rm_queue(id);
	id = new_queue(0666);
	if (qbytes)
		set_qbytes(id, qbytes);
}

static void test_hand_over(void)
{
	pid_t p, q[3];
	int fine = 1;

	fresh(0);
	p = receiver(10, 5, 0);
	send_text(id, 4, "n", 0);
	ok(!has_ended(p) && queue_stat(id).qnum == 1, "MSG-016: others do not wake a receiver");
	send_text(id, 5, "y", 0);
	ok(queue_stat(id).qnum == 1 && result_of(p) == 'y', "MSG-016: its own is handed over");
	fresh(0);
	for (int i = 0; i < 3; i++)
		q[i] = receiver(10, 0, 0);
	send_text(id, 1, "A", 0);
	send_text(id, 1, "B", 0);
	send_text(id, 1, "C", 0);
	for (int i = 0; i < 3; i++)
		fine &= result_of(q[i]) == 'A' + i;
	ok(fine, "MSG-020: first come, first served");
	q[0] = receiver(2, 0, 0);
	q[1] = receiver(10, 0, 0);
	send_text(id, 1, "long", 0);
	ok(result_of(q[0]) == 128 + E2BIG && result_of(q[1]) == 'l',
	   "MSG-021: one with too little room is told, the next gets it");
	q[0] = receiver(2, 0, 0);
	send_text(id, 1, "long", 0);
	ok(result_of(q[0]) == 128 + E2BIG && queue_stat(id).qnum == 1, "MSG-021: or the queue");
}

static volatile int tid;

static void *thread_receives(void *arg)
{
	struct message msg;

	tid = (int)syscall(SYS_gettid);
	return (void *)raw_receive(id, &msg, 10, 0, 0);
}

static void test_lrpid(void)
{
	struct raw_msqid_ds ds;
	pthread_t thread;
	void *result;

	fresh(0);
	tid = 0;
	pthread_create(&thread, NULL, thread_receives, NULL);
	eventually(tid != 0);
	asleep(tid);
	send_text(id, 1, "xy", 0);
	ds = queue_stat(id);
	pthread_join(thread, &result);
	ok((long)result == 2 && ds.lrpid == tid && is_now(ds.rtime),
	   "MSG-018: the sender notes the receiving thread");
}

static void test_senders(void)
{
	struct raw_msqid_ds ds;
	pid_t p, q;

	fresh(4);
	send_text(id, 1, "full", 0);
	p = receiver(10, 2, 0);
	ok(failed_with(send_text(id, 2, "x", IPC_NOWAIT), EAGAIN), "MSG-019: full is full");
	put_end(p);
	p = sender(1, "next");
	ds = queue_stat(id);
	ok(ds.lspid == getpid() && take_type(id, 0, 0) == 1 && result_of(p) == 0 &&
		   (ds = queue_stat(id)).lspid == p && ds.qnum == 1,
	   "MSG-022: a sender goes on when there is room, and is noted then");
	fresh(10);
	send_text(id, 1, "4444", 0);
	send_text(id, 2, "666666", 0);
	p = sender(3, "999999999");
	q = sender(4, "333");
	take_type(id, 1, 0);
	ok(result_of(q) == 0 && !has_ended(p) && take_type(id, 4, 0) == 4,
	   "MSG-023: a small one overtakes one that does not fit");
	ok(set_qbytes(id, 15) == 0 && result_of(p) == 0, "MSG-027: more room wakes senders");
}

static int denied_receiver(void)
{
	struct message msg;

	return raw_receive(id, &msg, 10, 0, 0) >= 0 ? 0 : errno;
}

static void test_set_and_remove(void)
{
	struct raw_msqid_ds ds;
	pid_t p, q, pid;

	fresh(0);
	pid = fork();
	if (pid == 0) {
		if (setgid(1000) || setuid(1000))
			_exit(99);
		_exit(denied_receiver());
	}
	eventually(state_of(pid) == 'S');
	asleep(pid);
	ds = queue_stat(id);
	queue_ctl(id, IPC_SET, &ds);
	ok(asleep(pid) && !has_ended(pid), "MSG-028: IPC_SET lets a receiver ask again");
	ds.mode = 0600;
	queue_ctl(id, IPC_SET, &ds);
	ok(result_of(pid) == EACCES, "MSG-028: who may no longer is told");
	fresh(1);
	send_text(id, 1, "x", 0);
	p = sender(1, "y");
	q = receiver(10, 2, 0);
	ok(rm_queue(id) == 0 && result_of(p) == EIDRM && result_of(q) == 128 + EIDRM,
	   "MSG-029: RMID ends all sleepers");
	ok(failed_with(send_text(id, 1, "x", 0), EINVAL), "MSG-029: later calls are EINVAL");
	id = 0;
}

static void on_signal(int signo)
{
}

static pid_t with_handler(int sends)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
		struct message msg;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sigaction(SIGUSR1, &action, NULL);
		signal(SIGUSR2, SIG_IGN);
		if (sends)
			_exit(send_text(id, 1, "s", 0) == 0 ? 0 : errno);
		_exit(raw_receive(id, &msg, 10, 2, 0) >= 0 ? 0 : errno);
	}
	asleep(pid);
	return pid;
}

static void test_signals(void)
{
	pid_t p, q;

	fresh(1);
	send_text(id, 1, "x", 0);
	p = with_handler(1);
	q = with_handler(0);
	kill(p, SIGUSR1);
	kill(q, SIGUSR1);
	ok(result_of(p) == EINTR && result_of(q) == EINTR && queue_stat(id).qnum == 1,
	   "MSG-030: a handler interrupts, SA_RESTART or not");
	fresh(0);
	q = with_handler(0);
	kill(q, SIGUSR2);
	ok(asleep(q) && !has_ended(q), "MSG-031: an ignored signal does not");
	kill(q, SIGSTOP);
	eventually(state_of(q) == 'T');
	send_text(id, 2, "x", 0);
	ok(queue_stat(id).qnum == 1, "MSG-031: a stopped receiver is off the list");
	kill(q, SIGCONT);
	ok(result_of(q) == 0 && queue_stat(id).qnum == 0, "MSG-031: and takes it when it goes on");
}

static void test_captured(void)
{
	char *shared = shared_page();
	struct message msg;
	pid_t pid;

	fresh(1);
	send_text(id, 1, "x", 0);
	*(long *)shared = 7;
	shared[8] = 'o';
	pid = fork();
	if (pid == 0)
		_exit(raw_send(id, shared, 1, 0) == 0 ? 0 : errno);
	asleep(pid);
	*(long *)shared = 8;
	shared[8] = 'n';
	take_type(id, 1, 0);
	ok(result_of(pid) == 0 && raw_receive(id, &msg, 10, 0, 0) == 1 && msg.type == 7 &&
		   msg.text[0] == 'o',
	   "MSG-039: a message is what it was when msgsnd was called");
}

static void test_not_lost(void)
{
	int fine = 1;

	fresh(0);
	for (int i = 0; i < 40; i++) {
		pid_t pid = with_handler(0);
		int got;

		send_text(id, 2, "x", 0);
		kill(pid, SIGUSR1);
		got = result_of(pid);
		fine &= got == 0 && queue_stat(id).qnum == 0;
	}
	ok(fine, "MSG-041 DESIGN-028: a message handed over is returned, signal or not");
}

int main(void)
{
	test_hand_over();
	test_lrpid();
	test_senders();
	test_set_and_remove();
	test_signals();
	test_captured();
	test_not_lost();
	rm_queue(id);
	return ktap_done();
}
