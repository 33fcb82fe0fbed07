// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names under races: while processes make, remove, link, rename and exchange files and directories
 * with few names, others walk through them, list them and ask where they are.
 *
 * What must hold at every moment: a name that is only ever replaced by rename() is always there,
 * with a whole file behind it; of two names that are exchanged both are there; getcwd() in a
 * directory that moves gives one of its two paths; a directory that lists itself lists a name that
 * never changes exactly once. Calls fail only with the errors that fit.
 *
 * The number of a round as argument runs that one alone.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/ktap.h"

#define ROUNDS    4
#define STEPS     250
#define CHANGERS  3
#define CONTENT   "the whole file, at every moment"
#define LONG_NAME "a-name-that-is-too-long-to-be-stored-inside-its-dentry"

#ifndef RENAME_EXCHANGE
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE  2
#endif

static uint64_t state;
static char top[64];

static unsigned int pick(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % n;
}

static int rename2(const char *from, const char *to, unsigned int flags)
{
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static void random_path(char *path, int levels)
{
	static const char *const names[] = { "a", "b", LONG_NAME, "d" };
	int n = 1 + (int)pick(levels);

	strcpy(path, "tree");
	while (n--) {
		strcat(path, "/");
		strcat(path, names[pick(4)]);
	}
}

/* ---- those who change names ---- */

/* Every error that a race may bring; anything else is a bug. */
static int fits(int ret)
{
	static const int errors[] = { ENOENT, EEXIST, ENOTDIR, EISDIR, ENOTEMPTY,
				      EINVAL, ELOOP,  EPERM,   EBUSY,  EMLINK };

	if (ret >= 0)
		return 1;
	for (unsigned int i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errno == errors[i])
			return 1;
	}
	perror("# an error that does not fit");
	return 0;
}

static int change_once(void)
{
	char path[400], other[400];
	struct stat st;
	int fd, ret = 0;

	random_path(path, 4);
	random_path(other, 4);
	switch (pick(12)) {
	case 0:
	case 1:
	case 2:
		return fits(mkdir(path, 0700));
	case 3:
		return fits(rmdir(path));
	case 4:
		return fits(unlink(path));
	case 5:
		return fits(rename(path, other));
	case 6:
		return fits(rename2(path, other, RENAME_EXCHANGE));
	case 7:
		return fits(rename2(path, other, RENAME_NOREPLACE));
	case 8:
		return fits(link(path, other));
	case 9:
		return fits(symlink(pick(2) ? "../a" : "b", path));
	case 10:
		fd = open(path, O_RDWR | O_CREAT, 0600);
		if (fd >= 0) {
			ret = fstat(fd, &st);
			close(fd);
		}
		return fits(fd) && ret == 0;
	default:
		return fits(stat(path, &st));
	}
}

static int changer(void)
{
	for (int i = 0; i < STEPS; i++) {
		if (!change_once())
			return 1;
	}
	return 0;
}

/* Replaces "file" by another one with the same content; exchanges two; moves a directory. */
static int replacer(void)
{
	for (int i = 0; i < STEPS; i++) {
		int fd = open("new", O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (fd < 0 || write(fd, CONTENT, sizeof(CONTENT)) != sizeof(CONTENT))
			return 1;
		close(fd);
		if (rename("new", "file") || rename2("left", "right", RENAME_EXCHANGE))
			return 2;
		if (rename("from/moving", "to/" LONG_NAME) ||
		    rename("to/" LONG_NAME, "from/moving"))
			return 3;
	}
	return 0;
}

/* ---- those who look ---- */

static int looks_well(void)
{
	char buf[300], path[400];
	struct stat left, right;
	int fd = open("file", O_RDONLY), seen = 0;
	struct dirent *e;
	DIR *dir;

	if (fd < 0)
		return 0;
	if (read(fd, buf, sizeof(buf)) != sizeof(CONTENT) || strcmp(buf, CONTENT))
		return 0;
	close(fd);
	if (stat("left", &left) || stat("right/../right", &right) || !S_ISDIR(left.st_mode))
		return 0;
	dir = opendir(".");
	while (dir && (e = readdir(dir)))
		seen += !strcmp(e->d_name, "file-that-stays");
	if (dir)
		closedir(dir);
	if (seen != 1)
		return 0;
	random_path(path, 6);
	dir = opendir(path);
	if (dir) {
		while ((e = readdir(dir)))
			;
		closedir(dir);
	}
	return 1;
}

static int looker(void)
{
	for (int i = 0; i < STEPS; i++) {
		if (!looks_well()) {
			perror("# a look failed");
			return 1;
		}
	}
	return 0;
}

static int asker(void)
{
	char one[400], two[400], buf[400];

	snprintf(one, sizeof(one), "%s/from/moving/inner", top);
	snprintf(two, sizeof(two), "%s/to/" LONG_NAME "/inner", top);
	if (chdir("from/moving/inner") && chdir("to/" LONG_NAME "/inner"))
		return errno == ENOENT ? 0 : 1; /* it moved between the two */
	for (int i = 0; i < STEPS; i++) {
		struct stat st;

		if (!getcwd(buf, sizeof(buf)) || (strcmp(buf, one) && strcmp(buf, two))) {
			printf("# here: %s\n", buf);
			return 2;
		}
		if (stat("../inner", &st) || stat("../../../file-that-stays", &st))
			return 3;
	}
	return 0;
}

/* ---- a round ---- */

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static int prepare(void)
{
	strcpy(top, "/tmp/name-races-XXXXXX");
	if (!mkdtemp(top) || chdir(top))
		return 0;
	close(open("file-that-stays", O_CREAT | O_WRONLY, 0600));
	int fd = open("file", O_CREAT | O_WRONLY, 0600);

	if (write(fd, CONTENT, sizeof(CONTENT)) != sizeof(CONTENT))
		return 0;
	close(fd);
	return !mkdir("tree", 0700) && !mkdir("left", 0700) && !mkdir("right", 0700) &&
	       !mkdir("from", 0700) && !mkdir("to", 0700) && !mkdir("from/moving", 0700) &&
	       !mkdir("from/moving/inner", 0700);
}

static int round_is_well(int round)
{
	int (*const jobs[])(void) = { replacer, looker, looker, asker, changer, changer, changer };
	int n = sizeof(jobs) / sizeof(jobs[0]), status, good = 1;
	pid_t pids[8];

	if (!prepare())
		return 0;
	for (int i = 0; i < n; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			alarm(120);
			state = 0x9e3779b97f4a7c15ull * (uint64_t)(round * 8 + i + 1);
			_exit(jobs[i]());
		}
	}
	for (int i = 0; i < n; i++) {
		if (pids[i] < 0 || waitpid(pids[i], &status, 0) != pids[i] || status) {
			printf("# job %d: status %#x\n", i, status);
			good = 0;
		}
	}
	fflush(stdout);
	if (chdir("/tmp") || nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS)) {
		perror("# removing the tree");
		good = 0;
	}
	return good && access(top, F_OK) == -1 && errno == ENOENT;
}

int main(int argc, char **argv)
{
	int first = argc > 1 ? atoi(argv[1]) : 0;
	int last = argc > 2 ? atoi(argv[2]) : argc > 1 ? first + 1 : ROUNDS;

	for (int round = first; round < last; round++)
		ok(round_is_well(round), "round %d: names are what they must be at every moment",
		   round);
	return ktap_done();
}
