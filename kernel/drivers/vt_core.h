/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VT100-like screen as a pure state machine: bytes in, an array of characters with colours and a
 * cursor out. vt.c shows it on the VGA; the unit tests look at the array.
 */
#ifndef CONDUIT_DRIVERS_VT_CORE_H
#define CONDUIT_DRIVERS_VT_CORE_H

#include "kernel/lib/bitops.h"
#include "kernel/lib/types.h"

#define VT_COLUMNS    80
#define VT_ROWS       25
#define VT_PARAMETERS 16
#define VT_REPLY_SIZE 64

enum vt_state { VT_PLAIN, VT_ESCAPE, VT_CSI, VT_CHARSET, VT_HASH, VT_STRING, VT_STRING_ESCAPE };

/* What a character looks like: SGR. */
struct vt_attributes {
	u8 foreground, background; /* 0 … 7, ANSI's order */
	bool bold, underline, blink, reverse;
};

struct vt {
	u16 cells[VT_ROWS * VT_COLUMNS]; /* character of code page 437 | VGA attribute << 8 */
	int x, y;                        /* cursor */
	bool wrap_pending; /* a character stands in the last column: the next one wraps first */
	int top, bottom;   /* scroll region: rows top … bottom - 1 */
	struct vt_attributes attr;
	bool autowrap, origin, insert, show_cursor; /* modes */
	bool application_cursor;                    /* arrow keys send ESC O x */
	bool graphics;                              /* G0 is line drawing */
	DECLARE_BITMAP(tabs, VT_COLUMNS);

	struct {
		int x, y;
		struct vt_attributes attr;
		bool graphics;
	} saved; /* ESC 7 */

	enum vt_state state;
	int parameters[VT_PARAMETERS];
	int count;     /* of parameters */
	char private;  /* '?' or '>' behind ESC [ */
	u32 utf8;      /* character being put together */
	int utf8_left; /* bytes to come */

	int dirty_first, dirty_last; /* rows changed since the driver looked; first > last: none */
	bool bell;
	size_t reply_length; /* the terminal's answers, to be taken as input */
	char reply[VT_REPLY_SIZE];
};

void vt_reset(struct vt *vt);
void vt_write(struct vt *vt, const u8 *buf, size_t count);

#endif
