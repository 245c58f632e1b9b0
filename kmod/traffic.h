/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_TRAFFIC_H
#define _DSR_TRAFFIC_H

#include <linux/percpu.h>

struct dsr_traffic_block;
struct dsr_traffic_pool;
struct dsr_traffic_stats;

struct dsr_traffic_pool *dsr_traffic_pool_create(void);
void dsr_traffic_pool_put(struct dsr_traffic_pool *pool);
struct dsr_traffic_stats __percpu *
dsr_traffic_get(struct dsr_traffic_pool *pool, struct dsr_traffic_block **block);
void dsr_traffic_put(struct dsr_traffic_block *block,
		     struct dsr_traffic_stats __percpu *traffic);

#endif /* _DSR_TRAFFIC_H */
