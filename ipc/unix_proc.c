// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/unix: one line for each AF_UNIX socket.
 *
 * Idea: a position in the file is a place in the table of sockets (unix_name.c), so that a reader may
 *   stop between any two lines; of sockets that come and go meanwhile it sees some.
 * Locking: unix_table_lock from start to stop. A socket leaves the table before it loses its inode.
 *   The state lock is outside that one, so what a line says of state is read without it.
 * Linux: net/unix/af_unix.c:unix_seq_show(). man 7 unix.
 * Start at: unix_seq_show. Tests: tests/ipc/unix_proc.c.
 */
#include "kernel/lib/init.h"
#include "kernel/locking/refcount.h"
#include "fs/proc/proc.h"
#include "fs/seq_file.h"
#include "ipc/unix.h"

#define __SO_ACCEPTCON (1 << 16) /* in Flags: listens */

static void *unix_seq_start(struct seq_file *m, loff_t *pos)
{
	spin_lock(&unix_table_lock);
	return *pos ? unix_socket_from(pos) : SEQ_START_TOKEN;
}

static void *unix_seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return unix_socket_from(pos);
}

static void unix_seq_stop(struct seq_file *m, void *v)
{
	spin_unlock(&unix_table_lock);
}

/* A path ends with a zero byte that is not shown; in an abstract name each one is an @. */
static void show_name(struct seq_file *m, const struct unix_address *addr)
{
	const char *name = addr->name->sun_path;
	int len = addr->len - (int)offsetof(struct sockaddr_un, sun_path);

	if (name[0])
		len--;
	seq_putc(m, ' ');
	for (int i = 0; i < len; i++)
		seq_putc(m, name[i] ? name[i] : '@');
}

static int unix_seq_show(struct seq_file *m, void *v)
{
	const struct unix_address *addr;
	const struct socket *sock;
	struct sock *sk = v;
	int state;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, "Num       RefCount Protocol Flags    Type St Inode Path\n");
		return 0;
	}
	sock = READ_ONCE(sk->sk_socket);
	state = READ_ONCE(sk->sk_state);
	seq_printf(m, "%016lx: %08X %08X %08X %04X %02X %5lu",
		   0ul, /* Linux's kernel address, which it hides */
		   refcount_read(&sk->sk_refcnt), 0, state == TCP_LISTEN ? __SO_ACCEPTCON : 0,
		   sk->sk_type,
		   sock ? (state == TCP_ESTABLISHED ? SS_CONNECTED : SS_UNCONNECTED) :
			  (state == TCP_ESTABLISHED ? SS_CONNECTING : SS_DISCONNECTING),
		   sock ? SOCK_INODE((struct socket *)sock)->i_ino : 0ul);
	addr = smp_load_acquire(&unix_sk(sk)->addr);
	if (addr)
		show_name(m, addr);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations unix_seq_ops = {
	.start = unix_seq_start,
	.next = unix_seq_next,
	.stop = unix_seq_stop,
	.show = unix_seq_show,
};

static int unix_proc_init(void)
{
	return proc_create_net_seq("unix", 0444, &unix_seq_ops) ? 0 : -ENOMEM;
}
fs_initcall(unix_proc_init);
