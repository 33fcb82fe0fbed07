// SPDX-License-Identifier: GPL-2.0-only
/* ipcs: how names, times and sizes are written. See user/ipcs.h. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/ipcs.h"
#include "user/lib/numbers.h"

#define TEXTS     4
#define TEXT_SIZE 64

/* The next of a few buffers, so that one printf() can use several. */
static char *next_text(void)
{
	static char texts[TEXTS][TEXT_SIZE];
	static int next;

	next = (next + 1) % TEXTS;
	return texts[next];
}

static const char *name_or_number(const char *name, unsigned int number)
{
	char *text = next_text();

	if (name)
		snprintf(text, TEXT_SIZE, "%s", name);
	else
		snprintf(text, TEXT_SIZE, "%u", number);
	return text;
}

const char *user_name(uid_t uid)
{
	struct passwd *entry = getpwuid(uid);

	return name_or_number(entry ? entry->pw_name : NULL, uid);
}

static const char *group_name(gid_t gid)
{
	struct group *entry = getgrgid(gid);

	return name_or_number(entry ? entry->gr_name : NULL, gid);
}

const char *full_time(time_t time)
{
	char *text = next_text();

	snprintf(text, TEXT_SIZE, "%.24s", time ? ctime(&time) : "Not set");
	return text;
}

/* "Nov 21 07:51:26", the middle of "Sat Nov 21 07:51:26 2026". */
const char *short_time(time_t time)
{
	char *text = next_text();

	snprintf(text, TEXT_SIZE, "%.15s", time ? ctime(&time) + 4 : "Not set");
	return text;
}

const char *human(uint64_t bytes)
{
	return human_size(next_text(), TEXT_SIZE, bytes);
}

void print_creators(int id, const struct ipc_perm *perm)
{
	printf("%-10d %-10o %-10s %-10s ", id, perm->mode & 0777, user_name(perm->cuid),
	       group_name(perm->cgid));
	printf("%-10s %-10s\n", user_name(perm->uid), group_name(perm->gid));
}

void print_size_column(uint64_t bytes, int width)
{
	if (unit == UNIT_HUMAN)
		printf("%6s%*s ", human(bytes), width - 6, "");
	else
		printf("%-*llu ", width, (unsigned long long)bytes);
}

void print_size_limit(const char *name, uint64_t bytes, int in_kilobytes)
{
	if (unit == UNIT_HUMAN)
		printf("%s = %s\n", name, human(bytes));
	else if (unit == UNIT_DEFAULT && in_kilobytes)
		printf("%s (kbytes) = %llu\n", name, (unsigned long long)bytes / 1024);
	else
		printf("%s (bytes) = %llu\n", name, (unsigned long long)bytes);
}

void fail(const char *what)
{
	int error = errno;

	fflush(stdout);
	fprintf(stderr, "ipcs: %s failed: %s\n", what, error_text(error));
	exit(1);
}

void not_found(int id)
{
	fprintf(stderr, "ipcs: id %d not found\n", id);
}
