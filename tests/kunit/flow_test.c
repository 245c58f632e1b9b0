// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>
#include <linux/siphash.h>

#include "kmod/flow.c"
#include "flow_ledger.h"

#define FLOWS 1024U

static void layout_is_a_line_a_set(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, sizeof(struct dsr_flow_slot), 16);
	KUNIT_EXPECT_EQ(test, sizeof(struct dsr_flow_set), 64);
	KUNIT_EXPECT_EQ(test, sizeof(struct dsr_flow_peer), 20);
}

static void flow_takes_64_bytes(struct kunit *test)
{
	static const u32 sizes[] = { DSR_FLOWS_MIN, 1025, 5000, 1U << 20 };
	struct dsr_flow_table *table;
	int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		table = dsr_flow_table_create(sizes[i]);
		KUNIT_ASSERT_NOT_NULL(test, table);
		KUNIT_EXPECT_EQ(test, table->capacity, sizes[i]);
		KUNIT_EXPECT_LE(test, dsr_flow_table_bytes(table),
				64UL * sizes[i]);
		KUNIT_EXPECT_GE(test, table->nr * DSR_FLOW_WAYS,
				sizes[i] + sizes[i] / 2);
		KUNIT_EXPECT_EQ(test, (unsigned long)table->set % 64, 0);
		dsr_flow_table_destroy(table);
	}
	dsr_flow_table_destroy(NULL);
	/* No number overflows in the largest, which isn't made here, and the
	 * kernel allocates no more than INT_MAX at once.
	 */
	KUNIT_EXPECT_LT(test, (u64)DSR_FLOWS_MAX * SLOTS, (u64)U32_MAX);
	KUNIT_EXPECT_LT(test, table_bytes(DSR_FLOWS_MAX / 16 * SLOTS),
			(size_t)INT_MAX);
}

static void value_keeps_its_parts(struct kunit *test)
{
	u64 value = dsr_flow_value(U32_MAX, DSR_FLOW_CLOSED, DSR_TICK_MASK);

	KUNIT_EXPECT_EQ(test, dsr_flow_backend(value), U32_MAX);
	KUNIT_EXPECT_EQ(test, dsr_flow_state(value), DSR_FLOW_CLOSED);
	KUNIT_EXPECT_EQ(test, dsr_flow_age(value, DSR_TICK_MASK), 0);
	/* Time goes round, and another CPU's may be a little ahead. */
	KUNIT_EXPECT_EQ(test, dsr_flow_age(value, 4), 5);
	KUNIT_EXPECT_EQ(test, dsr_flow_age(value, DSR_TICK_MASK - 1), 0);
}

/* A state is a class and a phase and can be taken apart again; none of them is
 * the value of an empty or a busy slot.
 */
static void states_are_apart(struct kunit *test)
{
	unsigned int class, phase, state;
	u64 value;

	for (class = 0; class < DSR_FLOW_CLASSES; class++)
		for (phase = 0; phase < DSR_FLOW_PHASES; phase++) {
			value = dsr_flow_value(1, DSR_FLOW_STATE(class, phase),
					       2);
			KUNIT_EXPECT_TRUE(test, dsr_flow_is_flow(value));
			KUNIT_EXPECT_EQ(test, dsr_flow_phase(value), phase);
			KUNIT_EXPECT_EQ(test, dsr_flow_state(value) /
					DSR_FLOW_PHASES, class);
		}
	for (state = DSR_FLOW_AFFINITY_NEW; state < DSR_FLOW_STATES; state++)
		KUNIT_EXPECT_FALSE(test,
				   dsr_flow_is_flow(dsr_flow_value(1, state,
								   2)));
	KUNIT_EXPECT_LT(test, DSR_FLOW_STATES, dsr_flow_state(DSR_FLOW_VALUE_BUSY));
	/* A fragment that the stack gets is of no backend and yet a value. */
	KUNIT_EXPECT_NE(test, dsr_flow_value(0, DSR_FLOW_FRAGMENT, 0),
			DSR_FLOW_VALUE_EMPTY);
}

static void seconds_become_ticks(struct kunit *test)
{
	u32 ticks = dsr_flow_ticks(900);

	KUNIT_EXPECT_GE(test, (u64)ticks << DSR_TICK_SHIFT, 900ULL * HZ);
	KUNIT_EXPECT_LT(test, (u64)(ticks - 1) << DSR_TICK_SHIFT, 900ULL * HZ);
	KUNIT_EXPECT_LT(test, ticks, DSR_TICK_MASK / 2);
	KUNIT_EXPECT_LT(test, dsr_flow_ticks(DSR_TIMEOUT_MAX),
			DSR_TICK_MASK - DSR_TICK_MASK / 8);
	KUNIT_EXPECT_GE(test, dsr_flow_seconds(ticks), 900);
	KUNIT_EXPECT_LE(test, dsr_flow_seconds(ticks), 901);
}

static void inserted_flow_is_found(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, FLOWS);
	struct dsr_flow flow;

	KUNIT_EXPECT_FALSE(test, ledger_has(ledger, 7));
	KUNIT_EXPECT_EQ(test, ledger_put(ledger, 7, DSR_FLOW_OPEN, 1),
			DSR_FLOW_INSERTED);
	KUNIT_EXPECT_TRUE(test, ledger_has(ledger, 7));
	KUNIT_EXPECT_FALSE(test, ledger_has(ledger, 8));

	/* The tag that means something else. */
	KUNIT_EXPECT_FALSE(test, ledger_find(ledger, DSR_FLOW_TAG_EMPTY, &flow));
	KUNIT_EXPECT_EQ(test, ledger_insert(ledger, DSR_FLOW_TAG_EMPTY, 5),
			DSR_FLOW_INSERTED);
	KUNIT_EXPECT_TRUE(test, ledger_find(ledger, DSR_FLOW_TAG_EMPTY, &flow));
	KUNIT_EXPECT_EQ(test, flow.value, 5);
	ledger_audit(test, ledger);
}

static void second_insert_yields_to_the_first(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, FLOWS);
	struct dsr_flow flow;

	ledger_put(ledger, 7, DSR_FLOW_OPEN, 1);
	KUNIT_EXPECT_EQ(test, ledger_insert(ledger, ledger_hash(7), 99),
			DSR_FLOW_FOUND);
	KUNIT_ASSERT_TRUE(test, ledger_find(ledger, ledger_hash(7), &flow));
	KUNIT_EXPECT_EQ(test, dsr_flow_backend(flow.value), 7);
	KUNIT_EXPECT_EQ(test, ledger->entries, 1);
	ledger_audit(test, ledger);
}

static void update_changes_only_what_it_read(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, FLOWS);
	struct dsr_flow flow, stale;

	ledger_put(ledger, 7, DSR_FLOW_HALF, 1);
	KUNIT_ASSERT_TRUE(test, ledger_find(ledger, ledger_hash(7), &flow));
	stale = flow;
	KUNIT_EXPECT_TRUE(test, ledger_update(ledger, &flow, 42));
	KUNIT_EXPECT_EQ(test, flow.value, 42);
	KUNIT_EXPECT_FALSE(test, ledger_update(ledger, &stale, 43));
	KUNIT_EXPECT_FALSE(test, ledger_remove(ledger, &stale));
	KUNIT_ASSERT_TRUE(test, ledger_find(ledger, ledger_hash(7), &flow));
	KUNIT_EXPECT_EQ(test, flow.value, 42);
	ledger_audit(test, ledger);
}

/* Whether the first of its sets has a flow. */
static bool in_first_set(const struct dsr_flow_table *table, u64 hash)
{
	struct dsr_flow flow;

	return set_find(table, dsr_flow_set(table, dsr_flow_tag(hash), 0),
			dsr_flow_tag(hash), &flow);
}

static u64 look(struct ledger *ledger, u64 hash)
{
	u64 value;

	rcu_read_lock();
	value = dsr_flow_look(ledger->table, hash);
	rcu_read_unlock();
	return value;
}

/* A quick look is as good as a whole one, for those in their first sets. */
static void look_finds_in_the_first_set(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, FLOWS);
	struct dsr_flow flow;
	u32 n, seen = 0;
	u64 value;

	for (n = 1; n <= FLOWS; n++)
		ledger_put(ledger, n, DSR_FLOW_OPEN, n);
	for (n = 1; n <= FLOWS; n++) {
		value = look(ledger, ledger_hash(n));
		if (!in_first_set(ledger->table, ledger_hash(n))) {
			KUNIT_EXPECT_EQ(test, value, DSR_FLOW_VALUE_EMPTY);
			continue;
		}
		seen++;
		KUNIT_EXPECT_EQ(test, value,
				dsr_flow_value(n, DSR_FLOW_OPEN, n));
		KUNIT_ASSERT_TRUE(test, ledger_find(ledger, ledger_hash(n),
						    &flow));
		ledger_remove(ledger, &flow);
		KUNIT_EXPECT_EQ(test, look(ledger, ledger_hash(n)),
				DSR_FLOW_VALUE_EMPTY);
	}
	KUNIT_EXPECT_GT(test, seen, FLOWS / 10 * 9);
	KUNIT_EXPECT_EQ(test, look(ledger, DSR_FLOW_TAG_EMPTY),
			DSR_FLOW_VALUE_EMPTY);
}

static void removed_flow_is_gone(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, FLOWS);
	struct dsr_flow flow, again;

	ledger_put(ledger, 7, DSR_FLOW_OPEN, 1);
	ledger_put(ledger, 8, DSR_FLOW_OPEN, 1);
	KUNIT_ASSERT_TRUE(test, ledger_find(ledger, ledger_hash(7), &flow));
	again = flow;
	KUNIT_EXPECT_TRUE(test, ledger_remove(ledger, &flow));
	KUNIT_EXPECT_FALSE(test, ledger_remove(ledger, &again));
	KUNIT_EXPECT_FALSE(test, ledger_update(ledger, &again, 42));
	KUNIT_EXPECT_FALSE(test, ledger_has(ledger, 7));
	KUNIT_EXPECT_TRUE(test, ledger_has(ledger, 8));
	KUNIT_EXPECT_EQ(test, ledger_put(ledger, 7, DSR_FLOW_HALF, 2),
			DSR_FLOW_INSERTED);
	KUNIT_EXPECT_TRUE(test, ledger_has(ledger, 7));
	ledger_audit(test, ledger);
}

/* What flow.h promises: all but two of ten thousand, 94 of 100 in the first of
 * their sets.
 */
static void holds_what_it_is_made_for(struct kunit *test)
{
	const u32 nr = 100000;
	struct ledger *ledger = ledger_create(test, nr);
	u32 n, refused = 0, missing = 0, first = 0;

	for (n = 0; n < nr; n++)
		refused += ledger_put(ledger, n, DSR_FLOW_OPEN, 1) !=
			   DSR_FLOW_INSERTED;
	for (n = 0; n < nr; n++) {
		missing += !ledger_has(ledger, n);
		first += in_first_set(ledger->table, ledger_hash(n));
	}
	kunit_info(test, "%u of %u unstored, %u in their first set\n",
		   refused, nr, first);
	KUNIT_EXPECT_LE(test, refused, nr * 3 / 10000);
	KUNIT_EXPECT_EQ(test, missing, refused);
	KUNIT_EXPECT_GE(test, first, nr / 100 * 93);
	ledger_audit(test, ledger);
}

/* All that was put in, and nothing else, each once, with whom it's with. */
static void peek_shows_all(struct kunit *test)
{
	const u32 nr = FLOWS / 4 * 3;
	struct ledger *ledger = ledger_create(test, FLOWS);
	u8 *seen = kunit_kzalloc(test, nr, GFP_KERNEL);
	struct dsr_flow_peer peer;
	struct dsr_flow flow;
	unsigned int way;
	u32 set, n;

	KUNIT_ASSERT_NOT_NULL(test, seen);
	for (n = 0; n < nr; n++)
		KUNIT_ASSERT_EQ(test, ledger_put(ledger, n, DSR_FLOW_OPEN, 1),
				DSR_FLOW_INSERTED);
	for (set = 0; set < ledger->table->nr; set++)
		for (way = 0; way < DSR_FLOW_WAYS; way++) {
			if (!dsr_flow_peek(ledger->table, set, way, &flow,
					   &peer))
				continue;
			n = dsr_flow_backend(flow.value);
			KUNIT_ASSERT_LT(test, n, nr);
			KUNIT_EXPECT_EQ(test, seen[n]++, 0);
			KUNIT_EXPECT_EQ(test, ntohl(peer.v4.saddr), n);
			KUNIT_EXPECT_EQ(test, ntohs(peer.sport), (u16)~n);
			KUNIT_EXPECT_EQ(test, flow.value,
					dsr_flow_value(n, DSR_FLOW_OPEN, 1));
		}
	KUNIT_EXPECT_PTR_EQ(test, memchr_inv(seen, 1, nr), NULL);
}

/* A flood of half-open flows, twenty times what there is room for. */
static void flood_leaves_open_flows_alone(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, FLOWS);
	u32 n, replaced = 0;

	for (n = 0; n < FLOWS / 2; n++)
		KUNIT_ASSERT_EQ(test, ledger_put(ledger, n, DSR_FLOW_OPEN, 1),
				DSR_FLOW_INSERTED);
	for (n = FLOWS; n < FLOWS * 21; n++)
		replaced += ledger_put(ledger, n, DSR_FLOW_HALF, 2 + n) ==
			    DSR_FLOW_REPLACED;
	KUNIT_EXPECT_GT(test, replaced, FLOWS * 15);
	for (n = 0; n < FLOWS / 2; n++)
		KUNIT_ASSERT_TRUE(test, ledger_has(ledger, n));
	ledger_audit(test, ledger);
}

/* Between the look at an entry and the claim on it, its client goes on. */
static void wake(struct ledger *ledger, u64 value)
{
	u64 open = dsr_flow_value(dsr_flow_backend(value), DSR_FLOW_OPEN, 1);
	struct dsr_flow flow;

	if (dsr_flow_state(value) == DSR_FLOW_HALF &&
	    ledger_find(ledger, ledger_hash(dsr_flow_backend(value)), &flow))
		ledger_update(ledger, &flow, open);
}

static void flow_that_wakes_is_not_taken(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, FLOWS);
	u32 n, there = 0, left = 0;

	for (n = 1; n < FLOWS * 4; n++)
		ledger_put(ledger, n, DSR_FLOW_HALF, 1);
	for (n = 1; n < FLOWS * 4; n++)
		there += ledger_has(ledger, n);
	ledger->hook = wake;
	for (n = FLOWS * 8; n < FLOWS * 12; n++)
		ledger_put(ledger, n, DSR_FLOW_OPEN, 1);
	for (n = 1; n < FLOWS * 4; n++)
		left += ledger_has(ledger, n);
	KUNIT_EXPECT_GT(test, there, FLOWS);
	KUNIT_EXPECT_EQ(test, left, there);
	ledger_audit(test, ledger);
}

static bool room(struct ledger *ledger, u32 n)
{
	bool room;

	rcu_read_lock();
	room = dsr_flow_has_room(ledger->table, ledger_hash(n), &ledger->user);
	rcu_read_unlock();
	return room;
}

static void full_of_open_flows_has_no_room(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, FLOWS);
	u32 n, refused = 0, told = 0, slots = ledger->table->nr * DSR_FLOW_WAYS;

	for (n = 0; n < FLOWS * 8; n++) {
		told += !room(ledger, n);
		refused += ledger_put(ledger, n, DSR_FLOW_OPEN, 1) ==
			   DSR_FLOW_NO_ROOM;
		KUNIT_ASSERT_EQ(test, told, refused);
	}
	KUNIT_EXPECT_GE(test, refused, FLOWS * 8 - slots);
	KUNIT_EXPECT_EQ(test, ledger->entries, FLOWS * 8 - refused);
	ledger_audit(test, ledger);
}

/* Hashes that all have the same four sets, each of them another one. */
static u64 crowd(const struct dsr_flow_table *table, u32 n)
{
	u64 hash = 0;
	u64 part;
	int i;

	for (i = 0; i < 4; i++) {
		part = ((20 * i + 10) * 65536ULL + 32768) / table->nr;
		hash |= part << (16 * i);
	}
	return hash + n;
}

/* All sixteen slots of the crowd taken, by open flows. */
static struct ledger *crowded(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, FLOWS);
	const struct dsr_flow_table *table = ledger->table;
	int n, choice;

	for (n = 0; n < 24; n++)
		for (choice = 0; choice < DSR_FLOW_CHOICES; choice++)
			KUNIT_ASSERT_PTR_EQ(test,
					    dsr_flow_set(table, crowd(table, n),
							 choice),
					    dsr_flow_set(table, crowd(table, 0),
							 choice));
	for (n = 0; n < 16; n++)
		KUNIT_ASSERT_EQ(test,
				ledger_insert(ledger, crowd(table, n),
					      dsr_flow_value(n + 1,
							     DSR_FLOW_OPEN,
							     1)),
				DSR_FLOW_INSERTED);
	return ledger;
}

/* Gives the @n-th of the crowd another value; 0: removes it. */
static void become(struct kunit *test, struct ledger *ledger, u32 n, u64 value)
{
	struct dsr_flow flow;

	KUNIT_ASSERT_TRUE(test, ledger_find(ledger, crowd(ledger->table, n),
					    &flow));
	KUNIT_ASSERT_TRUE(test, value ? ledger_update(ledger, &flow, value) :
					ledger_remove(ledger, &flow));
}

/* One more flow, that is to take the place of the @n-th of the crowd. */
static void expect_takes(struct kunit *test, struct ledger *ledger, u32 more,
			 enum dsr_flow_insert_result how, u32 n)
{
	u64 hash = crowd(ledger->table, more);
	struct dsr_flow flow;

	KUNIT_EXPECT_EQ(test,
			ledger_insert(ledger, hash,
				      dsr_flow_value(more + 1, DSR_FLOW_OPEN,
						     1)), how);
	KUNIT_EXPECT_TRUE(test, ledger_find(ledger, hash, &flow));
	KUNIT_EXPECT_FALSE(test, ledger_find(ledger, crowd(ledger->table, n),
					     &flow));
	ledger_audit(test, ledger);
}

/* A count of overflow that can't go on stays, and hides no flow. */
static void overflow_that_is_lost_count_of_stays(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, FLOWS);
	const struct dsr_flow_table *table = ledger->table;
	u32 set;
	int n;

	for (set = 4; set < 8; set++) {
		for (n = 0; n < 300; n++) {
			KUNIT_EXPECT_EQ(test, overflow(table, set),
					min(n, OVERFLOW_MAX));
			overflow_add(table, set, 1);
		}
		overflow_add(table, set, -1);
	}
	for (set = 0; set < 16; set++)
		KUNIT_EXPECT_EQ(test, overflow(table, set),
				set / 4 == 1 ? OVERFLOW_MAX : 0);
	for (n = 0; n < 3; n++)
		overflow_add(table, 9, 1);
	overflow_add(table, 9, -1);
	KUNIT_EXPECT_EQ(test, overflow(table, 9), 2);
	KUNIT_EXPECT_EQ(test, overflow(table, 8) + overflow(table, 10), 0);
}

/* While none of a set's flows is away, a flow is looked for in that set alone:
 * one that is put into another set behind the table's back is not found.
 */
static void without_overflow_one_set_is_looked_at(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, FLOWS);
	const struct dsr_flow_table *table = ledger->table;
	u64 hash = ledger_hash(7);
	struct dsr_flow_slot *slot = dsr_flow_set(table, hash, 1)->slot;
	u32 first = first_set(table, hash);

	KUNIT_ASSERT_PTR_NE(test, dsr_flow_set(table, hash, 1),
			    dsr_flow_set(table, hash, 0));
	slot->tag = hash;
	slot->value = dsr_flow_value(7, DSR_FLOW_OPEN, 1);
	KUNIT_EXPECT_FALSE(test, ledger_has(ledger, 7));
	overflow_add(table, first, 1);
	KUNIT_EXPECT_TRUE(test, ledger_has(ledger, 7));
}

/* Wherever they lie: what is empty or dead goes first, orphans next, half-open
 * flows last, the oldest first.
 */
static void victims_are_taken_in_order(struct kunit *test)
{
	struct ledger *ledger = crowded(test);
	struct dsr_flow flow;

	ledger->now = 100;
	KUNIT_EXPECT_EQ(test, ledger_insert(ledger, crowd(ledger->table, 16),
					    17), DSR_FLOW_NO_ROOM);

	become(test, ledger, 0, dsr_flow_value(1, DSR_FLOW_HALF, 50));
	become(test, ledger, 1, dsr_flow_value(LEDGER_ORPHAN, DSR_FLOW_OPEN,
					       99));
	become(test, ledger, 6, dsr_flow_value(7, DSR_FLOW_HALF, 20));
	become(test, ledger, 12, 0);
	become(test, ledger, 15, dsr_flow_value(16, DSR_FLOW_CLOSED, 100));

	expect_takes(test, ledger, 16, DSR_FLOW_INSERTED, 12);
	expect_takes(test, ledger, 17, DSR_FLOW_INSERTED, 15);
	expect_takes(test, ledger, 18, DSR_FLOW_INSERTED, 1);
	expect_takes(test, ledger, 19, DSR_FLOW_REPLACED, 6);
	expect_takes(test, ledger, 20, DSR_FLOW_REPLACED, 0);
	KUNIT_EXPECT_EQ(test, ledger_insert(ledger, crowd(ledger->table, 21),
					    22), DSR_FLOW_NO_ROOM);
	KUNIT_EXPECT_FALSE(test, ledger_find(ledger, crowd(ledger->table, 21),
					     &flow));
	KUNIT_EXPECT_EQ(test, ledger->entries, 16);
}

/* A flow stays where it is when a set before its own gets room. */
static void room_in_front_moves_nothing(struct kunit *test)
{
	struct ledger *ledger = crowded(test);
	struct dsr_flow flow;

	become(test, ledger, 0, 0);
	KUNIT_EXPECT_EQ(test, ledger_insert(ledger, crowd(ledger->table, 15),
					    99), DSR_FLOW_FOUND);
	KUNIT_ASSERT_TRUE(test, ledger_find(ledger, crowd(ledger->table, 15),
					    &flow));
	KUNIT_EXPECT_EQ(test, dsr_flow_backend(flow.value), 16);
	KUNIT_EXPECT_EQ(test, ledger->entries, 15);
	ledger_audit(test, ledger);
}

/* While one CPU judges what to replace, another inserts the same flow. */
static void insert_the_same(struct ledger *ledger, u64 value)
{
	ledger->hook = NULL;
	ledger->other = ledger_insert(ledger, crowd(ledger->table, 16),
				      dsr_flow_value(1000, DSR_FLOW_HALF, 1));
}

static void race(struct kunit *test, struct ledger *ledger, u32 entries)
{
	u64 hash = crowd(ledger->table, 16);
	struct dsr_flow flow;

	ledger->hook = insert_the_same;
	KUNIT_EXPECT_EQ(test,
			ledger_insert(ledger, hash,
				      dsr_flow_value(2000, DSR_FLOW_HALF, 1)),
			DSR_FLOW_FOUND);
	KUNIT_EXPECT_NULL(test, ledger->hook);
	KUNIT_EXPECT_EQ(test, ledger->other, DSR_FLOW_INSERTED);
	KUNIT_ASSERT_TRUE(test, ledger_find(ledger, hash, &flow));
	KUNIT_EXPECT_EQ(test, dsr_flow_backend(flow.value), 1000);
	/* The loser's is out again. */
	KUNIT_EXPECT_EQ(test, ledger->entries, entries);
	ledger_audit(test, ledger);
}

/* The winner took the slot that the loser wanted, which had an entry that is
 * over; then an empty one before that, so that both are in the table for a
 * moment.
 */
static void loser_of_a_race_leaves_nothing(struct kunit *test)
{
	struct ledger *ledger = crowded(test);

	become(test, ledger, 0, dsr_flow_value(1, DSR_FLOW_CLOSED, 1));
	race(test, ledger, 16);

	ledger = crowded(test);
	become(test, ledger, 1, 0);
	become(test, ledger, 2, 0);
	race(test, ledger, 15);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(layout_is_a_line_a_set),
	KUNIT_CASE(flow_takes_64_bytes),
	KUNIT_CASE(value_keeps_its_parts),
	KUNIT_CASE(states_are_apart),
	KUNIT_CASE(seconds_become_ticks),
	KUNIT_CASE(inserted_flow_is_found),
	KUNIT_CASE(second_insert_yields_to_the_first),
	KUNIT_CASE(update_changes_only_what_it_read),
	KUNIT_CASE(look_finds_in_the_first_set),
	KUNIT_CASE(removed_flow_is_gone),
	KUNIT_CASE(holds_what_it_is_made_for),
	KUNIT_CASE(peek_shows_all),
	KUNIT_CASE(flood_leaves_open_flows_alone),
	KUNIT_CASE(flow_that_wakes_is_not_taken),
	KUNIT_CASE(full_of_open_flows_has_no_room),
	KUNIT_CASE(overflow_that_is_lost_count_of_stays),
	KUNIT_CASE(without_overflow_one_set_is_looked_at),
	KUNIT_CASE(victims_are_taken_in_order),
	KUNIT_CASE(room_in_front_moves_nothing),
	KUNIT_CASE(loser_of_a_race_leaves_nothing),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_flow",
	.test_cases = cases,
};

kunit_test_suite(suite);
