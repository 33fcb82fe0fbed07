// SPDX-License-Identifier: GPL-2.0-only
/*
 * ipcbench: page faults, mappings and copies on write. One operation is one page, or one mapping.
 * Start at: memory_benchmarks.
 */
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include "user/ipcbench.h"

#define PAGE 4096

static volatile char *map_pages(long pages)
{
	void *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	must(at == MAP_FAILED ? -1 : 0);
	/* Small pages on both kernels: one fault for each. */
	madvise(at, pages * PAGE, MADV_NOHUGEPAGE);
	return at;
}

static void touch(volatile char *at, long pages)
{
	for (long i = 0; i < pages; i++)
		at[i * PAGE] = 1;
}

static void page_fault(long ops, long unused)
{
	volatile char *at = map_pages(ops);

	start_clock();
	touch(at, ops);
	stop_clock();
}

static void map_and_unmap(long ops, long pages)
{
	start_clock();
	for (long i = 0; i < ops; i++) {
		void *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		must(at == MAP_FAILED ? -1 : 0);
		must(munmap(at, pages * PAGE));
	}
	stop_clock();
}

static volatile char *copied;
static long copied_pages;

static void write_all(long unused)
{
	start_clock();
	touch(copied, copied_pages);
	stop_clock();
}

static void copy_on_write(long ops, long unused)
{
	copied = map_pages(ops);
	copied_pages = ops;
	touch(copied, ops);
	must(waitpid(spawn(write_all, 0), NULL, 0));
}

const struct benchmark memory_benchmarks[] = {
	{ "page_fault", page_fault, 4000, 0 },
	{ "mmap_munmap", map_and_unmap, 4000, 16 },
	{ "cow_fault", copy_on_write, 4000, 0 },
	{ NULL, NULL, 0, 0 },
};
