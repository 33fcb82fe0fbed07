// SPDX-License-Identifier: GPL-2.0-only
/* Other requests on terminals: settings in every form, packet mode, peers, exclusive use, /dev. */
#define _GNU_SOURCE
#include "tests/drivers/pty.h"
#include "tests/ktap.h"
#include <sys/sysmacros.h>

struct kernel_termios2 {
	unsigned int iflag, oflag, cflag, lflag;
	unsigned char line, cc[19];
	unsigned int ispeed, ospeed;
};

#define KERNEL_TCGETS2 0x802c542a
#define KERNEL_TCSETS2 0x402c542b

static int m, s;

static void settings(void)
{
	struct kernel_termios2 t2;
	struct termios t;

	ok(!tcgetattr(s, &t) && t.c_iflag == (ICRNL | IXON) && t.c_oflag == (OPOST | ONLCR) &&
		   t.c_lflag == (ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN),
	   "a new slave has the usual settings");
	ok(cfgetospeed(&t) == B38400 && (t.c_cflag & CSIZE) == CS8, "38400 8N1");
	ok(t.c_cc[VINTR] == 3 && t.c_cc[VERASE] == 127 && t.c_cc[VEOF] == 4 && t.c_cc[VSUSP] == 26,
	   "and the usual keys");
	cfsetspeed(&t, B9600);
	ok(!tcsetattr(s, TCSADRAIN, &t) && !ioctl(s, KERNEL_TCGETS2, &t2) && t2.ospeed == 9600,
	   "termios2 tells the speed in numbers");
	t2.cflag = (t2.cflag & ~0x100fu) | 0x1000;
	t2.ospeed = t2.ispeed = 12345;
	ok(!ioctl(s, KERNEL_TCSETS2, &t2) && !ioctl(s, KERNEL_TCGETS2, &t2) && t2.ospeed == 12345,
	   "and sets any");
	ok(!tcgetattr(m, &t) && (t.c_lflag & ICANON), "the master shows the slave's settings");
}

static void packets(void)
{
	char buf[10];
	int on = 1;

	ok(!ioctl(m, TIOCPKT, &on), "packet mode");
	ok(write(s, "ab", 2) == 2 && read(m, buf, 10) == 3 && !memcmp(buf, "\0ab", 3),
	   "data comes behind a byte 0");
	tcflush(s, TCIFLUSH);
	ok(read(m, buf, 10) == 1 && (buf[0] & TIOCPKT_FLUSHREAD), "a flush is told");
	tcflow(s, TCOOFF);
	ok(read(m, buf, 10) == 1 && (buf[0] & TIOCPKT_STOP), "so is a stop");
	tcflow(s, TCOON);
	ok(read(m, buf, 10) == 1 && (buf[0] & TIOCPKT_START), "and a start");
	on = 0;
	ioctl(m, TIOCPKT, &on);
}

static void names(void)
{
	char name[64];
	struct stat st, st2;
	unsigned int number;
	int peer;

	ok(!ioctl(m, TIOCGPTN, &number) && !ptsname_r(m, name, sizeof(name)) &&
		   atoi(name + 9) == (int)number,
	   "TIOCGPTN gives the number");
	ok(!fstat(s, &st) && S_ISCHR(st.st_mode) && major(st.st_rdev) == 136 &&
		   minor(st.st_rdev) == number && st.st_uid == geteuid(),
	   "the slave is device 136:N and belongs to the opener");
	peer = ioctl(m, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	ok(peer >= 0 && !fstat(peer, &st2) && st2.st_ino == st.st_ino && st2.st_dev == st.st_dev &&
		   (fcntl(peer, F_GETFD) & FD_CLOEXEC),
	   "TIOCGPTPEER opens the same slave");
	close(peer);
	ok(isatty(s) && isatty(m) && ttyname(s) && !strcmp(ttyname(s), name), "ttyname() finds it");
	ok(!stat("/dev/tty", &st) && st.st_rdev == makedev(5, 0) && !stat("/dev/ptmx", &st) &&
		   st.st_rdev == makedev(5, 2),
	   "/dev/tty is 5:0, /dev/ptmx 5:2");
	ok(lseek(s, 0, SEEK_CUR) == -1 && errno == ESPIPE, "a terminal has no position");
}

static void others(void)
{
	int value = 7, fd;
	char buf[4];

	ok(ioctl(s, TIOCGETD, &value) == 0 && value == 0, "the line discipline is N_TTY");
	ok(ioctl(s, 0x54ff, &value) == -1 && errno == ENOTTY, "an unknown request is ENOTTY");
	ok(ioctl(s, TCGETS, (void *)8) == -1 && errno == EFAULT, "a bad address is EFAULT");
	fd = open("/dev/null", O_RDWR);
	ok(!isatty(fd) && errno == ENOTTY, "/dev/null is no terminal");
	close(fd);
	ok(ioctl(m, TIOCSTI, "x") == 0 || errno == EPERM || errno == EIO, "TIOCSTI needs rights");
	tcflush(m, TCIOFLUSH);
	tcflush(s, TCIOFLUSH);
	ok(!ioctl(s, TIOCOUTQ, &value) && value >= 0, "TIOCOUTQ");
	ok(!ioctl(s, TIOCEXCL) && !ioctl(s, 0x80045440, &value) && value == 1 &&
		   !ioctl(s, TIOCNXCL),
	   "TIOCEXCL and TIOCNXCL");
	ok(read(s, buf, 0) == 0 && write(s, buf, 0) == 0, "nothing read, nothing written");
	ok(tcflow(s, 99) == -1 && errno == EINVAL && tcflush(s, 99) == -1 && errno == EINVAL,
	   "wrong arguments are EINVAL");
}

static void many(void)
{
	int fds[40], other, n, good = 1;

	for (n = 0; n < 40; n++)
		good &= (fds[n] = open("/dev/ptmx", O_RDWR | O_NOCTTY)) >= 0;
	for (n = 0; n < 40; n++)
		close(fds[n]);
	ok(good, "forty pairs at once");
	for (n = 0; n < 300; n++) {
		good &= !open_pair(&fds[0], &other);
		close(n & 1 ? fds[0] : other);
		close(n & 1 ? other : fds[0]);
	}
	ok(good, "and three hundred in a row");
}

int main(void)
{
	if (open_pair(&m, &s)) {
		ok(0, "a pair opens");
		return ktap_done();
	}
	settings();
	packets();
	names();
	others();
	many();
	return ktap_done();
}
