// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that eats all memory is killed; those who use little, and the system, live on. Many who
 * each eat some are killed until the rest fits.
 */
#define _GNU_SOURCE
#include <sys/prctl.h>
#include "tests/mm/memory.h"
#include "tests/ktap.h"

/* Takes ever more; what is not there cannot be promised for ever. */
static int eat_everything(void)
{
	for (;;) {
		char *p = map_anon(1 << 20, PROT_READ | PROT_WRITE);

		if (p == MAP_FAILED)
			return 0;
		for (size_t at = 0; at < 1 << 20; at += PAGE)
			p[at] = 1;
	}
}

/* Our own score is the lowest, so that the choice is among the eaters. */
static void protect_us(const char *adj)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY);

	if (fd >= 0 && write(fd, adj, strlen(adj)) < 0)
		perror("oom_score_adj");
	close(fd);
}

static int eater(void)
{
	protect_us("500");
	return eat_everything();
}

int main(void)
{
	char *mine = map_anon(PAGE, PROT_READ | PROT_WRITE);
	pid_t small, pid[4];
	int status, killed = 0, pipes[2];
	char c;

	strcpy(mine, "mine");
	if (pipe(pipes))
		return 1;
	small = fork();
	if (!small) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (read(pipes[0], &c, 1) == 1)
			_exit(strcmp(mine, "mine") ? 1 : 42);
		_exit(2);
	}
	protect_us("-500");
	status = in_child(eater);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "the eater is killed");
	ok(!strcmp(mine, "mine"), "we are not");
	for (int i = 0; i < 4; i++) {
		pid[i] = fork();
		if (!pid[i])
			_exit(eater());
	}
	for (int i = 0; i < 4; i++)
		if (waitpid(pid[i], &status, 0) == pid[i] && WIFSIGNALED(status))
			killed++;
	ok(killed == 4, "nor by four at once");
	ok(write(pipes[1], "x", 1) == 1 && waitpid(small, &status, 0) == small &&
		   WIFEXITED(status) && WEXITSTATUS(status) == 42,
	   "a small process lived through it");
	mine = map_anon(8 << 20, PROT_READ | PROT_WRITE);
	memset(mine, 1, 8 << 20);
	ok(mine[(8 << 20) - 1] == 1, "memory is there again");
	return ktap_done();
}
