/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reboot(2): power off, halt, restart.
 *
 * Linux: kernel/reboot.c. Left out: suspend, kexec. man 2 reboot.
 */
#include "kernel/reboot.h"

#include "kernel/uapi/reboot.h"
#include "kernel/lib/printk.h"
#include "kernel/locking/mutex.h"
#include "kernel/printk.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/task.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/uaccess.h"
#include "mm/gfp.h"
#include "fs/dcache.h"
#include "kernel/syscall.h"

static DEFINE_MUTEX(system_transition_mutex);
/* Ctrl-Alt-Del restarts at once (true), or sends SIGINT to init. */
static bool C_A_D = true;

#ifdef CONFIG_DEBUG
/*
 * The searches want a machine at rest. A CPU that had to be stopped by force, because nobody ended
 * its processes, stands in the midst of something, perhaps with locks: then there is no search.
 */
static bool nothing_is_lost(void)
{
	bool good = task_leak_report();

	if (!smp_send_stop(true)) {
		printk_panicking = true;
		pr_warn("reboot: CPUs were stopped at work, so nothing is searched for leaks\n");
		return good;
	}
	good &= inode_leak_report();
	return good & mm_leak_report();
}
#else
static bool nothing_is_lost(void)
{
	return true;
}
#endif

void __noreturn kernel_power_off(void)
{
	pr_info("reboot: Power down\n");
	machine_power_off(nothing_is_lost() ? EXIT_PASS : EXIT_FAIL);
}

static bool is_magic(int magic1, int magic2)
{
	return magic1 == (int)LINUX_REBOOT_MAGIC1 &&
	       (magic2 == LINUX_REBOOT_MAGIC2 || magic2 == LINUX_REBOOT_MAGIC2A ||
		magic2 == LINUX_REBOOT_MAGIC2B || magic2 == LINUX_REBOOT_MAGIC2C);
}

SYSCALL_DEFINE4(reboot, int, magic1, int, magic2, unsigned int, cmd, void __user *, arg)
{
	char command[256];
	int ret = 0;

	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (!is_magic(magic1, magic2))
		return -EINVAL;

	mutex_lock(&system_transition_mutex);
	switch (cmd) {
	case LINUX_REBOOT_CMD_RESTART:
		pr_info("reboot: Restarting system\n");
		machine_restart();
	case LINUX_REBOOT_CMD_RESTART2:
		if (strncpy_from_user(command, arg, sizeof(command) - 1) < 0) {
			ret = -EFAULT;
			break;
		}
		command[sizeof(command) - 1] = '\0';
		pr_info("reboot: Restarting system with command '%s'\n", command);
		machine_restart();
	case LINUX_REBOOT_CMD_CAD_ON:
		C_A_D = true;
		break;
	case LINUX_REBOOT_CMD_CAD_OFF:
		C_A_D = false;
		break;
	case LINUX_REBOOT_CMD_HALT:
		pr_info("reboot: System halted\n");
		machine_halt();
	case LINUX_REBOOT_CMD_POWER_OFF:
		kernel_power_off();
	default:
		ret = -EINVAL;
		break;
	}
	mutex_unlock(&system_transition_mutex);
	return ret;
}

/* The keyboard's Ctrl-Alt-Del: implemented here, called by the driver. Interrupt context. */
void ctrl_alt_del(void);
void ctrl_alt_del(void)
{
	if (C_A_D)
		machine_restart();
	kill_cad_pid(SIGINT, 1);
}
