/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The basic types. On the host (unit tests) the C library's own definitions are used where both
 * would name the same thing.
 */
#ifndef CONDUIT_LIB_TYPES_H
#define CONDUIT_LIB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdarg.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

#ifdef CONDUIT_HOST
#include <sys/types.h>
#else
typedef long ssize_t;
typedef long off_t;
typedef int pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef long time_t;
typedef long clock_t;
typedef unsigned int dev_t; /* 12 bits major, 20 bits minor */
typedef unsigned long ino_t;
typedef int clockid_t;
typedef long long loff_t;
#endif

typedef unsigned short umode_t;
typedef unsigned int gfp_t;
typedef u64 phys_addr_t;
typedef u64 pgoff_t;
typedef u64 sector_t;
typedef unsigned int __poll_t;

/* A function to be called later with the object that this is part of: RCU. */
struct rcu_head {
	struct rcu_head *next;
	void (*func)(struct rcu_head *head);
};

#endif
