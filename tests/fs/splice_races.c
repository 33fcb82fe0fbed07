// SPDX-License-Identifier: GPL-2.0-only
/*
 * Races of splice, tee and vmsplice: with readers of the same pipe, with each other in both
 * directions, with a change of the size, with the end of either side, with signals. No byte may get
 * lost, be there twice or change its place; nobody may sleep for ever.
 * Spec: PIPE-020, PIPE-021, PIPE-022, PIPE-030, PIPE-040. Arguments: rounds.
 */
#include "tests/fs/races.h"
#include <pthread.h>
#include <sched.h>

#define WORDS 6000 /* of a stream: more than a pipe's 16 pages hold as words */

/* Writes 0, 1, 2, … in pieces of sizes that do not fit pages. */
static void write_stream(int fd, unsigned int words, int round)
{
	static unsigned int buf[1500];
	unsigned int at = 0;

	while (at < words) {
		unsigned int n = 1 + (at * 7 + round * 131) % 1499;

		if (n > words - at)
			n = words - at;
		for (unsigned int i = 0; i < n; i++)
			buf[i] = at + i;
		if (write(fd, buf, 4ul * n) != 4l * n)
			_exit(10);
		at += n;
	}
}

/* Reads words until the end: how many; *sum is added to, *in_order cleared unless each is larger. */
static unsigned int read_words(int fd, unsigned long *sum, int *in_order)
{
	unsigned int word, last = 0, n = 0;

	/* Four bytes never lie in two writes, and splice() below moves whole words. */
	while (read(fd, &word, 4) == 4) {
		if (n && word <= last)
			*in_order = 0;
		last = word;
		*sum += word;
		n++;
	}
	return n;
}

#define SUM(n) ((unsigned long)(n) * ((n)-1) / 2)

/* ---- two who take from one pipe ---- */

/* A reader and a splice empty one pipe: together they get everything, each in order. */
static int splice_against_read(int round)
{
	int a[2], b[2], in_order = 1;
	unsigned long sum = 0, other = 0;
	unsigned int n;
	pid_t writer, mover, reader;
	int back[2];

	make_pipe(a, 0);
	make_pipe(b, 0);
	make_pipe(back, 0);
	writer = start();
	if (!writer) {
		close(a[RD]);
		write_stream(a[WR], WORDS, round);
		_exit(0);
	}
	close(a[WR]);
	reader = start();
	if (!reader) {
		unsigned long mine[2] = { 0, 0 };

		close_pipe(b);
		dawdle(round);
		mine[0] = read_words(a[RD], &mine[1], &in_order);
		write(back[WR], mine, sizeof(mine));
		_exit(!in_order);
	}
	mover = start();
	if (!mover) {
		ssize_t got;

		close(b[RD]);
		while ((got = splice(a[RD], NULL, b[WR], NULL, 4 * (1 + round % 700), 0)) > 0)
			dawdle(round);
		_exit(got != 0);
	}
	close(a[RD]);
	close(b[WR]);
	n = read_words(b[RD], &sum, &in_order);
	{
		unsigned long theirs[2];

		if (read(back[RD], theirs, sizeof(theirs)) == sizeof(theirs)) {
			n += theirs[0];
			other = theirs[1];
		}
	}
	close(b[RD]);
	close_pipe(back);
	return !ended(writer) && !ended(mover) && !ended(reader) && in_order && n == WORDS &&
	       sum + other == SUM(WORDS);
}

/* tee into one pipe, then splice the same bytes into another: both get the stream. */
static int tee_against_writer(int round)
{
	int a[2], b[2], c[2], in_order = 1;
	unsigned long sum = 0;
	unsigned int n;
	pid_t writer, mover, reader;

	make_pipe(a, 0);
	make_pipe(b, 0);
	make_pipe(c, 0);
	writer = start();
	if (!writer) {
		close(a[RD]);
		close_pipe(b);
		close_pipe(c);
		write_stream(a[WR], WORDS, round);
		_exit(0);
	}
	close(a[WR]);
	mover = start();
	if (!mover) {
		ssize_t got;

		close(b[RD]);
		close(c[RD]);
		while ((got = tee(a[RD], b[WR], 65536, 0)) > 0)
			for (ssize_t moved; got > 0; got -= moved)
				if ((moved = splice(a[RD], NULL, c[WR], NULL, got, 0)) <= 0)
					_exit(2);
		_exit(got != 0);
	}
	close(a[RD]);
	close(b[WR]);
	close(c[WR]);
	reader = start();
	if (!reader) {
		close(b[RD]);
		dawdle(round);
		n = read_words(c[RD], &sum, &in_order);
		_exit(!(in_order && n == WORDS && sum == SUM(WORDS)));
	}
	close(c[RD]);
	n = read_words(b[RD], &sum, &in_order);
	close(b[RD]);
	return !ended(writer) && !ended(mover) && !ended(reader) && in_order && n == WORDS &&
	       sum == SUM(WORDS);
}

/* From a to b and from b to a at once: the locks of both are taken in one order. */
static int both_directions(int round)
{
	int a[2], b[2], bytes = 0;
	pid_t pid;

	make_pipe(a, O_NONBLOCK);
	make_pipe(b, O_NONBLOCK);
	write(a[WR], block, 20000);
	write(b[WR], block, 10000);
	pid = start();
	if (!pid) {
		for (int i = 0; i < 200; i++)
			splice(a[RD], NULL, b[WR], NULL, 3000, 0);
		_exit(0);
	}
	dawdle(round);
	for (int i = 0; i < 200; i++)
		if (i % 2)
			splice(b[RD], NULL, a[WR], NULL, 3000, 0);
		else
			tee(b[RD], a[WR], 0, 0);
	if (ended(pid))
		return 0;
	bytes = unread(a[RD]) + unread(b[RD]);
	close_pipe(a);
	close_pipe(b);
	return bytes == 30000;
}

/* ---- other things change meanwhile ---- */

/* The ring grows and shrinks under a reader and a writer. */
static int resize_under_transfer(int round)
{
	int a[2], in_order = 1;
	unsigned long sum = 0;
	unsigned int n;
	pid_t writer, resizer;

	make_pipe(a, 0);
	writer = start();
	if (!writer) {
		close(a[RD]);
		write_stream(a[WR], WORDS, round);
		_exit(0);
	}
	resizer = start();
	if (!resizer) {
		close(a[WR]);
		for (int i = 0; i < 60; i++) {
			int size = 4096 << ((i * 5 + round) % 7);
			int got = fcntl(a[RD], F_SETPIPE_SZ, size);

			if (got != size && errno != EBUSY)
				_exit(1);
			sched_yield();
		}
		_exit(0);
	}
	close(a[WR]);
	n = read_words(a[RD], &sum, &in_order);
	close(a[RD]);
	return !ended(writer) && !ended(resizer) && in_order && n == WORDS && sum == SUM(WORDS);
}

/* The last reader of the target goes while splice, tee or vmsplice sleep for room. */
static int reader_goes(int round)
{
	struct iovec vec = { block, 4096 };
	int in[2], out[2];
	ssize_t n;
	pid_t pid;

	make_pipe(in, 0);
	make_pipe(out, 0);
	write(in[WR], "abc", 3);
	write(out[WR], block, 65536);
	pid = start();
	if (!pid) {
		dawdle(round);
		_exit(0);
	}
	close(out[RD]);
	handled = 0;
	if (round % 3 == 0)
		n = splice(in[RD], NULL, out[WR], NULL, 3, 0);
	else if (round % 3 == 1)
		n = tee(in[RD], out[WR], 3, 0);
	else
		n = vmsplice(out[WR], &vec, 1, 0);
	if (n != -1 || errno != EPIPE || handled != 1 || unread(in[RD]) != 3)
		return 0;
	close_pipe(in);
	close(out[WR]);
	return ended(pid) == 0;
}

/* The last writer of the source goes while splice or tee sleep for data. */
static int writer_goes(int round)
{
	int in[2], out[2];
	ssize_t n;
	pid_t pid;

	make_pipe(in, 0);
	make_pipe(out, 0);
	pid = start();
	if (!pid) {
		dawdle(round);
		_exit(0);
	}
	close(in[WR]);
	n = round % 2 ? splice(in[RD], NULL, out[WR], NULL, 3, 0) : tee(in[RD], out[WR], 3, 0);
	close(in[RD]);
	close_pipe(out);
	return n == 0 && ended(pid) == 0;
}

/* A signal before or in the sleep: EINTR, and nothing has moved. */
static int signal_comes(int round)
{
	int in[2], out[2], status;
	pid_t pid;

	make_pipe(in, 0);
	make_pipe(out, 0);
	pid = start();
	if (!pid) {
		ssize_t n;

		catch (SIGUSR1, 0);
		write(out[WR], "r", 1); /* from here on the signal has a handler */
		n = round % 2 ? splice(in[RD], NULL, out[WR], NULL, 9, 0) :
				tee(in[RD], out[WR], 9, 0);
		_exit(n == -1 && errno == EINTR ? 0 : 1);
	}
	read(out[RD], block, 1);
	dawdle(round);
	kill(pid, SIGUSR1);
	/* It may have come before the call: then one more for each time that it sleeps. */
	while (waitpid(pid, &status, WNOHANG) == 0)
		if (thread_state(pid, 0) == 'S')
			kill(pid, SIGUSR1);
	close_pipe(in);
	close_pipe(out);
	return status == 0;
}

/* Killed in the middle of moving: what the reader gets is a beginning of the stream. */
static int killed(int round)
{
	int in[2], out[2], in_order = 1;
	unsigned long sum = 0;
	unsigned int n;
	pid_t writer, mover;

	make_pipe(in, 0);
	make_pipe(out, 0);
	writer = start();
	if (!writer) {
		close_pipe(out);
		close(in[RD]);
		signal(SIGPIPE, SIG_DFL);
		write_stream(in[WR], WORDS, round);
		_exit(0);
	}
	mover = start();
	if (!mover) {
		close(out[RD]);
		close(in[WR]);
		while (splice(in[RD], NULL, out[WR], NULL, 4096, 0) > 0)
			;
		_exit(0);
	}
	close_pipe(in);
	close(out[WR]);
	dawdle(round * 3);
	kill(mover, SIGKILL);
	n = read_words(out[RD], &sum, &in_order);
	close(out[RD]);
	if (ended(mover) == -1)
		return 0;
	ended(writer);
	return in_order && n <= WORDS && sum == SUM(n);
}

/* ---- somebody polls ---- */

static void *close_it(void *arg)
{
	int *fd = arg;

	dawdle(fd[1]);
	close(fd[0]);
	return NULL;
}

/* The last writer closes under poll(): POLLHUP, and the call returns. */
static int close_against_poll(int round)
{
	struct pollfd pfd = { .events = POLLIN };
	int p[2], arg[2], n;
	pthread_t thread;

	make_pipe(p, 0);
	arg[0] = p[WR];
	arg[1] = round;
	pfd.fd = p[RD];
	if (pthread_create(&thread, NULL, close_it, arg))
		return 0;
	n = poll(&pfd, 1, -1);
	pthread_join(thread, NULL);
	close(p[RD]);
	return n == 1 && pfd.revents == POLLHUP;
}

/* The polled descriptor itself is closed: the poller keeps the file, and still hears of the end. */
static int polled_is_closed(int round)
{
	struct pollfd pfd = { .events = POLLIN };
	int p[2], arg[2], n;
	pthread_t thread;
	pid_t pid;

	make_pipe(p, 0);
	pid = start();
	if (!pid) {
		dawdle(round * 7);
		_exit(write(p[WR], "x", 1) != 1);
	}
	close(p[WR]);
	arg[0] = p[RD];
	arg[1] = round;
	pfd.fd = p[RD];
	if (pthread_create(&thread, NULL, close_it, arg))
		return 0;
	n = poll(&pfd, 1, -1);
	pthread_join(thread, NULL);
	/* The child keeps a reading end, so its write works. */
	return n == 1 && (pfd.revents & (POLLIN | POLLHUP | POLLNVAL)) && ended(pid) == 0;
}

int main(int argc, char **argv)
{
	static const struct race races[] = {
		{ "PIPE-040: splice and read empty one pipe", splice_against_read },
		{ "PIPE-040: tee and splice against a writer", tee_against_writer },
		{ "PIPE-040: splice in both directions", both_directions },
		{ "PIPE-030: the size changes under a transfer", resize_under_transfer },
		{ "PIPE-020: the last reader goes under splice, tee, vmsplice", reader_goes },
		{ "PIPE-019: the last writer goes under splice, tee", writer_goes },
		{ "PIPE-022: a signal ends splice, tee", signal_comes },
		{ "PIPE-040: killed while moving", killed },
		{ "PIPE-024: the last writer closes under poll", close_against_poll },
		{ "PIPE-042: the polled descriptor is closed", polled_is_closed },
	};

	catch (SIGPIPE, 0);
	run_races(races, sizeof(races) / sizeof(races[0]), argc > 1 ? atoi(argv[1]) : 12);
	return ktap_done();
}
