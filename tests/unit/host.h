/* SPDX-License-Identifier: GPL-2.0-only */
/* What the unit tests can ask of host.c. */
#ifndef CONDUIT_TESTS_UNIT_HOST_H
#define CONDUIT_TESTS_UNIT_HOST_H

/* Allocations not yet freed. */
extern long host_allocations;
/* So many more allocations succeed; -1: all. */
extern long host_fail_after;

/* Not 0: RCU callbacks wait for host_run_rcu(), for readers beside changes. */
extern int host_defer_rcu;
void host_run_rcu(void);

#endif
