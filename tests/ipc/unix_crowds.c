// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many processes on one socket: records of many writers stay whole and in order per writer, many
 * readers share what comes without loss, many clients are each accepted once, threads receive
 * through descriptors that others duplicate and close.
 * Arguments: seed, processes. Spec: UNIX-003, UNIX-009, UNIX-014, UNIX-016, UNIX-023.
 */
#include "tests/ipc/unix.h"

#include <pthread.h>
#include <sys/mman.h>

#define RECORDS 20
#define LARGEST 3000 /* bytes that one send of a stream keeps together */
#define MOST    64
#define EACH    15 /* datagrams of one sender: more than the queue takes */

struct record {
	unsigned short size, writer, number;
	unsigned char fill[];
};

static unsigned long seed;
static int crowd = 8;

static unsigned int rnd(unsigned int below)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned int)((seed >> 33) % below);
}

static unsigned char fill_of(const struct record *r)
{
	return (unsigned char)(r->writer * 31 + r->number * 7 + r->size);
}

static int write_records(int fd, int id)
{
	static char buf[LARGEST] __attribute__((aligned(8)));
	struct record *r = (struct record *)buf;

	seed += id * 7919;
	for (int i = 0; i < RECORDS; i++) {
		r->size = (unsigned short)(sizeof(*r) + rnd(LARGEST - sizeof(*r) + 1));
		r->writer = (unsigned short)id;
		r->number = (unsigned short)i;
		memset(r->fill, fill_of(r), r->size - sizeof(*r));
		if (send(fd, r, r->size, 0) != r->size)
			return 1;
	}
	return 0;
}

static int whole(const struct record *r, unsigned short *next)
{
	if (r->writer >= crowd || r->number != next[r->writer]++)
		return 0;
	for (size_t i = 0; i < r->size - sizeof(*r); i++)
		if (r->fill[i] != fill_of(r))
			return 0;
	return 1;
}

/* The next record: of a stream in two reads. Its size, or 0 at the end. */
static size_t next_record(int fd, int type, struct record *r)
{
	ssize_t n;

	if (type != SOCK_STREAM) {
		n = recv(fd, r, LARGEST, 0);
		return n < 0 ? 0 : n;
	}
	if (recv(fd, r, sizeof(*r), MSG_WAITALL) != sizeof(*r) || r->size > LARGEST)
		return 0;
	if (r->size == sizeof(*r))
		return r->size;
	n = recv(fd, r->fill, r->size - sizeof(*r), MSG_WAITALL);
	return n + sizeof(*r) == r->size ? r->size : 0;
}

static void test_writers(int type, const char *what)
{
	static char buf[LARGEST] __attribute__((aligned(8)));
	struct record *r = (struct record *)buf;
	unsigned short next[MOST] = { 0 };
	int s[2], good = 1, count = 0;
	pid_t pids[MOST];

	make_pair(s, type);
	for (int i = 0; i < crowd; i++) {
		pids[i] = start_process();
		if (!pids[i]) {
			close(s[1]);
			_exit(write_records(s[0], i));
		}
	}
	while (count < crowd * RECORDS && good) {
		good = next_record(s[1], type, r) == r->size && whole(r, next);
		count++;
	}
	for (int i = 0; i < crowd; i++)
		good &= status_of(pids[i]) == 0;
	ok(good && nothing_yet(s[1]), "UNIX-003 UNIX-009: %s: records of %d writers stay whole: %d",
	   what, crowd, count);
	close_pair(s);
}

/* Numbered packets, read by whoever comes; each packet once. */
static void test_readers(int type, const char *what)
{
	unsigned char *seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
				   -1, 0);
	int s[2], good = 1, all = crowd * RECORDS;
	unsigned short number;
	pid_t pids[MOST];

	make_pair(s, type);
	for (int i = 0; i < crowd; i++) {
		pids[i] = start_process();
		if (!pids[i]) {
			close(s[0]);
			while (recv(s[1], &number, sizeof(number), 0) == sizeof(number) &&
			       number < 4096)
				__atomic_add_fetch(&seen[number], 1, __ATOMIC_RELAXED);
			_exit(0);
		}
	}
	for (number = 0; number < all; number++)
		good &= send(s[0], &number, sizeof(number), 0) == sizeof(number);
	number = 4096;
	for (int i = 0; i < crowd; i++)
		good &= send(s[0], &number, sizeof(number), 0) == sizeof(number);
	for (int i = 0; i < crowd; i++)
		good &= status_of(pids[i]) == 0;
	for (int i = 0; i < all; i++)
		good &= seen[i] == 1;
	ok(good, "UNIX-003 UNIX-009: %s: %d readers: each of %d packets comes once", what, crowd,
	   all);
	munmap(seen, 4096);
	close_pair(s);
}

static int accept_some(int listener)
{
	unsigned char c;
	int count = 0;

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		if (fd < 0)
			return errno == EINVAL ? count : 200;
		if (recv(fd, &c, 1, 0) != 1)
			return 201;
		c++;
		if (send(fd, &c, 1, MSG_NOSIGNAL) != 1)
			return 202;
		close(fd);
		count++;
	}
}

static int connect_some(const struct name *name, int times)
{
	for (int i = 0; i < times; i++) {
		unsigned char sent = (unsigned char)rnd(256), c = 0;
		int fd = new_socket(SOCK_STREAM);

		if (connect_to(fd, name) || send(fd, &sent, 1, 0) != 1 || recv(fd, &c, 1, 0) != 1 ||
		    c != (unsigned char)(sent + 1) || recv(fd, &c, 1, 0) != 0)
			return 1;
		close(fd);
	}
	return 0;
}

/* A small backlog: clients wait for one another. */
static void test_clients(void)
{
	struct name name = own_name("crowd");
	int listener = make_listener(SOCK_STREAM, &name, 1), served = 0, good = 1;
	pid_t servers[3], clients[MOST];

	for (int i = 0; i < 3; i++) {
		servers[i] = start_process();
		if (!servers[i])
			_exit(accept_some(listener));
	}
	for (int i = 0; i < crowd; i++) {
		clients[i] = start_process();
		if (!clients[i])
			_exit(connect_some(&name, 8));
	}
	for (int i = 0; i < crowd; i++)
		good &= status_of(clients[i]) == 0;
	shutdown(listener, SHUT_RDWR);
	for (int i = 0; i < 3; i++)
		served += status_of(servers[i]);
	ok(good && served == crowd * 8, "UNIX-014 UNIX-016: %d clients, 3 servers: %d connections",
	   crowd, served);
	close(listener);
}

/* All send to one whose queue is short; all get through. */
static void test_full_queue(void)
{
	struct name name = own_name("queue");
	int d = bound_socket(SOCK_DGRAM, &name), good = 1;
	unsigned short next[MOST] = { 0 }, message[2];
	pid_t pids[MOST];

	for (int i = 0; i < crowd; i++) {
		pids[i] = start_process();
		if (pids[i])
			continue;
		close(d);
		d = new_socket(SOCK_DGRAM);
		if (i & 1)
			connect_to(d, &name);
		message[0] = (unsigned short)i;
		for (message[1] = 0; message[1] < EACH; message[1]++) {
			if (i & 1)
				good &= send(d, message, 4, 0) == 4;
			else
				good &= send_to(d, message, 4, 0, &name) == 4;
		}
		_exit(!good);
	}
	for (int i = 0; i < crowd * EACH && good; i++)
		good = recv(d, message, 4, 0) == 4 && message[0] < crowd &&
		       message[1] == next[message[0]]++;
	for (int i = 0; i < crowd; i++)
		good &= status_of(pids[i]) == 0;
	ok(good, "UNIX-023: %d senders wait for places: all datagrams come, in order", crowd);
	close(d);
}

/* ---- threads ---- */

static int shared[2];

static void *send_copies(void *arg)
{
	for (int i = 0; i < 50; i++) {
		int fd = dup(shared[0]);

		if (fd < 0 || send(fd, arg, 1, 0) != 1)
			return (void *)1;
		close(fd);
	}
	return NULL;
}

static void test_threads(void)
{
	pthread_t threads[4];
	int good = 1, count[4] = { 0 };
	void *ret;
	char c;

	make_pair(shared, SOCK_STREAM);
	for (int i = 0; i < 4; i++)
		good &= !pthread_create(&threads[i], NULL, send_copies, "0123" + i);
	for (int i = 0; i < 200; i++) {
		good &= recv(shared[1], &c, 1, 0) == 1 && c >= '0' && c < '4';
		count[(c - '0') & 3]++;
	}
	for (int i = 0; i < 4; i++)
		good &= !pthread_join(threads[i], &ret) && !ret && count[i] == 50;
	ok(good, "UNIX-003: threads send through copies of one descriptor");
	close_pair(shared);
}

int main(int argc, char **argv)
{
	seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	if (argc > 2)
		crowd = atoi(argv[2]) < MOST ? atoi(argv[2]) : MOST;
	test_writers(SOCK_STREAM, "stream");
	test_writers(SOCK_SEQPACKET, "seqpacket");
	test_writers(SOCK_DGRAM, "datagram");
	test_readers(SOCK_SEQPACKET, "seqpacket");
	test_readers(SOCK_DGRAM, "datagram");
	test_clients();
	test_full_queue();
	test_threads();
	return ktap_done();
}
