/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fail_nth_walk() for the calls of System V IPC: whenever a call fails for want of memory, all that
 * IPC_INFO and its like count must be as it was before the call, and what the test watches, too.
 *
 *	ipc_watch_set(set); ipc_watch_queue(queue); ipc_watch_segment(segment);
 *	ipc_walk("EXIT-016: semget", do_semget, remove_set, NULL, ENOMEM, 0);
 */
#ifndef TESTS_IPC_FAIL_COUNTERS_H
#define TESTS_IPC_FAIL_COUNTERS_H

#include "tests/fail_nth.h"
#include "tests/ipc/msg.h"
#include "tests/ipc/shm.h"

#ifndef SHM_INFO
#define SHM_INFO 14
#endif

#define IPC_COUNTERS 22

static int watched_set = -1, watched_queue = -1, watched_segment = -1;

/*
 * Every counter of the caller's namespace, and of the watched objects; not the highest indices, which a new
 * object moves. Allocates nothing.
 */
static inline void ipc_counters(unsigned long *out)
{
	int sem[10] = { 0 }, msg[8] = { 0 };
	unsigned long shm[8] = { 0 };
	struct raw_msqid_ds queue = { 0 };
	struct raw_shmid_ds segment = { 0 };
	unsigned short values[64] = { 0 };
	struct raw_semid_ds set = { 0 };
	int n = 0;

	memset(out, 0, IPC_COUNTERS * sizeof(*out));
	out[n++] = raw_semctl(0, 0, SEM_INFO, (unsigned long)sem) < 0;
	out[n++] = sem[7]; /* sets */
	out[n++] = sem[9]; /* semaphores */
	out[n++] = queue_ctl(0, MSG_INFO, msg) < 0;
	out[n++] = msg[0]; /* queues */
	out[n++] = msg[1]; /* messages */
	out[n++] = msg[6]; /* bytes */
	out[n++] = segment_ctl(0, SHM_INFO, shm) < 0;
	out[n++] = (unsigned int)shm[0]; /* segments */
	out[n++] = shm[1];               /* their pages */
	out[n++] = shm[2];               /* those that are there */
	if (watched_queue >= 0 && !queue_ctl(watched_queue, IPC_STAT, &queue)) {
		out[n] = queue.cbytes;
		out[n + 1] = queue.qnum;
		out[n + 2] = queue.qbytes;
	}
	n += 3;
	if (watched_segment >= 0 && !segment_ctl(watched_segment, IPC_STAT, &segment)) {
		out[n] = segment.nattch;
		out[n + 1] = segment.mode;
	}
	n += 2;
	if (watched_set >= 0 && !raw_semctl(watched_set, 0, IPC_STAT, (unsigned long)&set)) {
		out[n] = set.nsems;
		out[n + 1] = set.mode;
		for (int i = 0; i < (int)(sizeof(values) / sizeof(values[0])); i++)
			out[n + 2] = out[n + 2] * 31 +
				     (unsigned long)(i < (int)set.nsems ?
							     get_value(watched_set, i) :
							     0);
	}
}

struct ipc_walked {
	fail_nth_call call;
	fail_nth_undo undo;
	void *arg;
	unsigned long before[IPC_COUNTERS];
	int changed; /* a counter was not as before after a failure or an undoing */
};

static inline void ipc_compare(struct ipc_walked *w, const char *when)
{
	unsigned long now[IPC_COUNTERS];

	ipc_counters(now);
	for (int i = 0; i < IPC_COUNTERS; i++) {
		if (now[i] == w->before[i])
			continue;
		dprintf(1, "# counter %d was %lu, %s: %lu\n", i, w->before[i], when, now[i]);
		w->changed = 1;
	}
}

static inline long ipc_walked_call(void *arg)
{
	struct ipc_walked *w = arg;
	long ret = w->call(w->arg);
	int error = errno;

	if (ret == -1)
		ipc_compare(w, "after the failure");
	errno = error;
	return ret;
}

static inline void ipc_walked_undo(long ret, void *arg)
{
	struct ipc_walked *w = arg;

	if (w->undo)
		w->undo(ret, w->arg);
	ipc_compare(w, "after the call was taken back");
}

/* Three promises. Up to two errnos, 0 for none. The number of allocations. */
static inline int ipc_walk(const char *name, fail_nth_call call, fail_nth_undo undo, void *arg,
			   int error1, int error2)
{
	struct ipc_walked w = { call, undo, arg, { 0 }, 0 };
	int rounds;

	ipc_counters(w.before);
	rounds = fail_nth_walk(name, ipc_walked_call, ipc_walked_undo, &w, error1, error2, 0);
	ok(!w.changed, "%s: and changes no counter", name);
	return rounds;
}

#endif
