/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking a path apart, and the hash of a name: pure, also compiled and tested on the host.
 * Linux: hash_name() in fs/namei.c, include/linux/stringhash.h.
 */
#ifndef CONDUIT_FS_PATH_COMPONENT_H
#define CONDUIT_FS_PATH_COMPONENT_H

#include "kernel/lib/types.h"
#include "kernel/lib/compiler.h"

/* What a component of a path is. LAST_ROOT: there was none, the path is only slashes. */
enum last_type { LAST_NORM, LAST_ROOT, LAST_DOT, LAST_DOTDOT };

/* The hash, a byte at a time, so that the walk computes it while it looks for '/'. */
static inline u64 name_hash_init(const void *salt)
{
	return (unsigned long)salt >> 6;
}

static inline u64 name_hash_step(u64 hash, unsigned char c)
{
	return (hash + c) * 0x9e3779b97f4a7c15ull;
}

static inline u32 name_hash_end(u64 hash)
{
	return (u32)(hash >> 32);
}

/*
 * The component that path starts with (its first character is neither 0 nor '/'): length, hash and
 * type. Returns the start of the next component, or the final 0; slashes between are skipped.
 */
static inline const char *path_component(const char *path, const void *salt, u32 *len, u32 *hash,
					 enum last_type *type)
{
	const char *p = path;
	u64 h = name_hash_init(salt);

	do {
		h = name_hash_step(h, (unsigned char)*p++);
	} while (*p && *p != '/');
	*len = (u32)(p - path);
	*hash = name_hash_end(h);
	*type = LAST_NORM;
	if (unlikely(path[0] == '.')) {
		if (*len == 1)
			*type = LAST_DOT;
		else if (*len == 2 && path[1] == '.')
			*type = LAST_DOTDOT;
	}
	while (*p == '/')
		p++;
	return p;
}

#endif
