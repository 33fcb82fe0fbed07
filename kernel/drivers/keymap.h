/* SPDX-License-Identifier: GPL-2.0-only */
/* From scan codes (set 1) of a US keyboard to what a terminal's user types. Pure. */
#ifndef CONDUIT_DRIVERS_KEYMAP_H
#define CONDUIT_DRIVERS_KEYMAP_H

#include "kernel/lib/types.h"

#define KEYMAP_MAX 8 /* bytes that one key press can give */

struct keyboard {
	bool left_shift, right_shift, left_ctrl, right_ctrl, left_alt, right_alt;
	bool caps_lock, num_lock;
	bool prefix;             /* 0xe0 has come */
	int pause_left;          /* bytes of the Pause key still to swallow */
	bool application_cursor; /* set by the screen: arrows are ESC O x */
	bool secure_attention;   /* Ctrl-Alt-Del was pressed: the caller clears it */
};

/* Takes one scan code; fills out and returns how many bytes it gives. */
size_t keyboard_scancode(struct keyboard *kbd, u8 code, char out[KEYMAP_MAX]);

#endif
