// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes wander between IPC namespaces, make new ones and let them end, with adjustments, attached
 * memory and open files of every kind; some are killed on the way.
 *
 * Leaving a namespace applies the adjustments there, so when all have ended every namespace's
 * semaphore is what it was, no segment is attached, and the namespaces that nobody kept are gone with
 * all their objects.
 * Spec: IPC-026, IPC-030 to IPC-034, IPC-037, SEM-027, SHM-017, EXIT-001, DESIGN-016, DESIGN-024
 */
#include "tests/ipc/msg.h"
#include "tests/ipc/shm.h"

#define WORLDS  3
#define WALKERS 4
#define STEPS   40
#define LIVES   24 /* of all walkers together */
#define KEY     0x3a7e
#define BASE    1000

static int worlds[WORLDS]; /* open /proc/self/ns/ipc */

static int set_here(void)
{
	return (int)syscall(SYS_semget, KEY, 0, 0);
}

/* Objects of a namespace that nobody else knows; they end with it. */
static int in_a_new_world(void)
{
	int id, queue, set;
	char *p;

	if (unshare(CLONE_NEWIPC))
		return 1;
	if (set_here() >= 0)
		return 2; /* not empty */
	id = new_segment(4096 + draw(8192));
	queue = new_queue(0600);
	set = new_set(1 + (int)draw(5));
	p = attach(id, NULL, 0);
	if (!p || send_text(queue, 1, "lost with it", 0) || sem_ops(set, OP(0, 2, SEM_UNDO)))
		return 3;
	p[0] = 1;
	if (draw(2))
		rm_segment(id);
	/* Detached later from another namespace, or at the end. */
	return draw(2) && detach(p) ? 4 : 0;
}

static int step(void)
{
	static int file = -1;
	int set, id;
	char c, *p;

	switch (draw(8)) {
	case 0:
		return in_a_new_world();
	case 1:
	case 2:
		return setns(worlds[draw(WORLDS)], CLONE_NEWIPC) ? 5 : 0;
	case 3:
		/* A file stays with its namespace, and keeps it. */
		close(file);
		file = open(draw(2) ? "/proc/sysvipc/shm" : "/proc/self/ns/ipc",
			    O_RDONLY | O_CLOEXEC);
		return file < 0 ? 6 : 0;
	case 4:
		if (file >= 0 && read(file, &c, 1) < 0 && errno != EINVAL)
			return 7;
		return 0;
	case 5:
		id = get_segment(KEY, 0, 0);
		p = id < 0 ? NULL : attach(id, NULL, 0);
		if (p)
			__atomic_add_fetch((int *)p, 1, __ATOMIC_SEQ_CST);
		return id >= 0 && !p ? 8 : draw(2) && p ? detach(p) : 0;
	default:
		set = set_here();
		return set >= 0 && sem_ops(set, OP(0, draw(2) ? 2 : -3, SEM_UNDO)) ? 9 : 0;
	}
}

static pid_t start_walker(void)
{
	unsigned long seed = draw(1u << 30);
	pid_t pid = fork();

	if (pid == 0) {
		int bad = 0;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		rng = seed;
		for (int i = 0; i < STEPS && !bad; i++)
			bad = step();
		_exit(bad);
	}
	return pid;
}

static int prepare(int i)
{
	int set, id;

	if (unshare(CLONE_NEWIPC))
		return 0;
	set = (int)syscall(SYS_semget, KEY, 1, IPC_CREAT | 0600);
	id = get_segment(KEY, 4096, IPC_CREAT | 0600);
	worlds[i] = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
	return worlds[i] >= 0 && id >= 0 && set_value(set, 0, BASE) == 0;
}

int main(int argc, char **argv)
{
	int fine = 1, exact = 1, detached = 1;
	pid_t pids[WALKERS];

	rng = test_seed(argc, argv);
	for (int i = 0; i < WORLDS; i++)
		if (!prepare(i))
			return ktap_skip_all("no IPC namespaces");
	for (int i = 0; i < WALKERS; i++)
		pids[i] = start_walker();
	for (int life = WALKERS; life < LIVES + WALKERS; life++) {
		int i = life % WALKERS, result;

		if (draw(3) == 0) {
			usleep(draw(3000));
			kill(pids[i], SIGKILL);
		}
		result = result_of(pids[i]);
		if (result && result != 1000 + SIGKILL) {
			printf("# a walker ended with %d\n", result);
			fine = 0;
		}
		if (life < LIVES)
			pids[i] = start_walker();
	}
	ok(fine, "IPC-030 IPC-031 IPC-034: every call does what it should in every namespace");
	for (int i = 0; i < WORLDS; i++) {
		fine = setns(worlds[i], CLONE_NEWIPC) == 0;
		exact &= fine && get_value(set_here(), 0) == BASE;
		detached &= fine && attached(get_segment(KEY, 0, 0)) == 0;
	}
	ok(exact, "IPC-037 SEM-027 EXIT-001: whoever left or died has given back, where it took");
	ok(detached, "IPC-033 SHM-017: and has nothing attached");
	return ktap_done();
}
