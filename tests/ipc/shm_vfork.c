// SPDX-License-Identifier: GPL-2.0-only
/*
 * The child of vfork() works in its parent's memory: what it attaches stays there after its end.
 * Spec: EXIT-012
 */
#define _GNU_SOURCE
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/ktap.h"

static void *volatile where;

int main(void)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600), status = -1;
	struct shmid_ds ds;
	pid_t pid;

	if (id < 0)
		return 1;
	pid = vfork();
	if (!pid) {
		where = shmat(id, NULL, 0);
		_exit(where == (void *)-1);
	}
	waitpid(pid, &status, 0);
	ok(status == 0 && where, "EXIT-012: the child attaches");
	ok(shmctl(id, IPC_STAT, &ds) == 0 && ds.shm_nattch == 1,
	   "EXIT-012: still attached when the child has ended");
	*(char *)where = 'x';
	ok(*(char *)where == 'x', "EXIT-012: the parent uses it");
	ok(shmdt(where) == 0 && shmctl(id, IPC_STAT, &ds) == 0 && ds.shm_nattch == 0,
	   "EXIT-012: and detaches it");
	shmctl(id, IPC_RMID, NULL);
	return ktap_done();
}
