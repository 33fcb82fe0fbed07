// SPDX-License-Identifier: GPL-2.0-only
/*
 * shmat, shmdt, fork, exit and RMID in any order: the count is exact, and the last one out removes.
 * Spec: SHM-006, SHM-017, SHM-024, SHM-025, DESIGN-036
 */
#include "tests/ipc/shm.h"

#define PROCESSES 4
#define STEPS     60

static int id;

/* Attaches and detaches at random; what is left at the end goes with the process. */
static int wander(unsigned int seed)
{
	char *at[8] = { 0 };

	for (int i = 0; i < STEPS; i++) {
		unsigned int slot = (unsigned int)rand_r(&seed) % 8;

		if (!at[slot]) {
			at[slot] = attach(id, NULL, 0);
			if (!at[slot])
				return 1;
			at[slot][0]++;
		} else if (rand_r(&seed) % 2) {
			if (detach(at[slot]))
				return 2;
			at[slot] = NULL;
		} else if (rand_r(&seed) % 8 == 0) {
			pid_t pid = fork();

			if (pid == 0)
				_exit(detach(at[slot]) ? 3 : 0);
			if (result_of(pid))
				return 4;
		}
	}
	return 0;
}

int main(void)
{
	struct raw_shmid_ds ds;
	int counted = 1, removed = 1, fine = 1;

	for (int round = 0; round < 6; round++) {
		pid_t pids[PROCESSES];
		char *p;

		id = new_segment(8192);
		p = attach(id, NULL, 0);
		for (int i = 0; i < PROCESSES; i++) {
			pids[i] = fork();
			if (pids[i] == 0)
				_exit(wander((unsigned int)(round * PROCESSES + i + 1)));
		}
		if (round & 1)
			rm_segment(id);
		for (int i = 0; i < PROCESSES; i++)
			fine &= result_of(pids[i]) == 0;
		counted &= attached(id) == 1;
		rm_segment(id);
		counted &= attached(id) == 1;
		detach(p);
		removed &= failed_with(segment_ctl(id, IPC_STAT, &ds), EINVAL);
	}
	ok(fine, "SHM-024: attaching goes on, marked or not");
	ok(counted, "SHM-006 SHM-017 DESIGN-036: the count is exact when all others are gone");
	ok(removed, "SHM-025: the last detach removes");
	return ktap_done();
}
