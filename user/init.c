// SPDX-License-Identifier: GPL-2.0-only
/*
 * init: the first process, on Conduit and on Linux alike. It mounts what programs expect, then
 * either starts a shell on the console or runs the one command that tools/vm put into the ramdisk,
 * reaps whoever is orphaned meanwhile, and powers the machine off.
 *
 * The contract with tools/vm: files in /.vm say what to run (argv, env, cwd: NUL-separated), and
 * three serial lines connect the two:
 *	ttyS0  the command's bytes: output to the host, input from it
 *	ttyS1  the kernel's messages (console=)
 *	ttyS2  a word a line. From here: "R" ready, "C n" n bytes of input passed on, "X status n" the
 *	       command ended after n bytes of output, "! text" why it could not be started.
 *	       From the host: "E n" the input ends after n bytes, "K" the output has arrived.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define VM_DIR    "/.vm"
#define CHUNK     4096
#define ACK_BYTES 1024 /* input is acknowledged by so much: tools/vm has more on its way */
#define WORDS_MAX 1024

static int data_fd = -1, control_fd = -1;
static volatile sig_atomic_t child_changed;

static void on_sigchld(int sig)
{
	child_changed = 1;
}

static void write_all(int fd, const char *buf, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, buf, n);

		if (done < 0 && errno == EAGAIN) {
			struct pollfd room = { .fd = fd, .events = POLLOUT };

			poll(&room, 1, -1);
			continue;
		}
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		buf += done;
		n -= done;
	}
}

static void say(const char *fmt, ...)
{
	char line[256];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (n > (int)sizeof(line) - 1)
		n = sizeof(line) - 1;
	write_all(control_fd >= 0 ? control_fd : 2, line, n);
}

/* Nobody is to run any more when the power goes; a fork may be under way, so more than once. */
static void end_all_processes(void)
{
	struct timespec pause_time = { 0, 2000000 };
	int rounds = 5000; /* ten seconds, for those whose CPU the host does not let run */
	pid_t pid;

	kill(-1, SIGKILL);
	/* All of them are our children now, until none is left. */
	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0 && rounds) {
		if (pid > 0)
			continue;
		nanosleep(&pause_time, NULL);
		kill(-1, SIGKILL);
		rounds--;
	}
}

static void power_off(void)
{
	end_all_processes();
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

/* ---- mounts and devices ---- */

static void mount_at(const char *type, const char *where, const char *options)
{
	mkdir(where, 0755);
	mount(type, where, type, 0, options);
}

static void make_tree(void)
{
	umask(0);
	mount_at("proc", "/proc", NULL);
	mount_at("sysfs", "/sys", NULL);
	/* Conduit has it mounted already; Linux only with a kernel option. */
	if (access("/dev/ttyS0", F_OK))
		mount_at("devtmpfs", "/dev", NULL);
	mkdir("/dev/pts", 0755);
	mount("devpts", "/dev/pts", "devpts", 0, "ptmxmode=0666,mode=0620,gid=5");
	mkdir("/dev/shm", 01777);
	mount("tmpfs", "/dev/shm", "tmpfs", 0, "mode=1777");
	mkdir("/dev/mqueue", 01777);
	mount("mqueue", "/dev/mqueue", "mqueue", 0, NULL);
	mkdir("/tmp", 01777);
	mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777");
	mkdir("/run", 0755);
	symlink("/proc/self/fd", "/dev/fd");
	symlink("/proc/self/fd/0", "/dev/stdin");
	symlink("/proc/self/fd/1", "/dev/stdout");
	symlink("/proc/self/fd/2", "/dev/stderr");
	umask(022);
	sethostname("conduit", 7);
}

/* ---- reaping ---- */

/* Reaps everyone; true when pid was among them. */
static int reap(pid_t pid, int *status)
{
	int found = 0, s;
	pid_t dead;

	while ((dead = waitpid(-1, &s, WNOHANG)) > 0) {
		if (dead == pid) {
			*status = s;
			found = 1;
		}
	}
	return found;
}

static int exit_number(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- the one command of tools/vm ---- */

/* A file of NUL-terminated words; returns how many, or -1. */
static int read_words(const char *name, char **words, int max)
{
	struct stat st;
	char *text;
	int fd = open(name, O_RDONLY | O_CLOEXEC), n = 0;
	off_t size = 0;

	if (fd < 0 || fstat(fd, &st) || !(text = malloc(st.st_size + 1)))
		return -1;
	while (size < st.st_size) {
		ssize_t got = read(fd, text + size, st.st_size - size);

		if (got <= 0)
			return -1;
		size += got;
	}
	close(fd);
	text[size] = '\0';
	for (char *at = text; at < text + size && n < max - 1; at += strlen(at) + 1)
		words[n++] = at;
	words[n] = NULL;
	return n;
}

static void make_raw(int fd)
{
	struct termios t;

	if (tcgetattr(fd, &t))
		return;
	cfmakeraw(&t);
	cfsetspeed(&t, B115200); /* the UART's own time-outs are counted in characters */
	t.c_cflag |= CLOCAL | CREAD;
	tcsetattr(fd, TCSANOW, &t);
}

static void become_command(char **argv, char **env, const char *cwd)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (cwd && chdir(cwd))
		_exit(127);
	execvpe(argv[0], argv, env);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* The command's terminal is the serial line itself. */
static pid_t start_on_terminal(char **argv, char **env, char **size)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct winsize ws = { .ws_row = atoi(size[0]), .ws_col = atoi(size[1]) };
		int fd;

		setsid();
		fd = open("/dev/ttyS0", O_RDWR);
		ioctl(fd, TIOCSCTTY, 1);
		ioctl(fd, TIOCSWINSZ, &ws);
		for (int i = 0; i < 3; i++)
			dup2(fd, i);
		if (fd > 2)
			close(fd);
		become_command(argv, env, NULL);
	}
	return pid;
}

static pid_t start_on_pipes(char **argv, char **env, int *in, int *out)
{
	int to[2] = { -1, -1 }, from[2];
	pid_t pid;

	/* Input that is all there already is a file of the ramdisk. */
	to[0] = open(VM_DIR "/stdin", O_RDONLY | O_CLOEXEC);
	if ((to[0] < 0 && pipe2(to, O_CLOEXEC)) || pipe2(from, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid == 0) {
		setsid();
		dup2(to[0], 0);
		dup2(from[1], 1);
		dup2(from[1], 2);
		become_command(argv, env, NULL);
	}
	close(to[0]);
	close(from[1]);
	*in = to[1];
	*out = from[0];
	if (to[1] >= 0)
		fcntl(to[1], F_SETFL, O_NONBLOCK);
	fcntl(from[0], F_SETFL, O_NONBLOCK);
	return pid;
}

/* What the pump knows. */
struct pump {
	int in, out;       /* pipes to and from the command, -1: closed */
	char input[CHUNK]; /* bytes from the host on their way to it */
	size_t pending, offset;
	long long received;       /* bytes of input so far */
	long long unacknowledged; /* of them passed on, but not told to the host */
	long long input_end;      /* "E n", -1: not known yet */
	long long sent;           /* bytes of output so far */
	char word[64];            /* a line from the host, as far as it came */
	size_t word_length;
	int acknowledged; /* "K" came */
};

static void read_control(struct pump *p)
{
	char c;

	while (read(control_fd, &c, 1) == 1) {
		if (c != '\n') {
			if (p->word_length < sizeof(p->word) - 1)
				p->word[p->word_length++] = c;
			continue;
		}
		p->word[p->word_length] = '\0';
		p->word_length = 0;
		if (p->word[0] == 'E')
			p->input_end = atoll(p->word + 1);
		else if (p->word[0] == 'K')
			p->acknowledged = 1;
	}
}

static void close_input_when_done(struct pump *p)
{
	if (p->in >= 0 && !p->pending && p->input_end >= 0 && p->received >= p->input_end) {
		close(p->in);
		p->in = -1;
	}
}

/* Bytes that the command no longer wants are thrown away, but the host is told that they went. */
static void pass_input_on(struct pump *p)
{
	ssize_t n;

	if (p->in >= 0) {
		n = write(p->in, p->input + p->offset, p->pending);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0) {
			close(p->in);
			p->in = -1;
			n = p->pending;
		}
	} else {
		n = p->pending;
	}
	p->offset += n;
	p->pending -= n;
	p->unacknowledged += n;
	if (p->unacknowledged >= ACK_BYTES) {
		say("C %lld\n", p->unacknowledged);
		p->unacknowledged = 0;
	}
}

static void read_input(struct pump *p)
{
	ssize_t n = read(data_fd, p->input, sizeof(p->input));

	if (n <= 0)
		return;
	p->received += n;
	p->pending = n;
	p->offset = 0;
	pass_input_on(p);
}

/* True while there was something. */
static int pass_output_on(struct pump *p)
{
	char buf[CHUNK];
	ssize_t n = p->out >= 0 ? read(p->out, buf, sizeof(buf)) : 0;

	if (n > 0) {
		write_all(data_fd, buf, n);
		p->sent += n;
		return 1;
	}
	if (n == 0 && p->out >= 0) {
		close(p->out);
		p->out = -1;
	}
	return 0;
}

/* Moves bytes until the command has ended and its output is on the way. */
static int pump_until_exit(struct pump *p, pid_t pid)
{
	sigset_t unblocked;
	int status = 0, ended = 0;

	sigemptyset(&unblocked);
	while (!ended) {
		struct pollfd fds[4] = {
			{ .fd = p->out, .events = POLLIN },
			{ .fd = control_fd, .events = POLLIN },
			{ .fd = p->pending || p->in < 0 ? -1 : data_fd, .events = POLLIN },
			{ .fd = p->pending ? p->in : -1, .events = POLLOUT },
		};

		if (ppoll(fds, 4, NULL, &unblocked) > 0) {
			if (fds[0].revents)
				pass_output_on(p);
			if (fds[1].revents)
				read_control(p);
			if (fds[2].revents)
				read_input(p);
			if (fds[3].revents)
				pass_input_on(p);
			close_input_when_done(p);
		}
		if (child_changed) {
			child_changed = 0;
			ended = reap(pid, &status);
		}
	}
	/* What is in the pipe now was written before the end; somebody else's later output is not ours. */
	while (pass_output_on(p))
		;
	return exit_number(status);
}

static void wait_for_host(struct pump *p)
{
	while (!p->acknowledged) {
		struct pollfd fd = { .fd = control_fd, .events = POLLIN };

		poll(&fd, 1, -1);
		read_control(p);
	}
}

static int wait_on_terminal(pid_t pid)
{
	sigset_t unblocked;
	int status = 0;

	sigemptyset(&unblocked);
	while (!reap(pid, &status)) {
		child_changed = 0;
		sigsuspend(&unblocked);
	}
	tcdrain(data_fd);
	return exit_number(status);
}

static void run_command(void)
{
	static char *argv[WORDS_MAX], *env[WORDS_MAX], *size[3];
	static struct pump p = { .in = -1, .out = -1, .input_end = -1 };
	sigset_t chld;
	pid_t pid;
	int status, terminal;

	data_fd = open("/dev/ttyS0", O_RDWR | O_NOCTTY | O_CLOEXEC);
	control_fd = open("/dev/ttyS2", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (data_fd < 0 || control_fd < 0)
		power_off();
	make_raw(control_fd);
	if (read_words(VM_DIR "/argv", argv, WORDS_MAX) < 1 ||
	    read_words(VM_DIR "/env", env, WORDS_MAX) < 0) {
		say("! no command in the ramdisk\n");
		power_off();
	}
	terminal = read_words(VM_DIR "/terminal", size, 3) == 2;
	if (!terminal)
		make_raw(data_fd);
	fcntl(control_fd, F_SETFL, O_NONBLOCK);
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	signal(SIGCHLD, on_sigchld);
	signal(SIGPIPE, SIG_IGN);
	say("R\n");
	pid = terminal ? start_on_terminal(argv, env, size) :
			 start_on_pipes(argv, env, &p.in, &p.out);
	if (pid < 0) {
		say("! %s: %s\n", argv[0], strerror(errno));
		power_off();
	}
	status = terminal ? wait_on_terminal(pid) : pump_until_exit(&p, pid);
	fcntl(control_fd, F_SETFL, 0);
	say("X %d %lld\n", status, terminal ? -1 : p.sent);
	tcdrain(control_fd);
	fcntl(control_fd, F_SETFL, O_NONBLOCK);
	wait_for_host(&p);
	power_off();
}

/* ---- a shell on the console ---- */

/* The device behind /dev/console: the last console= of the command line. */
static void console_name(char *name, size_t size)
{
	char line[4096], *at, *end;
	int fd = open("/proc/cmdline", O_RDONLY);
	ssize_t n = fd >= 0 ? read(fd, line, sizeof(line) - 1) : 0;

	close(fd);
	line[n > 0 ? n : 0] = '\0';
	snprintf(name, size, "/dev/ttyS0");
	for (at = line; (at = strstr(at, "console=")); at += 8) {
		end = at + 8 + strcspn(at + 8, ", \n");
		snprintf(name, size, "/dev/%.*s", (int)(end - at - 8), at + 8);
	}
	if (strcmp(name, "/dev/tty0") == 0)
		snprintf(name, size, "/dev/tty1");
}

static pid_t start_shell(const char *tty)
{
	static char *env[] = { "PATH=/bin:/sbin:/usr/bin:/usr/sbin:/tests",
			       "HOME=/root",
			       "TERM=linux",
			       "USER=root",
			       "SHELL=/bin/sh",
			       "PS1=\\w # ",
			       NULL };
	pid_t pid = fork();

	if (pid == 0) {
		int fd;

		setsid();
		fd = open(tty, O_RDWR);
		if (fd < 0)
			_exit(1);
		ioctl(fd, TIOCSCTTY, 1);
		for (int i = 0; i < 3; i++)
			dup2(fd, i);
		if (fd > 2)
			close(fd);
		if (strstr(tty, "ttyS"))
			env[2] = "TERM=vt102";
		mkdir("/root", 0700);
		if (chdir("/root"))
			_exit(1);
		execve("/bin/sh", (char *[]){ "-sh", NULL }, env);
		_exit(127);
	}
	return pid;
}

static void run_shell(void)
{
	char tty[64];
	int status;
	pid_t pid, dead;

	console_name(tty, sizeof(tty));
	pid = start_shell(tty);
	while ((dead = waitpid(-1, &status, 0)) != pid)
		if (dead < 0 && errno == ECHILD)
			break;
	power_off();
}

/* For tools/bench: the time stamp counter, which under --icount has counted the instructions so far. */
static void note_start(void)
{
	unsigned long count = __builtin_ia32_rdtsc();
	int fd = open(VM_DIR "/started", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	if (fd >= 0) {
		dprintf(fd, "%lu\n", count);
		close(fd);
	}
}

int main(void)
{
	if (getpid() != 1) {
		fprintf(stderr, "init: only the kernel starts it\n");
		return 1;
	}
	note_start();
	make_tree();
	if (access(VM_DIR "/argv", R_OK) == 0)
		run_command();
	run_shell();
	return 0;
}
