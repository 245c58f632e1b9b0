/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_SCHED_H
#define _DSR_SCHED_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct dsr_backend;
struct dsr_service;

/**
 * struct dsr_pool - the backends that a service can choose from
 *
 * Immutable: a change of backends or weights makes a new one.  Holds those of
 * a weight above 0 that the operator has up, ascending by address, so that
 * directors with the same configuration have the same pool in whatever order it
 * was typed.  Whether a backend's neighbour answers, and whether it is full, is
 * not part of it, but looked at when choosing: a link that flaps costs no
 * rebuild and moves no other flow.
 *
 * Published in dsr_service.pool; freed after a grace period.
 */
struct dsr_pool {
	const struct dsr_sched_ops *ops;
	struct dsr_backend **backend;
	struct dsr_backend *local;	/* the first one of mode local */
	u32 nr;			/* above 0 */
	u32 step;		/* rr */
	u32 *sums;		/* the weights, summed up; NULL for maglev */
	u16 *table;		/* maglev */
	u32 table_size;		/* a power of two */
	struct rcu_work work;	/* kvfree() may sleep */
};

#define DSR_SCHED_NONE	U32_MAX

/**
 * struct dsr_sched_ops - a way to choose a backend
 * @name: as the user writes it
 * @build: fills what the pool needs beside @backend and @nr; 0 or -ENOMEM
 * @by_hash: the choice for a flow that must be chosen the same again, here and
 *	     by other directors, with nothing remembered
 * @next: the choice for a new flow that will be remembered
 * @steady: whether @next chooses as @by_hash does: not by turns, load or chance
 * @by_load: whether @next allows for a slow start by itself
 * @exhaustive: whether both have looked at every backend, and choose only
 *		available ones; else they are asked again, with another hash,
 *		where the one that they chose isn't available
 *
 * by_hash and next: softirq, under RCU, no lock; they return an index, or
 * DSR_SCHED_NONE if @exhaustive.
 */
struct dsr_sched_ops {
	const char *name;
	int (*build)(struct dsr_pool *pool, const struct dsr_service *svc);
	u32 (*by_hash)(const struct dsr_pool *pool, u64 hash);
	u32 (*next)(const struct dsr_pool *pool, atomic64_t *turn, u64 hash);
	bool steady;
	bool by_load;
	bool exhaustive;
};

extern const struct dsr_sched_ops dsr_sched_maglev;
extern const struct dsr_sched_ops dsr_sched_rr;
extern const struct dsr_sched_ops dsr_sched_random;
extern const struct dsr_sched_ops dsr_sched_p2c;
extern const struct dsr_sched_ops dsr_sched_lc;
extern const struct dsr_sched_ops dsr_sched_failover;
extern const struct dsr_sched_ops dsr_sched_overflow;
#define dsr_sched_default dsr_sched_maglev

/* What the schedulers that go by weights share. */
int dsr_sched_sums_build(struct dsr_pool *pool, const struct dsr_service *svc);
u32 dsr_sched_sums_pick(const struct dsr_pool *pool, u64 hash);

const struct dsr_sched_ops *dsr_sched_find(const char *name);
extern const char dsr_sched_unknown[];	/* says which there are */

/* Packet path: by_hash, and next. */
struct dsr_backend *dsr_sched_by_hash(const struct dsr_pool *pool, u64 hash);
struct dsr_backend *dsr_sched_adopt(const struct dsr_pool *pool, u64 hash);
struct dsr_backend *dsr_sched_next(const struct dsr_pool *pool,
				   atomic64_t *turn, u64 hash);
const struct dsr_backend *dsr_sched_passed_over(const struct dsr_pool *pool,
						u64 hash);

/* The slot of maglev's table that a hash names. */
static inline u32 dsr_pool_slot(const struct dsr_pool *pool, u64 hash)
{
	return (u32)hash & (pool->table_size - 1);
}

/* Configuration: config_lock held. */
int dsr_pool_build(struct dsr_service *svc, const struct dsr_sched_ops *sched,
		   struct dsr_pool **pool);
void dsr_pool_publish(struct dsr_service *svc, struct dsr_pool *pool);
void dsr_pool_drop(struct dsr_pool *pool);
void dsr_pool_free(struct dsr_pool *pool);

#endif /* _DSR_SCHED_H */
