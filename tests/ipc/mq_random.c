// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random senders, receivers and registrations of a POSIX message queue against a model of it.
 *
 * First part: the test gives one process after the other something to do and knows what it must
 * answer, who must be asleep, and what the queue must hold. Second part: all at once, with signals
 * and times that run out: nothing is lost or twice, and what one sender sent of one priority comes
 * in order.
 * Spec: MQ-007, MQ-008, MQ-011 to MQ-016, MQ-021 to MQ-025, MQ-028, EXIT-003, EXIT-006
 */
#include "tests/ipc/mq.h"
#include "tests/ipc/workers.h"

static int queue_fd, nonblock_fd;

/* ---- one after the other ---- */

#define WORKERS 6
#define STEPS   300
#define MAXMSG  3
#define PRIOS   4
#define LONGEST 12

enum { OP_SEND, OP_RECEIVE, OP_REGISTER, OP_UNREGISTER };

/* The text of a message is its number, in as many bytes as it is long. */
struct job {
	int op, nonblock, has_time;
	unsigned int prio;
	int len;
	unsigned char number;
	struct timespec until;
};

struct answer {
	int ret, error;
	unsigned int prio;
	unsigned char text[LONGEST];
};

struct held {
	unsigned int prio;
	int len;
	unsigned char number;
};

static struct worker {
	pid_t pid;
	int command, answer; /* pipes */
	struct job job;
} workers[WORKERS];

/* The model: messages in the order in which they come, sleepers in order of arrival. */
static struct held queue[MAXMSG + 1];
static int queued, bytes;
static int receivers[WORKERS], nreceivers, senders[WORKERS], nsenders;
static int registered = -1;

static void work(int command, int answer)
{
	static const struct sigevent silent = { .sigev_notify = SIGEV_NONE };
	struct job job;

	while (read(command, &job, sizeof(job)) == sizeof(job)) {
		const struct timespec *until = job.has_time ? &job.until : NULL;
		int q = job.nonblock ? nonblock_fd : queue_fd;
		struct answer a = { 0 };
		unsigned char text[LONGEST];

		memset(text, job.number, sizeof(text));
		if (job.op == OP_SEND)
			a.ret = q_timedsend(q, text, (size_t)job.len, job.prio, until);
		else if (job.op == OP_RECEIVE)
			a.ret = (int)q_timedreceive(q, a.text, LONGEST, &a.prio, until);
		else
			a.ret = q_notify(q, job.op == OP_REGISTER ? &silent : NULL);
		a.error = a.ret < 0 ? errno : 0;
		if (write(answer, &a, sizeof(a)) != sizeof(a))
			break;
	}
	_exit(0);
}

static void start_worker(struct worker *w)
{
	w->pid = start_working(work, &w->command, &w->answer);
}

static void end_worker(struct worker *w)
{
	put_end(w->pid);
	close(w->command);
	close(w->answer);
}

static int place(const int *list, int n, int who)
{
	for (int i = 0; i < n; i++)
		if (list[i] == who)
			return i;
	return -1;
}

static void forget(int *list, int *n, int who)
{
	int i = place(list, *n, who);

	if (i >= 0)
		memmove(&list[i], &list[i + 1], (size_t)(--*n - i) * sizeof(list[0]));
}

static int is_busy(int n)
{
	return place(receivers, nreceivers, n) >= 0 || place(senders, nsenders, n) >= 0;
}

/* What the worker says in time is this. */
static int answers(int n, const struct answer *expected)
{
	struct worker *w = &workers[n];
	struct pollfd p = { .fd = w->answer, .events = POLLIN };
	struct answer a;

	if (poll(&p, 1, LONG_MS) != 1 || read(w->answer, &a, sizeof(a)) != sizeof(a)) {
		printf("# %d does not answer\n", n);
		return 0;
	}
	if (a.ret != expected->ret || a.error != expected->error ||
	    (a.ret >= 0 && w->job.op == OP_RECEIVE &&
	     (a.prio != expected->prio || memcmp(a.text, expected->text, (size_t)a.ret)))) {
		printf("# %d (%d): %d, errno %d, priority %u, expected %d, %d, %u\n", n, w->job.op,
		       a.ret, a.error, a.prio, expected->ret, expected->error, expected->prio);
		return 0;
	}
	return 1;
}

static int says(int n, int error)
{
	return answers(n, &(struct answer){ .ret = error ? -1 : 0, .error = error });
}

static int receives(int n, const struct held *held)
{
	struct answer a = { .ret = held->len, .prio = held->prio };

	memset(a.text, held->number, sizeof(a.text));
	return answers(n, &a);
}

static void enqueue(const struct held *held)
{
	int i = queued++;

	for (; i > 0 && queue[i - 1].prio < held->prio; i--)
		queue[i] = queue[i - 1];
	queue[i] = *held;
	bytes += held->len;
}

static struct held dequeue(void)
{
	struct held first = queue[0];

	memmove(&queue[0], &queue[1], (size_t)--queued * sizeof(queue[0]));
	bytes -= first.len;
	return first;
}

static struct held message_of(const struct job *job)
{
	return (struct held){ job->prio, job->len, job->number };
}

/* The queue is what the model says. */
static int queue_matches(void)
{
	char text[100] = "", expected[100];

	snprintf(expected, sizeof(expected), "QSIZE:%-10d NOTIFY:%-5d SIGNO:%-5d NOTIFY_PID:%-6d\n",
		 bytes, registered >= 0, 0, registered >= 0 ? workers[registered].pid : 0);
	if (pread(queue_fd, text, sizeof(text) - 1, 0) < 0 || strcmp(text, expected) ||
	    q_curmsgs(queue_fd) != queued) {
		printf("# %ld messages, %s# expected %d, %s", q_curmsgs(queue_fd), text, queued,
		       expected);
		return 0;
	}
	return 1;
}

/* Nobody has answered who should not have. */
static int all_silent(void)
{
	for (int i = 0; i < WORKERS; i++)
		if (!is_silent(i, workers[i].answer))
			return 0;
	return 1;
}

static int command(int n, const struct job *job)
{
	workers[n].job = *job;
	return write(workers[n].command, job, sizeof(*job)) == sizeof(*job);
}

/* What a call that would block does instead, or -1: it blocks. */
static int instead(const struct job *job)
{
	if (job->nonblock)
		return EAGAIN;
	return job->has_time && job->until.tv_sec < 1000 ? ETIMEDOUT : -1;
}

/* Not at all, in the distant past, or in the distant future. */
static void draw_time(struct job *job)
{
	job->nonblock = draw(4) == 0;
	job->has_time = draw(2) != 0;
	if (job->has_time)
		job->until.tv_sec = draw(3) ? LONG_MAX / 2 : 1;
}

static int step_send(int n)
{
	static unsigned char number;
	struct job job = { .op = OP_SEND, .prio = draw(PRIOS), .number = ++number };
	struct held held;
	int error;

	job.len = (int)draw(LONGEST + 1);
	draw_time(&job);
	if (!command(n, &job))
		return 0;
	held = message_of(&job);
	if (queued == MAXMSG) {
		error = instead(&job);
		if (error >= 0)
			return says(n, error);
		senders[nsenders++] = n;
		return asleep(workers[n].pid);
	}
	if (!says(n, 0))
		return 0;
	if (nreceivers) {
		int first = receivers[0];

		forget(receivers, &nreceivers, first);
		return receives(first, &held);
	}
	enqueue(&held);
	if (queued == 1)
		registered = -1;
	return 1;
}

static int step_receive(int n)
{
	struct job job = { .op = OP_RECEIVE };
	struct held held;
	int error, first;

	draw_time(&job);
	if (!command(n, &job))
		return 0;
	if (!queued) {
		error = instead(&job);
		if (error >= 0)
			return says(n, error);
		receivers[nreceivers++] = n;
		return asleep(workers[n].pid);
	}
	held = dequeue();
	if (!receives(n, &held))
		return 0;
	if (!nsenders)
		return 1;
	first = senders[0];
	forget(senders, &nsenders, first);
	held = message_of(&workers[first].job);
	enqueue(&held);
	return says(first, 0);
}

static int step_register(int n)
{
	struct job job = { .op = draw(3) ? OP_REGISTER : OP_UNREGISTER };

	if (!command(n, &job))
		return 0;
	if (job.op == OP_UNREGISTER) {
		if (registered == n)
			registered = -1;
		return says(n, 0);
	}
	if (registered >= 0)
		return says(n, EBUSY);
	registered = n;
	return says(n, 0);
}

/* Somebody is killed in the middle of it: what it sent or asked for, and was told of, is gone. */
static int step_kill(int n)
{
	end_worker(&workers[n]);
	forget(receivers, &nreceivers, n);
	forget(senders, &nsenders, n);
	if (registered == n)
		registered = -1;
	start_worker(&workers[n]);
	return 1;
}

static int step(void)
{
	int n = (int)draw(WORKERS);

	if (draw(24) == 0)
		return step_kill(n);
	if (is_busy(n))
		return 1;
	if (draw(6) == 0)
		return step_register(n);
	return draw(2) ? step_send(n) : step_receive(n);
}

static void test_model(void)
{
	int steps = 0, fine = 1;

	queue_fd = q_new(MAXMSG, LONGEST, 0);
	nonblock_fd = q_reopen(queue_fd, O_RDWR | O_NONBLOCK);
	for (int i = 0; i < WORKERS; i++)
		start_worker(&workers[i]);
	while (fine && steps < STEPS) {
		fine = step() && queue_matches() && all_silent();
		steps++;
	}
	ok(fine,
	   "MQ-007 MQ-008 MQ-011 MQ-012 MQ-013 MQ-014 MQ-015 MQ-022 MQ-023 MQ-024 MQ-025 MQ-028 "
	   "EXIT-003 EXIT-006: %d random calls (stopped at step %d)",
	   STEPS, steps);
	for (int i = 0; i < WORKERS; i++)
		end_worker(&workers[i]);
	close(queue_fd);
	close(nonblock_fd);
}

/* ---- all at once ---- */

#define SENDERS   3
#define RECEIVERS 3
#define EACH      40 /* messages of one sender and one priority */
#define ALL       (SENDERS * PRIOS * EACH)

struct numbered {
	int sender, prio, number;
	char rest[40];
};

static struct ledger {
	int taken, done;
	unsigned char times[SENDERS][PRIOS][EACH];
} * ledger;

static void nothing(int sig)
{
}

/* Now and then a time that is about to be up, so that some calls have to be made again. */
static const struct timespec *soon(struct timespec *ts)
{
	if (draw(3) == 0)
		return NULL;
	*ts = in_ms(0);
	ts->tv_nsec += draw(400000);
	if (ts->tv_nsec >= 1000000000) {
		ts->tv_sec++;
		ts->tv_nsec -= 1000000000;
	}
	return ts;
}

static int again(void)
{
	return errno == EINTR || errno == ETIMEDOUT;
}

static int send_all(int who)
{
	struct numbered msg = { .sender = who };
	int numbers[PRIOS] = { 0 };
	struct timespec ts;

	for (int i = 0; i < EACH * PRIOS; i++) {
		size_t len;

		do
			msg.prio = (int)draw(PRIOS);
		while (numbers[msg.prio] == EACH);
		msg.number = numbers[msg.prio]++;
		len = 12 + draw(sizeof(msg.rest));
		while (q_timedsend(queue_fd, &msg, len, (unsigned int)msg.prio, soon(&ts)))
			if (!again())
				return 1;
	}
	return 0;
}

static int receive_all(int who)
{
	int last[SENDERS][PRIOS];
	struct numbered msg;
	struct timespec ts;
	unsigned int prio;

	memset(last, -1, sizeof(last));
	while (!__atomic_load_n(&ledger->done, __ATOMIC_SEQ_CST)) {
		long n;

		ts = in_ms(20);
		n = q_timedreceive(queue_fd, &msg, sizeof(msg), &prio, draw(2) ? soon(&ts) : &ts);
		if (n < 0 && again())
			continue;
		if (n < 12 || prio != (unsigned int)msg.prio || prio >= PRIOS ||
		    msg.sender >= SENDERS)
			return 2;
		if (msg.number <= last[msg.sender][prio])
			return 3; /* a later one came before an earlier one */
		last[msg.sender][prio] = msg.number;
		__atomic_add_fetch(&ledger->times[msg.sender][prio][msg.number], 1,
				   __ATOMIC_SEQ_CST);
		if (__atomic_add_fetch(&ledger->taken, 1, __ATOMIC_SEQ_CST) == ALL)
			__atomic_store_n(&ledger->done, 1, __ATOMIC_SEQ_CST);
	}
	return 0;
}

static int all_once(void)
{
	for (int s = 0; s < SENDERS; s++)
		for (int p = 0; p < PRIOS; p++)
			for (int i = 0; i < EACH; i++)
				if (ledger->times[s][p][i] != 1)
					return 0;
	return 1;
}

static void test_all_at_once(void)
{
	pid_t pids[SENDERS + RECEIVERS];
	int fine = 1;

	signal(SIGUSR1, nothing);
	siginterrupt(SIGUSR1, 1);
	ledger = shared_page();
	queue_fd = q_new(MAXMSG, sizeof(struct numbered), 0);
	for (int i = 0; i < SENDERS + RECEIVERS; i++) {
		draw(2);
		pids[i] = fork();
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			rng += (unsigned long)i * 1000003;
			_exit(i < SENDERS ? send_all(i) : receive_all(i - SENDERS));
		}
	}
	for (int i = 0; i < 200; i++) {
		kill(pids[draw(SENDERS + RECEIVERS)], SIGUSR1);
		usleep(draw(300));
	}
	fine &= eventually(__atomic_load_n(&ledger->done, __ATOMIC_SEQ_CST) ||
			   has_ended(pids[SENDERS]) || has_ended(pids[SENDERS + 1]));
	__atomic_store_n(&ledger->done, 1, __ATOMIC_SEQ_CST);
	if (!fine)
		for (int i = 0; i < SENDERS; i++)
			kill(pids[i], SIGKILL);
	/* A receiver without a time may be left asleep. */
	for (int i = 0; i < SENDERS; i++)
		fine &= result_of(pids[i]) == 0;
	for (int i = SENDERS; i < SENDERS + RECEIVERS; i++) {
		fine &= eventually(has_ended(pids[i]) || (kill(pids[i], SIGUSR1), 0));
		fine &= result_of(pids[i]) == 0;
	}
	ok(fine,
	   "MQ-008 MQ-012 MQ-016: what was sent comes, in order for each sender and priority");
	ok(all_once(), "MQ-013 MQ-014: %d messages, each of them once", ALL);
	ok(q_curmsgs(queue_fd) == 0, "MQ-013: and nothing is left");
	close(queue_fd);
	munmap(ledger, 65536);
}

int main(int argc, char **argv)
{
	own_namespace();
	rng = test_seed(argc, argv);
	test_model();
	test_all_at_once();
	return ktap_done();
}
