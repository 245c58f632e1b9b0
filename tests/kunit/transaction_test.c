// SPDX-License-Identifier: GPL-2.0
/* Transactions: what packets see before the commit, at its very instant, when
 * nothing is settled yet, and after it; and that an aborted one leaves nothing.
 */
#include <kunit/test.h>

#include "kmod/transaction.c"
#include "kmod/vip.h"
#include "fake_net.h"

static struct dsr_service_key key_of(u8 n, u8 protocol, u16 port, u16 port_end)
{
	struct dsr_service_key key = {
		.prefixlen = 32,
		.protocol = protocol,
		.port = port,
		.port_end = port_end,
	};

	fake_addr(&key.addr, 0x0a020000 + n);
	return key;
}

static struct dsr_service *stage_service(struct dsr_transaction *txn,
					 const struct dsr_service_key *key)
{
	struct dsr_service_options options;

	dsr_service_defaults(&options);
	options.sched = &dsr_sched_rr;
	return dsr_service_stage_add(txn, key, &options, NULL);
}

static struct dsr_backend *stage_backend(struct dsr_transaction *txn,
					 struct dsr_service *svc, u32 n)
{
	struct dsr_backend_options options = {
		.weight = 1,
		.mode = DSR_MODE_LOCAL,
		.state = DSR_STATE_UP,
	};
	struct dsr_addr addr;

	fake_addr(&addr, 0x0a030000 + n);
	return dsr_backend_stage_add(txn, svc, &addr, &options, NULL);
}

/* The service that a packet to the @n-th VIP is for. */
static struct dsr_service *seen(struct dsr_net *dn, u8 n, u8 protocol, u16 port)
{
	struct dsr_tuple tuple = {
		.family = AF_INET,
		.protocol = protocol,
		.dport = htons(port),
	};
	struct dsr_service *svc = NULL;
	const struct dsr_vip *vip;
	struct dsr_addr addr;

	fake_addr(&addr, 0x0a020000 + n);
	tuple.daddr = addr.ip;
	rcu_read_lock();
	vip = dsr_vip_at(dn, dsr_service_table(dn), &addr, 32);
	if (vip)
		svc = dsr_vip_service(dn, vip, &tuple);
	rcu_read_unlock();
	return svc;
}

static bool is_down(const struct dsr_backend *be)
{
	return dsr_backend_down(be);
}

/* All of the commit that packets need. */
static void instant(struct dsr_transaction *txn)
{
	/* Pairs with dsr_mark_done(). */
	smp_store_release(&txn->dn->committed, txn->number);
}

static void begin(struct dsr_transaction *txn, struct dsr_net *dn)
{
	mutex_lock(&dn->config_lock);
	dsr_transaction_begin(txn, dn);
}

static void end(struct dsr_transaction *txn)
{
	mutex_unlock(&txn->dn->config_lock);
}

static void services_come_together(struct kunit *test)
{
	struct dsr_service_key one = key_of(1, IPPROTO_TCP, 80, 80);
	struct dsr_service_key two = key_of(2, IPPROTO_UDP, 0, 0);
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *a, *b;
	struct dsr_transaction txn;

	fake_service(test, dn, 9, &dsr_sched_rr);
	begin(&txn, dn);
	a = stage_service(&txn, &one);
	b = stage_service(&txn, &two);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, a);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, b);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stage_backend(&txn, a, 1));
	KUNIT_EXPECT_PTR_EQ(test, dsr_service_lookup(dn, &one), a);
	KUNIT_EXPECT_EQ(test, dsr_transaction_prepare(&txn, NULL), 0);
	KUNIT_EXPECT_NULL(test, seen(dn, 1, IPPROTO_TCP, 80));
	KUNIT_EXPECT_NULL(test, seen(dn, 2, IPPROTO_UDP, 53));

	instant(&txn);
	KUNIT_EXPECT_PTR_EQ(test, seen(dn, 1, IPPROTO_TCP, 80), a);
	KUNIT_EXPECT_PTR_EQ(test, seen(dn, 2, IPPROTO_UDP, 53), b);
	KUNIT_EXPECT_EQ(test, fake_next(a, 0), 1);

	dsr_transaction_commit(&txn);
	KUNIT_EXPECT_PTR_EQ(test, seen(dn, 1, IPPROTO_TCP, 80), a);
	KUNIT_EXPECT_EQ(test, fake_next(a, 0), 1);
	KUNIT_EXPECT_EQ(test, a->pending, 0);
	end(&txn);
}

static void backends_change_together(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *a = fake_service(test, dn, 1, &dsr_sched_rr);
	struct dsr_service *b = fake_service(test, dn, 2, &dsr_sched_maglev);
	struct dsr_backend *old_a = fake_backend(test, a, 1, 1);
	struct dsr_backend *old_b = fake_backend(test, b, 1, 1);
	struct dsr_transaction txn;

	begin(&txn, dn);
	dsr_backend_stage_del(&txn, old_a);
	dsr_backend_stage_del(&txn, old_b);
	KUNIT_EXPECT_NULL(test, dsr_backend_lookup(a, &old_a->addr));
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stage_backend(&txn, a, 2));
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stage_backend(&txn, b, 2));
	KUNIT_EXPECT_EQ(test, dsr_transaction_prepare(&txn, NULL), 0);
	KUNIT_EXPECT_EQ(test, fake_next(a, 0), 1);
	KUNIT_EXPECT_EQ(test, fake_by_hash(b, 0), 1);
	KUNIT_EXPECT_FALSE(test, is_down(old_a));

	instant(&txn);
	KUNIT_EXPECT_EQ(test, fake_next(a, 0), 2);
	KUNIT_EXPECT_EQ(test, fake_by_hash(b, 0), 2);
	KUNIT_EXPECT_TRUE(test, is_down(old_a));
	KUNIT_EXPECT_TRUE(test, is_down(old_b));

	dsr_transaction_commit(&txn);
	KUNIT_EXPECT_EQ(test, fake_next(a, 0), 2);
	KUNIT_EXPECT_EQ(test, fake_by_hash(b, 0), 2);
	KUNIT_EXPECT_EQ(test, a->backends_nr, 1);
	end(&txn);
}

static void options_change_together(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *svc = fake_service(test, dn, 1, &dsr_sched_rr);
	struct dsr_backend *be = fake_backend(test, svc, 1, 1);
	struct dsr_backend *other = fake_backend(test, svc, 2, 1);
	struct dsr_backend_options options = be->options;
	struct dsr_transaction txn;

	begin(&txn, dn);
	options.state = DSR_STATE_DOWN;
	KUNIT_EXPECT_EQ(test, dsr_backend_stage_set(&txn, be, &options), 0);
	KUNIT_EXPECT_EQ(test, dsr_transaction_prepare(&txn, NULL), 0);
	KUNIT_EXPECT_FALSE(test, is_down(be));

	instant(&txn);
	KUNIT_EXPECT_TRUE(test, is_down(be));
	KUNIT_EXPECT_EQ(test, fake_next(svc, 0), 2);
	KUNIT_EXPECT_EQ(test, fake_next(svc, 0), 2);
	dsr_transaction_commit(&txn);
	KUNIT_EXPECT_TRUE(test, is_down(be));
	KUNIT_EXPECT_EQ(test, (int)be->options.state, (int)DSR_STATE_DOWN);

	/* And back, while the other one gets the weight 0. */
	dsr_transaction_begin(&txn, dn);
	options.state = DSR_STATE_UP;
	KUNIT_EXPECT_EQ(test, dsr_backend_stage_set(&txn, be, &options), 0);
	options = other->options;
	options.weight = 0;
	KUNIT_EXPECT_EQ(test, dsr_backend_stage_set(&txn, other, &options), 0);
	KUNIT_EXPECT_EQ(test, dsr_transaction_prepare(&txn, NULL), 0);
	KUNIT_EXPECT_TRUE(test, is_down(be));
	KUNIT_EXPECT_EQ(test, fake_next(svc, 0), 2);
	instant(&txn);
	KUNIT_EXPECT_FALSE(test, is_down(be));
	KUNIT_EXPECT_EQ(test, fake_next(svc, 0), 1);
	KUNIT_EXPECT_EQ(test, fake_next(svc, 0), 1);
	dsr_transaction_commit(&txn);
	KUNIT_EXPECT_FALSE(test, is_down(be));
	KUNIT_EXPECT_EQ(test, fake_next(svc, 0), 1);
	end(&txn);
}

static bool is_local(const struct dsr_backend *be)
{
	bool local;

	rcu_read_lock();
	local = dsr_backend_is_local(be);
	rcu_read_unlock();
	return local;
}

static void next_hops_change_together(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *svc = fake_service(test, dn, 1, &dsr_sched_rr);
	struct dsr_backend *be = fake_backend(test, svc, 1, 1);
	struct dsr_backend_options local = be->options, l2 = be->options;
	struct dsr_transaction txn;

	l2.mode = DSR_MODE_L2;
	begin(&txn, dn);
	KUNIT_EXPECT_EQ(test, dsr_backend_stage_set(&txn, be, &l2), 0);
	KUNIT_EXPECT_EQ(test, dsr_transaction_prepare(&txn, NULL), 0);
	dsr_transaction_abort(&txn);
	KUNIT_EXPECT_TRUE(test, is_local(be));

	/* Thrice: only the last one counts. */
	dsr_transaction_begin(&txn, dn);
	KUNIT_EXPECT_EQ(test, dsr_backend_stage_set(&txn, be, &l2), 0);
	KUNIT_EXPECT_EQ(test, dsr_backend_stage_set(&txn, be, &local), 0);
	KUNIT_EXPECT_EQ(test, dsr_backend_stage_set(&txn, be, &l2), 0);
	KUNIT_EXPECT_EQ(test, dsr_transaction_prepare(&txn, NULL), 0);
	KUNIT_EXPECT_TRUE(test, is_local(be));
	instant(&txn);
	KUNIT_EXPECT_FALSE(test, is_local(be));
	dsr_transaction_commit(&txn);
	KUNIT_EXPECT_FALSE(test, is_local(be));

	dsr_transaction_begin(&txn, dn);
	KUNIT_EXPECT_EQ(test, dsr_backend_stage_set(&txn, be, &local), 0);
	KUNIT_EXPECT_EQ(test, dsr_transaction_prepare(&txn, NULL), 0);
	instant(&txn);
	KUNIT_EXPECT_TRUE(test, is_local(be));
	dsr_transaction_commit(&txn);
	KUNIT_EXPECT_TRUE(test, is_local(be));
	end(&txn);
}

/* Who goes makes room for who comes. */
static void limits_count_what_stays(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *svc = fake_service(test, dn, 1, &dsr_sched_rr);
	struct dsr_backend *first = fake_backend(test, svc, 0, 0);
	struct dsr_transaction txn;
	u32 n;

	begin(&txn, dn);
	for (n = 1; n < DSR_BACKENDS_MAX; n++)
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test,
					     stage_backend(&txn, svc, n));
	KUNIT_EXPECT_TRUE(test, IS_ERR(stage_backend(&txn, svc, n)));
	dsr_backend_stage_del(&txn, first);
	KUNIT_EXPECT_NOT_ERR_OR_NULL(test, stage_backend(&txn, svc, n));
	KUNIT_EXPECT_TRUE(test, IS_ERR(stage_backend(&txn, svc, n + 1)));
	dsr_transaction_abort(&txn);
	KUNIT_EXPECT_EQ(test, svc->backends_nr, 1);
	KUNIT_EXPECT_EQ(test, svc->backends_going, 0);
	end(&txn);
}

static struct dsr_service *add_alone(struct kunit *test, struct dsr_net *dn,
				     const struct dsr_service_key *key)
{
	struct dsr_service_options options;
	struct dsr_service *svc;

	dsr_service_defaults(&options);
	mutex_lock(&dn->config_lock);
	svc = dsr_service_add(dn, key, &options);
	mutex_unlock(&dn->config_lock);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, svc);
	return svc;
}

/* One service takes the place of another, whatever kind of place that is. */
static void places_change_hands(struct kunit *test)
{
	static const struct {
		u8 protocol;
		u16 port, port_end;	/* of the old one */
		u16 new_port, new_port_end;
		u16 probe;		/* what both take */
	} cases[] = {
		{ IPPROTO_TCP, 80, 80, 80, 80, 80 },
		{ IPPROTO_TCP, 8000, 8099, 8050, 8199, 8060 },
		{ IPPROTO_UDP, 0, 0, 0, 0, 53 },
		{ 0, 0, 0, 0, 0, 9 },
	};
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *old, *new;
	struct dsr_transaction txn;
	unsigned int i, abort;

	for (i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
		struct dsr_service_key key, new_key;
		u8 n = i + 1, protocol;
		u16 probe;

		abort = i % 2;
		protocol = cases[i / 2].protocol;
		probe = cases[i / 2].probe;
		key = key_of(n, protocol, cases[i / 2].port,
			     cases[i / 2].port_end);
		new_key = key_of(n, protocol, cases[i / 2].new_port,
				 cases[i / 2].new_port_end);
		if (!protocol)
			protocol = IPPROTO_UDP;

		old = add_alone(test, dn, &key);
		begin(&txn, dn);
		dsr_service_stage_del(&txn, old);
		KUNIT_EXPECT_NULL(test, dsr_service_lookup(dn, &key));
		new = stage_service(&txn, &new_key);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, new);
		KUNIT_EXPECT_PTR_EQ(test, dsr_service_lookup(dn, &new_key), new);
		KUNIT_EXPECT_EQ(test, dsr_transaction_prepare(&txn, NULL), 0);
		KUNIT_EXPECT_PTR_EQ(test, seen(dn, n, protocol, probe), old);
		if (abort) {
			dsr_transaction_abort(&txn);
			KUNIT_EXPECT_PTR_EQ(test, seen(dn, n, protocol, probe),
					    old);
			KUNIT_EXPECT_PTR_EQ(test, dsr_service_lookup(dn, &key),
					    old);
			end(&txn);
			continue;
		}
		instant(&txn);
		KUNIT_EXPECT_PTR_EQ(test, seen(dn, n, protocol, probe), new);
		dsr_transaction_commit(&txn);
		KUNIT_EXPECT_PTR_EQ(test, seen(dn, n, protocol, probe), new);
		end(&txn);
	}
	KUNIT_EXPECT_EQ(test, dn->services_nr, 2 * (u32)ARRAY_SIZE(cases));
}

static void aborted_leaves_nothing(struct kunit *test)
{
	struct dsr_service_key key = key_of(3, IPPROTO_TCP, 8000, 8099);
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *a = fake_service(test, dn, 1, &dsr_sched_rr);
	struct dsr_service *b = fake_service(test, dn, 2, &dsr_sched_rr);
	struct dsr_backend *be = fake_backend(test, a, 1, 1);
	struct dsr_backend_options changed = be->options;
	struct dsr_service_options options = a->options;
	u32 generation = dn->generation;
	struct dsr_transaction txn;

	fake_backend(test, b, 1, 1);
	generation = dn->generation;
	begin(&txn, dn);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stage_service(&txn, &key));
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stage_backend(&txn, a, 2));
	changed.weight = 7;
	KUNIT_EXPECT_EQ(test, dsr_backend_stage_set(&txn, be, &changed), 0);
	options.sched = &dsr_sched_maglev;
	options.timeout_udp = 5;
	KUNIT_EXPECT_EQ(test, dsr_service_stage_set(&txn, a, &options), 0);
	dsr_service_stage_del(&txn, b);
	dsr_settings_stage_hash_seed(&txn, 77);
	KUNIT_EXPECT_EQ(test, dsr_transaction_prepare(&txn, NULL), 0);
	dsr_transaction_abort(&txn);

	KUNIT_EXPECT_NULL(test, seen(dn, 3, IPPROTO_TCP, 8000));
	KUNIT_EXPECT_PTR_EQ(test, seen(dn, 2, IPPROTO_TCP, 80), b);
	KUNIT_EXPECT_EQ(test, fake_next(a, 0), 1);
	KUNIT_EXPECT_EQ(test, fake_next(a, 0), 1);
	KUNIT_EXPECT_EQ(test, be->options.weight, 1);
	KUNIT_EXPECT_PTR_EQ(test, a->options.sched, &dsr_sched_rr);
	KUNIT_EXPECT_EQ(test, a->options.timeout_udp, DSR_TIMEOUT_UDP);
	KUNIT_EXPECT_EQ(test, dn->pool_key.key[0], dn->hash_key.key[0]);
	KUNIT_EXPECT_EQ(test, dn->services_nr, 2);
	KUNIT_EXPECT_EQ(test, dn->backends_nr, 2);
	KUNIT_EXPECT_EQ(test, dn->generation, generation);
	KUNIT_EXPECT_EQ(test, a->pending, 0);
	KUNIT_EXPECT_EQ(test, b->pending, 0);

	/* The next one isn't held up by its remains. */
	dsr_transaction_begin(&txn, dn);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stage_service(&txn, &key));
	KUNIT_EXPECT_EQ(test, dsr_transaction_end(&txn, 0, NULL), 0);
	KUNIT_EXPECT_NOT_NULL(test, seen(dn, 3, IPPROTO_TCP, 8000));
	end(&txn);
}

static void nothing_changes_nothing(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_transaction txn;
	u32 generation;

	fake_service(test, dn, 1, &dsr_sched_rr);
	generation = dn->generation;
	begin(&txn, dn);
	dsr_settings_stage_hash_seed(&txn, dn->hash_key.key[0]);
	KUNIT_EXPECT_EQ(test, dsr_transaction_end(&txn, 0, NULL), 0);
	KUNIT_EXPECT_EQ(test, dn->generation, generation);
	end(&txn);
}

/* Numbers pass through 0 one day. */
static void numbers_wrap(struct kunit *test)
{
	struct dsr_net *dn = fake_net(test);
	struct dsr_service *svc;
	unsigned int i;

	dn->committed = -8;
	svc = fake_service(test, dn, 1, &dsr_sched_rr);
	for (i = 1; i < 5; i++) {
		fake_backend(test, svc, i, 1);
		KUNIT_EXPECT_PTR_EQ(test, seen(dn, 1, IPPROTO_TCP, 80), svc);
		KUNIT_EXPECT_EQ(test, svc->backends_nr, i);
	}
}

/* However many are refused, the next one is the next to be committed. */
static void refused_ones_take_no_numbers(struct kunit *test)
{
	struct dsr_service_key key = key_of(2, IPPROTO_TCP, 80, 80);
	struct dsr_net *dn = fake_net(test);
	struct dsr_transaction txn;
	u32 number;

	fake_service(test, dn, 1, &dsr_sched_rr);
	begin(&txn, dn);
	number = txn.number;
	KUNIT_EXPECT_EQ(test, dsr_transaction_end(&txn, -ENOENT, NULL), -ENOENT);
	end(&txn);
	begin(&txn, dn);
	KUNIT_EXPECT_EQ(test, txn.number, number);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stage_service(&txn, &key));
	KUNIT_EXPECT_EQ(test, dsr_transaction_end(&txn, -ENOENT, NULL), -ENOENT);
	end(&txn);
	begin(&txn, dn);
	KUNIT_EXPECT_EQ(test, txn.number, number);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, stage_service(&txn, &key));
	KUNIT_EXPECT_NULL(test, seen(dn, 2, IPPROTO_TCP, 80));
	KUNIT_EXPECT_EQ(test, dsr_transaction_end(&txn, 0, NULL), 0);
	KUNIT_EXPECT_NOT_NULL(test, seen(dn, 2, IPPROTO_TCP, 80));
	KUNIT_EXPECT_EQ(test, dn->committed, number);
	end(&txn);
}

static const struct dsr_pool *pool_of(const struct dsr_service *svc)
{
	return rcu_dereference_protected(svc->pool, true);
}

/* The table that a service would have if it were made alone. */
static void expect_table(struct kunit *test, const struct dsr_service *svc)
{
	const struct dsr_pool *pool = pool_of(svc);
	struct dsr_pool *alone;
	int err;

	mutex_lock(&svc->dn->config_lock);
	err = dsr_pool_build((struct dsr_service *)svc, &dsr_sched_maglev,
			     &alone);
	mutex_unlock(&svc->dn->config_lock);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_EXPECT_EQ(test, pool->table_size, alone->table_size);
	KUNIT_EXPECT_EQ(test, memcmp(pool->table, alone->table,
				     pool->table_size * sizeof(*pool->table)),
			0);
	dsr_pool_free(alone);
}

/* Many services, of which some have the same backends, some have them at other
 * weights, and some have others.
 */
static void tables_of_many_are_right(struct kunit *test)
{
	struct dsr_backend_options heavy = {
		.weight = 5,
		.mode = DSR_MODE_LOCAL,
		.state = DSR_STATE_UP,
	};
	static struct dsr_service *svc[120];
	struct dsr_net *dn = fake_net(test);
	struct dsr_service_options options;
	struct dsr_transaction txn;
	struct dsr_backend *be;
	unsigned int i, n;

	dsr_service_defaults(&options);
	begin(&txn, dn);
	for (i = 0; i < ARRAY_SIZE(svc); i++) {
		struct dsr_service_key key = key_of(i, IPPROTO_TCP, 80, 80);

		svc[i] = dsr_service_stage_add(&txn, &key, &options, NULL);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, svc[i]);
		for (n = 1; n <= 3; n++) {
			be = stage_backend(&txn, svc[i], n + i % 3);
			KUNIT_ASSERT_NOT_ERR_OR_NULL(test, be);
			if (n == 2 && i % 5 == 0)
				dsr_backend_stage_set(&txn, be, &heavy);
		}
	}
	KUNIT_EXPECT_EQ(test, dsr_transaction_end(&txn, 0, NULL), 0);
	KUNIT_EXPECT_TRUE(test, txn.large);
	KUNIT_EXPECT_NULL(test, dn->recent_pools);
	end(&txn);
	for (i = 0; i < ARRAY_SIZE(svc); i++)
		expect_table(test, svc[i]);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(tables_of_many_are_right),
	KUNIT_CASE(services_come_together),
	KUNIT_CASE(backends_change_together),
	KUNIT_CASE(options_change_together),
	KUNIT_CASE(next_hops_change_together),
	KUNIT_CASE(limits_count_what_stays),
	KUNIT_CASE(places_change_hands),
	KUNIT_CASE(aborted_leaves_nothing),
	KUNIT_CASE(nothing_changes_nothing),
	KUNIT_CASE(numbers_wrap),
	KUNIT_CASE(refused_ones_take_no_numbers),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_transaction",
	.test_cases = cases,
};

kunit_test_suite(suite);
