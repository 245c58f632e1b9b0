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

/* Where a backend's permutation of the slots stands, and its next turn: the n-th
 * slot of a backend of weight w falls due at n / w.
 */
struct cursor {
	u32 next;
	u32 skip;
	u32 turn;
	u32 weight;
	u16 owner;
};

static bool due_before(const struct cursor *a, const struct cursor *b)
{
	u64 left = (u64)a->turn * b->weight, right = (u64)b->turn * a->weight;

	return left < right || (left == right && a->owner < b->owner);
}

/* The cursors are a binary heap, the one that is due next at its top. */
static void sift_down(struct cursor *heap, u32 nr, u32 parent)
{
	u32 child;

	while ((child = 2 * parent + 1) < nr) {
		if (child + 1 < nr && due_before(&heap[child + 1], &heap[child]))
			child++;
		if (due_before(&heap[parent], &heap[child]))
			return;
		swap(heap[parent], heap[child]);
		parent = child;
	}
}

static void heap_init(struct cursor *heap, u32 size,
		      const struct dsr_maglev_entry *entry, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++) {
		heap[i].next = (u32)entry[i].hash % size;
		heap[i].skip = (u32)(entry[i].hash >> 32) % (size - 1) + 1;
		heap[i].turn = 1;
		heap[i].weight = entry[i].weight;
		heap[i].owner = i;
	}
	for (i = nr / 2; i--; )
		sift_down(heap, nr, i);
}

static void take_slot(u16 *table, u32 size, unsigned long *taken,
		      struct cursor *cursor)
{
	/* Both are below @size: no division, of which there would be some dozen
	 * for each slot.
	 */
	while (__test_and_set_bit(cursor->next, taken)) {
		cursor->next += cursor->skip;
		if (cursor->next >= size)
			cursor->next -= size;
	}
	table[cursor->next] = cursor->owner;
	cursor->turn++;
}

static void fill(u16 *table, u32 size, const struct dsr_maglev_entry *entry,
		 u32 nr, struct cursor *heap, unsigned long *taken)
{
	u32 filled;

	heap_init(heap, size, entry, nr);
	for (filled = 0; filled < size; filled++) {
		take_slot(table, size, taken, heap);
		sift_down(heap, nr, 0);
		if (!(filled & 0xfff))
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
 * Takes @size * log @nr steps, whatever the weights are.
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int dsr_maglev_fill(u16 *table, u32 size, const struct dsr_maglev_entry *entry,
		    u32 nr)
{
	unsigned long *taken;
	struct cursor *heap;
	int err = -ENOMEM;

	heap = kvmalloc_array(nr, sizeof(*heap), GFP_KERNEL);
	taken = bitmap_zalloc(size, GFP_KERNEL);
	if (heap && taken) {
		fill(table, size, entry, nr, heap, taken);
		err = 0;
	}
	bitmap_free(taken);
	kvfree(heap);
	return err;
}
