// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unprivileged programs call every system call number from 0 to 512 with random arguments, several
 * at a time. They may fail, die or hang as they like; the kernel stands, and afterwards another
 * process can still fork, map memory, use a pipe and a file.
 *
 * Idea: rounds of victim processes (own uid, own sessions, tight limits, their own directory, a
 * file of each kind open) that make calls until they end by themselves or their time is up; then
 * everything of that uid is killed.
 * The generator is seeded by the round, so a failing round can be run alone: give its number; two
 * numbers run those from the first to before the second.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "tests/ktap.h"

#define VICTIM_UID     4242
#define ROUNDS         24
#define VICTIMS        3 /* at a time */
#define CALLS          600
#define ROUND_LIMIT_MS 1500

static uint64_t seed;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static long raw_syscall(long nr, const uint64_t *a)
{
	register uint64_t r10 __asm__("r10") = a[3];
	register uint64_t r8 __asm__("r8") = a[4];
	register uint64_t r9 __asm__("r9") = a[5];
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(nr), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}

/* Values at the edges of what a kernel checks. */
static uint64_t random_argument(char *arena)
{
	static const uint64_t edges[] = {
		0,
		1,
		2,
		3,
		4,
		8,
		63,
		64,
		128,
		511,
		4095,
		4096,
		4097,
		65536,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x100000000,
		0x7fffffffe000,
		0x7fffffffffff,
		0x800000000000,
		0x8000000000000000,
		0xffff800000000000,
		0xffff888000000000,
		0xffffc90000000000,
		0xffffffff80000000,
		0xffffffff80100000,
		0xfffffffffffff000,
		0xffffffffffffffff,
		0xffffffffffffff9c, /* AT_FDCWD */
	};

	switch (next_random() % 6) {
	case 0:
		return edges[next_random() % (sizeof(edges) / sizeof(edges[0]))];
	case 1:
		return next_random() % 16;
	case 2:
		return (uint64_t)arena + next_random() % (6 * 4096);
	case 3:
		return (uint64_t)arena + 4 * 4096 - next_random() % 64; /* runs into a hole */
	case 4:
		return 1ull << (next_random() % 64);
	default:
		return next_random();
	}
}

/* Calls after which a round could not go on or would end the machine's other tests. */
static int is_left_out(long nr)
{
	return nr == SYS_rt_sigreturn || nr == SYS_exit || nr == SYS_exit_group ||
	       nr == SYS_pause || nr == SYS_rt_sigsuspend || nr == SYS_vfork;
}

static void limit(int resource, rlim_t value)
{
	struct rlimit l = { value, value };

	setrlimit(resource, &l);
}

/* So that a small number is a descriptor of some kind, and the same one in every round. */
static void open_one_of_each(void)
{
	int fds[2];

	if (pipe2(fds, O_NONBLOCK)) /* 3, 4 */
		return;
	open("a", O_RDWR | O_CREAT, 0600);
	open(".", O_RDONLY | O_DIRECTORY);
	open("/dev/ptmx", O_RDWR | O_NOCTTY);
	open("/proc/self/maps", O_RDONLY);
	epoll_create1(0);
	eventfd(0, 0);
	timerfd_create(CLOCK_MONOTONIC, 0);
	memfd_create("m", 0);
	open("/dev/zero", O_RDWR);
	open("/proc/self/stat", O_RDONLY);
	open("/proc/self/mem", O_RDWR);
}

static void victim(int round, int nr_victim, const char *dir)
{
	static const char paths[][24] = {
		"a", "./b", "..", "/proc/self/fd/0", "/dev/null", "/tmp", "/proc/self/mem", "a/b/c"
	};
	char *arena;

	if (chdir(dir))
		_exit(90);
	setsid();
	limit(RLIMIT_AS, 256 << 20);
	limit(RLIMIT_NPROC, 24);
	limit(RLIMIT_FSIZE, 1 << 20);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_CPU, 2);
	limit(RLIMIT_NOFILE, 64);
	if (setgroups(0, NULL) || setresgid(VICTIM_UID, VICTIM_UID, VICTIM_UID) ||
	    setresuid(VICTIM_UID, VICTIM_UID, VICTIM_UID))
		_exit(91);
	/* Four pages, a hole, one more page. */
	arena = mmap(NULL, 6 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (arena == MAP_FAILED)
		_exit(92);
	munmap(arena + 4 * 4096, 4096);
	open_one_of_each();
	seed = 0x9e3779b97f4a7c15ull * (uint64_t)(round * VICTIMS + nr_victim + 1);
	for (int i = 0; i < CALLS; i++) {
		uint64_t a[6];
		long nr = next_random() % 513;

		if (is_left_out(nr))
			continue;
		for (int w = 0; w < 4 * 4096 / 8; w += 37)
			((uint64_t *)arena)[w] = random_argument(arena);
		memcpy(arena + next_random() % 4000, paths[next_random() % 8], 24);
		for (int k = 0; k < 6; k++)
			a[k] = random_argument(arena);
		raw_syscall(nr, a);
	}
	raw_syscall(SYS_exit_group, (uint64_t[6]){ 0 });
}

/* Everything of the victim's uid dies, whatever sessions and groups it made. */
static void kill_all_victims(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (setresuid(VICTIM_UID, VICTIM_UID, VICTIM_UID) == 0)
			kill(-1, SIGKILL);
		_exit(0);
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int round_ends(int round, const char *dir)
{
	struct timespec tick = { 0, 5 * 1000 * 1000 };
	pid_t pids[VICTIMS];
	int left = VICTIMS, waited = 0;

	for (int i = 0; i < VICTIMS; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			victim(round, i, dir);
			_exit(0);
		}
		if (pids[i] < 0)
			return 0;
	}
	while (left) {
		for (int i = 0; i < VICTIMS; i++) {
			if (!pids[i])
				continue;
			if (waited > ROUND_LIMIT_MS / 5)
				kill(pids[i], SIGKILL);
			if (waitpid(pids[i], NULL, WNOHANG) == pids[i]) {
				pids[i] = 0;
				left--;
			}
		}
		if (waited++ > 10 * ROUND_LIMIT_MS / 5)
			return 0; /* SIGKILL did not end it */
		if (left)
			nanosleep(&tick, NULL);
	}
	kill_all_victims();
	return 1;
}

static int works_as_before(const char *dir)
{
	char name[128], buf[8] = "";
	int fds[2], status, fd;
	pid_t pid;
	void *p;

	if (pipe(fds))
		return 0;
	pid = fork();
	if (pid == 0)
		_exit(write(fds[1], "alive", 5) == 5 ? 7 : 8);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 7 << 8)
		return 0;
	if (read(fds[0], buf, 5) != 5 || memcmp(buf, "alive", 5))
		return 0;
	close(fds[0]);
	close(fds[1]);
	p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return 0;
	memset(p, 1, 1 << 20);
	munmap(p, 1 << 20);
	snprintf(name, sizeof(name), "%s.check", dir);
	fd = open(name, O_CREAT | O_RDWR, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1)
		return 0;
	close(fd);
	return unlink(name) == 0;
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/random-syscalls-XXXXXX";
	int first = argc > 1 ? atoi(argv[1]) : 0;
	int last = argc > 2 ? atoi(argv[2]) : argc > 1 ? first + 1 : ROUNDS;

	if (geteuid() != 0) {
		ktap_skip_all("needs root to become another user");
		return 0;
	}
	if (!mkdtemp(dir) || chown(dir, VICTIM_UID, VICTIM_UID)) {
		ok(0, "a directory for the victim");
		return ktap_done();
	}
	for (int round = first; round < last; round++)
		ok(round_ends(round, dir), "round %d ends when it is killed", round);
	ok(works_as_before(dir), "fork, pipe, memory and files work as before");
	return ktap_done();
}
