// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "kmod/backend.c"
#include "fake_net.h"

static struct dsr_backend *one(struct kunit *test)
{
	struct dsr_service *svc = fake_service(test, fake_net(test), 1,
					       &dsr_sched_rr);

	return fake_backend(test, svc, 1, 1);
}

static bool full_with(struct dsr_backend *be, int active)
{
	bool full;

	fake_active(be, active);
	rcu_read_lock();
	full = dsr_backend_full(be);
	if (dsr_backend_available(be) == full)
		full = !full;	/* so that the caller sees it */
	rcu_read_unlock();
	return full;
}

static void full_from_max_until_below_min(struct kunit *test)
{
	struct dsr_backend *be = one(test);

	be->options.max_flows = 10;
	be->options.min_flows = 4;
	KUNIT_EXPECT_FALSE(test, full_with(be, 0));
	KUNIT_EXPECT_FALSE(test, full_with(be, 9));
	KUNIT_EXPECT_TRUE(test, full_with(be, 10));
	KUNIT_EXPECT_EQ(test, dsr_backend_state(be), DSR_STATE_FULL);
	KUNIT_EXPECT_TRUE(test, full_with(be, 9));
	KUNIT_EXPECT_TRUE(test, full_with(be, 4));
	KUNIT_EXPECT_FALSE(test, full_with(be, 3));
	KUNIT_EXPECT_EQ(test, dsr_backend_state(be), DSR_STATE_UP);
	KUNIT_EXPECT_FALSE(test, full_with(be, 9));
	KUNIT_EXPECT_TRUE(test, full_with(be, 11));
	/* A change that is seen before the one that it follows. */
	KUNIT_EXPECT_FALSE(test, full_with(be, -1));
}

static void min_is_three_quarters_of_max(struct kunit *test)
{
	struct dsr_backend *be = one(test);

	be->options.max_flows = 100;
	KUNIT_EXPECT_TRUE(test, full_with(be, 100));
	KUNIT_EXPECT_TRUE(test, full_with(be, 75));
	KUNIT_EXPECT_FALSE(test, full_with(be, 74));

	be->options.max_flows = 1;
	KUNIT_EXPECT_TRUE(test, full_with(be, 1));
	KUNIT_EXPECT_FALSE(test, full_with(be, 0));

	be->options.max_flows = 0;
	KUNIT_EXPECT_FALSE(test, full_with(be, INT_MAX));
}

static u32 share_after(struct dsr_backend *be, unsigned long passed)
{
	u32 share;

	be->up_since = jiffies - passed;
	rcu_read_lock();
	share = dsr_backend_share(be);
	rcu_read_unlock();
	return share;
}

/* In an hour, so that the time that the test takes is within a 256th. */
static void share_grows_with_time(struct kunit *test)
{
	struct dsr_backend *be = one(test);
	unsigned long hour = 3600UL * HZ;
	u32 i, share;

	KUNIT_EXPECT_EQ(test, share_after(be, 0), 256);
	be->options.slow_start = 3600;
	KUNIT_EXPECT_EQ(test, share_after(be, 0), 1);
	for (i = 0; i < 255; i++) {
		share = share_after(be, hour * i / 255 + hour / 512);
		KUNIT_EXPECT_EQ(test, share, i + 1);
	}
	KUNIT_EXPECT_EQ(test, share_after(be, hour), 256);
	KUNIT_EXPECT_EQ(test, share_after(be, 3 * hour), 256);
}

/* It starts slowly again when its neighbour has come back. */
static void share_begins_when_reached(struct kunit *test)
{
	struct dsr_backend *be = one(test);
	struct dsr_nexthop nexthop = {};

	be->options.slow_start = 3600;
	be->up_since = jiffies - 7200UL * HZ;
	nexthop.since = jiffies - 1800UL * HZ;
	rcu_assign_pointer(be->nexthop, &nexthop);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, dsr_backend_share(be) / 2, 64);
	nexthop.since = be->up_since - HZ;
	KUNIT_EXPECT_EQ(test, dsr_backend_share(be), 256);
	rcu_read_unlock();
	RCU_INIT_POINTER(be->nexthop, NULL);
}

static struct dsr_backend *by_id(const struct dsr_net *dn, u32 id)
{
	struct dsr_backend *be;

	rcu_read_lock();
	be = dsr_backend_by_id(dn, id);
	rcu_read_unlock();
	return be;
}

/* More than the first table has room for, and the next. */
#define MANY 600

static void id_names_one_backend(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *svc = fake_service(test, dn, 1, &dsr_sched_rr);
	struct dsr_backend **be;
	u32 i, gone;

	be = kunit_kcalloc(test, MANY, sizeof(*be), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, be);
	for (i = 0; i < MANY; i++)
		be[i] = fake_backend(test, svc, i + 1, 1);
	for (i = 0; i < MANY; i++) {
		KUNIT_EXPECT_NE(test, be[i]->id, 0);
		KUNIT_ASSERT_PTR_EQ(test, by_id(dn, be[i]->id), be[i]);
	}

	/* An id that is no more isn't given out again. */
	gone = be[0]->id;
	fake_backend_del(test, svc, be[0]);
	KUNIT_EXPECT_NULL(test, by_id(dn, gone));
	for (i = 0; i < MANY; i++) {
		be[0] = fake_backend(test, svc, 1, 1);
		KUNIT_ASSERT_NE(test, be[0]->id, gone);
		fake_backend_del(test, svc, be[0]);
	}
	KUNIT_EXPECT_NULL(test, by_id(dn, gone));
	for (i = 1; i < MANY; i++)
		KUNIT_ASSERT_PTR_EQ(test, by_id(dn, be[i]->id), be[i]);
	KUNIT_EXPECT_EQ(test, dn->backends_nr, MANY - 1);
}

static void drain(struct kunit *test, struct dsr_backend *be, u32 seconds)
{
	struct dsr_service *svc = (struct dsr_service *)be->svc;
	struct dsr_backend_options options = be->options;

	options.state = DSR_STATE_DRAINING;
	options.drain_for = seconds;
	options.drain_anew = true;
	mutex_lock(&svc->dn->config_lock);
	KUNIT_EXPECT_EQ(test, dsr_backend_set(be, &options), 0);
	mutex_unlock(&svc->dn->config_lock);
}

static enum dsr_state checked(struct dsr_backend *be)
{
	struct dsr_net *dn = be->svc->dn;
	enum dsr_state state;

	mutex_lock(&dn->config_lock);
	dsr_backend_drains_check(dn);
	state = dsr_backend_state(be);
	mutex_unlock(&dn->config_lock);
	return state;
}

static void drain_ends_without_flows_or_in_time(struct kunit *test)
{
	struct dsr_backend *be = one(test);

	atomic_set(&be->active, 1);
	atomic_set(&be->closing, 1);
	drain(test, be, 0);
	KUNIT_EXPECT_EQ(test, checked(be), DSR_STATE_DRAINING);
	atomic_set(&be->active, 0);
	KUNIT_EXPECT_EQ(test, checked(be), DSR_STATE_DRAINING);
	atomic_set(&be->closing, 0);
	KUNIT_EXPECT_EQ(test, checked(be), DSR_STATE_DOWN);

	atomic_set(&be->active, 1);
	drain(test, be, 3600);
	KUNIT_EXPECT_EQ(test, checked(be), DSR_STATE_DRAINING);
	be->drain_end = jiffies;
	KUNIT_EXPECT_EQ(test, checked(be), DSR_STATE_DOWN);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(full_from_max_until_below_min),
	KUNIT_CASE(min_is_three_quarters_of_max),
	KUNIT_CASE(share_grows_with_time),
	KUNIT_CASE(share_begins_when_reached),
	KUNIT_CASE(id_names_one_backend),
	KUNIT_CASE(drain_ends_without_flows_or_in_time),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_backend",
	.test_cases = cases,
};

kunit_test_suite(suite);
