/* SPDX-License-Identifier: GPL-2.0-only */
/* The screen, as the keyboard sees it. */
#ifndef CONDUIT_DRIVERS_VT_H
#define CONDUIT_DRIVERS_VT_H

#include "kernel/lib/types.h"

/* Input for tty1. Any context. */
void vt_key(const char *text, size_t count);
/* Arrow keys are to send ESC O x. */
bool vt_application_cursor(void);

#endif
