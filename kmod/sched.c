// SPDX-License-Identifier: GPL-2.0
/* Pools of backends, and how a scheduler is asked for one of them. */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>

#include "backend.h"
#include "gfp.h"
#include "sched.h"
#include "service.h"

/* How often to ask the scheduler for another backend when the one it chose is
 * not available, before taking that or the next one that is.
 */
#define SCHED_TRIES	8

static const struct dsr_sched_ops * const schedulers[] = {
	&dsr_sched_maglev,
	&dsr_sched_rr,
	&dsr_sched_lc,
	&dsr_sched_random,
	&dsr_sched_p2c,
	&dsr_sched_failover,
	&dsr_sched_overflow,
};

const char dsr_sched_unknown[] =
	"unknown scheduler, known are maglev, rr, lc, random, p2c, failover and overflow";

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

/* In its slow start a backend takes only a part of the flows that choose it, by
 * bits of their hash that no scheduler looks at.
 */
static bool takes(const struct dsr_backend *be, u64 hash, bool whole)
{
	return dsr_backend_available(be) &&
	       (whole || (hash >> 56) < dsr_backend_share(be));
}

/* The scheduler's first word, available or not. */
static u32 ask(const struct dsr_pool *pool, atomic64_t *turn, u64 hash)
{
	return turn ? pool->ops->next(pool, turn, hash) :
		      pool->ops->by_hash(pool, hash);
}

/* @turn: NULL for by_hash.  @whole: without regard to slow starts. */
static struct dsr_backend *choose(const struct dsr_pool *pool, atomic64_t *turn,
				  u64 hash, bool whole)
{
	struct dsr_backend *be;
	u32 index = 0, i;

	if (pool->ops->exhaustive) {
		index = ask(pool, turn, hash);
		return index == DSR_SCHED_NONE ? NULL : pool->backend[index];
	}

	for (i = 0; i < SCHED_TRIES; i++) {
		index = ask(pool, turn, hash);
		if (unlikely(index == DSR_SCHED_NONE))
			return NULL;
		be = pool->backend[index];
		if (likely(takes(be, hash, whole)))
			return be;
		hash = next_hash(hash);
	}

	/* From the last choice on: it may be just in its slow start, and where
	 * all are, their weights count.
	 */
	for (i = 0; i < pool->nr; i++) {
		if (dsr_backend_available(pool->backend[index]))
			return pool->backend[index];
		if (++index == pool->nr)
			index = 0;
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
	return pool ? choose(pool, NULL, hash, false) : NULL;
}

/**
 * dsr_sched_adopt() - choose the backend of a flow that isn't remembered
 * @pool: the service's pool, or NULL
 * @hash: the tuple's hash with the shared key
 *
 * As by hash, but a slow start has no say: it begins anew with the module, which
 * the flow may be older than, and its share grows while the flow lasts.
 *
 * Context: softirq, under RCU.
 * Return: an available backend, or NULL when there is none.
 */
struct dsr_backend *dsr_sched_adopt(const struct dsr_pool *pool, u64 hash)
{
	return pool ? choose(pool, NULL, hash, true) : NULL;
}

/**
 * dsr_sched_next() - choose the backend of a new flow
 * @pool: the service's pool, or NULL
 * @turn: the service's turn, which schedulers may advance
 * @hash: the tuple's hash with the shared key
 *
 * Context: softirq, under RCU.
 * Return: an available backend, or NULL when there is none.
 */
struct dsr_backend *dsr_sched_next(const struct dsr_pool *pool,
				   atomic64_t *turn, u64 hash)
{
	return pool ? choose(pool, turn, hash, pool->ops->by_load) : NULL;
}

/**
 * dsr_sched_passed_over() - whom the hash names, if that takes no new flows
 * @pool: the service's pool
 * @hash: the tuple's hash with the shared key
 *
 * Context: under RCU.
 * Return: the backend in whose place another one is chosen, or NULL.
 */
const struct dsr_backend *dsr_sched_passed_over(const struct dsr_pool *pool,
						u64 hash)
{
	const struct dsr_backend *be;

	if (pool->ops->exhaustive)
		return NULL;
	be = pool->backend[ask(pool, NULL, hash)];
	return takes(be, hash, false) ? NULL : be;
}

static int compare_backends(const void *a, const void *b)
{
	const struct dsr_backend * const *one = a, * const *two = b;

	return dsr_addr_compare(&(*one)->addr, &(*two)->addr);
}

static bool belongs(const struct dsr_backend *be)
{
	const struct dsr_backend_options *options = dsr_backend_wanted(be);

	return !dsr_backend_going(be) && options->weight &&
	       options->state == DSR_STATE_UP;
}

static u32 count(const struct dsr_service *svc)
{
	const struct dsr_backend *be;
	u32 nr = 0;

	list_for_each_entry(be, &svc->backends, list)
		nr += belongs(be);
	return nr;
}

static void collect(struct dsr_pool *pool, const struct dsr_service *svc)
{
	struct dsr_backend *be;
	u32 i;

	list_for_each_entry(be, &svc->backends, list)
		if (belongs(be))
			pool->backend[pool->nr++] = be;
	sort(pool->backend, pool->nr, sizeof(*pool->backend), compare_backends,
	     NULL);
	for (i = pool->nr; i--; )
		if (dsr_backend_wanted(pool->backend[i])->mode ==
		    DSR_MODE_LOCAL)
			pool->local = pool->backend[i];
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
 * dsr_pool_build() - make a pool of the service's backends
 * @svc: the service; its backends count, as what is staged will leave them, not
 *	 its pool
 * @sched: the scheduler, which need not be the service's yet
 * @result: the pool, NULL when no backend is up and has a weight
 *
 * Context: process, config_lock held.
 * Return: 0 or -ENOMEM.
 */
int dsr_pool_build(struct dsr_service *svc, const struct dsr_sched_ops *sched,
		   struct dsr_pool **result)
{
	u32 nr = count(svc);
	struct dsr_pool *pool;
	int err = -ENOMEM;

	lockdep_assert_held(&svc->dn->config_lock);
	*result = NULL;
	if (!nr)
		return 0;

	pool = kzalloc(sizeof(*pool), GFP_KERNEL_ACCOUNT);
	if (!pool)
		return -ENOMEM;
	INIT_RCU_WORK(&pool->work, pool_free_work);
	pool->ops = sched;
	pool->backend = kvmalloc_array(nr, sizeof(*pool->backend),
				       DSR_GFP_TABLE);
	if (!pool->backend)
		goto err_free;

	collect(pool, svc);
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
 * dsr_pool_drop() - free a pool after a grace period
 * @pool: the pool, or NULL; no packet finds it any more
 *
 * Context: process.
 */
void dsr_pool_drop(struct dsr_pool *pool)
{
	if (pool)
		queue_rcu_work(dsr_wq, &pool->work);
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
	dsr_pool_drop(rcu_replace_pointer(svc->pool, pool,
					  lockdep_is_held(&svc->dn->config_lock)));
}
