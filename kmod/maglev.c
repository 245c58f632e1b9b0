// SPDX-License-Identifier: GPL-2.0
/* Maglev hashing: a lookup table in which each backend has its share of slots,
 * and keeps most of them when another one comes or goes.
 *
 * Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load
 * Balancer", NSDI 2016, section 3.4.  Backends take slots in turn, each those
 * that come first in its own permutation of them.  A table is filled anew with
 * each change, and there may be ten thousand of them, hence what is different:
 * how many slots a backend gets is computed beforehand, which makes weights
 * exact to one slot; a turn is more than one slot while there are many to get;
 * and the permutations are quadratic, as two arithmetic ones with steps that have
 * to do with each other would stand in each other's way for long, which moves a
 * tenth of all slots when one of the two goes.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "gfp.h"
#include "maglev.h"

#define SLOT_FREE	U16_MAX		/* no backend's index */

/* A backend takes this part of what it has still to get in one turn.  The more
 * turns, the fewer slots of others move when one goes: with 100 backends 14 of a
 * thousand by turns of one slot, and 16 so, in two thirds of the time.
 */
#define TURN_PART	16

/* To come by the last free slots would take as many steps as all before: they are
 * looked for, and given to whoever has still to get some.
 */
#define LAST_SLOTS	16

/* Powers of two.  At least a hundred slots a backend keep shares within 1% of
 * each other.  Directors agree as long as they have the same backends, hence the
 * size depends on their number alone.
 */
static const struct {
	u32 backends;
	u32 size;
} sizes[] = {
	{ 16, 1 << 11 },
	{ 128, 1 << 14 },
	{ U32_MAX, 1 << 17 },
};

/**
 * dsr_maglev_size() - how many slots a table for so many backends has
 * @nr: number of backends
 *
 * Context: any.
 * Return: a power of two, 2^11 to 2^17.
 */
u32 dsr_maglev_size(u32 nr)
{
	int i = 0;

	while (nr > sizes[i].backends)
		i++;
	return sizes[i].size;
}

/* Where a backend's permutation of the slots stands, and how many slots it has
 * still to get.  @step is odd and @growth divisible by four, so the slots of two
 * numbers in it, i and j, are (i - j) * (an odd number) apart, which is 0 in a
 * table of a power of two only where i is j.
 */
struct cursor {
	unsigned long slot;
	unsigned long step;
	unsigned long growth;
	u32 left;
};

/* Shares of all slots, each rounded so that their sum is exact. */
static void cursors_init(struct cursor *cursor, u32 size,
			 const struct dsr_maglev_entry *entry, u32 nr)
{
	u64 total = 0, sum = 0;
	u32 given = 0, border, i;

	for (i = 0; i < nr; i++)
		total += entry[i].weight;
	for (i = 0; i < nr; i++) {
		sum += entry[i].weight;
		border = div64_u64(sum * size, total);
		cursor[i].slot = (u32)entry[i].hash & (size - 1);
		cursor[i].step = (u32)(entry[i].hash >> 20) | 1;
		cursor[i].growth = (u32)(entry[i].hash >> 40) * 4;
		cursor[i].left = border - given;
		given = border;
	}
}

/* Most steps end at a slot that is taken already. */
static void take_slots(u16 *table, unsigned long mask, struct cursor *cursor,
		       u16 owner, u32 nr)
{
	unsigned long slot = cursor->slot, step = cursor->step;

	cursor->left -= nr;
	while (nr) {
		if (table[slot] == SLOT_FREE) {
			/* Else its address is computed in each step. */
			OPTIMIZER_HIDE_VAR(slot);
			table[slot] = owner;
			nr--;
		}
		slot = (slot + step) & mask;
		step += cursor->growth;
	}
	cursor->slot = slot;
	cursor->step = step;
}

static void take_last_slots(u16 *table, struct cursor *cursor, u32 left)
{
	u16 *slot = table;
	u32 i = 0;

	for (; left; left--) {
		while (*slot != SLOT_FREE)
			slot++;
		while (!cursor[i].left)
			i++;
		*slot = i;
		cursor[i].left--;
	}
}

static void fill(u16 *table, u32 size, struct cursor *cursor, u32 nr)
{
	u32 left = size, turn, i;

	memset(table, 0xff, size * sizeof(*table));
	for (i = 0; left > LAST_SLOTS; i = i + 1 < nr ? i + 1 : 0) {
		turn = DIV_ROUND_UP(cursor[i].left, TURN_PART);
		left -= turn;
		take_slots(table, size - 1, &cursor[i], i, turn);
		if (!i)
			cond_resched();
	}
	take_last_slots(table, cursor, left);
}

/**
 * dsr_maglev_fill() - compute the lookup table
 * @table: room for @size slots; each becomes an index into @entry
 * @size: from dsr_maglev_size()
 * @entry: the backends, in an order that every director agrees on
 * @nr: how many, 1 to U16_MAX
 *
 * Takes @size * log(@size) steps, whatever the weights are.
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int dsr_maglev_fill(u16 *table, u32 size, const struct dsr_maglev_entry *entry,
		    u32 nr)
{
	struct cursor *cursor;

	cursor = kvmalloc_array(nr, sizeof(*cursor), DSR_GFP_TABLE);
	if (!cursor)
		return -ENOMEM;
	cursors_init(cursor, size, entry, nr);
	fill(table, size, cursor, nr);
	kvfree(cursor);
	return 0;
}
