// SPDX-License-Identifier: GPL-2.0-only
/*
 * What pure kernel code needs of the kernel, on the host: memory from malloc(), RCU callbacks at
 * once (a test may defer them), reports that end the program.
 */
#include <stdio.h>
#include <stdlib.h>
#include "tests/unit/host.h"
#include "kernel/lib/alloc.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/printk.h"

struct kmem_cache {
	size_t size;
};

long host_allocations;
long host_fail_after = -1;

static void *allocate(size_t size)
{
	if (host_fail_after == 0)
		return NULL;
	if (host_fail_after > 0)
		host_fail_after--;
	host_allocations++;
	return malloc(size ? size : 1);
}

void *__kmalloc(size_t size, gfp_t gfp)
{
	return allocate(size);
}

void *kvmalloc(size_t size, gfp_t gfp)
{
	return allocate(size);
}

void kfree(const void *p)
{
	if (p)
		host_allocations--;
	free((void *)p);
}

void kvfree(const void *p)
{
	kfree(p);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned int flags, void (*ctor)(void *))
{
	static struct kmem_cache caches[16];
	static int used;

	caches[used].size = size;
	return &caches[used++];
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	return allocate(cache->size);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	kfree(object);
}

int host_defer_rcu;
static struct rcu_head *rcu_waiting;

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *))
{
	if (!host_defer_rcu) {
		func(head);
		return;
	}
	head->func = func;
	head->next = rcu_waiting;
	rcu_waiting = head;
}

void host_run_rcu(void)
{
	while (rcu_waiting) {
		struct rcu_head *head = rcu_waiting;

		rcu_waiting = head->next;
		head->func(head);
	}
}

int vprintk(const char *fmt, va_list args)
{
	return vfprintf(stderr, fmt, args);
}

int printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vprintk(fmt, args);
	va_end(args);
	return n;
}

void panic(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
	abort();
}

void bug_at(const char *file, int line, const char *what)
{
	panic("%s:%d: %s\n", file, line, what);
}

void warn_at(const char *file, int line, const char *what)
{
	panic("%s:%d: warning: %s\n", file, line, what);
}
