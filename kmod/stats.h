/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_STATS_H
#define _DSR_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <linux/u64_stats_sync.h>
#include <uapi/dsr.h>

#include "net.h"

/* Per CPU, and so never written by two: the events of a network namespace. */
struct dsr_counters {
	u64_stats_t value[__DSR_COUNTER_MAX];
	struct u64_stats_sync syncp;
};

/* Per CPU: the traffic of a service or of a backend. */
struct dsr_traffic_stats {
	u64_stats_t value[__DSR_TRAFFIC_MAX];
	struct u64_stats_sync syncp;
};

/* A row of the tables of names in uapi/dsr.h. */
struct dsr_counter_name {
	const char *name;
	const char *meaning;
};

extern const struct dsr_counter_name dsr_counter_names[__DSR_COUNTER_MAX];
extern const struct dsr_counter_name dsr_traffic_names[__DSR_TRAFFIC_MAX];

/* Context of the next three: softirq or BH off. */

static inline void dsr_count(struct dsr_net *dn, enum dsr_counter counter)
{
	struct dsr_counters *counters = this_cpu_ptr(dn->counters);

	u64_stats_update_begin(&counters->syncp);
	u64_stats_inc(&counters->value[counter]);
	u64_stats_update_end(&counters->syncp);
}

static inline void dsr_count_packet(struct dsr_traffic_stats __percpu *percpu,
				    unsigned int bytes)
{
	struct dsr_traffic_stats *traffic = this_cpu_ptr(percpu);

	u64_stats_update_begin(&traffic->syncp);
	u64_stats_inc(&traffic->value[DSR_TRAFFIC_PACKETS]);
	u64_stats_add(&traffic->value[DSR_TRAFFIC_BYTES], bytes);
	u64_stats_update_end(&traffic->syncp);
}

static inline void dsr_count_flow(struct dsr_traffic_stats __percpu *percpu)
{
	struct dsr_traffic_stats *traffic = this_cpu_ptr(percpu);

	u64_stats_update_begin(&traffic->syncp);
	u64_stats_inc(&traffic->value[DSR_TRAFFIC_FLOWS]);
	u64_stats_update_end(&traffic->syncp);
}

struct dsr_counters __percpu *dsr_counters_alloc(void);
void dsr_counters_sum(const struct dsr_net *dn, u64 sum[__DSR_COUNTER_MAX]);
void dsr_traffic_sum(const struct dsr_traffic_stats __percpu *traffic,
		     u64 sum[__DSR_TRAFFIC_MAX]);

#endif /* _DSR_STATS_H */
