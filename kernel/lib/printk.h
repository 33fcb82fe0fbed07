/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's log. Implemented in kernel/printk.c and kernel/panic.c (on the host in
 * tests/unit/). Levels as in syslog(2): a message starts with KERN_SOH and a digit.
 */
#ifndef CONDUIT_LIB_PRINTK_H
#define CONDUIT_LIB_PRINTK_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

#define KERN_SOH     "\001"
#define KERN_EMERG   KERN_SOH "0"
#define KERN_ALERT   KERN_SOH "1"
#define KERN_CRIT    KERN_SOH "2"
#define KERN_ERR     KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE  KERN_SOH "5"
#define KERN_INFO    KERN_SOH "6"
#define KERN_DEBUG   KERN_SOH "7"
#define KERN_CONT    KERN_SOH "c"

/* Any context. Returns the length of the text. */
int printk(const char *fmt, ...) __printf(1, 2);
int vprintk(const char *fmt, va_list args) __printf(1, 0);
/* Stops the machine: prints the reason, the registers and a backtrace, and ends QEMU. */
void __noreturn panic(const char *fmt, ...) __printf(1, 2);

/* One message of the log, for /dev/kmsg and syslog(2). */
#define PRINTK_TEXT_MAX 1024
struct printk_record {
	u64 seq;     /* counts messages since boot */
	u64 time_ns; /* since boot */
	int level;   /* 0-7 */
	size_t length;
	char text[PRINTK_TEXT_MAX];
};

/* The oldest message with a number of at least seq; false when there is none. Any context. */
bool printk_read(u64 seq, struct printk_record *record);
/* The number that the next message gets. */
u64 printk_next_seq(void);
/* Implemented in the roof; sleeps until printk_next_seq() > seq. 0 or -ERESTARTSYS. */
int printk_wait(u64 seq);
struct wait_queue_head *printk_wait_queue(void);
/* The reschedule interrupt, when somebody printed for whom nobody could be woken at once. */
extern bool printk_wake_wanted;
void printk_wake_readers(void);

#ifndef pr_fmt
#define pr_fmt(fmt) fmt
#endif
#define pr_emerg(fmt, ...)  printk(KERN_EMERG pr_fmt(fmt), ##__VA_ARGS__)
#define pr_alert(fmt, ...)  printk(KERN_ALERT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_crit(fmt, ...)   printk(KERN_CRIT pr_fmt(fmt), ##__VA_ARGS__)
#define pr_err(fmt, ...)    printk(KERN_ERR pr_fmt(fmt), ##__VA_ARGS__)
#define pr_warn(fmt, ...)   printk(KERN_WARNING pr_fmt(fmt), ##__VA_ARGS__)
#define pr_notice(fmt, ...) printk(KERN_NOTICE pr_fmt(fmt), ##__VA_ARGS__)
#define pr_info(fmt, ...)   printk(KERN_INFO pr_fmt(fmt), ##__VA_ARGS__)
#define pr_cont(fmt, ...)   printk(KERN_CONT fmt, ##__VA_ARGS__)
#define pr_debug(fmt, ...)  printk(KERN_DEBUG pr_fmt(fmt), ##__VA_ARGS__)

#endif
