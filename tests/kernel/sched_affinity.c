// SPDX-License-Identifier: GPL-2.0-only
/*
 * sched_setaffinity() on several CPUs: whatever the task is doing, running there, waiting, asleep,
 * afterwards it runs only where it may (man 2 sched_setaffinity). With one CPU little can be tried.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>
#include "tests/ktap.h"
#include "tests/kernel/cpus.h"

#define STORM_CHILDREN 6
#define STORM_CHANGES  150
#define SLEEP_ROUNDS   300
#define SLEEP_SPIN     50

static void test_caller(void)
{
	int good = 1;

	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < nr_cpus; i++)
			good &= pin(0, cpus[i]) == 0 && sched_getcpu() == cpus[i];
	}
	ok(good, "the caller is on the CPU when the call returns");
	pin_nowhere(0);
}

/* A task that runs on another CPU (or waits for this one). */
static void test_running(void)
{
	int good = 1;

	start_runner(0, -1, 0);
	good &= has_run(0);
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < nr_cpus; i++) {
			good &= pin(runners[0].pid, cpus[i]) == 0 && has_run(0) &&
				atomic_load(&runners[0].cpu) == cpus[i];
		}
	}
	stop_runners(0, 1);
	ok(good, "a running task moves");
}

static void test_waiting(void)
{
	int good;

	for (int i = 0; i < 4; i++)
		start_runner(i, cpus[0], 0);
	good = all_have_run(0, 4) && cpus_in_use(0, 4) == 1;
	for (int i = 0; i < 4; i++)
		good &= pin(runners[i].pid, cpus[i % nr_cpus]) == 0;
	good &= all_have_run(0, 4);
	for (int i = 0; i < 4; i++)
		good &= atomic_load(&runners[i].cpu) == cpus[i % nr_cpus];
	stop_runners(0, 4);
	ok(good, "tasks that wait for a CPU move to others");
}

static void test_sleeping(void)
{
	int to[2], from[2], good = 1;
	pid_t pid;

	if (pipe(to) || pipe(from))
		return;
	pid = fork();
	if (!pid) {
		char byte;

		close(to[1]);
		while (read(to[0], &byte, 1) == 1) {
			byte = (char)sched_getcpu();
			if (write(from[1], &byte, 1) != 1)
				break;
		}
		_exit(0);
	}
	for (int i = 0; i < 10 * nr_cpus; i++) {
		char byte = 0;

		good &= pin(pid, cpus[i % nr_cpus]) == 0 && write(to[1], &byte, 1) == 1 &&
			read(from[0], &byte, 1) == 1 && byte == cpus[i % nr_cpus];
	}
	close(to[1]);
	waitpid(pid, NULL, 0);
	ok(good, "a sleeping task wakes up where it may run");
	close(to[0]);
	close(from[0]);
	close(from[1]);
}

static struct {
	atomic_int round;                  /* of the three processes */
	atomic_int pinned, slept, stopped; /* the round in which each was done last */
	int word;                          /* 0: nobody wakes who waits for it to change */
} * scene;

static void no_action(int sig)
{
}

static void wait_for_round(int round)
{
	while (atomic_load(&scene->round) != round) {
		if (atomic_load(&scene->stopped))
			_exit(0);
		if (nr_cpus == 1)
			sched_yield();
	}
}

/* Goes to sleep in each round, and then does not give up the CPU. */
static void sleeper(void)
{
	for (int round = 1;; round++) {
		wait_for_round(round);
		syscall(SYS_futex, &scene->word, 0, 0, NULL);
		atomic_store(&scene->slept, round);
	}
}

static void pinner(pid_t pid)
{
	for (int round = 1;; round++) {
		wait_for_round(round);
		pin(pid, cpus[round % nr_cpus]);
		atomic_store(&scene->pinned, round);
	}
}

static pid_t scene_child(void (*f)(pid_t), pid_t pid)
{
	pid_t child = fork();

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		f(pid);
	}
	return child;
}

static void sleeper_of(pid_t unused)
{
	sleeper();
}

/* A signal and a new mask, both while the task is on its way to sleep: it goes on, elsewhere. */
static void test_sleep_that_a_signal_ends(void)
{
	struct sigaction action = { .sa_handler = no_action };
	pid_t pid, other;
	int round, good = 1;

	sigaction(SIGUSR1, &action, NULL);
	scene = mmap(NULL, sizeof(*scene), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	pid = scene_child(sleeper_of, 0);
	other = scene_child(pinner, pid);
	for (round = 1; good && round <= SLEEP_ROUNDS; round++) {
		atomic_store(&scene->round, round);
		for (volatile int spin = round % 100 * SLEEP_SPIN; spin; spin--)
			;
		/* One that comes before the call does not end it: again. */
		good = wait_until(!kill(pid, SIGUSR1) && atomic_load(&scene->slept) == round) &&
		       wait_until(atomic_load(&scene->pinned) == round);
	}
	if (!good)
		printf("# in round %d\n", round - 1);
	atomic_store(&scene->stopped, 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	waitpid(other, NULL, 0);
	ok(good, "a task that a signal keeps from sleeping moves");
}

static void test_inheritance(void)
{
	cpu_set_t set;
	int status;
	pid_t pid;

	pin(0, cpus[nr_cpus - 1]);
	pid = fork();
	if (!pid) {
		sched_getaffinity(0, sizeof(set), &set);
		_exit(CPU_COUNT(&set) != 1 || !CPU_ISSET(cpus[nr_cpus - 1], &set) ||
		      sched_getcpu() != cpus[nr_cpus - 1]);
	}
	ok(waitpid(pid, &status, 0) == pid && status == 0, "a child inherits the mask");
	pin_nowhere(0);
}

static void test_masks(void)
{
	uint64_t mask[16] = { 0 }, back[16] = { 0 };
	long size;

	/* Far more CPUs than there are: what does not exist does not count. */
	for (int i = 0; i < 16; i++)
		mask[i] = ~0ull;
	ok(syscall(SYS_sched_setaffinity, 0, sizeof(mask), mask) == 0 &&
		   (size = syscall(SYS_sched_getaffinity, 0, sizeof(back), back)) >= 8 &&
		   __builtin_popcountll(back[0]) == nr_cpus,
	   "CPUs that do not exist are left out of the mask");
	mask[0] = 0;
	errno = 0;
	ok(syscall(SYS_sched_setaffinity, 0, 8, mask) == -1 && errno == EINVAL,
	   "a mask without any that does is EINVAL");
	pin_nowhere(0);
}

/* Everybody moves everybody else about, running, waiting and asleep. */
static void storm(int self)
{
	unsigned int random = (unsigned int)self * 7919 + 1;

	for (int i = 0; i < STORM_CHANGES; i++) {
		pid_t victim;

		random = random * 1103515245 + 12345;
		victim = runners[random / 65536 % STORM_CHILDREN].pid;
		if (pin(victim, cpus[random / 1024 % nr_cpus]) && errno != ESRCH)
			_exit(1);
		if (random / 4096 % 8 == 0)
			short_pause();
	}
	pin_nowhere(0);
	_exit(0);
}

static void test_storm(void)
{
	int gate[2], good = 1, status;
	char byte;
	pid_t pid;

	if (pipe(gate))
		return;
	for (int i = 0; i < STORM_CHILDREN; i++) {
		pid = fork();
		if (!pid) {
			close(gate[1]);
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			if (read(gate[0], &byte, 1) != 0) /* until all pids are known */
				_exit(2);
			storm(i);
		}
		runners[i].pid = pid;
	}
	close(gate[1]);
	close(gate[0]);
	for (int i = 0; i < STORM_CHILDREN; i++)
		good &= waitpid(runners[i].pid, &status, 0) == runners[i].pid && status == 0;
	ok(good, "%d tasks move each other %d times", STORM_CHILDREN, STORM_CHANGES);
}

int main(void)
{
	cpus_init();
	test_caller();
	test_running();
	test_waiting();
	test_sleeping();
	test_sleep_that_a_signal_ends();
	test_inheritance();
	test_masks();
	test_storm();
	return ktap_done();
}
