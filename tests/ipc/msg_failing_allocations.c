// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of msgget, msgsnd, msgrcv and of each command of msgctl fails once: -ENOMEM,
 * nothing lost, counts as before.
 * Spec: DESIGN-025, DESIGN-026, EXIT-016
 */
#define _GNU_SOURCE
#include "tests/ipc/fail_counters.h"

#define LARGEST 8192 /* three pieces */

static int queue, to_remove;
static struct message out = { 1, { 0 } }, in;

static long make_queue(void *arg)
{
	return syscall(SYS_msgget, IPC_PRIVATE, 0600);
}

static long make_queue_with_key(void *arg)
{
	return syscall(SYS_msgget, 0x6661696c, IPC_CREAT | IPC_EXCL | 0600);
}

static long get_existing(void *arg)
{
	return syscall(SYS_msgget, 0x657869, IPC_CREAT | 0600);
}

static void unmake_queue(long ret, void *arg)
{
	rm_queue((int)ret);
}

static long send_size(void *size)
{
	return raw_send(queue, &out, (size_t)size, IPC_NOWAIT);
}

static void take_back(long ret, void *arg)
{
	raw_receive(queue, &in, LARGEST, 0, IPC_NOWAIT);
}

/* The message comes back by the undoing, so that each round finds one. */
static long receive(void *flags)
{
	return raw_receive(queue, &in, LARGEST, 0, IPC_NOWAIT | (int)(long)flags);
}

static void give_back(long size, void *arg)
{
	raw_send(queue, &out, (size_t)size, IPC_NOWAIT);
}

static union {
	struct raw_msqid_ds ds;
	int info[8];
} buffer;

static const struct command {
	const char *name;
	int cmd, by_index;
} commands[] = {
	{ "IPC_STAT", IPC_STAT, 0 },
	{ "MSG_STAT", MSG_STAT, 1 },
	{ "MSG_STAT_ANY", MSG_STAT_ANY_CMD, 1 },
	{ "IPC_INFO", IPC_INFO, 0 },
	{ "MSG_INFO", MSG_INFO, 0 },
};

static long do_command(void *arg)
{
	const struct command *c = arg;

	return queue_ctl(c->by_index ? queue & 32767 : queue, c->cmd, &buffer);
}

static long do_ipc_set(void *arg)
{
	struct raw_msqid_ds ds = queue_stat(queue);

	return queue_ctl(queue, IPC_SET, &ds);
}

static long do_rmid(void *arg)
{
	return rm_queue(to_remove);
}

static void make_again(long ret, void *arg)
{
	to_remove = new_queue(0600);
}

int main(void)
{
	char name[64];
	int existing;

	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	unshare(CLONE_NEWIPC);
	ipc_walk("DESIGN-025: msgget, the first of a namespace", make_queue, unmake_queue, NULL,
		 ENOMEM, 0);
	existing = (int)get_existing(NULL);
	queue = new_queue(0600);
	to_remove = new_queue(0600);
	watched_queue = queue;

	ipc_walk("DESIGN-025: msgget", make_queue, unmake_queue, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-025: msgget with a key", make_queue_with_key, unmake_queue, NULL, ENOMEM,
		 0);
	ipc_walk("DESIGN-025: msgget of an existing one", get_existing, NULL, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-026: msgsnd of nothing", send_size, take_back, (void *)0, ENOMEM, 0);
	ipc_walk("DESIGN-026: msgsnd of one page", send_size, take_back, (void *)4048, ENOMEM, 0);
	ok(ipc_walk("DESIGN-026: msgsnd of three pieces", send_size, take_back, (void *)LARGEST,
		    ENOMEM, 0) >= 3,
	   "DESIGN-026: each piece is an allocation");
	raw_send(queue, &out, 4048, IPC_NOWAIT);
	ipc_walk("DESIGN-026: msgrcv of one page", receive, give_back, NULL, ENOMEM, 0);
	ipc_walk("DESIGN-026: msgrcv with MSG_COPY", receive, NULL, (void *)MSG_COPY, ENOMEM, 0);
	take_back(0, NULL);
	raw_send(queue, &out, LARGEST, IPC_NOWAIT);
	ipc_walk("DESIGN-026: msgrcv of three pieces", receive, give_back, NULL, ENOMEM, 0);
	ok(ipc_walk("DESIGN-026: msgrcv of three pieces with MSG_COPY", receive, NULL,
		    (void *)MSG_COPY, ENOMEM, 0) >= 3,
	   "DESIGN-026: each piece of a copy is an allocation");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		snprintf(name, sizeof(name), "EXIT-016: msgctl(%s)", commands[i].name);
		ipc_walk(name, do_command, NULL, (void *)&commands[i], ENOMEM, 0);
	}
	ipc_walk("EXIT-016: msgctl(IPC_SET)", do_ipc_set, NULL, NULL, ENOMEM, 0);
	ipc_walk("EXIT-016: msgctl(IPC_RMID)", do_rmid, make_again, NULL, ENOMEM, 0);

	rm_queue(existing);
	rm_queue(queue);
	rm_queue(to_remove);
	return ktap_done();
}
