// SPDX-License-Identifier: GPL-2.0-only
/*
 * What -fsanitize=undefined calls when it meets undefined behaviour: debug builds only. Each report
 * names file, line and column, and stops the kernel, since a test must not go on as if nothing was.
 * The interface is the compilers' (GCC and Clang share it).
 */
#if defined(CONFIG_DEBUG) && !defined(CONDUIT_HOST)

#include "kernel/lib/bug.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/types.h"

struct source_location {
	const char *file_name;
	u32 line, column;
};

struct type_descriptor {
	u16 kind, info;
	char name[];
};

struct type_mismatch_data {
	struct source_location location;
	struct type_descriptor *type;
	u8 log_alignment, kind;
};

static void __noreturn report(const struct source_location *at, const char *what)
{
	panic("undefined behaviour at %s:%u:%u: %s", at->file_name, at->line, at->column, what);
}

/* Every data block begins with the location, so one shape serves them all. */
#define HANDLER(name, what, ...)                                                                   \
	void __ubsan_handle_##name(const struct source_location *at, ##__VA_ARGS__);               \
	void __ubsan_handle_##name(const struct source_location *at, ##__VA_ARGS__)                \
	{                                                                                          \
		report(at, what);                                                                  \
	}

HANDLER(add_overflow, "addition overflows", void *l, void *r)
HANDLER(sub_overflow, "subtraction overflows", void *l, void *r)
HANDLER(mul_overflow, "multiplication overflows", void *l, void *r)
HANDLER(negate_overflow, "negation overflows", void *v)
HANDLER(divrem_overflow, "division by zero or overflow", void *l, void *r)
HANDLER(shift_out_of_bounds, "shift out of bounds", void *l, void *r)
HANDLER(out_of_bounds, "array index out of bounds", void *i)
HANDLER(load_invalid_value, "not a value of its type", void *v)
HANDLER(pointer_overflow, "pointer arithmetic wraps", void *l, void *r)
HANDLER(builtin_unreachable, "unreachable code is reached")
HANDLER(missing_return, "function returns no value")
HANDLER(vla_bound_not_positive, "array of no positive size", void *v)
HANDLER(nonnull_arg, "null given to a non-null parameter")
HANDLER(nonnull_return_v1, "null returned from a non-null function", void *l)
HANDLER(invalid_builtin, "builtin called with a bad value")

void __ubsan_handle_type_mismatch_v1(const struct type_mismatch_data *data, void *pointer);
void __ubsan_handle_type_mismatch_v1(const struct type_mismatch_data *data, void *pointer)
{
	pr_emerg("address %p of type %s\n", pointer, data->type->name);
	report(&data->location, pointer ? "misaligned or too small object" : "null dereference");
}

#else
typedef int no_ubsan_in_optimised_builds;
#endif
