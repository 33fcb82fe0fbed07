// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of the calls on message queues and shared memory fails once: -ENOMEM, nothing
 * lost, counts as before.
 * Spec: DESIGN-025, DESIGN-026, DESIGN-035, DESIGN-036
 */
#include "tests/ipc/msg.h"
#include "tests/ipc/shm.h"
#include "tests/fail_nth.h"

static int queue, segment;
static char big[8 + 8192] = { 1 };

static long make_queue(void *arg)
{
	return syscall(SYS_msgget, IPC_PRIVATE, 0600);
}

static void unmake_queue(long ret, void *arg)
{
	rm_queue((int)ret);
}

static long send_big(void *arg)
{
	return raw_send(queue, big, 8192, IPC_NOWAIT);
}

static void unsend(long ret, void *arg)
{
	take_type(queue, 0, 0);
}

static long make_segment(void *arg)
{
	return get_segment(IPC_PRIVATE, 8192, 0600);
}

static void unmake_segment(long ret, void *arg)
{
	rm_segment((int)ret);
}

static long attach_it(void *arg)
{
	return syscall(SYS_shmat, segment, NULL, 0);
}

static void detach_it(long ret, void *arg)
{
	detach((void *)ret);
}

int main(void)
{
	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	queue = new_queue(0600);
	segment = new_segment(8192);
	fail_nth_walk("msgget", make_queue, unmake_queue, NULL, ENOMEM, 0);
	fail_nth_walk("msgsnd", send_big, unsend, NULL, ENOMEM, 0);
	ok(queue_stat(queue).qnum == 0 && queue_stat(queue).cbytes == 0,
	   "DESIGN-026: the queue is as before");
	fail_nth_walk("shmget", make_segment, unmake_segment, NULL, ENOMEM, ENOSPC, 0);
	fail_nth_walk("shmat", attach_it, detach_it, NULL, ENOMEM, 0);
	ok(attached(segment) == 0, "DESIGN-036: the count is as before");
	rm_queue(queue);
	rm_segment(segment);
	return ktap_done();
}
