// SPDX-License-Identifier: GPL-2.0-only
/* memfd_create and its seals; fallocate; names of removed and nameless files in /proc. */
#define _GNU_SOURCE
#include <sys/mman.h>
#ifndef FALLOC_FL_KEEP_SIZE
#define FALLOC_FL_KEEP_SIZE  1
#define FALLOC_FL_PUNCH_HOLE 2
#endif
#include "tests/fs/files.h"
#include "tests/ktap.h"

#ifndef F_ADD_SEALS
#define F_ADD_SEALS   1033
#define F_GET_SEALS   1034
#define F_SEAL_SEAL   1
#define F_SEAL_SHRINK 2
#define F_SEAL_GROW   4
#define F_SEAL_WRITE  8
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 16
#endif

static int memfd(const char *name, unsigned int flags)
{
	return (int)syscall(SYS_memfd_create, name, flags);
}

/* What /proc/self/fd/N says. */
static const char *name_of(int fd)
{
	static char buf[512];
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, buf, sizeof(buf) - 1);
	buf[n < 0 ? 0 : n] = 0;
	return buf;
}

static void making(void)
{
	char long_name[300], buf[8];
	struct stat st;
	int fd = memfd("some name", 0);

	ok(fd >= 0 && fstat(fd, &st) == 0 && st.st_size == 0 && S_ISREG(st.st_mode) &&
		   st.st_nlink == 0,
	   "memfd_create");
	ok(!strcmp(name_of(fd), "/memfd:some name (deleted)"), "its name: %s", name_of(fd));
	ok(write(fd, "12345", 5) == 5 && lseek(fd, 0, SEEK_SET) == 0 && read(fd, buf, 8) == 5,
	   "is a file");
	close(fd);
	fd = memfd("x", MFD_CLOEXEC);
	ok(fcntl(fd, F_GETFD) == FD_CLOEXEC, "MFD_CLOEXEC");
	close(fd);
	memset(long_name, 'n', sizeof(long_name));
	long_name[249] = 0;
	fd = memfd(long_name, 0);
	ok(fd >= 0, "a name of 249 bytes");
	close(fd);
	long_name[249] = 'n';
	long_name[250] = 0;
	ok(fails(memfd(long_name, 0), EINVAL), "250: EINVAL");
	ok(fails(memfd("x", 0x8000), EINVAL), "unknown flag: EINVAL");
	ok(fails(memfd(BAD_POINTER, 0), EFAULT), "EFAULT");
}

static void sealing(void)
{
	int fd = memfd("s", MFD_ALLOW_SEALING), plain = memfd("p", 0), file;
	char *map;

	ok(fcntl(fd, F_GET_SEALS) == 0 && fcntl(plain, F_GET_SEALS) == F_SEAL_SEAL,
	   "seals at first");
	ok(fails(fcntl(plain, F_ADD_SEALS, F_SEAL_GROW), EPERM),
	   "not without MFD_ALLOW_SEALING: EPERM");
	ok(fails(fcntl(fd, F_ADD_SEALS, 0x8000), EINVAL), "unknown seal: EINVAL");
	ftruncate(fd, 8192);
	ok(fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0 && fails(ftruncate(fd, 100), EPERM) &&
		   ftruncate(fd, 12288) == 0,
	   "F_SEAL_SHRINK");
	ok(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW) == 0 && fails(ftruncate(fd, 20000), EPERM) &&
		   fails(pwrite(fd, "x", 1, 12288), EPERM) && pwrite(fd, "x", 1, 0) == 1,
	   "F_SEAL_GROW");
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ok(fails(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), EBUSY),
	   "F_SEAL_WRITE while it is mapped: EBUSY");
	munmap(map, 4096);
	ok(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == 0 && fails(pwrite(fd, "x", 1, 0), EPERM),
	   "then");
	ok(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED &&
		   errno == EPERM,
	   "no writable mapping: EPERM");
	ok(fails(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096), EPERM),
	   "no holes: EPERM");
	ok(fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL) == 0 &&
		   fails(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), EPERM),
	   "F_SEAL_SEAL: no more");
	ok(fcntl(fd, F_GET_SEALS) == (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
	   "F_GET_SEALS");
	close(fd);
	fd = memfd("f", MFD_ALLOW_SEALING);
	ftruncate(fd, 4096);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ok(fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) == 0 && fails(pwrite(fd, "x", 1, 0), EPERM),
	   "F_SEAL_FUTURE_WRITE leaves mappings alone");
	strcpy(map, "still");
	ok(!strcmp(map, "still"), "which can be written to");
	munmap(map, 4096);
	put_file("f", "");
	file = open("/proc/version", O_RDONLY);
	ok(fails(fcntl(file, F_GET_SEALS), EINVAL), "another kind of file: EINVAL");
	close(file);
	close(fd);
	close(plain);
}

static void allocating(void)
{
	struct stat st;
	char buf[16];
	int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644), ro;

	ok(fallocate(fd, 0, 0, 10000) == 0 && fstat(fd, &st) == 0 && st.st_size == 10000 &&
		   st.st_blocks == 24,
	   "fallocate");
	ok(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 20000) == 0 && fstat(fd, &st) == 0 &&
		   st.st_size == 10000 && st.st_blocks == 40,
	   "FALLOC_FL_KEEP_SIZE");
	pwrite(fd, "before", 6, 4090);
	ok(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4092, 5000) == 0 &&
		   pread(fd, buf, 6, 4090) == 6 && !memcmp(buf, "be\0\0\0\0", 6) &&
		   fstat(fd, &st) == 0 && st.st_blocks == 32,
	   "FALLOC_FL_PUNCH_HOLE");
	ok(fails(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 10), EOPNOTSUPP),
	   "without KEEP_SIZE: EOPNOTSUPP");
	ok(fails(fallocate(fd, 0, -1, 10), EINVAL) && fails(fallocate(fd, 0, 0, 0), EINVAL),
	   "EINVAL");
	ok(fails(fallocate(fd, 0x4000, 0, 10), EOPNOTSUPP), "unknown mode: EOPNOTSUPP");
	ok(fails(fallocate(fd, 0, LONG_MAX - 10, 100), EFBIG), "too far: EFBIG");
	ro = open("f", O_RDONLY);
	ok(fails(fallocate(ro, 0, 0, 10), EBADF), "not open for writing: EBADF");
	close(ro);
	ro = open(".", O_RDONLY);
	ok(fails(fallocate(ro, 0, 0, 10), EBADF), "a directory: EBADF");
	close(ro);
	close(fd);
}

static void names_in_proc(void)
{
	char want[200];
	int fd, dir;

	put_file("known", "x");
	fd = open("known", O_RDONLY);
	snprintf(want, sizeof(want), "%s/known", scratch_dir);
	ok(!strcmp(name_of(fd), want), "a path: %s", name_of(fd));
	rename("known", "renamed-to-a-name-that-is-longer-than-the-one-before-it");
	snprintf(want, sizeof(want), "%s/renamed-to-a-name-that-is-longer-than-the-one-before-it",
		 scratch_dir);
	ok(!strcmp(name_of(fd), want), "after a rename");
	unlink("renamed-to-a-name-that-is-longer-than-the-one-before-it");
	strcat(want, " (deleted)");
	ok(!strcmp(name_of(fd), want), "after an unlink: %s", name_of(fd));
	close(fd);
	mkdir("dir", 0755);
	dir = open("dir", O_RDONLY);
	rmdir("dir");
	snprintf(want, sizeof(want), "%s/dir (deleted)", scratch_dir);
	ok(!strcmp(name_of(dir), want), "a removed directory");
	close(dir);
}

/* Opening through /proc/self/fd gives a new open file of the same inode. */
static void reopening(void)
{
	char path[64], c;
	int fd, again;

	put_file("f", "abc");
	fd = open("f", O_RDONLY);
	unlink("f");
	read(fd, &c, 1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDWR);
	ok(again >= 0 && read(again, &c, 1) == 1 && c == 'a', "at a position of its own");
	ok(write(again, "X", 1) == 1 && read(fd, &c, 1) == 1 && c == 'X', "of one content");
	close(fd);
	close(again);
}

int main(void)
{
	enter_scratch();
	making();
	sealing();
	allocating();
	names_in_proc();
	reopening();
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
