/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the tests of memory: touching addresses that may fault, looking into /proc/self/maps, and
 * running something in a child.
 */
#ifndef TESTS_MM_MEMORY_H
#define TESTS_MM_MEMORY_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096ul

static sigjmp_buf fault_jump;
static volatile siginfo_t fault_info;

static void fault_handler(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	fault_info = *info;
	siglongjmp(fault_jump, 1);
}

static inline void catch_faults(void)
{
	struct sigaction sa = { .sa_sigaction = fault_handler,
				.sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
}

/* 0 when the access went well, else the signal's number; fault_info says more. */
static inline int read_faults(const volatile void *p)
{
	fault_info.si_signo = 0;
	if (!sigsetjmp(fault_jump, 1))
		(void)*(const volatile char *)p;
	return fault_info.si_signo;
}

static inline int write_faults(volatile void *p)
{
	fault_info.si_signo = 0;
	if (!sigsetjmp(fault_jump, 1))
		*(volatile char *)p = 1;
	return fault_info.si_signo;
}

/* Was the last fault this one? */
static inline int fault_was(int sig, int code, const volatile void *addr)
{
	return fault_info.si_signo == sig && fault_info.si_code == code &&
	       fault_info.si_addr == addr;
}

static inline int failed_with(long ret, int err)
{
	return ret == -1 && errno == err;
}

static inline int map_failed_with(void *p, int err)
{
	return p == MAP_FAILED && errno == err;
}

static inline char *map_anon(size_t len, int prot)
{
	return mmap(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* len bytes of address space that nothing else uses, unmapped again. */
static inline char *free_range(size_t len)
{
	char *p = map_anon(len, PROT_NONE);

	munmap(p, len);
	return p;
}

/*
 * The line of /proc/self/maps whose area contains p, and its range. 0 when there is none. Without
 * malloc: that would change what we look at.
 */
static inline int maps_line(const volatile void *p, char *line, size_t size, unsigned long *start,
			    unsigned long *end)
{
	static char maps[1 << 20];
	int fd = open("/proc/self/maps", O_RDONLY);
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(maps) - 1 && (n = read(fd, maps + len, sizeof(maps) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	maps[len] = '\0';
	for (char *at = maps; *at;) {
		char *newline = strchr(at, '\n');

		if (!newline)
			break;
		*newline = '\0';
		*start = strtoul(at, NULL, 16);
		*end = strtoul(strchr(at, '-') + 1, NULL, 16);
		if (*start <= (unsigned long)p && (unsigned long)p < *end) {
			size_t n = strlen(at) < size ? strlen(at) : size - 1;

			memcpy(line, at, n);
			line[n] = '\0';
			return 1;
		}
		at = newline + 1;
	}
	return 0;
}

/* Is p in an area [start, start + pages) with these permissions, e.g. "rw-p"? */
static inline int area_is(const volatile void *p, const void *start, size_t pages,
			  const char *perms)
{
	unsigned long from, to;
	char line[512];

	return maps_line(p, line, sizeof(line), &from, &to) && from == (unsigned long)start &&
	       to == from + pages * PAGE && strstr(line, perms);
}

static inline int is_mapped(const volatile void *p)
{
	unsigned long from, to;
	char line[512];

	return maps_line(p, line, sizeof(line), &from, &to);
}

/* Wait status of a child that runs fn and exits with what it returns. */
static inline int in_child(int (*fn)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(fn());
	waitpid(pid, &status, 0);
	return status;
}

/* An unlinked temporary file of that size filled with letters, one per page: 'a', 'b', … */
static inline int letter_file(size_t size)
{
	char name[] = "/tmp/mm.XXXXXX", page[PAGE];
	int fd = mkstemp(name);

	unlink(name);
	for (size_t at = 0; at < size; at += PAGE) {
		memset(page, 'a' + (int)(at / PAGE % 26), PAGE);
		if (pwrite(fd, page, size - at < PAGE ? size - at : PAGE, (off_t)at) < 0)
			return -1;
	}
	return fd;
}

#endif
