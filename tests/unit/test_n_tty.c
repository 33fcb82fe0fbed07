// SPDX-License-Identifier: GPL-2.0-only
/* N_TTY: editing, echo, lines, signals, raw mode, limits. links: kernel/drivers/n_tty_core.c */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/drivers/n_tty.h"

static struct ktermios termios;
static struct n_tty ld;

/* A terminal as a login shell finds it. */
static void start(void)
{
	memset(&termios, 0, sizeof(termios));
	termios.c_iflag = ICRNL | IXON;
	termios.c_oflag = OPOST | ONLCR;
	termios.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
	memcpy(termios.c_cc, "\003\034\177\025\004\0\1\0\021\023\032\0\022\017\027\026\0", 17);
	n_tty_init(&ld, &termios);
}

static size_t type(const char *text)
{
	return n_tty_receive(&ld, (const u8 *)text, strlen(text));
}

/* Everything echoed since the last look. */
static const char *echo(void)
{
	static char out[2 * N_TTY_ECHO_SIZE];
	size_t n = n_tty_echo_peek(&ld, (u8 *)out, sizeof(out) - 1);

	n_tty_echo_sent(&ld, n);
	out[n] = 0;
	return out;
}

static const char *read_some(size_t count)
{
	static char buf[8192];
	size_t n;

	n_tty_take(&ld, (u8 *)buf, count, &n);
	buf[n] = 0;
	return buf;
}

#define expect(got, want)                                                                          \
	do {                                                                                       \
		const char *__got = (got);                                                         \
		if (strcmp(__got, want)) {                                                         \
			fprintf(stderr, "%d: got '%s', want '%s'\n", __LINE__, __got, want);       \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static void lines_are_edited_until_they_end(void)
{
	start();
	type("helpo");
	expect(echo(), "helpo");
	type("\177\177lo");
	expect(echo(), "\b \b\b \blo");
	assert(!n_tty_input_available(&ld, 1) && n_tty_input_count(&ld) == 0);
	type("\r");
	expect(echo(), "\r\n");
	assert(n_tty_input_available(&ld, 1) && n_tty_input_count(&ld) == 6);
	type("next\n");
	expect(read_some(100), "hello\n");
	expect(read_some(2), "ne");
	expect(read_some(100), "xt\n");
	echo();
	/* ERASE stops at the line's start. */
	type("a\177\177\177b\n");
	expect(echo(), "a\b \bb\r\n");
	expect(read_some(9), "b\n");
	/* Words, and the whole line. */
	type("one two  \027x\n");
	expect(read_some(99), "one x\n");
	echo();
	type("abc\025");
	expect(echo(), "abc\b \b\b \b\b \b");
	termios.c_lflag &= ~ECHOKE;
	type("abc\025");
	expect(echo(), "abc^U\r\n");
	/* A control character and a tab take their width away. */
	type("\026\001\177");
	expect(echo(), "^\b^A\b \b\b \b");
	type("ab\t\177");
	expect(echo(), "ab\t\b\b\b\b\b\b");
	type("\022");
	expect(echo(), "^R\r\nab");
	type("\n");
	expect(read_some(99), "ab\n");
}

static void end_of_file_ends_a_read(void)
{
	start();
	type("\004");
	assert(n_tty_input_available(&ld, 1) && n_tty_input_count(&ld) == 0);
	expect(read_some(10), "");
	assert(!n_tty_input_available(&ld, 1));
	type("abc\004");
	expect(read_some(10), "abc");
	assert(!n_tty_input_available(&ld, 1));
	/* Also when the reader's buffer was just full. */
	type("abc\004");
	expect(read_some(3), "abc");
	assert(!n_tty_input_available(&ld, 1));
	/* Quoted, it is a character. */
	type("\026\004\n");
	expect(read_some(10), "\004\n");
}

static void signal_characters_flush(void)
{
	start();
	type("abc\003");
	assert(ld.signals == 1u << SIGINT && ld.flush_output);
	expect(echo(), "^C");
	ld.signals = 0;
	type("\n");
	expect(read_some(10), "\n");
	termios.c_lflag |= NOFLSH;
	type("abc\032");
	assert(ld.signals == 1u << SIGTSTP);
	type("\n");
	expect(read_some(10), "abc\n");
	ld.signals = 0;
	termios.c_lflag &= ~ISIG;
	type("\003\034\n");
	assert(!ld.signals);
	expect(read_some(10), "\003\034\n");
}

static void flow_control_is_reported(void)
{
	start();
	type("a\023b");
	assert(ld.stop && !ld.start);
	type("\021\n");
	assert(ld.start && !ld.stop);
	expect(read_some(10), "ab\n");
	ld.start = false;
	ld.stopped = true;
	termios.c_iflag |= IXANY;
	type("x");
	assert(ld.start);
}

static void raw_mode_gives_bytes(void)
{
	struct ktermios old;

	start();
	type("left over");
	old = termios;
	termios.c_lflag = 0;
	termios.c_iflag = 0;
	n_tty_mode_changed(&ld, &old);
	assert(n_tty_input_available(&ld, 9) && !n_tty_input_available(&ld, 10));
	expect(read_some(4), "left");
	type("\003\004\r\177");
	expect(read_some(99), " over\003\004\r\177");
	type("xyz");
	old = termios;
	termios.c_lflag = ICANON;
	n_tty_mode_changed(&ld, &old);
	assert(n_tty_input_available(&ld, 1));
	expect(read_some(99), "xyz");
}

static void input_is_translated(void)
{
	start();
	termios.c_iflag = INLCR | IGNCR | ISTRIP | IUCLC;
	type("\r\352A\n");
	assert(!n_tty_input_available(&ld, 1));
	termios.c_iflag = 0;
	type("\n");
	expect(read_some(9), "ja\r\n");
	termios.c_cc[VEOL] = ';';
	termios.c_cc[VEOL2] = '!';
	type("a;b!");
	expect(read_some(9), "a;");
	expect(read_some(9), "b!");
}

static void output_is_processed(void)
{
	u8 out[64];
	size_t used, n;

	start();
	n = n_tty_process_output(&ld, (const u8 *)"ab\ncd\r", 6, &used, out, sizeof(out));
	assert(n == 7 && used == 6 && !memcmp(out, "ab\r\ncd\r", 7));
	/* What does not fit whole waits. */
	n = n_tty_process_output(&ld, (const u8 *)"a\nb", 3, &used, out, 2);
	assert(n == 1 && used == 1);
	termios.c_oflag |= XTABS;
	ld.column = 0;
	n = n_tty_process_output(&ld, (const u8 *)"ab\tc", 4, &used, out, sizeof(out));
	assert(n == 9 && !memcmp(out, "ab      c", 9));
	termios.c_oflag = OPOST | OLCUC | OCRNL;
	n = n_tty_process_output(&ld, (const u8 *)"x\r", 2, &used, out, sizeof(out));
	assert(n == 2 && !memcmp(out, "X\n", 2));
	termios.c_oflag = 0;
	n = n_tty_process_output(&ld, (const u8 *)"\n\t", 2, &used, out, sizeof(out));
	assert(n == 2 && !memcmp(out, "\n\t", 2));
}

static void long_lines_can_be_finished(void)
{
	static u8 big[6000];
	size_t n;

	start();
	memset(big, 'x', sizeof(big));
	assert(n_tty_receive(&ld, big, sizeof(big)) == sizeof(big)); /* the rest is thrown away */
	type("\n");
	assert(n_tty_input_count(&ld) == 4096);
	n = strlen(read_some(8000));
	assert(n == 4096);
	/* With a complete line there, more is refused rather than lost. */
	type("line\n");
	n = n_tty_receive(&ld, big, sizeof(big));
	assert(n == 4095 - 5);
	type("\003");
	assert(ld.signals == 1u << SIGINT); /* but Ctrl-C comes through */
}

static void utf8_is_erased_whole(void)
{
	start();
	termios.c_iflag |= IUTF8;
	type("a\303\244\177b\n");
	expect(echo(), "a\303\244\b \bb\r\n");
	expect(read_some(9), "ab\n");
}

/* Random bytes in random modes: the positions stay in order and nothing is read twice. */
static void random_input_keeps_the_invariants(void)
{
	start();
	for (int round = 0; round < 200000; round++) {
		struct ktermios old = termios;
		u8 buf[40];
		size_t n = rand() % sizeof(buf);

		for (size_t i = 0; i < n; i++)
			buf[i] = rand() % 4 ? rand() % 32 : rand();
		if (rand() % 50 == 0) {
			termios.c_lflag = rand();
			termios.c_iflag = rand();
			termios.c_oflag = rand();
			n_tty_mode_changed(&ld, &old);
		}
		ld.stopped = rand() & 1;
		assert(n_tty_receive(&ld, buf, n) <= n);
		assert(ld.read_head - ld.read_tail <= N_TTY_BUF_SIZE);
		assert(n_tty_input_count(&ld) <= N_TTY_BUF_SIZE);
		if ((termios.c_lflag & (ICANON | EXTPROC)) == ICANON)
			assert(ld.canon_head - ld.read_tail <= ld.read_head - ld.read_tail);
		if (rand() % 3 == 0)
			n_tty_take(&ld, buf, sizeof(buf), &n);
		echo();
	}
}

int main(void)
{
	lines_are_edited_until_they_end();
	end_of_file_ends_a_read();
	signal_characters_flush();
	flow_control_is_reported();
	raw_mode_gives_bytes();
	input_is_translated();
	output_is_processed();
	long_lines_can_be_finished();
	utf8_is_erased_whole();
	random_input_keeps_the_invariants();
	puts("ok n_tty");
	return 0;
}
