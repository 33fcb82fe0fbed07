/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading and writing user memory: the only way. A user pointer may be anything; each access is
 * checked to lie in the user half, opens SMAP's door for its own duration, and a fault in it jumps
 * to its fix-up in the exception table instead of being a kernel bug.
 *
 * Sleeps: a fault may page in. Never under a spinlock.
 * Linux: arch/x86/include/asm/uaccess.h.
 */
#ifndef CONDUIT_X86_UACCESS_H
#define CONDUIT_X86_UACCESS_H

#include "kernel/uapi/errno.h"
#include "kernel/lib/compiler.h"
#include "kernel/lib/types.h"
#include "kernel/x86/barrier.h"
#include "kernel/x86/page.h"

/* One place that may fault and where to go on: 32-bit offsets from the fields themselves. */
struct exception_table_entry {
	s32 insn, fixup;
};

#define _ASM_EXTABLE(from, to)                                                                     \
	".pushsection __ex_table,\"a\"\n\t"                                                        \
	".balign 4\n\t"                                                                            \
	".long (" #from ") - .\n\t"                                                                \
	".long (" #to ") - .\n\t"                                                                  \
	".popsection\n\t"

/* Three-byte no-ops that apply_alternatives() turns into stac and clac when the CPU has SMAP. */
#define __ASM_SMAP_SITE(kind)                                                                      \
	"770: .byte 0x0f,0x1f,0x00\n\t"                                                            \
	".pushsection .smap_sites,\"a\"\n\t"                                                       \
	".balign 4\n\t"                                                                            \
	".long 770b - .\n\t"                                                                       \
	".long " #kind "\n\t"                                                                      \
	".popsection\n\t"
#define ASM_STAC __ASM_SMAP_SITE(1)
#define ASM_CLAC __ASM_SMAP_SITE(0)

static __always_inline bool access_ok(const void __user *addr, size_t size)
{
	unsigned long start = (unsigned long)addr;

	return size <= TASK_SIZE && start <= TASK_SIZE - size;
}

/* Bytes that could not be copied: 0 is success. In kernel/x86/usercopy.asm. */
unsigned long __copy_user(void *to, const void *from, unsigned long n);
unsigned long __clear_user_asm(void __user *to, unsigned long n);

unsigned long clear_user(void __user *to, unsigned long n);

/* Length without the NUL, count if there is none within count, or -EFAULT. */
long strncpy_from_user(char *dst, const char __user *src, long count);
/* Length with the NUL; more than count if none within count; 0 on a fault. */
long strnlen_user(const char __user *str, long count);

/* The way of a fault lies apart, so that the common way has no jump. */
#define __get_user_asm(x, ptr, size_suffix, reg, err)                                              \
	__asm__ __volatile__(ASM_STAC "1: mov" size_suffix " %2, %" reg "1\n"                      \
				      "2:" ASM_CLAC ".pushsection .text.unlikely\n"                \
				      "3: mov %3, %0\n\t"                                          \
				      "xor %k1, %k1\n\t"                                           \
				      "jmp 2b\n\t"                                                 \
				      ".popsection\n\t" _ASM_EXTABLE(1b, 3b)                       \
			     : "+r"(err), "=&r"(x)                                                 \
			     : "m"(*(ptr)), "i"(-EFAULT))

#define __put_user_asm(x, ptr, size_suffix, reg, err)                                              \
	__asm__ __volatile__(ASM_STAC "1: mov" size_suffix " %" reg "2, %1\n"                      \
				      "2:" ASM_CLAC ".pushsection .text.unlikely\n"                \
				      "3: mov %3, %0\n\t"                                          \
				      "jmp 2b\n\t"                                                 \
				      ".popsection\n\t" _ASM_EXTABLE(1b, 3b)                       \
			     : "+r"(err), "=m"(*(ptr))                                             \
			     : "r"(x), "i"(-EFAULT))

/* 0 or -EFAULT; x becomes 0 on a fault. The type of ptr says the size: 1, 2, 4 or 8. */
#define get_user(x, ptr)                                                                           \
	({                                                                                         \
		const __typeof__(*(ptr)) __user *__gu_ptr = (ptr);                                 \
		unsigned long __gu_val = 0;                                                        \
		int __gu_err = 0;                                                                  \
		if (unlikely(!access_ok(__gu_ptr, sizeof(*__gu_ptr))))                             \
			__gu_err = -EFAULT;                                                        \
		else                                                                               \
			switch (sizeof(*__gu_ptr)) {                                               \
			case 1:                                                                    \
				__get_user_asm(__gu_val, (const u8 *)__gu_ptr, "zbl", "k",         \
					       __gu_err);                                          \
				break;                                                             \
			case 2:                                                                    \
				__get_user_asm(__gu_val, (const u16 *)__gu_ptr, "zwl", "k",        \
					       __gu_err);                                          \
				break;                                                             \
			case 4:                                                                    \
				__get_user_asm(__gu_val, (const u32 *)__gu_ptr, "l", "k",          \
					       __gu_err);                                          \
				break;                                                             \
			default:;                                                                  \
				BUILD_BUG_ON(sizeof(*__gu_ptr) > 8);                               \
				__get_user_asm(__gu_val, (const u64 *)__gu_ptr, "q", "",           \
					       __gu_err);                                          \
			}                                                                          \
		(x) = (__typeof__(*(ptr)))__gu_val;                                                \
		__gu_err;                                                                          \
	})

#define put_user(x, ptr)                                                                           \
	({                                                                                         \
		__typeof__(*(ptr)) __user *__pu_ptr = (ptr);                                       \
		__typeof__(*(ptr)) __pu_val = (x);                                                 \
		int __pu_err = 0;                                                                  \
		if (unlikely(!access_ok(__pu_ptr, sizeof(*__pu_ptr))))                             \
			__pu_err = -EFAULT;                                                        \
		else                                                                               \
			switch (sizeof(*__pu_ptr)) {                                               \
			case 1:                                                                    \
				__put_user_asm((u8)(unsigned long)__pu_val, (u8 *)__pu_ptr, "b",   \
					       "b", __pu_err);                                     \
				break;                                                             \
			case 2:                                                                    \
				__put_user_asm((u16)(unsigned long)__pu_val, (u16 *)__pu_ptr, "w", \
					       "w", __pu_err);                                     \
				break;                                                             \
			case 4:                                                                    \
				__put_user_asm((u32)(unsigned long)__pu_val, (u32 *)__pu_ptr, "l", \
					       "k", __pu_err);                                     \
				break;                                                             \
			default:;                                                                  \
				BUILD_BUG_ON(sizeof(*__pu_ptr) > 8);                               \
				__put_user_asm((u64)(unsigned long)__pu_val, (u64 *)__pu_ptr, "q", \
					       "", __pu_err);                                      \
			}                                                                          \
		__pu_err;                                                                          \
	})

/*
 * One access for a size that is known when compiling, 4 or 8 bytes. False: it is another size, or
 * the access faults and the long way finds out how many bytes can be copied.
 */
static __always_inline bool copy_word_from_user(void *to, const void __user *from, unsigned long n)
{
	unsigned long value;
	int error = 0;

	if (!__builtin_constant_p(n) || (n != 4 && n != 8))
		return false;
	if (n == 4)
		__get_user_asm(value, (const u32 *)from, "l", "k", error);
	else
		__get_user_asm(value, (const u64 *)from, "q", "", error);
	if (unlikely(error))
		return false;
	__builtin_memcpy(to, &value, n);
	return true;
}

static __always_inline bool copy_word_to_user(void __user *to, const void *from, unsigned long n)
{
	unsigned long value = 0;
	int error = 0;

	if (!__builtin_constant_p(n) || (n != 4 && n != 8))
		return false;
	__builtin_memcpy(&value, from, n);
	if (n == 4)
		__put_user_asm((u32)value, (u32 *)to, "l", "k", error);
	else
		__put_user_asm(value, (u64 *)to, "q", "", error);
	return likely(!error);
}

/* Zeroes the left last bytes of n and returns left. */
unsigned long copy_from_user_failed(void *to, unsigned long n, unsigned long left);

/* Return the number of bytes not copied. The rest of a kernel buffer that was not filled is zeroed. */
static __always_inline unsigned long copy_from_user(void *to, const void __user *from,
						    unsigned long n)
{
	unsigned long left = n;

	if (likely(access_ok(from, n))) {
		if (copy_word_from_user(to, from, n))
			return 0;
		left = __copy_user(to, from, n);
	}
	if (likely(!left))
		return 0;
	return copy_from_user_failed(to, n, left);
}

static __always_inline unsigned long copy_to_user(void __user *to, const void *from,
						  unsigned long n)
{
	if (unlikely(!access_ok(to, n)))
		return n;
	if (copy_word_to_user(to, from, n))
		return 0;
	return __copy_user(to, from, n);
}

#define __get_user(x, ptr) get_user(x, ptr)
#define __put_user(x, ptr) put_user(x, ptr)

/*
 * For futexes, atomic on user memory. 0 or -EFAULT. *found is the old value.
 */
int futex_atomic_cmpxchg_inatomic(u32 *found, u32 __user *uaddr, u32 old, u32 new);
/* op: FUTEX_OP_SET ADD OR ANDN XOR as 0-4. */
int arch_futex_atomic_op_inuser(int op, int oparg, int *oldval, u32 __user *uaddr);

/* Faults in this section fail at once instead of paging in (futexes under a spinlock). */
void pagefault_disable(void);
void pagefault_enable(void);
bool pagefault_disabled(void);

#endif
