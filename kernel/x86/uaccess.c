// SPDX-License-Identifier: GPL-2.0-only
/*
 * User memory: checks around the copies of usercopy.asm, strings, and the atomic operations of
 * futexes. Linux: arch/x86/lib/usercopy.c, lib/strncpy_from_user.c.
 */
#include "kernel/lib/string.h"
#include "kernel/locking/lockdep.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/uaccess.h"

/* Kernel code is not pre-empted and does not sleep in such a section: the CPU's own count. */
static DEFINE_PER_CPU(int, pagefault_disable_depth);

void pagefault_disable(void)
{
	this_cpu_inc(pagefault_disable_depth);
	barrier();
}

void pagefault_enable(void)
{
	barrier();
	this_cpu_dec(pagefault_disable_depth);
}

bool pagefault_disabled(void)
{
	return this_cpu_read(pagefault_disable_depth) > 0;
}

/* What the kernel did not get from user space it must not take from the stack or heap either. */
unsigned long copy_from_user_failed(void *to, unsigned long n, unsigned long left)
{
	memset((u8 *)to + (n - left), 0, left);
	return left;
}

unsigned long clear_user(void __user *to, unsigned long n)
{
	if (unlikely(!access_ok(to, n)))
		return n;
	return __clear_user_asm(to, n);
}

#define ONES  0x0101010101010101ul
#define HIGHS 0x8080808080808080ul

/*
 * Whole words as long as they do not cross into the next page's unknown: an aligned word never
 * does, so align first.
 */
long strncpy_from_user(char *dst, const char __user *src, long count)
{
	long done = 0;
	u64 word;
	char c;

	if (count <= 0)
		return 0;
	while (done < count && ((unsigned long)(src + done) & 7)) {
		if (get_user(c, src + done))
			return -EFAULT;
		dst[done] = c;
		if (!c)
			return done;
		done++;
	}
	while (done + 8 <= count) {
		if (get_user(word, (const u64 __user *)(src + done)))
			return -EFAULT;
		if ((word - ONES) & ~word & HIGHS)
			break;
		memcpy(dst + done, &word, 8);
		done += 8;
	}
	for (; done < count; done++) {
		if (get_user(c, src + done))
			return -EFAULT;
		dst[done] = c;
		if (!c)
			return done;
	}
	return done;
}

long strnlen_user(const char __user *str, long count)
{
	long done = 0;
	u64 word;
	char c;

	while (done < count) {
		if (((unsigned long)(str + done) & 7) == 0 && done + 8 <= count) {
			if (get_user(word, (const u64 __user *)(str + done)))
				return 0;
			if (!((word - ONES) & ~word & HIGHS)) {
				done += 8;
				continue;
			}
		}
		if (get_user(c, str + done))
			return 0;
		done++;
		if (!c)
			return done;
	}
	return count + 1;
}

int futex_atomic_cmpxchg_inatomic(u32 *found, u32 __user *uaddr, u32 old, u32 new)
{
	int error = 0;

	if (!access_ok(uaddr, sizeof(*uaddr)))
		return -EFAULT;
	__asm__ __volatile__(ASM_STAC "1: lock cmpxchgl %4, %2\n"
				      "2:" ASM_CLAC "jmp 4f\n"
				      "3: movl %5, %0\n\t"
				      "jmp 2b\n"
				      "4:\n" _ASM_EXTABLE(1b, 3b)
			     : "+r"(error), "+a"(old), "+m"(*uaddr)
			     : "i"(0), "r"(new), "i"(-EFAULT)
			     : "memory", "cc");
	*found = old;
	return error;
}

int arch_futex_atomic_op_inuser(int op, int oparg, int *oldval, u32 __user *uaddr)
{
	u32 old, found, new;
	int error;

	if (get_user(old, uaddr))
		return -EFAULT;
	for (;;) {
		switch (op) {
		case 0:
			new = oparg;
			break;
		case 1:
			new = old + oparg;
			break;
		case 2:
			new = old | oparg;
			break;
		case 3:
			new = old & ~oparg;
			break;
		case 4:
			new = old ^ oparg;
			break;
		default:
			return -ENOSYS;
		}
		error = futex_atomic_cmpxchg_inatomic(&found, uaddr, old, new);
		if (error)
			return error;
		if (found == old)
			break;
		old = found;
		cpu_relax();
	}
	*oldval = old;
	return 0;
}
