// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of usable memory: collected from the loader's map, cut to whole pages, sorted, merged,
 * with what is in use taken out.
 *
 * Rules: 1. a range is never empty; 2. after sort_memory() ranges ascend and do not touch;
 * 3. when the table is full the smallest loss is taken: the new range is dropped.
 */
#include "boot/internal.h"

#define PAGE 4096ull

static void insert(struct boot_info *info, unsigned int at, u64 start, u64 end)
{
	if (start >= end || info->memory_count == BOOT_MEMORY_MAX)
		return;
	for (unsigned int i = info->memory_count; i > at; i--)
		info->memory[i] = info->memory[i - 1];
	info->memory[at].start = start;
	info->memory[at].end = end;
	info->memory_count++;
}

static void remove(struct boot_info *info, unsigned int at)
{
	info->memory_count--;
	for (unsigned int i = at; i < info->memory_count; i++)
		info->memory[i] = info->memory[i + 1];
}

void add_memory(struct boot_info *info, u64 start, u64 size)
{
	u64 end = start + size;

	if (end < start)
		return;
	start = (start + PAGE - 1) & ~(PAGE - 1);
	end &= ~(PAGE - 1);
	/* The first page holds the interrupt table and stays out: pfn 0 is never handed out. */
	if (start == 0)
		start = PAGE;
	insert(info, info->memory_count, start, end);
}

void sort_memory(struct boot_info *info)
{
	struct boot_memory *m = info->memory;

	for (unsigned int i = 1; i < info->memory_count; i++) {
		struct boot_memory moving = m[i];
		unsigned int at = i;

		for (; at > 0 && m[at - 1].start > moving.start; at--)
			m[at] = m[at - 1];
		m[at] = moving;
	}
	for (unsigned int i = 0; i + 1 < info->memory_count;) {
		if (m[i].end < m[i + 1].start) {
			i++;
			continue;
		}
		if (m[i].end < m[i + 1].end)
			m[i].end = m[i + 1].end;
		remove(info, i + 1);
	}
}

void reserve_memory(struct boot_info *info, u64 start, u64 end)
{
	start &= ~(PAGE - 1);
	end = (end + PAGE - 1) & ~(PAGE - 1);
	for (unsigned int i = 0; i < info->memory_count;) {
		struct boot_memory range = info->memory[i];

		if (range.end <= start || range.start >= end) {
			i++;
			continue;
		}
		/* What is put back lies outside, so the next round at the same place goes on. */
		remove(info, i);
		if (range.end > end)
			insert(info, i, end, range.end);
		if (range.start < start)
			insert(info, i, range.start, start);
	}
}

void copy_cmdline(struct boot_info *info, const char *cmdline, u64 limit)
{
	u64 n = 0;

	while (n < BOOT_CMDLINE_MAX - 1 && n < limit && cmdline[n]) {
		info->cmdline[n] = cmdline[n];
		n++;
	}
	info->cmdline[n] = '\0';
}
