/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KTAP for test programs: ok() for each promise, skip() for what cannot be tried here, and
 * `return ktap_done();` at the end of main(). Lines go out at once, so that a crash loses none.
 * The format: docs.kernel.org/dev-tools/ktap.html.
 */
#ifndef CONDUIT_TESTS_KTAP_H
#define CONDUIT_TESTS_KTAP_H

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static int ktap_count, ktap_failed;

__attribute__((unused)) static void ktap_line(const char *start, const char *fmt, va_list args)
{
	char text[512], line[640];
	int saved = errno, n;

	vsnprintf(text, sizeof(text), fmt, args);
	n = snprintf(line, sizeof(line), "%s %d - %s\n", start, ktap_count, text);
	if (write(1, line, n) != n)
		_exit(99);
	errno = saved;
}

/* One promise. Returns whether it held; errno is kept. */
__attribute__((unused, format(printf, 2, 3))) static int ok(int held, const char *fmt, ...)
{
	va_list args;

	ktap_count++;
	if (!held)
		ktap_failed++;
	va_start(args, fmt);
	ktap_line(held ? "ok" : "not ok", fmt, args);
	va_end(args);
	if (!held) {
		char line[96];
		int saved = errno;
		int n = snprintf(line, sizeof(line), "# errno was %d (%s)\n", saved,
				 strerror(saved));

		if (write(1, line, n) != n)
			_exit(99);
		errno = saved;
	}
	return held;
}

/* A promise that cannot be tried on this system, and why. */
__attribute__((unused, format(printf, 1, 2))) static void skip(const char *fmt, ...)
{
	char reason[256], line[320];
	va_list args;
	int n;

	va_start(args, fmt);
	vsnprintf(reason, sizeof(reason), fmt, args);
	va_end(args);
	n = snprintf(line, sizeof(line), "ok %d # SKIP %s\n", ++ktap_count, reason);
	if (write(1, line, n) != n)
		_exit(99);
}

/* Prints the plan; the program's exit status. */
__attribute__((unused)) static int ktap_done(void)
{
	char line[32];
	int n = snprintf(line, sizeof(line), "1..%d\n", ktap_count);

	if (write(1, line, n) != n)
		_exit(99);
	return ktap_failed ? 1 : 0;
}

__attribute__((unused)) static int ktap_skip_all(const char *reason)
{
	skip("%s", reason);
	return ktap_done();
}

/* For what Linux leaves open, or does not keep: not the oracle. */
__attribute__((unused)) static int on_conduit(void)
{
	struct utsname name;

	return !uname(&name) && strstr(name.release, "conduit");
}

#endif
