/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the compiler is told beyond the language, and the small macros that every file needs.
 */
#ifndef CONDUIT_LIB_COMPILER_H
#define CONDUIT_LIB_COMPILER_H

#include <stddef.h>

#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

#define __user         /* a pointer into user space: only uaccess.h may follow it */
#define __init         __attribute__((__section__(".init.text"), cold))
#define __initdata     __attribute__((__section__(".init.data")))
#define __aligned(x)   __attribute__((aligned(x)))
#define __packed       __attribute__((packed))
#define __section(s)   __attribute__((__section__(s)))
#define __used         __attribute__((used))
#define __weak         __attribute__((weak))
#define __maybe_unused __attribute__((unused))
#undef __always_inline /* the host's, in unit tests */
#define __always_inline inline __attribute__((always_inline))
#define noinline        __attribute__((noinline))
#ifndef __noreturn
#define __noreturn __attribute__((noreturn))
#endif
#define __must_check   __attribute__((warn_unused_result))
#define __printf(a, b) __attribute__((format(printf, a, b)))
#define __cold         __attribute__((cold))
#define __malloc       __attribute__((malloc))
#define __read_mostly
#define __cacheline_aligned __aligned(64)
#define fallthrough         __attribute__((fallthrough))

#define barrier() __asm__ __volatile__("" ::: "memory")
/* The same, and what p points to is needed. */
#define barrier_data(p) __asm__ __volatile__("" : : "r"(p) : "memory")

/* One access, neither torn nor repeated nor left out by the compiler. */
#define READ_ONCE(x)     (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#define ARRAY_SIZE(a)      (sizeof(a) / sizeof((a)[0]))
#define sizeof_field(t, f) sizeof(((t *)0)->f)
#ifndef offsetof
#define offsetof(t, f) __builtin_offsetof(t, f)
#endif
#define container_of(ptr, type, member)                                                            \
	({                                                                                         \
		const __typeof__(((type *)0)->member) *__mptr = (ptr);                             \
		(type *)((char *)__mptr - offsetof(type, member));                                 \
	})

#define BUILD_BUG_ON(cond) _Static_assert(!(cond), #cond)

#define min(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) __min_a = (a);                                                       \
		__typeof__(b) __min_b = (b);                                                       \
		__min_a < __min_b ? __min_a : __min_b;                                             \
	})
#define max(a, b)                                                                                  \
	({                                                                                         \
		__typeof__(a) __max_a = (a);                                                       \
		__typeof__(b) __max_b = (b);                                                       \
		__max_a > __max_b ? __max_a : __max_b;                                             \
	})
#define min_t(t, a, b)        min((t)(a), (t)(b))
#define max_t(t, a, b)        max((t)(a), (t)(b))
#define clamp(v, lo, hi)      min(max(v, lo), hi)
#define clamp_t(t, v, lo, hi) clamp((t)(v), (t)(lo), (t)(hi))
#define swap(a, b)                                                                                 \
	do {                                                                                       \
		__typeof__(a) __swap_tmp = (a);                                                    \
		(a) = (b);                                                                         \
		(b) = __swap_tmp;                                                                  \
	} while (0)

/* a is a power of two. */
#define ALIGN(x, a)        (((x) + ((__typeof__(x))(a)-1)) & ~((__typeof__(x))(a)-1))
#define ALIGN_DOWN(x, a)   ((x) & ~((__typeof__(x))(a)-1))
#define IS_ALIGNED(x, a)   (((x) & ((__typeof__(x))(a)-1)) == 0)
#define round_up(x, a)     ALIGN(x, a)
#define round_down(x, a)   ALIGN_DOWN(x, a)
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define PTR_ALIGN(p, a)    ((__typeof__(p))ALIGN((unsigned long)(p), (a)))

#define __stringify_1(x...) #x
#define __stringify(x...)   __stringify_1(x)
#define __PASTE2(a, b)      a##b
#define __PASTE(a, b)       __PASTE2(a, b)
#define __UNIQUE_ID(prefix) __PASTE(prefix, __COUNTER__)

#endif
