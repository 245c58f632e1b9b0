// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "kmod/affinity.c"
#include "fake_net.h"

static struct dsr_service *stage(struct kunit *test)
{
	struct dsr_service *svc = fake_service(test, fake_net(test), 1,
					       &dsr_sched_rr);

	svc->affinity = true;
	svc->timeout[DSR_FLOW_AFFINITY_NEW] = 100;
	svc->timeout[DSR_FLOW_AFFINITY] = 100;
	return svc;
}

static struct dsr_packet packet_from(u32 client)
{
	return (struct dsr_packet) {
		.tuple = {
			.saddr.v4 = htonl(client),
			.family = AF_INET,
		},
	};
}

static struct dsr_backend *find(const struct dsr_service *svc, u32 client)
{
	struct dsr_packet pkt = packet_from(client);
	struct dsr_backend *be;

	rcu_read_lock();
	be = dsr_affinity_find(svc->dn, svc, &pkt);
	rcu_read_unlock();
	return be;
}

static bool has_room(const struct dsr_service *svc, u32 client)
{
	struct dsr_packet pkt = packet_from(client);
	bool room;

	rcu_read_lock();
	room = dsr_affinity_has_room(svc->dn, svc, &pkt);
	rcu_read_unlock();
	return room;
}

static void note(const struct dsr_service *svc, u32 client,
		 const struct dsr_backend *be)
{
	struct dsr_packet pkt = packet_from(client);

	local_bh_disable();
	rcu_read_lock();
	dsr_affinity_note(svc->dn, svc, &pkt, be, true);
	rcu_read_unlock();
	local_bh_enable();
}

static void network_has_one_backend(struct kunit *test)
{
	struct dsr_service *svc = stage(test);
	struct dsr_backend *be = fake_backend(test, svc, 1, 1);

	svc->options.affinity_prefixlen = 24;
	KUNIT_EXPECT_NULL(test, find(svc, 0x0a010101));
	note(svc, 0x0a010101, be);
	KUNIT_EXPECT_PTR_EQ(test, find(svc, 0x0a010101), be);
	KUNIT_EXPECT_PTR_EQ(test, find(svc, 0x0a0101ff), be);
	KUNIT_EXPECT_NULL(test, find(svc, 0x0a010201));
	fake_unreachable(be, true);
	KUNIT_EXPECT_NULL(test, find(svc, 0x0a010101));
}

/* Clients that have gone on with a flow don't give way. */
static void room_is_what_note_finds(struct kunit *test)
{
	struct dsr_service *svc = stage(test);
	struct dsr_backend *be = fake_backend(test, svc, 1, 1);
	u32 n, refused = 0;
	bool room;

	for (n = 0; n < 4 * DSR_FLOWS_MIN; n++) {
		room = has_room(svc, n);
		note(svc, n, be);
		KUNIT_ASSERT_EQ(test, room, !!find(svc, n));
		refused += !room;
	}
	KUNIT_EXPECT_GT(test, refused, DSR_FLOWS_MIN);
	/* One that is there has its place. */
	KUNIT_EXPECT_TRUE(test, has_room(svc, 0));
}

static struct kunit_case cases[] = {
	KUNIT_CASE(network_has_one_backend),
	KUNIT_CASE(room_is_what_note_finds),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_affinity",
	.test_cases = cases,
};

kunit_test_suite(suite);
