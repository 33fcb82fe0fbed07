/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Strings and memory. The compiler may expand copies of known small sizes; memcpy, memmove and
 * memset themselves are kernel/x86/string.c, the others kernel/lib/string.c. On the host the C
 * library's are used.
 * Linux: include/linux/string.h.
 */
#ifndef CONDUIT_LIB_STRING_H
#define CONDUIT_LIB_STRING_H

#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"

#ifdef CONDUIT_HOST
#include <string.h>
#include <strings.h>
#else
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t n);
char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t n);
char *strcat(char *to, const char *from);
char *strchr(const char *s, int c);
char *strchrnul(const char *s, int c);
char *strrchr(const char *s, int c);
char *strstr(const char *s, const char *what);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strpbrk(const char *s, const char *accept);
char *strsep(char **s, const char *delimiters);

#define memcpy(to, from, n)  __builtin_memcpy(to, from, n)
#define memmove(to, from, n) __builtin_memmove(to, from, n)
#define memset(to, c, n)     __builtin_memset(to, c, n)
#define memcmp(a, b, n)      __builtin_memcmp(a, b, n)
#define strlen(s)            __builtin_strlen(s)
#endif

/* Copies what fits, always terminated; the length, or -E2BIG when cut off. */
ssize_t strscpy(char *to, const char *from, size_t size);
/* The length that it tried to make. */
size_t strlcpy(char *to, const char *from, size_t size);
/* The first byte that is not c, or NULL. */
void *memchr_inv(const void *s, int c, size_t n);
/* Fills the rest with 0: for what goes to user space. */
void strncpy_pad(char *to, const char *from, size_t size);
#define strscpy_pad(to, from, size) strncpy_pad(to, from, size)
/* White space off both ends; writes a 0 into s. */
char *strim(char *s);
char *skip_spaces(const char *s);
/* Equal but for one trailing newline. */
bool sysfs_streq(const char *a, const char *b);

static inline bool strstarts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* memset() that the compiler does not drop. */
static inline void memzero_explicit(void *p, size_t n)
{
	memset(p, 0, n);
	barrier_data(p);
}

#endif
