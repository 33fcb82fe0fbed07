/* SPDX-License-Identifier: GPL-2.0-only */
/* What sysinfo(2) fills in. */
#ifndef CONDUIT_UAPI_SYSINFO_H
#define CONDUIT_UAPI_SYSINFO_H

#define SI_LOAD_SHIFT 16 /* loads are fixed point with 16 bits behind the point */

struct sysinfo {
	long uptime;            /* seconds since boot */
	unsigned long loads[3]; /* 1, 5 and 15 minutes */
	unsigned long totalram; /* these in mem_unit bytes */
	unsigned long freeram;
	unsigned long sharedram;
	unsigned long bufferram;
	unsigned long totalswap;
	unsigned long freeswap;
	unsigned short procs;
	unsigned short pad;
	unsigned long totalhigh;
	unsigned long freehigh;
	unsigned int mem_unit;
};

_Static_assert(sizeof(struct sysinfo) == 112, "struct sysinfo is 112 bytes");

#endif
