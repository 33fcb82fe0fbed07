// SPDX-License-Identifier: GPL-2.0-only
/*
 * Promised memory. Private writable mappings and shared memory are promises to deliver pages later;
 * this file counts them (Committed_AS) and refuses the absurd ones.
 *
 * Modes, as /proc/sys/vm/overcommit_memory has them: 0 refuse what one request could never get
 * (more than all of RAM), 1 refuse nothing, 2 keep the sum below overcommit_ratio percent of RAM.
 * Locking: none, an atomic sum. Linux: mm/util.c (__vm_enough_memory).
 */
#include "mm/internal.h"
#include "kernel/uapi/errno.h"

#define OVERCOMMIT_GUESS  0
#define OVERCOMMIT_ALWAYS 1
#define OVERCOMMIT_NEVER  2

int sysctl_overcommit_memory = OVERCOMMIT_GUESS;
int sysctl_overcommit_ratio = 50;

static atomic_long_t vm_committed_as; /* pages */

unsigned long vm_commit_limit(void)
{
	return totalram_pages() * sysctl_overcommit_ratio / 100;
}

unsigned long vm_memory_committed(void)
{
	long pages = atomic_long_read(&vm_committed_as);

	return pages < 0 ? 0 : pages;
}

void vm_unacct_memory(long pages)
{
	atomic_long_sub(pages, &vm_committed_as);
}

int security_vm_enough_memory_mm(struct mm_struct *mm, long pages)
{
	long sum = atomic_long_add_return(pages, &vm_committed_as);

	if (sysctl_overcommit_memory == OVERCOMMIT_ALWAYS)
		return 0;
	if (sysctl_overcommit_memory == OVERCOMMIT_GUESS) {
		if (pages <= (long)totalram_pages())
			return 0;
	} else if (sum <= (long)vm_commit_limit()) {
		return 0;
	}
	vm_unacct_memory(pages);
	return -ENOMEM;
}
