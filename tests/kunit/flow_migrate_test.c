// SPDX-License-Identifier: GPL-2.0
/* A flow table takes the place of another: kmod/flow.c, which flow_test.c
 * includes.
 */
#include <kunit/test.h>

#include "flow_ledger.h"

/* Puts flows 1 to @nr into a table, and then a new table in its place. */
static struct dsr_flow_table *replace(struct kunit *test,
				      struct ledger *ledger, u32 nr, u32 flows)
{
	struct dsr_flow_table *old = ledger->table;
	u32 n;

	for (n = 1; n <= nr; n++)
		KUNIT_ASSERT_EQ(test, ledger_put(ledger, n, DSR_FLOW_OPEN, n),
				DSR_FLOW_INSERTED);
	ledger->table = ledger_table(test, flows);
	RCU_INIT_POINTER(ledger->table->old, old);
	return old;
}

static u32 migrate(struct ledger *ledger, struct dsr_flow_table *old)
{
	u32 lost = dsr_flow_table_migrate(ledger->table, old, &ledger->user);

	RCU_INIT_POINTER(ledger->table->old, NULL);
	return lost;
}

static u32 entries(const struct dsr_flow_table *table)
{
	struct dsr_flow flow;
	u32 set, count = 0;
	unsigned int way;

	for (set = 0; set < table->nr; set++)
		for (way = 0; way < DSR_FLOW_WAYS; way++)
			count += dsr_flow_peek(table, set, way, &flow, NULL);
	return count;
}

/* All there, with their values and peers, and none of them twice. */
static void expect_all(struct kunit *test, struct ledger *ledger, u32 nr)
{
	struct dsr_flow flow;
	u32 n;

	for (n = 1; n <= nr; n++) {
		KUNIT_ASSERT_TRUE(test, ledger_find(ledger, ledger_hash(n),
						    &flow));
		KUNIT_ASSERT_EQ(test, flow.value,
				dsr_flow_value(n, DSR_FLOW_OPEN, n));
	}
	KUNIT_EXPECT_EQ(test, ledger->entries, nr);
	KUNIT_EXPECT_EQ(test, entries(ledger->table), nr);
	ledger_audit(test, ledger);
}

static void expect_peers(struct kunit *test, struct ledger *ledger)
{
	struct dsr_flow_peer peer;
	struct dsr_flow flow;
	unsigned int way;
	u32 set, n;

	for (set = 0; set < ledger->table->nr; set++)
		for (way = 0; way < DSR_FLOW_WAYS; way++) {
			if (!dsr_flow_peek(ledger->table, set, way, &flow,
					   &peer))
				continue;
			n = dsr_flow_backend(flow.value);
			KUNIT_ASSERT_EQ(test, ntohl(peer.v4.saddr), n);
			KUNIT_ASSERT_EQ(test, ntohs(peer.sport), (u16)~n);
		}
}

static const struct resize {
	const char *name;
	u32 from;
	u32 to;
	u32 flows;
} resizes[] = {
	{ "larger", 2048, 9000, 1800 },
	{ "smaller", 9000, 2048, 1500 },
	{ "other", 2048, 2047, 1500 },
};

KUNIT_ARRAY_PARAM_DESC(resizes, resizes, name);

static void every_flow_moves(struct kunit *test)
{
	const struct resize *size = test->param_value;
	struct ledger *ledger = ledger_create(test, size->from);
	struct dsr_flow_table *old;

	old = replace(test, ledger, size->flows, size->to);
	KUNIT_EXPECT_EQ(test, migrate(ledger, old), 0);
	KUNIT_EXPECT_EQ(test, entries(old), 0);
	expect_all(test, ledger, size->flows);
	expect_peers(test, ledger);
}

/* Before anything has moved, packets find their flows, which come along. */
static void flow_moves_when_it_is_looked_up(struct kunit *test)
{
	const struct resize *size = test->param_value;
	struct ledger *ledger = ledger_create(test, size->from);
	struct dsr_flow_table *old;
	u32 n;

	old = replace(test, ledger, size->flows, size->to);
	for (n = 1; n <= size->flows; n += 2)
		KUNIT_ASSERT_TRUE(test, ledger_has(ledger, n));
	KUNIT_EXPECT_EQ(test, entries(ledger->table), size->flows / 2);
	KUNIT_EXPECT_EQ(test, entries(old), size->flows / 2);
	ledger_audit(test, ledger);
	KUNIT_EXPECT_FALSE(test, ledger_has(ledger, size->flows + 1));

	KUNIT_EXPECT_EQ(test, migrate(ledger, old), 0);
	expect_all(test, ledger, size->flows);
	expect_peers(test, ledger);
}

/* In the middle of it packets look for flows that have moved and for such that
 * haven't, for the one that is just being moved above all.
 */
static void look_around(struct ledger *ledger, u64 value)
{
	static const u32 steps[] = { 0, 1, 100, 701 };
	u32 n = dsr_flow_backend(value), i, other;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		other = (n + steps[i] - 1) % 1500 + 1;
		ledger->other += !ledger_has(ledger, other);
	}
}

static void every_flow_is_found_meanwhile(struct kunit *test)
{
	const struct resize *size = test->param_value;
	struct ledger *ledger = ledger_create(test, size->from);
	struct dsr_flow_table *old;

	old = replace(test, ledger, size->flows, size->to);
	ledger->hook = look_around;
	KUNIT_EXPECT_EQ(test, migrate(ledger, old), 0);
	ledger->hook = NULL;
	KUNIT_EXPECT_EQ(test, ledger->other, 0);
	KUNIT_EXPECT_EQ(test, entries(old), 0);
	expect_all(test, ledger, size->flows);
}

/* A packet that found its flow in the old table writes there at the last
 * moment.
 */
static void write_there(struct ledger *ledger, u64 value)
{
	struct dsr_flow_table *table = ledger->table;
	struct dsr_flow flow;
	u64 closing;

	if (dsr_flow_state(value) != DSR_FLOW_OPEN)
		return;
	closing = dsr_flow_value(dsr_flow_backend(value), DSR_FLOW_CLOSING,
				 (u32)value & DSR_TICK_MASK);
	ledger->table = rcu_dereference_protected(table->old, true);
	if (ledger_find(ledger, ledger_hash(dsr_flow_backend(value)), &flow) &&
	    ledger_update(ledger, &flow, closing))
		ledger->other++;
	ledger->table = table;
}

static void late_write_leaves_nothing_behind(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, 2048);
	struct dsr_flow_table *old = replace(test, ledger, 1000, 4096);
	u32 n;

	ledger->hook = write_there;
	KUNIT_EXPECT_EQ(test, migrate(ledger, old), 0);
	ledger->hook = NULL;
	KUNIT_EXPECT_GT(test, ledger->other, 900);
	KUNIT_EXPECT_EQ(test, entries(old), 0);
	for (n = 1; n <= 1000; n++)
		KUNIT_ASSERT_TRUE(test, ledger_has(ledger, n));
	KUNIT_EXPECT_EQ(test, ledger->entries, 1000);
	ledger_audit(test, ledger);
}

/* What is dead, and what there's no room for, is gone, and in no account. */
static void what_does_not_move_is_not_accounted(struct kunit *test)
{
	struct ledger *ledger = ledger_create(test, 8192);
	struct dsr_flow_table *old;
	u32 n, lost, slots, there = 0;

	for (n = 10001; n <= 11000; n++)
		ledger_put(ledger, n, DSR_FLOW_CLOSED, 1);
	old = replace(test, ledger, 4096, 1024);
	lost = migrate(ledger, old);

	slots = ledger->table->nr * DSR_FLOW_WAYS;
	KUNIT_EXPECT_GE(test, lost, 4096 - slots);
	KUNIT_EXPECT_LT(test, lost, 4096 - 1024);
	for (n = 1; n <= 4096; n++)
		there += ledger_has(ledger, n);
	KUNIT_EXPECT_EQ(test, there, 4096 - lost);
	for (n = 10001; n <= 11000; n++)
		KUNIT_ASSERT_FALSE(test, ledger_has(ledger, n));
	KUNIT_EXPECT_EQ(test, entries(old), 0);
	ledger_audit(test, ledger);
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(every_flow_moves, resizes_gen_params),
	KUNIT_CASE_PARAM(flow_moves_when_it_is_looked_up, resizes_gen_params),
	KUNIT_CASE_PARAM(every_flow_is_found_meanwhile, resizes_gen_params),
	KUNIT_CASE(late_write_leaves_nothing_behind),
	KUNIT_CASE(what_does_not_move_is_not_accounted),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_flow_migrate",
	.test_cases = cases,
};

kunit_test_suite(suite);
