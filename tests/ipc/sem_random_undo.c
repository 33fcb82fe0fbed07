// SPDX-License-Identifier: GPL-2.0-only
/*
 * SEM_UNDO at random against a model: operations, deaths, unshare(), SETVAL, SETALL and RMID.
 *
 * First part: one thing after the other, and after each of them every value, the last pid of every
 * semaphore, and who sleeps are what the model says. Second part: all at once. A call with SEM_UNDO
 * changes a value and the caller's adjustment by opposite amounts, and SETALL clears all adjustments;
 * so a value plus all adjustments for it is always what SETALL set last, and when all processes are
 * dead the values are exactly that. Sets are removed meanwhile, and made anew with the same id.
 * Spec: SEM-017, SEM-022, SEM-026 to SEM-033, SEM-035, SEM-036, IPC-018, IPC-024, EXIT-001 to EXIT-003,
 *	DESIGN-021, DESIGN-031, DESIGN-034
 */
#include "tests/ipc/ipc_test.h"
#include "tests/ipc/workers.h"

#define WORKERS  5
#define NSEMS    3
#define STEPS    250
#define MAX_OPS  3
#define SEMAEM   32767
#define UNSHARES (-1) /* instead of a number of operations */

static int id;

/* ---- one after the other ---- */

struct job {
	struct sembuf sops[MAX_OPS];
	int n;
};

static struct worker {
	pid_t pid;
	int command, answer; /* pipes */
	struct job job;
} workers[WORKERS];

/* The model. */
static struct state {
	int values[NSEMS];
	int adjust[WORKERS][NSEMS];
	int undoes[WORKERS]; /* has asked for SEM_UNDO */
	pid_t pids[NSEMS];
} now;
static int queue[WORKERS], queued; /* sleepers in order of arrival */

static void work(int command, int answer)
{
	struct job job;
	int error;

	while (read(command, &job, sizeof(job)) == sizeof(job)) {
		if (job.n == UNSHARES)
			error = unshare(CLONE_SYSVSEM) ? errno : 0;
		else
			error = raw_semop(id, job.sops, (unsigned int)job.n) ? errno : 0;
		if (write(answer, &error, sizeof(error)) != sizeof(error))
			break;
	}
	_exit(0); /* the other end was closed: an end without a signal */
}

static void start_worker(struct worker *w)
{
	int c[2], a[2];

	if (pipe(c) || pipe(a))
		exit(97);
	w->pid = fork();
	if (w->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < WORKERS; i++)
			close(workers[i].command);
		close(c[1]);
		work(c[0], a[1]);
	}
	w->command = c[1];
	w->answer = a[0];
	close(c[0]);
	close(a[1]);
}

static int is_asleep(int n)
{
	for (int i = 0; i < queued; i++)
		if (queue[i] == n)
			return 1;
	return 0;
}

static int is_const(const struct job *job)
{
	for (int i = 0; i < job->n; i++)
		if (job->sops[i].sem_op)
			return 0;
	return 1;
}

/* -1: it has to sleep; 0, EAGAIN, ERANGE: its end. Only on 0 anything has changed. */
static int try(int n)
{
	const struct job *job = &workers[n].job;
	struct state next = now;

	for (const struct sembuf *s = job->sops; s < job->sops + job->n; s++) {
		int *value = &next.values[s->sem_num], *adjust = &next.adjust[n][s->sem_num];

		if (s->sem_op ? *value + s->sem_op < 0 : *value)
			return s->sem_flg & IPC_NOWAIT ? EAGAIN : -1;
		if (*value + s->sem_op > SEMVMX)
			return ERANGE;
		if (s->sem_flg & SEM_UNDO) {
			if (*adjust - s->sem_op > SEMAEM || *adjust - s->sem_op < -SEMAEM - 1)
				return ERANGE;
			*adjust -= s->sem_op;
		}
		*value += s->sem_op;
		next.pids[s->sem_num] = workers[n].pid;
	}
	now = next;
	return 0;
}

static int answers(int n, int expected)
{
	struct pollfd p = { .fd = workers[n].answer, .events = POLLIN };
	int error = -1;

	if (poll(&p, 1, LONG_MS) == 1 && read(p.fd, &error, sizeof(error)) == sizeof(error) &&
	    error == expected)
		return 1;
	printf("# %d: errno %d, expected %d\n", n, error, expected);
	return 0;
}

static int all_silent(void)
{
	for (int i = 0; i < WORKERS; i++)
		if (!is_silent(i, workers[i].answer))
			return 0;
	return 1;
}

/* Does the sleeper at place i of the queue end? Then it has left the queue and must answer. */
static int ends(int i, int *fine, int *result)
{
	int n = queue[i];

	*result = try(n);
	if (*result < 0)
		return 0;
	memmove(&queue[i], &queue[i + 1], (size_t)(--queued - i) * sizeof(queue[0]));
	*fine &= answers(n, *result);
	return 1;
}

/* Those who wait for 0 only: single operations on num, or (-1) several operations. */
static void wake_const(int num, int *fine)
{
	int result;

	for (int i = 0; i < queued;) {
		const struct job *job = &workers[queue[i]].job;

		if (!is_const(job) || (num < 0 ? job->n == 1 : job->n > 1) ||
		    (num >= 0 && job->sops[0].sem_num != num) || !ends(i, fine, &result))
			i++;
	}
}

/* They are asked when a semaphore of the cause is 0, or (NULL) any of the set. */
static void wake_zero(const struct job *cause, int *fine)
{
	int zero = 0;

	for (int i = 0; i < (cause ? cause->n : NSEMS); i++) {
		int num = cause ? cause->sops[i].sem_num : i;

		if (now.values[num])
			continue;
		zero = 1;
		wake_const(num, fine);
	}
	if (zero)
		wake_const(-1, fine);
}

/* After a change: those who wait for 0, then the others in order of arrival, anew after each. */
static void wake(const struct job *cause, int *fine)
{
	int result, again;

	wake_zero(cause, fine);
	do {
		again = 0;
		for (int i = 0; i < queued && !again;) {
			struct job job = workers[queue[i]].job;

			if (is_const(&job) || !ends(i, fine, &result)) {
				i++;
			} else if (!result) {
				wake_zero(&job, fine);
				again = 1;
			}
		}
	} while (again);
}

static int sleepers(void)
{
	int n = 0;

	for (int i = 0; i < NSEMS; i++)
		n += ncnt(id, i) + zcnt(id, i);
	return n;
}

/* All that there is to see is what the model says. */
static int compare(void)
{
	unsigned short values[NSEMS];
	int fine = 1;

	if (!eventually(sleepers() == queued) || !all_silent())
		return 0;
	raw_semctl(id, 0, GETALL, (unsigned long)values);
	for (int i = 0; i < NSEMS; i++) {
		pid_t pid = (pid_t)raw_semctl(id, i, GETPID, 0);

		if (values[i] == now.values[i] && pid == now.pids[i])
			continue;
		printf("# semaphore %d is %d of process %d, expected %d of %d\n", i, values[i], pid,
		       now.values[i], now.pids[i]);
		fine = 0;
	}
	return fine;
}

static int settle(const struct job *cause)
{
	int fine = 1;

	wake(cause, &fine);
	return fine && compare();
}

/* What is left of a process is given back, as far as it goes; if it ever asked for that. */
static int undo(int n)
{
	if (!now.undoes[n])
		return compare();
	now.undoes[n] = 0;
	for (int i = 0; i < NSEMS; i++) {
		int value = now.values[i] + now.adjust[n][i];

		if (!now.adjust[n][i])
			continue;
		now.adjust[n][i] = 0;
		now.values[i] = value < 0 ? 0 : value > SEMVMX ? SEMVMX : value;
		now.pids[i] = workers[n].pid;
	}
	return settle(NULL);
}

static int step_end(int n)
{
	/* A sleeper does not see its pipe closed. */
	if (is_asleep(n) || draw(2))
		kill(workers[n].pid, SIGKILL);
	close(workers[n].command);
	close(workers[n].answer);
	workers[n].command = workers[n].answer = -1;
	if (!eventually(has_ended(workers[n].pid)))
		return 0;
	for (int i = 0; i < queued; i++) {
		if (queue[i] == n) {
			memmove(&queue[i], &queue[i + 1],
				(size_t)(--queued - i) * sizeof(queue[0]));
			break;
		}
	}
	if (!undo(n)) /* a zombie holds nothing */
		return 0;
	waitpid(workers[n].pid, NULL, 0);
	start_worker(&workers[n]);
	return 1;
}

/* Mostly small; sometimes so that a limit is near. */
static int some_value(void)
{
	return draw(8) ? (int)draw(4) : SEMVMX - (int)draw(3);
}

static void forget_adjust(int num)
{
	for (int i = 0; i < WORKERS; i++)
		now.adjust[i][num] = 0;
}

static int step_setval(void)
{
	int num = (int)draw(NSEMS);

	now.values[num] = some_value();
	now.pids[num] = getpid();
	forget_adjust(num);
	return set_value(id, num, now.values[num]) == 0 && settle(NULL);
}

static int step_setall(void)
{
	unsigned short values[NSEMS];

	for (int i = 0; i < NSEMS; i++) {
		now.values[i] = values[i] = (unsigned short)some_value();
		now.pids[i] = getpid();
		forget_adjust(i);
	}
	return raw_semctl(id, 0, SETALL, (unsigned long)values) == 0 && settle(NULL);
}

static int step_call(int n)
{
	struct job *job = &workers[n].job;
	int result;

	job->n = draw(16) ? 1 + (int)draw(MAX_OPS) : UNSHARES;
	for (int i = 0; i < job->n; i++) {
		int op = draw(12) ? (int)draw(5) - 2 : (int)draw(65535) - SEMAEM;

		job->sops[i] = OP((unsigned short)draw(NSEMS), (short)op,
				  (short)((draw(3) ? SEM_UNDO : 0) | (draw(4) ? 0 : IPC_NOWAIT)));
	}
	if (write(workers[n].command, job, sizeof(*job)) != sizeof(*job))
		return 0;
	if (job->n == UNSHARES)
		return answers(n, 0) && undo(n);
	for (int i = 0; i < job->n; i++)
		now.undoes[n] |= !!(job->sops[i].sem_flg & SEM_UNDO);
	result = try(n);
	if (result >= 0)
		return answers(n, result) && (result || is_const(job) ? compare() : settle(job));
	queue[queued++] = n;
	return compare();
}

static int step(void)
{
	int n = (int)draw(WORKERS);

	switch (draw(16)) {
	case 0:
	case 1:
		return step_end(n);
	case 2:
		return step_setval();
	case 3:
		return step_setall();
	}
	return is_asleep(n) ? (queued < WORKERS || step_setval()) : step_call(n);
}

/* All adjustments are void, and the next set's begin at 0. */
static int renew(void)
{
	if (rm_set(id))
		return 0;
	for (int i = 0; i < queued; i++)
		if (!answers(queue[i], EIDRM))
			return 0;
	queued = 0;
	for (int i = 0; i < WORKERS; i++) {
		close(workers[i].command);
		waitpid(workers[i].pid, NULL, 0);
		close(workers[i].answer);
		workers[i].command = -1;
	}
	return 1;
}

static void test_model(void)
{
	int steps = 0, fine = 1;

	for (int round = 0; round < 2 && fine; round++) {
		memset(&now, 0, sizeof(now));
		id = new_set(NSEMS);
		for (int i = 0; i < WORKERS; i++)
			workers[i].command = -1;
		for (int i = 0; i < WORKERS; i++)
			start_worker(&workers[i]);
		for (int i = 0; fine && i < STEPS / 2; i++, steps++)
			fine = step();
		fine = fine && renew();
	}
	ok(fine,
	   "SEM-017 SEM-022 SEM-026 SEM-027 SEM-028 SEM-029 SEM-030 SEM-031 SEM-032 SEM-033 "
	   "SEM-035 "
	   "SEM-036 EXIT-002 EXIT-003 DESIGN-031 DESIGN-034: %d random steps (stopped at step %d)",
	   STEPS, steps);
	if (!fine)
		for (int i = 0; i < WORKERS; i++)
			put_end(workers[i].pid);
}

/* ---- all at once ---- */

#define BASE 1000 /* far from both ends, so that nothing is cut off */

static int *current_id; /* of the set, shared */

/* A child's life: its exit status, if nobody kills it. */
static int spend(void)
{
	int calls = 20 + (int)draw(100);

	for (int i = 0; i < calls; i++) {
		struct timespec limit = { 0, 1000000 };
		int set = __atomic_load_n(current_id, __ATOMIC_SEQ_CST), n = 1 + (int)draw(3);
		struct sembuf sops[3];
		long ret;

		for (int j = 0; j < n; j++)
			sops[j] = OP((unsigned short)draw(NSEMS), (short)((int)draw(5) - 2),
				     SEM_UNDO);
		/* Often somebody who cannot go on, in front of others. */
		if (draw(4) == 0)
			sops[draw((unsigned int)n)].sem_op = draw(2) ? 0 : -2 * BASE;
		ret = syscall(SYS_semtimedop, set, sops, n, &limit);
		if (ret && errno != EAGAIN && errno != EIDRM && errno != EINVAL)
			return 1;
	}
	return 0;
}

static pid_t start_spender(void)
{
	unsigned long seed = draw(1u << 30);
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		rng = seed;
		_exit(spend());
	}
	return pid;
}

static int set_all_to_base(int set)
{
	unsigned short values[NSEMS] = { BASE, BASE, BASE };

	return (int)raw_semctl(set, 0, SETALL, (unsigned long)values);
}

/* Gone; and a new one, often with the same id. Nobody's adjustments for the old one may touch it. */
static int replace_set(int set)
{
	int other;

	if (rm_set(set))
		return -1;
	if (draw(2))
		write_number("/proc/sys/kernel/sem_next_id", (unsigned long)set);
	other = new_set(NSEMS);
	__atomic_store_n(current_id, other, __ATOMIC_SEQ_CST);
	/* Until here values of 0 change by what is added to them; then nothing of that is left. */
	return set_all_to_base(other) ? -1 : other;
}

static void test_all_at_once(void)
{
	pid_t pids[WORKERS];
	int fine = 1, exact = 1, status, set = new_set(NSEMS);

	current_id = shared_page();
	*current_id = set;
	set_all_to_base(set);
	for (int i = 0; i < WORKERS; i++)
		pids[i] = start_spender();
	for (int round = 0; round < 60 && set >= 0; round++) {
		int i = (int)draw(WORKERS);

		if (draw(2))
			kill(pids[i], SIGKILL);
		switch (draw(4)) {
		case 0:
			fine &= set_all_to_base(set) == 0;
			break;
		case 1:
			set = replace_set(set);
			break;
		default:
			usleep(draw(2000));
		}
		if (waitpid(pids[i], &status, draw(2) ? WNOHANG : 0) == pids[i]) {
			fine &= WIFSIGNALED(status) || WEXITSTATUS(status) == 0;
			pids[i] = start_spender();
		}
	}
	for (int i = 0; i < WORKERS; i++) {
		if (draw(2))
			kill(pids[i], SIGKILL);
		waitpid(pids[i], &status, 0);
		fine &= WIFSIGNALED(status) || WEXITSTATUS(status) == 0;
	}
	ok(fine && set >= 0, "SEM-028 SEM-036 IPC-018: no error but those that can be");
	for (int i = 0; i < NSEMS; i++) {
		int value = get_value(set, i);

		if (value != BASE)
			printf("# semaphore %d is %d\n", i, value);
		exact &= value == BASE && !ncnt(set, i) && !zcnt(set, i);
	}
	ok(exact,
	   "SEM-027 SEM-030 SEM-036 IPC-024 EXIT-001 DESIGN-034: all is given back, nothing twice, "
	   "nothing to another set");
	rm_set(set);
}

int main(int argc, char **argv)
{
	if (unshare(CLONE_NEWIPC))
		return ktap_skip_all("no IPC namespace of its own");
	rng = test_seed(argc, argv);
	test_model();
	test_all_at_once();
	return ktap_done();
}
