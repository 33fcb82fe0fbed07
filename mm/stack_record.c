// SPDX-License-Identifier: GPL-2.0-only
/*
 * Call chains kept beside objects and pages, DEBUG builds only. See the header.
 *
 * Locking: none; a record belongs to who owns what it stands beside.
 */
#ifdef CONFIG_DEBUG
#include "mm/stack_record.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/task.h"
#include "kernel/x86/processor.h"

#define INNER_FRAMES 8 /* functions of the allocators themselves, at most */

static void *frame_address(u32 frame)
{
	return (void *)(long)(int)frame;
}

void stack_record_save(struct stack_record *record, unsigned long caller, unsigned int skip)
{
	unsigned long chain[RECORD_FRAMES + INNER_FRAMES];
	unsigned int n = stack_trace_save(chain, ARRAY_SIZE(chain), 0), first = 0;

	while (first < n && chain[first] != caller)
		first++;
	if (first == n)
		first = min(skip, n);
	for (unsigned int i = 0; i < RECORD_FRAMES; i++)
		record->frame[i] = first + i < n ? (u32)chain[first + i] : 0;
	record->pid = current ? current->pid : 0;
}

void stack_record_print(const struct stack_record *record, const char *prefix, const char *what)
{
	if (!record->frame[0])
		return;
	pr_emerg("%s: %s by pid %d:\n", prefix, what, record->pid);
	for (unsigned int i = 0; i < RECORD_FRAMES && record->frame[i]; i++)
		pr_emerg("%s:   %pS\n", prefix, frame_address(record->frame[i]));
}

int stack_record_format(const struct stack_record *record, char *buf, size_t size)
{
	int len = 0;

	for (unsigned int i = 0; i < RECORD_FRAMES && record->frame[i]; i++)
		len += scnprintf(buf + len, size - len, "%s%pS", i ? " < " : "",
				 frame_address(record->frame[i]));
	return len + scnprintf(buf + len, size - len, ", pid %d", record->pid);
}
#endif
