// SPDX-License-Identifier: GPL-2.0-only
/*
 * AF_UNIX names: bind(), autobind, look-up, getsockname().
 *
 * Idea: a name is a path or, with a zero byte first, any bytes ("abstract"). A path's socket is found
 *   through the inode that bind() made there, an abstract one by its bytes and type.
 * Data:
 *	unix_socket_table	every socket: without a name or with a path by its address in memory,
 *				in the upper half; with an abstract name by its hash, in the lower
 *	bsd_socket_buckets	those with a path, by the inode
 * Rules: 1. addr is set once, by release, after path: who reads it with acquire may use both while it
 *   holds the descriptor. 2. One socket per type has an abstract name; the check and the setting are
 *   under one hold of unix_table_lock. 3. bind() creates the file before it takes the name: the file
 *   goes again when the socket turns out to have one.
 * Locking: unix_table_lock, innermost, for both tables; bindlock (mutex) serialises bind() and autobind
 *   of one socket, inside the i_rwsem of the directory.
 * Sleeps: everything with a path. Linux: net/unix/af_unix.c (there one table per network namespace).
 * Start at: unix_bind, unix_find_other. Tests: tests/ipc/unix_names.c and others.
 */
#include "ipc/unix.h"

#include "kernel/uapi/errno.h"
#include "kernel/uapi/stat.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/hash.h"
#include "kernel/lib/random.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/sched/sched.h"
#include "mm/slab.h"
#include "fs/dcache.h"
#include "fs/fs_struct.h"
#include "fs/mount.h"
#include "fs/namei.h"

#define UNIX_HASH_BITS 8
#define UNIX_HASH_SIZE (1u << UNIX_HASH_BITS)
#define NAME_OFFSET    ((int)offsetof(struct sockaddr_un, sun_path))

#define AUTOBIND_NAMES 0x100000u /* five digits */

DEFINE_SPINLOCK(unix_table_lock);
static struct hlist_head unix_socket_table[2 * UNIX_HASH_SIZE]; /* [T] */
static struct hlist_head bsd_socket_buckets[UNIX_HASH_SIZE];    /* [T] */

/* ---- tables ---- */

static unsigned int unix_unbound_hash(const struct sock *sk)
{
	return UNIX_HASH_SIZE + hash_ptr(sk, UNIX_HASH_BITS);
}

static unsigned int unix_abstract_hash(const struct sockaddr_un *name, int len, int type)
{
	return hash_bytes(name->sun_path, (size_t)(len - NAME_OFFSET), (u32)type) &
	       (UNIX_HASH_SIZE - 1);
}

static struct hlist_head *bsd_bucket(const struct inode *inode)
{
	return &bsd_socket_buckets[hash_ptr(inode, UNIX_HASH_BITS)];
}

static void __unix_insert_socket(struct unix_sock *u, unsigned int hash)
{
	hlist_add_head(&u->table_node, &unix_socket_table[hash]);
}

void unix_insert_unbound_socket(struct sock *sk)
{
	spin_lock(&unix_table_lock);
	__unix_insert_socket(unix_sk(sk), unix_unbound_hash(sk));
	spin_unlock(&unix_table_lock);
}

void unix_remove_socket(struct sock *sk)
{
	struct unix_sock *u = unix_sk(sk);

	spin_lock(&unix_table_lock);
	hlist_del_init(&u->table_node);
	hlist_del_init(&u->bind_node);
	spin_unlock(&unix_table_lock);
}

/* A position is 1, and the bucket and the place in it. */
#define PLACE_BITS 32

struct sock *unix_socket_from(loff_t *pos)
{
	unsigned int bucket = (unsigned int)((*pos - 1) >> PLACE_BITS);
	u32 first = (u32)(*pos - 1), place;
	struct unix_sock *u;

	for (; bucket < ARRAY_SIZE(unix_socket_table); bucket++) {
		place = 0;
		hlist_for_each_entry (u, &unix_socket_table[bucket], table_node) {
			if (place++ < first)
				continue;
			*pos = 1 + ((loff_t)bucket << PLACE_BITS) + place - 1;
			return &u->sk;
		}
		first = 0;
	}
	return NULL;
}

/* With unix_table_lock; no reference. */
static struct unix_sock *__unix_find_abstract(const struct sockaddr_un *name, int len, int type,
					      unsigned int hash)
{
	struct unix_sock *u;

	hlist_for_each_entry (u, &unix_socket_table[hash], table_node)
		if (u->sk.sk_type == type && u->addr->len == len &&
		    !memcmp(u->addr->name, name, (size_t)len))
			return u;
	return NULL;
}

/* ---- addresses ---- */

static struct unix_address *unix_create_addr(const struct sockaddr_un *name, int len)
{
	struct unix_address *addr = kmalloc(sizeof(*addr) + (size_t)len, GFP_KERNEL_ACCOUNT);

	if (!addr)
		return NULL;
	refcount_set(&addr->refcnt, 1);
	addr->len = len;
	memcpy(addr->name, name, (size_t)len);
	return addr;
}

void unix_release_addr(struct unix_address *addr)
{
	if (refcount_dec_and_test(&addr->refcnt))
		kfree(addr);
}

int unix_validate_addr(const struct sockaddr_un *name, int len)
{
	if (len <= NAME_OFFSET || len > (int)sizeof(*name) || name->sun_family != AF_UNIX)
		return -EINVAL;
	return 0;
}

/* Ends the path with a zero byte, for which every caller has room; the length with that byte. */
static int unix_mkname_bsd(struct sockaddr_un *name, int len)
{
	((char *)name)[len] = '\0';
	return NAME_OFFSET + (int)strlen(name->sun_path) + 1;
}

/* ---- bind ---- */

/* Gives u its name. unix_table_lock and bindlock held; hash: where it will be found. */
static void __unix_set_addr_hash(struct unix_sock *u, struct unix_address *addr, unsigned int hash)
{
	hlist_del_init(&u->table_node);
	smp_store_release(&u->addr, addr); /* rule 1 */
	__unix_insert_socket(u, hash);
}

int unix_autobind(struct sock *sk)
{
	struct unix_sock *u = unix_sk(sk);
	struct {
		sa_family_t family;
		char path[1 + 5 + 1];
	} name = { .family = AF_UNIX };
	int len = NAME_OFFSET + 6, err = 0;
	unsigned int number = get_random_u32(), hash, tries;
	struct unix_address *addr;

	if (smp_load_acquire(&u->addr))
		return 0;
	if (mutex_lock_interruptible(&u->bindlock))
		return -EINTR;
	if (u->addr)
		goto out;
	err = -ENOMEM;
	addr = unix_create_addr((struct sockaddr_un *)&name, len);
	if (!addr)
		goto out;
	err = -ENOSPC;
	for (tries = 0; tries < AUTOBIND_NAMES; tries++) {
		snprintf(name.path + 1, 6, "%05x", number++ & (AUTOBIND_NAMES - 1));
		memcpy(addr->name, &name, (size_t)len);
		hash = unix_abstract_hash(addr->name, len, sk->sk_type);
		spin_lock(&unix_table_lock);
		if (!__unix_find_abstract(addr->name, len, sk->sk_type, hash)) {
			__unix_set_addr_hash(u, addr, hash);
			spin_unlock(&unix_table_lock);
			err = 0;
			break;
		}
		spin_unlock(&unix_table_lock);
		cond_resched();
	}
	if (err)
		unix_release_addr(addr);
out:
	mutex_unlock(&u->bindlock);
	return err;
}

static int unix_bind_abstract(struct sock *sk, const struct sockaddr_un *name, int len)
{
	struct unix_sock *u = unix_sk(sk);
	unsigned int hash = unix_abstract_hash(name, len, sk->sk_type);
	struct unix_address *addr = unix_create_addr(name, len);
	int err;

	if (!addr)
		return -ENOMEM;
	err = mutex_lock_interruptible(&u->bindlock);
	if (err)
		goto out_free;
	err = -EINVAL;
	if (u->addr)
		goto out_unlock;
	spin_lock(&unix_table_lock);
	err = -EADDRINUSE;
	if (!__unix_find_abstract(name, len, sk->sk_type, hash)) {
		__unix_set_addr_hash(u, addr, hash);
		addr = NULL;
		err = 0;
	}
	spin_unlock(&unix_table_lock);
out_unlock:
	mutex_unlock(&u->bindlock);
out_free:
	if (addr)
		unix_release_addr(addr);
	return err;
}

/* The name is now that of dentry, which exists. Takes over addr: 0; or -EINTR, -EINVAL. */
static int unix_take_path(struct sock *sk, struct unix_address *addr, const struct path *parent,
			  struct dentry *dentry)
{
	struct unix_sock *u = unix_sk(sk);
	int err = mutex_lock_interruptible(&u->bindlock);

	if (err)
		return err;
	if (u->addr) {
		mutex_unlock(&u->bindlock);
		return -EINVAL;
	}
	spin_lock(&unix_table_lock);
	u->path.mnt = mntget(parent->mnt);
	u->path.dentry = dget(dentry);
	__unix_set_addr_hash(u, addr, unix_unbound_hash(sk));
	hlist_add_head(&u->bind_node, bsd_bucket(d_inode(dentry)));
	spin_unlock(&unix_table_lock);
	mutex_unlock(&u->bindlock);
	return 0;
}

static int unix_bind_bsd(struct sock *sk, struct sockaddr_un *name, int len)
{
	umode_t mode = SOCK_INODE(sk->sk_socket)->i_mode & ~(umode_t)current_umask();
	struct unix_address *addr;
	struct dentry *dentry;
	struct path parent;
	int err;

	len = unix_mkname_bsd(name, len);
	addr = unix_create_addr(name, len);
	if (!addr)
		return -ENOMEM;
	dentry = kern_path_create(AT_FDCWD, addr->name->sun_path, &parent, 0);
	if (IS_ERR(dentry)) {
		err = (int)PTR_ERR(dentry);
		goto out_free;
	}
	err = vfs_mknod(d_inode(parent.dentry), dentry, mode, 0);
	if (!err) {
		err = unix_take_path(sk, addr, &parent, dentry);
		if (err)
			vfs_unlink(d_inode(parent.dentry), dentry); /* rule 3 */
	}
	done_path_create(&parent, dentry);
	if (!err)
		return 0;
out_free:
	unix_release_addr(addr);
	return err == -EEXIST ? -EADDRINUSE : err;
}

int unix_bind(struct socket *sock, struct sockaddr *uaddr, int addr_len)
{
	struct sockaddr_un *name = (struct sockaddr_un *)uaddr;
	int err;

	if (addr_len == NAME_OFFSET && name->sun_family == AF_UNIX)
		return unix_autobind(sock->sk);
	err = unix_validate_addr(name, addr_len);
	if (err)
		return err;
	return name->sun_path[0] ? unix_bind_bsd(sock->sk, name, addr_len) :
				   unix_bind_abstract(sock->sk, name, addr_len);
}

/* ---- look-up ---- */

static struct sock *unix_find_socket_byinode(const struct inode *inode)
{
	struct sock *found = NULL;
	struct unix_sock *u;

	spin_lock(&unix_table_lock);
	hlist_for_each_entry (u, bsd_bucket(inode), bind_node) {
		if (d_inode(u->path.dentry) == inode) {
			found = &u->sk;
			sock_hold(found);
			break;
		}
	}
	spin_unlock(&unix_table_lock);
	return found;
}

static struct sock *unix_find_bsd(const struct sockaddr_un *name, int type)
{
	struct inode *inode;
	struct sock *sk;
	struct path path;
	int err = kern_path(name->sun_path, LOOKUP_FOLLOW, &path);

	if (err)
		return ERR_PTR(err);
	inode = d_inode(path.dentry);
	err = inode_permission(inode, MAY_WRITE);
	if (err)
		goto out;
	err = -ECONNREFUSED;
	if (!S_ISSOCK(inode->i_mode))
		goto out;
	sk = unix_find_socket_byinode(inode);
	if (!sk)
		goto out;
	if (sk->sk_type == type) {
		touch_atime(&path);
		path_put(&path);
		return sk;
	}
	sock_put(sk);
	err = -EPROTOTYPE;
out:
	path_put(&path);
	return ERR_PTR(err);
}

static struct sock *unix_find_abstract(const struct sockaddr_un *name, int len, int type)
{
	unsigned int hash = unix_abstract_hash(name, len, type);
	struct unix_sock *u;

	spin_lock(&unix_table_lock);
	u = __unix_find_abstract(name, len, type, hash);
	if (u)
		sock_hold(&u->sk);
	spin_unlock(&unix_table_lock);
	return u ? &u->sk : ERR_PTR(-ECONNREFUSED);
}

struct sock *unix_find_other(struct sockaddr_un *name, int len, int type)
{
	if (!name->sun_path[0])
		return unix_find_abstract(name, len, type);
	unix_mkname_bsd(name, len);
	return unix_find_bsd(name, type);
}

/* ---- telling names ---- */

/* The length; to has room for any. */
static int copy_name(const struct unix_sock *u, void *to)
{
	const struct unix_address *addr = smp_load_acquire(&u->addr);

	if (!addr) {
		((struct sockaddr_un *)to)->sun_family = AF_UNIX;
		return NAME_OFFSET;
	}
	memcpy(to, addr->name, (size_t)addr->len);
	return addr->len;
}

int unix_getname(struct socket *sock, struct sockaddr *uaddr, int peer)
{
	struct sock *sk = sock->sk;
	int len;

	if (!peer)
		return copy_name(unix_sk(sk), uaddr);
	sk = unix_peer_get(sk);
	if (!sk)
		return -ENOTCONN;
	len = copy_name(unix_sk(sk), uaddr);
	sock_put(sk);
	return len;
}

void unix_copy_addr(struct msghdr *msg, struct sock *sk)
{
	const struct unix_sock *u = unix_sk(sk);

	/* Without a name the length stays 0. */
	if (smp_load_acquire(&u->addr))
		msg->msg_namelen = copy_name(u, msg->msg_name);
}
