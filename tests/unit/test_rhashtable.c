// SPDX-License-Identifier: GPL-2.0-only
/*
 * The resizable hash table against a plain set: growing, shrinking, failing allocations; and a reader
 * who never misses what is there, however often the table is replaced at any step of its search.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include "tests/unit/host.h"
#include "kernel/lib/err.h"
#include "kernel/lib/compiler.h"

/* Each read of a look-up gives the test a turn, in which it changes the table. */
static void at_each_read(void);
#undef READ_ONCE
#define READ_ONCE(x) (at_each_read(), *(const volatile __typeof__(x) *)&(x))
#include "kernel/lib/rhashtable.h"

#define N 5000

struct item {
	int before;
	int key;
	struct rhash_head node;
	bool in;
};

static struct item items[N];
static struct rhashtable ht;
static int reads_left;
static const struct rhashtable_params params = {
	.key_len = sizeof(int),
	.key_offset = offsetof(struct item, key),
	.head_offset = offsetof(struct item, node),
	.automatic_shrinking = true,
};

static void count_one(void *obj, void *arg)
{
	assert(((struct item *)obj)->in);
	++*(unsigned int *)arg;
}

#define STAY 24
#define COME 300

/* A reader is about to do its reads_left-th read: the others come, or go, several tables long. */
static void at_each_read(void)
{
	static bool there;

	if (reads_left == 0 || --reads_left)
		return;
	for (int i = STAY; i < STAY + COME; i++) {
		if (there)
			assert(!rhashtable_remove_fast(&ht, &items[i].node));
		else
			rhashtable_insert_fast(&ht, &items[i].node);
	}
	there = !there;
}

/* Old tables stay until the reader is through. */
static void test_beside_reader(void)
{
	host_defer_rcu = 1;
	assert(!rhashtable_init(&ht, &params));
	for (int i = 0; i < STAY; i++)
		rhashtable_insert_fast(&ht, &items[i].node);
	for (int n = 1; n <= 10; n++) {
		for (int i = 0; i < STAY; i++) {
			reads_left = n;
			assert(rhashtable_lookup_fast(&ht, &items[i].key, params) == &items[i]);
			reads_left = n;
			assert(!rhashtable_lookup_fast(&ht, &items[N - 1].key, params));
			reads_left = 0;
			host_run_rcu();
		}
	}
	assert(rhashtable_count(&ht) >= STAY);
	rhashtable_destroy(&ht);
	host_run_rcu();
	assert(host_allocations == 0);
	host_defer_rcu = 0;
}

int main(void)
{
	unsigned int n = 0, seen;

	srand(1);
	for (int i = 0; i < N; i++)
		items[i].key = i * 401;
	test_beside_reader();
	assert(!rhashtable_init(&ht, &params));
	for (int round = 0; round < 200000; round++) {
		/* Grows, shrinks, grows … */
		struct item *item = &items[rand() % (round / 20000 % 2 ? N / 20 : N)];

		if (round % 40000 > 20000)
			item = &items[rand() % N];
		host_fail_after = rand() % 4 ? -1 : 0;
		if (!item->in && (round / 20000 % 2 == 0)) {
			assert(!rhashtable_lookup_insert_fast(&ht, &item->node));
			assert(rhashtable_lookup_insert_fast(&ht, &item->node) == -EEXIST);
			item->in = true;
			n++;
		} else if (item->in) {
			assert(!rhashtable_remove_fast(&ht, &item->node));
			assert(rhashtable_remove_fast(&ht, &item->node) == -ENOENT);
			item->in = false;
			n--;
		}
		host_fail_after = -1;
		item = &items[rand() % N];
		assert(rhashtable_lookup_fast(&ht, &item->key, params) == (item->in ? item : NULL));
		assert(rhashtable_count(&ht) == n);
		if (round % 5000 == 0) {
			seen = 0;
			rhashtable_for_each(&ht, count_one, &seen);
			assert(seen == n);
		}
	}
	seen = 0;
	rhashtable_free_and_destroy(&ht, count_one, &seen);
	assert(seen == n && host_allocations == 0);
	puts("ok rhashtable");
	return 0;
}
