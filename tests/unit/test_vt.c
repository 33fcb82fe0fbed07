// SPDX-License-Identifier: GPL-2.0-only
/* The screen: text, cursor, escape sequences, answers. links: kernel/drivers/vt_core.c */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/drivers/vt_core.h"

static struct vt vt;

static void put(const char *text)
{
	vt_write(&vt, (const u8 *)text, strlen(text));
}

/* Row y without spaces at the end. */
static const char *line(int y)
{
	static char text[VT_COLUMNS + 1];
	int n = VT_COLUMNS;

	for (int x = 0; x < VT_COLUMNS; x++)
		text[x] = vt.cells[y * VT_COLUMNS + x];
	while (n && text[n - 1] == ' ')
		n--;
	text[n] = 0;
	return text;
}

static int attribute(int x, int y)
{
	return vt.cells[y * VT_COLUMNS + x] >> 8;
}

static void text_wraps_and_scrolls(void)
{
	vt_reset(&vt);
	put("hello\r\nworld\tx\by");
	assert(!strcmp(line(0), "hello") && !strcmp(line(1), "world   y"));
	vt_reset(&vt);
	for (int i = 0; i < 80; i++)
		put("a");
	assert(vt.y == 0 && vt.x == 79); /* the wrap waits for the next character */
	put("b");
	assert(vt.y == 1 && vt.x == 1 && !strcmp(line(1), "b"));
	put("\033[25;1H\nlast");
	assert(!strcmp(line(24), "last") && !strcmp(line(0), "b"));
}

static void sequences_move_and_erase(void)
{
	vt_reset(&vt);
	put("\033[5;10Habc\033[2Dx\033[A\033[3Cy\033[Hz");
	assert(!strcmp(line(4), "         axc") && !strcmp(line(3), "              y"));
	assert(line(0)[0] == 'z');
	put("\033[5;11H\033[K");
	assert(!strcmp(line(4), "         a"));
	put("\033[2J");
	assert(!*line(0) && !*line(4));
	put("\033[999;999H");
	assert(vt.x == 79 && vt.y == 24);
	put("\033[Habcdef\033[1;3H\033[2P\033[1@_");
	assert(!strcmp(line(0), "ab_ef"));
	put("\033[1;2H\033[2X");
	assert(!strcmp(line(0), "a  ef"));
	put("\0337\033[10;10H\0338!");
	assert(!strcmp(line(0), "a! ef"));
}

static void a_region_scrolls_alone(void)
{
	vt_reset(&vt);
	for (int i = 0; i < 5; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%srow%d", i ? "\r\n" : "", i);
		put(text);
	}
	put("\033[2;4r\033[4;1H\n");
	assert(!strcmp(line(0), "row0") && !strcmp(line(1), "row2") && !*line(3));
	assert(!strcmp(line(4), "row4"));
	put("\033[2;1H\033M");
	assert(!*line(1) && !strcmp(line(2), "row2"));
	put("\033[2;1H\033[M\033[L");
	assert(!strcmp(line(0), "row0") && !*line(1) && !strcmp(line(2), "row2"));
}

static void colours_and_modes(void)
{
	vt_reset(&vt);
	put("\033[1;31;44ma\033[7mb\033[0mc\033[38;5;200md");
	assert(attribute(0, 0) == 0x1c && attribute(1, 0) == 0x49 && attribute(2, 0) == 7);
	assert(attribute(3, 0) == 7);
	put("\033[?25l\033[?1h");
	assert(!vt.show_cursor && vt.application_cursor);
	put("\033[?25h\033[4h\rX\033[4l");
	assert(vt.show_cursor && !strcmp(line(0), "Xabcd"));
	put("\033(0q\033(B\303\244\342\224\200");
	assert((u8)line(0)[1] == 0xc4 && (u8)line(0)[2] == 0x84 && (u8)line(0)[3] == 0xc4);
	put("\r\303x");
	assert(line(0)[0] == '?' && line(0)[1] == 'x');
}

static void questions_are_answered(void)
{
	vt_reset(&vt);
	put("\033[3;7H\033[6n\033[5n\033[c");
	assert(vt.reply_length == 15 && !memcmp(vt.reply, "\033[3;7R\033[0n\033[?6c", 15));
	/* Titles are swallowed. */
	put("\r\033]0;title\007ok\033]2;t\033\\!");
	assert(!strcmp(line(2), "ok!"));
}

static void garbage_does_no_harm(void)
{
	for (int i = 0; i < 3000000; i++) {
		static const char often[] = "\033[;0123456789?HJKLMPrmABCDfn@X\n\b\t";
		u8 c = rand() % 3 ? (u8)often[rand() % (sizeof(often) - 1)] : (u8)rand();

		vt_write(&vt, &c, 1);
		assert(vt.x >= 0 && vt.x < VT_COLUMNS && vt.y >= 0 && vt.y < VT_ROWS);
		assert(vt.top >= 0 && vt.top < vt.bottom && vt.bottom <= VT_ROWS);
		assert(vt.reply_length <= VT_REPLY_SIZE);
		vt.reply_length = 0;
	}
}

int main(void)
{
	text_wraps_and_scrolls();
	sequences_move_and_erase();
	a_region_scrolls_alone();
	colours_and_modes();
	questions_are_answered();
	garbage_does_no_harm();
	puts("ok vt");
	return 0;
}
