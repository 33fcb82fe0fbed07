// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lines of /proc/<pid>/mounts and mountinfo.
 *
 * Rule: characters that would break a line into other fields are written as octal numbers.
 * Locking: the callers hold namespace_sem for reading. Linux: fs/proc_namespace.c.
 */
#include "fs/dcache.h"
#include "fs/mount.h"
#include "fs/namei.h"
#include "fs/seq_file.h"
#include "kernel/lib/err.h"
#include "mm/slab.h"

static void show_mnt_opts(struct seq_file *m, const struct vfsmount *mnt)
{
	static const struct {
		int flag;
		const char *text;
	} options[] = {
		{ MNT_NOSUID, ",nosuid" },           { MNT_NODEV, ",nodev" },
		{ MNT_NOEXEC, ",noexec" },           { MNT_NOATIME, ",noatime" },
		{ MNT_NODIRATIME, ",nodiratime" },   { MNT_RELATIME, ",relatime" },
		{ MNT_NOSYMFOLLOW, ",nosymfollow" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(options); i++) {
		if (mnt->mnt_flags & options[i].flag)
			seq_puts(m, options[i].text);
	}
}

/* The mount point as the caller sees it; false when it is not below the caller's root. */
static bool show_mountpoint(struct seq_file *m, struct vfsmount *mnt)
{
	struct path path = { mnt, mnt->mnt_root };
	char *page = kmalloc(PATH_MAX, GFP_KERNEL);
	char *text = page ? d_path(&path, page, PATH_MAX) : ERR_PTR(-ENOMEM);
	bool ok = !IS_ERR(text);

	if (ok)
		seq_escape(m, text, " \t\n\\");
	kfree(page);
	return ok;
}

int show_vfsmnt(struct seq_file *m, struct vfsmount *mnt)
{
	seq_escape(m, real_mount(mnt)->mnt_devname, " \t\n\\#");
	seq_putc(m, ' ');
	show_mountpoint(m, mnt);
	seq_printf(m, " %s %s", mnt->mnt_sb->s_type->name, __mnt_is_readonly(mnt) ? "ro" : "rw");
	if (mnt->mnt_sb->s_flags & SB_SYNCHRONOUS)
		seq_puts(m, ",sync");
	show_mnt_opts(m, mnt);
	if (mnt->mnt_sb->s_op->show_options)
		mnt->mnt_sb->s_op->show_options(m, mnt->mnt_root);
	seq_puts(m, " 0 0\n");
	return 0;
}

int show_mountinfo(struct seq_file *m, struct vfsmount *mnt)
{
	struct super_block *sb = mnt->mnt_sb;
	struct mount *r = real_mount(mnt);
	char *page = kmalloc(PATH_MAX, GFP_KERNEL);
	char *root = page ? dentry_path_raw(mnt->mnt_root, page, PATH_MAX) : ERR_PTR(-ENOMEM);

	seq_printf(m, "%i %i %u:%u ", r->mnt_id, r->mnt_parent->mnt_id, MAJOR(sb->s_dev),
		   MINOR(sb->s_dev));
	seq_escape(m, IS_ERR(root) ? "/" : root, " \t\n\\");
	kfree(page);
	seq_putc(m, ' ');
	show_mountpoint(m, mnt);
	seq_puts(m, (mnt->mnt_flags & MNT_READONLY) ? " ro" : " rw");
	show_mnt_opts(m, mnt);
	seq_printf(m, " - %s ", sb->s_type->name);
	seq_escape(m, r->mnt_devname, " \t\n\\#");
	seq_puts(m, (sb->s_flags & SB_RDONLY) ? " ro" : " rw");
	if (sb->s_flags & SB_SYNCHRONOUS)
		seq_puts(m, ",sync");
	if (sb->s_op->show_options)
		sb->s_op->show_options(m, mnt->mnt_root);
	seq_putc(m, '\n');
	return 0;
}
