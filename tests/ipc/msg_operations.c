// SPDX-License-Identifier: GPL-2.0-only
/*
 * Message queues without sleeping: what is sent, what is received, in which order, what is refused.
 * Spec: MSG-001 to MSG-015, MSG-017, MSG-024, MSG-026, MSG-032, MSG-033, MSG-036, MSG-037
 */
#include "tests/ipc/msg.h"

static int id;
static char *edge; /* the end of a page, before one that is not there */

static void empty(void)
{
	while (take_type(id, 0, MSG_NOERROR) > 0)
		;
}

static void test_new(void)
{
	struct raw_msqid_ds ds = queue_stat(id);

	ok(ds.qnum == 0 && ds.cbytes == 0 && !ds.lspid && !ds.lrpid && !ds.stime && !ds.rtime,
	   "MSG-001: a new queue is empty and unused");
	ok(is_now(ds.ctime) && (long)ds.qbytes == read_number("/proc/sys/kernel/msgmnb"),
	   "MSG-001: made now, with msgmnb bytes of room");
}

static void test_send(void)
{
	struct message msg;
	struct raw_msqid_ds ds;

	ok(raw_send(id, &(struct message){ 1, "hello" }, 6, 0) == 0 &&
		   raw_receive(id, &msg, 100, 0, 0) == 6 && msg.type == 1 &&
		   !strcmp(msg.text, "hello"),
	   "MSG-002: text goes in and comes out, with its length");
	ok(failed_with(send_text(id, 0, "x", 0), EINVAL) &&
		   failed_with(send_text(id, -1, "x", 0), EINVAL),
	   "MSG-003: types begin with 1");
	msg.type = 1;
	ok(raw_send(id, &msg, 8192, 0) == 0 && failed_with(raw_send(id, &msg, 8193, 0), EINVAL) &&
		   failed_with(raw_send(id, &msg, -1, 0), EINVAL) &&
		   failed_with(raw_send(-1, &msg, 1, 0), EINVAL),
	   "MSG-004: msgmax is the longest");
	empty();
	ok(failed_with(raw_send(-1, (void *)8, 1, 0), EFAULT), "MSG-005: the type is read first");
	*(long *)(edge - 12) = 1;
	ok(failed_with(raw_send(id + 32768 * 77, edge - 12, 8, 0), EFAULT),
	   "MSG-005: the text is read before the queue is looked up");
	*(long *)(edge - 8) = 1;
	ok(raw_send(id, edge - 8, 0, 0) == 0 && queue_stat(id).qnum == 1,
	   "MSG-006: a message without text");
	empty();
	send_text(id, 1, "abc", 0);
	ds = queue_stat(id);
	ok(ds.lspid == getpid() && ds.qnum == 1 && ds.cbytes == 3 && is_now(ds.stime),
	   "MSG-017: msgsnd notes who, when and how much");
	take_type(id, 0, 0);
	ds = queue_stat(id);
	ok(ds.lrpid == getpid() && ds.qnum == 0 && ds.cbytes == 0 && is_now(ds.rtime),
	   "MSG-017: and so does msgrcv");
}

static void fill(const char *types)
{
	empty();
	for (; *types; types++)
		send_text(id, *types - '0', "x", 0);
}

static void test_types(void)
{
	fill("213");
	ok(take_type(id, 0, 0) == 2 && take_type(id, 0, 0) == 1 && take_type(id, 0, 0) == 3,
	   "MSG-007: type 0 takes the oldest");
	fill("2132");
	ok(take_type(id, 3, 0) == 3 && take_type(id, 2, 0) == 2 && take_type(id, 0, 0) == 1,
	   "MSG-008: a type takes the oldest of that type");
	fill("224");
	ok(take_type(id, 2, MSG_EXCEPT) == 4 && take_type(id, 2, MSG_EXCEPT) == -1 &&
		   take_type(id, 0, MSG_EXCEPT) == 2 && take_type(id, -2, MSG_EXCEPT) == 2,
	   "MSG-009: MSG_EXCEPT takes another type");
	fill("21351");
	ok(take_type(id, -3, 0) == 1 && take_type(id, -3, 0) == 1 && take_type(id, -3, 0) == 2 &&
		   take_type(id, -3, 0) == 3 && take_type(id, -3, 0) == -1 && errno == ENOMSG,
	   "MSG-010: a negative type takes the lowest up to it");
	ok(take_type(id, LONG_MIN, 0) == 5, "MSG-010: LONG_MIN is as LONG_MAX");
	ok(failed_with(take_type(id, 0, 0), ENOMSG), "MSG-014: nothing there is ENOMSG");
	fill("2");
	ok(failed_with(take_type(id, 1, 0), ENOMSG), "MSG-014: nothing that matches, too");
}

static void test_lengths(void)
{
	struct message msg;

	empty();
	send_text(id, 1, "hello world", 0);
	send_text(id, 1, "x", 0);
	ok(failed_with(raw_receive(id, &msg, 5, 0, IPC_NOWAIT), E2BIG) && queue_stat(id).qnum == 2,
	   "MSG-011: too long stays, though a later one would fit");
	memset(msg.text, '#', 20);
	ok(raw_receive(id, &msg, 5, 0, MSG_NOERROR) == 5 && !memcmp(msg.text, "hello###", 8) &&
		   queue_stat(id).qnum == 1,
	   "MSG-012: MSG_NOERROR cuts");
	ok(raw_receive(id, &msg, 0, 0, MSG_NOERROR) == 0 && queue_stat(id).qnum == 0,
	   "MSG-012: down to nothing");
	ok(failed_with(raw_receive(id, &msg, -1, 0, IPC_NOWAIT), EINVAL),
	   "MSG-013: a negative length is EINVAL");
	send_text(id, 1, "x", 0);
	ok(raw_receive(id, shared_page(), 65000, 0, IPC_NOWAIT) == 1,
	   "MSG-013: one above msgmax is fine");
}

static void test_room(void)
{
	int sent = 0;

	empty();
	set_qbytes(id, 10);
	while (send_text(id, 1, "", IPC_NOWAIT) == 0)
		sent++;
	ok(sent == 10 && errno == EAGAIN, "MSG-015: the limit also counts messages");
	empty();
	ok(send_text(id, 1, "sixsix", IPC_NOWAIT) == 0 && send_text(id, 1, "four", IPC_NOWAIT) == 0,
	   "MSG-015: exactly full");
	take_type(id, 0, 0);
	ok(failed_with(send_text(id, 1, "7777777", IPC_NOWAIT), EAGAIN) &&
		   send_text(id, 1, "", IPC_NOWAIT) == 0,
	   "MSG-015: a long one does not fit, an empty one does");
	empty();
	set_qbytes(id, 16384);
	for (int i = 0; i < 10; i++)
		send_text(id, 1, "0123456789", 0);
	ok(set_qbytes(id, 50) == 0 && queue_stat(id).qnum == 10 &&
		   failed_with(send_text(id, 1, "x", IPC_NOWAIT), EAGAIN),
	   "MSG-026: the limit may go below what is queued");
	for (int i = 0; i < 6; i++)
		take_type(id, 0, 0);
	ok(send_text(id, 1, "0123456789", IPC_NOWAIT) == 0 &&
		   failed_with(send_text(id, 1, "x", IPC_NOWAIT), EAGAIN),
	   "MSG-026: then it counts again");
	empty();
	set_qbytes(id, 16384);
}

static int denied(void)
{
	int readable = new_queue(0), fails = 0;

	rm_queue(readable);
	fails |= !failed_with(send_text(id, 1, "x", IPC_NOWAIT), EACCES);
	fails |= take_type(id, 0, 0) != 1;
	return fails;
}

static int denied_reading(void)
{
	return !(send_text(id, 1, "x", IPC_NOWAIT) == 0 &&
		 failed_with(take_type(id, 0, 0), EACCES));
}

static void test_permission(void)
{
	int saved = id;

	id = new_queue(0644);
	send_text(id, 1, "x", 0);
	ok(as_user(denied) == 0, "MSG-024: msgsnd needs write permission");
	rm_queue(id);
	id = new_queue(0622);
	ok(as_user(denied_reading) == 0, "MSG-024: msgrcv needs read permission");
	rm_queue(id);
	id = saved;
}

static void test_copy(void)
{
	struct raw_msqid_ds before, after;
	struct message msg = { 0 };

	fill("12");
	before = queue_stat(id);
	if (raw_receive(id, &msg, 10, 1, MSG_COPY | IPC_NOWAIT) < 0 && errno == ENOSYS) {
		skip("MSG-032 MSG-033: no MSG_COPY here");
		return;
	}
	ok(msg.type == 2 && raw_receive(id, &msg, 10, 0, MSG_COPY | IPC_NOWAIT) == 1 &&
		   msg.type == 1,
	   "MSG-032: MSG_COPY copies by position");
	after = queue_stat(id);
	ok(!memcmp(&before, &after, sizeof(before)), "MSG-032: and leaves the queue as it is");
	ok(failed_with(raw_receive(id, &msg, 10, 0, MSG_COPY), EINVAL) &&
		   failed_with(raw_receive(id, &msg, 10, 0, MSG_COPY | IPC_NOWAIT | MSG_EXCEPT),
			       EINVAL),
	   "MSG-033: only with IPC_NOWAIT, never with MSG_EXCEPT");
	ok(failed_with(raw_receive(id, &msg, 10, 2, MSG_COPY | IPC_NOWAIT), ENOMSG) &&
		   failed_with(raw_receive(id, &msg, 10, -1, MSG_COPY | IPC_NOWAIT), ENOMSG),
	   "MSG-033: no such position");
	ok(failed_with(raw_receive(id, &msg, 0, 0, MSG_COPY | IPC_NOWAIT), E2BIG) &&
		   failed_with(raw_receive(id, &msg, 0, 0, MSG_COPY | IPC_NOWAIT | MSG_NOERROR),
			       EINVAL),
	   "MSG-033: too small a buffer");
	ok(failed_with(raw_receive(id, (void *)8, 10, 0, MSG_COPY | IPC_NOWAIT), EFAULT),
	   "MSG-033: a buffer that cannot be read");
	empty();
}

static void test_faults(void)
{
	send_text(id, 5, "0123456789", 0);
	ok(failed_with(raw_receive(id, (void *)8, 10, 0, 0), EFAULT) && queue_stat(id).qnum == 0,
	   "MSG-036: a message that cannot be delivered is lost");
	send_text(id, 5, "0123456789", 0);
	ok(failed_with(raw_receive(id, edge - 12, 10, 0, 0), EFAULT) && queue_stat(id).qnum == 0 &&
		   *(long *)(edge - 12) == 5,
	   "MSG-036: its type may have been delivered");
}

static void test_sizes(void)
{
	static const int sizes[] = { 1,    4047,  4048,  4049,  8135, 8136,
				     8137, 12224, 12225, 40000, 65536 };
	long max = read_number("/proc/sys/kernel/msgmax");
	char *out = mmap(NULL, 1 << 17, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *in = mmap(NULL, 1 << 17, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (write_number("/proc/sys/kernel/msgmax", 65536)) {
		skip("MSG-037: msgmax cannot be raised");
		return;
	}
	set_qbytes(id, 65536);
	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (int k = 0; k < sizes[i]; k++)
			out[8 + k] = (char)(k * 7 + (k >> 8) + sizes[i]);
		*(long *)out = 9;
		memset(in, 0, 1 << 17);
		ok(raw_send(id, out, sizes[i], IPC_NOWAIT) == 0 &&
			   raw_receive(id, in, 1 << 16, 0, IPC_NOWAIT) == sizes[i] &&
			   !memcmp(in, out, sizes[i] + 8) && !in[sizes[i] + 8],
		   "MSG-037: %d bytes, in pieces", sizes[i]);
	}
	write_number("/proc/sys/kernel/msgmax", max);
}

int main(void)
{
	edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(edge + 4096, 4096);
	edge += 4096;
	id = new_queue(0600);
	test_new();
	test_send();
	test_types();
	test_lengths();
	test_room();
	test_permission();
	test_copy();
	test_faults();
	test_sizes();
	rm_queue(id);
	return ktap_done();
}
