// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors over sockets: what arrives, under which numbers, with which data; too little room for
 * them, too many of them, wrong headers.
 * Spec: UNIX-024 to UNIX-031, UNIX-033.
 */
#include "tests/ipc/unix_fds.h"

static int same_file(int a, int b)
{
	struct stat x, y;

	return !fstat(a, &x) && !fstat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int temporary_file(const char *text)
{
	char path[] = "/tmp/rightsXXXXXX";
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
		perror("mkstemp");
		_exit(99);
	}
	unlink(path);
	return fd;
}

/* ---- what arrives ---- */

static void test_descriptions(int type, const char *name)
{
	int s[2], p[2], fds[3], low[3];
	struct parcel got;
	char text[8] = "";

	make_pair(s, type);
	make_pipe(p, O_CLOEXEC);
	fds[0] = temporary_file("abcdef");
	lseek(fds[0], 3, SEEK_SET);
	fcntl(fds[0], F_SETFD, FD_CLOEXEC);
	fds[1] = p[RD];
	fds[2] = p[WR];
	for (int i = 0; i < 3; i++)
		low[i] = dup(0);
	for (int i = 0; i < 3; i++)
		close(low[i]);
	ok(send_fds(s[0], "x", 1, fds, 3) == 1, "UNIX-024: %s: three descriptors are sent", name);
	got = receive(s[1], 100, 0);
	ok(got.n == 1 && got.data[0] == 'x' && got.rights == 1 && got.nfds == 3 &&
		   !(got.flags & MSG_CTRUNC) && got.controllen == RAW_SPACE(12),
	   "UNIX-024: %s: and come in one header, with the data", name);
	ok(!memcmp(got.fds, low, sizeof(low)), "UNIX-024: %s: under the lowest free numbers", name);
	ok(fcntl(got.fds[0], F_GETFD) == 0 && fcntl(got.fds[1], F_GETFD) == 0,
	   "UNIX-024: %s: without FD_CLOEXEC", name);
	ok(same_file(got.fds[0], fds[0]) && same_file(got.fds[1], fds[1]) &&
		   same_file(got.fds[2], fds[2]),
	   "UNIX-024: %s: in their order", name);
	ok(read(got.fds[0], text, 1) == 1 && text[0] == 'd' && lseek(fds[0], 0, SEEK_CUR) == 4,
	   "UNIX-024: %s: they share the position", name);
	set_flags(got.fds[0], O_APPEND, 0);
	ok(fcntl(fds[0], F_GETFL) & O_APPEND, "UNIX-024: %s: and the flags", name);
	close_pipe(p);
	close(fds[0]);
	ok(write(got.fds[2], "y", 1) == 1 && read(got.fds[1], text, 8) == 1 && text[0] == 'y',
	   "UNIX-024: %s: and work when the sender has closed its own", name);
	parcel_close(&got);
	close_pair(s);
}

static void test_kinds(void)
{
	int s[2], fds[4], low = lowest_free();
	struct parcel got;
	struct control c = { 0 };

	make_pair(s, SOCK_STREAM);
	fds[0] = s[0];
	fds[1] = s[0];
	fds[2] = open("/", O_RDONLY | O_DIRECTORY);
	fds[3] = open("/tmp", O_PATH);
	ok(send_fds(s[0], "x", 1, fds, 4) == 1, "UNIX-024: a socket goes over itself, and twice");
	got = receive(s[1], 100, 0);
	ok(got.nfds == 4 && same_file(got.fds[0], s[0]) && same_file(got.fds[1], s[0]) &&
		   got.fds[0] != got.fds[1] && same_file(got.fds[2], fds[2]) &&
		   (fcntl(got.fds[3], F_GETFL) & O_PATH),
	   "UNIX-024: directories and O_PATH descriptors can be passed");
	ok(write(got.fds[1], "z", 1) == 1 && gives(s[1], "z"), "UNIX-024: the socket works");
	parcel_close(&got);
	add_cmsg(&c, SCM_RIGHTS, fds, 4);
	add_cmsg(&c, SCM_RIGHTS, fds + 2, 8);
	ok(send_control(s[0], "x", 1, c.bytes, c.len, 0) == 1, "UNIX-024: two headers");
	got = receive(s[1], 100, 0);
	ok(got.nfds == 3 && got.rights == 1 && same_file(got.fds[0], s[0]) &&
		   same_file(got.fds[1], fds[2]),
	   "UNIX-024: come as one");
	parcel_close(&got);
	close(fds[2]);
	close(fds[3]);
	close_pair(s);
	ok(lowest_free() == low, "UNIX-024: no descriptor too many");
}

static void test_processes(void)
{
	int s[2], p[2], fd;
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	pid = start_process();
	if (!pid) {
		close(s[1]);
		make_probe(p);
		_exit(send_fd(s[0], p[RD]) != 1 || send_fd(s[0], p[WR]) != 1);
	}
	close(s[0]);
	ok(status_of(pid) == 0, "UNIX-024: a child sends both ends of a pipe and ends");
	p[RD] = take_fd(s[1]);
	p[WR] = take_fd(s[1]);
	ok(p[RD] >= 0 && p[WR] >= 0 && probe_open(p) && write(p[WR], "q", 1) == 1 &&
		   read(p[RD], &fd, 1) == 1,
	   "UNIX-024: afterwards its pipe is the receiver's");
	close(p[WR]);
	ok(probe_ended(p), "UNIX-024: who has the only write end");
	close(p[RD]);
	close(s[1]);
}

static void test_cloexec(void)
{
	int s[2], fds[2] = { 0, 1 };
	struct parcel got;

	make_pair(s, SOCK_STREAM);
	send_fds(s[0], "x", 1, fds, 2);
	got = receive(s[1], 10, MSG_CMSG_CLOEXEC);
	ok(got.nfds == 2 && fcntl(got.fds[0], F_GETFD) == FD_CLOEXEC &&
		   fcntl(got.fds[1], F_GETFD) == FD_CLOEXEC,
	   "UNIX-025: MSG_CMSG_CLOEXEC sets FD_CLOEXEC on what is received");
	ok(got.flags & MSG_CMSG_CLOEXEC, "UNIX-025: and is among the flags of the message");
	parcel_close(&got);
	close_pair(s);
}

/* ---- too little room ---- */

static void test_room(void)
{
	static const struct {
		size_t room;
		int nfds, truncated;
	} cases[] = {
		{ RAW_SPACE(12), 3, 0 },
		{ RAW_LEN(12), 3, 0 },
		{ RAW_LEN(11), 2, 1 },
		{ RAW_SPACE(8), 2, 1 },
		{ RAW_LEN(4), 1, 1 },
		{ RAW_LEN(3), 0, 1 },
		{ RAW_LEN(0), 0, 1 },
		{ RAW_LEN(0) - 1, 0, 1 },
		{ 1, 0, 1 },
		{ 0, 0, 1 },
	};
	int s[2];

	make_pair(s, SOCK_STREAM);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int low, p[2], fds[3];
		struct parcel got;

		make_probe(p);
		fds[0] = fds[1] = 0;
		fds[2] = p[WR];
		send_fds(s[0], "x", 1, fds, 3);
		close(p[WR]);
		low = lowest_free();
		got = receive_room(s[1], 10, 0, cases[i].room);
		ok(got.n == 1 && got.nfds == cases[i].nfds &&
			   !!(got.flags & MSG_CTRUNC) == cases[i].truncated &&
			   lowest_free() == low + cases[i].nfds,
		   "UNIX-026: %zu bytes have room for %d of 3 descriptors%s", cases[i].room,
		   cases[i].nfds, cases[i].truncated ? ", MSG_CTRUNC" : "");
		ok(cases[i].nfds == 3 ? probe_open(p) : ends_soon(p),
		   "UNIX-026: and what does not fit is closed");
		parcel_close(&got);
		close(p[RD]);
	}
	close_pair(s);
}

static void test_read_discards(void)
{
	int s[2], p[2], low;
	char c;

	make_pair(s, SOCK_STREAM);
	make_probe(p);
	send_fd(s[0], p[WR]);
	close(p[WR]);
	low = lowest_free();
	ok(probe_open(p), "UNIX-026: in flight");
	ok(read(s[1], &c, 1) == 1 && c == 'x' && ends_soon(p) && lowest_free() == low,
	   "UNIX-026: a plain read discards descriptors");
	close(p[RD]);
	make_probe(p);
	send_fd(s[0], p[WR]);
	close(p[WR]);
	ok(recv(s[1], &c, 1, MSG_DONTWAIT) == 1 && ends_soon(p), "UNIX-026: and so does recv");
	close(p[RD]);
	close_pair(s);
	make_pair(s, SOCK_DGRAM);
	make_probe(p);
	send_fd(s[0], p[WR]);
	close(p[WR]);
	ok(read(s[1], &c, 1) == 1 && ends_soon(p), "UNIX-026: also of a datagram");
	close(p[RD]);
	send_fd(s[0], 0);
	{
		struct parcel got = receive(s[1], 10, 0);

		ok(got.nfds == 1 && !(got.flags & MSG_CTRUNC),
		   "UNIX-026: with room for them MSG_CTRUNC is not set");
		parcel_close(&got);
	}
	send(s[0], "x", 1, 0);
	{
		struct parcel got = receive_room(s[1], 10, 0, 64);

		ok(got.n == 1 && got.controllen == 0 && got.flags == 0,
		   "UNIX-026: without any the length of the control data is 0");
	}
	close_pair(s);
}

/* The memory for the numbers is not there: what was written before the fault stays. */
static void test_bad_buffer(void)
{
	int s[2], p[2], low, fds[2];
	char data[8];
	struct iovec iov = { data, sizeof(data) };
	struct raw_msghdr msg = {
		.iov = &iov, .iovlen = 1, .control = (void *)8, .controllen = 64
	};
	long n;

	make_pair(s, SOCK_DGRAM);
	make_probe(p);
	fds[0] = fds[1] = p[WR];
	send_fds(s[0], "x", 1, fds, 2);
	close(p[WR]);
	low = lowest_free();
	n = syscall(SYS_recvmsg, s[1], &msg, MSG_DONTWAIT);
	ok(n == 1 && (msg.flags & MSG_CTRUNC) && msg.controllen == 0 && lowest_free() == low,
	   "UNIX-026: a control buffer that cannot be written takes none");
	ok(ends_soon(p), "UNIX-026: and they are closed");
	close(p[RD]);
	close_pair(s);
}

/* ---- too many, and wrong headers ---- */

static int refused(int s[2], const struct control *c, int err)
{
	return failed_with(send_control(s[0], "x", 1, c->bytes, c->len, 0), err) &&
	       nothing_yet(s[1]);
}

static void test_number(void)
{
	int s[2], many[MAX_FDS + 1] = { 0 }, low, fd;
	struct parcel got;
	struct control c = { 0 };

	make_pair(s, SOCK_STREAM);
	low = lowest_free();
	ok(send_fds(s[0], "x", 1, many, MAX_FDS) == 1, "UNIX-027: 253 descriptors can be sent");
	got = receive(s[1], 10, 0);
	ok(got.nfds == MAX_FDS && got.fds[0] == low && is_open(got.fds[MAX_FDS - 1]),
	   "UNIX-027: and arrive");
	parcel_close(&got);
	add_cmsg(&c, SCM_RIGHTS, many, sizeof(many));
	ok(refused(s, &c, EINVAL), "UNIX-027: 254 are EINVAL, and nothing is sent");
	c.len = 0;
	add_cmsg(&c, SCM_RIGHTS, many, 200 * sizeof(int));
	add_cmsg(&c, SCM_RIGHTS, many, 54 * sizeof(int));
	ok(refused(s, &c, EINVAL), "UNIX-027: also in two headers");
	c.len = 0;
	add_cmsg(&c, SCM_RIGHTS, many, 200 * sizeof(int));
	add_cmsg(&c, SCM_RIGHTS, many, 53 * sizeof(int));
	ok(send_control(s[0], "y", 1, c.bytes, c.len, 0) == 1 && brings(s[1], 10, "y", MAX_FDS),
	   "UNIX-027: 200 and 53 are well");
	for (int i = 0; i < 3; i++) {
		static const int bad[] = { 999, -1, 0x7fffffff };
		int fds[2] = { 0, bad[i] };

		c.len = 0;
		add_cmsg(&c, SCM_RIGHTS, fds, sizeof(fds));
		ok(refused(s, &c, EBADF), "UNIX-027: descriptor %d is EBADF, and nothing is sent",
		   bad[i]);
	}
	fd = open("/dev/null", O_RDWR);
	close(fd);
	ok(failed_with(send_fd(s[0], fd), EBADF), "UNIX-027: a closed one is EBADF");
	ok(send_fds(s[0], "z", 1, NULL, 0) == 1, "UNIX-027: an empty array is allowed");
	got = receive(s[1], 10, 0);
	ok(got.n == 1 && got.rights == 0 && got.controllen == 0 && !(got.flags & MSG_CTRUNC),
	   "UNIX-027: and nothing comes of it");
	ok(lowest_free() == low, "UNIX-027: no descriptor too many");
	close_pair(s);
}

static void test_headers(void)
{
	int s[2], fds[2] = { 0, 0 };
	static const size_t lens[] = { 0,
				       1,
				       sizeof(struct raw_cmsg) - 1,
				       RAW_SPACE(8) + 1,
				       0x7fffffff,
				       0x80000000ul,
				       0xfffffffful,
				       0x100000000ul,
				       0x100000000ul + RAW_LEN(8),
				       ~0ul - 7,
				       ~0ul };
	struct raw_msghdr msg = { 0 };
	struct iovec iov = { "x", 1 };
	struct control c;

	make_pair(s, SOCK_STREAM);
	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		c.len = 0;
		add_cmsg_len(&c, SOL_SOCKET, SCM_RIGHTS, lens[i], fds, 8);
		ok(refused(s, &c, EINVAL), "UNIX-027: a header of %#lx bytes is EINVAL", lens[i]);
	}
	c.len = 0;
	add_cmsg(&c, SCM_RIGHTS, fds, 8);
	add_cmsg_len(&c, SOL_SOCKET, SCM_RIGHTS, 3, fds, 8);
	ok(refused(s, &c, EINVAL), "UNIX-027: a wrong second header spoils the first");
	c.len = 0;
	add_cmsg_len(&c, SOL_SOCKET, SCM_RIGHTS, RAW_LEN(7), fds, 8);
	ok(send_control(s[0], "x", 1, c.bytes, c.len, 0) == 1 && brings(s[1], 10, "x", 1),
	   "UNIX-027: of seven bytes four are a descriptor");
	c.len = 0;
	add_cmsg_len(&c, SOL_SOCKET, 99, RAW_LEN(4), fds, 4);
	ok(refused(s, &c, EINVAL), "UNIX-027: an unknown type is EINVAL");
	c.len = 0;
	add_cmsg_len(&c, 6 /* TCP */, 99, RAW_LEN(4), fds, 4);
	add_cmsg(&c, SCM_RIGHTS, fds, 4);
	ok(send_control(s[0], "x", 1, c.bytes, c.len, 0) == 1 && brings(s[1], 10, "x", 1),
	   "UNIX-027: headers of other levels are passed over");
	c.len = 0;
	add_cmsg(&c, SCM_RIGHTS, fds, 4);
	ok(send_control(s[0], "x", 1, c.bytes, sizeof(struct raw_cmsg) - 1, 0) == 1 &&
		   brings(s[1], 10, "x", 0),
	   "UNIX-027: less than a header is none");
	ok(send_control(s[0], "x", 1, c.bytes, RAW_LEN(4), 0) == 1 && brings(s[1], 10, "x", 1),
	   "UNIX-027: the padding behind the last may be missing");
	ok(failed_with(send_control(s[0], "x", 1, (void *)8, 64, 0), EFAULT) && nothing_yet(s[1]),
	   "UNIX-027: control data that cannot be read is EFAULT");
	msg.iov = &iov;
	msg.iovlen = 1;
	msg.control = c.bytes;
	msg.controllen = 1ul << 31;
	ok(failed_with(syscall(SYS_sendmsg, s[0], &msg, 0), ENOBUFS) && nothing_yet(s[1]),
	   "UNIX-027: 2 GiB of control data are ENOBUFS");
	msg.controllen = 64 << 20;
	ok(failed_with(syscall(SYS_sendmsg, s[0], &msg, 0), ENOBUFS) && nothing_yet(s[1]),
	   "UNIX-027: and so are 64 MiB");
	close_pair(s);
}

/* ---- with which data ---- */

static void test_stream(void)
{
	int s[2], fd = 0, one;

	make_pair(s, SOCK_STREAM);
	write(s[0], "aa", 2);
	send_fds(s[0], "bb", 2, &fd, 1);
	write(s[0], "cc", 2);
	ok(brings(s[1], 100, "aabb", 1) && brings(s[1], 100, "cc", 0),
	   "UNIX-028: a read goes over plain data into a message with descriptors, and ends there");
	send_fds(s[0], "dd", 2, &fd, 1);
	send_fds(s[0], "ee", 2, &fd, 1);
	ok(brings(s[1], 100, "dd", 1) && brings(s[1], 100, "ee", 1),
	   "UNIX-028: two messages with descriptors never merge");
	write(s[0], "ff", 2);
	send_fds(s[0], "gg", 2, &fd, 1);
	ok(brings(s[1], 2, "ff", 0) && brings(s[1], 1, "g", 1) && brings(s[1], 100, "g", 0),
	   "UNIX-028: descriptors come with the first byte of their message");
	write(s[0], "hh", 2);
	send_fds(s[0], "ii", 2, &fd, 1);
	ok(brings(s[1], 3, "hhi", 1) && brings(s[1], 100, "i", 0),
	   "UNIX-028: also when it is the last that is read");
	one = 0;
	send_fds(s[0], "jj", 2, &one, 1);
	ok(read(s[1], &one, 1) == 1 && brings(s[1], 100, "j", 0),
	   "UNIX-028: and are lost when that byte is read without room for them");
	close_pair(s);

	make_pair(s, SOCK_STREAM);
	set_option(s[0], SO_SNDBUF, 16384);
	{
		static char data[100000];
		pid_t pid = start_process();
		int n = 0, fds = 0;

		if (!pid) {
			close(s[1]);
			_exit(send_fds(s[0], data, sizeof(data), &fd, 1) != sizeof(data));
		}
		while (n < (int)sizeof(data)) {
			struct parcel got;

			poll(&(struct pollfd){ s[1], POLLIN, 0 }, 1, 60000);
			got = receive(s[1], 4096, 0);
			if (got.n <= 0)
				break;
			if (got.nfds && n)
				fds += 100;
			fds += got.nfds;
			n += (int)got.n;
			parcel_close(&got);
		}
		ok(n == sizeof(data) && fds == 1 && status_of(pid) == 0,
		   "UNIX-028: of a message in many pieces the first byte carries them, once");
	}
	close_pair(s);
}

static void test_empty(void)
{
	int s[2], p[2], fd = 0;

	make_pair(s, SOCK_STREAM);
	make_probe(p);
	ok(send_fds(s[0], "", 0, &p[WR], 1) == 0 && nothing_yet(s[1]),
	   "UNIX-029: a message without data sends nothing on a stream");
	close(p[WR]);
	ok(ends_soon(p), "UNIX-029: its descriptors are let go");
	close(p[RD]);
	close_pair(s);
	make_pair(s, SOCK_DGRAM);
	ok(send_fds(s[0], "", 0, &fd, 1) == 0 && brings(s[1], 10, "", 1),
	   "UNIX-029: an empty datagram carries descriptors");
	close_pair(s);
	make_pair(s, SOCK_SEQPACKET);
	ok(send_fds(s[0], "", 0, &fd, 1) == 0 && brings(s[1], 10, "", 1),
	   "UNIX-029: and so does an empty record");
	close_pair(s);
}

static void test_peek(int type, const char *name)
{
	int s[2], p[2];
	struct parcel first, second, third;

	make_pair(s, type);
	make_probe(p);
	send_fds(s[0], "pp", 2, &p[WR], 1);
	close(p[WR]);
	first = receive(s[1], 10, MSG_PEEK);
	second = receive(s[1], 10, MSG_PEEK | MSG_CMSG_CLOEXEC);
	ok(first.n == 2 && first.nfds == 1 && second.nfds == 1 && first.fds[0] != second.fds[0] &&
		   fcntl(first.fds[0], F_GETFD) == 0 && fcntl(second.fds[0], F_GETFD) == 1,
	   "UNIX-029: %s: each peek duplicates the descriptors", name);
	third = receive(s[1], 10, 0);
	ok(third.n == 2 && third.nfds == 1, "UNIX-029: %s: and leaves them for the receive", name);
	parcel_close(&first);
	parcel_close(&third);
	ok(probe_open(p) && write(second.fds[0], "x", 1) == 1 && read(p[RD], &first, 1) == 1,
	   "UNIX-029: %s: the duplicate stays when the others are closed", name);
	parcel_close(&second);
	ok(ends_soon(p), "UNIX-029: %s: and was the last", name);
	close(p[RD]);
	close_pair(s);
}

static void test_peek_stream(void)
{
	int s[2], fd = 0;
	struct parcel got;

	make_pair(s, SOCK_STREAM);
	write(s[0], "a", 1);
	send_fds(s[0], "b", 1, &fd, 1);
	send_fds(s[0], "c", 1, &fd, 1);
	got = receive(s[1], 10, MSG_PEEK);
	ok(got.n == 2 && got.nfds == 1, "UNIX-029: a peek ends where a read would");
	parcel_close(&got);
	got = receive_room(s[1], 10, MSG_PEEK, 0);
	ok(got.n == 2 && (got.flags & MSG_CTRUNC), "UNIX-029: a peek without room says MSG_CTRUNC");
	ok(brings(s[1], 10, "ab", 1) && brings(s[1], 10, "c", 1), "UNIX-029: and takes nothing");
	close_pair(s);
}

/* ---- limits of the receiver and of the sender ---- */

/* Does the child's work after its limit is set; the parent's promises are made there. */
static void test_receiver_full(void)
{
	int s[2], p[2], fds[3], low;
	struct rlimit old, tight;
	struct parcel got;

	make_pair(s, SOCK_STREAM);
	make_probe(p);
	fds[0] = fds[1] = 0;
	fds[2] = p[WR];
	getrlimit(RLIMIT_NOFILE, &old);
	send_fds(s[0], "x", 1, fds, 3);
	close(p[WR]);
	low = lowest_free();
	tight = (struct rlimit){ low + 1, old.rlim_max };
	setrlimit(RLIMIT_NOFILE, &tight);
	got = receive(s[1], 10, 0);
	setrlimit(RLIMIT_NOFILE, &old);
	ok(got.n == 1 && got.nfds == 1 && got.fds[0] == low && (got.flags & MSG_CTRUNC),
	   "UNIX-030: with one number left one descriptor of three comes, and MSG_CTRUNC");
	ok(ends_soon(p), "UNIX-030: the others are closed");
	parcel_close(&got);
	close(p[RD]);
	send_fds(s[0], "x", 1, fds, 2);
	tight.rlim_cur = lowest_free();
	setrlimit(RLIMIT_NOFILE, &tight);
	got = receive(s[1], 10, 0);
	setrlimit(RLIMIT_NOFILE, &old);
	ok(got.n == 1 && got.nfds == 0 && (got.flags & MSG_CTRUNC) && got.controllen == 0,
	   "UNIX-030: with none left none comes");
	close_pair(s);
}

static int sends_too_many(void)
{
	int s[2], fds[30] = { 0 }, two[31] = { 0 };
	int rest, done, enough;

	make_pair(s, SOCK_DGRAM);
	limit_files(64);
	for (int i = 0; i < 3; i++) {
		if (send_fds(s[0], "x", 1, fds, 30) != 1)
			return 1;
	}
	if (!failed_with(send_fds(s[0], "x", 1, fds, 30), ETOOMANYREFS))
		return 2;
	if (!failed_with(send_fds(s[0], "x", 1, fds, 1), ETOOMANYREFS))
		return 3;
	if (send(s[0], "plain", 5, 0) != 5)
		return 4;
	if (!brings(s[1], 10, "x", 30)) /* 60 are left */
		return 5;
	if (send_fds(s[0], "x", 1, two, 4) != 1 || send_fds(s[0], "x", 1, two, 1) != 1)
		return 6; /* 64, and the one that goes over it */
	if (!failed_with(send_fds(s[0], "x", 1, fds, 1), ETOOMANYREFS))
		return 7;
	rest = brings(s[1], 10, "x", 30) && brings(s[1], 10, "x", 30);
	enough = brings(s[1], 10, "plain", 0) && brings(s[1], 10, "x", 4) &&
		 brings(s[1], 10, "x", 1);
	done = send_fds(s[0], "x", 1, fds, 30) == 1 && send_fds(s[0], "x", 1, fds, 30) == 1 &&
	       send_fds(s[0], "x", 1, fds, 30) == 1;
	if (!rest || !enough || !done)
		return 8;
	close_pair(s);
	/* Closing the receiver gives the number back; on Linux in its own time. */
	make_pair(s, SOCK_DGRAM);
	for (int i = 0; i < 4000; i++) {
		if (send_fds(s[0], "x", 1, fds, 30) == 1)
			return 0;
		usleep(1000);
	}
	return 9;
}

static void test_sender_full(void)
{
	int s[2], fds[30] = { 0 }, sent = 0;
	pid_t pid = start_process();

	if (!pid) {
		if (setgid(1000) || setuid(1000))
			_exit(99);
		_exit(sends_too_many());
	}
	sent = status_of(pid);
	ok(sent == 0,
	   "UNIX-033: with more than RLIMIT_NOFILE in flight a user gets ETOOMANYREFS "
	   "until some are received or closed (step %d)",
	   sent);
	make_pair(s, SOCK_DGRAM);
	pid = start_process();
	if (!pid) {
		limit_files(64);
		for (sent = 0; sent < 8; sent++) {
			if (send_fds(s[0], "x", 1, fds, 30) != 1)
				_exit(1);
		}
		_exit(0);
	}
	ok(status_of(pid) == 0, "UNIX-033: root does not");
	close_pair(s);
}

/* ---- in flight ---- */

static void test_in_flight(void)
{
	int s[2], p[2];
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	make_probe(p);
	send_fd(s[0], p[WR]);
	close(p[WR]);
	ok(probe_open(p), "UNIX-031: a descriptor in flight keeps the pipe open");
	close(s[0]);
	ok(probe_open(p), "UNIX-031: the sender's end may go");
	close(s[1]);
	ok(ends_soon(p), "UNIX-031: closing the receiver closes it");
	close(p[RD]);

	make_pair(s, SOCK_DGRAM);
	make_probe(p);
	for (int i = 0; i < 5; i++)
		send_fd(s[0], p[WR]);
	close(p[WR]);
	pid = start_process();
	if (!pid) {
		close(s[0]);
		for (;;)
			pause();
	}
	close_pair(s);
	ok(probe_open(p), "UNIX-031: as long as some process has the receiver");
	kill(pid, SIGKILL);
	status_of(pid);
	ok(ends_soon(p), "UNIX-031: the end of that process closes it");
	close(p[RD]);
}

static void test_not_accepted(void)
{
	struct name name = own_name("rights");
	int listener = make_listener(SOCK_STREAM, &name, 4), client = new_socket(SOCK_STREAM);
	int p[2], got, served;

	make_probe(p);
	ok(connect_to(client, &name) == 0 && send_fd(client, p[WR]) == 1,
	   "UNIX-031: descriptors can be sent before the connection is accepted");
	served = accept(listener, NULL, NULL);
	got = take_fd(served);
	ok(got >= 0 && same_file(got, p[WR]), "UNIX-031: and are there afterwards");
	close(got);
	close(served);
	close(client);
	client = new_socket(SOCK_STREAM);
	connect_to(client, &name);
	send_fd(client, p[WR]);
	close(p[WR]);
	ok(probe_open(p), "UNIX-031: in flight to one that nobody has accepted");
	close(listener);
	ok(ends_soon(p), "UNIX-031: they are closed with the listener");
	close(client);
	close(p[RD]);
}

static void test_shutdown(void)
{
	int s[2], p[2];

	make_pair(s, SOCK_STREAM);
	make_probe(p);
	send_fd(s[0], p[WR]);
	close(p[WR]);
	shutdown(s[0], SHUT_RDWR);
	ok(probe_open(p) && brings(s[1], 10, "x", 1) && ends_soon(p),
	   "UNIX-031: shutdown leaves what is in flight");
	ok(failed_with(send_fd(s[0], 0), EPIPE), "UNIX-031: and nothing can be added");
	close(p[RD]);
	close_pair(s);
	make_pair(s, SOCK_DGRAM);
	make_probe(p);
	close(s[1]);
	ok(failed_with(send_fd(s[0], p[WR]), ECONNREFUSED), "UNIX-031: the receiver is gone");
	close(p[WR]);
	ok(ends_soon(p), "UNIX-031: what could not be sent is let go");
	close(p[RD]);
	close(s[0]);
}

int main(void)
{
	test_descriptions(SOCK_STREAM, "stream");
	test_descriptions(SOCK_DGRAM, "datagram");
	test_descriptions(SOCK_SEQPACKET, "seqpacket");
	test_kinds();
	test_processes();
	test_cloexec();
	test_room();
	test_read_discards();
	test_bad_buffer();
	test_number();
	test_headers();
	test_stream();
	test_empty();
	test_peek(SOCK_STREAM, "stream");
	test_peek(SOCK_DGRAM, "datagram");
	test_peek(SOCK_SEQPACKET, "seqpacket");
	test_peek_stream();
	test_receiver_full();
	test_sender_full();
	test_in_flight();
	test_not_accepted();
	test_shutdown();
	return ktap_done();
}
