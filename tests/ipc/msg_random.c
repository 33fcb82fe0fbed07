// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random senders and receivers against a model of a queue.
 *
 * First part: the test gives one process after the other something to do and knows what it must
 * answer, who must be asleep, and what the queue must hold (read with MSG_COPY). Second part: all at
 * once: nothing is lost or twice, and what one sender sent of one type comes in order, whatever the
 * receivers ask for. Third part: queues are removed under those who sleep in them.
 * Spec: MSG-007 to MSG-012, MSG-014 to MSG-016, MSG-019 to MSG-023, MSG-026, MSG-027, MSG-029, MSG-032,
 *	EXIT-003, DESIGN-021, DESIGN-025, DESIGN-027
 */
#include "tests/ipc/msg.h"
#include "tests/ipc/workers.h"

static int id;

/* ---- one after the other ---- */

#define WORKERS  6
#define STEPS    250
#define TYPES    4 /* 1 … 4 */
#define LONGEST  12
#define HELD_MAX 64 /* messages in the model's queue */

/* The text of a message is its number, in as many bytes as it is long. */
struct job {
	int sends, flags;
	long type; /* to send, or to ask for */
	int len;   /* of the text, or of the buffer */
	unsigned char number;
};

struct answer {
	int ret, error;
	long type;
	unsigned char text[LONGEST];
};

static struct worker {
	pid_t pid;
	int command, answer; /* pipes */
	struct job job;
} workers[WORKERS];

struct held {
	long type;
	int len;
	unsigned char number;
};

/* The model: messages, and sleepers in order of arrival. One sender at most: others compete. */
static struct held queue[HELD_MAX];
static int queued, bytes, limit;
static int receivers[WORKERS], nreceivers, sender = -1;

static void work(int command, int answer)
{
	struct job job;

	while (read(command, &job, sizeof(job)) == sizeof(job)) {
		struct answer a = { 0 };
		struct message msg = { .type = job.type };

		memset(msg.text, job.number, LONGEST);
		a.ret = (int)(job.sends ?
				      raw_send(id, &msg, (size_t)job.len, job.flags) :
				      raw_receive(id, &msg, (size_t)job.len, job.type, job.flags));
		a.error = a.ret < 0 ? errno : 0;
		a.type = msg.type;
		memcpy(a.text, msg.text, LONGEST);
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

static int is_busy(int n)
{
	for (int i = 0; i < nreceivers; i++)
		if (receivers[i] == n)
			return 1;
	return n == sender;
}

static int fits(int len)
{
	return bytes + len <= limit && queued + 1 <= limit;
}

static int wants(const struct job *job, long type)
{
	if (job->type == 0)
		return 1;
	if (job->type < 0)
		return type <= -job->type;
	return job->flags & MSG_EXCEPT ? type != job->type : type == job->type;
}

static void remove_held(int i)
{
	bytes -= queue[i].len;
	memmove(&queue[i], &queue[i + 1], (size_t)(--queued - i) * sizeof(queue[0]));
}

static void forget_receiver(int i)
{
	memmove(&receivers[i], &receivers[i + 1],
		(size_t)(--nreceivers - i) * sizeof(receivers[0]));
}

/* The place in the queue of what this receiver gets, or -1. */
static int find_held(const struct job *job)
{
	int found = -1;

	for (int i = 0; i < queued; i++)
		if (wants(job, queue[i].type) &&
		    (found < 0 || (job->type < 0 && queue[i].type < queue[found].type)))
			found = i;
	return found;
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
	    (a.ret >= 0 && !w->job.sends &&
	     (a.type != expected->type || memcmp(a.text, expected->text, (size_t)a.ret)))) {
		printf("# %d %s: %d, errno %d, type %ld, expected %d, %d, %ld\n", n,
		       w->job.sends ? "sends" : "receives", a.ret, a.error, a.type, expected->ret,
		       expected->error, expected->type);
		return 0;
	}
	return 1;
}

static int says_error(int n, int error)
{
	return answers(n, &(struct answer){ .ret = -1, .error = error });
}

static int too_long(const struct job *job, int len)
{
	return len > job->len && !(job->flags & MSG_NOERROR);
}

static int receives(int n, const struct held *held)
{
	int len = held->len < workers[n].job.len ? held->len : workers[n].job.len;
	struct answer a = { .ret = len, .type = held->type };

	memset(a.text, held->number, sizeof(a.text));
	return answers(n, &a);
}

/* The message is sent: to the first receiver that wants it, or into the queue. */
static int deliver(const struct job *job)
{
	struct held held = { job->type, job->len, job->number };

	for (int i = 0; i < nreceivers;) {
		int n = receivers[i];

		if (!wants(&workers[n].job, held.type)) {
			i++;
			continue;
		}
		forget_receiver(i);
		if (!too_long(&workers[n].job, held.len))
			return receives(n, &held);
		if (!says_error(n, E2BIG))
			return 0;
	}
	queue[queued++] = held;
	bytes += held.len;
	return 1;
}

/* Room may have appeared. */
static int retry_sender(void)
{
	int n = sender;

	if (n < 0 || !fits(workers[n].job.len))
		return 1;
	sender = -1;
	return answers(n, &(struct answer){ 0 }) && deliver(&workers[n].job);
}

/* The queue is what the model says, message by message. */
static int queue_matches(void)
{
	struct raw_msqid_ds ds = queue_stat(id);
	struct message msg;

	if (ds.qnum != (unsigned long)queued || ds.cbytes != (unsigned long)bytes) {
		printf("# %lu messages of %lu bytes, expected %d of %d\n", ds.qnum, ds.cbytes,
		       queued, bytes);
		return 0;
	}
	for (int i = 0; i < queued; i++) {
		if (raw_receive(id, &msg, sizeof(msg.text), i, MSG_COPY | IPC_NOWAIT) !=
			    queue[i].len ||
		    msg.type != queue[i].type ||
		    (queue[i].len && (unsigned char)msg.text[0] != queue[i].number)) {
			printf("# message %d is another one\n", i);
			return 0;
		}
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

static int step_send(int n)
{
	static unsigned char number;
	struct job job = {
		.sends = 1, .type = 1 + draw(TYPES), .len = (int)draw(LONGEST), .number = ++number
	};

	if (draw(3) == 0 || sender >= 0)
		job.flags = IPC_NOWAIT;
	if (!command(n, &job))
		return 0;
	if (fits(job.len))
		return answers(n, &(struct answer){ 0 }) && deliver(&job);
	if (job.flags & IPC_NOWAIT)
		return says_error(n, EAGAIN);
	sender = n;
	return asleep(workers[n].pid);
}

static int step_receive(int n)
{
	struct job job = { .type = (long)draw(2 * TYPES + 1) - TYPES, .len = LONGEST };
	struct held held;
	int at;

	job.flags = (draw(2) ? IPC_NOWAIT : 0) | (draw(4) ? 0 : MSG_EXCEPT) |
		    (draw(3) ? 0 : MSG_NOERROR);
	if (draw(3) == 0)
		job.len = (int)draw(LONGEST);
	if (!command(n, &job))
		return 0;
	at = find_held(&job);
	if (at < 0 && (job.flags & IPC_NOWAIT))
		return says_error(n, ENOMSG);
	if (at < 0) {
		receivers[nreceivers++] = n;
		return asleep(workers[n].pid);
	}
	held = queue[at];
	if (too_long(&job, held.len))
		return says_error(n, E2BIG);
	remove_held(at);
	return receives(n, &held) && retry_sender();
}

/* Somebody is killed in the middle of it: what it asked for or sent is gone. */
static int step_kill(int n)
{
	end_worker(&workers[n]);
	start_worker(&workers[n]);
	for (int i = 0; i < nreceivers; i++)
		if (receivers[i] == n)
			forget_receiver(i--);
	if (sender == n)
		sender = -1;
	return 1;
}

/* A sleeping receiver looks again; several would queue up anew in any order. */
static int step_limit(void)
{
	limit = 10 + (int)draw(30);
	return set_qbytes(id, (unsigned long)limit) == 0 &&
	       (!nreceivers || asleep(workers[receivers[0]].pid)) && retry_sender();
}

static int step(void)
{
	int n = (int)draw(WORKERS);

	if (draw(32) == 0)
		return step_kill(n);
	if (draw(16) == 0 && nreceivers <= 1)
		return step_limit();
	if (is_busy(n)) /* help from outside, by nobody who could sleep */
		return 1;
	return draw(2) ? step_send(n) : step_receive(n);
}

static void test_model(void)
{
	int steps = 0, fine = 1;

	id = new_queue(0600);
	limit = 40;
	set_qbytes(id, (unsigned long)limit);
	for (int i = 0; i < WORKERS; i++)
		start_worker(&workers[i]);
	while (fine && steps < STEPS) {
		fine = step() && queue_matches() && all_silent();
		steps++;
	}
	ok(fine,
	   "MSG-007 MSG-008 MSG-009 MSG-010 MSG-011 MSG-012 MSG-015 MSG-016 MSG-019 MSG-020 "
	   "MSG-021 "
	   "MSG-022 MSG-026 MSG-027 MSG-032 EXIT-003: %d random calls (stopped at step %d)",
	   STEPS, steps);
	rm_queue(id);
	for (int i = 0; i < WORKERS; i++) {
		if (fine && is_busy(i))
			fine = says_error(i, EIDRM);
		end_worker(&workers[i]);
	}
	ok(fine, "MSG-029: removing the queue ends all who are left with EIDRM");
}

/* ---- all at once ---- */

#define SENDERS   3
#define RECEIVERS 3
#define EACH      40 /* messages of one sender and one type */
#define ALL       (SENDERS * TYPES * EACH)

struct numbered {
	long type;
	int sender, number;
	char rest[40];
};

static struct ledger {
	int taken; /* messages, by all receivers */
	unsigned char times[SENDERS][TYPES + 1][EACH];
} * ledger;

static int send_all(int who)
{
	struct numbered msg = { .sender = who };
	int numbers[TYPES + 1] = { 0 };

	for (int i = 0; i < EACH * TYPES; i++) {
		do
			msg.type = 1 + draw(TYPES);
		while (numbers[msg.type] == EACH);
		msg.number = numbers[msg.type]++;
		if (raw_send(id, &msg, 8 + draw(sizeof(msg.rest)), 0))
			return 1;
	}
	return 0;
}

/* Until the queue goes. The first asks for anything, so that the queue cannot stay full. */
static int receive_all(int who)
{
	int last[SENDERS][TYPES + 1];
	struct numbered msg;

	memset(last, -1, sizeof(last));
	for (;;) {
		long type = who ? (long)draw(2 * TYPES + 1) - TYPES : 0;
		int flags = (draw(4) ? 0 : MSG_EXCEPT) | (draw(4) ? 0 : IPC_NOWAIT);
		long n = raw_receive(id, &msg, sizeof(msg) - 8, type, flags);

		if (n < 0) {
			if (errno == ENOMSG && (flags & IPC_NOWAIT))
				continue;
			return errno == EIDRM || errno == EINVAL ? 0 : 1;
		}
		if (n < 8 || msg.type < 1 || msg.type > TYPES || msg.sender >= SENDERS)
			return 2;
		if ((type < 0 && msg.type > -type) ||
		    (type > 0 && (msg.type == type) == !!(flags & MSG_EXCEPT)))
			return 3; /* not asked for */
		if (msg.number <= last[msg.sender][msg.type])
			return 4; /* a later one came before an earlier one */
		last[msg.sender][msg.type] = msg.number;
		__atomic_add_fetch(&ledger->times[msg.sender][msg.type][msg.number], 1,
				   __ATOMIC_SEQ_CST);
		__atomic_add_fetch(&ledger->taken, 1, __ATOMIC_SEQ_CST);
	}
}

static int all_once(void)
{
	for (int s = 0; s < SENDERS; s++)
		for (int t = 1; t <= TYPES; t++)
			for (int i = 0; i < EACH; i++)
				if (ledger->times[s][t][i] != 1)
					return 0;
	return 1;
}

static void test_all_at_once(void)
{
	pid_t pids[SENDERS + RECEIVERS];
	int fine = 1;

	ledger = shared_page();
	id = new_queue(0600);
	set_qbytes(id, 150);
	for (int i = 0; i < SENDERS + RECEIVERS; i++) {
		draw(2);
		pids[i] = fork();
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			rng += (unsigned long)i * 1000003;
			_exit(i < SENDERS ? send_all(i) : receive_all(i - SENDERS));
		}
	}
	for (int i = 0; i < SENDERS; i++)
		fine &= result_of(pids[i]) == 0;
	fine &= eventually(__atomic_load_n(&ledger->taken, __ATOMIC_SEQ_CST) == ALL);
	ok(queue_stat(id).qnum == 0 && queue_stat(id).cbytes == 0,
	   "DESIGN-027: and nothing is left");
	rm_queue(id);
	for (int i = SENDERS; i < SENDERS + RECEIVERS; i++)
		fine &= result_of(pids[i]) == 0;
	ok(fine, "MSG-008 MSG-009 MSG-010 MSG-020: what was asked for, in order for each sender");
	ok(all_once(), "MSG-016 DESIGN-027: %d messages, each of them once", ALL);
	munmap(ledger, 65536);
}

/* ---- removal ---- */

static int until_removed(int sends)
{
	struct message msg = { .type = 1 + draw(2) };

	for (;;) {
		long type = (long)draw(4) - 1;
		long ret = sends ? raw_send(id, &msg, draw(20), 0) :
				   raw_receive(id, &msg, 100, type, 0);

		if (ret < 0)
			return errno == EIDRM || errno == EINVAL ? 0 : errno;
	}
}

/*
 * how 0: whatever they are doing; 1: all that send sleep, 2: all that receive do (the others are not
 * there).
 */
static int remove_under(int how)
{
	pid_t pids[4];
	int fine = 1;

	id = new_queue(0600);
	set_qbytes(id, 30);
	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			rng += (unsigned long)i * 77;
			_exit(until_removed(how ? how == 1 : i & 1));
		}
	}
	if (how)
		for (int i = 0; i < 4; i++)
			fine &= asleep(pids[i]);
	else
		usleep(draw(4000));
	fine &= rm_queue(id) == 0;
	for (int i = 0; i < 4; i++)
		fine &= result_of(pids[i]) == 0;
	return fine;
}

static void test_removal(void)
{
	int fine = 1;

	for (int round = 0; round < 10; round++)
		fine &= remove_under(0);
	ok(fine, "MSG-029 DESIGN-021: removal ends all, whatever they are doing");
	ok(remove_under(1), "MSG-029: all senders that sleep");
	ok(remove_under(2), "MSG-029: all receivers");
}

int main(int argc, char **argv)
{
	rng = test_seed(argc, argv);
	test_model();
	test_all_at_once();
	test_removal();
	return ktap_done();
}
