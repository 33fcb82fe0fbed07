// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mqueue file system: queues as files in a mounted directory.
 * Spec: MQ-006, MQ-019, MQ-020, MQ-028, MQ-029, MQ-034
 */
#include "tests/ipc/mq.h"

#include <dirent.h>
#include <sys/mount.h>
#include <sys/statfs.h>

#define DIR_NAME "/tmp/mqueue-test"
#define AT(name) DIR_NAME "/" name

/* The names in the directory, sorted and joined. */
static const char *names(void)
{
	static char all[200];
	struct dirent **list;
	int n = scandir(DIR_NAME, &list, NULL, alphasort);

	all[0] = '\0';
	for (int i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.') {
			strcat(all, list[i]->d_name);
			strcat(all, " ");
		}
		free(list[i]);
	}
	if (n >= 0)
		free(list);
	return all;
}

static void test_mount(void)
{
	struct statfs fs;
	struct stat st;

	mkdir(DIR_NAME, 0700);
	ok(mount("mqueue", DIR_NAME, "mqueue", 0, NULL) == 0, "MQ-029: mqueue can be mounted");
	ok(stat(DIR_NAME, &st) == 0 && st.st_mode == (S_IFDIR | 01777) && st.st_uid == 0,
	   "MQ-029: its root has mode 01777");
	ok(statfs(DIR_NAME, &fs) == 0 && fs.f_type == 0x19800202 && fs.f_namelen == 255,
	   "MQ-029: statfs knows it");
	ok(st.st_size == 40 && st.st_nlink == 2, "MQ-029: it is empty");
}

static void test_names(void)
{
	int q = q_open("one", O_CREAT | O_RDWR, 0640, ATTR(3, 10)), fd;
	struct raw_mq_attr attr;
	struct stat st;

	ok(stat(AT("one"), &st) == 0 && st.st_mode == (S_IFREG | 0640) && st.st_size == 80,
	   "MQ-029: a queue appears as a file");
	fd = open(AT("two"), O_CREAT | O_EXCL | O_RDWR, 0600);
	ok(fd >= 0 && q_getsetattr(fd, NULL, &attr) == 0 && attr.maxmsg == 10 &&
		   attr.msgsize == 8192,
	   "MQ-029: creat makes a queue, with the default attributes");
	ok(send_byte(fd, 'f', 0) == 0 && q_curmsgs(fd) == 1, "MQ-029: its descriptor is a queue's");
	close(fd);
	fd = q_open("two", O_RDONLY, 0, NULL);
	ok(take_byte(fd) == 'f', "MQ-029: mq_open opens it by name");
	close(fd);
	ok(!strcmp(names(), "one two "), "MQ-029: the directory lists the names");
	ok(stat(DIR_NAME, &st) == 0 && st.st_size == 80, "MQ-029: its size tells how many");
	fd = open(AT("one"), O_RDWR | O_CLOEXEC);
	send_byte(q, 'x', 5);
	ok(take_byte(fd) == 'x', "MQ-029: open() of the file opens the queue");
	close(fd);
	ok(unlink(AT("one")) == 0 && failed_with(q_open("one", O_RDWR, 0, NULL), ENOENT),
	   "MQ-029: unlink removes a queue");
	ok(q_unlink("two") == 0 && failed_with(stat(AT("two"), &st), ENOENT) &&
		   !strcmp(names(), ""),
	   "MQ-029: mq_unlink removes the file");
	close(q);
}

static void test_refusals(void)
{
	int q = q_open("q", O_CREAT | O_RDWR, 0600, ATTR(3, 10));
	struct stat st;

	ok(failed_with(mkdir(AT("dir"), 0700), EPERM), "MQ-029: mkdir is EPERM");
	ok(failed_with(mknod(AT("fifo"), S_IFIFO | 0600, 0), EPERM) &&
		   failed_with(symlink("q", AT("link")), EPERM) &&
		   failed_with(link(AT("q"), AT("link")), EPERM),
	   "MQ-029: so are mknod, symlink and link");
	ok(failed_with(rename(AT("q"), AT("r")), EPERM), "MQ-029: a queue cannot be renamed");
	ok(chmod(AT("q"), 0622) == 0 && chown(AT("q"), 1000, 1000) == 0 && fstat(q, &st) == 0 &&
		   (st.st_mode & 0777) == 0622 && st.st_uid == 1000,
	   "MQ-029: but given another mode and owner");
	ok(mmap(NULL, 4096, PROT_READ, MAP_SHARED, q, 0) == MAP_FAILED && errno == ENODEV,
	   "MQ-029: it cannot be mapped");
	close(q);
	q_unlink("q");
}

static int user_may_not_unlink(void)
{
	return !failed_with(unlink(AT("q")), EPERM) || q_unlink("mine") ||
	       !access(AT("mine"), F_OK);
}

static int user_creates(void)
{
	int fd = open(AT("mine"), O_CREAT | O_EXCL | O_RDWR, 0600);

	return fd < 0 || user_may_not_unlink();
}

static void test_sticky(void)
{
	close(q_open("q", O_CREAT | O_RDWR, 0666, ATTR(3, 10)));
	ok(as_user(user_creates) == 0,
	   "MQ-019 MQ-029: everybody may make files, and remove only his own");
	q_unlink("q");
}

/* Reading the file as `cat` does. */
static void test_cat(void)
{
	int q = q_open("cat", O_CREAT | O_RDWR, 0600, ATTR(3, 10)), fd, n;
	char text[200] = "";

	q_send(q, "0123456789", 10, 1);
	fd = open(AT("cat"), O_RDONLY | O_CLOEXEC);
	n = (int)read(fd, text, sizeof(text));
	ok(n > 0 && !strncmp(text, "QSIZE:10         NOTIFY:0 ", 26) &&
		   read(fd, text, sizeof(text)) == 0,
	   "MQ-028: the file shows the queue's state");
	close(fd);
	close(q);
	q_unlink("cat");
}

/* In a new namespace a mount made before shows what it showed before. */
static int in_other_namespace(void)
{
	int q, fd;

	if (unshare(CLONE_NEWIPC))
		return 99;
	if (access(AT("old"), F_OK))
		return 1;
	q = q_open("new", O_CREAT | O_EXCL | O_RDWR, 0600, ATTR(1, 1));
	if (q < 0 || !failed_with(access(AT("new"), F_OK), ENOENT))
		return 2;
	fd = open(AT("old"), O_RDWR | O_CLOEXEC);
	return fd < 0 || send_byte(fd, 'o', 0) ? 3 : 0;
}

static void test_namespaces(void)
{
	int q = q_open("old", O_CREAT | O_RDWR, 0600, ATTR(3, 10));

	ok(in_child(in_other_namespace) == 0,
	   "MQ-029 MQ-034: a mount belongs to the namespace that it was made in");
	ok(take_byte(q) == 'o', "MQ-034: a queue opened by path is that namespace's");
	close(q);
	q_unlink("old");
}

static pid_t maker_of_namespace(int *up)
{
	int go[2];
	pid_t pid;

	if (pipe(go))
		exit(97);
	pid = fork();
	if (pid == 0) {
		char byte;

		close(go[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWIPC) || mount("mqueue", DIR_NAME, "mqueue", 0, NULL))
			_exit(1);
		close(q_open("orphan", O_CREAT | O_RDWR, 0600, ATTR(3, 10)));
		*up = 1;
		_exit(read(go[0], &byte, 1) != 0);
	}
	close(go[0]);
	if (!eventually(*(volatile int *)up || has_ended(pid)))
		ok(0, "a namespace is made");
	close(go[1]);
	result_of(pid);
	return pid;
}

/* A mount outlives the namespace: its queues work, but nothing can be made any more. */
static void test_orphans(void)
{
	int *up = shared_page(), fd;

	*up = 0;
	maker_of_namespace(up);
	fd = open(AT("orphan"), O_RDWR | O_CLOEXEC);
	ok(fd >= 0 && send_byte(fd, 'x', 0) == 0 && take_byte(fd) == 'x',
	   "MQ-029: a mount whose namespace is gone keeps its queues");
	/* The namespace goes a little after the process. */
	ok(eventually(failed_with(open(AT("new"), O_CREAT | O_EXCL | O_RDWR, 0600), EACCES) ||
		      (unlink(AT("new")), 0)),
	   "MQ-029: nothing can be made in it: EACCES");
	ok(unlink(AT("orphan")) == 0 && send_byte(fd, 'y', 0) == 0, "MQ-029: but removed");
	ok(umount2(DIR_NAME, MNT_DETACH) == 0 && take_byte(fd) == 'y',
	   "MQ-029: a queue outlives even the mount");
	close(fd);
	munmap(up, 65536);
}

int main(void)
{
	own_namespace();
	if (unshare(CLONE_NEWNS) == 0)
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
	test_mount();
	test_names();
	test_refusals();
	test_sticky();
	test_cat();
	test_namespaces();
	test_orphans();
	ok(umount(DIR_NAME) == 0, "MQ-029: and it can be unmounted");
	rmdir(DIR_NAME);
	return ktap_done();
}
