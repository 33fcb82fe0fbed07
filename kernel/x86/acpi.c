// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks RSDP -> RSDT or XSDT -> MADT and FADT. Tables are the firmware's word and not trusted
 * further than their length fields and checksums.
 */
#include "boot/boot_info.h"
#include "kernel/lib/printk.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/io.h"
#include "kernel/x86/page.h"

struct acpi_info acpi_info = { .ioapic_address = 0xfec00000, .cpu_count = 1 };

struct sdt_header {
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char oem[22];
} __packed;

struct rsdp {
	char signature[8];
	u8 checksum;
	char oem[6];
	u8 revision;
	u32 rsdt;
	u32 length;
	u64 xsdt;
} __packed;

enum { MADT_LOCAL_APIC = 0, MADT_IO_APIC = 1, MADT_OVERRIDE = 2 };

static bool checksum_ok(const void *table, size_t length)
{
	u8 sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += ((const u8 *)table)[i];
	return sum == 0;
}

static const struct sdt_header *map_table(u64 phys)
{
	const struct sdt_header *h = phys ? ioremap(phys, sizeof(*h)) : NULL;

	if (!h || h->length < sizeof(*h) || h->length > (1 << 20) || !ioremap(phys, h->length))
		return NULL;
	return checksum_ok(h, h->length) ? h : NULL;
}

static void parse_madt(const struct sdt_header *madt)
{
	const u8 *at = (const u8 *)madt + 44;
	const u8 *end = (const u8 *)madt + madt->length;
	unsigned int cpus = 0;

	for (; at + 2 <= end && at[1] >= 2 && at + at[1] <= end; at += at[1]) {
		if (at[0] == MADT_LOCAL_APIC && at[1] >= 8 && (at[4] & 1) && cpus < NR_CPUS) {
			acpi_info.apic_id[cpus++] = at[3];
		} else if (at[0] == MADT_IO_APIC && at[1] >= 12 && *(const u32 *)(at + 8) == 0) {
			acpi_info.ioapic_address = *(const u32 *)(at + 4);
		} else if (at[0] == MADT_OVERRIDE && at[1] >= 10 && at[3] < 16) {
			acpi_info.isa_gsi[at[3]] = *(const u32 *)(at + 4);
			acpi_info.isa_flags[at[3]] = *(const u16 *)(at + 8);
		}
	}
	if (cpus)
		acpi_info.cpu_count = cpus;
}

static void parse_fadt(const struct sdt_header *fadt)
{
	const u8 *f = (const u8 *)fadt;

	if (fadt->length < 80)
		return;
	acpi_info.pm1a_control_port = *(const u32 *)(f + 64);
	acpi_info.pm_timer_port = *(const u32 *)(f + 76);
}

static void parse_table(u64 phys)
{
	const struct sdt_header *h = map_table(phys);

	if (!h)
		return;
	if (__builtin_memcmp(h->signature, "APIC", 4) == 0)
		parse_madt(h);
	else if (__builtin_memcmp(h->signature, "FACP", 4) == 0)
		parse_fadt(h);
}

void acpi_init(const struct boot_info *info)
{
	const struct rsdp *rsdp = info->rsdp ? ioremap(info->rsdp, sizeof(*rsdp)) : NULL;
	const struct sdt_header *root;
	bool extended;

	for (int i = 0; i < 16; i++)
		acpi_info.isa_gsi[i] = i;
	acpi_info.isa_gsi[0] = 2; /* the timer's usual place */
	if (!rsdp || __builtin_memcmp(rsdp->signature, "RSD PTR ", 8) != 0) {
		pr_warn("acpi: no tables, a PC's usual values are taken\n");
		return;
	}
	extended = rsdp->revision >= 2 && rsdp->xsdt;
	root = map_table(extended ? rsdp->xsdt : rsdp->rsdt);
	if (!root)
		return;
	for (u32 at = sizeof(*root); at + (extended ? 8 : 4) <= root->length;
	     at += extended ? 8 : 4) {
		const u8 *entry = (const u8 *)root + at;

		parse_table(extended ? *(const u64 *)entry : *(const u32 *)entry);
	}
}
