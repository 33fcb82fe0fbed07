// SPDX-License-Identifier: GPL-2.0-only
/* Scan codes to characters. links: kernel/drivers/keymap.c */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include "kernel/drivers/keymap.h"

static struct keyboard kbd;

/* What a row of scan codes gives; a press is followed by its release where r is set. */
static const char *press(const char *codes, size_t n)
{
	static char text[64];
	char out[KEYMAP_MAX];
	size_t length = 0;

	for (size_t i = 0; i < n; i++) {
		size_t got = keyboard_scancode(&kbd, (u8)codes[i], out);

		assert(got <= KEYMAP_MAX);
		memcpy(text + length, out, got);
		length += got;
	}
	text[length] = 0;
	return text;
}

#define KEYS(codes, want) assert(!strcmp(press(codes, sizeof(codes) - 1), want))

int main(void)
{
	KEYS("\x23\xa3\x17\x97", "hi");
	KEYS("\x2a\x23\xa3\xaa\x17", "Hi");          /* shift */
	KEYS("\x36\x02\x82\xb6\x02", "!1");          /* right shift, a digit */
	KEYS("\x3a\xba\x1e\x02\x3a\xba\x1e", "A1a"); /* caps lock: letters only */
	KEYS("\x1d\x2e\xae\x9d\x2e", "\003c");       /* control */
	KEYS("\xe0\x1d\x2c\xac\xe0\x9d", "\032");    /* right control */
	KEYS("\x38\x30\xb8", "\033b");               /* alt */
	KEYS("\x0e\x1c\x0f\x01", "\177\r\t\033");
	KEYS("\xe0\x48\xe0\xc8\xe0\x4b\xe0\x53", "\033[A\033[D\033[3~");
	KEYS("\x3b\x3f\x44\x57\x58", "\033[[A\033[[E\033[21~\033[23~\033[24~");
	KEYS("\xe0\x2a\xe0\x48\xe0\xc8\xe0\xaa", "\033[A"); /* a false shift around it */
	KEYS("\x47", "\033[1~");
	KEYS("\x45\xc5\x47\x53\xe0\x47", "7.\033[1~"); /* num lock */
	KEYS("\xe0\x35\xe0\x1c", "/\r");
	KEYS("\xe1\x1d\x45\xe1\x9d\xc5\x1e", "a"); /* pause */
	kbd.application_cursor = true;
	KEYS("\xe0\x50\xe0\x47", "\033OB\033[1~");
	KEYS("\x1d\x38\xe0\x53\xd3\xb8\x9d", "");
	assert(kbd.secure_attention);
	for (int i = 0; i < 100000; i++) {
		char out[KEYMAP_MAX];

		assert(keyboard_scancode(&kbd, (u8)(i * 7919 >> 3), out) <= KEYMAP_MAX);
	}
	puts("ok keymap");
	return 0;
}
