/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine's and the system's names and numbers, as programs ask for them: uname, sethostname,
 * setdomainname, sysinfo; and personality.
 *
 * Locking: uts_ns->sem for the names.
 * Linux: kernel/sys.c. man 2 uname, sysinfo. Tests: tests/kernel/prlimit.c.
 */
#include "kernel/uapi/sysinfo.h"

#include "kernel/lib/string.h"
#include "kernel/sched/clock.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/nsproxy.h"
#include "kernel/sched/sched.h"
#include "kernel/x86/uaccess.h"
#include "mm/gfp.h"
#include "kernel/syscall.h"

SYSCALL_DEFINE1(uname, struct new_utsname __user *, name)
{
	struct uts_namespace *ns = current->nsproxy->uts_ns;
	struct new_utsname copy;

	down_read(&ns->sem);
	copy = ns->name;
	up_read(&ns->sem);
	return copy_to_user(name, &copy, sizeof(copy)) ? -EFAULT : 0;
}

/* field: nodename or domainname of the current namespace. */
static int set_uts_field(char *field, const char __user *name, int len)
{
	struct uts_namespace *ns = current->nsproxy->uts_ns;
	char copy[__NEW_UTS_LEN + 1] = { 0 };

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (len < 0 || len > __NEW_UTS_LEN)
		return -EINVAL;
	if (copy_from_user(copy, name, (size_t)len))
		return -EFAULT;
	down_write(&ns->sem);
	memcpy(field, copy, sizeof(copy));
	up_write(&ns->sem);
	return 0;
}

SYSCALL_DEFINE2(sethostname, char __user *, name, int, len)
{
	return set_uts_field(utsname()->nodename, name, len);
}

SYSCALL_DEFINE2(setdomainname, char __user *, name, int, len)
{
	return set_uts_field(utsname()->domainname, name, len);
}

SYSCALL_DEFINE1(sysinfo, struct sysinfo __user *, uinfo)
{
	struct sysinfo info;
	int i;

	memset(&info, 0, sizeof(info));
	info.uptime = (ktime_get() + NSEC_PER_SEC - 1) / NSEC_PER_SEC;
	get_avenrun(info.loads);
	for (i = 0; i < 3; i++)
		info.loads[i] <<= SI_LOAD_SHIFT - FSHIFT;
	info.totalram = totalram_pages() * PAGE_SIZE;
	info.freeram = nr_free_pages() * PAGE_SIZE;
	info.sharedram = global_node_page_state(NR_SHMEM) * PAGE_SIZE;
	info.procs = (unsigned short)min(READ_ONCE(nr_threads), 65535);
	info.mem_unit = 1;
	return copy_to_user(uinfo, &info, sizeof(info)) ? -EFAULT : 0;
}

/* Only stored: no other personality behaves differently here. */
SYSCALL_DEFINE1(personality, unsigned int, personality)
{
	unsigned int old = current->personality;

	if (personality != 0xffffffffu)
		current->personality = personality;
	return old;
}
