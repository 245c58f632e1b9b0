// SPDX-License-Identifier: GPL-2.0
/* The schedulers that go by weights: rr in turn, random and p2c by chance.  A
 * flow whose choice isn't remembered is given by its hash, in the same shares.
 */
#include <linux/gcd.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "backend.h"
#include "gfp.h"
#include "load.h"
#include "rr.h"
#include "sched.h"

/**
 * dsr_sched_sums_build() - sum the weights up
 * @pool: the pool, its backends filled in
 * @svc: not needed
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int dsr_sched_sums_build(struct dsr_pool *pool, const struct dsr_service *svc)
{
	u32 sum = 0, i;

	pool->sums = kvmalloc_array(pool->nr, sizeof(*pool->sums),
				    DSR_GFP_TABLE);
	if (!pool->sums)
		return -ENOMEM;

	for (i = 0; i < pool->nr; i++) {
		sum += dsr_backend_wanted(pool->backend[i])->weight;
		pool->sums[i] = sum;
	}
	return 0;
}

/**
 * dsr_sched_sums_pick() - a backend by hash, in proportion to the weights
 * @pool: the pool
 * @hash: of the flow, or a random number
 *
 * Context: any.
 * Return: its index.
 */
u32 dsr_sched_sums_pick(const struct dsr_pool *pool, u64 hash)
{
	u32 total = pool->sums[pool->nr - 1];

	return dsr_weight_find(pool->sums, pool->nr,
			       reciprocal_scale((u32)hash, total));
}

/* The ring is as short as it can be: equal weights are a turn each. */
static int rr_build(struct dsr_pool *pool, const struct dsr_service *svc)
{
	u32 divisor = 0, i;
	int err;

	err = dsr_sched_sums_build(pool, svc);
	if (err)
		return err;
	for (i = 0; i < pool->nr; i++)
		divisor = gcd(divisor, pool->sums[i]);
	for (i = 0; i < pool->nr; i++)
		pool->sums[i] /= divisor;
	pool->step = dsr_rr_step(pool->sums[pool->nr - 1]);
	return 0;
}

static u32 rr_next(const struct dsr_pool *pool, atomic64_t *turn, u64 hash)
{
	u32 total = pool->sums[pool->nr - 1];

	return dsr_weight_find(pool->sums, pool->nr,
			       dsr_rr_turn(atomic64_inc_return(turn),
					   pool->step, total));
}

const struct dsr_sched_ops dsr_sched_rr = {
	.name = "rr",
	.build = rr_build,
	.by_hash = dsr_sched_sums_pick,
	.next = rr_next,
};

static u32 random_next(const struct dsr_pool *pool, atomic64_t *turn, u64 hash)
{
	return dsr_sched_sums_pick(pool, get_random_u32());
}

const struct dsr_sched_ops dsr_sched_random = {
	.name = "random",
	.build = dsr_sched_sums_build,
	.by_hash = dsr_sched_sums_pick,
	.next = random_next,
};

/* Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001. */
static u32 p2c_next(const struct dsr_pool *pool, atomic64_t *turn, u64 hash)
{
	u32 one = random_next(pool, turn, hash);
	u32 two = random_next(pool, turn, hash);

	if (!dsr_backend_available(pool->backend[one]))
		return two;
	if (!dsr_backend_available(pool->backend[two]))
		return one;
	return dsr_load_less(dsr_backend_load(pool->backend[two]),
			     dsr_backend_load(pool->backend[one])) ? two : one;
}

const struct dsr_sched_ops dsr_sched_p2c = {
	.name = "p2c",
	.build = dsr_sched_sums_build,
	.by_hash = dsr_sched_sums_pick,
	.next = p2c_next,
	.by_load = true,
};
