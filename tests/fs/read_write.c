// SPDX-License-Identifier: GPL-2.0-only
/* Moving data: positions, vectors, appending, holes, limits, bad addresses, copy_file_range. */
#define _GNU_SOURCE
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include "tests/fs/files.h"
#include "tests/ktap.h"

static char buf[70000];

static void positions(void)
{
	int fd = open("p", O_RDWR | O_CREAT | O_TRUNC, 0644);

	ok(write(fd, "0123456789", 10) == 10 && lseek(fd, 0, SEEK_CUR) == 10, "write moves on");
	ok(read(fd, buf, 5) == 0, "read at the end: 0");
	ok(lseek(fd, 3, SEEK_SET) == 3 && read(fd, buf, 4) == 4 && !memcmp(buf, "3456", 4),
	   "lseek, read");
	ok(lseek(fd, -2, SEEK_END) == 8 && read(fd, buf, 10) == 2, "a short read at the end");
	ok(lseek(fd, -3, SEEK_CUR) == 7, "SEEK_CUR");
	ok(fails(lseek(fd, -20, SEEK_CUR), EINVAL), "before the start: EINVAL");
	ok(fails(lseek(fd, 0, 99), EINVAL), "unknown whence: EINVAL");
	ok(pread(fd, buf, 3, 1) == 3 && !memcmp(buf, "123", 3) && lseek(fd, 0, SEEK_CUR) == 7,
	   "pread leaves the position");
	ok(pwrite(fd, "XY", 2, 4) == 2 && lseek(fd, 0, SEEK_CUR) == 7, "pwrite does, too");
	ok(fails(pread(fd, buf, 1, -1), EINVAL), "pread at -1: EINVAL");
	ok(lseek(fd, 0x7fffffffffffffff, SEEK_SET) == 0x7fffffffffffffff, "as far as can be");
	ok(fails(write(fd, "x", 1), EFBIG) || errno == EOVERFLOW || errno == EINVAL,
	   "nothing can be written there");
	close(fd);
	ok(fails(read(-1, buf, 1), EBADF) && fails(write(1000, buf, 1), EBADF), "EBADF");
}

static void pipes_have_none(void)
{
	int fds[2];

	if (pipe(fds)) {
		skip("no pipes");
		return;
	}
	ok(fails(lseek(fds[0], 0, SEEK_CUR), ESPIPE), "lseek on a pipe: ESPIPE");
	ok(fails(pread(fds[0], buf, 1, 0), ESPIPE) && fails(pwrite(fds[1], buf, 1, 0), ESPIPE),
	   "pread and pwrite: ESPIPE");
	close(fds[0]);
	close(fds[1]);
}

static void appending(void)
{
	int a = open("app", O_WRONLY | O_APPEND | O_CREAT, 0644), b = open("app", O_WRONLY);

	write(a, "one", 3);
	pwrite(b, "two", 3, 3);
	ok(write(a, "three", 5) == 5 && file_is("app", "onetwothree"), "O_APPEND goes to the end");
	ok(pwrite(a, "four", 4, 0) == 4 && file_is("app", "onetwothreefour"), "pwrite as well");
	ok(lseek(a, 0, SEEK_CUR) == 11, "the position is behind what write wrote");
	ok(fcntl(b, F_SETFL, O_APPEND) == 0 && write(b, "!", 1) == 1 &&
		   file_is("app", "onetwothreefour!"),
	   "F_SETFL sets it");
	close(a);
	close(b);
}

static void vectors(void)
{
	char one[3], two[10];
	struct iovec in[] = { { "abc", 3 }, { "", 0 }, { "defgh", 5 } };
	struct iovec out[] = { { one, sizeof(one) }, { NULL, 0 }, { two, sizeof(two) } };
	struct iovec many[1025] = { { 0 } }, bad[] = { { "ok", 2 }, { BAD_POINTER, 5 } };
	struct iovec huge[] = { { buf, 1 }, { buf, (size_t)-1 } };
	int fd = open("v", O_RDWR | O_CREAT | O_TRUNC, 0644);

	ok(writev(fd, in, 3) == 8 && file_is("v", "abcdefgh"), "writev");
	lseek(fd, 0, SEEK_SET);
	ok(readv(fd, out, 3) == 8 && !memcmp(one, "abc", 3) && !memcmp(two, "defgh", 5), "readv");
	ok(preadv(fd, out, 3, 2) == 6 && !memcmp(one, "cde", 3), "preadv");
	ok(pwritev(fd, in, 1, 8) == 3 && file_is("v", "abcdefghabc"), "pwritev");
	ok(writev(fd, in, 0) == 0, "no segments: 0");
	ok(fails(writev(fd, many, 1025), EINVAL), "1,025 segments: EINVAL");
	ok(fails(writev(fd, in, -1), EINVAL), "-1 segments: EINVAL");
	ok(fails(writev(fd, huge, 2), EINVAL), "a negative length: EINVAL");
	ok(fails(writev(fd, BAD_POINTER, 2), EFAULT), "no vector there: EFAULT");
	ok(fails(writev(fd, bad, 2), EFAULT), "a segment in kernel space: EFAULT");
	ok(syscall(SYS_preadv2, fd, out, 3, 0, 0, 0) > 0, "preadv2");
	ok(fails(syscall(SYS_preadv2, fd, out, 3, 0, 0, 0x1000), EOPNOTSUPP),
	   "unknown flag: EOPNOTSUPP");
	ok(syscall(SYS_pwritev2, fd, in, 1, 0, 0, 0x10) == 3, "RWF_APPEND");
	ok(lseek(fd, 0, SEEK_END) == 14, "appended");
	close(fd);
}

static void bad_addresses(void)
{
	char *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("bad", O_RDWR | O_CREAT | O_TRUNC, 0644);

	munmap(two + 4096, 4096);
	memset(two, 'z', 4096);
	ok(fails(write(fd, BAD_POINTER, 5), EFAULT), "write from the kernel: EFAULT");
	ok(fails(write(fd, NULL, 5), EFAULT), "from NULL: EFAULT");
	ok(write(fd, two + 4086, 100) == 10, "up to the edge: what could be read");
	lseek(fd, 0, SEEK_SET);
	ok(fails(read(fd, BAD_POINTER, 5), EFAULT), "read into the kernel: EFAULT");
	ok(read(fd, two + 4091, 100) == 5, "up to the edge: what could be stored");
	ok(lseek(fd, 0, SEEK_CUR) == 5, "the position is behind that");
	ok(write(fd, NULL, 0) == 0 && read(fd, NULL, 0) == 0, "nothing from nowhere is fine");
	ok(fails(write(fd, buf, (size_t)-1), EINVAL) || errno == EFAULT, "a negative count");
	close(fd);
	munmap(two, 4096);
}

/* The buffer is a mapping of the very file: the copy must not wait for itself. */
static void a_file_onto_itself(void)
{
	int fd = open("self", O_RDWR | O_CREAT | O_TRUNC, 0644), i;
	char *map;

	ftruncate(fd, 8192);
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ok(pwrite(fd, map + 100, 50, 0) == 50, "write from its own untouched page");
	memcpy(map, "fresh", 5);
	ok(pread(fd, map + 4096, 5, 0) == 5 && !memcmp(map + 4096, "fresh", 5), "read into itself");
	ok(pwrite(fd, map, 5, 6000) == 5 && !memcmp(map + 6000, "fresh", 5),
	   "mapping and write agree");
	munmap(map, 8192);
	for (i = 0; i < 8192; i++)
		buf[i] = (char)i;
	pwrite(fd, buf, 8192, 0);
	map = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, fd, 0);
	ok(!memcmp(map, buf, 8192), "a private mapping shows what was written");
	munmap(map, 8192);
	close(fd);
}

static void holes(void)
{
	struct stat st;
	int fd = open("sparse", O_RDWR | O_CREAT | O_TRUNC, 0644);
	unsigned int i, sum = 0;

	pwrite(fd, "data", 4, 1 << 20);
	ok(fstat(fd, &st) == 0 && st.st_size == (1 << 20) + 4 && st.st_blocks == 8,
	   "a hole takes no space (%ld blocks)", (long)st.st_blocks);
	ok(pread(fd, buf, 4096, 5000) == 4096, "a hole is read");
	for (i = 0; i < 4096; i++)
		sum |= (unsigned char)buf[i];
	ok(sum == 0, "as zeroes");
	ok(lseek(fd, 0, SEEK_DATA) == 1 << 20, "SEEK_DATA");
	ok(lseek(fd, 0, SEEK_HOLE) == 0, "SEEK_HOLE in a hole");
	ok(lseek(fd, 1 << 20, SEEK_HOLE) == (1 << 20) + 4, "SEEK_HOLE: the end is one");
	ok(fails(lseek(fd, (1 << 20) + 4, SEEK_DATA), ENXIO), "SEEK_DATA behind the end: ENXIO");
	ok(ftruncate(fd, 100) == 0 && ftruncate(fd, 5000) == 0 && pread(fd, buf, 5000, 0) == 5000,
	   "shrunk and grown");
	pwrite(fd, "tail", 4, 96);
	ftruncate(fd, 98);
	ftruncate(fd, 200);
	ok(pread(fd, buf, 10, 96) == 10 && !memcmp(buf, "ta\0\0\0", 5),
	   "what was cut off comes back as 0");
	ok(fails(ftruncate(fd, -1), EINVAL), "to -1: EINVAL");
	ok(fails(truncate(".", 0), EISDIR), "truncate of a directory: EISDIR");
	close(fd);
	fd = open("sparse", O_RDONLY);
	ok(fails(ftruncate(fd, 0), EINVAL), "what is open for reading: EINVAL");
	close(fd);
	ok(truncate("sparse", 3) == 0 && stat("sparse", &st) == 0 && st.st_size == 3, "truncate");
}

static volatile sig_atomic_t xfsz;

static void on_xfsz(int sig)
{
	xfsz++;
}

static int limited(void)
{
	struct rlimit lim = { 1000, RLIM_INFINITY };
	int fd = open("lim", O_RDWR | O_CREAT | O_TRUNC, 0644);

	signal(SIGXFSZ, on_xfsz);
	setrlimit(RLIMIT_FSIZE, &lim);
	return pwrite(fd, buf, 500, 800) == 200 && xfsz == 0 &&
	       fails(pwrite(fd, buf, 1, 1000), EFBIG) && xfsz == 1 &&
	       fails(ftruncate(fd, 1001), EFBIG) && xfsz == 2 && ftruncate(fd, 1000) == 0;
}

static int killed_by_limit(void)
{
	struct rlimit lim = { 0, RLIM_INFINITY };

	setrlimit(RLIMIT_FSIZE, &lim);
	put_file("lim", "x");
	return 0;
}

static void file_size_limit(void)
{
	int status;
	pid_t pid;

	ok(IN_CHILD(limited()), "RLIMIT_FSIZE: cut short, then SIGXFSZ and EFBIG");
	pid = fork();
	if (!pid)
		_exit(killed_by_limit());
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ, "which kills by default");
}

static void copying(void)
{
	off_t in = 2, out = 10;
	int a, b;

	put_file("src", "abcdefghij");
	put_file("dst", "");
	a = open("src", O_RDONLY);
	b = open("dst", O_RDWR);
	ok(copy_file_range(a, NULL, b, NULL, 4, 0) == 4 && file_is("dst", "abcd"),
	   "copy_file_range");
	ok(lseek(a, 0, SEEK_CUR) == 4 && lseek(b, 0, SEEK_CUR) == 4, "moves both positions");
	ok(copy_file_range(a, &in, b, &out, 3, 0) == 3 && in == 5 && out == 13,
	   "or the given offsets");
	ok(pread(b, buf, 13, 0) == 13 && !memcmp(buf, "abcd\0\0\0\0\0\0cde", 13),
	   "content is there");
	in = 100;
	ok(copy_file_range(a, &in, b, &out, 3, 0) == 0, "behind the end: 0");
	ok(fails(copy_file_range(a, NULL, b, NULL, 3, 1), EINVAL), "flags: EINVAL");
	ok(fails(copy_file_range(b, NULL, a, NULL, 3, 0), EBADF), "wrong way round: EBADF");
	in = 0;
	out = 1;
	ok(fails(copy_file_range(b, &in, b, &out, 3, 0), EINVAL), "overlapping: EINVAL");
	close(a);
	close(b);
}

static void how_much_is_left(void)
{
	int fd = open("src", O_RDONLY), n = -1;

	lseek(fd, 3, SEEK_SET);
	ok(ioctl(fd, FIONREAD, &n) == 0 && n == 7, "FIONREAD");
	ok(fails(ioctl(fd, FIONREAD, BAD_POINTER), EFAULT), "EFAULT");
	ok(fails(ioctl(fd, 0x12345678, 0), ENOTTY), "unknown request: ENOTTY");
	ok(ioctl(fd, FIOCLEX) == 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC &&
		   ioctl(fd, FIONCLEX) == 0 && fcntl(fd, F_GETFD) == 0,
	   "FIOCLEX, FIONCLEX");
	n = 1;
	ok(ioctl(fd, FIONBIO, &n) == 0 && (fcntl(fd, F_GETFL) & O_NONBLOCK), "FIONBIO");
	ok(fsync(fd) == 0 && fdatasync(fd) == 0 && syncfs(fd) == 0, "fsync, fdatasync, syncfs");
	ok(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL) == 0 &&
		   posix_fadvise(fd, 0, 0, 99) == EINVAL,
	   "posix_fadvise");
	close(fd);
}

static void large_transfers(void)
{
	int fd = open("large", O_RDWR | O_CREAT | O_TRUNC, 0644);
	size_t i, wrong = 0;

	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (char)(i * 7 + i / 256);
	ok(write(fd, buf, sizeof(buf)) == (ssize_t)sizeof(buf), "70,000 bytes in one call");
	memset(buf, 0, sizeof(buf));
	ok(pread(fd, buf, sizeof(buf), 0) == (ssize_t)sizeof(buf), "and back");
	for (i = 0; i < sizeof(buf); i++)
		wrong += buf[i] != (char)(i * 7 + i / 256);
	ok(wrong == 0, "unchanged");
	close(fd);
}

/* The position is shared; four processes that append through it lose nothing. */
static void shared_position(void)
{
	int fd = open("shared", O_RDWR | O_CREAT | O_TRUNC, 0644), i, j;
	struct stat st;

	for (i = 0; i < 4; i++) {
		if (!fork()) {
			for (j = 0; j < 200; j++)
				if (write(fd, "0123456789", 10) != 10)
					_exit(1);
			_exit(0);
		}
	}
	for (i = 0; i < 4; i++)
		wait(NULL);
	ok(fstat(fd, &st) == 0 && st.st_size == 8000, "800 writes through one position");
	close(fd);
}

int main(void)
{
	enter_scratch();
	positions();
	pipes_have_none();
	appending();
	vectors();
	bad_addresses();
	a_file_onto_itself();
	holes();
	file_size_limit();
	copying();
	how_much_is_left();
	large_transfers();
	shared_position();
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
