// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/sysvipc: every column of every kind's line, with objects that have something in each of them.
 * Spec: IPC-026 to IPC-029, MSG-040, SEM-051, SHM-026, SHM-031, DESIGN-024
 */
#include "tests/ipc/msg.h"
#include "tests/ipc/shm.h"

#define SEM_HEADER                                                                                 \
	"       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n"
#define MSG_HEADER                                                                                 \
	"       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid  " \
	"    stime      rtime      ctime\n"
#define SHM_HEADER                                                                                 \
	"       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  " \
	"cgid      atime      dtime      ctime                   rss                  swap\n"

static char text[8192];

static const char *contents(const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

/* The file is this, byte by byte. */
static int reads(const char *path, const char *expected)
{
	if (!strcmp(contents(path), expected))
		return 1;
	printf("# %s:\n# got      %s# expected %s", path, text, expected);
	return 0;
}

static int msg_line(char *to, int key, int id, int mode)
{
	struct raw_msqid_ds ds = queue_stat(id);

	return sprintf(to,
		       "%10d %10d  %4o  %10lu %10lu %5u %5u %5u %5u %5u %5u %10llu %10llu %10llu\n",
		       key, id, mode, ds.cbytes, ds.qnum, ds.lspid, ds.lrpid, ds.uid, ds.gid,
		       ds.cuid, ds.cgid, (unsigned long long)ds.stime, (unsigned long long)ds.rtime,
		       (unsigned long long)ds.ctime);
}

/* Someone else's last send and receive; owner and group given away. */
static void test_msg(void)
{
	int first = (int)syscall(SYS_msgget, -1000000007, IPC_CREAT | 0642), second;
	struct raw_msqid_ds ds;
	char expected[1024];
	pid_t sender = fork(), receiver;
	int n;

	if (sender == 0)
		_exit(send_text(first, 1, "gone", 0) || send_text(first, 1, "abcde", 0));
	result_of(sender);
	receiver = fork();
	if (receiver == 0)
		_exit(take_type(first, 0, 0) != 1);
	result_of(receiver);
	ds = queue_stat(first);
	ds.uid = 123;
	ds.gid = 45678;
	ds.mode = 0421;
	queue_ctl(first, IPC_SET, &ds);
	ds = queue_stat(first);
	ok(ds.cbytes == 5 && ds.qnum == 1 && ds.lspid == sender && ds.lrpid == receiver &&
		   ds.uid == 123 && ds.gid == 45678 && ds.cuid == 0 && ds.stime && ds.rtime &&
		   ds.ctime,
	   "MSG-040: a queue with something to tell");
	second = new_queue(0600);
	n = sprintf(expected, MSG_HEADER);
	n += msg_line(expected + n, -1000000007, first, 0421);
	msg_line(expected + n, 0, second, 0600);
	ok(reads("/proc/sysvipc/msg", expected), "IPC-027 MSG-040: both lines, byte by byte");
	rm_queue(first);
	n = sprintf(expected, MSG_HEADER);
	msg_line(expected + n, 0, second, 0600);
	ok(reads("/proc/sysvipc/msg", expected), "IPC-026: one is left");
	rm_queue(second);
	ok(reads("/proc/sysvipc/msg", MSG_HEADER), "IPC-027: the header alone");
}

static int sem_line(char *to, int key, int id, int mode)
{
	struct raw_semid_ds ds;

	stat_set(id, &ds);
	return sprintf(to, "%10d %10d  %4o %10u %5u %5u %5u %5u %10llu %10llu\n", key, id, mode,
		       (unsigned int)ds.nsems, ds.uid, ds.gid, ds.cuid, ds.cgid,
		       (unsigned long long)ds.otime, (unsigned long long)ds.ctime);
}

static void test_sem(void)
{
	int first = (int)syscall(SYS_semget, 0x7fffffff, 32000, IPC_CREAT | 0777);
	int second = new_set(1);
	struct raw_semid_ds ds;
	char expected[1024];
	int n;

	stat_set(first, &ds);
	ds.uid = 70000;
	ds.gid = 7;
	ds.mode = 0123;
	raw_semctl(first, 0, IPC_SET, (unsigned long)&ds);
	sem_ops(first, OP(31999, 1, 0));
	n = sprintf(expected, SEM_HEADER);
	n += sem_line(expected + n, 0x7fffffff, first, 0123);
	sem_line(expected + n, 0, second, 0600);
	ok(reads("/proc/sysvipc/sem", expected), "IPC-028 SEM-051: both lines, byte by byte");
	rm_set(first);
	rm_set(second);
	ok(reads("/proc/sysvipc/sem", SEM_HEADER), "IPC-028: the header alone");
}

static int shm_line(char *to, int key, int id, unsigned long rss)
{
	struct raw_shmid_ds ds = segment_stat(id);

	return sprintf(to,
		       "%10d %10d  %4o %21lu %5u %5u  %5lu %5u %5u %5u %5u %10llu %10llu %10llu "
		       "%21lu %21lu\n",
		       key, id, ds.mode, ds.segsz, ds.cpid, ds.lpid, ds.nattch, ds.uid, ds.gid,
		       ds.cuid, ds.cgid, (unsigned long long)ds.atime, (unsigned long long)ds.dtime,
		       (unsigned long long)ds.ctime, rss, 0ul);
}

static int id_of_user;

static int make_segment(void)
{
	int id = get_segment(0x80000000, 5000, IPC_CREAT | 0604);

	*(int *)text = id;
	return id < 0;
}

/* Made by a user who is gone; two of its three attachments are left, and two of its pages touched. */
static void test_shm(void)
{
	struct raw_shmid_ds ds;
	char expected[1024], *a, *b, *c;
	int second, n;

	ok(as_user(make_segment) == 0, "IPC-029: a user makes a segment");
	id_of_user = get_segment((int)0x80000000, 0, 0);
	a = attach(id_of_user, NULL, 0);
	b = attach(id_of_user, NULL, SHM_RDONLY);
	c = attach(id_of_user, NULL, 0);
	a[0] = a[4999] = 1;
	detach(c);
	ds = segment_stat(id_of_user);
	ok(ds.nattch == 2 && ds.uid == 1000 && ds.cuid == 1000 && ds.cpid != getpid() &&
		   ds.lpid == getpid() && ds.atime && ds.dtime && ds.ctime && ds.segsz == 5000,
	   "IPC-029: a segment with something to tell");
	second = new_segment(123456789);
	n = sprintf(expected, SHM_HEADER);
	n += shm_line(expected + n, (int)0x80000000, id_of_user, 8192);
	shm_line(expected + n, 0, second, 0);
	ok(reads("/proc/sysvipc/shm", expected), "IPC-029 SHM-031: both lines, byte by byte");
	rm_segment(id_of_user);
	rm_segment(second);
	n = sprintf(expected, SHM_HEADER);
	shm_line(expected + n, 0, id_of_user, 8192);
	ok(reads("/proc/sysvipc/shm", expected) && segment_stat(id_of_user).mode == 01604,
	   "SHM-026: marked, with key 0 and the mark in its mode");
	detach(a);
	detach(b);
	ok(reads("/proc/sysvipc/shm", SHM_HEADER), "IPC-029: the header alone");
}

/* More objects than one read() of a page shows, with holes, and removal between two reads. */
static void test_many(void)
{
	int ids[100], lines = 0, ordered = 1, last = -1, key, id, fd;
	char piece[700], *line;
	ssize_t n, total = 0;

	for (int i = 0; i < 100; i++)
		ids[i] = new_queue(0600);
	for (int i = 0; i < 100; i += 3)
		rm_queue(ids[i]);
	fd = open("/proc/sysvipc/msg", O_RDONLY);
	while ((n = read(fd, piece, sizeof(piece))) > 0) {
		if (total + n < (ssize_t)sizeof(text))
			memcpy(text + total, piece, (size_t)n);
		total += n;
	}
	close(fd);
	text[total < (ssize_t)sizeof(text) ? total : (ssize_t)sizeof(text) - 1] = '\0';
	for (line = strchr(text, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
		if (sscanf(line + 1, "%d %d", &key, &id) != 2)
			break;
		ordered &= (id & 32767) > last;
		last = id & 32767;
		lines++;
	}
	/* A line has 137 bytes: 8192 show 59 of the 66 at most. */
	ok(ordered && lines >= 50,
	   "IPC-026 DESIGN-024: in order of the index, read piece by piece");
	ok(total == (ssize_t)strlen(MSG_HEADER) * 67, "IPC-026: all of them (%ld bytes)",
	   (long)total);
	for (int i = 0; i < 100; i++)
		if (i % 3)
			rm_queue(ids[i]);
}

int main(void)
{
	if (geteuid() || unshare(CLONE_NEWIPC))
		return ktap_skip_all("needs a namespace of its own");
	test_msg();
	test_sem();
	test_shm();
	test_many();
	return ktap_done();
}
