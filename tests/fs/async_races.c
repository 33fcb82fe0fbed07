// SPDX-License-Identifier: GPL-2.0-only
/*
 * O_ASYNC switched on and off by several threads at once, on a terminal and on a pipe: afterwards the
 * flag that F_GETFL shows says whether SIGIO comes. If the two could differ, a closed file would
 * still be told of input.
 * Spec: PIPE-039. Arguments: rounds.
 */
#include "tests/fs/races.h"
#include <pthread.h>
#include <termios.h>

static int fd_under_test, other_end;
static pthread_barrier_t barrier;

static void *switch_it(void *arg)
{
	int on = (int)(long)arg & 1, round = (int)(long)arg >> 1;

	pthread_barrier_wait(&barrier);
	dawdle(round);
	ioctl(fd_under_test, FIOASYNC, &on);
	return NULL;
}

/* Two switch it off, two on. */
static int switched(int round)
{
	pthread_t threads[4];
	int expected, off = 0;

	pthread_barrier_init(&barrier, NULL, 4);
	for (long i = 0; i < 4; i++)
		if (pthread_create(&threads[i], NULL, switch_it,
				   (void *)((i & 1) | ((round * (i + 1) % 7) << 1))))
			return 0;
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	expected = !!(fcntl(fd_under_test, F_GETFL) & O_ASYNC);
	handled = 0;
	write(other_end, "x", 1);
	read(fd_under_test, block, sizeof(block));
	pthread_barrier_destroy(&barrier);
	if (!!handled != expected)
		return 0;
	if (round % 2)
		ioctl(fd_under_test, FIOASYNC, &off);
	return 1;
}

static int open_pty(int *slave)
{
	int master = open("/dev/ptmx", O_RDWR | O_NOCTTY), unlocked = 0, number = 0;
	struct termios raw;
	char name[32];

	ioctl(master, TIOCSPTLCK, &unlocked);
	ioctl(master, TIOCGPTN, &number);
	snprintf(name, sizeof(name), "/dev/pts/%d", number);
	*slave = open(name, O_RDWR | O_NOCTTY);
	tcgetattr(*slave, &raw);
	raw.c_lflag &= ~(ICANON | ECHO | ISIG);
	raw.c_iflag = 0;
	tcsetattr(*slave, TCSANOW, &raw);
	return master;
}

int main(int argc, char **argv)
{
	static const struct race terminal = { "O_ASYNC and its flag on a terminal", switched },
				 pipe = { "PIPE-039: O_ASYNC and its flag on a pipe", switched };
	int rounds = argc > 1 ? atoi(argv[1]) : 30, p[2];

	catch (SIGIO, SA_RESTART);
	other_end = open_pty(&fd_under_test);
	fcntl(fd_under_test, F_SETOWN, getpid());
	run_races(&terminal, 1, rounds);
	close(fd_under_test);
	handled = 0;
	write(other_end, "x", 1);
	ok(handled == 0, "nothing comes after close()");
	close(other_end);

	make_pipe(p, 0);
	fd_under_test = p[RD];
	other_end = p[WR];
	fcntl(fd_under_test, F_SETOWN, getpid());
	run_races(&pipe, 1, rounds);
	close_pipe(p);
	return ktap_done();
}
