// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this machine and this kernel are, as text: /proc/version, cmdline, cpuinfo, filesystems,
 * devices, locks, and the link mounts. Linux: fs/proc/version.c, cmdline.c, cpuinfo.c, devices.c.
 */
#include "kernel/lib/init.h"
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/tsc.h"
#include "kernel/sched/nsproxy.h"
#include "fs/locks.h"
#include "fs/proc/internal.h"

#ifdef __clang__
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static int version_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s version %s (conduit@conduit) (%s) %s\n", utsname()->sysname,
		   utsname()->release, COMPILER, utsname()->version);
	return 0;
}

static int cmdline_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", saved_command_line());
	return 0;
}

/* Names of those features that a program may ask for; Linux's names, in the order of the bits. */
static const struct {
	unsigned short feature;
	const char *name;
} feature_names[] = {
	{ CPUID_1_EDX * 32 + 0, "fpu" },        { CPUID_1_EDX * 32 + 3, "pse" },
	{ CPUID_1_EDX * 32 + 4, "tsc" },        { CPUID_1_EDX * 32 + 5, "msr" },
	{ CPUID_1_EDX * 32 + 6, "pae" },        { CPUID_1_EDX * 32 + 8, "cx8" },
	{ CPUID_1_EDX * 32 + 9, "apic" },       { CPUID_1_EDX * 32 + 11, "sep" },
	{ CPUID_1_EDX * 32 + 12, "mtrr" },      { CPUID_1_EDX * 32 + 13, "pge" },
	{ CPUID_1_EDX * 32 + 15, "cmov" },      { CPUID_1_EDX * 32 + 16, "pat" },
	{ CPUID_1_EDX * 32 + 19, "clflush" },   { CPUID_1_EDX * 32 + 23, "mmx" },
	{ CPUID_1_EDX * 32 + 24, "fxsr" },      { CPUID_1_EDX * 32 + 25, "sse" },
	{ CPUID_1_EDX * 32 + 26, "sse2" },      { CPUID_80000001_EDX * 32 + 11, "syscall" },
	{ CPUID_80000001_EDX * 32 + 20, "nx" }, { CPUID_80000001_EDX * 32 + 26, "pdpe1gb" },
	{ CPUID_80000001_EDX * 32 + 29, "lm" }, { CPUID_1_ECX * 32 + 0, "pni" },
	{ CPUID_1_ECX * 32 + 1, "pclmulqdq" },  { CPUID_1_ECX * 32 + 9, "ssse3" },
	{ CPUID_1_ECX * 32 + 12, "fma" },       { CPUID_1_ECX * 32 + 13, "cx16" },
	{ CPUID_1_ECX * 32 + 19, "sse4_1" },    { CPUID_1_ECX * 32 + 20, "sse4_2" },
	{ CPUID_1_ECX * 32 + 22, "movbe" },     { CPUID_1_ECX * 32 + 23, "popcnt" },
	{ CPUID_1_ECX * 32 + 25, "aes" },       { CPUID_1_ECX * 32 + 26, "xsave" },
	{ CPUID_1_ECX * 32 + 28, "avx" },       { CPUID_1_ECX * 32 + 29, "f16c" },
	{ CPUID_1_ECX * 32 + 30, "rdrand" },    { CPUID_1_ECX * 32 + 31, "hypervisor" },
	{ CPUID_7_EBX * 32 + 0, "fsgsbase" },   { CPUID_7_EBX * 32 + 3, "bmi1" },
	{ CPUID_7_EBX * 32 + 5, "avx2" },       { CPUID_7_EBX * 32 + 7, "smep" },
	{ CPUID_7_EBX * 32 + 8, "bmi2" },       { CPUID_7_EBX * 32 + 9, "erms" },
	{ CPUID_7_EBX * 32 + 18, "rdseed" },    { CPUID_7_EBX * 32 + 19, "adx" },
	{ CPUID_7_EBX * 32 + 20, "smap" },      { CPUID_7_ECX * 32 + 2, "umip" },
	{ CPUID_D_1_EAX * 32 + 0, "xsaveopt" },
};

static int cpuinfo_show(struct seq_file *m, void *v)
{
	const struct cpuinfo_x86 *c = &boot_cpu_data;
	unsigned int khz = tsc_khz;
	int cpu;

	for_each_online_cpu (cpu) {
		seq_printf(m, "processor\t: %d\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n",
			   cpu, c->vendor, c->family, c->model);
		seq_printf(m, "model name\t: %s\nstepping\t: %u\ncpu MHz\t\t: %u.%03u\n",
			   c->model_name, c->stepping, khz / 1000, khz % 1000);
		seq_printf(m, "physical id\t: %d\nsiblings\t: 1\ncore id\t\t: 0\ncpu cores\t: 1\n",
			   cpu);
		seq_printf(m,
			   "apicid\t\t: %d\nfpu\t\t: yes\nfpu_exception\t: yes\nwp\t\t: "
			   "yes\nflags\t\t:",
			   cpu);
		for (unsigned int i = 0; i < ARRAY_SIZE(feature_names); i++)
			if (cpu_has(feature_names[i].feature))
				seq_printf(m, " %s", feature_names[i].name);
		seq_printf(m,
			   "\nbogomips\t: %u.%02u\naddress sizes\t: 40 bits physical, 48 bits "
			   "virtual\n\n",
			   khz / 500, khz % 500 / 5);
	}
	return 0;
}

static int filesystems_proc_show(struct seq_file *m, void *v)
{
	return filesystems_show(m);
}

static int devices_show(struct seq_file *m, void *v)
{
	int ret = chrdevs_show(m);

	seq_puts(m, "\nBlock devices:\n");
	return ret;
}

static int locks_proc_show(struct seq_file *m, void *v)
{
	return locks_show(m);
}

static int proc_machine_init(void)
{
	proc_create_single("version", 0444, NULL, version_show);
	proc_create_single("cmdline", 0444, NULL, cmdline_show);
	proc_create_single("cpuinfo", 0444, NULL, cpuinfo_show);
	proc_create_single("filesystems", 0444, NULL, filesystems_proc_show);
	proc_create_single("devices", 0444, NULL, devices_show);
	proc_create_single("locks", 0444, NULL, locks_proc_show);
	proc_symlink("mounts", NULL, "self/mounts");
	return 0;
}
fs_initcall(proc_machine_init);
