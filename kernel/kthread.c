// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel threads.
 *
 * Idea: a new thread should inherit nothing from whoever happens to ask for it, so all are children
 * of one clean thread, kthreadd (pid 2). A request is put on kthread_create_list; kthreadd forks; the
 * child reports itself ready in the request, and sleeps until it is first woken.
 *
 * Data: a struct kthread per thread in kthread_list, from before its function is called until it has
 * returned. Threads are few and stopping them is rare, so a list will do. Who comes last frees it:
 * the thread, or the one that stops it.
 *
 * Locking: kthread_lock protects both lists and every kthread. Linux: kernel/kthread.c.
 */
#include "kernel/lib/list.h"
#include "kernel/lib/printk.h"
#include "kernel/lib/string.h"
#include "kernel/lib/vsnprintf.h"
#include "kernel/locking/completion.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/sched.h"
#include "mm/slab.h"

struct kthread;

/* A request to kthreadd. On the requester's stack. */
struct kthread_create_info {
	int (*threadfn)(void *data);
	void *data;
	struct kthread *self;
	char comm[TASK_COMM_LEN];
	struct task_struct *result; /* the thread, or ERR_PTR */
	struct completion done;
	struct list_head list;
};

/* A running kernel thread. */
struct kthread {
	struct task_struct *task;
	bool should_stop;
	int result;
	struct completion exited;
	struct list_head list;
};

static DEFINE_SPINLOCK(kthread_lock);
static LIST_HEAD(kthread_create_list);
static LIST_HEAD(kthread_list);
struct task_struct *kthreadd_task;

/* kthread_lock held. */
static struct kthread *find_kthread(const struct task_struct *task)
{
	struct kthread *kthread;

	list_for_each_entry (kthread, &kthread_list, list) {
		if (kthread->task == task)
			return kthread;
	}
	return NULL;
}

/* The new thread's first function. */
static int kthread(void *arg)
{
	struct kthread_create_info *create = arg;
	int (*threadfn)(void *) = create->threadfn;
	void *data = create->data;
	struct kthread *self = create->self;
	bool stop;

	self->task = current;
	set_task_comm(current, create->comm);
	spin_lock(&kthread_lock);
	list_add(&self->list, &kthread_list);
	spin_unlock(&kthread_lock);

	/* Not running until the maker wakes it; create is gone after complete(). */
	__set_current_state(TASK_UNINTERRUPTIBLE);
	create->result = current;
	complete(&create->done);
	schedule();

	if (!READ_ONCE(self->should_stop))
		self->result = threadfn(data);

	spin_lock(&kthread_lock);
	list_del(&self->list);
	stop = self->should_stop;
	spin_unlock(&kthread_lock);
	if (stop)
		complete(&self->exited);
	else
		kfree(self);
	do_exit(0);
}

struct task_struct *kthread_create(int (*threadfn)(void *data), void *data, const char *namefmt,
				   ...)
{
	struct kthread_create_info create = { .threadfn = threadfn, .data = data };
	va_list args;

	create.self = kzalloc(sizeof(*create.self), GFP_KERNEL);
	if (!create.self)
		return ERR_PTR(-ENOMEM);
	create.self->result = -EINTR;
	init_completion(&create.self->exited);
	va_start(args, namefmt);
	vsnprintf(create.comm, sizeof(create.comm), namefmt, args);
	va_end(args);
	init_completion(&create.done);

	spin_lock(&kthread_lock);
	list_add_tail(&create.list, &kthread_create_list);
	spin_unlock(&kthread_lock);
	wake_up_process(kthreadd_task);
	wait_for_completion(&create.done);
	if (IS_ERR(create.result))
		kfree(create.self);
	return create.result;
}

bool kthread_should_stop(void)
{
	struct kthread *kthread;
	bool stop;

	spin_lock(&kthread_lock);
	kthread = find_kthread(current);
	stop = kthread && kthread->should_stop;
	spin_unlock(&kthread_lock);
	return stop;
}

int kthread_stop(struct task_struct *task)
{
	struct kthread *kthread;
	int result;

	spin_lock(&kthread_lock);
	kthread = find_kthread(task);
	if (kthread)
		WRITE_ONCE(kthread->should_stop, true);
	spin_unlock(&kthread_lock);
	if (!kthread) /* has returned already */
		return -EINTR;
	wake_up_process(task);
	wait_for_completion(&kthread->exited);
	result = kthread->result;
	kfree(kthread);
	return result;
}

void kthread_bind(struct task_struct *task, unsigned int cpu)
{
	set_cpus_allowed_ptr(task, 1ull << cpu);
}

/* Serves requests for ever. Nothing else makes kernel threads. */
int kthreadd(void *unused __maybe_unused)
{
	set_task_comm(current, "kthreadd");
	ignore_signals(current);

	for (;;) {
		struct kthread_create_info *create = NULL;
		pid_t pid;

		set_current_state(TASK_INTERRUPTIBLE);
		spin_lock(&kthread_lock);
		if (!list_empty(&kthread_create_list)) {
			create = list_first_entry(&kthread_create_list, struct kthread_create_info,
						  list);
			list_del(&create->list);
		}
		spin_unlock(&kthread_lock);
		if (!create) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		pid = kernel_thread(kthread, create, CLONE_FS | CLONE_FILES);
		if (pid < 0) {
			create->result = ERR_PTR(pid);
			complete(&create->done);
		}
	}
}
