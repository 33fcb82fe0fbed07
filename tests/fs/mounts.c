// SPDX-License-Identifier: GPL-2.0-only
/* mount and umount: tmpfs and its limits, bind, read-only, move, what is busy, /proc/mounts. */
#define _GNU_SOURCE
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include "tests/fs/files.h"
#include "tests/ktap.h"

#define DEEP 1000 /* mounts on mounts */

/* The options of a mount point in /proc/mounts, or NULL. */
static char *mount_line(const char *dir)
{
	static char line[512];
	char want[128];
	FILE *f = fopen("/proc/mounts", "r");
	int found = 0;

	snprintf(want, sizeof(want), " %s/%s ", scratch_dir, dir);
	while (f && fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = 0;
		if (strstr(line, want)) {
			found = 1;
			break;
		}
	}
	if (f)
		fclose(f);
	return found ? line : NULL;
}

static int line_has(const char *dir, const char *text)
{
	char *line = mount_line(dir);

	return line && strstr(line, text);
}

static void covering(void)
{
	mkdir("m", 0755);
	put_file("m/below", "below");
	ok(mount("name", "m", "tmpfs", 0, NULL) == 0 && !exists("m/below"), "a mount covers");
	put_file("m/above", "above");
	ok(line_has("m", "name ") && line_has("m", " tmpfs rw,relatime"), "/proc/mounts: %s",
	   mount_line("m"));
	ok(mount("second", "m", "tmpfs", 0, NULL) == 0 && !exists("m/above"), "one over the other");
	ok(umount("m") == 0 && file_is("m/above", "above"), "the upper one goes first");
	ok(umount("m") == 0 && file_is("m/below", "below"), "what was below is there again");
	ok(fails(umount("m"), EINVAL), "nothing mounted there: EINVAL");
	ok(!mount_line("m"), "/proc/mounts agrees");
}

static void refusals(void)
{
	ok(fails(mount("x", "none", "tmpfs", 0, NULL), ENOENT), "no such directory: ENOENT");
	ok(fails(mount("x", "m", "no-such-fs", 0, NULL), ENODEV), "no such type: ENODEV");
	put_file("file", "");
	ok(fails(mount("x", "file", "tmpfs", 0, NULL), ENOTDIR), "on a file: ENOTDIR");
	ok(fails(mount("x", "m", "tmpfs", 0, "nonsense=1"), EINVAL), "unknown option: EINVAL");
	ok(fails(mount("x", "m", "tmpfs", 0, "size=abc"), EINVAL), "bad number: EINVAL");
	ok(fails(mount("x", "m", NULL, 0, NULL), EINVAL), "no type: EINVAL");
	ok(fails(mount("x", "m", BAD_POINTER, 0, NULL), EFAULT), "EFAULT");
	ok(AS_NOBODY(fails(mount("x", "m", "tmpfs", 0, NULL), EPERM)), "not for everybody: EPERM");
	ok(AS_NOBODY(fails(umount("m"), EPERM)), "umount, too");
	ok(fails(umount2("m", 0x100), EINVAL), "umount2: unknown flag: EINVAL");
}

static void limited_size(void)
{
	char page[4096] = "x";
	struct statfs fs;
	int fd, i, n = 0;

	mount("x", "m", "tmpfs", 0, "size=64k,nr_inodes=10,mode=700,uid=5,gid=6");
	ok(statfs("m", &fs) == 0 && fs.f_blocks == 16 && fs.f_files == 10, "size= and nr_inodes=");
	ok(mode_of("m") == 0700, "mode=");
	fd = open("m/f", O_RDWR | O_CREAT, 0644);
	for (i = 0; i < 20; i++)
		n += write(fd, page, sizeof(page)) == 4096;
	ok(n == 16 && fails(write(fd, page, 1), ENOSPC), "full after 16 pages: ENOSPC");
	ok(statfs("m", &fs) == 0 && fs.f_bfree == 0, "statfs says so");
	ftruncate(fd, 4096);
	ok(statfs("m", &fs) == 0 && fs.f_bfree == 15, "truncate gives pages back");
	ok(fallocate(fd, 0, 0, 8192) == 0 && fails(fallocate(fd, 0, 0, 1 << 20), ENOSPC),
	   "fallocate, ENOSPC");
	close(fd);
	unlink("m/f");
	ok(statfs("m", &fs) == 0 && fs.f_bfree == 16, "so does unlink");
	for (i = 0, n = 0; i < 20; i++) {
		snprintf(page, sizeof(page), "m/i%d", i);
		n += close(open(page, O_CREAT | O_WRONLY, 0644)) == 0;
	}
	ok(n == 9 && fails(mkdir("m/d", 0755), ENOSPC), "nine inodes beside the root: ENOSPC (%d)",
	   n);
	ok(mount(NULL, "m", NULL, MS_REMOUNT, "size=128k") == 0 && statfs("m", &fs) == 0 &&
		   fs.f_blocks == 32,
	   "remount with another size");
	umount("m");
}

static void read_only(void)
{
	int fd;

	mount("x", "m", "tmpfs", 0, NULL);
	put_file("m/f", "x");
	fd = open("m/f", O_RDWR);
	ok(fails(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL), EBUSY),
	   "read-only while a file is open for writing: EBUSY");
	close(fd);
	ok(mount(NULL, "m", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0 && line_has("m", " ro,"),
	   "remount read-only");
	ok(fails(open("m/f", O_RDWR), EROFS) &&
		   fails(open("m/new", O_CREAT | O_WRONLY, 0644), EROFS) &&
		   fails(unlink("m/f"), EROFS) && fails(mkdir("m/d", 0755), EROFS) &&
		   fails(rename("m/f", "m/g"), EROFS) && fails(chmod("m/f", 0), EROFS) &&
		   fails(truncate("m/f", 0), EROFS) && fails(link("m/f", "m/g"), EROFS) &&
		   fails(symlink("f", "m/s"), EROFS) && fails(access("m/f", W_OK), EROFS) &&
		   fails(utimensat(AT_FDCWD, "m/f", NULL, 0), EROFS),
	   "every change: EROFS");
	ok(fails(open("m/f", O_CREAT | O_EXCL | O_RDWR, 0644), EEXIST),
	   "EEXIST comes before EROFS");
	ok(fails(mkdir("m/f", 0755), EEXIST), "for mkdir as well");
	ok(open("m/f", O_RDONLY | O_CREAT, 0644) >= 0, "O_CREAT of what exists is fine");
	ok(mount(NULL, "m", NULL, MS_REMOUNT, NULL) == 0 && put_file("m/f", "y") == 0, "and back");
	umount2("m", MNT_DETACH);
}

static void flags(void)
{
	mount("x", "m", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME, NULL);
	ok(line_has("m", "rw,nosuid,nodev,noexec,noatime"), "flags are shown: %s", mount_line("m"));
	mknod("m/null", S_IFCHR | 0666, makedev(1, 3));
	ok(fails(open("m/null", O_RDONLY), EACCES), "nodev: EACCES");
	put_file("m/prog", "#!/bin/sh\n");
	chmod("m/prog", 0755);
	ok(fails(execl("m/prog", "m/prog", NULL), EACCES) && fails(access("m/prog", X_OK), EACCES),
	   "noexec: EACCES");
	umount("m");
}

static void binding(void)
{
	mkdir("src", 0755);
	mkdir("src/sub", 0755);
	mkdir("dst", 0755);
	put_file("src/sub/f", "bound");
	put_file("onefile", "");
	ok(mount("src", "dst", NULL, MS_BIND, NULL) == 0 && file_is("dst/sub/f", "bound"),
	   "MS_BIND");
	ok(fails(rename("src/sub/f", "dst/f"), EXDEV) && fails(link("src/sub/f", "dst/g"), EXDEV),
	   "one file system, but two mounts: EXDEV");
	ok(mount(NULL, "dst", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == 0 &&
		   fails(open("dst/sub/f", O_RDWR), EROFS) &&
		   put_file("src/sub/f", "changed") == 0 && file_is("dst/sub/f", "changed"),
	   "a read-only view of what others write");
	umount("dst");
	mount("x", "src/sub", "tmpfs", 0, NULL);
	put_file("src/sub/inner", "inner");
	mount("src", "dst", NULL, MS_BIND, NULL);
	ok(!exists("dst/sub/inner"), "mounts below are not taken along");
	umount("dst");
	ok(mount("src", "dst", NULL, MS_BIND | MS_REC, NULL) == 0 &&
		   file_is("dst/sub/inner", "inner"),
	   "with MS_REC they are");
	ok(umount2("dst", MNT_DETACH) == 0 && !exists("dst/sub"), "and go with it");
	umount("src/sub");
	ok(mount("src/sub/f", "onefile", NULL, MS_BIND, NULL) == 0 && file_is("onefile", "changed"),
	   "a file over a file");
	ok(fails(unlink("onefile"), EBUSY) || !exists("onefile"), "unlink of a mount point");
	umount("onefile");
	ok(fails(mount("none", "dst", NULL, MS_BIND, NULL), ENOENT), "of nothing: ENOENT");
}

/* What is copied does not contain the copy, and may be deep. */
static void binding_into_itself(void)
{
	char path[128];
	int deep = 0;

	mkdir("self", 0755);
	mount("x", "self", "tmpfs", 0, NULL);
	mkdir("self/in", 0755);
	mount("y", "self/in", "tmpfs", 0, NULL);
	mkdir("self/in/here", 0755);
	ok(mount("self", "self/in/here", NULL, MS_BIND | MS_REC, NULL) == 0,
	   "a tree is bound into itself");
	ok(exists("self/in/here/in/here") && !exists("self/in/here/in/here/in"),
	   "… and that copy ends where the tree ended");
	umount2("self", MNT_DETACH);
	mkdir("copy", 0755);
	mkdir("deep", 0755);
	mkdir("deep/on", 0755);
	snprintf(path, sizeof(path), "%s/deep", scratch_dir);
	mount(path, path, NULL, MS_BIND, NULL);
	chdir(path);
	while (deep < DEEP && mount(path, "on", NULL, MS_BIND, NULL) == 0 && chdir("on") == 0)
		deep++;
	chdir(scratch_dir);
	ok(deep == DEEP, "%d mounts, each on the one before", deep);
	ok(mount("deep", "copy", NULL, MS_BIND | MS_REC, NULL) == 0,
	   "… all bound to another place");
	ok(umount2("copy", MNT_DETACH) == 0 && umount2("deep", MNT_DETACH) == 0, "… and gone");
}

static void moving(void)
{
	/* Mounts that are shared between namespaces cannot be moved: make this one private. */
	mount(NULL, scratch_dir, NULL, MS_PRIVATE, NULL);
	mount("x", "src", "tmpfs", 0, NULL);
	mount(NULL, "src", NULL, MS_PRIVATE, NULL);
	put_file("src/f", "travels");
	ok(mount("src", "dst", NULL, MS_MOVE, NULL) == 0 && file_is("dst/f", "travels") &&
		   !exists("src/f"),
	   "MS_MOVE");
	mkdir("dst/below", 0755);
	ok(fails(mount("dst", "dst/below", NULL, MS_MOVE, NULL), ELOOP), "below itself: ELOOP");
	ok(fails(mount("src", "dst", NULL, MS_MOVE, NULL), EINVAL), "what is no mount: EINVAL");
	umount("dst");
}

static void busy(void)
{
	char buf[8];
	int fd;

	mount("x", "m", "tmpfs", 0, NULL);
	fd = open("m/f", O_RDWR | O_CREAT, 0644);
	ok(fails(umount("m"), EBUSY), "an open file: EBUSY");
	ok(fails(rmdir("m"), EBUSY) && fails(rename("m", "m2"), EBUSY),
	   "a mount point stays: EBUSY");
	ok(umount2("m", MNT_DETACH) == 0 && !exists("m/f"), "MNT_DETACH takes it out of the tree");
	ok(write(fd, "alive", 5) == 5 && pread(fd, buf, 5, 0) == 5, "the open file lives on");
	close(fd);
	mount("x", "m", "tmpfs", 0, NULL);
	chdir("m");
	ok(fails(umount(scratch_dir), EBUSY), "mounts below: EBUSY");
	ok(fails(umount("."), EBUSY), "a working directory: EBUSY");
	chdir(scratch_dir);
	ok(umount("m") == 0, "then it goes");
	mount("x", "m", "tmpfs", 0, NULL);
	ok(fails(umount2("m", MNT_EXPIRE), EAGAIN) && umount2("m", MNT_EXPIRE) == 0,
	   "MNT_EXPIRE: twice");
	symlink("m", "link");
	mount("x", "m", "tmpfs", 0, NULL);
	ok(fails(umount2("link", UMOUNT_NOFOLLOW), EINVAL) && umount("link") == 0,
	   "UMOUNT_NOFOLLOW");
}

static int in_chroot(void)
{
	char cwd[64];

	mkdir("jail", 0755);
	mkdir("jail/in", 0755);
	put_file("jail/f", "inside");
	put_file("outside", "x");
	return chroot("jail") == 0 && chdir("/") == 0 && file_is("/f", "inside") &&
	       file_is("../../f", "inside") && !exists("/outside") && getcwd(cwd, sizeof(cwd)) &&
	       !strcmp(cwd, "/");
}

static int outside_of_root(void)
{
	char cwd[256] = "";

	return chdir("/proc") == 0 && chroot(scratch_dir) == 0 &&
	       syscall(SYS_getcwd, cwd, sizeof(cwd)) > 0 && !strncmp(cwd, "(unreachable)", 13);
}

static void changing_root(void)
{
	ok(IN_CHILD(in_chroot()), "chroot: .. does not lead out");
	ok(IN_CHILD(outside_of_root()), "a working directory outside of the root is (unreachable)");
	ok(AS_NOBODY(fails(chroot("."), EPERM)), "not for everybody: EPERM");
}

int main(void)
{
	enter_scratch();
	covering();
	refusals();
	limited_size();
	read_only();
	flags();
	binding();
	binding_into_itself();
	moving();
	busy();
	changing_root();
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
