// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two things at once on POSIX message queues: closing or ending against notifying, unlinking against
 * opening, a time that runs out against a message, a signal against a hand-over, the end of a
 * namespace against its queues. Whatever comes first, what is promised holds.
 * Spec: MQ-012 to MQ-014, MQ-016, MQ-019, MQ-021, MQ-026, MQ-029, MQ-031, MQ-034, EXIT-003, EXIT-006
 */
#include "tests/ipc/mq.h"

#include <pthread.h>
#include <sys/mount.h>
#include <sys/socket.h>

#define ROUNDS 60

static int q;

static void *dawdle_and_send(void *arg)
{
	for (volatile long i = 0; i < (long)arg; i++)
		;
	return (void *)(long)(send_byte(q, 'r', 0) ? errno : 0);
}

/* ---- a registration against its end ---- */

static volatile int told;

static void on_told(int sig)
{
	told = 1;
}

static const struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1 };

/* A child registers and ends at once; somebody else's message may be just coming. */
static int end_registered(void)
{
	int copy = dup(q);

	signal(SIGUSR1, SIG_IGN);
	if (q_notify(q, &event))
		return 1;
	if (draw(2))
		close(copy);
	else if (draw(2))
		execl("/proc/self/exe", "mq_races", "--nothing", NULL);
	return 0;
}

static void test_notify_and_end(void)
{
	int fine = 1;

	q = q_new(8, 10, O_NONBLOCK);
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();
		int sent;

		if (pid == 0) {
			rng += (unsigned long)i;
			_exit(end_registered());
		}
		usleep(draw(1500));
		sent = send_byte(q, 'x', 0) == 0;
		fine &= result_of(pid) == 0 && sent && take_byte(q) == 'x';
		/* Used up, or dropped: in both cases the place is free. */
		fine &= q_notify(q, &event) == 0 && q_notify(q, NULL) == 0;
	}
	ok(fine, "EXIT-006 MQ-026: a process that registered ends while a message comes");
	close(q);
}

/* Unregistering against a message: the signal was sent, or the registration was there to remove. */
static void test_notify_and_unregister(void)
{
	int fine = 1, signals = 0;

	signal(SIGUSR1, on_told);
	q = q_new(8, 10, O_NONBLOCK);
	for (int i = 0; i < ROUNDS; i++) {
		pthread_t thread;
		void *error;

		told = 0;
		fine &= q_notify(q, &event) == 0;
		pthread_create(&thread, NULL, dawdle_and_send, (void *)(long)draw(3000));
		for (volatile unsigned int k = draw(3000); k; k--)
			;
		fine &= q_notify(q, NULL) == 0;
		pthread_join(thread, &error);
		signals += told;
		fine &= !error && take_byte(q) == 'r' && q_notify(q, &event) == 0 &&
			q_notify(q, NULL) == 0;
	}
	ok(fine, "MQ-021 MQ-025: unregistering while a message comes (%d signals)", signals);
	signal(SIGUSR1, SIG_DFL);
	close(q);
}

static void *close_in_thread(void *arg)
{
	close((int)(long)arg);
	return NULL;
}

/* The socket of SIGEV_THREAD is closed while a message comes. */
static void test_notify_and_close_socket(void)
{
	static char cookie[32];
	int fine = 1, heard = 0;

	q = q_new(8, 10, O_NONBLOCK);
	for (int i = 0; i < ROUNDS; i++) {
		int s = socket(AF_NETLINK, SOCK_RAW, 0), copy = draw(2) ? dup(s) : -1;
		struct sigevent by_thread = { .sigev_notify = SIGEV_THREAD, .sigev_signo = s };
		pthread_t closer, sender;
		char text[32];
		void *error;

		by_thread.sigev_value.sival_ptr = cookie;
		fine &= q_notify(q, &by_thread) == 0;
		pthread_create(&sender, NULL, dawdle_and_send, (void *)(long)draw(3000));
		pthread_create(&closer, NULL, close_in_thread, (void *)(long)s);
		if (draw(2))
			fine &= q_notify(q, NULL) == 0;
		pthread_join(sender, &error);
		pthread_join(closer, NULL);
		fine &= !error && take_byte(q) == 'r';
		if (copy >= 0)
			heard += recv(copy, text, 32, MSG_DONTWAIT) == 32;
		close(copy);
		/* Told, removed, or registered no more because of neither: the place is free. */
		fine &= q_notify(q, NULL) == 0 && q_notify(q, &event) == 0 &&
			q_notify(q, NULL) == 0;
	}
	ok(fine, "MQ-021 MQ-025: a socket is closed while a message comes (%d heard)", heard);
	close(q);
}

/* ---- names ---- */

static int open_and_unlink(int who)
{
	for (int i = 0; i < 4 * ROUNDS; i++) {
		int flags = draw(2) ? O_CREAT | O_RDWR :
			    draw(2) ? O_RDWR :
				      O_CREAT | O_EXCL | O_RDWR;
		int fd = q_open("race", flags, 0600, ATTR(1, 1));

		if (fd < 0 && errno != ENOENT && errno != EEXIST && errno != EMFILE)
			return errno;
		if (fd < 0 && ((errno == ENOENT && (flags & O_CREAT)) ||
			       (errno == EEXIST && !(flags & O_EXCL))))
			return 200;
		if (fd >= 0 && (q_curmsgs(fd) < 0 || close(fd)))
			return 201;
		if (draw(2) && q_unlink("race") && errno != ENOENT)
			return 202;
	}
	return 0;
}

static int with_room_for(int queues, int (*fn)(void))
{
	struct rlimit limit = { (rlim_t)queues * 97, (rlim_t)queues * 97 };
	pid_t pid = fork();

	if (pid == 0) {
		/* A user of its own: the queues of namespaces that just ended may still be root's. */
		if (setrlimit(RLIMIT_MSGQUEUE, &limit) || setgid(4720) || setuid(4720))
			_exit(99);
		_exit(fn());
	}
	return result_of(pid);
}

static int four_at_once(void)
{
	pid_t pids[4];
	int fine = 1, fd;

	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			rng += (unsigned long)i * 1237;
			_exit(open_and_unlink(i));
		}
	}
	for (int i = 0; i < 4; i++) {
		int result = result_of(pids[i]);

		if (result) {
			dprintf(1, "# %d: %d\n", i, result);
			fine = 0;
		}
	}
	q_unlink("race");
	/* All charges have gone back: exactly three fit. */
	fd = q_open("three", O_CREAT | O_RDWR, 0600, ATTR(3, 1));
	fine &= fd >= 0 && failed_with(q_open("more", O_CREAT | O_RDWR, 0600, ATTR(1, 1)), EMFILE);
	close(fd);
	q_unlink("three");
	return !fine;
}

static void test_names(void)
{
	ok(with_room_for(3, four_at_once) == 0,
	   "MQ-019 MQ-031: opening and unlinking one name by four; every charge goes back");
}

/* ---- time and messages ---- */

/* The time is up just when the message comes: it is received, or in the queue, never both. */
static void test_timeout_and_send(void)
{
	int fine = 1, timeouts = 0;
	char text[10];

	q = q_new(1, 10, 0);
	for (int i = 0; i < ROUNDS; i++) {
		struct timespec until = in_ms(0);
		pthread_t thread;
		void *error;
		long n;

		until.tv_nsec += 20000 + draw(200000);
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_create(&thread, NULL, dawdle_and_send, (void *)(long)draw(20000));
		n = q_timedreceive(q, text, 10, NULL, &until);
		timeouts += n < 0;
		fine &= n == 1 || failed_with(n, ETIMEDOUT);
		pthread_join(thread, &error);
		fine &= !error && q_curmsgs(q) == (n < 0);
		if (n < 0)
			fine &= take_byte(q) == 'r';
	}
	ok(fine, "MQ-012 MQ-013: a time runs out while a message comes (%d of %d)", timeouts,
	   ROUNDS);
	close(q);
}

static void *take_in_thread(void *arg)
{
	for (volatile long i = 0; i < (long)arg; i++)
		;
	return (void *)(long)take_byte(q);
}

/* A sender's time is up just when there is room: its message is in the queue, or it failed. */
static void test_timeout_and_receive(void)
{
	int fine = 1, timeouts = 0;

	q = q_new(1, 10, 0);
	for (int i = 0; i < ROUNDS; i++) {
		struct timespec until = in_ms(0);
		pthread_t thread;
		void *byte;
		int n;

		send_byte(q, 'f', 0);
		until.tv_nsec += 20000 + draw(200000);
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		pthread_create(&thread, NULL, take_in_thread, (void *)(long)draw(20000));
		n = q_timedsend(q, "s", 1, 0, &until);
		timeouts += n < 0;
		fine &= n == 0 || failed_with(n, ETIMEDOUT);
		pthread_join(thread, &byte);
		fine &= (long)byte == 'f' && q_curmsgs(q) == (n == 0);
		if (n == 0)
			fine &= take_byte(q) == 's';
	}
	ok(fine, "MQ-012 MQ-014: a time runs out while room comes (%d of %d)", timeouts, ROUNDS);
	close(q);
}

/* ---- signals ---- */

/* A receiver is killed just when a message comes: it is taken by the dead, or in the queue. */
static void test_kill_and_send(void)
{
	int fine = 1, kept = 0;

	q = q_new(4, 10, O_NONBLOCK);
	fcntl(q, F_SETFL, 0);
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();
		long left;

		if (pid == 0)
			_exit(take_byte(q) != 'k');
		usleep(draw(1000));
		if (draw(2))
			kill(pid, SIGKILL);
		fine &= send_byte(q, 'k', 0) == 0;
		kill(pid, SIGKILL);
		result_of(pid);
		left = q_curmsgs(q);
		kept += (int)left;
		fine &= left == 0 || (left == 1 && take_byte(q) == 'k');
	}
	ok(fine, "EXIT-003 MQ-013: a receiver is killed while a message comes (%d of %d left)",
	   kept, ROUNDS);
	close(q);
}

static volatile int interrupted_times;

static void on_interrupt(int sig)
{
	interrupted_times++;
}

/* A handler that runs while a message is handed over: the message is not lost. */
static void test_signal_and_send(void)
{
	struct sigaction sa = { .sa_handler = on_interrupt };
	int fine = 1, interruptions = 0;

	sigaction(SIGUSR2, &sa, NULL);
	q = q_new(4, 10, 0);
	for (int i = 0; i < ROUNDS; i++) {
		pid_t parent = getpid(), pid = fork();
		char text[10];
		long n;

		if (pid == 0) {
			usleep(draw(800));
			kill(parent, SIGUSR2);
			_exit(send_byte(q, 's', 0));
		}
		while ((n = q_receive(q, text, 10, NULL)) < 0 && errno == EINTR)
			interruptions++;
		fine &= n == 1 && text[0] == 's' && result_of(pid) == 0 && q_curmsgs(q) == 0;
	}
	ok(fine, "MQ-016: a handler runs while a message comes (%d ended a call)", interruptions);
	close(q);
}

/* ---- namespaces ---- */

static int die_with_namespace(void)
{
	int fd;

	if (unshare(CLONE_NEWIPC))
		return 1;
	fd = q_open("in", O_CREAT | O_RDWR, 0600, ATTR(1, 1));
	if (fd < 0 || send_byte(fd, 'n', 0))
		return 2;
	if (draw(2))
		mount("mqueue", "/tmp/mq-race", "mqueue", 0, NULL);
	if (draw(2))
		q_unlink("in");
	return 0;
}

/* Namespaces end while others make files in a mount of theirs. */
static void test_namespaces(void)
{
	int fine = 1;

	mkdir("/tmp/mq-race", 0700);
	for (int i = 0; i < ROUNDS / 4; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			rng += (unsigned long)i * 31;
			_exit(die_with_namespace());
		}
		for (int k = 0; k < 20; k++) {
			int fd = open("/tmp/mq-race/f", O_CREAT | O_RDWR | O_CLOEXEC, 0600);

			fine &= fd >= 0 || errno == EACCES || errno == ENOENT;
			close(fd);
			unlink("/tmp/mq-race/f");
		}
		fine &= result_of(pid) == 0;
		while (umount2("/tmp/mq-race", MNT_DETACH) == 0)
			;
	}
	rmdir("/tmp/mq-race/f");
	rmdir("/tmp/mq-race");
	ok(fine, "MQ-029 MQ-034: namespaces end while files are made in their mounts");
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "--nothing"))
		return 0;
	rng = test_seed(argc, argv);
	own_namespace();
	if (unshare(CLONE_NEWNS) == 0)
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	test_notify_and_end();
	test_notify_and_unregister();
	test_notify_and_close_socket();
	test_names();
	test_timeout_and_send();
	test_timeout_and_receive();
	test_kill_and_send();
	test_signal_and_send();
	test_namespaces();
	return ktap_done();
}
