// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers at the ends of their ranges and structs at the ends of memory, to the calls of POSIX message
 * queues: refused at once, or right; never an overflow or the end of all memory.
 * Spec: MQ-003, MQ-005, MQ-007 to MQ-010, MQ-012, MQ-018, MQ-027, MQ-031, MQ-036
 */
#include "tests/ipc/mq.h"

#define MIB (1l << 20)

static char *page_end; /* the first byte behind the last page that there is */

static void map_edge(void)
{
	char *map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(map + 4096, 4096);
	page_end = map + 4096;
}

static void test_descriptors(void)
{
	static const int fds[] = { -1, -100, 2147483647, -2147483647 - 1, 1 << 20 };
	struct sigevent silent = { .sigev_notify = SIGEV_NONE };
	struct raw_mq_attr attr;
	char text[16];
	int fine = 1, q;

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		fine &= failed_with(send_byte(fds[i], 'x', 0), EBADF) &&
			failed_with(q_receive(fds[i], text, 16, NULL), EBADF) &&
			failed_with(q_getsetattr(fds[i], NULL, &attr), EBADF) &&
			failed_with(q_notify(fds[i], &silent), EBADF);
	ok(fine, "MQ-010: numbers that are no descriptor are EBADF");
	q = q_new(2, 16, O_NONBLOCK);
	ok(syscall(SYS_mq_timedsend, 0xdeadbeef00000000ul | (unsigned int)q, "h", 1ul,
		   0xffffffff00000005ul, NULL) == 0 &&
		   syscall(SYS_mq_timedreceive, 0x5500000000ul | (unsigned int)q, text, 16ul, NULL,
			   NULL) == 1,
	   "MQ-010: of a register that holds an int its lower half counts");
	close(q);
}

static void test_path_descriptor(void)
{
	int q = q_new(2, 16, O_NONBLOCK), path = q_reopen(q, O_PATH);
	char text[16];

	ok(path >= 0 && failed_with(send_byte(path, 'x', 0), EBADF) &&
		   failed_with(q_receive(path, text, 16, NULL), EBADF) &&
		   failed_with(q_notify(path, NULL), EBADF),
	   "MQ-010: an O_PATH descriptor is EBADF");
	close(path);
	close(q);
}

static void test_edges(void)
{
	int q = q_new(2, 4096, O_NONBLOCK);
	struct timespec past = { 1, 0 };
	struct raw_mq_attr attr = { 0, 1, 1, 0, { 0 } };

	memcpy(page_end - 64, &attr, 64);
	ok(q_open("edge", O_CREAT | O_RDWR, 0600, (void *)(page_end - 64)) >= 0 &&
		   q_unlink("edge") == 0,
	   "MQ-003: attributes that end with the page");
	ok(failed_with(q_open("edge", O_CREAT | O_RDWR, 0600, (void *)(page_end - 63)), EFAULT),
	   "MQ-003: one byte beyond is EFAULT");
	memcpy(page_end - 4, "name", 4);
	ok(failed_with(q_open(page_end - 4, O_CREAT | O_RDWR, 0600, NULL), EFAULT) &&
		   failed_with(q_unlink(page_end - 4), EFAULT),
	   "MQ-003: a name without an end is EFAULT");
	memcpy(page_end - 16, &past, 16);
	ok(q_timedsend(q, page_end - 100, 100, 0, (void *)(page_end - 16)) == 0 &&
		   failed_with(q_timedsend(q, page_end - 100, 100, 0, (void *)(page_end - 15)),
			       EFAULT) &&
		   failed_with(q_send(q, page_end - 100, 101, 0), EFAULT) && q_curmsgs(q) == 1,
	   "MQ-012 MQ-018: a time and a text that end with the page, or do not");
	ok(q_receive(q, page_end - 100, 4096, (void *)(page_end - 4)) == 100,
	   "MQ-018: only what the message has is written");
	q_send(q, page_end - 100, 100, 0);
	ok(failed_with(q_receive(q, page_end - 99, 4096, NULL), EFAULT) && q_curmsgs(q) == 0,
	   "MQ-018: and that has to fit");
	ok(failed_with(q_notify(q, (void *)(page_end - 63)), EFAULT),
	   "MQ-027: a sigevent that does not end with the page is EFAULT");
	ok(failed_with(q_send(q, (void *)0xffff888000000000ul, 8, 0), EFAULT) &&
		   failed_with(q_send(q, (void *)0x7ffffffff000ul, 8, 0), EFAULT) &&
		   failed_with(q_getsetattr(q, NULL, (void *)0xffffffff81000000ul), EFAULT),
	   "MQ-018: the kernel's addresses are nobody's");
	close(q);
}

static void test_lengths(void)
{
	static const size_t lengths[] = { 17, 8193, 1ul << 31, 1ul << 32, 1ul << 63, -1ul };
	int q = q_new(2, 16, O_NONBLOCK), fine = 1;
	char text[16];

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		fine &= failed_with(q_send(q, text, lengths[i], 0), EMSGSIZE);
	ok(fine && q_curmsgs(q) == 0, "MQ-009: lengths of all sizes are EMSGSIZE");
	q_send(q, "x", 1, 0);
	ok(q_receive(q, text, -1ul, NULL) == 1, "MQ-009: a buffer may be said to be endless");
	close(q);
}

static void test_times(void)
{
	static const struct timespec bad[] = {
		{ 0, -1 }, { 0, 1000000000 }, { 0, LONG_MAX }, { 0, LONG_MIN }, { LONG_MIN, 0 },
	};
	int q = q_new(1, 16, 0), fine = 1;
	struct timespec end = { LONG_MAX, 999999999 }, start = { 0, 0 };
	char text[16];
	pid_t pid;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		fine &= failed_with(q_timedsend(q, "x", 1, 0, &bad[i]), EINVAL);
	ok(fine && q_curmsgs(q) == 0, "MQ-012: times that are none are EINVAL");
	ok(failed_with(q_timedreceive(q, text, 16, NULL, &start), ETIMEDOUT),
	   "MQ-012: the beginning of time has passed");
	pid = fork();
	if (pid == 0)
		_exit(q_timedreceive(q, text, 16, NULL, &end) != 1);
	ok(asleep(pid) && send_byte(q, 'x', 0) == 0 && result_of(pid) == 0,
	   "MQ-012: the end of time is far");
	close(q);
}

/* What only root may make. */
static void test_large(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY }, some = { 1ul << 40, 1ul << 40 };
	char *text = malloc(4 * MIB);
	int q, small, fine = 1;

	setrlimit(RLIMIT_MSGQUEUE, &all);
	q = q_open("large", O_CREAT | O_RDWR | O_NONBLOCK, 0600, ATTR(65536, 16777216));
	ok(q >= 0, "MQ-005 MQ-031: the largest queue costs no memory yet");
	for (long i = 0; i < 4 * MIB; i++)
		text[i] = (char)(i / 4096 + i);
	ok(q_send(q, text, 4 * MIB, 1) == 0, "MQ-036: a message of 4 MiB");
	free(text);
	text = calloc(1, 16 * MIB);
	ok(q_receive(q, text, 16 * MIB, NULL) == 4 * MIB, "MQ-036: arrives");
	for (long i = 0; i < 4 * MIB; i++)
		fine &= text[i] == (char)(i / 4096 + i);
	ok(fine, "MQ-036: and whole");
	free(text);
	setrlimit(RLIMIT_MSGQUEUE, &some);
	ok(failed_with(q_open("small", O_CREAT | O_RDWR, 0600, ATTR(1, 1)), EMFILE),
	   "MQ-031: it is charged for all that it may hold: more than 2^40 bytes");
	close(q);
	q_unlink("large");
	small = q_open("small", O_CREAT | O_RDWR, 0600, ATTR(1, 1));
	ok(small >= 0, "MQ-031: and no more when it is gone");
	close(small);
	q_unlink("small");
}

/* Many priorities: each has its place, and takes it again and again. */
static void test_priorities(void)
{
	int q = q_open("prios", O_CREAT | O_RDWR | O_NONBLOCK, 0600, ATTR(4096, 8)), fine = 1;
	unsigned int prio, before;
	char text[8];

	for (int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < 4096; i++)
			fine &= q_send(q, &i, 4, i * 12289 % 32768) == 0;
		fine &= failed_with(send_byte(q, 'x', 0), EAGAIN);
		before = 32768;
		for (unsigned int i = 0; i < 4096; i++) {
			unsigned int number;

			fine &= q_receive(q, text, 8, &prio) == 4 && prio <= before;
			memcpy(&number, text, 4);
			fine &= number * 12289 % 32768 == prio;
			before = prio;
		}
	}
	ok(fine, "MQ-008: 4096 messages of as many priorities, twice");
	close(q);
	q_unlink("prios");
}

int main(void)
{
	own_namespace();
	map_edge();
	test_descriptors();
	test_path_descriptor();
	test_edges();
	test_lengths();
	test_times();
	test_large();
	test_priorities();
	return ktap_done();
}
