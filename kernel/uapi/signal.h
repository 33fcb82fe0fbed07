/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signal numbers, flags and structs as user space sees them (man 7 signal, man 2 sigaction).
 */
#ifndef CONDUIT_UAPI_SIGNAL_H
#define CONDUIT_UAPI_SIGNAL_H

#define SIGHUP    1
#define SIGINT    2
#define SIGQUIT   3
#define SIGILL    4
#define SIGTRAP   5
#define SIGABRT   6
#define SIGBUS    7
#define SIGFPE    8
#define SIGKILL   9
#define SIGUSR1   10
#define SIGSEGV   11
#define SIGUSR2   12
#define SIGPIPE   13
#define SIGALRM   14
#define SIGTERM   15
#define SIGSTKFLT 16
#define SIGCHLD   17
#define SIGCONT   18
#define SIGSTOP   19
#define SIGTSTP   20
#define SIGTTIN   21
#define SIGTTOU   22
#define SIGURG    23
#define SIGXCPU   24
#define SIGXFSZ   25
#define SIGVTALRM 26
#define SIGPROF   27
#define SIGWINCH  28
#define SIGIO     29
#define SIGPOLL   SIGIO
#define SIGPWR    30
#define SIGSYS    31
#define SIGRTMIN  32
#define _NSIG     64

/* One bit per signal: bit n-1 stands for signal n. */
typedef struct {
	unsigned long sig[1];
} sigset_t;

#define SA_NOCLDSTOP      0x00000001ul
#define SA_NOCLDWAIT      0x00000002ul
#define SA_SIGINFO        0x00000004ul
#define SA_UNSUPPORTED    0x00000400ul
#define SA_EXPOSE_TAGBITS 0x00000800ul
#define SA_RESTORER       0x04000000ul
#define SA_ONSTACK        0x08000000ul
#define SA_RESTART        0x10000000ul
#define SA_NODEFER        0x40000000ul
#define SA_RESETHAND      0x80000000ul

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

typedef void (*__sighandler_t)(int);
typedef void (*__sigrestore_t)(void);
#define SIG_DFL ((__sighandler_t)0)
#define SIG_IGN ((__sighandler_t)1)

/* What rt_sigaction(2) reads and writes: 32 bytes. */
struct sigaction {
	__sighandler_t sa_handler;
	unsigned long sa_flags;
	__sigrestore_t sa_restorer;
	sigset_t sa_mask;
};

union sigval {
	int sival_int;
	void *sival_ptr;
};

/* siginfo_t: 128 bytes; the union starts at offset 16. */
typedef struct siginfo {
	int si_signo;
	int si_errno;
	int si_code;
	int __pad0;
	union {
		int _pad[28];
		struct {
			int _pid;
			unsigned int _uid;
		} _kill;
		struct {
			int _tid;
			int _overrun;
			union sigval _sigval;
			int _sys_private;
		} _timer;
		struct {
			int _pid;
			unsigned int _uid;
			union sigval _sigval;
		} _rt;
		struct {
			int _pid;
			unsigned int _uid;
			int _status;
			long _utime;
			long _stime;
		} _sigchld;
		struct {
			void *_addr;
			short _addr_lsb;
			short __pad1;
			void *_lower;
			void *_upper;
		} _sigfault;
		struct {
			long _band;
			int _fd;
		} _sigpoll;
		struct {
			void *_call_addr;
			int _syscall;
			unsigned int _arch;
		} _sigsys;
	} _sifields;
} siginfo_t;

#define si_pid         _sifields._kill._pid
#define si_uid         _sifields._kill._uid
#define si_tid         _sifields._timer._tid
#define si_overrun     _sifields._timer._overrun
#define si_sys_private _sifields._timer._sys_private
#define si_status      _sifields._sigchld._status
#define si_utime       _sifields._sigchld._utime
#define si_stime       _sifields._sigchld._stime
#define si_value       _sifields._rt._sigval
#define si_int         _sifields._rt._sigval.sival_int
#define si_ptr         _sifields._rt._sigval.sival_ptr
#define si_addr        _sifields._sigfault._addr
#define si_band        _sifields._sigpoll._band
#define si_fd          _sifields._sigpoll._fd

_Static_assert(sizeof(siginfo_t) == 128, "siginfo_t is 128 bytes");

/* si_code: who sent it. Values above 0 come from the kernel for one cause. */
#define SI_USER     0
#define SI_KERNEL   0x80
#define SI_QUEUE    -1
#define SI_TIMER    -2
#define SI_MESGQ    -3
#define SI_ASYNCIO  -4
#define SI_SIGIO    -5
#define SI_TKILL    -6
#define SI_DETHREAD -7
#define SI_ASYNCNL  -60

#define ILL_ILLOPC    1
#define ILL_ILLOPN    2
#define FPE_INTDIV    1
#define FPE_INTOVF    2
#define FPE_FLTDIV    3
#define FPE_FLTOVF    4
#define FPE_FLTUND    5
#define FPE_FLTRES    6
#define FPE_FLTINV    7
#define FPE_FLTSUB    8
#define FPE_FLTUNK    14
#define SEGV_MAPERR   1
#define SEGV_ACCERR   2
#define BUS_ADRALN    1
#define BUS_ADRERR    2
#define BUS_OBJERR    3
#define TRAP_BRKPT    1
#define TRAP_TRACE    2
#define TRAP_HWBKPT   4
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_TRAPPED   4
#define CLD_STOPPED   5
#define CLD_CONTINUED 6
#define POLL_IN       1
#define POLL_OUT      2
#define POLL_MSG      3
#define POLL_ERR      4
#define POLL_PRI      5
#define POLL_HUP      6

typedef struct sigaltstack {
	void *ss_sp;
	int ss_flags;
	unsigned long ss_size;
} stack_t;

#define SS_ONSTACK    1
#define SS_DISABLE    2
#define SS_AUTODISARM (1u << 31)
#define MINSIGSTKSZ   2048

#define SIGEV_SIGNAL    0
#define SIGEV_NONE      1
#define SIGEV_THREAD    2
#define SIGEV_THREAD_ID 4

/* struct sigevent: 64 bytes. */
struct sigevent {
	union sigval sigev_value;
	int sigev_signo;
	int sigev_notify;
	int _tid;
	int __pad[11];
};

_Static_assert(sizeof(struct sigevent) == 64, "struct sigevent is 64 bytes");

#endif
