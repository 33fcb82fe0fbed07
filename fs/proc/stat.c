// SPDX-License-Identifier: GPL-2.0-only
/*
 * The machine at work, as text: /proc/stat, interrupts, uptime, loadavg.
 * Linux: fs/proc/stat.c, uptime.c, loadavg.c, interrupts.c. What is not measured (I/O wait, time in
 * interrupts) is 0.
 */
#include "kernel/lib/init.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/x86/irq.h"
#include "kernel/x86/percpu.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/cputime.h"
#include "kernel/sched/sched.h"
#include "fs/proc/internal.h"

/* ---- /proc/stat ---- */

static void put_usage(struct seq_file *m, const char *name, const struct cpu_usage *usage)
{
	seq_printf(m, "%s %llu %llu %llu %llu 0 0 0 0 0 0\n", name,
		   (unsigned long long)nsec_to_clock_t(usage->user),
		   (unsigned long long)nsec_to_clock_t(usage->nice),
		   (unsigned long long)nsec_to_clock_t(usage->system),
		   (unsigned long long)nsec_to_clock_t(usage->idle));
}

static u64 irq_sum(unsigned int irq)
{
	u64 sum = 0;
	int cpu;

	for_each_online_cpu (cpu)
		sum += irq_count(irq, cpu);
	return sum;
}

static int stat_show(struct seq_file *m, void *v)
{
	struct cpu_usage all = {}, usage;
	u64 interrupts = 0;
	int cpu;

	for_each_online_cpu (cpu) {
		get_cpu_usage(cpu, &usage);
		all.user += usage.user;
		all.nice += usage.nice;
		all.system += usage.system;
		all.idle += usage.idle;
		for (int which = 0; which < NR_LOCAL_IRQS; which++)
			interrupts += local_irq_count(which, cpu);
	}
	put_usage(m, "cpu ", &all);
	for_each_online_cpu (cpu) {
		char name[12];

		snprintf(name, sizeof(name), "cpu%d", cpu);
		get_cpu_usage(cpu, &usage);
		put_usage(m, name, &usage);
	}
	for (unsigned int irq = 0; irq < NR_IRQS; irq++)
		interrupts += irq_sum(irq);
	seq_printf(m, "intr %llu", (unsigned long long)interrupts);
	for (unsigned int irq = 0; irq < NR_IRQS; irq++)
		seq_printf(m, " %llu", (unsigned long long)irq_sum(irq));
	seq_printf(m,
		   "\nctxt %llu\nbtime %lld\nprocesses %lu\nprocs_running %u\nprocs_blocked %u\n",
		   (unsigned long long)nr_context_switches(),
		   (long long)(ktime_real_offset() / NSEC_PER_SEC), total_forks, nr_running(),
		   nr_uninterruptible());
	seq_puts(m, "softirq 0 0 0 0 0 0 0 0 0 0 0\n");
	return 0;
}

/* ---- the others ---- */

static int interrupts_show(struct seq_file *m, void *v)
{
	int cpu;

	seq_puts(m, "     ");
	for_each_online_cpu (cpu)
		seq_printf(m, "       CPU%d", cpu);
	seq_putc(m, '\n');
	for (unsigned int irq = 0; irq < NR_IRQS; irq++) {
		if (!irq_name(irq))
			continue;
		seq_printf(m, "%4u:", irq);
		for_each_online_cpu (cpu)
			seq_printf(m, " %10llu", (unsigned long long)irq_count(irq, cpu));
		seq_printf(m, "  IO-APIC %4u-edge      %s\n", irq, irq_name(irq));
	}
	for (int which = 0; which < NR_LOCAL_IRQS; which++) {
		seq_printf(m, " %s:", local_irq_names[which].abbreviation);
		for_each_online_cpu (cpu)
			seq_printf(m, " %10llu", (unsigned long long)local_irq_count(which, cpu));
		seq_printf(m, "  %s\n", local_irq_names[which].text);
	}
	return 0;
}

static int uptime_show(struct seq_file *m, void *v)
{
	u64 up = ktime_get_boottime_ns(), idle = 0;
	struct cpu_usage usage;
	int cpu;

	for_each_online_cpu (cpu) {
		get_cpu_usage(cpu, &usage);
		idle += usage.idle;
	}
	seq_printf(m, "%lu.%02lu %lu.%02lu\n", (unsigned long)(up / NSEC_PER_SEC),
		   (unsigned long)(up % NSEC_PER_SEC / 10000000),
		   (unsigned long)(idle / NSEC_PER_SEC),
		   (unsigned long)(idle % NSEC_PER_SEC / 10000000));
	return 0;
}

static int loadavg_show(struct seq_file *m, void *v)
{
	unsigned long loads[3];

	get_avenrun(loads);
	for (int i = 0; i < 3; i++) {
		unsigned long load = loads[i] + FIXED_1 / 200;

		seq_printf(m, "%lu.%02lu ", load >> FSHIFT,
			   ((load & (FIXED_1 - 1)) * 100) >> FSHIFT);
	}
	seq_printf(m, "%u/%d %d\n", nr_running(), READ_ONCE(nr_threads), last_pid());
	return 0;
}

static int proc_stat_init(void)
{
	proc_create_single("stat", 0444, NULL, stat_show);
	proc_create_single("interrupts", 0444, NULL, interrupts_show);
	proc_create_single("uptime", 0444, NULL, uptime_show);
	proc_create_single("loadavg", 0444, NULL, loadavg_show);
	return 0;
}
fs_initcall(proc_stat_init);
