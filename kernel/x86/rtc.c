// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the CMOS real-time clock once at boot. Two equal readings in a row, taken with no update
 * under way, are the time. MC146818 data sheet. Linux: drivers/rtc/rtc-mc146818-lib.c.
 */
#include "kernel/x86/rtc.h"
#include "kernel/x86/io.h"

#define RTC_INDEX 0x70
#define RTC_DATA  0x71

static u8 cmos_read(u8 reg)
{
	outb(reg, RTC_INDEX);
	return inb(RTC_DATA);
}

static int from_bcd(u8 value)
{
	return (value >> 4) * 10 + (value & 15);
}

static void read_registers(u8 *r)
{
	static const u8 registers[] = { 0, 2, 4, 7, 8, 9, 0x32 };

	for (int tries = 0; tries < 2000 && (cmos_read(10) & 0x80); tries++)
		cpu_relax();
	for (unsigned int i = 0; i < sizeof(registers); i++)
		r[i] = cmos_read(registers[i]);
}

void cmos_read_time(struct rtc_time *t)
{
	u8 a[7], b[7], status;
	bool same = false;

	for (int tries = 0; tries < 10 && !same; tries++) {
		read_registers(a);
		read_registers(b);
		same = __builtin_memcmp(a, b, sizeof(a)) == 0;
	}
	status = cmos_read(11);
	if (!(status & 0x02)) /* 12-hour form */
		a[2] = (a[2] & 0x7f) | (a[2] & 0x80);
	if (!(status & 0x04)) { /* binary-coded decimal */
		u8 pm = a[2] & 0x80;

		for (unsigned int i = 0; i < sizeof(a); i++)
			a[i] = from_bcd(i == 2 ? a[i] & 0x7f : a[i]);
		a[2] |= pm;
	}
	if (!(status & 0x02))
		a[2] = (a[2] & 0x7f) % 12 + ((a[2] & 0x80) ? 12 : 0);
	t->second = a[0];
	t->minute = a[1];
	t->hour = a[2];
	t->day = a[3];
	t->month = a[4];
	t->year = (a[6] >= 19 && a[6] < 30 ? a[6] * 100 : 2000) + a[5];
}
