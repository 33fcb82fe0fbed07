// SPDX-License-Identifier: GPL-2.0-only
/*
 * semctl(): ranges, errors, times, the shape of struct semid_ds.
 * Spec: SEM-015, SEM-016, SEM-041 to SEM-043, SEM-049
 */
#include "tests/ipc/sem.h"

static const int per_semaphore[] = { GETVAL, SETVAL, GETPID, GETNCNT, GETZCNT };

static void test_numbers(int id)
{
	unsigned short values[3] = { 1, 2, 3 };
	struct raw_semid_ds ds;
	int fine = 1;

	for (int i = 0; i < 5; i++)
		fine &= failed_with(raw_semctl(id, 3, per_semaphore[i], 1), EINVAL) &&
			failed_with(raw_semctl(id, -1, per_semaphore[i], 1), EINVAL) &&
			raw_semctl(id, 2, per_semaphore[i], 1) >= 0;
	ok(fine, "SEM-015: a semaphore outside the set is EINVAL");
	ok(raw_semctl(id, 99, SETALL, (unsigned long)values) == 0 &&
		   raw_semctl(id, -1, GETALL, (unsigned long)values) == 0 &&
		   raw_semctl(id, 99, IPC_STAT, (unsigned long)&ds) == 0,
	   "SEM-015: calls for the whole set do not look at it");
	values[1] = 32768;
	ok(failed_with(raw_semctl(id, 0, SETALL, (unsigned long)values), ERANGE) &&
		   get_value(id, 0) == 1 && get_value(id, 1) == 2,
	   "SEM-016: SETALL with a value above 32767 is ERANGE and changes nothing");
	ok(failed_with(raw_semctl(id, 0, SETALL, 8), EFAULT) &&
		   failed_with(raw_semctl(id, 0, GETALL, 8), EFAULT),
	   "SEM-016: a bad array is EFAULT");
	ok(failed_with(raw_semctl(12345678, 0, SETALL, 8), EINVAL) &&
		   failed_with(raw_semctl(12345678, 0, SETVAL, 32768), ERANGE) &&
		   failed_with(raw_semctl(12345678, 0, SETVAL, 1), EINVAL),
	   "SEM-016: ERANGE comes before the id, the array after it");
}

static long otime(int id)
{
	struct raw_semid_ds ds;

	return stat_set(id, &ds) == 0 ? ds.otime : -1;
}

static long set_ctime(int id)
{
	struct raw_semid_ds ds;

	return stat_set(id, &ds) == 0 ? ds.ctime : -1;
}

static void test_times(void)
{
	int id = new_set(2);
	unsigned short values[2] = { 0, 0 };
	struct raw_semid_ds ds;
	long made = set_ctime(id), used, set;
	pid_t p;

	after_second(made);
	sem_ops(id, OP(0, 0, 0));
	used = otime(id);
	ok(used > made && set_ctime(id) == made,
	   "SEM-041: any operation sets otime, and ctime stays");
	after_second(used);
	sem_ops(id, OP(0, -1, IPC_NOWAIT));
	ok(otime(id) == used, "SEM-041: a failed one does not");
	set_value(id, 1, 0);
	set = set_ctime(id);
	ok(set > made && otime(id) == used, "SEM-042: SETVAL sets ctime, not otime");
	after_second(set);
	raw_semctl(id, 0, SETALL, (unsigned long)values);
	ok(set_ctime(id) > set && otime(id) == used, "SEM-042: so does SETALL");
	set = set_ctime(id);
	after_second(set);
	stat_set(id, &ds);
	raw_semctl(id, 0, IPC_SET, (unsigned long)&ds);
	ok(set_ctime(id) > set && otime(id) == used, "SEM-042: so does IPC_SET");
	p = spawn(id, OP(1, -1, 0));
	eventually(ncnt(id, 1) == 1);
	set_value(id, 1, 1);
	result_of(p);
	ok(otime(id) > used, "SEM-042: but a sleeper that it completes sets otime");
	rm_set(id);
}

static void test_shape(int id)
{
	unsigned char bytes[128];
	struct raw_semid_ds *ds = (void *)bytes, by_index;
	int beyond = 1;

	memset(bytes, 0xaa, sizeof(bytes));
	_Static_assert(sizeof(*ds) == 104 && offsetof(struct raw_semid_ds, otime) == 48 &&
			       offsetof(struct raw_semid_ds, ctime) == 64 &&
			       offsetof(struct raw_semid_ds, nsems) == 80,
		       "SEM-043");
	stat_set(id, ds);
	for (int i = 104; i < 128; i++)
		beyond &= bytes[i] == 0xaa;
	ok(beyond && ds->nsems == 3 && !ds->unused1 && !ds->unused2 && !ds->unused3 &&
		   !ds->unused4 && !ds->unused5 && !ds->unused6 && !ds->pad,
	   "SEM-043: struct semid64_ds: 104 bytes, padding zero");
	ok(raw_semctl(id & 32767, 0, SEM_STAT, (unsigned long)&by_index) == id &&
		   !memcmp(&by_index, ds, 104) &&
		   raw_semctl(id & 32767, 0, SEM_STAT_ANY, (unsigned long)&by_index) == id &&
		   !memcmp(&by_index, ds, 104),
	   "SEM-049: SEM_STAT fills the same and returns the id");
}

int main(void)
{
	int id = new_set(3);

	test_numbers(id);
	test_shape(id);
	test_times();
	rm_set(id);
	return ktap_done();
}
