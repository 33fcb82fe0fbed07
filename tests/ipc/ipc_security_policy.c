// SPDX-License-Identifier: GPL-2.0-only
/*
 * A security policy takes away what mode bits give, and without one nothing is taken away. Run with
 * security=sameuser on the kernel's command line by tests/host/ipc_security, without it elsewhere.
 * Spec: IPC-008
 */
#define _GNU_SOURCE
#include "tests/ipc/sem.h"
#include <sys/mman.h>

static int id, *made; /* made: shared with the child that makes the set */

static int make_as_user(void)
{
	if (setgid(1000) || setuid(1000))
		return 99;
	*made = (int)syscall(SYS_semget, 0x5ec, 2, IPC_CREAT | 0666);
	return *made >= 0 ? 0 : 1;
}

static int use_as_maker(void)
{
	if (setgid(1000) || setuid(1000))
		return 99;
	return sem_ops(id, OP(0, 1, 0)) || get_value(id, 0) != 1 || set_value(id, 0, 0);
}

/* Bits: semop, GETVAL, SETVAL, semget, IPC_STAT were refused. */
static int refused(void)
{
	struct raw_semid_ds ds;

	return failed_with(sem_ops(id, OP(0, 1, 0)), EACCES) |
	       failed_with(get_value(id, 0), EACCES) << 1 |
	       failed_with(set_value(id, 0, 0), EACCES) << 2 |
	       failed_with(syscall(SYS_semget, 0x5ec, 0, 0600), EACCES) << 3 |
	       failed_with(stat_set(id, &ds), EACCES) << 4;
}

static int refused_to_another(void)
{
	if (setgid(2000) || setuid(2000))
		return 99;
	return refused();
}

int main(void)
{
	char cmdline[512] = "";
	int fd = open("/proc/cmdline", O_RDONLY), on;
	struct raw_semid_ds ds;

	if (geteuid() || fd < 0)
		return ktap_done();
	read(fd, cmdline, sizeof(cmdline) - 1);
	on = strstr(cmdline, "security=sameuser") != NULL;
	made = mmap(NULL, sizeof(*made), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (made == MAP_FAILED || in_child(make_as_user))
		return 1;
	id = *made;
	ok(in_child(use_as_maker) == 0, "IPC-008: the maker may use what he made");
	if (on) {
		ok(in_child(refused_to_another) == 31,
		   "IPC-008: sameuser: mode 0666 is not enough for others");
		ok(refused() == 31, "IPC-008: sameuser: nor is being root");
	} else {
		ok(in_child(refused_to_another) == 0, "IPC-008: no policy: mode 0666 is for all");
		ok(refused() == 0 && stat_set(id, &ds) == 0 && rm_set(id) == 0,
		   "IPC-008: no policy: root may do everything");
	}
	return ktap_done();
}
