// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/unix: one line for each socket, whatever state it is in.
 * Spec: UNIX-045.
 */
#include "tests/ipc/unix_fds.h"

#define HEADER "Num       RefCount Protocol Flags    Type St Inode Path\n"
#define MANY   300

struct line {
	unsigned long num, refs, protocol, flags, type, state, inode;
	char path[256]; /* with the space before it */
};

static char text[1 << 18];

/* All of a file, in pieces of that size. */
static int read_pieces(const char *path, size_t piece)
{
	int fd = open(path, O_RDONLY), n = 0;
	ssize_t got;

	while (fd >= 0 && (got = read(fd, text + n, piece)) > 0 && n < (int)sizeof(text) - 8192)
		n += (int)got;
	text[n] = '\0';
	if (fd >= 0)
		close(fd);
	return n;
}

static int parse(const char *start, struct line *line)
{
	int end = -1;
	const char *stop = strchr(start, '\n');

	memset(line, 0, sizeof(*line));
	if (sscanf(start, "%16lx: %8lx %8lx %8lx %4lx %2lx %lu%n", &line->num, &line->refs,
		   &line->protocol, &line->flags, &line->type, &line->state, &line->inode,
		   &end) != 7 ||
	    end < 0 || !stop || stop - (start + end) >= (int)sizeof(line->path))
		return 0;
	memcpy(line->path, start + end, stop - (start + end));
	return 1;
}

/* How many lines there are for the inode; the last one. -1: some line cannot be understood. */
static int find_lines(unsigned long inode, struct line *found)
{
	int n = 0;
	char *at = strchr(text, '\n');
	struct line line;

	for (at = at ? at + 1 : NULL; at && *at; at = strchr(at, '\n') + 1) {
		if (!parse(at, &line))
			return -1;
		if (line.inode == inode) {
			*found = line;
			n++;
		}
	}
	return n;
}

static unsigned long inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

/* Is there one line for fd, that says this? */
static int shows(int fd, unsigned long type, unsigned long state, unsigned long flags,
		 const char *path)
{
	struct line line;
	int n;

	read_pieces("/proc/net/unix", 65536);
	n = find_lines(inode_of(fd), &line);
	if (n == 1 && line.type == type && line.state == state && line.flags == flags &&
	    line.protocol == 0 && line.refs > 0 && !strcmp(line.path, path))
		return 1;
	dprintf(1, "# %d lines: type %lx state %lx flags %lx path \"%s\"\n", n, line.type,
		line.state, line.flags, line.path);
	return 0;
}

static void test_format(void)
{
	char link[64] = "", *at;
	struct stat a, b;
	int fd = new_socket(SOCK_STREAM), digits = 0;

	ok(read_pieces("/proc/net/unix", 65536) > 0 && !strncmp(text, HEADER, strlen(HEADER)),
	   "UNIX-045: /proc/net/unix starts with its header");
	ok(!stat("/proc/net/unix", &a) && S_ISREG(a.st_mode) && (a.st_mode & 0777) == 0444,
	   "UNIX-045: everybody may read it");
	ok(readlink("/proc/net", link, sizeof(link) - 1) == 8 && !strcmp(link, "self/net"),
	   "UNIX-045: /proc/net leads to self/net");
	ok(!stat("/proc/self/net", &a) && S_ISDIR(a.st_mode) && (a.st_mode & 0777) == 0555 &&
		   !stat("/proc/self/net/unix", &a) && !stat("/proc/thread-self/net/unix", &b) &&
		   a.st_ino == b.st_ino,
	   "UNIX-045: which every process has, and every thread");
	at = strchr(text, '\n') + 1;
	while (strchr("0123456789abcdef", at[digits]))
		digits++;
	ok(digits == 16 && at[16] == ':' && at[17] == ' ' && at[26] == ' ' && at[35] == ' ' &&
		   at[44] == ' ' && at[49] == ' ' && at[52] == ' ',
	   "UNIX-045: the fields stand in columns");
	ok(failed_with(open("/proc/net/nothing", O_RDONLY), ENOENT),
	   "UNIX-045: other names do not");
	close(fd);
}

static void test_states(void)
{
	struct name name = own_name("proc"), odd = abstract_name("odd\0name\0", 9);
	char directory[64], path[128];
	int s, d, l, c, a, pair[2], before, after;
	unsigned long inode;
	struct line line;
	struct name here = path_name("sock");

	s = new_socket(SOCK_STREAM);
	d = new_socket(SOCK_DGRAM);
	c = new_socket(SOCK_SEQPACKET);
	ok(shows(s, 1, 1, 0, "") && shows(d, 2, 1, 0, "") && shows(c, 5, 1, 0, ""),
	   "UNIX-045: it lists new sockets, by type");
	bind_to(s, &name);
	snprintf(path, sizeof(path), " @%s", name.un.sun_path + 1);
	ok(shows(s, 1, 1, 0, path), "UNIX-045: an abstract name with a leading @");
	bind_to(d, &odd);
	ok(shows(d, 2, 1, 0, " @odd@name@"), "UNIX-045: and with @ for its zero bytes");
	close(c);
	close(d);
	listen(s, 5);
	l = s;
	ok(shows(l, 1, 1, 0x10000, path), "UNIX-045: a listener by its flag");
	read_pieces("/proc/net/unix", 65536);
	before = find_lines(0, &line);
	c = new_socket(SOCK_STREAM);
	connect_to(c, &name);
	read_pieces("/proc/net/unix", 65536);
	after = find_lines(0, &line);
	ok(shows(c, 1, 3, 0, ""), "UNIX-045: a connected socket");
	ok(after == before + 1 && line.state == 2 && !strcmp(line.path, path),
	   "UNIX-045: its other end, not yet accepted, has no inode, and the listener's name");
	a = accept(l, NULL, NULL);
	ok(shows(a, 1, 3, 0, path), "UNIX-045: and once it is accepted");
	close(a);
	close(c);
	close(l);
	make_pair(pair, SOCK_DGRAM);
	ok(shows(pair[0], 2, 3, 0, "") && shows(pair[1], 2, 3, 0, ""), "UNIX-045: a pair");
	inode = inode_of(pair[0]);
	close_pair(pair);
	read_pieces("/proc/net/unix", 65536);
	ok(find_lines(inode, &line) == 0, "UNIX-045: a closed one no more");
	own_directory(directory);
	s = bound_socket(SOCK_STREAM, &here);
	ok(shows(s, 1, 1, 0, " sock"), "UNIX-045: a path as it was given to bind()");
	unlink("sock");
	ok(shows(s, 1, 1, 0, " sock"), "UNIX-045: also when it is gone");
	close(s);
	leave_directory(directory);
}

static void test_in_flight(void)
{
	int s[2], carried[2];
	unsigned long inode;
	struct line line;

	make_pair(s, SOCK_STREAM);
	make_pair(carried, SOCK_STREAM);
	inode = inode_of(carried[0]);
	send_fd(s[0], carried[0]);
	close_pair(carried);
	read_pieces("/proc/net/unix", 65536);
	ok(find_lines(inode, &line) == 1, "UNIX-045: a socket in flight is listed");
	close_pair(s);
}

/* Each one once, whatever comes and goes meanwhile, and however it is read. */
static void test_many(void)
{
	static int fds[MANY];
	static const size_t pieces[] = { 65536, 1000, 100 };
	pid_t pid;
	struct line line;

	for (int i = 0; i < MANY; i++)
		fds[i] = new_socket(i % 2 ? SOCK_STREAM : SOCK_DGRAM);
	for (size_t k = 0; k < 3; k++) {
		int all = 1;

		read_pieces("/proc/net/unix", pieces[k]);
		for (int i = 0; i < MANY; i++)
			all &= find_lines(inode_of(fds[i]), &line) == 1;
		ok(all, "UNIX-045: %d sockets, read in pieces of %zu bytes", MANY, pieces[k]);
	}
	pid = start_process();
	if (!pid) {
		for (;;) {
			int s[2];

			make_pair(s, SOCK_STREAM);
			close_pair(s);
		}
	}
	{
		int fine = 1;

		for (int k = 0; k < 10; k++)
			fine &= read_pieces("/proc/net/unix", 500) > 0 &&
				find_lines(~0ul, &line) == 0;
		ok(fine, "UNIX-045: every line is whole while sockets come and go");
	}
	kill(pid, SIGKILL);
	status_of(pid);
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
}

int main(void)
{
	test_format();
	test_states();
	test_in_flight();
	test_many();
	return ktap_done();
}
