// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random mmap, munmap, mprotect, mremap, madvise, mlock and fork in a small window of addresses, next
 * to a model that keeps what each page must be: mapped or not, its protection, its content. After
 * every few steps all pages are compared, by access and by /proc/self/maps.
 */
#define _GNU_SOURCE
#include "tests/mm/memory.h"
#include "tests/ktap.h"

#define PAGES 48
#define STEPS 4000

/* What one page must be. Shared pages show a page of the file. */
struct model {
	int mapped, prot, shared, file_page;
	int value; /* private: its content */
};

static struct model model[PAGES];
static int file_value[PAGES]; /* the file's content, page by page */
static char *window;
static int file;
static unsigned int seed = 12345;

static int draw(int below)
{
	seed = seed * 1103515245 + 12345;
	return (int)((seed >> 8) % (unsigned int)below);
}

static int value_of(int page)
{
	return model[page].shared ? file_value[model[page].file_page] : model[page].value;
}

static char *address(int page)
{
	return window + (size_t)page * PAGE;
}

static int draw_prot(void)
{
	static const int prots[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
				     PROT_READ | PROT_WRITE };

	return prots[draw(4)];
}

static int map_private(int from, int n)
{
	int prot = draw_prot();
	char *p = mmap(address(from), (size_t)n * PAGE, prot,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	for (int i = from; i < from + n; i++)
		model[i] = (struct model){ .mapped = 1, .prot = prot };
	return p == address(from);
}

static int map_shared(int from, int n)
{
	int prot = draw_prot(), at = draw(PAGES - n + 1);
	char *p = mmap(address(from), (size_t)n * PAGE, prot, MAP_SHARED | MAP_FIXED, file,
		       (off_t)at * (off_t)PAGE);

	for (int i = 0; i < n; i++)
		model[from + i] = (struct model){
			.mapped = 1, .prot = prot, .shared = 1, .file_page = at + i
		};
	return p == address(from);
}

static int unmap(int from, int n)
{
	for (int i = from; i < from + n; i++)
		model[i].mapped = 0;
	return munmap(address(from), (size_t)n * PAGE) == 0;
}

/* All of the range mapped? */
static int whole(int from, int n)
{
	for (int i = from; i < from + n; i++)
		if (!model[i].mapped)
			return 0;
	return 1;
}

static int protect(int from, int n)
{
	int prot = draw_prot(), all = whole(from, n), ret;

	ret = mprotect(address(from), (size_t)n * PAGE, prot);
	for (int i = from; i < from + n && model[i].mapped; i++)
		model[i].prot = prot;
	return all ? ret == 0 : ret == -1 && errno == ENOMEM;
}

static int forget(int from, int n)
{
	int ret = madvise(address(from), (size_t)n * PAGE, MADV_DONTNEED);

	for (int i = from; i < from + n; i++)
		if (model[i].mapped && !model[i].shared)
			model[i].value = 0;
	return whole(from, n) ? ret == 0 : ret == -1 && errno == ENOMEM;
}

/* One area's worth of pages to another place in the window. */
static int move(int from, int n)
{
	int to = draw(PAGES - n + 1);
	char *p;

	if (!whole(from, n) || (to < from + n && from < to + n))
		return 1;
	for (int i = from + 1; i < from + n; i++) /* one area: alike and without a break */
		if (model[i].prot != model[from].prot || model[i].shared != model[from].shared ||
		    (model[i].shared && model[i].file_page != model[i - 1].file_page + 1))
			return 1;
	p = mremap(address(from), (size_t)n * PAGE, (size_t)n * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		   address(to));
	if (p == MAP_FAILED) /* areas that look alike need not be one, after moves */
		return errno == EFAULT && munmap(address(to), (size_t)n * PAGE) == 0 &&
		       (unmap(to, n), 1);
	for (int i = 0; i < n; i++) {
		model[to + i] = model[from + i];
		model[from + i].mapped = 0;
	}
	return p == address(to);
}

static int lock(int from, int n)
{
	int ret = mlock(address(from), (size_t)n * PAGE);

	munlock(address(from), (size_t)n * PAGE);
	return whole(from, n) ? ret == 0 || errno == ENOMEM || errno == EAGAIN : ret == -1;
}

static void write_page(int page)
{
	int value = draw(250) + 1, fault = write_faults(address(page));

	if (fault)
		return; /* compare() checks whether that was right */
	*(volatile unsigned char *)address(page) = (unsigned char)value;
	if (model[page].shared)
		file_value[model[page].file_page] = value;
	else
		model[page].value = value;
}

/* Every page, by touching it. */
static int compare(void)
{
	for (int i = 0; i < PAGES; i++) {
		int may_read = model[i].mapped && (model[i].prot & PROT_READ);

		if (!!read_faults(address(i)) == may_read)
			return 0;
		if (may_read && *(unsigned char *)address(i) != value_of(i))
			return 0;
		if (!(model[i].mapped && (model[i].prot & PROT_WRITE)) && !write_faults(address(i)))
			return 0;
	}
	return 1;
}

static int child_compares(void)
{
	if (!compare())
		return 1;
	for (int i = 0; i < PAGES; i++)
		if (model[i].mapped && (model[i].prot & PROT_WRITE) && !model[i].shared)
			*address(i) = 'c';
	return 0;
}

/* And by what the kernel says. */
static int maps_agree(void)
{
	for (int i = 0; i < PAGES; i++) {
		unsigned long from, to;
		char line[512], perms[5] = "---p";
		int found = maps_line(address(i), line, sizeof(line), &from, &to);

		if (found != model[i].mapped)
			return 0;
		if (!found)
			continue;
		perms[0] = model[i].prot & PROT_READ ? 'r' : '-';
		perms[1] = model[i].prot & PROT_WRITE ? 'w' : '-';
		perms[3] = model[i].shared ? 's' : 'p';
		if (!strstr(line, perms))
			return 0;
	}
	return 1;
}

static int step(void)
{
	int from = draw(PAGES), n = 1 + draw(PAGES - from < 12 ? PAGES - from : 12);

	switch (draw(10)) {
	case 0:
	case 1:
		return map_private(from, n);
	case 2:
		return map_shared(from, n);
	case 3:
		return unmap(from, n);
	case 4:
	case 5:
		return protect(from, n);
	case 6:
		return forget(from, n);
	case 7:
		return move(from, n);
	case 8:
		return lock(from, n);
	default:
		for (int i = from; i < from + n; i++)
			if (model[i].mapped && (model[i].prot & PROT_WRITE))
				write_page(i);
		return 1;
	}
}

int main(void)
{
	int steps = 0, good = 1, pages = 1, maps = 1, children = 1;

	catch_faults();
	window = free_range((PAGES + 2) * PAGE) + PAGE;
	file = letter_file(PAGES * PAGE);
	for (int i = 0; i < PAGES; i++)
		file_value[i] = 'a' + i % 26;
	for (; steps < STEPS && good && pages && maps && children; steps++) {
		good = step();
		if (steps % 8 == 0)
			pages = compare();
		if (steps % 64 == 0)
			maps = maps_agree();
		if (steps % 100 == 0)
			children = in_child(child_compares) == 0 && compare();
	}
	ok(good, "%d random calls succeed or fail as they must", steps);
	ok(pages, "every page is what the model says");
	ok(maps, "/proc/self/maps says so too");
	ok(children, "and so do children, who cannot change it");
	munmap(window, PAGES * PAGE);
	return ktap_done();
}
