// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "kmod/service.c"
#include "fake_net.h"

static u32 timeout(const struct dsr_service *svc, enum dsr_flow_class class,
		   enum dsr_flow_phase phase)
{
	return svc->timeout[DSR_FLOW_STATE(class, phase)];
}

static void expect_timeouts(struct kunit *test, const struct dsr_service *svc,
			    enum dsr_flow_class class, u32 half, u32 open,
			    u32 fin)
{
	KUNIT_EXPECT_EQ(test, timeout(svc, class, DSR_FLOW_HALF),
			dsr_flow_ticks(half));
	KUNIT_EXPECT_EQ(test, timeout(svc, class, DSR_FLOW_OPEN),
			dsr_flow_ticks(open));
	KUNIT_EXPECT_EQ(test, timeout(svc, class, DSR_FLOW_CLOSING),
			dsr_flow_ticks(fin));
	KUNIT_EXPECT_EQ(test, timeout(svc, class, DSR_FLOW_CLOSED),
			dsr_flow_ticks(DSR_TIMEOUT_RST));
}

static void each_class_has_its_timeouts(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *svc = fake_service(test, dn, 1, &dsr_sched_rr);
	struct dsr_service_options options = svc->options;
	int err;

	expect_timeouts(test, svc, DSR_FLOW_TCP, 60, 900, 120);
	expect_timeouts(test, svc, DSR_FLOW_SCTP, 60, 900, 120);
	expect_timeouts(test, svc, DSR_FLOW_UDP, 60, 300, 120);
	expect_timeouts(test, svc, DSR_FLOW_OTHER, 60, 300, 120);

	options.timeout_syn = 5;
	options.timeout_established = 77;
	options.timeout_fin = 9;
	options.timeout_udp = 13;
	options.affinity = 1000;
	mutex_lock(&dn->config_lock);
	err = dsr_service_set(svc, &options);
	mutex_unlock(&dn->config_lock);
	KUNIT_EXPECT_EQ(test, err, 0);
	expect_timeouts(test, svc, DSR_FLOW_TCP, 5, 77, 9);
	expect_timeouts(test, svc, DSR_FLOW_SCTP, 5, 77, 9);
	expect_timeouts(test, svc, DSR_FLOW_UDP, 13, 13, 9);
	expect_timeouts(test, svc, DSR_FLOW_OTHER, 13, 13, 9);
	KUNIT_EXPECT_EQ(test, svc->timeout[DSR_FLOW_AFFINITY],
			dsr_flow_ticks(1000));
	KUNIT_EXPECT_EQ(test, svc->timeout[DSR_FLOW_AFFINITY_NEW],
			dsr_flow_ticks(1000));
	KUNIT_EXPECT_TRUE(test, svc->affinity);
}

static struct dsr_service *add_mark(struct kunit *test, struct dsr_net *dn,
				    u16 family, u32 mark)
{
	struct dsr_service_key key = {
		.addr.family = family,
		.mark = mark,
	};
	struct dsr_service_options options;
	struct dsr_service *svc;

	dsr_service_defaults(&options);
	mutex_lock(&dn->config_lock);
	svc = dsr_service_add(dn, &key, &options);
	mutex_unlock(&dn->config_lock);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, svc);
	return svc;
}

static struct dsr_service *by_mark(struct dsr_net *dn, u8 family, u32 mark)
{
	struct dsr_service *svc;

	rcu_read_lock();
	svc = dsr_service_by_mark(dn, family, mark);
	rcu_read_unlock();
	return svc;
}

static void mark_is_found_by_family(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *four, *six;

	fake_service(test, dn, 1, &dsr_sched_rr);
	KUNIT_EXPECT_NULL(test, by_mark(dn, AF_INET, 7));
	four = add_mark(test, dn, AF_INET, 7);
	KUNIT_EXPECT_PTR_EQ(test, by_mark(dn, AF_INET, 7), four);
	KUNIT_EXPECT_NULL(test, by_mark(dn, AF_INET6, 7));
	KUNIT_EXPECT_NULL(test, by_mark(dn, AF_INET, 8));
	six = add_mark(test, dn, AF_INET6, 7);
	KUNIT_EXPECT_PTR_EQ(test, by_mark(dn, AF_INET, 7), four);
	KUNIT_EXPECT_PTR_EQ(test, by_mark(dn, AF_INET6, 7), six);

	mutex_lock(&dn->config_lock);
	dsr_service_del(four);
	mutex_unlock(&dn->config_lock);
	KUNIT_EXPECT_NULL(test, by_mark(dn, AF_INET, 7));
	KUNIT_EXPECT_PTR_EQ(test, by_mark(dn, AF_INET6, 7), six);
}

static const struct named {
	const char *name;
	struct dsr_service_key key;
} nameds[] = {
	{ "10.2.0.1:80/tcp",
	  { .addr = { .ip.v4 = cpu_to_be32(0x0a020001), .family = AF_INET },
	    .prefixlen = 32, .protocol = IPPROTO_TCP, .port = 80,
	    .port_end = 80 } },
	{ "10.2.0.0/24:1000-2000/udp",
	  { .addr = { .ip.v4 = cpu_to_be32(0x0a020000), .family = AF_INET },
	    .prefixlen = 24, .protocol = IPPROTO_UDP, .port = 1000,
	    .port_end = 2000 } },
	{ "10.2.0.1",
	  { .addr = { .ip.v4 = cpu_to_be32(0x0a020001), .family = AF_INET },
	    .prefixlen = 32 } },
	{ "[fd00::/64]/sctp",
	  { .addr = { .ip.v6.s6_addr = { 0xfd }, .family = AF_INET6 },
	    .prefixlen = 64, .protocol = IPPROTO_SCTP } },
	{ "mark 9/ipv6", { .addr.family = AF_INET6, .mark = 9 } },
	{ "mark 9", { .addr.family = AF_INET, .mark = 9 } },
};

KUNIT_ARRAY_PARAM_DESC(nameds, nameds, name);

static void key_names_its_service(struct kunit *test)
{
	const struct named *named = test->param_value;
	struct dsr_net *dn = fake_net(test);
	char name[DSR_SERVICE_NAME_LEN];
	struct dsr_service_options options;
	struct dsr_service *svc, *found;
	struct dsr_service_key key;

	dsr_service_defaults(&options);
	mutex_lock(&dn->config_lock);
	svc = dsr_service_add(dn, &named->key, &options);
	found = dsr_service_lookup(dn, &named->key);
	mutex_unlock(&dn->config_lock);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, svc);
	KUNIT_EXPECT_PTR_EQ(test, found, svc);
	dsr_service_get_key(svc, &key);
	KUNIT_EXPECT_TRUE(test, dsr_addr_equal(&key.addr, &named->key.addr));
	KUNIT_EXPECT_EQ(test, key.prefixlen, named->key.prefixlen);
	KUNIT_EXPECT_EQ(test, key.protocol, named->key.protocol);
	KUNIT_EXPECT_EQ(test, key.port, named->key.port);
	KUNIT_EXPECT_EQ(test, key.port_end, named->key.port_end);
	KUNIT_EXPECT_EQ(test, key.mark, named->key.mark);
	dsr_service_name(svc, name);
	KUNIT_EXPECT_STREQ(test, name, named->name);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(each_class_has_its_timeouts),
	KUNIT_CASE(mark_is_found_by_family),
	KUNIT_CASE_PARAM(key_names_its_service, nameds_gen_params),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_service",
	.test_cases = cases,
};

kunit_test_suite(suite);
