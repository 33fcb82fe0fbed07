// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks on pages, DEBUG builds only: who has it, poison while free, references below zero.
 *
 * Idea: beside the struct pages lies a second array with two call chains for each page: who
 * allocated it and who freed it. A freed page is filled with poison, and a mark says so; when it is
 * handed out again the poison must be intact, else somebody wrote to a page that was not theirs.
 * Rules: 1. page->private of a free page is PAGE_POISONED exactly if it was filled. 2. Pages handed
 *    out before the array existed have no owner.
 * Locking: a page's records belong to who has the page. Sleeps: no.
 * Linux: mm/page_owner.c, mm/page_poison.c.
 */
#ifdef CONFIG_DEBUG
#include "mm/internal.h"
#include "mm/stack_record.h"
#include "mm/vmalloc.h"
#include "kernel/lib/init.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/x86/processor.h"

#define PAGE_POISONED 0x706f69736f6e6564ul /* in page->private */
#define PAGE_POISON   0xaa
/* Functions of the allocator that would only fill the chains. */
#define ALLOC_FRAMES 4
#define FREE_FRAMES  2

struct page_owner {
	struct stack_record alloc, freed;
};

static struct page_owner *owners; /* by frame number */
static unsigned long nr_owners;

static struct page_owner *owner_of(const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);

	return owners && pfn < nr_owners ? &owners[pfn] : NULL;
}

const struct stack_record *page_allocated_by(const struct page *page)
{
	struct page_owner *owner = owner_of(page);

	return owner && owner->alloc.frame[0] ? &owner->alloc : NULL;
}

static void report(const struct page *page, const char *what)
{
	struct page_owner *owner = owner_of(page);

	pr_emerg("page: %s: frame %lx, %d references, flags %lx\n", what, page_to_pfn(page),
		 atomic_read(&page->_refcount), page->flags);
	if (owner) {
		stack_record_print(&owner->alloc, "page", "allocated");
		stack_record_print(&owner->freed, "page", "freed");
	}
	dump_stack();
}

void page_debug_alloc(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < 1ul << order; i++) {
		struct page_owner *owner = owner_of(page + i);

		if (page[i].private == PAGE_POISONED) { /* rule 1 */
			if (memchr_inv(page_address(page + i), PAGE_POISON, PAGE_SIZE))
				report(page + i, "written to after it was freed");
			page[i].private = 0;
		}
		if (owner)
			stack_record_save(&owner->alloc, 0, ALLOC_FRAMES);
	}
}

void page_debug_free(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < 1ul << order; i++) {
		struct page_owner *owner = owner_of(page + i);

		memset(page_address(page + i), PAGE_POISON, PAGE_SIZE);
		page[i].private = PAGE_POISONED;
		if (owner)
			stack_record_save(&owner->freed, 0, FREE_FRAMES);
	}
}

bool page_ref_report(struct page *page)
{
	report(page, "a reference is dropped that nobody has");
	return true;
}

static int page_debug_init(void)
{
	unsigned long nr = end_of_ram() >> PAGE_SHIFT;

	owners = vzalloc(nr * sizeof(*owners));
	if (owners)
		nr_owners = nr;
	return 0;
}
core_initcall(page_debug_init);
#endif
