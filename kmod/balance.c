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
u64 dsr_balance_hash(const struct dsr_net *dn, const struct dsr_service *svc,
		     const struct dsr_packet *pkt)
{
	const struct dsr_tuple *tuple = &pkt->tuple;
	/* A commit may change the first half. */
	const siphash_key_t once = {
		{ READ_ONCE(dn->hash_key.key[0]), dn->hash_key.key[1] },
	};
	const siphash_key_t *key = &once;

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
				 dsr_balance_hash(dn, svc, pkt));
}

/* Whether clients stay with their backends, which a commit may change. */
static bool has_affinity(const struct dsr_choice *c)
{
	return READ_ONCE(c->svc->affinity);
}

/* To decide: from here to decide() nothing is changed, but the turn. */

/* What became of the flow of the packet, if it has one. */
static enum dsr_past look_back(struct dsr_choice *c)
{
	struct dsr_net *dn = c->dn;

	if (!dsr_flow_find(rcu_dereference(dn->flows), c->tag, &dn->flow_user,
			   &c->flow))
		return DSR_PAST_NONE;
	if (unlikely(dsr_track_expired(c->svc, c->flow.value, c->now)))
		return DSR_PAST_EXPIRED;

	c->before = dsr_backend_by_id(dn, dsr_flow_backend(c->flow.value));
	if (unlikely(!c->before))
		return DSR_PAST_REMOVED;
	if (unlikely(dsr_backend_down(c->before)))
		return DSR_PAST_DOWN;
	if (lost(c->pkt, c->before))
		return DSR_PAST_LOST;
	if (unlikely(starts_afresh(c->before, c->flow.value, c->pkt->event)))
		return DSR_PAST_REUSED;
	return DSR_PAST_KNOWN;
}

/* Why no backend may be chosen; DSR_COUNTER_UNSPEC: one may. */
static enum dsr_counter forbidden(const struct dsr_choice *c)
{
	const struct dsr_service_options *options = &c->svc->options;

	switch (c->past) {
	case DSR_PAST_NONE:
	case DSR_PAST_EXPIRED:
		if (in_middle(c->pkt) && c->pkt->event != DSR_EVENT_ERROR &&
		    !READ_ONCE(options->adopt))
			return DSR_COUNTER_DROP_NOT_ADOPTED;
		break;
	case DSR_PAST_REMOVED:
	case DSR_PAST_DOWN:
		if (c->pkt->event != DSR_EVENT_SYN &&
		    READ_ONCE(options->on_remove) != DSR_ON_REMOVE_RESCHEDULE)
			return DSR_COUNTER_DROP_REMOVED;
		break;
	default:
		break;
	}
	return DSR_COUNTER_UNSPEC;
}

/* Where a flow is that isn't remembered, as far as the hash can tell. */
static struct dsr_backend *adopt(const struct dsr_choice *c)
{
	return dsr_sched_adopt(dsr_service_pool(c->svc),
			       dsr_balance_hash(c->dn, c->svc, c->pkt));
}

/* A connection seen first in its middle came from another director, or from
 * before a restart: the hash tells where it went.
 */
static struct dsr_backend *choose(struct dsr_choice *c)
{
	bool unnoted = leaves_no_flow(c->pkt->event);
	struct dsr_backend *be;

	if (has_affinity(c) && !unnoted) {
		c->how = DSR_DECISION_AFFINITY;
		be = dsr_affinity_find(c->dn, c->svc, c->pkt);
		if (be)
			return be;
	}
	if (unnoted || in_middle(c->pkt)) {
		c->how = DSR_DECISION_HASH;
		return adopt(c);
	}
	c->how = DSR_DECISION_SCHEDULER;
	return dsr_sched_next(dsr_service_pool(c->svc), c->turn,
			      dsr_balance_hash(c->dn, c->svc, c->pkt));
}

static void decide(struct dsr_choice *c)
{
	enum dsr_counter why;

	c->past = look_back(c);
	if (likely(c->past == DSR_PAST_KNOWN)) {
		c->how = DSR_DECISION_FLOW;
		c->be = c->before;
		return;
	}
	why = forbidden(c);
	if (unlikely(why)) {
		c->how = DSR_DECISION_REFUSED;
		c->why = why;
		return;
	}
	c->be = choose(c);
}

/* Whether a flow is to be remembered that isn't yet. */
static bool makes_flow(const struct dsr_choice *c)
{
	return c->be && c->how != DSR_DECISION_FLOW &&
	       !leaves_no_flow(c->pkt->event);
}

/* What chooses the same again where the flow can't be remembered: the client's
 * affinity, if there was room for that, or the hash.
 */
static struct dsr_backend *choose_unstored(const struct dsr_choice *c)
{
	struct dsr_backend *be;

	if (has_affinity(c)) {
		be = dsr_affinity_find(c->dn, c->svc, c->pkt);
		if (be)
			return be;
	}
	return adopt(c);
}

/* To do what was decided. */

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

static void note_new(const struct dsr_choice *c)
{
	dsr_backend_filled(c->be);
	dsr_count(c->dn, DSR_COUNTER_FLOW_NEW);
	dsr_count_flow(c->svc->traffic);
	dsr_count_flow(c->be->traffic);
	if (in_middle(c->pkt))
		dsr_count(c->dn, DSR_COUNTER_FLOW_ADOPTED);
	if (c->how == DSR_DECISION_AFFINITY)
		dsr_count(c->dn, DSR_COUNTER_FLOW_AFFINITY);
}

static struct dsr_backend *insert(const struct dsr_choice *c, u64 value)
{
	struct dsr_net *dn = c->dn;
	struct dsr_flow_peer peer;
	struct dsr_flow flow;

	fill_peer(&peer, &c->pkt->tuple);
	switch (dsr_flow_insert(rcu_dereference(dn->flows), c->tag, value,
				&peer, &dn->flow_user,
				c->past == DSR_PAST_NONE, &flow)) {
	case DSR_FLOW_REPLACED:
		dsr_count(dn, DSR_COUNTER_FLOW_REPLACED);
		fallthrough;
	case DSR_FLOW_INSERTED:
		note_new(c);
		return c->be;
	case DSR_FLOW_FOUND:
		return dsr_backend_by_id(dn, dsr_flow_backend(flow.value));
	case DSR_FLOW_NO_ROOM:
		break;
	}
	return NULL;
}

/* Remembers the choice: in the flow's old entry where it had one, else in a new
 * one.
 */
static struct dsr_backend *store(struct dsr_choice *c)
{
	enum dsr_flow_class class = dsr_flow_class_of(c->pkt->tuple.protocol);
	struct dsr_backend *stored;
	u64 value;

	value = dsr_flow_value(c->be->id, DSR_FLOW_STATE(class, DSR_FLOW_HALF),
			       c->now);
	if (c->past != DSR_PAST_NONE &&
	    dsr_track_update(c->dn, &c->flow, value)) {
		note_new(c);
		return c->be;
	}
	stored = insert(c, value);
	if (stored)
		return stored;
	dsr_count(c->dn, DSR_COUNTER_FLOW_UNSTORED);
	return choose_unstored(c);
}

/* A known flow. */
static void seen(struct dsr_choice *c)
{
	bool open;

	/* An error is no sign of the client's life. */
	if (unlikely(c->pkt->event == DSR_EVENT_ERROR) ||
	    likely(!dsr_track_packet(c->dn, c->svc, &c->flow, c->pkt->event,
				     c->now)))
		return;
	open = dsr_flow_phase(c->flow.value) == DSR_FLOW_OPEN;
	if (has_affinity(c) && open)
		dsr_affinity_note(c->dn, c->svc, c->pkt, c->be, true);
}

/* Whether the flow's backend was taken from it. */
static bool moved(enum dsr_past past)
{
	return past == DSR_PAST_REMOVED || past == DSR_PAST_DOWN ||
	       past == DSR_PAST_LOST;
}

static struct dsr_backend *carry_out(struct dsr_choice *c)
{
	struct dsr_backend *be;

	if (c->how == DSR_DECISION_FLOW)
		seen(c);
	if (!makes_flow(c))
		return c->be;

	if (has_affinity(c))
		dsr_affinity_note(c->dn, c->svc, c->pkt, c->be, false);
	be = store(c);
	if (be && moved(c->past))
		dsr_count(c->dn, DSR_COUNTER_FLOW_RESCHEDULED);
	return be;
}

/* All but the usual case. */
static noinline struct dsr_backend *
decide_apart(struct dsr_net *dn, struct dsr_service *svc,
	     const struct dsr_packet *pkt, u64 tag, enum dsr_counter *why)
{
	struct dsr_choice c = {
		.dn = dn,
		.svc = svc,
		.pkt = pkt,
		.turn = &svc->turn,
		.tag = tag,
		.now = dsr_flow_tick(),
		.why = DSR_COUNTER_DROP_NO_BACKEND,
	};
	struct dsr_backend *be;

	if (!in_middle(pkt))
		dsr_flow_expect(rcu_dereference(dn->flows), tag);
	decide(&c);
	be = carry_out(&c);
	if (unlikely(!be))
		*why = c.why;
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
 * A packet of an open flow reads one cache line of the flow table, 94 of 100
 * times, and the first ones of the backend and of its next hop, and writes none.
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

/* Whether the flow could be remembered; if not, the client's affinity keeps the
 * choice, where there's room for that.
 */
static bool has_room(const struct dsr_choice *c)
{
	return c->past != DSR_PAST_NONE ||
	       dsr_flow_has_room(rcu_dereference(c->dn->flows), c->tag,
				 &c->dn->flow_user);
}

/**
 * dsr_balance_explain() - what dsr_balance() would decide about a packet now
 * @c: the packet, its service and a turn that isn't the service's own; the rest
 *     is the result
 *
 * Decides as dsr_balance() does and does nothing about it.
 *
 * Context: config_lock held, so that no flow table is being replaced, when a
 * look would take flows over; under RCU.
 */
void dsr_balance_explain(struct dsr_choice *c)
{
	lockdep_assert_held(&c->dn->config_lock);
	c->why = DSR_COUNTER_DROP_NO_BACKEND;
	if (READ_ONCE(c->svc->stateless)) {
		c->how = DSR_DECISION_STATELESS;
		c->be = by_hash(c->dn, c->svc, c->pkt);
		return;
	}
	c->tag = dsr_tuple_hash(&c->pkt->tuple, &c->svc->flow_key);
	c->now = dsr_flow_tick();
	decide(c);
	if (!makes_flow(c) || has_room(c))
		return;
	c->how = DSR_DECISION_UNSTORED;
	if (!has_affinity(c) || !dsr_affinity_has_room(c->dn, c->svc, c->pkt))
		c->be = choose_unstored(c);
}
