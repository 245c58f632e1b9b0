/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_FLOW_H
#define _DSR_FLOW_H

#include <linux/cache.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/types.h>

/* The affinity table: which backend a flow was given.
 *
 * A hit must cost one cache line of this table, so what a hit needs of a flow
 * fits sixteen bytes, and the four flows that a set holds fill one line:
 *
 *   tag     64 bits of SipHash over the flow's tuple, keyed by a secret of the
 *           service.  It stands for the tuple: two flows of one service meet in
 *           a set and share the tag with a probability of 2^-42 per new flow,
 *           and nobody without the key can look for such a pair.
 *   value   the backend's id, the flow's state and the tick it was last seen.
 *
 * A flow lives in one of four sets, all named by its tag; each further one is
 * looked at when those before it don't have the flow, and used when they are
 * full.  With two slots for each flow that it is to hold, hence 32 bytes a flow,
 * the table holds all but one of ten thousand, and finds 96 of 100 in their
 * first set.
 *
 * Nothing is allocated, linked or timed: an expired flow is one whose entry
 * may be taken.  A slot changes hands by cmpxchg of the value that was judged
 * to BUSY, so that a flow which shows life meanwhile is not taken; then its tag
 * is written, then, by a store-release, its value.  A reader that saw the same
 * tag before and after reading a value has a value of that tag.
 * The owner of a slot changes only its value, by cmpxchg, and on a hit not
 * before an eighth of the timeout has passed, so a busy flow's line stays
 * shared between CPUs.
 *
 * Writers: any CPU in the packet path.  Lifetime: the table is made with the
 * namespace's first service and freed with the namespace, after the hooks are
 * gone and a grace period has passed.
 */
#define DSR_FLOW_WAYS		4
#define DSR_FLOW_CHOICES	4
#define DSR_FLOW_SLOTS		2	/* for each flow to be held */

struct dsr_flow_slot {
	u64 tag;
	u64 value;
};

struct dsr_flow_set {
	struct dsr_flow_slot slot[DSR_FLOW_WAYS];
} __aligned(64);

/**
 * struct dsr_flow_table - affinity table of one network namespace
 * @mask: number of sets, a power of two, less one
 * @sets: the sets
 */
struct dsr_flow_table {
	u32 mask;
	struct dsr_flow_set *sets;
};

#define DSR_FLOWS_MIN	1024U
#define DSR_FLOWS_MAX	33554432U	/* of 1 GiB */

/* What the client has shown of itself, which is all that a director sees.
 * Only a half-open flow may lose its entry to a new one.
 */
enum dsr_flow_state {
	DSR_FLOW_HALF,		/* one packet so far: a SYN, a first datagram */
	DSR_FLOW_OPEN,		/* the client went on */
	DSR_FLOW_CLOSING,	/* FIN seen */
	DSR_FLOW_CLOSED,	/* RST seen */

	DSR_FLOW_STATES
};

/* Time in a flow's value: ticks of about half a second, 24 bits, which go
 * round after 97 days or more.
 */
#define DSR_TICK_SHIFT	ilog2(HZ)
#define DSR_TICK_MASK	0xffffffU

static inline u32 dsr_flow_tick(void)
{
	unsigned long now = jiffies;

	return (now >> DSR_TICK_SHIFT) & DSR_TICK_MASK;
}

/* Seconds as ticks, rounded up. */
static inline u32 dsr_flow_ticks(u32 seconds)
{
	return DIV_ROUND_UP(seconds * HZ, 1U << DSR_TICK_SHIFT);
}

static inline u64 dsr_flow_value(u32 backend, enum dsr_flow_state state,
				 u32 tick)
{
	return (u64)backend << 32 | (u64)state << 24 | tick;
}

static inline u32 dsr_flow_backend(u64 value)
{
	return value >> 32;
}

static inline enum dsr_flow_state dsr_flow_state(u64 value)
{
	return (value >> 24) & 0xff;
}

/* Ticks since the flow was last marked as seen: 0 also when another CPU's clock
 * was read a moment after ours.
 */
static inline u32 dsr_flow_age(u64 value, u32 now)
{
	u32 age = (now - (u32)value) & DSR_TICK_MASK;

	return age > DSR_TICK_MASK / 2 ? 0 : age;
}

/**
 * struct dsr_flow - a flow found in, or put into, the table
 * @slot: where it is
 * @value: its value when it was read
 */
struct dsr_flow {
	struct dsr_flow_slot *slot;
	u64 value;
};

/* How willing an entry is to make room: DSR_FLOW_DEAD at once, 0 never, and
 * between them the highest first.
 */
#define DSR_FLOW_DEAD	U32_MAX

typedef u32 (*dsr_flow_rank_t)(const void *context, u64 value);

enum dsr_flow_insert_result {
	DSR_FLOW_INSERTED,
	DSR_FLOW_REPLACED,	/* inserted over a half-open flow */
	DSR_FLOW_FOUND,		/* another CPU was first: its value counts */
	DSR_FLOW_NO_ROOM,
};

struct dsr_flow_table *dsr_flow_table_create(u32 flows);
void dsr_flow_table_destroy(struct dsr_flow_table *table);
bool dsr_flow_find(const struct dsr_flow_table *table, u64 tag,
		   struct dsr_flow *flow);
enum dsr_flow_insert_result
dsr_flow_insert(const struct dsr_flow_table *table, u64 tag, u64 value,
		dsr_flow_rank_t rank, const void *context,
		struct dsr_flow *flow);
bool dsr_flow_update(struct dsr_flow *flow, u64 value);

#endif /* _DSR_FLOW_H */
