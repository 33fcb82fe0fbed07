// SPDX-License-Identifier: GPL-2.0-only
/*
 * Character devices: from the number in an inode to the driver's operations.
 *
 * Idea: drivers register ranges of numbers, early and for ever. The first open of an inode finds the
 * range and remembers it in i_cdev; every open then puts the driver's operations into the file.
 * Locking: chrdevs_lock for the list, which only grows. Linux: fs/char_dev.c. Start at: chrdev_open.
 */
#include "fs/fs.h"
#include "fs/internal.h"
#include "fs/seq_file.h"
#include "kernel/lib/list.h"
#include "mm/slab.h"

struct char_device {
	struct list_head list;
	unsigned int major, first_minor, count;
	const char *name;
	const struct file_operations *fops;
};

static LIST_HEAD(chrdevs);
static DEFINE_SPINLOCK(chrdevs_lock);

int register_chrdev_region_fops(unsigned int major, unsigned int first_minor, unsigned int count,
				const char *name, const struct file_operations *fops)
{
	struct char_device *cdev = kmalloc(sizeof(*cdev), GFP_KERNEL), *p;
	int error = 0;

	if (!cdev)
		return -ENOMEM;
	*cdev = (struct char_device){
		.major = major,
		.first_minor = first_minor,
		.count = count,
		.name = name,
		.fops = fops,
	};
	spin_lock(&chrdevs_lock);
	list_for_each_entry (p, &chrdevs, list) {
		if (p->major == major && first_minor < p->first_minor + p->count &&
		    p->first_minor < first_minor + count)
			error = -EBUSY;
	}
	if (!error)
		list_add_tail(&cdev->list, &chrdevs);
	spin_unlock(&chrdevs_lock);
	if (error)
		kfree(cdev);
	return error;
}

static const struct char_device *chrdev_find(dev_t dev)
{
	const struct char_device *p, *found = NULL;

	spin_lock(&chrdevs_lock);
	list_for_each_entry (p, &chrdevs, list) {
		if (p->major == MAJOR(dev) && MINOR(dev) - p->first_minor < p->count) {
			found = p;
			break;
		}
	}
	spin_unlock(&chrdevs_lock);
	return found;
}

static int chrdev_open(struct inode *inode, struct file *file)
{
	const struct char_device *cdev = READ_ONCE(inode->i_cdev);

	if (!cdev) {
		cdev = chrdev_find(inode->i_rdev);
		if (!cdev)
			return -ENXIO;
		WRITE_ONCE(inode->i_cdev, cdev);
	}
	file->f_op = cdev->fops;
	return cdev->fops->open ? cdev->fops->open(inode, file) : 0;
}

const struct file_operations def_chr_fops = {
	.open = chrdev_open,
	.llseek = noop_llseek,
};

/* The first half of /proc/devices: each major once. */
int chrdevs_show(struct seq_file *m)
{
	const struct char_device *p, *q;

	seq_puts(m, "Character devices:\n");
	spin_lock(&chrdevs_lock);
	list_for_each_entry (p, &chrdevs, list) {
		bool first = true;

		list_for_each_entry (q, &chrdevs, list) {
			if (q == p)
				break;
			if (q->major == p->major)
				first = false;
		}
		if (first)
			seq_printf(m, "%3d %s\n", p->major, p->name);
	}
	spin_unlock(&chrdevs_lock);
	return 0;
}
