// SPDX-License-Identifier: GPL-2.0-only
/*
 * semget() and semop(): values, limits, atomicity, errors and their order.
 * Spec: SEM-001 to SEM-014, SEM-047, SEM-048, DESIGN-029, DESIGN-031
 */
#include "tests/ipc/sem.h"

static long get(int key, int nsems, int flags)
{
	return syscall(SYS_semget, key, nsems, flags);
}

static void test_get(void)
{
	struct raw_semid_ds ds;
	long id;

	ok(failed_with(get(IPC_PRIVATE, 0, 0600), EINVAL) &&
		   failed_with(get(IPC_PRIVATE, -1, 0600), EINVAL) &&
		   failed_with(get(IPC_PRIVATE, 32001, 0600), EINVAL),
	   "SEM-001: 0, -1 and 32001 semaphores are EINVAL");
	id = get(IPC_PRIVATE, 32000, 0600);
	ok(id >= 0 && stat_set((int)id, &ds) == 0 && ds.nsems == 32000, "SEM-001: 32000 are fine");
	ok(set_value((int)id, 31999, 77) == 0 && get_value((int)id, 31999) == 77 &&
		   sem_ops((int)id, OP(0, 1, 0), OP(31999, -77, 0)) == 0,
	   "SEM-001: also the last one works");
	rm_set((int)id);

	id = get(0x53454d02, 3, IPC_CREAT | 0600);
	ok(get(0x53454d02, 0, 0) == id && get(0x53454d02, 2, 0600) == id &&
		   get(0x53454d02, 3, 0600) == id,
	   "SEM-002: an existing set may be asked for with fewer");
	ok(failed_with(get(0x53454d02, 4, 0600), EINVAL) &&
		   failed_with(get(0x53454d02, -1, 0600), EINVAL) &&
		   failed_with(get(0x53454d02, 32001, 0600), EINVAL),
	   "SEM-002: but not with more than it has");
	ok(stat_set((int)id, &ds) == 0 && ds.otime == 0 && is_now(ds.ctime) && ds.nsems == 3,
	   "SEM-003: a new set was never used and is made now");
	ok(get_value((int)id, 0) == 0 && get_value((int)id, 2) == 0 &&
		   raw_semctl((int)id, 1, GETPID, 0) == 0,
	   "SEM-003: its values and pids are 0");
	rm_set((int)id);
}

static void test_basic_operations(int id)
{
	unsigned short raw[3] = { 0, 5, 0 };

	_Static_assert(sizeof(struct sembuf) == 6, "SEM-004");
	ok(raw_semop(id, (struct sembuf *)raw, 1) == 0 && get_value(id, 0) == 5,
	   "SEM-004: three 16-bit numbers are an operation");
	raw[1] = (unsigned short)-6;
	raw[2] = 04000;
	ok(SEM_UNDO == 0x1000 && failed_with(raw_semop(id, (struct sembuf *)raw, 1), EAGAIN),
	   "SEM-004: IPC_NOWAIT is 04000");
	ok(sem_ops(id, OP(1, 2, 0)) == 0 && sem_ops(id, OP(0, -3, 0)) == 0 &&
		   get_value(id, 0) == 2 && get_value(id, 1) == 2,
	   "SEM-005: adding and subtracting");
	ok(failed_with(sem_ops(id, OP(0, -3, IPC_NOWAIT)), EAGAIN) && get_value(id, 0) == 2,
	   "SEM-005: too much with IPC_NOWAIT is EAGAIN");
	ok(failed_with(sem_ops(id, OP(0, 0, IPC_NOWAIT)), EAGAIN) &&
		   sem_ops(id, OP(0, -2, 0)) == 0 && sem_ops(id, OP(0, 0, 0)) == 0,
	   "SEM-005: an operation of 0 wants the value 0");
	set_value(id, 1, 0);
}

static void test_argument_errors(int id)
{
	static struct sembuf many[501];

	for (int i = 0; i < 501; i++)
		many[i] = OP(0, i % 2 ? -1 : 1, 0);
	ok(failed_with(raw_semop(id, many, 0), EINVAL), "SEM-006: no operation is EINVAL");
	ok(raw_semop(id, many, 500) == 0 && get_value(id, 0) == 0, "SEM-006: 500 operations");
	ok(failed_with(raw_semop(id, many, 501), E2BIG) &&
		   failed_with(raw_semop(id, (void *)8, 501), E2BIG) &&
		   failed_with(raw_semop(-1, (void *)8, 0), EINVAL),
	   "SEM-006: more are E2BIG, before the array is read");
	ok(failed_with(raw_semop(-1, (void *)8, 1), EFAULT) &&
		   failed_with(raw_semop(0x7fffffff, (void *)8, 1), EFAULT) &&
		   failed_with(raw_semop(id, (void *)8, 500), EFAULT),
	   "SEM-006: then the array (EFAULT)");
	ok(failed_with(raw_semop(-1, many, 1), EINVAL) &&
		   failed_with(raw_semop(0x7fffffff, many, 1), EINVAL),
	   "SEM-006: then the id (EINVAL)");
	ok(failed_with(sem_ops(id, OP(0, 1, 0), OP(3, 1, 0)), EFBIG) && get_value(id, 0) == 0,
	   "SEM-007: a number outside the set is EFBIG and nothing is done");
	ok(failed_with(sem_ops(id, OP(65535, 0, 0)), EFBIG), "SEM-007: also the largest number");
	set_value(id, 0, SEMVMX);
	ok(failed_with(sem_ops(id, OP(1, 1, 0), OP(0, 1, 0)), ERANGE) && get_value(id, 1) == 0 &&
		   get_value(id, 0) == SEMVMX,
	   "SEM-008: above 32767 is ERANGE and nothing is done");
	set_value(id, 0, 0);
	ok(failed_with(sem_ops(id, OP(0, 32767, 0), OP(0, 1, 0), OP(0, -1, 0)), ERANGE) &&
		   get_value(id, 0) == 0,
	   "SEM-008: also in the middle of an array");
}

static void test_atomicity(int id)
{
	set_value(id, 0, 1);
	ok(failed_with(sem_ops(id, OP(0, -1, 0), OP(1, -1, IPC_NOWAIT)), EAGAIN) &&
		   get_value(id, 0) == 1,
	   "SEM-010 DESIGN-031: all together or none");
	set_value(id, 0, 0);
	ok(sem_ops(id, OP(0, 1, 0), OP(0, -1, 0)) == 0 &&
		   sem_ops(id, OP(0, 0, 0), OP(0, 1, 0)) == 0 && get_value(id, 0) == 1,
	   "SEM-011: operations see what earlier ones of their array did");
	set_value(id, 0, 0);
	ok(failed_with(sem_ops(id, OP(0, -1, IPC_NOWAIT), OP(0, 1, 0)), EAGAIN),
	   "SEM-011: and not what later ones will do");
}

static void test_who_decides_about_sleeping(int id)
{
	pid_t pid;

	set_value(id, 0, 0);
	set_value(id, 1, 0);
	pid = spawn(id, OP(0, -2, 0), OP(1, -1, IPC_NOWAIT));
	ok(eventually(ncnt(id, 0) == 1),
	   "SEM-012: the first that cannot go on has no IPC_NOWAIT: sleeps");
	set_value(id, 0, 2);
	ok(result_of(pid) == EAGAIN && get_value(id, 0) == 2,
	   "SEM-012: later another stops it that has the flag: EAGAIN, nothing done");
	set_value(id, 0, 1);
	pid = spawn(id, OP(0, -1, 0), OP(1, -1, 0));
	ok(eventually(ncnt(id, 1) == 1) && get_value(id, 0) == 1,
	   "SEM-013: nothing of a sleeping call is visible");
	ok(sem_ops(id, OP(0, -1, IPC_NOWAIT)) == 0, "SEM-013: others may take the value");
	ok(sem_ops(id, OP(1, 1, 0)) == 0 && get_value(id, 1) == 1 && !has_ended(pid),
	   "SEM-013: so that it sleeps on");
	ok(sem_ops(id, OP(0, 1, 0)) == 0 && result_of(pid) == 0 && get_value(id, 1) == 0,
	   "SEM-013: until it can have all");
}

static void test_many_semaphores(void)
{
	unsigned short in[300], out[300];
	int id = new_set(300), same = 1, fine = 1;
	struct sembuf sops[200];
	struct raw_semid_ds ds;

	for (int i = 0; i < 300; i++)
		in[i] = (unsigned short)(i * 109);
	ok(raw_semctl(id, 0, SETALL, (unsigned long)in) == 0 &&
		   raw_semctl(id, 0, GETALL, (unsigned long)out) == 0 &&
		   !memcmp(in, out, sizeof(in)),
	   "SEM-048 SEM-014: SETALL and GETALL of 300 semaphores");
	ok(set_value(id, 299, 5) == 0 && get_value(id, 299) == 5, "SEM-014: SETVAL and GETVAL");
	memset(in, 0, sizeof(in));
	raw_semctl(id, 0, SETALL, (unsigned long)in);
	ok(failed_with(sem_ops(id, OP(0, 1, 0), OP(64, -1, IPC_NOWAIT)), EAGAIN) &&
		   get_value(id, 0) == 0,
	   "SEM-047: numbers that are equal modulo 64 are still different semaphores");
	ok(sem_ops(id, OP(0, 1, 0), OP(64, 1, 0), OP(64, -1, 0), OP(128, 1, 0)) == 0 &&
		   get_value(id, 0) == 1 && get_value(id, 64) == 0 && get_value(id, 128) == 1,
	   "SEM-047: each gets its own change");
	for (int i = 0; i < 200; i++)
		sops[i] = OP(i, 3, 0);
	sops[199] = OP(250, -1, IPC_NOWAIT);
	raw_semctl(id, 0, GETALL, (unsigned long)in);
	same = failed_with(raw_semop(id, sops, 200), EAGAIN) &&
	       raw_semctl(id, 0, GETALL, (unsigned long)out) == 0 && !memcmp(in, out, sizeof(in));
	ok(same, "SEM-047: 200 operations of which the last fails change nothing");
	sops[199] = OP(199, 3, 0);
	fine = raw_semop(id, sops, 200) == 0;
	for (int i = 0; i < 200; i++)
		fine &= get_value(id, i) == in[i] + 3;
	ok(fine, "SEM-047: 200 operations that can be done are done");
	ok(stat_set(id, &ds) == 0 && is_now(ds.otime),
	   "DESIGN-029: the latest operation on any of them is the set's otime");
	rm_set(id);
}

static int as_other_user(void)
{
	int r = atoi(getenv("SET_R")), w = atoi(getenv("SET_W")), bad = 0;
	unsigned short values[1] = { 3 };

	if (setgid(1000) || setuid(1000))
		return 90;
	/* r: 0644, w: 0622 */
	bad |= sem_ops(r, OP(0, 0, 0)) != 0;
	bad |= !failed_with(sem_ops(r, OP(0, 1, 0)), EACCES) << 1;
	bad |= !failed_with(sem_ops(r, OP(0, 0, 0), OP(0, 1, 0)), EACCES) << 1;
	bad |= get_value(r, 0) != 0 || raw_semctl(r, 0, GETPID, 0) < 0 || ncnt(r, 0) != 0 ||
	       zcnt(r, 0) != 0 || raw_semctl(r, 0, GETALL, (unsigned long)values) != 0;
	bad |= !failed_with(set_value(r, 0, 1), EACCES) << 2;
	bad |= !failed_with(raw_semctl(r, 0, SETALL, (unsigned long)values), EACCES) << 2;
	bad |= (sem_ops(w, OP(0, 1, 0)) != 0) << 3;
	bad |= !failed_with(sem_ops(w, OP(0, 0, IPC_NOWAIT)), EACCES) << 4;
	bad |= !(failed_with(get_value(w, 0), EACCES) && failed_with(ncnt(w, 0), EACCES) &&
		 failed_with(zcnt(w, 0), EACCES) &&
		 failed_with(raw_semctl(w, 0, GETPID, 0), EACCES) &&
		 failed_with(raw_semctl(w, 0, GETALL, (unsigned long)values), EACCES))
	       << 4;
	bad |= (set_value(w, 0, 1) != 0 || raw_semctl(w, 0, SETALL, (unsigned long)values) != 0)
	       << 5;
	return bad;
}

static void test_permissions(void)
{
	int r = (int)get(IPC_PRIVATE, 1, 0644), w = (int)get(IPC_PRIVATE, 1, 0622), bad;
	char text[16];

	snprintf(text, sizeof(text), "%d", r);
	setenv("SET_R", text, 1);
	snprintf(text, sizeof(text), "%d", w);
	setenv("SET_W", text, 1);
	bad = in_child(as_other_user);
	ok(!(bad & ~0x3f & 0xff) && !(bad & 1),
	   "SEM-009: with read permission: wait for 0, GET… (%#x)", bad);
	ok(!(bad & 6), "SEM-009: but no change, no SETVAL, no SETALL");
	ok(!(bad & 0x28), "SEM-009: with write permission: changes, SETVAL, SETALL");
	ok(!(bad & 0x10), "SEM-009: but no wait for 0, no GET…");
	rm_set(r);
	rm_set(w);
}

int main(void)
{
	int id;

	test_get();
	id = new_set(3);
	test_basic_operations(id);
	test_argument_errors(id);
	test_atomicity(id);
	test_who_decides_about_sleeping(id);
	rm_set(id);
	test_many_semaphores();
	if (geteuid() == 0)
		test_permissions();
	return ktap_done();
}
