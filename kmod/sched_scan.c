// SPDX-License-Identifier: GPL-2.0
/* The schedulers that look at every backend: the least loaded one, the highest
 * weight, the highest weight with room.  A new flow costs them a cache line for
 * each backend.
 */
#include "backend.h"
#include "load.h"
#include "sched.h"

/* Equals take turns: the look begins at another one each time. */
static u32 lc_next(const struct dsr_pool *pool, atomic64_t *turn, u64 hash)
{
	struct dsr_load load, least = {};
	u32 best = DSR_SCHED_NONE, index, i;

	index = (u64)atomic64_inc_return(turn) % pool->nr;
	for (i = 0; i < pool->nr; i++, index++) {
		if (index == pool->nr)
			index = 0;
		if (!dsr_backend_available(pool->backend[index]))
			continue;
		load = dsr_backend_load(pool->backend[index]);
		if (best != DSR_SCHED_NONE && !dsr_load_less(load, least))
			continue;
		best = index;
		least = load;
	}
	return best;
}

/* What isn't remembered can't go by load: the hash decides, as with rr. */
const struct dsr_sched_ops dsr_sched_lc = {
	.name = "lc",
	.build = dsr_sched_sums_build,
	.by_hash = dsr_sched_sums_pick,
	.next = lc_next,
	.by_load = true,
};

/* The highest weight of those that are available and, if @room, have fewer
 * active flows than their weight; the lowest address of equals.
 */
static u32 highest(const struct dsr_pool *pool, bool room)
{
	u32 best = DSR_SCHED_NONE, top = 0, weight, i;

	for (i = 0; i < pool->nr; i++) {
		weight = READ_ONCE(dsr_backend_options(pool->backend[i])->weight);
		if (weight <= top || !dsr_backend_available(pool->backend[i]))
			continue;
		if (room && dsr_backend_active(pool->backend[i]) >= weight)
			continue;
		best = i;
		top = weight;
	}
	return best;
}

static int no_table(struct dsr_pool *pool, const struct dsr_service *svc)
{
	return 0;
}

static u32 failover_by_hash(const struct dsr_pool *pool, u64 hash)
{
	return highest(pool, false);
}

static u32 failover_next(const struct dsr_pool *pool, atomic64_t *turn,
			 u64 hash)
{
	return highest(pool, false);
}

const struct dsr_sched_ops dsr_sched_failover = {
	.name = "failover",
	.build = no_table,
	.by_hash = failover_by_hash,
	.next = failover_next,
	.steady = true,
	.exhaustive = true,
};

static u32 overflow_next(const struct dsr_pool *pool, atomic64_t *turn,
			 u64 hash)
{
	return highest(pool, true);
}

/* In mid-flow the first one is the likeliest. */
const struct dsr_sched_ops dsr_sched_overflow = {
	.name = "overflow",
	.build = no_table,
	.by_hash = failover_by_hash,
	.next = overflow_next,
	.exhaustive = true,
};
