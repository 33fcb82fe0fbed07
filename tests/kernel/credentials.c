// SPDX-License-Identifier: GPL-2.0-only
/*
 * User and group ids, supplementary groups, capabilities, setuid programs, no_new_privs.
 */
#define _GNU_SOURCE
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include "tests/kernel/child.h"
#include "tests/ktap.h"

#define PR_SET_NO_NEW_PRIVS_ 38
#define CAP_KILL_            5
#define CAP_SETUID_          7

struct cap_header {
	uint32_t version;
	int pid;
};

struct cap_data {
	uint32_t effective, permitted, inheritable;
};

static int caps(struct cap_data data[2])
{
	struct cap_header h = { 0x20080522, 0 };

	return (int)syscall(SYS_capget, &h, data);
}

static int are(uid_t r, uid_t e, uid_t s)
{
	uid_t x, y, z;

	return !getresuid(&x, &y, &z) && x == r && y == e && z == s;
}

#define STEP(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond))                                                                       \
			_exit(__LINE__ & 0x7f);                                                    \
	} while (0)

/* libc's set*id calls act on all threads by signals: there is one thread only. */
static void ids(void)
{
	STEP(syscall(SYS_setresuid, 10, 20, 30) == 0 && are(10, 20, 30));
	STEP(failed_with(syscall(SYS_setresuid, 40, -1, -1), EPERM) && are(10, 20, 30));
	STEP(syscall(SYS_setresuid, -1, 30, 10) == 0 && are(10, 30, 10));
	STEP(syscall(SYS_setreuid, 30, 10) == 0 && are(30, 10, 10));
	STEP(failed_with(syscall(SYS_setreuid, 99, -1), EPERM));
	STEP(syscall(SYS_setuid, 30) == 0 && are(30, 30, 10));
	STEP(syscall(SYS_setuid, 10) == 0 && are(30, 10, 10));
	STEP(failed_with(syscall(SYS_setuid, 0), EPERM));
	STEP(failed_with(syscall(SYS_setgroups, 0, NULL), EPERM));
	STEP(setfsuid(30) == 10 && setfsuid(99) == 30 && setfsuid((uid_t)-1) == 30);
}

static void root_setuid(void)
{
	STEP(syscall(SYS_setuid, 1000) == 0 && are(1000, 1000, 1000));
	STEP(failed_with(syscall(SYS_setuid, 0), EPERM));
	STEP(failed_with(syscall(SYS_setuid, -1), EINVAL));
}

static void groups(void)
{
	gid_t set[3] = { 30, 10, 20 }, got[3];

	STEP(syscall(SYS_setgroups, 3, set) == 0 && getgroups(0, NULL) == 3);
	STEP(getgroups(3, got) == 3 && got[0] == 10 && got[1] == 20 && got[2] == 30);
	STEP(failed_with(getgroups(2, got), EINVAL));
	STEP(failed_with(syscall(SYS_setgroups, 65537, set), EINVAL));
	STEP(failed_with(syscall(SYS_setgroups, 3, (void *)8), EFAULT));
	STEP(syscall(SYS_setresgid, 1, 2, 3) == 0 && getgid() == 1 && getegid() == 2);
	STEP(syscall(SYS_setresuid, 5, 5, 5) == 0);
	STEP(syscall(SYS_setgid, 3) == 0 && getegid() == 3 && getgid() == 1);
	STEP(failed_with(syscall(SYS_setgid, 9), EPERM));
}

static void capabilities(void)
{
	struct cap_header h = { 0, 0 };
	struct cap_data d[2], none[2] = { { 0 } };

	STEP(failed_with(syscall(SYS_capget, &h, d), EINVAL) && h.version == 0x20080522);
	STEP(caps(d) == 0 && (d[0].effective & 1u << CAP_KILL_));
	/* Leaving root drops them, coming back by the saved id does not matter. */
	STEP(syscall(SYS_setresuid, 1000, 1000, 0) == 0 && caps(d) == 0 && !d[0].effective &&
	     (d[0].permitted & 1u << CAP_KILL_));
	STEP(syscall(SYS_setresuid, -1, 0, -1) == 0 && caps(d) == 0 &&
	     (d[0].effective & 1u << CAP_KILL_));
	STEP(prctl(PR_SET_KEEPCAPS, 1) == 0);
	STEP(syscall(SYS_setresuid, 1000, 1000, 1000) == 0 && caps(d) == 0 && !d[0].effective &&
	     (d[0].permitted & 1u << CAP_SETUID_));
	d[0].effective = d[0].permitted = 1u << CAP_SETUID_;
	d[1].effective = d[1].permitted = 0;
	STEP(failed_with(syscall(SYS_setresuid, 77, 77, 77), EPERM));
	h.version = 0x20080522;
	STEP(syscall(SYS_capset, &h, d) == 0 && syscall(SYS_setresuid, 77, 77, 77) == 0);
	STEP(syscall(SYS_capset, &h, none) == 0);
	STEP(failed_with(syscall(SYS_capset, &h, d), EPERM));
	STEP(prctl(PR_CAPBSET_READ, 0) == 1 && failed_with(prctl(PR_CAPBSET_READ, 63), EINVAL));
	STEP(failed_with(prctl(PR_CAPBSET_DROP, 0), EPERM));
}

static char copy[] = "/tmp/credentials.XXXXXX";

/* A copy of this program with that owner and mode. */
static int install(uid_t uid, gid_t gid, mode_t mode)
{
	char buf[65536];
	ssize_t n;
	int in = open("/proc/self/exe", O_RDONLY), fd = mkstemp(copy);

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(fd, buf, (size_t)n) != n)
			return -1;
	close(in);
	if (fchown(fd, uid, gid) || fchmod(fd, mode))
		return -1;
	return close(fd);
}

static void run_setuid(void)
{
	STEP(syscall(SYS_setresgid, 500, 500, 500) == 0 &&
	     syscall(SYS_setresuid, 500, 500, 500) == 0);
	execl(copy, "x", "500", "0", "500", "600", "1", NULL);
	_exit(98);
}

static void run_no_new_privs(void)
{
	STEP(syscall(SYS_setresgid, 500, 500, 500) == 0 &&
	     syscall(SYS_setresuid, 500, 500, 500) == 0);
	STEP(prctl(PR_SET_NO_NEW_PRIVS_, 1, 0, 0, 0) == 0);
	execl(copy, "x", "500", "500", "500", "500", "0", NULL);
	_exit(98);
}

/* uid euid gid egid AT_SECURE as they should be. */
static int check_after_exec(char **argv)
{
	uid_t r, e, s;
	unsigned long secure = 0, *aux = (unsigned long *)argv;

	while (*aux++)
		; /* argv */
	while (*aux++)
		; /* envp */
	for (; aux[0]; aux += 2)
		if (aux[0] == 23)
			secure = aux[1];
	getresuid(&r, &e, &s);
	if (r != (uid_t)atoi(argv[1]) || e != (uid_t)atoi(argv[2]) || s != e)
		return 1;
	if (getgid() != (gid_t)atoi(argv[3]) || getegid() != (gid_t)atoi(argv[4]))
		return 2;
	return secure == (unsigned long)atoi(argv[5]) ? 0 : 3;
}

int main(int argc, char **argv)
{
	int status;

	if (argc == 6)
		return check_after_exec(argv);
	if (geteuid() != 0) {
		ktap_skip_all("needs root");
		return 0;
	}
	status = child_status(ids);
	ok(status == 0, "setresuid, setreuid, setuid, setfsuid without privilege (%d)",
	   status >> 8);
	status = child_status(root_setuid);
	ok(status == 0, "root's setuid is for good (%d)", status >> 8);
	status = child_status(groups);
	ok(status == 0, "groups (%d)", status >> 8);
	status = child_status(capabilities);
	ok(status == 0, "capabilities (%d)", status >> 8);
	ok(install(0, 600, 06755) == 0, "a setuid and setgid program");
	status = child_status(run_setuid);
	ok(status == 0, "it runs with its owner's ids, and AT_SECURE (%d)", status >> 8);
	status = child_status(run_no_new_privs);
	ok(status == 0, "not under no_new_privs (%d)", status >> 8);
	unlink(copy);
	return ktap_done();
}
