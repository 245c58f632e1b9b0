// SPDX-License-Identifier: GPL-2.0
/* A flow table with books: for the tests of the table. */
#include <kunit/resource.h>
#include <kunit/test.h>
#include <linux/bottom_half.h>
#include <linux/siphash.h>

#include "flow_ledger.h"

static u32 rank(const void *context, u64 value)
{
	struct ledger *ledger = (struct ledger *)context;

	if (ledger->hook && !ledger->hooked) {
		ledger->hooked = true;
		ledger->hook(ledger, value);
		ledger->hooked = false;
	}
	if (dsr_flow_state(value) == DSR_FLOW_CLOSED)
		return DSR_FLOW_DEAD;
	if (dsr_flow_backend(value) == LEDGER_ORPHAN)
		return DSR_FLOW_ORPHAN;
	if (dsr_flow_state(value) == DSR_FLOW_HALF)
		return dsr_flow_age(value, ledger->now) + 1;
	return 0;
}

static void account(const void *context, u64 old, u64 value)
{
	struct ledger *ledger = (struct ledger *)context;

	ledger->entries += !!value - !!old;
	ledger->sum += value - old;
}

static void destroy(void *table)
{
	dsr_flow_table_destroy(table);
}

/* Freed with the test. */
struct dsr_flow_table *ledger_table(struct kunit *test, u32 flows)
{
	struct dsr_flow_table *table = dsr_flow_table_create(flows);

	KUNIT_ASSERT_NOT_NULL(test, table);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy, table),
			0);
	return table;
}

struct ledger *ledger_create(struct kunit *test, u32 flows)
{
	struct ledger *ledger = kunit_kzalloc(test, sizeof(*ledger),
					      GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ledger);
	ledger->table = ledger_table(test, flows);
	ledger->user.rank = rank;
	ledger->user.account = account;
	ledger->user.context = ledger;
	return ledger;
}

u64 ledger_hash(u32 n)
{
	static const siphash_key_t key = { { 3, 4 } };

	return siphash_1u32(n, &key);
}

static void enter(void)
{
	local_bh_disable();
	rcu_read_lock();
}

static void leave(void)
{
	rcu_read_unlock();
	local_bh_enable();
}

enum dsr_flow_insert_result ledger_insert(struct ledger *ledger, u64 hash,
					  u64 value)
{
	u32 n = dsr_flow_backend(value);
	struct dsr_flow_peer peer = {
		.v4.saddr = htonl(n),
		.sport = htons((u16)~n),
	};
	enum dsr_flow_insert_result result;
	struct dsr_flow flow;

	enter();
	result = dsr_flow_insert(ledger->table, hash, value, &peer,
				 &ledger->user, false, &flow);
	leave();
	return result;
}

enum dsr_flow_insert_result ledger_put(struct ledger *ledger, u32 n,
				       unsigned int state, u32 tick)
{
	ledger->now = tick;
	return ledger_insert(ledger, ledger_hash(n),
			     dsr_flow_value(n, state, tick));
}

bool ledger_find(struct ledger *ledger, u64 hash, struct dsr_flow *flow)
{
	bool found;

	enter();
	found = dsr_flow_find(ledger->table, hash, &ledger->user, flow);
	leave();
	return found;
}

bool ledger_has(struct ledger *ledger, u32 n)
{
	struct dsr_flow flow;

	return ledger_find(ledger, ledger_hash(n), &flow) &&
	       dsr_flow_backend(flow.value) == n;
}

bool ledger_update(struct ledger *ledger, struct dsr_flow *flow, u64 value)
{
	u64 old = flow->value;

	if (!dsr_flow_update(flow, value))
		return false;
	account(ledger, old, value);
	return true;
}

bool ledger_remove(struct ledger *ledger, struct dsr_flow *flow)
{
	if (!dsr_flow_remove(flow))
		return false;
	account(ledger, flow->value, 0);
	return true;
}

/* A set's count of overflow. */
static u32 overflow(const struct dsr_flow_table *table, u32 set)
{
	return table->overflow[set / 4] >> 8 * (set % 4) & 0xff;
}

static void count(struct kunit *test, const struct dsr_flow_table *table,
		  u32 *entries, u64 *sum)
{
	u32 *away = kvcalloc(table->nr, sizeof(*away), GFP_KERNEL);
	struct dsr_flow flow;
	unsigned int way;
	u32 set, first;

	KUNIT_ASSERT_NOT_NULL(test, away);
	for (set = 0; set < table->nr; set++)
		for (way = 0; way < DSR_FLOW_WAYS; way++) {
			if (!dsr_flow_peek(table, set, way, &flow, NULL))
				continue;
			++*entries;
			*sum += flow.value;
			first = dsr_flow_set(table, flow.slot->tag, 0) -
				table->set;
			away[first] += first != set;
		}
	for (set = 0; set < table->nr; set++)
		KUNIT_EXPECT_EQ(test, overflow(table, set), away[set]);
	kvfree(away);
}

void ledger_audit(struct kunit *test, struct ledger *ledger)
{
	const struct dsr_flow_table *old;
	u32 entries = 0;
	u64 sum = 0;

	count(test, ledger->table, &entries, &sum);
	old = rcu_dereference_protected(ledger->table->old, true);
	if (old)
		count(test, old, &entries, &sum);
	KUNIT_EXPECT_EQ(test, ledger->entries, entries);
	KUNIT_EXPECT_EQ(test, ledger->sum, sum);
}
