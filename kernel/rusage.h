/* SPDX-License-Identifier: GPL-2.0-only */
/* What tasks have used. For kernel/ only. */
#ifndef CONDUIT_RUSAGE_H
#define CONDUIT_RUSAGE_H

#include "kernel/uapi/resource.h"

struct task_struct;

#define RUSAGE_BOTH (-2) /* wait4(): the child and its own children */

void getrusage(struct task_struct *task, int who, struct rusage *r);

#endif
