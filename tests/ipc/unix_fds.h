/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ancillary data by the raw calls: the C library's sendmsg() copies and limits the control buffer
 * that these tests want to be wrong.
 *
 *	send_fds(s[0], "x", 1, fds, 2);
 *	struct parcel p = receive(s[1], 100, 0);
 *	p.n == 1 && p.nfds == 2 …; parcel_close(&p);
 */
#ifndef TESTS_IPC_UNIX_FDS_H
#define TESTS_IPC_UNIX_FDS_H

#include "tests/ipc/unix.h"

#include <sys/resource.h>
#include <sys/time.h>

#ifndef SO_PASSPIDFD
#define SO_PASSPIDFD 76
#define SO_PEERPIDFD 77
#endif
#define SO_PASSRIGHTS_ 83
#define SCM_PIDFD_     4
#define SO_PEERGROUPS_ 59
#define MAX_FDS        253 /* SCM_MAX_FD */

/* As the kernel lays them out. */
struct raw_msghdr {
	void *name;
	int namelen;
	struct iovec *iov;
	size_t iovlen;
	void *control;
	size_t controllen;
	unsigned int flags;
};

struct raw_cmsg {
	size_t len;
	int level, type;
};

struct raw_ucred {
	int pid;
	unsigned int uid, gid;
};

#define RAW_LEN(bytes)   (sizeof(struct raw_cmsg) + (bytes))
#define RAW_SPACE(bytes) ((RAW_LEN(bytes) + 7) & ~7ul)

/* One control buffer in the making. */
struct control {
	size_t len;
	char bytes[8192] __attribute__((aligned(8)));
};

/* len is what the header says; bytes what is behind it. */
static inline void add_cmsg_len(struct control *c, int level, int type, size_t len,
				const void *data, size_t bytes)
{
	struct raw_cmsg head = { len, level, type };

	memset(c->bytes + c->len, 0, RAW_SPACE(bytes));
	memcpy(c->bytes + c->len, &head, sizeof(head));
	memcpy(c->bytes + c->len + sizeof(head), data, bytes);
	c->len += RAW_SPACE(bytes);
}

static inline void add_cmsg(struct control *c, int type, const void *data, size_t bytes)
{
	add_cmsg_len(c, SOL_SOCKET, type, RAW_LEN(bytes), data, bytes);
}

static inline long send_control(int fd, const void *data, size_t len, const void *control,
				size_t controllen, int flags)
{
	struct iovec iov = { (void *)data, len };
	struct raw_msghdr msg = {
		.iov = &iov, .iovlen = 1, .control = (void *)control, .controllen = controllen
	};

	return syscall(SYS_sendmsg, fd, &msg, flags | MSG_NOSIGNAL);
}

static inline long send_fds_flags(int fd, const void *data, size_t len, const int *fds, int n,
				  int flags)
{
	struct control c = { 0 };

	add_cmsg(&c, SCM_RIGHTS, fds, n * sizeof(int));
	return send_control(fd, data, len, c.bytes, c.len, flags);
}

static inline long send_fds(int fd, const void *data, size_t len, const int *fds, int n)
{
	return send_fds_flags(fd, data, len, fds, n, 0);
}

static inline long send_fd(int sock, int fd)
{
	return send_fds(sock, "x", 1, &fd, 1);
}

static inline long send_cred(int fd, int pid, unsigned int uid, unsigned int gid)
{
	struct raw_ucred cred = { pid, uid, gid };
	struct control c = { 0 };

	add_cmsg(&c, SCM_CREDENTIALS, &cred, sizeof(cred));
	return send_control(fd, "c", 1, c.bytes, c.len, 0);
}

/* What one recvmsg() gave. */
struct parcel {
	long n; /* its result */
	unsigned int flags;
	size_t controllen;
	int nfds, fds[MAX_FDS];            /* of all SCM_RIGHTS */
	int rights, creds, pidfds, others; /* headers of each kind */
	struct raw_ucred cred;
	int pidfd;
	char data[4096];
};

/* room: bytes for control data. Never blocks. */
static inline struct parcel receive_room(int fd, size_t len, int flags, size_t room)
{
	char control[8192] __attribute__((aligned(8)));
	struct parcel p = { .pidfd = -1 };
	struct iovec iov = { p.data, len };
	struct raw_msghdr msg = {
		.iov = &iov, .iovlen = 1, .control = room ? control : NULL, .controllen = room
	};

	memset(control, 0x5a, sizeof(control));
	p.n = syscall(SYS_recvmsg, fd, &msg, flags | MSG_DONTWAIT);
	if (p.n < 0)
		return p;
	p.flags = msg.flags;
	p.controllen = msg.controllen;
	for (size_t at = 0; at + sizeof(struct raw_cmsg) <= msg.controllen;) {
		struct raw_cmsg *c = (void *)(control + at);
		char *data = (char *)(c + 1);

		if (c->len < sizeof(*c) || c->level != SOL_SOCKET) {
			p.others++;
			break;
		}
		if (c->type == SCM_RIGHTS) {
			int n = (int)((c->len - sizeof(*c)) / sizeof(int));

			memcpy(p.fds + p.nfds, data, n * sizeof(int));
			p.nfds += n;
			p.rights++;
		} else if (c->type == SCM_CREDENTIALS) {
			memcpy(&p.cred, data, sizeof(p.cred));
			p.creds++;
		} else if (c->type == SCM_PIDFD_) {
			memcpy(&p.pidfd, data, sizeof(int));
			p.pidfds++;
		} else {
			p.others++;
		}
		at += (c->len + 7) & ~7ul;
	}
	return p;
}

static inline struct parcel receive(int fd, size_t len, int flags)
{
	return receive_room(fd, len, flags, 4096);
}

static inline void parcel_close(struct parcel *p)
{
	for (int i = 0; i < p->nfds; i++)
		close(p->fds[i]);
	if (p->pidfd >= 0)
		close(p->pidfd);
	p->nfds = 0;
	p->pidfd = -1;
}

/* Does the next message carry this text, and this many descriptors? Closes them. */
static inline int brings(int fd, size_t len, const char *text, int nfds)
{
	struct parcel p = receive(fd, len, 0);
	int fine = p.n == (long)strlen(text) && !memcmp(p.data, text, p.n) && p.nfds == nfds;

	if (!fine)
		dprintf(1, "# got %ld bytes \"%.20s\", %d descriptors, flags %#x\n", p.n, p.data,
			p.nfds, p.flags);
	parcel_close(&p);
	return fine;
}

/* One descriptor out of the next message, or -1. */
static inline int take_fd(int sock)
{
	struct parcel p = receive(sock, 100, 0);

	if (p.n >= 0 && p.nfds == 1)
		return p.fds[0];
	parcel_close(&p);
	return -1;
}

static inline int is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static inline int lowest_free(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

/* A pipe whose read end does not block: pipe_open() while somebody has the write end. */
static inline void make_probe(int p[2])
{
	make_pipe(p, 0);
	set_flags(p[RD], O_NONBLOCK, 0);
}

static inline int probe_open(int p[2])
{
	char c;

	return failed_with(read(p[RD], &c, 1), EAGAIN);
}

static inline int probe_ended(int p[2])
{
	char c;

	return read(p[RD], &c, 1) == 0;
}

/* Linux closes received files on the way back to user space, and collects in a kernel thread. */
static inline int ends_soon(int p[2])
{
	for (int i = 0; i < 4000; i++) {
		if (probe_ended(p))
			return 1;
		usleep(i < 20 ? 100 : 5000);
	}
	return 0;
}

static inline void limit_files(unsigned long n)
{
	struct rlimit limit = { n, n };

	setrlimit(RLIMIT_NOFILE, &limit);
}

#endif
