// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who is at the other end (SO_PEERCRED and its like), and who sent a message (SCM_CREDENTIALS).
 * Spec: UNIX-034 to UNIX-038, UNIX-046.
 */
#include "tests/ipc/unix_fds.h"

#include <grp.h>

static struct raw_ucred peer_of(int fd)
{
	struct raw_ucred cred = { -2, 12345, 12345 };
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) || len != sizeof(cred))
		cred.pid = -3;
	return cred;
}

static int is_cred(struct raw_ucred cred, int pid, unsigned int uid, unsigned int gid)
{
	if (cred.pid == pid && cred.uid == uid && cred.gid == gid)
		return 1;
	dprintf(1, "# pid %d uid %d gid %d\n", cred.pid, cred.uid, cred.gid);
	return 0;
}

/* The calling thread's ids; the libc would change all threads'. */
static int set_uids(uid_t r, uid_t e, uid_t s)
{
	return (int)syscall(SYS_setresuid, r, e, s);
}

static int set_gids(gid_t r, gid_t e, gid_t s)
{
	return (int)syscall(SYS_setresgid, r, e, s);
}

/* A child's promise without a text of its own: its number is the exit status. */
#define STEP(n, cond)                                                                              \
	do {                                                                                       \
		if (!(cond))                                                                       \
			_exit(n);                                                                  \
	} while (0)

static void in_child(void (*fn)(void), const char *promise)
{
	pid_t pid = start_process();
	int step;

	if (!pid) {
		fn();
		_exit(0);
	}
	step = status_of(pid);
	ok(step == 0, "%s%s", promise, step ? " (see the step below)" : "");
	if (step)
		dprintf(1, "# step %d\n", step);
}

/* ---- SO_PEERCRED ---- */

static void pair_as_user(void)
{
	int s[2];

	STEP(1, !set_gids(2001, 2002, 0) && !set_uids(1001, 1002, 0));
	make_pair(s, SOCK_STREAM);
	STEP(2, is_cred(peer_of(s[0]), getpid(), 1002, 2002));
	STEP(3, is_cred(peer_of(s[1]), getpid(), 1002, 2002));
	STEP(4, !set_uids(-1, 0, -1));
	STEP(5, is_cred(peer_of(s[0]), getpid(), 1002, 2002));
	make_pair(s, SOCK_DGRAM);
	STEP(6, is_cred(peer_of(s[0]), getpid(), 0, 2002));
}

static void test_peercred_unconnected(void)
{
	struct name name = own_name("cred-dgram");
	int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET }, all = 1, d, receiver;
	struct raw_ucred cred;
	socklen_t len = 6;

	for (int i = 0; i < 3; i++) {
		int fd = new_socket(types[i]);

		all &= is_cred(peer_of(fd), 0, -1, -1);
		close(fd);
	}
	ok(all, "UNIX-034: unconnected sockets report pid 0, uid -1 and gid -1");
	receiver = bound_socket(SOCK_DGRAM, &name);
	d = new_socket(SOCK_DGRAM);
	connect_to(d, &name);
	ok(is_cred(peer_of(d), 0, -1, -1), "UNIX-034: and so does a connected datagram socket");
	memset(&cred, 0x77, sizeof(cred));
	ok(getsockopt(d, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 && len == 6 && cred.pid == 0 &&
		   (cred.uid & 0xffff) == 0xffff && cred.uid >> 16 == 0x7777,
	   "UNIX-034: as much of it as there is room for");
	close(d);
	close(receiver);
}

static int listener, told[2];
static struct name server_name;

/* Listens as one user, accepts as another. */
static void run_server(void)
{
	char c;
	int fd;

	STEP(1, !set_gids(0, 2003, 0) && !set_uids(0, 1003, 0));
	listener = make_listener(SOCK_STREAM, &server_name, 4);
	STEP(2, !set_uids(-1, 0, -1) && !set_gids(-1, 2009, -1));
	STEP(3, is_cred(peer_of(listener), getpid(), 1003, 2003));
	STEP(4, write(told[1], "l", 1) == 1);
	fd = accept(listener, NULL, NULL);
	STEP(5, fd >= 0);
	STEP(6, is_cred(peer_of(fd), getppid(), 0, 0));
	close(fd);
	fd = accept(listener, NULL, NULL);
	STEP(7, read(fd, &c, 1) == 1); /* its client has dropped its privileges by now */
	STEP(8, peer_of(fd).pid != getppid() && peer_of(fd).uid == 1004 && peer_of(fd).gid == 2004);
}

static int server_pid;

static void run_client(void)
{
	int fd = new_socket(SOCK_STREAM);

	STEP(1, !set_gids(0, 2004, 0) && !set_uids(0, 1004, 0));
	STEP(2, is_cred(peer_of(fd), 0, -1, -1));
	STEP(3, !connect_to(fd, &server_name));
	STEP(4, is_cred(peer_of(fd), server_pid, 1003, 2003));
	STEP(5, !set_uids(-1, 0, -1) && !set_uids(1005, 1005, 1005));
	STEP(6, write(fd, "x", 1) == 1);
}

static void test_peercred_connected(void)
{
	int fd, status;
	char c;

	in_child(pair_as_user,
		 "UNIX-034: of a pair it is the maker, with its effective ids at that time");
	server_name = own_name("cred-server");
	make_pair(told, SOCK_STREAM);
	server_pid = start_process();
	if (!server_pid) {
		run_server();
		_exit(0);
	}
	ok(read(told[0], &c, 1) == 1, "UNIX-034: a listener reports who called listen()");
	fd = new_socket(SOCK_STREAM);
	ok(connect_to(fd, &server_name) == 0 && is_cred(peer_of(fd), server_pid, 1003, 2003),
	   "UNIX-034: the client sees who listened, as that was then");
	in_child(run_client, "UNIX-034: also when its own ids differ");
	status = status_of(server_pid);
	ok(status == 0, "UNIX-034: the server sees the client as it was when it connected (%d)",
	   status);
	ok(is_cred(peer_of(fd), server_pid, 1003, 2003),
	   "UNIX-034: the end of the process does not change it");
	close(fd);
	close_pair(told);
}

static void check_groups(void)
{
	gid_t groups[4] = { 30, 10, 20, 40 }, got[8] = { 0 };
	int s[2], fd = new_socket(SOCK_STREAM);
	socklen_t len = sizeof(got);

	STEP(1, !syscall(SYS_setgroups, 4, groups));
	STEP(2, failed_with(getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS_, got, &len), ENODATA));
	make_pair(s, SOCK_STREAM);
	STEP(3, !syscall(SYS_setgroups, 1, groups));
	STEP(4, !getsockopt(s[0], SOL_SOCKET, SO_PEERGROUPS_, got, &len) && len == 16);
	STEP(5, got[0] == 10 && got[1] == 20 && got[2] == 30 && got[3] == 40 && got[4] == 0);
	len = 15;
	STEP(6, failed_with(getsockopt(s[0], SOL_SOCKET, SO_PEERGROUPS_, got, &len), ERANGE));
	STEP(7, len == 16);
	STEP(8, failed_with(setsockopt(s[0], SOL_SOCKET, SO_PEERGROUPS_, got, 4), ENOPROTOOPT));
	STEP(9, failed_with(setsockopt(s[0], SOL_SOCKET, SO_PEERCRED, got, 12), ENOPROTOOPT));
}

/* ---- SO_PASSCRED ---- */

static void send_without_asking(int type)
{
	int s[2];
	struct parcel p;

	make_pair(s, type);
	STEP(1, option(s[1], SO_PASSCRED) == 0 && !set_option(s[1], SO_PASSCRED, 7) &&
			option(s[1], SO_PASSCRED) == 1);
	STEP(2, !set_gids(2001, 2002, 0) && !set_uids(1001, 1002, 0));
	STEP(3, send(s[0], "x", 1, 0) == 1);
	p = receive(s[1], 10, 0);
	STEP(4, p.n == 1 && p.creds == 1 && !p.rights && !p.others && p.controllen == 32);
	STEP(5, is_cred(p.cred, getpid(), 1001, 2001) && !(p.flags & MSG_CTRUNC));
	STEP(6, send_fd(s[0], 0) == 1);
	p = receive(s[1], 10, 0);
	STEP(7, p.creds == 1 && p.nfds == 1 && is_cred(p.cred, getpid(), 1001, 2001));
	parcel_close(&p);
	STEP(8, send(s[0], "x", 1, 0) == 1);
	p = receive(s[1], 10, MSG_PEEK);
	STEP(9, p.creds == 1 && is_cred(p.cred, getpid(), 1001, 2001));
	p = receive(s[1], 10, 0);
	STEP(10, p.creds == 1 && is_cred(p.cred, getpid(), 1001, 2001));
	STEP(11, send(s[0], "x", 1, 0) == 1);
	p = receive_room(s[1], 10, 0, 0);
	STEP(12, p.n == 1 && (p.flags & MSG_CTRUNC));
	STEP(13, send(s[0], "x", 1, 0) == 1);
	p = receive_room(s[1], 10, 0, RAW_LEN(8));
	STEP(14, p.n == 1 && p.creds == 1 && (p.flags & MSG_CTRUNC) && p.controllen == RAW_LEN(8));
	STEP(15, send(s[0], "x", 1, 0) == 1 && gives(s[1], "x"));
}

static void stream_without_asking(void)
{
	send_without_asking(SOCK_STREAM);
}

static void datagram_without_asking(void)
{
	send_without_asking(SOCK_DGRAM);
}

static void packet_without_asking(void)
{
	send_without_asking(SOCK_SEQPACKET);
}

static void test_passcred(void)
{
	int s[2];
	struct parcel p;

	in_child(stream_without_asking,
		 "UNIX-035: a stream with SO_PASSCRED reports the sender's pid and real ids");
	in_child(datagram_without_asking, "UNIX-035: so do datagrams");
	in_child(packet_without_asking, "UNIX-035: and records");
	make_pair(s, SOCK_STREAM);
	ok(send_cred(s[0], getpid(), 0, 0) == 1, "UNIX-035: explicit ones are sent");
	p = receive(s[1], 10, 0);
	ok(p.n == 1 && p.creds == 0 && p.controllen == 0 && p.flags == 0,
	   "UNIX-035: and dropped without SO_PASSCRED");
	send_cred(s[0], getpid(), 0, 0);
	send(s[0], "late", 4, 0);
	set_option(s[1], SO_PASSCRED, 1);
	p = receive(s[1], 1, 0);
	ok(p.creds == 1 && is_cred(p.cred, getpid(), 0, 0),
	   "UNIX-035: what was sent before the option was set has what was sent with it");
	p = receive(s[1], 10, 0);
	ok(p.n == 4 && p.creds == 1 && is_cred(p.cred, 0, 65534, 65534),
	   "UNIX-035: or pid 0 and the overflow ids");
	set_option(s[1], SO_PASSCRED, 0);
	set_option(s[0], SO_PASSCRED, 1);
	send(s[0], "own", 3, 0);
	set_option(s[1], SO_PASSCRED, 1);
	p = receive(s[1], 10, 0);
	ok(p.creds == 1 && is_cred(p.cred, getpid(), 0, 0),
	   "UNIX-035: SO_PASSCRED at the sending end adds them, too");
	close_pair(s);
}

static void test_passcred_embryo(void)
{
	struct name name = own_name("cred-embryo");
	int l = bound_socket(SOCK_STREAM, &name), client = new_socket(SOCK_STREAM), fd;
	struct parcel p;

	set_option(l, SO_PASSCRED, 1);
	listen(l, 4);
	connect_to(client, &name);
	send(client, "x", 1, 0);
	fd = accept(l, NULL, NULL);
	set_option(fd, SO_PASSCRED, 1);
	p = receive(fd, 10, 0);
	ok(p.creds == 1 && is_cred(p.cred, getpid(), 0, 0),
	   "UNIX-035: what is sent before accept() has them in any case");
	close(fd);
	close(client);
	close(l);
}

/* ---- explicit credentials ---- */

static int cred_answer(int pid, unsigned int uid, unsigned int gid)
{
	int s[2], err = 0;
	struct parcel p;

	make_pair(s, SOCK_DGRAM);
	set_option(s[1], SO_PASSCRED, 1);
	if (send_cred(s[0], pid, uid, gid) != 1) {
		err = errno;
		if (!nothing_yet(s[1]))
			err = 1000;
	} else {
		p = receive(s[1], 10, 0);
		if (p.creds != 1 || !is_cred(p.cred, pid, uid, gid))
			err = 1001;
	}
	close_pair(s);
	return err;
}

static void user_credentials(void)
{
	int pid = getpid();

	STEP(1, !syscall(SYS_setgroups, 0, NULL) && !set_gids(2001, 2002, 2003) &&
			!set_uids(1001, 1002, 1003));
	STEP(2, cred_answer(pid, 1001, 2001) == 0);
	STEP(3, cred_answer(pid, 1002, 2002) == 0);
	STEP(4, cred_answer(pid, 1003, 2003) == 0);
	STEP(5, cred_answer(pid, 1001, 2003) == 0);
	STEP(6, cred_answer(pid, 0, 2001) == EPERM);
	STEP(7, cred_answer(pid, 1004, 2001) == EPERM);
	STEP(8, cred_answer(pid, 1001, 0) == EPERM);
	STEP(9, cred_answer(pid, 1001, 2004) == EPERM);
	STEP(10, cred_answer(getppid(), 1001, 2001) == EPERM);
	STEP(11, cred_answer(1, 1001, 2001) == EPERM);
	STEP(12, cred_answer(0, 1001, 2001) == EPERM);
	STEP(13, cred_answer(99999999, 1001, 2001) == EPERM);
	STEP(14, cred_answer(pid, -1, 2001) == EINVAL);
	STEP(15, cred_answer(pid, 1001, -1) == EINVAL);
	STEP(16, cred_answer(-1, -1, -1) == EINVAL);
}

static void root_credentials(void)
{
	int pid = getpid();

	STEP(1, cred_answer(pid, 0, 0) == 0);
	STEP(2, cred_answer(pid, 1234, 0) == 0);
	STEP(3, cred_answer(pid, 0, 1234) == 0);
	STEP(4, cred_answer(getppid(), 5, 6) == 0);
	STEP(5, cred_answer(1, 0, 0) == 0);
	STEP(6, cred_answer(99999999, 0, 0) == ESRCH);
	STEP(7, cred_answer(0, 0, 0) == ESRCH);
	STEP(8, cred_answer(-1, 0, 0) == ESRCH);
	STEP(9, cred_answer(pid, -1, 0) == EINVAL);
	STEP(10, cred_answer(pid, 0, -1) == EINVAL);
}

static void drop_caps_but(unsigned int keep)
{
	struct {
		uint32_t version;
		int pid;
	} head = { 0x20080522, 0 };
	struct {
		uint32_t effective, permitted, inheritable;
	} data[2] = { { keep, keep, 0 } };

	STEP(50, !syscall(SYS_capset, &head, data));
}

/* One capability each. */
static void with_setuid(void)
{
	drop_caps_but(1u << 7);
	STEP(1, cred_answer(getpid(), 4321, 0) == 0);
	STEP(2, cred_answer(getpid(), 0, 4321) == EPERM);
	STEP(3, cred_answer(getppid(), 0, 0) == EPERM);
}

static void with_setgid(void)
{
	drop_caps_but(1u << 6);
	STEP(1, cred_answer(getpid(), 4321, 0) == EPERM);
	STEP(2, cred_answer(getpid(), 0, 4321) == 0);
	STEP(3, cred_answer(getppid(), 0, 0) == EPERM);
}

static void with_sys_admin(void)
{
	drop_caps_but(1u << 21);
	STEP(1, cred_answer(getpid(), 4321, 0) == EPERM);
	STEP(2, cred_answer(getpid(), 0, 4321) == EPERM);
	STEP(3, cred_answer(getppid(), 0, 0) == 0);
}

static void test_cred_headers(void)
{
	int s[2];
	struct raw_ucred cred[2] = { { getpid(), 0, 0 }, { getpid(), 77, 88 } };
	struct control c = { 0 };
	struct parcel p;

	make_pair(s, SOCK_DGRAM);
	set_option(s[1], SO_PASSCRED, 1);
	add_cmsg(&c, SCM_CREDENTIALS, cred, sizeof(cred[0]) - 1);
	ok(failed_with(send_control(s[0], "x", 1, c.bytes, c.len, 0), EINVAL),
	   "UNIX-036: a struct ucred that is too short is EINVAL");
	c.len = 0;
	add_cmsg(&c, SCM_CREDENTIALS, cred, sizeof(cred[0]) + 4);
	ok(failed_with(send_control(s[0], "x", 1, c.bytes, c.len, 0), EINVAL),
	   "UNIX-036: one that is too long, too");
	c.len = 0;
	add_cmsg(&c, SCM_CREDENTIALS, &cred[0], sizeof(cred[0]));
	add_cmsg(&c, SCM_CREDENTIALS, &cred[1], sizeof(cred[0]));
	ok(send_control(s[0], "x", 1, c.bytes, c.len, 0) == 1, "UNIX-036: of two");
	p = receive(s[1], 10, 0);
	ok(p.creds == 1 && is_cred(p.cred, getpid(), 77, 88), "UNIX-036: the last counts");
	c.len = 0;
	add_cmsg(&c, 3 /* SCM_SECURITY */, "x", 1);
	ok(failed_with(send_control(s[0], "x", 1, c.bytes, c.len, 0), EINVAL),
	   "UNIX-036: nobody sends a security label");
	ok(nothing_yet(s[1]), "UNIX-036: what is refused is not sent");
	close_pair(s);
}

/* ---- streams and names ---- */

static void test_no_merge(void)
{
	int s[2];
	struct parcel p;
	pid_t pid;

	make_pair(s, SOCK_STREAM);
	set_option(s[1], SO_PASSCRED, 1);
	write(s[0], "aa", 2);
	write(s[0], "aa", 2);
	pid = start_process();
	if (!pid) {
		write(s[0], "bb", 2);
		if (set_uids(1001, 1002, 0))
			_exit(1);
		write(s[0], "cc", 2);
		_exit(0);
	}
	ok(status_of(pid) == 0, "UNIX-037: two processes and two users write to one stream");
	write(s[0], "dd", 2);
	p = receive(s[1], 100, 0);
	ok(p.n == 4 && !memcmp(p.data, "aaaa", 4) && is_cred(p.cred, getpid(), 0, 0),
	   "UNIX-037: one's data merge");
	p = receive(s[1], 100, 0);
	ok(p.n == 2 && !memcmp(p.data, "bb", 2) && is_cred(p.cred, pid, 0, 0),
	   "UNIX-037: another process's do not");
	p = receive(s[1], 100, 0);
	ok(p.n == 2 && !memcmp(p.data, "cc", 2) && is_cred(p.cred, pid, 1001, 0),
	   "UNIX-037: nor another user's");
	p = receive(s[1], 100, 0);
	ok(p.n == 2 && !memcmp(p.data, "dd", 2) && is_cred(p.cred, getpid(), 0, 0),
	   "UNIX-037: nor those behind");
	write(s[0], "ee", 2);
	send_cred(s[0], getpid(), 5, 6);
	p = receive(s[1], 100, 0);
	ok(p.n == 2 && is_cred(p.cred, getpid(), 0, 0), "UNIX-037: nor those of explicit ids");
	p = receive(s[1], 100, 0);
	ok(p.n == 1 && is_cred(p.cred, getpid(), 5, 6), "UNIX-037: which come by themselves");
	set_option(s[1], SO_PASSCRED, 0);
	write(s[0], "ff", 2);
	send_cred(s[0], getpid(), 5, 6);
	ok(gives(s[1], "ffc"), "UNIX-037: without SO_PASSCRED all merge");
	close_pair(s);
}

static void test_autobind(void)
{
	struct name name = own_name("cred-auto"), dgram = own_name("cred-auto-d");
	int l = make_listener(SOCK_STREAM, &name, 4), d = bound_socket(SOCK_DGRAM, &dgram);
	int fd = new_socket(SOCK_STREAM), s[2];
	struct name got;

	connect_to(fd, &name);
	ok(local_name(fd).len == 2, "UNIX-038: without SO_PASSCRED connect() gives no name");
	close(fd);
	fd = new_socket(SOCK_STREAM);
	set_option(fd, SO_PASSCRED, 1);
	ok(local_name(fd).len == 2 && connect_to(fd, &name) == 0, "UNIX-038: with it");
	got = local_name(fd);
	ok(got.len == 8 && got.un.sun_path[0] == 0, "UNIX-038: the socket gets one of length 8");
	close(fd);
	fd = new_socket(SOCK_DGRAM);
	set_option(fd, SO_PASSCRED, 1);
	connect_to(fd, &dgram);
	ok(local_name(fd).len == 8, "UNIX-038: connecting a datagram socket does so, too");
	close(fd);
	fd = new_socket(SOCK_DGRAM);
	set_option(fd, SO_PASSCRED, 1);
	ok(send_to(fd, "x", 1, 0, &dgram) == 1 && local_name(fd).len == 8,
	   "UNIX-038: and sending by one");
	close(fd);
	make_pair(s, SOCK_DGRAM);
	set_option(s[0], SO_PASSCRED, 1);
	ok(send(s[0], "x", 1, 0) == 1 && local_name(s[0]).len == 8 && local_name(s[1]).len == 2,
	   "UNIX-038: also of a pair");
	close_pair(s);
	close(d);
	close(l);
}

/* ---- pidfds, and SO_PASSRIGHTS ---- */

static int pidfd_is(int pidfd, int pid)
{
	char path[64], text[512], *at;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	if (read_file(path, text, sizeof(text)) <= 0)
		return 0;
	at = strstr(text, "Pid:\t");
	return at && atoi(at + 5) == pid && fcntl(pidfd, F_GETFD) == FD_CLOEXEC;
}

static void test_pidfds(void)
{
	int s[2], pidfd = -1, low;
	socklen_t len = sizeof(pidfd);
	struct parcel p;

	make_pair(s, SOCK_STREAM);
	low = lowest_free();
	if (getsockopt(s[0], SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len)) {
		skip("UNIX-046: SO_PEERPIDFD came with Linux 6.5");
		close_pair(s);
		return;
	}
	ok(len == 4 && pidfd == low && pidfd_is(pidfd, getpid()),
	   "UNIX-046: SO_PEERPIDFD gives a pidfd of the peer, with FD_CLOEXEC");
	close(pidfd);
	ok(failed_with(getsockopt(s[0], SOL_SOCKET, SO_PEERPIDFD, (void *)8, &len), EFAULT) &&
		   lowest_free() == low,
	   "UNIX-046: where it cannot be written there is none");
	pidfd = new_socket(SOCK_STREAM);
	ok(failed_with(getsockopt(pidfd, SOL_SOCKET, SO_PEERPIDFD, &low, &len), ENODATA),
	   "UNIX-046: an unconnected socket has no peer: ENODATA");
	close(pidfd);
	set_option(s[1], SO_PASSPIDFD, 1);
	ok(option(s[1], SO_PASSPIDFD) == 1, "UNIX-046: SO_PASSPIDFD is set");
	send_fd(s[0], 0);
	p = receive(s[1], 10, 0);
	ok(p.pidfds == 1 && p.nfds == 1 && !p.creds && pidfd_is(p.pidfd, getpid()),
	   "UNIX-046: each message brings a pidfd of its sender");
	parcel_close(&p);
	set_option(s[1], SO_PASSCRED, 1);
	write(s[0], "x", 1);
	p = receive(s[1], 10, 0);
	ok(p.pidfds == 1 && p.creds == 1 && is_cred(p.cred, getpid(), 0, 0),
	   "UNIX-046: besides SCM_CREDENTIALS");
	parcel_close(&p);
	low = lowest_free();
	write(s[0], "x", 1);
	p = receive_room(s[1], 10, 0, RAW_SPACE(12));
	ok(p.creds == 1 && !p.pidfds && (p.flags & MSG_CTRUNC) && lowest_free() == low,
	   "UNIX-046: without room for it MSG_CTRUNC is set");
	write(s[0], "x", 1);
	p = receive_room(s[1], 10, 0, 0);
	ok(p.n == 1 && (p.flags & MSG_CTRUNC) && lowest_free() == low,
	   "UNIX-046: also without any");
	close_pair(s);
}

static void test_passrights(void)
{
	int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET }, s[2], p[2];

	for (int i = 0; i < 3; i++) {
		make_pair(s, types[i]);
		if (set_option(s[1], SO_PASSRIGHTS_, 0)) {
			skip("UNIX-046: SO_PASSRIGHTS came with Linux 6.16");
			close_pair(s);
			return;
		}
		make_probe(p);
		ok(option(s[0], SO_PASSRIGHTS_) == 1 && option(s[1], SO_PASSRIGHTS_) == 0,
		   "UNIX-046: SO_PASSRIGHTS is on, and can be turned off");
		ok(failed_with(send_fd(s[0], p[WR]), EPERM) && nothing_yet(s[1]),
		   "UNIX-046: then a message with descriptors is EPERM");
		ok(send_fd(s[1], p[WR]) == 1 && brings(s[0], 10, "x", 1),
		   "UNIX-046: the other way it is not");
		ok(send(s[0], "y", 1, 0) == 1 && gives(s[1], "y"), "UNIX-046: plain ones go on");
		set_option(s[1], SO_PASSRIGHTS_, 1);
		ok(send_fd(s[0], p[WR]) == 1 && brings(s[1], 10, "x", 1),
		   "UNIX-046: it can be turned on again");
		close(p[WR]);
		ok(ends_soon(p), "UNIX-046: nothing of the refused ones is left");
		close(p[RD]);
		close_pair(s);
	}
}

static void test_passsec(void)
{
	int s[2];

	make_pair(s, SOCK_STREAM);
	set_option(s[1], SO_PASSSEC, 1);
	send_fd(s[0], 0);
	ok(brings(s[1], 10, "x", 1), "UNIX-035: SO_PASSSEC without a security module adds nothing");
	close_pair(s);
}

int main(void)
{
	if (getuid())
		return ktap_skip_all("only root can change its ids");
	test_peercred_unconnected();
	test_peercred_connected();
	in_child(check_groups, "UNIX-034: SO_PEERGROUPS gives the groups of that time");
	test_passcred();
	test_passcred_embryo();
	in_child(user_credentials, "UNIX-036: a user may name its own pid, and one of its ids");
	in_child(root_credentials, "UNIX-036: root may name any, but the process must exist");
	in_child(with_setuid, "UNIX-036: CAP_SETUID lifts the check of the uid");
	in_child(with_setgid, "UNIX-036: CAP_SETGID that of the gid");
	in_child(with_sys_admin, "UNIX-036: CAP_SYS_ADMIN that of the pid");
	test_cred_headers();
	test_no_merge();
	test_autobind();
	test_pidfds();
	test_passrights();
	test_passsec();
	return ktap_done();
}
