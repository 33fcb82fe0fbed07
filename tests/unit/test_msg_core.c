// SPDX-License-Identifier: GPL-2.0-only
/*
 * find_msg() against msgrcv(2)'s words, on random queues; convert_mode() at the ends of long; what
 * fits. links: ipc/msg_core.c
 */
#include "ipc/msg_core.h"

#include <assert.h>
#include <string.h>

#define LENGTH 12
#define ROUNDS 200000

static struct msg_msg messages[LENGTH];
static LIST_HEAD(queue);
static unsigned long rng = 7;

static unsigned int draw(unsigned int n)
{
	rng = rng * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned int)(rng >> 33) % n;
}

/* "The first message … of type msgtyp; … the lowest type less than or equal to the absolute value." */
static struct msg_msg *expected(int n, long wanted, int flags)
{
	struct msg_msg *best = NULL;

	if (flags & MSG_COPY)
		return wanted >= 0 && wanted < n ? &messages[wanted] : NULL;
	for (int i = 0; i < n; i++) {
		struct msg_msg *m = &messages[i];

		if (wanted == 0)
			return m;
		if (wanted > 0 &&
		    ((flags & MSG_EXCEPT) ? m->m_type != wanted : m->m_type == wanted))
			return m;
		if (wanted < 0 && m->m_type <= -wanted && (!best || m->m_type < best->m_type))
			best = m;
	}
	return best;
}

static void test_find_msg(void)
{
	static const int flag_sets[] = { 0, MSG_EXCEPT, MSG_COPY };

	for (int round = 0; round < ROUNDS; round++) {
		int n = (int)draw(LENGTH + 1), flags = flag_sets[draw(3)];
		long wanted = (long)draw(13) - (flags & MSG_COPY ? 0 : 6), type = wanted;
		enum search_mode mode;

		INIT_LIST_HEAD(&queue);
		for (int i = 0; i < n; i++) {
			messages[i].m_type = 1 + draw(6);
			list_add_tail(&messages[i].m_list, &queue);
		}
		mode = convert_mode(&type, flags);
		assert(find_msg(&queue, type, mode) == expected(n, wanted, flags));
	}
}

static void test_convert_mode(void)
{
	long type = (long)(1ul << 63);

	assert(convert_mode(&type, 0) == SEARCH_LESSEQUAL && type == (long)(~0ul >> 1));
	type = -5;
	assert(convert_mode(&type, MSG_EXCEPT) == SEARCH_LESSEQUAL && type == 5);
	type = 5;
	assert(convert_mode(&type, MSG_EXCEPT) == SEARCH_NOTEQUAL && type == 5);
	type = 0;
	assert(convert_mode(&type, MSG_EXCEPT) == SEARCH_ANY);
}

static void test_fits(void)
{
	static struct msg_queue q;

	q.q_qbytes = 100;
	q.q_cbytes = 60;
	q.q_qnum = 3;
	assert(msg_fits_inqueue(&q, 40) && !msg_fits_inqueue(&q, 41));
	q.q_cbytes = 0;
	q.q_qnum = 100; /* empty messages count, too */
	assert(!msg_fits_inqueue(&q, 0));
	q.q_qnum = 99;
	assert(msg_fits_inqueue(&q, 0));
}

int main(void)
{
	test_find_msg();
	test_convert_mode();
	test_fits();
	return 0;
}
