// SPDX-License-Identifier: GPL-2.0-only
/*
 * Extended attributes: no file system here has any. The calls check their arguments in Linux's order
 * and then say what it says for such a file system: -EOPNOTSUPP, and an empty list.
 * Linux: fs/xattr.c. Start at: check_name.
 */
#include "fs/dcache.h"
#include "fs/file.h"
#include "fs/internal.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "kernel/sched/sched.h"
#include "kernel/syscall.h"
#include "kernel/x86/uaccess.h"

static long check_name(const char __user *name)
{
	char kname[XATTR_NAME_MAX + 1];
	long len = strncpy_from_user(kname, name, sizeof(kname));

	if (len == 0 || len == (long)sizeof(kname))
		return -ERANGE;
	return len < 0 ? len : 0;
}

static long check_set(const char __user *name, const void __user *value, size_t size, int flags)
{
	long error;

	if (flags & ~(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	error = check_name(name);
	if (error)
		return error;
	if (size > XATTR_SIZE_MAX)
		return -E2BIG;
	if (size && !access_ok(value, size))
		return -EFAULT;
	return 0;
}

/* The file must exist; result is the answer for it. */
static long on_path(const char __user *pathname, unsigned int lookup_flags, bool write, long result)
{
	struct path path;
	long error = user_path_at(AT_FDCWD, pathname, lookup_flags, &path);

	if (error)
		return error;
	if (write && __mnt_is_readonly(path.mnt))
		result = -EROFS;
	path_put(&path);
	return result;
}

static long on_fd(int fd, long result)
{
	struct fd f = fdget((unsigned int)fd);

	if (!f.file)
		return -EBADF;
	fdput(f);
	return result;
}

static inline long first_error(long error, long other)
{
	return error ? error : other;
}

#define SET_RESULT(name, value, size, flags)                                                       \
	first_error(check_set(name, value, size, flags), -EOPNOTSUPP)
#define NAME_RESULT(name) first_error(check_name(name), -EOPNOTSUPP)

SYSCALL_DEFINE5(setxattr, const char __user *, pathname, const char __user *, name,
		const void __user *, value, size_t, size, int, flags)
{
	return on_path(pathname, LOOKUP_FOLLOW, true, SET_RESULT(name, value, size, flags));
}

SYSCALL_DEFINE5(lsetxattr, const char __user *, pathname, const char __user *, name,
		const void __user *, value, size_t, size, int, flags)
{
	return on_path(pathname, 0, true, SET_RESULT(name, value, size, flags));
}

SYSCALL_DEFINE5(fsetxattr, int, fd, const char __user *, name, const void __user *, value, size_t,
		size, int, flags)
{
	return on_fd(fd, SET_RESULT(name, value, size, flags));
}

SYSCALL_DEFINE4(getxattr, const char __user *, pathname, const char __user *, name, void __user *,
		value, size_t, size)
{
	return on_path(pathname, LOOKUP_FOLLOW, false, NAME_RESULT(name));
}

SYSCALL_DEFINE4(lgetxattr, const char __user *, pathname, const char __user *, name, void __user *,
		value, size_t, size)
{
	return on_path(pathname, 0, false, NAME_RESULT(name));
}

SYSCALL_DEFINE4(fgetxattr, int, fd, const char __user *, name, void __user *, value, size_t, size)
{
	return on_fd(fd, NAME_RESULT(name));
}

SYSCALL_DEFINE3(listxattr, const char __user *, pathname, char __user *, list, size_t, size)
{
	return on_path(pathname, LOOKUP_FOLLOW, false, 0);
}

SYSCALL_DEFINE3(llistxattr, const char __user *, pathname, char __user *, list, size_t, size)
{
	return on_path(pathname, 0, false, 0);
}

SYSCALL_DEFINE3(flistxattr, int, fd, char __user *, list, size_t, size)
{
	return on_fd(fd, 0);
}

SYSCALL_DEFINE2(removexattr, const char __user *, pathname, const char __user *, name)
{
	return on_path(pathname, LOOKUP_FOLLOW, true, NAME_RESULT(name));
}

SYSCALL_DEFINE2(lremovexattr, const char __user *, pathname, const char __user *, name)
{
	return on_path(pathname, 0, true, NAME_RESULT(name));
}

SYSCALL_DEFINE2(fremovexattr, int, fd, const char __user *, name)
{
	return on_fd(fd, NAME_RESULT(name));
}
