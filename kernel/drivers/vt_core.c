// SPDX-License-Identifier: GPL-2.0-only
/*
 * The screen of a VT100, with what Linux's console adds and editors use.
 *
 * Idea: each byte goes through a small automaton (state): plain text, ESC x, ESC [ parameters x.
 * Text is UTF-8; characters that code page 437 does not have appear as '?'.
 * Rules: 1. the cursor is always on the screen; 2. text scrolls between top and bottom only;
 * 3. a character in the last column leaves the cursor there, and the next one wraps first.
 * Linux: drivers/tty/vt/vt.c. man 4 console_codes. Tests: tests/unit/test_vt.c.
 * Start at: receive_byte().
 */
#include "kernel/drivers/vt_core.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"

static const struct vt_attributes normal_attributes = { .foreground = 7, .background = 0 };

/* ---- cells ---- */

static u8 vga_attribute(const struct vt_attributes *attr)
{
	/* ANSI counts red 1, blue 4; VGA the other way round. */
	static const u8 vga_color[8] = { 0, 4, 2, 6, 1, 5, 3, 7 };
	u8 fg = vga_color[attr->foreground & 7], bg = vga_color[attr->background & 7];

	if (attr->underline)
		fg = 3;
	if (attr->reverse) {
		u8 saved = fg;

		fg = bg;
		bg = saved;
	}
	return fg | (attr->bold ? 8 : 0) | bg << 4 | (attr->blink ? 0x80 : 0);
}

/* A space in the present background. */
static u16 blank(const struct vt *vt)
{
	struct vt_attributes attr = vt->attr;

	attr.bold = attr.underline = attr.blink = attr.reverse = false;
	return ' ' | vga_attribute(&attr) << 8;
}

static void mark_dirty(struct vt *vt, int first, int last)
{
	if (first < vt->dirty_first)
		vt->dirty_first = first;
	if (last > vt->dirty_last)
		vt->dirty_last = last;
}

/* Cells [from, to) counted from the top left corner. */
static void clear_cells(struct vt *vt, int from, int to)
{
	int i;

	if (from >= to)
		return;
	for (i = from; i < to; i++)
		vt->cells[i] = blank(vt);
	mark_dirty(vt, from / VT_COLUMNS, (to - 1) / VT_COLUMNS);
}

static u16 *row(struct vt *vt, int y)
{
	return vt->cells + y * VT_COLUMNS;
}

/* Rows [top, bottom) move up by n, empty ones come in below. */
static void scroll_up(struct vt *vt, int top, int bottom, int n)
{
	if (n > bottom - top)
		n = bottom - top;
	if (n <= 0)
		return;
	memmove(row(vt, top), row(vt, top + n), (bottom - top - n) * VT_COLUMNS * sizeof(u16));
	clear_cells(vt, (bottom - n) * VT_COLUMNS, bottom * VT_COLUMNS);
	mark_dirty(vt, top, bottom - 1);
}

static void scroll_down(struct vt *vt, int top, int bottom, int n)
{
	if (n > bottom - top)
		n = bottom - top;
	if (n <= 0)
		return;
	memmove(row(vt, top + n), row(vt, top), (bottom - top - n) * VT_COLUMNS * sizeof(u16));
	clear_cells(vt, top * VT_COLUMNS, (top + n) * VT_COLUMNS);
	mark_dirty(vt, top, bottom - 1);
}

/* ---- cursor ---- */

static int limit(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

/* With origin mode rows count from the scroll region's top. */
static void move_to(struct vt *vt, int x, int y)
{
	int top = vt->origin ? vt->top : 0, bottom = vt->origin ? vt->bottom : VT_ROWS;

	vt->x = limit(x, 0, VT_COLUMNS - 1);
	vt->y = limit(y + top, top, bottom - 1);
	vt->wrap_pending = false;
}

/* Moves within the region if the cursor is in it, else within the screen. */
static void move_rows(struct vt *vt, int by)
{
	int top = vt->y >= vt->top ? vt->top : 0;
	int bottom = vt->y < vt->bottom ? vt->bottom : VT_ROWS;

	vt->y = limit(vt->y + by, top, bottom - 1);
	vt->wrap_pending = false;
}

static void move_columns(struct vt *vt, int by)
{
	vt->x = limit(vt->x + by, 0, VT_COLUMNS - 1);
	vt->wrap_pending = false;
}

static void line_feed(struct vt *vt)
{
	if (vt->y == vt->bottom - 1)
		scroll_up(vt, vt->top, vt->bottom, 1);
	else if (vt->y < VT_ROWS - 1)
		vt->y++;
	vt->wrap_pending = false;
}

static void reverse_line_feed(struct vt *vt)
{
	if (vt->y == vt->top)
		scroll_down(vt, vt->top, vt->bottom, 1);
	else if (vt->y > 0)
		vt->y--;
	vt->wrap_pending = false;
}

static void tab(struct vt *vt)
{
	int next = (int)find_next_bit(vt->tabs, VT_COLUMNS, vt->x + 1);

	vt->x = next < VT_COLUMNS ? next : VT_COLUMNS - 1;
	vt->wrap_pending = false;
}

static void save_cursor(struct vt *vt)
{
	vt->saved.x = vt->x;
	vt->saved.y = vt->y;
	vt->saved.attr = vt->attr;
	vt->saved.graphics = vt->graphics;
}

static void restore_cursor(struct vt *vt)
{
	vt->x = vt->saved.x;
	vt->y = vt->saved.y;
	vt->attr = vt->saved.attr;
	vt->graphics = vt->saved.graphics;
	vt->wrap_pending = false;
}

void vt_reset(struct vt *vt)
{
	int i;

	memset(vt, 0, sizeof(*vt));
	vt->attr = normal_attributes;
	vt->bottom = VT_ROWS;
	vt->autowrap = vt->show_cursor = true;
	for (i = 8; i < VT_COLUMNS; i += 8)
		__set_bit(i, vt->tabs);
	save_cursor(vt);
	clear_cells(vt, 0, VT_ROWS * VT_COLUMNS);
	vt->dirty_first = 0;
	vt->dirty_last = VT_ROWS - 1;
}

/* ---- characters ---- */

/* Unicode to code page 437, for frames, blocks and a few letters. */
static u8 to_cp437(u32 c)
{
	static const struct {
		u16 unicode;
		u8 cp437;
	} table[] = {
		{ 0x2500, 0xc4 }, { 0x2502, 0xb3 }, { 0x250c, 0xda }, { 0x2510, 0xbf },
		{ 0x2514, 0xc0 }, { 0x2518, 0xd9 }, { 0x251c, 0xc3 }, { 0x2524, 0xb4 },
		{ 0x252c, 0xc2 }, { 0x2534, 0xc1 }, { 0x253c, 0xc5 }, { 0x2550, 0xcd },
		{ 0x2551, 0xba }, { 0x2554, 0xc9 }, { 0x2557, 0xbb }, { 0x255a, 0xc8 },
		{ 0x255d, 0xbc }, { 0x2588, 0xdb }, { 0x2591, 0xb0 }, { 0x2592, 0xb1 },
		{ 0x2593, 0xb2 }, { 0x25a0, 0xfe }, { 0x00e4, 0x84 }, { 0x00f6, 0x94 },
		{ 0x00fc, 0x81 }, { 0x00c4, 0x8e }, { 0x00d6, 0x99 }, { 0x00dc, 0x9a },
		{ 0x00df, 0xe1 }, { 0x00e9, 0x82 }, { 0x00e8, 0x8a }, { 0x00e0, 0x85 },
		{ 0x00e7, 0x87 }, { 0x00f1, 0xa4 }, { 0x00b0, 0xf8 }, { 0x00b5, 0xe6 },
		{ 0x00b7, 0xfa }, { 0x00bd, 0xab }, { 0x00bc, 0xac }, { 0x00a3, 0x9c },
		{ 0x2018, '\'' }, { 0x2019, '\'' }, { 0x201c, '"' },  { 0x201d, '"' },
		{ 0x2013, '-' },  { 0x2014, '-' },  { 0x2022, 0x07 }, { 0x2190, 0x1b },
		{ 0x2191, 0x18 }, { 0x2192, 0x1a }, { 0x2193, 0x19 }, { 0x00a0, ' ' },
	};
	unsigned int i;

	if (c < 0x80)
		return c;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		if (table[i].unicode == c)
			return table[i].cp437;
	}
	return '?';
}

/* DEC's line drawing characters ` … ~. */
static u8 to_graphics(u8 c)
{
	static const u8 table[] = { 0x04, 0xb1, 9,    12,   13,   10,   0xf8, 0xf1,
				    0xb0, 0xce, 0xd9, 0xbf, 0xda, 0xc0, 0xc5, 0xc4,
				    0xc4, 0xc4, 0xc4, 0xc4, 0xc3, 0xb4, 0xc1, 0xc2,
				    0xb3, 0xf3, 0xf2, 0xe3, 0x9d, 0x9c, 0xfa };

	return c >= '`' && c <= '~' ? table[c - '`'] : c;
}

static void put_char(struct vt *vt, u8 c)
{
	u16 *line;

	if (vt->wrap_pending && vt->autowrap) {
		vt->x = 0;
		line_feed(vt);
	}
	line = row(vt, vt->y);
	if (vt->insert)
		memmove(line + vt->x + 1, line + vt->x, (VT_COLUMNS - vt->x - 1) * sizeof(u16));
	line[vt->x] = (vt->graphics ? to_graphics(c) : c) | vga_attribute(&vt->attr) << 8;
	mark_dirty(vt, vt->y, vt->y);
	if (vt->x == VT_COLUMNS - 1)
		vt->wrap_pending = true;
	else
		vt->x++;
}

/* A byte above 127: part of a UTF-8 character. */
static void receive_utf8(struct vt *vt, u8 c)
{
	if ((c & 0xc0) == 0x80) {
		if (!vt->utf8_left) {
			put_char(vt, '?');
			return;
		}
		vt->utf8 = vt->utf8 << 6 | (c & 0x3f);
		if (!--vt->utf8_left)
			put_char(vt, to_cp437(vt->utf8));
		return;
	}
	if (vt->utf8_left)
		put_char(vt, '?'); /* the one before was not complete */
	vt->utf8_left = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
	vt->utf8 = c & (0x3f >> vt->utf8_left);
}

/* ---- ESC [ … ---- */

static int parameter(const struct vt *vt, int i, int missing)
{
	return i < vt->count && vt->parameters[i] ? vt->parameters[i] : missing;
}

static void reply(struct vt *vt, const char *text)
{
	size_t n = strlen(text);

	if (vt->reply_length + n <= VT_REPLY_SIZE) {
		memcpy(vt->reply + vt->reply_length, text, n);
		vt->reply_length += n;
	}
}

/* ESC [ … m: colours and so on. */
static void select_graphic_rendition(struct vt *vt)
{
	struct vt_attributes *attr = &vt->attr;
	int i;

	if (!vt->count)
		vt->count = 1;
	for (i = 0; i < vt->count; i++) {
		int p = vt->parameters[i];

		switch (p) {
		case 0:
			*attr = normal_attributes;
			break;
		case 1:
			attr->bold = true;
			break;
		case 4:
			attr->underline = true;
			break;
		case 5:
			attr->blink = true;
			break;
		case 7:
			attr->reverse = true;
			break;
		case 2:
		case 21:
		case 22:
			attr->bold = false;
			break;
		case 24:
			attr->underline = false;
			break;
		case 25:
			attr->blink = false;
			break;
		case 27:
			attr->reverse = false;
			break;
		case 38:
		case 48: /* 256 colours, or RGB: stepped over */
			i += parameter(vt, i + 1, 0) == 5 ? 2 :
			     parameter(vt, i + 1, 0) == 2 ? 4 :
							    0;
			break;
		case 39:
			attr->foreground = 7;
			break;
		case 49:
			attr->background = 0;
			break;
		default:
			if (p >= 30 && p <= 37)
				attr->foreground = p - 30;
			else if (p >= 40 && p <= 47)
				attr->background = p - 40;
			else if (p >= 90 && p <= 97) {
				attr->foreground = p - 90;
				attr->bold = true;
			} else if (p >= 100 && p <= 107) {
				attr->background = p - 100;
			}
		}
	}
}

static void erase_in_display(struct vt *vt)
{
	int cursor = vt->y * VT_COLUMNS + vt->x;

	switch (parameter(vt, 0, 0)) {
	case 0:
		clear_cells(vt, cursor, VT_ROWS * VT_COLUMNS);
		break;
	case 1:
		clear_cells(vt, 0, cursor + 1);
		break;
	case 2:
	case 3:
		clear_cells(vt, 0, VT_ROWS * VT_COLUMNS);
	}
	vt->wrap_pending = false;
}

static void erase_in_line(struct vt *vt)
{
	int start = vt->y * VT_COLUMNS;

	switch (parameter(vt, 0, 0)) {
	case 0:
		clear_cells(vt, start + vt->x, start + VT_COLUMNS);
		break;
	case 1:
		clear_cells(vt, start, start + vt->x + 1);
		break;
	case 2:
		clear_cells(vt, start, start + VT_COLUMNS);
	}
	vt->wrap_pending = false;
}

static void insert_chars(struct vt *vt, int n)
{
	u16 *line = row(vt, vt->y);

	n = limit(n, 1, VT_COLUMNS - vt->x);
	memmove(line + vt->x + n, line + vt->x, (VT_COLUMNS - vt->x - n) * sizeof(u16));
	clear_cells(vt, vt->y * VT_COLUMNS + vt->x, vt->y * VT_COLUMNS + vt->x + n);
}

static void delete_chars(struct vt *vt, int n)
{
	u16 *line = row(vt, vt->y);

	n = limit(n, 1, VT_COLUMNS - vt->x);
	memmove(line + vt->x, line + vt->x + n, (VT_COLUMNS - vt->x - n) * sizeof(u16));
	clear_cells(vt, (vt->y + 1) * VT_COLUMNS - n, (vt->y + 1) * VT_COLUMNS);
}

static void set_modes(struct vt *vt, bool on)
{
	int i;

	for (i = 0; i < vt->count; i++) {
		switch (vt->parameters[i] + (vt->private == '?' ? 1000 : 0)) {
		case 4:
			vt->insert = on;
			break;
		case 1001:
			vt->application_cursor = on;
			break;
		case 1006:
			vt->origin = on;
			move_to(vt, 0, 0);
			break;
		case 1007:
			vt->autowrap = on;
			break;
		case 1025:
			vt->show_cursor = on;
		}
	}
}

static void set_scroll_region(struct vt *vt)
{
	int top = parameter(vt, 0, 1), bottom = parameter(vt, 1, VT_ROWS);

	if (top < bottom && bottom <= VT_ROWS) {
		vt->top = top - 1;
		vt->bottom = bottom;
		move_to(vt, 0, 0);
	}
}

static void report_status(struct vt *vt)
{
	char text[24];

	if (parameter(vt, 0, 0) == 5) {
		reply(vt, "\033[0n");
	} else if (parameter(vt, 0, 0) == 6) {
		snprintf(text, sizeof(text), "\033[%d;%dR", vt->y + 1 - (vt->origin ? vt->top : 0),
			 vt->x + 1);
		reply(vt, text);
	}
}

/* Sequences with '?' or '>' behind the '['. */
static void do_private_csi(struct vt *vt, u8 c)
{
	if (vt->private == '?' && (c == 'h' || c == 'l'))
		set_modes(vt, c == 'h');
}

static void do_csi(struct vt *vt, u8 c)
{
	int n = parameter(vt, 0, 1);

	switch (c) {
	case '@':
		insert_chars(vt, n);
		break;
	case 'A':
		move_rows(vt, -n);
		break;
	case 'B':
	case 'e':
		move_rows(vt, n);
		break;
	case 'C':
	case 'a':
		move_columns(vt, n);
		break;
	case 'D':
		move_columns(vt, -n);
		break;
	case 'E':
		move_rows(vt, n);
		vt->x = 0;
		break;
	case 'F':
		move_rows(vt, -n);
		vt->x = 0;
		break;
	case 'G':
	case '`':
		move_columns(vt, n - 1 - vt->x);
		break;
	case 'H':
	case 'f':
		move_to(vt, parameter(vt, 1, 1) - 1, n - 1);
		break;
	case 'J':
		erase_in_display(vt);
		break;
	case 'K':
		erase_in_line(vt);
		break;
	case 'L':
		if (vt->y >= vt->top && vt->y < vt->bottom)
			scroll_down(vt, vt->y, vt->bottom, n);
		break;
	case 'M':
		if (vt->y >= vt->top && vt->y < vt->bottom)
			scroll_up(vt, vt->y, vt->bottom, n);
		break;
	case 'P':
		delete_chars(vt, n);
		break;
	case 'S':
		scroll_up(vt, vt->top, vt->bottom, n);
		break;
	case 'T':
		scroll_down(vt, vt->top, vt->bottom, n);
		break;
	case 'X':
		n = limit(n, 1, VT_COLUMNS - vt->x);
		clear_cells(vt, vt->y * VT_COLUMNS + vt->x, vt->y * VT_COLUMNS + vt->x + n);
		break;
	case 'c':
		if (!parameter(vt, 0, 0))
			reply(vt, "\033[?6c");
		break;
	case 'd':
		move_to(vt, vt->x, n - 1);
		break;
	case 'g':
		if (parameter(vt, 0, 0) == 3)
			memset(vt->tabs, 0, sizeof(vt->tabs));
		else
			__clear_bit(vt->x, vt->tabs);
		break;
	case 'h':
	case 'l':
		set_modes(vt, c == 'h');
		break;
	case 'm':
		select_graphic_rendition(vt);
		break;
	case 'n':
		report_status(vt);
		break;
	case 'r':
		set_scroll_region(vt);
		break;
	case 's':
		save_cursor(vt);
		break;
	case 'u':
		restore_cursor(vt);
	}
}

/* ---- the automaton ---- */

/* C0 control characters work in the middle of a sequence as well. True: c was one. */
static bool receive_control(struct vt *vt, u8 c)
{
	switch (c) {
	case 0:
	case 127:
		return true;
	case '\a':
		if (vt->state != VT_STRING)
			vt->bell = true;
		else
			vt->state = VT_PLAIN;
		return true;
	case '\b':
		if (vt->x && !vt->wrap_pending)
			vt->x--;
		vt->wrap_pending = false;
		return true;
	case '\t':
		tab(vt);
		return true;
	case '\n':
	case '\v':
	case '\f':
		line_feed(vt);
		return true;
	case '\r':
		vt->x = 0;
		vt->wrap_pending = false;
		return true;
	case 14:
		vt->graphics = true;
		return true;
	case 15:
		vt->graphics = false;
		return true;
	case 24:
	case 26:
		vt->state = VT_PLAIN;
		return true;
	case 27:
		vt->state = vt->state == VT_STRING ? VT_STRING_ESCAPE : VT_ESCAPE;
		return true;
	}
	return c < 32;
}

static void receive_escape(struct vt *vt, u8 c)
{
	vt->state = VT_PLAIN;
	switch (c) {
	case '[':
		vt->state = VT_CSI;
		vt->count = 0;
		vt->private = 0;
		memset(vt->parameters, 0, sizeof(vt->parameters));
		break;
	case ']':
	case 'P':
	case '^':
	case '_':
		vt->state = VT_STRING;
		break;
	case '(':
		vt->state = VT_CHARSET;
		break;
	case ')':
	case '%':
	case '#':
		vt->state = VT_HASH;
		break;
	case '7':
		save_cursor(vt);
		break;
	case '8':
		restore_cursor(vt);
		break;
	case 'D':
		line_feed(vt);
		break;
	case 'E':
		vt->x = 0;
		line_feed(vt);
		break;
	case 'H':
		__set_bit(vt->x, vt->tabs);
		break;
	case 'M':
		reverse_line_feed(vt);
		break;
	case 'Z':
		reply(vt, "\033[?6c");
		break;
	case 'c':
		vt_reset(vt);
	}
}

static void receive_csi(struct vt *vt, u8 c)
{
	if (c >= '0' && c <= '9') {
		if (!vt->count)
			vt->count = 1;
		if (vt->parameters[vt->count - 1] < 10000)
			vt->parameters[vt->count - 1] = vt->parameters[vt->count - 1] * 10 + c -
							'0';
	} else if (c == ';') {
		if (!vt->count)
			vt->count = 1;
		if (vt->count < VT_PARAMETERS)
			vt->count++;
	} else if (c >= '<' && c <= '?') {
		vt->private = c;
	} else if (c >= '@' && c <= '~') {
		vt->state = VT_PLAIN;
		if (vt->private)
			do_private_csi(vt, c);
		else
			do_csi(vt, c);
	}
}

static void receive_byte(struct vt *vt, u8 c)
{
	if (c < 32 || c == 127) {
		if (receive_control(vt, c))
			return;
	}
	switch (vt->state) {
	case VT_PLAIN:
		if (c >= 0x80) {
			receive_utf8(vt, c);
		} else {
			if (vt->utf8_left) {
				vt->utf8_left = 0;
				put_char(vt, '?');
			}
			put_char(vt, c);
		}
		break;
	case VT_ESCAPE:
		receive_escape(vt, c);
		break;
	case VT_CSI:
		receive_csi(vt, c);
		break;
	case VT_CHARSET:
		vt->graphics = c == '0';
		vt->state = VT_PLAIN;
		break;
	case VT_HASH:
	case VT_STRING_ESCAPE:
		vt->state = VT_PLAIN;
		break;
	case VT_STRING:
		break;
	}
}

void vt_write(struct vt *vt, const u8 *buf, size_t count)
{
	for (; count; count--)
		receive_byte(vt, *buf++);
}
