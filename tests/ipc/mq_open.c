// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names, descriptors and lives of POSIX message queues.
 * Spec: MQ-001 to MQ-006, MQ-019, MQ-020, MQ-030, MQ-034, MQ-035
 */
#include "tests/ipc/mq.h"

static void test_attributes(void)
{
	struct raw_mq_attr attr = { .flags = -1, .curmsgs = -1, .reserved = { 1, 1, 1, 1 } };
	int q = q_open("a", O_CREAT | O_RDWR, 0600, ATTR(4, 100)), again;

	ok(q >= 0, "MQ-001: mq_open(O_CREAT) makes a queue");
	ok(fcntl(q, F_GETFD) == FD_CLOEXEC, "MQ-001: its descriptor has FD_CLOEXEC");
	ok(sizeof(attr) == 64 && q_getsetattr(q, NULL, &attr) == 0 && attr.flags == 0 &&
		   attr.maxmsg == 4 && attr.msgsize == 100 && attr.curmsgs == 0 &&
		   !attr.reserved[0] && !attr.reserved[3],
	   "MQ-001: mq_getsetattr tells 4 messages of 100 bytes, none now");
	again = q_open("a", O_CREAT | O_RDWR, 0600, ATTR(7, 7));
	ok(again >= 0 && q_getsetattr(again, NULL, &attr) == 0 && attr.maxmsg == 4,
	   "MQ-004: attributes are ignored when the queue exists");
	close(again);
	again = q_open("a", O_CREAT | O_RDWR, 0600, ATTR(-1, 1 << 30));
	ok(again >= 0, "MQ-004: also such as are not allowed");
	close(again);
	ok(failed_with(q_open("a", O_CREAT | O_RDWR, 0600, (void *)8), EFAULT),
	   "MQ-003: attributes at a bad address are EFAULT");
	close(q);
	q_unlink("a");

	q = q_open("b", O_CREAT | O_RDWR, 0600, NULL);
	ok(q_getsetattr(q, NULL, &attr) == 0 && attr.maxmsg == 10 && attr.msgsize == 8192,
	   "MQ-002: without attributes 10 messages of 8192 bytes");
	close(q);
	q_unlink("b");
}

static void test_names(void)
{
	char longest[257];
	int q;

	ok(failed_with(q_open("/a", O_CREAT | O_RDWR, 0600, NULL), EACCES) &&
		   failed_with(q_open("a/b", O_CREAT | O_RDWR, 0600, NULL), EACCES) &&
		   failed_with(q_open("a/", O_CREAT | O_RDWR, 0600, NULL), EACCES),
	   "MQ-003: a slash anywhere is EACCES");
	ok(failed_with(q_open(".", O_CREAT | O_RDWR, 0600, NULL), EACCES) &&
		   failed_with(q_open("..", O_RDWR, 0, NULL), EACCES),
	   "MQ-003: . and .. are EACCES");
	ok(failed_with(q_open("", O_CREAT | O_RDWR, 0600, NULL), ENOENT),
	   "MQ-003: an empty name is ENOENT");
	memset(longest, 'x', sizeof(longest));
	longest[256] = '\0';
	ok(failed_with(q_open(longest, O_CREAT | O_RDWR, 0600, NULL), ENAMETOOLONG) &&
		   failed_with(q_open(longest, O_RDWR, 0600, NULL), ENAMETOOLONG),
	   "MQ-003: 256 characters are ENAMETOOLONG");
	longest[255] = '\0';
	q = q_open(longest, O_CREAT | O_RDWR, 0600, NULL);
	ok(q >= 0 && q_unlink(longest) == 0, "MQ-003: 255 are a name");
	close(q);
	ok(failed_with(q_open((char *)8, O_CREAT | O_RDWR, 0600, NULL), EFAULT),
	   "MQ-003: a bad pointer is EFAULT");
	q = q_open("...", O_CREAT | O_RDWR, 0600, NULL);
	ok(q >= 0 && q_unlink("...") == 0, "MQ-003: three dots are a name as any other");
	close(q);
}

static void test_flags(void)
{
	int q;

	ok(failed_with(q_open("none", O_RDWR, 0, NULL), ENOENT), "MQ-004: a missing one is ENOENT");
	q = q_open("one", O_CREAT | O_EXCL | O_RDWR, 0600, NULL);
	ok(q >= 0 && failed_with(q_open("one", O_CREAT | O_EXCL | O_RDWR, 0600, NULL), EEXIST),
	   "MQ-004: O_EXCL with an existing one is EEXIST");
	ok(failed_with(q_open("one", O_ACCMODE, 0, NULL), EINVAL),
	   "MQ-004: access mode 3 is EINVAL");
	close(q);
	q_unlink("one");
}

struct creation {
	long maxmsg, msgsize;
	int root, user; /* errno or 0 */
};

static const struct creation creations[] = {
	{ 1, 1, 0, 0 },
	{ 0, 10, EINVAL, EINVAL },
	{ 10, 0, EINVAL, EINVAL },
	{ -1, 10, EINVAL, EINVAL },
	{ 10, -1, EINVAL, EINVAL },
	{ LONG_MIN, LONG_MIN, EINVAL, EINVAL },
	{ LONG_MAX, LONG_MAX, EINVAL, EINVAL },
	{ 0x100000001, 1, EINVAL, EINVAL },
	{ 10, 8192, 0, 0 },
	{ 11, 10, 0, EINVAL },
	{ 10, 8193, 0, EINVAL },
	{ 65536, 1, 0, EINVAL },
	{ 65537, 1, EINVAL, EINVAL },
	{ 1, 16777216, 0, EINVAL },
	{ 1, 16777217, EINVAL, EINVAL },
};

static int check_creations(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	int root = geteuid() == 0, fine = 1;

	if (root)
		setrlimit(RLIMIT_MSGQUEUE, &all);
	for (size_t i = 0; i < sizeof(creations) / sizeof(creations[0]); i++) {
		const struct creation *c = &creations[i];
		int q = q_open("c", O_CREAT | O_EXCL | O_RDWR, 0600, ATTR(c->maxmsg, c->msgsize));
		int error = q < 0 ? errno : 0;

		if (error != (root ? c->root : c->user)) {
			dprintf(1, "# %ld x %ld: errno %d\n", c->maxmsg, c->msgsize, error);
			fine = 0;
		}
		if (q >= 0) {
			close(q);
			q_unlink("c");
		}
	}
	return !fine;
}

/* The queue "w" is 0200 of root, "r" 0604. */
static int check_permissions(void)
{
	int bad = 0;
	int q = q_open("r", O_RDONLY, 0, NULL);

	bad |= q < 0;
	close(q);
	bad |= 2 * !failed_with(q_open("r", O_RDWR, 0, NULL), EACCES);
	bad |= 4 * !failed_with(q_open("r", O_WRONLY | O_CREAT, 0600, NULL), EACCES);
	bad |= 8 * !failed_with(q_open("w", O_WRONLY, 0, NULL), EACCES);
	bad |= 16 * !failed_with(q_open("w", O_RDONLY, 0, NULL), EACCES);
	bad |= 32 * !failed_with(q_unlink("r"), EPERM);
	return bad;
}

static void test_permissions(void)
{
	struct stat st;
	int q;

	ok(in_child(check_creations) == 0, "MQ-005: sizes that root may ask for");
	ok(as_user(check_creations) == 0, "MQ-005: sizes that others may ask for");
	umask(027);
	q = q_open("m", O_CREAT | O_RDWR, 0666, NULL);
	umask(022);
	ok(fstat(q, &st) == 0 && (st.st_mode & 07777) == 0640,
	   "MQ-006: the mode is masked by umask");
	ok(S_ISREG(st.st_mode) && st.st_size == 80,
	   "MQ-006: a queue is a regular file of 80 bytes");
	close(q);
	q_unlink("m");
	umask(0);
	close(q_open("w", O_CREAT | O_RDWR, 0200, NULL));
	close(q_open("r", O_CREAT | O_RDWR, 0604, NULL));
	umask(022);
	ok(as_user(check_permissions) == 0,
	   "MQ-006 MQ-019: opening asks for permission (EACCES), unlinking another's is EPERM");
	ok(q_unlink("w") == 0 && q_unlink("r") == 0, "MQ-019: the owner may");
}

static void test_unlink(void)
{
	int q = q_open("u", O_CREAT | O_RDWR, 0600, ATTR(4, 10)), other;
	struct stat st;
	char text[10];

	send_byte(q, 'x', 0);
	ok(fstat(q, &st) == 0 && st.st_nlink == 1, "MQ-035: it has one link");
	ok(q_unlink("u") == 0 && failed_with(q_open("u", O_RDWR, 0, NULL), ENOENT) &&
		   failed_with(q_unlink("u"), ENOENT),
	   "MQ-019: an unlinked name is gone at once");
	ok(fstat(q, &st) == 0 && st.st_nlink == 0, "MQ-035: and none after that");
	ok(send_byte(q, 'y', 0) == 0 && q_receive(q, text, 10, NULL) == 1 && text[0] == 'x',
	   "MQ-019: open descriptors keep working");
	other = q_open("u", O_CREAT | O_EXCL | O_RDWR, 0600, ATTR(4, 10));
	ok(other >= 0 && q_curmsgs(other) == 0 && q_curmsgs(q) == 1,
	   "MQ-019: a new queue of that name is another one, and empty");
	close(q);
	close(other);
	q_unlink("u");
	ok(failed_with(q_unlink("/u"), EACCES) && failed_with(q_unlink("a/b"), EACCES) &&
		   failed_with(q_unlink(".."), EACCES),
	   "MQ-019: a name with a slash is EACCES");
	ok(failed_with(q_unlink(""), ENOENT) && failed_with(q_unlink((char *)8), EFAULT),
	   "MQ-019: no name is ENOENT, a bad pointer EFAULT");
}

static int leave_a_message(void)
{
	int q = q_open("life", O_CREAT | O_EXCL | O_WRONLY, 0600, ATTR(4, 10));

	return q < 0 || q_send(q, "left", 4, 7);
}

static void test_life(void)
{
	unsigned int prio = 0;
	char text[10] = "";
	int q;

	ok(in_child(leave_a_message) == 0, "MQ-020: a child makes a queue, sends and ends");
	q = q_open("life", O_RDONLY, 0, NULL);
	ok(q >= 0 && q_receive(q, text, 10, &prio) == 4 && !memcmp(text, "left", 4) && prio == 7,
	   "MQ-020: the queue and its message live on");
	close(q);
	q_unlink("life");
}

static int inherited;

static int send_inherited(void)
{
	return send_byte(inherited, 'i', 0) ? errno : 0;
}

/* argv[2] of the executed image is a descriptor that must be closed. */
static int run_again(void)
{
	char number[12];

	snprintf(number, sizeof(number), "%d", inherited);
	execl("/proc/self/exe", "mq_open", "--closed", number, NULL);
	return 99;
}

static void test_inheritance(void)
{
	inherited = q_new(4, 10, 0);
	ok(in_child(send_inherited) == 0 && q_curmsgs(inherited) == 1,
	   "MQ-030: a child sends through an inherited descriptor");
	ok(in_child(run_again) == 0, "MQ-030: exec closes it");
	close(inherited);
}

static int other_namespace(void)
{
	if (unshare(CLONE_NEWIPC))
		return 99;
	if (!failed_with(q_open("ns", O_RDWR, 0, NULL), ENOENT))
		return 1;
	if (send_byte(inherited, 'n', 0))
		return 2;
	close(q_open("ns", O_CREAT | O_EXCL | O_RDWR, 0600, ATTR(1, 1)));
	return q_unlink("ns") ? 3 : 0;
}

static void test_namespaces(void)
{
	inherited = q_open("ns", O_CREAT | O_EXCL | O_RDWR, 0600, ATTR(4, 10));
	ok(in_child(other_namespace) == 0,
	   "MQ-034: in another namespace there is no such name, and it may be made anew");
	ok(q_curmsgs(inherited) == 1, "MQ-034: an open descriptor keeps working there");
	ok(q_unlink("ns") == 0, "MQ-034: the name here is untouched");
	close(inherited);
}

static void test_file(void)
{
	int q = q_new(4, 10, 0), copy = dup(q);
	struct stat a, b;

	ok(fstat(q, &a) == 0 && S_ISREG(a.st_mode) && fstat(copy, &b) == 0 && a.st_ino == b.st_ino,
	   "MQ-035: fstat shows a regular file");
	ok(lseek(q, 0, SEEK_SET) == 0, "MQ-035: lseek to 0 works");
	fcntl(q, F_SETFL, O_NONBLOCK);
	ok((fcntl(copy, F_GETFL) & O_NONBLOCK) && send_byte(copy, 'd', 0) == 0 &&
		   take_byte(q) == 'd',
	   "MQ-035: dup shares the open description");
	close(q);
	ok(send_byte(copy, 'e', 0) == 0, "MQ-035: and keeps it");
	close(copy);
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "--closed"))
		return fcntl(atoi(argv[2]), F_GETFD) != -1 || errno != EBADF;
	own_namespace();
	test_attributes();
	test_names();
	test_flags();
	test_permissions();
	test_unlink();
	test_life();
	test_inheritance();
	test_namespaces();
	test_file();
	return ktap_done();
}
