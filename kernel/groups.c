/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Supplementary groups: a sorted array that never changes and is shared by reference count.
 *
 * Locking: none (immutable). Sleeps: setgroups() allocates.
 * Linux: kernel/groups.c. man 2 getgroups.
 */
#include "kernel/capability.h"

#include "kernel/lib/sort.h"
#include "kernel/sched/task.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"
#include "kernel/syscall.h"

#define NGROUPS_MAX 65536

void get_group_info(struct group_info *info)
{
	refcount_inc(&info->usage);
}

void put_group_info(struct group_info *info)
{
	if (refcount_dec_and_test(&info->usage))
		kvfree(info);
}

/* Pure: is gid in the sorted array? */
static bool groups_search(const struct group_info *info, gid_t gid)
{
	int left = 0, right = info->ngroups;

	while (left < right) {
		int mid = left + (right - left) / 2;

		if (gid > info->gid[mid])
			left = mid + 1;
		else if (gid < info->gid[mid])
			right = mid;
		else
			return true;
	}
	return false;
}

bool in_group_p(gid_t gid)
{
	const struct cred *cred = current_cred();

	return gid == cred->fsgid || groups_search(cred->group_info, gid);
}

bool in_egroup_p(gid_t gid)
{
	const struct cred *cred = current_cred();

	return gid == cred->egid || groups_search(cred->group_info, gid);
}

static int gid_cmp(const void *a, const void *b)
{
	gid_t x = *(const gid_t *)a, y = *(const gid_t *)b;

	return (x > y) - (x < y);
}

SYSCALL_DEFINE2(getgroups, int, size, gid_t __user *, list)
{
	const struct group_info *info = current_cred()->group_info;

	if (size < 0)
		return -EINVAL;
	if (!size)
		return info->ngroups;
	if (size < info->ngroups)
		return -EINVAL;
	if (copy_to_user(list, info->gid, (size_t)info->ngroups * sizeof(gid_t)))
		return -EFAULT;
	return info->ngroups;
}

SYSCALL_DEFINE2(setgroups, int, size, gid_t __user *, list)
{
	struct group_info *info;
	struct cred *new;
	int i;

	if (!capable(CAP_SETGID))
		return -EPERM;
	if ((unsigned int)size > NGROUPS_MAX)
		return -EINVAL;
	info = kvmalloc(sizeof(*info) + (size_t)size * sizeof(gid_t), GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	refcount_set(&info->usage, 1);
	info->ngroups = size;
	if (copy_from_user(info->gid, list, (size_t)size * sizeof(gid_t))) {
		put_group_info(info);
		return -EFAULT;
	}
	for (i = 0; i < size; i++) {
		if (info->gid[i] == (gid_t)-1) {
			put_group_info(info);
			return -EINVAL;
		}
	}
	sort(info->gid, (size_t)size, sizeof(gid_t), gid_cmp, NULL);

	new = prepare_creds();
	if (!new) {
		put_group_info(info);
		return -ENOMEM;
	}
	put_group_info(new->group_info);
	new->group_info = info;
	return commit_creds(new);
}
