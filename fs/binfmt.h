/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What execve() hands to the loaders of executable formats. Implemented in kernel/exec.c; the
 * loaders (fs/exec_elf.c, fs/binfmt_script.c) register themselves with an initcall.
 *
 * A loader works on a struct linux_binprm whose new address space holds the argument strings at
 * the top of its stack and nothing else. It answers -ENOEXEC when the format is not its own.
 * Until it calls begin_new_exec() every failure leaves the caller as it was; after that a failure
 * ends the process with SIGSEGV or SIGKILL.
 * Linux: include/linux/binfmts.h.
 */
#ifndef CONDUIT_FS_BINFMT_H
#define CONDUIT_FS_BINFMT_H

#include "kernel/uapi/resource.h"
#include "kernel/lib/types.h"
#include "kernel/lib/list.h"
#include "fs/script_line.h"

struct cred;
struct file;
struct mm_struct;
struct pt_regs;
struct vm_area_struct;

#define BINPRM_BUF_SIZE  256    /* bytes of the file that a loader sees in buf */
#define MAX_ARG_STRLEN   131072 /* longest single argument, its final 0 included */
#define MAX_ARG_STRINGS  0x7fffffff
#define BINPRM_MAX_DEPTH 5 /* #! of a script that starts with #! … */

/* One execve() in the making. Owned by the calling task. */
struct linux_binprm {
	struct vm_area_struct *vma; /* the stack of the new address space */
	struct mm_struct *mm;       /* the new address space; NULL once it is current's */
	unsigned long p;            /* lowest argument byte so far */
	unsigned long argmin;       /* p must not go below: RLIMIT_STACK / 4 */
	unsigned long exec;         /* address of the file name's copy: AT_EXECFN */
	struct file *file;          /* what is to be run; an interpreter replaces it */
	struct file *interpreter;   /* set by a loader: take this file and start over */
	struct cred *cred;          /* credentials of the new program */
	const char *filename;       /* as given, or /dev/fd/N of execveat() */
	const char *interp;         /* what really runs; differs from filename for scripts */
	char *fdpath;               /* owned: the filename made for execveat(), or NULL */
	struct rlimit rlim_stack;   /* as it was when the call began */
	int argc, envc;
	int interp_flags;          /* BINPRM_FLAGS_* */
	bool secureexec;           /* AT_SECURE */
	bool unsafe_share;         /* root and cwd are shared with others than our threads */
	bool in_exec;              /* counted in fs_struct.in_exec */
	bool nondump;              /* the file is not readable: the process is not dumpable */
	bool point_of_no_return;   /* the old program is gone */
	bool have_creds;           /* cred reflects the setuid bits */
	char buf[BINPRM_BUF_SIZE]; /* the start of file, zero-filled */
};

/* The path given to execveat() is not reachable once close-on-exec descriptors are closed. */
#define BINPRM_FLAGS_PATH_INACCESSIBLE (1 << 2)

struct linux_binfmt {
	struct list_head lh;
	int (*load_binary)(struct linux_binprm *bprm);
};

void register_binfmt(struct linux_binfmt *format);

/* The point of no return: other threads die, the new address space becomes current's. */
int begin_new_exec(struct linux_binprm *bprm);
/* After begin_new_exec(), once the new mm's layout is known: comm, dumpable, rlimit, self_exec_id. */
void setup_new_exec(struct linux_binprm *bprm);
/* Gives the stack its final protection; executable is one of EXSTACK_*. */
int setup_arg_pages(struct linux_binprm *bprm, int executable_stack);
/* The new program is complete: nothing can fail any more. */
void finalize_exec(struct linux_binprm *bprm);

#define EXSTACK_DEFAULT   0 /* no PT_GNU_STACK */
#define EXSTACK_DISABLE_X 1
#define EXSTACK_ENABLE_X  2

int remove_arg_zero(struct linux_binprm *bprm);
/* Push one string of the kernel in front of those that are there: 0, -E2BIG, -EFAULT, -ENOMEM. */
int copy_string_kernel(const char *arg, struct linux_binprm *bprm);
int bprm_change_interp(const char *interp, struct linux_binprm *bprm);

/* Opens a file for execution: regular, not noexec, MAY_EXEC, writers denied. ERR_PTR on failure. */
struct file *open_exec(const char *name);

/* Registers, FPU, FS and GS of a fresh program; implemented in kernel/x86/. */
void start_thread(struct pt_regs *regs, unsigned long new_ip, unsigned long new_sp);

#endif
