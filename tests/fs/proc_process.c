// SPDX-License-Identifier: GPL-2.0-only
/* /proc/<pid>: contents, odd reads, permissions, and files of a process that is gone. */
#include "tests/fs/pipes.h"
#include <dirent.h>
#include <pthread.h>
#include <sys/mman.h>

static char text[1 << 16];

static int reads(const char *path)
{
	return read_file(path, text, sizeof(text));
}

static int self_has(const char *file, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/%s", file);
	return reads(path) > 0 && strstr(text, what) != NULL;
}

static void test_stat(void)
{
	char *p, state;
	int pid, ppid, fields = 0, n;

	prctl(PR_SET_NAME, "a) b(");
	ok(reads("/proc/self/stat") > 0 &&
		   sscanf(text, "%d (a) b() %c %d", &pid, &state, &ppid) == 3 && pid == getpid() &&
		   ppid == getppid() && state == 'R',
	   "stat: number, name, state, parent");
	p = strrchr(text, ')');
	for (fields = 2; p; fields++)
		p = strchr(p + 1, ' ');
	ok(fields - 1 == 52 && text[strlen(text) - 1] == '\n', "stat: 52 fields (%d)", fields - 1);
	prctl(PR_SET_NAME, "tester");
	n = reads("/proc/self/statm");
	ok(n > 0 && sscanf(text, "%*d %*d %*d %*d %*d %*d %d", &n) == 1 && n == 0,
	   "statm: 7 numbers");
	ok(self_has("status", "Name:\ttester\n"), "status: Name");
	snprintf(text + 60000, 100, "\nPid:\t%d\nPPid:\t%d\n", getpid(), getppid());
	{
		char want[100];

		strcpy(want, text + 60000);
		ok(self_has("status", want), "status: Pid, PPid");
	}
	ok(self_has("status", "\nState:\tR (running)\n") && self_has("status", "\nThreads:\t1\n") &&
		   self_has("status", "\nUid:\t") && self_has("status", "\nVmRSS:\t") &&
		   self_has("status", "\nSigQ:\t") &&
		   self_has("status", "\nShdPnd:\t0000000000000000\n") &&
		   self_has("status", "\nCapEff:\t") &&
		   self_has("status", "\nvoluntary_ctxt_switches:\t"),
	   "status: other lines");
	ok(self_has("limits",
		    "Limit                     Soft Limit           Hard Limit           "
		    "Units     \nMax cpu time              unlimited            unlimited   "
		    "         seconds   \n"),
	   "limits");
	ok(reads("/proc/self/comm") == 7 && !strcmp(text, "tester\n"), "comm");
	{
		int fd = open("/proc/self/comm", O_WRONLY);

		ok(write(fd, "other", 5) == 5 && reads("/proc/self/comm") == 6 &&
			   !strcmp(text, "other\n"),
		   "comm can be written");
		close(fd);
	}
}

/* Every byte of a file in reads of `size` is what one large read gives. */
static int same_in_pieces(const char *path, size_t size)
{
	static char whole[1 << 16], piece[1 << 16];
	int fd = open(path, O_RDONLY);
	ssize_t n, total = 0, all = read(fd, whole, sizeof(whole));

	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, piece + total, size)) > 0)
		total += n;
	close(fd);
	return all > 0 && n == 0 && total >= all && !memcmp(whole, piece, all);
}

static void test_maps(void)
{
	char *line, *save, link[256];
	int good = 1, stack = 0, exe = 0;
	ssize_t n = readlink("/proc/self/exe", link, sizeof(link) - 1);
	void *shared = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	link[n > 0 ? n : 0] = 0;
	reads("/proc/self/maps");
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		unsigned long start, end, offset;
		unsigned int major, minor;
		char perms[8];
		long inode;
		int len = 0;

		good &= sscanf(line, "%lx-%lx %4s %lx %x:%x %ld%n", &start, &end, perms, &offset,
			       &major, &minor, &inode, &len) == 7;
		good &= start < end && !(start & 4095) && strlen(perms) == 4;
		good &= !line[len + 1] || (len < 73 && line[72] == ' ' && line[73] != ' ');
		stack += strstr(line, "[stack]") && (unsigned long)&line >= start &&
			 (unsigned long)&line < end;
		exe += *link && strlen(line) > strlen(link) &&
		       !strcmp(line + strlen(line) - strlen(link), link);
		if (start <= (unsigned long)shared && (unsigned long)shared < end)
			good &= !strcmp(perms, "r--s") &&
				strstr(line, "/dev/zero (deleted)") != NULL;
	}
	ok(good && stack == 1 && exe > 1, "maps: lines, [stack], the program (%d %d %d)", good,
	   stack, exe);
	munmap(shared, 4096);
	ok(same_in_pieces("/proc/self/maps", 1) && same_in_pieces("/proc/self/maps", 77),
	   "maps in small pieces is the same");
	ok(same_in_pieces("/proc/self/limits", 3) && same_in_pieces("/proc/self/mounts", 5) &&
		   same_in_pieces("/proc/self/mountinfo", 5) &&
		   same_in_pieces("/proc/self/cmdline", 1) &&
		   same_in_pieces("/proc/filesystems", 1),
	   "others too");
}

static void test_odd_offsets(void)
{
	static const char *const files[] = { "stat",    "status",       "maps",    "cmdline",
					     "environ", "auxv",         "limits",  "mounts",
					     "comm",    "wchan",        "syscall", "statm",
					     "smaps",   "oom_score_adj" };
	int good = 1;
	char buf[64];

	for (unsigned int i = 0; i < sizeof(files) / sizeof(*files); i++) {
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/proc/self/%s", files[i]);
		fd = open(path, O_RDONLY);
		if (fd < 0 || pread(fd, buf, 64, 1l << 40) != 0 ||
		    !failed_with(pread(fd, buf, 8, -5), EINVAL) || read(fd, buf, 0) != 0 ||
		    pread(fd, buf, 64, 100000000) != 0) {
			good = 0;
			ok(0, "odd offsets in %s", files[i]);
		}
		if (strcmp(files[i], "syscall") && strcmp(files[i], "wchan") &&
		    !failed_with(read(fd, (void *)8, 8), EFAULT)) {
			good = 0;
			ok(0, "a bad buffer for %s", files[i]);
		}
		close(fd);
	}
	ok(good, "odd offsets, sizes and buffers do no harm");
}

static void test_memory(char **argv)
{
	unsigned long auxv[2];
	int fd = open("/proc/self/auxv", O_RDONLY), pagesize = 0;
	size_t len = 0;

	while (read(fd, auxv, 16) == 16 && auxv[0])
		pagesize |= auxv[0] == 6 && auxv[1] == 4096;
	close(fd);
	ok(pagesize, "auxv: AT_PAGESZ");
	ok(reads("/proc/self/cmdline") == (int)strlen(argv[0]) + 1 && !strcmp(text, argv[0]),
	   "cmdline");
	len = strlen(argv[0]);
	memset(argv[0], 'T', len);
	ok(reads("/proc/self/cmdline") == (int)len + 1 && text[0] == 'T',
	   "cmdline shows a new title");
	ok(reads("/proc/self/environ") >= 0, "environ");
	ok(readlink("/proc/self/cwd", text, 100) > 0 && text[0] == '/', "cwd");
	ok(readlink("/proc/self/root", text, 100) == 1 && text[0] == '/', "root");
}

static void test_fds(void)
{
	int p[2], fd, found = 0;
	char path[64], want[64];
	struct dirent *entry;
	struct stat st;
	DIR *dir;

	make_pipe(p, O_CLOEXEC);
	fd = open("/dev/null", O_RDONLY | O_APPEND);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ok(readlink(path, text, 100) == 9 && !memcmp(text, "/dev/null", 9), "fd: where it leads");
	ok(!lstat(path, &st) && st.st_mode == (S_IFLNK | 0500) && st.st_size == 64,
	   "fd: mode says how it is open");
	dir = opendir("/proc/self/fd");
	while ((entry = readdir(dir)))
		found += atoi(entry->d_name) == fd || atoi(entry->d_name) == p[RD] ||
			 atoi(entry->d_name) == p[WR];
	closedir(dir);
	ok(found == 3, "fd: all are listed");
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", p[WR]);
	snprintf(want, sizeof(want), "pos:\t0\nflags:\t0%o\nmnt_id:\t", O_WRONLY | O_CLOEXEC);
	ok(reads(path) > 0 && !strncmp(text, want, strlen(want)), "fdinfo");
	close(fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ok(failed_with(readlink(path, text, 100), ENOENT), "fd: gone when closed");
	ok(failed_with(open("/proc/self/fd/01", O_RDONLY), ENOENT) &&
		   failed_with(open("/proc/self/fd/99999999999", O_RDONLY), ENOENT),
	   "fd: numbers only");
	close_pipe(p);
}

static void block_in_read(void)
{
	int p[2];
	char c;

	make_pipe(p, 0);
	read(p[RD], &c, 1);
}

/* Who goes to sleep has a sleeper's state a little before its files tell where it sleeps. */
static int comes_to_read(const char *path, const char *what)
{
	for (int i = 0; i < 10000; i++) {
		if (reads(path) > 0 && strstr(text, what))
			return 1;
		pause_ms(1);
	}
	return 0;
}

static void test_others(void)
{
	char path[64], buf[64];
	int status, stat, maps, dir;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		block_in_read();
	}
	reaches_state(pid, 'S');
	snprintf(path, sizeof(path), "/proc/%d/wchan", pid);
	ok(comes_to_read(path, "pipe_read"), "wchan: where it sleeps (%s)", text);
	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	ok(comes_to_read(path, "0 0x") && !strncmp(text, "0 0x", 4), "syscall: read");
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%d", pid);
	dir = open(path, O_RDONLY | O_DIRECTORY);
	ok(read(maps, buf, 10) == 10, "another's maps");
	kill(pid, SIGKILL);
	reaches_state(pid, 'Z');
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	ok(reads(path) == 0, "a zombie has no command line");
	waitpid(pid, &status, 0);
	ok(failed_with(read(stat, buf, 10), ESRCH), "an open stat of the dead is ESRCH");
	lseek(maps, 0, SEEK_SET);
	ok(read(maps, buf, 10) <= 0, "its maps have ended");
	ok(failed_with(openat(dir, "stat", O_RDONLY), ENOENT) || errno == ESRCH,
	   "its directory is empty");
	ok(failed_with(open(path, O_RDONLY), ENOENT), "its name is gone");
	close(stat);
	close(maps);
	close(dir);
}

static volatile int tid;
static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;

static void *thread(void *arg)
{
	char path[64];

	(void)arg;
	tid = (int)syscall(SYS_gettid);
	snprintf(path, sizeof(path), "%d/task/%d", getpid(), tid);
	ok(readlink("/proc/thread-self", text, 100) == (ssize_t)strlen(path) &&
		   !memcmp(text, path, strlen(path)),
	   "thread-self");
	pthread_mutex_lock(&held);
	return NULL;
}

static void test_threads(void)
{
	pthread_t t;
	struct dirent *entry;
	char path[64];
	int found = 0;
	DIR *dir;

	pthread_mutex_lock(&held);
	pthread_create(&t, NULL, thread, NULL);
	while (!tid || thread_state(getpid(), tid) != 'S')
		pause_ms(1);
	dir = opendir("/proc/self/task");
	while ((entry = readdir(dir)))
		found += atoi(entry->d_name) == tid || atoi(entry->d_name) == getpid();
	closedir(dir);
	ok(found == 2 && self_has("status", "\nThreads:\t2\n"), "task: both threads");
	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	ok(reads(path) > 0 && strstr(text, "\nThreads:\t2\n"), "a thread can be looked up");
	found = 0;
	dir = opendir("/proc");
	while ((entry = readdir(dir)))
		found += atoi(entry->d_name) == tid ? 10 : atoi(entry->d_name) == getpid();
	closedir(dir);
	ok(found == 1, "but is not listed");
	pthread_mutex_unlock(&held);
	pthread_join(t, NULL);
	/* It joins before it has ended: what tells of the end is that its number is gone. */
	for (int i = 0; i < 10000 && !syscall(SYS_tgkill, getpid(), tid, 0); i++)
		pause_ms(1);
	ok(failed_with(open(path, O_RDONLY), ENOENT), "and is gone at its end");
}

static void as_user(void)
{
	int bad = 0;

	if (setgid(1000) || setuid(1000))
		_exit(50);
	bad |= !failed_with(open("/proc/1/environ", O_RDONLY), EACCES);
	bad |= !failed_with(open("/proc/1/maps", O_RDONLY), EACCES) << 1;
	bad |= !failed_with(open("/proc/1/fd", O_RDONLY), EACCES) << 2;
	bad |= !failed_with(readlink("/proc/1/exe", text, 10), EACCES) << 3;
	bad |= (reads("/proc/1/stat") <= 0) << 4;
	bad |= (reads("/proc/1/status") <= 0) << 5;
	bad |= !failed_with(open("/proc/1/comm", O_WRONLY), EACCES) << 6;
	_exit(bad);
}

static void test_permissions(void)
{
	int status, fd;

	if (geteuid()) {
		skip("other users: needs root");
		return;
	}
	status = child_status(as_user);
	ok(status == 0, "others' memory and descriptors are private (%x)", status);
	fd = open("/proc/self/oom_score_adj", O_RDWR);
	ok(write(fd, "500", 3) == 3 && reads("/proc/self/oom_score_adj") == 4 &&
		   !strcmp(text, "500\n") && failed_with(write(fd, "1001", 4), EINVAL) &&
		   failed_with(write(fd, "x", 1), EINVAL),
	   "oom_score_adj");
	close(fd);
	ok(failed_with(chmod("/proc/self/stat", 0777), EPERM), "modes stay");
	ok(failed_with(open("/proc/self/new", O_CREAT | O_WRONLY, 0644), ENOENT) ||
		   errno == EACCES || errno == EPERM,
	   "nothing is made there");
}

int main(int argc, char **argv)
{
	(void)argc;
	test_stat();
	test_maps();
	test_odd_offsets();
	test_memory(argv);
	test_fds();
	test_others();
	test_threads();
	test_permissions();
	return ktap_done();
}
