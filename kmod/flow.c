// SPDX-License-Identifier: GPL-2.0
/* The affinity table.  flow.h tells how it is laid out and who may write. */
#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/bottom_half.h>
#include <linux/bug.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "flow.h"
#include "gfp.h"

#define INSERT_TRIES	4

/* For each four flows; flow.h says why. */
#define SLOTS		7

static struct dsr_flow_peer *slot_peer(const struct dsr_flow_table *table,
				       const struct dsr_flow_slot *slot)
{
	return &table->peer[slot - table->set->slot];
}

/* A peer may change while it's read: who reads it asks the slot's tag afterwards
 * whether it did.
 */
static struct dsr_flow_peer peer_read(const struct dsr_flow_table *table,
				      const struct dsr_flow_slot *slot)
{
	/* See above. */
	return data_race(*slot_peer(table, slot));
}

static void peer_write(const struct dsr_flow_table *table,
		       const struct dsr_flow_slot *slot,
		       const struct dsr_flow_peer *peer)
{
	/* See above. */
	data_race(*slot_peer(table, slot) = *peer);
}

/* Where a set's count of overflow is: a byte of a word, as not every processor
 * that Linux runs on can compare and exchange bytes.
 */
#define OVERFLOWS	4
#define OVERFLOW_MAX	255

static unsigned int overflow_shift(u32 set)
{
	return set % OVERFLOWS * BITS_PER_BYTE;
}

static u32 overflow(const struct dsr_flow_table *table, u32 set)
{
	return READ_ONCE(table->overflow[set / OVERFLOWS]) >>
	       overflow_shift(set) & OVERFLOW_MAX;
}

/* A count that reaches 255 stays there, which only costs looks. */
static void overflow_add(const struct dsr_flow_table *table, u32 set, int change)
{
	u32 *word = &table->overflow[set / OVERFLOWS];
	u32 old = READ_ONCE(*word);

	while ((old >> overflow_shift(set) & OVERFLOW_MAX) != OVERFLOW_MAX &&
	       !try_cmpxchg(word, &old,
			    old + ((u32)change << overflow_shift(set))))
		;
}

static u32 first_set(const struct dsr_flow_table *table, u64 tag)
{
	return dsr_flow_set(table, tag, 0) - table->set;
}

/* A flow comes into a slot, or leaves it. */
static void slot_count(const struct dsr_flow_table *table,
		       const struct dsr_flow_slot *slot, u64 tag, int change)
{
	u32 set = (slot - table->set->slot) / DSR_FLOW_WAYS;
	u32 first = first_set(table, tag);

	if (unlikely(set != first))
		overflow_add(table, first, change);
}

/* The memory behind the struct, in bytes. */
static size_t table_bytes(u32 nr)
{
	return (size_t)nr * (sizeof(struct dsr_flow_set) +
			     DSR_FLOW_WAYS * sizeof(struct dsr_flow_peer)) +
	       DIV_ROUND_UP(nr, OVERFLOWS) * sizeof(u32);
}

/**
 * dsr_flow_table_create() - make an empty table
 * @flows: how many flows it has room for, DSR_FLOWS_MIN to DSR_FLOWS_MAX
 *
 * Takes 64 bytes a flow, charged to the caller's memory cgroup.
 *
 * Context: process.
 * Return: the table, or NULL when there is no memory.
 */
struct dsr_flow_table *dsr_flow_table_create(u32 flows)
{
	struct dsr_flow_table *table;

	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;

	table->capacity = flows;
	table->nr = DIV_ROUND_UP(flows * SLOTS, 4 * DSR_FLOW_WAYS);
	/* In one piece: what is large comes in pages of 2 MiB, of which two
	 * pieces would leave two unfilled.
	 */
	table->set = kvzalloc(table_bytes(table->nr), DSR_GFP_TABLE);
	if (!table->set) {
		dsr_flow_table_destroy(table);
		return NULL;
	}
	table->peer = (struct dsr_flow_peer *)(table->set + table->nr);
	table->overflow = (u32 *)(table->peer + table->nr * DSR_FLOW_WAYS);
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
	kvfree(table->set);
	kfree(table);
}

/* The memory that a table takes, in bytes. */
size_t dsr_flow_table_bytes(const struct dsr_flow_table *table)
{
	return sizeof(*table) + table_bytes(table->nr);
}

static bool slot_read(const struct dsr_flow_table *table,
		      struct dsr_flow_slot *slot, u64 tag,
		      struct dsr_flow *flow)
{
	flow->table = table;
	flow->slot = slot;
	flow->value = dsr_flow_slot_read(slot, tag);
	return flow->value != DSR_FLOW_VALUE_EMPTY;
}

static bool set_find(const struct dsr_flow_table *table,
		     struct dsr_flow_set *set, u64 tag, struct dsr_flow *flow)
{
	struct dsr_flow_slot *slot;

	for (slot = set->slot; slot < set->slot + DSR_FLOW_WAYS; slot++)
		if (dsr_flow_slot_tag(slot) == tag &&
		    slot_read(table, slot, tag, flow))
			return true;
	return false;
}

/* Of a flow that its first set doesn't have. */
static noinline bool overflow_find(const struct dsr_flow_table *table, u64 tag,
				   struct dsr_flow *flow)
{
	unsigned int i;

	for (i = 1; i < DSR_FLOW_CHOICES; i++)
		if (set_find(table, dsr_flow_set(table, tag, i), tag, flow))
			return true;
	return false;
}

static bool table_find(const struct dsr_flow_table *table, u64 tag,
		       struct dsr_flow *flow)
{
	u32 first = first_set(table, tag);

	return set_find(table, &table->set[first], tag, flow) ||
	       (unlikely(overflow(table, first)) &&
		overflow_find(table, tag, flow));
}

static enum dsr_flow_insert_result
table_insert(const struct dsr_flow_table *table, u64 tag, u64 value,
	     const struct dsr_flow_peer *peer, const struct dsr_flow_user *user,
	     bool looked, struct dsr_flow *flow);

/* Takes a flow over from the table before.  First in here, then out of there: so
 * that it is always in one of them.
 */
static bool take_over(const struct dsr_flow_table *table,
		      const struct dsr_flow_table *old, u64 tag,
		      const struct dsr_flow_user *user, struct dsr_flow *flow)
{
	struct dsr_flow_peer peer = peer_read(old, flow->slot);
	struct dsr_flow here, there = *flow;

	if (table_insert(table, tag, there.value, &peer, user, false, &here) ==
	    DSR_FLOW_NO_ROOM)
		return false;
	if (dsr_flow_remove(&there))
		user->account(user->context, there.value, DSR_FLOW_VALUE_EMPTY);
	*flow = here;
	return true;
}

/* Not found in the table; it may be in the one before, or have come here from
 * there since we looked.
 */
static noinline bool find_old(const struct dsr_flow_table *table,
			      const struct dsr_flow_table *old, u64 tag,
			      const struct dsr_flow_user *user,
			      struct dsr_flow *flow)
{
	if (table_find(old, tag, flow)) {
		take_over(table, old, tag, user, flow);
		return true;
	}
	/* Pairs with the cmpxchg in dsr_flow_remove()'s slot_claim(), or, where
	 * the count of overflow was 0 already, with the one of its lowering.
	 */
	smp_rmb();
	return table_find(table, tag, flow);
}

/**
 * dsr_flow_expect() - a flow that may be new is about to be looked up
 * @table: the table
 * @hash: keyed 64-bit hash of its tuple
 *
 * A new flow most likely comes into its first set.  Whom it is with is then
 * written to lines that nobody has touched for long: have them fetched while
 * the set is.
 *
 * Context: any, under RCU.
 */
void dsr_flow_expect(const struct dsr_flow_table *table, u64 hash)
{
	const struct dsr_flow_set *set =
		dsr_flow_set(table, dsr_flow_tag(hash), 0);
	const struct dsr_flow_peer *peer = slot_peer(table, set->slot);

	prefetchw(peer);
	prefetchw((const char *)(peer + DSR_FLOW_WAYS) - 1);
}

/**
 * dsr_flow_find() - look a flow up
 * @table: the table
 * @hash: keyed 64-bit hash of its tuple
 * @user: of the table
 * @flow: set when it is found
 *
 * Says nothing of its age: an expired flow is found too, until its entry is
 * taken.
 *
 * Context: any, under RCU.  Takes no lock and writes nothing, unless the table
 * is just being replaced.
 * Return: whether it is there.
 */
bool dsr_flow_find(const struct dsr_flow_table *table, u64 hash,
		   const struct dsr_flow_user *user, struct dsr_flow *flow)
{
	const struct dsr_flow_table *old;
	u64 tag = dsr_flow_tag(hash);

	if (likely(table_find(table, tag, flow)))
		return true;
	old = rcu_dereference(table->old);
	return unlikely(old) && find_old(table, old, tag, user, flow);
}

/* The slot of @set that is the most willing to make room, if any is more so
 * than @rank, which is raised to its rank.
 */
static struct dsr_flow_slot *set_victim(struct dsr_flow_set *set,
					const struct dsr_flow_user *user,
					u32 *best, u64 *old)
{
	struct dsr_flow_slot *slot, *victim = NULL;
	u32 candidate;
	u64 value;

	for (slot = set->slot; slot < set->slot + DSR_FLOW_WAYS; slot++) {
		value = READ_ONCE(slot->value);
		if (likely(value == DSR_FLOW_VALUE_EMPTY)) {
			*best = DSR_FLOW_DEAD;
			*old = value;
			return slot;
		}
		if (value == DSR_FLOW_VALUE_BUSY)
			continue;
		candidate = user->rank(user->context, value);
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
	return cmpxchg64(&slot->value, value, DSR_FLOW_VALUE_BUSY) == value;
}

static void slot_fill(const struct dsr_flow_table *table,
		      struct dsr_flow_slot *slot, u64 tag, u64 value,
		      const struct dsr_flow_peer *peer)
{
	WRITE_ONCE(slot->tag, tag);
	/* Pairs with the second smp_rmb() in dsr_flow_peek(). */
	smp_wmb();
	peer_write(table, slot, peer);
	/* Pairs with smp_rmb() in dsr_flow_slot_read(). */
	smp_store_release(&slot->value, value);
}

/* The most willing slot of all the flow's sets, the first of equals. */
static struct dsr_flow_slot *find_victim(const struct dsr_flow_table *table,
					 u64 tag,
					 const struct dsr_flow_user *user,
					 u32 *best, u64 *old)
{
	struct dsr_flow_slot *slot, *victim = NULL;
	unsigned int i;

	*best = 0;
	for (i = 0; i < DSR_FLOW_CHOICES && *best != DSR_FLOW_DEAD; i++) {
		slot = set_victim(dsr_flow_set(table, tag, i), user, best, old);
		if (slot)
			victim = slot;
	}
	return victim;
}

/**
 * dsr_flow_has_room() - whether a new flow would find room
 * @table: the table
 * @hash: keyed 64-bit hash of its tuple
 * @user: of the table
 *
 * Context: any, under RCU.  Takes no lock and writes nothing.
 * Return: whether it would.
 */
bool dsr_flow_has_room(const struct dsr_flow_table *table, u64 hash,
		       const struct dsr_flow_user *user)
{
	u32 best;
	u64 old;

	return find_victim(table, dsr_flow_tag(hash), user, &best, &old);
}

/* Two CPUs that insert the same flow at once end with the one that a look finds
 * first, but for the packet that the other began with.
 */
static bool flow_settle(const struct dsr_flow_table *table, u64 tag,
			const struct dsr_flow_user *user, struct dsr_flow *mine)
{
	struct dsr_flow first;

	/* Orders the store of my value before the look for the other's. */
	smp_mb();
	/* Not found: taken over already; the packet is still mine. */
	if (!table_find(table, tag, &first) || first.slot == mine->slot)
		return true;
	if (dsr_flow_remove(mine))
		user->account(user->context, mine->value, DSR_FLOW_VALUE_EMPTY);
	*mine = first;
	return false;
}

static enum dsr_flow_insert_result
table_insert(const struct dsr_flow_table *table, u64 tag, u64 value,
	     const struct dsr_flow_peer *peer, const struct dsr_flow_user *user,
	     bool looked, struct dsr_flow *flow)
{
	struct dsr_flow_slot *victim;
	u64 old = 0;
	u32 best;
	int try;

	for (try = 0; try < INSERT_TRIES; try++) {
		if (!looked && table_find(table, tag, flow))
			return DSR_FLOW_FOUND;
		looked = false;
		victim = find_victim(table, tag, user, &best, &old);
		if (!victim)
			return DSR_FLOW_NO_ROOM;
		if (!slot_claim(victim, old))
			continue;

		/* The tag is its last flow's, and nobody else's to write now. */
		if (unlikely(old))
			slot_count(table, victim, victim->tag, -1);
		slot_count(table, victim, tag, 1);
		user->account(user->context, old, value);
		slot_fill(table, victim, tag, value, peer);
		flow->table = table;
		flow->slot = victim;
		flow->value = value;
		if (!flow_settle(table, tag, user, flow))
			return DSR_FLOW_FOUND;
		return best >= DSR_FLOW_ORPHAN ? DSR_FLOW_INSERTED :
						 DSR_FLOW_REPLACED;
	}
	return DSR_FLOW_NO_ROOM;
}

/**
 * dsr_flow_insert() - put a flow into the table
 * @table: the table
 * @hash: keyed 64-bit hash of its tuple
 * @value: its value, not 0
 * @peer: whom it is with
 * @user: of the table
 * @looked: whether dsr_flow_find() has just not found it; should another CPU
 *	    have been quicker since, that is noticed all the same
 * @flow: the flow as it stands in the table, unless there was no room
 *
 * Context: softirq or BH off, under RCU.  Takes no lock.
 * Return: how it went.
 */
enum dsr_flow_insert_result
dsr_flow_insert(const struct dsr_flow_table *table, u64 hash, u64 value,
		const struct dsr_flow_peer *peer,
		const struct dsr_flow_user *user, bool looked,
		struct dsr_flow *flow)
{
	return table_insert(table, dsr_flow_tag(hash), value, peer, user,
			    looked, flow);
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
 * Return: whether it was changed; the caller accounts for it then.
 */
bool dsr_flow_update(struct dsr_flow *flow, u64 value)
{
	if (cmpxchg64(&flow->slot->value, flow->value, value) != flow->value)
		return false;
	flow->value = value;
	return true;
}

/**
 * dsr_flow_remove() - take a flow out of the table
 * @flow: the flow, as found, inserted or peeked at
 *
 * Context: any, under RCU.  Takes no lock.
 * Return: whether it was as read, and is out now; the caller accounts for it.
 */
bool dsr_flow_remove(struct dsr_flow *flow)
{
	struct dsr_flow_slot *slot = flow->slot;

	if (!slot_claim(slot, flow->value))
		return false;
	/* Of whom the slot was, which need not be of whom it was when found. */
	slot_count(flow->table, slot, slot->tag, -1);
	/* Behind the load of the tag, which the next owner's cmpxchg in
	 * slot_claim() may be followed by a store to.
	 */
	smp_store_release(&slot->value, DSR_FLOW_VALUE_EMPTY);
	return true;
}

/**
 * dsr_flow_peek() - see what a slot holds
 * @table: the table
 * @set: the set, below table->nr
 * @way: the slot in it, below DSR_FLOW_WAYS
 * @flow: set when there is something
 * @peer: whom it is with, or NULL
 *
 * Context: any, under RCU.
 * Return: whether there is something.
 */
bool dsr_flow_peek(const struct dsr_flow_table *table, u32 set,
		   unsigned int way, struct dsr_flow *flow,
		   struct dsr_flow_peer *peer)
{
	struct dsr_flow_slot *slot = &table->set[set].slot[way];
	u64 tag = dsr_flow_slot_tag(slot);

	if (!slot_read(table, slot, tag, flow))
		return false;
	if (!peer)
		return true;
	*peer = peer_read(table, slot);
	/* Pairs with smp_wmb() in slot_fill(): between the claim of a next owner
	 * and its peer the tag changes, so the same tag behind the copy says
	 * that nobody wrote into it.
	 */
	smp_rmb();
	return READ_ONCE(slot->tag) == tag &&
	       READ_ONCE(slot->value) != DSR_FLOW_VALUE_BUSY;
}

/* Empties a slot of the table before: what it has goes into @table, or is gone
 * where it's dead or there's no room.  A packet may change it meanwhile, then
 * the next look sees that.
 */
static bool slot_migrate(const struct dsr_flow_table *table,
			 const struct dsr_flow_table *old, u32 set,
			 unsigned int way, const struct dsr_flow_user *user)
{
	struct dsr_flow flow, there;
	bool lost = false;
	u64 tag;

	while (dsr_flow_peek(old, set, way, &flow, NULL)) {
		tag = READ_ONCE(flow.slot->tag);
		there = flow;
		if (user->rank(user->context, flow.value) != DSR_FLOW_DEAD) {
			lost = !take_over(table, old, tag, user, &flow);
			if (!lost)
				continue;
		}
		if (dsr_flow_remove(&there))
			user->account(user->context, there.value, DSR_FLOW_VALUE_EMPTY);
	}
	return lost;
}

/**
 * dsr_flow_table_migrate() - take all flows over from a table before
 * @table: the table that packets use, its @old the one before
 * @old: the one before, that no packet uses but through @table: a grace period
 *	 has passed since @table was published.  Empty in the end, so that no
 *	 flow is accounted for that isn't in a table any more.
 * @user: of the table
 *
 * Packets that come meanwhile find their flows in either.
 *
 * Context: process; the caller keeps both tables.
 * Return: how many flows found no room and are forgotten.
 */
u32 dsr_flow_table_migrate(const struct dsr_flow_table *table,
			   const struct dsr_flow_table *old,
			   const struct dsr_flow_user *user)
{
	u32 lost = 0, i;
	int way;

	for (i = 0; i < old->nr; i++) {
		local_bh_disable();
		rcu_read_lock();
		for (way = 0; way < DSR_FLOW_WAYS; way++)
			lost += slot_migrate(table, old, i, way, user);
		rcu_read_unlock();
		local_bh_enable();
		cond_resched();
	}
	return lost;
}
