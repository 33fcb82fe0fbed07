/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line discipline N_TTY as a pure state machine: bytes from the line go in, lines (or bytes)
 * for the reader, echo for the line, and signals come out. No lock, no sleep, no device: n_tty.c
 * calls it under tty->lock, the unit tests call it as it is.
 */
#ifndef CONDUIT_DRIVERS_N_TTY_H
#define CONDUIT_DRIVERS_N_TTY_H

#include "kernel/uapi/termios.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/types.h"

#define N_TTY_BUF_SIZE  4096 /* longest line, its end included */
#define N_TTY_ECHO_SIZE 1024
#define __DISABLED_CHAR 0 /* in c_cc: no such character; in the buffer with a mark: EOF */

/* Signal numbers; the host's <signal.h> and ours do not go together. */
enum { N_TTY_SIGINT = 2, N_TTY_SIGQUIT = 3, N_TTY_SIGTSTP = 20 };

/*
 * The positions count up for ever and are taken modulo the buffer's size:
 * read_tail <= canon_head <= read_head <= read_tail + N_TTY_BUF_SIZE.
 */
struct n_tty {
	const struct ktermios *termios;
	size_t read_tail;                           /* the next byte for the reader */
	size_t canon_head;                          /* ICANON: behind the last complete line */
	size_t read_head;                           /* behind the last byte */
	DECLARE_BITMAP(read_flags, N_TTY_BUF_SIZE); /* ICANON: this byte ends a line */
	u8 read_buf[N_TTY_BUF_SIZE];

	size_t echo_tail, echo_head; /* bytes for the line, ready to be sent */
	u8 echo_buf[N_TTY_ECHO_SIZE];

	unsigned int column, canon_column; /* of the cursor; where the line being typed began */
	bool lnext;                        /* VLNEXT was typed: the next one is plain */
	bool erasing;                      /* ECHOPRT: inside \…/ */

	/* What the caller has to do after n_tty_receive(). */
	unsigned int signals; /* bit n: send signal n to the foreground group */
	bool flush_output;    /* forget output that was not sent (with signals) */
	bool start, stop;     /* Ctrl-Q, Ctrl-S */
	bool stopped;         /* told by the caller: output is stopped now */
	bool tco_stopped;     /* … by TCOOFF: IXANY and Ctrl-Q do not start it */
};

void n_tty_init(struct n_tty *ld, const struct ktermios *termios);
/* Forgets all input. */
void n_tty_reset(struct n_tty *ld);
/* Takes up to count bytes from the line: how many (the rest had no room). */
size_t n_tty_receive(struct n_tty *ld, const u8 *buf, size_t count);
void n_tty_break(struct n_tty *ld);
/* What n_tty_receive() would take. */
size_t n_tty_room(const struct n_tty *ld);
/* Something for a reader? at_least: without ICANON. */
bool n_tty_input_available(const struct n_tty *ld, size_t at_least);
size_t n_tty_input_count(const struct n_tty *ld); /* FIONREAD */

enum n_tty_read_result {
	N_TTY_MORE, /* no end of line seen yet, or no ICANON */
	N_TTY_EOL,  /* the line is complete: the read call ends */
};

/* Up to count bytes for a reader; *taken how many. EOF alone: N_TTY_EOL and *taken 0. */
enum n_tty_read_result n_tty_take(struct n_tty *ld, u8 *buf, size_t count, size_t *taken);
/* Flags changed from old to *ld->termios. */
void n_tty_mode_changed(struct n_tty *ld, const struct ktermios *old);

/*
 * Output: processes up to count bytes into out, which has room for size; *used how many were
 * processed. Returns the bytes in out. A byte that does not fit whole waits.
 */
size_t n_tty_process_output(struct n_tty *ld, const u8 *buf, size_t count, size_t *used, u8 *out,
			    size_t size);
/* Up to size bytes of echo; n_tty_echo_sent() says how many went. */
size_t n_tty_echo_peek(const struct n_tty *ld, u8 *out, size_t size);
void n_tty_echo_sent(struct n_tty *ld, size_t count);

#endif
