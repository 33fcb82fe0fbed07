// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom a change of a pipe wakes, and whom not; which changes are events for poll, select and epoll;
 * that splice, tee, vmsplice and sendfile hand on pages and not copies; that nobody's account of
 * pages is wrong after many have grown, shrunk and closed pipes at once.
 * Spec: PIPE-010, PIPE-012, PIPE-024, PIPE-025, PIPE-032, PIPE-040, PIPE-041.
 */
#include "tests/fs/pipes.h"
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/wait.h>

#define MANY 6

/* ---- one byte, one reader ---- */

/* How often a process has slept. */
static long slept(pid_t pid)
{
	char path[64], text[4096], *line;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	if (read_file(path, text, sizeof(text)) <= 0)
		return -1;
	line = strstr(text, "\nvoluntary_ctxt_switches:");
	return line ? strtol(line + 25, NULL, 10) : -1;
}

/*
 * How often it has slept when it sleeps for good. A task says S a moment before it leaves its CPU and
 * is counted: so not before there is a count, and the same one twice.
 */
static long settled(pid_t pid)
{
	long last = 0, now;

	for (int i = 0; i < 5000; i++, last = now) {
		now = thread_state(pid, 0) == 'S' ? slept(pid) : 0;
		if (now > 0 && now == last)
			break;
		pause_ms(2);
	}
	return last;
}

static pid_t sleeper(int fd, int writing)
{
	pid_t pid = fork();
	char c;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(60);
		_exit(writing ? write(fd, block, 4096) != 4096 : read(fd, &c, 1) != 1);
	}
	reaches_state(pid, 'S');
	return pid;
}

/* MANY sleep; each event lets exactly one go on, the first that came, and the rest does not stir. */
static int one_by_one(int fd, int writing, int (*event)(int p[2]), int p[2])
{
	long before[MANY];
	pid_t pids[MANY];
	int good = 1, status;

	for (int i = 0; i < MANY; i++)
		pids[i] = sleeper(fd, writing);
	for (int i = 0; i < MANY; i++)
		before[i] = settled(pids[i]);
	for (int i = 0; i < MANY; i++) {
		good &= event(p);
		good &= waitpid(pids[i], &status, 0) == pids[i] && status == 0;
		for (int k = i + 1; k < MANY; k++)
			good &= slept(pids[k]) == before[k] && thread_state(pids[k], 0) == 'S';
	}
	return good;
}

static int one_byte(int p[2])
{
	return write(p[WR], "x", 1) == 1;
}

static int one_slot(int p[2])
{
	return read(p[RD], block, 4096) == 4096;
}

static void test_exclusive(void)
{
	int p[2];

	make_pipe(p, 0);
	ok(one_by_one(p[RD], 0, one_byte, p), "PIPE-041: one byte wakes one of %d readers", MANY);
	write(p[WR], block, 65536);
	ok(one_by_one(p[WR], 1, one_slot, p), "PIPE-041: one slot wakes one of %d writers", MANY);
	close_pipe(p);
}

/* A reader that takes part passes the wake-up on; all of it in one write. */
static void test_passed_on(void)
{
	pid_t pids[MANY];
	int p[2], status, good = 1;

	make_pipe(p, 0);
	for (int i = 0; i < MANY; i++)
		pids[i] = sleeper(p[RD], 0);
	write(p[WR], "123456", MANY);
	for (int i = 0; i < MANY; i++)
		good &= waitpid(pids[i], &status, 0) == pids[i] && status == 0;
	ok(good && unread(p[RD]) == 0, "PIPE-041: %d bytes of one write reach all %d", MANY, MANY);
	write(p[WR], block, 65536);
	for (int i = 0; i < MANY; i++)
		pids[i] = sleeper(p[WR], 1);
	read(p[RD], block, MANY * 4096);
	for (int i = 0; i < MANY; i++)
		good &= waitpid(pids[i], &status, 0) == pids[i] && status == 0;
	ok(good && unread(p[RD]) == 65536, "PIPE-041: and so does the room of one read");
	close_pipe(p);
}

/* ---- events ---- */

static unsigned int event_now(int ep)
{
	struct epoll_event event;

	return epoll_wait(ep, &event, 1, 0) == 1 ? event.events : 0;
}

static int watch(int fd, unsigned int events)
{
	struct epoll_event event = { .events = events };
	int ep = epoll_create1(0);

	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event);
	return ep;
}

static void test_edges(void)
{
	int p[2], in, out;

	make_pipe(p, O_NONBLOCK);
	in = watch(p[RD], EPOLLIN | EPOLLET);
	out = watch(p[WR], EPOLLOUT | EPOLLET);
	ok(event_now(out) == EPOLLOUT && event_now(out) == 0, "PIPE-025: room is told once");
	write(p[WR], block, 100);
	ok(event_now(in) == EPOLLIN && event_now(in) == 0 && event_now(out) == 0,
	   "PIPE-025: data is told once, to the reader");
	read(p[RD], block, 10);
	ok(event_now(in) == 0, "PIPE-025: what is left after a read is not told again");
	write(p[WR], block, 1);
	ok(event_now(in) == EPOLLIN, "PIPE-025: but every write is");
	fill(p[WR], 4096);
	event_now(in);
	ok(event_now(out) == 0 && read(p[RD], block, 1) == 1 && event_now(out) == 0,
	   "PIPE-025 PIPE-012: part of a slot is no edge");
	read(p[RD], block, 4096 + 99);
	ok(event_now(out) == EPOLLOUT && event_now(out) == 0, "PIPE-025: a slot is, once");
	read(p[RD], block, 4096);
	ok(event_now(out) == 0, "PIPE-025: a further one is not: the pipe was not full");
	close(p[WR]);
	ok(event_now(in) == (EPOLLIN | EPOLLHUP) && event_now(in) == 0,
	   "PIPE-025 PIPE-024: the end is an event");
	close(in);
	close(out);
	close(p[RD]);

	make_pipe(p, O_NONBLOCK);
	out = watch(p[WR], EPOLLET);
	ok(event_now(out) == 0, "PIPE-024: nothing asked for, nothing told");
	close(p[RD]);
	ok(event_now(out) == EPOLLERR && event_now(out) == 0, "PIPE-024: but the error");
	close(out);
	close(p[WR]);
}

/* Two sets watch one pipe, exclusively, and somebody sleeps on each: a write wakes one. */
static void test_exclusive_sets(void)
{
	int p[2], sets[2], woken, status;
	struct epoll_event event;
	long before[2];
	pid_t pids[2], first;

	make_pipe(p, O_NONBLOCK);
	for (int i = 0; i < 2; i++) {
		sets[i] = watch(p[RD], EPOLLIN | EPOLLEXCLUSIVE);
		pids[i] = fork();
		if (!pids[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			alarm(60);
			_exit(epoll_wait(sets[i], &event, 1, -1) != 1);
		}
		before[i] = settled(pids[i]);
	}
	write(p[WR], "x", 1);
	first = waitpid(-1, &status, 0);
	woken = first == pids[1];
	ok(status == 0 && thread_state(pids[!woken], 0) == 'S' &&
		   slept(pids[!woken]) == before[!woken],
	   "PIPE-041: EPOLLEXCLUSIVE: one write wakes one of two sets");
	write(p[WR], "y", 1);
	kill(pids[!woken], SIGKILL);
	waitpid(pids[!woken], &status, 0);
	close(sets[0]);
	close(sets[1]);
	close_pipe(p);
}

/* The same states as select sees them: the end and the error count as ready. */
static int selected(int fd, int write)
{
	struct timeval now = { 0, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(fd, &set);
	return select(fd + 1, write ? NULL : &set, write ? &set : NULL, NULL, &now);
}

static void test_select(void)
{
	int p[2];

	make_pipe(p, O_NONBLOCK);
	ok(selected(p[RD], 0) == 0 && selected(p[WR], 1) == 1, "PIPE-023: select: empty");
	fill(p[WR], 4096);
	ok(selected(p[RD], 0) == 1 && selected(p[WR], 1) == 0, "PIPE-023: select: full");
	ok(selected(p[RD], 1) == 0 && selected(p[WR], 0) == 0, "PIPE-023: select: the wrong way");
	close(p[RD]);
	ok(selected(p[WR], 1) == 1 && poll_now(p[WR], POLLOUT) == POLLERR,
	   "PIPE-024: select: a write that would fail does not wait");
	close(p[WR]);
	make_pipe(p, O_NONBLOCK);
	close(p[WR]);
	ok(selected(p[RD], 0) == 1 && poll_now(p[RD], POLLIN) == POLLHUP,
	   "PIPE-024: select: nor does a read of the end");
	close(p[RD]);
}

/* ---- what FIONREAD counts ---- */

static void test_unread(void)
{
	int p[2], q[2], n = 7;

	make_pipe(p, O_NONBLOCK | O_DIRECT);
	make_pipe(q, O_NONBLOCK);
	ok(unread(p[RD]) == 0 && unread(p[WR]) == 0, "PIPE-010: FIONREAD of an empty pipe");
	write(p[WR], "abc", 3);
	write(p[WR], "defgh", 5);
	ok(unread(p[RD]) == 8 && unread(p[WR]) == 8, "PIPE-010: all packets");
	read(p[RD], block, 1);
	ok(unread(p[RD]) == 5, "PIPE-010 PIPE-026: without what a read threw away");
	tee(p[RD], q[WR], 2, 0);
	ok(unread(q[RD]) == 2 && unread(p[RD]) == 5, "PIPE-010: of a copy only what was copied");
	splice(p[RD], NULL, q[WR], NULL, 4, 0);
	ok(unread(q[RD]) == 6 && unread(p[RD]) == 1, "PIPE-010: and what was moved");
	close(p[WR]);
	ok(unread(p[RD]) == 1, "PIPE-010: after the end");
	ok(failed_with(ioctl(p[RD], FIONREAD, (int *)8), EFAULT) &&
		   ioctl(p[RD], FIONREAD, &n) == 0 && n == 1,
	   "PIPE-010: EFAULT");
	ok(failed_with(ioctl(p[RD], 0x5401, &n), ENOTTY), "PIPE-010: other requests are ENOTTY");
	close(p[RD]);
	close_pipe(q);
}

/* ---- pages, not bytes ---- */

/* What comes out of fd was changed after it went in, so it was not copied on the way. */
static int comes_changed(int fd, char *page)
{
	char buf[4096];
	ssize_t n;

	memset(page, 'N', 4096);
	n = read(fd, buf, sizeof(buf));
	memset(page, 'o', 4096);
	return n == 4096 && buf[0] == 'N' && buf[4095] == 'N';
}

static void test_pages(void)
{
	char *anon = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int p[2], q[2], r[2], file = memfd_create("p", 0);
	struct iovec vec = { anon, 4096 };
	loff_t at = 0;
	char *map;

	ftruncate(file, 8192);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	memset(map, 'o', 4096);
	memset(anon, 'o', 4096);
	make_pipe(p, O_NONBLOCK);
	make_pipe(q, O_NONBLOCK);
	make_pipe(r, O_NONBLOCK);
	ok(vmsplice(p[WR], &vec, 1, 0) == 4096 && comes_changed(p[RD], anon),
	   "PIPE-040: vmsplice gives the page itself");
	ok(splice(file, &at, p[WR], NULL, 4096, 0) == 4096 && comes_changed(p[RD], map),
	   "PIPE-040: splice from a file gives the page of the page cache");
	at = 0;
	ok(sendfile(p[WR], file, &at, 4096) == 4096 && comes_changed(p[RD], map),
	   "PIPE-040: and so does sendfile");
	vmsplice(p[WR], &vec, 1, 0);
	ok(splice(p[RD], NULL, q[WR], NULL, 4096, 0) == 4096 && comes_changed(q[RD], anon),
	   "PIPE-040: splice between pipes moves it");
	vmsplice(p[WR], &vec, 1, 0);
	ok(tee(p[RD], q[WR], 4096, 0) == 4096 && tee(q[RD], r[WR], 4096, 0) == 4096 &&
		   comes_changed(q[RD], anon) && comes_changed(r[RD], anon) &&
		   comes_changed(p[RD], anon),
	   "PIPE-040: tee shares it, and the copy of a copy");
	/* Appending behind a shared page's bytes would write into the file. */
	at = 0;
	splice(file, &at, p[WR], NULL, 10, 0);
	write(p[WR], "behind", 6);
	ok(map[10] == 'o' && read(p[RD], block, 99) == 16 && !memcmp(block, "oooooooooobehind", 16),
	   "PIPE-040: a write never goes into a page that is somebody else's");
	close_pipe(p);
	close_pipe(q);
	close_pipe(r);
	close(file);
	munmap(map, 4096);
	munmap(anon, 4096);
}

/* ---- accounts ---- */

#define SOFT "/proc/sys/fs/pipe-user-pages-soft"
#define USER 1005

static void grow_and_shrink(int seed)
{
	for (int i = 0; i < 40; i++) {
		int p[2];

		if (pipe(p))
			_exit(1);
		write(p[WR], block, 5000);
		for (int k = 0; k < 4; k++)
			fcntl(p[k & 1], F_SETPIPE_SZ, 4096 << ((seed + i * 3 + k) % 6));
		close_pipe(p);
	}
	_exit(0);
}

/* Of 64 pages exactly four pipes of 16 can be had, if nothing was forgotten. */
static void four_pipes(void)
{
	int p[2];

	if (setuid(USER))
		_exit(1);
	for (int i = 0; i < 5; i++) {
		make_pipe(p, 0);
		if (fcntl(p[RD], F_GETPIPE_SZ) != (i < 4 ? 65536 : 8192))
			_exit(2 + i);
	}
}

static void test_accounts(void)
{
	long soft = read_number(SOFT);
	pid_t pids[4];
	int status, good = 1;

	if (geteuid()) {
		skip("PIPE-032: needs root");
		return;
	}
	write_number(SOFT, 64);
	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			alarm(60);
			if (setuid(USER))
				_exit(2);
			grow_and_shrink(i);
		}
	}
	for (int i = 0; i < 4; i++)
		good &= waitpid(pids[i], &status, 0) == pids[i] && status == 0;
	status = child_status(four_pipes);
	ok(good && status == 0, "PIPE-032: the account of a user is exact after all that (%x)",
	   status);
	write_number(SOFT, soft);
}

int main(void)
{
	signal(SIGPIPE, SIG_IGN);
	test_exclusive();
	test_passed_on();
	test_edges();
	test_exclusive_sets();
	test_select();
	test_unread();
	test_pages();
	test_accounts();
	return ktap_done();
}
