// SPDX-License-Identifier: GPL-2.0
/* Maglev hashing: a lookup table in which each backend has its share of slots,
 * and keeps most of them when another one comes or goes.
 *
 * Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load
 * Balancer", NSDI 2016, section 3.4.  Weights as turns in proportion, so that
 * a backend's share of slots is exact to one slot whatever the weights are.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "maglev.h"

/* Primes.  At least a hundred slots a backend keep shares within 1% of each
 * other.  Directors agree as long as they have the same backends, hence the
 * size depends on their number alone.
 */
static const struct {
	u32 backends;
	u32 size;
} sizes[] = {
	{ 16, 2039 },
	{ 128, 16381 },
	{ U32_MAX, 131071 },
};

/**
 * dsr_maglev_size() - how many slots a table for so many backends has
 * @nr: number of backends
 *
 * Context: any.
 * Return: a prime, at least 2039 and at most 131071.
 */
u32 dsr_maglev_size(u32 nr)
{
	int i = 0;

	while (nr > sizes[i].backends)
		i++;
	return sizes[i].size;
}

/* Where a backend's permutation of the slots stands. */
struct cursor {
	u32 next;
	u32 skip;
	u64 target;	/* its next turn is when round * weight reaches this */
};

static void cursor_init(struct cursor *cursor, u64 hash, u32 size, u32 max)
{
	cursor->next = (u32)hash % size;
	cursor->skip = (u32)(hash >> 32) % (size - 1) + 1;
	cursor->target = max;
}

static void cursor_take(struct cursor *cursor, u16 *table, u32 size,
			unsigned long *taken, u16 owner)
{
	while (__test_and_set_bit(cursor->next, taken))
		cursor->next = (cursor->next + cursor->skip) % size;
	table[cursor->next] = owner;
}

static u32 max_weight(const struct dsr_maglev_entry *entry, u32 nr)
{
	u32 max = 0, i;

	for (i = 0; i < nr; i++)
		max = max(max, entry[i].weight);
	return max;
}

static void fill(u16 *table, u32 size, const struct dsr_maglev_entry *entry,
		 u32 nr, struct cursor *cursor, unsigned long *taken)
{
	u32 max = max_weight(entry, nr), filled = 0, i;
	u64 round;

	for (i = 0; i < nr; i++)
		cursor_init(&cursor[i], entry[i].hash, size, max);

	for (round = 1; ; round++) {
		for (i = 0; i < nr; i++) {
			if (round * entry[i].weight < cursor[i].target)
				continue;
			cursor[i].target += max;
			cursor_take(&cursor[i], table, size, taken, i);
			if (++filled == size)
				return;
		}
		cond_resched();
	}
}

/**
 * dsr_maglev_fill() - compute the lookup table
 * @table: room for @size slots; each becomes an index into @entry
 * @size: from dsr_maglev_size()
 * @entry: the backends, in an order that every director agrees on
 * @nr: how many, 1 to U16_MAX
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int dsr_maglev_fill(u16 *table, u32 size, const struct dsr_maglev_entry *entry,
		    u32 nr)
{
	unsigned long *taken;
	struct cursor *cursor;
	int err = -ENOMEM;

	cursor = kvmalloc_array(nr, sizeof(*cursor), GFP_KERNEL);
	taken = bitmap_zalloc(size, GFP_KERNEL);
	if (cursor && taken) {
		fill(table, size, entry, nr, cursor, taken);
		err = 0;
	}
	bitmap_free(taken);
	kvfree(cursor);
	return err;
}
