// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "kmod/census.c"
#include "fake_net.h"

static void switches_once_on_its_way(struct kunit *test)
{
	bool on = false;

	KUNIT_EXPECT_FALSE(test, switches(&on, 0, 10, 5));
	KUNIT_EXPECT_FALSE(test, switches(&on, 9, 10, 5));
	KUNIT_EXPECT_TRUE(test, switches(&on, 10, 10, 5));
	KUNIT_EXPECT_TRUE(test, on);
	KUNIT_EXPECT_FALSE(test, switches(&on, 11, 10, 5));
	KUNIT_EXPECT_FALSE(test, switches(&on, 9, 10, 5));
	KUNIT_EXPECT_FALSE(test, switches(&on, 5, 10, 5));
	KUNIT_EXPECT_TRUE(test, switches(&on, 4, 10, 5));
	KUNIT_EXPECT_FALSE(test, on);
	KUNIT_EXPECT_FALSE(test, switches(&on, 5, 10, 5));
	KUNIT_EXPECT_FALSE(test, switches(&on, 9, 10, 5));
}

static void thresholds_hold_for_every_table(struct kunit *test)
{
	static const u32 sizes[] = { DSR_FLOWS_MIN, 262144, DSR_FLOWS_MAX };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		KUNIT_EXPECT_LT(test, flood_until(sizes[i]), flood_from(sizes[i]));
		KUNIT_EXPECT_GT(test, flood_until(sizes[i]), 0U);
		KUNIT_EXPECT_LT(test, full_until(sizes[i]), full_from(sizes[i]));
		KUNIT_EXPECT_LT(test, full_from(sizes[i]), sizes[i]);
	}
}

static void add(struct dsr_census *census, u32 nr, unsigned int state)
{
	while (nr--)
		dsr_census_add(census, dsr_flow_value(1, state, 0));
}

/* One that has a table of DSR_FLOWS_MIN flows, and a census begun. */
static struct dsr_net *counting(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);

	fake_service(test, dn, 1, &dsr_sched_rr);
	dsr_census_begin(dn);
	return dn;
}

static void end(struct dsr_net *dn)
{
	mutex_lock(&dn->config_lock);
	dsr_census_end(dn);
	mutex_unlock(&dn->config_lock);
}

static void only_connections_make_a_flood(struct kunit *test)
{
	struct dsr_net *dn = counting(test);

	add(&dn->census, DSR_FLOWS_MIN,
	    DSR_FLOW_STATE(DSR_FLOW_UDP, DSR_FLOW_HALF));
	add(&dn->census, DSR_FLOWS_MIN / 8 - 1,
	    DSR_FLOW_STATE(DSR_FLOW_TCP, DSR_FLOW_HALF));
	end(dn);
	KUNIT_EXPECT_FALSE(test, dn->census.flood);

	add(&dn->census, 1, DSR_FLOW_STATE(DSR_FLOW_SCTP, DSR_FLOW_HALF));
	end(dn);
	KUNIT_EXPECT_TRUE(test, dn->census.flood);
	KUNIT_EXPECT_FALSE(test, dn->census.nearly_full);

	dsr_census_begin(dn);
	end(dn);
	KUNIT_EXPECT_FALSE(test, dn->census.flood);
}

static void what_gives_way_does_not_fill_it(struct kunit *test)
{
	struct dsr_net *dn = counting(test);

	add(&dn->census, DSR_FLOWS_MIN, DSR_FLOW_FRAGMENT);
	add(&dn->census, DSR_FLOWS_MIN,
	    DSR_FLOW_STATE(DSR_FLOW_UDP, DSR_FLOW_HALF));
	add(&dn->census, DSR_FLOWS_MIN,
	    DSR_FLOW_STATE(DSR_FLOW_TCP, DSR_FLOW_CLOSED));
	add(&dn->census, DSR_FLOWS_MIN / 2,
	    DSR_FLOW_STATE(DSR_FLOW_TCP, DSR_FLOW_OPEN));
	end(dn);
	KUNIT_EXPECT_FALSE(test, dn->census.nearly_full);

	add(&dn->census, DSR_FLOWS_MIN / 2,
	    DSR_FLOW_STATE(DSR_FLOW_UDP, DSR_FLOW_CLOSING));
	end(dn);
	KUNIT_EXPECT_TRUE(test, dn->census.nearly_full);
}

static void two_tables_are_no_table(struct kunit *test)
{
	struct dsr_net *dn = counting(test);

	add(&dn->census, DSR_FLOWS_MIN,
	    DSR_FLOW_STATE(DSR_FLOW_TCP, DSR_FLOW_HALF));
	dn->flows_generation++;
	end(dn);
	KUNIT_EXPECT_FALSE(test, dn->census.flood);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(switches_once_on_its_way),
	KUNIT_CASE(thresholds_hold_for_every_table),
	KUNIT_CASE(only_connections_make_a_flood),
	KUNIT_CASE(what_gives_way_does_not_fill_it),
	KUNIT_CASE(two_tables_are_no_table),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_census",
	.test_cases = cases,
};

kunit_test_suite(suite);
