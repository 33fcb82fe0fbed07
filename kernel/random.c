// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random numbers: one key, from which everything is generated, and what stirs it.
 *
 * Idea: each request takes a fresh key: one ChaCha block under the base key gives the next base key
 *   and the request's own (or all its bytes, when they are few), so that nothing that is in memory
 *   later tells what was handed out before (fast key erasure). The base key is seeded from the CPU's
 *   generator and the time-stamp counter at first use; interrupts' timing is mixed in as it comes.
 *   Under QEMU's -icount both sources repeat from run to run, and so does everything here.
 * Locking: base_lock (interrupts off) for the key; the output is generated outside it.
 * Sleeps: getrandom() touches user memory; get_random_bytes() never does.
 * Linux: drivers/char/random.c; entropy estimates and blocking until seeded are left out: it is
 *   seeded from the first request on.
 * Start at: get_random_bytes(). Tests: tests/kernel/getrandom.c.
 */
#include "kernel/lib/random.h"

#include "kernel/lib/chacha.h"
#include "kernel/lib/string.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/sched.h"
#include "kernel/x86/archrandom.h"
#include "kernel/x86/tsc.h"
#include "kernel/x86/uaccess.h"
#include "fs/uio.h"
#include "kernel/syscall.h"

#define GRND_NONBLOCK 0x0001
#define GRND_RANDOM   0x0002
#define GRND_INSECURE 0x0004

static DEFINE_SPINLOCK(base_lock);
static u32 base_key[CHACHA_KEY_WORDS]; /* [base_lock] */
static bool seeded;                    /* [base_lock] */

/* base_lock held: the key becomes a function of itself and data. */
static void mix(const void *data, size_t n)
{
	const u8 *bytes = data;
	u8 block[CHACHA_BLOCK_SIZE];
	u32 state[CHACHA_STATE_WORDS];

	do {
		size_t part = n < sizeof(base_key) ? n : sizeof(base_key);
		size_t i;

		for (i = 0; i < part; i++)
			((u8 *)base_key)[i] ^= bytes[i];
		chacha_init(state, base_key);
		chacha20_block(state, block);
		memcpy(base_key, block, sizeof(base_key));
		bytes += part;
		n -= part;
	} while (n);
}

static void seed(void)
{
	u64 words[5];
	int i;

	for (i = 0; i < 4; i++)
		if (!arch_get_random(&words[i]))
			words[i] = rdtsc() * 0x9e3779b97f4a7c15ull;
	words[4] = rdtsc();
	mix(words, sizeof(words));
	seeded = true;
}

void add_device_randomness(const void *data, size_t n)
{
	u64 now = rdtsc();
	unsigned long flags;

	spin_lock_irqsave(&base_lock, flags);
	mix(&now, sizeof(now));
	if (n)
		mix(data, n);
	spin_unlock_irqrestore(&base_lock, flags);
}

/* A block of which the first half is the base key from now on, and the second nobody else's. */
static void next_block(u8 block[CHACHA_BLOCK_SIZE])
{
	u32 state[CHACHA_STATE_WORDS];
	unsigned long flags;

	spin_lock_irqsave(&base_lock, flags);
	if (unlikely(!seeded))
		seed();
	chacha_init(state, base_key);
	chacha20_block(state, block);
	memcpy(base_key, block, sizeof(base_key));
	spin_unlock_irqrestore(&base_lock, flags);
}

/* A generator for one request. */
static void new_request(u32 state[CHACHA_STATE_WORDS])
{
	u8 block[CHACHA_BLOCK_SIZE];

	next_block(block);
	chacha_init(state, (const u32 *)(block + sizeof(base_key)));
}

void get_random_bytes(void *buf, size_t n)
{
	u32 state[CHACHA_STATE_WORDS];
	u8 block[CHACHA_BLOCK_SIZE];

	if (n <= sizeof(block) - sizeof(base_key)) {
		/* Few bytes need no key of their own: they can be what would be their key. */
		next_block(block);
		memcpy(buf, block + sizeof(base_key), n);
		return;
	}
	new_request(state);
	while (n) {
		size_t part = n < sizeof(block) ? n : sizeof(block);

		chacha20_block(state, block);
		memcpy(buf, block, part);
		buf = (u8 *)buf + part;
		n -= part;
	}
}

u32 get_random_u32_below(u32 ceil)
{
	u32 value, limit;

	if (ceil < 2)
		return 0;
	/* Values in the incomplete last round would make the small results likelier. */
	limit = (u32)-ceil % ceil;
	do {
		value = get_random_u32();
	} while (value < limit);
	return value % ceil;
}

ssize_t get_random_bytes_iter(struct iov_iter *to)
{
	u32 state[CHACHA_STATE_WORDS];
	u8 block[CHACHA_BLOCK_SIZE];
	size_t done = 0;

	new_request(state);
	while (iov_iter_count(to)) {
		size_t part = min(iov_iter_count(to), sizeof(block)), copied;

		chacha20_block(state, block);
		copied = copy_to_iter(block, part, to);
		done += copied;
		if (copied < part)
			return done ? (ssize_t)done : -EFAULT;
		if (!(done % PAGE_SIZE) && signal_pending(current))
			break;
		cond_resched();
	}
	return (ssize_t)done;
}

SYSCALL_DEFINE3(getrandom, char __user *, buf, size_t, count, unsigned int, flags)
{
	struct iov_iter to;

	if (flags & ~(unsigned int)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	if ((flags & (GRND_INSECURE | GRND_RANDOM)) == (GRND_INSECURE | GRND_RANDOM))
		return -EINVAL;
	if (count > 0x7fffffff)
		count = 0x7fffffff;
	iov_iter_ubuf(&to, ITER_DEST, buf, count);
	return get_random_bytes_iter(&to);
}
