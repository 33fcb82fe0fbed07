/* SPDX-License-Identifier: GPL-2.0-only */
/* For the tests of AF_UNIX sockets: pairs, names, listeners, and what one call says at once. */
#ifndef TESTS_IPC_UNIX_H
#define TESTS_IPC_UNIX_H

#include "tests/fs/pipes.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#define NAME_AT offsetof(struct sockaddr_un, sun_path)

/* An address and its length, as bind(2) and connect(2) want them together. */
struct name {
	struct sockaddr_un un;
	socklen_t len;
};

static inline struct name path_name(const char *path)
{
	struct name name = { .un.sun_family = AF_UNIX };
	size_t len = strlen(path);

	memcpy(name.un.sun_path, path, len);
	name.len = (socklen_t)(NAME_AT + len + 1);
	return name;
}

/* len bytes after the zero byte that says: no path. */
static inline struct name abstract_name(const char *bytes, size_t len)
{
	struct name name = { .un.sun_family = AF_UNIX };

	memcpy(name.un.sun_path + 1, bytes, len);
	name.len = (socklen_t)(NAME_AT + 1 + len);
	return name;
}

/* A name that no other test uses. */
static inline struct name own_name(const char *word)
{
	char bytes[64];
	int len = snprintf(bytes, sizeof(bytes), "conduit-%d-%s", getpid(), word);

	return abstract_name(bytes, len);
}

static inline int bind_to(int fd, const struct name *name)
{
	return bind(fd, (const struct sockaddr *)&name->un, name->len);
}

static inline int connect_to(int fd, const struct name *name)
{
	return connect(fd, (const struct sockaddr *)&name->un, name->len);
}

static inline ssize_t send_to(int fd, const void *buf, size_t len, int flags,
			      const struct name *name)
{
	return sendto(fd, buf, len, flags, (const struct sockaddr *)&name->un, name->len);
}

static inline struct name local_name(int fd)
{
	struct name name = { .len = sizeof(name.un) };

	if (getsockname(fd, (struct sockaddr *)&name.un, &name.len))
		name.len = -1;
	return name;
}

static inline struct name peer_name(int fd)
{
	struct name name = { .len = sizeof(name.un) };

	if (getpeername(fd, (struct sockaddr *)&name.un, &name.len))
		name.len = -1;
	return name;
}

static inline int same_name(const struct name *a, const struct name *b)
{
	return a->len == b->len && !memcmp(&a->un, &b->un, a->len);
}

static inline int new_socket(int type)
{
	int fd = socket(AF_UNIX, type, 0);

	if (fd < 0) {
		perror("socket");
		_exit(99);
	}
	return fd;
}

static inline void make_pair(int s[2], int type)
{
	if (socketpair(AF_UNIX, type, 0, s)) {
		perror("socketpair");
		_exit(99);
	}
}

static inline void close_pair(int s[2])
{
	close(s[0]);
	close(s[1]);
}

static inline int bound_socket(int type, const struct name *name)
{
	int fd = new_socket(type);

	if (bind_to(fd, name)) {
		perror("bind");
		_exit(99);
	}
	return fd;
}

static inline int make_listener(int type, const struct name *name, int backlog)
{
	int fd = bound_socket(type, name);

	if (listen(fd, backlog)) {
		perror("listen");
		_exit(99);
	}
	return fd;
}

/* An integer option; -1 when there is none. */
static inline int option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &len) || len != sizeof(value) ? -1 : value;
}

static inline int set_option(int fd, int name, int value)
{
	return setsockopt(fd, SOL_SOCKET, name, &value, sizeof(value));
}

static inline int set_timeout(int fd, int name, long ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	return setsockopt(fd, SOL_SOCKET, name, &tv, sizeof(tv));
}

static inline long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

/*
 * Since when a call waits. Linux counts sockets' time-outs in ticks, which come late and several at once
 * where a busy host runs the machine now and then; its coarse clock moves with them.
 */
struct moment {
	long long ms, coarse_ms;
};

static inline struct moment this_moment(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return (struct moment){ now_ms(), ts.tv_sec * 1000ll + ts.tv_nsec / 1000000 };
}

/* So many milliseconds ago, by one of the two clocks? */
static inline int was_ago(struct moment since, long long ms)
{
	struct moment now = this_moment();

	return now.ms - since.ms >= ms || now.coarse_ms - since.coarse_ms >= ms;
}

/* Does the next receive give exactly this? */
static inline int gives(int fd, const char *text)
{
	char buf[4096];
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

	return n == (ssize_t)strlen(text) && !memcmp(buf, text, n);
}

static inline int gives_eof(int fd)
{
	char buf[16];

	return recv(fd, buf, sizeof(buf), MSG_DONTWAIT) == 0;
}

static inline int gives_error(int fd, int err)
{
	char buf[16];

	return failed_with(recv(fd, buf, sizeof(buf), MSG_DONTWAIT), err);
}

static inline int nothing_yet(int fd)
{
	return gives_error(fd, EAGAIN);
}

/* Sends messages of size bytes until there is no room: how many went. */
static inline int fill_socket(int fd, size_t size)
{
	int n = 0;

	while (send(fd, block, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size)
		n++;
	return n;
}

static inline size_t drain(int fd)
{
	size_t all = 0;
	ssize_t n;

	while ((n = recv(fd, block, sizeof(block), MSG_DONTWAIT)) > 0)
		all += n;
	return all;
}

/* A child that does not outlive its parent, nor hang for ever. */
static inline pid_t start_process(void)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(100);
	}
	return pid;
}

/* How a child ended: its status, or 1000 + how it was killed. */
static inline int status_of(pid_t pid)
{
	int status = -1;

	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

/* A directory of one's own to bind in; is the current one afterwards. */
static inline void own_directory(char *path)
{
	strcpy(path, "/tmp/unixXXXXXX");
	if (!mkdtemp(path) || chdir(path)) {
		perror("mkdtemp");
		_exit(99);
	}
}

static inline void leave_directory(const char *path)
{
	if (chdir("/") || rmdir(path))
		perror("rmdir");
}

#endif
