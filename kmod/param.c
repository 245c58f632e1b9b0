// SPDX-License-Identifier: GPL-2.0
/* Module parameters, each refused when it is out of its range. */
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/sysfs.h>

#include "flow.h"
#include "param.h"

#define PROBE_INTERVAL_MAX	3600U

struct limits {
	unsigned int min;
	unsigned int max;
	unsigned int value;
};

static int set_within(const char *text, const struct kernel_param *kp)
{
	struct limits *limits = kp->arg;
	unsigned int value;
	int err;

	err = kstrtouint(text, 0, &value);
	if (err)
		return err;
	if (value < limits->min || value > limits->max)
		return -ERANGE;
	WRITE_ONCE(limits->value, value);
	return 0;
}

static int get_limited(char *buffer, const struct kernel_param *kp)
{
	const struct limits *limits = kp->arg;

	return sysfs_emit(buffer, "%u\n", READ_ONCE(limits->value));
}

static const struct kernel_param_ops limited_ops = {
	.set = set_within,
	.get = get_limited,
};

static struct limits flows = {
	.min = DSR_FLOWS_MIN,
	.max = DSR_FLOWS_MAX,
	.value = 1 << 18,
};
module_param_cb(flows, &limited_ops, &flows, 0644);
MODULE_PARM_DESC(flows, "Flows that a network namespace can remember, at 64 bytes each (1024 to 33554432, default 262144); counts for namespaces that get their first service afterwards");

static struct limits probe_interval = {
	.min = 0,
	.max = PROBE_INTERVAL_MAX,
	.value = 5,
};
module_param_cb(probe_interval, &limited_ops, &probe_interval, 0644);
MODULE_PARM_DESC(probe_interval, "Seconds after which the neighbour of a backend is asked again whether it is there (0 to 3600, default 5; 0: when the kernel finds it stale)");

static unsigned long long hash_seed;
module_param(hash_seed, ullong, 0400);
MODULE_PARM_DESC(hash_seed, "Key of the schedulers' hashes, the same on all directors of a service");

u32 dsr_param_flows(void)
{
	return READ_ONCE(flows.value);
}

u64 dsr_param_hash_seed(void)
{
	return hash_seed;
}

/* In jiffies. */
unsigned long dsr_param_probe_interval(void)
{
	return (unsigned long)READ_ONCE(probe_interval.value) * HZ;
}
