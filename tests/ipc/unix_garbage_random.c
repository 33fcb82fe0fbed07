// SPDX-License-Identifier: GPL-2.0-only
/*
 * The collector against a model: sockets are sent over each other, received, accepted and closed at
 * random, and after some steps the sockets that can still be reached have lost nothing, and of the
 * others nothing is left.
 * Spec: UNIX-029, UNIX-031, UNIX-032.
 *
 * A node is a socket that receives. Its sending end is always open and never sent. A node is reached
 * if we hold a descriptor of it, if it is in a message in the queue of a reached node, or if it waits
 * to be accepted by a reached listener. A message may carry the only write end of a pipe, the probe.
 */
#include "tests/ipc/unix_garbage.h"

#define NODES    24
#define MESSAGES 4 /* in the queue of one node */
#define ITEMS    3
#define STEPS    400
#define ROUNDS   6

enum kind { NONE, PAIR, LISTENER, EMBRYO };

struct letter {
	int n, items[ITEMS]; /* nodes */
	int probe[2];        /* [WR] is 1: the write end is with it; else none */
};

static struct node {
	enum kind kind;
	int in, out;         /* descriptors; in: -1 when we hold none */
	int listener, waits; /* EMBRYO: its number in the queue; LISTENER: how many are in it */
	int n;
	struct letter letters[MESSAGES];
	int reached;
	struct name name;
} nodes[NODES];

static unsigned int seed;

static unsigned int pick(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static int failed;

#define MUST(cond)                                                                                 \
	do {                                                                                       \
		if (!(cond)) {                                                                     \
			failed = __LINE__;                                                         \
			return;                                                                    \
		}                                                                                  \
	} while (0)

static struct node *any_node(void)
{
	return &nodes[pick(NODES)];
}

/* ---- who is reached ---- */

static void mark(int i)
{
	struct node *node = &nodes[i];

	if (node->reached)
		return;
	node->reached = 1;
	for (int k = 0; k < node->n; k++)
		for (int j = 0; j < node->letters[k].n; j++)
			mark(node->letters[k].items[j]);
	for (int k = 0; node->kind == LISTENER && k < NODES; k++)
		if (nodes[k].kind == EMBRYO && nodes[k].listener == i)
			mark(k);
}

static void mark_all(void)
{
	for (int i = 0; i < NODES; i++)
		nodes[i].reached = 0;
	for (int i = 0; i < NODES; i++)
		if (nodes[i].kind != NONE && nodes[i].in >= 0)
			mark(i);
}

/* ---- steps ---- */

static void make_node(struct node *node)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET };
	static int names;
	struct node *listener = any_node();
	char word[16];
	int s[2];

	memset(node, 0, sizeof(*node));
	switch (pick(4)) {
	case 0:
		snprintf(word, sizeof(word), "model%d", names++);
		node->name = own_name(word);
		node->in = make_listener(SOCK_STREAM, &node->name, 100);
		node->out = -1;
		node->kind = LISTENER;
		break;
	case 1:
		mark_all();
		if (listener->kind != LISTENER || !listener->reached)
			return;
		node->out = new_socket(SOCK_STREAM);
		MUST(!connect_to(node->out, &listener->name));
		node->in = -1;
		node->listener = (int)(listener - nodes);
		node->waits = listener->waits++;
		node->kind = EMBRYO;
		break;
	default:
		make_pair(s, types[pick(3)]);
		node->in = s[1];
		node->out = s[0];
		node->kind = PAIR;
	}
}

static void send_letter(struct node *to)
{
	struct letter *letter = &to->letters[to->n];
	int fds[ITEMS + 1];

	mark_all();
	if (to->kind == NONE || to->kind == LISTENER || !to->reached || to->n == MESSAGES)
		return;
	memset(letter, 0, sizeof(*letter));
	for (int i = 0; i < ITEMS; i++) {
		struct node *item = any_node();

		if (item->kind != NONE && item->in >= 0) {
			fds[letter->n] = item->in;
			letter->items[letter->n++] = (int)(item - nodes);
		}
	}
	if (!letter->n || !pick(2)) {
		make_probe(letter->probe);
		fds[letter->n] = letter->probe[WR];
	}
	MUST(send_fds(to->out, "x", 1, fds, letter->n + (letter->probe[WR] > 0)) == 1);
	if (letter->probe[WR] > 0) {
		close(letter->probe[WR]);
		letter->probe[WR] = 1;
	}
	to->n++;
}

static void hold(int item, int fd)
{
	if (nodes[item].in < 0)
		nodes[item].in = fd;
	else
		close(fd);
}

static void receive_letter(struct node *from, int flags)
{
	struct letter letter = from->letters[0];
	struct parcel got;

	if (from->kind == NONE || from->kind == LISTENER || from->in < 0 || !from->n)
		return;
	got = receive(from->in, 10, flags);
	MUST(got.n == 1 && got.nfds == letter.n + letter.probe[WR] && !(got.flags & MSG_CTRUNC));
	if (flags & MSG_PEEK) {
		parcel_close(&got);
		return;
	}
	for (int i = 0; i < letter.n; i++)
		hold(letter.items[i], got.fds[i]);
	memmove(from->letters, from->letters + 1, (MESSAGES - 1) * sizeof(letter));
	from->n--;
	if (letter.probe[WR]) {
		MUST(probe_open(letter.probe));
		close(got.fds[letter.n]);
		MUST(ends_soon(letter.probe));
		close(letter.probe[RD]);
	}
}

static void accept_one(struct node *listener)
{
	if (listener->kind != LISTENER || listener->in < 0 || !listener->waits)
		return;
	for (int i = 0; i < NODES; i++) {
		struct node *node = &nodes[i];

		if (node->kind != EMBRYO || node->listener != listener - nodes || node->waits--)
			continue;
		node->in = accept(listener->in, NULL, NULL);
		node->kind = PAIR;
		MUST(node->in >= 0);
	}
	listener->waits--;
}

static void let_go(struct node *node)
{
	if (node->kind != NONE && node->in >= 0) {
		close(node->in);
		node->in = -1;
	}
}

static void step(void)
{
	struct node *node = any_node();

	switch (pick(12)) {
	case 0:
	case 1:
	case 2:
		if (node->kind == NONE)
			make_node(node);
		break;
	case 3:
	case 4:
		let_go(node);
		break;
	case 5:
		accept_one(node);
		break;
	case 6:
		receive_letter(node, MSG_PEEK);
		break;
	case 7:
		receive_letter(node, 0);
		break;
	default:
		send_letter(node);
	}
}

/* ---- comparing ---- */

static int is_collected(int p[2])
{
	for (int i = 0; i < 4000; i++) {
		if (probe_ended(p))
			return 1;
		collect();
		usleep(i < 20 ? 100 : 5000);
	}
	return 0;
}

/* The unreached ones go, with all that is in their queues. */
static void check(void)
{
	mark_all();
	collect();
	for (int i = 0; i < NODES; i++) {
		struct node *node = &nodes[i];

		for (int k = 0; node->kind != NONE && k < node->n; k++) {
			struct letter *letter = &node->letters[k];

			if (!letter->probe[WR])
				continue;
			if (node->reached) {
				MUST(probe_open(letter->probe));
			} else {
				MUST(is_collected(letter->probe));
				close(letter->probe[RD]);
			}
		}
	}
	for (int i = 0; i < NODES; i++) {
		struct node *node = &nodes[i];

		if (node->kind == NONE || node->reached)
			continue;
		if (node->out >= 0)
			close(node->out);
		node->kind = NONE;
	}
}

static void one_round(unsigned int first)
{
	int low = lowest_free(), i;

	seed = first;
	failed = 0;
	for (i = 0; i < STEPS && !failed; i++) {
		step();
		if (i % 20 == 19 && !failed)
			check();
	}
	ok(!failed, "UNIX-032: what can be reached stays, all else goes (seed %u)", first);
	if (failed) {
		dprintf(1, "# step %d, line %d\n", i, failed);
		return;
	}
	for (i = 0; i < NODES; i++)
		let_go(&nodes[i]);
	check();
	ok(!failed && lowest_free() == low, "UNIX-032: at last nothing is left");
}

int main(int argc, char **argv)
{
	unsigned int first = argc > 1 ? (unsigned int)atoi(argv[1]) : 1;
	int leaves = leaves_branches(); /* Linux does: there is no more of that there */

	if (leaves && !on_conduit())
		return ktap_skip_all("this kernel does not collect a ring with a branch");
	ok(!leaves, "UNIX-032: a ring with a branch is collected");
	for (unsigned int i = 0; i < ROUNDS; i++)
		one_round(first + i);
	return ktap_done();
}
