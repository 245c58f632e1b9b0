// SPDX-License-Identifier: GPL-2.0
/* The affinity table.  flow.h tells how it is laid out and who may write. */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "flow.h"

#define TAG_EMPTY	0ULL		/* no flow's */
#define VALUE_EMPTY	0ULL
#define VALUE_BUSY	(0xffULL << 24)	/* no flow's state */

#define INSERT_TRIES	4

static u64 flow_tag(u64 hash)
{
	return hash == TAG_EMPTY ? 1 : hash;
}

/* Of 0 to DSR_FLOW_CHOICES - 1.  In a table of up to 2^16 sets the choices are
 * independent of each other, in a larger one nearly so.
 */
static struct dsr_flow_set *set_choice(const struct dsr_flow_table *table,
				       u64 tag, unsigned int choice)
{
	return &table->sets[ror64(tag, 16 * choice) & table->mask];
}

/**
 * dsr_flow_table_create() - make an empty table
 * @flows: how many flows it has room for, DSR_FLOWS_MIN to DSR_FLOWS_MAX;
 *	   rounded up to a power of two
 *
 * Takes 32 bytes a flow, charged to the caller's memory cgroup.
 *
 * Context: process.
 * Return: the table, or NULL when there is no memory.
 */
struct dsr_flow_table *dsr_flow_table_create(u32 flows)
{
	struct dsr_flow_table *table;
	u32 sets;

	sets = roundup_pow_of_two(clamp(flows, DSR_FLOWS_MIN, DSR_FLOWS_MAX)) *
	       DSR_FLOW_SLOTS / DSR_FLOW_WAYS;
	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;

	table->mask = sets - 1;
	table->sets = kvcalloc(sets, sizeof(*table->sets), GFP_KERNEL_ACCOUNT);
	if (!table->sets) {
		kfree(table);
		return NULL;
	}
	return table;
}

/**
 * dsr_flow_table_destroy() - free a table that no packet can reach any more
 * @table: the table, or NULL
 *
 * Context: process.
 */
void dsr_flow_table_destroy(struct dsr_flow_table *table)
{
	if (!table)
		return;
	kvfree(table->sets);
	kfree(table);
}

static bool set_find(struct dsr_flow_set *set, u64 tag, struct dsr_flow *flow)
{
	struct dsr_flow_slot *slot;
	u64 value;

	for (slot = set->slot; slot < set->slot + DSR_FLOW_WAYS; slot++) {
		/* Pairs with the cmpxchg in slot_claim(): behind a new tag
		 * there's no value older than BUSY.
		 */
		if (smp_load_acquire(&slot->tag) != tag)
			continue;
		value = READ_ONCE(slot->value);
		/* Pairs with the release in slot_fill(): the next owner's
		 * value is seen only together with its tag.
		 */
		smp_rmb();
		if (unlikely(value == VALUE_BUSY ||
			     READ_ONCE(slot->tag) != tag))
			continue;
		flow->slot = slot;
		flow->value = value;
		return true;
	}
	return false;
}

/**
 * dsr_flow_find() - look a flow up
 * @table: the table
 * @hash: keyed 64-bit hash of its tuple
 * @flow: set when it is found
 *
 * Says nothing of its age: an expired flow is found too, until its entry is
 * taken.
 *
 * Context: any, under RCU.  Takes no lock and writes nothing.
 * Return: whether it is there.
 */
bool dsr_flow_find(const struct dsr_flow_table *table, u64 hash,
		   struct dsr_flow *flow)
{
	u64 tag = flow_tag(hash);
	unsigned int i;

	for (i = 0; i < DSR_FLOW_CHOICES; i++)
		if (set_find(set_choice(table, tag, i), tag, flow))
			return true;
	return false;
}

/* The slot of @set that is the most willing to make room, if any is more so
 * than @rank, which is raised to its rank.
 */
static struct dsr_flow_slot *set_victim(struct dsr_flow_set *set,
					dsr_flow_rank_t rank,
					const void *context,
					u32 *best, u64 *old)
{
	struct dsr_flow_slot *slot, *victim = NULL;
	u32 candidate;
	u64 value;

	for (slot = set->slot; slot < set->slot + DSR_FLOW_WAYS; slot++) {
		value = READ_ONCE(slot->value);
		if (value == VALUE_BUSY)
			continue;
		candidate = value == VALUE_EMPTY ? DSR_FLOW_DEAD :
						   rank(context, value);
		if (candidate <= *best)
			continue;
		*best = candidate;
		*old = value;
		victim = slot;
	}
	return victim;
}

static bool slot_claim(struct dsr_flow_slot *slot, u64 value)
{
	return cmpxchg64(&slot->value, value, VALUE_BUSY) == value;
}

static void slot_fill(struct dsr_flow_slot *slot, u64 tag, u64 value)
{
	WRITE_ONCE(slot->tag, tag);
	/* Pairs with smp_rmb() in set_find(). */
	smp_store_release(&slot->value, value);
}

/* The most willing slot of all the flow's sets, the first of equals. */
static struct dsr_flow_slot *find_victim(const struct dsr_flow_table *table,
					 u64 tag, dsr_flow_rank_t rank,
					 const void *context, u32 *best,
					 u64 *old)
{
	struct dsr_flow_slot *slot, *victim = NULL;
	unsigned int i;

	*best = 0;
	for (i = 0; i < DSR_FLOW_CHOICES && *best != DSR_FLOW_DEAD; i++) {
		slot = set_victim(set_choice(table, tag, i), rank, context,
				  best, old);
		if (slot)
			victim = slot;
	}
	return victim;
}

/* Two CPUs that insert the same flow at once end with the one that a look finds
 * first, but for the packet that the other began with.
 */
static bool flow_settle(const struct dsr_flow_table *table, u64 hash,
			struct dsr_flow *mine)
{
	struct dsr_flow first;

	/* Orders the store of my value before the look for the other's. */
	smp_mb();
	/* Not found: taken over already; the packet is still mine. */
	if (!dsr_flow_find(table, hash, &first) || first.slot == mine->slot)
		return true;
	if (slot_claim(mine->slot, mine->value))
		slot_fill(mine->slot, TAG_EMPTY, VALUE_EMPTY);
	*mine = first;
	return false;
}

/**
 * dsr_flow_insert() - put a flow into the table
 * @table: the table
 * @hash: keyed 64-bit hash of its tuple
 * @value: its value, not 0
 * @rank: tells how willing an entry is to make room
 * @context: for @rank
 * @flow: the flow as it stands in the table, unless there was no room
 *
 * Context: softirq or BH off, under RCU.  Takes no lock.
 * Return: how it went.
 */
enum dsr_flow_insert_result
dsr_flow_insert(const struct dsr_flow_table *table, u64 hash, u64 value,
		dsr_flow_rank_t rank, const void *context,
		struct dsr_flow *flow)
{
	u64 tag = flow_tag(hash), old = 0;
	struct dsr_flow_slot *victim;
	u32 best;
	int try;

	for (try = 0; try < INSERT_TRIES; try++) {
		if (dsr_flow_find(table, hash, flow))
			return DSR_FLOW_FOUND;
		victim = find_victim(table, tag, rank, context, &best, &old);
		if (!victim)
			return DSR_FLOW_NO_ROOM;
		if (!slot_claim(victim, old))
			continue;

		slot_fill(victim, tag, value);
		flow->slot = victim;
		flow->value = value;
		if (!flow_settle(table, hash, flow))
			return DSR_FLOW_FOUND;
		return best == DSR_FLOW_DEAD ? DSR_FLOW_INSERTED :
					       DSR_FLOW_REPLACED;
	}
	return DSR_FLOW_NO_ROOM;
}

/**
 * dsr_flow_update() - change a flow's value
 * @flow: the flow, as found or inserted
 * @value: the new value
 *
 * Does nothing when the value has changed since it was read: either another
 * CPU knows better, or the slot is no longer this flow's.
 *
 * Context: softirq or BH off, under RCU.  Takes no lock.
 * Return: whether it was changed.
 */
bool dsr_flow_update(struct dsr_flow *flow, u64 value)
{
	if (cmpxchg64(&flow->slot->value, flow->value, value) != flow->value)
		return false;
	flow->value = value;
	return true;
}
