// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/config.gz: what this kernel has, in the words of Linux's configuration.
 *
 * Idea: nothing is configured here; but programs that want to know whether message queues or
 *   namespaces are built in look for CONFIG_POSIX_MQUEUE=y in this file (Linux Test Project,
 *   container managers), and take a kernel without it for a broken one. The file is made at boot: a
 *   gzip file (RFC 1952) whose only block is stored as it is.
 * Data: built_in, left_out; config_gz and config_len, never changed after boot.
 * Locking: none. Linux: kernel/configs.c. Start at: configs_init. Tests: tests/kernel/config_gz.c.
 */
#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/init.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/lib/string.h"
#include "kernel/x86/percpu.h"
#include "fs/fs.h"
#include "fs/libfs.h"
#include "fs/proc/proc.h"

/* clang-format off */
static const char *const built_in[] = {
	"64BIT", "X86", "X86_64", "MMU", "SMP",
	/* talking to each other */
	"SYSVIPC", "SYSVIPC_SYSCTL", "POSIX_MQUEUE", "POSIX_MQUEUE_SYSCTL", "CROSS_MEMORY_ATTACH",
	"CHECKPOINT_RESTORE", "FUTEX", "EPOLL", "SIGNALFD", "TIMERFD", "EVENTFD", "NET", "UNIX",
	"AF_UNIX_OOB", "NAMESPACES", "UTS_NS", "IPC_NS",
	/* memory and files */
	"SHMEM", "TMPFS", "PROC_FS", "PROC_SYSCTL", "DEVTMPFS", "UNIX98_PTYS", "HUGETLBFS",
	"HUGETLB_PAGE", "MEMBARRIER", "ADVISE_SYSCALLS", "FILE_LOCKING",
	/* the rest */
	"POSIX_TIMERS", "HIGH_RES_TIMERS", "PRINTK", "BLK_DEV_INITRD", "BINFMT_ELF",
	"BINFMT_SCRIPT", "IKCONFIG", "IKCONFIG_PROC",
#ifdef DEBUG
	"PROVE_LOCKING", "LOCKDEP", "DEBUG_SPINLOCK", "DEBUG_MUTEXES", "FAULT_INJECTION",
	"DEBUG_KMEMLEAK",
#endif
};

/* What programs ask for, too. */
static const char *const left_out[] = {
	"FUTEX_PI", "INET", "IPV6", "PACKET", "USER_NS", "PID_NS", "NET_NS", "TIME_NS", "CGROUPS",
	"SECCOMP", "SECURITY", "KEYS", "AUDIT", "BSD_PROCESS_ACCT", "TASKSTATS", "TMPFS_XATTR",
	"SYSFS", "TRANSPARENT_HUGEPAGE", "NUMA", "SWAP", "KSM", "USERFAULTFD", "BLOCK", "AIO",
	"IO_URING", "INOTIFY_USER", "FANOTIFY", "DNOTIFY", "QUOTA", "MODULES", "BPF_SYSCALL",
	"RSEQ", "KCMP", "PERF_EVENTS",
};
/* clang-format on */

#define GZ_HEAD 15 /* with the block's */
#define GZ_TAIL 8

static char config_gz[4096];
static size_t config_len;

static u32 crc32_of(const char *text, size_t len)
{
	u32 crc = ~0u;

	while (len--) {
		crc ^= (u8)*text++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static void put_le(char *at, u32 value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		at[i] = (char)(value >> 8 * i);
}

static ssize_t config_read(struct file *file __maybe_unused, char __user *buf, size_t count,
			   loff_t *pos)
{
	return simple_read_from_buffer(buf, count, pos, config_gz, config_len);
}

static const struct file_operations config_fops = {
	.read = config_read,
	.llseek = generic_file_llseek,
};

/* The text: its length. */
static size_t write_text(char *text, size_t room)
{
	size_t len = (size_t)scnprintf(text, room, "CONFIG_NR_CPUS=%d\n", NR_CPUS);

	for (size_t i = 0; i < ARRAY_SIZE(built_in); i++)
		len += (size_t)scnprintf(text + len, room - len, "CONFIG_%s=y\n", built_in[i]);
	for (size_t i = 0; i < ARRAY_SIZE(left_out); i++)
		len += (size_t)scnprintf(text + len, room - len, "# CONFIG_%s is not set\n",
					 left_out[i]);
	BUG_ON(len + 1 >= room); /* cut off: config_gz is too small */
	return len;
}

static int configs_init(void)
{
	/* The file's head; then one block, the last, stored. */
	static const char head[] = { 0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1 };
	char *text = config_gz + GZ_HEAD, *tail;
	size_t len = write_text(text, sizeof(config_gz) - GZ_HEAD - GZ_TAIL);

	memcpy(config_gz, head, sizeof(head));
	put_le(text - 4, (u32)len, 2);
	put_le(text - 2, ~(u32)len, 2);
	tail = text + len;
	put_le(tail, crc32_of(text, len), 4);
	put_le(tail + 4, (u32)len, 4);
	config_len = GZ_HEAD + len + GZ_TAIL;
	return proc_create("config.gz", 0444, NULL, &config_fops) ? 0 : -ENOMEM;
}
late_initcall(configs_init);
