// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/sysvipc/{sem,msg,shm}: one line for each object, for ipcs(1) of old and for people.
 *
 * Idea: one iterator for all three kinds. Position 0 is the header, position n the object with the
 *   lowest index that is at least n - 1.
 * Rules: 1. The file shows the namespace that it was opened in, and holds a reference to it. 2. It
 *   shows every object, whatever its permissions say.
 * Locking: from start to stop the kind's rwsem is held for reading, and the object being shown is
 *   locked inside rcu_read_lock().
 * Linux: the second half of ipc/util.c. Start at: sysvipc_find_ipc. Tests: tests/ipc/ipc_proc.c.
 */
#include "ipc/util.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/init.h"
#include "fs/fs.h"
#include "fs/proc/proc.h"
#include "fs/seq_file.h"

/* [I] */
struct ipc_proc_iface {
	const char *path, *header;
	int ids; /* IPC_SEM_IDS … */
	int (*show)(struct seq_file *m, void *v);
};

/* One open file. [I] */
struct ipc_proc_iter {
	struct ipc_namespace *ns;
	const struct ipc_proc_iface *iface;
};

struct ipc_namespace *ipc_seq_namespace(struct seq_file *m)
{
	struct ipc_proc_iter *iter = m->private;

	return iter->ns;
}

/* The object at or after *pos, locked inside rcu_read_lock(), with *pos set to it; or NULL. */
static struct kern_ipc_perm *sysvipc_find_ipc(struct ipc_ids *ids, loff_t *pos)
{
	struct kern_ipc_perm *perm;
	int idx;

	if (*pos <= 0 || *pos > IPCMNI)
		return NULL;
	idx = (int)(*pos - 1);
	perm = idr_get_next(&ids->ipcs_idr, &idx);
	if (!perm)
		return NULL;
	*pos = idx + 1;
	rcu_read_lock();
	ipc_lock_object(perm);
	return perm;
}

static struct ipc_ids *iter_ids(struct seq_file *m)
{
	struct ipc_proc_iter *iter = m->private;

	return &iter->ns->ids[iter->iface->ids];
}

static void *sysvipc_proc_start(struct seq_file *m, loff_t *pos)
{
	down_read(&iter_ids(m)->rwsem);
	if (*pos == 0)
		return SEQ_START_TOKEN;
	return sysvipc_find_ipc(iter_ids(m), pos);
}

static void *sysvipc_proc_next(struct seq_file *m, void *v, loff_t *pos)
{
	if (v && v != SEQ_START_TOKEN)
		ipc_unlock(v);
	++*pos;
	return sysvipc_find_ipc(iter_ids(m), pos);
}

static void sysvipc_proc_stop(struct seq_file *m, void *v)
{
	if (v && v != SEQ_START_TOKEN)
		ipc_unlock(v);
	up_read(&iter_ids(m)->rwsem);
}

static int sysvipc_proc_show(struct seq_file *m, void *v)
{
	struct ipc_proc_iter *iter = m->private;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, iter->iface->header);
		return 0;
	}
	return iter->iface->show(m, v);
}

static const struct seq_operations sysvipc_proc_seqops = {
	.start = sysvipc_proc_start,
	.next = sysvipc_proc_next,
	.stop = sysvipc_proc_stop,
	.show = sysvipc_proc_show,
};

static int sysvipc_proc_open(struct inode *inode, struct file *file)
{
	struct ipc_proc_iter *iter = __seq_open_private(file, &sysvipc_proc_seqops,
							sizeof(struct ipc_proc_iter));

	if (!iter)
		return -ENOMEM;
	iter->iface = pde_data(inode);
	iter->ns = get_ipc_ns(current->nsproxy->ipc_ns);
	return 0;
}

static int sysvipc_proc_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;
	struct ipc_proc_iter *iter = m->private;

	put_ipc_ns(iter->ns);
	return seq_release_private(inode, file);
}

static const struct file_operations sysvipc_proc_fops = {
	.open = sysvipc_proc_open,
	.read = seq_read,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.llseek = seq_lseek,
	.release = sysvipc_proc_release,
};

void ipc_init_proc_interface(const char *path, const char *header, int ids,
			     int (*show)(struct seq_file *m, void *v))
{
	static struct ipc_proc_iface ifaces[3];
	struct ipc_proc_iface *iface = &ifaces[ids];
	struct proc_dir_entry *dir = proc_mkdir("sysvipc", NULL);

	*iface = (struct ipc_proc_iface){ path, header, ids, show };
	WARN_ON_ONCE(!dir || !proc_create_data(path, 0444, dir, &sysvipc_proc_fops, iface));
}
