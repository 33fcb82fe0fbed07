// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcmk and ipcrm make and remove what they should, and print, command by command in a namespace of
 * their own, what util-linux's print there (where those are at hand: tests/host/ipc_programs).
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include "tests/user/run.h"

#define STUDENT         "student " /* a command that begins so is uid 1000's */
#define TRANSCRIPT_SIZE (1 << 18)
#define MAX_COMMANDS    160

/*
 * @q, @m, @s: the key of the queue, segment or set at the lowest index. Of fractions only halves are
 * here: in util-linux's sum others lose bytes, and 1.25K is 1279.
 */
static const char *const commands[] = {
	"ipcmk",
	"ipcmk x",
	"ipcmk -z",
	"ipcmk -M",
	"ipcmk -M 0",
	"ipcmk -M x",
	"ipcmk -M 1x",
	"ipcmk -M 1KB",
	"ipcmk -M 1KiB",
	"ipcmk -M 1k",
	"ipcmk -M 1.5M",
	"ipcmk -M 2mb",
	"ipcmk -M -1",
	"ipcmk -M ''",
	"ipcmk -M 0x10",
	"ipcmk -M 1M -Q -S 2",
	"ipcmk -S 0",
	"ipcmk -S x",
	"ipcmk -S -1",
	"ipcmk -S 40000",
	"ipcmk -S 99999999999",
	"ipcmk -S 0x2",
	"ipcmk -S 2x",
	"ipcmk -S ''",
	"ipcmk -S +2",
	"ipcmk -p 600 -Q",
	"ipcmk -p 0777 -Q",
	"ipcmk -p 9 -Q",
	"ipcmk -p x -Q",
	"ipcmk -p 7777 -Q",
	"ipcmk -p -1 -Q",
	"ipcmk -p 0x1 -Q",
	"ipcmk -M 99999999999999999999999",
	"ipcmk -M 100Y",
	"ipcmk -M 16E",
	"ipcmk --shmem=4K --mode 640",
	"ipcmk --queue --semaphore 2",
	"ipcmk -M 1M -M 2M",
	"ipcmk -QQ",
	"ipcmk -Q x",
	"ipcmk -M 1K -p 444",
	"ipcmk -p 644",
	"ipcmk -M 010",
	"ipcmk -M 15E",
	"ipcmk -M 1.5",
	"ipcmk -M .5M",
	"ipcmk -M 1,5M",
	"ipcmk -M 1.50KiB",
	"ipcmk -M 1.5KB",
	"ipcmk -M 1KiBx",
	"ipcmk -M 1Ki",
	"ipcmk -M 1KIB",
	"ipcmk -M 1kib",
	"ipcmk -M 1.K",
	"ipcmk -M 1B",
	"ipcmk -M 0x1K",
	"ipcmk --que",
	"ipcmk --s 3",
	"ipcmk --shmem",
	"ipcmk --queue=3",
	"ipcs -a",
	"ipcrm",
	"ipcrm -z",
	"ipcrm x",
	"ipcrm shm",
	"ipcrm shm 0",
	"ipcrm shm 0",
	"ipcrm msg 0 1 99",
	"ipcrm sem x",
	"ipcrm sem 0 sem 1",
	"ipcrm foo 1",
	"ipcrm -q 2 -s 1 -m 1",
	"ipcrm -q 2",
	"ipcrm -q 77 -m 2",
	"ipcrm -v -s 2",
	"ipcrm -M @m",
	"ipcrm -v -Q @q",
	"ipcrm -vS @s",
	"ipcrm --shmem-key=@m -q 77",
	"ipcs",
	"ipcrm --all=foo",
	"ipcrm -av",
	"ipcs -u",
	"ipcrm -a -v",
	"ipcrm -a -v",
	"ipcs",
	"ipcmk -M 1 -Q -S 1",
	"ipcmk -M 1 -Q -S 1",
	"ipcrm -ashm -v",
	"ipcrm -v --all=msg",
	"ipcrm -a sem",
	"ipcs",
	"ipcmk -M 1 -Q -S 1",
	"ipcrm -v -ashm -amsg",
	"ipcs -u",
	"ipcmk -M 1 -Q -S 1",
	"ipcrm -v -ashm -a",
	"ipcrm -M 0",
	"ipcrm -M 0x0",
	"ipcrm -M x",
	"ipcrm -M 0x99",
	"ipcrm -M 99999999999",
	"ipcrm -M 0x100000000",
	"ipcrm -M -",
	"ipcrm -m 99999999999",
	"ipcrm -m -1",
	"ipcrm -m",
	"ipcrm --queue-id",
	"ipcrm --verbose=3",
	"ipcrm -Q -5",
	"ipcrm -q 0x8003",
	"ipcrm -q 3x",
	"ipcrm sem 0x3",
	"ipcrm sem 99999999999",
	"ipcrm sem 3x 4",
	"ipcrm -q x -q y",
	"ipcrm --shm 9",
	"ipcrm --al",
	"ipcmk -Q",
	"ipcrm x --queue-id=10",
	"ipcrm shm -v 1",
	"ipcrm -v shm 1",
	"ipcrm -- shm 3",
	"ipcmk -M 1 -Q -S 1 -p 666",
	"ipcmk -M 1 -Q -S 1 -p 600",
	STUDENT "ipcs",
	STUDENT "ipcrm -v -M @m",
	STUDENT "ipcrm -a -v",
	STUDENT "ipcrm -amsg -v",
	STUDENT "ipcmk -M 1 -Q -S 1",
	STUDENT "ipcrm -v -a",
	STUDENT "ipcrm sem 0 1 2",
	"ipcs -c",
};
#define COMMANDS ((int)(sizeof(commands) / sizeof(*commands)))

struct transcript {
	int used, start[MAX_COMMANDS + 1];
	char text[TRANSCRIPT_SIZE];
};

/* Of the object with the lowest index. */
static key_t first_key(char kind)
{
	struct shmid_ds segment;
	struct msqid_ds queue;
	struct semid_ds set;

	for (int i = 0; i < 100; i++) {
		if (kind == 'm' && shmctl(i, SHM_STAT, &segment) >= 0)
			return segment.shm_perm.__key;
		if (kind == 'q' && msgctl(i, MSG_STAT, &queue) >= 0)
			return queue.msg_perm.__key;
		if (kind == 's' && semctl(i, 0, SEM_STAT, &set) >= 0)
			return set.sem_perm.__key;
	}
	return 0;
}

static void insert_key(char *line, size_t size, const char *command)
{
	const char *at = strchr(command, '@');

	snprintf(line, size, "%s", command);
	if (at)
		snprintf(line + (at - command), size - (at - command), "0x%08x", first_key(at[1]));
}

/* ipcmk picks random keys. */
static void hide_keys(char *text)
{
	while ((text = strstr(text, "0x")) != NULL) {
		int digits = strspn(text + 2, "0123456789abcdef");

		if (digits == 8)
			memset(text + 2, 'k', 8);
		text += 2 + digits;
	}
}

static void give_command(struct transcript *t, const char *folder, const char *command)
{
	static struct printed p;
	char line[300];
	uid_t uid = 0;

	if (!strncmp(command, STUDENT, strlen(STUDENT))) {
		command += strlen(STUDENT);
		uid = 1000;
	}
	insert_key(line, sizeof(line), command);
	run(&p, folder, line, uid);
	hide_keys(p.out);
	hide_keys(p.err);
	t->used += snprintf(t->text + t->used, TRANSCRIPT_SIZE - t->used, "%s%sstatus %d", p.out,
			    p.err, p.status) +
		   1;
}

/* All commands in a new namespace, with the programs of @folder. */
static void give_all(struct transcript *t, const char *folder)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (unshare(CLONE_NEWIPC))
			_exit(1);
		for (int i = 0; i < COMMANDS; i++) {
			t->start[i] = t->used;
			give_command(t, folder, commands[i]);
		}
		_exit(0);
	}
	waitpid(pid, NULL, 0);
}

static void compare_with_utils(void)
{
	struct transcript *t = mmap(NULL, 2 * sizeof(*t), PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	give_all(&t[0], OURS);
	give_all(&t[1], UTILS);
	for (int i = 0; i < COMMANDS; i++) {
		const char *ours = t[0].text + t[0].start[i], *theirs = t[1].text + t[1].start[i];

		if (!ok(*ours && !strcmp(ours, theirs), "%s: the same as util-linux's",
			commands[i]))
			show_difference("output", ours, theirs);
	}
}

/* What both do, without the other to compare with. */
static struct printed p;

static void print(const char *line)
{
	run(&p, OURS, line, 0);
}

static size_t size_made(const char *line)
{
	struct shmid_ds ds;
	int id = -1;

	print(line);
	sscanf(p.out, "Shared memory id: %d", &id);
	return shmctl(id, IPC_STAT, &ds) ? 0 : ds.shm_segsz;
}

static void check_ipcmk(void)
{
	struct msqid_ds queue;
	struct semid_ds set;

	ok(size_made("ipcmk -M 5000") == 5000, "ipcmk -M: bytes");
	ok(size_made("ipcmk -M 3K") == 3072 && size_made("ipcmk -M 3KiB") == 3072,
	   "K and KiB are 1024 bytes");
	ok(size_made("ipcmk -M 3KB") == 3000, "KB is 1000 bytes");
	ok(size_made("ipcmk -M 1.7MB") == 1700000 && size_made("ipcmk --shmem=0.3K") == 307,
	   "a fraction is exact, to whole bytes");
	print("ipcmk -Q -p 0622");
	ok(!strcmp(p.out, "Message queue id: 0\n") && !msgctl(0, IPC_STAT, &queue) &&
		   (queue.msg_perm.mode & 0777) == 0622 && queue.msg_perm.__key,
	   "ipcmk -Q -p: a queue with this mode and a key");
	print("ipcmk -S 7");
	ok(!strcmp(p.out, "Semaphore id: 0\n") && !semctl(0, 0, IPC_STAT, &set) &&
		   set.sem_nsems == 7,
	   "ipcmk -S: a set of so many semaphores");
	print("ipcmk");
	ok(!strcmp(p.err, "ipcmk: bad usage\nTry 'ipcmk --help' for more information.\n") &&
		   p.status,
	   "ipcmk alone is a mistake");
}

static void check_ipcrm(void)
{
	print("ipcrm -v -q 0");
	ok(!strcmp(p.out, "removing message queue id `0'\n") && !p.status, "ipcrm -q -v");
	print("ipcrm -q 0");
	ok(!strcmp(p.err, "ipcrm: invalid id (0)\n") && WEXITSTATUS(p.status) == 1,
	   "… and a second time");
	print("ipcrm -M 0x100000000");
	ok(!strcmp(p.err, "ipcrm: illegal key (0x100000000)\n"), "no key leads to private objects");
	print("ipcrm shm 0 1");
	ok(!strcmp(p.out, "resource(s) deleted\n") && !p.status, "ipcrm shm, as of old");
	print("ipcrm --all --verbose");
	ok(strstr(p.out, "removing shared memory segment id `2'\n") &&
		   strstr(p.out, "removing semaphore id `0'\n") && !p.status,
	   "ipcrm -a removes all that is left");
	print("ipcs -u");
	ok(strstr(p.out, "segments allocated 0\n") && strstr(p.out, "used arrays = 0\n") &&
		   strstr(p.out, "allocated queues = 0\n"),
	   "… and nothing is");
}

int main(void)
{
	_Static_assert(COMMANDS <= MAX_COMMANDS, "MAX_COMMANDS");
	if (unshare(CLONE_NEWIPC))
		return ktap_skip_all("needs to make a namespace");
	check_ipcmk();
	check_ipcrm();
	if (have_utils())
		compare_with_utils();
	return ktap_done();
}
