// SPDX-License-Identifier: GPL-2.0-only
/*
 * The entries of /proc/sys whose values belong to folders below fs/ or to nobody in particular;
 * others register their own beside the value. Linux: kernel/sysctl.c, utsname_sysctl.c, random.c.
 * Start at: kern_table.
 */
#include "fs/proc/sysctl.h"

#include "kernel/uapi/capability.h"
#include "kernel/uapi/limits.h"
#include "kernel/lib/init.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/nsproxy.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/sched.h"
#include "mm/mm.h"
#include "fs/file.h"
#include "fs/internal.h"
#include "fs/namei.h"
#include "fs/proc/internal.h"

static const int minus_one = -1, zero, one = 1, two = 2, hundred = 100, thousand = 1000,
		 billion = 1000000000;

/* ---- names of the host ---- */

/* data points into init_uts_ns; the caller's own namespace is what counts. */
static int proc_do_uts_string(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			      loff_t *ppos)
{
	struct uts_namespace *ns = current->nsproxy->uts_ns;
	struct ctl_table copy = *ctl;
	int ret;

	copy.data = (char *)&ns->name + ((char *)ctl->data - (char *)&init_uts_ns.name);
	if (write)
		down_write(&ns->sem);
	else
		down_read(&ns->sem);
	ret = proc_dostring(&copy, write, buffer, lenp, ppos);
	if (write)
		up_write(&ns->sem);
	else
		up_read(&ns->sem);
	return ret;
}

/* ---- random ---- */

/* A version 4 UUID as text. */
static void format_uuid(char text[37], const u8 random[16])
{
	size_t len = 0;

	for (int i = 0; i < 16; i++) {
		u8 byte = random[i];

		if (i == 6)
			byte = (byte & 0x0f) | 0x40;
		if (i == 8)
			byte = (byte & 0x3f) | 0x80;
		len += scnprintf(text + len, 37 - len, "%s%02x",
				 i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", byte);
	}
}

/* uuid is new with every read; boot_id has its bytes at data, made at the first read. */
static int proc_do_uuid(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			loff_t *ppos)
{
	static DEFINE_SPINLOCK(boot_id_lock);
	static bool boot_id_made;
	struct ctl_table copy = *ctl;
	char text[37];
	u8 bytes[16];

	if (write)
		return -EPERM;
	get_random_bytes(bytes, sizeof(bytes));
	if (ctl->data) {
		spin_lock(&boot_id_lock);
		if (!boot_id_made)
			memcpy(ctl->data, bytes, sizeof(bytes));
		boot_id_made = true;
		memcpy(bytes, ctl->data, sizeof(bytes));
		spin_unlock(&boot_id_lock);
	}
	format_uuid(text, bytes);
	copy.data = text;
	copy.maxlen = sizeof(text);
	return proc_dostring(&copy, 0, buffer, lenp, ppos);
}

/* ---- values that are counted when somebody asks ---- */

static int proc_nr_files(const struct ctl_table *ctl, int write, char *buffer, size_t *lenp,
			 loff_t *ppos)
{
	unsigned long numbers[3] = { get_nr_files(), 0, READ_ONCE(sysctl_file_max) };
	struct ctl_table copy = *ctl;

	copy.data = numbers;
	copy.maxlen = sizeof(numbers);
	return proc_doulongvec_minmax(&copy, 0, buffer, lenp, ppos);
}

static u8 boot_id[16];
static int ngroups_max = NGROUPS_MAX, cap_last_cap = CAP_LAST_CAP;
static int entropy_avail = 256, poolsize = 256;
static int overflowid = 65534, randomize_va_space = 2;
static const int pid_max_min = 301, pid_max_max = 4194304, threads_min = 20, threads_max = 4194304;
static const unsigned int nr_open_min = 64, nr_open_max = 0x7fffffc0;

static const struct ctl_table kern_table[] = {
	{ "ostype", init_uts_ns.name.sysname, __NEW_UTS_LEN + 1, 0444, proc_do_uts_string },
	{ "osrelease", init_uts_ns.name.release, __NEW_UTS_LEN + 1, 0444, proc_do_uts_string },
	{ "version", init_uts_ns.name.version, __NEW_UTS_LEN + 1, 0444, proc_do_uts_string },
	{ "hostname", init_uts_ns.name.nodename, __NEW_UTS_LEN + 1, 0644, proc_do_uts_string },
	{ "domainname", init_uts_ns.name.domainname, __NEW_UTS_LEN + 1, 0644, proc_do_uts_string },
	{ "pid_max", &pid_max, sizeof(int), 0644, proc_dointvec_minmax, &pid_max_min,
	  &pid_max_max },
	{ "threads-max", &max_threads, sizeof(int), 0644, proc_dointvec_minmax, &threads_min,
	  &threads_max },
	{ "ngroups_max", &ngroups_max, sizeof(int), 0444, proc_dointvec },
	{ "cap_last_cap", &cap_last_cap, sizeof(int), 0444, proc_dointvec },
	{ "protected_hardlinks", &sysctl_protected_hardlinks, sizeof(int), 0600,
	  proc_dointvec_minmax, &zero, &one },
	{ "protected_symlinks", &sysctl_protected_symlinks, sizeof(int), 0600, proc_dointvec_minmax,
	  &zero, &one },
	{ "sched_rt_period_us", &sysctl_sched_rt_period, sizeof(int), 0644, proc_dointvec_minmax,
	  &thousand, &billion },
	{ "sched_rt_runtime_us", &sysctl_sched_rt_runtime, sizeof(int), 0644, proc_dointvec_minmax,
	  &minus_one, &billion },
	{ "overflowuid", &overflowid, sizeof(int), 0444, proc_dointvec },
	{ "overflowgid", &overflowid, sizeof(int), 0444, proc_dointvec },
	{ "randomize_va_space", &randomize_va_space, sizeof(int), 0444, proc_dointvec },
};

static const struct ctl_table random_table[] = {
	{ "boot_id", boot_id, sizeof(boot_id), 0444, proc_do_uuid },
	{ "uuid", NULL, 0, 0444, proc_do_uuid },
	{ "entropy_avail", &entropy_avail, sizeof(int), 0444, proc_dointvec },
	{ "poolsize", &poolsize, sizeof(int), 0444, proc_dointvec },
};

static const struct ctl_table fs_table[] = {
	{ "file-max", &sysctl_file_max, sizeof(long), 0644, proc_doulongvec_minmax },
	{ "file-nr", NULL, 0, 0444, proc_nr_files },
	{ "nr_open", &sysctl_nr_open, sizeof(int), 0644, proc_douintvec_minmax, &nr_open_min,
	  &nr_open_max },
	{ "overflowuid", &overflowid, sizeof(int), 0444, proc_dointvec },
	{ "overflowgid", &overflowid, sizeof(int), 0444, proc_dointvec },
};

static const struct ctl_table vm_table[] = {
	{ "overcommit_memory", &sysctl_overcommit_memory, sizeof(int), 0644, proc_dointvec_minmax,
	  &zero, &two },
	{ "overcommit_ratio", &sysctl_overcommit_ratio, sizeof(int), 0644, proc_dointvec_minmax,
	  &zero, &hundred },
	{ "max_map_count", &sysctl_max_map_count, sizeof(int), 0644, proc_dointvec_minmax, &one },
	{ "mmap_min_addr", &mmap_min_addr, sizeof(long), 0644, proc_doulongvec_minmax },
};

static int sysctl_tables_init(void)
{
	int ret = register_sysctl("kernel", kern_table, ARRAY_SIZE(kern_table));

	if (!ret)
		ret = register_sysctl("kernel/random", random_table, ARRAY_SIZE(random_table));
	if (!ret)
		ret = register_sysctl("fs", fs_table, ARRAY_SIZE(fs_table));
	if (!ret)
		ret = register_sysctl("vm", vm_table, ARRAY_SIZE(vm_table));
	return ret;
}
fs_initcall(sysctl_tables_init);
