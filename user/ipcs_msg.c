// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcs: message queues. MSG_STAT_ANY walks them all, whoever may read them; IPC_STAT would refuse those that
 * are not ours. Start at: next_queue().
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/msg.h>
#include "user/ipcs.h"

/* The next queue at or after *@index, which moves behind it; its id, or -1 at the end. */
static int next_queue(int *index, struct msqid_ds *ds)
{
	struct msginfo info;
	int last = msgctl(0, MSG_INFO, (struct msqid_ds *)&info);

	while (*index <= last) {
		int id = msgctl((*index)++, MSG_STAT_ANY, ds);

		if (id >= 0)
			return id;
	}
	return -1;
}

static void list(void)
{
	struct msqid_ds ds;
	int index = 0, id;

	printf("\n------ Message Queues --------\n");
	printf("%-10s %-10s %-10s %-10s %-12s %-12s\n", "key", "msqid", "owner", "perms",
	       unit == UNIT_HUMAN ? "size" : "used-bytes", "messages");
	while ((id = next_queue(&index, &ds)) >= 0) {
		printf("0x%08x %-10d %-10.10s %-10o ", ds.msg_perm.__key, id,
		       user_name(ds.msg_perm.uid), ds.msg_perm.mode & 0777);
		print_size_column(ds.msg_cbytes, 12);
		printf("%-12lu\n", (unsigned long)ds.msg_qnum);
	}
}

static void times(void)
{
	struct msqid_ds ds;
	int index = 0, id;

	printf("\n------ Message Queues Send/Recv/Change Times --------\n");
	printf("%-8s %-10s %-20s %-20s %-20s\n", "msqid", "owner", "send", "recv", "change");
	while ((id = next_queue(&index, &ds)) >= 0)
		printf("%-8d %-10.10s %-20s %-20s %-20s\n", id, user_name(ds.msg_perm.uid),
		       short_time(ds.msg_stime), short_time(ds.msg_rtime),
		       short_time(ds.msg_ctime));
}

static void pids(void)
{
	struct msqid_ds ds;
	int index = 0, id;

	printf("\n------ Message Queues PIDs --------\n");
	printf("%-10s %-10s %-10s %-10s\n", "msqid", "owner", "lspid", "lrpid");
	while ((id = next_queue(&index, &ds)) >= 0)
		printf("%-8d %-10.10s  %5d     %5d\n", id, user_name(ds.msg_perm.uid), ds.msg_lspid,
		       ds.msg_lrpid);
}

static void creators(void)
{
	struct msqid_ds ds;
	int index = 0, id;

	printf("\n------ Message Queues Creators/Owners --------\n");
	printf("%-10s %-10s %-10s %-10s %-10s %-10s\n", "msqid", "perms", "cuid", "cgid", "uid",
	       "gid");
	while ((id = next_queue(&index, &ds)) >= 0)
		print_creators(id, &ds.msg_perm);
}

static void limits(void)
{
	struct msginfo info;

	if (msgctl(0, IPC_INFO, (struct msqid_ds *)&info) < 0)
		fail("msgctl(IPC_INFO)");
	printf("\n------ Messages Limits --------\n");
	printf("max queues system wide = %d\n", info.msgmni);
	print_size_limit("max size of message", info.msgmax, 0);
	print_size_limit("default max size of queue", info.msgmnb, 0);
}

static void summary(void)
{
	struct msginfo info;

	/* MSG_INFO counts in three fields whose names are from other times. */
	if (msgctl(0, MSG_INFO, (struct msqid_ds *)&info) < 0)
		fail("msgctl(MSG_INFO)");
	printf("\n------ Messages Status --------\n");
	printf("allocated queues = %d\nused headers = %d\n", info.msgpool, info.msgmap);
	if (unit == UNIT_HUMAN)
		printf("used space = %s\n", human(info.msgtql));
	else
		printf("used space = %d bytes\n", info.msgtql);
}

static void print_details(int id, const struct msqid_ds *ds)
{
	struct msqid_ds readable;
	/* util-linux shows the limit only to those who may read the queue. */
	uint64_t limit = msgctl(id, IPC_STAT, &readable) ? 0 : readable.msg_qbytes;

	printf("\nMessage Queue msqid=%d\n", id);
	printf("uid=%u\tgid=%u\tcuid=%u\tcgid=%u\tmode=%#o\n", ds->msg_perm.uid, ds->msg_perm.gid,
	       ds->msg_perm.cuid, ds->msg_perm.cgid, ds->msg_perm.mode);
	if (unit == UNIT_HUMAN)
		printf("csize=%s\tqsize=%s", human(ds->msg_cbytes), human(limit));
	else
		printf("cbytes=%lu\tqbytes=%lu", (unsigned long)ds->msg_cbytes,
		       (unsigned long)limit);
	printf("\tqnum=%lu\tlspid=%d\tlrpid=%d\n", (unsigned long)ds->msg_qnum, ds->msg_lspid,
	       ds->msg_lrpid);
	printf("send_time=%-26s\nrcv_time=%-26s\nchange_time=%-26s\n\n", full_time(ds->msg_stime),
	       full_time(ds->msg_rtime), full_time(ds->msg_ctime));
}

static void details(int wanted)
{
	struct msqid_ds ds;
	int index = 0, id;

	while ((id = next_queue(&index, &ds)) >= 0)
		if (id == wanted)
			return print_details(id, &ds);
	not_found(wanted);
}

const struct facility queues = { list, times, pids, creators, limits, summary, details };
