// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "kmod/balance.c"
#include "fake_net.h"

#define FLOWS		100U
#define BACKENDS	5U

/* Those whose choice isn't by chance. */
static const struct dsr_sched_ops * const certain[] = {
	&dsr_sched_maglev,
	&dsr_sched_rr,
	&dsr_sched_lc,
	&dsr_sched_failover,
	&dsr_sched_overflow,
};

static void certain_desc(const struct dsr_sched_ops * const *sched, char *desc)
{
	strscpy(desc, (*sched)->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(certain, certain, certain_desc);

static struct dsr_service *stage(struct kunit *test,
				 const struct dsr_sched_ops *sched)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *svc;
	u32 n;

	fake_counters(test, dn);
	svc = fake_service(test, dn, 1, sched);
	for (n = 1; n <= BACKENDS; n++)
		fake_backend(test, svc, n, 10 * n);
	return svc;
}

static struct dsr_packet packet_of(u32 n, enum dsr_event event)
{
	return (struct dsr_packet) {
		.tuple = {
			.saddr.v4 = htonl(0xc0a80001),
			.daddr.v4 = htonl(0x0a020001),
			.sport = htons(1024 + n),
			.dport = htons(80),
			.family = AF_INET,
			.protocol = IPPROTO_TCP,
		},
		.event = event,
	};
}

static struct dsr_choice explain(struct dsr_service *svc,
				 const struct dsr_packet *pkt)
{
	atomic64_t turn = ATOMIC64_INIT(atomic64_read(&svc->turn));
	struct dsr_choice c = {
		.dn = svc->dn,
		.svc = svc,
		.pkt = pkt,
		.turn = &turn,
	};

	mutex_lock(&svc->dn->config_lock);
	rcu_read_lock();
	dsr_balance_explain(&c);
	rcu_read_unlock();
	mutex_unlock(&svc->dn->config_lock);
	return c;
}

static struct dsr_backend *balance(struct dsr_service *svc,
				   const struct dsr_packet *pkt,
				   enum dsr_counter *why)
{
	struct dsr_backend *be;

	local_bh_disable();
	rcu_read_lock();
	be = dsr_balance(svc->dn, svc, pkt, why);
	rcu_read_unlock();
	local_bh_enable();
	return be;
}

static u32 active(const struct dsr_service *svc)
{
	const struct dsr_backend *be;
	u32 sum = 0;

	list_for_each_entry(be, &svc->backends, list)
		sum += dsr_backend_active(be);
	return sum;
}

/* What is explained is decided, and explained again as known. */
static void expect_agreement(struct kunit *test, struct dsr_service *svc, u32 n,
			     enum dsr_event event, enum dsr_decision how)
{
	struct dsr_packet pkt = packet_of(n, event);
	s64 turn = atomic64_read(&svc->turn);
	enum dsr_counter why = 0;
	struct dsr_choice c;

	c = explain(svc, &pkt);
	KUNIT_EXPECT_EQ(test, c.how, how);
	KUNIT_EXPECT_EQ(test, c.past, DSR_PAST_NONE);
	KUNIT_EXPECT_PTR_EQ(test, explain(svc, &pkt).be, c.be);
	KUNIT_EXPECT_EQ(test, atomic64_read(&svc->turn), turn);
	KUNIT_EXPECT_EQ(test, active(svc), n);

	KUNIT_ASSERT_NOT_NULL(test, c.be);
	KUNIT_EXPECT_PTR_EQ(test, balance(svc, &pkt, &why), c.be);
	KUNIT_EXPECT_EQ(test, active(svc), n + 1);
	c = explain(svc, &pkt);
	KUNIT_EXPECT_EQ(test, c.how, DSR_DECISION_FLOW);
	KUNIT_EXPECT_EQ(test, c.past, DSR_PAST_KNOWN);
	KUNIT_EXPECT_PTR_EQ(test, balance(svc, &pkt, &why), c.be);
}

static void explained_is_decided(struct kunit *test)
{
	const struct dsr_sched_ops *sched =
		*(const struct dsr_sched_ops * const *)test->param_value;
	struct dsr_service *svc = stage(test, sched);
	u32 n;

	for (n = 0; n < FLOWS; n++)
		expect_agreement(test, svc, n, DSR_EVENT_SYN,
				 DSR_DECISION_SCHEDULER);
	for (; n < 2 * FLOWS; n++)
		expect_agreement(test, svc, n, DSR_EVENT_DATA,
				 DSR_DECISION_HASH);
}

/* One backend that is full before the other has room: each new flow of it is
 * noted, each look at it isn't.
 */
static void look_does_not_fill(struct kunit *test)
{
	struct dsr_service *svc = stage(test, &dsr_sched_failover);
	struct dsr_backend *be = list_last_entry(&svc->backends,
						 struct dsr_backend, list);
	struct dsr_packet pkt = packet_of(0, DSR_EVENT_SYN);
	enum dsr_counter why;

	be->options.max_flows = 1;
	KUNIT_EXPECT_PTR_EQ(test, explain(svc, &pkt).be, be);
	KUNIT_EXPECT_FALSE(test, be->full);
	KUNIT_EXPECT_PTR_EQ(test, balance(svc, &pkt, &why), be);
	KUNIT_EXPECT_TRUE(test, be->full);

	atomic_set(&be->active, 0);
	pkt = packet_of(1, DSR_EVENT_SYN);
	KUNIT_EXPECT_PTR_EQ(test, explain(svc, &pkt).be, be);
	KUNIT_EXPECT_TRUE(test, be->full);
	atomic_set(&be->active, 1);
	KUNIT_EXPECT_PTR_NE(test, explain(svc, &pkt).be, be);
}

static void none_has_a_reason(struct kunit *test)
{
	struct dsr_service *svc = stage(test, &dsr_sched_rr);
	struct dsr_packet syn = packet_of(0, DSR_EVENT_SYN);
	struct dsr_packet ack = packet_of(0, DSR_EVENT_DATA);
	enum dsr_counter why = 0;
	struct dsr_backend *be;
	struct dsr_choice c;

	svc->options.adopt = false;
	c = explain(svc, &ack);
	KUNIT_EXPECT_NULL(test, c.be);
	KUNIT_EXPECT_EQ(test, c.how, DSR_DECISION_REFUSED);
	KUNIT_EXPECT_NULL(test, balance(svc, &ack, &why));
	KUNIT_EXPECT_EQ(test, why, DSR_COUNTER_DROP_NOT_ADOPTED);
	KUNIT_EXPECT_EQ(test, c.why, why);

	svc->options.on_remove = DSR_ON_REMOVE_DROP;
	be = balance(svc, &syn, &why);
	KUNIT_ASSERT_NOT_NULL(test, be);
	fake_backend_del(test, svc, be);
	c = explain(svc, &ack);
	KUNIT_EXPECT_NULL(test, c.be);
	KUNIT_EXPECT_EQ(test, c.past, DSR_PAST_REMOVED);
	KUNIT_EXPECT_NULL(test, balance(svc, &ack, &why));
	KUNIT_EXPECT_EQ(test, why, DSR_COUNTER_DROP_REMOVED);
	KUNIT_EXPECT_EQ(test, c.why, why);
}

static void affinity_decides_for_new_flows(struct kunit *test)
{
	struct dsr_service *svc = stage(test, &dsr_sched_rr);
	struct dsr_packet pkt = packet_of(0, DSR_EVENT_SYN);
	enum dsr_counter why;
	struct dsr_choice c;
	u32 n;

	svc->affinity = true;
	svc->timeout[DSR_FLOW_AFFINITY_NEW] = 100;
	KUNIT_EXPECT_EQ(test, explain(svc, &pkt).how, DSR_DECISION_SCHEDULER);
	/* To explain it has noted no affinity. */
	KUNIT_EXPECT_EQ(test, explain(svc, &pkt).how, DSR_DECISION_SCHEDULER);
	balance(svc, &pkt, &why);
	for (n = 1; n < 10; n++) {
		pkt = packet_of(n, DSR_EVENT_SYN);
		c = explain(svc, &pkt);
		KUNIT_EXPECT_EQ(test, c.how, DSR_DECISION_AFFINITY);
		KUNIT_EXPECT_PTR_EQ(test, balance(svc, &pkt, &why), c.be);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(explained_is_decided, certain_gen_params),
	KUNIT_CASE(look_does_not_fill),
	KUNIT_CASE(none_has_a_reason),
	KUNIT_CASE(affinity_decides_for_new_flows),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_balance",
	.test_cases = cases,
};

kunit_test_suite(suite);
