// SPDX-License-Identifier: GPL-2.0-only
/* open(2) and openat2(2): every flag, every refusal. */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include "tests/fs/files.h"
#include "tests/ktap.h"

struct open_how {
	uint64_t flags, mode, resolve;
};

#define RESOLVE_NO_XDEV       0x01
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_NO_SYMLINKS   0x04
#define RESOLVE_BENEATH       0x08
#define RESOLVE_IN_ROOT       0x10
#define RESOLVE_CACHED        0x20

static int openat2(int dfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
	struct open_how how = { .flags = flags, .mode = mode, .resolve = resolve };

	return (int)syscall(SYS_openat2, dfd, path, &how, sizeof(how));
}

static void creating(void)
{
	int fd = open("new", O_RDWR | O_CREAT | O_EXCL, 0640);

	ok(fd >= 0 && mode_of("new") == 0640, "O_CREAT|O_EXCL makes it with the mode");
	close(fd);
	ok(fails(open("new", O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST), "a second time: EEXIST");
	umask(077);
	fd = open("masked", O_WRONLY | O_CREAT, 0666);
	ok(mode_of("masked") == 0600, "umask");
	umask(022);
	close(fd);
	fd = open("readonly", O_RDWR | O_CREAT, 0400);
	ok(fd >= 0 && write(fd, "x", 1) == 1, "the maker may write what its mode forbids");
	close(fd);
	ok(AS_NOBODY(fails(open("readonly", O_RDWR), EACCES)), "others may not: EACCES");
	ok(AS_NOBODY(fails(open("made-by-nobody", O_WRONLY | O_CREAT, 0644), EACCES)),
	   "no write permission on the directory: EACCES");
	ok(fails(open("dir-to-be/", O_WRONLY | O_CREAT, 0644), EISDIR),
	   "O_CREAT with a slash: EISDIR");
	mkdir("d", 0755);
	ok(fails(open("d", O_WRONLY | O_CREAT, 0644), EISDIR), "O_CREAT on a directory: EISDIR");
	ok(fails(open("missing/f", O_WRONLY | O_CREAT, 0644), ENOENT), "in no directory: ENOENT");
	fd = creat("created", 0604);
	ok(fd >= 0 && mode_of("created") == 0604 && fails(read(fd, &fd, 1), EBADF), "creat");
}

static void kinds(void)
{
	char c;
	int fd;

	ok(fails(open("d", O_WRONLY), EISDIR), "a directory for writing: EISDIR");
	ok(fails(open("d", O_RDWR), EISDIR), "or for both");
	fd = open("d", O_RDONLY);
	ok(fd >= 0 && fails(read(fd, &c, 1), EISDIR), "reading a directory: EISDIR");
	close(fd);
	ok(fails(open("new", O_RDONLY | O_DIRECTORY), ENOTDIR), "O_DIRECTORY: ENOTDIR");
	fd = open("new", O_WRONLY);
	ok(fails(read(fd, &c, 1), EBADF), "reading what is open for writing: EBADF");
	close(fd);
	fd = open("new", O_RDONLY);
	ok(fails(write(fd, "x", 1), EBADF), "writing what is open for reading: EBADF");
	close(fd);
	ok(fails(close(fd), EBADF), "closing twice: EBADF");
	mknod("chr", S_IFCHR | 0666, makedev(240, 77));
	ok(fails(open("chr", O_RDONLY), ENXIO), "a device without driver: ENXIO");
	mknod("sock", S_IFSOCK | 0666, 0);
	ok(fails(open("sock", O_RDONLY), ENXIO), "a socket: ENXIO");
}

static void truncating(void)
{
	struct stat st;
	int fd;

	put_file("t", "content");
	fd = open("t", O_WRONLY | O_TRUNC);
	ok(fstat(fd, &st) == 0 && st.st_size == 0, "O_TRUNC");
	close(fd);
	put_file("t", "content");
	chmod("t", 0444);
	ok(AS_NOBODY(fails(open("t", O_RDONLY | O_TRUNC), EACCES)),
	   "O_TRUNC needs write permission");
	ok(file_is("t", "content"), "and nothing was lost");
}

static void path_only(void)
{
	struct stat st;
	char c;
	int fd = open("t", O_PATH), link;

	ok(fd >= 0, "O_PATH");
	ok(fails(read(fd, &c, 1), EBADF) && fails(write(fd, &c, 1), EBADF),
	   "no reading, no writing");
	ok(fails(ioctl(fd, 0), EBADF) && fails(syscall(SYS_fchmod, fd, 0), EBADF) &&
		   fails(ftruncate(fd, 0), EBADF),
	   "no ioctl, fchmod, ftruncate: EBADF");
	ok(fstat(fd, &st) == 0 && S_ISREG(st.st_mode), "but fstat");
	ok((fcntl(fd, F_GETFL) & O_PATH) && fcntl(fd, F_DUPFD, 0) >= 0, "F_GETFL, F_DUPFD");
	ok(fails(fcntl(fd, F_SETFL, 0), EBADF), "no F_SETFL");
	close(fd);
	symlink("t", "link");
	link = open("link", O_PATH | O_NOFOLLOW);
	ok(link >= 0 && fstat(link, &st) == 0 && S_ISLNK(st.st_mode), "of a symlink itself");
	ok(readlinkat(link, "", &c, 1) == 1 && c == 't', "readlinkat(fd, \"\")");
	close(link);
	chmod("t", 0);
	ok(AS_NOBODY(open("t", O_PATH) >= 0), "needs no permission on the file");
	fd = open("d", O_PATH);
	ok(fchdir(fd) == 0 && chdir("..") == 0, "fchdir");
	close(fd);
}

static void status_flags(void)
{
	int fd = open("new", O_RDWR | O_APPEND | O_NONBLOCK | O_CREAT | O_TRUNC | O_NOCTTY);

	ok((fcntl(fd, F_GETFL) & ~O_LARGEFILE & ~0100000) == (O_RDWR | O_APPEND | O_NONBLOCK),
	   "F_GETFL shows what lasts, not what made it");
	close(fd);
	fd = open("new", O_RDONLY | O_CLOEXEC);
	ok(fcntl(fd, F_GETFD) == FD_CLOEXEC, "O_CLOEXEC");
	close(fd);
	chmod("new", 0644);
	ok(AS_NOBODY(fails(open("new", O_RDONLY | O_NOATIME), EPERM)),
	   "O_NOATIME is the owner's: EPERM");
	fd = open("new", O_RDONLY | 0x40000000);
	ok(fd >= 0, "open ignores unknown flags");
	close(fd);
}

static void temporary_files(void)
{
	char path[64];
	struct stat st;
	int fd = open(".", O_TMPFILE | O_RDWR, 0600);

	ok(fd >= 0 && fstat(fd, &st) == 0 && st.st_nlink == 0 && S_ISREG(st.st_mode), "O_TMPFILE");
	ok(write(fd, "data", 4) == 4, "is written");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ok(linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW) == 0 &&
		   file_is("named", "data"),
	   "and gets a name by linkat");
	close(fd);
	fd = open(".", O_TMPFILE | O_EXCL | O_RDWR, 0600);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ok(fails(linkat(AT_FDCWD, path, AT_FDCWD, "never", AT_SYMLINK_FOLLOW), ENOENT),
	   "not with O_EXCL: ENOENT");
	close(fd);
	ok(fails(open(".", O_TMPFILE | O_RDONLY, 0600), EINVAL), "only for writing: EINVAL");
	ok(fails(open("new", O_TMPFILE | O_RDWR, 0600), ENOTDIR), "in a file: ENOTDIR");
}

static void openat2_checks(void)
{
	struct open_how how[2] = { { .flags = O_RDONLY } };
	int fd;

	fd = openat2(AT_FDCWD, "new", O_RDWR, 0, 0);
	ok(fd >= 0, "openat2");
	close(fd);
	ok(fails(openat2(AT_FDCWD, "new", 0x40000000, 0, 0), EINVAL), "unknown flag: EINVAL");
	ok(fails(openat2(AT_FDCWD, "new", O_RDONLY, 0644, 0), EINVAL),
	   "a mode without O_CREAT: EINVAL");
	ok(fails(openat2(AT_FDCWD, "x", O_CREAT | O_WRONLY, 0170000, 0), EINVAL),
	   "bad mode: EINVAL");
	ok(fails(openat2(AT_FDCWD, "new", O_RDONLY, 0, 0x1000), EINVAL), "unknown resolve: EINVAL");
	ok(fails(openat2(AT_FDCWD, "new", O_PATH | O_RDWR, 0, 0), EINVAL), "O_PATH|O_RDWR: EINVAL");
	ok(fails(syscall(SYS_openat2, AT_FDCWD, "new", how, 23), EINVAL), "a short struct: EINVAL");
	fd = (int)syscall(SYS_openat2, AT_FDCWD, "new", how, sizeof(how));
	ok(fd >= 0, "a longer one with zeroes");
	close(fd);
	how[1].flags = 1;
	ok(fails(syscall(SYS_openat2, AT_FDCWD, "new", how, sizeof(how)), E2BIG),
	   "with more: E2BIG");
	ok(fails(syscall(SYS_openat2, AT_FDCWD, "new", BAD_POINTER, 24), EFAULT), "EFAULT");
}

static void openat2_resolve(void)
{
	char abs[128];
	int dir, fd;

	mkdir("box", 0755);
	mkdir("box/in", 0755);
	put_file("box/in/f", "inside");
	put_file("outside", "outside");
	symlink("in/f", "box/rel");
	symlink("../outside", "box/up");
	symlink("/in/f", "box/abs");
	symlink("/proc/self/exe", "box/magic");
	snprintf(abs, sizeof(abs), "%s/outside", scratch_dir);
	dir = open("box", O_PATH);

	fd = openat2(dir, "in/../rel", O_RDONLY, 0, RESOLVE_BENEATH);
	ok(fd >= 0, "RESOLVE_BENEATH: inside");
	close(fd);
	ok(fails(openat2(dir, "../outside", O_RDONLY, 0, RESOLVE_BENEATH), EXDEV), "..: EXDEV");
	ok(fails(openat2(dir, "up", O_RDONLY, 0, RESOLVE_BENEATH), EXDEV), "a link out: EXDEV");
	ok(fails(openat2(dir, "abs", O_RDONLY, 0, RESOLVE_BENEATH), EXDEV),
	   "an absolute link: EXDEV");
	ok(fails(openat2(dir, abs, O_RDONLY, 0, RESOLVE_BENEATH), EXDEV),
	   "an absolute path: EXDEV");
	fd = openat2(dir, "abs", O_RDONLY, 0, RESOLVE_IN_ROOT);
	ok(fd >= 0, "RESOLVE_IN_ROOT: / is the box");
	close(fd);
	fd = openat2(dir, "/../../in/f", O_RDONLY, 0, RESOLVE_IN_ROOT);
	ok(fd >= 0, "and .. stays in it");
	close(fd);
	ok(fails(openat2(dir, "up", O_RDONLY, 0, RESOLVE_IN_ROOT), ENOENT),
	   "a link out finds nothing");
	ok(fails(openat2(dir, "rel", O_RDONLY, 0, RESOLVE_NO_SYMLINKS), ELOOP),
	   "RESOLVE_NO_SYMLINKS");
	ok(fails(openat2(dir, "magic", O_RDONLY, 0, RESOLVE_NO_MAGICLINKS), ELOOP),
	   "RESOLVE_NO_MAGICLINKS");
	ok(fails(openat2(AT_FDCWD, "/proc/version", O_RDONLY, 0, RESOLVE_NO_XDEV), EXDEV),
	   "RESOLVE_NO_XDEV");
	ok(fails(openat2(dir, "in", O_RDONLY, 0, RESOLVE_BENEATH | RESOLVE_IN_ROOT), EINVAL),
	   "both scopes: EINVAL");
	fd = openat2(dir, "in/f", O_RDONLY, 0, RESOLVE_CACHED);
	ok(fd >= 0 || errno == EAGAIN, "RESOLVE_CACHED");
	close(fd);
	ok(fails(openat2(dir, "in/g", O_RDWR | O_CREAT, 0644, RESOLVE_CACHED), EAGAIN),
	   "RESOLVE_CACHED makes nothing: EAGAIN");
	close(dir);
}

static void running_programs(void)
{
	int fd;

	fd = open("/proc/self/exe", O_RDONLY);
	ok(fd >= 0, "a running program can be read");
	close(fd);
	ok(fails(open("/proc/self/exe", O_WRONLY), ETXTBSY), "but not written: ETXTBSY");
	ok(fails(truncate("/proc/self/exe", 0), ETXTBSY), "nor truncated: ETXTBSY");
}

int main(void)
{
	enter_scratch();
	creating();
	kinds();
	truncating();
	path_only();
	status_flags();
	temporary_files();
	openat2_checks();
	openat2_resolve();
	running_programs();
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
