/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual file system's objects: super_block, inode, dentry, file, and the tables of
 * operations through which a file system or a device plugs in.
 *
 * Paths lead to dentries (fs/dcache.h), dentries to inodes, an open makes a struct file, and a
 * descriptor is an index into the task's table of files (fs/file.h).
 * Linux: include/linux/fs.h.
 */
#ifndef CONDUIT_FS_FS_H
#define CONDUIT_FS_FS_H

#include "kernel/uapi/errno.h"
#include "kernel/uapi/fcntl.h"
#include "kernel/uapi/limits.h"
#include "kernel/uapi/stat.h"
#include "kernel/uapi/time.h"
#include "kernel/lib/types.h"
#include "kernel/lib/list.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/rwlock.h"
#include "kernel/locking/rwsem.h"
#include "kernel/locking/spinlock.h"
#include "kernel/locking/rcu.h"
#include "kernel/sched/ktime.h"
#include "kernel/sched/pid.h"
#include "mm/filemap.h"

struct cred;
struct dentry;
struct inode;
struct file;
struct kstat;
struct kstatfs;
struct super_block;
struct vfsmount;
struct vm_area_struct;
struct poll_table_struct;
struct pipe_inode_info;
struct file_lock_context;
struct iov_iter;
struct seq_file;

typedef unsigned int fmode_t;

/* file.f_mode */
#define FMODE_READ       0x1u
#define FMODE_WRITE      0x2u
#define FMODE_LSEEK      0x4u
#define FMODE_PREAD      0x8u
#define FMODE_PWRITE     0x10u
#define FMODE_EXEC       0x20u
#define FMODE_ATOMIC_POS 0x8000u /* read and write take f_pos_lock */
#define FMODE_PATH       0x4000u
#define FMODE_OPENED     0x80000u
#define FMODE_CREATED    0x100000u
#define FMODE_STREAM     0x200000u /* no position at all */
#define FMODE_WRITER     0x10000u  /* holds write access to the inode */
#define FMODE_CAN_READ   0x20000u  /* has a read operation */
#define FMODE_CAN_WRITE  0x40000u
#define FMODE_NOWAIT     0x8000000u /* honours IOCB_NOWAIT */

/* access masks of inode_permission() */
#define MAY_EXEC      0x1
#define MAY_WRITE     0x2
#define MAY_READ      0x4
#define MAY_APPEND    0x8
#define MAY_ACCESS    0x10
#define MAY_OPEN      0x20
#define MAY_CHDIR     0x40
#define MAY_NOT_BLOCK 0x80

#define MAX_LFS_FILESIZE 0x7fffffffffffffffll

/* dev_t inside the kernel: 12 bits of major, 20 of minor, as Linux keeps it. */
#define MINORBITS     20
#define MAJOR(dev)    ((unsigned int)((dev) >> MINORBITS))
#define MINOR(dev)    ((unsigned int)((dev) & ((1u << MINORBITS) - 1)))
#define MKDEV(ma, mi) (((dev_t)(ma) << MINORBITS) | (mi))

/* stat(2)'s form of a device number. */
static inline u64 new_encode_dev(dev_t dev)
{
	return (MINOR(dev) & 0xff) | (MAJOR(dev) << 8) | ((MINOR(dev) & ~0xffu) << 12);
}

static inline dev_t new_decode_dev(u64 dev)
{
	return MKDEV((dev & 0xfff00) >> 8, (dev & 0xff) | ((dev >> 12) & 0xfff00));
}

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct qstr {
	u32 hash;
	u32 len;
	const char *name;
};

/* setattr: what notify_change() is to change. */
#define ATTR_MODE      (1 << 0)
#define ATTR_UID       (1 << 1)
#define ATTR_GID       (1 << 2)
#define ATTR_SIZE      (1 << 3)
#define ATTR_ATIME     (1 << 4)
#define ATTR_MTIME     (1 << 5)
#define ATTR_CTIME     (1 << 6)
#define ATTR_ATIME_SET (1 << 7)
#define ATTR_MTIME_SET (1 << 8)
#define ATTR_FORCE     (1 << 9)
#define ATTR_KILL_SUID (1 << 11)
#define ATTR_KILL_SGID (1 << 12)
#define ATTR_FILE      (1 << 13)
#define ATTR_OPEN      (1 << 15)

struct iattr {
	unsigned int ia_valid;
	umode_t ia_mode;
	uid_t ia_uid;
	gid_t ia_gid;
	loff_t ia_size;
	struct timespec64 ia_atime, ia_mtime, ia_ctime;
	struct file *ia_file;
};

/*
 * An object of a file system. [L] i_lock, [S] i_rwsem, [I] never changes, [A] atomic.
 */
struct inode {
	umode_t i_mode; /* [S] type and permissions */
	unsigned short i_opflags;
	uid_t i_uid;          /* [S] */
	gid_t i_gid;          /* [S] */
	unsigned int i_flags; /* S_* */
	const struct inode_operations *i_op;
	struct super_block *i_sb;                    /* [I] */
	struct address_space *i_mapping;             /* usually &i_data */
	unsigned long i_ino;                         /* [I] */
	unsigned int i_nlink;                        /* [L] */
	dev_t i_rdev;                                /* [I] device nodes */
	loff_t i_size;                               /* [S] */
	struct timespec64 i_atime, i_mtime, i_ctime; /* [L] */
	spinlock_t i_lock;
	u64 i_blocks; /* [L] 512-byte units */
	unsigned int i_blkbits;
	unsigned long i_state;       /* [L] I_FREEING */
	struct rw_semaphore i_rwsem; /* directory contents; file size and writes */
	struct hlist_head i_dentry;  /* [L] aliases */
	u64 i_version;
	atomic_t i_count;                    /* [A] */
	atomic_t i_writecount;               /* [A] > 0 writers, < 0 deny-write (running program) */
	const struct file_operations *i_fop; /* former default of file.f_op */
	struct file_lock_context *i_flctx;
	struct address_space i_data;
	union {
		struct pipe_inode_info *i_pipe; /* [L] FIFOs and pipes */
		const struct char_device *i_cdev;
		char *i_link; /* symlink body held in memory */
	};
	u32 i_generation;
	struct rcu_head i_rcu;
	void *i_private; /* the file system's */
};

#define S_APPEND    (1 << 2)
#define S_IMMUTABLE (1 << 3)
#define S_DEAD      (1 << 4) /* removed directory: nothing may be made in it */
#define S_NOATIME   (1 << 1)

#define I_FREEING  0x20
#define I_LINKABLE 0x400 /* O_TMPFILE: may get a first name by linkat(2) */

/* Lock classes of i_rwsem, in the order in which they nest. */
enum { I_RWSEM_NORMAL, I_RWSEM_PARENT, I_RWSEM_PARENT2, I_RWSEM_CHILD };

struct inode_operations {
	struct dentry *(*lookup)(struct inode *dir, struct dentry *dentry, unsigned int flags);
	/*
	 * For symlinks: the body, which stays valid while the inode does; may sleep. Symlinks with
	 * i_link set are followed without a call.
	 */
	const char *(*get_link)(struct dentry *dentry, struct inode *inode);
	/* Magic links (/proc/self/fd/3): jump to a path. Exactly one of the two is set. */
	int (*jump_link)(struct dentry *dentry, struct inode *inode, struct path *path);
	int (*permission)(struct inode *inode, int mask);
	int (*readlink)(struct dentry *dentry, char __user *buffer, int buflen);
	int (*create)(struct inode *dir, struct dentry *dentry, umode_t mode, bool excl);
	int (*link)(struct dentry *old, struct inode *dir, struct dentry *dentry);
	int (*unlink)(struct inode *dir, struct dentry *dentry);
	int (*symlink)(struct inode *dir, struct dentry *dentry, const char *body);
	int (*mkdir)(struct inode *dir, struct dentry *dentry, umode_t mode);
	int (*rmdir)(struct inode *dir, struct dentry *dentry);
	int (*mknod)(struct inode *dir, struct dentry *dentry, umode_t mode, dev_t dev);
	int (*rename)(struct inode *old_dir, struct dentry *old, struct inode *new_dir,
		      struct dentry *new, unsigned int flags);
	int (*setattr)(struct dentry *dentry, struct iattr *attr);
	int (*getattr)(const struct path *path, struct kstat *stat, u32 mask, unsigned int flags);
	int (*tmpfile)(struct inode *dir, struct dentry *dentry, umode_t mode);
};

/* F_SETOWN: who gets SIGIO. [L] lock */
struct fown_struct {
	rwlock_t lock;
	struct pid *pid;
	enum pid_type pid_type;
	uid_t uid, euid;
	int signum;
};

/* An open file: what dup() and fork() share. [L] f_lock, [P] f_pos_lock, [I] never changes. */
struct file {
	atomic_long_t f_count;              /* references; fput() */
	fmode_t f_mode;                     /* [I] */
	unsigned int f_flags;               /* [L] O_*, changed by F_SETFL */
	const struct file_operations *f_op; /* [I] */
	struct inode *f_inode;              /* [I] */
	struct path f_path;                 /* [I] */
	loff_t f_pos;                       /* [P] */
	struct mutex f_pos_lock;
	spinlock_t f_lock;
	struct fown_struct f_owner;
	const struct cred *f_cred;       /* [I] the opener's */
	struct address_space *f_mapping; /* [I] */
	void *private_data;              /* the driver's or file system's */
	struct list_head f_ep_links;     /* [L] epoll items that watch this file */
	u64 f_version;                   /* [I] FIFOs: writers seen before the open (fs/pipe.c) */
};

/* getdents64(): the file system calls actor for each name; false from the actor ends the walk. */
struct dir_context;
typedef bool (*filldir_t)(struct dir_context *ctx, const char *name, int len, loff_t pos, u64 ino,
			  unsigned int type);

struct dir_context {
	filldir_t actor;
	loff_t pos;
};

/*
 * What an open file can do. read/write take one user buffer, read_iter/write_iter a vector and
 * serve readv, pread, splice as well; a file has one pair or the other, iter preferred.
 */
struct kiocb {
	struct file *ki_filp;
	loff_t ki_pos;
	int ki_flags; /* IOCB_* */
};

#define IOCB_NOWAIT 0x8
#define IOCB_APPEND 0x2
#define IOCB_DSYNC  0x4

static inline int iocb_flags(const struct file *file)
{
	return (file->f_flags & O_APPEND) ? IOCB_APPEND : 0;
}

/* Calls ctx->actor for the entries from file->f_pos on; takes the directory's lock. */
int iterate_dir(struct file *file, struct dir_context *ctx);

struct file_operations {
	loff_t (*llseek)(struct file *file, loff_t offset, int whence);
	ssize_t (*read)(struct file *file, char __user *buf, size_t count, loff_t *pos);
	ssize_t (*write)(struct file *file, const char __user *buf, size_t count, loff_t *pos);
	ssize_t (*read_iter)(struct kiocb *iocb, struct iov_iter *to);
	ssize_t (*write_iter)(struct kiocb *iocb, struct iov_iter *from);
	int (*iterate_shared)(struct file *file, struct dir_context *ctx);
	unsigned int (*poll)(struct file *file, struct poll_table_struct *wait); /* EPOLL* mask */
	long (*unlocked_ioctl)(struct file *file, unsigned int cmd, unsigned long arg);
	int (*mmap)(struct file *file, struct vm_area_struct *vma);
	int (*open)(struct inode *inode, struct file *file);
	int (*flush)(struct file *file);                        /* every close() of a descriptor */
	int (*release)(struct inode *inode, struct file *file); /* the last reference */
	int (*fsync)(struct file *file, loff_t start, loff_t end, int datasync);
	int (*fasync)(int fd, struct file *file, int on);
	int (*check_flags)(int flags);
	/* NULL: splice(2) and sendfile(2) refuse the file. */
	ssize_t (*splice_write)(struct pipe_inode_info *pipe, struct file *out, loff_t *pos,
				size_t len, unsigned int flags);
	ssize_t (*splice_read)(struct file *in, loff_t *pos, struct pipe_inode_info *pipe,
			       size_t len, unsigned int flags); /* pipe->mutex held */
	long (*fallocate)(struct file *file, int mode, loff_t offset, loff_t len);
	void (*show_fdinfo)(struct seq_file *m, struct file *file);
};

/*
 * For splice_read: by reference to the page cache; through fresh pages that read_iter fills. For
 * splice_write: with write_iter; thrown away. Implemented in fs/splice.c.
 */
ssize_t filemap_splice_read(struct file *in, loff_t *pos, struct pipe_inode_info *pipe, size_t len,
			    unsigned int flags);
ssize_t copy_splice_read(struct file *in, loff_t *pos, struct pipe_inode_info *pipe, size_t len,
			 unsigned int flags);
ssize_t iter_file_splice_write(struct pipe_inode_info *pipe, struct file *out, loff_t *pos,
			       size_t len, unsigned int flags);
ssize_t splice_write_null(struct pipe_inode_info *pipe, struct file *out, loff_t *pos, size_t len,
			  unsigned int flags);

struct super_operations {
	struct inode *(*alloc_inode)(struct super_block *sb);
	void (*free_inode)(struct inode *inode);  /* after an RCU grace period */
	void (*evict_inode)(struct inode *inode); /* last reference and no link */
	int (*drop_inode)(struct inode *inode);
	void (*put_super)(struct super_block *sb);
	int (*statfs)(struct dentry *dentry, struct kstatfs *buf);
	int (*remount_fs)(struct super_block *sb, int *flags, char *data);
	int (*show_options)(struct seq_file *m, struct dentry *root);
};

/* One mounted instance of a file system. */
struct super_block {
	struct list_head s_list;
	dev_t s_dev; /* [I] st_dev of its files: an anonymous number */
	unsigned long s_blocksize;
	loff_t s_maxbytes;
	struct file_system_type *s_type;
	const struct super_operations *s_op;
	const struct dentry_operations *s_d_op;
	unsigned long s_flags; /* SB_* = MS_* */
	unsigned long s_magic;
	struct dentry *s_root;
	struct rw_semaphore s_umount;
	atomic_t s_active;
	struct mutex s_vfs_rename_mutex; /* one cross-directory rename at a time */
	u32 s_time_gran;
	void *s_fs_info;
	struct hlist_node s_instances; /* in the type's fs_supers */
	char s_id[32];
	struct rcu_head s_rcu;
};

#define SB_RDONLY      1
#define SB_NOSUID      2
#define SB_NODEV       4
#define SB_NOEXEC      8
#define SB_KERNMOUNT   (1 << 22)
#define SB_NOUSER      (1ul << 31)
#define MS_RMT_MASK    (SB_RDONLY | SB_SYNCHRONOUS) /* what remount changes in s_flags */
#define SB_SYNCHRONOUS 16

struct file_system_type {
	const char *name;
	int fs_flags; /* FS_* */
	/* Makes or finds the super block and returns its root with a reference, or ERR_PTR. */
	struct dentry *(*mount)(struct file_system_type *type, int flags, const char *dev_name,
				void *data);
	void (*kill_sb)(struct super_block *sb);
	struct file_system_type *next;
	struct hlist_head fs_supers;
};

#define FS_REQUIRES_DEV 1
#define FS_USERNS_MOUNT 8

int register_filesystem(struct file_system_type *type);
int filesystems_show(struct seq_file *m); /* /proc/filesystems */
/* Mount without a place in the tree: pipefs, the shmem mount. ERR_PTR on failure. */
struct vfsmount *kern_mount(struct file_system_type *type);
/* The same with data for ->mount. */
struct vfsmount *kern_mount_data(struct file_system_type *type, void *data);

static inline struct inode *file_inode(const struct file *file)
{
	return file->f_inode;
}

/* References to open files. The last fput() ends the file at once and may sleep. */
static inline struct file *get_file(struct file *file)
{
	atomic_long_inc(&file->f_count);
	return file;
}

void fput(struct file *file);

/* Inodes: fs/inode.c. */
struct inode *new_inode(struct super_block *sb);
struct inode *igrab(struct inode *inode);
void ihold(struct inode *inode);
void iput(struct inode *inode);
void inode_init_owner(struct inode *inode, const struct inode *dir, umode_t mode);
/* For ->free_inode of file systems without ->alloc_inode. */
void free_inode_nonrcu(struct inode *inode);
void set_nlink(struct inode *inode, unsigned int nlink);
void inc_nlink(struct inode *inode);
void drop_nlink(struct inode *inode);
void clear_nlink(struct inode *inode);
unsigned long get_next_ino(void);
long get_nr_inodes(void);
struct timespec64 current_time(struct inode *inode);
void file_update_time(struct file *file);
void file_accessed(struct file *file);
void touch_atime(const struct path *path);
int inode_permission(struct inode *inode, int mask);
int generic_permission(struct inode *inode, int mask);
bool inode_owner_or_capable(const struct inode *inode);
int notify_change(struct dentry *dentry, struct iattr *attr);
int setattr_prepare(struct dentry *dentry, struct iattr *attr);
void setattr_copy(struct inode *inode, const struct iattr *attr);
int file_remove_privs(struct file *file);
/* Sets i_fop for devices, FIFOs and sockets. */
void init_special_inode(struct inode *inode, umode_t mode, dev_t rdev);

/* A running program's file is not written to, nor a written file run: 0 or -ETXTBSY. */
int get_write_access(struct inode *inode);
void put_write_access(struct inode *inode);
int deny_write_access(struct file *file);
void allow_write_access(struct file *file);

/* Whole files for the kernel: exec. Returns bytes read or -errno. */
ssize_t kernel_read(struct file *file, void *buf, size_t count, loff_t *pos);
ssize_t kernel_write(struct file *file, const void *buf, size_t count, loff_t *pos);
struct file *filp_open(const char *filename, int flags, umode_t mode);
struct file *dentry_open(const struct path *path, int flags, const struct cred *cred);
int filp_close(struct file *file, void *files);

ssize_t vfs_read(struct file *file, char __user *buf, size_t count, loff_t *pos);
ssize_t vfs_write(struct file *file, const char __user *buf, size_t count, loff_t *pos);
loff_t vfs_llseek(struct file *file, loff_t offset, int whence);
loff_t no_llseek(struct file *file, loff_t offset, int whence);
loff_t noop_llseek(struct file *file, loff_t offset, int whence);
loff_t generic_file_llseek(struct file *file, loff_t offset, int whence);
int vfs_fsync(struct file *file, int datasync);
int noop_fsync(struct file *file, loff_t start, loff_t end, int datasync);
int nonseekable_open(struct inode *inode, struct file *file);
int stream_open(struct inode *inode, struct file *file);
int generic_file_mmap(struct file *file, struct vm_area_struct *vma);
ssize_t generic_file_read_iter(struct kiocb *iocb, struct iov_iter *to);
ssize_t generic_file_write_iter(struct kiocb *iocb, struct iov_iter *from);
ssize_t generic_write_checks(struct kiocb *iocb, struct iov_iter *from);
ssize_t generic_perform_write(struct kiocb *iocb, struct iov_iter *from);

/* SIGIO: fs/fcntl.c. */
struct fasync_struct;
int fasync_helper(int fd, struct file *file, int on, struct fasync_struct **fapp);
void __kill_fasync(struct fasync_struct **fapp, int sig, int band);
static inline void kill_fasync(struct fasync_struct **fapp, int sig, int band)
{
	if (unlikely(READ_ONCE(*fapp)))
		__kill_fasync(fapp, sig, band);
}
/* SIGURG to the file's owner, with or without O_ASYNC. False: it has none. */
bool send_sigurg(struct file *file);
/*
 * Who gets the signals: a process, or minus a process group; 0: nobody. Without force only where nobody
 * is yet. 0, -ESRCH, -EINVAL.
 */
int f_setown(struct file *file, int who, int force);
int f_getown(struct file *file);

/* Character devices: fs/char_dev.c. All minors of the range go to fops. */
int chrdevs_show(struct seq_file *m); /* in /proc/devices */
int register_chrdev_region_fops(unsigned int major, unsigned int first_minor, unsigned int count,
				const char *name, const struct file_operations *fops);
/* A node in devtmpfs, made at once when it is mounted already, else when it is: fs/devtmpfs.c. */
int devtmpfs_create_node(const char *name, umode_t mode, dev_t dev);
int devtmpfs_delete_node(const char *name);

#endif
