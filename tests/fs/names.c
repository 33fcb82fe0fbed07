// SPDX-License-Identifier: GPL-2.0-only
/* Making and removing names: mkdir, mknod, link, symlink, unlink, rmdir, with who may and who not. */
#define _GNU_SOURCE
#include <sys/sysmacros.h>
#include "tests/fs/files.h"
#include "tests/ktap.h"

static nlink_t links(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_nlink;
}

static void directories(void)
{
	ok(mkdir("d", 0751) == 0 && mode_of("d") == 0751, "mkdir");
	ok(links("d") == 2 && links(".") == 3, "link counts: its own ., our ..");
	ok(fails(mkdir("d", 0755), EEXIST), "again: EEXIST");
	ok(fails(mkdir("none/d", 0755), ENOENT), "in nothing: ENOENT");
	ok(mkdir("slash/", 0755) == 0, "a slash behind the name");
	ok(fails(mkdir(".", 0755), EEXIST) && fails(mkdir("..", 0755), EEXIST) &&
		   fails(mkdir("/", 0755), EEXIST),
	   "., .. and /: EEXIST");
	put_file("f", "x");
	ok(fails(mkdir("f/d", 0755), ENOTDIR), "in a file: ENOTDIR");
	ok(fails(mkdir(NULL, 0755), EFAULT), "EFAULT");
	symlink("void", "dang");
	ok(fails(mkdir("dang", 0755), EEXIST), "a dangling link is in the way: EEXIST");
	ok(rmdir("slash/") == 0, "rmdir");
	ok(fails(rmdir("slash"), ENOENT), "again: ENOENT");
	ok(fails(rmdir("f"), ENOTDIR), "of a file: ENOTDIR");
	ok(fails(rmdir("."), EINVAL), "of .: EINVAL");
	ok(fails(rmdir("d/.."), ENOTEMPTY), "of ..: ENOTEMPTY");
	ok(fails(rmdir("/"), EBUSY), "of /: EBUSY");
	put_file("d/f", "x");
	ok(fails(rmdir("d"), ENOTEMPTY), "of what is not empty: ENOTEMPTY");
	unlink("d/f");
	ok(rmdir("d") == 0 && links(".") == 2, "and when it is");
	mkdir("sgid", 0755);
	chown("sgid", 0, 77);
	chmod("sgid", 02755);
	mkdir("sgid/sub", 0755);
	put_file("sgid/file", "");
	{
		struct stat a, b;

		ok(stat("sgid/sub", &a) == 0 && a.st_gid == 77 && (a.st_mode & S_ISGID) &&
			   stat("sgid/file", &b) == 0 && b.st_gid == 77 && !(b.st_mode & S_ISGID),
		   "a set-gid directory hands its group down");
	}
}

static void nodes(void)
{
	struct stat st;

	ok(mknod("fifo", S_IFIFO | 0640, 0) == 0 && stat("fifo", &st) == 0 && S_ISFIFO(st.st_mode),
	   "mknod of a FIFO");
	ok(mknod("chr", S_IFCHR | 0600, makedev(1, 3)) == 0 && stat("chr", &st) == 0 &&
		   S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3),
	   "of a device");
	ok(mknod("big", S_IFBLK | 0600, makedev(259, 300)) == 0 && stat("big", &st) == 0 &&
		   st.st_rdev == makedev(259, 300),
	   "with large numbers");
	ok(mknod("plain", 0644, 0) == 0 && stat("plain", &st) == 0 && S_ISREG(st.st_mode),
	   "type 0 is a regular file");
	ok(fails(mknod("bad", S_IFDIR | 0755, 0), EPERM), "of a directory: EPERM");
	ok(fails(mknod("bad", S_IFLNK | 0755, 0), EINVAL), "of a symlink: EINVAL");
	ok(fails(mknod("fifo", S_IFIFO | 0640, 0), EEXIST), "again: EEXIST");
	chmod(".", 0777);
	ok(AS_NOBODY(fails(mknod("nb", S_IFCHR | 0600, makedev(1, 3)), EPERM)),
	   "devices are not for everybody: EPERM");
	ok(AS_NOBODY(mknod("nbfifo", S_IFIFO | 0600, 0) == 0), "FIFOs are");
	chmod(".", 0755);
}

static void hard_links(void)
{
	put_file("a", "one");
	ok(link("a", "b") == 0 && inode_of("a") == inode_of("b") && links("a") == 2, "link");
	put_file("b", "two");
	ok(file_is("a", "two"), "both names show one content");
	ok(unlink("a") == 0 && links("b") == 1 && file_is("b", "two"),
	   "one name goes, the other stays");
	ok(fails(link("none", "c"), ENOENT), "of nothing: ENOENT");
	ok(fails(link("b", "b"), EEXIST), "onto itself: EEXIST");
	mkdir("dir", 0755);
	ok(fails(link("dir", "dir2"), EPERM), "of a directory: EPERM");
	symlink("b", "sym");
	ok(link("sym", "sym2") == 0 && links("sym") == 2, "link does not follow a symlink");
	ok(linkat(AT_FDCWD, "sym", AT_FDCWD, "followed", AT_SYMLINK_FOLLOW) == 0 &&
		   inode_of("followed") == inode_of("b"),
	   "AT_SYMLINK_FOLLOW does");
	ok(fails(linkat(AT_FDCWD, "b", AT_FDCWD, "x", 0x8000), EINVAL), "unknown flag: EINVAL");
	ok(fails(link("b", "/proc/x"), EXDEV) || errno == ENOENT, "to another file system");
	ok(fails(link("b/", "c"), ENOTDIR), "a slash behind the old name: ENOTDIR");
	ok(fails(link("b", "c/"), ENOENT), "behind the new one: ENOENT");
}

static void unlinking(void)
{
	char buf[8];
	struct stat st;
	int fd;

	ok(fails(unlink("none"), ENOENT), "unlink of nothing: ENOENT");
	ok(fails(unlink("dir"), EISDIR), "of a directory: EISDIR");
	ok(fails(unlink("b/"), ENOTDIR), "with a slash: ENOTDIR");
	ok(fails(unlink("."), EISDIR) && fails(unlink("/"), EISDIR), "of . and /: EISDIR");
	ok(unlink("sym") == 0 && exists("b"), "of a symlink: the link goes");
	put_file("open", "kept");
	fd = open("open", O_RDWR);
	ok(unlink("open") == 0 && !exists("open"), "of an open file");
	ok(fstat(fd, &st) == 0 && st.st_nlink == 0 && read(fd, buf, 4) == 4 &&
		   !memcmp(buf, "kept", 4),
	   "which lives on until it is closed");
	ok(write(fd, "more", 4) == 4 && pread(fd, buf, 8, 0) == 8, "can be written, too");
	close(fd);
	ok(put_file("open", "new") == 0 && file_is("open", "new"), "its name is free");
	ok(fails(unlinkat(AT_FDCWD, "dir", 0x8000), EINVAL), "unlinkat: unknown flag: EINVAL");
	ok(unlinkat(AT_FDCWD, "dir", AT_REMOVEDIR) == 0, "AT_REMOVEDIR");
	ok(fails(unlinkat(AT_FDCWD, "b", AT_REMOVEDIR), ENOTDIR), "of a file: ENOTDIR");
}

static void who_may(void)
{
	mkdir("mine", 0755);
	put_file("mine/f", "x");
	ok(AS_NOBODY(fails(unlink("mine/f"), EACCES)),
	   "no write permission on the directory: EACCES");
	ok(AS_NOBODY(fails(mkdir("mine/d", 0755), EACCES)), "mkdir: EACCES");
	ok(AS_NOBODY(fails(symlink("x", "mine/s"), EACCES)), "symlink: EACCES");
	ok(AS_NOBODY(fails(rmdir("mine"), EACCES)), "rmdir: EACCES");
	mkdir("sticky", 0777);
	chmod("sticky", 01777);
	put_file("sticky/roots", "x");
	ok(AS_NOBODY(fails(unlink("sticky/roots"), EPERM)), "sticky: another's file stays: EPERM");
	ok(AS_NOBODY(fails(rename("sticky/roots", "sticky/mine"), EPERM)), "rename, too: EPERM");
	ok(AS_NOBODY(put_file("sticky/nobodys", "x") == 0 && unlink("sticky/nobodys") == 0),
	   "one's own goes");
	put_file("/proc/sys/fs/protected_hardlinks", "1\n");
	put_file("/proc/sys/fs/protected_symlinks", "1\n");
	put_file("sticky/roots-other", "x");
	chmod("sticky/roots-other", 0644);
	ok(AS_NOBODY(fails(link("sticky/roots-other", "sticky/linked"), EPERM)),
	   "a link to another's file that one cannot write: EPERM");
	chmod("sticky/roots-other", 0666);
	ok(AS_NOBODY(link("sticky/roots-other", "sticky/linked") == 0), "to one that one can");
	symlink("roots", "sticky/root-made");
	chown("sticky", 5, 5);
	ok(AS_NOBODY(fails(open("sticky/root-made", O_RDONLY), EACCES)) &&
		   AS_NOBODY(open("sticky/roots", O_RDONLY) >= 0),
	   "sticky: another's symlink is not followed: EACCES");
	chown("sticky", 0, 0);
	ok(AS_NOBODY(open("sticky/root-made", O_RDONLY) >= 0), "that of the directory's owner is");
	chmod("sticky", 0777);
	ok(AS_NOBODY(unlink("sticky/roots") == 0), "not sticky: anybody's goes");
}

int main(void)
{
	enter_scratch();
	directories();
	nodes();
	hard_links();
	unlinking();
	who_may();
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
