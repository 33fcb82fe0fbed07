// SPDX-License-Identifier: GPL-2.0-only
/*
 * Multiboot2: what GRUB passes, a list of tags (Multiboot2 specification, 3.6).
 */
#include "boot/internal.h"

enum {
	TAG_END = 0,
	TAG_CMDLINE = 1,
	TAG_MODULE = 3,
	TAG_MMAP = 6,
	TAG_ACPI_OLD = 14,
	TAG_ACPI_NEW = 15,
};

#define MMAP_AVAILABLE 1

struct tag {
	u32 type, size;
};

struct tag_module {
	u32 type, size;
	u32 mod_start, mod_end;
	char cmdline[];
};

struct mmap_entry {
	u64 addr, len;
	u32 type, zero;
};

struct tag_mmap {
	u32 type, size;
	u32 entry_size, entry_version;
	struct mmap_entry entries[];
};

static void parse_mmap(const struct tag_mmap *tag, struct boot_info *info)
{
	const char *end = (const char *)tag + tag->size;
	const char *at = (const char *)tag->entries;

	if (tag->entry_size < sizeof(struct mmap_entry))
		return;
	for (; at + sizeof(struct mmap_entry) <= end; at += tag->entry_size) {
		const struct mmap_entry *entry = (const struct mmap_entry *)at;

		if (entry->type == MMAP_AVAILABLE)
			add_memory(info, entry->addr, entry->len);
	}
}

void parse_multiboot2(const void *tags, struct boot_info *info)
{
	const char *at = (const char *)tags + 8;
	const char *end = (const char *)tags + *(const u32 *)tags;

	info->loader = "multiboot2";
	while (at + sizeof(struct tag) <= end) {
		const struct tag *tag = (const struct tag *)at;

		if (tag->type == TAG_END || tag->size < sizeof(*tag))
			break;
		switch (tag->type) {
		case TAG_CMDLINE:
			copy_cmdline(info, (const char *)(tag + 1), tag->size - sizeof(*tag));
			break;
		case TAG_MODULE:
			if (!info->initrd_end) {
				info->initrd_start = ((const struct tag_module *)tag)->mod_start;
				info->initrd_end = ((const struct tag_module *)tag)->mod_end;
			}
			break;
		case TAG_MMAP:
			parse_mmap((const struct tag_mmap *)tag, info);
			break;
		case TAG_ACPI_OLD:
			if (info->rsdp)
				break;
			/* fall through */
		case TAG_ACPI_NEW:
			/* The tag holds a copy of the RSDP: it stays, since we reserve the tags. */
			info->rsdp = (u64)(tag + 1);
			break;
		}
		at += (tag->size + 7) & ~7u;
	}
	reserve_memory(info, (u64)tags, (u64)end);
}
