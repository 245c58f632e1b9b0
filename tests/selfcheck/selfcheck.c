// SPDX-License-Identifier: GPL-2.0
/* Plants one bug when it is loaded, for the harness to find. */
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

static char *plant = "nothing";
module_param(plant, charp, 0400);
MODULE_PARM_DESC(plant, "which bug: use, leak, sleep, rcu, list, race, warn, panic or hang");

static DEFINE_SPINLOCK(lock);
static LIST_HEAD(things);
static int __rcu *pointer;
static unsigned long raced_for;

static void plant_use(void)
{
	u8 *memory = kmalloc(32, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(memory);
	kfree(memory);
	WRITE_ONCE(memory[3], 1);
}

static void plant_leak(void)
{
	u8 *memory = kmalloc(1234, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(memory);
}

static void plant_sleep(void)
{
	spin_lock(&lock);
	msleep(20);
	spin_unlock(&lock);
}

static void plant_rcu(void)
{
	int *unprotected = rcu_dereference(pointer);

	OPTIMIZER_HIDE_VAR(unprotected);
}

static void plant_list(void)
{
	struct list_head *head = &things;
	struct module *unprotected;

	list_for_each_entry_rcu(unprotected, head, list)
		OPTIMIZER_HIDE_VAR(unprotected);
}

static int race(void *unused)
{
	while (!kthread_should_stop()) {
		raced_for++;
		/* Not once for all, after the loop. */
		barrier();
		cond_resched();
	}
	return 0;
}

/* Of two processors, for as long as KCSAN takes to look at it. */
static void plant_race(void)
{
	unsigned long end = jiffies + 2 * HZ;
	struct task_struct *other = kthread_run(race, NULL, "race");

	while (time_before(jiffies, end)) {
		raced_for++;
		/* Not once for all, after the loop. */
		barrier();
		cond_resched();
	}
	if (!IS_ERR(other))
		kthread_stop(other);
}

static void plant_warn(void)
{
	WARN(1, "planted");
}

static void plant_panic(void)
{
	panic("planted");
}

static void plant_hang(void)
{
	local_irq_disable();
	for (;;)
		cpu_relax();
}

static const struct {
	const char *name;
	void (*function)(void);
} bugs[] = {
	{ "use", plant_use },
	{ "leak", plant_leak },
	{ "sleep", plant_sleep },
	{ "rcu", plant_rcu },
	{ "list", plant_list },
	{ "race", plant_race },
	{ "warn", plant_warn },
	{ "panic", plant_panic },
	{ "hang", plant_hang },
};

static int __init selfcheck_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (!strcmp(plant, bugs[i].name)) {
			bugs[i].function();
			return 0;
		}
	}
	return -EINVAL;
}

static void __exit selfcheck_exit(void)
{
}

module_init(selfcheck_init);
module_exit(selfcheck_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Plants bugs for the test harness to find");
