/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_FLOW_H
#define _DSR_FLOW_H

#include <linux/bitops.h>
#include <linux/cache.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/types.h>
#include <uapi/dsr.h>

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
 * Whom the flow is with is for people to read: it lies apart, in an array of
 * its own (struct dsr_flow_peer) that only new flows write and only dumps read.
 *
 * A flow lives in one of four sets, all named by its tag; each further one is
 * used when those before it are full.  With seven slots for each four flows that
 * it is to hold, hence 64 bytes a flow with its peer, the table holds all but two
 * of ten thousand, and finds 94 of 100 in their first set.
 *
 * Each set counts the flows that it is the first set of and that live in others,
 * so that a new flow, which is in none, is looked for in one set where nothing
 * overflowed: one line of memory instead of four.  (F14, Bronson and Shi, 2019,
 * counts so per chunk.)  The counts, of a byte each, lie apart: 64 sets' share a
 * line, and the default table's fill 112 KiB.  Such a flow is counted before its
 * value is stored, and until its slot has been claimed, so at any time the count
 * is no less than the flows that a look has to find.
 *
 * Nothing is allocated, linked or timed: an expired flow is one whose entry
 * may be taken.  A slot changes hands, or is emptied, by cmpxchg of the value
 * that was judged to BUSY, so that a flow which shows life meanwhile is not taken
 * and the tag stays what it is until whoever claimed it goes on; then its tag is
 * written, then, by a store-release, its value.  A reader that saw the same tag
 * before and after reading a value has a value of that tag.
 * The owner of a slot changes only its value, by cmpxchg, and on a hit not
 * before an eighth of the timeout has passed, so a busy flow's line stays
 * shared between CPUs.  Whoever's cmpxchg takes a value away accounts for it
 * (see dsr_backend.active).
 *
 * Writers: any CPU in the packet path, and the sweeper.  Lifetime: the table is
 * made with the namespace's first service and freed with the namespace, after
 * the hooks are gone and a grace period has passed; a table of another size
 * takes its place as dsr_flow_table_migrate() says.
 */
#define DSR_FLOW_WAYS		4
#define DSR_FLOW_CHOICES	4

struct dsr_flow_slot {
	u64 tag;
	u64 value;
};

struct dsr_flow_set {
	struct dsr_flow_slot slot[DSR_FLOW_WAYS];
} __aligned(64);

/* Whom a flow is with, as its first packet had it.  Of a protocol without ports
 * @dport is the protocol.
 */
struct dsr_flow_peer {
	union {
		struct {
			__be32 saddr;
			__be32 daddr;
		} v4;
		struct in6_addr saddr6;
	};
	__be16 sport;
	__be16 dport;
};

/**
 * struct dsr_flow_table - affinity table of one network namespace
 * @nr: number of sets
 * @capacity: how many flows it is meant to hold
 * @set: the sets
 * @peer: one for each slot, in the order of the slots; behind the sets
 * @overflow: how many flows of each set live in others, four sets in a word: 255
 *	      stands for as many or more, and stays; behind the peers
 * @old: while it takes the place of another table, that one: what isn't found
 *	 here may still be there.  Written under config_lock.
 */
struct dsr_flow_table {
	u32 nr;
	u32 capacity;
	struct dsr_flow_set *set;
	struct dsr_flow_peer *peer;
	u32 *overflow;
	struct dsr_flow_table __rcu *old;
};

/* A flow's class gives its timeouts, its phase what the client has shown of
 * itself, which is all that a director sees.  Only a half-open flow may lose its
 * entry to a new one.
 */
enum dsr_flow_class {
	DSR_FLOW_TCP,
	DSR_FLOW_UDP,
	DSR_FLOW_SCTP,
	DSR_FLOW_OTHER,

	DSR_FLOW_CLASSES
};

enum dsr_flow_phase {
	DSR_FLOW_HALF,		/* one packet so far: a SYN, a first datagram */
	DSR_FLOW_OPEN,		/* the client went on */
	DSR_FLOW_CLOSING,	/* FIN seen */
	DSR_FLOW_CLOSED,	/* RST seen */

	DSR_FLOW_PHASES
};

#define DSR_FLOW_STATE(class, phase) ((class) * DSR_FLOW_PHASES + (phase))

/* A flow's state is its class and its phase.  Behind those, what is no flow but
 * kept in the same table.
 */
enum dsr_flow_state {
	/* Where the new flows of a client's network go: seen in a first packet,
	 * or confirmed by a flow that went on.
	 */
	DSR_FLOW_AFFINITY_NEW = DSR_FLOW_CLASSES * DSR_FLOW_PHASES,
	DSR_FLOW_AFFINITY,
	/* Where the fragments of a datagram go; backend 0: to the stack. */
	DSR_FLOW_FRAGMENT,

	DSR_FLOW_STATES
};

static inline enum dsr_flow_class dsr_flow_class_of(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return DSR_FLOW_TCP;
	case IPPROTO_UDP:
		return DSR_FLOW_UDP;
	case IPPROTO_SCTP:
		return DSR_FLOW_SCTP;
	default:
		return DSR_FLOW_OTHER;
	}
}

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
	return DIV_ROUND_UP((u64)seconds * HZ, 1U << DSR_TICK_SHIFT);
}

/* And back, rounded up too. */
static inline u32 dsr_flow_seconds(u32 ticks)
{
	return DIV_ROUND_UP((u64)ticks << DSR_TICK_SHIFT, HZ);
}

static inline u64 dsr_flow_value(u32 backend, unsigned int state, u32 tick)
{
	return (u64)backend << 32 | (u64)state << 24 | tick;
}

static inline u32 dsr_flow_backend(u64 value)
{
	return value >> 32;
}

static inline unsigned int dsr_flow_state(u64 value)
{
	return (value >> 24) & 0xff;
}

/* Of a flow, not of what else there is. */
static inline enum dsr_flow_phase dsr_flow_phase(u64 value)
{
	return dsr_flow_state(value) % DSR_FLOW_PHASES;
}

static inline bool dsr_flow_is_flow(u64 value)
{
	return dsr_flow_state(value) < DSR_FLOW_AFFINITY_NEW;
}

/* How many flows of each state. */
struct dsr_flow_count {
	u32 flows[__DSR_FLOW_SHOW_MAX];
};

/* The state of a value that isn't a fragment's, as it's shown. */
static inline enum dsr_flow_show dsr_flow_show(u64 value)
{
	if (!dsr_flow_is_flow(value))
		return DSR_FLOW_SHOW_AFFINITY;
	return DSR_FLOW_SHOW_NEW + dsr_flow_phase(value);
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
 * struct dsr_flow - a flow found in, or put into, a table
 * @table: the table, which may be the one before
 * @slot: where it is
 * @value: its value when it was read
 */
struct dsr_flow {
	const struct dsr_flow_table *table;
	struct dsr_flow_slot *slot;
	u64 value;
};

/* How willing an entry is to make room: DSR_FLOW_DEAD at once, DSR_FLOW_ORPHAN
 * where nothing is dead, 0 never, and between them the highest first.
 */
#define DSR_FLOW_DEAD	U32_MAX
#define DSR_FLOW_ORPHAN	(DSR_FLOW_DEAD - 1)

/**
 * struct dsr_flow_user - what the table has to ask about the flows in it
 * @rank: how willing an entry of this value is to make room
 * @account: a value was taken out of the table and another put in its place;
 *	     0: none
 * @context: for both
 */
struct dsr_flow_user {
	u32 (*rank)(const void *context, u64 value);
	void (*account)(const void *context, u64 old, u64 value);
	const void *context;
};

enum dsr_flow_insert_result {
	DSR_FLOW_INSERTED,
	DSR_FLOW_REPLACED,	/* inserted over a half-open flow */
	DSR_FLOW_FOUND,		/* another CPU was first: its value counts */
	DSR_FLOW_NO_ROOM,
};

struct dsr_flow_table *dsr_flow_table_create(u32 flows);
void dsr_flow_table_destroy(struct dsr_flow_table *table);
size_t dsr_flow_table_bytes(const struct dsr_flow_table *table);

#define DSR_FLOW_TAG_EMPTY	0ULL	/* no flow's */
#define DSR_FLOW_VALUE_EMPTY	0ULL	/* no flow's, whatever the tag says */
#define DSR_FLOW_VALUE_BUSY	(0xffULL << 24)	/* no flow's state */

static inline u64 dsr_flow_tag(u64 hash)
{
	return hash == DSR_FLOW_TAG_EMPTY ? 1 : hash;
}

/* Of 0 to DSR_FLOW_CHOICES - 1.  In a table of up to 2^16 sets the choices are
 * independent of each other, in a larger one nearly so.
 */
static inline struct dsr_flow_set *
dsr_flow_set(const struct dsr_flow_table *table, u64 tag, unsigned int choice)
{
	return &table->set[reciprocal_scale(ror64(tag, 16 * choice),
					    table->nr)];
}

static inline u64 dsr_flow_slot_tag(const struct dsr_flow_slot *slot)
{
	/* Pairs with the cmpxchg in slot_claim(): behind a new tag there's no
	 * value older than BUSY.
	 */
	return smp_load_acquire(&slot->tag);
}

/* The value that belongs to a slot's tag; DSR_FLOW_VALUE_EMPTY: it has none. */
static inline u64 dsr_flow_slot_read(const struct dsr_flow_slot *slot, u64 tag)
{
	u64 value = READ_ONCE(slot->value);

	/* Pairs with the release in slot_fill(): the next owner's value is seen
	 * only together with its tag.
	 */
	smp_rmb();
	return likely(value != DSR_FLOW_VALUE_BUSY &&
		      READ_ONCE(slot->tag) == tag) ? value :
						     DSR_FLOW_VALUE_EMPTY;
}

/**
 * dsr_flow_look() - look a flow up where it is most likely
 * @table: the table
 * @hash: keyed 64-bit hash of its tuple
 *
 * Inline, as every packet of a flow comes here: 94 of 100 flows are in the first
 * of their sets.  The others, and new ones, are dsr_flow_find()'s.
 *
 * Context: any, under RCU.  Takes no lock and writes nothing.
 * Return: its value, or DSR_FLOW_VALUE_EMPTY.
 */
static __always_inline u64 dsr_flow_look(const struct dsr_flow_table *table,
					 u64 hash)
{
	u64 tag = dsr_flow_tag(hash);
	const struct dsr_flow_slot *slot = dsr_flow_set(table, tag, 0)->slot;
	unsigned int way;

	for (way = 0; way < DSR_FLOW_WAYS; way++)
		if (dsr_flow_slot_tag(&slot[way]) == tag)
			return dsr_flow_slot_read(&slot[way], tag);
	return DSR_FLOW_VALUE_EMPTY;
}

/* Packet path. */
void dsr_flow_expect(const struct dsr_flow_table *table, u64 hash);
bool dsr_flow_find(const struct dsr_flow_table *table, u64 hash,
		   const struct dsr_flow_user *user, struct dsr_flow *flow);
enum dsr_flow_insert_result
dsr_flow_insert(const struct dsr_flow_table *table, u64 hash, u64 value,
		const struct dsr_flow_peer *peer,
		const struct dsr_flow_user *user, bool looked,
		struct dsr_flow *flow);
bool dsr_flow_update(struct dsr_flow *flow, u64 value);
bool dsr_flow_has_room(const struct dsr_flow_table *table, u64 hash,
		       const struct dsr_flow_user *user);

/* All that is in the table, set by set. */
bool dsr_flow_peek(const struct dsr_flow_table *table, u32 set,
		   unsigned int way, struct dsr_flow *flow,
		   struct dsr_flow_peer *peer);
bool dsr_flow_remove(struct dsr_flow *flow);
u32 dsr_flow_table_migrate(const struct dsr_flow_table *table,
			   const struct dsr_flow_table *old,
			   const struct dsr_flow_user *user);

#endif /* _DSR_FLOW_H */
