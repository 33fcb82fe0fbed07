// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel log: printk() into a ring of records, from there to the consoles, to syslog(2) and
 * /dev/kmsg.
 *
 * Data: log_buf holds records one behind the other, each a struct log_header and its text, rounded
 * to 8 bytes; a header of length 0 says that the rest of the buffer is unused and the next record
 * stands at the beginning. first and next are the oldest record's place and the free place. seen is
 * where the last read ended: the next one looks from there, so that reading all takes one walk.
 * Rules: 1. a new record pushes out as many old ones as it needs; 2. a record never wraps.
 * Locking: log_lock, interrupts off; the innermost of all locks, since anybody may print. A panic
 * or a non-maskable interrupt that cannot have it goes on without it, to the consoles only.
 * Linux: kernel/printk/printk.c. man 2 syslog. Start at: vprintk.
 */
#include "kernel/printk.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/capability.h"
#include "kernel/uapi/poll.h"
#include "kernel/lib/cmdline.h"
#include "kernel/lib/console.h"
#include "kernel/lib/kstrtox.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "kernel/sched/wait.h"
#include "kernel/x86/irq.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/tsc.h"
#include "kernel/x86/uaccess.h"
#include "kernel/syscall.h"
#include "mm/slab.h"

#define LOG_BUF_SIZE    (128 * 1024)
#define DEFAULT_LEVEL   4
#define QUIET_LOGLEVEL  4
#define NMI_PATIENCE_MS 10 /* for the log's lock */

struct log_header {
	u64 time_ns;
	u32 length; /* of the text; 0: go on at the beginning */
	u8 level;
};

static char log_buf[LOG_BUF_SIZE] __aligned(8);
static u32 log_first, log_next; /* places in log_buf */
static u64 log_first_seq, log_next_seq;
static u64 log_seen_seq;  /* the record that was read last ... */
static u32 log_seen;      /* ... and its place */
static u64 log_clear_seq; /* dmesg -c hides what is older */
static DEFINE_SPINLOCK(log_lock);
static DECLARE_WAIT_QUEUE_HEAD(log_wait);
static struct console *consoles;
static int console_loglevel = 7;
static char console_option[16] = "ttyS0";
static const char *boot_cmdline = "";
bool printk_panicking;
bool printk_wake_wanted;

/* ---- the ring ---- */

static u32 record_size(u32 length)
{
	return ALIGN(sizeof(struct log_header) + length, 8);
}

static struct log_header *header_at(u32 place)
{
	return (struct log_header *)(log_buf + place);
}

static bool is_end(u32 place)
{
	return place + sizeof(struct log_header) > LOG_BUF_SIZE || !header_at(place)->length;
}

static u32 place_after(u32 place)
{
	return place + record_size(header_at(place)->length);
}

static void drop_first(void)
{
	log_first = place_after(log_first);
	log_first_seq++;
	if (log_first_seq != log_next_seq && is_end(log_first))
		log_first = 0;
}

static void log_store(int level, const char *text, u32 length, u64 time_ns)
{
	u32 size = record_size(length);
	struct log_header *header;

	if (log_next + size > LOG_BUF_SIZE) {
		/* The records behind the free place are the oldest: they go with the rest. */
		while (log_first_seq != log_next_seq && log_first >= log_next)
			drop_first();
		if (log_next + sizeof(*header) <= LOG_BUF_SIZE)
			header_at(log_next)->length = 0;
		log_next = 0;
	}
	while (log_first_seq != log_next_seq && log_first >= log_next &&
	       log_first < log_next + size)
		drop_first();
	if (log_first_seq == log_next_seq)
		log_first = log_next;
	header = header_at(log_next);
	header->time_ns = time_ns;
	header->length = length;
	header->level = level;
	memcpy(header + 1, text, length);
	log_next += size;
	log_next_seq++;
}

bool printk_read(u64 seq, struct printk_record *record)
{
	struct log_header *header;
	unsigned long flags;

	spin_lock_irqsave(&log_lock, flags);
	if (log_seen_seq < log_first_seq || log_seen_seq > seq) {
		log_seen_seq = log_first_seq;
		log_seen = log_first;
	}
	while (log_seen_seq < seq && log_seen_seq + 1 < log_next_seq) {
		log_seen = place_after(log_seen);
		if (is_end(log_seen))
			log_seen = 0;
		log_seen_seq++;
	}
	if (log_seen_seq < seq || log_seen_seq == log_next_seq) {
		spin_unlock_irqrestore(&log_lock, flags);
		return false;
	}
	header = header_at(log_seen);
	record->seq = log_seen_seq;
	record->time_ns = header->time_ns;
	record->level = header->level;
	record->length = min_t(size_t, header->length, PRINTK_TEXT_MAX);
	memcpy(record->text, header + 1, record->length);
	spin_unlock_irqrestore(&log_lock, flags);
	return true;
}

u64 printk_next_seq(void)
{
	return READ_ONCE(log_next_seq);
}

struct wait_queue_head *printk_wait_queue(void)
{
	return &log_wait;
}

int printk_wait(u64 seq)
{
	return wait_event_interruptible(log_wait, printk_next_seq() > seq);
}

/* ---- consoles ---- */

static void console_write(int level, const char *text, size_t length, u64 time_ns)
{
	char prefix[32];
	int n;

	if (level >= console_loglevel)
		return;
	n = scnprintf(prefix, sizeof(prefix), "[%5llu.%06llu] ",
		      (unsigned long long)(time_ns / 1000000000),
		      (unsigned long long)(time_ns / 1000 % 1000000));
	for (struct console *c = consoles; c; c = c->next) {
		c->write(c, prefix, n);
		c->write(c, text, length);
		c->write(c, "\n", 1);
	}
}

static bool console_is_wanted(const char *name)
{
	char option[32];

	for (unsigned int i = 0; i < 8; i++) {
		if (cmdline_find_nth(boot_cmdline, "console", i, option, sizeof(option)) < 0)
			return i == 0 && strcmp(name, console_option) == 0;
		if (strchr(option, ','))
			*strchr(option, ',') = '\0';
		if (strcmp(option, name) == 0)
			return true;
	}
	return false;
}

bool register_console(struct console *console)
{
	unsigned long flags;

	if (!console_is_wanted(console->name))
		return false;
	spin_lock_irqsave(&log_lock, flags);
	console->next = consoles;
	consoles = console;
	spin_unlock_irqrestore(&log_lock, flags);
	return true;
}

const char *preferred_console(void)
{
	return console_option;
}

void printk_init(const char *cmdline)
{
	char value[16];
	int level;

	boot_cmdline = cmdline;
	for (unsigned int i = 0; cmdline_find_nth(cmdline, "console", i, value, sizeof(value)) >= 0;
	     i++) {
		if (strchr(value, ','))
			*strchr(value, ',') = '\0';
		strscpy(console_option, value, sizeof(console_option));
	}
	if (cmdline_find_option_bool(cmdline, "quiet"))
		console_loglevel = QUIET_LOGLEVEL;
	if (cmdline_find_option(cmdline, "loglevel", value, sizeof(value)) > 0 &&
	    !kstrtoint(value, 0, &level))
		console_loglevel = level;
}

/* ---- printing ---- */

/*
 * False: to be printed without the lock. Its holder may have been stopped for good by a panic, or be
 * what this CPU's non-maskable interrupt interrupted.
 */
static bool lock_log(void)
{
	u64 end;

	if (likely(!printk_panicking && !in_nmi())) {
		spin_lock(&log_lock);
		return true;
	}
	end = rdtsc() + (printk_panicking ? 0 : (u64)NMI_PATIENCE_MS * tsc_khz);
	while (!spin_trylock(&log_lock)) {
		if (rdtsc() >= end)
			return false;
		cpu_relax();
	}
	return true;
}

/*
 * Whoever prints may hold the very locks that waking somebody takes: so the readers are woken by an
 * interrupt, which comes when this CPU has interrupts on again.
 */
static void wake_readers_later(void)
{
	if (!wq_has_sleeper(&log_wait))
		return;
	WRITE_ONCE(printk_wake_wanted, true);
	if (!in_nmi()) /* this CPU may have been in the midst of sending one */
		smp_send_reschedule(raw_smp_processor_id());
}

void printk_wake_readers(void)
{
	WRITE_ONCE(printk_wake_wanted, false);
	wake_up_interruptible_poll(&log_wait, POLLIN | POLLRDNORM);
}

int vprintk(const char *fmt, va_list args)
{
	static char line[PRINTK_TEXT_MAX]; /* [log_lock] */
	char short_line[256], *text = line;
	int length, level = DEFAULT_LEVEL;
	size_t size = sizeof(line);
	unsigned long flags;
	bool locked;
	u64 now;

	local_irq_save(flags);
	locked = lock_log();
	if (!locked) {
		text = short_line;
		size = sizeof(short_line);
	}
	now = sched_clock();
	length = vscnprintf(text, size, fmt, args);
	if (length >= 2 && text[0] == KERN_SOH[0]) {
		if (text[1] >= '0' && text[1] <= '7')
			level = text[1] - '0';
		text += 2;
		length -= 2;
	}
	while (length && text[length - 1] == '\n')
		length--;
	if (length) {
		if (locked)
			log_store(level, text, length, now);
		console_write(level, text, length, now);
	}
	if (locked)
		spin_unlock(&log_lock);
	if (length)
		wake_readers_later();
	local_irq_restore(flags);
	return length;
}

int printk(const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = vprintk(fmt, args);
	va_end(args);
	return length;
}

/* ---- syslog(2) ---- */

enum {
	SYSLOG_CLOSE,
	SYSLOG_OPEN,
	SYSLOG_READ,
	SYSLOG_READ_ALL,
	SYSLOG_READ_CLEAR,
	SYSLOG_CLEAR,
	SYSLOG_CONSOLE_OFF,
	SYSLOG_CONSOLE_ON,
	SYSLOG_CONSOLE_LEVEL,
	SYSLOG_SIZE_UNREAD,
	SYSLOG_SIZE_BUFFER
};

/* One record in syslog's form "<level>[time] text\n". */
static int format_record(const struct printk_record *r, char *buf, size_t size)
{
	return scnprintf(buf, size, "<%d>[%5llu.%06llu] %.*s\n", r->level,
			 (unsigned long long)(r->time_ns / 1000000000),
			 (unsigned long long)(r->time_ns / 1000 % 1000000), (int)r->length,
			 r->text);
}

static bool read_before(u64 end, u64 seq, struct printk_record *record)
{
	cond_resched();
	return printk_read(seq, record) && record->seq < end;
}

/* Copies the newest records that fit into size bytes: the length or -EFAULT, -ENOMEM. */
static int syslog_print_all(char __user *buf, int size, bool clear)
{
	struct printk_record *record = kmalloc(sizeof(*record), GFP_KERNEL);
	char *line = kmalloc(PRINTK_TEXT_MAX + 64, GFP_KERNEL);
	u64 from = log_clear_seq, end = printk_next_seq(), seq; /* others go on printing */
	int total = 0, length, done = 0;

	if (!record || !line) {
		done = -ENOMEM;
		goto out;
	}
	for (seq = from; read_before(end, seq, record); seq = record->seq + 1)
		total += format_record(record, line, PRINTK_TEXT_MAX + 64);
	for (seq = from; total > size && read_before(end, seq, record); seq = record->seq + 1)
		total -= format_record(record, line, PRINTK_TEXT_MAX + 64);
	/* What was counted may be overwritten by now: newer records are taken, until it is full. */
	for (; read_before(~0ull, seq, record); seq = record->seq + 1) {
		length = format_record(record, line, PRINTK_TEXT_MAX + 64);
		if (done + length > size)
			break;
		if (copy_to_user(buf + done, line, length)) {
			done = -EFAULT;
			break;
		}
		done += length;
	}
	if (clear && done >= 0)
		log_clear_seq = seq;
out:
	kfree(record);
	kfree(line);
	return done;
}

SYSCALL_DEFINE3(syslog, int, type, char __user *, buf, int, len)
{
	static int saved_loglevel = -1;

	if (type != SYSLOG_READ_ALL && type != SYSLOG_SIZE_BUFFER && !capable(CAP_SYSLOG) &&
	    !capable(CAP_SYS_ADMIN))
		return -EPERM;
	switch (type) {
	case SYSLOG_CLOSE:
	case SYSLOG_OPEN:
		return 0;
	case SYSLOG_READ:
	case SYSLOG_READ_ALL:
	case SYSLOG_READ_CLEAR:
		if (!buf || len < 0)
			return -EINVAL;
		if (!len)
			return 0;
		if (!access_ok(buf, len))
			return -EFAULT;
		return syslog_print_all(buf, len, type == SYSLOG_READ_CLEAR);
	case SYSLOG_CLEAR:
		log_clear_seq = printk_next_seq();
		return 0;
	case SYSLOG_CONSOLE_OFF:
		if (saved_loglevel < 0)
			saved_loglevel = console_loglevel;
		console_loglevel = 1;
		return 0;
	case SYSLOG_CONSOLE_ON:
		if (saved_loglevel >= 0)
			console_loglevel = saved_loglevel;
		saved_loglevel = -1;
		return 0;
	case SYSLOG_CONSOLE_LEVEL:
		if (len < 1 || len > 8)
			return -EINVAL;
		console_loglevel = len;
		saved_loglevel = -1;
		return 0;
	case SYSLOG_SIZE_UNREAD:
		return 0;
	case SYSLOG_SIZE_BUFFER:
		return LOG_BUF_SIZE;
	default:
		return -EINVAL;
	}
}
