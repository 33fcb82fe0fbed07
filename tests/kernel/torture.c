// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything at once: workers that fork, exec, exit, map, fault, signal, pipe, wait, kill and talk in
 * every way at random, each checking its own results, for some seconds.
 *
 *	torture [SECONDS [SEED [WORKERS]]]
 *
 * Idea: one function per deed; each makes what it needs, checks what came out and leaves nothing
 * behind, so any order of any deeds at any time must work. A worker's choices come from the seed
 * alone: when deed 4711 of worker 3 fails, the seed brings that worker's deeds back (what the others
 * do meanwhile is the scheduler's choice; sched_seed= repeats that too).
 * The kernel's own checks (debug build, leak report, watchdogs) look on; see `make torture`.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include "tests/ktap.h"

#define PAGE 4096

static uint64_t random_state;
static unsigned long deeds_done;
static const char *deed_name = "start";
static char **program;

static uint32_t rnd(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33);
}

static uint32_t below(uint32_t n)
{
	return rnd() % n;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* A worker stops at the first thing that is wrong: its status is what the test looks at. */
#define MUST(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			dprintf(1, "# pid %d, deed %lu (%s), line %d: %s; errno %d\n", getpid(),   \
				deeds_done, deed_name, __LINE__, #cond, errno);                    \
			_exit(99);                                                                 \
		}                                                                                  \
	} while (0)

static pid_t must_fork(void)
{
	pid_t pid = fork();

	MUST(pid >= 0);
	return pid;
}

static int must_wait(pid_t pid)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	MUST(got == pid);
	return status;
}

/* ---- the deeds ---- */

static void fork_and_exit(void)
{
	int code = (int)below(90);
	pid_t pid = must_fork();

	if (!pid)
		_exit(code);
	MUST(must_wait(pid) == code << 8);
}

static void fork_a_tree(void)
{
	int depth = 1 + (int)below(4);
	pid_t pid = must_fork();

	if (!pid) {
		for (int level = 0; level < depth; level++) {
			pid_t left = must_fork(), right = left ? must_fork() : -1;

			if (left && right) { /* the parent of both */
				MUST(must_wait(left) == 0 && must_wait(right) == 0);
				_exit(0);
			}
		}
		_exit(0);
	}
	MUST(must_wait(pid) == 0);
}

static void exec_self(void)
{
	char code[8];
	int n = (int)below(90);
	pid_t pid;

	snprintf(code, sizeof(code), "%d", n);
	pid = below(2) ? must_fork() : vfork();
	MUST(pid >= 0);
	if (!pid) {
		execl(program[0], program[0], "exit", code, (char *)NULL);
		_exit(98);
	}
	MUST(must_wait(pid) == n << 8);
}

static void leave_an_orphan(void)
{
	pid_t pid = must_fork();

	if (!pid) {
		if (!must_fork())
			usleep(below(2000));
		_exit(0);
	}
	MUST(must_wait(pid) == 0);
}

static void map_and_share(void)
{
	size_t pages = 1 + below(600), hole = below((uint32_t)pages);
	int shared = (int)below(2);
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		       MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE), -1, 0);
	pid_t pid;

	MUST(p != MAP_FAILED);
	for (size_t i = 0; i < pages; i++)
		*(size_t *)(p + i * PAGE) = i + 1;
	pid = must_fork();
	if (!pid) {
		for (size_t i = 0; i < pages; i++) {
			MUST(*(size_t *)(p + i * PAGE) == i + 1);
			*(size_t *)(p + i * PAGE) = ~i;
		}
		_exit(0);
	}
	if (!shared) {
		for (size_t i = 0; i < pages; i += 3)
			MUST(++*(size_t *)(p + i * PAGE) == i + 2);
	}
	MUST(must_wait(pid) == 0);
	for (size_t i = 0; i < pages; i++)
		MUST(*(size_t *)(p + i * PAGE) == (shared ? ~i : i + 1 + (i % 3 == 0)));
	MUST(mprotect(p + hole * PAGE, PAGE, PROT_READ) == 0);
	MUST(munmap(p + hole * PAGE, PAGE) == 0);
	MUST(munmap(p, pages * PAGE) == 0);
}

static volatile int segv_at_line;

static void on_segv(int signal)
{
	_exit(segv_at_line ? 77 : 99);
}

static void fault_for_good(void)
{
	pid_t pid = must_fork();

	if (!pid) {
		char *p = mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);

		MUST(p != MAP_FAILED && *p == 0);
		if (below(2))
			signal(SIGSEGV, on_segv);
		segv_at_line = 1;
		*(volatile char *)p = 1;
		_exit(98);
	}
	pid = must_wait(pid);
	MUST(pid == 77 << 8 || (pid & 0x7f) == SIGSEGV);
}

static void write_through_a_pipe(void)
{
	size_t total = 1 + below(300000), got = 0;
	uint32_t sum = 0;
	int fds[2];
	char buf[5000];
	pid_t pid;

	MUST(pipe2(fds, below(2) ? O_CLOEXEC : 0) == 0);
	pid = must_fork();
	if (!pid) {
		close(fds[0]);
		for (size_t sent = 0; sent < total;) {
			size_t n = 1 + below(sizeof(buf));
			ssize_t w;

			n = n > total - sent ? total - sent : n;
			for (size_t i = 0; i < n; i++)
				buf[i] = (char)((sent + i) * 7 >> 3);
			w = write(fds[1], buf, n);
			MUST(w > 0);
			sent += (size_t)w;
		}
		_exit(0);
	}
	close(fds[1]);
	for (;;) {
		ssize_t n = read(fds[0], buf, 1 + below(sizeof(buf)));

		MUST(n >= 0);
		if (!n)
			break;
		for (ssize_t i = 0; i < n; i++, got++)
			sum |= (uint32_t)(buf[i] != (char)(got * 7 >> 3));
	}
	MUST(got == total && !sum);
	close(fds[0]);
	MUST(must_wait(pid) == 0);
}

/* The reader goes away under a writer that may sleep. */
static void break_a_pipe(void)
{
	static char buf[200000];
	int fds[2];
	pid_t pid;

	MUST(pipe(fds) == 0);
	pid = must_fork();
	if (!pid) {
		close(fds[0]);
		for (;;)
			MUST(write(fds[1], buf, 1 + below(sizeof(buf))) > 0);
	}
	close(fds[1]);
	for (uint32_t n = below(5); n; n--)
		MUST(read(fds[0], buf, 4096) > 0);
	close(fds[0]);
	MUST(WTERMSIG(must_wait(pid)) == SIGPIPE);
}

static atomic_int queued_seen;

static void on_queued(int signal, siginfo_t *info, void *context)
{
	/* In order: real-time signals queue. */
	if (info->si_value.sival_int == queued_seen)
		queued_seen++;
}

static void queue_signals(void)
{
	int n = 1 + (int)below(40), ready[2];
	char c;
	pid_t pid;

	MUST(pipe(ready) == 0);
	pid = must_fork();
	if (!pid) {
		struct sigaction action = { .sa_sigaction = on_queued, .sa_flags = SA_SIGINFO };

		queued_seen = 0;
		sigaction(SIGRTMIN + 3, &action, NULL);
		MUST(write(ready[1], "r", 1) == 1);
		while (queued_seen < n)
			poll(NULL, 0, 1);
		_exit(0);
	}
	MUST(read(ready[0], &c, 1) == 1);
	for (int i = 0; i < n; i++) {
		while (sigqueue(pid, SIGRTMIN + 3, (union sigval){ .sival_int = i }))
			MUST(errno == EAGAIN);
	}
	close(ready[0]);
	close(ready[1]);
	MUST(must_wait(pid) == 0);
}

/* What a victim may be doing when SIGKILL comes. */
static void live(int how)
{
	static char buf[70000];
	int fds[2];

	MUST(pipe(fds) == 0);
	for (;;) {
		switch (how) {
		case 0:
			break; /* spin in user mode */
		case 1:
			pause();
			break;
		case 2:
			(void)!read(fds[0], buf, 1);
			break;
		case 3:
			(void)!write(fds[1], buf, sizeof(buf));
			break;
		case 4:
			waitpid(-1, NULL, 0);
			if (!fork())
				_exit(0);
			break;
		case 5: {
			char *p = mmap(NULL, 64 * PAGE, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
				       0);

			memset(p, 1, 64 * PAGE);
			munmap(p, 64 * PAGE);
			break;
		}
		case 6:
			if (fork() == 0)
				execl(program[0], program[0], "exit", "0", (char *)NULL);
			waitpid(-1, NULL, 0);
			break;
		default:
			usleep(100);
		}
	}
}

static void kill_a_victim(void)
{
	int how = (int)below(8), stop = below(3) == 0, status;
	pid_t pid = must_fork();

	if (!pid)
		live(how);
	if (below(2))
		usleep(below(3000));
	if (stop) {
		MUST(kill(pid, SIGSTOP) == 0);
		MUST(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
		if (below(2)) {
			MUST(kill(pid, SIGCONT) == 0);
			MUST(waitpid(pid, &status, WCONTINUED) == pid && WIFCONTINUED(status));
		}
	}
	MUST(kill(pid, SIGKILL) == 0);
	MUST(WTERMSIG(must_wait(pid)) == SIGKILL);
}

/* ---- threads ---- */

struct sum {
	pthread_mutex_t lock;
	long value;
	int rounds;
};

static void *add_up(void *data)
{
	struct sum *sum = data;

	for (int i = 0; i < sum->rounds; i++) {
		pthread_mutex_lock(&sum->lock);
		sum->value++;
		pthread_mutex_unlock(&sum->lock);
		if (i % 64 == 0) {
			char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE,
				       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

			MUST(p != MAP_FAILED);
			p[5 * PAGE] = 1;
			MUST(munmap(p, 8 * PAGE) == 0);
		}
	}
	return data;
}

static void add_up_in_threads(void)
{
	struct sum sum = { .lock = PTHREAD_MUTEX_INITIALIZER, .rounds = 1 + (int)below(1000) };
	pthread_t threads[6];
	int n = 1 + (int)below(6);

	for (int i = 0; i < n; i++)
		MUST(pthread_create(&threads[i], NULL, add_up, &sum) == 0);
	for (int i = 0; i < n; i++) {
		void *result;

		MUST(pthread_join(threads[i], &result) == 0 && result == &sum);
	}
	MUST(sum.value == (long)n * sum.rounds);
}

static void *spin(void *data)
{
	for (;;)
		if (data)
			sched_yield();
	return NULL;
}

static void *end_all(void *data)
{
	if (data)
		execl(program[0], program[0], "exit", "55", (char *)NULL);
	_exit(55);
}

/* exit_group, exec or SIGKILL, among threads that run. */
static void end_a_thread_group(void)
{
	int how = (int)below(4), n = 1 + (int)below(5);
	pid_t pid = must_fork();

	if (!pid) {
		pthread_t thread;

		for (int i = 0; i < n; i++)
			MUST(pthread_create(&thread, NULL, spin, i % 2 ? "" : NULL) == 0);
		if (how == 0)
			_exit(55);
		if (how < 3)
			MUST(pthread_create(&thread, NULL, end_all, how == 1 ? "" : NULL) == 0);
		spin("");
	}
	if (how == 3) {
		usleep(below(2000));
		MUST(kill(pid, SIGKILL) == 0);
		MUST(WTERMSIG(must_wait(pid)) == SIGKILL);
		return;
	}
	MUST(must_wait(pid) == 55 << 8);
}

static void use_files(void)
{
	char name[64], other[64];
	int fd;

	snprintf(name, sizeof(name), "/tmp/torture.%d.a", getpid());
	snprintf(other, sizeof(other), "/tmp/torture.%d.b", getpid());
	fd = open(name, O_CREAT | O_RDWR | O_TRUNC, 0600);
	MUST(fd >= 0);
	for (uint32_t n = 1 + below(20); n; n--)
		MUST(pwrite(fd, name, sizeof(name), below(200000)) == sizeof(name));
	MUST(pwrite(fd, name, sizeof(name), 100) == sizeof(name));
	MUST(rename(name, other) == 0);
	close(fd);
	fd = open(other, O_RDWR);
	MUST(fd >= 0);
	{
		char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		MUST(p != MAP_FAILED && memcmp(p + 100, name, sizeof(name)) == 0);
		MUST(unlink(other) == 0);
		p[0] = 'x';
		MUST(munmap(p, PAGE) == 0);
	}
	close(fd);
}

static void move_about(void)
{
	cpu_set_t old, one;
	unsigned int was;

	MUST(sched_getaffinity(0, sizeof(old), &old) == 0);
	do
		was = below(64);
	while (!CPU_ISSET(was, &old));
	CPU_ZERO(&one);
	CPU_SET(was, &one);
	MUST(sched_setaffinity(0, sizeof(one), &one) == 0);
	MUST(sched_getcpu() == (int)was);
	fork_and_exit();
	MUST(sched_getcpu() == (int)was);
	MUST(sched_setaffinity(0, sizeof(old), &old) == 0);
}

static void send_descriptor(int socket, int fd)
{
	char byte = 'd', control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	*cmsg = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
				  .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	MUST(sendmsg(socket, &msg, 0) == 1);
}

static int receive_descriptor(int socket)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int fd;

	MUST(recvmsg(socket, &msg, MSG_CMSG_CLOEXEC) == 1 && byte == 'd');
	MUST(CMSG_FIRSTHDR(&msg) && !(msg.msg_flags & MSG_CTRUNC));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static void pass_a_descriptor(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	int pair[2], p[2], fd;
	char text[8] = "";
	pid_t pid;

	MUST(socketpair(AF_UNIX, types[below(3)], 0, pair) == 0);
	pid = must_fork();
	if (!pid) {
		MUST(pipe(p) == 0 && write(p[1], "through", 7) == 7);
		send_descriptor(pair[1], p[0]);
		_exit(0);
	}
	fd = receive_descriptor(pair[0]);
	MUST(must_wait(pid) == 0);
	MUST(read(fd, text, sizeof(text)) == 7 && !strcmp(text, "through"));
	MUST(close(fd) == 0);
	if (below(2)) /* nobody can receive these any more: the kernel has to find that out */
		for (int i = 0; i < 2; i++)
			send_descriptor(pair[i], pair[below(2)]);
	MUST(close(pair[0]) == 0 && close(pair[1]) == 0);
}

/* A server and more clients than may wait at once. */
static void serve_clients(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(sa_family_t);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), clients = 1 + (int)below(4);
	pid_t pids[4];

	MUST(listener >= 0 && bind(listener, (struct sockaddr *)&name, len) == 0);
	len = sizeof(name);
	MUST(getsockname(listener, (struct sockaddr *)&name, &len) == 0);
	MUST(listen(listener, (int)below(3)) == 0);
	for (int i = 0; i < clients; i++) {
		pids[i] = must_fork();
		if (!pids[i]) {
			int fd = socket(AF_UNIX, SOCK_STREAM, 0);
			char answer;

			MUST(fd >= 0 && connect(fd, (struct sockaddr *)&name, len) == 0);
			MUST(write(fd, "?", 1) == 1 && read(fd, &answer, 1) == 1 && answer == '!');
			_exit(0);
		}
	}
	for (int i = 0; i < clients; i++) {
		int fd = accept(listener, NULL, NULL);
		char question;

		MUST(fd >= 0 && read(fd, &question, 1) == 1 && question == '?');
		MUST(write(fd, "!", 1) == 1 && close(fd) == 0);
	}
	for (int i = 0; i < clients; i++)
		MUST(must_wait(pids[i]) == 0);
	MUST(close(listener) == 0);
}

static void queue_messages(void)
{
	struct mq_attr attr = { .mq_maxmsg = 1 + (long)below(4), .mq_msgsize = sizeof(unsigned) };
	unsigned int sent = 1 + below(30), sum = 0, number, priority;
	char name[32];
	mqd_t queue;
	pid_t pid;

	snprintf(name, sizeof(name), "/torture.%d", getpid());
	queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attr);
	if (queue == (mqd_t)-1 && errno == EMFILE) /* the others have made many */
		return;
	MUST(queue != (mqd_t)-1 && mq_unlink(name) == 0);
	pid = must_fork();
	if (!pid) {
		for (number = 1; number <= sent; number++)
			MUST(mq_send(queue, (char *)&number, sizeof(number), below(5)) == 0);
		_exit(0);
	}
	for (unsigned int i = 0; i < sent; i++) {
		MUST(mq_receive(queue, (char *)&number, sizeof(number), &priority) ==
		     sizeof(number));
		MUST(priority < 5);
		sum += number;
	}
	MUST(sum == sent * (sent + 1) / 2);
	MUST(must_wait(pid) == 0 && mq_close(queue) == 0);
}

/* Processes exclude each other by a semaphore; one that is killed with it in hand gives it back. */
static void use_system_v(void)
{
	int shm = shmget(IPC_PRIVATE, PAGE, 0600), sem = semget(IPC_PRIVATE, 1, 0600), workers = 3;
	struct sembuf take = { 0, -1, SEM_UNDO }, give = { 0, 1, SEM_UNDO };
	volatile int *shared;
	pid_t pids[3], victim;

	MUST(shm >= 0 && sem >= 0 && semctl(sem, 0, SETVAL, 1) == 0);
	shared = shmat(shm, NULL, 0);
	MUST(shared != (void *)-1 && shmctl(shm, IPC_RMID, NULL) == 0);
	for (int i = 0; i < workers; i++) {
		pids[i] = must_fork();
		if (!pids[i]) {
			for (int n = 0; n < 20; n++) {
				MUST(semop(sem, &take, 1) == 0);
				MUST(!*shared);
				*shared = 1;
				sched_yield();
				*shared = 0;
				MUST(semop(sem, &give, 1) == 0);
			}
			_exit(0);
		}
	}
	victim = must_fork();
	if (!victim) {
		MUST(semop(sem, &take, 1) == 0);
		pause();
	}
	usleep(below(2000));
	MUST(kill(victim, SIGKILL) == 0 && WTERMSIG(must_wait(victim)) == SIGKILL);
	for (int i = 0; i < workers; i++)
		MUST(must_wait(pids[i]) == 0);
	MUST(!*shared && semctl(sem, 0, GETVAL) == 1);
	MUST(shmdt((void *)shared) == 0 && semctl(sem, 0, IPC_RMID) == 0);
}

static void read_proc(void)
{
	static const char *const files[] = { "/proc/self/maps", "/proc/self/status",
					     "/proc/stat",      "/proc/meminfo",
					     "/proc/1/stat",    "/proc/self/smaps" };
	char buf[4096];
	int fd = open(files[below(6)], O_RDONLY);

	MUST(fd >= 0);
	while (read(fd, buf, 1 + below(sizeof(buf))) > 0)
		;
	close(fd);
}

static const struct deed {
	const char *name;
	void (*act)(void);
} deeds[] = {
	{ "fork_and_exit", fork_and_exit },
	{ "fork_a_tree", fork_a_tree },
	{ "exec_self", exec_self },
	{ "leave_an_orphan", leave_an_orphan },
	{ "map_and_share", map_and_share },
	{ "fault_for_good", fault_for_good },
	{ "write_through_a_pipe", write_through_a_pipe },
	{ "break_a_pipe", break_a_pipe },
	{ "queue_signals", queue_signals },
	{ "kill_a_victim", kill_a_victim },
	{ "add_up_in_threads", add_up_in_threads },
	{ "end_a_thread_group", end_a_thread_group },
	{ "use_files", use_files },
	{ "move_about", move_about },
	{ "read_proc", read_proc },
	{ "pass_a_descriptor", pass_a_descriptor },
	{ "serve_clients", serve_clients },
	{ "queue_messages", queue_messages },
	{ "use_system_v", use_system_v },
};

static void work(double until)
{
	while (now() < until) {
		const struct deed *deed = &deeds[below(sizeof(deeds) / sizeof(deeds[0]))];

		deed_name = deed->name;
		deed->act();
		deeds_done++;
	}
	deed_name = "end";
	/* Nothing of the worker's is left, orphans apart, which are init's. */
	MUST(waitpid(-1, NULL, 0) == -1 && errno == ECHILD);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 3;
	unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 0) : 1, total = 0;
	int workers = argc > 3 ? atoi(argv[3]) : 8, good = 0;
	unsigned long *counts;
	pid_t pids[64];
	double until;

	if (argc == 3 && strcmp(argv[1], "exit") == 0)
		return atoi(argv[2]);
	if (workers < 1 || workers > 64)
		return 2;
	program = argv;
	counts = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	until = now() + seconds;
	for (int i = 0; i < workers; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			random_state = seed * 1000003 + (unsigned long)i;
			rnd();
			work(until);
			counts[i] = deeds_done;
			_exit(0);
		}
	}
	for (int i = 0; i < workers; i++) {
		int status = -1;

		if (pids[i] > 0 && waitpid(pids[i], &status, 0) == pids[i] && status == 0)
			good++;
		total += counts[i];
	}
	printf("# seed %lu, %d workers: %lu deeds in %.0f s\n", seed, workers, total, seconds);
	fflush(stdout);
	ok(good == workers, "%d of %d workers found everything as it must be", good, workers);
	ok(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "no child is left");
	return ktap_done();
}
