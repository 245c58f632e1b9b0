// SPDX-License-Identifier: GPL-2.0
/* Events: what has happened, to those who have joined the multicast group.
 *
 * Nothing is built where nobody listens, and nothing comes from the packet path.
 * Who misses an event learns that he did: netlink tells him where his own socket
 * has no room for it, and we do where it could not be built.
 */
#include <linux/if_ether.h>
#include <net/genetlink.h>

#include "backend.h"
#include "events.h"
#include "netlink.h"
#include "nexthop.h"
#include "service.h"

/* Without the family its group's number may be another family's. */
static bool events_are_open;

/**
 * struct event - what an event tells
 * @kind: what has happened
 * @portid: who asked for it, 0: nobody
 * @lladdr_before: the MAC address that was replaced, or NULL
 * @fill: writes the attributes of @object; NULL: there are none
 * @object: what it has happened to
 */
struct event {
	enum dsr_event_kind kind;
	u32 portid;
	const u8 *lladdr_before;
	dsr_nl_fill_t fill;
	const void *object;
};

static int event_fill(struct sk_buff *msg, const void *object)
{
	const struct event *event = object;
	struct nlattr *nest;

	nest = nla_nest_start(msg, DSR_A_EVENT);
	if (!nest || nla_put_u8(msg, DSR_A_EVENT_KIND, event->kind))
		return -EMSGSIZE;
	if (event->portid &&
	    nla_put_u32(msg, DSR_A_EVENT_PORTID, event->portid))
		return -EMSGSIZE;
	if (event->lladdr_before &&
	    nla_put(msg, DSR_A_EVENT_LLADDR_BEFORE, ETH_ALEN,
		    event->lladdr_before))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return event->fill ? event->fill(msg, event->object) : 0;
}

static struct sk_buff *event_build(const struct event *event)
{
	struct sk_buff *msg;

	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (msg && !dsr_nl_put(msg, 0, 0, 0, DSR_CMD_EVENT, event_fill, event)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

/* Consumes @msg.  dsr_events_close() waits for whoever is in here. */
static void event_multicast(struct net *net, struct sk_buff *msg)
{
	rcu_read_lock();
	if (!READ_ONCE(events_are_open))
		nlmsg_free(msg);
	else if (msg)
		genlmsg_multicast_netns(&dsr_genl_family, net, msg, 0, 0,
					GFP_ATOMIC);
	else
		genl_set_err(&dsr_genl_family, net, 0, 0, -ENOBUFS);
	rcu_read_unlock();
}

static bool event_is_wanted(const struct dsr_net *dn)
{
	return READ_ONCE(events_are_open) &&
	       genl_has_listeners(&dsr_genl_family, dn->net, 0);
}

/* Built and sent under link_lock, so that no event tells less of a next hop than
 * one before it did.
 */
static void event_send_locked(struct dsr_net *dn, const struct event *event)
{
	lockdep_assert_held(&dn->link_lock);
	if (event_is_wanted(dn))
		event_multicast(dn->net, event_build(event));
}

static void event_send(struct dsr_net *dn, const struct event *event)
{
	if (!event_is_wanted(dn))
		return;
	mutex_lock(&dn->link_lock);
	event_send_locked(dn, event);
	mutex_unlock(&dn->link_lock);
}

static int service_key_fill(struct sk_buff *msg, const void *object)
{
	return dsr_nl_service_put_key(msg, object);
}

/**
 * dsr_event_service() - a service was added, changed or removed, or has lost its
 *			 backends
 * @dn: the namespace
 * @kind: DSR_EVENT_KIND_SERVICE_ADD, _SET, _DEL, or DSR_EVENT_KIND_BACKEND_FLUSH
 * @svc: the service; one that is removed, before it is
 * @portid: who asked for it
 */
void dsr_event_service(struct dsr_net *dn, enum dsr_event_kind kind,
		       const struct dsr_service *svc, u32 portid)
{
	bool whole = kind == DSR_EVENT_KIND_SERVICE_ADD ||
		     kind == DSR_EVENT_KIND_SERVICE_SET;

	event_send(dn, &(struct event) {
		.kind = kind,
		.portid = portid,
		.fill = whole ? dsr_nl_service_fill : service_key_fill,
		.object = svc,
	});
}

/* Every service was removed. */
void dsr_event_service_flush(struct dsr_net *dn, u32 portid)
{
	event_send(dn, &(struct event) {
		.kind = DSR_EVENT_KIND_SERVICE_FLUSH,
		.portid = portid,
	});
}

/**
 * dsr_event_backend() - a backend was added or changed, by whomever
 * @dn: the namespace
 * @kind: DSR_EVENT_KIND_BACKEND_*
 * @be: the backend
 * @portid: who asked for it
 */
void dsr_event_backend(struct dsr_net *dn, enum dsr_event_kind kind,
		       const struct dsr_backend *be, u32 portid)
{
	event_send(dn, &(struct event) {
		.kind = kind,
		.portid = portid,
		.fill = dsr_nl_backend_fill,
		.object = be,
	});
}

/* What names a backend. */
struct backend_key {
	const struct dsr_service *svc;
	const struct dsr_addr *addr;
};

static int backend_key_fill(struct sk_buff *msg, const void *object)
{
	const struct backend_key *key = object;

	return dsr_nl_backend_put_key(msg, key->svc, key->addr);
}

/**
 * dsr_event_backend_del() - a backend was removed
 * @dn: the namespace
 * @svc: its service
 * @addr: its address, which is all that there still is of it
 * @portid: who asked for it
 */
void dsr_event_backend_del(struct dsr_net *dn, const struct dsr_service *svc,
			   const struct dsr_addr *addr, u32 portid)
{
	struct backend_key key = { .svc = svc, .addr = addr };

	event_send(dn, &(struct event) {
		.kind = DSR_EVENT_KIND_BACKEND_DEL,
		.portid = portid,
		.fill = backend_key_fill,
		.object = &key,
	});
}

void dsr_event_settings(struct dsr_net *dn, u32 portid)
{
	event_send(dn, &(struct event) {
		.kind = DSR_EVENT_KIND_SETTINGS_SET,
		.portid = portid,
		.fill = dsr_nl_settings_fill,
		.object = dn,
	});
}

/* @kind: DSR_EVENT_KIND_DEVICE_ATTACH or _DETACH. */
void dsr_event_device(struct dsr_net *dn, enum dsr_event_kind kind,
		      const struct net_device *dev, u32 portid)
{
	event_send(dn, &(struct event) {
		.kind = kind,
		.portid = portid,
		.fill = dsr_nl_device_fill,
		.object = dev,
	});
}

/**
 * dsr_event_nexthop() - an address can be reached, or no longer, or otherwise
 * @dn: the namespace
 * @kind: DSR_EVENT_KIND_BACKEND_RESOLVED, _UNRESOLVED or _LLADDR
 * @nexthop: the next hop: all backends with its address share it, and there may
 *	     be thousands of them, so it's told once
 * @lladdr_before: with the last kind the MAC address that was replaced, or NULL
 */
void dsr_event_nexthop(struct dsr_net *dn, enum dsr_event_kind kind,
		       const struct dsr_nexthop *nexthop,
		       const u8 *lladdr_before)
{
	event_send_locked(dn, &(struct event) {
		.kind = kind,
		.lladdr_before = lladdr_before,
		.fill = dsr_nl_nexthop_fill,
		.object = nexthop,
	});
}

/* The flow table, and what is in it. */
struct table {
	const struct dsr_net *dn;
	const struct dsr_flow_count *count;
};

static int table_fill(struct sk_buff *msg, const void *object)
{
	const struct table *table = object;
	int err;

	err = dsr_nl_settings_fill(msg, table->dn);
	return err ? err : dsr_nl_flow_count_fill(msg, table->count);
}

/**
 * dsr_event_table() - the flow table has come near its end, or is flooded
 * @dn: the namespace
 * @kind: DSR_EVENT_KIND_TABLE_* or _FLOOD_*
 * @count: what was found in it
 */
void dsr_event_table(struct dsr_net *dn, enum dsr_event_kind kind,
		     const struct dsr_flow_count *count)
{
	struct table table = { .dn = dn, .count = count };

	event_send(dn, &(struct event) {
		.kind = kind,
		.fill = table_fill,
		.object = &table,
	});
}

/* The family is there. */
void dsr_events_open(void)
{
	WRITE_ONCE(events_are_open, true);
}

/* The family is about to go. */
void dsr_events_close(void)
{
	WRITE_ONCE(events_are_open, false);
	synchronize_rcu();
}
