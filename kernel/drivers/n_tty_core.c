// SPDX-License-Identifier: GPL-2.0-only
/*
 * N_TTY, the pure part: editing, echo, special characters, lines.
 *
 * Data: read_buf is a ring. In canonical mode a line counts only when its end is in it:
 *
 *	      read_tail        canon_head      read_head
 *	          ▼                 ▼              ▼
 *	…… gone │ l s \n │ c a t \n │ s l e e p    │ free ……
 *	                                  ▲ ERASE and KILL work back to canon_head only
 *
 * Rules:
 *  1. A bit in read_flags is set exactly for bytes between read_tail and canon_head that end a
 *     line. VEOF is stored as byte 0 with its bit set and is never handed out.
 *  2. One place stays free for the end of a line: a line that is too long can still be finished.
 *  3. Echo is processed like output (column, ONLCR) but goes to echo_buf; when that is full the
 *     newest echo is lost, never input.
 * Locking: the caller's (tty->lock).
 * Linux: drivers/tty/n_tty.c. man 3 termios. Tests: tests/unit/test_n_tty.c.
 * Start at: receive_char().
 */
#include "kernel/drivers/n_tty.h"
#include "kernel/lib/bitmap.h"
#include "kernel/lib/ctype.h"
#include "kernel/lib/string.h"

static bool i_flag(const struct n_tty *ld, tcflag_t flag)
{
	return ld->termios->c_iflag & flag;
}

static bool o_flag(const struct n_tty *ld, tcflag_t flag)
{
	return ld->termios->c_oflag & flag;
}

static bool l_flag(const struct n_tty *ld, tcflag_t flag)
{
	return ld->termios->c_lflag & flag;
}

/* Is c the special character with this index (and that one is not disabled)? */
static bool is_cc(const struct n_tty *ld, u8 c, int index)
{
	return c == ld->termios->c_cc[index] && c != __DISABLED_CHAR;
}

static size_t used(const struct n_tty *ld)
{
	return ld->read_head - ld->read_tail;
}

static u8 *byte_at(struct n_tty *ld, size_t position)
{
	return &ld->read_buf[position % N_TTY_BUF_SIZE];
}

/* Continues a UTF-8 character: erased together with its first byte. */
static bool is_continuation(const struct n_tty *ld, u8 c)
{
	return i_flag(ld, IUTF8) && (c & 0xc0) == 0x80;
}

void n_tty_init(struct n_tty *ld, const struct ktermios *termios)
{
	memset(ld, 0, sizeof(*ld));
	ld->termios = termios;
}

void n_tty_reset(struct n_tty *ld)
{
	ld->read_tail = ld->canon_head = ld->read_head = 0;
	ld->lnext = ld->erasing = false;
	bitmap_zero(ld->read_flags, N_TTY_BUF_SIZE);
}

/* ---- output processing, also used for echo ---- */

/* Appends one byte's output to out[n…]; the new n, or 0 when it does not fit. */
static size_t put_processed(struct n_tty *ld, u8 c, u8 *out, size_t n, size_t size)
{
	unsigned int spaces;

	if (!o_flag(ld, OPOST)) {
		if (n == size)
			return 0;
		out[n] = c;
		return n + 1;
	}
	switch (c) {
	case '\n':
		if (o_flag(ld, ONLRET))
			ld->column = 0;
		if (o_flag(ld, ONLCR)) {
			if (n + 2 > size)
				return 0;
			out[n++] = '\r';
			ld->canon_column = ld->column = 0;
		}
		break;
	case '\r':
		if (o_flag(ld, ONOCR) && ld->column == 0)
			return n;
		if (o_flag(ld, OCRNL)) {
			c = '\n';
			if (o_flag(ld, ONLRET))
				ld->canon_column = ld->column = 0;
			break;
		}
		ld->canon_column = ld->column = 0;
		break;
	case '\t':
		spaces = 8 - (ld->column & 7);
		if ((ld->termios->c_oflag & TABDLY) == XTABS) {
			if (n + spaces > size)
				return 0;
			ld->column += spaces;
			memset(out + n, ' ', spaces);
			return n + spaces;
		}
		if (n < size)
			ld->column += spaces;
		break;
	case '\b':
		if (n < size && ld->column)
			ld->column--;
		break;
	default:
		if (n < size && !iscntrl(c)) {
			if (o_flag(ld, OLCUC))
				c = toupper(c);
			if (!is_continuation(ld, c))
				ld->column++;
		}
	}
	if (n == size)
		return 0;
	out[n] = c;
	return n + 1;
}

size_t n_tty_process_output(struct n_tty *ld, const u8 *buf, size_t count, size_t *used, u8 *out,
			    size_t size)
{
	size_t n = 0, i;

	for (i = 0; i < count; i++) {
		unsigned int column = ld->column;
		size_t next = put_processed(ld, buf[i], out, n, size);

		if (!next && !(buf[i] == '\r' && n == 0 && o_flag(ld, ONOCR) && !column))
			break;
		n = next;
	}
	*used = i;
	return n;
}

/* ---- echo ---- */

static void echo_raw(struct n_tty *ld, u8 c)
{
	if (ld->echo_head - ld->echo_tail < N_TTY_ECHO_SIZE)
		ld->echo_buf[ld->echo_head++ % N_TTY_ECHO_SIZE] = c;
}

/* As the byte would appear when a program wrote it. */
static void echo_char_processed(struct n_tty *ld, u8 c)
{
	u8 out[8];
	size_t n = put_processed(ld, c, out, 0, sizeof(out)), i;

	for (i = 0; i < n; i++)
		echo_raw(ld, out[i]);
}

/* A typed character: control characters as ^X with ECHOCTL. */
static void echo_char(struct n_tty *ld, u8 c)
{
	if (l_flag(ld, ECHOCTL) && iscntrl(c) && c != '\t' && c != '\n') {
		echo_char_processed(ld, '^');
		echo_char_processed(ld, c ^ 0x40);
	} else {
		echo_char_processed(ld, c);
	}
}

static void echo_string(struct n_tty *ld, const char *s)
{
	while (*s)
		echo_char_processed(ld, *s++);
}

size_t n_tty_echo_peek(const struct n_tty *ld, u8 *out, size_t size)
{
	size_t n = 0;

	while (n < size && ld->echo_tail + n != ld->echo_head) {
		out[n] = ld->echo_buf[(ld->echo_tail + n) % N_TTY_ECHO_SIZE];
		n++;
	}
	return n;
}

void n_tty_echo_sent(struct n_tty *ld, size_t count)
{
	ld->echo_tail += count;
}

/* The bell, if it is wanted when input is lost. */
static void complain(struct n_tty *ld)
{
	if (i_flag(ld, IMAXBEL))
		echo_raw(ld, '\a');
}

/* ---- editing ---- */

/* How far right of canon_column the cursor stands after the bytes from canon_head up to end. */
static unsigned int width_before(struct n_tty *ld, size_t end)
{
	unsigned int column = ld->canon_column;
	size_t i;

	for (i = ld->canon_head; i != end; i++) {
		u8 c = *byte_at(ld, i);

		if (c == '\t')
			column = (column | 7) + 1;
		else if (iscntrl(c))
			column += l_flag(ld, ECHOCTL) ? 2 : 0;
		else if (!is_continuation(ld, c))
			column++;
	}
	return column;
}

/* The byte c has just left the end of the line: takes it off the screen. */
static void erase_from_screen(struct n_tty *ld, u8 c)
{
	if (c == '\t') {
		unsigned int back = width_before(ld, ld->read_head);

		/* Where the tab began; more than a tab's width means that we lost track. */
		for (int i = 0; i < 8 && ld->column > back; i++)
			echo_char_processed(ld, '\b');
		return;
	}
	if (iscntrl(c)) {
		if (l_flag(ld, ECHOCTL))
			echo_string(ld, "\b \b\b \b");
		return;
	}
	echo_string(ld, "\b \b");
}

static void end_erasing(struct n_tty *ld)
{
	if (ld->erasing) {
		echo_raw(ld, '/');
		ld->erasing = false;
	}
}

/* Takes one character (all its bytes) off the line, with echo. */
static void erase_one(struct n_tty *ld)
{
	size_t head = ld->read_head;
	u8 c;

	do {
		c = *byte_at(ld, --head);
	} while (is_continuation(ld, c) && head != ld->canon_head);
	ld->read_head = head;
	if (!l_flag(ld, ECHO))
		return;
	if (l_flag(ld, ECHOPRT)) {
		if (!ld->erasing) {
			echo_raw(ld, '\\');
			ld->erasing = true;
		}
		echo_char(ld, c);
	} else if (l_flag(ld, ECHOE)) {
		erase_from_screen(ld, c);
	} else {
		echo_char(ld, ld->termios->c_cc[VERASE]);
	}
}

static void erase_word(struct n_tty *ld)
{
	bool seen_word = false;

	while (ld->read_head != ld->canon_head) {
		u8 c = *byte_at(ld, ld->read_head - 1);

		if (isalnum(c) || c == '_' || is_continuation(ld, c))
			seen_word = true;
		else if (seen_word)
			break;
		erase_one(ld);
	}
}

static void kill_line(struct n_tty *ld)
{
	if (l_flag(ld, ECHO) && !(l_flag(ld, ECHOK) && l_flag(ld, ECHOKE) && l_flag(ld, ECHOE))) {
		ld->read_head = ld->canon_head;
		end_erasing(ld);
		echo_char(ld, ld->termios->c_cc[VKILL]);
		if (l_flag(ld, ECHOK))
			echo_char_processed(ld, '\n');
		return;
	}
	while (ld->read_head != ld->canon_head)
		erase_one(ld);
}

/* Shows the line that is being typed once more. */
static void reprint(struct n_tty *ld)
{
	size_t i;

	end_erasing(ld);
	echo_char(ld, ld->termios->c_cc[VREPRINT]);
	echo_char_processed(ld, '\n');
	for (i = ld->canon_head; i != ld->read_head; i++)
		echo_char(ld, *byte_at(ld, i));
}

/* ---- input ---- */

/* Stores a byte if there is room; rule 2. */
static bool store(struct n_tty *ld, u8 c)
{
	if (used(ld) >= N_TTY_BUF_SIZE - 1)
		return false;
	*byte_at(ld, ld->read_head++) = c;
	return true;
}

/* The byte ends a line: everything up to it is for the reader. */
static void end_line(struct n_tty *ld, u8 c)
{
	if (used(ld) >= N_TTY_BUF_SIZE)
		return;
	__set_bit(ld->read_head % N_TTY_BUF_SIZE, ld->read_flags);
	*byte_at(ld, ld->read_head++) = c;
	ld->canon_head = ld->read_head;
}

static void echo_typed(struct n_tty *ld, u8 c)
{
	if (!l_flag(ld, ECHO))
		return;
	end_erasing(ld);
	/* The line begins where its first character is shown. */
	if (ld->canon_head == ld->read_head)
		ld->canon_column = ld->column;
	echo_char(ld, c);
}

static void send_signal(struct n_tty *ld, int sig, u8 c)
{
	ld->signals |= 1u << sig;
	if (!l_flag(ld, NOFLSH)) {
		n_tty_reset(ld);
		ld->flush_output = true;
		ld->echo_tail = ld->echo_head;
	}
	if (l_flag(ld, ECHO))
		echo_char(ld, c);
	if (ld->stopped && !ld->tco_stopped)
		ld->start = true;
}

/* Ctrl-S, Ctrl-Q, Ctrl-C and so on; true when c was one. */
static bool receive_control(struct n_tty *ld, u8 c)
{
	if (i_flag(ld, IXON)) {
		if (is_cc(ld, c, VSTART)) {
			ld->start = true;
			ld->stop = false;
			return true;
		}
		if (is_cc(ld, c, VSTOP)) {
			ld->stop = true;
			ld->start = false;
			return true;
		}
	}
	if (l_flag(ld, ISIG)) {
		int sig = is_cc(ld, c, VINTR) ? N_TTY_SIGINT :
			  is_cc(ld, c, VQUIT) ? N_TTY_SIGQUIT :
			  is_cc(ld, c, VSUSP) ? N_TTY_SIGTSTP :
						0;

		if (sig) {
			send_signal(ld, sig, c);
			return true;
		}
	}
	return false;
}

/* Editing keys and ends of lines; true when c was one. */
static bool receive_canonical(struct n_tty *ld, u8 c)
{
	bool extended = l_flag(ld, IEXTEN);

	if (is_cc(ld, c, VERASE)) {
		if (ld->read_head != ld->canon_head)
			erase_one(ld);
		return true;
	}
	if (extended && is_cc(ld, c, VWERASE)) {
		erase_word(ld);
		return true;
	}
	if (is_cc(ld, c, VKILL)) {
		kill_line(ld);
		return true;
	}
	if (extended && is_cc(ld, c, VLNEXT)) {
		ld->lnext = true;
		if (l_flag(ld, ECHO)) {
			end_erasing(ld);
			if (ld->canon_head == ld->read_head)
				ld->canon_column = ld->column;
			if (l_flag(ld, ECHOCTL))
				echo_string(ld, "^\b");
		}
		return true;
	}
	if (extended && l_flag(ld, ECHO) && is_cc(ld, c, VREPRINT)) {
		reprint(ld);
		return true;
	}
	if (c == '\n') {
		if (l_flag(ld, ECHO) || l_flag(ld, ECHONL)) {
			end_erasing(ld);
			echo_char_processed(ld, '\n');
		}
		end_line(ld, c);
		return true;
	}
	if (is_cc(ld, c, VEOF)) {
		end_line(ld, __DISABLED_CHAR);
		return true;
	}
	if (is_cc(ld, c, VEOL) || (extended && is_cc(ld, c, VEOL2))) {
		echo_typed(ld, c);
		end_line(ld, c);
		return true;
	}
	return false;
}

static void receive_plain(struct n_tty *ld, u8 c)
{
	bool mark = c == 0xff && i_flag(ld, PARMRK) && !i_flag(ld, ISTRIP);

	if (used(ld) + mark >= N_TTY_BUF_SIZE - 1) {
		complain(ld);
		return;
	}
	echo_typed(ld, c);
	if (mark)
		store(ld, c);
	store(ld, c);
}

static void receive_char(struct n_tty *ld, u8 c)
{
	if (i_flag(ld, ISTRIP))
		c &= 0x7f;
	if (i_flag(ld, IUCLC) && l_flag(ld, IEXTEN))
		c = tolower(c);
	if (l_flag(ld, EXTPROC)) {
		store(ld, c);
		return;
	}
	if (ld->lnext) {
		ld->lnext = false;
		receive_plain(ld, c);
		return;
	}
	if (receive_control(ld, c))
		return;
	if (ld->stopped && !ld->tco_stopped && i_flag(ld, IXON) && i_flag(ld, IXANY))
		ld->start = true;
	if (c == '\r') {
		if (i_flag(ld, IGNCR))
			return;
		if (i_flag(ld, ICRNL))
			c = '\n';
	} else if (c == '\n' && i_flag(ld, INLCR)) {
		c = '\r';
	}
	if (l_flag(ld, ICANON) && receive_canonical(ld, c))
		return;
	receive_plain(ld, c);
}

/* A reader has nothing to take and the line is full: input is thrown away rather than stuck. */
static bool must_discard(const struct n_tty *ld)
{
	return l_flag(ld, ICANON) && ld->canon_head == ld->read_tail;
}

size_t n_tty_room(const struct n_tty *ld)
{
	size_t room = N_TTY_BUF_SIZE - 1 -
		      (used(ld) < N_TTY_BUF_SIZE ? used(ld) : N_TTY_BUF_SIZE - 1);

	if (i_flag(ld, PARMRK))
		room /= 3;
	return room || !must_discard(ld) ? room : 1;
}

size_t n_tty_receive(struct n_tty *ld, const u8 *buf, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		/* With signals on, Ctrl-C must come through even when nobody reads. */
		if (!n_tty_room(ld) && !l_flag(ld, ISIG) && !i_flag(ld, IXON))
			break;
		if (!n_tty_room(ld)) {
			if (!receive_control(ld, buf[i]))
				break;
			continue;
		}
		receive_char(ld, buf[i]);
	}
	return i;
}

void n_tty_break(struct n_tty *ld)
{
	if (i_flag(ld, IGNBRK))
		return;
	if (i_flag(ld, BRKINT)) {
		ld->signals |= 1u << N_TTY_SIGINT;
		if (!l_flag(ld, NOFLSH)) {
			n_tty_reset(ld);
			ld->flush_output = true;
		}
		return;
	}
	if (i_flag(ld, PARMRK)) {
		store(ld, 0xff);
		store(ld, 0);
	}
	store(ld, 0);
}

/* ---- reading ---- */

bool n_tty_input_available(const struct n_tty *ld, size_t at_least)
{
	if (l_flag(ld, ICANON) && !l_flag(ld, EXTPROC))
		return ld->canon_head != ld->read_tail;
	return used(ld) >= (at_least ? at_least : 1);
}

/* Marks of end-of-file are not counted. */
size_t n_tty_input_count(const struct n_tty *ld)
{
	size_t i, n = 0;

	if (!l_flag(ld, ICANON) || l_flag(ld, EXTPROC))
		return used(ld);
	for (i = ld->read_tail; i != ld->canon_head; i++) {
		if (ld->read_buf[i % N_TTY_BUF_SIZE] != __DISABLED_CHAR ||
		    !test_bit(i % N_TTY_BUF_SIZE, ld->read_flags))
			n++;
	}
	return n;
}

enum n_tty_read_result n_tty_take(struct n_tty *ld, u8 *buf, size_t count, size_t *taken)
{
	bool canonical = l_flag(ld, ICANON) && !l_flag(ld, EXTPROC);
	size_t end = canonical ? ld->canon_head : ld->read_head;
	enum n_tty_read_result result = N_TTY_MORE;
	size_t n = 0;

	while (n < count && ld->read_tail != end && result == N_TTY_MORE) {
		size_t place = ld->read_tail++ % N_TTY_BUF_SIZE;

		if (canonical && __test_and_clear_bit(place, ld->read_flags)) {
			result = N_TTY_EOL;
			if (ld->read_buf[place] == __DISABLED_CHAR)
				break;
		}
		buf[n++] = ld->read_buf[place];
	}
	/* The buffer is full of a line that ends with EOF: that EOF belongs to this read. */
	if (canonical && result == N_TTY_MORE && n == count && ld->read_tail != end) {
		size_t place = ld->read_tail % N_TTY_BUF_SIZE;

		if (ld->read_buf[place] == __DISABLED_CHAR &&
		    __test_and_clear_bit(place, ld->read_flags)) {
			ld->read_tail++;
			result = N_TTY_EOL;
		}
	}
	*taken = n;
	return result;
}

void n_tty_mode_changed(struct n_tty *ld, const struct ktermios *old)
{
	tcflag_t changed = old->c_lflag ^ ld->termios->c_lflag;

	if (!(changed & (ICANON | EXTPROC)))
		return;
	bitmap_zero(ld->read_flags, N_TTY_BUF_SIZE);
	if (l_flag(ld, ICANON) && used(ld)) /* what is there counts as a line */
		__set_bit((ld->read_head - 1) % N_TTY_BUF_SIZE, ld->read_flags);
	ld->canon_head = ld->read_head;
	ld->lnext = ld->erasing = false;
}
