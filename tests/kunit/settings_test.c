// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "kmod/settings.c"
#include "fake_net.h"

static int resize(struct dsr_net *dn, u32 flows)
{
	int err;

	mutex_lock(&dn->config_lock);
	err = dsr_settings_flows(dn, flows, NULL);
	mutex_unlock(&dn->config_lock);
	return err;
}

static void put(struct dsr_net *dn, u32 n, u64 value)
{
	static const struct dsr_flow_peer nobody;
	struct dsr_flow flow;

	local_bh_disable();
	rcu_read_lock();
	dsr_flow_insert(rcu_dereference(dn->flows), n * GOLDEN_RATIO_64, value,
			&nobody, &dn->flow_user, false, &flow);
	rcu_read_unlock();
	local_bh_enable();
}

/* A bit of a value's tick: its flip is a time far away, either way. */
#define EXPIRED	BIT_ULL(22)

/* Those last seen at @tick have not been seen for very long. */
static void expire(struct dsr_net *dn, u32 tick)
{
	const struct dsr_flow_table *table;
	struct dsr_flow flow;
	unsigned int way;
	u32 set;

	rcu_read_lock();
	table = rcu_dereference(dn->flows);
	for (set = 0; set < table->nr; set++)
		for (way = 0; way < DSR_FLOW_WAYS; way++)
			if (dsr_flow_peek(table, set, way, &flow, NULL) &&
			    (u32)(flow.value & DSR_TICK_MASK) == tick)
				dsr_track_update(dn, &flow,
						 flow.value ^ EXPIRED);
	rcu_read_unlock();
}

/* Flows of the backend: @nr that live, and @expired that nobody has swept. */
static struct dsr_backend *with_flows(struct kunit *test, u32 nr, u32 expired)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *svc = fake_service(test, dn, 1, &dsr_sched_maglev);
	struct dsr_backend *be = fake_backend(test, svc, 1, 1);
	u32 now = dsr_flow_tick(), n;

	for (n = 1; n <= nr + expired; n++)
		put(dn, n, dsr_flow_value(be->id, DSR_FLOW_OPEN,
					  n <= nr ? now - 1 : now));
	expire(dn, now);
	KUNIT_ASSERT_EQ(test, dsr_backend_active(be), nr + expired);
	return be;
}

static u32 capacity(struct dsr_net *dn)
{
	u32 capacity;

	rcu_read_lock();
	capacity = rcu_dereference(dn->flows)->capacity;
	rcu_read_unlock();
	return capacity;
}

static void gauge_survives_resizing(struct kunit *test)
{
	struct dsr_backend *be = with_flows(test, 400, 300);
	struct dsr_net *dn = be->svc->dn;

	KUNIT_EXPECT_EQ(test, resize(dn, 3000), 0);
	KUNIT_EXPECT_EQ(test, capacity(dn), 3000);
	KUNIT_EXPECT_EQ(test, dsr_backend_active(be), 400);
	KUNIT_EXPECT_EQ(test, resize(dn, DSR_FLOWS_MIN), 0);
	KUNIT_EXPECT_EQ(test, capacity(dn), DSR_FLOWS_MIN);
	KUNIT_EXPECT_EQ(test, dsr_backend_active(be), 400);
}

static void table_does_not_become_too_small(struct kunit *test)
{
	struct dsr_backend *be = with_flows(test, 0, 0);
	struct dsr_net *dn = be->svc->dn;
	u32 now = dsr_flow_tick(), n;

	KUNIT_EXPECT_EQ(test, resize(dn, 4096), 0);
	for (n = 1; n <= 1537; n++)
		put(dn, n, dsr_flow_value(be->id, DSR_FLOW_OPEN, now));
	KUNIT_EXPECT_EQ(test, resize(dn, 2048), -ENOSPC);
	KUNIT_EXPECT_EQ(test, capacity(dn), 4096);
	KUNIT_EXPECT_EQ(test, resize(dn, 2050), 0);
	KUNIT_EXPECT_EQ(test, capacity(dn), 2050);
	KUNIT_EXPECT_EQ(test, dsr_backend_active(be), 1537);
}

/* How many hashes of a thousand choose another backend under another seed. */
static void seed_changes_the_choice(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *svc = fake_service(test, dn, 1, &dsr_sched_maglev);
	u32 *before, n, moved = 0, back = 0;

	before = kunit_kcalloc(test, 1000, sizeof(*before), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, before);
	for (n = 1; n <= 10; n++)
		fake_backend(test, svc, n, 1);
	for (n = 0; n < 1000; n++)
		before[n] = fake_by_hash(svc, n * GOLDEN_RATIO_64);
	mutex_lock(&dn->config_lock);
	KUNIT_EXPECT_EQ(test, dsr_settings_hash_seed(dn, 2), 0);
	mutex_unlock(&dn->config_lock);
	for (n = 0; n < 1000; n++)
		moved += before[n] != fake_by_hash(svc, n * GOLDEN_RATIO_64);
	mutex_lock(&dn->config_lock);
	KUNIT_EXPECT_EQ(test, dsr_settings_hash_seed(dn, 1), 0);
	mutex_unlock(&dn->config_lock);
	for (n = 0; n < 1000; n++)
		back += before[n] == fake_by_hash(svc, n * GOLDEN_RATIO_64);
	KUNIT_EXPECT_GT(test, moved, 800);
	KUNIT_EXPECT_EQ(test, back, 1000);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(gauge_survives_resizing),
	KUNIT_CASE(table_does_not_become_too_small),
	KUNIT_CASE(seed_changes_the_choice),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_settings",
	.test_cases = cases,
};

kunit_test_suite(suite);
