// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calendar dates to seconds since 1970. Pure; tests/unit/test_time.c.
 *
 * Idea: let the year begin in March, then the leap day is its last day, and the days before each
 * month follow a linear pattern: (153 * m + 2) / 5 for m = 0 (March) … 11 (February).
 */
#include "kernel/sched/ktime.h"

#define DAYS_TO_1970 719468 /* from 0000-03-01 */

time64_t mktime64(unsigned int year, unsigned int month, unsigned int day, unsigned int hour,
		  unsigned int minute, unsigned int second)
{
	s64 y = month <= 2 ? (s64)year - 1 : year;
	s64 m = month <= 2 ? month + 9 : month - 3;
	s64 days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - DAYS_TO_1970;

	return ((days * 24 + hour) * 60 + minute) * 60 + second;
}
