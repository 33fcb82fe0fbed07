/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's page tables at boot. */
#ifndef CONDUIT_X86_PAGING_H
#define CONDUIT_X86_PAGING_H

struct boot_info;

/*
 * Leaves the boot page tables for the kernel's own: afterwards __va() works for all RAM, and low
 * addresses are no longer mapped. Takes a few pages out of info's memory ranges.
 */
void paging_init(struct boot_info *info);

#endif
