// SPDX-License-Identifier: GPL-2.0-only
/* stat, statx, statfs, chmod, chown, access, utimes: what a file says of itself and who may change it. */
#define _GNU_SOURCE
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <utime.h>
#include "tests/fs/files.h"
#include "tests/ktap.h"

struct statx_time {
	int64_t tv_sec;
	uint32_t tv_nsec, pad;
};

struct statx_ {
	uint32_t stx_mask, stx_blksize;
	uint64_t stx_attributes;
	uint32_t stx_nlink, stx_uid, stx_gid;
	uint16_t stx_mode, pad;
	uint64_t stx_ino, stx_size, stx_blocks, stx_attributes_mask;
	struct statx_time stx_atime, stx_btime, stx_ctime, stx_mtime;
	uint32_t stx_rdev_major, stx_rdev_minor, stx_dev_major, stx_dev_minor;
	uint64_t more[14];
};

#define STATX_TYPE        0x1u
#define STATX_BASIC_STATS 0x7ffu
#define STATX_MNT_ID      0x1000u

static void stat_fields(void)
{
	struct stat st, l, f;
	int fd;

	put_file("f", "12345");
	ok(stat("f", &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 5 && st.st_nlink == 1 &&
		   st.st_uid == 0 && st.st_gid == 0,
	   "stat of a file");
	ok(st.st_blocks == 8 && st.st_blksize == 4096, "one page of blocks (%ld)",
	   (long)st.st_blocks);
	symlink("f", "l");
	ok(lstat("l", &l) == 0 && S_ISLNK(l.st_mode) && (l.st_mode & 0777) == 0777, "lstat");
	ok(stat("l", &l) == 0 && l.st_ino == st.st_ino && l.st_dev == st.st_dev, "stat follows");
	fd = open("f", O_RDONLY);
	ok(fstat(fd, &f) == 0 && f.st_ino == st.st_ino, "fstat");
	ok(fails(fstat(-1, &f), EBADF), "fstat: EBADF");
	close(fd);
	ok(fails(syscall(SYS_stat, "f", BAD_POINTER), EFAULT), "stat to a bad place: EFAULT");
	ok(fails(stat("none", &st), ENOENT), "ENOENT");
	mkdir("d", 0700);
	ok(stat("d", &st) == 0 && S_ISDIR(st.st_mode) && st.st_nlink == 2, "a directory");
	ok(stat(".", &f) == 0 && stat("/", &l) == 0 && f.st_dev != l.st_dev,
	   "st_dev tells mounts apart");
}

static void statx_fields(void)
{
	struct statx_ sx;
	struct stat st;

	memset(&sx, 0xaa, sizeof(sx));
	stat("f", &st);
	ok(syscall(SYS_statx, AT_FDCWD, "f", 0, STATX_BASIC_STATS | STATX_MNT_ID, &sx) == 0 &&
		   sx.stx_size == 5 && sx.stx_ino == st.st_ino && sx.stx_mode == st.st_mode &&
		   makedev(sx.stx_dev_major, sx.stx_dev_minor) == st.st_dev,
	   "statx");
	ok((sx.stx_mask & STATX_BASIC_STATS) == STATX_BASIC_STATS, "all basic fields are there");
	ok(sx.stx_mtime.tv_sec == st.st_mtim.tv_sec, "times agree");
	ok(syscall(SYS_statx, AT_FDCWD, ".", 0, STATX_TYPE, &sx) == 0 &&
		   (sx.stx_attributes & 0x2000),
	   "the root of a mount says so");
	ok(fails(syscall(SYS_statx, AT_FDCWD, "f", 0, 0x80000000u, &sx), EINVAL),
	   "reserved: EINVAL");
	ok(fails(syscall(SYS_statx, AT_FDCWD, "f", 0x6000, 0, &sx), EINVAL),
	   "both sync flags: EINVAL");
	ok(fails(syscall(SYS_statx, AT_FDCWD, "f", 0, 0, BAD_POINTER), EFAULT), "EFAULT");
}

static void statfs_fields(void)
{
	struct statfs fs, proc;
	int fd = open("f", O_RDONLY);

	ok(statfs(".", &fs) == 0 && fs.f_type == 0x01021994 && fs.f_bsize == 4096 &&
		   fs.f_namelen == 255,
	   "statfs: tmpfs");
	ok(fs.f_blocks > 0 && fs.f_bfree <= fs.f_blocks && fs.f_files > fs.f_ffree,
	   "blocks and files");
	ok(fstatfs(fd, &fs) == 0 && fs.f_type == 0x01021994, "fstatfs");
	ok(statfs("/proc", &proc) == 0 && proc.f_type == 0x9fa0, "proc");
	ok(fails(statfs("none", &fs), ENOENT) && fails(fstatfs(-1, &fs), EBADF) &&
		   fails(syscall(SYS_statfs, ".", BAD_POINTER), EFAULT),
	   "ENOENT, EBADF, EFAULT");
	close(fd);
}

static void changing_modes(void)
{
	int fd = open("f", O_RDWR);

	ok(chmod("f", 0604) == 0 && mode_of("f") == 0604, "chmod");
	ok(fchmod(fd, 07777) == 0 && mode_of("f") == 07777, "fchmod, all bits");
	ok(fchmodat(AT_FDCWD, "l", 0600, 0) == 0 && mode_of("f") == 0600, "fchmodat follows");
	ok(AS_NOBODY(fails(chmod("f", 0666), EPERM)), "of another's file: EPERM");
	chown("f", NOBODY, 50);
	ok(AS_NOBODY(chmod("f", 02755) == 0 && mode_of("f") == 0755),
	   "set-gid for a group that one is not in is dropped");
	chown("f", NOBODY, NOBODY);
	ok(AS_NOBODY(chmod("f", 02755) == 0 && mode_of("f") == 02755), "and kept for one's own");
	ok(fails(chmod("none", 0), ENOENT) && fails(fchmod(-1, 0), EBADF), "ENOENT, EBADF");
	close(fd);
}

static int write_a_byte(const char *path)
{
	int fd = open(path, O_WRONLY);

	return fd >= 0 && write(fd, "x", 1) == 1;
}

static void changing_owners(void)
{
	struct stat st;

	put_file("o", "x");
	ok(chown("o", 10, 20) == 0 && stat("o", &st) == 0 && st.st_uid == 10 && st.st_gid == 20,
	   "chown");
	ok(chown("o", -1, 30) == 0 && stat("o", &st) == 0 && st.st_uid == 10 && st.st_gid == 30,
	   "-1 leaves as it is");
	chmod("o", 06755);
	ok(chown("o", 11, -1) == 0 && mode_of("o") == 0755, "chown drops set-uid and set-gid");
	chmod("o", 02644);
	ok(chown("o", 12, -1) == 0 && mode_of("o") == 02644, "not set-gid without group execute");
	symlink("o", "ol");
	ok(lchown("ol", 77, 77) == 0 && stat("o", &st) == 0 && st.st_uid == 12, "lchown: the link");
	chown("o", NOBODY, 30);
	ok(AS_NOBODY(fails(chown("o", 0, -1), EPERM)), "giving a file away: EPERM");
	ok(AS_NOBODY(fails(chown("o", -1, 31), EPERM)), "to a group one is not in: EPERM");
	ok(AS_NOBODY(chown("o", NOBODY, NOBODY) == 0), "to one's own group");
	ok(AS_NOBODY(fails(chown("f", 0, 0), EPERM)), "another's: EPERM");
	chmod("o", 06777);
	chown("o", 0, 0);
	chmod("o", 06777);
	ok(AS_NOBODY(write_a_byte("o")) && mode_of("o") == 0777,
	   "a write drops set-uid and set-gid");
	chmod("o", 04777);
	ok(AS_NOBODY(truncate("o", 0) == 0) && mode_of("o") == 0777, "so does truncate");
	chmod("o", 04777);
	ok(write_a_byte("o") && mode_of("o") == 04777, "not for root");
}

static void asking_first(void)
{
	put_file("acc", "x");
	chmod("acc", 0640);
	ok(access("acc", R_OK | W_OK) == 0 && access("acc", F_OK) == 0, "root may read and write");
	ok(fails(access("acc", X_OK), EACCES), "but not run what has no x bit: EACCES");
	ok(access(".", X_OK) == 0, "directories are searched by root");
	ok(AS_NOBODY(fails(access("acc", R_OK), EACCES) && access("acc", F_OK) == 0),
	   "nobody: EACCES");
	ok(fails(access("none", F_OK), ENOENT) && fails(access("acc", 8), EINVAL),
	   "ENOENT, EINVAL");
	/* Real ids decide, not effective ones. */
	ok(IN_CHILD(setresuid(NOBODY, 0, 0) == 0 && fails(access("acc", W_OK), EACCES) &&
		    open("acc", O_RDWR) >= 0 &&
		    syscall(SYS_faccessat2, AT_FDCWD, "acc", W_OK, AT_EACCESS) == 0),
	   "access asks for the real user, AT_EACCESS for the effective one");
	ok(fails(syscall(SYS_faccessat2, AT_FDCWD, "acc", R_OK, 0x8000), EINVAL),
	   "unknown flag: EINVAL");
}

static int group_decides(void)
{
	gid_t groups[] = { 40 };

	return !syscall(SYS_setgroups, 1, groups) && !setresgid(NOBODY, NOBODY, NOBODY) &&
	       !setresuid(NOBODY, NOBODY, NOBODY) && open("grp", O_RDONLY) >= 0 &&
	       fails(open("grp", O_RDWR), EACCES) && fails(open("notgrp", O_RDONLY), EACCES);
}

static void classes(void)
{
	put_file("grp", "x");
	chown("grp", 0, 40);
	chmod("grp", 0640);
	put_file("notgrp", "x");
	chown("notgrp", 0, 40);
	chmod("notgrp", 0606);
	ok(IN_CHILD(group_decides()),
	   "the group's bits are for its members, also when they take away");
	put_file("own", "x");
	chown("own", NOBODY, 0);
	chmod("own", 0066);
	ok(AS_NOBODY(fails(open("own", O_RDONLY), EACCES)),
	   "the owner's bits are for the owner alone");
}

static void times(void)
{
	struct timespec ts[2] = { { 1000, 5 }, { 2000, 6 } },
			omit[2] = { { 0, UTIME_OMIT }, { 3000, 0 } };
	struct timespec bad[2] = { { 1, 1000000000 }, { 1, 0 } },
			now[2] = { { 0, UTIME_NOW }, { 0, UTIME_NOW } };
	struct timeval tv[2] = { { 7, 8 }, { 9, 10 } };
	struct utimbuf ub = { 11, 12 };
	struct stat st;
	int fd;

	put_file("t", "x");
	chmod("t", 0666);
	ok(utimensat(AT_FDCWD, "t", ts, 0) == 0 && stat("t", &st) == 0 &&
		   st.st_atim.tv_sec == 1000 && st.st_atim.tv_nsec == 5 &&
		   st.st_mtim.tv_sec == 2000 && st.st_mtim.tv_nsec == 6,
	   "utimensat");
	ok(utimensat(AT_FDCWD, "t", omit, 0) == 0 && stat("t", &st) == 0 &&
		   st.st_atim.tv_sec == 1000 && st.st_mtim.tv_sec == 3000,
	   "UTIME_OMIT");
	ok(fails(utimensat(AT_FDCWD, "t", bad, 0), EINVAL), "a billion nanoseconds: EINVAL");
	ok(utimes("t", tv) == 0 && stat("t", &st) == 0 && st.st_atim.tv_sec == 7 &&
		   st.st_atim.tv_nsec == 8000,
	   "utimes");
	ok(utime("t", &ub) == 0 && stat("t", &st) == 0 && st.st_mtim.tv_sec == 12, "utime");
	ok(AS_NOBODY(fails(utimensat(AT_FDCWD, "t", ts, 0), EPERM)), "another's file: EPERM");
	ok(AS_NOBODY(utimensat(AT_FDCWD, "t", NULL, 0) == 0 &&
		     utimensat(AT_FDCWD, "t", now, 0) == 0),
	   "but whoever may write may say \"now\"");
	ok(AS_NOBODY(fails(utimensat(AT_FDCWD, "grp", NULL, 0), EACCES)), "only then: EACCES");
	fd = open("t", O_RDONLY);
	ok(futimens(fd, ts) == 0 && stat("t", &st) == 0 && st.st_atim.tv_sec == 1000, "futimens");
	close(fd);
	symlink("t", "tl");
	ok(utimensat(AT_FDCWD, "tl", ts, AT_SYMLINK_NOFOLLOW) == 0 && lstat("tl", &st) == 0 &&
		   st.st_mtim.tv_sec == 2000,
	   "of a symlink itself");
	utimensat(AT_FDCWD, "t", ts, 0);
	put_file("t", "new");
	ok(stat("t", &st) == 0 && st.st_mtim.tv_sec > 100000000, "a write is now");
	utimensat(AT_FDCWD, "d", ts, 0);
	put_file("d/x", "");
	ok(stat("d", &st) == 0 && st.st_mtim.tv_sec > 100000000,
	   "a new name changes its directory");
}

static void extended_attributes(void)
{
	char buf[16];

	ok(syscall(SYS_getxattr, "none", "user.x", buf, 16) == -1 && errno == ENOENT,
	   "getxattr: ENOENT");
	ok(syscall(SYS_getxattr, "t", "nonsense.x", buf, 16) == -1 && errno == EOPNOTSUPP,
	   "an unknown kind: EOPNOTSUPP");
	ok(syscall(SYS_listxattr, "t", buf, 16) >= 0, "listxattr");
	ok(fails(syscall(SYS_setxattr, "t", "user.x", "v", 1, 99), EINVAL), "unknown flag: EINVAL");
	ok(fails(syscall(SYS_setxattr, "t", BAD_POINTER, "v", 1, 0), EFAULT), "EFAULT");
}

int main(void)
{
	enter_scratch();
	stat_fields();
	statx_fields();
	statfs_fields();
	changing_modes();
	changing_owners();
	asking_first();
	classes();
	times();
	extended_attributes();
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
