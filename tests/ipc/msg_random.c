// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random senders and receivers with types: nothing lost, nothing twice, order kept for each sender
 * and type; and queues removed under sleepers.
 * Spec: MSG-007, MSG-008, MSG-016, MSG-020, MSG-023, MSG-029, DESIGN-021, DESIGN-027
 */
#include "tests/ipc/msg.h"

#define SENDERS 3
#define TYPES   3 /* a receiver for each */
#define EACH    120

struct numbered {
	long type;
	int sender, number;
	char rest[64];
};

static int id;

static int send_all(int who)
{
	unsigned int seed = (unsigned int)who * 77 + 1;
	struct numbered msg = { .sender = who };
	int numbers[TYPES] = { 0 };

	for (int i = 0; i < EACH * TYPES; i++) {
		msg.type = 1 + i % TYPES;
		msg.number = numbers[i % TYPES]++;
		if (raw_send(id, &msg, 8 + rand_r(&seed) % 64, 0))
			return 1;
	}
	return 0;
}

static int receive_all(long type)
{
	int next[SENDERS] = { 0 };
	struct numbered msg;

	for (int i = 0; i < EACH * SENDERS; i++) {
		if (raw_receive(id, &msg, sizeof(msg) - 8, type, 0) < 8 || msg.type != type)
			return 1;
		if (msg.number != next[msg.sender]++)
			return 2; /* lost, twice or out of order */
	}
	return 0;
}

static void test_random(void)
{
	pid_t pids[SENDERS + TYPES];
	int fine = 1;

	id = new_queue(0600);
	set_qbytes(id, 200);
	for (int i = 0; i < SENDERS + TYPES; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(i < SENDERS ? send_all(i) : receive_all(i - SENDERS + 1));
	}
	for (int i = 0; i < SENDERS + TYPES; i++)
		fine &= result_of(pids[i]) == 0;
	ok(fine, "MSG-008 MSG-020: every type in order, nothing lost or twice");
	ok(queue_stat(id).qnum == 0 && queue_stat(id).cbytes == 0,
	   "DESIGN-027: and nothing is left");
	rm_queue(id);
}

static int until_removed(int sends)
{
	struct message msg = { .type = 1 };

	for (;;) {
		long ret = sends ? raw_send(id, &msg, 10, 0) : raw_receive(id, &msg, 100, 0, 0);

		if (ret < 0)
			return errno == EIDRM || errno == EINVAL ? 0 : errno;
	}
}

static void test_removal(void)
{
	int fine = 1;

	for (int round = 0; round < 20; round++) {
		pid_t pids[4];

		id = new_queue(0600);
		set_qbytes(id, 30);
		for (int i = 0; i < 4; i++) {
			pids[i] = fork();
			if (pids[i] == 0)
				_exit(until_removed(i & 1));
		}
		usleep(1000 * (round % 4));
		fine &= rm_queue(id) == 0;
		for (int i = 0; i < 4; i++)
			fine &= result_of(pids[i]) == 0;
	}
	ok(fine, "MSG-029 DESIGN-021: removal ends all, whatever they were doing");
}

int main(void)
{
	test_random();
	test_removal();
	return ktap_done();
}
