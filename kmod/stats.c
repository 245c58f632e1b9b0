// SPDX-License-Identifier: GPL-2.0
/* The counters: their names, and their sums over the CPUs. */
#include <linux/cpumask.h>
#include <linux/string.h>

#include "stats.h"

#define X(id, word, help) \
	[DSR_COUNTER_##id] = { .name = #word, .meaning = help },
const struct dsr_counter_name dsr_counter_names[__DSR_COUNTER_MAX] = {
	DSR_COUNTER_TABLE(X)
};

#undef X

#define X(id, word, help) \
	[DSR_TRAFFIC_##id] = { .name = #word, .meaning = help },
const struct dsr_counter_name dsr_traffic_names[__DSR_TRAFFIC_MAX] = {
	DSR_TRAFFIC_TABLE(X)
};

#undef X

struct dsr_counters __percpu *dsr_counters_alloc(void)
{
	return __netdev_alloc_pcpu_stats(struct dsr_counters,
					 GFP_KERNEL_ACCOUNT);
}

static void add_values(u64 *sum, const u64_stats_t *value, unsigned int nr,
		       const struct u64_stats_sync *syncp)
{
	u64 once[__DSR_COUNTER_MAX];	/* the longer of the two */
	unsigned int start, i;

	do {
		start = u64_stats_fetch_begin(syncp);
		for (i = 0; i < nr; i++)
			once[i] = u64_stats_read(&value[i]);
	} while (u64_stats_fetch_retry(syncp, start));

	for (i = 0; i < nr; i++)
		sum[i] += once[i];
}

/**
 * dsr_counters_sum() - the namespace's counters over all CPUs
 * @dn: the namespace
 * @sum: the result, by enum dsr_counter
 *
 * Context: any.
 */
void dsr_counters_sum(const struct dsr_net *dn, u64 sum[__DSR_COUNTER_MAX])
{
	const struct dsr_counters *counters;
	int cpu;

	memset(sum, 0, sizeof(*sum) * __DSR_COUNTER_MAX);
	for_each_possible_cpu(cpu) {
		counters = per_cpu_ptr(dn->counters, cpu);
		add_values(sum, counters->value, __DSR_COUNTER_MAX,
			   &counters->syncp);
	}
}

/**
 * dsr_traffic_sum() - the counters of a service or a backend over all CPUs
 * @percpu: the counters
 * @sum: the result, by enum dsr_traffic
 *
 * Context: any, while the object is kept from being freed.
 */
void dsr_traffic_sum(const struct dsr_traffic_stats __percpu *percpu,
		     u64 sum[__DSR_TRAFFIC_MAX])
{
	const struct dsr_traffic_stats *traffic;
	int cpu;

	memset(sum, 0, sizeof(*sum) * __DSR_TRAFFIC_MAX);
	for_each_possible_cpu(cpu) {
		traffic = per_cpu_ptr(percpu, cpu);
		add_values(sum, traffic->value, __DSR_TRAFFIC_MAX,
			   &traffic->syncp);
	}
}
