// SPDX-License-Identifier: GPL-2.0-only
/*
 * The content of files under races: processes write, truncate, preallocate, punch holes into, map,
 * and splice the same few files of a file system that is too small for all of them. Bytes that are
 * read were written or are 0, calls fail with the errors that fit, and in the end every page and every
 * inode is free again.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include "tests/fs/files.h"
#include "tests/ktap.h"

#define ROUNDS    3
#define PROCESSES 4
#define STEPS     500
#define FILES     3
#define PAGES     12 /* of one file at most; together more than the file system has */
#define PAGE      4096
#define WRITTEN   'w'

static uint64_t state;
static int wrong;
static sigjmp_buf no_page;

static unsigned int pick(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % n;
}

static void check(long ret, const char *what)
{
	if (ret >= 0 || errno == ENOSPC || errno == ENOENT || errno == EINTR)
		return;
	printf("# %s: %s\n", what, strerror(errno));
	wrong = 1;
}

static void check_bytes(const char *bytes, ssize_t n)
{
	for (ssize_t i = 0; i < n; i++) {
		if (!bytes[i] || bytes[i] == WRITTEN)
			continue;
		printf("# a byte that nobody wrote: %d\n", bytes[i]);
		wrong = 1;
		return;
	}
}

static void on_sigbus(int sig)
{
	siglongjmp(no_page, 1);
}

/* Behind the end of the file, or without room for a page, there is SIGBUS. */
static void use_mapping(int fd, int shared)
{
	size_t bytes = PAGES * PAGE;
	char *volatile map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				  shared ? MAP_SHARED : MAP_PRIVATE, fd, 0);

	if (map == MAP_FAILED) {
		check(-1, "mmap");
		return;
	}
	if (!sigsetjmp(no_page, 1)) {
		for (int i = 0; i < 8; i++) {
			unsigned int at = pick((unsigned int)bytes);

			check_bytes(map + at, 1);
			if (pick(2))
				map[at] = WRITTEN;
		}
	}
	if (shared && !pick(4))
		madvise(map, bytes, MADV_REMOVE);
	check(munmap(map, bytes), "munmap");
}

static void splice_out(int fd, loff_t at)
{
	char buf[PAGE];
	int p[2];
	ssize_t n;

	if (pipe(p))
		return;
	n = splice(fd, &at, p[1], NULL, 2 * PAGE, SPLICE_F_NONBLOCK);
	check(n, "splice");
	while (n > 0) {
		ssize_t got = read(p[0], buf, sizeof(buf));

		if (got <= 0)
			break;
		check_bytes(buf, got);
		n -= got;
	}
	close(p[0]);
	close(p[1]);
}

static void step(void)
{
	static char buf[3 * PAGE];
	char name[2] = { 'a' + (char)pick(FILES), 0 };
	loff_t at = pick(PAGES * PAGE), len = 1 + pick(3 * PAGE);
	int fd = open(name, O_RDWR | O_CREAT, 0644);
	ssize_t n;

	if (fd < 0) {
		check(-1, "open");
		return;
	}
	if (at + len > PAGES * PAGE)
		len = PAGES * PAGE - at;
	switch (pick(10)) {
	case 0:
	case 1:
	case 2:
		memset(buf, WRITTEN, sizeof(buf));
		check(pwrite(fd, buf, len, at), "pwrite");
		break;
	case 3:
		n = pread(fd, buf, len, at);
		check(n, "pread");
		check_bytes(buf, n);
		break;
	case 4:
		check(ftruncate(fd, pick(2) ? at : 0), "ftruncate");
		break;
	case 5:
		check(fallocate(fd, pick(2) ? FALLOC_FL_KEEP_SIZE : 0, at, len), "fallocate");
		break;
	case 6:
		check(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, len), "a hole");
		break;
	case 7:
		use_mapping(fd, (int)pick(2));
		break;
	case 8:
		splice_out(fd, at);
		break;
	case 9:
		check(unlink(name), "unlink");
		break;
	}
	close(fd);
}

static pid_t start_process(int round, int me)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	alarm(110);
	signal(SIGBUS, on_sigbus);
	state = 0x9e3779b97f4a7c15ull * (uint64_t)(round * PROCESSES + me + 1);
	for (int i = 0; i < STEPS && !wrong; i++)
		step();
	_exit(wrong);
}

static int round_is_well(int round)
{
	pid_t pids[PROCESSES];
	int good = 0, status;
	struct statfs fs;
	char name[2] = "a";

	if (mount("small", "m", "tmpfs", 0, "size=96k,nr_inodes=8") || chdir("m"))
		return 0;
	for (int i = 0; i < PROCESSES; i++)
		pids[i] = start_process(round, i);
	for (int i = 0; i < PROCESSES; i++)
		good += waitpid(pids[i], &status, 0) == pids[i] && status == 0;
	for (int i = 0; i < FILES; i++, name[0]++)
		unlink(name);
	statfs(".", &fs);
	if (fs.f_bfree != fs.f_blocks || fs.f_ffree != fs.f_files - 1)
		printf("# %ld of %ld blocks and %ld of %ld inodes are free\n", (long)fs.f_bfree,
		       (long)fs.f_blocks, (long)fs.f_ffree, (long)fs.f_files);
	return good == PROCESSES && fs.f_bfree == fs.f_blocks && fs.f_ffree == fs.f_files - 1 &&
	       !chdir("..") && !umount("m");
}

int main(void)
{
	enter_scratch();
	mkdir("m", 0755);
	for (int round = 0; round < ROUNDS; round++)
		ok(round_is_well(round),
		   "round %d: bytes are what was written, and all is given back", round);
	chdir("/");
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
