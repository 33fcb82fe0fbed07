// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of mq_open, mq_timedsend, mq_timedreceive, mq_notify, mq_unlink and of mounting
 * fails once: -ENOMEM, nothing lost. The limits leave room for one queue, so that a charge that is
 * not given back shows at once.
 * Spec: EXIT-016, MQ-014, MQ-021, MQ-031, MQ-032
 */
#define _GNU_SOURCE
#include "tests/fail_nth.h"
#include "tests/ipc/mq.h"

#include <sys/mount.h>
#include <sys/socket.h>

#define MAXMSG   2
#define LARGEST  8192 /* three pieces */
#define DIR_NAME "/tmp/mqueue-fail"

static int q;
static char text[LARGEST];

static long make(void *arg)
{
	return q_open("made", O_CREAT | O_EXCL | O_RDWR, 0600, ATTR(MAXMSG, LARGEST));
}

static void unmake(long fd, void *arg)
{
	if (fd >= 0)
		close((int)fd);
	q_unlink("made");
}

/* A failure may come after the queue was made: then it is there, as a file would be. */
static long make_or_clean(void *arg)
{
	long fd = make(arg);
	int error = errno;

	if (fd < 0)
		q_unlink("made");
	errno = error;
	return fd;
}

static long open_it(void *arg)
{
	return q_open("made", O_RDWR, 0, NULL);
}

static void close_it(long fd, void *arg)
{
	close((int)fd);
}

static long unlink_it(void *arg)
{
	return q_unlink("made");
}

static void make_again(long ret, void *arg)
{
	close((int)make(NULL));
}

/* A queue that has no node yet. */
static void fresh(void)
{
	if (q > 0)
		close(q);
	q = q_new(MAXMSG, LARGEST, O_NONBLOCK);
}

static long send_size(void *size)
{
	return q_send(q, text, (size_t)size, 1);
}

static void start_afresh(long ret, void *arg)
{
	fresh();
}

static long receive(void *arg)
{
	return q_receive(q, text, LARGEST, NULL);
}

static void give_back(long size, void *arg)
{
	q_send(q, text, (size_t)size, 1);
}

static long do_notify(void *arg)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };

	return q_notify(q, &event);
}

static void undo_notify(long ret, void *arg)
{
	q_notify(q, NULL);
}

static int netlink = -1;

static long do_notify_thread(void *arg)
{
	struct sigevent event = { .sigev_notify = SIGEV_THREAD, .sigev_signo = netlink };

	event.sigev_value.sival_ptr = text;
	return q_notify(q, &event);
}

/* Removing it sends what was made for it. */
static void undo_notify_thread(long ret, void *arg)
{
	q_notify(q, NULL);
	recv(netlink, text, 32, 0);
}

static long make_socket(void *arg)
{
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
}

static void start_registered(long ret, void *arg)
{
	sigset_t set;
	struct timespec none = { 0, 0 };

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigtimedwait(&set, NULL, &none);
	fresh();
	do_notify(NULL);
}

static long mount_it(void *arg)
{
	return mount("mqueue", DIR_NAME, "mqueue", 0, NULL);
}

static void umount_it(long ret, void *arg)
{
	umount(DIR_NAME);
}

static long make_file(void *arg)
{
	long fd = open(DIR_NAME "/made", O_CREAT | O_EXCL | O_RDWR, 0600);
	int error = errno;

	if (fd < 0)
		q_unlink("made");
	errno = error;
	return fd;
}

/* A sender's message needs a node that the receiver cannot get: the sender is told. */
static void test_sleeping_sender(void)
{
	int fd = fail_nth_open();
	pid_t pid;
	long n;

	if (q > 0)
		close(q);
	q = q_new(MAXMSG, LARGEST, 0);
	send_byte(q, 'a', 5);
	send_byte(q, 'b', 5);
	pid = sleeping_sender(q, 'c', 3);
	fail_nth_set(fd, 1);
	n = q_receive(q, text, LARGEST, NULL);
	ok(fail_nth_fired(fd) && n == 1 && text[0] == 'a',
	   "MQ-014: a receive goes well without memory for a sender's message");
	ok(result_of(pid) == ENOMEM && q_curmsgs(q) == 1, "MQ-014: the sender gets ENOMEM");
	send_byte(q, 'd', 5);
	pid = sleeping_sender(q, 'c', 3);
	n = q_receive(q, text, LARGEST, NULL);
	ok(n == 1 && text[0] == 'b' && result_of(pid) == 0 && q_curmsgs(q) == 2,
	   "MQ-014: with memory its message is let in");
	close(fd);
}

/* Without CAP_SYS_RESOURCE: one queue, of exactly this size. */
static void leave_room_for_one(void)
{
	struct rlimit limit = { MAXMSG * (LARGEST + 96), MAXMSG * (LARGEST + 96) };
	struct {
		unsigned int version;
		int pid;
	} header = { 0x20080522, 0 };
	struct {
		unsigned int effective, permitted, inheritable;
	} caps[2];

	write_number("/proc/sys/fs/mqueue/queues_max", 1);
	setrlimit(RLIMIT_MSGQUEUE, &limit);
	syscall(SYS_capget, &header, caps);
	caps[0].effective &= ~(1u << 24);
	syscall(SYS_capset, &header, caps);
}

int main(void)
{
	sigset_t set;

	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	own_namespace();
	write_number("/proc/sys/fs/mqueue/msg_default", MAXMSG);
	leave_room_for_one();

	fail_nth_walk("EXIT-016 MQ-031 MQ-032: mq_open of a new queue", make_or_clean, unmake, NULL,
		      ENOMEM, ENFILE, 0);
	make_again(0, NULL);
	fail_nth_walk("EXIT-016: mq_open of an existing one", open_it, close_it, NULL, ENOMEM,
		      ENFILE, 0);
	fail_nth_walk("EXIT-016: mq_unlink", unlink_it, make_again, NULL, ENOMEM, 0);
	unmake(-1, NULL);
	fresh();
	fail_nth_walk("EXIT-016: mq_timedsend of nothing", send_size, start_afresh, (void *)0,
		      ENOMEM, 0);
	ok(fail_nth_walk("EXIT-016: mq_timedsend of three pieces", send_size, start_afresh,
			 (void *)LARGEST, ENOMEM, 0) >= 4,
	   "EXIT-016: each piece is an allocation, and the node of the priority");
	give_back(LARGEST, NULL);
	fail_nth_walk("EXIT-016: mq_timedreceive", receive, give_back, NULL, ENOMEM, 0);
	fail_nth_walk("EXIT-016: mq_notify", do_notify, undo_notify, NULL, ENOMEM, 0);
	fail_nth_walk("EXIT-016: a netlink socket", make_socket, close_it, NULL, ENOMEM, ENFILE, 0);
	netlink = (int)make_socket(NULL);
	ok(fail_nth_walk("EXIT-016: mq_notify by thread", do_notify_thread, undo_notify_thread,
			 NULL, ENOMEM, 0) >= 1,
	   "EXIT-016: what is to be sent is allocated when the process registers");
	start_registered(0, NULL);
	fail_nth_walk("EXIT-016 MQ-021: mq_timedsend that tells", send_size, start_registered,
		      (void *)1, ENOMEM, 0);
	test_sleeping_sender();
	close(q);

	mkdir(DIR_NAME, 0700);
	fail_nth_walk("EXIT-016: mount of mqueue", mount_it, umount_it, NULL, ENOMEM, 0);
	mount_it(NULL);
	fail_nth_walk("EXIT-016 MQ-031: a queue made by open", make_file, unmake, NULL, ENOMEM,
		      ENFILE, 0);
	umount(DIR_NAME);
	rmdir(DIR_NAME);
	return ktap_done();
}
