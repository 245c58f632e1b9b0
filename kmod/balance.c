// SPDX-License-Identifier: GPL-2.0
/* Which backend a packet goes to: what was decided before for its flow, or a
 * decision now, and what the packet means for the flow's state.
 */
#include "backend.h"
#include "balance.h"
#include "flow.h"
#include "packet.h"
#include "sched.h"
#include "service.h"
#include "stats.h"

/* What the choice of an entry to replace depends on. */
struct rank_context {
	const struct dsr_net *dn;
	u32 now;
};

/* The time of last use may be off by an eighth of the timeout: see touch(). */
static bool expired(const struct dsr_service *svc, u64 value, u32 now)
{
	u32 timeout = svc->timeout[dsr_flow_state(value)];

	return dsr_flow_age(value, now) > timeout + timeout / 8;
}

/* Of a removed backend, expired or reset: dead.  Half-open: the older, the
 * sooner.  Others stay, whatever comes.
 */
static u32 rank(const void *context, u64 value)
{
	const struct rank_context *rc = context;
	const struct dsr_backend *be;

	be = dsr_backend_by_id(rc->dn, dsr_flow_backend(value));
	if (!be || expired(be->svc, value, rc->now) ||
	    dsr_flow_state(value) == DSR_FLOW_CLOSED)
		return DSR_FLOW_DEAD;
	if (dsr_flow_state(value) == DSR_FLOW_HALF)
		return dsr_flow_age(value, rc->now) + 1;
	return 0;
}

/* Data behind a RST says that the RST was somebody else's: the connection has
 * to show itself again as one that lives.
 */
static enum dsr_flow_state next_state(enum dsr_flow_state state,
				      enum dsr_event event)
{
	switch (event) {
	case DSR_EVENT_DATA:
		if (state == DSR_FLOW_CLOSED)
			return DSR_FLOW_HALF;
		return state == DSR_FLOW_HALF ? DSR_FLOW_OPEN : state;
	case DSR_EVENT_FIN:
		return state == DSR_FLOW_CLOSED ? state : DSR_FLOW_CLOSING;
	case DSR_EVENT_RST:
		return DSR_FLOW_CLOSED;
	case DSR_EVENT_SYN:
	case DSR_EVENT_ERROR:
		break;
	}
	return state;
}

/* Most packets change nothing: the entry is written when the state changes, and
 * when its time of last use is off by more than an eighth of the timeout.
 */
static void touch(const struct dsr_service *svc, struct dsr_flow *flow,
		  enum dsr_event event, u32 now)
{
	enum dsr_flow_state state = dsr_flow_state(flow->value);
	enum dsr_flow_state next = next_state(state, event);

	if (likely(next == state &&
		   dsr_flow_age(flow->value, now) <= svc->timeout[state] / 8))
		return;
	dsr_flow_update(flow, dsr_flow_value(dsr_flow_backend(flow->value),
					     next, now));
}

/* Whether the packet begins something new, although its flow is known: a port
 * used again after the end of a connection, or after a client was restarted.
 */
static bool starts_afresh(const struct dsr_backend *be, u64 value,
			  enum dsr_event event)
{
	if (event != DSR_EVENT_SYN)
		return false;
	if (dsr_flow_state(value) >= DSR_FLOW_CLOSING)
		return true;
	return !dsr_backend_available(be);
}

/* A flow's backend whose neighbour is lost: datagrams have nothing to lose by
 * going elsewhere; a TCP connection waits for it to come back.
 */
static bool lost(const struct dsr_service *svc, const struct dsr_backend *be)
{
	return svc->protocol == IPPROTO_UDP &&
	       unlikely(!dsr_nexthop_usable(be->nexthop));
}

static void count_new(struct dsr_net *dn, const struct dsr_service *svc,
		      const struct dsr_backend *be,
		      const struct dsr_packet *pkt)
{
	dsr_count(dn, DSR_COUNTER_FLOW_NEW);
	dsr_count_flow(svc->traffic);
	dsr_count_flow(be->traffic);
	if (svc->protocol == IPPROTO_TCP && pkt->event != DSR_EVENT_SYN)
		dsr_count(dn, DSR_COUNTER_FLOW_ADOPTED);
}

/* A packet that is no beginning of a flow and doesn't make one either. */
static bool leaves_no_flow(enum dsr_event event)
{
	return event == DSR_EVENT_ERROR || event == DSR_EVENT_RST ||
	       event == DSR_EVENT_FIN;
}

/* A TCP connection seen first in its middle came from another director, or from
 * before a restart: the hash tells where it went.
 */
static struct dsr_backend *choose(struct dsr_service *svc,
				  const struct dsr_pool *pool,
				  const struct dsr_packet *pkt, u64 hash)
{
	if (svc->protocol == IPPROTO_UDP || pkt->event == DSR_EVENT_SYN)
		return dsr_sched_next(pool, svc, hash);
	return dsr_sched_by_hash(pool, hash);
}

static struct dsr_backend *store(struct dsr_net *dn, struct dsr_service *svc,
				 const struct dsr_packet *pkt, u64 tag, u32 now,
				 struct dsr_backend *be)
{
	const struct dsr_flow_table *table = rcu_dereference(dn->flows);
	const struct rank_context context = { .dn = dn, .now = now };
	struct dsr_flow flow;

	switch (dsr_flow_insert(table, tag,
				dsr_flow_value(be->id, DSR_FLOW_HALF, now),
				rank, &context, &flow)) {
	case DSR_FLOW_REPLACED:
		dsr_count(dn, DSR_COUNTER_FLOW_REPLACED);
		fallthrough;
	case DSR_FLOW_INSERTED:
		count_new(dn, svc, be, pkt);
		return be;
	case DSR_FLOW_FOUND:
		return dsr_backend_by_id(dn, dsr_flow_backend(flow.value));
	case DSR_FLOW_NO_ROOM:
		break;
	}
	return NULL;
}

/* Chooses, and remembers the choice: in @flow where the flow had an entry, else
 * in a new one.  Where none can be had, only the hash chooses the same again.
 */
static struct dsr_backend *assign(struct dsr_net *dn, struct dsr_service *svc,
				  const struct dsr_packet *pkt, u64 tag,
				  u32 now, struct dsr_flow *flow)
{
	const struct dsr_pool *pool = rcu_dereference(svc->pool);
	u64 hash = dsr_tuple_hash(&pkt->tuple, &dn->hash_key);
	struct dsr_backend *be, *stored;

	if (leaves_no_flow(pkt->event))
		return dsr_sched_by_hash(pool, hash);

	be = choose(svc, pool, pkt, hash);
	if (!be)
		return NULL;

	if (flow && dsr_flow_update(flow, dsr_flow_value(be->id, DSR_FLOW_HALF,
							 now))) {
		count_new(dn, svc, be, pkt);
		return be;
	}
	stored = store(dn, svc, pkt, tag, now, be);
	if (stored)
		return stored;

	dsr_count(dn, DSR_COUNTER_FLOW_UNSTORED);
	return dsr_sched_by_hash(pool, hash);
}

/**
 * dsr_balance() - find the backend of a packet's flow, or choose one
 * @dn: the namespace
 * @svc: the service that the packet is for
 * @pkt: the packet
 *
 * Context: softirq or BH off, under RCU.  No lock, no allocation.
 * Return: the backend, whose neighbour may be unusable when the flow is old; or
 * NULL when none is available.
 */
struct dsr_backend *dsr_balance(struct dsr_net *dn, struct dsr_service *svc,
				const struct dsr_packet *pkt)
{
	const struct dsr_flow_table *table = rcu_dereference(dn->flows);
	u64 tag = dsr_tuple_hash(&pkt->tuple, &svc->flow_key);
	u32 now = dsr_flow_tick();
	struct dsr_backend *be;
	struct dsr_flow flow;

	if (!dsr_flow_find(table, tag, &flow))
		return assign(dn, svc, pkt, tag, now, NULL);
	if (unlikely(expired(svc, flow.value, now)))
		return assign(dn, svc, pkt, tag, now, &flow);

	be = dsr_backend_by_id(dn, dsr_flow_backend(flow.value));
	if (unlikely(!be || lost(svc, be))) {
		be = assign(dn, svc, pkt, tag, now, &flow);
		if (be && !leaves_no_flow(pkt->event))
			dsr_count(dn, DSR_COUNTER_FLOW_RESCHEDULED);
		return be;
	}
	if (unlikely(starts_afresh(be, flow.value, pkt->event)))
		return assign(dn, svc, pkt, tag, now, &flow);

	/* An error is no sign of the client's life. */
	if (likely(pkt->event != DSR_EVENT_ERROR))
		touch(svc, &flow, pkt->event, now);
	return be;
}
