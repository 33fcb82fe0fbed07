/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files of boot/. Physical addresses below 1 GiB are readable at the same address. */
#ifndef CONDUIT_BOOT_INTERNAL_H
#define CONDUIT_BOOT_INTERNAL_H

#include "boot/boot_info.h"

/* Early code reads loader structures through the identity map of the first GiB. */
#define EARLY_MAP_LIMIT (1ull << 30)

void parse_pvh(const void *start_info, struct boot_info *info);
void parse_multiboot2(const void *tags, struct boot_info *info);

/* Usable RAM as the loader reports it, in any order, overlapping or not. */
void add_memory(struct boot_info *info, u64 start, u64 size);
/* Takes a range out of the usable memory. */
void reserve_memory(struct boot_info *info, u64 start, u64 end);
void sort_memory(struct boot_info *info);
void copy_cmdline(struct boot_info *info, const char *cmdline, u64 limit);

#endif
