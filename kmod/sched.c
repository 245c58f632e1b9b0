// SPDX-License-Identifier: GPL-2.0
/* Pools of backends, the schedulers' common part, and the schedulers: each a
 * few lines around pure code of its own file.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/siphash.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "backend.h"
#include "maglev.h"
#include "rr.h"
#include "sched.h"
#include "service.h"

/* How often to ask the scheduler for another backend when the one it chose is
 * not available, before taking the next one that is.
 */
#define SCHED_TRIES	8

static int maglev_build(struct dsr_pool *pool, const struct dsr_service *svc)
{
	struct dsr_maglev_entry *entry;
	const struct dsr_backend *be;
	int err = -ENOMEM;
	u32 i;

	pool->table_size = dsr_maglev_size(pool->nr);
	pool->table = kvmalloc_array(pool->table_size, sizeof(*pool->table),
				     GFP_KERNEL_ACCOUNT);
	entry = kvmalloc_array(pool->nr, sizeof(*entry), GFP_KERNEL);
	if (!pool->table || !entry)
		goto out;

	for (i = 0; i < pool->nr; i++) {
		be = pool->backend[i];
		entry[i].hash = siphash(&be->addr.ip, sizeof(be->addr.ip),
					&svc->dn->hash_key);
		entry[i].weight = be->weight;
	}
	err = dsr_maglev_fill(pool->table, pool->table_size, entry, pool->nr);
out:
	kvfree(entry);
	return err;
}

static u32 maglev_by_hash(const struct dsr_pool *pool, u64 hash)
{
	return pool->table[(u32)hash % pool->table_size];
}

static u32 maglev_next(const struct dsr_pool *pool, struct dsr_service *svc,
		       u64 hash)
{
	return maglev_by_hash(pool, hash);
}

const struct dsr_sched_ops dsr_sched_maglev = {
	.name = "maglev",
	.build = maglev_build,
	.by_hash = maglev_by_hash,
	.next = maglev_next,
};

static int rr_build(struct dsr_pool *pool, const struct dsr_service *svc)
{
	u32 sum = 0, i;

	pool->sums = kvmalloc_array(pool->nr, sizeof(*pool->sums),
				    GFP_KERNEL_ACCOUNT);
	if (!pool->sums)
		return -ENOMEM;

	for (i = 0; i < pool->nr; i++) {
		sum += pool->backend[i]->weight;
		pool->sums[i] = sum;
	}
	pool->step = dsr_rr_step(sum);
	return 0;
}

static u32 rr_by_hash(const struct dsr_pool *pool, u64 hash)
{
	u32 total = pool->sums[pool->nr - 1];

	return dsr_weight_find(pool->sums, pool->nr,
			       reciprocal_scale((u32)hash, total));
}

static u32 rr_next(const struct dsr_pool *pool, struct dsr_service *svc,
		   u64 hash)
{
	u64 turn = atomic64_inc_return(&svc->turn);
	u32 total = pool->sums[pool->nr - 1];

	return dsr_weight_find(pool->sums, pool->nr,
			       dsr_rr_turn(turn, pool->step, total));
}

const struct dsr_sched_ops dsr_sched_rr = {
	.name = "rr",
	.build = rr_build,
	.by_hash = rr_by_hash,
	.next = rr_next,
};

static const struct dsr_sched_ops * const schedulers[] = {
	&dsr_sched_maglev,
	&dsr_sched_rr,
};

/**
 * dsr_sched_find() - a scheduler by its name
 * @name: the name
 *
 * Context: any.
 * Return: the scheduler or NULL.
 */
const struct dsr_sched_ops *dsr_sched_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(schedulers); i++)
		if (!strcmp(schedulers[i]->name, name))
			return schedulers[i];
	return NULL;
}

/* A hash for the next try, as good as the last one. */
static u64 next_hash(u64 hash)
{
	return (hash ^ (hash >> 29)) * GOLDEN_RATIO_64;
}

static struct dsr_backend *choose(const struct dsr_pool *pool,
				  struct dsr_service *svc, u64 hash)
{
	struct dsr_backend *be;
	u32 index = 0, i;

	for (i = 0; i < SCHED_TRIES; i++) {
		index = svc ? pool->ops->next(pool, svc, hash) :
			      pool->ops->by_hash(pool, hash);
		be = pool->backend[index];
		if (likely(dsr_backend_available(be)))
			return be;
		hash = next_hash(hash);
	}

	for (i = 0; i < pool->nr; i++) {
		if (++index == pool->nr)
			index = 0;
		if (dsr_backend_available(pool->backend[index]))
			return pool->backend[index];
	}
	return NULL;
}

/**
 * dsr_sched_by_hash() - choose the backend that any director would choose
 * @pool: the service's pool, or NULL
 * @hash: the tuple's hash with the shared key
 *
 * Context: softirq, under RCU.
 * Return: an available backend, or NULL when there is none.
 */
struct dsr_backend *dsr_sched_by_hash(const struct dsr_pool *pool, u64 hash)
{
	return pool ? choose(pool, NULL, hash) : NULL;
}

/**
 * dsr_sched_next() - choose the backend of a new flow
 * @pool: the service's pool, or NULL
 * @svc: the service
 * @hash: the tuple's hash with the shared key
 *
 * Context: softirq, under RCU.
 * Return: an available backend, or NULL when there is none.
 */
struct dsr_backend *dsr_sched_next(const struct dsr_pool *pool,
				   struct dsr_service *svc, u64 hash)
{
	return pool ? choose(pool, svc, hash) : NULL;
}

static int compare_backends(const void *a, const void *b)
{
	const struct dsr_backend * const *one = a, * const *two = b;

	return dsr_addr_compare(&(*one)->addr, &(*two)->addr);
}

static void collect(struct dsr_pool *pool, const struct dsr_service *svc)
{
	struct dsr_backend *be;

	list_for_each_entry(be, &svc->backends, list)
		if (be->weight)
			pool->backend[pool->nr++] = be;
	sort(pool->backend, pool->nr, sizeof(*pool->backend), compare_backends,
	     NULL);
}

/**
 * dsr_pool_free() - free a pool that no packet can reach
 * @pool: the pool, or NULL
 *
 * Context: process.
 */
void dsr_pool_free(struct dsr_pool *pool)
{
	if (!pool)
		return;
	kvfree(pool->table);
	kvfree(pool->sums);
	kvfree(pool->backend);
	kfree(pool);
}

static void pool_free_work(struct work_struct *work)
{
	dsr_pool_free(container_of(to_rcu_work(work), struct dsr_pool, work));
}

/**
 * dsr_pool_build() - make a pool of the service's backends as they are now
 * @svc: the service; its scheduler and backends count, not its pool
 * @result: the pool, NULL when no backend has a weight
 *
 * Context: process, config_lock held.
 * Return: 0 or -ENOMEM.
 */
int dsr_pool_build(struct dsr_service *svc, struct dsr_pool **result)
{
	struct dsr_pool *pool;
	int err = -ENOMEM;

	lockdep_assert_held(&svc->dn->config_lock);
	*result = NULL;

	pool = kzalloc(sizeof(*pool), GFP_KERNEL_ACCOUNT);
	if (!pool)
		return -ENOMEM;
	INIT_RCU_WORK(&pool->work, pool_free_work);
	pool->ops = svc->sched;
	pool->backend = kvmalloc_array(svc->backends_nr + 1,
				       sizeof(*pool->backend),
				       GFP_KERNEL_ACCOUNT);
	if (!pool->backend)
		goto err_free;

	collect(pool, svc);
	if (!pool->nr) {
		dsr_pool_free(pool);
		return 0;
	}
	err = pool->ops->build(pool, svc);
	if (err)
		goto err_free;

	*result = pool;
	return 0;

err_free:
	dsr_pool_free(pool);
	return err;
}

/**
 * dsr_pool_publish() - let packets choose from a new pool
 * @svc: the service
 * @pool: its new pool, or NULL; belongs to the service from here on
 *
 * The old pool is freed after a grace period.
 *
 * Context: process, config_lock held.
 */
void dsr_pool_publish(struct dsr_service *svc, struct dsr_pool *pool)
{
	struct dsr_pool *old;

	old = rcu_replace_pointer(svc->pool, pool,
				  lockdep_is_held(&svc->dn->config_lock));
	if (old)
		queue_rcu_work(dsr_wq, &old->work);
}
