// SPDX-License-Identifier: GPL-2.0-only
/*
 * PVH: what QEMU's -kernel passes, a struct hvm_start_info (docs/misc/pvh.pandoc of Xen).
 */
#include "boot/internal.h"

#define PVH_MAGIC  0x336ec578
#define MEMORY_RAM 1

struct hvm_start_info {
	u32 magic, version, flags, nr_modules;
	u64 modlist_paddr, cmdline_paddr, rsdp_paddr;
	u64 memmap_paddr; /* from version 1 on */
	u32 memmap_entries, reserved;
};

struct hvm_modlist_entry {
	u64 paddr, size, cmdline_paddr, reserved;
};

struct hvm_memmap_entry {
	u64 addr, size;
	u32 type, reserved;
};

void parse_pvh(const void *pointer, struct boot_info *info)
{
	const struct hvm_start_info *start = pointer;
	const struct hvm_memmap_entry *map;
	const struct hvm_modlist_entry *module;

	info->loader = "PVH";
	if (start->magic != PVH_MAGIC || start->version < 1)
		return;
	info->rsdp = start->rsdp_paddr;
	if (start->cmdline_paddr && start->cmdline_paddr < EARLY_MAP_LIMIT)
		copy_cmdline(info, (const char *)start->cmdline_paddr,
			     EARLY_MAP_LIMIT - start->cmdline_paddr);
	map = (const struct hvm_memmap_entry *)start->memmap_paddr;
	for (u32 i = 0; i < start->memmap_entries; i++)
		if (map[i].type == MEMORY_RAM)
			add_memory(info, map[i].addr, map[i].size);
	if (start->nr_modules) {
		module = (const struct hvm_modlist_entry *)start->modlist_paddr;
		info->initrd_start = module->paddr;
		info->initrd_end = module->paddr + module->size;
	}
}
