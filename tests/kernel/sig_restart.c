// SPDX-License-Identifier: GPL-2.0-only
/*
 * What interrupted calls do: every call that sleeps is disturbed by a handler with and without
 * SA_RESTART, and by a stop and continue; then what it waits for comes.
 * Spec: SIG-049 SIG-051 SIG-053 SIG-054 SIG-055
 */
#define _GNU_SOURCE
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define FUTEX_WAIT        0
#define FUTEX_WAKE        1
#define FUTEX_WAIT_BITSET 9

static struct {
	int handled; /* runs of the handler */
	int word;    /* the futex */
} * shared;

/* What timed calls take: long when they are to be interrupted, short when time is to end them. */
static long time_ns;
static int in[2], full[2], event_fd, lock_fd, sem, msg;
static char fifo[64], file[64];

static void on_usr1(int sig)
{
	(void)sig;
	shared->handled++;
}

static long now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000l + ts.tv_nsec;
}

static struct timespec timespec_of(long ns)
{
	return (struct timespec){ ns / 1000000000, ns % 1000000000 };
}

/* ---- the calls, in the child; and what ends each, in the parent ---- */

static long do_read(void)
{
	char c;

	return read(in[0], &c, 1);
}

static void write_byte(pid_t pid)
{
	(void)pid;
	if (write(in[1], "x", 1) != 1)
		perror("write");
}

static long do_write(void)
{
	return write(full[1], "x", 1);
}

static void drain(pid_t pid)
{
	char buf[4096];

	(void)pid;
	while (read(full[0], buf, sizeof(buf)) > 0)
		;
}

static long do_splice(void)
{
	return splice(in[0], NULL, full[1], NULL, 1, 0);
}

static void write_and_drain(pid_t pid)
{
	write_byte(pid);
	drain(pid);
}

static long do_open(void)
{
	return open(fifo, O_RDONLY);
}

static void open_other_end(pid_t pid)
{
	int fd = open(fifo, O_RDWR | O_NONBLOCK);

	/* Held until the child is through. */
	while (kill(pid, 0) == 0 && thread_state(pid, 0) != 'Z')
		pause_ms(1);
	close(fd);
}

static pid_t grandchild(void)
{
	pid_t pid = fork();
	char c;

	if (!pid) {
		close(in[1]);
		_exit(read(in[0], &c, 1) != 1);
	}
	return pid;
}

static long do_wait4(void)
{
	return waitpid(grandchild(), NULL, 0);
}

static long do_waitid(void)
{
	siginfo_t info;

	return waitid(P_PID, (id_t)grandchild(), &info, WEXITED);
}

static long do_futex(void)
{
	return syscall(SYS_futex, &shared->word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void wake_futex(pid_t pid)
{
	(void)pid;
	shared->word = 1;
	syscall(SYS_futex, &shared->word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static long do_futex_timed(void)
{
	struct timespec ts = timespec_of(now_ns() + time_ns);

	return syscall(SYS_futex, &shared->word, FUTEX_WAIT_BITSET, 0, &ts, NULL, ~0u);
}

static long do_futex_relative(void)
{
	struct timespec ts = timespec_of(time_ns);

	return syscall(SYS_futex, &shared->word, FUTEX_WAIT, 0, &ts, NULL, 0);
}

static long do_setlkw(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(open(file, O_RDWR), F_SETLKW, &lock);
}

static long do_flock(void)
{
	return flock(open(file, O_RDWR), LOCK_EX);
}

static void unlock(pid_t pid)
{
	struct flock lock = { .l_type = F_UNLCK, .l_whence = SEEK_SET };

	(void)pid;
	fcntl(lock_fd, F_SETLK, &lock);
	flock(lock_fd, LOCK_UN);
}

static long do_eventfd(void)
{
	uint64_t n;

	return read(event_fd, &n, 8);
}

static void signal_event(pid_t pid)
{
	uint64_t one = 1;

	(void)pid;
	if (write(event_fd, &one, 8) != 8)
		perror("eventfd");
}

static long do_signalfd(void)
{
	struct signalfd_siginfo info;
	uint64_t set = BIT(SIGUSR2);

	raw_mask(set);
	return read((int)syscall(SYS_signalfd4, -1, &set, 8, 0), &info, sizeof(info));
}

static void send_usr2(pid_t pid)
{
	kill(pid, SIGUSR2);
}

static void send_usr1(pid_t pid)
{
	kill(pid, SIGUSR1);
}

static long do_timerfd(void)
{
	struct itimerspec it = { { 0, 0 }, timespec_of(time_ns) };
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	uint64_t n;

	timerfd_settime(fd, 0, &it, NULL);
	return read(fd, &n, 8);
}

static long do_nanosleep(void)
{
	struct timespec ts = timespec_of(time_ns), rem = { 9, 9 };
	long ret = syscall(SYS_nanosleep, &ts, &rem);

	if (ret && errno == EINTR && (rem.tv_sec > ts.tv_sec || (!rem.tv_sec && rem.tv_nsec <= 0)))
		errno = ERANGE;
	return ret;
}

static long do_clock_nanosleep(void)
{
	struct timespec ts = timespec_of(time_ns);

	return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, NULL);
}

static long do_clock_nanosleep_abs(void)
{
	struct timespec ts = timespec_of(now_ns() + time_ns);

	return syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

static long do_poll(void)
{
	struct pollfd p = { .fd = in[0], .events = POLLIN };

	return syscall(SYS_poll, &p, 1, 30000);
}

static long do_ppoll(void)
{
	struct pollfd p = { .fd = in[0], .events = POLLIN };
	uint64_t mask = BIT(SIGUSR2);

	return syscall(SYS_ppoll, &p, 1, NULL, &mask, 8);
}

static long do_select(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(in[0], &set);
	return select(in[0] + 1, &set, NULL, NULL, NULL);
}

static long do_pselect(void)
{
	struct timespec ts = { 30, 0 };
	sigset_t mask;
	fd_set set;

	sigemptyset(&mask);
	FD_ZERO(&set);
	FD_SET(in[0], &set);
	return pselect(in[0] + 1, &set, NULL, NULL, &ts, &mask);
}

static long epoll_with(const uint64_t *mask)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int ep = epoll_create1(0);

	epoll_ctl(ep, EPOLL_CTL_ADD, in[0], &ev);
	return syscall(SYS_epoll_pwait, ep, &ev, 1, -1, mask, 8);
}

static long do_epoll_wait(void)
{
	return epoll_with(NULL);
}

static long do_epoll_pwait(void)
{
	uint64_t mask = BIT(SIGUSR2);

	return epoll_with(&mask);
}

static long do_semop(void)
{
	struct sembuf op = { 0, -1, 0 };

	return semop(sem, &op, 1);
}

static long do_semtimedop(void)
{
	struct sembuf op = { 0, -1, 0 };
	struct timespec ts = { 30, 0 };

	return syscall(SYS_semtimedop, sem, &op, 1, &ts);
}

static void sem_up(pid_t pid)
{
	struct sembuf op = { 0, 1, 0 };

	(void)pid;
	semop(sem, &op, 1);
}

static long do_msgrcv(void)
{
	struct {
		long type;
		char text[8];
	} m;

	return msgrcv(msg, &m, sizeof(m.text), 1, 0);
}

static void send_msg(pid_t pid)
{
	struct {
		long type;
		char text[1];
	} m = { 1, "x" };

	(void)pid;
	msgsnd(msg, &m, 1, IPC_NOWAIT);
}

/* The queue is full of messages of type 2. */
static long do_msgsnd(void)
{
	struct {
		long type;
		char text[64];
	} m = { 1, "x" };

	return msgsnd(msg, &m, sizeof(m.text), 0);
}

static void receive_msg(pid_t pid)
{
	struct {
		long type;
		char text[64];
	} m;

	(void)pid;
	msgrcv(msg, &m, sizeof(m.text), 2, IPC_NOWAIT);
}

static long do_pause(void)
{
	return pause();
}

static long do_sigsuspend(void)
{
	uint64_t mask = BIT(SIGUSR2);

	return syscall(SYS_rt_sigsuspend, &mask, 8);
}

static long do_sigtimedwait(void)
{
	uint64_t set = BIT(SIGUSR2);

	raw_mask(set);
	return syscall(SYS_rt_sigtimedwait, &set, NULL, NULL, 8);
}

/*
 * How each ends. 'r': it succeeds in the end, restarted or gone on. 't': its time runs out, not
 * early. 'i': EINTR after the handler. 'e': EINTR although no handler ran.
 */
static const struct call {
	const char *name, *rows;
	long (*call)(void);
	void (*finish)(pid_t pid); /* NULL: time ends it */
	char restart, handler, stop;
} calls[] = {
	{ "read of a pipe", "SIG-053 SIG-055", do_read, write_byte, 'r', 'i', 'r' },
	{ "write to a pipe", "SIG-053 SIG-055", do_write, drain, 'r', 'i', 'r' },
	{ "splice", "SIG-053", do_splice, write_and_drain, 'r', 'i', 'r' },
	{ "open of a FIFO", "SIG-053", do_open, open_other_end, 'r', 'i', 'r' },
	{ "wait4", "SIG-053", do_wait4, write_byte, 'r', 'i', 'r' },
	{ "waitid", "SIG-053", do_waitid, write_byte, 'r', 'i', 'r' },
	{ "futex", "SIG-053", do_futex, wake_futex, 'r', 'i', 'r' },
	{ "fcntl(F_SETLKW)", "SIG-053", do_setlkw, unlock, 'r', 'i', 'r' },
	{ "flock", "SIG-053", do_flock, unlock, 'r', 'i', 'r' },
	{ "read of an eventfd", "SIG-053", do_eventfd, signal_event, 'r', 'i', 'r' },
	{ "read of a signalfd", "SIG-053", do_signalfd, send_usr2, 'r', 'i', 'r' },
	{ "read of a timerfd", "SIG-053", do_timerfd, NULL, 'r', 'i', 'r' },
	{ "futex until a time", "SIG-054 SIG-055", do_futex_timed, NULL, 'i', 'i', 't' },
	{ "futex for a time", "SIG-054 SIG-055", do_futex_relative, NULL, 'i', 'i', 't' },
	{ "nanosleep", "SIG-054 SIG-055", do_nanosleep, NULL, 'i', 'i', 'r' },
	{ "clock_nanosleep", "SIG-054", do_clock_nanosleep, NULL, 'i', 'i', 'r' },
	{ "clock_nanosleep until", "SIG-054", do_clock_nanosleep_abs, NULL, 'i', 'i', 'r' },
	{ "poll", "SIG-054 SIG-055", do_poll, write_byte, 'i', 'i', 'r' },
	{ "ppoll", "SIG-054", do_ppoll, write_byte, 'i', 'i', 'r' },
	{ "select", "SIG-054", do_select, write_byte, 'i', 'i', 'r' },
	{ "pselect", "SIG-054", do_pselect, write_byte, 'i', 'i', 'r' },
	{ "epoll_wait", "SIG-054 SIG-055", do_epoll_wait, write_byte, 'i', 'i', 'e' },
	{ "epoll_pwait", "SIG-054", do_epoll_pwait, write_byte, 'i', 'i', 'e' },
	{ "semop", "SIG-054 SIG-055", do_semop, sem_up, 'i', 'i', 'e' },
	{ "semtimedop", "SIG-054 SIG-055", do_semtimedop, sem_up, 'i', 'i', 'e' },
	{ "msgrcv", "SIG-054 SIG-055", do_msgrcv, send_msg, 'i', 'i', 'r' },
	{ "msgsnd", "SIG-054 SIG-055", do_msgsnd, receive_msg, 'i', 'i', 'r' },
	{ "pause", "SIG-049 SIG-054", do_pause, send_usr1, 'i', 'i', 'i' },
	{ "sigsuspend", "SIG-049 SIG-054", do_sigsuspend, send_usr1, 'i', 'i', 'i' },
	{ "sigtimedwait", "SIG-051 SIG-055", do_sigtimedwait, send_usr2, 'i', 'i', 'e' },
};

/* ---- one try ---- */

static void __attribute__((noreturn)) child(const struct call *call, int sa_flags)
{
	struct sigaction sa = { .sa_handler = on_usr1, .sa_flags = sa_flags };
	long begin, ret;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGUSR1, &sa, NULL);
	begin = now_ns();
	ret = call->call();
	if (ret >= 0)
		_exit(!call->finish && now_ns() - begin < time_ns ? 'E' : 'r');
	if (errno == ETIMEDOUT)
		_exit(now_ns() - begin < time_ns ? 'E' : 't');
	if (errno == EINTR)
		_exit(shared->handled ? 'i' : 'e');
	_exit('?');
}

enum { HANDLER, STOP_CONT };

/* What the calls wait for: nothing is there. */
static void prepare(const struct call *call)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char buf[4096] = "";
	struct {
		long type;
		char text[64];
	} m = { 2, "" };

	shared->handled = shared->word = 0;
	event_fd = eventfd(0, 0);
	lock_fd = open(file, O_RDWR | O_CREAT, 0600);
	sem = semget(IPC_PRIVATE, 1, 0600);
	msg = msgget(IPC_PRIVATE, 0600);
	if (pipe(in) || pipe2(full, O_NONBLOCK) || event_fd < 0 || lock_fd < 0 || sem < 0 ||
	    msg < 0)
		perror("prepare");
	while (call->call == do_write && write(full[1], buf, sizeof(buf)) > 0)
		;
	fcntl(full[1], F_SETFL, 0);
	fcntl(lock_fd, F_SETLK, &lock);
	if (call->call == do_flock)
		flock(lock_fd, LOCK_EX);
	while (call->call == do_msgsnd && !msgsnd(msg, &m, sizeof(m.text), IPC_NOWAIT))
		;
}

static void clean_up(void)
{
	int fds[] = { in[0], in[1], full[0], full[1], event_fd, lock_fd };

	for (unsigned int i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		close(fds[i]);
	semctl(sem, 0, IPC_RMID);
	msgctl(msg, IPC_RMID, NULL);
}

/* Does the call in a child, disturbs it once it sleeps, lets it end when it sleeps again. */
static void disturbed(const struct call *call, int how, int sa_flags, char expected)
{
	int status = 0;
	pid_t pid;
	char c;

	time_ns = expected == 'i' ? 30000000000 : 300000000;
	prepare(call);
	pid = fork();
	if (!pid)
		child(call, sa_flags);
	reaches_state(pid, 'S');
	if (how == HANDLER) {
		kill(pid, SIGUSR1);
		for (int i = 0; i < 10000 && !shared->handled; i++)
			pause_ms(1);
	} else {
		kill(pid, SIGSTOP);
		waitpid(pid, &status, WUNTRACED);
		kill(pid, SIGCONT);
		waitpid(pid, &status, WCONTINUED);
	}
	/* Either it sleeps again, or it has ended. */
	for (int i = 0; i < 10000; i++) {
		c = thread_state(pid, 0);
		if (c == 'S' || c == 'Z')
			break;
		pause_ms(1);
	}
	if (call->finish)
		call->finish(pid);
	waitpid(pid, &status, 0);
	clean_up();
	/* Only time may have been faster than the handler. */
	if (how == HANDLER && call->finish && !shared->handled)
		status = '-' << 8;
	ok(WIFEXITED(status) && WEXITSTATUS(status) == expected, "%s: %s, %s: %c", call->rows,
	   call->name,
	   how == STOP_CONT ? "stop and continue" :
	   sa_flags         ? "handler with SA_RESTART" :
			      "handler without",
	   WEXITSTATUS(status));
}

int main(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	snprintf(fifo, sizeof(fifo), "/tmp/sig_restart.fifo.%d", getpid());
	snprintf(file, sizeof(file), "/tmp/sig_restart.file.%d", getpid());
	if (shared == MAP_FAILED || mkfifo(fifo, 0600))
		return 1;
	for (unsigned int i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		disturbed(&calls[i], HANDLER, SA_RESTART, calls[i].restart);
		disturbed(&calls[i], HANDLER, 0, calls[i].handler);
		disturbed(&calls[i], STOP_CONT, 0, calls[i].stop);
	}
	unlink(fifo);
	unlink(file);
	return ktap_done();
}
