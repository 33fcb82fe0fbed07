/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Terminals: what drivers (serial, virtual console, pseudo-terminals), the line discipline and the
 * rest of the kernel know of each other.
 *
 *	read()  ◀── line discipline n_tty ◀── tty_receive()  ◀── driver's interrupt, or pty's other end
 *	write() ──▶ (editing, echo, signals) ──▶ driver->write()
 *
 * Files: tty_io.c (open to close, read, write, hang-up), tty_jobctrl.c (controlling terminals),
 * tty_ioctl.c (settings), n_tty.c and n_tty_core.c (line discipline), pty.c, devpts.c, serial.c,
 * vt.c, keyboard.c.
 * Linux: include/linux/tty.h, tty_driver.h.
 */
#ifndef CONDUIT_DRIVERS_TTY_H
#define CONDUIT_DRIVERS_TTY_H

#include "kernel/uapi/termios.h"
#include "kernel/lib/list.h"
#include "kernel/lib/types.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/refcount.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/wait.h"

struct file;
struct iov_iter;
struct kiocb;
struct fasync_struct;
struct inode;
struct n_tty;
struct task_struct;
struct tty_struct;
struct poll_table_struct;

#define TTYAUX_MAJOR            5
#define TTY_MAJOR               4
#define SERIAL_MINOR            64 /* ttyS0 is 4:64 */
#define UNIX98_PTY_MASTER_MAJOR 128
#define UNIX98_PTY_SLAVE_MAJOR  136

enum tty_driver_type { TTY_DRIVER_TYPE_SERIAL, TTY_DRIVER_TYPE_CONSOLE, TTY_DRIVER_TYPE_PTY };
enum tty_driver_subtype { TTY_NORMAL, PTY_TYPE_MASTER, PTY_TYPE_SLAVE };

/* What a driver does. Pointers may be NULL except write and write_room. */
struct tty_operations {
	/* First and every further open, last and every other close. May sleep. */
	int (*open)(struct tty_struct *tty, struct file *file);
	void (*close)(struct tty_struct *tty, struct file *file);
	/* Takes what it has room for: how much. Any context, never sleeps. */
	size_t (*write)(struct tty_struct *tty, const u8 *buf, size_t count);
	size_t (*write_room)(struct tty_struct *tty);
	size_t (*chars_in_buffer)(struct tty_struct *tty); /* not sent yet */
	void (*flush_buffer)(struct tty_struct *tty);      /* forget what is not sent yet */
	void (*stop)(struct tty_struct *tty);              /* Ctrl-S */
	void (*start)(struct tty_struct *tty);
	void (*unthrottle)(struct tty_struct *tty); /* the reader has made room */
	void (*set_termios)(struct tty_struct *tty, const struct ktermios *old);
	void (*hangup)(struct tty_struct *tty);
	int (*resize)(struct tty_struct *tty, struct winsize *ws);
	int (*ioctl)(struct tty_struct *tty, unsigned int cmd, unsigned long arg);
	int (*break_ctl)(struct tty_struct *tty, int state);
	int (*tiocmget)(struct tty_struct *tty);
	/* The terminal is freed. */
	void (*cleanup)(struct tty_struct *tty);
};

/* A range of terminals with one kind of hardware. [I] but ttys, termios. */
struct tty_driver {
	const char *driver_name, *name; /* "serial", "ttyS" */
	unsigned int major, minor_start, num;
	int name_base; /* number of the first in its name */
	enum tty_driver_type type;
	enum tty_driver_subtype subtype;
	struct ktermios init_termios;
	const struct tty_operations *ops;
	struct tty_struct **ttys; /* [tty_mutex] by index; NULL: not open (not for pty) */
	struct ktermios *termios; /* [tty_mutex] of closed terminals, c_cflag 0: never open */
	struct list_head tty_drivers;
};

/* tty->flags, atomic bits */
#define TTY_OTHER_CLOSED 2 /* pty: the other end is closed */
#define TTY_EXCLUSIVE    3 /* TIOCEXCL */
#define TTY_HUPPED       18
#define TTY_HUPPING      19
#define TTY_PTY_LOCK     16 /* slave: not unlocked yet by TIOCSPTLCK */

/*
 * A terminal that somebody has open. [M] tty_mutex, [L] lock, [C] ctrl.lock, [I] never changes.
 * Order: tty_mutex, atomic_write_lock or atomic_read_lock, siglock, ctrl.lock, lock.
 */
struct tty_struct {
	refcount_t kref;                  /* the driver's table, and every signal_struct.tty */
	struct tty_driver *driver;        /* [I] */
	const struct tty_operations *ops; /* [I] */
	unsigned int index;               /* [I] */
	char name[16];                    /* [I] "ttyS0", "pts3" as in /proc */
	unsigned long flags;              /* TTY_* */
	int count;                        /* [M] open files */
	struct list_head tty_files;       /* [files_lock] struct tty_file_private */

	spinlock_t lock;         /* input, echo, column, termios; taken by interrupts */
	struct ktermios termios; /* [L] */
	struct n_tty *disc_data; /* [I] line discipline's state, [L] inside */
	bool out_busy;           /* [L] somebody is between write_room() and write() … */
	bool out_again;          /* [L] … and there may be more room than it was told */
	struct {
		bool stopped;     /* [L] Ctrl-S or TCOOFF */
		bool tco_stopped; /* [L] TCOOFF: Ctrl-Q does not start it */
	} flow;
	struct winsize winsize; /* [winsize_mutex] */
	struct mutex winsize_mutex;
	struct mutex atomic_write_lock, atomic_read_lock; /* one write(), one read() at a time */
	wait_queue_head_t read_wait, write_wait;
	struct fasync_struct *fasync; /* SIGIO */

	struct {
		spinlock_t lock;
		struct pid *pgrp;        /* [C] foreground group */
		struct pid *session;     /* [C] whose controlling terminal it is */
		unsigned char pktstatus; /* [C] TIOCPKT_* to report to the master */
		bool packet;             /* [C] master: TIOCPKT is on */
	} ctrl;

	struct tty_struct *link; /* [I] pty: the other end; the slave's counts as a reference */
	void *driver_data;       /* the driver's */
	struct rcu_head rcu;
};

/* file->private_data */
struct tty_file_private {
	struct tty_struct *tty;
	struct file *file;
	struct list_head list; /* in tty->tty_files */
	bool hung_up;          /* the line was hung up: nothing works any more but close */
};

extern struct mutex tty_mutex;
extern const struct ktermios tty_std_termios;
extern struct list_head tty_drivers; /* [tty_mutex] */

/* ---- for the kernel's roof: tty_jobctrl.c ---- */

/* NULL is allowed, also from contexts that may not sleep. */
struct tty_struct *tty_kref_get(struct tty_struct *tty);
void tty_kref_put(struct tty_struct *tty);
/* The controlling terminal with a reference, or NULL. */
struct tty_struct *get_current_tty(void);
/* The process has no controlling terminal from now on. tasklist_lock may be held. */
void proc_clear_tty(struct task_struct *task);
/* The session leader gives up its terminal; on_exit: it ends. Sleeps. */
void disassociate_ctty(int on_exit);
/* For /proc/<pid>/stat; 0 and -1 when there is none. */
dev_t tty_devnum(struct tty_struct *tty);
int tty_pgrp_nr(struct tty_struct *tty);

/* ---- for drivers: tty_io.c ---- */

/* Registers the numbers; with nodes in /dev when make_nodes. */
int tty_register_driver(struct tty_driver *driver, bool make_nodes);
/* A new terminal with one reference and line discipline, not in any table. ERR_PTR. */
struct tty_struct *alloc_tty_struct(struct tty_driver *driver, unsigned int index);
/* Input from the line. Any context. Returns how much there was room for. */
size_t tty_receive(struct tty_struct *tty, const u8 *buf, size_t count);
void tty_receive_break(struct tty_struct *tty);
/* How much tty_receive() would take. */
size_t tty_receive_room(struct tty_struct *tty);
/* The driver has room again. Any context. */
void tty_wakeup(struct tty_struct *tty);
/* The line is gone: every open file is cut off, the session gets SIGHUP. Sleeps. */
void tty_vhangup(struct tty_struct *tty);
void tty_vhangup_session(struct tty_struct *tty);
bool tty_hung_up_p(struct file *file);
/* Link file and terminal, for a driver's own open (ptmx); tty_release() undoes it. */
int tty_add_file(struct tty_struct *tty, struct file *file);
void tty_del_file(struct file *file);
/* The file operations. */
int tty_release(struct inode *inode, struct file *file);
ssize_t tty_read(struct kiocb *iocb, struct iov_iter *to);
ssize_t tty_write(struct kiocb *iocb, struct iov_iter *from);
unsigned int tty_poll(struct file *file, struct poll_table_struct *wait);
long tty_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
int tty_fasync(int fd, struct file *file, int on);

/* ---- between the parts ---- */

struct tty_struct *file_tty(struct file *file);
int tty_check_change(struct tty_struct *tty);
int __tty_check_change(struct tty_struct *tty, int sig);
struct pid *tty_get_pgrp(struct tty_struct *tty);
/* Nobody in the terminal's session has it as controlling terminal any more. */
void tty_clear_session(struct tty_struct *tty);
void tty_open_proc_set_tty(struct file *file, struct tty_struct *tty);
/* Signals of a hang-up; drops the session's references. */
void tty_signal_session_leader(struct tty_struct *tty, bool exit_session);
int tty_jobctrl_ioctl(struct tty_struct *tty, struct tty_struct *real_tty, struct file *file,
		      unsigned int cmd, unsigned long arg);
int tty_mode_ioctl(struct tty_struct *tty, struct file *file, unsigned int cmd, unsigned long arg);
void tty_stop(struct tty_struct *tty);
void tty_start(struct tty_struct *tty);
/* Reports a change to a pty's master in packet mode. */
void tty_packet_status(struct tty_struct *tty, unsigned char set, unsigned char clear);
/* Sleeps until the driver has sent everything; -ERESTARTSYS. */
int tty_wait_until_sent(struct tty_struct *tty, long timeout_ns);
void tty_flush_output(struct tty_struct *tty);
/* Hands a character to the line discipline as if typed: TIOCSTI. */
void tty_insert(struct tty_struct *tty, u8 c);
/* Sends a character past flow control, if there is room: TCIOFF, TCION. */
void n_tty_send_char(struct tty_struct *tty, u8 c);

/* ---- line discipline: n_tty.c ---- */

int n_tty_open(struct tty_struct *tty);
void n_tty_close(struct tty_struct *tty);
ssize_t n_tty_read(struct tty_struct *tty, struct file *file, struct iov_iter *to);
ssize_t n_tty_write(struct tty_struct *tty, struct file *file, const u8 *buf, size_t count);
unsigned int n_tty_poll(struct tty_struct *tty, struct file *file, struct poll_table_struct *wait);
void n_tty_flush_buffer(struct tty_struct *tty);
void n_tty_set_termios(struct tty_struct *tty, const struct ktermios *old);
size_t n_tty_chars_available(struct tty_struct *tty);
/* Sends echo that waits for room. Any context. */
void n_tty_flush_echoes(struct tty_struct *tty);

/* ---- devpts.c ---- */

struct dentry;
int devpts_new_index(void);
void devpts_kill_index(int index);
/* The node /dev/pts/<index>: ERR_PTR. */
struct dentry *devpts_pty_new(int index);
void devpts_pty_kill(struct dentry *dentry);
struct file *devpts_open_peer(struct dentry *dentry, int flags);
int ptmx_open(struct inode *inode, struct file *file);

#endif
