// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory as text: /proc/meminfo, vmstat, buddyinfo, slabinfo, swaps. Counters are mm/'s; what does
 * not exist here (swap, writeback, active lists) is 0.
 * Linux: fs/proc/meminfo.c, mm/vmstat.c, mm/slab_common.c.
 */
#include "kernel/lib/init.h"
#include "kernel/x86/page.h"
#include "mm/gfp.h"
#include "mm/hugetlb.h"
#include "mm/mm.h"
#include "mm/slab.h"
#include "fs/proc/internal.h"

static void put_kb(struct seq_file *m, const char *name, unsigned long pages)
{
	seq_printf(m, "%-16s%8lu kB\n", name, pages << (PAGE_SHIFT - 10));
}

static int meminfo_proc_show(struct seq_file *m, void *v)
{
	unsigned long file = global_node_page_state(NR_FILE_PAGES);
	unsigned long shmem = global_node_page_state(NR_SHMEM);
	unsigned long anon = global_node_page_state(NR_ANON_MAPPED);
	unsigned long slab = global_node_page_state(NR_SLAB);
	unsigned long plain = file > shmem ? file - shmem : 0;
	struct hugetlb_numbers huge;

	put_kb(m, "MemTotal:", totalram_pages());
	put_kb(m, "MemFree:", nr_free_pages());
	put_kb(m, "MemAvailable:", si_mem_available());
	put_kb(m, "Buffers:", 0);
	put_kb(m, "Cached:", file);
	put_kb(m, "SwapCached:", 0);
	put_kb(m, "Active:", anon + file);
	put_kb(m, "Inactive:", 0);
	put_kb(m, "Active(anon):", anon + shmem);
	put_kb(m, "Inactive(anon):", 0);
	put_kb(m, "Active(file):", plain);
	put_kb(m, "Inactive(file):", 0);
	put_kb(m, "Unevictable:", 0);
	put_kb(m, "Mlocked:", global_node_page_state(NR_MLOCK));
	put_kb(m, "SwapTotal:", 0);
	put_kb(m, "SwapFree:", 0);
	put_kb(m, "Dirty:", 0);
	put_kb(m, "Writeback:", 0);
	put_kb(m, "AnonPages:", anon);
	put_kb(m, "Mapped:", global_node_page_state(NR_FILE_MAPPED));
	put_kb(m, "Shmem:", shmem);
	put_kb(m, "KReclaimable:", 0);
	put_kb(m, "Slab:", slab);
	put_kb(m, "SReclaimable:", 0);
	put_kb(m, "SUnreclaim:", slab);
	seq_printf(m, "%-16s%8lu kB\n", "KernelStack:", global_node_page_state(NR_KERNEL_STACK_KB));
	put_kb(m, "PageTables:", global_node_page_state(NR_PAGETABLE));
	put_kb(m, "Bounce:", 0);
	put_kb(m, "CommitLimit:", vm_commit_limit());
	put_kb(m, "Committed_AS:", vm_memory_committed());
	seq_printf(m, "%-16s%8lu kB\n", "VmallocTotal:", (VMALLOC_END - VMALLOC_START) >> 10);
	put_kb(m, "VmallocUsed:", global_node_page_state(NR_VMALLOC));
	put_kb(m, "VmallocChunk:", 0);
	hugetlb_get_numbers(&huge);
	seq_printf(m, "HugePages_Total:%8lu\nHugePages_Free: %8lu\nHugePages_Rsvd: %8lu\n",
		   huge.total, huge.free, huge.reserved);
	seq_printf(m, "HugePages_Surp: %8lu\nHugepagesize:   %8lu kB\nHugetlb:        %8lu kB\n",
		   huge.surplus, HPAGE_SIZE >> 10, huge.total * (HPAGE_SIZE >> 10));
	return 0;
}

static int vmstat_show(struct seq_file *m, void *v)
{
	static const struct {
		enum node_stat_item item;
		const char *name;
	} items[] = {
		{ NR_FREE_PAGES, "nr_free_pages" },
		{ NR_FILE_PAGES, "nr_file_pages" },
		{ NR_SHMEM, "nr_shmem" },
		{ NR_ANON_MAPPED, "nr_anon_pages" },
		{ NR_FILE_MAPPED, "nr_mapped" },
		{ NR_SLAB, "nr_slab_unreclaimable" },
		{ NR_PAGETABLE, "nr_page_table_pages" },
		{ NR_KERNEL_STACK_KB, "nr_kernel_stack" },
		{ NR_MLOCK, "nr_mlock" },
		{ PGALLOC, "pgalloc_normal" },
		{ PGFREE, "pgfree" },
		{ PGFAULT, "pgfault" },
		{ PGMAJFAULT, "pgmajfault" },
		{ OOM_KILL, "oom_kill" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(items); i++)
		seq_printf(m, "%s %lu\n", items[i].name, global_node_page_state(items[i].item));
	return 0;
}

static int buddyinfo_show(struct seq_file *m, void *v)
{
	seq_printf(m, "Node %d, zone %8s ", 0, "Normal");
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		seq_printf(m, "%6lu ", nr_free_blocks(order));
	seq_putc(m, '\n');
	return 0;
}

static int slabinfo_show(struct seq_file *m, void *v)
{
	struct slabinfo s;

	seq_puts(m, "slabinfo - version: 2.1\n");
	seq_puts(m,
		 "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		 " : tunables <limit> <batchcount> <sharedfactor>"
		 " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	for (unsigned int i = 0; slabinfo_get(i, &s); i++)
		seq_printf(m,
			   "%-17s %6lu %6lu %6u %4u %4u : tunables %4u %4u %4u : slabdata %6lu "
			   "%6lu %6u\n",
			   s.name, s.active_objs, s.num_objs, s.object_size, s.objects_per_slab,
			   s.pages_per_slab, 0, 0, 0, s.active_slabs, s.num_slabs, 0);
	return 0;
}

#ifdef CONFIG_DEBUG
/* As Linux's debugfs file of that name: empty when nothing is lost. Each read looks anew. */
static int kmemleak_show(struct seq_file *m, void *v)
{
	const struct leak_record *found;
	unsigned int n = mm_leak_scan(&found);
	char line[512];

	for (unsigned int i = 0; i < n; i++) {
		leak_record_print(&found[i], line, sizeof(line));
		seq_puts(m, line);
	}
	mm_leak_scan_done();
	return 0;
}
#endif

static int swaps_show(struct seq_file *m, void *v)
{
	seq_puts(m, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	return 0;
}

static int proc_meminfo_init(void)
{
	proc_create_single("meminfo", 0444, NULL, meminfo_proc_show);
	proc_create_single("vmstat", 0444, NULL, vmstat_show);
	proc_create_single("buddyinfo", 0444, NULL, buddyinfo_show);
	proc_create_single("slabinfo", 0400, NULL, slabinfo_show);
#ifdef CONFIG_DEBUG
	proc_create_single("kmemleak", 0400, NULL, kmemleak_show);
#endif
	proc_create_single("swaps", 0444, NULL, swaps_show);
	return 0;
}
fs_initcall(proc_meminfo_init);
