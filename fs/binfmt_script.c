/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scripts: a file that starts with "#!" names the program that is to read it, and at most one
 * argument for it.
 *
 *	#! /bin/awk -f      argv: awk-script-caller's argv[0] is replaced by
 *	                    "/bin/awk" "-f" "path of the script", the other arguments follow
 *
 * Idea: everything behind the first blank of the interpreter's name to the end of the line, without
 *   blanks at its ends, is one argument. Only what fits the first 256 bytes counts; a name that
 *   might be cut off there is refused, a cut argument is not.
 * Linux: fs/binfmt_script.c. man 2 execve. Start at: load_script(). Tests: tests/kernel/exec_script.c.
 */
#include "fs/binfmt.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/err.h"
#include "kernel/lib/init.h"
#include "fs/fs.h"
#include "fs/script_line.h"

static int load_script(struct linux_binprm *bprm)
{
	char *name, *arg;
	struct file *file;
	int ret = parse_script_line(bprm->buf, &name, &arg);

	if (ret)
		return ret;
	/* The interpreter could not open it: its path goes with the close-on-exec descriptor. */
	if (bprm->interp_flags & BINPRM_FLAGS_PATH_INACCESSIBLE)
		return -ENOENT;

	/* From back to front: script, argument, interpreter. */
	ret = remove_arg_zero(bprm);
	if (ret)
		return ret;
	ret = copy_string_kernel(bprm->interp, bprm);
	if (ret)
		return ret;
	bprm->argc++;
	if (arg) {
		ret = copy_string_kernel(arg, bprm);
		if (ret)
			return ret;
		bprm->argc++;
	}
	ret = copy_string_kernel(name, bprm);
	if (ret)
		return ret;
	bprm->argc++;
	ret = bprm_change_interp(name, bprm);
	if (ret)
		return ret;

	file = open_exec(name);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	bprm->interpreter = file;
	return 0;
}

static struct linux_binfmt script_format = {
	.load_binary = load_script,
};

static int __init init_script_binfmt(void)
{
	register_binfmt(&script_format);
	return 0;
}
core_initcall(init_script_binfmt);
