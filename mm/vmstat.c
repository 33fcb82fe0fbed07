// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters of memory by use: each CPU adds to its own, readers sum. A CPU's value may be negative
 * (allocated here, freed there); only sums mean something. Linux: mm/vmstat.c.
 */
#include "mm/gfp.h"
#include "kernel/x86/percpu.h"

DEFINE_PER_CPU(struct vm_event_state, vm_stat);

unsigned long global_node_page_state(enum node_stat_item item)
{
	long sum = 0;

	if (item == NR_FREE_PAGES)
		return nr_free_pages();
	for (unsigned int cpu = 0; cpu < nr_cpu_ids; cpu++)
		sum += per_cpu(vm_stat, cpu).item[item];
	return sum < 0 ? 0 : sum;
}
