// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tree of mounts under races: several processes take one tree of mounts away at the same time,
 * and others mount, walk and unmount at one place. A mount is taken out once, and lives on for those
 * who have it open; a walk that has begun keeps it from going, or finds nothing there.
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

int main(void)
{
	go = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	alarm(180); /* a lost wake-up ends the program instead of hanging it */
	enter_scratch();
	mkdir("m", 0755);
	taken_once();
	walked();
	ok(!rmdir("m") && !leave_scratch(), "nothing is mounted any more");
	return ktap_done();
}
