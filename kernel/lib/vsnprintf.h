/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Formatted text. As C's, with the kernel's additions: %p prints plain hexadecimal, %ps and %pS
 * the name of the function at that address (without and with offset). No floating point.
 * Linux: lib/vsprintf.c.
 */
#ifndef CONDUIT_LIB_VSNPRINTF_H
#define CONDUIT_LIB_VSNPRINTF_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

#ifdef CONDUIT_HOST /* the host's own are there too */
#define vsnprintf conduit_vsnprintf
#define snprintf  conduit_snprintf
#define vsprintf  conduit_vsprintf
#define sprintf   conduit_sprintf
#endif

/* The length of the whole text, also when only size - 1 bytes of it and a 0 fit. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
/* The length of what was stored. */
int vscnprintf(char *buf, size_t size, const char *fmt, va_list args) __printf(3, 0);
int scnprintf(char *buf, size_t size, const char *fmt, ...) __printf(3, 4);
int sprintf(char *buf, const char *fmt, ...) __printf(2, 3);
int vsprintf(char *buf, const char *fmt, va_list args) __printf(2, 0);

/*
 * Writes "name+0x12/0x80" (or "name") of the code address; returns the length or 0 when unknown.
 * Implemented in kernel/x86/ (the symbol table); NULL on the host.
 */
int sprint_symbol(char *buf, size_t size, unsigned long address, bool with_offset) __weak;

#endif
