// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bad pointers, lengths, counts and flags, on each call of sockets: the right errno, nothing lost
 * that should stay, no descriptor left open; then a storm of calls with random arguments.
 * Arguments: seed, calls of the storm. Spec: UNIX-002, UNIX-003, UNIX-009, UNIX-012, UNIX-013.
 */
#include "tests/ipc/unix_fds.h"

#include <sys/mman.h>

#define KERNEL       ((void *)0xffff888000000000ul)
#define NONCANONICAL ((void *)0x8000000000000000ul)
#define LOW          ((void *)8)

static void *const bad_pointers[] = { LOW, KERNEL, NONCANONICAL };

#define BAD 3

static char *edge; /* the last byte that may be touched is edge[4095] */

static int lowest(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

/* ---- addresses ---- */

static void test_addresses(void)
{
	struct name name = own_name("hostile");
	static const int lengths[] = { -1, -2, 1 << 30, (int)0x80000000, 129, 111, 0, 1 };
	int fd = new_socket(SOCK_STREAM), d = new_socket(SOCK_DGRAM), good;

	good = 1;
	for (int i = 0; i < BAD; i++)
		good &= failed_with(syscall(SYS_bind, fd, bad_pointers[i], 20), EFAULT) &&
			failed_with(syscall(SYS_connect, fd, bad_pointers[i], 20), EFAULT) &&
			failed_with(syscall(SYS_connect, d, bad_pointers[i], 20), EFAULT) &&
			failed_with(syscall(SYS_sendto, d, "x", 1, 0, bad_pointers[i], 20), EFAULT);
	ok(good, "UNIX-012 UNIX-013: bind, connect, sendto: bad pointers: EFAULT");
	good = 1;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		good &= failed_with(syscall(SYS_bind, fd, &name.un, lengths[i]), EINVAL) &&
			failed_with(syscall(SYS_connect, fd, &name.un, lengths[i]), EINVAL) &&
			failed_with(syscall(SYS_connect, d, &name.un, lengths[i]), EINVAL) &&
			(lengths[i] == 0 ||
			 failed_with(syscall(SYS_sendto, d, "x", 1, 0, &name.un, lengths[i]),
				     EINVAL));
	ok(good, "UNIX-012 UNIX-013: bind, connect, sendto: bad lengths: EINVAL");
	ok(failed_with(syscall(SYS_bind, fd, LOW, -1), EINVAL) &&
		   failed_with(syscall(SYS_bind, fd, LOW, 200), EINVAL) &&
		   failed_with(syscall(SYS_connect, fd, LOW, 0), EINVAL),
	   "UNIX-012: the length is looked at first");
	ok(failed_with(syscall(SYS_sendto, d, "x", 1, 0, &name.un, 0), ENOTCONN),
	   "UNIX-021: sendto with an address of length 0 has none: ENOTCONN");
	memcpy(edge + 4096 - name.len, &name.un, name.len);
	ok(syscall(SYS_bind, d, edge + 4096 - name.len, name.len) == 0,
	   "UNIX-012: not a byte more is read than the length says");
	ok(failed_with(syscall(SYS_bind, fd, edge + 4096 - name.len, name.len + 1), EFAULT),
	   "UNIX-012: nor one less");
	close(fd);
	close(d);
}

static void test_names_back(void)
{
	struct name name = own_name("hostile");
	int l = make_listener(SOCK_STREAM, &name, 20), s[2], c, good = 1, before;
	socklen_t len;

	make_pair(s, SOCK_STREAM);
	for (int i = 0; i < BAD; i++) {
		len = 20;
		good &= failed_with(syscall(SYS_getsockname, l, bad_pointers[i], &len), EFAULT) &&
			failed_with(syscall(SYS_getpeername, s[0], bad_pointers[i], &len),
				    EFAULT) &&
			failed_with(syscall(SYS_getsockname, l, block, bad_pointers[i]), EFAULT) &&
			failed_with(syscall(SYS_getpeername, s[0], block, bad_pointers[i]), EFAULT);
	}
	ok(good, "UNIX-015: getsockname and getpeername: bad pointers: EFAULT");
	len = -1;
	ok(failed_with(syscall(SYS_getsockname, l, block, &len), EINVAL) &&
		   failed_with(syscall(SYS_getpeername, s[0], block, &len), EINVAL),
	   "UNIX-015: negative lengths: EINVAL");
	len = 0;
	ok(syscall(SYS_getsockname, l, LOW, &len) == 0 && len == name.len,
	   "UNIX-015: length 0: only the length is told");
	before = lowest();
	good = 1;
	for (int i = 0; i < BAD; i++) {
		c = new_socket(SOCK_STREAM);
		connect_to(c, &name);
		len = 20;
		good &= failed_with(syscall(SYS_accept, l, bad_pointers[i], &len), EFAULT);
		close(c);
		c = new_socket(SOCK_STREAM);
		connect_to(c, &name);
		good &= failed_with(syscall(SYS_accept, l, block, bad_pointers[i]), EFAULT);
		close(c);
	}
	c = new_socket(SOCK_STREAM);
	connect_to(c, &name);
	len = -1;
	good &= failed_with(syscall(SYS_accept, l, block, &len), EINVAL);
	close(c);
	ok(good && lowest() == before, "UNIX-014: accept: EFAULT, EINVAL; no descriptor is left");
	set_flags(l, O_NONBLOCK, 0);
	ok(failed_with(accept(l, NULL, NULL), EAGAIN), "UNIX-014: the connections are gone");
	close_pair(s);
	close(l);
}

/* ---- data ---- */

static void test_send(int type)
{
	int s[2], good = 1;

	make_pair(s, type);
	for (int i = 0; i < BAD; i++)
		good &= failed_with(syscall(SYS_sendto, s[0], bad_pointers[i], 10, 0, NULL, 0),
				    EFAULT) &&
			failed_with(syscall(SYS_write, s[0], bad_pointers[i], 10), EFAULT);
	ok(good && nothing_yet(s[1]), "UNIX-003: type %d: send from a bad pointer: EFAULT", type);
	ok(failed_with(send(s[0], edge + 4090, 7, 0), EFAULT) &&
		   failed_with(send(s[0], edge, 8192, 0), EFAULT) && nothing_yet(s[1]),
	   "UNIX-003: type %d: half a message is none: EFAULT", type);
	memcpy(edge + 4090, "inside", 6);
	ok(send(s[0], edge + 4090, 6, 0) == 6 && gives(s[1], "inside"),
	   "UNIX-003: type %d: up to the last byte", type);
	ok(syscall(SYS_sendto, s[0], LOW, 0, 0, NULL, 0) == 0,
	   "UNIX-003: type %d: nothing from nowhere", type);
	close_pair(s);
}

static void test_receive(int type)
{
	int s[2], good = 1;

	make_pair(s, type);
	for (int i = 0; i < BAD; i++) {
		write(s[0], "keep", 4);
		good &= failed_with(
			syscall(SYS_recvfrom, s[1], bad_pointers[i], 10, MSG_DONTWAIT, NULL, NULL),
			EFAULT);
		/* A stream keeps its bytes; a datagram has been taken if the address looked good. */
		good &= type == SOCK_STREAM || i ? gives(s[1], "keep") : nothing_yet(s[1]);
	}
	ok(good, "UNIX-003: type %d: receive to a bad pointer: EFAULT, a stream loses nothing",
	   type);
	write(s[0], "0123456789", 10);
	ok(failed_with(recv(s[1], edge + 4090, 10, 0), EFAULT) &&
		   (type == SOCK_STREAM ? gives(s[1], "0123456789") : nothing_yet(s[1])),
	   "UNIX-003: type %d: also to one that is half good", type);
	write(s[0], "inside", 6);
	ok(recv(s[1], edge + 4090, 10, 0) == 6 && !memcmp(edge + 4090, "inside", 6),
	   "UNIX-003: type %d: what is not needed is not touched", type);
	for (int i = 0; i < BAD; i++)
		good &= failed_with(
			syscall(SYS_recvfrom, s[1], bad_pointers[i], 10, MSG_DONTWAIT, NULL, NULL),
			i == 0 ? EAGAIN : EFAULT);
	ok(good, "UNIX-003: type %d: without data: EAGAIN, but EFAULT outside of user space", type);
	close_pair(s);
}

static void test_receive_name(void)
{
	struct name name = own_name("sender");
	int s[2], good = 1;
	socklen_t len;

	make_pair(s, SOCK_DGRAM);
	bind_to(s[0], &name);
	for (int i = 0; i < BAD; i++) {
		write(s[0], "x", 1);
		len = 20;
		good &= failed_with(
			syscall(SYS_recvfrom, s[1], block, 10, 0, bad_pointers[i], &len), EFAULT);
		write(s[0], "x", 1);
		good &= failed_with(
			syscall(SYS_recvfrom, s[1], block, 10, 0, &name, bad_pointers[i]), EFAULT);
	}
	ok(good && nothing_yet(s[1]), "UNIX-021: recvfrom: bad pointers for the name: EFAULT");
	write(s[0], "x", 1);
	len = -1;
	ok(failed_with(syscall(SYS_recvfrom, s[1], block, 10, 0, &name, &len), EINVAL),
	   "UNIX-021: a negative length: EINVAL");
	write(s[0], "x", 1);
	ok(syscall(SYS_recvfrom, s[1], block, 10, 0, NULL, LOW) == 1,
	   "UNIX-021: without a name its length is not looked at");
	close_pair(s);
}

/* ---- message headers ---- */

static long send_header(int fd, const struct raw_msghdr *msg, unsigned int flags)
{
	return syscall(SYS_sendmsg, fd, msg, flags);
}

static void test_headers(int type)
{
	static struct iovec many[1025];
	struct iovec vec = { "x", 1 };
	struct raw_msghdr good = { .iov = &vec, .iovlen = 1 }, msg;
	int s[2], held = 1;

	make_pair(s, type);
	for (int i = 0; i < BAD; i++) {
		held &= failed_with(send_header(s[0], bad_pointers[i], 0), EFAULT) &&
			failed_with(syscall(SYS_recvmsg, s[1], bad_pointers[i], MSG_DONTWAIT),
				    EFAULT);
		msg = good;
		msg.iov = bad_pointers[i];
		held &= failed_with(send_header(s[0], &msg, 0), EFAULT) &&
			failed_with(syscall(SYS_recvmsg, s[1], &msg, MSG_DONTWAIT), EFAULT);
		msg = good;
		msg.name = bad_pointers[i];
		msg.namelen = 20;
		held &= failed_with(send_header(s[0], &msg, 0), EFAULT);
		msg = good;
		msg.control = bad_pointers[i];
		msg.controllen = 24;
		held &= failed_with(send_header(s[0], &msg, 0), EFAULT);
	}
	ok(held && nothing_yet(s[1]), "type %d: sendmsg, recvmsg: bad pointers: EFAULT", type);

	msg = good;
	msg.iov = many;
	for (int i = 0; i < 1025; i++)
		many[i] = (struct iovec){ "y", i == 7 };
	msg.iovlen = 1024;
	ok(send_header(s[0], &msg, 0) == 1 && gives(s[1], "y"), "type %d: 1024 vectors", type);
	msg.iovlen = 1025;
	held = failed_with(send_header(s[0], &msg, 0), EMSGSIZE) &&
	       failed_with(syscall(SYS_recvmsg, s[1], &msg, MSG_DONTWAIT), EMSGSIZE);
	msg.iovlen = -1;
	held &= failed_with(send_header(s[0], &msg, 0), EMSGSIZE);
	ok(held, "type %d: 1025 vectors, -1 vectors: EMSGSIZE", type);
	ok(failed_with(writev(s[0], many, 1025), EINVAL), "type %d: writev: EINVAL", type);
	vec.iov_len = -1;
	ok(failed_with(send_header(s[0], &good, 0), EINVAL) &&
		   failed_with(syscall(SYS_recvmsg, s[1], &good, MSG_DONTWAIT), EINVAL),
	   "type %d: a vector of length -1: EINVAL", type);
	vec.iov_len = 1;
	msg = good;
	msg.name = block;
	msg.namelen = -1;
	ok(failed_with(send_header(s[0], &msg, 0), EINVAL) &&
		   failed_with(syscall(SYS_recvmsg, s[1], &msg, MSG_DONTWAIT), EINVAL),
	   "type %d: a name of length -1: EINVAL", type);
	msg = good;
	msg.namelen = -1;
	ok(send_header(s[0], &msg, 0) == 1 && gives(s[1], "x"), "type %d: no name, length -1: none",
	   type);
	ok(failed_with(send_header(s[0], &good, 0x80000000), EINVAL) &&
		   failed_with(syscall(SYS_recvmsg, s[1], &good, 0x80000000 | MSG_DONTWAIT),
			       EINVAL),
	   "type %d: the flag of 32-bit programs: EINVAL", type);
	close_pair(s);
}

static void test_control(int type)
{
	static char large[1 << 20];
	struct iovec vec = { "x", 1 };
	struct raw_msghdr msg = { .iov = &vec, .iovlen = 1 };
	struct raw_cmsg *c = (struct raw_cmsg *)large;
	int s[2], held;

	make_pair(s, type);
	msg.control = large;
	msg.controllen = (size_t)1 << 31;
	held = failed_with(send_header(s[0], &msg, 0), ENOBUFS);
	msg.controllen = -1;
	held &= failed_with(send_header(s[0], &msg, 0), ENOBUFS);
	msg.controllen = sizeof(large);
	held &= failed_with(send_header(s[0], &msg, 0), ENOBUFS);
	ok(held, "type %d: control data of 1 MiB, 2 GiB, -1: ENOBUFS", type);
	msg.controllen = sizeof(*c) - 1;
	ok(send_header(s[0], &msg, 0) == 1 && gives(s[1], "x"), "type %d: less than a header: none",
	   type);
	msg.controllen = sizeof(*c);
	c->level = SOL_SOCKET;
	c->type = 99;
	c->len = sizeof(*c);
	ok(failed_with(send_header(s[0], &msg, 0), EINVAL), "type %d: an unknown kind: EINVAL",
	   type);
	c->level = 99;
	ok(send_header(s[0], &msg, 0) == 1 && gives(s[1], "x"),
	   "type %d: another level is nobody's business", type);
	c->level = SOL_SOCKET;
	c->type = SCM_RIGHTS;
	held = 1;
	for (size_t len = 0; len < sizeof(*c); len++) {
		c->len = len;
		held &= failed_with(send_header(s[0], &msg, 0), EINVAL);
	}
	c->len = sizeof(*c) + 1;
	held &= failed_with(send_header(s[0], &msg, 0), EINVAL);
	c->len = -1;
	held &= failed_with(send_header(s[0], &msg, 0), EINVAL);
	ok(held && nothing_yet(s[1]), "type %d: headers with impossible lengths: EINVAL", type);
	close_pair(s);
}

static void test_ioctl(void)
{
	int s[2], good = 1;

	make_pair(s, SOCK_STREAM);
	for (int i = 0; i < BAD; i++)
		good &= failed_with(ioctl(s[0], FIONREAD, bad_pointers[i]), EFAULT) &&
			failed_with(ioctl(s[0], FIONBIO, bad_pointers[i]), EFAULT);
	ok(good, "UNIX-003: ioctl: bad pointers: EFAULT");
	close_pair(s);
}

/* ---- a storm ---- */

static unsigned long seed;

static unsigned int rnd(unsigned int below)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned int)((seed >> 33) % below);
}

#define STORM_SOCKETS 12

static int storm[STORM_SOCKETS];
static long memory[512];

/* A number as a careless or ill-meaning caller passes it. */
static long argument(void)
{
	static const long odd[] = { 0, 1, 2, 16, 110, 128, 4096, -1, -2, 1l << 31, 1l << 62 };

	switch (rnd(5)) {
	case 0:
		return (long)(memory + rnd(512));
	case 1:
		return (long)bad_pointers[rnd(BAD)];
	case 2:
		return rnd(300);
	default:
		return odd[rnd(sizeof(odd) / sizeof(odd[0]))];
	}
}

static void prepare_storm(void)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };

	for (int i = 0; i < STORM_SOCKETS; i += 2) {
		struct name name = { .un.sun_family = AF_UNIX, .len = NAME_AT };

		if (i < 6) {
			socketpair(AF_UNIX, types[i / 2 % 3] | SOCK_NONBLOCK, 0, storm + i);
			continue;
		}
		storm[i] = socket(AF_UNIX, types[i / 2 % 3] | SOCK_NONBLOCK, 0);
		storm[i + 1] = socket(AF_UNIX, types[i / 2 % 3] | SOCK_NONBLOCK, 0);
		bind_to(storm[i], &name);
		listen(storm[i], 3);
		name = local_name(storm[i]);
		connect_to(storm[i + 1], &name);
	}
	/* Some of what lies in memory looks like something. */
	for (int i = 0; i < 512; i++)
		memory[i] = rnd(4) ? (long)rnd(8) : argument();
	memory[0] = AF_UNIX;
}

static void storm_call(void)
{
	static const int calls[] = { SYS_bind,        SYS_connect,     SYS_listen,     SYS_accept4,
				     SYS_getsockname, SYS_getpeername, SYS_sendto,     SYS_recvfrom,
				     SYS_shutdown,    SYS_setsockopt,  SYS_getsockopt, SYS_sendmsg,
				     SYS_recvmsg,     SYS_sendmmsg,    SYS_recvmmsg,   SYS_read,
				     SYS_write,       SYS_socketpair,  SYS_socket };
	int nr = calls[rnd(sizeof(calls) / sizeof(calls[0]))];
	long args[6];

	for (int i = 0; i < 6; i++)
		args[i] = argument();
	if (nr == SYS_socketpair || nr == SYS_socket) {
		args[0] = rnd(3);
		args[1] = rnd(12) | (rnd(2) ? SOCK_NONBLOCK : 0);
	} else {
		args[0] = storm[rnd(STORM_SOCKETS)];
	}
	if (nr == SYS_setsockopt || nr == SYS_getsockopt) {
		args[1] = rnd(8) ? SOL_SOCKET : args[1];
		args[2] = rnd(90);
	}
	if (nr == SYS_recvmmsg)
		args[3] = MSG_DONTWAIT | rnd(0x10000);
	syscall(nr, args[0], args[1], args[2], args[3], args[4], args[5]);
}

static void test_storm(long calls)
{
	pid_t pid = start_process();
	int s[2], highest, status;

	if (!pid) {
		highest = lowest();
		signal(SIGPIPE, SIG_IGN);
		for (long i = 0; i < calls; i++) {
			if (i % 200 == 0) {
				for (int fd = highest; fd < highest + 400; fd++)
					close(fd);
				prepare_storm();
			}
			storm_call();
		}
		_exit(0);
	}
	status = status_of(pid);
	make_pair(s, SOCK_STREAM);
	ok(status == 0 && write(s[0], "calm", 4) == 4 && gives(s[1], "calm"),
	   "UNIX-002: %ld calls with random arguments: %d", calls, status);
	close_pair(s);
}

/* The same from three processes on the same sockets. */
static void test_shared_storm(long calls)
{
	int first = lowest(), good = 1;
	pid_t pids[3];

	signal(SIGPIPE, SIG_IGN);
	for (long done = 0; done < calls && good; done += 900) {
		prepare_storm();
		for (int i = 0; i < 3; i++) {
			seed += 11;
			pids[i] = start_process();
			if (pids[i])
				continue;
			for (int n = 0; n < 300; n++)
				storm_call();
			_exit(0);
		}
		for (int i = 0; i < 3; i++)
			good &= status_of(pids[i]) == 0;
		for (int fd = first; fd < first + STORM_SOCKETS; fd++)
			close(fd);
	}
	ok(good, "UNIX-002: %ld from three processes at once", calls);
}

int main(int argc, char **argv)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };

	seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(edge + 4096, 4096);
	test_addresses();
	test_names_back();
	test_receive_name();
	for (int i = 0; i < 3; i++) {
		test_send(types[i]);
		test_receive(types[i]);
		test_headers(types[i]);
		test_control(types[i]);
	}
	test_ioctl();
	test_storm(argc > 2 ? atol(argv[2]) : 20000);
	test_shared_storm(argc > 2 ? atol(argv[2]) : 9000);
	return ktap_done();
}
