// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcbench: System V semaphores, message queues and shared memory; POSIX message queues.
 * Start at: sysv_benchmarks.
 */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <unistd.h>
#include "user/ipcbench.h"

#define MESSAGE 8192

static struct message {
	long type;
	char text[MESSAGE];
} message = { .type = 1 };

static int new_set(long semaphores)
{
	return remove_later('s', must(semget(IPC_PRIVATE, semaphores, 0600)));
}

static int new_queue(void)
{
	return remove_later('q', must(msgget(IPC_PRIVATE, 0600)));
}

static void add(int set, int number, int value, int flags)
{
	struct sembuf operation = { number, value, flags };

	must(semop(set, &operation, 1));
}

/* One operation is one semop() that adds or subtracts 1 and never sleeps. */
static void semop_alone(long ops, long flags)
{
	int set = new_set(1);

	start_clock();
	for (long i = 0; i < ops; i++)
		add(set, 0, i & 1 ? -1 : 1, flags);
	stop_clock();
}

static void semop_complex(long ops, long count)
{
	struct sembuf up[250], down[250];
	int set = new_set(count);

	for (long i = 0; i < count; i++) {
		up[i] = (struct sembuf){ i, 1, 0 };
		down[i] = (struct sembuf){ i, -1, 0 };
	}
	start_clock();
	for (long i = 0; i < ops; i++)
		must(semop(set, i & 1 ? down : up, count));
	stop_clock();
}

static int shared_set;

static void answer_sem(long ops)
{
	for (long i = 0; i < ops; i++) {
		add(shared_set, 0, -1, 0);
		add(shared_set, 1, 1, 0);
	}
}

static void sleep_on_sem(long number)
{
	add(shared_set, number, -1, 0);
}

/* @sleepers others sleep on semaphores of their own in the same set. */
static void sem_pingpong(long ops, long sleepers)
{
	shared_set = new_set(2 + sleepers);
	for (long i = 0; i < sleepers; i++)
		wait_until_asleep(spawn(sleep_on_sem, 2 + i));
	spawn(answer_sem, ops + 1);
	for (long i = 0; i <= ops; i++) {
		if (i == 1)
			start_clock();
		add(shared_set, 0, 1, 0);
		add(shared_set, 1, -1, 0);
	}
	stop_clock();
}

/* One operation is a message of one byte sent and received, behind @others of other types. */
static void msg_alone(long ops, long others)
{
	int queue = new_queue();

	for (long i = 0; i < others; i++) {
		message.type = 2 + i;
		must(msgsnd(queue, &message, 1, 0));
	}
	start_clock();
	for (long i = 0; i < ops; i++) {
		message.type = 1;
		must(msgsnd(queue, &message, 1, 0));
		must(msgrcv(queue, &message, MESSAGE, others ? 1 : 0, 0));
	}
	stop_clock();
}

static int queue_there, queue_back;

static void answer_messages(long ops)
{
	for (long i = 0; i < ops; i++) {
		must(msgrcv(queue_there, &message, MESSAGE, 0, 0));
		must(msgsnd(queue_back, &message, 1, 0));
	}
}

static void msg_pingpong(long ops, long unused)
{
	queue_there = new_queue();
	queue_back = new_queue();
	spawn(answer_messages, ops + 1);
	for (long i = 0; i <= ops; i++) {
		if (i == 1)
			start_clock();
		must(msgsnd(queue_there, &message, 1, 0));
		must(msgrcv(queue_back, &message, MESSAGE, 0, 0));
	}
	stop_clock();
}

static void send_messages(long ops)
{
	for (long i = 0; i < ops; i++)
		must(msgsnd(queue_there, &message, MESSAGE, 0));
}

static void msg_bandwidth(long ops, long unused)
{
	queue_there = new_queue();
	spawn(send_messages, ops);
	start_clock();
	for (long i = 0; i < ops; i++)
		must(msgrcv(queue_there, &message, MESSAGE, 0, 0));
	stop_clock();
}

static int get(int kind, key_t key, int flags)
{
	if (kind == 'q')
		return msgget(key, flags);
	return kind == 's' ? semget(key, 1, flags) : shmget(key, 1, flags);
}

/* Room for 30,000 segments: the default shmmni is 4,096. The kernel may refuse: shmget() tells. */
static void allow_more_segments(void)
{
	int fd = open("/proc/sys/kernel/shmmni", O_WRONLY);

	if (fd >= 0) {
		write(fd, "32768", 5);
		close(fd);
	}
}

/* @what is the kind in the low byte and how many objects there are above it. */
static void look_up(long ops, long what)
{
	long kind = what & 0xff, objects = what >> 8;
	key_t first = 0x69700000;

	if (kind == 'm')
		allow_more_segments();
	for (long i = 0; i < objects; i++)
		remove_later(kind, must(get(kind, first + i, IPC_CREAT | IPC_EXCL | 0600)));
	start_clock();
	for (long i = 0; i < ops; i++)
		must(get(kind, first + i * 7919 % objects, 0));
	stop_clock();
}

static void shm_attach(long ops, long unused)
{
	int segment = remove_later('m', must(shmget(IPC_PRIVATE, 4096, 0600)));

	start_clock();
	for (long i = 0; i < ops; i++) {
		volatile char *at = shmat(segment, NULL, 0);

		must(at == (void *)-1 ? -1 : 0);
		*at = 1;
		must(shmdt((const void *)at));
	}
	stop_clock();
}

static mqd_t open_mq(const char *which, long size)
{
	struct mq_attr attributes = { .mq_maxmsg = 8, .mq_msgsize = size };
	char name[40];
	mqd_t queue;

	snprintf(name, sizeof(name), "/ipcbench-%s-%d", which, (int)getpid());
	queue = must(mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attributes));
	mq_unlink(name);
	return queue;
}

static mqd_t mq_there, mq_back;

static void answer_mq(long ops)
{
	for (long i = 0; i < ops; i++) {
		must(mq_receive(mq_there, message.text, MESSAGE, NULL));
		must(mq_send(mq_back, message.text, 1, 0));
	}
}

static void mq_pingpong(long ops, long unused)
{
	mq_there = open_mq("there", 1);
	mq_back = open_mq("back", 1);
	spawn(answer_mq, ops + 1);
	for (long i = 0; i <= ops; i++) {
		if (i == 1)
			start_clock();
		must(mq_send(mq_there, message.text, 1, 0));
		must(mq_receive(mq_back, message.text, MESSAGE, NULL));
	}
	stop_clock();
}

static void send_mq(long ops)
{
	for (long i = 0; i < ops; i++)
		must(mq_send(mq_there, message.text, MESSAGE, 0));
}

static void mq_bandwidth(long ops, long unused)
{
	mq_there = open_mq("there", MESSAGE);
	spawn(send_mq, ops);
	start_clock();
	for (long i = 0; i < ops; i++)
		must(mq_receive(mq_there, message.text, MESSAGE, NULL));
	stop_clock();
}

#define LOOK_UPS(name, kind)                                                                       \
	{ name "_10", look_up, 5000, (10L << 8) | kind },                                          \
		{ name "_1000", look_up, 5000, (1000L << 8) | kind },                              \
	{                                                                                          \
		name "_30000", look_up, 5000, (30000L << 8) | kind                                 \
	}

const struct benchmark sysv_benchmarks[] = {
	{ "semop", semop_alone, 10000, 0 },
	{ "semop_undo", semop_alone, 10000, SEM_UNDO },
	{ "semop_complex_1", semop_complex, 5000, 1 },
	{ "semop_complex_10", semop_complex, 5000, 10 },
	{ "semop_complex_50", semop_complex, 2000, 50 },
	{ "semop_complex_250", semop_complex, 1000, 250 },
	{ "sem_pingpong", sem_pingpong, 2000, 0 },
	{ "sem_sleepers_1", sem_pingpong, 2000, 1 },
	{ "sem_sleepers_100", sem_pingpong, 2000, 100 },
	{ "sem_sleepers_1000", sem_pingpong, 1000, 1000 },
	{ "msg", msg_alone, 5000, 0 },
	{ "msg_behind_100", msg_alone, 2000, 100 },
	{ "msg_behind_1000", msg_alone, 1000, 1000 },
	{ "msg_pingpong", msg_pingpong, 2000, 0 },
	{ "msg_bandwidth", msg_bandwidth, 2000, 0 },
	LOOK_UPS("msgget", 'q'),
	LOOK_UPS("semget", 's'),
	LOOK_UPS("shmget", 'm'),
	{ "shmat_touch_shmdt", shm_attach, 2000, 0 },
	{ "mq_pingpong", mq_pingpong, 2000, 0 },
	{ "mq_bandwidth", mq_bandwidth, 2000, 0 },
	{ NULL, NULL, 0, 0 },
};
