// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcs: shared memory segments. SHM_STAT_ANY walks them all, whoever may read them.
 * Start at: next_segment().
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/shm.h>
#include <unistd.h>
#include "user/ipcs.h"

/* The next segment at or after *@index, which moves behind it; its id, or -1 at the end. */
static int next_segment(int *index, struct shmid_ds *ds)
{
	struct shm_info info;
	int last = shmctl(0, SHM_INFO, (struct shmid_ds *)&info);

	while (*index <= last) {
		int id = shmctl((*index)++, SHM_STAT_ANY, ds);

		if (id >= 0)
			return id;
	}
	return -1;
}

static void list(void)
{
	struct shmid_ds ds;
	int index = 0, id;

	printf("\n------ Shared Memory Segments --------\n");
	printf("%-10s %-10s %-10s %-10s %-10s %-10s %-12s\n", "key", "shmid", "owner", "perms",
	       unit == UNIT_HUMAN ? "size" : "bytes", "nattch", "status");
	while ((id = next_segment(&index, &ds)) >= 0) {
		printf("0x%08x %-10d %-10.10s %-10o ", ds.shm_perm.__key, id,
		       user_name(ds.shm_perm.uid), ds.shm_perm.mode & 0777);
		print_size_column(ds.shm_segsz, 10);
		printf("%-10lu %-6s %-6s\n", (unsigned long)ds.shm_nattch,
		       ds.shm_perm.mode & SHM_DEST ? "dest" : "",
		       ds.shm_perm.mode & SHM_LOCKED ? "locked" : "");
	}
}

static void times(void)
{
	struct shmid_ds ds;
	int index = 0, id;

	printf("\n------ Shared Memory Attach/Detach/Change Times --------\n");
	printf("%-10s %-10s %-20s %-20s %-20s\n", "shmid", "owner", "attached", "detached",
	       "changed");
	while ((id = next_segment(&index, &ds)) >= 0)
		printf("%-10d %-10.10s %-20s %-20s %-20s\n", id, user_name(ds.shm_perm.uid),
		       short_time(ds.shm_atime), short_time(ds.shm_dtime),
		       short_time(ds.shm_ctime));
}

static void pids(void)
{
	struct shmid_ds ds;
	int index = 0, id;

	printf("\n------ Shared Memory Creator/Last-op PIDs --------\n");
	printf("%-10s %-10s %-10s %-10s\n", "shmid", "owner", "cpid", "lpid");
	while ((id = next_segment(&index, &ds)) >= 0)
		printf("%-10d %-10.10s %-10d %-10d\n", id, user_name(ds.shm_perm.uid), ds.shm_cpid,
		       ds.shm_lpid);
}

static void creators(void)
{
	struct shmid_ds ds;
	int index = 0, id;

	printf("\n------ Shared Memory Segment Creators/Owners --------\n");
	printf("%-10s %-10s %-10s %-10s %-10s %-10s\n", "shmid", "perms", "cuid", "cgid", "uid",
	       "gid");
	while ((id = next_segment(&index, &ds)) >= 0)
		print_creators(id, &ds.shm_perm);
}

/* @pages in units of @unit_size; where that is too large a number, the largest that fits. */
static uint64_t pages_to(uint64_t pages, uint64_t unit_size)
{
	uint64_t per_page = getpagesize() / unit_size, units;

	if (__builtin_mul_overflow(pages, per_page, &units))
		units = UINT64_MAX - UINT64_MAX % per_page;
	return units;
}

static void limits(void)
{
	struct shminfo info;

	if (shmctl(0, IPC_INFO, (struct shmid_ds *)&info) < 0)
		fail("shmctl(IPC_INFO)");
	printf("\n------ Shared Memory Limits --------\n");
	printf("max number of segments = %lu\n", (unsigned long)info.shmmni);
	print_size_limit("max seg size", info.shmmax, 1);
	if (unit == UNIT_DEFAULT)
		printf("max total shared memory (kbytes) = %llu\n",
		       (unsigned long long)pages_to(info.shmall, 1024));
	else
		print_size_limit("max total shared memory", pages_to(info.shmall, 1), 0);
	print_size_limit("min seg size", info.shmmin, 0);
}

static void summary(void)
{
	struct shm_info info;

	if (shmctl(0, SHM_INFO, (struct shmid_ds *)&info) < 0)
		fail("shmctl(SHM_INFO)");
	printf("\n------ Shared Memory Status --------\n");
	printf("segments allocated %d\npages allocated %lu\n", info.__used_ids, info.shm_tot);
	printf("pages resident  %lu\npages swapped   %lu\n", info.shm_rss, info.shm_swp);
	printf("Swap performance: %lu attempts\t %lu successes\n", info.__swap_attempts,
	       info.__swap_successes);
}

static void print_details(int id, const struct shmid_ds *ds)
{
	printf("\nShared memory Segment shmid=%d\n", id);
	printf("uid=%u\tgid=%u\tcuid=%u\tcgid=%u\n", ds->shm_perm.uid, ds->shm_perm.gid,
	       ds->shm_perm.cuid, ds->shm_perm.cgid);
	printf("mode=%#o\taccess_perms=%#o\n", ds->shm_perm.mode, ds->shm_perm.mode & 0777);
	if (unit == UNIT_HUMAN)
		printf("size=%s", human(ds->shm_segsz));
	else
		printf("bytes=%lu", (unsigned long)ds->shm_segsz);
	printf("\tlpid=%d\tcpid=%d\tnattch=%lu\n", ds->shm_lpid, ds->shm_cpid,
	       (unsigned long)ds->shm_nattch);
	printf("att_time=%-26s\ndet_time=%-26s\nchange_time=%-26s\n\n", full_time(ds->shm_atime),
	       full_time(ds->shm_dtime), full_time(ds->shm_ctime));
}

static void details(int wanted)
{
	struct shmid_ds ds;
	int index = 0, id;

	while ((id = next_segment(&index, &ds)) >= 0)
		if (id == wanted)
			return print_details(id, &ds);
	not_found(wanted);
}

const struct facility segments = { list, times, pids, creators, limits, summary, details };
