/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs programs of the ramdisk and keeps what they print. Where tests/host/ipc_programs has put
 * util-linux's programs into /utils, the same command line can be given to both.
 */
#ifndef CONDUIT_TESTS_USER_RUN_H
#define CONDUIT_TESTS_USER_RUN_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/ktap.h"

#define OURS  "/bin"
#define UTILS "/utils"

struct printed {
	int status; /* as of waitpid() */
	char out[20000], err[2000];
};

__attribute__((unused)) static int have_utils(void)
{
	return access(UTILS "/ipcs", X_OK) == 0;
}

static void read_all(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY);
	size_t length = 0;
	ssize_t n;

	while (fd >= 0 && length < size - 1 && (n = read(fd, text + length, size - 1 - length)) > 0)
		length += n;
	text[length] = 0;
	if (fd >= 0)
		close(fd);
}

/*
 * @line: the program's name and its arguments; '' is an empty one. @uid: who runs it. Its output goes to the
 * file @output, its errors to @output.err; its input is the file "in", if there is one.
 */
static pid_t start(const char *folder, const char *line, uid_t uid, const char *output)
{
	char words[300], path[64], errors[64], *argv[16], *rest = words;
	int argc = 0, in;
	pid_t pid;

	snprintf(words, sizeof(words), "%s", line);
	while (argc < 15 && (argv[argc] = strtok_r(rest, " ", &rest)) != NULL) {
		if (!strcmp(argv[argc], "''"))
			argv[argc] = "";
		argc++;
	}
	argv[argc] = NULL;
	snprintf(path, sizeof(path), "%s/%s", folder, argv[0]);
	snprintf(errors, sizeof(errors), "%s.err", output);
	pid = fork();
	if (pid == 0) {
		in = open("in", O_RDONLY);
		dup2(in < 0 ? open("/dev/null", O_RDONLY) : in, 0);
		dup2(open(output, O_WRONLY | O_CREAT | O_TRUNC, 0666), 1);
		dup2(open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0666), 2);
		if (setuid(uid))
			_exit(126);
		execv(path, argv);
		_exit(127);
	}
	return pid;
}

static void run(struct printed *p, const char *folder, const char *line, uid_t uid)
{
	waitpid(start(folder, line, uid, "out"), &p->status, 0);
	read_all("out", p->out, sizeof(p->out));
	read_all("out.err", p->err, sizeof(p->err));
}

/* Shows the first line in which two texts differ. */
static void show_difference(const char *what, const char *ours, const char *theirs)
{
	while (*ours && *ours == *theirs) {
		const char *end = strchr(ours, '\n');
		size_t length = end ? (size_t)(end + 1 - ours) : strlen(ours);

		if (strncmp(ours, theirs, length))
			break;
		ours += length;
		theirs += length;
	}
	if (*ours || *theirs)
		printf("# %s: '%.*s' instead of '%.*s'\n", what, (int)strcspn(ours, "\n"), ours,
		       (int)strcspn(theirs, "\n"), theirs);
	fflush(stdout);
}

/* Both programs with the same arguments: the same bytes, the same status. */
__attribute__((unused)) static void same_as_utils(const char *line, uid_t uid)
{
	static struct printed ours, theirs;
	int same;

	run(&ours, OURS, line, uid);
	run(&theirs, UTILS, line, uid);
	same = ours.status == theirs.status && !strcmp(ours.out, theirs.out) &&
	       !strcmp(ours.err, theirs.err);
	ok(same, "%s%s: the same as util-linux's", line, uid ? ", as another user" : "");
	if (!same) {
		printf("# status %d and %d\n", ours.status, theirs.status);
		show_difference("output", ours.out, theirs.out);
		show_difference("errors", ours.err, theirs.err);
	}
}

#endif
