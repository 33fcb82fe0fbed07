// SPDX-License-Identifier: GPL-2.0-only
/* rename(2) and renameat2(2): what replaces what, what cannot, and what others see meanwhile. */
#define _GNU_SOURCE
#include <sched.h>
#include "tests/fs/files.h"
#include "tests/ktap.h"

#define NOREPLACE 1
#define EXCHANGE  2
#define WHITEOUT  4

static long rename2(const char *from, const char *to, unsigned int flags)
{
	return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static nlink_t links(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_nlink;
}

static void files(void)
{
	ino_t ino;

	put_file("a", "A");
	ino = inode_of("a");
	ok(rename("a", "b") == 0 && !exists("a") && inode_of("b") == ino, "to a free name");
	put_file("c", "C");
	ok(rename("b", "c") == 0 && file_is("c", "A") && !exists("b"), "over another file");
	ok(rename("c", "c") == 0 && file_is("c", "A"), "onto itself: nothing");
	link("c", "c2");
	ok(rename("c", "c2") == 0 && exists("c") && exists("c2"), "two names of one file: nothing");
	unlink("c2");
	ok(fails(rename("none", "x"), ENOENT), "of nothing: ENOENT");
	ok(fails(rename("c", "none/x"), ENOENT), "into nothing: ENOENT");
	ok(fails(rename("c", "d/"), ENOTDIR), "a file to a name with a slash: ENOTDIR");
	mkdir("d", 0755);
	ok(fails(rename("c", "d"), EISDIR), "a file over a directory: EISDIR");
	ok(fails(rename("d", "c"), ENOTDIR), "a directory over a file: ENOTDIR");
	ok(fails(rename("c", "d/."), EBUSY) && fails(rename("d/..", "x"), EBUSY),
	   ". and ..: EBUSY");
	ok(fails(rename("c", "/proc/x"), EXDEV), "to another file system: EXDEV");
	symlink("c", "s");
	ok(rename("s", "s2") == 0 && exists("c") && exists("s2"), "a symlink itself is renamed");
	ok(fails(rename(NULL, "x"), EFAULT), "EFAULT");
}

static void directories(void)
{
	char cwd[PATH_MAX], want[PATH_MAX];

	mkdir("p", 0755);
	mkdir("q", 0755);
	mkdir("p/sub", 0755);
	put_file("p/sub/f", "deep");
	ok(rename("p/sub", "q/moved") == 0 && file_is("q/moved/f", "deep"), "to another directory");
	ok(links("p") == 2 && links("q") == 3, "link counts follow");
	ok(fails(rename("q", "q/moved/x"), EINVAL), "below itself: EINVAL");
	ok(fails(rename("q/moved", "q"), ENOTEMPTY), "over its own parent: ENOTEMPTY");
	mkdir("empty", 0755);
	mkdir("full", 0755);
	put_file("full/f", "");
	ok(fails(rename("q", "full"), ENOTEMPTY), "over one that is not empty: ENOTEMPTY");
	chdir("q/moved");
	ok(rename("../../q", "../../empty") == 0, "over an empty one");
	snprintf(want, sizeof(want), "%s/empty/moved", scratch_dir);
	ok(getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, want), "the working directory moved with it");
	chdir(scratch_dir);
	ok(rename("empty/", "renamed/") == 0, "slashes behind directories");
	mkdir("long-name-that-does-not-fit-into-the-dentry-itself", 0755);
	ok(rename("long-name-that-does-not-fit-into-the-dentry-itself", "short") == 0 &&
		   rename("short", "another-long-name-that-does-not-fit-inline-either") == 0 &&
		   rmdir("another-long-name-that-does-not-fit-inline-either") == 0,
	   "long and short names");
}

static void flags(void)
{
	ino_t x, y;

	put_file("x", "X");
	put_file("y", "Y");
	ok(fails(rename2("x", "y", NOREPLACE), EEXIST) && file_is("y", "Y"), "NOREPLACE: EEXIST");
	ok(rename2("x", "x2", NOREPLACE) == 0, "NOREPLACE to a free name");
	rename("x2", "x");
	x = inode_of("x");
	y = inode_of("y");
	ok(rename2("x", "y", EXCHANGE) == 0 && inode_of("x") == y && inode_of("y") == x,
	   "EXCHANGE");
	mkdir("xd", 0755);
	put_file("xd/in", "in");
	ok(rename2("xd", "y", EXCHANGE) == 0 && file_is("y/in", "in") && file_is("xd", "X"),
	   "a file with a directory");
	ok(fails(rename2("xd", "none", EXCHANGE), ENOENT), "with nothing: ENOENT");
	mkdir("y/sub", 0755);
	ok(fails(rename2("y", "y/sub", EXCHANGE), EINVAL), "with what is below: EINVAL");
	ok(fails(rename2("y/sub", "y", EXCHANGE), EINVAL), "with what is above: EINVAL");
	ok(fails(rename2("x", "y", NOREPLACE | EXCHANGE), EINVAL), "both: EINVAL");
	ok(fails(rename2("x", "y", 0x80), EINVAL), "unknown: EINVAL");
}

static void permission(void)
{
	mkdir("open1", 0777);
	chmod("open1", 0777);
	mkdir("open1/owned-by-root", 0755);
	mkdir("open2", 0777);
	chmod("open2", 0777);
	put_file("f", "x");
	ok(AS_NOBODY(fails(rename("f", "g"), EACCES)), "no permission on the directory: EACCES");
	ok(AS_NOBODY(fails(rename("open1/owned-by-root", "open2/x"), EACCES)),
	   "a directory's .. cannot be changed by others: EACCES");
	ok(AS_NOBODY(rename("open1/owned-by-root", "open1/y") == 0), "within one directory it can");
}

/*
 * One process moves a tree to and fro, another walks into it all the time: it finds the file under
 * one of the two names, or the name is gone, never anything else. Names change between the two.
 */
static void walking_while_renaming(void)
{
	int i, status, bad = 0, found = 0;
	pid_t pid;

	mkdir("m1", 0755);
	mkdir("m2", 0755);
	mkdir("m1/tree", 0755);
	mkdir("m1/tree/dir", 0755);
	put_file("m1/tree/dir/leaf", "leaf");
	pid = fork();
	if (!pid) {
		for (i = 0; i < 2000; i++) {
			if (rename("m1/tree",
				   "m2/a-much-longer-name-for-the-very-same-directory") ||
			    rename("m2/a-much-longer-name-for-the-very-same-directory", "m1/tree"))
				_exit(1);
			if (i % 50 == 0)
				sched_yield();
		}
		_exit(0);
	}
	/* Once at least, though the other may be done before we begin. */
	do {
		const char *names[] = {
			"m1/tree/dir/leaf",
			"m2/a-much-longer-name-for-the-very-same-directory/dir/leaf",
			"m1/tree/dir/../dir/leaf",
		};

		for (i = 0; i < 3; i++) {
			if (file_is(names[i], "leaf"))
				found++;
			else if (errno != ENOENT)
				bad++;
		}
	} while (waitpid(pid, &status, WNOHANG) == 0);
	ok(status == 0, "2,000 moves to and fro");
	ok(bad == 0, "a walk finds the file or ENOENT");
	ok(found > 0, "and found it at times");
	ok(file_is("m1/tree/dir/leaf", "leaf"), "it is where it belongs at the end");
}

/* Exactly one of many makes the file. */
static void exclusive_creation(void)
{
	int round, i, made = 0;

	for (round = 0; round < 20; round++) {
		char name[16];

		snprintf(name, sizeof(name), "excl%d", round);
		for (i = 0; i < 4; i++) {
			if (!fork())
				_exit(open(name, O_CREAT | O_EXCL | O_WRONLY, 0644) >= 0);
		}
		for (i = 0; i < 4; i++) {
			int status;

			wait(&status);
			made += WEXITSTATUS(status);
		}
	}
	ok(made == 20, "O_EXCL: one maker per name (%d of 20)", made);
}

int main(void)
{
	enter_scratch();
	files();
	directories();
	flags();
	permission();
	walking_while_renaming();
	exclusive_creation();
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
