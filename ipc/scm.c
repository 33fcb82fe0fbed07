// SPDX-License-Identifier: GPL-2.0-only
/*
 * Socket control messages, the user's side: what sendmsg(2) was given becomes a struct scm_cookie,
 * and recvmsg(2) gives one to the user.
 *
 * Idea: a descriptor is a number of one process; what travels is the open file behind it. The sender
 * looks each number up and takes a reference, the receiver gets a new number for each file.
 *
 * Rules: 1. Files are closed with no lock held, and never one inside the closing of another: the end
 *   of a socket frees the messages in its queue, and these may carry sockets with messages of their
 *   own. The first closing of a task makes a list of what others ask for while it is at work
 *   (current->scm_work), and works it off; so a chain of any length takes a stack of two closings.
 *   2. What was sent under an error is not sent in part: __scm_send() keeps nothing then.
 *   3. Lengths come from user space: a header is looked at only after it has been compared with what
 *   is left of the buffer.
 *
 * Locking: a cookie is its caller's; nothing else here is shared. Sleeps: everything.
 * Linux: net/core/scm.c (io_uring's files and security labels left out); the list is that of
 *   Linux 2.6.28, before every fput() there waited for the return to user space. man 7 unix, cmsg(3).
 * Start at: __scm_send, __scm_recv. Tests: tests/ipc/unix_rights.c, tests/ipc/unix_credentials.c.
 */
#include "ipc/scm.h"

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/err.h"
#include "kernel/lib/string.h"
#include "kernel/x86/uaccess.h"
#include "kernel/sched/cred.h"
#include "kernel/sched/pid.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/task.h"
#include "mm/slab.h"
#include "fs/file.h"
#include "ipc/unix.h"

#define OVERFLOW_ID 65534 /* who is not known */

/* ---- lists of files ---- */

static void scm_fp_close(struct scm_fp_list *fpl)
{
	ASSERT(!fpl->receiver);
	for (int i = 0; i < fpl->count; i++)
		fput(fpl->fp[i]);
	if (fpl->user)
		free_uid(fpl->user);
	kfree(fpl);
}

/* Rule 1. */
static void scm_work_run(struct scm_work *work)
{
	current->scm_work = work;
	do {
		while (!list_empty(&work->list)) {
			struct scm_fp_list *fpl = list_first_entry(&work->list, struct scm_fp_list,
								   list);

			list_del(&fpl->list);
			scm_fp_close(fpl);
			cond_resched();
		}
		if (!work->collect)
			break;
		work->collect = false;
	} while (unix_gc_collect(&work->list));
	current->scm_work = NULL;
}

void scm_fp_free(struct scm_fp_list *fpl)
{
	struct scm_work work = { .list = LIST_HEAD_INIT(work.list) };

	if (current->scm_work) {
		list_add_tail(&fpl->list, &current->scm_work->list);
		return;
	}
	list_add(&fpl->list, &work.list);
	scm_work_run(&work);
}

void scm_collect(void)
{
	struct scm_work work = { .list = LIST_HEAD_INIT(work.list), .collect = true };

	if (current->scm_work)
		current->scm_work->collect = true;
	else
		scm_work_run(&work);
}

static size_t scm_fp_size(int max)
{
	return sizeof(struct scm_fp_list) + (size_t)max * sizeof(struct file *);
}

struct scm_fp_list *scm_fp_alloc(int max)
{
	struct scm_fp_list *fpl = kmalloc(scm_fp_size(max), GFP_KERNEL_ACCOUNT);

	if (fpl)
		*fpl = (struct scm_fp_list){ .max = (short)max };
	return fpl;
}

/* ---- sending ---- */

/* Room for num more in *fplp, which may be NULL. 0, -EINVAL, -ENOMEM. */
static int scm_fp_expand(struct scm_fp_list **fplp, int num)
{
	struct scm_fp_list *fpl = *fplp;

	if (!fpl) {
		fpl = scm_fp_alloc(num);
		if (!fpl)
			return -ENOMEM;
		fpl->user = get_uid(current_user());
		*fplp = fpl;
		return 0;
	}
	if (fpl->count + num > SCM_MAX_FD)
		return -EINVAL;
	fpl = krealloc(fpl, scm_fp_size(fpl->count + num), GFP_KERNEL_ACCOUNT);
	if (!fpl)
		return -ENOMEM;
	fpl->max = (short)(fpl->count + num);
	*fplp = fpl;
	return 0;
}

/* The files of one SCM_RIGHTS, behind those of an earlier one. */
static int scm_fp_copy(const struct cmsghdr *cmsg, struct scm_fp_list **fplp)
{
	const int *fds = CMSG_DATA(cmsg);
	size_t num = (cmsg->cmsg_len - sizeof(*cmsg)) / sizeof(int);
	struct scm_fp_list *fpl;
	int error;

	if (!num)
		return 0;
	if (num > SCM_MAX_FD)
		return -EINVAL;
	error = scm_fp_expand(fplp, (int)num);
	if (error)
		return error;
	fpl = *fplp;
	for (size_t i = 0; i < num; i++) {
		struct file *file = fds[i] < 0 ? NULL : fget_raw((unsigned int)fds[i]);

		if (!file)
			return -EBADF;
		fpl->fp[fpl->count++] = file;
		if (unix_get_socket(file))
			fpl->count_unix++;
	}
	return 0;
}

/* May the caller say that it is this? */
static int scm_check_creds(const struct ucred *creds)
{
	const struct cred *cred = current_cred();
	uid_t uid = creds->uid;
	gid_t gid = creds->gid;

	if (uid == (uid_t)-1 || gid == (gid_t)-1)
		return -EINVAL;
	if ((pid_t)creds->pid != current->tgid && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (uid != cred->uid && uid != cred->euid && uid != cred->suid && !capable(CAP_SETUID))
		return -EPERM;
	if (gid != cred->gid && gid != cred->egid && gid != cred->sgid && !capable(CAP_SETGID))
		return -EPERM;
	return 0;
}

static int scm_send_creds(const struct cmsghdr *cmsg, struct scm_cookie *scm)
{
	struct ucred creds;
	struct pid *pid;
	int error;

	if (cmsg->cmsg_len != CMSG_LEN(sizeof(creds)))
		return -EINVAL;
	memcpy(&creds, CMSG_DATA(cmsg), sizeof(creds));
	error = scm_check_creds(&creds);
	if (error)
		return error;
	if (!scm->pid || pid_nr(scm->pid) != (int)creds.pid) {
		pid = find_get_pid((int)creds.pid);
		if (!pid)
			return -ESRCH;
		put_pid(scm->pid);
		scm->pid = pid;
	}
	scm->creds = (struct scm_creds){ (pid_t)creds.pid, creds.uid, creds.gid };
	return 0;
}

static int scm_send_one(const struct cmsghdr *cmsg, struct scm_cookie *scm)
{
	switch (cmsg->cmsg_type) {
	case SCM_RIGHTS:
		return scm_fp_copy(cmsg, &scm->fp);
	case SCM_CREDENTIALS:
		return scm_send_creds(cmsg, scm);
	default:
		return -EINVAL;
	}
}

int __scm_send(struct socket *sock, struct msghdr *msg, struct scm_cookie *scm)
{
	const char *control = msg->msg_control;
	size_t left = msg->msg_controllen;
	int error = 0;

	while (left >= sizeof(struct cmsghdr)) {
		const struct cmsghdr *cmsg = (const struct cmsghdr *)control;
		size_t step;

		error = -EINVAL;
		if (cmsg->cmsg_len < sizeof(*cmsg) || cmsg->cmsg_len > left) /* rule 3 */
			break;
		error = cmsg->cmsg_level == SOL_SOCKET ? scm_send_one(cmsg, scm) : 0;
		if (error)
			break;
		step = min(CMSG_ALIGN(cmsg->cmsg_len), left);
		control += step;
		left -= step;
	}
	if (error)
		scm_destroy(scm); /* rule 2 */
	return error;
}

void scm_set_own_creds(struct scm_cookie *scm)
{
	ASSERT(!scm->pid);
	scm->pid = get_pid(task_tgid(current));
	scm->creds = (struct scm_creds){ current->tgid, current_uid(), current_gid() };
}

void __scm_destroy(struct scm_cookie *scm)
{
	struct scm_fp_list *fpl = scm->fp;

	put_pid(scm->pid);
	scm->pid = NULL;
	scm->fp = NULL;
	if (fpl)
		scm_fp_free(fpl);
}

/* ---- receiving ---- */

/* The next control message begins len bytes further. */
static void cmsg_advance(struct msghdr *msg, size_t len)
{
	len = min(len, msg->msg_controllen);
	msg->msg_control_user = (char __user *)msg->msg_control_user + len;
	msg->msg_controllen -= len;
}

int put_cmsg(struct msghdr *msg, int level, int type, int len, const void *data)
{
	struct cmsghdr head = { CMSG_LEN((size_t)len), level, type };
	char __user *to = msg->msg_control_user;

	if (!to || msg->msg_controllen < sizeof(head)) {
		msg->msg_flags |= MSG_CTRUNC;
		return 0;
	}
	if (msg->msg_controllen < head.cmsg_len) {
		msg->msg_flags |= MSG_CTRUNC;
		head.cmsg_len = msg->msg_controllen;
	}
	if (copy_to_user(to, &head, sizeof(head)) ||
	    copy_to_user(to + sizeof(head), data, head.cmsg_len - sizeof(head)))
		return -EFAULT;
	cmsg_advance(msg, CMSG_SPACE((size_t)len));
	return 0;
}

/* A number for the file, written to *to before anybody can use it. 0 or -errno. */
static int scm_recv_one_fd(struct file *file, int __user *to, unsigned int o_flags)
{
	int fd = get_unused_fd_flags(o_flags);

	if (fd < 0)
		return fd;
	if (put_user(fd, to)) {
		put_unused_fd((unsigned int)fd);
		return -EFAULT;
	}
	fd_install((unsigned int)fd, get_file(file));
	return 0;
}

/* As many descriptors as there is room for, in the buffer and in the table; the rest is closed. */
static void scm_detach_fds(struct msghdr *msg, struct scm_cookie *scm)
{
	struct cmsghdr __user *cmsg = msg->msg_control_user;
	unsigned int o_flags = msg->msg_flags & MSG_CMSG_CLOEXEC ? O_CLOEXEC : 0;
	size_t room = 0;
	int fdmax, error = 0, i;

	if (msg->msg_controllen > sizeof(*cmsg))
		room = (msg->msg_controllen - sizeof(*cmsg)) / sizeof(int);
	fdmax = (int)min(room, (size_t)scm->fp->count);
	for (i = 0; i < fdmax; i++) {
		error = scm_recv_one_fd(scm->fp->fp[i], (int __user *)CMSG_DATA(cmsg) + i, o_flags);
		if (error)
			break;
	}
	if (i > 0) {
		struct cmsghdr head = { CMSG_LEN((size_t)i * sizeof(int)), SOL_SOCKET, SCM_RIGHTS };

		if (!copy_to_user(cmsg, &head, sizeof(head)))
			cmsg_advance(msg, CMSG_SPACE((size_t)i * sizeof(int)));
	}
	if (i < scm->fp->count)
		msg->msg_flags |= MSG_CTRUNC;
}

/* SO_PASSPIDFD. What cannot be opened is said by a negative number. */
static void scm_pidfd_recv(struct msghdr *msg, struct scm_cookie *scm)
{
	struct file *file = NULL;
	int fd;

	if (msg->msg_controllen < CMSG_LEN(sizeof(int))) {
		msg->msg_flags |= MSG_CTRUNC;
		return;
	}
	if (!scm->pid)
		return;
	fd = pidfd_prepare(scm->pid, 0, &file);
	if (put_cmsg(msg, SOL_SOCKET, SCM_PIDFD, sizeof(fd), &fd)) {
		if (fd >= 0) {
			put_unused_fd((unsigned int)fd);
			fput(file);
		}
	} else if (fd >= 0) {
		fd_install((unsigned int)fd, file);
	}
}

static void scm_put_creds(struct msghdr *msg, const struct scm_cookie *scm)
{
	struct ucred creds = { (unsigned int)pid_nr(scm->pid), scm->creds.uid, scm->creds.gid };

	if (creds.uid == (uid_t)-1)
		creds.uid = OVERFLOW_ID;
	if (creds.gid == (gid_t)-1)
		creds.gid = OVERFLOW_ID;
	put_cmsg(msg, SOL_SOCKET, SCM_CREDENTIALS, sizeof(creds), &creds);
}

void __scm_recv(struct socket *sock, struct msghdr *msg, struct scm_cookie *scm, int flags)
{
	struct sock *sk = sock->sk;
	bool creds = READ_ONCE(sk->sk_scm_credentials), pidfd = READ_ONCE(sk->sk_scm_pidfd);

	if (!msg->msg_control_user) {
		if (creds || pidfd || scm->fp)
			msg->msg_flags |= MSG_CTRUNC;
	} else {
		if (creds)
			scm_put_creds(msg, scm);
		if (scm->fp)
			scm_detach_fds(msg, scm);
		if (pidfd)
			scm_pidfd_recv(msg, scm);
	}
	scm_destroy(scm);
}
