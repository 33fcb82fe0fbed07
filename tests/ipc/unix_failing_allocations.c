// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of each call of sockets fails once: the call says so, nothing is lost or half
 * done, and the next try goes well.
 * Spec: UNIX-001, UNIX-012, UNIX-014, UNIX-020, UNIX-024.
 */
#include "tests/ipc/unix.h"
#include "tests/fail_nth.h"

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/sendfile.h>

static int s[2], d[2], listener, file;
static struct name server, path, queue;
static char page[4096];

static void close_it(long fd, void *arg)
{
	(void)arg;
	close((int)fd);
}

static void close_both(long fds, void *arg)
{
	(void)arg;
	close((int)(fds >> 16));
	close((int)(fds & 0xffff));
}

static void drain_all(long n, void *arg)
{
	(void)n;
	(void)arg;
	drain(s[1]);
	drain(d[1]);
}

/* ---- sockets ---- */

static long do_socket(void *type)
{
	return socket(AF_UNIX, (int)(long)type, 0);
}

static long do_socketpair(void *type)
{
	int fds[2];

	if (socketpair(AF_UNIX, (int)(long)type, 0, fds))
		return -1;
	return fds[0] << 16 | fds[1];
}

static long do_bind(void *name)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), err;

	if (fd < 0)
		return -1;
	if (bind_to(fd, name)) {
		err = errno;
		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

static void unbind(long fd, void *arg)
{
	close_it(fd, arg);
	unlink(path.un.sun_path);
}

static long do_listen(void *arg)
{
	(void)arg;
	return listen(listener, 5);
}

/* ---- connections ---- */

static int clients[2];

/* A client that exists before; the connection is accepted and forgotten by undo. */
static long do_connect(void *arg)
{
	(void)arg;
	return connect_to(clients[0], &server);
}

static void forget_connection(long ret, void *arg)
{
	(void)ret;
	(void)arg;
	close(accept(listener, NULL, NULL));
	close(clients[0]);
	clients[0] = new_socket(SOCK_STREAM);
}

/* A failed accept leaves the connection to the next one. */
static long do_accept(void *arg)
{
	struct pollfd pfd = { .fd = listener, .events = POLLIN };

	(void)arg;
	if (poll(&pfd, 1, 0) != 1) {
		close(clients[1]);
		clients[1] = socket(AF_UNIX, SOCK_STREAM, 0);
		if (clients[1] < 0 || connect_to(clients[1], &server))
			return -1;
	}
	return accept4(listener, NULL, NULL, SOCK_NONBLOCK);
}

static long do_dgram_connect(void *arg)
{
	sa_family_t unspec = AF_UNSPEC;

	(void)arg;
	if (connect(d[0], (struct sockaddr *)&unspec, sizeof(unspec)))
		return -1;
	return connect_to(d[0], &queue);
}

/* ---- transfers ---- */

static long do_send(void *size)
{
	return send(s[0], block, (size_t)size, MSG_DONTWAIT);
}

static long do_send_dgram(void *size)
{
	return send(d[0], block, (size_t)size, MSG_DONTWAIT);
}

static long do_sendto(void *arg)
{
	(void)arg;
	return send_to(d[0], "x", 1, MSG_DONTWAIT, &queue);
}

static long do_send_rights(void *count)
{
	char control[CMSG_SPACE(sizeof(int) * 20)] __attribute__((aligned(8))) = { 0 };
	struct iovec vec = { "x", 1 };
	struct msghdr msg = { .msg_iov = &vec,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
	for (size_t i = 0; i < (size_t)count; i++)
		((int *)CMSG_DATA(c))[i] = i & 1 ? s[0] : file;
	return sendmsg(s[0], &msg, MSG_DONTWAIT);
}

/* Receives one descriptor; what does not come because of a failure is closed by the kernel. */
static long do_receive_rights(void *arg)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))), c;
	struct iovec vec = { &c, 1 };
	struct msghdr msg = { .msg_iov = &vec,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int fd;

	(void)arg;
	if (unread(s[1]) == 0 && do_send_rights((void *)1) != 1)
		return -1;
	if (recvmsg(s[1], &msg, MSG_DONTWAIT) != 1)
		return -1;
	if (msg.msg_controllen == 0)
		return 1 << 16;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static void close_received(long fd, void *arg)
{
	(void)arg;
	if (fd < 1 << 16)
		close((int)fd);
}

static long do_receive(void *size)
{
	drain(s[1]);
	if (send(s[0], block, (size_t)size, MSG_DONTWAIT) != (long)size)
		return -1;
	return recv(s[1], page, sizeof(page), MSG_DONTWAIT);
}

static long do_peek_rights(void *arg)
{
	char control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(8))), c;
	struct iovec vec = { &c, 1 };
	struct msghdr msg = { .msg_iov = &vec,
			      .msg_iovlen = 1,
			      .msg_control = control,
			      .msg_controllen = sizeof(control) };
	int fd;

	(void)arg;
	if (recvmsg(s[1], &msg, MSG_DONTWAIT | MSG_PEEK) != 1)
		return -1;
	if (msg.msg_controllen == 0)
		return 1 << 16;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

static long do_splice(void *arg)
{
	int p[2], err;
	long n;

	(void)arg;
	if (pipe2(p, O_NONBLOCK))
		return -1;
	if (write(p[WR], page, sizeof(page)) < 0) {
		close_pipe(p);
		errno = ENOMEM;
		return -1;
	}
	n = splice(p[RD], NULL, s[0], NULL, sizeof(page), SPLICE_F_NONBLOCK);
	err = errno;
	close_pipe(p);
	errno = err;
	return n;
}

static long do_sendfile(void *arg)
{
	off_t at = 0;

	(void)arg;
	return sendfile(s[0], file, &at, sizeof(page));
}

static long do_epoll(void *arg)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int ep = epoll_create1(0), err;

	(void)arg;
	if (ep < 0)
		return -1;
	if (epoll_ctl(ep, EPOLL_CTL_ADD, s[0], &event)) {
		err = errno;
		close(ep);
		errno = err;
		return -1;
	}
	return ep;
}

static void walk(const char *name, fail_nth_call call, fail_nth_undo undo, void *arg)
{
	fail_nth_walk(name, call, undo, arg, ENOMEM, ENOBUFS, ENFILE, 0);
}

static void walk_sockets(void)
{
	static const struct {
		const char *name, *pair;
		long type;
	} types[] = {
		{ "UNIX-001: socket, stream", "UNIX-001: socketpair, stream", SOCK_STREAM },
		{ "UNIX-001: socket, datagram", "UNIX-001: socketpair, datagram", SOCK_DGRAM },
		{ "UNIX-001: socket, seqpacket", "UNIX-001: socketpair, seqpacket",
		  SOCK_SEQPACKET },
	};
	struct name none = { .un.sun_family = AF_UNIX, .len = NAME_AT };
	struct name abstract = own_name("failing");

	for (int i = 0; i < 3; i++) {
		walk(types[i].name, do_socket, close_it, (void *)types[i].type);
		walk(types[i].pair, do_socketpair, close_both, (void *)types[i].type);
	}
	walk("UNIX-012: bind to a path", do_bind, unbind, &path);
	walk("UNIX-019: bind to an abstract name", do_bind, close_it, &abstract);
	walk("UNIX-020: autobind", do_bind, close_it, &none);
	walk("UNIX-016: listen", do_listen, NULL, NULL);
}

static void walk_transfers(void)
{
	walk("UNIX-003: send a byte", do_send, drain_all, (void *)1);
	walk("UNIX-003: send 4096 bytes", do_send, drain_all, (void *)4096);
	walk("UNIX-003: send 100000 bytes", do_send, drain_all, (void *)100000);
	walk("UNIX-009: send a datagram", do_send_dgram, drain_all, (void *)1);
	walk("UNIX-009: send one of 4096 bytes", do_send_dgram, drain_all, (void *)4096);
	walk("UNIX-009: send one of 100000 bytes", do_send_dgram, drain_all, (void *)100000);
	walk("UNIX-021: sendto", do_sendto, drain_all, NULL);
	walk("UNIX-003: receive", do_receive, drain_all, (void *)4096);
	walk("UNIX-024: send a descriptor", do_send_rights, drain_all, (void *)1);
	walk("UNIX-024: send 20 descriptors", do_send_rights, drain_all, (void *)20);
	walk("UNIX-024: receive a descriptor", do_receive_rights, close_received, NULL);
	drain_all(0, NULL);
	do_send_rights((void *)1);
	walk("UNIX-029: peek at a descriptor", do_peek_rights, close_received, NULL);
	drain_all(0, NULL);
	walk("UNIX-003: splice from a pipe", do_splice, drain_all, NULL);
	walk("UNIX-003: sendfile", do_sendfile, drain_all, NULL);
	walk("UNIX-007: epoll_ctl", do_epoll, close_it, NULL);
}

int main(void)
{
	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	server = own_name("server");
	queue = own_name("queue");
	path = path_name("/tmp/unix-failing");
	file = memfd_create("failing", 0);
	write(file, page, sizeof(page));
	make_pair(s, SOCK_STREAM);
	d[0] = new_socket(SOCK_DGRAM);
	d[1] = bound_socket(SOCK_DGRAM, &queue);
	connect_to(d[0], &queue);
	listener = make_listener(SOCK_STREAM, &server, 5);
	clients[0] = new_socket(SOCK_STREAM);
	clients[1] = new_socket(SOCK_STREAM);
	walk_sockets();
	walk("UNIX-014: connect", do_connect, forget_connection, NULL);
	walk("UNIX-014: accept", do_accept, close_it, NULL);
	walk("UNIX-022: connect of datagrams", do_dgram_connect, NULL, NULL);
	walk_transfers();
	return ktap_done();
}
