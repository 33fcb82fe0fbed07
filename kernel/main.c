// SPDX-License-Identifier: GPL-2.0-only
/*
 * The start: from boot/ to the first user program.
 *
 * kmain() runs on the boot stack as init_task with interrupts off and brings up what everything
 * else needs, in order. Then it makes two threads, kernel_init() as pid 1 and kthreadd() as pid 2,
 * and becomes the idle task. kernel_init() runs the initcalls, fills the root file system from the
 * ramdisk and executes init.
 * Linux: init/main.c. Page: docs/map.md. Start at: kmain.
 */
#include "boot/boot_info.h"
#include "kernel/exec.h"
#include "kernel/fork.h"
#include "kernel/main.h"
#include "kernel/printk.h"
#include "kernel/lib/cmdline.h"
#include "kernel/lib/init.h"
#include "kernel/lib/kstrtox.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/locking/completion.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/sched/timer.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/apic.h"
#include "kernel/x86/cpufeature.h"
#include "kernel/x86/early_console.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/tsc.h"
#include "mm/fault_inject.h"
#include "mm/filemap.h"
#include "mm/gfp.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "fs/fs.h"
#include "fs/init.h"
#include "fs/mount.h"
#include "fs/namei.h"

extern const initcall_t __start_initcalls[], __stop_initcalls[];

static struct boot_info *boot;
static DECLARE_COMPLETION(kthreadd_done);

void __noreturn kmain(struct boot_info *info);

const char *saved_command_line(void)
{
	return boot->cmdline;
}

static void do_initcalls(void)
{
	for (const initcall_t *call = __start_initcalls; call < __stop_initcalls; call++) {
		int error = (*call)();

		if (error)
			pr_err("init: %ps failed: %d\n", *call, error);
	}
}

/* Descriptors 0, 1 and 2 of init. */
static void open_console(void)
{
	struct file *file = filp_open("/dev/console", O_RDWR, 0);

	if (IS_ERR(file)) {
		pr_err("init: no /dev/console: %ld\n", PTR_ERR(file));
		return;
	}
	for (int i = 0; i < 3; i++) {
		int fd = get_unused_fd_flags(0);

		if (fd >= 0)
			fd_install(fd, get_file(file));
	}
	fput(file);
}

/* The root file system from the ramdisk, whose memory is free afterwards; /dev over it. */
static void populate_root(void)
{
	void *start = __va(boot->initrd_start), *end = __va(boot->initrd_end);

	if (boot->initrd_end > boot->initrd_start) {
		unpack_initramfs(start, (size_t)(end - start));
		free_reserved_area(start, end);
	}
	if (devtmpfs_mount())
		pr_err("init: cannot mount devtmpfs on /dev\n");
}

static int run_init(const char *path)
{
	const char *argv[] = { path, NULL };
	const char *envp[] = { "HOME=/", "TERM=linux", NULL };

	pr_info("init: %s, %lu cycles after the reset\n", path, (unsigned long)rdtsc());
	return kernel_execve(path, argv, envp);
}

/* The other CPUs, one after the other. */
static void smp_init(void)
{
	int cpu;

	for_each_possible_cpu (cpu) {
		struct task_struct *idle;

		if (cpu_online(cpu))
			continue;
		idle = fork_idle(cpu);
		if (IS_ERR(idle)) {
			pr_err("smp: no idle task for CPU %d: %ld\n", cpu, PTR_ERR(idle));
			return;
		}
		native_cpu_up(cpu, idle);
	}
	if (nr_cpu_ids > 1)
		pr_info("smp: %d of %u CPUs run\n", num_online_cpus(), nr_cpu_ids);
}

/* Pid 1. Returns, as the user program, to ret_from_fork. */
static int kernel_init(void *unused)
{
	static const char *const usual[] = { "/init", "/sbin/init", "/bin/init", "/bin/sh" };
	static char path[128];

	wait_for_completion(&kthreadd_done);
	smp_init();
	do_initcalls();
	populate_root();
	open_console();
	if (cmdline_find_option(boot->cmdline, "init", path, sizeof(path)) > 0) {
		if (run_init(path) == 0)
			return 0;
		panic("init=%s cannot be run", path);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(usual); i++)
		if (run_init(usual[i]) == 0)
			return 0;
	panic("no init found in the ramdisk: give init= on the command line");
}

/* What sleeping, allocating and scheduling need. Interrupts stay off. */
static void init_core(void)
{
	cpu_init_features();
	init_task_setup();
	apply_alternatives();
	cpu_init();
	paging_init(boot);
	printk_init(boot->cmdline);
	early_console_init();
	pr_notice("Conduit, booted by %s on %s\n", boot->loader, boot_cpu_data.model_name);
	acpi_init(boot);
	setup_per_cpu_areas(boot);
	mem_init(boot);
	fault_inject_setup(boot->cmdline);
	apic_init(boot);
	tsc_init(boot);
	timekeeping_init();
}

/* name=N on the command line, or 0. */
static unsigned long number_option(const char *name)
{
	char text[24];
	unsigned long value;

	if (cmdline_find_option(boot->cmdline, name, text, sizeof(text)) <= 0 ||
	    kstrtoul(text, 0, &value))
		return 0;
	return value;
}

static void init_subsystems(void)
{
	sched_init();
	sched_seed_init(number_option("sched_seed"));
	rcu_cpu_stall_timeout = number_option("rcu_cpu_stall_timeout") ?: rcu_cpu_stall_timeout;
	hrtimers_init();
	fork_init();
	pagecache_init();
	vfs_caches_init();
}

void kmain(struct boot_info *info)
{
	boot = info;
	init_core();
	init_subsystems();
	local_irq_enable();
	user_mode_thread(kernel_init, NULL, 0);
	kthreadd_task = find_get_task_by_pid(kernel_thread(kthreadd, NULL, 0));
	complete(&kthreadd_done);
	cpu_startup_entry();
}
