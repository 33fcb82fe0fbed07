// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of sending and receiving descriptors and credentials fails once: an error that is
 * documented or a message without what could not be had, nothing lost, and nothing in flight.
 * Spec: UNIX-024, UNIX-029, UNIX-035, UNIX-046; DESIGN-025.
 */
#include "tests/ipc/unix_fds.h"
#include "tests/fail_nth.h"

static int pair[2];

struct sending {
	int n, headers; /* descriptors in each header */
	size_t len;     /* of the data */
	int creds, peek;
};

static long give(const struct sending *how)
{
	static int fds[MAX_FDS];
	static char data[65536];
	struct raw_ucred cred = { getpid(), 0, 0 };
	static struct control c;

	c.len = 0;
	for (int i = 0; i < how->n; i++)
		fds[i] = i % 2 ? pair[0] : 0; /* sockets among them: the collector has work */
	for (int i = 0; i < how->headers; i++)
		add_cmsg(&c, SCM_RIGHTS, fds, how->n * sizeof(int));
	if (how->creds)
		add_cmsg(&c, SCM_CREDENTIALS, &cred, sizeof(cred));
	return send_control(pair[0], data, how->len, c.bytes, c.len, MSG_DONTWAIT);
}

/* All that is queued: the messages that brought something, or -1 where the kernel had no memory. */
static long take_all(void)
{
	struct parcel got;
	long n = 0;

	while ((got = receive(pair[1], 4096, 0)).n >= 0) {
		parcel_close(&got);
		n++;
	}
	return errno == EAGAIN ? n : -1;
}

static long send_and_receive(void *arg)
{
	const struct sending *how = arg;
	struct parcel got;
	long ret = give(how);
	int error = errno;

	if (ret == -1) {
		take_all();
		errno = error;
		return -1;
	}
	if (how->peek) {
		got = receive(pair[1], 4096, MSG_PEEK);
		error = errno;
		parcel_close(&got);
		if (got.n < 0) {
			take_all();
			errno = error;
			return -1;
		}
	}
	ret = take_all();
	if (ret == -1) {
		error = errno;
		take_all();
		errno = error;
	}
	return ret;
}

static long send_and_close(void *arg)
{
	long ret;
	int error;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	ret = give(arg);
	error = errno;
	close_pair(pair);
	errno = error;
	return ret;
}

static long peer_pidfd(void *arg)
{
	int pidfd;
	socklen_t len = sizeof(pidfd);

	return getsockopt(pair[0], SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len) ? -1 : pidfd;
}

static void close_it(long fd, void *arg)
{
	close((int)fd);
}

static const struct {
	const char *name;
	struct sending how;
} cases[] = {
	{ "UNIX-024: one descriptor", { 1, 1, 1, 0, 0 } },
	{ "UNIX-024: three in two headers", { 3, 2, 100, 0, 0 } },
	{ "UNIX-024: 253 descriptors", { MAX_FDS, 1, 1, 0, 0 } },
	{ "UNIX-024: two with much data", { 2, 1, 65536, 0, 0 } },
	{ "UNIX-029: peeked descriptors", { 4, 1, 1, 0, 1 } },
	{ "UNIX-035: credentials", { 0, 0, 1, 1, 0 } },
	{ "UNIX-035: credentials and descriptors", { 2, 1, 1, 1, 1 } },
};

int main(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM };
	char name[96];

	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	for (int t = 0; t < 2; t++) {
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			make_pair(pair, types[t]);
			set_option(pair[1], SO_PASSCRED, cases[i].how.creds);
			snprintf(name, sizeof(name), "%s, %s", cases[i].name,
				 t ? "datagram" : "stream");
			fail_nth_walk(name, send_and_receive, NULL, (void *)&cases[i].how, ENOMEM,
				      ENOBUFS, 0);
			close_pair(pair);
		}
	}
	make_pair(pair, SOCK_STREAM);
	set_option(pair[1], SO_PASSPIDFD, 1);
	fail_nth_walk("UNIX-046: pidfds with messages", send_and_receive, NULL,
		      (void *)&cases[0].how, ENOMEM, ENOBUFS, 0);
	fail_nth_walk("UNIX-046: SO_PEERPIDFD", peer_pidfd, close_it, NULL, ENOMEM, 0);
	close_pair(pair);
	fail_nth_walk("UNIX-031: closed in flight", send_and_close, NULL, (void *)&cases[1].how,
		      ENOMEM, ENOBUFS, ENFILE, 0);
	return ktap_done();
}
