/* SPDX-License-Identifier: GPL-2.0-only */
/* For the tests of the collector of sockets in flight. */
#ifndef TESTS_IPC_UNIX_GARBAGE_H
#define TESTS_IPC_UNIX_GARBAGE_H

#include "tests/ipc/unix_fds.h"

/* The collection runs when some socket is closed. */
static inline void collect(void)
{
	int s[2];

	make_pair(s, SOCK_DGRAM);
	close_pair(s);
}

/*
 * A ring of three with an inner loop, and a branch of two sockets on it. Linux 6.18 never collects
 * that, nor does a late 6.1, and keeps it until the machine is rebooted. Is it so here?
 */
static inline int leaves_branches(void)
{
	int in[5], out[5], s[2], p[2], fds[2], kept = 1;

	for (int i = 0; i < 5; i++) {
		make_pair(s, SOCK_DGRAM);
		in[i] = s[1];
		out[i] = s[0];
	}
	make_probe(p);
	fds[0] = in[3];
	fds[1] = p[WR];
	send_fd(out[0], in[1]);
	send_fd(out[2], in[3]);
	send_fd(out[3], in[4]);
	send_fd(out[3], in[2]);
	send_fd(out[4], in[0]);
	send_fds(out[4], "x", 1, fds, 2);
	close(p[WR]);
	for (int i = 0; i < 5; i++)
		close(in[i]);
	for (int i = 0; i < 200 && kept; i++) {
		collect();
		kept = !probe_ended(p);
		if (kept)
			pause_ms(5);
	}
	for (int i = 0; i < 5; i++)
		close(out[i]);
	close(p[RD]);
	return kept;
}

#endif
