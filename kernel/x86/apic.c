// SPDX-License-Identifier: GPL-2.0-only
/*
 * Local APIC and IO APIC. Intel SDM volume 3, chapter 11; 82093AA data sheet.
 * Linux: arch/x86/kernel/apic/.
 */
#include "kernel/lib/bug.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/apic.h"
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/io.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/msr.h"
#include "kernel/x86/processor.h"
#include "kernel/locking/spinlock.h"

#define APIC_BASE 0xfee00000

enum {
	APIC_ID = 0x20,
	APIC_TPR = 0x80,
	APIC_EOI = 0xb0,
	APIC_SPURIOUS = 0xf0,
	APIC_ICR_LOW = 0x300,
	APIC_ICR_HIGH = 0x310,
	APIC_LVT_TIMER = 0x320,
	APIC_LVT_LINT0 = 0x350,
	APIC_LVT_LINT1 = 0x360,
	APIC_LVT_ERROR = 0x370,
	APIC_TIMER_INITIAL = 0x380,
	APIC_TIMER_CURRENT = 0x390,
	APIC_TIMER_DIVIDE = 0x3e0
};

#define LVT_MASKED  (1u << 16)
#define ICR_NMI     0x400
#define ICR_INIT    0x500
#define ICR_STARTUP 0x600
#define ICR_PENDING (1u << 12)
#define ICR_ASSERT  (1u << 14)
#define DIVIDE_BY_1 0xb

static volatile u8 *apic;
static volatile u8 *ioapic;
static DEFINE_SPINLOCK(ioapic_lock);
u64 apic_timer_hz = 1000000000; /* calibrated by tsc_init() */

static void apic_write(u32 reg, u32 value)
{
	writel(value, apic + reg);
}

u32 apic_timer_count(void)
{
	return readl(apic + APIC_TIMER_CURRENT);
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/* The two 8259s: moved off the exceptions' vectors and masked for good. */
static void pic_disable(void)
{
	static const u8 icw[2][4] = { { 0x11, 0xf0, 4, 1 }, { 0x11, 0xf8, 2, 1 } };

	for (int chip = 0; chip < 2; chip++) {
		u16 port = chip ? 0xa0 : 0x20;

		outb(icw[chip][0], port);
		for (int i = 1; i < 4; i++)
			outb(icw[chip][i], port + 1);
		outb(0xff, port + 1);
	}
}

static void ioapic_write(u32 reg, u32 value)
{
	writel(reg, ioapic);
	writel(value, ioapic + 0x10);
}

static u32 ioapic_read(u32 reg)
{
	writel(reg, ioapic);
	return readl(ioapic + 0x10);
}

void ioapic_enable(unsigned int irq, u8 vector)
{
	unsigned int input = irq < 16 ? acpi_info.isa_gsi[irq] : irq;
	u32 flags = irq < 16 ? acpi_info.isa_flags[irq] : 0;
	u32 entry = vector;
	unsigned long irqflags;

	if ((flags & 3) == 3)
		entry |= 1u << 13; /* active low */
	if ((flags >> 2 & 3) == 3)
		entry |= 1u << 15; /* level */
	spin_lock_irqsave(&ioapic_lock, irqflags);
	ioapic_write(0x10 + 2 * input + 1, (u32)acpi_info.apic_id[0] << 24);
	ioapic_write(0x10 + 2 * input, entry);
	spin_unlock_irqrestore(&ioapic_lock, irqflags);
}

void local_apic_setup(void)
{
	wrmsrl(MSR_IA32_APICBASE, rdmsrl(MSR_IA32_APICBASE) | 1u << 11);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_LVT_LINT0, LVT_MASKED);
	apic_write(APIC_LVT_LINT1, 4u << 8); /* NMI */
	apic_write(APIC_LVT_ERROR, LVT_MASKED);
	apic_write(APIC_SPURIOUS, 1u << 8 | SPURIOUS_APIC_VECTOR);
	apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_1);
	apic_write(APIC_LVT_TIMER, LOCAL_TIMER_VECTOR);
}

void apic_init(const struct boot_info *info)
{
	unsigned int inputs;

	apic = ioremap(APIC_BASE, 0x1000);
	ioapic = ioremap(acpi_info.ioapic_address, 0x1000);
	BUG_ON(!apic || !ioapic);
	pic_disable();
	inputs = (ioapic_read(1) >> 16 & 0xff) + 1;
	for (unsigned int input = 0; input < inputs; input++)
		ioapic_write(0x10 + 2 * input, LVT_MASKED);
	local_apic_setup();
}

void apic_timer_start_raw(u32 count)
{
	apic_write(APIC_TIMER_INITIAL, count);
}

void clockevent_set_next(u64 delta_ns)
{
	u64 limit = 1000000000; /* a second at most: the handler sets the rest */
	u64 count = min(delta_ns, limit);

	if (apic_timer_hz != 1000000000)
		count = count * apic_timer_hz / 1000000000;
	count = clamp(count, (u64)1, (u64)0xffffffff);
	apic_write(APIC_TIMER_INITIAL, count);
}

void clockevent_stop(void)
{
	apic_write(APIC_TIMER_INITIAL, 0);
}

/* ---- interrupts to other CPUs ---- */

/* mode: delivery mode, trigger and vector, as the low word of the interrupt command register. */
static void send_command(int cpu, u32 mode)
{
	unsigned long flags;

	local_irq_save(flags); /* the two words belong together */
	while (readl(apic + APIC_ICR_LOW) & ICR_PENDING)
		cpu_relax();
	apic_write(APIC_ICR_HIGH, (u32)acpi_info.apic_id[cpu] << 24);
	apic_write(APIC_ICR_LOW, ICR_ASSERT | mode);
	local_irq_restore(flags);
}

void apic_send_ipi(int cpu, u8 vector)
{
	send_command(cpu, vector);
}

void apic_send_nmi(int cpu)
{
	send_command(cpu, ICR_NMI);
}

void apic_send_init(int cpu)
{
	send_command(cpu, ICR_INIT);
}

void apic_send_startup(int cpu, u8 page)
{
	send_command(cpu, ICR_STARTUP | page);
}
