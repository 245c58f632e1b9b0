// SPDX-License-Identifier: GPL-2.0
/* Scheduler maglev: the flow's hash decides, the same on every director. */
#include <linux/mm.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "backend.h"
#include "gfp.h"
#include "maglev.h"
#include "sched.h"
#include "service.h"

/* Whether two pools have the same backends at the same weights, and so the same
 * table.
 */
static bool same_entries(const struct dsr_pool *a, const struct dsr_pool *b)
{
	u32 i;

	if (a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++)
		if (!dsr_addr_equal(&a->backend[i]->addr, &b->backend[i]->addr) ||
		    dsr_backend_wanted(a->backend[i])->weight !=
		    dsr_backend_wanted(b->backend[i])->weight)
			return false;
	return true;
}

/* In a large transaction many services mostly have the same backends: where one
 * of the pools that were built just before has them, its table is copied.
 */
static bool copy_table(struct dsr_pool *pool, const struct dsr_net *dn,
		       const struct dsr_maglev_entry *entry)
{
	size_t len = pool->nr * sizeof(*entry);
	const struct dsr_pool *other;
	u32 place;

	if (!dn->recent_pools)
		return false;
	place = siphash(entry, len, &dn->pool_key) % DSR_RECENT_POOLS;
	other = dn->recent_pools[place];
	dn->recent_pools[place] = pool;
	if (!other || !same_entries(other, pool))
		return false;
	memcpy(pool->table, other->table,
	       pool->table_size * sizeof(*pool->table));
	return true;
}

static int maglev_build(struct dsr_pool *pool, const struct dsr_service *svc)
{
	struct dsr_maglev_entry *entry;
	const struct dsr_backend *be;
	int err = -ENOMEM;
	u32 i;

	pool->table_size = dsr_maglev_size(pool->nr);
	pool->table = kvmalloc_array(pool->table_size, sizeof(*pool->table),
				     DSR_GFP_TABLE);
	entry = kvcalloc(pool->nr, sizeof(*entry), DSR_GFP_TABLE);
	if (!pool->table || !entry)
		goto out;

	for (i = 0; i < pool->nr; i++) {
		be = pool->backend[i];
		entry[i].hash = siphash(&be->addr.ip, sizeof(be->addr.ip),
					&svc->dn->pool_key);
		entry[i].weight = dsr_backend_wanted(be)->weight;
	}
	err = 0;
	if (!copy_table(pool, svc->dn, entry))
		err = dsr_maglev_fill(pool->table, pool->table_size, entry,
				      pool->nr);
out:
	kvfree(entry);
	return err;
}

static u32 maglev_by_hash(const struct dsr_pool *pool, u64 hash)
{
	return pool->table[dsr_pool_slot(pool, hash)];
}

static u32 maglev_next(const struct dsr_pool *pool, atomic64_t *turn, u64 hash)
{
	return maglev_by_hash(pool, hash);
}

const struct dsr_sched_ops dsr_sched_maglev = {
	.name = "maglev",
	.build = maglev_build,
	.by_hash = maglev_by_hash,
	.next = maglev_next,
	.steady = true,
};
