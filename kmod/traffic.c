// SPDX-License-Identifier: GPL-2.0
/* Memory for the counters of services and backends. */
#include <linux/bits.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "stats.h"
#include "traffic.h"

/* Counters come and go in their thousands, and the allocator of per-CPU memory
 * searches for each of them what it has given out before: a configuration of
 * 100,000 backends spent two fifths of its time there.  So it's asked for a
 * block of them at a time.
 */
#define BLOCK	32

/**
 * struct dsr_traffic_block - counters side by side
 * @pool: whose block it is; it has a reference
 * @first: the first of BLOCK
 * @used: a bit for each that is somebody's; under the pool's lock
 * @list: in the pool's, while one of them is free; under its lock
 *
 * Freed with the last of them.
 */
struct dsr_traffic_block {
	struct dsr_traffic_pool *pool;
	struct dsr_traffic_stats __percpu *first;
	u32 used;
	struct list_head list;
};

/**
 * struct dsr_traffic_pool - the blocks of one network namespace
 * @lock: taken by process and softirq, never by the packet path
 * @room: blocks that have some free
 * @users: the namespace and each block, as what is freed after a grace period
 *	   outlives the namespace
 */
struct dsr_traffic_pool {
	spinlock_t lock;	/* of @room, and of the blocks' @used */
	struct list_head room;
	refcount_t users;
};

/**
 * dsr_traffic_pool_create() - a pool without blocks
 *
 * Context: process.
 * Return: the pool, or NULL when there is no memory.
 */
struct dsr_traffic_pool *dsr_traffic_pool_create(void)
{
	struct dsr_traffic_pool *pool;

	pool = kzalloc(sizeof(*pool), GFP_KERNEL_ACCOUNT);
	if (!pool)
		return NULL;
	spin_lock_init(&pool->lock);
	INIT_LIST_HEAD(&pool->room);
	refcount_set(&pool->users, 1);
	return pool;
}

/**
 * dsr_traffic_pool_put() - nothing is taken from the pool any more
 * @pool: the pool, which goes with its last block
 *
 * Context: any.
 */
void dsr_traffic_pool_put(struct dsr_traffic_pool *pool)
{
	if (refcount_dec_and_test(&pool->users))
		kfree(pool);
}

static struct dsr_traffic_block *block_create(struct dsr_traffic_pool *pool)
{
	struct dsr_traffic_block *block;

	block = kzalloc(sizeof(*block), GFP_KERNEL_ACCOUNT);
	if (!block)
		return NULL;
	block->first = __alloc_percpu_gfp(BLOCK * sizeof(*block->first),
					  __alignof__(*block->first),
					  GFP_KERNEL_ACCOUNT);
	if (!block->first) {
		kfree(block);
		return NULL;
	}
	block->pool = pool;
	refcount_inc(&pool->users);
	return block;
}

static void block_free(struct dsr_traffic_block *block)
{
	dsr_traffic_pool_put(block->pool);
	free_percpu(block->first);
	kfree(block);
}

/* The block of the counters taken, and their number there; NULL: none is free. */
static struct dsr_traffic_block *take(struct dsr_traffic_pool *pool,
				      unsigned int *number)
{
	struct dsr_traffic_block *block;

	spin_lock_bh(&pool->lock);
	block = list_first_entry_or_null(&pool->room, struct dsr_traffic_block,
					 list);
	if (block) {
		*number = ffz(block->used);
		block->used |= BIT(*number);
		if (block->used == U32_MAX)
			list_del(&block->list);
	}
	spin_unlock_bh(&pool->lock);
	return block;
}

/* A block more, which who has added it takes of: what others give back meanwhile
 * comes behind it.
 */
static bool add_room(struct dsr_traffic_pool *pool)
{
	struct dsr_traffic_block *block = block_create(pool);

	if (!block)
		return false;
	spin_lock_bh(&pool->lock);
	list_add(&block->list, &pool->room);
	spin_unlock_bh(&pool->lock);
	return true;
}

static void clear(struct dsr_traffic_stats __percpu *percpu)
{
	struct dsr_traffic_stats *traffic;
	int cpu;

	for_each_possible_cpu(cpu) {
		traffic = per_cpu_ptr(percpu, cpu);
		memset(traffic, 0, sizeof(*traffic));
		u64_stats_init(&traffic->syncp);
	}
}

/**
 * dsr_traffic_get() - counters for a service or a backend
 * @pool: of its namespace
 * @block: set to where they are from
 *
 * Charged to the caller's memory cgroup, a block at a time.
 *
 * Context: process, under the namespace's config_lock.
 * Return: the counters, all zero, or NULL when there is no memory.
 */
struct dsr_traffic_stats __percpu *
dsr_traffic_get(struct dsr_traffic_pool *pool, struct dsr_traffic_block **block)
{
	struct dsr_traffic_stats __percpu *traffic;
	unsigned int number;

	*block = take(pool, &number);
	if (!*block && add_room(pool))
		*block = take(pool, &number);
	if (!*block)
		return NULL;
	traffic = (*block)->first + number;
	clear(traffic);
	return traffic;
}

/**
 * dsr_traffic_put() - give counters back that no packet can reach any more
 * @block: where they are from
 * @traffic: the counters
 *
 * Context: process or softirq.
 */
void dsr_traffic_put(struct dsr_traffic_block *block,
		     struct dsr_traffic_stats __percpu *traffic)
{
	struct dsr_traffic_pool *pool = block->pool;
	bool empty;

	spin_lock_bh(&pool->lock);
	if (block->used == U32_MAX)
		list_add_tail(&block->list, &pool->room);
	block->used &= ~BIT(traffic - block->first);
	empty = !block->used;
	if (empty)
		list_del(&block->list);
	spin_unlock_bh(&pool->lock);
	if (empty)
		block_free(block);
}
