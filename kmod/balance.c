// SPDX-License-Identifier: GPL-2.0
/* Which backend a packet goes to: what was decided before for its flow, or a
 * decision now.
 */
#include "affinity.h"
#include "backend.h"
#include "balance.h"
#include "flow.h"
#include "packet.h"
#include "sched.h"
#include "service.h"
#include "stats.h"
#include "track.h"

/* A packet, and what has been found out about it on the way to a decision. */
struct decision {
	struct dsr_net *dn;
	struct dsr_service *svc;
	const struct dsr_packet *pkt;
	u64 tag;
	u32 now;
	struct dsr_flow *flow;		/* its old entry, or NULL */
	enum dsr_counter why;		/* of none */
};

/* Whether a flow of this protocol shows by its first packet that it is new. */
static bool has_beginning(u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_SCTP;
}

static bool in_middle(const struct dsr_packet *pkt)
{
	return has_beginning(pkt->tuple.protocol) &&
	       pkt->event != DSR_EVENT_SYN;
}

/* Whether the packet begins something new, although its flow is known: a port
 * used again after the end of a connection, or after a client was restarted.
 */
static bool starts_afresh(const struct dsr_backend *be, u64 value,
			  enum dsr_event event)
{
	if (event != DSR_EVENT_SYN)
		return false;
	return dsr_flow_phase(value) >= DSR_FLOW_CLOSING ||
	       !dsr_backend_willing(be);
}

/* A flow's backend whose neighbour is lost: datagrams have nothing to lose by
 * going elsewhere; a connection waits for it to come back.
 */
static bool lost(const struct dsr_packet *pkt, const struct dsr_backend *be)
{
	return unlikely(!dsr_backend_reachable(be)) &&
	       !has_beginning(pkt->tuple.protocol);
}

/* A packet that is no beginning of a flow and doesn't make one either. */
static bool leaves_no_flow(enum dsr_event event)
{
	return event == DSR_EVENT_ERROR || event == DSR_EVENT_RST ||
	       event == DSR_EVENT_FIN;
}

/* The schedulers' hash, of what the service says, with the shared key. */
static u64 schedule_hash(const struct dsr_net *dn,
			 const struct dsr_service *svc,
			 const struct dsr_packet *pkt)
{
	const struct dsr_tuple *tuple = &pkt->tuple;
	const siphash_key_t *key = &dn->hash_key;

	switch (READ_ONCE(svc->options.hash)) {
	case DSR_HASH_SOURCE:
		return dsr_hash_3(tuple->saddr.word[0], tuple->saddr.word[1],
				  0, key, DSR_HASH_PART);
	case DSR_HASH_SOURCE_PORT:
		return dsr_hash_3(tuple->saddr.word[0], tuple->saddr.word[1],
				  (__force u16)tuple->sport, key,
				  DSR_HASH_PART);
	case DSR_HASH_DESTINATION:
		return dsr_hash_3(tuple->daddr.word[0], tuple->daddr.word[1],
				  0, key, DSR_HASH_PART);
	default:
		return dsr_tuple_hash(tuple, key);
	}
}

static struct dsr_backend *by_hash(const struct dsr_net *dn,
				   const struct dsr_service *svc,
				   const struct dsr_packet *pkt)
{
	return dsr_sched_by_hash(dsr_service_pool(svc),
				 schedule_hash(dn, svc, pkt));
}

static void note_new(const struct decision *d, struct dsr_backend *be)
{
	dsr_backend_filled(be);
	dsr_count(d->dn, DSR_COUNTER_FLOW_NEW);
	dsr_count_flow(d->svc->traffic);
	dsr_count_flow(be->traffic);
	if (in_middle(d->pkt))
		dsr_count(d->dn, DSR_COUNTER_FLOW_ADOPTED);
}

/* A connection seen first in its middle came from another director, or from
 * before a restart: the hash tells where it went.
 */
static struct dsr_backend *choose(struct decision *d)
{
	struct dsr_backend *be = NULL;

	if (d->svc->affinity)
		be = dsr_affinity_find(d->dn, d->svc, d->pkt);
	if (be)
		dsr_count(d->dn, DSR_COUNTER_FLOW_AFFINITY);
	else if (in_middle(d->pkt))
		be = by_hash(d->dn, d->svc, d->pkt);
	else
		be = dsr_sched_next(dsr_service_pool(d->svc), d->svc,
				    schedule_hash(d->dn, d->svc, d->pkt));
	if (be && d->svc->affinity)
		dsr_affinity_note(d->dn, d->svc, d->pkt, be, false);
	return be;
}

static void fill_peer(struct dsr_flow_peer *peer, const struct dsr_tuple *tuple)
{
	if (tuple->family == AF_INET) {
		memset(peer, 0, sizeof(*peer));
		peer->v4.saddr = tuple->saddr.v4;
		peer->v4.daddr = tuple->daddr.v4;
	} else {
		peer->saddr6 = tuple->saddr.v6;
	}
	peer->sport = tuple->sport;
	peer->dport = tuple->dport;
	if (dsr_flow_class_of(tuple->protocol) == DSR_FLOW_OTHER)
		peer->dport = (__force __be16)(u16)tuple->protocol;
}

static struct dsr_backend *insert(const struct decision *d, u64 value,
				  struct dsr_backend *be)
{
	struct dsr_net *dn = d->dn;
	struct dsr_flow_peer peer;
	struct dsr_flow flow;

	fill_peer(&peer, &d->pkt->tuple);
	switch (dsr_flow_insert(rcu_dereference(dn->flows), d->tag, value,
				&peer, &dn->flow_user, !d->flow, &flow)) {
	case DSR_FLOW_REPLACED:
		dsr_count(dn, DSR_COUNTER_FLOW_REPLACED);
		fallthrough;
	case DSR_FLOW_INSERTED:
		note_new(d, be);
		return be;
	case DSR_FLOW_FOUND:
		return dsr_backend_by_id(dn, dsr_flow_backend(flow.value));
	case DSR_FLOW_NO_ROOM:
		break;
	}
	return NULL;
}

/* Remembers the choice: in the flow's old entry where it had one, else in a new
 * one.  Where none can be had, only the client's affinity, if there was room for
 * that, or the hash chooses the same again.
 */
static struct dsr_backend *store(const struct decision *d,
				 struct dsr_backend *be)
{
	enum dsr_flow_class class = dsr_flow_class_of(d->pkt->tuple.protocol);
	struct dsr_backend *stored;
	u64 value;

	value = dsr_flow_value(be->id, DSR_FLOW_STATE(class, DSR_FLOW_HALF),
			       d->now);
	if (d->flow && dsr_track_update(d->dn, d->flow, value)) {
		note_new(d, be);
		return be;
	}
	stored = insert(d, value, be);
	if (stored)
		return stored;
	dsr_count(d->dn, DSR_COUNTER_FLOW_UNSTORED);
	if (d->svc->affinity) {
		stored = dsr_affinity_find(d->dn, d->svc, d->pkt);
		if (stored)
			return stored;
	}
	return by_hash(d->dn, d->svc, d->pkt);
}

static struct dsr_backend *assign(struct decision *d)
{
	struct dsr_backend *be;

	if (leaves_no_flow(d->pkt->event))
		return by_hash(d->dn, d->svc, d->pkt);
	be = choose(d);
	return be ? store(d, be) : NULL;
}

/* A flow that isn't known. */
static struct dsr_backend *assign_new(struct decision *d)
{
	if (in_middle(d->pkt) && d->pkt->event != DSR_EVENT_ERROR &&
	    !READ_ONCE(d->svc->options.adopt)) {
		d->why = DSR_COUNTER_DROP_NOT_ADOPTED;
		return NULL;
	}
	return assign(d);
}

/* A flow whose backend is no more, down, or lost to its datagrams. */
static struct dsr_backend *reassign(struct decision *d)
{
	struct dsr_backend *be = assign(d);

	if (be && !leaves_no_flow(d->pkt->event))
		dsr_count(d->dn, DSR_COUNTER_FLOW_RESCHEDULED);
	return be;
}

static struct dsr_backend *orphan(struct decision *d)
{
	if (READ_ONCE(d->svc->options.on_remove) == DSR_ON_REMOVE_RESCHEDULE ||
	    d->pkt->event == DSR_EVENT_SYN)
		return reassign(d);
	d->why = DSR_COUNTER_DROP_REMOVED;
	return NULL;
}

static void seen(const struct decision *d, struct dsr_flow *flow,
		 const struct dsr_backend *be)
{
	bool open;

	/* An error is no sign of the client's life. */
	if (unlikely(d->pkt->event == DSR_EVENT_ERROR) ||
	    likely(!dsr_track_packet(d->dn, d->svc, flow, d->pkt->event,
				     d->now)))
		return;
	open = dsr_flow_phase(flow->value) == DSR_FLOW_OPEN;
	if (d->svc->affinity && open)
		dsr_affinity_note(d->dn, d->svc, d->pkt, be, true);
}

/* All but the usual case. */
static noinline struct dsr_backend *decide(struct decision *d)
{
	struct dsr_backend *be;
	struct dsr_flow flow;

	if (!dsr_flow_find(rcu_dereference(d->dn->flows), d->tag,
			   &d->dn->flow_user, &flow))
		return assign_new(d);
	d->flow = &flow;
	if (unlikely(dsr_track_expired(d->svc, flow.value, d->now)))
		return assign_new(d);

	be = dsr_backend_by_id(d->dn, dsr_flow_backend(flow.value));
	if (unlikely(!be || dsr_backend_down(be)))
		return orphan(d);
	if (lost(d->pkt, be))
		return reassign(d);
	if (unlikely(starts_afresh(be, flow.value, d->pkt->event)))
		return assign(d);
	seen(d, &flow, be);
	return be;
}

static noinline struct dsr_backend *
decide_apart(struct dsr_net *dn, struct dsr_service *svc,
	     const struct dsr_packet *pkt, u64 tag, enum dsr_counter *why)
{
	struct decision d = {
		.dn = dn,
		.svc = svc,
		.pkt = pkt,
		.tag = tag,
		.now = dsr_flow_tick(),
		.why = DSR_COUNTER_DROP_NO_BACKEND,
	};
	struct dsr_backend *be = decide(&d);

	if (unlikely(!be))
		*why = d.why;
	return be;
}

/* The backend of an open flow of which a packet says nothing new: most are such.
 * NULL: look closer.
 */
static struct dsr_backend *known(const struct dsr_net *dn,
				 const struct dsr_service *svc,
				 const struct dsr_packet *pkt, u64 tag)
{
	struct dsr_backend *be;
	unsigned int state;
	u64 value;

	if (unlikely(pkt->event != DSR_EVENT_DATA))
		return NULL;
	value = dsr_flow_look(rcu_dereference(dn->flows), tag);
	state = dsr_flow_state(value);
	if (unlikely(state % DSR_FLOW_PHASES != DSR_FLOW_OPEN ||
		     dsr_flow_age(value, dsr_flow_tick()) >
		     READ_ONCE(svc->refresh[state])))
		return NULL;
	be = dsr_backend_by_id(dn, dsr_flow_backend(value));
	if (unlikely(!be || dsr_backend_down(be) || !dsr_backend_reachable(be)))
		return NULL;
	return be;
}

/**
 * dsr_balance() - the backend that a packet goes to
 * @dn: the namespace
 * @svc: the packet's service
 * @pkt: the packet
 * @why: set when there is none: the counter of the reason
 *
 * A packet of a known flow reads one cache line of the flow table and the first
 * ones of the backend and of its next hop, and writes none.
 *
 * Context: softirq or BH off, under RCU.  No lock, no allocation.
 * Return: the backend, whose neighbour may be unusable when the flow is old; or
 * NULL when none is available.
 */
struct dsr_backend *dsr_balance(struct dsr_net *dn, struct dsr_service *svc,
				const struct dsr_packet *pkt,
				enum dsr_counter *why)
{
	struct dsr_backend *be;
	u64 tag;

	if (unlikely(READ_ONCE(svc->stateless))) {
		*why = DSR_COUNTER_DROP_NO_BACKEND;
		return by_hash(dn, svc, pkt);
	}
	tag = dsr_tuple_hash(&pkt->tuple, &svc->flow_key);
	be = known(dn, svc, pkt, tag);
	if (likely(be))
		return be;
	return decide_apart(dn, svc, pkt, tag, why);
}
