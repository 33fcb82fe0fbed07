// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/<pid>/maps and smaps: the areas of an address space, one record each.
 *
 * Idea: the index of a record is the address where its area starts, so that a reader who comes back
 * goes on behind the last area shown although others came and went meanwhile.
 * Rules: a file shows the address space that the process had at open(); after its end, nothing.
 * Locking: mm->mmap_lock for reading, between start() and stop().
 * Linux: fs/proc/task_mmu.c. Left out of smaps: per-page shares (Pss is Rss). Start at: show_map_vma.
 */
#include "fs/proc/internal.h"

#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "mm/mm.h"
#include "fs/libfs.h"

#define END_OF_MAPS ((loff_t)-1)

struct proc_maps_private {
	struct mm_struct *mm; /* [I] grabbed; NULL for kernel threads */
};

static void *m_start(struct seq_file *m, loff_t *pos)
{
	struct proc_maps_private *priv = m->private;
	struct mm_struct *mm = priv->mm;
	struct vm_area_struct *vma;

	if (*pos == END_OF_MAPS || !mm || !mmget_not_zero(mm))
		return NULL;
	if (mmap_read_lock_killable(mm)) {
		mmput(mm);
		return ERR_PTR(-EINTR);
	}
	vma = find_vma(mm, (unsigned long)*pos);
	if (!vma) {
		mmap_read_unlock(mm);
		mmput(mm);
	}
	return vma;
}

static void *m_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct vm_area_struct *vma = ((struct vm_area_struct *)v)->vm_next;

	if (vma) {
		*pos = (loff_t)vma->vm_start;
	} else {
		struct proc_maps_private *priv = m->private;

		*pos = END_OF_MAPS;
		mmap_read_unlock(priv->mm);
		mmput(priv->mm);
	}
	return vma;
}

/* Wherever start() or next() answered with an area, its lock is still held. */
static void m_stop(struct seq_file *m, void *v)
{
	struct proc_maps_private *priv = m->private;

	if (IS_ERR_OR_NULL(v))
		return;
	mmap_read_unlock(priv->mm);
	mmput(priv->mm);
}

static void show_map_vma(struct seq_file *m, struct vm_area_struct *vma)
{
	const char *name = NULL;
	unsigned long ino = 0, pgoff = 0, flags = vma->vm_flags;
	dev_t dev = 0;

	if (vma->vm_file) {
		const struct inode *inode = file_inode(vma->vm_file);

		dev = inode->i_sb->s_dev;
		ino = inode->i_ino;
		pgoff = vma->vm_pgoff << PAGE_SHIFT;
	}
	seq_setwidth(m, 25 + sizeof(void *) * 6 - 1);
	seq_put_hex_ll(m, "", vma->vm_start, 8);
	seq_put_hex_ll(m, "-", vma->vm_end, 8);
	seq_putc(m, ' ');
	seq_putc(m, flags & VM_READ ? 'r' : '-');
	seq_putc(m, flags & VM_WRITE ? 'w' : '-');
	seq_putc(m, flags & VM_EXEC ? 'x' : '-');
	seq_putc(m, flags & VM_MAYSHARE ? 's' : 'p');
	seq_put_hex_ll(m, " ", pgoff, 8);
	seq_put_hex_ll(m, " ", MAJOR(dev), 2);
	seq_put_hex_ll(m, ":", MINOR(dev), 2);
	seq_put_decimal_ull(m, " ", ino);
	seq_putc(m, ' ');
	if (vma->vm_ops && vma->vm_ops->name)
		name = vma->vm_ops->name(vma);
	if (!name && vma->vm_file) {
		seq_pad(m, ' ');
		seq_path(m, &vma->vm_file->f_path, "\n");
	} else {
		if (!name && vma->vm_mm && vma_is_initial_heap(vma))
			name = "[heap]";
		else if (!name && vma->vm_mm && vma_is_initial_stack(vma))
			name = "[stack]";
		if (name) {
			seq_pad(m, ' ');
			seq_puts(m, name);
		}
	}
	seq_putc(m, '\n');
}

static int show_map(struct seq_file *m, void *v)
{
	show_map_vma(m, v);
	return 0;
}

static int show_smap(struct seq_file *m, void *v)
{
	struct vm_area_struct *vma = v;
	unsigned long rss = vma_rss(vma) << (PAGE_SHIFT - 10);
	unsigned long locked = vma->vm_flags & VM_LOCKED ? rss : 0;

	show_map_vma(m, vma);
	seq_printf(m, "Size:           %8lu kB\nKernelPageSize: %8u kB\nMMUPageSize:    %8u kB\n",
		   (vma->vm_end - vma->vm_start) >> 10, 4, 4);
	seq_printf(m, "Rss:            %8lu kB\nPss:            %8lu kB\nSwap:           %8u kB\n",
		   rss, rss, 0);
	seq_printf(m, "Locked:         %8lu kB\nVmFlags:", locked);
	for (int i = 0; i < 14; i++) {
		static const struct {
			unsigned long flag;
			char name[3];
		} names[14] = {
			{ VM_READ, "rd" },    { VM_WRITE, "wr" },     { VM_EXEC, "ex" },
			{ VM_SHARED, "sh" },  { VM_MAYREAD, "mr" },   { VM_MAYWRITE, "mw" },
			{ VM_MAYEXEC, "me" }, { VM_MAYSHARE, "ms" },  { VM_GROWSDOWN, "gd" },
			{ VM_LOCKED, "lo" },  { VM_DONTCOPY, "dc" },  { VM_DONTEXPAND, "de" },
			{ VM_ACCOUNT, "ac" }, { VM_NORESERVE, "nr" },
		};

		if (vma->vm_flags & names[i].flag)
			seq_printf(m, " %s", names[i].name);
	}
	seq_puts(m, " \n");
	return 0;
}

static const struct seq_operations proc_pid_maps_op = {
	.start = m_start,
	.next = m_next,
	.stop = m_stop,
	.show = show_map,
};

static const struct seq_operations proc_pid_smaps_op = {
	.start = m_start,
	.next = m_next,
	.stop = m_stop,
	.show = show_smap,
};

static int proc_maps_open(struct inode *inode, struct file *file, const struct seq_operations *op)
{
	struct mm_struct *mm = proc_mm_access(inode);
	struct proc_maps_private *priv;

	if (IS_ERR(mm))
		return PTR_ERR(mm);
	priv = __seq_open_private(file, op, sizeof(*priv));
	if (priv && mm) {
		mmgrab(mm);
		priv->mm = mm;
	}
	if (mm)
		mmput(mm);
	return priv ? 0 : -ENOMEM;
}

static int proc_map_release(struct inode *inode, struct file *file)
{
	struct proc_maps_private *priv = ((struct seq_file *)file->private_data)->private;

	if (priv->mm)
		mmdrop(priv->mm);
	return seq_release_private(inode, file);
}

static int pid_maps_open(struct inode *inode, struct file *file)
{
	return proc_maps_open(inode, file, &proc_pid_maps_op);
}

static int pid_smaps_open(struct inode *inode, struct file *file)
{
	return proc_maps_open(inode, file, &proc_pid_smaps_op);
}

const struct file_operations proc_pid_maps_ops = {
	.open = pid_maps_open,
	.read = seq_read,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.llseek = seq_lseek,
	.release = proc_map_release,
};

const struct file_operations proc_pid_smaps_ops = {
	.open = pid_smaps_open,
	.read = seq_read,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.llseek = seq_lseek,
	.release = proc_map_release,
};
