// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers at the ends of their ranges: refused at once, or right; never an overflow, a long walk or the
 * end of all memory.
 * Spec: IPC-014, IPC-018, IPC-020, MSG-004, MSG-010, MSG-013, MSG-015, MSG-033, SEM-001, SEM-006, SEM-010,
 *	SEM-015, SEM-039, SEM-045, SHM-001, SHM-013, SHM-036
 */
#include "tests/ipc/msg.h"
#include "tests/ipc/shm.h"

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), ret;

	if (fd < 0)
		return -1;
	ret = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
	close(fd);
	return ret;
}

static int make_set(int nsems)
{
	return (int)syscall(SYS_semget, IPC_PRIVATE, nsems, 0600);
}

static void test_ids(void)
{
	static const int ids[] = { 2147483647, -2147483647 - 1, -1, 32768, 65535 << 15 };
	struct raw_semid_ds sem;
	struct raw_msqid_ds msg;
	struct raw_shmid_ds shm;
	int set = make_set(1), queue = new_queue(0600), segment = new_segment(1), fine = 1;

	for (unsigned int i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		fine &= failed_with(raw_semctl(ids[i], 0, IPC_STAT, (unsigned long)&sem), EINVAL);
		fine &= failed_with(queue_ctl(ids[i], IPC_STAT, &msg), EINVAL);
		fine &= failed_with(segment_ctl(ids[i], IPC_STAT, &shm), EINVAL);
		fine &= failed_with(sem_ops(ids[i], OP(0, 1, 0)), EINVAL);
		fine &= failed_with(send_text(ids[i], 1, "x", 0), EINVAL);
		fine &= no_attach(ids[i], NULL, 0, EINVAL);
	}
	ok(fine, "IPC-014 IPC-018: ids that never were");
	ok(raw_semctl(0x7fff8000 + (set & 32767), 0, SEM_STAT, (unsigned long)&sem) == set,
	   "IPC-020: of an index 15 bits count");
	rm_set(set);
	rm_queue(queue);
	rm_segment(segment);
}

static void test_sems(void)
{
	static struct sembuf many[60000];
	int id, fine = 1;

	ok(write_text("/proc/sys/kernel/sem", "2147483647 2147483647 -1 32000\n") == 0,
	   "SEM-045: limits as high as they go");
	ok(failed_with(make_set(2147483647), ENOMEM) && failed_with(make_set(100000000), ENOMEM),
	   "SEM-001: more semaphores than memory");
	ok(failed_with(make_set(-2147483647 - 1), EINVAL), "SEM-001: fewer than none");
	id = make_set(65537);
	ok(id >= 0 && sem_ops(id, OP(65535, 3, SEM_UNDO)) == 0 && get_value(id, 65535) == 3 &&
		   set_value(id, 65536, 4) == 0 && get_value(id, 65536) == 4,
	   "SEM-001: more semaphores than a sembuf can name");
	ok(failed_with(get_value(id, 65537), EINVAL) && failed_with(get_value(id, -1), EINVAL) &&
		   failed_with(get_value(id, 2147483647), EINVAL) &&
		   failed_with(set_value(id, -2147483647 - 1, 1), EINVAL),
	   "SEM-015: semaphores beyond both ends");
	for (int i = 0; i < 60000; i++)
		many[i] = OP((unsigned short)i, (short)(i & 1 ? -1 : 1), SEM_UNDO);
	for (int i = 0; i < 60000; i += 2)
		many[i + 1].sem_num = many[i].sem_num;
	ok(raw_semop(id, many, 60000) == 0 && get_value(id, 0) == 0 && get_value(id, 59998) == 0,
	   "SEM-006: an array of 60,000");
	many[59999].sem_op = -2;
	many[59999].sem_flg = IPC_NOWAIT;
	ok(failed_with(raw_semop(id, many, 60000), EAGAIN) && get_value(id, 0) == 0,
	   "SEM-010: of which the last cannot be done");
	fine &= raw_semop(id, many, 0xffffffffu) == -1 && (errno == ENOMEM || errno == EFAULT);
	fine &= raw_semop(id, many, 0x80000000u) == -1 && (errno == ENOMEM || errno == EFAULT);
	ok(fine, "SEM-006: arrays as long as a number can say");
	rm_set(id);
	write_text("/proc/sys/kernel/sem", "32000 1024000000 500 32000\n");
}

static void on_alarm(int sig)
{
}

static void test_timeouts(void)
{
	static const struct timespec longest = { 0x7fffffffffffffffl, 999999999 };
	struct sigaction act = { .sa_handler = on_alarm };
	int id = make_set(1);

	ok(syscall(SYS_semtimedop, id, (&OP(0, 0, 0)), 1, &longest) == 0,
	   "SEM-039: until the end of time, but at once");
	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL,
		  &(struct itimerval){ .it_value = { 0, 50000 }, .it_interval = { 0, 50000 } },
		  NULL);
	ok(failed_with(syscall(SYS_semtimedop, id, (&OP(0, -1, 0)), 1, &longest), EINTR),
	   "SEM-039: until the end of time, or a signal");
	setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
	rm_set(id);
}

static void test_messages(void)
{
	static struct message msg = { .type = 0x7fffffffffffffffl };
	int id = new_queue(0600);

	ok(failed_with(raw_send(id, &msg, (size_t)-1, 0), EINVAL) &&
		   failed_with(raw_send(id, &msg, (size_t)1 << 63, 0), EINVAL) &&
		   failed_with(raw_send(id, &msg, ((size_t)1 << 63) - 1, 0), EINVAL) &&
		   failed_with(raw_send(id, &msg, (size_t)1 << 32, 0), EINVAL),
	   "MSG-004: lengths of which 32 bits would do");
	ok(set_qbytes(id, (unsigned long)-1) == 0 && raw_send(id, &msg, 8192, 0) == 0 &&
		   raw_send(id, &msg, 10, 0) == 0 && queue_stat(id).qbytes == (unsigned long)-1,
	   "MSG-015: a queue without limit");
	ok(raw_receive(id, &msg, 0x7fffffffffffffff, 1, MSG_COPY | IPC_NOWAIT) == 10 &&
		   failed_with(
			   raw_receive(id, &msg, 100, 0x7fffffffffffffff, MSG_COPY | IPC_NOWAIT),
			   ENOMSG) &&
		   failed_with(raw_receive(id, &msg, 100, (long)(1ul << 63), MSG_COPY | IPC_NOWAIT),
			       ENOMSG),
	   "MSG-033: positions and buffers without end");
	ok(failed_with(raw_receive(id, &msg, (size_t)1 << 63, 0, 0), EINVAL) &&
		   raw_receive(id, &msg, 0x7fffffffffffffff, (long)(1ul << 63), IPC_NOWAIT) ==
			   8192 &&
		   msg.type == 0x7fffffffffffffff,
	   "MSG-013 MSG-010: a buffer as long as can be, and any type");
	ok(set_qbytes(id, 0) == 0 && failed_with(raw_send(id, &msg, 0, IPC_NOWAIT), EAGAIN),
	   "MSG-015: a queue without room for nothing");
	rm_queue(id);
}

static void test_segments(void)
{
	static const size_t sizes[] = { 0, (size_t)-1, (size_t)-4096, ((size_t)-1) - (1 << 24),
					(size_t)1 << 63 };
	int fine = 1, id;

	for (unsigned int i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		for (int flag = 0; flag <= SHM_NORESERVE; flag += SHM_NORESERVE) {
			id = get_segment(IPC_PRIVATE, sizes[i], 0600 | flag);
			if (id >= 0 || (errno != EINVAL && errno != ENOMEM)) {
				printf("# size %lx flag %o: %d, errno %d\n", sizes[i], flag, id,
				       errno);
				fine = 0;
			}
		}
	}
	ok(fine, "SHM-001 SHM-036: sizes that no file can have");
	ok(failed_with(get_segment(IPC_PRIVATE, (size_t)1 << 62, 0600), ENOMEM),
	   "SHM-036: more than there will be");
	id = get_segment(IPC_PRIVATE, (size_t)1 << 62, 0600 | SHM_NORESERVE);
	ok(id >= 0 && segment_stat(id).segsz == (size_t)1 << 62 && no_attach(id, NULL, 0, ENOMEM) &&
		   attached(id) == 0,
	   "SHM-013 SHM-036: not reserved, it may be; attached, it cannot");
	ok(no_attach(id, (void *)0x10000000, 0, EINVAL) &&
		   no_attach(id, (void *)0x10000000, SHM_REMAP, ENOMEM) && attached(id) == 0,
	   "SHM-013: nor at an address, where others are, or instead of them");
	rm_segment(id);
}

int main(void)
{
	if (geteuid() || unshare(CLONE_NEWIPC))
		return ktap_skip_all("no IPC namespace of its own");
	test_ids();
	test_sems();
	test_timeouts();
	test_messages();
	test_segments();
	return ktap_done();
}
