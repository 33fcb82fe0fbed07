/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of the machine's run. For kernel/ only. */
#ifndef CONDUIT_REBOOT_H
#define CONDUIT_REBOOT_H

#include "kernel/lib/compiler.h"

/* What QEMU's isa-debug-exit device is given: tools/vm turns it into an exit status. */
#define EXIT_PASS 0x10
#define EXIT_FAIL 0x11 /* switched off, but memory was leaked */

void __noreturn kernel_power_off(void);

#endif
