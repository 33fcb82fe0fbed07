/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Walking every failure path of a call: its first allocation fails, then its second, … until none
 * is left to fail. For kernels with /proc/thread-self/fail-nth: Conduit's debug build, and Linux
 * with CONFIG_FAULT_INJECTION.
 *
 *	static long call(void *arg) { return open("/tmp/x", O_CREAT | O_RDWR, 0600); }
 *	static void undo(long ret, void *arg) { close(ret); unlink("/tmp/x"); }
 *
 *	if (!fail_nth_available())
 *		return ktap_skip_all("the kernel has no fail-nth");
 *	fail_nth_walk("open", call, undo, NULL, ENOMEM, 0);
 *
 * call answers -1 and errno as a system call does, or something else when it went well; undo takes
 * a success back so completely that the next call starts from the same state. Behind arg stand the
 * errnos that are right besides success, then 0. In each round the call either succeeds (what it
 * could not get was not needed) or fails with one of them, and after that the same call succeeds.
 * After the walk nothing may be lost: /proc/kmemleak (where it is) lists objects and pages that
 * nothing points to; what something still points to but nobody ever frees shows in /proc/slabinfo:
 * the walk is repeated as long as some cache has grown each time, and that must end.
 *
 * To find the culprit: boot with fail_verbose, and set FAIL_NTH_EACH=1 to look for lost memory
 * after each round.
 */
#ifndef TESTS_FAIL_NTH_H
#define TESTS_FAIL_NTH_H

#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "tests/ktap.h"

#define FAIL_NTH_MAX    2000 /* allocations of one call: more means that it never ends */
#define FAIL_NTH_ERRNOS 8
#define FAIL_NTH_CACHES 128
#define FAIL_NTH_REPEAT 6 /* a cache that grows each time has a leak */

typedef long (*fail_nth_call)(void *arg);
typedef void (*fail_nth_undo)(long ret, void *arg);

static inline int fail_nth_open(void)
{
	return open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
}

static inline int fail_nth_available(void)
{
	int fd = fail_nth_open();

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* The n-th allocation from here on fails; 0: none. Allocates nothing itself. */
static inline void fail_nth_set(int fd, unsigned int n)
{
	char text[12];
	int len = snprintf(text, sizeof(text), "%u", n);

	if (pwrite(fd, text, len, 0) != len)
		abort();
}

/* Has the failure happened? Switches it off either way. */
static inline int fail_nth_fired(int fd)
{
	char text[12] = "";
	int saved = errno;
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	fail_nth_set(fd, 0);
	errno = saved;
	return len > 0 && atoi(text) == 0;
}

/* One look for lost memory; says it in comments. */
static inline int fail_nth_scan(int say)
{
	static char text[32768];
	int fd = open("/proc/kmemleak", O_RDONLY | O_CLOEXEC), lost = 0;
	ssize_t len;

	if (fd < 0)
		return 0;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len > 0 ? len : 0] = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (say)
			dprintf(1, "# %s\n", line);
		lost++;
	}
	return lost;
}

/*
 * Objects and pages that are lost. Another CPU may have one just in hand that no list has: what is
 * lost stays so.
 */
static inline int fail_nth_lost(void)
{
	for (int i = 0; i < 5; i++) {
		if (!fail_nth_scan(0))
			return 0;
		sched_yield();
	}
	return fail_nth_scan(1);
}

struct fail_nth_count {
	char name[32];
	long objects;
};

/* The caches' objects in use. */
static inline int fail_nth_count(struct fail_nth_count *counts)
{
	static char text[32768];
	int fd = open("/proc/slabinfo", O_RDONLY | O_CLOEXEC), n = 0;
	size_t len = 0;
	ssize_t got;

	while (fd >= 0 && (got = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)got;
	if (fd >= 0)
		close(fd);
	text[len] = '\0';
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (n < FAIL_NTH_CACHES &&
		    sscanf(line, "%31s %ld", counts[n].name, &counts[n].objects) == 2)
			n++;
	return n;
}

struct fail_nth_walk {
	int fd;
	fail_nth_call call;
	fail_nth_undo undo;
	void *arg;
	int errnos[FAIL_NTH_ERRNOS + 1];
};

/* One allocation after the other fails. The rounds, or -1 when a promise was broken (says which). */
static inline int fail_nth_rounds(void *data)
{
	const struct fail_nth_walk *walk = data;

	for (unsigned int n = 1; n <= FAIL_NTH_MAX; n++) {
		int fired, fine = 0;
		long ret;

		fail_nth_set(walk->fd, n);
		ret = walk->call(walk->arg);
		fired = fail_nth_fired(walk->fd);
		if (ret == -1) {
			for (int i = 0; walk->errnos[i]; i++)
				fine |= errno == walk->errnos[i];
			if (!fine || !fired) {
				dprintf(1, "# allocation %u %s: errno %d (%s)\n", n,
					fired ? "failed" : "was not reached", errno,
					strerror(errno));
				return -1;
			}
		} else if (walk->undo) {
			walk->undo(ret, walk->arg);
		}
		if (!fired)
			return (int)n - 1;
		ret = walk->call(walk->arg);
		if (ret == -1) {
			dprintf(1, "# the call after allocation %u failed: errno %d (%s)\n", n,
				errno, strerror(errno));
			return -1;
		}
		if (walk->undo)
			walk->undo(ret, walk->arg);
		if (getenv("FAIL_NTH_EACH") && fail_nth_lost()) {
			dprintf(1, "# lost after allocation %u failed\n", n);
			return -1;
		}
	}
	dprintf(1, "# still failing after %d allocations\n", FAIL_NTH_MAX);
	return -1;
}

/*
 * Does some cache grow with each repetition of what repeat() does (< 0: it went wrong)? Says which.
 */
static inline int fail_nth_grows(int (*repeat)(void *data), void *data)
{
	static struct fail_nth_count before[FAIL_NTH_CACHES], after[FAIL_NTH_CACHES];
	static int growth[FAIL_NTH_CACHES];
	int n, grows = 0;

	memset(growth, 0, sizeof(growth));
	fail_nth_lost(); /* waits for what readers hold up */
	n = fail_nth_count(before);
	for (int i = 0; i < FAIL_NTH_REPEAT; i++) {
		if (repeat(data) < 0)
			return 1;
		fail_nth_lost();
		if (fail_nth_count(after) != n)
			return 0; /* caches came or went: nothing to compare */
		grows = 0;
		for (int c = 0; c < n; c++) {
			growth[c] += after[c].objects > before[c].objects;
			grows |= growth[c] == i + 1;
		}
		if (!grows)
			return 0;
		memcpy(before, after, sizeof(before));
	}
	for (int c = 0; c < n; c++) {
		if (growth[c] < FAIL_NTH_REPEAT)
			continue;
		dprintf(1, "# the cache %s grows, to %ld objects\n", after[c].name,
			after[c].objects);
	}
	return grows;
}

/* Two promises: right answers, nothing lost. Returns the number of allocations. */
static inline int fail_nth_walk(const char *name, fail_nth_call call, fail_nth_undo undo, void *arg,
				...)
{
	struct fail_nth_walk walk = { fail_nth_open(), call, undo, arg, { 0 } };
	va_list args;
	int rounds;
	long ret;

	va_start(args, arg);
	for (int i = 0; i < FAIL_NTH_ERRNOS; i++) {
		walk.errnos[i] = va_arg(args, int);
		if (!walk.errnos[i])
			break;
	}
	va_end(args);
	ret = call(arg);
	if (ret == -1) {
		ok(0, "%s: succeeds without failures", name);
		close(walk.fd);
		return 0;
	}
	if (undo)
		undo(ret, arg);
	rounds = fail_nth_rounds(&walk);
	ok(rounds >= 0, "%s: each failed allocation gives success or a documented error", name);
	if (rounds >= 0)
		ok(!fail_nth_lost() && (!rounds || !fail_nth_grows(fail_nth_rounds, &walk)),
		   "%s: and loses nothing", name);
	dprintf(1, "# %s: %d allocations\n", name, rounds);
	close(walk.fd);
	return rounds;
}

#endif
