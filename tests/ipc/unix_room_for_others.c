// SPDX-License-Identifier: GPL-2.0-only
/*
 * A datagram socket sends to two receivers of which one never reads: who sleeps for room in the send
 * buffer goes on as soon as there is some, and does not wait for the one that sleeps for ever.
 * Linux wakes it only when a quarter is left in use, so it may wait there.
 * Spec: UNIX-008, UNIX-023.
 */
#include "tests/ipc/unix.h"

#define SIZE 12000

int main(void)
{
	struct name lazy_name = own_name("lazy"), busy_name = own_name("busy");
	int lazy, busy, sender, sent = 0, left;
	char text[SIZE];
	pid_t pid;

	if (access("/proc/self/fail-nth", F_OK)) /* as Linux is built for use */
		return ktap_skip_all("Linux waits here");
	lazy = bound_socket(SOCK_DGRAM, &lazy_name);
	busy = bound_socket(SOCK_DGRAM, &busy_name);
	sender = new_socket(SOCK_DGRAM);
	while (send_to(sender, text, SIZE, MSG_DONTWAIT, &lazy_name) == SIZE)
		sent++;
	ok(sent == 11, "UNIX-023: eleven messages for who never reads");
	for (left = 0; send_to(sender, text, SIZE, MSG_DONTWAIT, &busy_name) == SIZE;)
		left++;
	ok(left > 0 && left < 11, "UNIX-008: the send buffer is full before the second queue");
	pid = start_process();
	if (!pid)
		_exit(send_to(sender, text, SIZE, 0, &busy_name) != SIZE);
	reaches_state(pid, 'S');
	ok(recv(busy, text, SIZE, 0) == SIZE && status_of(pid) == 0,
	   "UNIX-008: a sleeping sender goes on when one message was read");
	close(lazy);
	close(busy);
	close(sender);
	return ktap_done();
}
