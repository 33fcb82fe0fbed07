// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree of mounts under races: several processes take one tree of mounts away at the same time,
 * others mount, walk and unmount at one place, and all of them do anything to a few places. A mount is
 * taken out once, and lives on for those who have it open; a walk that has begun keeps it from going,
 * or finds nothing there.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include "tests/fs/files.h"
#include "tests/ktap.h"

#define TREES    20 /* taken away */
#define CHILDREN 4  /* mounts below the top of one */
#define TAKERS   3
#define MOUNTS   60 /* made and unmounted beside the walkers */
#define WALKERS  2
#define CHANGERS 4
#define STEPS    400

static volatile int *go; /* in memory that all share */

/* A child that waits for the start, and does not outlive its parent, nor two minutes. */
static pid_t start(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(120);
		while (!*go)
			sched_yield();
	}
	return pid;
}

/* What the child returned, or -1. */
static int ended(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int make_tree(void)
{
	char path[32];
	int good = !mount("top", "m", "tmpfs", 0, NULL) && !put_file("m/kept", "kept");

	for (int i = 0; i < CHILDREN; i++) {
		snprintf(path, sizeof(path), "m/%d", i);
		good &= !mkdir(path, 0755) && !mount("child", path, "tmpfs", 0, NULL);
		strcat(path, "/f");
		good &= !put_file(path, "below");
	}
	return good;
}

/* 0: it took the tree away; 1: there was none any more; 2: something else. */
static int take_away(void)
{
	if (!umount2("m", MNT_DETACH))
		return 0;
	return errno == EINVAL ? 1 : 2;
}

/* Is the top of the tree still whole for somebody who has it open? */
static int lives_on(int dir)
{
	char text[8] = "";
	int fd = openat(dir, "kept", O_RDONLY), new = openat(dir, "new", O_CREAT | O_RDWR, 0600);
	int good = read(fd, text, sizeof(text) - 1) == 4 && !strcmp(text, "kept");

	good &= write(new, "new", 3) == 3 && !unlinkat(dir, "new", 0);
	return good && !close(fd) && !close(new) && !close(dir);
}

/* At least one says that it was the one, and nothing is left in the tree. */
static void taken_once(void)
{
	int good = 0;

	for (int round = 0; round < TREES; round++) {
		pid_t takers[TAKERS];
		int how[3] = { 0 }, made = make_tree(), dir = open("m", O_RDONLY | O_DIRECTORY);

		*go = 0;
		for (int i = 0; i < TAKERS; i++) {
			takers[i] = start();
			if (!takers[i])
				_exit(take_away());
		}
		*go = 1;
		for (int i = 0; i < TAKERS; i++) {
			int end = ended(takers[i]);

			how[end < 0 ? 2 : end]++;
		}
		good += made && how[0] && !how[2] && !exists("m/0") && fails(umount("m"), EINVAL) &&
			lives_on(dir);
	}
	ok(good == TREES, "a tree of mounts that several take away goes once: %d of %d", good,
	   TREES);
}

/* The file is there as it was written, or not there at all. */
static void walk(void)
{
	int wrong = 0;

	while (*go == 1) {
		char text[16] = "";
		int fd = open("m/d/f", O_RDONLY);

		if (fd < 0) {
			wrong |= errno != ENOENT;
			continue;
		}
		if (read(fd, text, sizeof(text) - 1) >= 0)
			wrong |= *text && strcmp(text, "walked");
		else
			wrong |= 1;
		close(fd);
	}
	_exit(wrong);
}

/* An unmount that a walker delays is repeated: it holds the mount for the moment of a call only. */
static void walked(void)
{
	pid_t walkers[WALKERS];
	int good = 0, wrong = 0;

	*go = 0;
	for (int i = 0; i < WALKERS; i++) {
		walkers[i] = start();
		if (!walkers[i])
			walk();
	}
	*go = 1;
	for (int i = 0; i < MOUNTS; i++) {
		int ret;

		if (mount("walked", "m", "tmpfs", 0, NULL) || mkdir("m/d", 0755) ||
		    put_file("m/d/f", "walked"))
			continue;
		while ((ret = umount("m")) && errno == EBUSY)
			sched_yield();
		good += !ret && !exists("m/d");
	}
	*go = 2;
	for (int i = 0; i < WALKERS; i++)
		wrong += ended(walkers[i]) != 0;
	ok(good == MOUNTS, "mounts come and go under those who walk through: %d of %d", good,
	   MOUNTS);
	ok(!wrong, "they find the whole file, or none");
}

static uint64_t state;

static unsigned int pick(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % n;
}

/* One of four directories, or of the same four inside it, and so on. */
static const char *random_place(char *path)
{
	int levels = 1 + (int)pick(3);

	*path = 0;
	for (int i = 0; i < levels; i++)
		sprintf(path + strlen(path), "%s%c", i ? "/" : "", 'a' + (int)pick(4));
	return path;
}

static void read_whole(const char *path)
{
	static char text[4096];
	int fd = open(path, O_RDONLY);

	while (fd >= 0 && read(fd, text, sizeof(text)) > 0)
		;
	close(fd);
}

/* Any of what can be done to mounts and under them; how it ends is not asked. */
static void random_step(void)
{
	static int held[4] = { -1, -1, -1, -1 };
	char a[32], b[32], cwd[256];
	int i = (int)pick(4);

	random_place(a);
	random_place(b);
	switch (pick(18)) {
	case 0:
	case 1:
	case 2:
		mount("x", a, "tmpfs", 0, "size=64k,nr_inodes=50");
		break;
	case 3:
		mount(a, b, NULL, MS_BIND, NULL);
		break;
	case 4:
		mount(a, b, NULL, MS_BIND | MS_REC, NULL);
		break;
	case 5:
		mount(a, b, NULL, MS_MOVE, NULL);
		break;
	case 6:
		mount(NULL, a, NULL,
		      MS_REMOUNT | (pick(2) ? MS_BIND : 0) | (pick(2) ? MS_RDONLY : 0), NULL);
		break;
	case 7:
		umount(a);
		break;
	case 8:
	case 9:
		umount2(a, MNT_DETACH);
		break;
	case 10:
		umount2(a, MNT_EXPIRE);
		break;
	case 11:
	case 12:
		mkdir(a, 0755);
		break;
	case 13:
		rename(a, b);
		break;
	case 14:
		rmdir(a);
		break;
	case 15:
		close(held[i]);
		strcat(a, "/f");
		held[i] = open(a, O_RDWR | O_CREAT, 0644);
		if (held[i] >= 0)
			write(held[i], a, strlen(a));
		break;
	case 16:
		read_whole(pick(2) ? "/proc/self/mountinfo" : "/proc/mounts");
		break;
	case 17:
		if (!chdir(a)) {
			getcwd(cwd, sizeof(cwd));
			mkdir("a", 0755);
			mount("x", "a", "tmpfs", 0, NULL);
			stat("../..", &(struct stat){ 0 });
		}
		chdir(scratch_dir);
		break;
	}
}

static void anything(void)
{
	pid_t pids[CHANGERS];
	char name[2] = "a";
	int good = 0, left = 0;

	for (; *name < 'e'; ++*name)
		mkdir(name, 0755);
	*go = 0;
	for (int i = 0; i < CHANGERS; i++) {
		pids[i] = start();
		if (!pids[i]) {
			state = 0x9e3779b97f4a7c15ull * (uint64_t)(i + 1);
			for (int step = 0; step < STEPS; step++)
				random_step();
			_exit(0);
		}
	}
	*go = 1;
	for (int i = 0; i < CHANGERS; i++)
		good += ended(pids[i]) == 0;
	ok(good == CHANGERS, "mounts are made, bound, moved and taken away by all at once");
	for (*name = 'a'; *name < 'e'; ++*name) {
		while (!umount2(name, MNT_DETACH))
			;
		left += exists(name) && !fails(umount(name), EINVAL);
	}
	ok(!left, "and all can be taken away in the end");
	/* Through a bind mount of one of its directories somebody may have made it read-only. */
	mount(NULL, scratch_dir, NULL, MS_REMOUNT, NULL);
}

int main(void)
{
	go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	alarm(180); /* a lost wake-up ends the program instead of hanging it */
	enter_scratch();
	mkdir("m", 0755);
	taken_once();
	walked();
	anything();
	ok(!rmdir("m") && !leave_scratch(), "nothing is mounted any more");
	return ktap_done();
}
