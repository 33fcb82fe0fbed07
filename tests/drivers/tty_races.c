// SPDX-License-Identifier: GPL-2.0-only
/*
 * Terminals under races: sessions take, steal and give up the slaves of a few pseudo-terminals, read
 * and write them with and without waiting, stop and start their output, change their settings and
 * hang them up, while others open and close both ends and send signals. Nobody may sleep for ever,
 * every process can be killed, and a terminal made afterwards works.
 *
 * Idea: rounds with another seed each; in a round several processes do random steps until they are
 * done or killed at a random moment. The number of a round as argument runs that one alone.
 */
#define _GNU_SOURCE
#include "tests/drivers/pty.h"
#include <sched.h>
#include <stdint.h>
#include <sys/mman.h>
#include <time.h>
#include "tests/ktap.h"

#define ROUNDS    12
#define PROCESSES 6
#define PAIRS     3
#define STEPS     60
#define LIMIT_S   60

#define ECHO_ROUNDS 4000
#define ECHO_SPIN   60

static uint64_t state;

/* Numbers of the pairs' slaves, -1 when there is none: every process may put a new one there. */
static struct shared {
	volatile int index[PAIRS];
	volatile pid_t pids[PROCESSES];
} * shared;

static unsigned int pick(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % n;
}

static void random_text(char *text, int n)
{
	static const char some[] = "ab\n\r\t\x03\x04\x08\x11\x13\x15\x16\x1a\x1c\x7f\xff x";

	for (int i = 0; i < n; i++)
		text[i] = some[pick(sizeof(some) - 1)];
}

static void random_settings(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t))
		return;
	t.c_lflag ^= 1u << pick(17);
	t.c_iflag ^= 1u << pick(15);
	t.c_oflag ^= 1u << pick(8);
	t.c_cc[VMIN] = pick(4);
	t.c_cc[VTIME] = pick(2);
	tcsetattr(fd, pick(3), &t);
}

static int new_master(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | (pick(2) ? O_NONBLOCK : 0)), n;

	if (fd >= 0 && !unlockpt(fd) && !ioctl(fd, TIOCGPTN, &n))
		shared->index[pick(PAIRS)] = n;
	return fd;
}

static int some_slave(void)
{
	int n = shared->index[pick(PAIRS)];
	char name[32];

	if (n < 0)
		return -1;
	snprintf(name, sizeof(name), "/dev/pts/%d", n);
	return open(name, O_RDWR | (pick(2) ? O_NONBLOCK : 0) | (pick(3) ? 0 : O_NOCTTY));
}

/* One step with the descriptor in *fd, which it may close and replace. */
static void step(int *fd)
{
	struct pollfd p = { *fd, POLLIN | POLLOUT, 0 };
	struct winsize size = { pick(100), pick(100), 0, 0 };
	pid_t group = getpgrp();
	char text[300];
	int on = pick(2);

	switch (pick(20)) {
	case 0:
	case 1:
		close(*fd);
		*fd = new_master();
		break;
	case 2:
	case 3:
	case 4:
		close(*fd);
		*fd = some_slave();
		break;
	case 5:
		close(*fd);
		*fd = open("/dev/tty", O_RDWR | O_NONBLOCK);
		break;
	case 6:
	case 7:
	case 8:
		random_text(text, sizeof(text));
		(void)!write(*fd, text, 1 + pick(sizeof(text)));
		break;
	case 9:
	case 10:
		(void)!read(*fd, text, 1 + pick(sizeof(text)));
		break;
	case 11:
		ioctl(*fd, TIOCSCTTY, geteuid() == 0 ? pick(2) : 0);
		break;
	case 12:
		ioctl(*fd, TIOCNOTTY);
		break;
	case 13:
		if (pick(2))
			ioctl(*fd, TIOCVHANGUP);
		else
			ioctl(*fd, TIOCSPGRP, &group);
		break;
	case 14:
		tcflow(*fd, pick(4));
		break;
	case 15:
		random_settings(*fd);
		break;
	case 16:
		ioctl(*fd, TIOCSTI, pick(2) ? "x" : "\n");
		break;
	case 17:
		if (pick(2))
			tcflush(*fd, pick(3));
		else
			ioctl(*fd, TIOCPKT, &on);
		break;
	case 18:
		ioctl(*fd, TIOCSWINSZ, &size);
		poll(&p, 1, pick(3));
		break;
	default:
		if (shared->pids[pick(PROCESSES)] > 1)
			kill(shared->pids[pick(PROCESSES)], pick(2) ? SIGUSR1 : SIGCONT);
		setsid();
	}
}

static void on_signal(int sig)
{
}

static void process(int round, int number)
{
	struct sigaction action = { .sa_handler = on_signal };
	int fds[4] = { -1, -1, -1, -1 };

	state = 0x9e3779b97f4a7c15ull * (uint64_t)(round * PROCESSES + number + 1);
	/* Without SA_RESTART: a call that waits may end with a signal. */
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (pick(2))
		signal(SIGTTOU, SIG_IGN);
	setsid();
	for (int i = 0; i < STEPS; i++)
		step(&fds[pick(4)]);
	_exit(0);
}

/* All processes of the round end: by themselves, or killed after a while. */
static int round_ends(int round)
{
	struct timespec tick = { 0, 2000000 }, now, start;
	int left = PROCESSES, status;
	pid_t pid;

	for (int i = 0; i < PAIRS; i++)
		shared->index[i] = -1;
	for (int i = 0; i < PROCESSES; i++) {
		pid = fork();
		if (!pid)
			process(round, i);
		if (pid < 0)
			return 0;
		shared->pids[i] = pid;
	}
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int turn = 0; left; turn++) {
		pid = waitpid(-1, &status, WNOHANG);
		if (pid > 0) {
			for (int i = 0; i < PROCESSES; i++) {
				if (shared->pids[i] == pid) {
					shared->pids[i] = 0;
					left--;
				}
			}
			continue;
		}
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec > LIMIT_S)
			return 0;
		nanosleep(&tick, NULL);
		/* One that waits for what nobody does any more: killed where it stands. */
		if (turn > 40 && shared->pids[turn % PROCESSES])
			kill(shared->pids[turn % PROCESSES], SIGKILL);
	}
	return 1;
}

/*
 * One process writes to a slave, two others stop and start its output and type into the master's
 * input: the reader still gets every byte, in order.
 */
static int no_byte_is_lost(void)
{
	static char buf[4096];
	const char alphabet[] = "abcdefghijklmnopqrstuvwxyz";
	int m, s, n = 0, good = 1, size = 40000;
	struct termios t;
	pid_t pids[3];

	if (open_pair(&m, &s) || tcgetattr(s, &t))
		return 0;
	cfmakeraw(&t);
	tcsetattr(s, TCSANOW, &t);
	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (pids[i])
			continue;
		if (i == 0) {
			for (unsigned int k = 0; k < sizeof(buf); k++)
				buf[k] = alphabet[k % 26];
			for (int done = 0; done < size;) {
				int from = done % 26, want = 1 + done % 997;
				ssize_t wrote = write(s, buf + from,
						      want < size - done ? want : size - done);

				if (wrote <= 0)
					_exit(1);
				done += wrote;
			}
			_exit(0);
		}
		for (;;) {
			if (i == 1) {
				tcflow(s, TCOOFF);
				sched_yield();
				tcflow(s, TCOON);
			} else {
				ioctl(m, TIOCSTI, "#");
				sched_yield();
			}
		}
	}
	while (n < size && good && readable(m, LIMIT_S * SECOND)) {
		ssize_t got = read(m, buf, sizeof(buf));

		for (ssize_t k = 0; k < got; k++) {
			if (buf[k] != '#')
				good &= buf[k] == alphabet[n++ % 26];
		}
	}
	if (!good || n != size)
		printf("# %d bytes of %d, %s\n", n, size, good ? "in order" : "not in order");
	for (int i = 0; i < 3; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	close(m);
	close(s);
	return good && n == size;
}

/* Everything that is written to the slave without waiting: how much. */
static int fill(int s)
{
	static char buf[512];
	int total = 0;
	ssize_t n;

	memset(buf, '.', sizeof(buf));
	while ((n = write(s, buf, sizeof(buf))) > 0 || (n = write(s, buf, 1)) > 0)
		total += (int)n;
	return total;
}

static struct {
	volatile int round, done; /* of the one that types */
	volatile int master;
} * typist;

/* Stays awake, so that both start at once, unless there is one CPU for the two. */
static void wait_awake_for(volatile int *number, int wanted)
{
	int own_cpu = sysconf(_SC_NPROCESSORS_ONLN) > 1;

	while (*number != wanted) {
		if (!own_cpu)
			sched_yield();
	}
}

static void types_in_each_round(void)
{
	for (int round = 1;; round++) {
		wait_awake_for(&typist->round, round);
		(void)!write(typist->master, "x", 1);
		typist->done = round;
	}
}

/*
 * The master's input is full, so echo waits. One types while another makes room by reading: whoever
 * comes first, the echo takes the room.
 */
static int echo_takes_room(void)
{
	struct termios t;
	int m, s, full, good = 0, waiting = 0;
	char c;
	pid_t pid;

	if (open_pair(&m, &s) || tcgetattr(s, &t))
		return 0;
	cfmakeraw(&t);
	t.c_lflag |= ECHO;
	tcsetattr(s, TCSANOW, &t);
	fcntl(s, F_SETFL, O_NONBLOCK);
	full = fill(s);
	typist = mmap(NULL, sizeof(*typist), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	typist->master = m;
	pid = fork();
	if (!pid)
		types_in_each_round();
	for (int round = 1; round <= ECHO_ROUNDS; round++) {
		typist->round = round;
		for (volatile int spin = round % 97 * ECHO_SPIN; spin; spin--)
			;
		if (read(m, &c, 1) != 1)
			break;
		wait_awake_for(&typist->done, round);
		tcflush(s, TCIFLUSH);
		/* Nothing else happens any more that would send it. */
		for (int ms = 0; ms < SOON && !ioctl(m, TIOCINQ, &waiting) && waiting < full; ms++)
			usleep(1000);
		if (waiting != full) {
			printf("# round %d: %d bytes of %d\n", round, waiting, full);
			break;
		}
		good++;
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(m);
	close(s);
	return good == ECHO_ROUNDS;
}

static int a_new_one_works(void)
{
	int m, s, ret;

	if (open_pair(&m, &s))
		return 0;
	type(m, "line\n");
	ret = is(arrives(m, 6), "line\r\n") && is(arrives(s, 5), "line\n");
	close(m);
	close(s);
	return ret;
}

int main(int argc, char **argv)
{
	int first = argc > 1 ? atoi(argv[1]) : 0, last = argc > 1 ? first + 1 : ROUNDS;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (argc > 2)
		last = atoi(argv[2]);
	for (int round = first; round < last; round++)
		ok(round_ends(round), "round %d: everybody ends", round);
	ok(no_byte_is_lost(), "no byte is lost while output stops and starts and input is made up");
	if (on_conduit())
		ok(echo_takes_room(), "echo that waits for room takes what a reader makes");
	else
		skip("echo that found no room is sent with the next write");
	ok(a_new_one_works(), "a new pseudo-terminal works");
	return ktap_done();
}
