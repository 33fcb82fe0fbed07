// SPDX-License-Identifier: GPL-2.0-only
/*
 * perform_atomic_semop() against the definition: a copy of the values that is changed step by step
 * and thrown away when a step fails. links: ipc/sem_core.c
 */
#include "ipc/sem_core.h"
#include "kernel/uapi/errno.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct pid *get_pid(struct pid *pid)
{
	return pid;
}

void put_pid(struct pid *pid)
{
}

#define NSEMS  70
#define ROUNDS 200000

static struct sem_array *set;
static struct sem_undo *undo;
static int model[NSEMS], model_undo[NSEMS];
static unsigned long rng = 42;

static unsigned int draw(unsigned int n)
{
	rng = rng * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned int)(rng >> 33) % n;
}

/* What the manual says. */
static int expected(const struct sembuf *sops, int nsops, int *blocking)
{
	int values[NSEMS], undos[NSEMS];

	memcpy(values, model, sizeof(values));
	memcpy(undos, model_undo, sizeof(undos));
	for (int i = 0; i < nsops; i++) {
		int *value = &values[sops[i].sem_num];

		*blocking = i;
		if ((!sops[i].sem_op && *value) || *value + sops[i].sem_op < 0)
			return sops[i].sem_flg & IPC_NOWAIT ? -EAGAIN : 1;
		*value += sops[i].sem_op;
		if (*value > SEMVMX)
			return -ERANGE;
		if (sops[i].sem_flg & SEM_UNDO) {
			undos[sops[i].sem_num] -= sops[i].sem_op;
			if (undos[sops[i].sem_num] < -32768 || undos[sops[i].sem_num] > 32767)
				return -ERANGE;
		}
	}
	memcpy(model, values, sizeof(values));
	memcpy(model_undo, undos, sizeof(undos));
	return 0;
}

static short draw_op(void)
{
	static const short large[] = { 32767, -32767, -32768, 16000 };

	return draw(20) ? (short)((int)draw(7) - 3) : large[draw(4)];
}

static void one_round(void)
{
	struct sembuf sops[8];
	struct sops_summary sum;
	struct sem_queue q = {
		.sops = sops, .nsops = 1 + (int)draw(8), .undo = undo, .pid = (struct pid *)&set
	};
	int span = draw(2) ? 3 : NSEMS, want, got, blocking = 0;

	for (int i = 0; i < q.nsops; i++)
		sops[i] = (struct sembuf){ (unsigned short)draw(span), draw_op(),
					   (short)((draw(2) ? SEM_UNDO : 0) |
						   (draw(2) ? IPC_NOWAIT : 0)) };
	summarise_sops(sops, q.nsops, &sum);
	q.alter = sum.alter;
	q.dupsop = sum.dupsop;
	want = expected(sops, q.nsops, &blocking);
	got = perform_atomic_semop(set, &q);
	assert(got == want);
	if (got == 1 || got == -EAGAIN)
		assert(q.blocking == &sops[blocking]);
	for (int i = 0; i < NSEMS; i++)
		assert(set->sems[i].semval == model[i] && undo->semadj[i] == model_undo[i]);
}

static void test_summary(void)
{
	struct sembuf twice[] = { { 3, 1, 0 }, { 5, 0, SEM_UNDO }, { 3, -1, 0 } };
	struct sembuf zeros[] = { { 3, 0, 0 }, { 3, 0, 0 } };
	struct sembuf modulo[] = { { 1, 1, 0 }, { 65, 1, 0 } };
	struct sops_summary sum;

	summarise_sops(twice, 3, &sum);
	assert(sum.max == 5 && sum.undos && sum.alter && sum.dupsop);
	summarise_sops(twice, 2, &sum);
	assert(!sum.dupsop);
	summarise_sops(zeros, 2, &sum);
	assert(sum.max == 3 && !sum.undos && !sum.alter && !sum.dupsop);
	summarise_sops(modulo, 2, &sum);
	assert(!sum.dupsop && sum.max == 65); /* they ascend */
	modulo[0].sem_num = 129;
	summarise_sops(modulo, 2, &sum);
	assert(sum.dupsop && sum.max == 129); /* too careful, never wrong */
}

static void test_counting(void)
{
	struct sembuf take = { 0, -1, 0 }, zero = { 1, 0, 0 };
	struct sem_queue a = { .sops = &take, .nsops = 1, .blocking = &take };
	struct sem_queue b = { .sops = &zero, .nsops = 2, .blocking = &zero };

	list_add_tail(&a.list, &set->sems[0].pending_alter);
	list_add_tail(&b.list, &set->pending_alter);
	assert(count_semcnt(set, 0, false) == 1 && count_semcnt(set, 0, true) == 0);
	assert(count_semcnt(set, 1, false) == 0 && count_semcnt(set, 1, true) == 1);
	list_del(&a.list);
	list_del(&b.list);
}

int main(void)
{
	set = aligned_alloc(64, sizeof(*set) + NSEMS * sizeof(set->sems[0]));
	undo = calloc(1, sizeof(*undo) + NSEMS * sizeof(short));
	memset(set, 0, sizeof(*set) + NSEMS * sizeof(set->sems[0]));
	set->sem_nsems = NSEMS;
	INIT_LIST_HEAD(&set->pending_alter);
	INIT_LIST_HEAD(&set->pending_const);
	for (int i = 0; i < NSEMS; i++) {
		INIT_LIST_HEAD(&set->sems[i].pending_alter);
		INIT_LIST_HEAD(&set->sems[i].pending_const);
	}
	test_summary();
	test_counting();
	for (int i = 0; i < ROUNDS; i++)
		one_round();
	free(set);
	free(undo);
	return 0;
}
