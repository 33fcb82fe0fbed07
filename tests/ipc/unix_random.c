// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random transfers over streams, datagrams and packets, both ways, against a model that only knows
 * what was sent: no byte is lost, doubled or out of order, boundaries are kept, and FIONREAD, poll
 * and EAGAIN say what the model says. Then the same between processes.
 * Arguments: seed, operations. Spec: UNIX-001, UNIX-003, UNIX-007 to UNIX-009, UNIX-011.
 */
#include "tests/ipc/unix.h"

#define ROOM  (1 << 20)
#define MOST  70000 /* bytes of one transfer */
#define QUEUE 4096

/* One direction: bytes data[start, end), and for messages where each ends. */
struct way {
	unsigned char data[ROOM];
	size_t start, end;
	size_t lengths[QUEUE];
	unsigned int first, last; /* of lengths, modulo QUEUE */
};

static struct link {
	const char *name;
	int type, fds[2];
	struct way ways[2]; /* what fds[i] has sent */
} links[] = {
	{ .name = "stream", .type = SOCK_STREAM },
	{ .name = "datagram", .type = SOCK_DGRAM },
	{ .name = "seqpacket", .type = SOCK_SEQPACKET },
	{ .name = "accepted stream", .type = SOCK_STREAM },
};

#define LINKS 4

static unsigned char in[MOST + 100], out[MOST + 100];
static unsigned long seed, operation;
static const char *last;
static int bad;

static unsigned int rnd(unsigned int below)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned int)((seed >> 33) % below);
}

static size_t some_size(void)
{
	switch (rnd(5)) {
	case 0:
		return rnd(3);
	case 1:
		return rnd(100);
	case 2:
		return 4090 + rnd(12);
	case 3:
		return rnd(9000);
	default:
		return rnd(MOST);
	}
}

static int check(struct link *link, int held)
{
	if (!held && !bad++)
		printf("# seed %lu: operation %lu on a %s: %s: errno %d\n", seed, operation,
		       link->name, last, errno);
	return held;
}

/* ---- the model ---- */

static size_t queued(const struct way *way)
{
	return way->end - way->start;
}

static int is_empty(const struct link *link, const struct way *way)
{
	return link->type == SOCK_STREAM ? queued(way) == 0 : way->first == way->last;
}

static void append(struct way *way, size_t n)
{
	if (way->end + n > ROOM) {
		memmove(way->data, way->data + way->start, queued(way));
		way->end -= way->start;
		way->start = 0;
	}
	memcpy(way->data + way->end, out, n);
	way->end += n;
	way->lengths[way->last++ % QUEUE] = n;
}

static void take(struct way *way, size_t n)
{
	way->start += n;
	way->first++;
}

/* What FIONREAD should say. */
static size_t readable(const struct link *link, const struct way *way)
{
	if (link->type != SOCK_DGRAM)
		return queued(way);
	return is_empty(link, way) ? 0 : way->lengths[way->first % QUEUE];
}

/* ---- operations ---- */

static ssize_t pieces(int fd, unsigned char *buf, size_t n, int flags, int sending, int *told)
{
	struct iovec vec[5];
	struct msghdr msg = { .msg_iov = vec };
	size_t done = 0;
	ssize_t ret;

	while (msg.msg_iovlen < 4 && done < n) {
		size_t part = rnd((unsigned int)(n - done) + 1);

		vec[msg.msg_iovlen++] = (struct iovec){ buf + done, part };
		done += part;
	}
	vec[msg.msg_iovlen++] = (struct iovec){ buf + done, n - done };
	ret = sending ? sendmsg(fd, &msg, flags) : recvmsg(fd, &msg, flags);
	*told = msg.msg_flags;
	return ret;
}

static void do_send(struct link *link, int side)
{
	struct way *way = &link->ways[side];
	size_t n = some_size();
	int told;
	ssize_t ret;

	last = "send";
	if (queued(way) + n > ROOM - MOST || way->last - way->first == QUEUE)
		return;
	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)rnd(256);
	if (rnd(2))
		ret = send(link->fds[side], out, n, MSG_DONTWAIT);
	else
		ret = pieces(link->fds[side], out, n, MSG_DONTWAIT, 1, &told);
	if (ret < 0) {
		check(link, errno == EAGAIN && queued(way) + way->last - way->first > 1000);
		return;
	}
	if (link->type == SOCK_STREAM) {
		if (check(link, ret <= (ssize_t)n && (ret > 0 || n == 0)) && ret)
			append(way, ret);
	} else if (check(link, ret == (ssize_t)n)) {
		append(way, n);
	}
}

static void receive_stream(struct link *link, int side, size_t n, int peek)
{
	struct way *way = &link->ways[!side];
	size_t there = queued(way) < n ? queued(way) : n;
	int told;
	ssize_t ret;

	if (rnd(2))
		ret = recv(link->fds[side], in, n, MSG_DONTWAIT | peek);
	else
		ret = pieces(link->fds[side], in, n, MSG_DONTWAIT | peek, 0, &told);
	if (is_empty(link, way)) {
		check(link, ret == -1 && errno == EAGAIN);
		return;
	}
	check(link, ret == (ssize_t)there && !memcmp(in, way->data + way->start, there));
	if (!peek)
		way->start += there;
	way->first = way->last = 0;
}

static void receive_message(struct link *link, int side, size_t n, int peek)
{
	struct way *way = &link->ways[!side];
	int real = rnd(2) ? MSG_TRUNC : 0, told = -1;
	size_t length, there;
	ssize_t ret;

	if (rnd(2))
		ret = recv(link->fds[side], in, n, MSG_DONTWAIT | peek | real);
	else
		ret = pieces(link->fds[side], in, n, MSG_DONTWAIT | peek | real, 0, &told);
	if (is_empty(link, way)) {
		check(link, ret == -1 && errno == EAGAIN);
		return;
	}
	length = way->lengths[way->first % QUEUE];
	there = length < n ? length : n;
	check(link, ret == (ssize_t)(real ? length : there) &&
			    !memcmp(in, way->data + way->start, there));
	check(link, told == -1 || !!(told & MSG_TRUNC) == (length > n));
	if (!peek)
		take(way, length);
}

static void do_receive(struct link *link, int side)
{
	int peek = rnd(4) ? 0 : MSG_PEEK;
	size_t n = some_size();

	last = peek ? "peek" : "receive";
	if (link->type == SOCK_STREAM)
		receive_stream(link, side, n, peek);
	else
		receive_message(link, side, n, peek);
}

/* What the kernel says of the state. */
static void do_look(struct link *link, int side)
{
	struct way *way = &link->ways[!side];
	int events = poll_now(link->fds[side], POLLIN | POLLOUT | POLLRDHUP);

	last = "FIONREAD";
	check(link, unread(link->fds[side]) == (int)readable(link, way));
	last = "poll";
	check(link, !(events & ~(POLLIN | POLLOUT)) && !!(events & POLLIN) == !is_empty(link, way));
	if (is_empty(link, &link->ways[side]))
		check(link, events & POLLOUT);
	if (queued(&link->ways[side]) > 60000)
		check(link, !(events & POLLOUT));
}

static void do_drain(struct link *link, int side)
{
	while (!is_empty(link, &link->ways[!side]) && !bad)
		do_receive(link, side);
}

static void open_link(struct link *link, int by_listener)
{
	struct name name = own_name("random");
	int listener;

	if (!by_listener) {
		make_pair(link->fds, link->type);
		return;
	}
	listener = make_listener(link->type, &name, 1);
	link->fds[0] = new_socket(link->type);
	connect_to(link->fds[0], &name);
	link->fds[1] = accept(listener, NULL, NULL);
	close(listener);
}

static void test_model(unsigned long operations)
{
	unsigned long first = seed;

	for (int i = 0; i < LINKS; i++)
		open_link(&links[i], i == 3);
	for (operation = 0; operation < operations && !bad; operation++) {
		struct link *link = &links[rnd(LINKS)];
		int side = (int)rnd(2);

		switch (rnd(64)) {
		case 0:
			do_drain(link, side);
			break;
		case 1 ... 8:
			do_look(link, side);
			break;
		case 9 ... 38:
			do_send(link, side);
			break;
		default:
			do_receive(link, side);
		}
	}
	for (int i = 0; i < LINKS; i++)
		for (int side = 0; side < 2; side++)
			do_drain(&links[i], side);
	ok(!bad, "UNIX-001 UNIX-003 UNIX-009 UNIX-011: %lu operations as the model says (seed %lu)",
	   operations, first);
	for (int i = 0; i < LINKS; i++)
		close_pair(links[i].fds);
}

/* ---- between processes ---- */

static unsigned char byte_at(size_t at)
{
	return (unsigned char)(at * 13 + at / 509);
}

/* Sends all bytes in pieces of random sizes, and waits where there is no room. */
static int sender(int fd, size_t all)
{
	size_t at = 0;

	while (at < all) {
		size_t n = 1 + some_size() % 20000;
		ssize_t ret;

		if (n > all - at)
			n = all - at;
		for (size_t i = 0; i < n; i++)
			out[i] = byte_at(at + i);
		ret = send(fd, out, n, rnd(4) ? 0 : MSG_DONTWAIT);
		if (ret < 0 && errno != EAGAIN)
			return 1;
		if (ret > 0)
			at += ret;
		else if (poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1) != 1)
			return 2;
	}
	return 0;
}

static int receiver(int fd, size_t all, int type)
{
	size_t at = 0;

	while (at < all) {
		size_t n = type == SOCK_STREAM ? 1 + some_size() : sizeof(in);
		ssize_t ret;

		if (rnd(3) == 0)
			poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1);
		ret = recv(fd, in, n, 0);
		if (ret <= 0)
			return 3;
		for (ssize_t i = 0; i < ret; i++)
			if (in[i] != byte_at(at + i))
				return 4;
		at += ret;
	}
	return at != all;
}

static void test_processes(int type, const char *what, size_t all)
{
	int s[2], one, two;
	pid_t pids[2];

	make_pair(s, type);
	for (int i = 0; i < 2; i++) {
		pids[i] = start_process();
		seed += 17;
		if (!pids[i])
			_exit(i ? receiver(s[1], all, type) : sender(s[0], all));
	}
	one = status_of(pids[0]);
	two = status_of(pids[1]);
	ok(one == 0 && two == 0, "UNIX-008: %s: %zu bytes between two processes: %d %d", what, all,
	   one, two);
	close_pair(s);
}

int main(int argc, char **argv)
{
	unsigned long operations = argc > 2 ? strtoul(argv[2], NULL, 0) : 6000;

	seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	test_model(operations);
	test_processes(SOCK_STREAM, "stream", operations * 300);
	test_processes(SOCK_DGRAM, "datagram", operations * 100);
	test_processes(SOCK_SEQPACKET, "seqpacket", operations * 100);
	return ktap_done();
}
