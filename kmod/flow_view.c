// SPDX-License-Identifier: GPL-2.0
/* Flows as they are shown to people, by netlink and in /proc.  Context of all:
 * any, under RCU.
 */
#include "backend.h"
#include "flow_view.h"
#include "service.h"
#include "track.h"
#include "vip.h"

/**
 * dsr_flow_view() - the flow in a slot
 * @dn: the namespace
 * @table: its table
 * @slot: below dsr_flow_slots()
 * @view: the result
 *
 * Return: whether there is one that lives.
 */
bool dsr_flow_view(const struct dsr_net *dn, const struct dsr_flow_table *table,
		   u32 slot, struct dsr_flow_view *view)
{
	u32 now = dsr_flow_tick(), timeout;
	u64 value;

	if (!dsr_flow_peek(table, slot / DSR_FLOW_WAYS, slot % DSR_FLOW_WAYS,
			   &view->flow, &view->peer))
		return false;
	value = view->flow.value;
	if (dsr_flow_state(value) == DSR_FLOW_FRAGMENT)
		return false;
	view->be = dsr_backend_by_id(dn, dsr_flow_backend(value));
	if (!view->be || dsr_track_expired(view->be->svc, value, now))
		return false;

	timeout = READ_ONCE(view->be->svc->timeout[dsr_flow_state(value)]);
	timeout += timeout / 8;
	view->idle = dsr_flow_age(value, now);
	view->left = timeout > view->idle ? timeout - view->idle : 0;
	return true;
}

static enum dsr_flow_class class_of(const struct dsr_flow_view *view)
{
	return dsr_flow_state(view->flow.value) / DSR_FLOW_PHASES;
}

/* Of an affinity the service's, which may be 0: any. */
u8 dsr_flow_view_protocol(const struct dsr_flow_view *view)
{
	switch (class_of(view)) {
	case DSR_FLOW_TCP:
		return IPPROTO_TCP;
	case DSR_FLOW_UDP:
		return IPPROTO_UDP;
	case DSR_FLOW_SCTP:
		return IPPROTO_SCTP;
	case DSR_FLOW_OTHER:
		return (__force u16)view->peer.dport;
	default:
		return view->be->svc->protocol;
	}
}

bool dsr_flow_view_has_ports(const struct dsr_flow_view *view)
{
	return dsr_flow_is_flow(view->flow.value) &&
	       class_of(view) != DSR_FLOW_OTHER;
}

/* Where it goes; false: only its service is known. */
bool dsr_flow_view_daddr(const struct dsr_flow_view *view,
			 struct dsr_addr *addr)
{
	const struct dsr_service *svc = view->be->svc;

	if (!dsr_flow_is_flow(view->flow.value))
		return false;
	memset(addr, 0, sizeof(*addr));
	addr->family = svc->family;
	if (svc->family == AF_INET) {
		addr->ip.v4 = view->peer.v4.daddr;
		return true;
	}
	if (!svc->vip || svc->vip->prefixlen != dsr_addr_bits(AF_INET6))
		return false;
	*addr = svc->vip->addr;
	return true;
}
