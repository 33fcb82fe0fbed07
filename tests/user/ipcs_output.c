// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcs: over objects in every state its output is what it should be, apart from times, process ids and
 * the width of columns; and byte for byte util-linux's where that is at hand (tests/host/ipc_programs).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <sched.h>
#include <signal.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>
#include "tests/user/run.h"

static int set;
static pid_t owner;  /* of all objects */
static int ready[2]; /* ends when it has made them */

static void make_queues(void)
{
	struct {
		long type;
		char text[100];
	} message = { 5, "hi" };
	int queue = msgget(0x1234, IPC_CREAT | 0640);
	struct msqid_ds ds;

	msgsnd(queue, &message, 77, 0);
	msgsnd(queue, &message, 3, 0);
	msgrcv(queue, &message, sizeof(message.text), 0, 0);
	msgctl(queue, IPC_STAT, &ds);
	ds.msg_perm.uid = 12345;
	ds.msg_perm.gid = 54321;
	ds.msg_qbytes = 3000;
	msgctl(queue, IPC_SET, &ds);
	queue = msgget(-5, IPC_CREAT);
	msgctl(queue, IPC_STAT, &ds);
	ds.msg_perm.uid = ds.msg_perm.gid = 1000;
	msgctl(queue, IPC_SET, &ds);
}

/* After the others have been forked: an attachment would be theirs too. */
static void make_segments(void)
{
	int locked = shmget(7, 10000, IPC_CREAT | 0600);
	int doomed = shmget(IPC_PRIVATE, 12345678, 0644);
	int unused = shmget(IPC_PRIVATE, 1L << 32, SHM_NORESERVE | 0644);
	struct shmid_ds ds;
	char *at = shmat(locked, NULL, 0);

	at[5000] = 1;
	shmctl(locked, SHM_LOCK, NULL);
	shmat(doomed, NULL, SHM_RDONLY);
	shmctl(doomed, IPC_RMID, NULL);
	shmctl(unused, IPC_STAT, &ds);
	ds.shm_perm.uid = ds.shm_perm.gid = 65534;
	shmctl(unused, IPC_SET, &ds);
}

static void sleep_on(int number, int change)
{
	struct sembuf operation = { number, change, 0 };

	if (fork() == 0) {
		close(ready[0]);
		close(ready[1]);
		semop(set, &operation, 1);
		_exit(0);
	}
}

/* One semaphore adjusted with SEM_UNDO, and a sleeper of both kinds. */
static void make_sets(void)
{
	struct sembuf operations[] = { { 0, 3, SEM_UNDO }, { 1, 2, 0 } };
	time_t deadline = time(NULL) + 30;

	semop(set, operations, 2);
	semget(IPC_PRIVATE, 1, 0);
	sleep_on(3, -1);
	sleep_on(1, 0);
	while ((semctl(set, 3, GETNCNT) != 1 || semctl(set, 1, GETZCNT) != 1) &&
	       time(NULL) < deadline)
		sched_yield();
}

static int is_expected_number(pid_t pid);

/*
 * A process of its own, so that the programs we run do not inherit what it has attached; the first
 * whose number is not also a mode or a size in the output.
 */
static void make_objects(void)
{
	char byte;

	set = semget(0x77, 4, IPC_CREAT | 0666);
	pipe(ready);
	while ((owner = fork()) > 0 && is_expected_number(owner))
		waitpid(owner, NULL, 0);
	if (owner == 0) {
		if (is_expected_number(getpid()))
			_exit(0);
		make_queues();
		make_sets();
		make_segments();
		close(ready[0]);
		close(ready[1]);
		pause();
		_exit(0);
	}
	close(ready[1]);
	read(ready[0], &byte, 1);
	close(ready[0]);
}

static const char *const lines[] = {
	"ipcs",
	"ipcs -a",
	"ipcs -l",
	"ipcs -t",
	"ipcs -p",
	"ipcs -u",
	"ipcs -c",
	"ipcs -l -b",
	"ipcs -l --human",
	"ipcs -a -b",
	"ipcs -a --human",
	"ipcs -u --human",
	"ipcs -t --human",
	"ipcs -q -i 0",
	"ipcs -q -i 1",
	"ipcs -m -i 0",
	"ipcs -m -i 1",
	"ipcs -m -i 2",
	"ipcs -s -i 0",
	"ipcs -s -i 1",
	"ipcs -q -i 0 --human",
	"ipcs -m -i 2 --human",
	"ipcs -m -i 0 -b",
	"ipcs -q -i 99",
	"ipcs -m -i 99",
	"ipcs -s -i 99",
	"ipcs -m -i x",
	"ipcs -m -i ''",
	"ipcs -m -i 99999999999",
	"ipcs -i 0",
	"ipcs -mq -i 0",
	"ipcs -a -i 0",
	"ipcs -mi0",
	"ipcs --id=0 --queues",
	"ipcs --id 0 --sem",
	"ipcs -m -i 0 -t",
	"ipcs -q -i 0 -i 1",
	"ipcs -m",
	"ipcs -q",
	"ipcs -s",
	"ipcs -ms",
	"ipcs -q -l",
	"ipcs -m -l",
	"ipcs -s -l",
	"ipcs -q -u",
	"ipcs -m -u",
	"ipcs -s -u",
	"ipcs -q -t",
	"ipcs -m -t",
	"ipcs -s -t",
	"ipcs -q -p",
	"ipcs -m -p",
	"ipcs -s -p",
	"ipcs -q -c",
	"ipcs -m -c",
	"ipcs -s -c",
	"ipcs -t -p",
	"ipcs -l -u -q",
	"ipcs -p -a -q",
	"ipcs -l --human -b",
	"ipcs --lim --bytes --shmems",
	"ipcs extra",
	"ipcs -- -l",
	"ipcs -l extra -q",
	"ipcs -z",
	"ipcs -i",
	"ipcs --id",
	"ipcs --s",
	"ipcs --foo",
	"ipcs --human=3",
	"ipcs -z -h",
	"ipcs -i x -h",
};

/* Times, the owner's process id and columns, so that nothing is left that differs from run to run. */
static void normalise(char *text)
{
	static const char *const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec ";
	char pid[12], *from = text, *to = text;
	int pid_length = snprintf(pid, sizeof(pid), "%d", owner), hour, length;

	while (*from) {
		int at_start = from == text || strchr(" =\n\t", from[-1]);
		char month[4] = { 0 };
		const char *known;

		at_start = at_start && *from != ' ';
		length = 0;
		if (at_start)
			sscanf(from, "%*3[MTWFS]%*2[a-z] %*3s %*d %d:%*d:%*d %*d%n", &hour,
			       &length);
		if (!length && at_start &&
		    sscanf(from, "%3s %*d %d:%*d:%*d%n", month, &hour, &length)) {
			known = strstr(months, month);
			length = known && strlen(month) == 3 ? length : 0;
		}
		if (length) {
			to += sprintf(to, "TIME");
			from += length;
		} else if (at_start && !strncmp(from, pid, pid_length) &&
			   !isdigit(from[pid_length])) {
			*to++ = 'P';
			from += pid_length;
		} else if (*from == ' ' && (from[1] == ' ' || from[1] == '\n' || !from[1])) {
			from++;
		} else {
			*to++ = *from++;
		}
	}
	*to = 0;
}

static const struct {
	const char *line, *out;
} expected[] = {
	{ "ipcs -a", "\n------ Message Queues --------\n"
		     "key msqid owner perms used-bytes messages\n"
		     "0x00001234 0 12345 640 3 1\n"
		     "0xfffffffb 1 student 0 0 0\n"
		     "\n------ Shared Memory Segments --------\n"
		     "key shmid owner perms bytes nattch status\n"
		     "0x00000007 0 root 600 10000 1 locked\n"
		     "0x00000000 1 root 644 12345678 1 dest\n"
		     "0x00000000 2 nobody 644 4294967296 0\n"
		     "\n------ Semaphore Arrays --------\n"
		     "key semid owner perms nsems\n"
		     "0x00000077 0 root 666 4\n"
		     "0x00000000 1 root 0 1\n\n" },
	{ "ipcs -m --human", "\n------ Shared Memory Segments --------\n"
			     "key shmid owner perms size nattch status\n"
			     "0x00000007 0 root 600 9.8K 1 locked\n"
			     "0x00000000 1 root 644 11.8M 1 dest\n"
			     "0x00000000 2 nobody 644 4G 0\n\n" },
	{ "ipcs -l", "\n------ Messages Limits --------\n"
		     "max queues system wide = 32000\n"
		     "max size of message (bytes) = 8192\n"
		     "default max size of queue (bytes) = 16384\n"
		     "\n------ Shared Memory Limits --------\n"
		     "max number of segments = 4096\n"
		     "max seg size (kbytes) = 18014398509465599\n"
		     "max total shared memory (kbytes) = 18446744073709551612\n"
		     "min seg size (bytes) = 1\n"
		     "\n------ Semaphore Limits --------\n"
		     "max number of arrays = 32000\n"
		     "max semaphores per array = 32000\n"
		     "max semaphores system wide = 1024000000\n"
		     "max ops per semop call = 500\n"
		     "semaphore max value = 32767\n\n" },
	{ "ipcs -p", "\n------ Message Queues PIDs --------\n"
		     "msqid owner lspid lrpid\n"
		     "0 12345 P P\n"
		     "1 student 0 0\n"
		     "\n------ Shared Memory Creator/Last-op PIDs --------\n"
		     "shmid owner cpid lpid\n"
		     "0 root P P\n"
		     "1 root P P\n"
		     "2 nobody P 0\n\n\n" },
	{ "ipcs -t", "\n------ Message Queues Send/Recv/Change Times --------\n"
		     "msqid owner send recv change\n"
		     "0 12345 TIME TIME TIME\n"
		     "1 student Not set Not set TIME\n"
		     "\n------ Shared Memory Attach/Detach/Change Times --------\n"
		     "shmid owner attached detached changed\n"
		     "0 root TIME Not set TIME\n"
		     "1 root TIME Not set TIME\n"
		     "2 nobody Not set Not set TIME\n"
		     "\n------ Semaphore Operation/Change Times --------\n"
		     "semid owner last-op last-changed\n"
		     "0 root TIME TIME\n"
		     "1 root Not set TIME\n\n" },
	{ "ipcs -u", "\n------ Messages Status --------\n"
		     "allocated queues = 2\n"
		     "used headers = 1\n"
		     "used space = 3 bytes\n"
		     "\n------ Shared Memory Status --------\n"
		     "segments allocated 3\n"
		     "pages allocated 1051594\n"
		     "pages resident 1\n"
		     "pages swapped 0\n"
		     "Swap performance: 0 attempts\t 0 successes\n"
		     "\n------ Semaphore Status --------\n"
		     "used arrays = 2\n"
		     "allocated semaphores = 5\n\n" },
	{ "ipcs -c", "\n------ Message Queues Creators/Owners --------\n"
		     "msqid perms cuid cgid uid gid\n"
		     "0 640 root root 12345 54321\n"
		     "1 0 root root student student\n"
		     "\n------ Shared Memory Segment Creators/Owners --------\n"
		     "shmid perms cuid cgid uid gid\n"
		     "0 600 root root root root\n"
		     "1 644 root root root root\n"
		     "2 644 root root nobody nogroup\n"
		     "\n------ Semaphore Arrays Creators/Owners --------\n"
		     "semid perms cuid cgid uid gid\n"
		     "0 666 root root root root\n"
		     "1 0 root root root root\n\n" },
	{ "ipcs -q -i 0", "\nMessage Queue msqid=0\n"
			  "uid=12345\tgid=54321\tcuid=0\tcgid=0\tmode=0640\n"
			  "cbytes=3\tqbytes=3000\tqnum=1\tlspid=P\tlrpid=P\n"
			  "send_time=TIME\nrcv_time=TIME\nchange_time=TIME\n\n" },
	{ "ipcs -m -i 1", "\nShared memory Segment shmid=1\n"
			  "uid=0\tgid=0\tcuid=0\tcgid=0\n"
			  "mode=01644\taccess_perms=0644\n"
			  "bytes=12345678\tlpid=P\tcpid=P\tnattch=1\n"
			  "att_time=TIME\ndet_time=Not set\nchange_time=TIME\n\n" },
	{ "ipcs -s -i 0", "\nSemaphore Array semid=0\n"
			  "uid=0\t gid=0\t cuid=0\t cgid=0\n"
			  "mode=0666, access_perms=0666\n"
			  "nsems = 4\notime = TIME\nctime = TIME\n"
			  "semnum value ncount zcount pid\n"
			  "0 3 0 0 P\n"
			  "1 2 0 1 P\n"
			  "2 0 0 0 0\n"
			  "3 0 1 0 0\n\n" },
};

static int is_expected_number(pid_t pid)
{
	char number[12];
	int length = snprintf(number, sizeof(number), "%d", pid);

	for (unsigned int i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		const char *out = expected[i].out;

		for (const char *at = out; (at = strstr(at, number)) != NULL; at += length)
			if ((at == out || !isdigit(at[-1])) && !isdigit(at[length]))
				return 1;
	}
	return 0;
}

static void check_expected(void)
{
	static struct printed p;

	for (unsigned int i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		run(&p, OURS, expected[i].line, 0);
		normalise(p.out);
		if (!ok(!p.status && !*p.err && !strcmp(p.out, expected[i].out),
			"%s prints what it should", expected[i].line))
			show_difference("output", p.out, expected[i].out);
	}
	run(&p, OURS, "ipcs -m -i 99", 0);
	ok(!strcmp(p.err, "ipcs: id 99 not found\n") && !*p.out, "an id that does not exist");
	run(&p, OURS, "ipcs -s -i 1", 1000);
	ok(!strcmp(p.err, "ipcs: semctl(GETVAL) failed: Permission denied\n") && !*p.out &&
		   WEXITSTATUS(p.status) == 1,
	   "a set that the caller may not read");
}

int main(void)
{
	if (unshare(CLONE_NEWIPC))
		return ktap_skip_all("needs to make a namespace");
	if (have_utils()) /* an empty namespace first */
		for (int i = 0; i < 14; i++)
			same_as_utils(lines[i], 0);
	make_objects();
	check_expected();
	for (unsigned int i = 0; have_utils() && i < sizeof(lines) / sizeof(*lines); i++) {
		same_as_utils(lines[i], 0);
		same_as_utils(lines[i], 1000);
	}
	kill(owner, SIGKILL);
	semctl(set, 0, IPC_RMID);
	return ktap_done();
}
