// SPDX-License-Identifier: GPL-2.0-only
/*
 * mq_notify(): who may register, what tells it, and what ends a registration.
 * Spec: MQ-021 to MQ-028, EXIT-006
 */
#include "tests/ipc/mq.h"

#define SIG (SIGRTMIN + 3)

static int q;
static const struct sigevent silent = { .sigev_notify = SIGEV_NONE };

static int register_signal(int sig, int value)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = sig };

	event.sigev_value.sival_int = value;
	return q_notify(q, &event);
}

/* The pending SIG, taken; 0: none. */
static int take_signal(siginfo_t *info)
{
	struct timespec none = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIG);
	return sigtimedwait(&set, info, &none) == SIG;
}

static void fresh(void)
{
	if (q)
		close(q);
	q = q_new(4, 10, O_NONBLOCK);
}

static int send_it(void)
{
	return send_byte(q, 'n', 0) ? errno : 0;
}

static int try_register(void)
{
	return register_signal(SIG, 0) ? errno : 0;
}

static int unregister(void)
{
	return q_notify(q, NULL) ? errno : 0;
}

static void test_signal(void)
{
	siginfo_t info = { 0 };
	pid_t pid;

	fresh();
	ok(register_signal(SIG, 4711) == 0, "MQ-021: a process registers for a signal");
	pid = fork();
	if (pid == 0) {
		if (setgid(1000) || setuid(1000))
			_exit(99);
		_exit(send_it());
	}
	ok(result_of(pid) == 0 && take_signal(&info),
	   "MQ-021: a message into the empty queue sends it");
	ok(info.si_signo == SIG && info.si_code == SI_MESGQ && SI_MESGQ == -3,
	   "MQ-021: its code is SI_MESGQ");
	ok(info.si_value.sival_int == 4711, "MQ-021: with the value that was registered");
	ok(info.si_pid == pid && info.si_uid == 1000, "MQ-021: and the sender's pid and uid");
	ok(q_curmsgs(q) == 1, "MQ-021: the message stays in the queue");
}

static void test_used_up(void)
{
	siginfo_t info;

	fresh();
	send_it();
	register_signal(SIG, 0);
	ok(send_it() == 0 && !take_signal(&info),
	   "MQ-023: a message into a queue that has one tells nobody");
	take_byte(q);
	take_byte(q);
	ok(send_it() == 0 && take_signal(&info),
	   "MQ-023: it is drained and filled again: a signal");
	take_byte(q);
	ok(send_it() == 0 && !take_signal(&info), "MQ-023: that used the registration up");
	ok(register_signal(SIG, 0) == 0, "MQ-023: so that anybody may register");
}

static void test_one_only(void)
{
	siginfo_t info;

	fresh();
	register_signal(SIG, 1);
	ok(failed_with(register_signal(SIG, 2), EBUSY) && failed_with(q_notify(q, &silent), EBUSY),
	   "MQ-022: a second registration is EBUSY for the process itself");
	ok(in_child(try_register) == EBUSY, "MQ-022: and for others");
	ok(in_child(unregister) == 0 && in_child(try_register) == EBUSY,
	   "MQ-022: unregistering by somebody else succeeds without effect");
	ok(send_it() == 0 && take_signal(&info) && info.si_value.sival_int == 1,
	   "MQ-022: the first one stands");
}

static void test_receiver_first(void)
{
	siginfo_t info;
	pid_t pid;

	fresh();
	fcntl(q, F_SETFL, 0);
	register_signal(SIG, 0);
	pid = sleeping_receiver(q);
	send_it();
	ok(result_of(pid) == 'n' && !take_signal(&info),
	   "MQ-024: a message for a blocked receiver tells nobody");
	ok(failed_with(register_signal(SIG, 0), EBUSY), "MQ-024: the registration stays");
	ok(send_it() == 0 && take_signal(&info), "MQ-024: the next message is told of");
}

static void test_unregister(void)
{
	siginfo_t info;

	fresh();
	ok(q_notify(q, NULL) == 0, "MQ-025: unregistering nobody is a success");
	register_signal(SIG, 0);
	ok(q_notify(q, NULL) == 0 && send_it() == 0 && !take_signal(&info),
	   "MQ-025: after unregistering there is no signal");
	ok(register_signal(SIG, 0) == 0, "MQ-025: and the place is free");
}

/* Registered by one that runs another program, which keeps the descriptor number 100 if asked. */
static int register_and_exec(int keep)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (keep && dup2(q, 100) != 100)
			_exit(99);
		/* A dup2()ed descriptor survives the exec; q is closed by it. */
		if (register_signal(SIGUSR1, 0))
			_exit(98);
		execl("/proc/self/exe", "mq_notify", "--wait", NULL);
		_exit(97);
	}
	return pid;
}

static int executed(pid_t pid)
{
	char path[40], line[80] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (read(fd, line, sizeof(line) - 1) < 0)
		line[0] = '\0';
	close(fd);
	return !memcmp(line, "mq_notify\0--wait", 16) && state_of(pid) == 'S';
}

static void test_dropped(void)
{
	siginfo_t info;
	pid_t pid;
	int other;

	fresh();
	other = dup(q);
	register_signal(SIG, 0);
	close(other);
	ok(send_it() == 0 && !take_signal(&info), "MQ-026: closing a dup drops the registration");
	fresh();
	other = q_reopen(q, O_RDONLY);
	register_signal(SIG, 0);
	ok(in_child(try_register) == EBUSY && failed_with(register_signal(SIG, 0), EBUSY),
	   "MQ-026: a child's end closes its descriptors, not ours");
	close(other);
	ok(send_it() == 0 && !take_signal(&info),
	   "MQ-026: so does closing another open description");
	fresh();
	ok(in_child(try_register) == 0 && in_child(try_register) == 0,
	   "MQ-026: the end of the process drops it");
	pid = register_and_exec(0);
	ok(eventually(executed(pid)) && register_signal(SIG, 0) == 0, "MQ-026: exec drops it");
	put_end(pid);

	fresh();
	pid = register_and_exec(1);
	ok(eventually(executed(pid)) && register_signal(SIG, 0) == 0,
	   "MQ-026: also when a descriptor survives it, since another is closed");
	put_end(pid);
}

static pid_t registered_child(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (try_register())
			_exit(99);
		pause();
		_exit(0);
	}
	return pid;
}

/* The pid in the queue's status text. */
static int registered_pid(void)
{
	char text[100] = "", *at;

	if (pread(q, text, sizeof(text) - 1, 0) < 0)
		return -1;
	at = strstr(text, "NOTIFY_PID:");
	return at ? atoi(at + 11) : -1;
}

static void test_death(void)
{
	pid_t pid;

	fresh();
	pid = registered_child();
	ok(eventually(registered_pid() == pid) && failed_with(register_signal(SIG, 0), EBUSY),
	   "EXIT-006: a registration stands while its process lives");
	put_end(pid);
	ok(registered_pid() == 0 && register_signal(SIG, 0) == 0,
	   "EXIT-006: when it was killed, another may register");
}

static void test_arguments(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = 65 };
	int reader, file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	siginfo_t info;
	char cookie[32] = "";

	fresh();
	ok(failed_with(q_notify(q, &event), EINVAL), "MQ-027: signal 65 is EINVAL");
	event.sigev_signo = -1;
	ok(failed_with(q_notify(q, &event), EINVAL), "MQ-027: signal -1 too");
	event.sigev_signo = SIG;
	event.sigev_notify = 3;
	ok(failed_with(q_notify(q, &event), EINVAL) && failed_with(q_notify(-1, &event), EINVAL),
	   "MQ-027: another way of telling is EINVAL, whatever the descriptor");
	event.sigev_notify = SIGEV_THREAD_ID;
	ok(failed_with(q_notify(q, &event), EINVAL), "MQ-027: a thread cannot be told");
	ok(failed_with(q_notify(q, (void *)8), EFAULT), "MQ-027: a bad pointer is EFAULT");
	event.sigev_notify = SIGEV_SIGNAL;
	ok(failed_with(q_notify(0, &event), EBADF) && failed_with(q_notify(file, &event), EBADF) &&
		   failed_with(q_notify(-1, &event), EBADF),
	   "MQ-027: what is no queue is EBADF");
	ok(q_notify(q, &silent) == 0 && registered_pid() == getpid() &&
		   failed_with(register_signal(SIG, 0), EBUSY),
	   "MQ-027: SIGEV_NONE takes the place");
	ok(send_it() == 0 && !take_signal(&info) && registered_pid() == 0,
	   "MQ-027: and is used up in silence");
	take_byte(q);
	event.sigev_signo = 0;
	ok(q_notify(q, &event) == 0 && send_it() == 0 && registered_pid() == 0,
	   "MQ-027: signal 0 is none");
	take_byte(q);
	reader = q_reopen(q, O_RDONLY);
	event.sigev_signo = SIG;
	ok(q_notify(reader, &event) == 0 && send_it() == 0 && take_signal(&info),
	   "MQ-027: a read-only descriptor will do");
	take_byte(q);
	close(reader);
	reader = q_reopen(q, O_WRONLY);
	ok(q_notify(reader, &event) == 0 && q_notify(reader, NULL) == 0,
	   "MQ-027: a write-only one too");
	close(reader);

	event.sigev_notify = SIGEV_THREAD;
	event.sigev_value.sival_ptr = (void *)8;
	ok(failed_with(q_notify(q, &event), EFAULT),
	   "MQ-027: SIGEV_THREAD with a bad cookie is EFAULT");
	event.sigev_value.sival_ptr = cookie;
	event.sigev_signo = -1;
	ok(failed_with(q_notify(q, &event), EBADF),
	   "MQ-027: SIGEV_THREAD without a socket is EBADF");
	event.sigev_signo = file;
	ok(failed_with(q_notify(q, &event), ENOTSOCK), "MQ-027: with another file it is ENOTSOCK");
	close(file);
}

static int text_is(const char *text)
{
	char is[200] = "";
	int n = (int)pread(q, is, sizeof(is) - 1, 0);

	if (n == (int)strlen(text) && !strcmp(is, text))
		return 1;
	printf("# %d bytes: %s", n, is);
	return 0;
}

static void test_status(void)
{
	char expected[100], part[100] = "";

	fresh();
	ok(text_is("QSIZE:0          NOTIFY:0     SIGNO:0     NOTIFY_PID:0     \n"),
	   "MQ-028: read() tells that the queue is empty");
	q_send(q, "hello", 5, 0);
	ok(text_is("QSIZE:5          NOTIFY:0     SIGNO:0     NOTIFY_PID:0     \n"),
	   "MQ-028: that 5 bytes are queued");
	register_signal(SIGUSR2, 0);
	snprintf(expected, sizeof(expected),
		 "QSIZE:5          NOTIFY:0     SIGNO:%-5d NOTIFY_PID:%-6d\n", SIGUSR2, getpid());
	ok(text_is(expected), "MQ-028: who is registered for which signal");
	q_notify(q, NULL);
	q_notify(q, &silent);
	snprintf(expected, sizeof(expected),
		 "QSIZE:5          NOTIFY:1     SIGNO:0     NOTIFY_PID:%-6d\n", getpid());
	ok(text_is(expected), "MQ-028: or for none");
	ok(failed_with(write(q, "x", 1), EINVAL), "MQ-028: write() is EINVAL");
	ok(read(q, part, 6) == 6 && !memcmp(part, "QSIZE:", 6) && read(q, part, 5) == 5 &&
		   !memcmp(part, "5    ", 5) && lseek(q, 0, SEEK_CUR) == 11,
	   "MQ-028: read() goes on where it stopped");
}

/* The exec'd image of register_and_exec(): waits to be told or killed. */
static int wait_here(void)
{
	pause();
	return 0;
}

int main(int argc, char **argv)
{
	sigset_t set;

	if (argc > 1 && !strcmp(argv[1], "--wait"))
		return wait_here();
	sigemptyset(&set);
	sigaddset(&set, SIG);
	sigprocmask(SIG_BLOCK, &set, NULL);
	own_namespace();
	test_signal();
	test_used_up();
	test_one_only();
	test_receiver_first();
	test_unregister();
	test_dropped();
	test_death();
	test_arguments();
	test_status();
	return ktap_done();
}
