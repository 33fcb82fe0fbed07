// SPDX-License-Identifier: GPL-2.0-only
/* Starts RCU's thread: threads are the scheduler's, and locking/ is below it. See locking/rcu.c. */
#include "kernel/lib/init.h"
#include "kernel/lib/err.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/kthread.h"

static int rcu_start_thread(void)
{
	return PTR_ERR_OR_ZERO(kthread_run(rcu_gp_kthread, NULL, "rcu_sched"));
}
core_initcall(rcu_start_thread);
