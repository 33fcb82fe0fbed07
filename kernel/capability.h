/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How capabilities follow user ids and exec, and supplementary groups. For kernel/ only.
 */
#ifndef CONDUIT_CAPABILITY_H
#define CONDUIT_CAPABILITY_H

#include "kernel/uapi/prctl.h"
#include "kernel/lib/types.h"
#include "kernel/sched/cred.h"

struct linux_binprm;

static inline kernel_cap_t cap_mask(int cap)
{
	return 1ull << cap;
}

static inline bool cap_valid(int cap)
{
	return cap >= 0 && cap <= CAP_LAST_CAP;
}

/* After a change of uid, euid and suid / of fsuid: edits new's capabilities. */
void cap_emulate_setxuid(struct cred *new, const struct cred *old);
void cap_emulate_setfsuid(struct cred *new, const struct cred *old);
/* Exec: gives bprm->cred its capabilities and says whether AT_SECURE is to be set. */
void cap_bprm_creds_from_file(struct linux_binprm *bprm);
/* The capability part of prctl(2); -ENOSYS when option is not one of its own. */
long cap_task_prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4,
		    unsigned long arg5);

void get_group_info(struct group_info *info);
void put_group_info(struct group_info *info);

#endif
