/* SPDX-License-Identifier: GPL-2.0-only */
/* What a signalfd delivers (man 2 signalfd). */
#ifndef CONDUIT_UAPI_SIGNALFD_H
#define CONDUIT_UAPI_SIGNALFD_H

#define SFD_CLOEXEC  02000000
#define SFD_NONBLOCK 00004000

struct signalfd_siginfo {
	unsigned int ssi_signo;
	int ssi_errno;
	int ssi_code;
	unsigned int ssi_pid;
	unsigned int ssi_uid;
	int ssi_fd;
	unsigned int ssi_tid;
	unsigned int ssi_band;
	unsigned int ssi_overrun;
	unsigned int ssi_trapno;
	int ssi_status;
	int ssi_int;
	unsigned long long ssi_ptr;
	unsigned long long ssi_utime;
	unsigned long long ssi_stime;
	unsigned long long ssi_addr;
	unsigned short ssi_addr_lsb;
	unsigned short __pad2;
	int ssi_syscall;
	unsigned long long ssi_call_addr;
	unsigned int ssi_arch;
	unsigned char __pad[28];
};

_Static_assert(sizeof(struct signalfd_siginfo) == 128, "ABI");

#endif
