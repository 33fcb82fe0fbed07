// SPDX-License-Identifier: GPL-2.0-only
/*
 * The C half of boot/: turns what the loader passed into a boot_info and calls kmain().
 * Runs on the boot stack with the first GiB mapped at 0 and at -2 GiB.
 */
#include "boot/internal.h"
#include "kernel/lib/compiler.h"

#define KERNEL_BASE 0xffffffff80000000ull

extern char _end[];

static struct boot_info boot_info;

/* kernel/main.c */
void __noreturn kmain(struct boot_info *info);
/* Called from boot/start.asm. loader: 0 PVH, 1 multiboot2. */
void boot_main(unsigned int loader, unsigned int passed);

void boot_main(unsigned int loader, unsigned int passed)
{
	const void *data = (const void *)(u64)passed;

	if (loader == 1)
		parse_multiboot2(data, &boot_info);
	else
		parse_pvh(data, &boot_info);
	sort_memory(&boot_info);
	/* The kernel, the first MiB (firmware's), the ramdisk and the loader's data are in use. */
	reserve_memory(&boot_info, 0, (u64)_end - KERNEL_BASE);
	if (boot_info.initrd_end)
		reserve_memory(&boot_info, boot_info.initrd_start, boot_info.initrd_end);
	reserve_memory(&boot_info, passed, (u64)passed + 4096);
	kmain(&boot_info);
}
