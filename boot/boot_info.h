/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the firmware and boot loader told us, in one form whatever brought us here. boot/ fills it,
 * kmain() gets it; nothing else of boot/ is visible to the kernel.
 */
#ifndef CONDUIT_BOOT_INFO_H
#define CONDUIT_BOOT_INFO_H

#include "kernel/lib/types.h"

#define BOOT_MEMORY_MAX  64
#define BOOT_CMDLINE_MAX 2048

/* A range of usable RAM, page-aligned inwards; ranges are sorted and do not overlap. */
struct boot_memory {
	u64 start, end;
};

struct boot_info {
	const char *loader; /* "PVH" or "multiboot2" */
	char cmdline[BOOT_CMDLINE_MAX];
	unsigned int memory_count;
	struct boot_memory memory[BOOT_MEMORY_MAX];
	u64 initrd_start, initrd_end; /* physical; both 0 without a ramdisk */
	u64 rsdp;                     /* physical address of ACPI's root pointer, 0: unknown */
};

#endif
