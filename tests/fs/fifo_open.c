// SPDX-License-Identifier: GPL-2.0-only
/*
 * FIFOs: making, the open protocol, hang-ups, signals, names.
 * Spec: FIFO-001 to FIFO-017
 */
#include "tests/fs/pipes.h"
#include "tests/fs/files.h"

static int fifo(const char *name)
{
	unlink(name);
	return mkfifo(name, 0666);
}

/* A child that opens "f" with flags and ends with 0 when that worked, else with errno. */
static pid_t opener(int flags)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(60);
		_exit(open("f", flags) >= 0 ? 0 : errno);
	}
	return pid;
}

static int result(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + status;
}

static int mknod_as_user(void)
{
	return setuid(1000) || mknod("u/mine", S_IFIFO | 0600, 0);
}

static void child_mknod(void)
{
	_exit(mknod_as_user());
}

static void test_names(void)
{
	struct stat st;

	ok(fifo("f") == 0 && !stat("f", &st) && st.st_mode == (S_IFIFO | 0644),
	   "FIFO-001: mode & ~umask");
	ok(failed_with(mkfifo("f", 0666), EEXIST) && failed_with(mkfifo("no/f", 0666), ENOENT),
	   "FIFO-001: EEXIST, ENOENT");
	if (geteuid() == 0) {
		mkdir("u", 0777);
		chmod("u", 0777);
		ok(child_status(child_mknod) == 0, "FIFO-001: needs no privilege");
	} else {
		skip("FIFO-001 as another user needs root");
	}
}

static void test_blocking_opens(void)
{
	int fd;
	pid_t pid;

	fifo("f");
	pid = opener(O_RDONLY);
	ok(reaches_state(pid, 'S'), "FIFO-002: a reader waits");
	fd = open("f", O_WRONLY);
	ok(fd >= 0 && result(pid) == 0, "FIFO-002: for a writer");
	close(fd);
	pid = opener(O_WRONLY);
	ok(reaches_state(pid, 'S'), "FIFO-002: a writer waits");
	fd = open("f", O_RDONLY);
	ok(fd >= 0 && result(pid) == 0, "FIFO-002: for a reader");
	close(fd);

	ok(failed_with(open("f", O_WRONLY | O_NONBLOCK), ENXIO), "FIFO-004: no reader is ENXIO");
	fd = open("f", O_RDONLY | O_NONBLOCK);
	ok(fd >= 0, "FIFO-003: a non-blocking reader opens at once");
	pid = opener(O_WRONLY | O_NONBLOCK);
	ok(result(pid) == 0, "FIFO-004: with a reader it works");
	close(fd);

	fd = open("f", O_RDWR);
	ok(fd >= 0 && write(fd, "abc", 3) == 3 && read(fd, block, 8) == 3,
	   "FIFO-007: O_RDWR is its own partner");
	ok(result(opener(O_RDONLY)) == 0 && result(opener(O_WRONLY)) == 0,
	   "FIFO-007: and that of others");
	close(fd);
}

static void test_eof_and_hangup(void)
{
	int r, w, r2, w2;
	char buf[8];

	fifo("f");
	r = open("f", O_RDONLY | O_NONBLOCK);
	ok(read(r, buf, 8) == 0, "FIFO-005: no writer: 0");
	ok(poll_now(r, POLLIN) == 0, "FIFO-006: no hang-up before the first writer");
	w = open("f", O_WRONLY);
	ok(failed_with(read(r, buf, 8), EAGAIN), "FIFO-005: a writer and no data: EAGAIN");
	write(w, "hello", 5);
	ok(read(r, buf, 8) == 5, "FIFO-005: data");
	close(w);
	ok(read(r, buf, 8) == 0, "FIFO-005: and the end");
	ok(poll_now(r, POLLIN) == POLLHUP, "FIFO-006: a hang-up when the last writer closed");
	r2 = open("f", O_RDONLY | O_NONBLOCK);
	ok(poll_now(r2, POLLIN) == 0 && poll_now(r, POLLIN) == POLLHUP,
	   "FIFO-006: not for a reader who came later");
	w = open("f", O_WRONLY);
	ok(poll_now(r, POLLIN) == 0, "FIFO-006: a new writer ends it");
	w2 = open("f", O_WRONLY);
	close(w);
	ok(failed_with(read(r, buf, 8), EAGAIN), "FIFO-012: EOF only when the last writer closes");
	close(w2);
	ok(read(r, buf, 8) == 0, "FIFO-012: then it comes");
	close(r2);

	w = open("f", O_WRONLY);
	write(w, "kept", 4);
	close(w);
	ok(read(r, buf, 2) == 2, "FIFO-010: data outlives its writer");
	close(r);
	r = open("f", O_RDONLY | O_NONBLOCK);
	ok(read(r, buf, 8) == 0, "FIFO-010: but not the last descriptor");
	close(r);
}

static void read_eintr(void)
{
	catch (SIGUSR1, 0);
	_exit(!(failed_with(open("f", O_RDONLY), EINTR) && dup(0) == 3));
}

static void read_restart(void)
{
	catch (SIGUSR1, SA_RESTART);
	_exit(!(open("f", O_RDONLY) == 3 && handled == 1));
}

static pid_t start(void (*fn)(void))
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(60);
		for (int fd = 3; fd < 32; fd++)
			close(fd);
		fn();
	}
	reaches_state(pid, 'S');
	return pid;
}

static void read_end_child(void)
{
	char c;
	int fd = open("f", O_RDONLY);

	_exit(fd < 0 || read(fd, &c, 1) != 0);
}

static void test_interrupted(void)
{
	int w;
	pid_t pid;

	fifo("f");
	pid = start(read_eintr);
	kill(pid, SIGUSR1);
	ok(result(pid) == 0, "FIFO-008: a handler ends a waiting open: EINTR, no descriptor used");
	ok(failed_with(open("f", O_WRONLY | O_NONBLOCK), ENXIO),
	   "FIFO-008: and it is no reader any more");
	pid = start(read_restart);
	kill(pid, SIGUSR1);
	pause_ms(20);
	reaches_state(pid, 'S');
	w = open("f", O_WRONLY);
	ok(result(pid) == 0, "FIFO-008: or with SA_RESTART waits on");
	close(w);

	pid = start(read_end_child);
	w = open("f", O_WRONLY | O_NONBLOCK);
	close(w);
	ok(w >= 0 && result(pid) == 0,
	   "FIFO-009 DESIGN-015: a partner who left at once has been met");
}

static void test_descriptors(void)
{
	int r, w;
	struct stat st;
	char buf[8];

	fifo("f");
	r = open("f", O_RDONLY | O_NONBLOCK);
	w = open("f", O_WRONLY | O_TRUNC | O_APPEND);
	ok(w >= 0, "FIFO-015: O_TRUNC and O_APPEND are accepted");
	ok(!fstat(r, &st) && S_ISFIFO(st.st_mode) && st.st_size == 0 &&
		   failed_with(lseek(r, 0, SEEK_SET), ESPIPE) && fcntl(r, F_GETPIPE_SZ) == 65536,
	   "FIFO-011: fstat, lseek, F_GETPIPE_SZ");
	ok(link("f", "g") == 0, "FIFO-017: a second name");
	write(w, "x", 1);
	{
		int other = open("g", O_RDONLY | O_NONBLOCK);

		ok(other >= 0 && read(other, buf, 8) == 1, "FIFO-017: is the same pipe");
		close(other);
	}
	unlink("g");

	unlink("f");
	ok(write(w, "y", 1) == 1 && read(r, buf, 8) == 1,
	   "FIFO-013: open descriptors outlive the name");
	mkfifo("f", 0666);
	ok(failed_with(open("f", O_WRONLY | O_NONBLOCK), ENXIO),
	   "FIFO-013: a new one is another pipe");

	catch (SIGPIPE, 0);
	close(r);
	ok(failed_with(write(w, "x", 1), EPIPE) && handled == 1,
	   "FIFO-014: no reader: SIGPIPE, EPIPE");
	close(w);

	r = open("f", O_RDONLY | O_NONBLOCK);
	w = open("f", O_WRONLY | O_NONBLOCK);
	write(w, "1", 1);
	close(r);
	ok(failed_with(write(w, "2", 1), EPIPE), "FIFO-016: a writer without readers");
	r = open("f", O_RDONLY | O_NONBLOCK);
	ok(write(w, "3", 1) == 1 && read(r, buf, 8) == 2 && !memcmp(buf, "13", 2),
	   "FIFO-016: goes on with the next, and what was queued is there");
	close(r);
	close(w);
	signal(SIGPIPE, SIG_DFL);
}

static void open_without_permission(void)
{
	_exit(setuid(1000) || !failed_with(open("f", O_RDONLY | O_NONBLOCK), EACCES));
}

int main(void)
{
	if (geteuid()) {
		return ktap_skip_all("needs root for a tmpfs of its own");
	}
	enter_scratch();
	test_names();
	test_blocking_opens();
	test_eof_and_hangup();
	test_interrupted();
	test_descriptors();
	chmod("f", 0200);
	ok(child_status(open_without_permission) == 0, "FIFO-015: permissions count");
	leave_scratch();
	return ktap_done();
}
