// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "kmod/track.c"
#include "fake_net.h"

/* A namespace with a service and its backend, and what a test does there. */
struct stage {
	struct dsr_net *dn;
	struct dsr_service *svc;
	struct dsr_backend *be;
};

static struct stage stage(struct kunit *test)
{
	struct stage stage;

	stage.dn = fake_net(test);
	stage.svc = fake_service(test, stage.dn, 1, &dsr_sched_rr);
	stage.be = fake_backend(test, stage.svc, 1, 1);
	return stage;
}

static enum dsr_flow_insert_result put(struct stage *stage, u64 hash,
				       u64 value, struct dsr_flow *flow)
{
	static const struct dsr_flow_peer nobody;
	enum dsr_flow_insert_result result;

	local_bh_disable();
	rcu_read_lock();
	result = dsr_flow_insert(rcu_dereference(stage->dn->flows), hash, value,
				 &nobody, &stage->dn->flow_user, false, flow);
	rcu_read_unlock();
	local_bh_enable();
	return result;
}

static struct dsr_flow begin(struct kunit *test, struct stage *stage, u64 hash,
			     unsigned int state, u32 tick)
{
	struct dsr_flow flow;

	KUNIT_ASSERT_EQ(test, put(stage, hash,
				  dsr_flow_value(stage->be->id, state, tick),
				  &flow), DSR_FLOW_INSERTED);
	return flow;
}

static bool packet(struct stage *stage, struct dsr_flow *flow,
		   enum dsr_event event, u32 now)
{
	bool written;

	rcu_read_lock();
	written = dsr_track_packet(stage->dn, stage->svc, flow, event, now);
	rcu_read_unlock();
	return written;
}

static bool update(struct stage *stage, struct dsr_flow *flow, u64 value)
{
	bool changed;

	rcu_read_lock();
	changed = dsr_track_update(stage->dn, flow, value);
	rcu_read_unlock();
	return changed;
}

static bool take_out(struct stage *stage, struct dsr_flow *flow)
{
	bool gone;

	rcu_read_lock();
	gone = dsr_track_remove(stage->dn, flow);
	rcu_read_unlock();
	return gone;
}

static bool dead(struct stage *stage, u64 value, u32 now)
{
	bool is;

	rcu_read_lock();
	is = dsr_track_dead(stage->dn, value, now);
	rcu_read_unlock();
	return is;
}

static u32 rank_of(struct stage *stage, u64 value)
{
	u32 result;

	rcu_read_lock();
	result = rank(stage->dn, value);
	rcu_read_unlock();
	return result;
}

static void expect_gauges(struct kunit *test, const struct stage *stage,
			  int active, int closing)
{
	KUNIT_EXPECT_EQ(test, atomic_read(&stage->be->active), active);
	KUNIT_EXPECT_EQ(test, atomic_read(&stage->be->closing), closing);
}

/* Which phase follows, by the phase and the event. */
static const enum dsr_flow_phase after[DSR_FLOW_PHASES][5] = {
	[DSR_FLOW_HALF] = {
		[DSR_EVENT_DATA] = DSR_FLOW_OPEN,
		[DSR_EVENT_SYN] = DSR_FLOW_HALF,
		[DSR_EVENT_FIN] = DSR_FLOW_CLOSING,
		[DSR_EVENT_RST] = DSR_FLOW_CLOSED,
		[DSR_EVENT_ERROR] = DSR_FLOW_HALF,
	},
	[DSR_FLOW_OPEN] = {
		[DSR_EVENT_DATA] = DSR_FLOW_OPEN,
		[DSR_EVENT_SYN] = DSR_FLOW_OPEN,
		[DSR_EVENT_FIN] = DSR_FLOW_CLOSING,
		[DSR_EVENT_RST] = DSR_FLOW_CLOSED,
		[DSR_EVENT_ERROR] = DSR_FLOW_OPEN,
	},
	[DSR_FLOW_CLOSING] = {
		[DSR_EVENT_DATA] = DSR_FLOW_CLOSING,
		[DSR_EVENT_SYN] = DSR_FLOW_CLOSING,
		[DSR_EVENT_FIN] = DSR_FLOW_CLOSING,
		[DSR_EVENT_RST] = DSR_FLOW_CLOSED,
		[DSR_EVENT_ERROR] = DSR_FLOW_CLOSING,
	},
	[DSR_FLOW_CLOSED] = {
		[DSR_EVENT_DATA] = DSR_FLOW_HALF,
		[DSR_EVENT_SYN] = DSR_FLOW_CLOSED,
		[DSR_EVENT_FIN] = DSR_FLOW_CLOSED,
		[DSR_EVENT_RST] = DSR_FLOW_CLOSED,
		[DSR_EVENT_ERROR] = DSR_FLOW_CLOSED,
	},
};

static int counts_active(enum dsr_flow_phase phase)
{
	return phase == DSR_FLOW_HALF || phase == DSR_FLOW_OPEN;
}

/* Each event in each phase, of each class: the phase that follows, whether it
 * is written, and in which gauge the flow counts.
 */
static void event_leads_to_phase(struct kunit *test)
{
	enum dsr_flow_phase phase, next;
	struct stage s = stage(test);
	unsigned int class, state;
	struct dsr_flow flow;
	enum dsr_event event;
	u64 hash = 1;

	for (class = 0; class < DSR_FLOW_CLASSES; class++)
		for (phase = 0; phase < DSR_FLOW_PHASES; phase++)
			for (event = 0; event < ARRAY_SIZE(after[0]); event++) {
				state = DSR_FLOW_STATE(class, phase);
				next = after[phase][event];
				flow = begin(test, &s, hash++, state, 100);
				expect_gauges(test, &s, counts_active(phase),
					      phase == DSR_FLOW_CLOSING);
				KUNIT_EXPECT_EQ(test,
						packet(&s, &flow, event, 101),
						next != phase);
				KUNIT_EXPECT_EQ(test, dsr_flow_state(flow.value),
						DSR_FLOW_STATE(class, next));
				KUNIT_EXPECT_EQ(test,
						dsr_flow_backend(flow.value),
						s.be->id);
				expect_gauges(test, &s, counts_active(next),
					      next == DSR_FLOW_CLOSING);
				KUNIT_EXPECT_TRUE(test, take_out(&s, &flow));
				expect_gauges(test, &s, 0, 0);
			}
}

/* The time of last use is written when it's off by more than an eighth of the
 * phase's timeout, and not before.
 */
static void time_is_written_now_and_then(struct kunit *test)
{
	struct stage s = stage(test);
	struct dsr_flow flow;
	u32 timeout;

	flow = begin(test, &s, 1, DSR_FLOW_STATE(DSR_FLOW_TCP, DSR_FLOW_OPEN),
		     1000);
	timeout = s.svc->timeout[DSR_FLOW_OPEN];
	KUNIT_EXPECT_FALSE(test, packet(&s, &flow, DSR_EVENT_DATA, 1000));
	KUNIT_EXPECT_FALSE(test, packet(&s, &flow, DSR_EVENT_DATA,
					1000 + timeout / 8));
	KUNIT_EXPECT_TRUE(test, packet(&s, &flow, DSR_EVENT_DATA,
				       1001 + timeout / 8));
	KUNIT_EXPECT_EQ(test, dsr_flow_age(flow.value, 1001 + timeout / 8), 0);
	expect_gauges(test, &s, 1, 0);
}

/* What another CPU has written meanwhile stays, and is accounted for once. */
static void stale_packet_writes_nothing(struct kunit *test)
{
	struct stage s = stage(test);
	struct dsr_flow flow, stale;

	flow = begin(test, &s, 1, DSR_FLOW_STATE(DSR_FLOW_TCP, DSR_FLOW_HALF),
		     1);
	stale = flow;
	KUNIT_EXPECT_TRUE(test, packet(&s, &flow, DSR_EVENT_FIN, 2));
	KUNIT_EXPECT_FALSE(test, packet(&s, &stale, DSR_EVENT_DATA, 2));
	KUNIT_EXPECT_FALSE(test, take_out(&s, &stale));
	expect_gauges(test, &s, 0, 1);
}

/* Each class and phase lives for its own timeout, and the eighth that its time
 * of last use may be late.
 */
static void flow_expires_by_class_and_phase(struct kunit *test)
{
	struct stage s = stage(test);
	u32 state, timeout, limit;
	u64 value;

	for (state = 0; state < DSR_FLOW_FRAGMENT; state++)
		s.svc->timeout[state] = 80 + 16 * state;
	for (state = 0; state < DSR_FLOW_FRAGMENT; state++) {
		timeout = 80 + 16 * state;
		limit = timeout + timeout / 8;
		value = dsr_flow_value(s.be->id, state, 1000);
		KUNIT_EXPECT_FALSE(test, dead(&s, value, 1000));
		KUNIT_EXPECT_FALSE(test, dead(&s, value, 1000 + limit));
		KUNIT_EXPECT_TRUE(test, dead(&s, value, 1001 + limit));
		/* Another CPU's clock, a little ahead. */
		KUNIT_EXPECT_FALSE(test, dead(&s, value, 999));
	}
}

static void time_goes_round(struct kunit *test)
{
	struct stage s = stage(test);
	u64 value = dsr_flow_value(s.be->id, DSR_FLOW_OPEN, DSR_TICK_MASK - 1);

	s.svc->timeout[DSR_FLOW_OPEN] = 80;
	KUNIT_EXPECT_FALSE(test, dead(&s, value, 88));
	KUNIT_EXPECT_TRUE(test, dead(&s, value, 89));
}

static void fragment_and_orphan_have_fixed_times(struct kunit *test)
{
	struct stage s = stage(test);
	u32 longest = dsr_flow_ticks(DSR_TIMEOUT_ESTABLISHED);
	u64 value;

	value = dsr_flow_value(s.be->id, DSR_FLOW_FRAGMENT, 1000);
	KUNIT_EXPECT_FALSE(test, dead(&s, value, 1000 + DSR_FRAGMENT_TICKS));
	KUNIT_EXPECT_TRUE(test, dead(&s, value, 1001 + DSR_FRAGMENT_TICKS));
	value = dsr_flow_value(0, DSR_FLOW_FRAGMENT, 1000);
	KUNIT_EXPECT_FALSE(test, dead(&s, value, 1000 + DSR_FRAGMENT_TICKS));
	KUNIT_EXPECT_TRUE(test, dead(&s, value, 1001 + DSR_FRAGMENT_TICKS));

	value = dsr_flow_value(s.be->id + 1, DSR_FLOW_HALF, 1000);
	KUNIT_EXPECT_FALSE(test, dead(&s, value, 1000 + longest));
	KUNIT_EXPECT_TRUE(test, dead(&s, value, 1001 + longest));
}

static u64 aged(u32 backend, unsigned int state, u32 age)
{
	return dsr_flow_value(backend, state,
			      (dsr_flow_tick() - age) & DSR_TICK_MASK);
}

/* Ages by the clock, which may go on by a tick meanwhile. */
static void expect_about(struct kunit *test, u32 rank, u32 age)
{
	KUNIT_EXPECT_GE(test, rank, age + 1);
	KUNIT_EXPECT_LE(test, rank, age + 3);
}

static void rank_says_who_makes_room(struct kunit *test)
{
	struct stage s = stage(test);
	u32 id = s.be->id, class, state;

	for (class = 0; class < DSR_FLOW_CLASSES; class++) {
		state = DSR_FLOW_STATE(class, 0);
		expect_about(test, rank_of(&s, aged(id, state + DSR_FLOW_HALF,
						    7)), 7);
		KUNIT_EXPECT_EQ(test,
				rank_of(&s, aged(id, state + DSR_FLOW_OPEN,
						 7)), 0);
		KUNIT_EXPECT_EQ(test,
				rank_of(&s, aged(id, state + DSR_FLOW_CLOSING,
						 7)), 0);
		KUNIT_EXPECT_EQ(test,
				rank_of(&s, aged(id, state + DSR_FLOW_CLOSED,
						 0)), DSR_FLOW_DEAD);
		KUNIT_EXPECT_EQ(test,
				rank_of(&s, aged(id, state + DSR_FLOW_OPEN,
						 100000)), DSR_FLOW_DEAD);
		KUNIT_EXPECT_EQ(test,
				rank_of(&s, aged(id + 1, state + DSR_FLOW_OPEN,
						 7)), DSR_FLOW_ORPHAN);
	}
	expect_about(test, rank_of(&s, aged(id, DSR_FLOW_FRAGMENT, 3)), 3);
	expect_about(test, rank_of(&s, aged(0, DSR_FLOW_FRAGMENT, 3)), 3);
	KUNIT_EXPECT_EQ(test, rank_of(&s, aged(id, DSR_FLOW_FRAGMENT, 20)),
			DSR_FLOW_DEAD);

	s.svc->timeout[DSR_FLOW_AFFINITY_NEW] = 100;
	s.svc->timeout[DSR_FLOW_AFFINITY] = 100;
	expect_about(test, rank_of(&s, aged(id, DSR_FLOW_AFFINITY_NEW, 7)), 7);
	KUNIT_EXPECT_EQ(test, rank_of(&s, aged(id, DSR_FLOW_AFFINITY, 7)), 0);
	KUNIT_EXPECT_EQ(test, rank_of(&s, aged(id, DSR_FLOW_AFFINITY, 200)),
			DSR_FLOW_DEAD);
	KUNIT_EXPECT_EQ(test, rank_of(&s, aged(id + 1, DSR_FLOW_AFFINITY, 7)),
			DSR_FLOW_ORPHAN);
}

/* What is no flow counts nowhere; a flow that moves is taken from the one and
 * given to the other; one of a removed backend is nobody's.
 */
static void gauges_follow_the_flows(struct kunit *test)
{
	struct stage s = stage(test);
	struct dsr_backend *other = fake_backend(test, s.svc, 2, 1);
	struct dsr_flow flow, entry;

	flow = begin(test, &s, 1, DSR_FLOW_OPEN, dsr_flow_tick());
	entry = begin(test, &s, 2, DSR_FLOW_AFFINITY, dsr_flow_tick());
	begin(test, &s, 3, DSR_FLOW_FRAGMENT, dsr_flow_tick());
	expect_gauges(test, &s, 1, 0);
	KUNIT_EXPECT_TRUE(test, take_out(&s, &entry));
	expect_gauges(test, &s, 1, 0);

	KUNIT_EXPECT_TRUE(test, update(&s, &flow,
				       dsr_flow_value(other->id,
						      DSR_FLOW_CLOSING,
						      dsr_flow_tick())));
	expect_gauges(test, &s, 0, 0);
	KUNIT_EXPECT_EQ(test, dsr_backend_active(other), 0);
	KUNIT_EXPECT_EQ(test, dsr_backend_closing(other), 1);

	fake_backend_del(test, s.svc, other);
	KUNIT_EXPECT_TRUE(test, update(&s, &flow,
				       dsr_flow_value(s.be->id, DSR_FLOW_HALF,
						      dsr_flow_tick())));
	expect_gauges(test, &s, 1, 0);
}

/* More half-open flows than the table holds: those that are replaced are taken
 * out of the gauge.
 */
static void gauge_is_what_the_table_holds(struct kunit *test)
{
	struct stage s = stage(test);
	const struct dsr_flow_table *table;
	u32 n, now = dsr_flow_tick(), held = 0, set;
	struct dsr_flow flow;
	unsigned int way;

	for (n = 1; n <= 8 * DSR_FLOWS_MIN; n++)
		put(&s, n * GOLDEN_RATIO_64,
		    dsr_flow_value(s.be->id, n % 4, now), &flow);
	rcu_read_lock();
	table = rcu_dereference(s.dn->flows);
	for (set = 0; set < table->nr; set++)
		for (way = 0; way < DSR_FLOW_WAYS; way++)
			if (dsr_flow_peek(table, set, way, &flow, NULL) &&
			    dsr_flow_phase(flow.value) != DSR_FLOW_CLOSED)
				held++;
	rcu_read_unlock();
	KUNIT_EXPECT_GT(test, held, DSR_FLOWS_MIN);
	KUNIT_EXPECT_EQ(test, dsr_backend_active(s.be) +
			dsr_backend_closing(s.be), held);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(event_leads_to_phase),
	KUNIT_CASE(time_is_written_now_and_then),
	KUNIT_CASE(stale_packet_writes_nothing),
	KUNIT_CASE(flow_expires_by_class_and_phase),
	KUNIT_CASE(time_goes_round),
	KUNIT_CASE(fragment_and_orphan_have_fixed_times),
	KUNIT_CASE(rank_says_who_makes_room),
	KUNIT_CASE(gauges_follow_the_flows),
	KUNIT_CASE(gauge_is_what_the_table_holds),
	{}
};

static struct kunit_suite suite = {
	.name = "dsr_track",
	.test_cases = cases,
};

kunit_test_suite(suite);
