// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of random calls on a small tree, as root and as an ordinary user: every result, error
 * number and attribute goes into a sum that must be the one that Linux gives for the same seed.
 * With arguments "SEED [user]" every call is printed, to find where two kernels part.
 */
#define _GNU_SOURCE
#include "tests/fs/files.h"
#include "tests/ktap.h"

#define FILES 6
#define CALLS 2500

struct call {
	const char *name;
	char path[600], other[600];
	int fd;
	long arg, result;
};

static unsigned int seed;
static int fds[FILES], verbose;
static char buf[9000];
static uint64_t sum;

static unsigned int pick(unsigned int n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 12) % n;
}

static void random_path(char *path)
{
	static const char *const names[] = {
		"a", "b",  "c",  "dd", "a-very-long-name-that-needs-its-own-memory-in-a-dentry",
		".", "..", "l1", "l2", "l3",
		"x",
	};
	int n = 1 + (int)pick(4), i;

	strcpy(path, pick(20) ? "" : "/");
	for (i = 0; i < n; i++) {
		if (i)
			strcat(path, pick(10) ? "/" : "//");
		strcat(path, names[pick(11)]);
	}
	if (pick(10) == 0)
		strcat(path, "/");
}

static void do_open(struct call *c)
{
	static const int flags[] = { O_CREAT,     O_EXCL, O_TRUNC,   O_APPEND,  O_NOFOLLOW,
				     O_DIRECTORY, O_PATH, O_TMPFILE, O_CLOEXEC, O_NOATIME };
	int f = (int)pick(4), i;

	for (i = 0; i < 3; i++) {
		if (pick(2))
			f |= flags[pick(10)];
	}
	/* Linux changed its mind about this pair. */
	if ((f & (O_CREAT | O_DIRECTORY)) == (O_CREAT | O_DIRECTORY))
		f &= ~O_CREAT;
	c->name = "open";
	c->arg = f;
	if (fds[c->fd] >= 0)
		close(fds[c->fd]);
	fds[c->fd] = -1;
	c->result = open(c->path, f | O_NONBLOCK, pick(01000) | 0600);
	if (c->result >= 0) {
		fds[c->fd] = (int)c->result;
		c->result = 0;
	}
}

static void do_stat(struct call *c, int how)
{
	static const char *const names[] = { "stat", "lstat", "fstat" };
	struct stat st;

	c->name = names[how];
	c->result = how == 0 ? stat(c->path, &st) :
		    how == 1 ? lstat(c->path, &st) :
			       fstat(fds[c->fd], &st);
	if (c->result == 0)
		c->arg = st.st_mode * 1000003l + (long)st.st_nlink * 10007 + st.st_size * 31 +
			 st.st_blocks * 7 + st.st_uid;
}

static void do_names(struct call *c, unsigned int op)
{
	static const int rename_flags[] = { 0, 0, 0, 1, 2, 3, 8 };

	switch (op) {
	case 0:
		c->name = "mkdir";
		c->result = mkdir(c->path, pick(01000) | 0300);
		break;
	case 1:
		c->name = "rmdir";
		c->result = rmdir(c->path);
		break;
	case 2:
		c->name = "unlink";
		c->result = unlink(c->path);
		break;
	case 3:
		c->name = "link";
		c->arg = pick(2) ? AT_SYMLINK_FOLLOW : 0;
		c->result = linkat(AT_FDCWD, c->path, AT_FDCWD, c->other, (int)c->arg);
		break;
	case 4:
		c->name = "symlink";
		c->result = symlink(c->path, c->other);
		break;
	default:
		c->name = "rename";
		c->arg = rename_flags[pick(7)];
		c->result = syscall(SYS_renameat2, AT_FDCWD, c->path, AT_FDCWD, c->other, c->arg);
		break;
	}
}

static int is_dir(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
}

static void do_content(struct call *c, unsigned int op)
{
	int fd = fds[c->fd];

	switch (op) {
	case 0:
		c->name = "truncate";
		c->arg = pick(9000);
		c->result = truncate(c->path, c->arg);
		break;
	case 1:
		c->name = "write";
		c->arg = pick(9000);
		c->result = write(fd, buf, (size_t)c->arg);
		break;
	case 2:
		c->name = "read";
		c->result = read(fd, buf, pick(9000));
		break;
	case 3:
		c->name = "lseek";
		c->arg = pick(5);
		c->result = is_dir(fd) ? lseek(fd, 0, SEEK_SET) : /* other positions mean nothing */
					 lseek(fd, (long)pick(10000) - 1000, (int)c->arg);
		break;
	case 4:
		c->name = "ftruncate";
		c->arg = pick(5000);
		c->result = ftruncate(fd, c->arg);
		break;
	default:
		c->name = "fallocate";
		c->arg = pick(5);
		c->result = syscall(SYS_fallocate, fd, c->arg, (long)pick(6000), (long)pick(9000));
		break;
	}
}

static void do_rest(struct call *c, unsigned int op)
{
	switch (op) {
	case 0:
		c->name = "chmod";
		c->arg = pick(010000);
		c->result = chmod(c->path, (mode_t)c->arg);
		break;
	case 1:
		c->name = "chdir";
		c->result = chdir(pick(3) ? "/" : c->path);
		break;
	case 2:
		c->name = "readlink";
		c->result = readlink(c->path, buf, 200);
		break;
	case 3:
		c->name = "access";
		c->arg = pick(8);
		c->result = access(c->path, (int)c->arg);
		break;
	default:
		c->name = "getdents";
		c->result = syscall(SYS_getdents64, fds[c->fd], buf, 4000);
		break;
	}
}

static void random_call(int i)
{
	struct call c = { .name = "?", .fd = (int)pick(FILES) };
	unsigned int op = pick(25);
	int err;

	random_path(c.path);
	random_path(c.other);
	if (op < 3)
		do_open(&c);
	else if (op < 6)
		do_stat(&c, (int)op - 3);
	else if (op < 14)
		do_names(&c, op - 6);
	else if (op < 20)
		do_content(&c, op - 14);
	else
		do_rest(&c, op - 20);
	err = c.result < 0 ? errno : 0;
	sum = (sum + (uint64_t)c.result + (uint64_t)err * 1000 + (uint64_t)c.arg * 77) *
	      0x9e3779b97f4a7c15ull;
	sum ^= sum >> 29;
	if (verbose)
		printf("%d %s %s %s fd%d %ld = %ld %d\n", i, c.name, c.path, c.other, c.fd, c.arg,
		       c.result, err);
}

/* What an ordinary user finds: things of root's with random modes. */
static int become_user(void)
{
	char path[600];
	int i, fd;

	for (i = 0; i < 30; i++) {
		random_path(path);
		if (pick(2)) {
			mkdir(path, 0777);
		} else {
			fd = open(path, O_CREAT | O_RDWR, 0666);
			if (fd >= 0)
				close(fd);
		}
		if (pick(3) == 0)
			chmod(path, pick(02000));
	}
	return syscall(SYS_setgroups, 0, NULL) || setresgid(1000, 1000, 1000) ||
	       setresuid(1000, 1000, 1000);
}

/* In a child; the sum comes through a pipe. */
static uint64_t run(unsigned int number, int user)
{
	uint64_t result = 0;
	int pipe_fds[2], i;

	if (pipe(pipe_fds))
		return 0;
	if (mkdir("tree", 0755) ||
	    mount("tree", "tree", "tmpfs", 0, "size=200k,nr_inodes=60,mode=1777"))
		return 0;
	if (!fork()) {
		seed = number;
		memset(fds, -1, sizeof(fds));
		umask(022);
		if (chdir("tree") || chroot(".") || (user && become_user()))
			_exit(1);
		for (i = 0; i < CALLS; i++)
			random_call(i);
		fflush(stdout);
		_exit(write(pipe_fds[1], &sum, sizeof(sum)) != sizeof(sum));
	}
	close(pipe_fds[1]);
	if (read(pipe_fds[0], &result, sizeof(result)) != sizeof(result))
		result = 0;
	close(pipe_fds[0]);
	wait(NULL);
	umount("tree");
	rmdir("tree");
	return result;
}

int main(int argc, char **argv)
{
	static const uint64_t linux_says[][2] = {
#include "tests/fs/random_operations.inc"
	};
	unsigned int i;

	put_file("/proc/sys/fs/protected_hardlinks", "1\n");
	put_file("/proc/sys/fs/protected_symlinks", "1\n");
	enter_scratch();
	if (argc > 1) {
		verbose = 1;
		printf("%016llx\n", (unsigned long long)run((unsigned int)atoi(argv[1]), argc > 2));
		return leave_scratch();
	}
	for (i = 0; i < sizeof(linux_says) / sizeof(linux_says[0]); i++) {
		uint64_t root = run(i + 1, 0), user = run(i + 1, 1);

		ok(root == linux_says[i][0] && user == linux_says[i][1],
		   "seed %u: {0x%016llx, 0x%016llx}", i + 1, (unsigned long long)root,
		   (unsigned long long)user);
	}
	ok(leave_scratch() == 0, "all is tidied up");
	return ktap_done();
}
