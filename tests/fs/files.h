/* SPDX-License-Identifier: GPL-2.0-only */
/* For the tests of files: a directory of one's own on tmpfs, whole files, another user. */
#ifndef TESTS_FS_FILES_H
#define TESTS_FS_FILES_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

static inline int fails(long ret, int err)
{
	return ret == -1 && errno == err;
}

static char scratch_dir[64];

/* A new empty tmpfs, working directory included. */
static inline void enter_scratch(void)
{
	snprintf(scratch_dir, sizeof(scratch_dir), "/tmp/fs-test-%d", getpid());
	umask(022);
	if (mkdir(scratch_dir, 0755) || mount("scratch", scratch_dir, "tmpfs", 0, "mode=755") ||
	    chdir(scratch_dir)) {
		perror("scratch");
		_exit(99);
	}
}

static inline int leave_scratch(void)
{
	return chdir("/") || umount2(scratch_dir, MNT_DETACH) || rmdir(scratch_dir);
}

/* Makes a file with that content; descriptors are closed. */
static inline int put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ssize_t len = (ssize_t)strlen(text);

	if (fd < 0 || write(fd, text, len) != len)
		return -1;
	return close(fd);
}

static inline int file_is(const char *path, const char *text)
{
	char buf[4096];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return 0;
	buf[n] = 0;
	return !strcmp(buf, text);
}

static inline int exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static inline ino_t inode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_ino;
}

static inline mode_t mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) ? 0 : st.st_mode & 07777;
}

/*
 * The body runs in a child as nobody (no groups, no capabilities) and ends with its exit status:
 * AS_NOBODY(expression) is true when the expression was, in there.
 */
#define AS_NOBODY(expr)                                                                            \
	({                                                                                         \
		int __status = -1;                                                                 \
		pid_t __pid = fork();                                                              \
		if (!__pid) {                                                                      \
			if (syscall(SYS_setgroups, 0, NULL) ||                                     \
			    setresgid(NOBODY, NOBODY, NOBODY) ||                                   \
			    setresuid(NOBODY, NOBODY, NOBODY))                                     \
				_exit(98);                                                         \
			_exit((expr) ? 0 : 1);                                                     \
		}                                                                                  \
		waitpid(__pid, &__status, 0);                                                      \
		__status == 0;                                                                     \
	})

#define IN_CHILD(expr)                                                                             \
	({                                                                                         \
		int __status = -1;                                                                 \
		pid_t __pid = fork();                                                              \
		if (!__pid)                                                                        \
			_exit((expr) ? 0 : 1);                                                     \
		waitpid(__pid, &__status, 0);                                                      \
		__status == 0;                                                                     \
	})

#define BAD_POINTER ((void *)0xffff888000000000ul)

#endif
