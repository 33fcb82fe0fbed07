// SPDX-License-Identifier: GPL-2.0-only
/*
 * What POSIX message queues may cost: RLIMIT_MSGQUEUE, /proc/sys/fs/mqueue.
 * Spec: MQ-002, MQ-031 to MQ-033
 */
#include "tests/ipc/mq.h"

#define LIMIT(name) "/proc/sys/fs/mqueue/" name

/* A queue of 10 messages of 100 bytes: its text, its messages, its tree. */
#define COST(messages, size) ((messages) * ((size) + 48 + 48))

static int with_limit(unsigned long bytes, int may_make)
{
	struct rlimit limit = { bytes, bytes };
	int q;

	setrlimit(RLIMIT_MSGQUEUE, &limit);
	q = q_open("l", O_CREAT | O_EXCL | O_RDWR, 0600, ATTR(10, 100));
	if (q < 0)
		return may_make || errno != EMFILE;
	close(q);
	q_unlink("l");
	return !may_make;
}

static int exact_limit(void)
{
	return with_limit(COST(10, 100), 1);
}

static int less_by_one(void)
{
	return with_limit(COST(10, 100) - 1, 0);
}

/* Above 32768 messages there cannot be more priorities. */
static int many_messages(void)
{
	unsigned long bytes = 40000 * (1 + 48) + 32768 * 48;
	struct rlimit limit = { bytes, bytes };
	int q;

	setrlimit(RLIMIT_MSGQUEUE, &limit);
	q = q_open("l", O_CREAT | O_EXCL | O_RDWR, 0600, ATTR(40000, 1));
	if (q < 0 || q_unlink("l"))
		return 1;
	close(q);
	limit.rlim_cur = limit.rlim_max = bytes - 1;
	setrlimit(RLIMIT_MSGQUEUE, &limit);
	return !failed_with(q_open("l", O_CREAT | O_EXCL | O_RDWR, 0600, ATTR(40000, 1)), EMFILE);
}

/* How many default queues fit at once. */
static int how_many(int most)
{
	char name[16];
	int n, q[20];

	for (n = 0; n < most; n++) {
		snprintf(name, sizeof(name), "many%d", n);
		q[n] = q_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, NULL);
		if (q[n] < 0)
			break;
	}
	if (n < most && errno != EMFILE)
		return 99;
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "many%d", i);
		q_unlink(name);
		close(q[i]);
	}
	return n;
}

static int nine(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MSGQUEUE, &limit) || limit.rlim_cur != 819200)
		return 50;
	return how_many(20) == 9 && how_many(20) == 9 ? 0 : 1;
}

/* The charge lasts as long as the queue: while it has a name, and while it is open. */
static int refunds(void)
{
	struct rlimit limit = { COST(10, 100), COST(10, 100) };
	int q;

	setrlimit(RLIMIT_MSGQUEUE, &limit);
	q = q_open("r", O_CREAT | O_EXCL | O_RDWR, 0600, ATTR(10, 100));
	if (q < 0)
		return 1;
	close(q);
	if (!failed_with(q_open("r2", O_CREAT | O_RDWR, 0600, ATTR(1, 1)), EMFILE))
		return 2;
	q = q_open("r", O_RDONLY, 0, NULL);
	if (q < 0 || q_unlink("r"))
		return 3;
	if (!failed_with(q_open("r2", O_CREAT | O_RDWR, 0600, ATTR(1, 1)), EMFILE))
		return 4;
	close(q);
	q = q_open("r2", O_CREAT | O_RDWR, 0600, ATTR(10, 100));
	return q < 0 || q_unlink("r2") ? 5 : 0;
}

/* Runs fn as a user of its own, so that nobody else's queues count; most: a hard limit, or 0. */
static int as_uid(uid_t uid, int (*fn)(void), unsigned long most)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (most)
			setrlimit(RLIMIT_MSGQUEUE, &(struct rlimit){ most, most });
		if (setgid(uid) || setuid(uid))
			_exit(99);
		_exit(fn());
	}
	return result_of(pid);
}

static void test_rlimit(void)
{
	ok(as_uid(4711, nine, 0) == 0, "MQ-031: nine default queues fit into 819200 bytes, twice");
	ok(as_uid(4712, exact_limit, 0) == 0, "MQ-031: a queue is charged exactly its cost");
	ok(as_uid(4713, less_by_one, 0) == 0, "MQ-031: one byte less is EMFILE");
	ok(as_uid(4714, refunds, 0) == 0, "MQ-031: the charge goes back with the queue's last use");
	write_number(LIMIT("msg_max"), 65536);
	ok(as_uid(4715, many_messages, 1 << 24) == 0,
	   "MQ-031: at most 32768 priorities are charged");
	write_number(LIMIT("msg_max"), 10);
}

/* ---- /proc/sys/fs/mqueue ---- */

static int without_cap_full(void)
{
	return !failed_with(q_open("third", O_CREAT | O_RDWR, 0600, NULL), ENOSPC);
}

static void test_queues_max(void)
{
	int q;

	ok(read_number(LIMIT("queues_max")) == 256 && read_number(LIMIT("msg_max")) == 10 &&
		   read_number(LIMIT("msgsize_max")) == 8192 &&
		   read_number(LIMIT("msg_default")) == 10 &&
		   read_number(LIMIT("msgsize_default")) == 8192,
	   "MQ-032: the limits of a new namespace");
	ok(write_number(LIMIT("queues_max"), 2) == 0, "MQ-032: queues_max may be 2");
	close(q_open("first", O_CREAT | O_RDWR, 0600, NULL));
	close(q_open("second", O_CREAT | O_RDWR, 0600, NULL));
	ok(as_user(without_cap_full) == 0, "MQ-032: a third queue is ENOSPC");
	q = q_open("third", O_CREAT | O_RDWR, 0600, NULL);
	ok(q >= 0, "MQ-032: but not with CAP_SYS_RESOURCE");
	close(q);
	q_unlink("first");
	q_unlink("second");
	q_unlink("third");
	write_number(LIMIT("queues_max"), 256);
}

static int defaults_are(long maxmsg, long msgsize)
{
	struct raw_mq_attr attr = { 0 };
	int q = q_open("d", O_CREAT | O_EXCL | O_RDWR, 0600, NULL), fine;

	fine = q_getsetattr(q, NULL, &attr) == 0 && attr.maxmsg == maxmsg &&
	       attr.msgsize == msgsize;
	close(q);
	q_unlink("d");
	return fine;
}

static int refuses(const char *path, long low, long high)
{
	long before = read_number(path);
	int fine = failed_with(write_number(path, (unsigned long)low - 1), EINVAL) &&
		   failed_with(write_number(path, (unsigned long)high + 1), EINVAL) &&
		   read_number(path) == before && write_number(path, (unsigned long)high) == 0 &&
		   write_number(path, (unsigned long)low) == 0 && read_number(path) == low;

	write_number(path, (unsigned long)before);
	return fine;
}

static void test_ranges(void)
{
	ok(refuses(LIMIT("msg_max"), 1, 65536), "MQ-033: msg_max is 1 to 65536, else EINVAL");
	ok(refuses(LIMIT("msg_default"), 1, 65536), "MQ-033: msg_default too");
	ok(refuses(LIMIT("msgsize_max"), 128, 16777216), "MQ-033: msgsize_max is 128 to 16777216");
	ok(refuses(LIMIT("msgsize_default"), 128, 16777216), "MQ-033: msgsize_default too");
	write_number(LIMIT("msg_max"), 3);
	write_number(LIMIT("msgsize_max"), 200);
	ok(defaults_are(3, 200), "MQ-002 MQ-033: the largest allowed caps the default");
	write_number(LIMIT("msg_max"), 10);
	write_number(LIMIT("msgsize_max"), 8192);
	write_number(LIMIT("msg_default"), 5);
	write_number(LIMIT("msgsize_default"), 128);
	ok(defaults_are(5, 128), "MQ-002 MQ-033: the defaults may be less");
}

static int other_limits(void)
{
	return unshare(CLONE_NEWIPC) || read_number(LIMIT("msg_default")) != 10 ||
	       write_number(LIMIT("msg_default"), 7);
}

static void test_namespace(void)
{
	ok(in_child(other_limits) == 0 && read_number(LIMIT("msg_default")) == 5,
	   "MQ-032: each namespace has its own limits");
}

/* As many namespaces as a container host may have, each with a directory of queues. */
static void test_many_namespaces(void)
{
	struct rlimit limit = { 1300, 1300 };
	static int ns[1200];
	int n, fine = 1;

	setrlimit(RLIMIT_NOFILE, &limit);
	for (n = 0; n < 1200; n++) {
		if (unshare(CLONE_NEWIPC))
			break;
		ns[n] = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
		if (ns[n] < 0)
			break;
		if (n % 100 == 0)
			close(q_open("in", O_CREAT | O_EXCL | O_RDWR, 0600, ATTR(1, n + 1)));
	}
	ok(n == 1200, "MQ-034: 1200 namespaces (%d)", n);
	for (int i = 0; i < n; i += 100) {
		struct raw_mq_attr attr = { 0 };
		int q = setns(ns[i], 0) ? -1 : q_open("in", O_RDWR, 0, NULL);

		fine &= q_getsetattr(q, NULL, &attr) == 0 && attr.msgsize == i + 1;
		fine &= q_unlink("in") == 0;
		close(q);
	}
	ok(fine, "MQ-034: each has its own names");
	for (int i = 0; i < n; i++)
		close(ns[i]);
}

int main(void)
{
	own_namespace();
	test_rlimit();
	test_queues_max();
	test_ranges();
	test_namespace();
	test_many_namespaces();
	return ktap_done();
}
