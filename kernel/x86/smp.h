/* SPDX-License-Identifier: GPL-2.0-only */
/* Interrupts from one CPU to another. One CPU runs until it starts the others (issue 3). */
#ifndef CONDUIT_X86_SMP_H
#define CONDUIT_X86_SMP_H

/* Makes another CPU look at its run queue. */
void smp_send_reschedule(int cpu);

#endif
