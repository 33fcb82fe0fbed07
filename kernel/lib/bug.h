/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Assertions. ASSERT states a rule of the file it stands in and costs nothing in an optimised
 * build; BUG_ON stays in every build; WARN_ON reports and goes on. A user's mistake is an errno,
 * never one of these.
 */
#ifndef CONDUIT_LIB_BUG_H
#define CONDUIT_LIB_BUG_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/printk.h"

/* Implemented in kernel/panic.c. */
void __noreturn bug_at(const char *file, int line, const char *what);
void warn_at(const char *file, int line, const char *what);

#define BUG() bug_at(__FILE__, __LINE__, "BUG")
#define BUG_ON(cond)                                                                               \
	do {                                                                                       \
		if (unlikely(cond))                                                                \
			bug_at(__FILE__, __LINE__, #cond);                                         \
	} while (0)

#define WARN_ON(cond)                                                                              \
	({                                                                                         \
		bool __warn_cond = !!(cond);                                                       \
		if (unlikely(__warn_cond))                                                         \
			warn_at(__FILE__, __LINE__, #cond);                                        \
		unlikely(__warn_cond);                                                             \
	})

#define WARN_ON_ONCE(cond)                                                                         \
	({                                                                                         \
		static bool __warned;                                                              \
		bool __warn_cond = !!(cond);                                                       \
		if (unlikely(__warn_cond && !__warned)) {                                          \
			__warned = true;                                                           \
			warn_at(__FILE__, __LINE__, #cond);                                        \
		}                                                                                  \
		unlikely(__warn_cond);                                                             \
	})

#ifdef CONFIG_DEBUG
#define ASSERT(cond) BUG_ON(!(cond))
#else
#define ASSERT(cond) ((void)sizeof(!!(cond)))
#endif

#define ASSERT_NOT_REACHED() BUG()

#endif
