/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of one path walk, shared by namei.c, namei_open.c and namei_change.c. */
#ifndef CONDUIT_FS_NAMEI_INTERNAL_H
#define CONDUIT_FS_NAMEI_INTERNAL_H

#include "fs/namei.h"

#define EMBEDDED_LEVELS 2

/* What the last component of a path is. */
enum last_type { LAST_NORM, LAST_ROOT, LAST_DOT, LAST_DOTDOT };

/* A symlink whose body is being walked. */
struct link_frame {
	const char *rest; /* what follows behind the link's name; "" for a link at the end */
	struct path link; /* keeps the body alive; no references in RCU mode */
};

struct nameidata {
	struct path path;    /* how far the walk has come */
	struct inode *inode; /* of path.dentry */
	struct qstr last;    /* the component to do next */
	enum last_type last_type;
	unsigned int flags; /* LOOKUP_* */
	struct path root;   /* where '/' leads; dentry NULL until needed */
	unsigned int rename_seq, mount_seq;
	unsigned int depth; /* frames in use */
	unsigned int total_link_count;
	struct link_frame *stack; /* internal, or allocated for deep nesting */
	struct link_frame internal[EMBEDDED_LEVELS];
	struct filename *name;
	int dfd;
	umode_t dir_mode; /* of the directory of the last component */
	uid_t dir_uid;
	bool root_preset; /* given by the caller, who holds its references */
};

void set_nameidata(struct nameidata *nd, int dfd, struct filename *name, const struct path *root);
void end_nameidata(struct nameidata *nd);
/* The name to walk, or ERR_PTR; nd is set to the starting point. */
const char *path_init(struct nameidata *nd, unsigned int flags);
/* Everything but the last component. */
int link_path_walk(const char *name, struct nameidata *nd);
int walk_error(struct nameidata *nd, int error);
/* One component: NULL = done, a string = symlink body to be walked, ERR_PTR. */
const char *walk_component(struct nameidata *nd, bool trailing);
const char *handle_dots(struct nameidata *nd);
const char *step_into(struct nameidata *nd, struct dentry *dentry, bool trailing);
/* In the cache: with a reference unless in RCU mode; NULL when not there. */
struct dentry *lookup_fast(struct nameidata *nd);
/* RCU mode ends: references are taken. 0 or -ECHILD (start again without RCU). */
int complete_walk(struct nameidata *nd);
bool try_to_unlazy(struct nameidata *nd);
void terminate_walk(struct nameidata *nd);
/* Before a frame's last name is replaced by what it led to. */
void pop_link(struct nameidata *nd);
int path_lookupat(struct nameidata *nd, unsigned int flags, struct path *path);
/* A slash behind the last component. */
static inline bool trailing_slash(const struct qstr *last)
{
	return last->name[last->len] != '\0';
}

/* Looks up last in parent, whose i_rwsem is held for writing; may come back negative. */
struct dentry *lookup_locked(const struct qstr *name, struct dentry *base, unsigned int flags);
int filename_parentat(int dfd, struct filename *name, unsigned int flags, struct path *parent,
		      struct qstr *last, enum last_type *type);

/*
 * Runs a walk without references first, and, when something came in between (-ECHILD), with.
 */
#define RETRY_WALK(expr_flags, call)                                                               \
	({                                                                                         \
		unsigned int walk_flags = (expr_flags) | LOOKUP_RCU;                               \
		__typeof__(call) __ret = (call);                                                   \
		if (unlikely((long)__ret == -ECHILD)) {                                            \
			walk_flags = (expr_flags);                                                 \
			__ret = (call);                                                            \
		}                                                                                  \
		__ret;                                                                             \
	})

#endif
