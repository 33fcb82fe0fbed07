/* SPDX-License-Identifier: GPL-2.0-only */
/* The CMOS real-time clock (Motorola MC146818). */
#ifndef CONDUIT_X86_RTC_H
#define CONDUIT_X86_RTC_H

struct rtc_time {
	int year, month, day, hour, minute, second; /* year in full, month 1-12 */
};

/* Busy-waits at most for the end of a clock update (2 ms). */
void cmos_read_time(struct rtc_time *t);

#endif
