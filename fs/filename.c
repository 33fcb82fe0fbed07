// SPDX-License-Identifier: GPL-2.0-only
/*
 * Path names on their way from user space: a copy in kernel memory for the length of a call.
 *
 * Idea: most names fit into the object itself; only long ones get a buffer of PATH_MAX.
 * Linux: getname() in fs/namei.c. Start at: getname_flags.
 */
#include "fs/internal.h"
#include "fs/namei.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "mm/slab.h"

static struct kmem_cache *names_cache;
#define NAMES_SIZE        256
#define EMBEDDED_NAME_MAX (NAMES_SIZE - offsetof(struct filename, iname))

void __init names_init(void)
{
	names_cache = kmem_cache_create("names_cache", NAMES_SIZE, 0, SLAB_PANIC, NULL);
}

static struct filename *alloc_filename(void)
{
	struct filename *f = kmem_cache_alloc(names_cache, GFP_KERNEL);

	if (f) {
		atomic_set(&f->refcnt, 1);
		f->name = f->iname;
		f->uptr = NULL;
	}
	return f;
}

void putname(struct filename *name)
{
	if (IS_ERR_OR_NULL(name))
		return;
	if (atomic_read(&name->refcnt) > 1 && !atomic_dec_and_test(&name->refcnt))
		return;
	if (name->name != name->iname)
		kfree(name->name);
	kmem_cache_free(names_cache, name);
}

struct filename *getname_flags(const char __user *uname, int lookup_flags)
{
	struct filename *f = alloc_filename();
	long len;

	if (!f)
		return ERR_PTR(-ENOMEM);
	f->uptr = uname;
	len = strncpy_from_user(f->iname, uname, EMBEDDED_NAME_MAX);
	if (unlikely(len == (long)EMBEDDED_NAME_MAX)) {
		char *text = kmalloc(PATH_MAX, GFP_KERNEL);

		if (!text) {
			len = -ENOMEM;
		} else {
			f->name = text;
			len = strncpy_from_user(text, uname, PATH_MAX);
			if (len == PATH_MAX)
				len = -ENAMETOOLONG;
		}
	}
	if (len == 0 && !(lookup_flags & LOOKUP_EMPTY))
		len = -ENOENT;
	if (unlikely(len < 0)) {
		putname(f);
		return ERR_PTR(len);
	}
	return f;
}

struct filename *getname(const char __user *name)
{
	return getname_flags(name, 0);
}

struct filename *getname_uflags(const char __user *name, int uflags)
{
	return getname_flags(name, (uflags & AT_EMPTY_PATH) ? LOOKUP_EMPTY : 0);
}

struct filename *getname_kernel(const char *name)
{
	struct filename *f;
	size_t len = strlen(name) + 1;

	if (len > PATH_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	f = alloc_filename();
	if (!f)
		return ERR_PTR(-ENOMEM);
	if (len > EMBEDDED_NAME_MAX) {
		f->name = kmemdup(name, len, GFP_KERNEL);
		if (!f->name) {
			kmem_cache_free(names_cache, f);
			return ERR_PTR(-ENOMEM);
		}
	} else {
		memcpy(f->iname, name, len);
	}
	return f;
}
