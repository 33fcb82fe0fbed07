// SPDX-License-Identifier: GPL-2.0-only
/* How a path becomes a file: components, "..", slashes, symlinks, lengths, and what goes wrong. */
#define _GNU_SOURCE
#include "tests/fs/files.h"
#include "tests/ktap.h"

static void plain_components(void)
{
	struct stat a, b;

	mkdir("d", 0755);
	mkdir("d/e", 0755);
	put_file("d/e/f", "text");
	ok(file_is("d/e/f", "text"), "a file three levels down");
	ok(file_is("./d/.//e/../e/f", "text"), "dots and double slashes");
	ok(stat("d/..", &a) == 0 && stat(".", &b) == 0 && a.st_ino == b.st_ino, "d/.. is here");
	ok(stat("/..", &a) == 0 && stat("/", &b) == 0 && a.st_ino == b.st_ino, "/.. is /");
	ok(fails(open("d/nothing/f", O_RDONLY), ENOENT), "a missing directory: ENOENT");
	ok(fails(open("d/e/f/g", O_RDONLY), ENOTDIR), "below a file: ENOTDIR");
	ok(fails(open("d/e/f/", O_RDONLY), ENOTDIR), "a slash behind a file: ENOTDIR");
	ok(fails(open("d/e/f/..", O_RDONLY), ENOTDIR), "a file has no ..");
	ok(fails(open("", O_RDONLY), ENOENT), "the empty path: ENOENT");
	ok(fails(open(NULL, O_RDONLY), EFAULT), "no pointer: EFAULT");
	ok(fails(open(BAD_POINTER, O_RDONLY), EFAULT), "a kernel pointer: EFAULT");
	ok(stat("d/e/", &a) == 0 && S_ISDIR(a.st_mode), "a slash behind a directory");
}

static void lengths(void)
{
	char name[300], path[PATH_MAX + 10];
	int i;

	memset(name, 'n', sizeof(name));
	name[255] = 0;
	ok(put_file(name, "x") == 0 && file_is(name, "x"), "a name of 255 bytes");
	name[255] = 'n';
	name[256] = 0;
	ok(fails(open(name, O_RDONLY | O_CREAT, 0644), ENAMETOOLONG), "256 bytes: ENAMETOOLONG");
	ok(fails(open(name, O_RDONLY), ENAMETOOLONG), "the same without O_CREAT");
	for (i = 0; i < PATH_MAX; i += 2)
		memcpy(path + i, "./", 2);
	memcpy(path + PATH_MAX - 4, "d/.", 4);
	ok(access(path, F_OK) == 0, "a path of PATH_MAX - 1 bytes");
	memcpy(path + PATH_MAX - 4, "././", 5);
	ok(fails(access(path, F_OK), ENAMETOOLONG), "one more: ENAMETOOLONG");
}

static void symlinks(void)
{
	char name[16], next[16], buf[64];
	struct stat st;
	int i;

	put_file("target", "data");
	symlink("target", "l1");
	symlink("l1", "l2");
	symlink("d", "dirlink");
	symlink("nowhere", "dangling");
	symlink("loop", "loop");
	symlink("loop2", "loop1");
	symlink("loop1", "loop2");
	symlink("/", "rootlink");
	symlink("d/e/", "slashlink");
	ok(file_is("l2", "data"), "two links in a row");
	ok(file_is("dirlink/e/f", "text"), "a link in the middle");
	ok(file_is("slashlink/f", "text"), "a link with a slash at its end");
	ok(lstat("slashlink/", &st) == 0 && S_ISDIR(st.st_mode), "lstat with a slash follows");
	ok(lstat("dirlink", &st) == 0 && S_ISLNK(st.st_mode) && st.st_size == 1, "lstat does not");
	ok(access("rootlink/..", F_OK) == 0 && access("rootlink/proc", F_OK) == 0, "a link to /");
	ok(fails(open("dangling", O_RDONLY), ENOENT), "a link to nothing: ENOENT");
	ok(fails(open("loop", O_RDONLY), ELOOP), "a link to itself: ELOOP");
	ok(fails(open("loop1/x", O_RDONLY), ELOOP), "a circle: ELOOP");
	ok(fails(open("l1", O_RDONLY | O_NOFOLLOW), ELOOP), "O_NOFOLLOW: ELOOP");
	ok(fails(open("l1/", O_RDONLY), ENOTDIR), "a slash behind a link to a file");
	ok(readlink("l2", buf, sizeof(buf)) == 2 && !memcmp(buf, "l1", 2), "readlink");
	ok(readlink("target", buf, sizeof(buf)) == -1 && errno == EINVAL,
	   "readlink of a file: EINVAL");
	ok(readlink("l2", buf, 1) == 1, "readlink cuts off");
	ok(fails(syscall(SYS_readlink, "l2", buf, 0), EINVAL), "readlink into nothing: EINVAL");
	ok(fails(symlink("", "emptylink"), ENOENT), "a link to \"\": ENOENT");
	ok(open("dangling", O_WRONLY | O_CREAT, 0644) >= 0 && exists("nowhere"),
	   "O_CREAT makes what the link names");
	ok(fails(open("l1", O_WRONLY | O_CREAT | O_EXCL, 0644), EEXIST), "O_EXCL sees the link");

	put_file("c0", "end");
	for (i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		snprintf(next, sizeof(next), "c%d", i - 1);
		symlink(next, name);
	}
	ok(file_is("c40", "end"), "40 links are followed");
	ok(fails(open("c41", O_RDONLY), ELOOP), "41 are not: ELOOP");

	/* Links within links: bodies that themselves go through links. */
	symlink("dirlink/e", "deep1");
	symlink("deep1/../e", "deep2");
	symlink("deep2/../e/../e", "deep3");
	symlink("deep3/f", "deep4");
	ok(file_is("deep4", "text"), "links nested four deep");
}

static void relative_to_a_descriptor(void)
{
	struct stat a, b;
	int dir = open("d", O_RDONLY | O_DIRECTORY), file = open("target", O_RDONLY);
	int path = open("d/e", O_PATH), fd;

	fd = openat(dir, "e/f", O_RDONLY);
	ok(fd >= 0, "openat");
	close(fd);
	ok(fails(openat(file, "e", O_RDONLY), ENOTDIR), "from a file: ENOTDIR");
	ok(fails(openat(999, "e", O_RDONLY), EBADF), "from nothing: EBADF");
	fd = openat(999, "/", O_RDONLY);
	ok(fd >= 0, "an absolute path does not look at the descriptor");
	close(fd);
	fd = openat(path, "f", O_RDONLY);
	ok(fd >= 0, "from an O_PATH descriptor");
	close(fd);
	ok(fstatat(file, "", &a, AT_EMPTY_PATH) == 0 && stat("target", &b) == 0 &&
		   a.st_ino == b.st_ino,
	   "AT_EMPTY_PATH: the file itself");
	ok(fails(fstatat(file, "", &a, 0), ENOENT), "\"\" without it: ENOENT");
	ok(fails(fstatat(dir, "e", &a, 0x8000), EINVAL), "unknown flag: EINVAL");
	close(dir);
	close(file);
	close(path);
}

static void working_directory(void)
{
	char cwd[PATH_MAX], want[PATH_MAX];

	ok(chdir("d/e") == 0 && getcwd(cwd, sizeof(cwd)) != NULL, "chdir");
	snprintf(want, sizeof(want), "%s/d/e", scratch_dir);
	ok(!strcmp(cwd, want), "getcwd says %s", cwd);
	ok(fails(syscall(SYS_getcwd, cwd, 3), ERANGE), "getcwd into 3 bytes: ERANGE");
	ok(fails(syscall(SYS_getcwd, BAD_POINTER, 4096), EFAULT), "getcwd to a bad place: EFAULT");
	ok(fails(chdir("f"), ENOTDIR), "chdir to a file: ENOTDIR");
	mkdir("gone", 0755);
	chdir("gone");
	rmdir("../gone");
	ok(fails(syscall(SYS_getcwd, cwd, sizeof(cwd)), ENOENT),
	   "getcwd of a removed place: ENOENT");
	ok(fails(open("new", O_CREAT | O_WRONLY, 0644), ENOENT), "nothing can be made in it");
	ok(chdir("..") == 0 && getcwd(cwd, sizeof(cwd)) && !strcmp(cwd, want),
	   "its .. is still there");
	chdir(scratch_dir);
}

static void search_permission(void)
{
	mkdir("closed", 0700);
	put_file("closed/f", "x");
	mkdir("searchable", 0711);
	put_file("searchable/f", "x");
	ok(AS_NOBODY(fails(open("closed/f", O_RDONLY), EACCES)), "no search permission: EACCES");
	ok(AS_NOBODY(fails(open("closed/none", O_RDONLY), EACCES)), "even for what is not there");
	ok(AS_NOBODY(open("searchable/f", O_RDONLY) >= 0), "search without read suffices");
	ok(AS_NOBODY(fails(open("searchable", O_RDONLY), EACCES)), "but does not list");
	ok(AS_NOBODY(fails(chdir("closed"), EACCES)), "chdir: EACCES");
}

int main(void)
{
	enter_scratch();
	plain_components();
	lengths();
	symlinks();
	relative_to_a_descriptor();
	working_directory();
	search_permission();
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
