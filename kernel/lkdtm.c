// SPDX-License-Identifier: GPL-2.0-only
/*
 * Planted bugs: each checker of the debug build has one here, so that a test can see it at work.
 *
 *	echo ABBA > /proc/lkdtm
 *
 * Idea: a table of names and functions; writing a name calls the function, in the writer's context.
 * Some end the machine, as the real bug would. Reading the file lists the names. Root only, and only
 * in debug builds.
 * Linux: drivers/misc/lkdtm/ ("Linux kernel dump test module"). Test: tests/host/planted_bugs.
 */
#ifdef CONFIG_DEBUG

#include "kernel/uapi/errno.h"
#include "kernel/lib/bug.h"
#include "kernel/lib/init.h"
#include "kernel/lib/string.h"
#include "kernel/locking/completion.h"
#include "kernel/locking/mutex.h"
#include "kernel/locking/rcu.h"
#include "kernel/locking/refcount.h"
#include "kernel/locking/rwsem.h"
#include "kernel/locking/spinlock.h"
#include "kernel/sched/kthread.h"
#include "kernel/sched/sched.h"
#include "kernel/sched/timer.h"
#include "kernel/sched/wait.h"
#include "kernel/uapi/time.h"
#include "kernel/x86/irqflags.h"
#include "kernel/x86/processor.h"
#include "kernel/x86/smp.h"
#include "kernel/x86/uaccess.h"
#include "mm/gfp.h"
#include "mm/slab.h"
#include "fs/dcache.h"
#include "fs/fs.h"
#include "fs/namei.h"
#include "fs/proc/proc.h"

static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);
static DEFINE_MUTEX(mutex_a);
static DECLARE_RWSEM(rwsem_b);
static DEFINE_SPINLOCK(irq_lock);

/* Where the compiler cannot see that it is wrong. */
static void *volatile hidden;
static volatile int hidden_index;

/* ---- locks ---- */

/* A before B, then B before A. Nobody waits: the order alone is the bug. */
static void abba(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_b);
	spin_unlock(&lock_b);
	spin_unlock(&lock_a);
	spin_lock(&lock_b);
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
	spin_unlock(&lock_b);
}

static void abba_sleeping(void)
{
	mutex_lock(&mutex_a);
	down_read(&rwsem_b);
	up_read(&rwsem_b);
	mutex_unlock(&mutex_a);
	down_write(&rwsem_b);
	mutex_lock(&mutex_a);
	mutex_unlock(&mutex_a);
	up_write(&rwsem_b);
}

static void recursive_lock(void)
{
	static struct mutex two[2];

	for (int i = 0; i < 2; i++)
		mutex_init(&two[i]);
	mutex_lock(&two[0]);
	mutex_lock(&two[1]);
	mutex_unlock(&two[1]);
	mutex_unlock(&two[0]);
}

static void sleep_in_atomic(void)
{
	spin_lock(&lock_a);
	schedule_timeout_uninterruptible(300000000);
	spin_unlock(&lock_a);
}

static DECLARE_COMPLETION(irq_done);

static enum hrtimer_restart take_irq_lock(struct hrtimer *timer)
{
	spin_lock(&irq_lock);
	spin_unlock(&irq_lock);
	complete(&irq_done);
	return HRTIMER_NORESTART;
}

static void let_interrupt_take_irq_lock(void)
{
	static struct hrtimer timer;

	hrtimer_init(&timer, CLOCK_MONOTONIC);
	timer.function = take_irq_lock;
	hrtimer_start(&timer, 1000, HRTIMER_MODE_REL);
	wait_for_completion(&irq_done);
}

static void irq_unsafe_lock(void)
{
	let_interrupt_take_irq_lock();
	spin_lock(&irq_lock); /* interrupts are on */
	spin_unlock(&irq_lock);
}

static void irqs_on_under_lock(void)
{
	let_interrupt_take_irq_lock();
	spin_lock_irq(&irq_lock);
	spin_lock_irq(&lock_a);
	spin_unlock_irq(&lock_a); /* and so interrupts are on */
	spin_unlock(&irq_lock);
}

static void do_nothing(void *unused)
{
}

/* Whom it calls may be the one that spins for the lock with interrupts off. */
static void call_under_lock(void)
{
	spin_lock_irq(&lock_a);
	spin_unlock_irq(&lock_a);
	spin_lock(&lock_a);
	smp_call_function_many(~0ull, do_nothing, NULL);
	spin_unlock(&lock_a);
}

static void sleep_irqs_off(void)
{
	local_irq_disable();
	mutex_lock(&mutex_a);
	mutex_unlock(&mutex_a);
	local_irq_enable();
}

static void unlock_not_held(void)
{
	mutex_lock(&mutex_a);
	mutex_unlock(&mutex_a);
	lock_release(&mutex_a.dep_map, (unsigned long)__builtin_return_address(0));
}

static void return_with_lock(void)
{
	mutex_lock(&mutex_a);
}

static void rcu_without_lock(void)
{
	(void)rcu_dereference(hidden);
}

static void sleep_in_rcu(void)
{
	rcu_read_lock();
	schedule_timeout_uninterruptible(300000000);
	rcu_read_unlock();
}

static struct rcu_head waits_in_vain;

static void nothing(struct rcu_head *head)
{
}

static void rcu_stall(void)
{
	call_rcu(&waits_in_vain, nothing);
	rcu_read_lock();
	for (;;)
		cpu_relax();
}

/* ---- memory ---- */

static void double_free(void)
{
	void *p = kmalloc(100, GFP_KERNEL);

	kfree(p);
	kfree(p);
}

static void use_after_free(void)
{
	char *p = kmalloc(100, GFP_KERNEL);

	hidden = p;
	kfree(p);
	((char *)hidden)[50] = 1;
	for (int i = 0; i < 2000; i++) /* somebody gets it again, or looks at it */
		kfree(kmalloc(100, GFP_KERNEL));
}

static void overrun(void)
{
	char *p = kmalloc(128, GFP_KERNEL);

	hidden = p;
	((char *)hidden)[128] = 1;
	kfree(p);
}

/* One byte more than was asked for, though the object is larger. */
static void overrun_by_one(void)
{
	char *p = kmalloc(100, GFP_KERNEL);

	hidden = p;
	((char *)hidden)[100] = 1;
	kfree(p);
}

static void underrun(void)
{
	char *p = kmalloc(128, GFP_KERNEL);

	hidden = p;
	((char *)hidden)[-1] = 1;
	kfree(p);
}

static void free_in_middle(void)
{
	char *p = kmalloc(128, GFP_KERNEL);

	hidden = p;
	kfree((char *)hidden + 32);
	kfree(p);
}

/* Nobody gets the object again: only a look at all free ones finds it. */
static void write_to_free(void)
{
	char *p = kmalloc(3000, GFP_KERNEL);

	hidden = p;
	kfree(p);
	((char *)hidden)[2000] = 1;
	kmem_cache_check_all();
}

static void page_use_after_free(void)
{
	struct page *page = alloc_page(GFP_KERNEL), *again;

	hidden = page_address(page);
	put_page(page);
	((char *)hidden)[100] = 1;
	again = alloc_page(GFP_KERNEL); /* the last one freed comes first */
	put_page(again);
}

static void page_leak(void)
{
	hidden = alloc_page(GFP_KERNEL);
	hidden = NULL;
}

/* A task that has ended and that somebody still counts on. */
static int end_at_once(void *unused)
{
	return 0;
}

static void task_leak(void)
{
	struct task_struct *task = kthread_run(end_at_once, NULL, "leaked");

	if (!IS_ERR(task))
		get_task_struct(task);
}

static void inode_leak(void)
{
	struct path path;

	if (kern_path("/init", LOOKUP_FOLLOW, &path))
		return;
	ihold(d_inode(path.dentry));
	path_put(&path);
}

static void leak(void)
{
	hidden = kmalloc(200, GFP_KERNEL);
	hidden = NULL;
}

static void page_underflow(void)
{
	struct page *page = alloc_page(GFP_KERNEL);

	put_page(page);
	put_page(page);
}

static void refcount_overflow(void)
{
	refcount_t r = REFCOUNT_INIT(1);

	(void)refcount_dec_and_test(&r);
	refcount_inc(&r);
}

/* ---- the CPU, tasks ---- */

static void soft_lockup(void)
{
	for (;;)
		cpu_relax();
}

static void hard_lockup(void)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
}

static DECLARE_COMPLETION(printed);
static bool stop_printing;

static noinline int print_on_and_on(void *unused)
{
	while (!READ_ONCE(stop_printing)) {
		pr_info("lkdtm: the log is %s\n",
			"busy all the time, so its lock is held when asked");
		cond_resched();
	}
	complete(&printed);
	return 0;
}

/* Not a bug but the cure: a non-maskable interrupt prints although the log's lock is held there. */
static void show_a_printer(void)
{
	struct task_struct *printer = kthread_run(print_on_and_on, NULL, "printer");

	for (int i = 0; i < 4; i++) {
		do
			schedule_timeout_uninterruptible(20000000);
		while (task_cpu(printer) == smp_processor_id());
		smp_show_cpu(task_cpu(printer));
	}
	schedule_timeout_uninterruptible(200000000);
	WRITE_ONCE(stop_printing, true);
	wait_for_completion(&printed);
	pr_info("lkdtm: the printer has ended\n");
}

/* Whoever was to wake it never does. */
static void lost_wakeup(void)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule();
}

static struct completion never;

static int hold_for_ever(void *unused)
{
	mutex_lock(&mutex_a);
	wait_for_completion(&never);
	mutex_unlock(&mutex_a);
	return 0;
}

static void hung_on_mutex(void)
{
	init_completion(&never);
	(void)kthread_run(hold_for_ever, NULL, "holder");
	while (!mutex_is_locked(&mutex_a))
		schedule_timeout_uninterruptible(1000000);
	mutex_lock(&mutex_a);
}

static noinline void smash_stack(void)
{
	char buf[16];

	hidden = buf;
	memset(hidden, 'x', 64);
}

static void undefined_shift(void)
{
	hidden_index = 40;
	hidden_index = 1 << hidden_index;
}

static void index_out_of_bounds(void)
{
	static int table[4];

	hidden_index = 4;
	hidden_index = table[hidden_index];
}

static void null_pointer(void)
{
	hidden = NULL;
	*(volatile int *)hidden = 1;
}

static noinline unsigned long go_deep(unsigned long n)
{
	volatile char frame[256];

	frame[0] = n;
	return frame[0] + (n ? go_deep(n - 1) : 0);
}

static void stack_overflow(void)
{
	hidden_index = (int)go_deep(1000);
}

static const struct planted_bug {
	const char *name;
	void (*plant)(void);
} bugs[] = {
	{ "ABBA", abba },
	{ "ABBA_SLEEPING", abba_sleeping },
	{ "RECURSIVE_LOCK", recursive_lock },
	{ "SLEEP_IN_ATOMIC", sleep_in_atomic },
	{ "IRQ_UNSAFE_LOCK", irq_unsafe_lock },
	{ "IRQS_ON_UNDER_LOCK", irqs_on_under_lock },
	{ "CALL_UNDER_LOCK", call_under_lock },
	{ "SLEEP_IRQS_OFF", sleep_irqs_off },
	{ "UNLOCK_NOT_HELD", unlock_not_held },
	{ "RETURN_WITH_LOCK", return_with_lock },
	{ "RCU_WITHOUT_LOCK", rcu_without_lock },
	{ "SLEEP_IN_RCU", sleep_in_rcu },
	{ "RCU_STALL", rcu_stall },
	{ "DOUBLE_FREE", double_free },
	{ "USE_AFTER_FREE", use_after_free },
	{ "OVERRUN", overrun },
	{ "OVERRUN_BY_ONE", overrun_by_one },
	{ "UNDERRUN", underrun },
	{ "FREE_IN_MIDDLE", free_in_middle },
	{ "WRITE_TO_FREE", write_to_free },
	{ "LEAK", leak },
	{ "PAGE_USE_AFTER_FREE", page_use_after_free },
	{ "PAGE_LEAK", page_leak },
	{ "TASK_LEAK", task_leak },
	{ "INODE_LEAK", inode_leak },
	{ "PAGE_UNDERFLOW", page_underflow },
	{ "REFCOUNT", refcount_overflow },
	{ "SOFT_LOCKUP", soft_lockup },
	{ "HARD_LOCKUP", hard_lockup },
	{ "SHOW_A_PRINTER", show_a_printer },
	{ "LOST_WAKEUP", lost_wakeup },
	{ "HUNG_ON_MUTEX", hung_on_mutex },
	{ "SMASH_STACK", smash_stack },
	{ "SHIFT", undefined_shift },
	{ "INDEX", index_out_of_bounds },
	{ "NULL_POINTER", null_pointer },
	{ "STACK_OVERFLOW", stack_overflow },
};

static ssize_t lkdtm_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	char name[32] = "";

	if (count >= sizeof(name))
		return -EINVAL;
	if (copy_from_user(name, buf, count))
		return -EFAULT;
	name[strcspn(name, "\n")] = '\0';
	for (unsigned int i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (strcmp(name, bugs[i].name) == 0) {
			pr_info("lkdtm: %s\n", name);
			bugs[i].plant();
			return (ssize_t)count;
		}
	}
	return -EINVAL;
}

static int lkdtm_show(struct seq_file *m, void *v)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(bugs); i++)
		seq_printf(m, "%s\n", bugs[i].name);
	return 0;
}

static int lkdtm_open(struct inode *inode, struct file *file)
{
	return single_open(file, lkdtm_show, NULL);
}

static const struct file_operations lkdtm_fops = {
	.open = lkdtm_open,
	.read = seq_read,
	.read_iter = seq_read_iter,
	.splice_read = copy_splice_read,
	.write = lkdtm_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int lkdtm_init(void)
{
	return proc_create("lkdtm", 0600, NULL, &lkdtm_fops) ? 0 : -ENOMEM;
}
late_initcall(lkdtm_init);

#else
typedef int no_planted_bugs; /* an optimised build has none */
#endif
