// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of the calls on memory fails once: mmap, munmap, mprotect, mremap, brk, madvise,
 * mlock, and page faults.
 */
#define _GNU_SOURCE
#include "tests/fail_nth.h"
#include "tests/mm/memory.h"

static int letters;
static char *area, *place;

static long map_it(void *flags)
{
	/* Far from others, so that it does not become a part of one. */
	char *p = mmap(place, 8 * PAGE, PROT_READ | PROT_WRITE, (int)(long)flags,
		       (long)flags & MAP_ANONYMOUS ? -1 : letters, 0);

	return p == MAP_FAILED ? -1 : (long)p;
}

static void unmap_it(long p, void *arg)
{
	munmap((void *)p, 8 * PAGE);
}

/* In the middle: the area is cut in three, and comes together again. */
static long cut_out(void *arg)
{
	return munmap(area + 2 * PAGE, PAGE);
}

static void fill_in(long ret, void *arg)
{
	mmap(area + 2 * PAGE, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
	     -1, 0);
}

static long map_over(void *arg)
{
	void *p = mmap(area + 2 * PAGE, PAGE, PROT_READ, MAP_SHARED | MAP_FIXED, letters, 0);

	return p == MAP_FAILED ? -1 : 0;
}

static long protect_middle(void *arg)
{
	return mprotect(area + 3 * PAGE, PAGE, PROT_READ);
}

static void unprotect(long ret, void *arg)
{
	mprotect(area + 3 * PAGE, PAGE, PROT_READ | PROT_WRITE);
}

static long move_away(void *arg)
{
	void *p = mremap(area, 8 * PAGE, 600 * PAGE, MREMAP_MAYMOVE);

	return p == MAP_FAILED ? -1 : (long)p;
}

static void move_back(long p, void *arg)
{
	mremap((void *)p, 600 * PAGE, 8 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, area);
}

static long heap_grows(void *arg)
{
	long now = syscall(SYS_brk, 0);

	if (syscall(SYS_brk, now + 16 * PAGE) == now) {
		errno = ENOMEM; /* how the raw call says so */
		return -1;
	}
	return now;
}

static void heap_shrinks(long before, void *arg)
{
	syscall(SYS_brk, before);
}

static long lock_it(void *arg)
{
	return mlock(area + 2 * PAGE, PAGE);
}

static void unlock_it(long ret, void *arg)
{
	munlock(area + 2 * PAGE, PAGE);
}

static long advise(void *arg)
{
	return madvise(area + 4 * PAGE, PAGE, (int)(long)arg);
}

static void advise_back(long ret, void *arg)
{
	madvise(area + 4 * PAGE, PAGE, MADV_DOFORK);
}

/* Fresh memory is written, read, and copied after a read: the instruction runs until it works. */
static long touch(void *arg)
{
	char *p = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE, (int)(long)arg,
		       (long)arg & MAP_ANONYMOUS ? -1 : letters, 0);
	char c;

	if (p == MAP_FAILED)
		return -1;
	c = *(volatile char *)p;
	*(volatile char *)p = 1;
	*(volatile char *)(p + (c ? PAGE : 20 * PAGE)) = 2;
	return (long)p;
}

static void untouch(long p, void *arg)
{
	munmap((void *)p, 32 * PAGE);
}

/* The kernel writes to memory that has no page yet. */
static long kernel_touches(void *arg)
{
	char *p = map_anon(PAGE, PROT_READ | PROT_WRITE);
	long ret;

	if (p == MAP_FAILED)
		return -1;
	ret = pread(letters, p, 8, 0);
	if (ret == -1) {
		int saved = errno;

		munmap(p, PAGE);
		errno = saved;
		return -1;
	}
	return (long)p;
}

static void untouch_one(long p, void *arg)
{
	munmap((void *)p, PAGE);
}

static long populate(void *arg)
{
	char *p = mmap(NULL, 32 * PAGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	return p == MAP_FAILED ? -1 : (long)p;
}

static long stack_of_mincore(void *arg)
{
	unsigned char vec[8];

	return mincore(area, 8 * PAGE, vec);
}

int main(void)
{
	if (!fail_nth_available())
		return ktap_skip_all("the kernel has no fail-nth");
	letters = letter_file(8 * PAGE);
	area = map_anon(8 * PAGE, PROT_READ | PROT_WRITE);
	memset(area, 'x', 8 * PAGE);
	place = free_range(64 * PAGE) + 32 * PAGE;
	fail_nth_walk("mmap anonymous", map_it, unmap_it, (void *)(MAP_PRIVATE | MAP_ANONYMOUS),
		      ENOMEM, 0);
	fail_nth_walk("mmap shared anonymous", map_it, unmap_it,
		      (void *)(MAP_SHARED | MAP_ANONYMOUS), ENOMEM, 0);
	fail_nth_walk("mmap a file, private", map_it, unmap_it, (void *)MAP_PRIVATE, ENOMEM, 0);
	fail_nth_walk("mmap a file, shared", map_it, unmap_it, (void *)MAP_SHARED, ENOMEM, 0);
	fail_nth_walk("munmap in the middle", cut_out, fill_in, NULL, ENOMEM, 0);
	area[2 * PAGE] = 'x';
	fail_nth_walk("mmap over the middle", map_over, fill_in, NULL, ENOMEM, 0);
	ok(area[PAGE] == 'x' && area[3 * PAGE] == 'x', "what lies around is untouched");
	area[2 * PAGE] = 'x';
	fail_nth_walk("mprotect the middle", protect_middle, unprotect, NULL, ENOMEM, 0);
	fail_nth_walk("mremap, moving", move_away, move_back, NULL, ENOMEM, 0);
	for (int i = 0; i < 8; i++)
		if (area[i * PAGE] != 'x')
			ok(0, "mremap kept page %d", i);
	fail_nth_walk("brk", heap_grows, heap_shrinks, NULL, ENOMEM, 0);
	fail_nth_walk("mlock the middle", lock_it, unlock_it, NULL, ENOMEM, EAGAIN, 0);
	fail_nth_walk("madvise the middle", advise, advise_back, (void *)MADV_DONTFORK, ENOMEM,
		      EAGAIN, 0);
	fail_nth_walk("page faults, private", touch, untouch, (void *)(MAP_PRIVATE | MAP_ANONYMOUS),
		      ENOMEM, 0);
	fail_nth_walk("page faults, shared", touch, untouch, (void *)(MAP_SHARED | MAP_ANONYMOUS),
		      ENOMEM, 0);
	fail_nth_walk("page faults, private file", touch, untouch, (void *)MAP_PRIVATE, ENOMEM, 0);
	fail_nth_walk("a fault of the kernel", kernel_touches, untouch_one, NULL, ENOMEM, EFAULT,
		      0);
	fail_nth_walk("mmap MAP_POPULATE", populate, untouch, NULL, ENOMEM, 0);
	fail_nth_walk("mincore", stack_of_mincore, NULL, NULL, ENOMEM, EAGAIN, 0);
	return ktap_done();
}
