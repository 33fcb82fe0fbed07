// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads of one process that fault, map, unmap, protect, advise, truncate and fork at the same
 * time. What each must find is known: a thread's own pages hold what it wrote, a page that was given
 * back reads as zeroes, a child sees the state at the moment of its fork.
 */
#define _GNU_SOURCE
#include "tests/ktap.h"
#include "tests/mm/memory.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <time.h>

#define THREADS 4
#define ROUNDS  300

static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 8;
}

/* Each part ends after its rounds, or sooner on a slow machine. */
#define PART_SECONDS 3

static struct timespec part_start;

static int time_is_left(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec - part_start.tv_sec < PART_SECONDS;
}

static atomic_int broken;

static void check(int held, const char *what)
{
	if (!held && !atomic_fetch_add(&broken, 1))
		dprintf(1, "# %s\n", what);
}

static int run_threads(void *(*fn)(void *arg))
{
	pthread_t threads[THREADS];

	atomic_store(&broken, 0);
	clock_gettime(CLOCK_MONOTONIC, &part_start);
	for (long i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, fn, (void *)i))
			return 0;
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return !atomic_load(&broken);
}

/* ---- all touch the same fresh pages; each owns some bytes of each page ---- */

static unsigned char *common;
static pthread_barrier_t barrier;

static void *same_pages(void *arg)
{
	long me = (long)arg;

	for (int round = 0; round < 20; round++) {
		if (!me)
			common = round < 2 || time_is_left() ?
					 (void *)map_anon(64 * PAGE, PROT_READ | PROT_WRITE) :
					 NULL;
		pthread_barrier_wait(&barrier);
		if (!common)
			break;
		for (int i = 0; i < 64; i++) {
			if ((i + me) % 3 == 0) /* some meet the page of zeroes first */
				check(common[i * PAGE + 100 + me] == 0, "a fresh byte is 0");
			common[i * PAGE + me] = (unsigned char)(i + me + 1);
		}
		pthread_barrier_wait(&barrier);
		for (int i = 0; i < 64; i++)
			for (long other = 0; other < THREADS; other++)
				check(common[i * PAGE + other] == (unsigned char)(i + other + 1),
				      "a byte written by a thread is lost");
		pthread_barrier_wait(&barrier);
		if (!me)
			munmap(common, 64 * PAGE);
	}
	return NULL;
}

/* ---- each with areas of its own, in one address space ---- */

static pthread_mutex_t placing = PTHREAD_MUTEX_INITIALIZER;

static void *own_areas(void *arg)
{
	unsigned int seed = 17u + (unsigned)(long)arg;
	unsigned char model[16], stamp = 0;
	unsigned char *p;

	pthread_mutex_lock(&placing);
	p = (unsigned char *)map_anon(16 * PAGE, PROT_READ | PROT_WRITE);
	pthread_mutex_unlock(&placing);
	memset(model, 0, sizeof(model));
	for (int round = 0; round < ROUNDS && (round < 10 || time_is_left()); round++) {
		unsigned int i = next_random(&seed) % 16, n = 1 + next_random(&seed) % (16 - i);

		switch (next_random(&seed) % 6) {
		case 0: /* write */
			for (unsigned int k = i; k < i + n; k++)
				p[k * PAGE] = model[k] = ++stamp;
			break;
		case 1: /* give back */
			check(!madvise(p + i * PAGE, n * PAGE, MADV_DONTNEED), "MADV_DONTNEED");
			memset(model + i, 0, n);
			break;
		case 2: /* unmap and map anew */
			/* The hole must not be given to another thread: nobody maps elsewhere now. */
			pthread_mutex_lock(&placing);
			check(!munmap(p + i * PAGE, n * PAGE), "munmap");
			if (mmap(p + i * PAGE, n * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
				 0) != p + i * PAGE)
				check(0, "mmap where was unmapped");
			pthread_mutex_unlock(&placing);
			memset(model + i, 0, n);
			break;
		case 3: /* protect and allow again */
			check(!mprotect(p + i * PAGE, n * PAGE, PROT_READ), "mprotect");
			check(p[i * PAGE] == model[i], "a page that may only be read");
			check(!mprotect(p + i * PAGE, n * PAGE, PROT_READ | PROT_WRITE),
			      "mprotect back");
			break;
		case 4: { /* move */
			unsigned char *q;

			pthread_mutex_lock(&placing);
			q = mremap(p, 16 * PAGE, 16 * PAGE, MREMAP_MAYMOVE | MREMAP_DONTUNMAP);
			if (q != MAP_FAILED) {
				munmap(p, 16 * PAGE);
				p = q;
			}
			pthread_mutex_unlock(&placing);
			break;
		}
		case 5: { /* the kernel writes */
			int fd = open("/dev/zero", O_RDONLY);

			check(read(fd, p + i * PAGE, n * PAGE) == (ssize_t)(n * PAGE), "read");
			close(fd);
			memset(model + i, 0, n);
			break;
		}
		}
		for (unsigned int k = 0; k < 16; k++)
			check(p[k * PAGE] == model[k], "a page of its own");
	}
	munmap(p, 16 * PAGE);
	return NULL;
}

/* ---- fork while others write ---- */

static atomic_int done;
static volatile unsigned long *counters; /* one page each */

static void *count_up(void *arg)
{
	volatile unsigned long *mine = counters + (long)arg * (PAGE / sizeof(long));

	while (!atomic_load(&done)) {
		unsigned long value = mine[0] + 1;

		/* Always in this order: any snapshot has mine[1] == mine[0] or one less. */
		mine[0] = value;
		mine[1] = value;
		check(mine[0] == value && mine[1] == value, "a write was lost");
	}
	return NULL;
}

static int snapshot_is_sound(void)
{
	unsigned long before[THREADS];

	for (int i = 0; i < THREADS; i++) {
		volatile unsigned long *c = counters + i * (long)(PAGE / sizeof(long));

		if (c[0] - c[1] > 1)
			return 1;
		before[i] = c[0];
	}
	sched_yield();
	for (int i = 0; i < THREADS; i++) {
		volatile unsigned long *c = counters + i * (long)(PAGE / sizeof(long));

		if (c[0] != before[i]) /* the parent's writes do not show */
			return 2;
		c[2] = 77; /* nor ours there */
	}
	return 0;
}

static int forks_while_writing(size_t size)
{
	pthread_t threads[THREADS];
	int good = 1;

	counters = (void *)map_anon(size, PROT_READ | PROT_WRITE);
	memset((void *)counters, 0, size);
	atomic_store(&done, 0);
	clock_gettime(CLOCK_MONOTONIC, &part_start);
	atomic_store(&broken, 0);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, count_up, (void *)i);
	for (int i = 0; i < 40 && (i < 4 || time_is_left()); i++) {
		int status = in_child(snapshot_is_sound);

		if (status) {
			dprintf(1, "# the child ended with %x\n", status);
			good = 0;
		}
	}
	atomic_store(&done, 1);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < THREADS; i++)
		good &= counters[i * (PAGE / sizeof(long)) + 2] == 0;
	munmap((void *)counters, size);
	return good && !atomic_load(&broken);
}

/* ---- copy on write must be seen by all at once ---- */

static volatile unsigned long *flag_page, *data_page;

/* Readers keep the old page in their TLB; who sees the flag must see the data. */
static void *watch(void *arg)
{
	unsigned long seen = 0;

	while (!atomic_load(&done)) {
		unsigned long flag = *flag_page, data;

		atomic_thread_fence(memory_order_acquire);
		data = *data_page;
		check(data >= flag, "an old copy of a page is still read");
		check(flag >= seen, "time runs backwards");
		seen = flag;
	}
	return NULL;
}

static int exit_at_once(void)
{
	return 0;
}

static int copies_are_seen(void)
{
	pthread_t threads[THREADS - 1];

	data_page = (void *)map_anon(PAGE, PROT_READ | PROT_WRITE);
	flag_page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	*data_page = *flag_page = 0;
	atomic_store(&done, 0);
	clock_gettime(CLOCK_MONOTONIC, &part_start);
	atomic_store(&broken, 0);
	for (long i = 0; i < THREADS - 1; i++)
		pthread_create(&threads[i], NULL, watch, NULL);
	for (unsigned long i = 1; i <= 60 && (i < 4 || time_is_left()); i++) {
		in_child(exit_at_once); /* takes the write bit away */
		*data_page = i;
		atomic_thread_fence(memory_order_release);
		*flag_page = i;
	}
	atomic_store(&done, 1);
	for (int i = 0; i < THREADS - 1; i++)
		pthread_join(threads[i], NULL);
	return !atomic_load(&broken);
}

/* ---- pages given back by two at once ---- */

static unsigned char *pool;

static void *discard_and_use(void *arg)
{
	unsigned int seed = 99u + (unsigned)(long)arg;

	for (int round = 0; round < ROUNDS && (round < 10 || time_is_left()); round++) {
		unsigned int i = next_random(&seed) % 8;

		/* After this thread's own call no write from before it may show. */
		pool[(8 + (long)arg) * PAGE] = 1;
		check(!madvise(pool, 16 * PAGE, MADV_DONTNEED), "MADV_DONTNEED");
		check(pool[(8 + (long)arg) * PAGE] == 0, "a page survived MADV_DONTNEED");
		pool[i * PAGE + 8 * (long)arg] = 5;
	}
	return NULL;
}

/* ---- a file that is cut off and grows again while it is mapped ---- */

static int file;
static volatile unsigned char *file_map;

static __thread sigjmp_buf jump;
static __thread volatile int may_jump;

static void on_bus(int sig)
{
	if (may_jump)
		siglongjmp(jump, 1);
	_exit(98);
}

static void *use_file(void *arg)
{
	unsigned int seed = 5u + (unsigned)(long)arg;

	while (!atomic_load(&done)) {
		unsigned int i = next_random(&seed) % 32;

		if (!sigsetjmp(jump, 1)) {
			unsigned char c;

			may_jump = 1;
			c = file_map[i * PAGE + 10];
			check(c == 0 || c == 'w', "a foreign byte in the file");
			if (next_random(&seed) % 2)
				file_map[i * PAGE + 10] = 'w';
		}
		may_jump = 0;
	}
	return NULL;
}

static int truncates_while_mapped(void)
{
	struct sigaction sa = { .sa_handler = on_bus };
	pthread_t threads[THREADS];
	unsigned char byte = 1;
	int good = 1;

	sigaction(SIGBUS, &sa, NULL);
	file = letter_file(0);
	ftruncate(file, 32 * PAGE);
	file_map = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	atomic_store(&done, 0);
	clock_gettime(CLOCK_MONOTONIC, &part_start);
	atomic_store(&broken, 0);
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, use_file, (void *)i);
	for (int i = 0; i < ROUNDS && (i < 20 || time_is_left()); i++) {
		good &= !ftruncate(file, (i % 7) * (off_t)PAGE);
		good &= !ftruncate(file, 32 * PAGE);
		if (i % 16 == 0) {
			char page[PAGE];

			good &= pread(file, page, PAGE, 31 * PAGE) == (ssize_t)PAGE &&
				(page[10] == 0 || page[10] == 'w');
			sched_yield();
		}
	}
	atomic_store(&done, 1);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	good &= !ftruncate(file, 0) && !ftruncate(file, PAGE) && pread(file, &byte, 1, 10) == 1 &&
		byte == 0;
	munmap((void *)file_map, 32 * PAGE);
	close(file);
	return good && !atomic_load(&broken);
}

int main(void)
{
	pthread_barrier_init(&barrier, NULL, THREADS);
	ok(run_threads(same_pages), "threads: fresh pages touched by all at once keep every byte");
	ok(run_threads(own_areas), "threads: areas of their own hold what each wrote");
	ok(forks_while_writing(THREADS * PAGE),
	   "threads: fork takes a snapshot while others write");
	ok(forks_while_writing(4 << 20), "threads: the same with shared page tables");
	ok(copies_are_seen(), "threads: a copied page is seen by all at once");
	pool = (unsigned char *)map_anon(16 * PAGE, PROT_READ | PROT_WRITE);
	ok(run_threads(discard_and_use), "threads: MADV_DONTNEED in all at once");
	ok(truncates_while_mapped(), "threads: a mapped file is cut off and grows");
	return ktap_done();
}
