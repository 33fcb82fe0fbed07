// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcbench: measures one operation per name, on Conduit and on any Linux.
 *
 * Idea: every repetition runs in a process of its own, the head of a process group, so that
 * whatever it leaves behind (children, sleepers, descriptors) ends with it. It reports through
 * one shared page. The time of setting up is not counted. Under QEMU's --icount with one
 * nanosecond per instruction the nanoseconds printed are instructions.
 * Output: `name ops ns ns_per_op`, or `name unsupported errno=N` where the kernel
 * lacks the call, `name failed errno=N` for any other error (EIO: no figure, or it hung).
 * Start at: main(), then basic_benchmarks; the others are in user/ipcbench_*.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "user/ipcbench.h"

#define MAX_OBJECTS 32000

static struct report {
	long start_ns, stop_ns;
	int error;
	atomic_int objects;
	struct {
		int kind, id;
	} object[MAX_OBJECTS];
} * report;

static long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000L + now.tv_nsec;
}

void start_clock(void)
{
	report->start_ns = now_ns();
}

void stop_clock(void)
{
	report->stop_ns = now_ns();
}

long must(long result)
{
	if (result >= 0)
		return result;
	report->error = errno;
	/* A child's failure must not leave the benchmark waiting for it. */
	kill(0, SIGKILL);
	_exit(1);
}

int spawn(void (*child)(long argument), long argument)
{
	int pid = must(fork());

	if (pid == 0) {
		child(argument);
		_exit(0);
	}
	return pid;
}

int remove_later(int kind, int id)
{
	int slot = atomic_fetch_add(&report->objects, 1);

	if (slot < MAX_OBJECTS) {
		report->object[slot].kind = kind;
		report->object[slot].id = id;
	}
	return id;
}

void wait_until_asleep(int pid)
{
	char path[40], stat[200], *end;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (;;) {
		int fd = must(open(path, O_RDONLY));
		long length = must(read(fd, stat, sizeof(stat) - 1));

		close(fd);
		stat[length] = 0;
		end = strrchr(stat, ')');
		if (end && end[1] == ' ' && end[2] == 'S')
			return;
		usleep(100);
	}
}

static void remove_objects(void)
{
	for (int i = 0; i < report->objects && i < MAX_OBJECTS; i++) {
		int id = report->object[i].id;

		if (report->object[i].kind == 'q')
			msgctl(id, IPC_RMID, NULL);
		else if (report->object[i].kind == 's')
			semctl(id, 0, IPC_RMID);
		else
			shmctl(id, IPC_RMID, NULL);
	}
}

/* One repetition. Returns 0 or what must() saw. */
static int run_once(const struct benchmark *b, long ops)
{
	int pid, status;

	/* Only what the last repetition used: the array is large. */
	report->start_ns = report->stop_ns = 0;
	report->error = 0;
	report->objects = 0;
	pid = fork();
	if (pid < 0)
		return errno;
	if (pid == 0) {
		setpgid(0, 0);
		alarm(60); /* a benchmark that hangs has failed */
		b->run(ops, b->parameter);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	kill(-pid, SIGKILL);
	remove_objects();
	if (report->error)
		return report->error;
	/* Ended by a signal or without timing: no figure is better than a wrong one. */
	return WIFEXITED(status) && report->stop_ns ? 0 : EIO;
}

static int run(const struct benchmark *b, long ops, int repetitions)
{
	for (int i = 0; i < repetitions; i++) {
		int error = run_once(b, ops);
		long ns = report->stop_ns - report->start_ns;

		if (error) {
			int lacking = error == ENOSYS || error == EAFNOSUPPORT;

			printf("%s %s errno=%d\n", b->name, lacking ? "unsupported" : "failed",
			       error);
			return !lacking;
		}
		printf("%s %ld %ld %.1f\n", b->name, ops, ns, (double)ns / ops);
		fflush(stdout);
	}
	return 0;
}

static void null_call(long ops, long unused)
{
	start_clock();
	for (long i = 0; i < ops; i++)
		syscall(SYS_getppid);
	stop_clock();
}

static void read_byte(long ops, long unused)
{
	int fd = must(open("/dev/zero", O_RDONLY));
	char byte;

	start_clock();
	for (long i = 0; i < ops; i++)
		must(read(fd, &byte, 1));
	stop_clock();
}

static void write_byte(long ops, long unused)
{
	int fd = must(open("/dev/null", O_WRONLY));

	start_clock();
	for (long i = 0; i < ops; i++)
		must(write(fd, "x", 1));
	stop_clock();
}

const struct benchmark basic_benchmarks[] = {
	{ "null", null_call, 20000, 0 },
	{ "read_1", read_byte, 20000, 0 },
	{ "write_1", write_byte, 20000, 0 },
	{ NULL, NULL, 0, 0 },
};

static int usage(void)
{
	fprintf(stderr, "usage: ipcbench [-l] [-r repetitions] [-n operations] [pattern...]\n");
	return 2;
}

static int is_chosen(const char *name, char **patterns)
{
	if (!*patterns)
		return 1;
	/* A plain word chooses every name that begins with it, as `sem` does. */
	for (; *patterns; patterns++)
		if (!fnmatch(*patterns, name, 0) || !strncmp(name, *patterns, strlen(*patterns)))
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	const struct benchmark *families[] = { basic_benchmarks, stream_benchmarks, task_benchmarks,
					       memory_benchmarks, sysv_benchmarks };
	int option, list = 0, repetitions = 1, failed = 0, chosen = 0;
	long ops = 0;

	while ((option = getopt(argc, argv, "lr:n:")) != -1) {
		if (option == 'l')
			list = 1;
		else if (option == 'r')
			repetitions = atoi(optarg);
		else if (option == 'n')
			ops = atol(optarg);
		else
			return usage();
	}
	if (repetitions < 1 || ops < 0)
		return usage();
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (report == MAP_FAILED) {
		perror("ipcbench: mmap");
		return 1;
	}
	for (unsigned int f = 0; f < sizeof(families) / sizeof(*families); f++) {
		for (const struct benchmark *b = families[f]; b->name; b++) {
			if (!is_chosen(b->name, argv + optind))
				continue;
			chosen = 1;
			if (list)
				puts(b->name);
			else
				failed |= run(b, ops ? ops : b->ops, repetitions);
		}
	}
	if (!chosen)
		fprintf(stderr, "ipcbench: no benchmark of that name\n");
	return failed || !chosen;
}
