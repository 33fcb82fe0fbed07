// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starting the other CPUs.
 *
 * Idea: the boot CPU makes everything that the new one needs (its copy of the per-CPU variables, an
 * idle task), leaves the few values that come before C in ap_start, and sends it an INIT and a
 * start-up interrupt with the page where boot/ap.asm's code lies. The new CPU sets itself up in
 * start_secondary(), says that it is online, and becomes its idle task. One after the other.
 *
 * Data: ap_start belongs to the CPU that is being started, until it is online.
 * Rules: 1. a CPU is online only when it can take interrupts and tasks. 2. One that does not answer
 * is given up and put back to where it waits for a start-up: it must not come later, with what
 * ap_start holds for the next one.
 * Linux: arch/x86/kernel/smpboot.c, setup_percpu.c. Intel SDM volume 3, 9.4. Page: docs/smp.md.
 * Start at: native_cpu_up(), start_secondary().
 */
#include "boot/boot_info.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/cmdline.h"
#include "kernel/lib/kstrtox.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/apic.h"
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/internal.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/msr.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/pgtable.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/tsc.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"

#define PATIENCE_MS 30000 /* with a CPU that the host does not let run */

#define TRAMPOLINE 0x8000ull /* free after boot: the page allocator has nothing below 1 MiB */

/* What boot/ap.asm loads before the first line of C. Its order is known there. */
struct ap_start {
	u64 efer, cr3, gs_base, stack;
};

struct ap_start ap_start;
extern char __per_cpu_start[], __per_cpu_end[];
extern const char ap_trampoline[], ap_trampoline_end[]; /* linked where loaded: physical */
void __noreturn start_secondary(void);

/* ---- per-CPU variables ---- */

/* CPU 0 is the one that runs this, wherever ACPI lists it. */
static void boot_cpu_first(void)
{
	u32 a, b, c, d;
	u8 id;

	cpuid_count(1, 0, &a, &b, &c, &d);
	id = b >> 24;
	for (unsigned int i = 1; i < acpi_info.cpu_count; i++) {
		if (acpi_info.apic_id[i] == id) {
			acpi_info.apic_id[i] = acpi_info.apic_id[0];
			acpi_info.apic_id[0] = id;
		}
	}
}

static void *take_from_map(struct boot_info *info, u64 size)
{
	struct boot_memory *largest = &info->memory[0];
	u64 start;

	for (unsigned int i = 1; i < info->memory_count; i++)
		if (info->memory[i].end - info->memory[i].start > largest->end - largest->start)
			largest = &info->memory[i];
	if (largest->end - largest->start < 2 * size)
		return NULL;
	start = largest->start;
	largest->start += size;
	return __va(start);
}

static unsigned int max_cpus(const char *cmdline)
{
	char text[16];
	unsigned int n;

	if (cmdline_find_option(cmdline, "maxcpus", text, sizeof(text)) > 0 &&
	    kstrtouint(text, 10, &n) == 0 && n > 0)
		return n;
	return NR_CPUS;
}

/* Before the page allocator, while the template still looks as the linker made it, nearly. */
void setup_per_cpu_areas(struct boot_info *info)
{
	u64 used = __per_cpu_end - __per_cpu_start, size = ALIGN(used, PAGE_SIZE);
	unsigned int cpus = min(acpi_info.cpu_count, max_cpus(info->cmdline));
	char *area;

	boot_cpu_first();
	if (cpus < 2)
		return;
	area = take_from_map(info, size * (cpus - 1));
	if (!area)
		return;
	for (unsigned int cpu = 1; cpu < cpus; cpu++, area += size) {
		memcpy(area, __per_cpu_start, used);
		__per_cpu_offset[cpu] = (unsigned long)area - (unsigned long)__per_cpu_start;
		per_cpu(this_cpu_off, cpu) = __per_cpu_offset[cpu];
		per_cpu(cpu_number, cpu) = cpu;
	}
	nr_cpu_ids = cpus;
}

/* ---- starting one ---- */

static bool wait_until_online(int cpu, unsigned int ms)
{
	u64 end = rdtsc() + (u64)ms * tsc_khz;

	while (!cpu_online(cpu) && rdtsc() < end)
		cpu_relax();
	return cpu_online(cpu);
}

int native_cpu_up(int cpu, struct task_struct *idle)
{
	memcpy(__va(TRAMPOLINE), __va(ap_trampoline), ap_trampoline_end - ap_trampoline);
	per_cpu(current_task, cpu) = idle;
	ap_start = (struct ap_start){
		.efer = rdmsrl(MSR_EFER) & ~EFER_LMA,
		.cr3 = __pa_symbol(swapper_pg_dir),
		.gs_base = per_cpu_offset(cpu),
		.stack = idle->thread.sp0,
	};
	smp_wmb();
	apic_send_init(cpu);
	if (!boot_cpu_data.tcg)
		udelay(10000);
	apic_send_startup(cpu, TRAMPOLINE >> PAGE_SHIFT);
	if (wait_until_online(cpu, 10))
		return 0;
	/* The first one may be lost, says the manual; a CPU that runs already ignores another. */
	apic_send_startup(cpu, TRAMPOLINE >> PAGE_SHIFT);
	if (wait_until_online(cpu, PATIENCE_MS))
		return 0;
	apic_send_init(cpu); /* rule 2 */
	__atomic_fetch_and(&cpu_online_mask, ~(1ull << cpu), __ATOMIC_SEQ_CST);
	pr_err("smp: CPU %d (APIC %u) does not answer\n", cpu, acpi_info.apic_id[cpu]);
	return -EIO;
}

/* The new CPU's first C function, from boot/ap.asm, on its idle task's stack, interrupts off. */
void start_secondary(void)
{
	int cpu;

	cpu_init();
	local_apic_setup();
	cpu = raw_smp_processor_id();
	__atomic_fetch_or(&cpu_online_mask, 1ull << cpu, __ATOMIC_SEQ_CST); /* rule 1 */
	local_irq_enable();
	cpu_startup_entry();
}
