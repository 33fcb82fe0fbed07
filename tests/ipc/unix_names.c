// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of sockets: paths and their nodes, abstract names, names that the kernel chooses; what
 * getsockname() and getpeername() tell; who may connect.
 * Spec: UNIX-012, UNIX-013, UNIX-015, UNIX-017, UNIX-019, UNIX-020.
 */
#include "tests/ipc/unix.h"

#define USER 1000

/* ---- paths ---- */

static void test_node(void)
{
	static const mode_t masks[] = { 0, 022, 077, 0777 };
	struct name name = path_name("node"), got;
	struct stat st;
	mode_t before = umask(0);
	int fd;

	for (int i = 0; i < 4; i++) {
		fd = new_socket(i % 2 ? SOCK_DGRAM : SOCK_STREAM);
		umask(masks[i]);
		ok(bind_to(fd, &name) == 0 && lstat("node", &st) == 0 &&
			   st.st_mode == (S_IFSOCK | (0777 & ~masks[i])) && st.st_size == 0 &&
			   st.st_nlink == 1 && st.st_uid == geteuid() && st.st_gid == getegid(),
		   "UNIX-012: bind makes a node; umask %03o leaves mode %03o", masks[i],
		   0777 & ~masks[i]);
		got = local_name(fd);
		ok(same_name(&got, &name), "UNIX-015: getsockname gives the path as it was given");
		close(fd);
		unlink("node");
	}
	umask(before);
}

/* The errno of a bind of a new socket, 0 when it went well. */
static int bind_errno(const char *path)
{
	struct name name = path_name(path);
	int fd = new_socket(SOCK_STREAM), err = bind_to(fd, &name) ? errno : 0;

	close(fd);
	return err;
}

static void test_bind_refused(void)
{
	struct name first = path_name("first"), second = path_name("second"), got;
	int fd = bound_socket(SOCK_STREAM, &first);

	ok(bind_errno("first") == EADDRINUSE, "UNIX-012: a socket is there: EADDRINUSE");
	close(open("file", O_CREAT | O_RDWR, 0600));
	ok(bind_errno("file") == EADDRINUSE && bind_errno(".") == EADDRINUSE &&
		   bind_errno("/") == EADDRINUSE,
	   "UNIX-012: a file, a folder: EADDRINUSE");
	symlink("nowhere", "link");
	ok(bind_errno("link") == EADDRINUSE && access("nowhere", F_OK),
	   "UNIX-012: a link is not followed: EADDRINUSE");
	unlink("link");
	ok(failed_with(bind_to(fd, &second), EINVAL) && access("second", F_OK) && errno == ENOENT,
	   "UNIX-012: a second bind to another path: EINVAL, no node is left");
	ok(failed_with(bind_to(fd, &first), EADDRINUSE) || errno == EINVAL,
	   "UNIX-012: to the same one: refused too");
	got = local_name(fd);
	ok(same_name(&got, &first), "UNIX-012: the first name stays");
	ok(bind_errno("missing/x") == ENOENT, "UNIX-012: a missing folder: ENOENT");
	ok(bind_errno("file/x") == ENOTDIR, "UNIX-012: a file as folder: ENOTDIR");
	close(fd);
	unlink("file");
	unlink("first");
}

static void test_lengths(void)
{
	struct name name, got;
	char path[109];
	struct stat st;
	int fd = new_socket(SOCK_STREAM);

	memset(path, 'p', 108);
	path[108] = '\0';
	memset(&name, 0, sizeof(name));
	name.un.sun_family = AF_UNIX;
	memcpy(name.un.sun_path, path, 108);
	for (name.len = 111; name.len < 130; name.len += 9)
		ok(failed_with(bind_to(fd, &name), EINVAL), "UNIX-012: length %u: EINVAL",
		   name.len);
	name.len = 0;
	ok(failed_with(bind_to(fd, &name), EINVAL), "UNIX-012: length 0: EINVAL");
	name.len = 1;
	ok(failed_with(bind_to(fd, &name), EINVAL), "UNIX-012: length 1: EINVAL");
	name.len = -1;
	ok(failed_with(bind_to(fd, &name), EINVAL), "UNIX-012: length -1: EINVAL");
	name.len = 110;
	ok(bind_to(fd, &name) == 0 && lstat(path, &st) == 0 && S_ISSOCK(st.st_mode),
	   "UNIX-012: a path of 108 bytes needs no zero byte");
	got.len = sizeof(got.un);
	ok(getsockname(fd, (struct sockaddr *)&got.un, &got.len) == 0 && got.len == 111 &&
		   !memcmp(&got.un, &name.un, 110),
	   "UNIX-015: getsockname counts one");
	close(fd);
	unlink(path);

	fd = new_socket(SOCK_DGRAM);
	name = path_name("short");
	name.len += 20;
	ok(bind_to(fd, &name) == 0 && local_name(fd).len == NAME_AT + 6,
	   "UNIX-012: the path ends at the first zero byte");
	close(fd);
	unlink("short");
	fd = new_socket(SOCK_DGRAM);
	name = path_name("shorter");
	name.len = NAME_AT + 5;
	ok(bind_to(fd, &name) == 0 && local_name(fd).len == NAME_AT + 6 &&
		   lstat("short", &st) == 0 && access("shorter", F_OK),
	   "UNIX-012: or where the length says");
	close(fd);
	unlink("short");
	fd = new_socket(SOCK_STREAM);
	name = path_name("family");
	name.un.sun_family = AF_INET;
	ok(failed_with(bind_to(fd, &name), EINVAL) && access("family", F_OK),
	   "UNIX-012: another family: EINVAL");
	name.un.sun_family = AF_UNSPEC;
	ok(failed_with(bind_to(fd, &name), EINVAL), "UNIX-012: no family: EINVAL");
	close(fd);
}

static void test_other_ways_to_a_node(void)
{
	struct name name = path_name("node"), moved = path_name("moved"),
		    by_link = path_name("link");
	struct name got;
	int l = make_listener(SOCK_STREAM, &name, 5), a = new_socket(SOCK_STREAM);
	int b = new_socket(SOCK_STREAM), c = new_socket(SOCK_STREAM);

	link("node", "moved");
	ok(connect_to(a, &moved) == 0, "UNIX-012: a hard link leads to the socket");
	unlink("node");
	symlink("moved", "link");
	ok(connect_to(b, &by_link) == 0, "UNIX-012: so does a symbolic one");
	ok(failed_with(connect_to(c, &name), ENOENT), "UNIX-012: not the old name");
	got = peer_name(a);
	ok(same_name(&got, &name), "UNIX-015: but that is what getpeername tells");
	unlink("link");
	unlink("moved");
	close(l);
	mknod("node", S_IFSOCK | 0666, 0);
	ok(failed_with(connect_to(c, &name), ECONNREFUSED) && bind_errno("node") == EADDRINUSE,
	   "UNIX-012: a node from mknod belongs to nobody");
	unlink("node");
	close(a);
	close(b);
	close(c);
}

static void test_pair_takes_a_name(void)
{
	struct name name = path_name("late"), got;
	int s[2];

	make_pair(s, SOCK_STREAM);
	ok(local_name(s[0]).len == NAME_AT && peer_name(s[0]).len == NAME_AT,
	   "UNIX-015: a pair has no names: length 2");
	ok(bind_to(s[0], &name) == 0, "UNIX-012: it can be bound");
	got = peer_name(s[1]);
	ok(same_name(&got, &name), "UNIX-015: the other side sees it");
	unlink("late");
	close_pair(s);
}

/* ---- connect() ---- */

static void test_connect_refused(void)
{
	struct name name = path_name("missing");
	int fd = new_socket(SOCK_STREAM), other;

	ok(failed_with(connect_to(fd, &name), ENOENT), "UNIX-013: no such path: ENOENT");
	close(open("file", O_CREAT | O_RDWR, 0600));
	name = path_name("file");
	ok(failed_with(connect_to(fd, &name), ECONNREFUSED), "UNIX-013: a file: ECONNREFUSED");
	name = path_name("file/x");
	ok(failed_with(connect_to(fd, &name), ENOTDIR), "UNIX-013: a file as folder: ENOTDIR");
	name = path_name(".");
	ok(failed_with(connect_to(fd, &name), ECONNREFUSED), "UNIX-013: a folder: ECONNREFUSED");
	name = path_name("bound");
	other = bound_socket(SOCK_STREAM, &name);
	ok(failed_with(connect_to(fd, &name), ECONNREFUSED),
	   "UNIX-013: bound but not listening: ECONNREFUSED");
	close(other);
	unlink("bound");
	other = bound_socket(SOCK_DGRAM, &name);
	ok(failed_with(connect_to(fd, &name), EPROTOTYPE), "UNIX-013: a wrong type: EPROTOTYPE");
	close(other);
	unlink("bound");
	other = make_listener(SOCK_SEQPACKET, &name, 1);
	ok(failed_with(connect_to(fd, &name), EPROTOTYPE), "UNIX-013: a seqpacket: EPROTOTYPE");
	close(other);
	unlink("bound");
	unlink("file");

	for (name.len = 0; name.len <= NAME_AT; name.len++)
		ok(failed_with(connect_to(fd, &name), EINVAL), "UNIX-013: length %u: EINVAL",
		   name.len);
	name.len = 111;
	ok(failed_with(connect_to(fd, &name), EINVAL), "UNIX-013: length 111: EINVAL");
	name = path_name("missing");
	name.un.sun_family = AF_INET;
	ok(failed_with(connect_to(fd, &name), EINVAL), "UNIX-013: another family: EINVAL");
	name.un.sun_family = AF_UNSPEC;
	ok(failed_with(connect_to(fd, &name), EINVAL), "UNIX-013: no family: EINVAL for a stream");
	close(fd);
}

/* ---- names of connections ---- */

static void test_names_of_connections(void)
{
	struct name name = path_name("server"), client = path_name("client"), got;
	int l = make_listener(SOCK_STREAM, &name, 5), c = new_socket(SOCK_STREAM), a;
	char text[8];
	socklen_t len = 4;

	connect_to(c, &name);
	got.len = sizeof(got.un);
	a = accept(l, (struct sockaddr *)&got.un, &got.len);
	ok(a >= 0 && got.len == NAME_AT && got.un.sun_family == AF_UNIX,
	   "UNIX-014: accept: a client without name has length 2");
	got = local_name(a);
	ok(same_name(&got, &name) && got.len == NAME_AT + 6 + 1,
	   "UNIX-015: getsockname of the accepted one is the listener's: 2 + path + 1");
	got = peer_name(c);
	ok(same_name(&got, &name), "UNIX-015: and getpeername of the client");
	ok(local_name(c).len == NAME_AT && peer_name(a).len == NAME_AT,
	   "UNIX-015: the client has none");
	close(a);
	close(c);

	c = bound_socket(SOCK_STREAM, &client);
	connect_to(c, &name);
	got.len = sizeof(got.un);
	a = accept(l, (struct sockaddr *)&got.un, &got.len);
	ok(a >= 0 && same_name(&got, &client), "UNIX-014: accept tells the client's name");
	got = peer_name(a);
	ok(same_name(&got, &client), "UNIX-015: getpeername as well");
	memset(text, '#', sizeof(text));
	ok(getpeername(a, (struct sockaddr *)text, &len) == 0 && len == client.len &&
		   !memcmp(text, &client.un, 4) && text[4] == '#',
	   "UNIX-015: a short buffer gets a part and the whole length");
	len = -1;
	ok(failed_with(getsockname(a, (struct sockaddr *)text, &len), EINVAL),
	   "UNIX-015: a negative length: EINVAL");
	len = sizeof(text);
	ok(failed_with(getpeername(l, (struct sockaddr *)text, &len), ENOTCONN),
	   "UNIX-015: a listener has no peer: ENOTCONN");
	close(c);
	got = peer_name(a);
	ok(same_name(&got, &client), "UNIX-015: the name outlives the client");
	close(a);
	c = new_socket(SOCK_STREAM);
	ok(failed_with(getpeername(c, (struct sockaddr *)text, &len), ENOTCONN) &&
		   local_name(c).len == NAME_AT,
	   "UNIX-015: an unconnected one: ENOTCONN, and length 2");
	close(c);
	close(l);
	unlink("server");
	unlink("client");
}

/* A stream says who sent, too, when the sender has a name. */
static void test_stream_senders(void)
{
	struct name name = own_name("server"), client = own_name("client"), got = { .len = 110 };
	int l = make_listener(SOCK_STREAM, &name, 5), c = new_socket(SOCK_STREAM), a;
	char text[8];

	connect_to(c, &name);
	a = accept(l, NULL, NULL);
	write(c, "x", 1);
	ok(recvfrom(a, text, 8, 0, (struct sockaddr *)&got.un, &got.len) == 1 && got.len == 0,
	   "UNIX-015: recvfrom of a stream: length 0 without a name");
	bind_to(c, &client);
	write(c, "x", 1);
	got.len = sizeof(got.un);
	ok(recvfrom(a, text, 8, 0, (struct sockaddr *)&got.un, &got.len) == 1 &&
		   same_name(&got, &client),
	   "UNIX-015: and the sender's name");
	close(a);
	close(c);
	close(l);
}

/* ---- what is left behind ---- */

static void test_path_stays(void)
{
	struct name name = path_name("stays");
	int l = make_listener(SOCK_STREAM, &name, 5), c = new_socket(SOCK_STREAM), a, again;

	connect_to(c, &name);
	a = accept(l, NULL, NULL);
	close(l);
	again = new_socket(SOCK_STREAM);
	ok(access("stays", F_OK) == 0 && failed_with(connect_to(again, &name), ECONNREFUSED),
	   "UNIX-017: the path stays: connect is ECONNREFUSED");
	ok(failed_with(bind_to(again, &name), EADDRINUSE), "UNIX-017: bind is EADDRINUSE");
	ok(write(c, "on", 2) == 2 && gives(a, "on") && write(a, "and", 3) == 3 && gives(c, "and"),
	   "UNIX-017: a connection goes on");
	ok(unlink("stays") == 0 && bind_to(again, &name) == 0 && listen(again, 1) == 0,
	   "UNIX-017: after unlink it can be bound again");
	ok(write(c, "on", 2) == 2 && gives(a, "on"), "UNIX-017: the connection still goes on");
	close(c);
	c = new_socket(SOCK_STREAM);
	unlink("stays");
	ok(failed_with(connect_to(c, &name), ENOENT), "UNIX-017: unlinked while open: ENOENT");
	close(c);
	close(a);
	close(again);
}

/* As a user without rights: the errno of a connect, or of a datagram sent there. */
static int as_user_errno(int type, const struct name *name)
{
	pid_t pid = start_process();
	int fd;

	if (!pid) {
		if (setgid(USER) || setuid(USER))
			_exit(99);
		fd = new_socket(type);
		if (type == SOCK_DGRAM)
			_exit(send_to(fd, "x", 1, 0, name) == 1 ? 0 : errno);
		_exit(connect_to(fd, name) ? errno : 0);
	}
	return status_of(pid);
}

static void test_permission(const char *folder)
{
	struct name name = path_name("guarded"), data = path_name("data");
	int l = make_listener(SOCK_STREAM, &name, 10), d = bound_socket(SOCK_DGRAM, &data);
	struct name inside = path_name("closed/x");
	pid_t pid;

	if (geteuid()) {
		skip("UNIX-017: needs root");
		return;
	}
	chmod(folder, 0755);
	chmod("guarded", 0755);
	chmod("data", 0755);
	ok(as_user_errno(SOCK_STREAM, &name) == EACCES, "UNIX-017: without w: connect is EACCES");
	ok(as_user_errno(SOCK_DGRAM, &data) == EACCES, "UNIX-017: and so is a datagram");
	chmod("guarded", 0002);
	chmod("data", 0002);
	ok(as_user_errno(SOCK_STREAM, &name) == 0 && as_user_errno(SOCK_DGRAM, &data) == 0,
	   "UNIX-017: w alone is enough");
	chmod("guarded", 0775);
	chown("guarded", 0, USER);
	ok(as_user_errno(SOCK_STREAM, &name) == 0, "UNIX-017: the group counts");
	pid = start_process();
	if (!pid) {
		if (setgid(USER) || setuid(USER))
			_exit(99);
		_exit(bind_errno("forbidden"));
	}
	ok(status_of(pid) == EACCES, "UNIX-012: a folder that may not be written: EACCES");
	mkdir("closed", 0700);
	ok(as_user_errno(SOCK_STREAM, &inside) == EACCES, "UNIX-017: nor searched: EACCES");
	rmdir("closed");
	close(l);
	close(d);
	unlink("guarded");
	unlink("data");
}

/* ---- abstract names ---- */

static void test_abstract(void)
{
	char bytes[] = "conduit\0abstract\0";
	struct name name = abstract_name(bytes, 17), off = abstract_name(bytes, 16), got;
	int l = make_listener(SOCK_STREAM, &name, 5), c = new_socket(SOCK_STREAM), fd, twice;

	got = local_name(l);
	ok(same_name(&got, &name) && got.len == NAME_AT + 1 + 17,
	   "UNIX-019: the name is all bytes, zeros too");
	ok(failed_with(connect_to(c, &off), ECONNREFUSED), "UNIX-019: a byte less: ECONNREFUSED");
	off = abstract_name("conduit\0abstract\0\0", 18);
	ok(failed_with(connect_to(c, &off), ECONNREFUSED), "UNIX-019: one more: ECONNREFUSED");
	off = abstract_name("conduit\0Abstract\0", 17);
	ok(failed_with(connect_to(c, &off), ECONNREFUSED), "UNIX-019: another one: ECONNREFUSED");
	ok(connect_to(c, &name) == 0, "UNIX-019: the right one connects");
	fd = new_socket(SOCK_STREAM);
	ok(failed_with(bind_to(fd, &name), EADDRINUSE), "UNIX-019: in use: EADDRINUSE");
	close(fd);
	fd = new_socket(SOCK_DGRAM);
	ok(bind_to(fd, &name) == 0, "UNIX-019: free for another type");
	close(fd);
	ok(failed_with(bind_to(l, &off), EINVAL), "UNIX-019: a second name: EINVAL");
	twice = dup(l);
	close(l);
	fd = new_socket(SOCK_STREAM);
	ok(failed_with(bind_to(fd, &name), EADDRINUSE),
	   "UNIX-019: kept while one descriptor is open");
	l = accept(twice, NULL, NULL);
	close(twice);
	got = local_name(l);
	ok(bind_to(fd, &name) == 0 && same_name(&got, &name),
	   "UNIX-019: free with the last close, though a connection still has it as name");
	close(fd);
	close(l);
	close(c);
}

static void test_abstract_lengths(void)
{
	char bytes[107];
	struct name name;
	int a, b;

	memset(bytes, 'a', sizeof(bytes));
	name = abstract_name(bytes, 107);
	a = bound_socket(SOCK_DGRAM, &name);
	b = new_socket(SOCK_DGRAM);
	ok(name.len == 110 && send_to(b, "x", 1, 0, &name) == 1 && gives(a, "x"),
	   "UNIX-019: 107 bytes are the longest");
	close(a);
	name = abstract_name(bytes, 0);
	ok(bind_to(b, &name) == 0 && local_name(b).len == NAME_AT + 1,
	   "UNIX-019: none at all is a name");
	close(b);
}

/* ---- chosen by the kernel ---- */

static int five_digits(const struct name *name)
{
	int good = name->len == NAME_AT + 6 && name->un.sun_path[0] == '\0';

	for (int i = 1; good && i <= 5; i++)
		good = !!strchr("0123456789abcdef", name->un.sun_path[i]);
	return good;
}

static void test_autobind(void)
{
	struct name name = { .un.sun_family = AF_UNIX, .len = NAME_AT }, got, again, other;
	struct name path = path_name("path");
	int a = new_socket(SOCK_DGRAM), b = new_socket(SOCK_DGRAM), c = new_socket(SOCK_STREAM);

	ok(bind_to(a, &name) == 0, "UNIX-020: bind with length 2");
	got = local_name(a);
	ok(five_digits(&got), "UNIX-020: a zero byte and five hex digits: \"%.5s\"",
	   got.un.sun_path + 1);
	ok(bind_to(a, &name) == 0, "UNIX-020: repeated: no error");
	again = local_name(a);
	ok(same_name(&got, &again), "UNIX-020: and no other name");
	ok(bind_to(b, &name) == 0, "UNIX-020: a second socket");
	other = local_name(b);
	ok(five_digits(&other) && !same_name(&got, &other), "UNIX-020: gets another");
	ok(send_to(b, "x", 1, 0, &got) == 1 && gives(a, "x"), "UNIX-020: datagrams arrive there");
	ok(failed_with(bind_to(a, &path), EINVAL) && access("path", F_OK),
	   "UNIX-020: it is a name: bind to a path is EINVAL");
	ok(bind_to(c, &name) == 0 && listen(c, 1) == 0, "UNIX-020: a stream can listen so");
	close(a);
	a = new_socket(SOCK_STREAM);
	got = local_name(c);
	ok(connect_to(a, &got) == 0, "UNIX-020: and be connected to");
	close(a);
	a = bound_socket(SOCK_DGRAM, &path);
	got = local_name(a);
	ok(bind_to(a, &name) == 0 && same_name(&got, &path),
	   "UNIX-020: one that has a path keeps it");
	unlink("path");
	close(a);
	close(b);
	close(c);
}

int main(void)
{
	char path[32];

	own_directory(path);
	test_node();
	test_bind_refused();
	test_lengths();
	test_other_ways_to_a_node();
	test_pair_takes_a_name();
	test_connect_refused();
	test_names_of_connections();
	test_stream_senders();
	test_path_stays();
	test_permission(path);
	test_abstract();
	test_abstract_lengths();
	test_autobind();
	leave_directory(path);
	return ktap_done();
}
