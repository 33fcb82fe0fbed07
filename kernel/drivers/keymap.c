// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scan codes to characters: the US layout, and the escape sequences of Linux's console for the
 * other keys.
 *
 * A key press is a code below 128, its release the same plus 128. The keys that the AT keyboard
 * added repeat an older key's code with 0xe0 in front. man 1 showkey.
 * Linux: drivers/tty/vt/keyboard.c, defkeymap.map. Tests: tests/unit/test_keymap.c.
 */
#include "kernel/drivers/keymap.h"
#include "kernel/lib/ctype.h"
#include "kernel/lib/string.h"

/* Index: scan code, sixteen a line. 0: no character. */
static const char plain[] = "\0\0331234567890-=\177\t"
			    "qwertyuiop[]\r\0as"
			    "dfghjkl;'`\0\\zxcv"
			    "bnm,./\0*\0 ";
static const char shifted[] = "\0\033!@#$%^&*()_+\177\t"
			      "QWERTYUIOP{}\r\0AS"
			      "DFGHJKL:\"~\0|ZXCV"
			      "BNM<>?\0*\0 ";

/* Keypad 7 … . as digits (Num Lock), and what they are without. */
static const char keypad_digits[] = "789-456+1230.";
static const char *const keypad_keys[] = {
	"\033[1~", "\033[A",  "\033[5~", NULL,      "\033[D",  "\033[G",  "\033[C",
	NULL,      "\033[4~", "\033[B",  "\033[6~", "\033[2~", "\033[3~",
};
static const char *const function_keys[] = {
	"\033[[A",  "\033[[B",  "\033[[C",  "\033[[D",  "\033[[E",
	"\033[17~", "\033[18~", "\033[19~", "\033[20~", "\033[21~",
};

#define KEY_ALT          0x38
#define KEY_CAPS         0x3a
#define KEY_CTRL         0x1d
#define KEY_DELETE       0x53
#define KEY_F1           0x3b
#define KEY_F10          0x44
#define KEY_F11          0x57
#define KEY_F12          0x58
#define KEY_HOME         0x47
#define KEY_102ND        0x56 /* left of Z where there is one */
#define KEY_KEYPAD_MINUS 0x4a
#define KEY_KEYPAD_PLUS  0x4e
#define KEY_LSHIFT       0x2a
#define KEY_NUMLOCK      0x45
#define KEY_RSHIFT       0x36

static size_t give(const struct keyboard *kbd, const char *text, char *out)
{
	size_t n = strlen(text);

	memcpy(out, text, n);
	/* ESC [ A … D become ESC O A … D. */
	if (kbd->application_cursor && n == 3 && text[1] == '[' && text[2] >= 'A' && text[2] <= 'D')
		out[1] = 'O';
	return n;
}

/* Shift, Ctrl, Alt and the locks; true when the key is one. */
static bool modifier(struct keyboard *kbd, u8 key, bool extended, bool pressed)
{
	switch (key) {
	case KEY_LSHIFT:
		if (!extended)
			kbd->left_shift = pressed;
		return true;
	case KEY_RSHIFT:
		if (!extended)
			kbd->right_shift = pressed;
		return true;
	case KEY_CTRL:
		*(extended ? &kbd->right_ctrl : &kbd->left_ctrl) = pressed;
		return true;
	case KEY_ALT:
		*(extended ? &kbd->right_alt : &kbd->left_alt) = pressed;
		return true;
	case KEY_CAPS:
		kbd->caps_lock ^= pressed;
		return true;
	case KEY_NUMLOCK:
		kbd->num_lock ^= pressed;
		return true;
	}
	return false;
}

/* What Ctrl makes of a character: -1 nothing. */
static int control(char c)
{
	if (c >= '@' && c <= '_')
		return c & 0x1f;
	if (c >= 'a' && c <= 'z')
		return c & 0x1f;
	switch (c) {
	case ' ':
	case '2':
		return 0;
	case '/':
	case '?':
	case '-':
		return 31;
	case '6':
		return 30;
	case '\r':
	case '\t':
	case 27:
	case 127:
		return c;
	}
	return -1;
}

/* 0 for keys without one. */
static char look_up(u8 key, bool shift)
{
	if (key < sizeof(plain) - 1)
		return shift ? shifted[key] : plain[key];
	switch (key) {
	case KEY_KEYPAD_MINUS:
		return '-';
	case KEY_KEYPAD_PLUS:
		return '+';
	case KEY_102ND:
		return shift ? '>' : '<';
	}
	return 0;
}

static size_t character(const struct keyboard *kbd, u8 key, char *out)
{
	char c = look_up(key, kbd->left_shift || kbd->right_shift);
	size_t n = 0;

	if (!c)
		return 0;
	if (kbd->caps_lock && isalpha(c))
		c ^= 0x20;
	if (kbd->left_ctrl || kbd->right_ctrl) {
		int value = control(c);

		if (value < 0)
			return 0;
		c = value;
	}
	if (kbd->left_alt || kbd->right_alt)
		out[n++] = 27;
	out[n++] = c;
	return n;
}

size_t keyboard_scancode(struct keyboard *kbd, u8 code, char out[KEYMAP_MAX])
{
	bool pressed = !(code & 0x80), extended = kbd->prefix;
	u8 key = code & 0x7f;

	if (kbd->pause_left) {
		kbd->pause_left--;
		return 0;
	}
	if (code == 0xe0) {
		kbd->prefix = true;
		return 0;
	}
	if (code == 0xe1) { /* Pause: five more bytes, no release */
		kbd->pause_left = 5;
		return 0;
	}
	kbd->prefix = false;
	if (modifier(kbd, key, extended, pressed) || !pressed)
		return 0;
	if (key == KEY_DELETE && (kbd->left_ctrl || kbd->right_ctrl) &&
	    (kbd->left_alt || kbd->right_alt)) {
		kbd->secure_attention = true;
		return 0;
	}
	if (key >= KEY_F1 && key <= KEY_F10)
		return give(kbd, function_keys[key - KEY_F1], out);
	if (key == KEY_F11)
		return give(kbd, "\033[23~", out);
	if (key == KEY_F12)
		return give(kbd, "\033[24~", out);
	if (key >= KEY_HOME && key <= KEY_DELETE && keypad_keys[key - KEY_HOME]) {
		if (!extended && kbd->num_lock) {
			out[0] = keypad_digits[key - KEY_HOME];
			return 1;
		}
		return give(kbd, keypad_keys[key - KEY_HOME], out);
	}
	if (extended && key == 0x35) { /* keypad's '/' */
		out[0] = '/';
		return 1;
	}
	if (extended && key != 0x1c) /* but for the keypad's Enter */
		return 0;
	return character(kbd, key, out);
}
