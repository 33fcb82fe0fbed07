// SPDX-License-Identifier: GPL-2.0-only
/* Reading directories: every name once, whatever happens meanwhile; records as Linux lays them out. */
#define _GNU_SOURCE
#include "tests/fs/files.h"
#include "tests/ktap.h"

struct record64 {
	uint64_t d_ino;
	int64_t d_off;
	unsigned short d_reclen;
	unsigned char d_type;
	char d_name[];
};

struct old_dirent {
	unsigned long d_ino, d_off;
	unsigned short d_reclen;
	char d_name[];
};

static char buf[32768];

/* Calls fn for each entry, reading with a buffer of that size. The number of entries, -1 on error. */
static int walk(int fd, size_t size, void (*fn)(struct record64 *))
{
	int count = 0;

	for (;;) {
		long n = syscall(SYS_getdents64, fd, buf, size), at = 0;

		if (n <= 0)
			return n < 0 ? -1 : count;
		while (at < n) {
			struct record64 *d = (struct record64 *)(buf + at);

			if (fn)
				fn(d);
			at += d->d_reclen;
			count++;
		}
	}
}

static unsigned char seen[1000];
static int types_right, inodes_right, others;

static void note(struct record64 *d)
{
	int i;

	if (sscanf(d->d_name, "file%d", &i) == 1 && i < 1000)
		seen[i]++;
	else
		others++;
}

static void check_type(struct record64 *d)
{
	struct stat st;

	if (lstat(d->d_name, &st))
		return;
	types_right += d->d_type == ((st.st_mode >> 12) & 15);
	inodes_right += d->d_ino == st.st_ino || !strcmp(d->d_name, "..");
}

static int all_once(int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (seen[i] != 1)
			return 0;
	}
	return 1;
}

static void unlink_it(struct record64 *d)
{
	if (d->d_name[0] != '.')
		unlink(d->d_name);
}

static void types(void)
{
	int fd;

	mkdir("t", 0755);
	chdir("t");
	put_file("reg", "");
	mkdir("dir", 0755);
	symlink("reg", "lnk");
	mknod("fifo", S_IFIFO | 0600, 0);
	mknod("chr", S_IFCHR | 0600, 0x103);
	fd = open(".", O_RDONLY);
	ok(walk(fd, sizeof(buf), check_type) == 7, "five entries, . and ..");
	ok(types_right == 7, "with their types");
	ok(inodes_right == 7, "and inode numbers");
	close(fd);
	chdir("..");
}

static void many(void)
{
	char name[16];
	int fd, i, n;

	mkdir("m", 0755);
	chdir("m");
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "file%d", i);
		close(open(name, O_CREAT | O_WRONLY, 0644));
	}
	fd = open(".", O_RDONLY);
	ok(walk(fd, 200, note) == 1002 && all_once(1000) && others == 2,
	   "1,000 names in small pieces");
	lseek(fd, 0, SEEK_SET);
	ok(walk(fd, sizeof(buf), NULL) == 1002, "from the start again");

	/* A position that was handed out leads back to the same place. */
	lseek(fd, 0, SEEK_SET);
	n = (int)syscall(SYS_getdents64, fd, buf, 512);
	{
		struct record64 *d = (struct record64 *)buf;
		char second[300];
		int64_t off = d->d_off;

		d = (struct record64 *)(buf + d->d_reclen);
		strcpy(second, d->d_name);
		lseek(fd, off, SEEK_SET);
		ok(n > 0 && syscall(SYS_getdents64, fd, buf, 512) > 0 &&
			   !strcmp(((struct record64 *)buf)->d_name, second),
		   "seek to d_off");
	}

	lseek(fd, 0, SEEK_SET);
	walk(fd, 300, unlink_it);
	lseek(fd, 0, SEEK_SET);
	ok(walk(fd, sizeof(buf), NULL) == 2, "removing while reading misses none");
	close(fd);
	chdir("..");
	ok(rmdir("m") == 0, "so that the directory can go");
}

static int renamed;

static void rename_it(struct record64 *d)
{
	char to[300];

	if (d->d_name[0] == '.')
		return;
	snprintf(to, sizeof(to), "x%s", d->d_name);
	renamed += rename(d->d_name, to) == 0;
}

static void renaming_while_reading(void)
{
	char name[16];
	int fd, i;

	mkdir("r", 0755);
	chdir("r");
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "%d", i);
		close(open(name, O_CREAT | O_WRONLY, 0644));
	}
	fd = open(".", O_RDONLY);
	walk(fd, 150, rename_it);
	ok(renamed >= 100 && renamed < 1000, "renaming all comes to an end (%d)", renamed);
	close(fd);
	chdir("..");
}

static void old_form(void)
{
	int fd = open("t", O_RDONLY), entries = 0, dirs = 0;
	long n = syscall(SYS_getdents, fd, buf, sizeof(buf)), at = 0;

	while (at < n) {
		struct old_dirent *d = (struct old_dirent *)(buf + at);

		entries++;
		dirs += buf[at + d->d_reclen - 1] == DT_DIR;
		at += d->d_reclen;
	}
	ok(entries == 7 && dirs == 3, "getdents: the type is the last byte");
	close(fd);
}

static void sizes(void)
{
	struct stat st;

	mkdir("s", 0755);
	put_file("s/a", "");
	mkdir("s/b", 0755);
	link("s/a", "s/c");
	ok(stat("s", &st) == 0 && st.st_size == 100, "a name counts 20 bytes (%d)",
	   (int)st.st_size);
	rename("s/a", "s/d");
	rename("s/c", "s/b/c");
	ok(stat("s", &st) == 0 && st.st_size == 80 && stat("s/b", &st) == 0 && st.st_size == 60,
	   "also when it moves");
	unlink("s/b/c");
	rmdir("s/b");
	unlink("s/d");
	ok(stat("s", &st) == 0 && st.st_size == 40, "and none when it is gone");
}

static void refusals(void)
{
	int fd = open("t", O_RDONLY), file = open("t/reg", O_RDONLY);

	ok(fails(syscall(SYS_getdents64, file, buf, 100), ENOTDIR), "a file: ENOTDIR");
	ok(fails(syscall(SYS_getdents64, -1, buf, 100), EBADF), "EBADF");
	ok(fails(syscall(SYS_getdents64, fd, buf, 10), EINVAL), "no room for a record: EINVAL");
	ok(fails(syscall(SYS_getdents64, fd, BAD_POINTER, 1000), EFAULT), "EFAULT");
	mkdir("gone", 0755);
	close(file);
	file = open("gone", O_RDONLY);
	rmdir("gone");
	ok(fails(syscall(SYS_getdents64, file, buf, 100), ENOENT), "a removed directory: ENOENT");
	close(file);
	close(fd);
}

int main(void)
{
	enter_scratch();
	types();
	many();
	renaming_while_reading();
	old_form();
	sizes();
	refusals();
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
