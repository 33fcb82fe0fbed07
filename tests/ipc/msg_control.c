// SPDX-License-Identifier: GPL-2.0-only
/*
 * msgctl() and the limits of message queues.
 * Spec: MSG-025, MSG-034, MSG-035, MSG-038, MSG-040
 */
#include "tests/ipc/msg.h"

static int id;

static int limit_of_user(void)
{
	struct raw_msqid_ds ds = queue_stat(id);

	ds.qbytes = 16384;
	if (queue_ctl(id, IPC_SET, &ds))
		return 1;
	ds.qbytes = 16385;
	return !failed_with(queue_ctl(id, IPC_SET, &ds), EPERM);
}

static int qbytes_of_user(void)
{
	id = new_queue(0600);
	return limit_of_user() + 2 * rm_queue(id);
}

/* In a namespace of its own, so that others' queues do not count. */
static void test_info(void)
{
	struct msginfo info;
	int a, b;

	memset(&info, 0, sizeof(info));
	ok(queue_ctl(0, IPC_INFO, &info) >= 0 && info.msgpool == 512000 && info.msgmap == 16384 &&
		   info.msgmax == 8192 && info.msgmnb == 16384 && info.msgmni == 32000 &&
		   info.msgssz == 16 && info.msgtql == 16384 && info.msgseg == 65535,
	   "MSG-034: IPC_INFO");
	a = new_queue(0600);
	b = new_queue(0600);
	send_text(a, 1, "four", 0);
	send_text(a, 1, "333", 0);
	send_text(b, 1, "22", 0);
	ok(queue_ctl(0, MSG_INFO, &info) >= 0 && info.msgpool == 2 && info.msgmap == 3 &&
		   info.msgtql == 9,
	   "MSG-035: MSG_INFO counts what is there");
	rm_queue(a);
	take_type(b, 0, 0);
	ok(queue_ctl(0, MSG_INFO, &info) >= 0 && info.msgpool == 1 && info.msgmap == 0 &&
		   info.msgtql == 0,
	   "MSG-035: and no longer what is gone");
	rm_queue(b);
}

static void test_limits(void)
{
	struct message msg = { .type = 1 };
	int old = new_queue(0600), new;

	if (write_number("/proc/sys/kernel/msgmax", 5) ||
	    write_number("/proc/sys/kernel/msgmnb", 1000)) {
		skip("MSG-038: limits cannot be set");
		return;
	}
	new = new_queue(0600);
	ok(failed_with(raw_send(old, &msg, 6, 0), EINVAL) && raw_send(old, &msg, 5, 0) == 0,
	   "MSG-038: msgmax counts at once");
	ok(queue_stat(old).qbytes == 16384 && queue_stat(new).qbytes == 1000,
	   "MSG-038: msgmnb for new queues");
	write_number("/proc/sys/kernel/msgmax", 8192);
	write_number("/proc/sys/kernel/msgmnb", 16384);
	rm_queue(old);
	rm_queue(new);
}

int main(void)
{
	char line[256];
	int key, other, cbytes, qnum, lspid;
	unsigned int mode;

	if (unshare(CLONE_NEWIPC))
		return ktap_skip_all("no IPC namespace of its own");
	ok(as_user(qbytes_of_user) == 0, "MSG-025: up to msgmnb for everyone");
	id = new_queue(0600);
	ok(set_qbytes(id, 100000) == 0, "MSG-025: more with CAP_SYS_RESOURCE");
	send_text(id, 1, "fives", 0);
	ok(sysvipc_line("msg", id, line, sizeof(line)) &&
		   sscanf(line, "%d %d %o %d %d %d", &key, &other, &mode, &cbytes, &qnum, &lspid) ==
			   6 &&
		   key == 0 && mode == 0600 && cbytes == 5 && qnum == 1 && lspid == getpid(),
	   "MSG-040: /proc/sysvipc/msg shows it");
	rm_queue(id);
	test_info();
	test_limits();
	return ktap_done();
}
