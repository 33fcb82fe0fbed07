// SPDX-License-Identifier: GPL-2.0-only
/*
 * splice and sendfile with files that have no page cache: devices, terminals, /proc. What only makes
 * sense as one record, as a counter, is refused.
 * Spec: PIPE-040
 */
#include "tests/fs/pipes.h"
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <termios.h>

static void test_null(void)
{
	int p[2], null = open("/dev/null", O_RDWR), file = memfd_create("n", 0);

	make_pipe(p, O_NONBLOCK);
	write(p[WR], block, 10000);
	ok(splice(p[RD], NULL, null, NULL, 4000, 0) == 4000 && unread(p[RD]) == 6000 &&
		   splice(p[RD], NULL, null, NULL, 65536, 0) == 6000 && unread(p[RD]) == 0,
	   "PIPE-040: /dev/null takes what a pipe holds");
	ok(failed_with(splice(p[RD], NULL, null, NULL, 1, 0), EAGAIN), "and waits for no more");
	ftruncate(file, 100000);
	ok(sendfile(null, file, NULL, 100000) == 100000, "sendfile to /dev/null");
	close_pipe(p);
	close(file);
	close(null);
}

static void test_proc(void)
{
	static char expected[4096], buf[4096];
	int p[2], version = open("/proc/version", O_RDONLY), file = memfd_create("v", 0);
	int limit = open("/proc/sys/fs/pipe-max-size", O_RDONLY);
	ssize_t len = pread(version, expected, sizeof(expected), 0), n;

	make_pipe(p, O_NONBLOCK);
	n = splice(version, NULL, p[WR], NULL, 4096, 0);
	ok(n == len && read(p[RD], buf, 4096) == len && !memcmp(buf, expected, len),
	   "PIPE-040: a file of /proc into a pipe (%zd of %zd)", n, len);
	ok(splice(version, NULL, p[WR], NULL, 4096, 0) == 0, "up to its end");
	lseek(version, 3, SEEK_SET);
	n = sendfile(file, version, NULL, 4096);
	ok(n == len - 3 && pread(file, buf, 4096, 0) == n && !memcmp(buf, expected + 3, n),
	   "sendfile from /proc (%zd of %zd)", n, len - 3);
	ok(splice(limit, NULL, p[WR], NULL, 4096, 0) == 8 && read(p[RD], buf, 4096) == 8 &&
		   !memcmp(buf, "1048576\n", 8),
	   "and of /proc/sys");
	close(limit);
	close(version);
	close(file);
	close_pipe(p);
}

/* A pseudo-terminal without any processing: the master's descriptor, *slave the other. */
static int open_pty(int *slave)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY), unlocked = 0, number = 0;
	struct termios raw;
	char name[32];

	ioctl(master, TIOCSPTLCK, &unlocked);
	ioctl(master, TIOCGPTN, &number);
	snprintf(name, sizeof(name), "/dev/pts/%d", number);
	*slave = open(name, O_RDWR | O_NOCTTY);
	tcgetattr(*slave, &raw);
	raw.c_lflag &= ~(ICANON | ECHO | ISIG);
	raw.c_oflag &= ~OPOST;
	raw.c_iflag = 0;
	tcsetattr(*slave, TCSANOW, &raw);
	return master;
}

static void test_terminals(void)
{
	int p[2], slave, master = open_pty(&slave), file = memfd_create("t", 0);
	char buf[64] = "";

	make_pipe(p, O_NONBLOCK);
	write(p[WR], "to you", 6);
	ok(splice(p[RD], NULL, master, NULL, 64, 0) == 6 && read(slave, buf, 64) == 6 &&
		   !memcmp(buf, "to you", 6),
	   "PIPE-040: a pipe's bytes to a terminal");
	write(slave, "and back", 8);
	ok(splice(master, NULL, p[WR], NULL, 64, 0) == 8 && read(p[RD], buf, 64) == 8 &&
		   !memcmp(buf, "and back", 8),
	   "and a terminal's into a pipe");
	set_flags(master, O_NONBLOCK, 0);
	ok(failed_with(splice(master, NULL, p[WR], NULL, 64, 0), EAGAIN), "EAGAIN is the file's");
	write(file, "a file", 6);
	lseek(file, 0, SEEK_SET);
	ok(sendfile(slave, file, NULL, 6) == 6 && read(master, buf, 64) == 6 &&
		   !memcmp(buf, "a file", 6),
	   "sendfile to a terminal");
	write(master, "x", 1);
	ok(failed_with(sendfile(file, slave, NULL, 1), EINVAL) && read(slave, buf, 64) == 1,
	   "not from one: its position means nothing");
	close(master);
	close(slave);
	close(file);
	close_pipe(p);
}

static void test_counters(void)
{
	int p[2], counter = eventfd(5, EFD_NONBLOCK);
	unsigned long long value = 3;

	make_pipe(p, O_NONBLOCK);
	ok(failed_with(splice(counter, NULL, p[WR], NULL, 8, 0), EINVAL) && unread(p[RD]) == 0,
	   "from an eventfd: EINVAL");
	write(p[WR], &value, 8);
	ok(failed_with(splice(p[RD], NULL, counter, NULL, 8, 0), EINVAL) && unread(p[RD]) == 8 &&
		   read(counter, &value, 8) == 8 && value == 5,
	   "into one: EINVAL, and nothing is lost");
	close(counter);
	close_pipe(p);
}

/*
 * Who waits for a device on behalf of a pipe keeps a slot for what comes, and nobody else out. (Linux
 * holds the pipe's mutex meanwhile, so there all others would wait too.)
 */
static void test_slot_is_kept(void)
{
	int p[2], slave, master, status, n;
	char c = 0;
	pid_t pid;

	if (!on_conduit()) {
		skip("a splice that waits for a device locks the pipe");
		return;
	}
	master = open_pty(&slave);
	make_pipe(p, O_NONBLOCK);
	pid = fork();
	if (!pid)
		_exit(splice(slave, NULL, p[WR], NULL, 64, 0) != 1);
	reaches_state(pid, 'S');
	n = fill(p[WR], 4096);
	ok(n == 15 && fcntl(p[WR], F_GETPIPE_SZ) == 65536 && poll_now(p[WR], POLLOUT) == 0,
	   "others fill the pipe but for one slot (%d)", n);
	ok(failed_with(fcntl(p[WR], F_SETPIPE_SZ, 32768), EBUSY) &&
		   fcntl(p[WR], F_SETPIPE_SZ, 131072) == 131072 &&
		   fcntl(p[WR], F_SETPIPE_SZ, 65536) == 65536 &&
		   failed_with(write(p[WR], &c, 1), EAGAIN),
	   "which is counted when the size changes");
	write(master, "x", 1);
	ok(waitpid(pid, &status, 0) == pid && status == 0 && unread(p[RD]) == 15 * 4096 + 1,
	   "so that what comes finds room");
	ok(failed_with(splice(slave, NULL, p[WR], NULL, 64, 0), EAGAIN),
	   "for a full pipe nobody waits");
	read(p[RD], block, 4096);
	pid = fork();
	if (!pid) {
		catch (SIGUSR1, 0);
		_exit(!failed_with(splice(slave, NULL, p[WR], NULL, 64, 0), EINTR));
	}
	reaches_state(pid, 'S');
	ok(failed_with(write(p[WR], block, 4096), EAGAIN), "the last slot is kept");
	kill(pid, SIGUSR1);
	ok(waitpid(pid, &status, 0) == pid && status == 0 && write(p[WR], block, 4096) == 4096,
	   "until a signal ends the call");
	close(master);
	close(slave);
	close_pipe(p);
}

int main(void)
{
	test_null();
	test_proc();
	test_terminals();
	test_counters();
	test_slot_is_kept();
	return ktap_done();
}
