// SPDX-License-Identifier: GPL-2.0
/* What packets show of their flows: the states that these go through, which of
 * them may lose their entries, and the gauges of the backends that have them.
 */
#include "backend.h"
#include "track.h"

/* One of @be's flows: nothing, or in which of its gauges it counts. */
static void gauge_add(const struct dsr_net *dn, u64 value, int change)
{
	struct dsr_backend *be;

	if (!value || !dsr_flow_is_flow(value) ||
	    dsr_flow_phase(value) == DSR_FLOW_CLOSED)
		return;
	be = dsr_backend_by_id(dn, dsr_flow_backend(value));
	if (!be)
		return;
	if (dsr_flow_phase(value) == DSR_FLOW_CLOSING)
		atomic_add(change, &be->closing);
	else
		atomic_add(change, &be->active);
}

/* Context: under RCU. */
static void account(const void *context, u64 old, u64 value)
{
	const struct dsr_net *dn = context;

	gauge_add(dn, value, 1);
	if (unlikely(old))
		gauge_add(dn, old, -1);
}

/**
 * dsr_track_dead() - whether an entry has nothing to say any more
 * @dn: the namespace
 * @value: its value
 * @now: the tick
 *
 * That of a removed backend still says that its packets are to be dropped, if
 * its service had it so: for as long as the longest of the default timeouts,
 * since it isn't known whose it was.
 *
 * Context: under RCU.
 * Return: whether it may be forgotten.
 */
bool dsr_track_dead(const struct dsr_net *dn, u64 value, u32 now)
{
	const struct dsr_backend *be;

	if (dsr_flow_state(value) == DSR_FLOW_FRAGMENT)
		return dsr_flow_age(value, now) > DSR_FRAGMENT_TICKS;
	be = dsr_backend_by_id(dn, dsr_flow_backend(value));
	if (!be)
		return dsr_flow_age(value, now) >
		       dsr_flow_ticks(DSR_TIMEOUT_ESTABLISHED);
	return dsr_track_expired(be->svc, value, now);
}

/* Dead or reset: at once; those of no backend next; then what the client has not
 * gone on with: the older, the sooner.  Others stay, whatever comes.
 */
static u32 rank(const void *context, u64 value)
{
	const struct dsr_net *dn = context;
	u32 now = dsr_flow_tick();

	if (dsr_track_dead(dn, value, now))
		return DSR_FLOW_DEAD;
	if (dsr_flow_state(value) == DSR_FLOW_FRAGMENT)
		return dsr_flow_age(value, now) + 1;
	if (!dsr_backend_by_id(dn, dsr_flow_backend(value)))
		return DSR_FLOW_ORPHAN;
	if (dsr_flow_is_flow(value)) {
		if (dsr_flow_phase(value) == DSR_FLOW_CLOSED)
			return DSR_FLOW_DEAD;
		if (dsr_flow_phase(value) != DSR_FLOW_HALF)
			return 0;
	} else if (dsr_flow_state(value) == DSR_FLOW_AFFINITY) {
		return 0;
	}
	return dsr_flow_age(value, now) + 1;
}

/* Context: process, once, before there is a table. */
void dsr_track_init(struct dsr_net *dn)
{
	dn->flow_user.rank = rank;
	dn->flow_user.account = account;
	dn->flow_user.context = dn;
}

/* dsr_flow_update(), accounted for.  Context: under RCU. */
bool dsr_track_update(const struct dsr_net *dn, struct dsr_flow *flow,
		      u64 value)
{
	u64 old = flow->value;

	if (!dsr_flow_update(flow, value))
		return false;
	account(dn, old, value);
	return true;
}

/* dsr_flow_remove(), accounted for.  Context: under RCU. */
bool dsr_track_remove(const struct dsr_net *dn, struct dsr_flow *flow)
{
	if (!dsr_flow_remove(flow))
		return false;
	account(dn, flow->value, 0);
	return true;
}

/* Data behind a RST says that the RST was somebody else's: the connection has
 * to show itself again as one that lives.
 */
static enum dsr_flow_phase next_phase(enum dsr_flow_phase phase,
				      enum dsr_event event)
{
	switch (event) {
	case DSR_EVENT_DATA:
		if (phase == DSR_FLOW_CLOSED)
			return DSR_FLOW_HALF;
		return phase == DSR_FLOW_HALF ? DSR_FLOW_OPEN : phase;
	case DSR_EVENT_FIN:
		return phase == DSR_FLOW_CLOSED ? phase : DSR_FLOW_CLOSING;
	case DSR_EVENT_RST:
		return DSR_FLOW_CLOSED;
	case DSR_EVENT_SYN:
	case DSR_EVENT_ERROR:
		break;
	}
	return phase;
}

/**
 * dsr_track_packet() - a packet of a known flow has come
 * @dn: the namespace
 * @svc: its service
 * @flow: the flow
 * @event: what the packet says
 * @now: the tick
 *
 * Most packets change nothing: the entry is written when the state changes, and
 * when its time of last use is off by more than the service's @refresh.
 *
 * Context: softirq or BH off, under RCU.
 * Return: whether the entry was written.
 */
bool dsr_track_packet(struct dsr_net *dn, const struct dsr_service *svc,
		      struct dsr_flow *flow, enum dsr_event event, u32 now)
{
	unsigned int state = dsr_flow_state(flow->value);
	enum dsr_flow_phase phase = dsr_flow_phase(flow->value);
	enum dsr_flow_phase next = next_phase(phase, event);

	if (likely(next == phase && dsr_flow_age(flow->value, now) <=
				    READ_ONCE(svc->refresh[state])))
		return false;
	return dsr_track_update(dn, flow,
				dsr_flow_value(dsr_flow_backend(flow->value),
					       state - phase + next, now));
}
