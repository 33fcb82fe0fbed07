// SPDX-License-Identifier: GPL-2.0-only
/* /proc: the machine's files, parameters, and the memory devices. */
#include "tests/fs/pipes.h"
#include <dirent.h>
#include <sys/mman.h>
#include <sys/utsname.h>

static char text[1 << 16];

static int reads(const char *path)
{
	return read_file(path, text, sizeof(text));
}

static int has(const char *path, const char *what)
{
	return reads(path) > 0 && strstr(text, what);
}

static void test_files(void)
{
	struct utsname uts;
	double up, idle;
	long total, avail, user;
	int running, threads, last;
	char want[300];

	uname(&uts);
	snprintf(want, sizeof(want), "Linux version %s ", uts.release);
	ok(reads("/proc/version") > 0 && !strncmp(text, want, strlen(want)), "version");
	ok(reads("/proc/uptime") > 0 && sscanf(text, "%lf %lf", &up, &idle) == 2 && up > 0,
	   "uptime");
	ok(reads("/proc/loadavg") > 0 &&
		   sscanf(text, "%*f %*f %*f %d/%d %d", &running, &threads, &last) == 3 &&
		   running >= 1 && threads >= 1 && last >= getpid(),
	   "loadavg");
	ok(reads("/proc/meminfo") > 0 && sscanf(text, "MemTotal: %ld kB", &total) == 1 &&
		   strstr(text, "\nMemAvailable:") &&
		   sscanf(strstr(text, "\nMemAvailable:"), " MemAvailable: %ld kB", &avail) == 1 &&
		   avail > 0 && avail < total && strstr(text, "\nSwapFree:"),
	   "meminfo");
	ok(reads("/proc/stat") > 0 && sscanf(text, "cpu %ld", &user) == 1 &&
		   strstr(text, "\ncpu0 ") && strstr(text, "\nintr ") && strstr(text, "\nctxt ") &&
		   strstr(text, "\nbtime ") && strstr(text, "\nprocesses ") &&
		   strstr(text, "\nprocs_running "),
	   "stat");
	ok(has("/proc/cpuinfo", "processor\t: 0\n") && strstr(text, "\nflags\t\t: fpu ") &&
		   strstr(text, "\nmodel name\t: "),
	   "cpuinfo");
	ok(has("/proc/filesystems", "nodev\tproc\n") && has("/proc/filesystems", "nodev\tpipefs\n"),
	   "filesystems");
	ok(has("/proc/devices", "Character devices:\n  1 mem\n"), "devices");
	ok(has("/proc/interrupts", "CPU0") && strstr(text, "LOC:"), "interrupts");
	ok(has("/proc/mounts", " /proc proc ") && readlink("/proc/mounts", text, 100) == 11 &&
		   !memcmp(text, "self/mounts", 11),
	   "mounts");
	ok(reads("/proc/swaps") > 0 && reads("/proc/vmstat") > 0 &&
		   has("/proc/buddyinfo", "Node 0, zone"),
	   "swaps, vmstat, buddyinfo");
	ok(reads("/proc/cmdline") >= 1, "cmdline");
	ok(failed_with(open("/proc/nothing", O_RDONLY), ENOENT) &&
		   failed_with(mkdir("/proc/x", 0777), ENOENT) |
			   failed_with(mkdir("/proc/x", 0777), EPERM) |
			   failed_with(mkdir("/proc/x", 0777), EACCES),
	   "nothing else, and nothing new");
}

static void test_parameters(void)
{
	struct utsname uts;
	char first[64], second[64], buf[8];
	int fd, n;

	uname(&uts);
	ok(reads("/proc/sys/kernel/ostype") == 6 && !strcmp(text, "Linux\n"), "ostype");
	n = reads("/proc/sys/kernel/osrelease");
	ok(n == (int)strlen(uts.release) + 1 && !strncmp(text, uts.release, n - 1), "osrelease");
	n = reads("/proc/sys/kernel/hostname");
	ok(n == (int)strlen(uts.nodename) + 1 && !strncmp(text, uts.nodename, n - 1), "hostname");
	ok(read_number("/proc/sys/kernel/pid_max") >= 301 &&
		   read_number("/proc/sys/kernel/ngroups_max") == 65536 &&
		   read_number("/proc/sys/kernel/cap_last_cap") >= 37 &&
		   read_number("/proc/sys/fs/pipe-max-size") >= 4096 &&
		   read_number("/proc/sys/fs/nr_open") >= 1024 &&
		   read_number("/proc/sys/fs/file-max") > 0 &&
		   read_number("/proc/sys/vm/max_map_count") > 0 &&
		   read_number("/proc/sys/vm/overcommit_memory") >= 0,
	   "numbers");
	ok(reads("/proc/sys/fs/file-nr") > 0 && sscanf(text, "%*d\t%d\t%*d", &n) == 1 && n == 0,
	   "file-nr");
	ok(reads("/proc/sys/kernel/random/uuid") == 37 && strcpy(first, text) &&
		   reads("/proc/sys/kernel/random/uuid") == 37 && strcmp(first, text) &&
		   text[14] == '4',
	   "uuid is always new");
	ok(reads("/proc/sys/kernel/random/boot_id") == 37 && strcpy(second, text) &&
		   reads("/proc/sys/kernel/random/boot_id") == 37 && !strcmp(second, text),
	   "boot_id never");
	fd = open("/proc/sys/kernel/pid_max", O_RDONLY);
	ok(pread(fd, buf, 8, 1000) == 0 && failed_with(pread(fd, buf, 8, -1), EINVAL) &&
		   failed_with(read(fd, (void *)8, 8), EFAULT),
	   "odd reads");
	close(fd);
	if (geteuid()) {
		skip("writing needs root");
		return;
	}
	n = read_number("/proc/sys/kernel/pid_max");
	ok(write_number("/proc/sys/kernel/pid_max", 10) == EINVAL &&
		   write_number("/proc/sys/kernel/pid_max", -1) == EINVAL &&
		   write_number("/proc/sys/kernel/pid_max", n - 1) == 0 &&
		   read_number("/proc/sys/kernel/pid_max") == n - 1 &&
		   write_number("/proc/sys/kernel/pid_max", n) == 0,
	   "limits are checked when written");
	fd = open("/proc/sys/kernel/pid_max", O_WRONLY);
	ok(failed_with(write(fd, "12x", 3), EINVAL) &&
		   failed_with(write(fd, "", 0) - 1, EINVAL) | 1 &&
		   read_number("/proc/sys/kernel/pid_max") == n,
	   "what is no number is refused");
	close(fd);
}

static void test_devices(void)
{
	int null = open("/dev/null", O_RDWR), zero = open("/dev/zero", O_RDWR);
	int full = open("/dev/full", O_RDWR), random = open("/dev/urandom", O_RDWR), good = 1;
	char buf[8192], *map;
	struct stat st;

	memset(buf, 1, sizeof(buf));
	ok(read(null, buf, 10) == 0 && write(null, buf, 8192) == 8192 &&
		   lseek(null, 5, SEEK_SET) == 0,
	   "null: empty, swallows all");
	ok(!fstat(null, &st) && S_ISCHR(st.st_mode) && st.st_rdev == 0x103, "null: 1, 3");
	ok(read(zero, buf, 8192) == 8192 && write(zero, buf, 10) == 10, "zero");
	for (int i = 0; i < 8192; i++)
		good &= buf[i] == 0;
	ok(good && failed_with(read(zero, (void *)8, 8), EFAULT), "zero: all zeroes");
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
	ok(map != MAP_FAILED && map[0] == 0 && (map[4096] = 5) && map[4096] == 5, "zero mapped");
	munmap(map, 8192);
	map = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, zero, 0);
	ok(map != MAP_FAILED && map[5000] == 0, "zero mapped shared");
	if (!fork()) {
		map[5000] = 7;
		_exit(0);
	}
	wait(NULL);
	ok(map[5000] == 7, "is shared with children");
	munmap(map, 8192);
	ok(failed_with(write(full, buf, 1), ENOSPC) && read(full, buf, 10) == 10, "full");
	ok(read(random, buf, 64) == 64 && read(random, buf + 64, 64) == 64 &&
		   memcmp(buf, buf + 64, 64) && write(random, buf, 100) == 100 &&
		   poll_now(random, POLLIN) == POLLIN,
	   "urandom");
	close(null);
	close(zero);
	close(full);
	close(random);
}

static void test_kmsg(void)
{
	static const char message[] = "<5>kmsg test 4711\n";
	int fd = open("/dev/kmsg", O_RDWR | O_NONBLOCK), found = 0;
	ssize_t n;

	if (fd < 0) {
		skip("/dev/kmsg: %s", strerror(errno));
		return;
	}
	/* Again when the kernel has said something just now. */
	for (int i = 0; i < 20; i++) {
		lseek(fd, 0, SEEK_END);
		n = read(fd, text, 8192);
		if (n < 0)
			break;
	}
	ok(failed_with(n, EAGAIN), "kmsg: nothing new");
	ok(write(fd, message, strlen(message)) == (ssize_t)strlen(message), "kmsg: a message");
	while ((n = read(fd, text, 8192)) > 0) {
		text[n] = 0;
		found |= strstr(text, ";kmsg test 4711\n") && strchr(text, ',');
	}
	ok(found && errno == EAGAIN, "kmsg: comes back");
	lseek(fd, 0, SEEK_SET);
	ok(read(fd, text, 8192) > 0, "kmsg: from the start");
	ok(failed_with(read(fd, text, 1), EINVAL), "kmsg: a record or nothing");
	close(fd);
}

int main(void)
{
	test_files();
	test_parameters();
	test_devices();
	test_kmsg();
	return ktap_done();
}
