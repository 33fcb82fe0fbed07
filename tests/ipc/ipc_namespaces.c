// SPDX-License-Identifier: GPL-2.0-only
/*
 * IPC namespaces, their limits in /proc/sys/kernel, and /proc/sysvipc.
 * Spec: IPC-019, IPC-023 to IPC-034, IPC-037, SEM-044, SEM-045, SEM-051, DESIGN-016, DESIGN-017, DESIGN-024
 */
#define _GNU_SOURCE
#include <sys/msg.h>
#include <sys/shm.h>
#include "tests/ipc/sem.h"

static int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY), n = 0, got;

	if (fd < 0)
		return -1;
	while (n < (int)size - 1 && (got = (int)read(fd, text + n, size - 1 - n)) > 0)
		n += got;
	close(fd);
	text[n] = '\0';
	return n;
}

static int shows(const char *name, const char *expected)
{
	char path[64], text[128];

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	return read_text(path, text, sizeof(text)) > 0 && !strcmp(text, expected);
}

/* 0 or errno */
static int put(const char *name, const char *text)
{
	char path[64];
	int fd, error = 0;

	snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

static int has_defaults(void)
{
	return shows("msgmax", "8192\n") && shows("msgmnb", "16384\n") &&
	       shows("msgmni", "32000\n") && shows("sem", "32000\t1024000000\t500\t32000\n") &&
	       shows("shmmax", "18446744073692774399\n") &&
	       shows("shmall", "18446744073692774399\n") && shows("shmmni", "4096\n") &&
	       shows("shm_rmid_forced", "0\n") && shows("auto_msgmni", "0\n") &&
	       shows("msg_next_id", "-1\n") && shows("sem_next_id", "-1\n") &&
	       shows("shm_next_id", "-1\n");
}

static void test_limits(void)
{
	unsigned int info[10];
	int id, second;

	ok(has_defaults(), "IPC-019 IPC-032 DESIGN-016: a new namespace has the usual limits");
	ok(put("msgmni", "32769") == EINVAL && put("msgmni", "-1") == EINVAL &&
		   put("shmmni", "32769") == EINVAL && put("msgmax", "-1") == EINVAL &&
		   put("msgmnb", "2147483648") == EINVAL && put("shm_rmid_forced", "2") == EINVAL &&
		   has_defaults(),
	   "IPC-025: values out of range are EINVAL");
	ok(put("sem", "7 8 9 40000") == ERANGE && shows("sem", "7\t8\t9\t32000\n"),
	   "IPC-025: a bad fourth value is ERANGE, but the first three have changed");
	ok(failed_with(syscall(SYS_semget, IPC_PRIVATE, 8, 0600), EINVAL), "SEM-045: semmsl");
	id = new_set(7);
	ok(failed_with(syscall(SYS_semget, IPC_PRIVATE, 2, 0600), ENOSPC), "SEM-045: semmns");
	second = new_set(1);
	ok(failed_with(raw_semop(id, (struct sembuf[10]){ { 0 } }, 10), E2BIG) &&
		   raw_semop(id, (struct sembuf[9]){ { 0 } }, 9) == 0,
	   "SEM-045: semopm");
	ok(put("sem", "32000 1024000000 500 2") == 0 &&
		   failed_with(syscall(SYS_semget, IPC_PRIVATE, 1, 0600), ENOSPC),
	   "IPC-023 SEM-045: semmni");
	rm_set(id);
	rm_set(second);
	put("sem", "32000 1024000000 500 32000");
	id = new_set(3);
	second = new_set(4);
	ok(raw_semctl(0, 0, IPC_INFO, (unsigned long)info) >= 0 && info[0] == 1024000000 &&
		   info[1] == 32000 && info[2] == 1024000000 && info[3] == 1024000000 &&
		   info[4] == 32000 && info[5] == 500 && info[6] == 500 && info[7] == 20 &&
		   info[8] == 32767 && info[9] == 32767,
	   "SEM-044: IPC_INFO");
	ok(raw_semctl(0, 0, SEM_INFO, (unsigned long)info) >= 0 && info[7] == 2 && info[9] == 7,
	   "SEM-044: SEM_INFO counts sets and semaphores");
	rm_set(id);
	rm_set(second);
}

static void test_other_limits(void)
{
	long id;

	id = syscall(SYS_msgget, IPC_PRIVATE, 0600);
	if (id >= 0) {
		ok(put("msgmni", "1") == 0 &&
			   failed_with(syscall(SYS_msgget, IPC_PRIVATE, 0600), ENOSPC),
		   "IPC-023: msgmni");
		msgctl((int)id, IPC_RMID, NULL);
	} else {
		skip("IPC-023: no message queues");
	}
	put("msgmni", "32000");
	id = syscall(SYS_shmget, IPC_PRIVATE, 4096, 0600);
	if (id >= 0) {
		ok(put("shmmni", "1") == 0 &&
			   failed_with(syscall(SYS_shmget, IPC_PRIVATE, 4096, 0600), ENOSPC),
		   "IPC-023: shmmni");
		shmctl((int)id, IPC_RMID, NULL);
	} else {
		skip("IPC-023: no shared memory");
	}
	put("shmmni", "4096");
}

static void test_next_id(void)
{
	int a, b, c;

	ok(put("sem_next_id", "98309") == 0 && shows("sem_next_id", "98309\n"), "IPC-024: a wish");
	a = new_set(1);
	ok(a == 98309 && shows("sem_next_id", "-1\n"), "IPC-024: is fulfilled once");
	put("sem_next_id", "131077");
	b = new_set(1);
	ok(b == 131078, "IPC-024: index taken: the next higher one with that sequence");
	c = new_set(1);
	ok(c >= 0 && c >> 15 != 4, "IPC-024: then ids are as usual");
	rm_set(a);
	rm_set(b);
	rm_set(c);
	ok(put("sem_next_id", "-1") == EINVAL, "IPC-024: -1 cannot be written");
}

#define SEM_HEADER                                                                                 \
	"       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n"
#define MSG_HEADER                                                                                 \
	"       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid  " \
	"    stime "                                                                               \
	"     rtime      ctime\n"
#define SHM_HEADER                                                                                 \
	"       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  " \
	"cgid "                                                                                    \
	"     atime      dtime      ctime                   rss                  swap\n"

static void test_proc(void)
{
	char text[4096], expected[512];
	struct raw_semid_ds ds;
	struct stat st;
	int id = (int)syscall(SYS_semget, -5, 3, IPC_CREAT | 0641), second, fd;

	sem_ops(id, OP(2, 1, 0));
	stat_set(id, &ds);
	snprintf(expected, sizeof(expected),
		 SEM_HEADER "%10d %10d  %4o %10u %5u %5u %5u %5u %10llu %10llu\n", -5, id, 0641, 3,
		 0, 0, 0, 0, (unsigned long long)ds.otime, (unsigned long long)ds.ctime);
	read_text("/proc/sysvipc/sem", text, sizeof(text));
	ok(!strcmp(text, expected), "IPC-028 SEM-051: /proc/sysvipc/sem, byte by byte");
	ok(stat("/proc/sysvipc/sem", &st) == 0 && (st.st_mode & 07777) == 0444,
	   "IPC-026: mode 0444");
	second = new_set(1);
	read_text("/proc/sysvipc/sem", text, sizeof(text));
	ok(strstr(text, " 0600 ") == NULL && strstr(text, "  600 ") != NULL &&
		   strstr(text, "  641 ") < strstr(text, "  600 "),
	   "IPC-026 DESIGN-024: every object, in order of the index");
	fd = open("/proc/sysvipc/sem", O_RDONLY);
	if (unshare(CLONE_NEWIPC) == 0) {
		int n = (int)read(fd, text, sizeof(text) - 1);

		text[n < 0 ? 0 : n] = '\0';
		ok(strstr(text, "  641 ") != NULL,
		   "IPC-026: a file stays with the namespace it was opened in");
		read_text("/proc/sysvipc/sem", text, sizeof(text));
		ok(!strcmp(text, SEM_HEADER), "IPC-031: a new namespace is empty");
		ok(failed_with(syscall(SYS_semget, -5, 3, 0), ENOENT) &&
			   failed_with(get_value(second, 0), EINVAL),
		   "IPC-031: keys and ids of others are unknown");
	}
	close(fd);
	if (read_text("/proc/sysvipc/msg", text, sizeof(text)) > 0)
		ok(!strcmp(text, MSG_HEADER), "IPC-027: the header of /proc/sysvipc/msg");
	else
		skip("IPC-027: no message queues");
	if (read_text("/proc/sysvipc/shm", text, sizeof(text)) > 0)
		ok(!strcmp(text, SHM_HEADER), "IPC-029: the header of /proc/sysvipc/shm");
	else
		skip("IPC-029: no shared memory");
}

static int as_user(void)
{
	char text[512];
	int bad = 0;

	if (setgid(1000) || setuid(1000))
		return 99;
	bad |= !failed_with(unshare(CLONE_NEWIPC), EPERM);
	bad |= !failed_with(syscall(SYS_clone, CLONE_NEWIPC | SIGCHLD, 0, 0, 0, 0), EPERM) << 1;
	bad |= (read_text("/proc/sysvipc/sem", text, sizeof(text)) <= 0) << 2;
	bad |= (put("msgmni", "3") != EACCES) << 3;
	return bad;
}

static void test_setns(void)
{
	char before[64] = "", inside[64] = "", after[64] = "";
	int old = open("/proc/self/ns/ipc", O_RDONLY), uts = open("/proc/self/ns/uts", O_RDONLY);
	int id = (int)syscall(SYS_semget, 0x5e7, 2, IPC_CREAT | 0600);
	struct stat st;

	readlink("/proc/self/ns/ipc", before, sizeof(before) - 1);
	ok(!strncmp(before, "ipc:[", 5) && fstat(old, &st) == 0 &&
		   st.st_ino == strtoul(before + 5, NULL, 10),
	   "IPC-034: the link shows the namespace's number, which is the file's inode number");
	sem_ops(id, OP(0, 5, 0));
	sem_ops(id, OP(0, -1, SEM_UNDO));
	ok(unshare(CLONE_NEWIPC) == 0, "IPC-030: root may unshare");
	readlink("/proc/self/ns/ipc", inside, sizeof(inside) - 1);
	ok(strcmp(before, inside) != 0 && failed_with(syscall(SYS_semget, 0x5e7, 0, 0), ENOENT),
	   "IPC-034 IPC-031: another number, another world");
	ok(put("msgmni", "17") == 0 && shows("msgmni", "17\n"), "IPC-032: a limit inside");
	ok(failed_with(setns(old, CLONE_NEWUTS), EINVAL) && failed_with(setns(0, 0), EINVAL) &&
		   failed_with(setns(-1, 0), EBADF) &&
		   failed_with(setns(uts, CLONE_NEWIPC), EINVAL),
	   "IPC-034: setns looks at the kind");
	ok(setns(old, CLONE_NEWIPC) == 0 && syscall(SYS_semget, 0x5e7, 0, 0) == id,
	   "IPC-034: setns finds the key again");
	readlink("/proc/self/ns/ipc", after, sizeof(after) - 1);
	ok(!strcmp(before, after) && shows("msgmni", "32000\n"), "IPC-032: the limits too");
	ok(get_value(id, 0) == 5, "IPC-037: leaving applied the undo");
	ok(failed_with(syscall(SYS_clone, CLONE_NEWIPC | CLONE_SYSVSEM | SIGCHLD, 0, 0, 0, 0),
		       EINVAL),
	   "IPC-037: a new namespace and a shared undo list do not go together");
	sem_ops(id, OP(0, -1, SEM_UNDO));
	setns(old, 0);
	ok(get_value(id, 0) == 5, "IPC-037: so does setns");
	rm_set(id);
	close(old);
	close(uts);
}

/* A pidfd stands for all namespaces of its process; flags say which to join. */
static void test_setns_pidfd(void)
{
	char own[64] = "", childs[64] = "", now[64] = "", path[40], host[65] = "", c;
	int p[2], q[2], fd, old = open("/proc/self/ns/ipc", O_RDONLY);
	int old_uts = open("/proc/self/ns/uts", O_RDONLY);
	pid_t pid;

	if (pipe(p) || pipe(q))
		exit(1);
	pid = fork();
	if (!pid) {
		close(q[1]);
		if (unshare(CLONE_NEWIPC | CLONE_NEWUTS) || sethostname("inside", 6) ||
		    write(p[1], "x", 1) != 1)
			_exit(1);
		_exit(read(q[0], &c, 1) != 0);
	}
	close(q[0]);
	if (read(p[0], &c, 1) != 1)
		exit(1);
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	readlink("/proc/self/ns/ipc", own, sizeof(own) - 1);
	snprintf(path, sizeof(path), "/proc/%d/ns/ipc", pid);
	readlink(path, childs, sizeof(childs) - 1);
	ok(failed_with(setns(fd, 0), EINVAL) && failed_with(setns(fd, CLONE_NEWIPC | 1), EINVAL),
	   "IPC-034: setns by pidfd wants to know which");
	ok(setns(fd, CLONE_NEWIPC) == 0 && readlink("/proc/self/ns/ipc", now, 63) > 0 &&
		   !strcmp(now, childs) && strcmp(now, own) != 0 && gethostname(host, 64) == 0 &&
		   strcmp(host, "inside") != 0,
	   "IPC-034: setns by pidfd joins the one that was asked for");
	setns(old, 0);
	ok(setns(fd, CLONE_NEWIPC | CLONE_NEWUTS) == 0 && gethostname(host, 64) == 0 &&
		   !strcmp(host, "inside"),
	   "IPC-034: or several at once");
	setns(old, 0);
	setns(old_uts, 0);
	close(q[1]);
	waitpid(pid, NULL, 0);
	ok(failed_with(setns(fd, CLONE_NEWIPC), ESRCH),
	   "IPC-034: of a process that is gone: ESRCH");
	close(fd);
	close(old);
	close(old_uts);
	close(p[0]);
	close(p[1]);
}

static void test_destruction(void)
{
	int id = (int)syscall(SYS_shmget, IPC_PRIVATE, 8192, 0600), sets[40];
	char *p = id < 0 ? (void *)-1 : shmat(id, NULL, 0);

	for (int i = 0; i < 40; i++)
		sets[i] = new_set(10);
	sem_ops(sets[3], OP(0, 1, SEM_UNDO));
	ok(unshare(CLONE_NEWIPC) == 0 && failed_with(get_value(sets[3], 0), EINVAL),
	   "IPC-033: leaving a namespace with objects destroys it");
	if (p == (void *)-1) {
		skip("IPC-033: no shared memory");
		return;
	}
	p[0] = 1;
	p[8191] = 2;
	ok(p[0] == 1 && p[8191] == 2 && shmdt(p) == 0,
	   "IPC-033: memory that is attached stays, and shmdt works");
}

int main(void)
{
	int bad;

	if (geteuid())
		return ktap_done();
	ok(unshare(CLONE_NEWIPC) == 0, "IPC-030: a namespace for this test");
	test_limits();
	test_other_limits();
	test_next_id();
	test_proc();
	bad = in_child(as_user);
	ok(!(bad & 3), "IPC-030: others may not make namespaces (%#x)", bad);
	ok(!(bad & 12), "IPC-026: others may read /proc/sysvipc, not write limits");
	test_setns();
	test_setns_pidfd();
	test_destruction();
	return ktap_done();
}
