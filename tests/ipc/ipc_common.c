// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the three kinds of System V objects have in common: numbers, keys, ids, modes, owners.
 * Spec: IPC-001 to IPC-018, IPC-020 to IPC-022, IPC-035, IPC-036, IPC-038, SEM-016, SEM-053, EXIT-009,
 * DESIGN-011, DESIGN-018 to DESIGN-023
 */
#define _GNU_SOURCE
#include <grp.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include "tests/ipc/sem.h"

#define CAP_IPC_OWNER 15
#define CAP_SYS_ADMIN 21

/* One kind, by its raw calls. */
static const struct kind {
	const char *name;
	long get, ctl;
	int stat_index, info_kind, stat_any, size, buffer;
} kinds[] = {
	{ "msg", SYS_msgget, SYS_msgctl, 11, 12, 13, 0, 120 },
	{ "sem", SYS_semget, SYS_semctl, 18, 19, 20, 2, 104 },
	{ "shm", SYS_shmget, SYS_shmctl, 13, 14, 15, 4096, 112 },
};

#define for_each_kind(k) for (const struct kind *k = kinds; k < kinds + 3; k++)

static long get_sized(const struct kind *k, long key, long size, long flags)
{
	if (k->get == SYS_msgget)
		return syscall(k->get, key, flags);
	return syscall(k->get, key, size, flags);
}

static long get(const struct kind *k, long key, long flags)
{
	return get_sized(k, key, k->size, flags);
}

static long ctl(const struct kind *k, long id, long cmd, void *p)
{
	if (k->ctl == SYS_semctl)
		return syscall(k->ctl, id, 0, cmd, p);
	return syscall(k->ctl, id, cmd, p);
}

static long rm(const struct kind *k, long id)
{
	return ctl(k, id, IPC_RMID, NULL);
}

/* Begins with struct ipc64_perm, whatever the kind. */
union any_ds {
	struct raw_semid_ds perm;
	unsigned char bytes[256];
};

static void test_numbers(const struct kind *k)
{
	long id = get(k, IPC_PRIVATE, 0600);
	union any_ds ds;
	int beyond = 1;

	_Static_assert(SYS_shmget == 29 && SYS_shmat == 30 && SYS_shmctl == 31 &&
			       SYS_semget == 64 && SYS_semop == 65 && SYS_semctl == 66 &&
			       SYS_shmdt == 67 && SYS_msgget == 68 && SYS_msgsnd == 69 &&
			       SYS_msgrcv == 70 && SYS_msgctl == 71 && SYS_semtimedop == 220,
		       "IPC-001");
	ok(id >= 0, "IPC-001: %sget by its number", k->name);
	memset(&ds, 0x55, sizeof(ds));
	ok(ctl(k, id, IPC_STAT, &ds) == 0 && ds.perm.key == 0 && ds.perm.mode == 0600 &&
		   ds.perm.unused1 == 0 && ds.perm.unused2 == 0 && ds.perm.pad == 0,
	   "IPC-002: %s: IPC_STAT fills a struct ipc64_perm", k->name);
	for (size_t i = 0; i < sizeof(ds); i++)
		beyond &= i < (size_t)k->buffer || ds.bytes[i] == 0x55;
	ok(beyond && ds.bytes[k->buffer - 1] == 0, "IPC-002: %s: and %d bytes in all", k->name,
	   k->buffer);
	ok(failed_with(ctl(k, id, IPC_STAT + 0x100, &ds), EINVAL),
	   "IPC-002: %s: IPC_64 is not for this ABI", k->name);
	ok(failed_with(ctl(k, -1, IPC_STAT, &ds), EINVAL) &&
		   failed_with(ctl(k, id, 77, &ds), EINVAL) &&
		   failed_with(ctl(k, id, -3, &ds), EINVAL),
	   "IPC-014: %s: negative ids and unknown commands are EINVAL", k->name);
	ok(failed_with(ctl(k, id, IPC_STAT, (void *)8), EFAULT) &&
		   failed_with(ctl(k, id + 32768, IPC_STAT, (void *)8), EINVAL) &&
		   failed_with(ctl(k, id + 32768, IPC_SET, (void *)8), EFAULT),
	   "IPC-015: %s: IPC_SET reads first, IPC_STAT looks at the id first", k->name);
	ok(rm(k, id) == 0, "IPC-002: %s: IPC_RMID", k->name);
}

static void test_keys(const struct kind *k)
{
	long a = get(k, IPC_PRIVATE, 0600), b = get(k, IPC_PRIVATE, IPC_CREAT | 0600),
	     c = get(k, IPC_PRIVATE, IPC_CREAT | IPC_EXCL | 0600), id, other;

	ok(a >= 0 && b >= 0 && c >= 0 && a != b && b != c && a != c,
	   "IPC-003: %s: IPC_PRIVATE always makes a new one", k->name);
	rm(k, a);
	rm(k, b);
	rm(k, c);
	ok(failed_with(get(k, 0x12345, 0600), ENOENT) &&
		   failed_with(get(k, 0x12345, 0600 | IPC_EXCL), ENOENT),
	   "IPC-004: %s: an unknown key is ENOENT", k->name);
	id = get(k, 0x12345, IPC_CREAT | 0600);
	ok(id >= 0 && get(k, 0x12345, 0600) == id && get(k, 0x12345, IPC_CREAT | 0600) == id,
	   "IPC-005: %s: a key names one object", k->name);
	ok(failed_with(get(k, 0x12345, IPC_CREAT | IPC_EXCL | 0600), EEXIST),
	   "IPC-005: %s: IPC_CREAT and IPC_EXCL: EEXIST", k->name);
	rm(k, id);
	other = get(k, -0x12345, IPC_CREAT | 0600);
	ok(other >= 0 && get(k, -0x12345, 0) == other, "IPC-005: %s: keys may be negative",
	   k->name);
	rm(k, other);
	ok(failed_with(get(k, -0x12345, 0), ENOENT), "DESIGN-023: %s: a removed key is free",
	   k->name);
}

static void test_separate_keys(void)
{
	long id[3];
	int n = 0, fine = 1;

	for_each_kind(k) id[n++] = get(k, 0x777, IPC_CREAT | IPC_EXCL | 0600);
	if (failed_with(id[0], ENOSYS) || failed_with(id[2], ENOSYS)) {
		skip("IPC-005: not all kinds are there");
		return;
	}
	n = 0;
	for_each_kind(k)
	{
		fine &= id[n] >= 0 && get(k, 0x777, 0) == id[n];
		rm(k, id[n++]);
	}
	ok(fine, "IPC-005: the kinds have keys of their own");
}

static void test_mode(const struct kind *k)
{
	union any_ds ds;
	long id;

	umask(077);
	id = get(k, 0x888, IPC_CREAT | IPC_EXCL | 0777);
	umask(022);
	ok(ctl(k, id, IPC_STAT, &ds) == 0 && ds.perm.mode == 0777,
	   "IPC-006: %s: nine mode bits, no umask, no other flags", k->name);
	ok(ds.perm.uid == geteuid() && ds.perm.cuid == geteuid() && ds.perm.gid == getegid() &&
		   ds.perm.cgid == getegid() && ds.perm.seq == id >> 15,
	   "IPC-007 IPC-016: %s: owner and creator are the caller, seq is the id's", k->name);
	ds.perm.cuid = 77;
	ds.perm.key = 5;
	ds.perm.uid = 55;
	ds.perm.gid = 66;
	ds.perm.mode = 01640;
	ok(ctl(k, id, IPC_SET, &ds) == 0 && ctl(k, id, IPC_STAT, &ds) == 0 && ds.perm.uid == 55 &&
		   ds.perm.gid == 66 && ds.perm.mode == 0640 && ds.perm.cuid == geteuid() &&
		   ds.perm.key == 0x888,
	   "IPC-011: %s: IPC_SET changes uid, gid and mode only", k->name);
	ds.perm.uid = -1;
	ok(failed_with(ctl(k, id, IPC_SET, &ds), EINVAL), "IPC-011: %s: uid -1 is EINVAL", k->name);
	ds.perm.uid = 0;
	ds.perm.gid = -1;
	ok(failed_with(ctl(k, id, IPC_SET, &ds), EINVAL), "IPC-011: %s: gid -1 is EINVAL", k->name);
	rm(k, id);
}

static void test_ids(const struct kind *k)
{
	long a = get(k, IPC_PRIVATE, 0600), b = get(k, IPC_PRIVATE, 0600), c;
	union any_ds ds;

	ok((b & 32767) != (a & 32767), "IPC-016: %s: another index for each object", k->name);
	rm(k, a);
	c = get(k, IPC_PRIVATE, 0600);
	ok(c != a, "IPC-017: %s: a removed id is not given out again soon", k->name);
	ok(failed_with(ctl(k, a, IPC_STAT, &ds), EINVAL) &&
		   failed_with(ctl(k, b + 32768, IPC_STAT, &ds), EINVAL) &&
		   failed_with(rm(k, a), EINVAL),
	   "IPC-018 DESIGN-021: %s: stale ids are EINVAL", k->name);
	ok(ctl(k, b & 32767, k->stat_index, &ds) == b &&
		   ctl(k, (b & 32767) | 98304, k->stat_index, &ds) == b,
	   "IPC-020: %s: *_STAT takes an index and returns the id", k->name);
	ok(failed_with(ctl(k, a & 32767, k->stat_index, &ds), EINVAL) || (a & 32767) == (c & 32767),
	   "IPC-020: %s: an unused index is EINVAL", k->name);
	ok(ctl(k, 0, IPC_INFO, ds.bytes) >= (c & 32767) &&
		   ctl(k, 0, k->info_kind, ds.bytes) == ctl(k, 0, IPC_INFO, ds.bytes),
	   "IPC-021: %s: *_INFO return the highest index", k->name);
	rm(k, b);
	rm(k, c);
}

/* ---- other users ---- */

static const struct kind *kind_now;
static long id_now;

static int stranger(void)
{
	const struct kind *k = kind_now;
	union any_ds ds;
	int bad = 0;

	if (setgroups(0, NULL) || setgid(1000) || setuid(1000))
		return 99;
	/* mode 0640, owner root */
	bad |= get(k, 0x999, 0) != id_now;
	bad |= !(failed_with(get(k, 0x999, 0400), EACCES) &&
		 failed_with(get(k, 0x999, 0040), EACCES) &&
		 failed_with(get(k, 0x999, 0004), EACCES))
	       << 1;
	bad |= !failed_with(get(k, 0x999, IPC_CREAT | IPC_EXCL | 0600), EEXIST) << 2;
	if (k->size)
		bad |= !(failed_with(get_sized(k, 0x999, k->size + 1, 0600), EINVAL) &&
			 failed_with(get_sized(k, 0x999, k->size, 0600), EACCES))
		       << 2;
	bad |= !(failed_with(ctl(k, id_now, IPC_STAT, &ds), EACCES) &&
		 failed_with(ctl(k, id_now & 32767, k->stat_index, &ds), EACCES))
	       << 3;
	bad |= (ctl(k, id_now & 32767, k->stat_any, &ds) != id_now) << 4;
	bad |= !failed_with(rm(k, id_now), EPERM) << 5;
	memset(&ds, 0, sizeof(ds));
	bad |= !failed_with(ctl(k, id_now, IPC_SET, &ds), EPERM) << 5;
	bad |= (ctl(k, 0, IPC_INFO, ds.bytes) < 0) << 6;
	return bad;
}

static int group_member(void)
{
	gid_t groups[1] = { 2000 };
	union any_ds ds;

	/* The object: gid 2000, mode 0640, uid 1500. */
	if (setgroups(1, groups) || setgid(1000) || setuid(1000))
		return 99;
	if (ctl(kind_now, id_now, IPC_STAT, &ds) != 0)
		return 1;
	if (!failed_with(ctl(kind_now, id_now, IPC_SET, &ds), EPERM) ||
	    !failed_with(rm(kind_now, id_now), EPERM))
		return 2;
	return 0;
}

static int owner_shut_out(void)
{
	union any_ds ds;
	long id;

	if (setgid(1000) || setuid(1000))
		return 99;
	id = get(kind_now, IPC_PRIVATE, 0066);
	if (!failed_with(ctl(kind_now, id, IPC_STAT, &ds), EACCES))
		return 1;
	memset(&ds, 0, sizeof(ds));
	ds.perm.uid = 2000;
	ds.perm.gid = 1000;
	ds.perm.mode = 0600;
	if (kind_now->get == SYS_msgget)
		memcpy(ds.bytes + 88, &(unsigned long){ 16384 }, 8); /* msg_qbytes */
	/* Given away: the creator may still set and remove. */
	if (ctl(kind_now, id, IPC_SET, &ds) != 0 || ctl(kind_now, id, IPC_SET, &ds) != 0)
		return 2;
	return rm(kind_now, id) == 0 ? 0 : 3;
}

struct cap_data {
	uint32_t effective, permitted, inheritable;
};

/* Root without any capability but one. */
static int keep_only(int cap)
{
	struct {
		uint32_t version;
		int pid;
	} head = { 0x20080522, 0 };
	struct cap_data data[2] = { { 0 }, { 0 } };

	data[cap / 32].effective = data[cap / 32].permitted = 1u << (cap % 32);
	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	if (setgroups(0, NULL) || setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000))
		return -1;
	return (int)syscall(SYS_capset, &head, data);
}

static int only_ipc_owner(void)
{
	union any_ds ds;

	if (keep_only(CAP_IPC_OWNER))
		return 99;
	if (ctl(kind_now, id_now, IPC_STAT, &ds) != 0)
		return 1;
	return failed_with(ctl(kind_now, id_now, IPC_SET, &ds), EPERM) &&
			       failed_with(rm(kind_now, id_now), EPERM) ?
		       0 :
		       2;
}

static int only_sys_admin(void)
{
	union any_ds ds;

	if (keep_only(CAP_SYS_ADMIN))
		return 99;
	if (!failed_with(ctl(kind_now, id_now, IPC_STAT, &ds), EACCES))
		return 1;
	return rm(kind_now, id_now) == 0 ? 0 : 2;
}

static void test_users(const struct kind *k)
{
	union any_ds ds;
	int bad;

	kind_now = k;
	id_now = get(k, 0x999, IPC_CREAT | IPC_EXCL | 0640);
	bad = in_child(stranger);
	ok(!(bad & 1), "IPC-009: %s: asking for nothing always succeeds (%#x)", k->name, bad);
	ok(!(bad & 2), "IPC-009: %s: any of the three positions asks for the permission", k->name);
	ok(!(bad & 4), "IPC-010 DESIGN-019: %s: EEXIST, then size, then permission", k->name);
	ok(!(bad & 8), "IPC-013 IPC-022: %s: *_STAT need read permission", k->name);
	ok(!(bad & 16), "IPC-022: %s: *_STAT_ANY does not", k->name);
	ok(!(bad & 32), "IPC-012 DESIGN-022: %s: strangers may not set or remove", k->name);
	ok(!(bad & 64), "IPC-021: %s: *_INFO needs no permission", k->name);
	ctl(k, id_now, IPC_STAT, &ds);
	ds.perm.uid = 1500;
	ds.perm.gid = 2000;
	ds.perm.mode = 0640;
	ctl(k, id_now, IPC_SET, &ds);
	bad = in_child(group_member);
	ok(bad == 0, "IPC-008 IPC-012: %s: a member of the group may read, not set (%d)", k->name,
	   bad);
	bad = in_child(owner_shut_out);
	ok(bad == 0, "IPC-008 IPC-012: %s: only the owner's bits count for the owner (%d)", k->name,
	   bad);
	bad = in_child(only_ipc_owner);
	ok(bad == 0, "IPC-038 IPC-008: %s: CAP_IPC_OWNER passes mode bits only (%d)", k->name, bad);
	bad = in_child(only_sys_admin);
	ok(bad == 0, "IPC-038 IPC-012: %s: CAP_SYS_ADMIN may remove, not read (%d)", k->name, bad);
}

/* ---- what outlives its maker; dirty registers ---- */

static int make_and_leave(void)
{
	int id = (int)syscall(SYS_semget, 0xaaa, 2, IPC_CREAT | 0600);

	set_value(id, 1, 42);
	return 0;
}

static void test_outliving(void)
{
	int id;

	in_child(make_and_leave);
	id = (int)syscall(SYS_semget, 0xaaa, 2, 0);
	ok(id >= 0 && get_value(id, 1) == 42, "IPC-035 EXIT-009: objects outlive their makers");
	rm_set(id);
}

static void test_dirty_registers(void)
{
	const long dirt = 0x5a5a5a5a00000000;
	long id = syscall(SYS_semget, dirt | 0xbbb, dirt | 2, dirt | IPC_CREAT | 0600);
	struct sembuf op = OP(0, 1, 0);

	ok(id >= 0 && syscall(SYS_semget, 0xbbb, 0, 0) == id,
	   "IPC-036 DESIGN-011: upper halves of key, number and flags are ignored");
	ok(syscall(SYS_semop, dirt | id, &op, dirt | 1) == 0 && get_value((int)id, 0) == 1,
	   "IPC-036: also of the id and of nsops");
	ok(syscall(SYS_semctl, dirt | id, dirt | 1, dirt | SETVAL, dirt | 9) == 0 &&
		   get_value((int)id, 1) == 9,
	   "SEM-053 IPC-036: and of SETVAL's value");
	ok(failed_with(syscall(SYS_semctl, dirt | 0xffffffff, 0, GETVAL, 0), EINVAL) &&
		   failed_with(syscall(SYS_semget, IPC_PRIVATE, dirt | 0xffffffff, 0600), EINVAL),
	   "IPC-036: an int of -1 is negative whatever stands above it");
	ok(failed_with(set_value((int)id, 0, 32768), ERANGE) &&
		   failed_with(set_value((int)id, 0, -1), ERANGE) &&
		   failed_with(set_value(0x7fffff, 0, -1), ERANGE),
	   "SEM-016: a value that cannot be is ERANGE, also for an unknown id");
	rm_set((int)id);
}

static int count_indices(void)
{
	int id[200], fine = 1;

	if (unshare(CLONE_NEWIPC))
		return 99;
	for (int i = 0; i < 130; i++) {
		int expected = i / 64 * 32768 + i % 64, got = new_set(1);

		fine &= got == expected;
		rm_set(got);
	}
	if (!fine)
		return 1;
	if (unshare(CLONE_NEWIPC))
		return 99;
	for (int i = 0; i < 200; i++) {
		id[i] = new_set(1);
		fine &= id[i] == i;
	}
	if (!fine)
		return 2;
	rm_set(199);
	rm_set(100);
	if (raw_semctl(0, 0, IPC_INFO, (unsigned long)id) != 198)
		return 3;
	rm_set(198);
	return raw_semctl(0, 0, SEM_INFO, (unsigned long)id) == 197 && new_set(1) == 200 ? 0 : 4;
}

int main(void)
{
	int bad;

	for_each_kind(k)
	{
		if (failed_with(get(k, IPC_PRIVATE, 0600), ENOSYS)) {
			skip("%sget is not there", k->name);
			continue;
		}
		test_numbers(k);
		test_keys(k);
		test_mode(k);
		test_ids(k);
		if (geteuid() == 0)
			test_users(k);
	}
	test_separate_keys();
	test_outliving();
	test_dirty_registers();
	bad = geteuid() ? 0 : in_child(count_indices);
	ok(bad == 0 || bad == 99, "IPC-016 IPC-017 IPC-021 DESIGN-020: indices go round (%d)", bad);
	return ktap_done();
}
