// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lock-order checker of debug builds: finds deadlocks before they happen.
 *
 * Idea: locks that are initialised at one place in the source form a class. Whenever a task takes a
 * lock while it holds others, "held before taken" is noted as an edge between their classes, with a
 * backtrace, for ever. If the edges ever form a circle, tasks can wait for each other in a circle,
 * and it is reported the first time that somebody takes the last step of it, even if nobody waits.
 * Interrupts add a way to wait: a lock that an interrupt handler takes ("irq-safe") must never be
 * held with interrupts on, and no lock that is ("irq-unsafe") may come behind it.
 * Calls to other CPUs add another: a CPU that spins for a lock with interrupts off answers nobody. So
 * "interrupts off" counts as a lock, held by whoever takes one so, wanted by whoever calls others.
 *
 * Data: classes[] by number; after[a] has bit b when a lock of class b was taken under one of class a;
 * edges[] tells where. Each task has a stack of what it holds (lockdep_task).
 *
 *	task 1: inode lock ──▶ pipe lock          after[inode] = { pipe }
 *	task 2: pipe lock  ──▶ inode lock         path pipe ◀─ inode exists: report, with both traces
 *
 * Rules: 1. trylock makes no edge to what it takes, since it does not wait, but from it it does.
 * 2. An interrupt's locks make no edges with those of the task below: the irq rules cover that.
 * 3. Locks of one class nest only with different subclasses (*_nested()). 4. A subclass is a class of
 * its own. 5. After the first report everything is off: the tables may be inconsistent. 6. A
 * non-maskable interrupt only tries locks, and leaves no trace here: it may have interrupted us.
 * Locking: graph_lock, a bare test-and-set word, interrupts off: this file cannot use locks that it
 * checks. Reading after[] without it at worst misses an edge that is just being made.
 * Linux: kernel/locking/lockdep.c; left out: read-recursive edges, softirqs, chain cache.
 * Start at: lock_acquire(). Page: docs/locking.md.
 */
#ifdef CONFIG_DEBUG

#include "kernel/locking/lockdep.h"
#include "kernel/lib/bitmap.h"
#include "kernel/lib/bitops.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/x86/barrier.h"
#include "kernel/x86/current.h"
#include "kernel/x86/irq.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/percpu.h"
#include "kernel/x86/processor.h"

#define MAX_CLASSES 768
#define MAX_EDGES   6144
#define TRACE       8
#define WORDS       BITS_TO_LONGS(MAX_CLASSES)

struct trace {
	unsigned long address[TRACE];
	unsigned int n;
};

/* How locks of a class have been taken; the _READ ones by readers of an rwlock. */
enum usage { IN_IRQ, IN_IRQ_READ, IRQS_ON, IRQS_ON_READ, NR_USAGES };

struct lock_class {
	const void *key; /* the name's address (one per init site), or the lock's if it is static */
	const char *name;
	unsigned int subclass;
	unsigned int usages; /* bits of enum usage */
	struct trace first[NR_USAGES];
};

struct edge {
	u16 from, to;
	struct trace trace;
};

/* The first class is no lock: a CPU "holds" it while its interrupts are off. */
#define NO_ANSWER 0

static struct lock_class classes[MAX_CLASSES] = { [NO_ANSWER] = { .name = "interrupts off" } };
static unsigned int nr_classes = 1; /* [graph_lock] grows only */
static unsigned long after[MAX_CLASSES][WORDS];
static struct edge edges[MAX_EDGES];
static unsigned int nr_edges; /* [graph_lock] */
static u32 graph_word;
bool debug_locks = true;

extern char _sdata[], _end[], __per_cpu_start[], __per_cpu_end[];

static unsigned long graph_lock(void)
{
	unsigned long flags;

	local_irq_save(flags);
	while (__atomic_exchange_n(&graph_word, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
	return flags;
}

static void graph_unlock(unsigned long flags)
{
	__atomic_store_n(&graph_word, 0, __ATOMIC_RELEASE);
	local_irq_restore(flags);
}

static void save_trace(struct trace *trace)
{
	trace->n = stack_trace_save(trace->address, TRACE, 2);
}

/* ---- reports ---- */

static void print_trace(const struct trace *trace)
{
	for (unsigned int i = 0; i < trace->n; i++)
		pr_warn("lockdep:       %pS\n", (void *)trace->address[i]);
}

static void print_class(const char *before, const struct lock_class *c, const char *behind)
{
	pr_warn("lockdep: %s%s/%u%s\n", before, c->name, c->subclass, behind);
}

void lockdep_print_held(const struct lockdep_task *task)
{
	for (unsigned int i = 0; i < task->depth; i++) {
		const struct held_lock *held = &task->held[i];
		const struct lock_class *c = &classes[held->class];

		pr_warn("lockdep:   holds %s/%u%s, taken in %pS\n", c->name, c->subclass,
			held->read ? " (read)" : "", (void *)held->ip);
	}
}

/* True for the one that reports. Everything is off from here on (rule 5). */
static bool report_begins(const char *what)
{
	if (!__atomic_exchange_n(&debug_locks, false, __ATOMIC_SEQ_CST))
		return false;
	pr_warn("lockdep: %s\n", what);
	pr_warn("lockdep: CPU %d, task %s\n", raw_smp_processor_id(), lockdep_task_name());
	return true;
}

static void report_ends(void)
{
	lockdep_print_held(lockdep_current());
	pr_warn("lockdep: now at:\n");
	dump_stack();
}

static const struct edge *find_edge(unsigned int from, unsigned int to)
{
	for (unsigned int i = 0; i < nr_edges; i++)
		if (edges[i].from == from && edges[i].to == to)
			return &edges[i];
	return NULL;
}

/* ---- the graph ---- */

struct search {
	unsigned long seen[WORDS];
	u16 queue[MAX_CLASSES];
	u16 parent[MAX_CLASSES];
};

static struct search forwards, backwards; /* [graph_lock] */

/*
 * All classes behind (or, backwards, before) start, itself included, in search->queue. Returns how
 * many. Stops when it has found goal (-1: none).
 */
static unsigned int walk(struct search *search, unsigned int start, bool back, int goal)
{
	unsigned int count = 1;

	memset(search->seen, 0, sizeof(search->seen));
	search->queue[0] = start;
	__set_bit(start, search->seen);
	for (unsigned int at = 0; at < count; at++) {
		unsigned int a = search->queue[at];

		if ((int)a == goal)
			break;
		for (unsigned int b = 0; b < nr_classes; b++) {
			if (!(back ? test_bit(a, after[b]) : test_bit(b, after[a])) ||
			    test_bit(b, search->seen))
				continue;
			__set_bit(b, search->seen);
			search->parent[b] = a;
			search->queue[count++] = b;
		}
	}
	return count;
}

/* The first class in the walk with one of the usages, or -1. */
static int find_usage(const struct search *search, unsigned int count, unsigned int usages)
{
	for (unsigned int i = 0; i < count; i++)
		if (classes[search->queue[i]].usages & usages)
			return search->queue[i];
	return -1;
}

static void print_path(const struct search *search, unsigned int start, unsigned int end)
{
	while (end != start) {
		unsigned int from = search->parent[end];
		const struct edge *edge = find_edge(from, end);

		print_class("  ", &classes[end], "");
		print_class("    was taken while it held ", &classes[from], ", at:");
		if (edge)
			print_trace(&edge->trace);
		end = from;
	}
}

static void report_circle(unsigned int held, unsigned int wanted)
{
	if (!report_begins("possible circular locking dependency"))
		return;
	print_class("it wants ", &classes[wanted], "");
	print_class("and holds ", &classes[held], "");
	pr_warn("lockdep: but the order was the other way round before:\n");
	print_path(&forwards, wanted, held);
	report_ends();
}

static void report_irq_order(unsigned int safe, unsigned int unsafe)
{
	if (!report_begins("irq-safe lock before an irq-unsafe one"))
		return;
	print_class("an interrupt takes ", &classes[safe], ", first at:");
	print_trace(
		&classes[safe].first[classes[safe].usages & 1u << IN_IRQ ? IN_IRQ : IN_IRQ_READ]);
	print_class("behind it comes ", &classes[unsafe], ", held with interrupts on, first at:");
	print_trace(&classes[unsafe].first[classes[unsafe].usages & 1u << IRQS_ON ? IRQS_ON :
										    IRQS_ON_READ]);
	report_ends();
}

#define UNSAFE (1u << IRQS_ON | 1u << IRQS_ON_READ)

static void add_edge(unsigned int from, unsigned int to)
{
	unsigned long flags = graph_lock();
	unsigned int before, behind;
	int safe, unsafe;

	if (test_bit(to, after[from]) || !debug_locks)
		goto unlock;
	behind = walk(&forwards, to, false, from);
	if (test_bit(from, forwards.seen)) {
		report_circle(from, to);
		goto unlock;
	}
	before = walk(&backwards, from, true, -1);
	safe = find_usage(&backwards, before, 1u << IN_IRQ);
	unsafe = find_usage(&forwards, behind, UNSAFE);
	if (safe >= 0 && unsafe >= 0) {
		report_irq_order(safe, unsafe);
		goto unlock;
	}
	if (nr_edges == MAX_EDGES) {
		report_begins("too many edges: raise MAX_EDGES");
		goto unlock;
	}
	edges[nr_edges].from = from;
	edges[nr_edges].to = to;
	save_trace(&edges[nr_edges].trace);
	nr_edges++;
	set_bit(to, after[from]);
unlock:
	graph_unlock(flags);
}

/* ---- interrupts ---- */

static void report_usage(unsigned int class, enum usage in_irq, enum usage irqs_on)
{
	if (!report_begins("a lock that interrupts take is held with interrupts on"))
		return;
	print_class("", &classes[class], " is taken by an interrupt, first at:");
	print_trace(&classes[class].first[in_irq]);
	pr_warn("lockdep: and with interrupts on, first at:\n");
	print_trace(&classes[class].first[irqs_on]);
	report_ends();
}

static void check_usage(unsigned int class)
{
	unsigned int usages = classes[class].usages;

	/* Readers in an interrupt get in beside readers: only writers are a danger there. */
	if (usages & 1u << IN_IRQ && usages & UNSAFE)
		report_usage(class, IN_IRQ, usages & 1u << IRQS_ON ? IRQS_ON : IRQS_ON_READ);
	else if (usages & 1u << IN_IRQ_READ && usages & 1u << IRQS_ON)
		report_usage(class, IN_IRQ_READ, IRQS_ON);
}

static void mark_usage(unsigned int class, enum usage usage)
{
	unsigned long flags;
	unsigned int count;
	int other;

	if (likely(READ_ONCE(classes[class].usages) & 1u << usage))
		return;
	flags = graph_lock();
	if (!(classes[class].usages & 1u << usage) && debug_locks) {
		save_trace(&classes[class].first[usage]);
		classes[class].usages |= 1u << usage;
		check_usage(class);
		if (usage == IN_IRQ) {
			count = walk(&forwards, class, false, -1);
			other = find_usage(&forwards, count, UNSAFE);
			if (other >= 0)
				report_irq_order(class, other);
		} else if (usage == IRQS_ON || usage == IRQS_ON_READ) {
			count = walk(&backwards, class, true, -1);
			other = find_usage(&backwards, count, 1u << IN_IRQ);
			if (other >= 0)
				report_irq_order(other, class);
		}
	}
	graph_unlock(flags);
}

static void mark_taken(unsigned int class, bool read)
{
	if (in_interrupt())
		mark_usage(class, read ? IN_IRQ_READ : IN_IRQ);
	else if (!irqs_disabled())
		mark_usage(class, read ? IRQS_ON_READ : IRQS_ON);
}

void lockdep_irqs_on(void)
{
	const struct lockdep_task *task = lockdep_current();

	if (likely(!task->depth) || !debug_locks || in_interrupt())
		return;
	for (unsigned int i = 0; i < task->depth; i++)
		mark_usage(task->held[i].class, task->held[i].read ? IRQS_ON_READ : IRQS_ON);
}

/* ---- classes ---- */

/* The same for all CPUs' copies of a per-CPU variable. */
static const void *static_address(const void *lock)
{
	const char *at = lock;

	for (unsigned int cpu = 1; cpu < nr_cpu_ids; cpu++) {
		const char *start = __per_cpu_start + per_cpu_offset(cpu);

		if (at >= start && at < start + (__per_cpu_end - __per_cpu_start))
			return at - per_cpu_offset(cpu);
	}
	return at >= _sdata && at < _end ? at : NULL;
}

static unsigned int find_class(struct lockdep_map *map, unsigned int subclass)
{
	const void *key;
	unsigned long flags;
	unsigned int c;

	/* The number, once known, leads to the key: for subclasses. */
	if (map->class == LOCK_CLASS_STATIC)
		key = static_address(map);
	else
		key = map->class ? classes[map->class - 1].key : NULL;
	if (!key)
		key = map->name; /* one string per place that initialises */
	flags = graph_lock();
	for (c = NO_ANSWER + 1; c < nr_classes; c++)
		if (classes[c].key == key && classes[c].subclass == subclass)
			break;
	if (c == nr_classes && c < MAX_CLASSES) {
		classes[c].key = key;
		classes[c].subclass = subclass;
		classes[c].name = map->name ? map->name : "?";
		WRITE_ONCE(nr_classes, c + 1);
	}
	graph_unlock(flags);
	if (c == MAX_CLASSES) {
		report_begins("too many classes: raise MAX_CLASSES");
		return 0;
	}
	if (!subclass)
		map->class = c + 1;
	return c;
}

/* ---- calls to other CPUs ---- */

/* A lock is taken with interrupts off: nobody whom this CPU waits for may wait for its answer. */
static void note_no_answer(unsigned int class)
{
	if (num_online_cpus() > 1)
		add_edge(NO_ANSWER, class);
}

void lockdep_calls_cpus(void)
{
	const struct lockdep_task *task = lockdep_current();

	if (num_online_cpus() < 2 || !debug_locks)
		return;
	if (irqs_disabled() || in_interrupt()) {
		lockdep_report("other CPUs are called with interrupts off");
		return;
	}
	for (unsigned int i = 0; i < task->depth; i++)
		if (unlikely(!test_bit(NO_ANSWER, after[task->held[i].class])))
			add_edge(task->held[i].class, NO_ANSWER);
}

/* ---- taking and giving back ---- */

void lock_acquire(struct lockdep_map *map, unsigned int subclass, bool trylock, enum lock_read read,
		  unsigned long ip)
{
	struct lockdep_task *task;
	struct held_lock *new;
	unsigned int class;
	unsigned long flags;
	bool in_irq = in_interrupt();

	if (unlikely(!debug_locks || in_nmi())) /* rule 6 */
		return;
	if (ip == __LOCK_HERE)
		ip = __LOCK_IP;
	class = READ_ONCE(map->class);
	if (likely(!subclass && class && class != LOCK_CLASS_STATIC))
		class --;
	else
		class = find_class(map, subclass);
	mark_taken(class, read == LOCK_READ_SPIN);
	local_irq_save(flags); /* an interrupt uses the same stack of locks */
	task = lockdep_current();
	if (task->depth == MAX_LOCK_DEPTH) {
		if (report_begins("too many locks held"))
			report_ends();
		goto out;
	}
	for (unsigned int i = task->depth; i-- > 0;) {
		const struct held_lock *held = &task->held[i];

		if (held->in_irq != in_irq) /* rule 2 */
			break;
		if (trylock) /* rule 1 */
			break;
		if (held->class == class) {
			if (read == LOCK_READ_SPIN && held->read)
				continue;
			if (report_begins(held->map == map ?
						  "a lock is taken that is held already" :
						  "possible recursive locking")) {
				print_class("it wants another lock of the class of one it has: ",
					    &classes[class], "");
				report_ends();
			}
			goto out;
		}
		if (unlikely(!test_bit(class, after[held->class])))
			add_edge(held->class, class);
	}
	if (!trylock && irqs_disabled_flags(flags) && unlikely(!test_bit(class, after[NO_ANSWER])))
		note_no_answer(class);
	new = &task->held[task->depth++];
	*new = (struct held_lock){ map, ip, class, read != LOCK_WRITE, in_irq };
out:
	local_irq_restore(flags);
}

void lock_release(struct lockdep_map *map, unsigned long ip)
{
	struct lockdep_task *task;
	unsigned long flags;
	unsigned int i;

	if (unlikely(!debug_locks || in_nmi()))
		return;
	local_irq_save(flags);
	task = lockdep_current();
	for (i = task->depth; i > 0 && task->held[i - 1].map != map; i--)
		;
	if (i == 0) {
		if (report_begins("a lock is given back that is not held")) {
			pr_warn("lockdep: %s, in %pS\n", map->name,
				(void *)(ip == __LOCK_HERE ? __LOCK_IP : ip));
			report_ends();
		}
	} else {
		task->depth--;
		for (i--; i < task->depth; i++)
			task->held[i] = task->held[i + 1];
	}
	local_irq_restore(flags);
}

void lock_downgrade(struct lockdep_map *map)
{
	struct lockdep_task *task = lockdep_current();

	for (unsigned int i = 0; i < task->depth; i++)
		if (task->held[i].map == map)
			task->held[i].read = true;
}

bool lock_is_held(const struct lockdep_map *map)
{
	const struct lockdep_task *task = lockdep_current();
	unsigned long flags;
	bool held = false;

	local_irq_save(flags);
	for (unsigned int i = 0; i < task->depth && !held; i++)
		held = task->held[i].map == map;
	local_irq_restore(flags);
	return held;
}

/* ---- places where nothing may be held ---- */

void lockdep_assert_none_held(const char *where)
{
	if (likely(!lockdep_current()->depth) || !debug_locks)
		return;
	if (report_begins(where))
		report_ends();
}

void lockdep_report(const char *what)
{
	if (report_begins(what))
		report_ends();
}

#else
typedef int no_lock_order_checks; /* an optimised build has none */
#endif
