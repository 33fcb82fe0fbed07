// SPDX-License-Identifier: GPL-2.0-only
/*
 * Job control: controlling terminals, foreground and background groups, orphans, signals of keys.
 * Rows: SIG-047 (orphaned groups).
 */
#define _GNU_SOURCE
#include <sys/time.h>
#include "tests/drivers/pty.h"
#include "tests/ktap.h"

static int m, s;

/* Everything below runs in a session leader with the slave as controlling terminal. */
static void lead(void)
{
	if (setsid() < 0)
		_exit(90);
	open_pair(&m, &s);
	if (ioctl(s, TIOCSCTTY, 0))
		_exit(91);
	signal(SIGTTOU, SIG_IGN);
}

static int fails_with(int ret, int error)
{
	return ret == -1 && errno == error;
}

static void taking_a_terminal(void)
{
	char name[64];
	int other_m, other_s, fd;

	ok(fails_with(open("/dev/tty", O_RDWR), ENXIO) || 1, "before: whatever we had");
	if (setsid() < 0)
		_exit(1);
	ok(fails_with(open("/dev/tty", O_RDWR), ENXIO), "a new session has no /dev/tty");
	open_pair(&m, &s);
	ok(fails_with(tcgetpgrp(s), ENOTTY), "O_NOCTTY does not take a terminal");
	ptsname_r(m, name, sizeof(name));
	fd = open(name, O_RDWR);
	ok(fd >= 0 && tcgetpgrp(fd) == getpid() && tcgetsid(fd) == getpid(),
	   "a leader's open without O_NOCTTY does");
	close(fd);
	fd = open("/dev/tty", O_RDWR);
	ok(fd >= 0 && tcgetpgrp(fd) == getpid(), "/dev/tty is it");
	ok(tcgetpgrp(m) == getpid(), "the master tells the slave's group");
	open_pair(&other_m, &other_s);
	ok(fails_with(ioctl(other_s, TIOCSCTTY, 0), EPERM), "a second terminal is refused");
	ok(fails_with(tcsetpgrp(other_s, getpid()), ENOTTY), "… also for tcsetpgrp");
	ok(fails_with(tcsetpgrp(s, 1), EPERM), "a group of another session cannot be in front");
	ok(fails_with(tcsetpgrp(s, 999999), ESRCH), "nor one that does not exist");
	signal(SIGHUP, SIG_IGN);
	ok(!ioctl(fd, TIOCNOTTY) && fails_with(open("/dev/tty", O_RDWR), ENXIO),
	   "TIOCNOTTY gives it up");
	close(fd);
}

/* A child in its own group, in the background; the parent sees how it stops or ends. */
static int background(void (*f)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		setpgid(0, 0);
		signal(SIGTTOU, SIG_DFL);
		f();
		_exit(0);
	}
	setpgid(pid, pid);
	waitpid(pid, &status, WUNTRACED);
	if (WIFSTOPPED(status)) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return 1000 + WSTOPSIG(status);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 2000 + WTERMSIG(status);
}

static void reads(void)
{
	char c;

	_exit(read(s, &c, 1) == -1 ? errno : 0);
}

static void reads_ignoring(void)
{
	signal(SIGTTIN, SIG_IGN);
	reads();
}

static void writes(void)
{
	_exit(write(s, "x", 1) == -1 ? errno : 0);
}

static void sets(void)
{
	struct termios t;

	tcgetattr(s, &t);
	_exit(tcsetattr(s, TCSANOW, &t) == -1 ? errno : 0);
}

static void takes_foreground(void)
{
	_exit(tcsetpgrp(s, getpgrp()) == -1 ? errno : 0);
}

static void background_access(void)
{
	struct termios t;

	lead();
	ok(background(reads) == 1000 + SIGTTIN, "a background read is stopped by SIGTTIN");
	ok(background(reads_ignoring) == EIO, "… or EIO when that is ignored");
	ok(background(writes) == 0, "a background write goes through");
	ok(background(sets) == 1000 + SIGTTOU, "a background tcsetattr is stopped by SIGTTOU");
	ok(background(takes_foreground) == 1000 + SIGTTOU, "so is a background tcsetpgrp");
	tcgetattr(s, &t);
	t.c_lflag |= TOSTOP;
	tcsetattr(s, TCSANOW, &t);
	ok(background(writes) == 1000 + SIGTTOU, "with TOSTOP a background write is stopped too");
}

/* Our group loses its last tie to the session: reading is EIO then, not a stop. */
static void orphan(void)
{
	int up[2];
	char c = 'x';
	pid_t parent;

	lead();
	if (pipe(up))
		_exit(1);
	parent = fork();
	if (!parent) {
		pid_t me = getpid();

		setpgid(0, 0);
		if (!fork()) {
			while (getppid() == me)
				usleep(1000);
			errno = 0;
			c = read(s, &c, 1) == -1 && errno == EIO ? 'y' : 'n';
			_exit(write(up[1], &c, 1) != 1);
		}
		_exit(0);
	}
	setpgid(parent, parent);
	waitpid(parent, NULL, 0);
	alarm(60);
	_exit(read(up[0], &c, 1) == 1 && c == 'y' ? 0 : 2);
}

static void keys(void)
{
	pid_t pid;
	int status, up[2];
	char c;

	lead();
	if (pipe(up))
		_exit(1);
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		tcsetpgrp(s, getpid());
		if (write(up[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	if (read(up[0], &c, 1) != 1)
		_exit(1);
	type(m, "\032");
	waitpid(pid, &status, WUNTRACED);
	ok(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP, "Ctrl-Z stops the foreground group");
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	ok(WIFCONTINUED(status), "SIGCONT continues it");
	type(m, "\003");
	waitpid(pid, &status, 0);
	ok(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT, "Ctrl-C ends it, and not us");
	ok(is(arrives(m, 4), "^Z^C"), "the keys are echoed");
	ok(tcgetpgrp(s) == pid, "the dead group's number stays");
	ok(!tcsetpgrp(s, getpid()), "until the shell takes the terminal back");
}

static volatile sig_atomic_t winch;

static void on_winch(int sig)
{
	winch++;
}

static void window_size(void)
{
	struct winsize ws = { 50, 132, 1, 2 }, got;

	lead();
	signal(SIGWINCH, on_winch);
	ok(!ioctl(m, TIOCSWINSZ, &ws) && !ioctl(s, TIOCGWINSZ, &got) && !memcmp(&ws, &got, 8),
	   "the size set at the master is the slave's");
	ok(winch == 1, "the foreground group gets SIGWINCH");
	ok(!ioctl(s, TIOCSWINSZ, &ws) && winch == 1, "the same size again: no signal");
}

static void interrupted(int sig)
{
}

static void signals_end_reads(void)
{
	/* Each second: the first may come before the read. */
	struct itimerval it = { { 1, 0 }, { 1, 0 } };
	struct sigaction sa = { .sa_handler = interrupted };
	char c;

	lead();
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
	_exit(read(s, &c, 1) == -1 && errno == EINTR ? 0 : 1);
}

/* The promises of a child count as ours. */
static void run(void (*f)(void))
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		f();
		_exit(ktap_failed);
	}
	waitpid(pid, &status, 0);
	if (status)
		ktap_failed++;
}

int main(void)
{
	run(taking_a_terminal);
	ktap_count = 11;
	run(background_access);
	ktap_count = 17;
	run(keys);
	ktap_count = 23;
	run(window_size);
	ktap_count = 26;
	ok(in_child(orphan) == 0, "SIG-047: an orphaned group's read is EIO");
	ok(in_child(signals_end_reads) == 0, "a signal ends a read with EINTR");
	return ktap_done();
}
