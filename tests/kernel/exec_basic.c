// SPDX-License-Identifier: GPL-2.0-only
/*
 * execve: arguments, environment, what passes, what is refused; scripts; the auxiliary vector.
 * Spec: EXIT-013
 */
#define _GNU_SOURCE
#include <elf.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

static char dir[] = "/tmp/exec_basic.XXXXXX";
static char path[128];

/* Makes dir/name with that content and mode. */
static const char *file(const char *name, const char *content, size_t len, mode_t mode)
{
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
	fd = open(path, O_CREAT | O_WRONLY, mode);
	if (write(fd, content, len) != (ssize_t)len)
		path[0] = 0;
	fchmod(fd, mode);
	close(fd);
	return path;
}

static int exec_errno(const char *name)
{
	char *argv[] = { "x", NULL }, *envp[] = { NULL };

	execve(name, argv, envp);
	return errno;
}

/* The program as it finds itself after exec, by argv[1]. */
static int re_executed(int argc, char **argv, char **envp)
{
	char comm[32];
	int fd;

	if (!strcmp(argv[1], "args"))
		return !(argc == 5 && !strcmp(argv[2], "") && !strcmp(argv[3], "a b") &&
			 !strcmp(argv[4], "z") && !strcmp(envp[0], "A=1") &&
			 !strcmp(envp[1], "B=") && !envp[2]);
	if (!strcmp(argv[1], "fds")) {
		fd = atoi(argv[2]);
		return !(fcntl(fd, F_GETFD) == 0 && failed_with(fcntl(fd + 1, F_GETFD), EBADF));
	}
	if (!strcmp(argv[1], "comm")) {
		prctl(PR_GET_NAME, comm);
		return strcmp(comm, "a-name-that-is-");
	}
	if (!strcmp(argv[1], "big"))
		return !(argc == 2002 && strlen(argv[2001]) == 40);
	if (!strcmp(argv[1], "auxv")) {
		Elf64_auxv_t *aux = (void *)envp;
		uint64_t seen = 0;

		while (*(char **)aux)
			aux = (void *)((char **)aux + 1);
		aux = (void *)((char **)aux + 1);
		for (; aux->a_type; aux++)
			if (aux->a_type < 64)
				seen |= 1ull << aux->a_type;
		if ((seen | 1ull << AT_SYSINFO_EHDR) !=
		    (seen | 1ull << AT_SYSINFO_EHDR | 1ull << AT_PHDR | 1ull << AT_PHENT |
		     1ull << AT_PHNUM | 1ull << AT_PAGESZ | 1ull << AT_BASE | 1ull << AT_FLAGS |
		     1ull << AT_ENTRY | 1ull << AT_UID | 1ull << AT_EUID | 1ull << AT_GID |
		     1ull << AT_EGID | 1ull << AT_SECURE | 1ull << AT_RANDOM | 1ull << AT_HWCAP |
		     1ull << AT_CLKTCK | 1ull << AT_EXECFN | 1ull << AT_PLATFORM |
		     1ull << AT_HWCAP2))
			return 1;
		if (getauxval(AT_PAGESZ) != 4096 || getauxval(AT_CLKTCK) != 100 ||
		    getauxval(AT_PHENT) != sizeof(Elf64_Phdr) || getauxval(AT_SECURE) ||
		    getauxval(AT_UID) != getuid() || getauxval(AT_EGID) != getegid())
			return 2;
		if (strcmp((char *)getauxval(AT_PLATFORM), "x86_64") ||
		    strcmp((char *)getauxval(AT_EXECFN), "/proc/self/exe"))
			return 3;
		if (memcmp((void *)(getauxval(AT_PHDR) & ~4095ul), ELFMAG, SELFMAG))
			return 4;
		return 0;
	}
	return 99;
}

static int run(char **argv, char **envp)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		execve("/proc/self/exe", argv, envp);
		_exit(98);
	}
	waitpid(pid, &status, 0);
	return status;
}

static void test_passing(void)
{
	static char *many[2003], *none[] = { NULL };
	char number[16], *fds[] = { "x", "fds", number, NULL };
	int fd = dup(0);

	ok(run((char *[]){ "x", "args", "", "a b", "z", NULL }, (char *[]){ "A=1", "B=", NULL }) ==
		   0,
	   "arguments and environment arrive");
	if (fd + 1 != dup(0))
		ok(0, "two descriptors in a row");
	fcntl(fd + 1, F_SETFD, FD_CLOEXEC);
	snprintf(number, sizeof(number), "%d", fd);
	ok(run(fds, none) == 0, "close-on-exec descriptors are closed, others stay");
	close(fd);
	close(fd + 1);
	for (int i = 0; i < 2002; i++)
		many[i] = i == 1 ? "big" : "0123456789012345678901234567890123456789";
	ok(run(many, none) == 0, "80 KiB of arguments");
	ok(run((char *[]){ "x", "auxv", NULL }, none) == 0, "the auxiliary vector");
}

static void test_comm(void)
{
	char name[160];
	int status;
	pid_t pid;

	snprintf(name, sizeof(name), "%s/a-name-that-is-too-long", dir);
	if (symlink("/proc/self/exe", name))
		ok(0, "a symlink");
	pid = fork();
	if (!pid) {
		char self[128];
		ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

		self[n > 0 ? n : 0] = 0;
		unlink(name);
		if (symlink(self, name))
			_exit(97);
		execl(name, "x", "comm", NULL);
		_exit(98);
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "comm is the file's name, cut at 15 bytes");
	unlink(name);
}

static volatile int handled;

static void handler(int sig)
{
	(void)sig;
	handled = 1;
}

static void test_refused(void)
{
	char *big, *argv[3] = { "x", NULL, NULL }, *envp[] = { NULL };
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct sigaction sa;
	int err;

	signal(SIGUSR1, handler);
	ok(exec_errno("/nonexistent/program") == ENOENT, "ENOENT");
	ok(exec_errno("") == ENOENT, "ENOENT for an empty name");
	ok(exec_errno(dir) == EACCES, "EACCES for a directory");
	ok(exec_errno("/dev/null") == EACCES, "EACCES for a device");
	ok(exec_errno(file("noexec", "x", 1, 0644)) == EACCES, "EACCES without the x bit");
	ok(exec_errno(file("text", "just text\n", 10, 0755)) == ENOEXEC, "ENOEXEC for text");
	ok(exec_errno(file("empty", "", 0, 0755)) == ENOEXEC, "ENOEXEC for an empty file");
	ok(exec_errno(file("elf", "\177ELF", 4, 0755)) == ENOEXEC, "ENOEXEC for a cut ELF header");
	file("busy", "#!/bin/true\n", 12, 0755);
	err = open(path, O_WRONLY);
	ok(exec_errno(path) == ETXTBSY, "ETXTBSY while it is open for writing");
	close(err);
	ok(failed_with(syscall(SYS_execve, (void *)8, argv, envp), EFAULT) &&
		   failed_with(syscall(SYS_execve, "/proc/self/exe", (void *)8, envp), EFAULT) &&
		   failed_with(syscall(SYS_execve, "/proc/self/exe", argv, (void *)8), EFAULT),
	   "EFAULT for bad pointers");
	argv[1] = (char *)8;
	ok(failed_with(syscall(SYS_execve, "/proc/self/exe", argv, envp), EFAULT),
	   "EFAULT for a bad argument");
	big = mmap(NULL, 256 << 10, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(big, 'a', (256 << 10) - 1);
	argv[1] = big;
	ok(failed_with(execve("/proc/self/exe", argv, envp), E2BIG),
	   "E2BIG for one string of 256 KiB");
	munmap(big, 256 << 10);
	argv[1] = NULL;
	ok(failed_with(syscall(SYS_execveat, -100, "/proc/self/exe", argv, envp, 0x8000), EINVAL),
	   "EINVAL for bad flags of execveat");

	sigaction(SIGUSR1, NULL, &sa);
	ok(sa.sa_handler == handler && fcntl(fd, F_GETFD) == FD_CLOEXEC,
	   "EXIT-013: after all of that nothing has changed");
	close(fd);
	signal(SIGUSR1, SIG_DFL);
}

static void too_many_args(void)
{
	static char *argv[70000], *envp[] = { NULL };
	struct rlimit lim = { 1 << 20, 1 << 20 };

	setrlimit(RLIMIT_STACK, &lim);
	for (int i = 0; i < 69999; i++)
		argv[i] = "0123456789";
	execve("/proc/self/exe", argv, envp);
	_exit(errno == E2BIG ? 0 : 1);
}

static void by_descriptor(void)
{
	char *argv[] = { "x", "args", "", "a b", "z", NULL }, *envp[] = { "A=1", "B=", NULL };
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
	_exit(98);
}

int main(int argc, char **argv, char **envp)
{
	if (argc > 1)
		return re_executed(argc, argv, envp);
	if (!mkdtemp(dir)) {
		ok(0, "a directory");
		return ktap_done();
	}
	test_passing();
	test_comm();
	test_refused();
	ok(child_status(too_many_args) == 0, "E2BIG beyond a quarter of RLIMIT_STACK");
	ok(child_status(by_descriptor) == 0, "execveat with AT_EMPTY_PATH");
	static const char *const names[] = { "noexec", "text", "empty", "elf", "busy" };

	for (unsigned int i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
	return ktap_done();
}
