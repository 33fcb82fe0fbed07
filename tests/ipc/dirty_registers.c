// SPDX-License-Identifier: GPL-2.0-only
/*
 * Garbage in the upper half of every register that carries an int: each of the System V calls sees the
 * low half alone, with its sign; and what is a size, a type or a pointer keeps all of its 64 bits.
 * Spec: IPC-036, SEM-053, DESIGN-011
 */
#include <sys/mman.h>
#include "tests/ipc/ipc_test.h"
#include <sys/msg.h>
#include <sys/shm.h>

/* Positive, negative, all ones, and the one bit that a sign extension would copy. */
static const unsigned long dirts[] = { 0x5a5a5a5a00000000, 0xdeadbeef00000000, 0xffffffff00000000,
				       0x0000000100000000, 0x8000000000000000, 0x7fffffff00000000 };

static unsigned long dirt;

/* An int as the register carries it. */
static unsigned long dirty(int number)
{
	return dirt | (unsigned int)number;
}

struct message {
	long type;
	char text[8];
};

static struct message sent = { 7, "hello" };

static void test_queue(void)
{
	struct message got = { 0 };
	unsigned long ds[16];
	long id = syscall(SYS_msgget, dirty(-99), dirty(IPC_CREAT | IPC_EXCL | 0600)), queue;

	ok(id >= 0 && syscall(SYS_msgget, -99, 0) == id, "IPC-036: msgget with %#lx: key and flags",
	   dirt);
	ok(syscall(SYS_msgsnd, dirty(id), &sent, 6, dirty(IPC_NOWAIT)) == 0,
	   "IPC-036: msgsnd with %#lx: id and flags", dirt);
	ok(syscall(SYS_msgrcv, dirty(id), &got, 6, -7L, dirty(IPC_NOWAIT | MSG_NOERROR)) == 6 &&
		   !strcmp(got.text, "hello"),
	   "IPC-036: msgrcv with %#lx: id and flags", dirt);
	ok(failed_with(syscall(SYS_msgsnd, id, &sent, dirty(6), IPC_NOWAIT), EINVAL),
	   "IPC-036: msgsnd with %#lx: the size is not narrowed", dirt);
	syscall(SYS_msgsnd, id, &sent, 6, 0);
	/* Type 7 is there; 7 with anything above it is another type, or "at most" an enormous one. */
	if ((long)dirt > 0)
		ok(failed_with(syscall(SYS_msgrcv, id, &got, 6, dirty(7), IPC_NOWAIT), ENOMSG),
		   "IPC-036: msgrcv with %#lx: the type is not narrowed", dirt);
	else
		ok(syscall(SYS_msgrcv, id, &got, 6, dirty(7), IPC_NOWAIT) == 6 && got.type == 7,
		   "IPC-036: msgrcv with %#lx: the type is negative", dirt);
	queue = syscall(SYS_msgctl, dirty(id), dirty(IPC_STAT), ds);
	ok(queue == 0 && syscall(SYS_msgctl, dirty(id), dirty(IPC_RMID), 0) == 0 &&
		   failed_with(syscall(SYS_msgctl, id, IPC_STAT, ds), EINVAL),
	   "IPC-036: msgctl with %#lx: id and command", dirt);
	ok(failed_with(syscall(SYS_msgctl, dirty(-1), IPC_STAT, ds), EINVAL),
	   "IPC-036: msgctl with %#lx: an id of -1 is negative", dirt);
}

static void test_set(void)
{
	struct timespec soon = { 0, 1000 };
	struct sembuf up = OP(0, 1, 0), down = OP(1, -1, 0);
	long id = syscall(SYS_semget, dirty(-98), dirty(2), dirty(IPC_CREAT | IPC_EXCL | 0600));

	ok(id >= 0 && syscall(SYS_semget, -98, 2, 0) == id,
	   "IPC-036: semget with %#lx: key, number and flags", dirt);
	ok(failed_with(syscall(SYS_semget, IPC_PRIVATE, dirty(-1), 0600), EINVAL),
	   "IPC-036: semget with %#lx: -1 semaphores are negative", dirt);
	ok(syscall(SYS_semop, dirty(id), &up, dirty(1)) == 0,
	   "IPC-036: semop with %#lx: id and count", dirt);
	ok(failed_with(syscall(SYS_semop, id, &up, dirty(-1)), E2BIG),
	   "IPC-036: semop with %#lx: the count has no sign", dirt);
	ok(syscall(SYS_semtimedop, dirty(id), &up, dirty(1), &soon) == 0 &&
		   failed_with(syscall(SYS_semtimedop, dirty(id), &down, dirty(1), &soon), EAGAIN),
	   "IPC-036: semtimedop with %#lx: id and count", dirt);
	ok(syscall(SYS_semctl, dirty(id), dirty(0), dirty(GETVAL), 0) == 2,
	   "IPC-036: semctl with %#lx: id, number and command", dirt);
	ok(failed_with(syscall(SYS_semctl, id, dirty(-1), GETVAL, 0), EINVAL),
	   "IPC-036: semctl with %#lx: semaphore -1 is negative", dirt);
	ok(syscall(SYS_semctl, id, 1, SETVAL, dirty(9)) == 0 &&
		   syscall(SYS_semctl, id, 1, GETVAL) == 9,
	   "SEM-053: semctl with %#lx: SETVAL's value is an int", dirt);
	ok(failed_with(syscall(SYS_semctl, id, 1, SETVAL, dirty(-1)), ERANGE),
	   "SEM-053: semctl with %#lx: and may be negative", dirt);
	ok(syscall(SYS_semctl, dirty(id), 0, dirty(IPC_RMID), 0) == 0, "IPC-036: … and IPC_RMID");
}

static void test_segment(void)
{
	unsigned long ds[16];
	long id = syscall(SYS_shmget, dirty(-97), 4096, dirty(IPC_CREAT | IPC_EXCL | 0600)), at;

	ok(id >= 0 && syscall(SYS_shmget, -97, 0, 0) == id,
	   "IPC-036: shmget with %#lx: key and flags", dirt);
	ok(failed_with(syscall(SYS_shmget, -97, dirty(4096), 0), EINVAL),
	   "IPC-036: shmget with %#lx: the size is not narrowed", dirt);
	at = syscall(SYS_shmat, dirty(id), 0, dirty(SHM_RDONLY));
	ok(at != -1 && mprotect((void *)at, 4096, PROT_READ | PROT_WRITE) == -1,
	   "IPC-036: shmat with %#lx: id and flags", dirt);
	ok(failed_with(syscall(SYS_shmdt, at ^ dirt), EINVAL),
	   "IPC-036: shmdt with %#lx: the address is not narrowed", dirt);
	ok(syscall(SYS_shmdt, at) == 0, "IPC-036: … and shmdt of the right one");
	ok(failed_with(syscall(SYS_shmat, dirty(-1), 0, 0), EINVAL),
	   "IPC-036: shmat with %#lx: an id of -1 is negative", dirt);
	ok(syscall(SYS_shmctl, dirty(id), dirty(IPC_STAT), ds) == 0 &&
		   syscall(SYS_shmctl, dirty(id), dirty(IPC_RMID), 0) == 0,
	   "IPC-036: shmctl with %#lx: id and command", dirt);
}

int main(void)
{
	if (unshare(CLONE_NEWIPC))
		return ktap_skip_all("needs to make a namespace");
	for (unsigned int i = 0; i < sizeof(dirts) / sizeof(*dirts); i++) {
		dirt = dirts[i];
		test_queue();
		test_set();
		test_segment();
	}
	return ktap_done();
}
