// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes and threads that pass pipe ends and sockets over sockets at random: every descriptor
 * number is fair game for everybody. At the end all of them are gone, and nothing may be left: each
 * pipe gives EOF, and /proc/net/unix is as long as it was.
 * Spec: UNIX-024, UNIX-029, UNIX-031, UNIX-032.
 */
#include "tests/ipc/unix_garbage.h"

#include <pthread.h>

#define PROBES  16
#define WORKERS 5
#define THREADS 2
#define STEPS   1000
#define FIRST   8 /* descriptors FIRST to LAST are played with */
#define LAST    60

struct player {
	unsigned int seed;
	struct name names[4];
};

static unsigned int pick(struct player *p, unsigned int n)
{
	p->seed = p->seed * 1103515245 + 12345;
	return (p->seed >> 16) % n;
}

static int any(struct player *p)
{
	return FIRST + (int)pick(p, LAST - FIRST);
}

/* Into a number of our range, unless it is one already. */
static void keep(struct player *p, int fd)
{
	if (fd >= 0 && (fd < FIRST || fd >= LAST)) {
		dup2(fd, any(p));
		close(fd);
	}
}

static void play_pair(struct player *p)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	int s[2];

	if (!socketpair(AF_UNIX, types[pick(p, 3)] | SOCK_NONBLOCK, 0, s)) {
		keep(p, s[0]);
		keep(p, s[1]);
	}
}

static void play_named(struct player *p)
{
	const struct name *name = &p->names[pick(p, 4)];
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return;
	if (pick(p, 3) || (!bind_to(fd, name) && listen(fd, 3)))
		connect_to(fd, name);
	keep(p, fd);
}

static void play_send(struct player *p)
{
	int fds[6], n = (int)pick(p, 6), sock = any(p);

	for (int i = 0; i < n; i++)
		fds[i] = any(p);
	if (!pick(p, 4) && n)
		fds[0] = sock;
	if (send_fds_flags(sock, "data", pick(p, 5), fds, n, MSG_DONTWAIT) >= 0 && pick(p, 2)) {
		for (int i = 0; i < n; i++)
			close(fds[i]);
	}
}

static void play_receive(struct player *p)
{
	static const int flags[] = { 0, 0, 0, MSG_PEEK, MSG_CMSG_CLOEXEC };
	struct parcel got;
	char c;

	if (!pick(p, 8)) {
		recv(any(p), &c, 1, MSG_DONTWAIT);
		return;
	}
	got = receive_room(any(p), 1 + pick(p, 8), flags[pick(p, 5)],
			   pick(p, 3) ? 4096 : 24 + pick(p, 8));
	if (got.n < 0)
		return;
	for (int i = 0; i < got.nfds; i++)
		keep(p, got.fds[i]);
	if (got.pidfd >= 0)
		close(got.pidfd);
}

static void play(struct player *p)
{
	int fd;

	switch (pick(p, 20)) {
	case 0:
	case 1:
		play_pair(p);
		break;
	case 2:
		play_named(p);
		break;
	case 3:
		keep(p, accept4(any(p), NULL, NULL, SOCK_NONBLOCK));
		break;
	case 4:
	case 5:
		close(any(p));
		break;
	case 6:
		dup2(any(p), any(p));
		break;
	case 7:
		shutdown(any(p), (int)pick(p, 3));
		break;
	case 8:
		fd = any(p);
		set_option(fd, pick(p, 2) ? SO_PASSCRED : SO_PASSPIDFD, (int)pick(p, 2));
		break;
	case 9:
	case 10:
	case 11:
	case 12:
	case 13:
		play_receive(p);
		break;
	default:
		play_send(p);
	}
}

static void *run_player(void *arg)
{
	struct player *p = arg;

	for (int i = 0; i < STEPS; i++)
		play(p);
	return NULL;
}

/* probes: their write ends are in our range already. */
static void work(unsigned int seed, const struct name *names, int probes[PROBES][2])
{
	struct player players[THREADS];
	pthread_t threads[THREADS];

	for (int i = 0; i < PROBES; i++)
		close(probes[i][RD]);
	limit_files(LAST + 4);
	for (int i = 0; i < THREADS; i++) {
		players[i].seed = seed * THREADS + i;
		memcpy(players[i].names, names, sizeof(players[i].names));
		if (pthread_create(&threads[i], NULL, run_player, &players[i]))
			_exit(1);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

static int sockets(void)
{
	static char text[1 << 20];
	int fd = open("/proc/net/unix", O_RDONLY), n = 0, lines = 0;
	ssize_t got;

	while (fd >= 0 && (got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (int)got;
	if (fd >= 0)
		close(fd);
	for (int i = 0; i < n; i++)
		lines += text[i] == '\n';
	return lines;
}

/* Garbage that Linux never collects may come about by chance. Asked only when something was left. */
static int is_excused(void)
{
	if (on_conduit() || !leaves_branches())
		return 0;
	skip("UNIX-032: this kernel does not collect a ring with a branch");
	return 1;
}

static void one_round(unsigned int seed)
{
	int probes[PROBES][2], mesh[WORKERS][2], before = sockets(), fine = 1, left = PROBES;
	struct name names[4];
	pid_t pids[WORKERS];
	double until;

	for (int i = 0; i < 4; i++) {
		char word[16];

		snprintf(word, sizeof(word), "random%d", i);
		names[i] = own_name(word);
	}
	for (int i = 0; i < PROBES; i++) {
		int p[2];

		/* The write end in the range, the read end above it. */
		make_pipe(p, O_NONBLOCK);
		probes[i][RD] = fcntl(p[RD], F_DUPFD, LAST + 10);
		probes[i][WR] = fcntl(p[WR], F_DUPFD, FIRST + 2);
		close_pipe(p);
	}
	for (int i = 0; i < WORKERS; i++) {
		make_pair(mesh[i], SOCK_DGRAM | SOCK_NONBLOCK);
		for (int k = 0; k < 2; k++) {
			int fd = fcntl(mesh[i][k], F_DUPFD, FIRST + 2);

			close(mesh[i][k]);
			mesh[i][k] = fd;
		}
	}
	for (int i = 0; i < WORKERS; i++) {
		pids[i] = start_process();
		if (!pids[i])
			work(seed * WORKERS + i, names, probes);
	}
	for (int i = 0; i < WORKERS; i++)
		close_pair(mesh[i]);
	for (int i = 0; i < PROBES; i++)
		close(probes[i][WR]);
	for (int i = 0; i < WORKERS; i++) {
		int status = status_of(pids[i]);

		if (status)
			dprintf(1, "# worker %d ended with %d\n", i, status);
		fine &= status == 0;
	}
	ok(fine, "UNIX-024: descriptors were passed at random (seed %u)", seed);
	until = now_ms() + 30000;
	while (left && now_ms() < until) {
		left = 0;
		collect();
		for (int i = 0; i < PROBES; i++)
			left += !probe_ended(probes[i]);
		if (left)
			usleep(1000);
	}
	if (!left || !is_excused())
		ok(!left,
		   "UNIX-032: of %d pipes all give EOF when the processes are gone (%d do not)",
		   PROBES, left);
	while (sockets() > before && now_ms() < until) {
		collect();
		usleep(1000);
	}
	if (sockets() <= before || !is_excused())
		ok(sockets() <= before, "UNIX-032: and no socket is left");
	for (int i = 0; i < PROBES; i++)
		close(probes[i][RD]);
}

int main(int argc, char **argv)
{
	unsigned int seed = argc > 1 ? (unsigned int)atoi(argv[1]) : 1;

	for (unsigned int i = 0; i < 3; i++)
		one_round(seed + i);
	return ktap_done();
}
