// SPDX-License-Identifier: GPL-2.0-only
/*
 * A job server: many jobs, of which only so many run at a time, as in make -j.
 *
 *     job_server        three tokens, twelve jobs; job 4 is killed in the middle
 *     job_server -n     the same without SEM_UNDO
 *
 * Idea: a semaphore holds tokens; a job takes one, works, and puts it back. A job that is killed
 * cannot put anything back. With SEM_UNDO the kernel remembers what each process has taken and puts
 * it back when the process ends, however it ends. Without it every killed job makes the machine slower
 * until nothing runs any more: -n shows the token that is missing.
 * The server sees in waitpid() that the job was killed, and starts it again.
 * Start at: main(), then do_job(). The page: docs/demos.md.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKENS  3
#define JOBS    12
#define UNLUCKY 4

static int set, undo = SEM_UNDO;

static void change_tokens(int by)
{
	struct sembuf step = { 0, by, undo };

	semop(set, &step, 1);
}

/* Something that takes a while. */
static unsigned long work(int job)
{
	unsigned long x = job;

	for (int i = 0; i < 300000; i++)
		x = x * 6364136223846793005 + 1442695040888963407;
	return x;
}

static void do_job(int job, int attempt)
{
	volatile unsigned long result;

	change_tokens(-1);
	if (job == UNLUCKY && attempt == 1)
		kill(getpid(), SIGKILL); /* as by `kill -9`: no code of ours runs after this */
	result = work(job);
	(void)result;
	change_tokens(1);
	_exit(0);
}

static pid_t start(int job, int attempt)
{
	pid_t pid;

	fflush(stdout); /* else the child has a copy of what is not yet written */
	pid = fork();
	if (pid == 0)
		do_job(job, attempt);
	return pid;
}

/* All jobs wait for tokens at once; the semaphore lets TOKENS of them through. */
static int run_jobs(void)
{
	pid_t pids[JOBS + 1] = { 0 }, pid;
	int done = 0, status;

	for (int job = 1; job <= JOBS; job++)
		pids[job] = start(job, 1);
	while (done < JOBS && (pid = wait(&status)) > 0) {
		int job = 1;

		while (job < JOBS && pids[job] != pid)
			job++;
		if (WIFSIGNALED(status)) {
			printf("job %d was killed while it held a token; again\n", job);
			pids[job] = start(job, 2);
		} else {
			done++;
		}
	}
	return done;
}

int main(int argc, char **argv)
{
	int done, tokens;

	if (argc > 1 && !strcmp(argv[1], "-n"))
		undo = 0;
	set = semget(IPC_PRIVATE, 1, 0600);
	if (set < 0 || semctl(set, 0, SETVAL, TOKENS) < 0) {
		perror("semaphore");
		return 1;
	}
	done = run_jobs();
	tokens = semctl(set, 0, GETVAL);
	printf("%d jobs done, %d of %d tokens are back\n", done, tokens, TOKENS);
	semctl(set, 0, IPC_RMID);
	return done != JOBS || tokens != (undo ? TOKENS : TOKENS - 1);
}
