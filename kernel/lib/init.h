/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Initcalls: a subsystem names its start-up function here and main.c runs them in the order of
 * their levels, so that main.c need not know every driver. Within a level the link order counts.
 */
#ifndef CONDUIT_LIB_INIT_H
#define CONDUIT_LIB_INIT_H

#include "kernel/lib/compiler.h"

/* Returns 0 or -errno, which is logged. */
typedef int (*initcall_t)(void);

#define __define_initcall(level, fn)                                                               \
	static const initcall_t __initcall_##fn __used __section(".initcall" #level) = (fn)

#define core_initcall(fn)   __define_initcall(1, fn)
#define subsys_initcall(fn) __define_initcall(2, fn)
#define fs_initcall(fn)     __define_initcall(3, fn)
#define device_initcall(fn) __define_initcall(4, fn)
#define late_initcall(fn)   __define_initcall(5, fn)

#endif
