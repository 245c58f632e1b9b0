// SPDX-License-Identifier: GPL-2.0
/* The flows over generic netlink: shown, counted, forgotten; all of them, those
 * of a service, or those of a backend of it.
 */
#include <net/genetlink.h>
#include <net/sock.h>

#include "backend.h"
#include "flow.h"
#include "netlink.h"
#include "service.h"
#include "track.h"
#include "vip.h"

/* Which flows: 0 for any. */
struct filter {
	u32 service;
	u32 backend;
};

/* A flow as it stands in the table, and what is known of it beside. */
struct entry {
	struct dsr_flow flow;
	struct dsr_flow_peer peer;
	const struct dsr_backend *be;
	u32 now;
};

static int filter_backend(const struct dsr_service *svc,
			  const struct nlattr *nest, struct filter *filter,
			  struct netlink_ext_ack *extack)
{
	struct dsr_backend *be;
	struct dsr_addr addr;
	int err;

	err = dsr_nl_backend_addr(nest, &addr, extack);
	if (err)
		return err;
	be = dsr_backend_lookup(svc, &addr);
	if (!be) {
		NL_SET_ERR_MSG(extack, "the service has no such backend");
		return -ENOENT;
	}
	filter->backend = be->id;
	return 0;
}

static int filter_parse(struct dsr_net *dn, struct nlattr **attrs,
			struct filter *filter, struct netlink_ext_ack *extack)
{
	struct dsr_service *svc;

	lockdep_assert_held(&dn->config_lock);
	memset(filter, 0, sizeof(*filter));
	if (!attrs[DSR_A_SERVICE]) {
		if (!attrs[DSR_A_BACKEND])
			return 0;
		NL_SET_ERR_MSG(extack, "the backend's service is missing");
		return -EINVAL;
	}
	svc = dsr_nl_service_find(dn, attrs[DSR_A_SERVICE], extack);
	if (IS_ERR(svc))
		return PTR_ERR(svc);
	filter->service = svc->id;
	if (!attrs[DSR_A_BACKEND])
		return 0;
	return filter_backend(svc, attrs[DSR_A_BACKEND], filter, extack);
}

static int filter_get(struct dsr_net *dn, struct nlattr **attrs,
		      struct filter *filter, struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&dn->config_lock);
	err = filter_parse(dn, attrs, filter, extack);
	mutex_unlock(&dn->config_lock);
	return err;
}

/* The flow of a slot, if there is one that lives and is meant.  Context: under
 * RCU.
 */
static bool entry_at(const struct dsr_net *dn,
		     const struct dsr_flow_table *table,
		     const struct filter *filter, u32 set, unsigned int way,
		     struct entry *entry)
{
	if (!dsr_flow_peek(table, set, way, &entry->flow, &entry->peer) ||
	    dsr_flow_state(entry->flow.value) == DSR_FLOW_FRAGMENT)
		return false;
	entry->now = dsr_flow_tick();
	entry->be = dsr_backend_by_id(dn, dsr_flow_backend(entry->flow.value));
	if (!entry->be ||
	    dsr_track_expired(entry->be->svc, entry->flow.value, entry->now))
		return false;
	return (!filter->backend || filter->backend == entry->be->id) &&
	       (!filter->service || filter->service == entry->be->svc->id);
}

static enum dsr_flow_show shown_state(u64 value)
{
	if (!dsr_flow_is_flow(value))
		return DSR_FLOW_SHOW_AFFINITY;
	return DSR_FLOW_SHOW_NEW + dsr_flow_phase(value);
}

static u8 shown_protocol(const struct entry *entry)
{
	switch (dsr_flow_state(entry->flow.value) / DSR_FLOW_PHASES) {
	case DSR_FLOW_TCP:
		return IPPROTO_TCP;
	case DSR_FLOW_UDP:
		return IPPROTO_UDP;
	case DSR_FLOW_SCTP:
		return IPPROTO_SCTP;
	case DSR_FLOW_OTHER:
		return (__force u16)entry->peer.dport;
	default:
		return entry->be->svc->protocol;
	}
}

static int put_destination(struct sk_buff *msg, const struct entry *entry)
{
	const struct dsr_flow_peer *peer = &entry->peer;
	const struct dsr_service *svc = entry->be->svc;

	if (!dsr_flow_is_flow(entry->flow.value))
		return 0;
	if (svc->family == AF_INET)
		return nla_put_in_addr(msg, DSR_A_FLOW_ADDRESS,
				       peer->v4.daddr);
	if (svc->vip && svc->vip->prefixlen == dsr_addr_bits(AF_INET6))
		return nla_put_in6_addr(msg, DSR_A_FLOW_ADDRESS,
					&svc->vip->addr.ip.v6);
	return 0;
}

static int put_ports(struct sk_buff *msg, const struct entry *entry)
{
	const struct dsr_flow_peer *peer = &entry->peer;

	if (!dsr_flow_is_flow(entry->flow.value) ||
	    dsr_flow_state(entry->flow.value) / DSR_FLOW_PHASES ==
	    DSR_FLOW_OTHER)
		return 0;
	return nla_put_be16(msg, DSR_A_FLOW_CLIENT_PORT, peer->sport) ||
	       nla_put_be16(msg, DSR_A_FLOW_PORT, peer->dport);
}

static int put_flow(struct sk_buff *msg, const struct entry *entry)
{
	const struct dsr_service *svc = entry->be->svc;
	u64 value = entry->flow.value;
	u32 timeout, age = dsr_flow_age(value, entry->now);
	struct nlattr *nest;
	int err;

	timeout = READ_ONCE(svc->timeout[dsr_flow_state(value)]);
	timeout += timeout / 8;
	nest = nla_nest_start(msg, DSR_A_FLOW);
	if (!nest)
		return -EMSGSIZE;
	if (svc->family == AF_INET)
		err = nla_put_in_addr(msg, DSR_A_FLOW_CLIENT,
				      entry->peer.v4.saddr);
	else
		err = nla_put_in6_addr(msg, DSR_A_FLOW_CLIENT,
				       &entry->peer.saddr6);
	if (err || put_destination(msg, entry) || put_ports(msg, entry) ||
	    nla_put_u8(msg, DSR_A_FLOW_PROTOCOL, shown_protocol(entry)) ||
	    nla_put_u8(msg, DSR_A_FLOW_STATE, shown_state(value)) ||
	    nla_put_u32(msg, DSR_A_FLOW_IDLE, dsr_flow_seconds(age)) ||
	    nla_put_u32(msg, DSR_A_FLOW_LEFT,
			dsr_flow_seconds(timeout > age ? timeout - age : 0)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int flow_fill(struct sk_buff *msg, const void *object)
{
	const struct entry *entry = object;
	struct nlattr *nest;

	if (dsr_nl_service_put_key(msg, entry->be->svc))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, DSR_A_BACKEND);
	if (!nest ||
	    dsr_nl_put_addr(msg, DSR_A_BACKEND_ADDRESS, &entry->be->addr))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return put_flow(msg, entry);
}

/* Where a dump stands: the slot that comes next, in which table. */
struct cursor {
	long generation;
	long slot;
	long service;
	long backend;
	long begun;
};

static struct cursor *cursor_get(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct cursor) > sizeof(cb->args));
	return (struct cursor *)cb->args;
}

/* A table that was replaced meanwhile is shown from its beginning on, and the
 * dump marked as inconsistent.
 */
static int dump_begin(struct dsr_net *dn, struct netlink_callback *cb,
		      struct filter *filter)
{
	struct cursor *cursor = cursor_get(cb);
	int err;

	if (!cursor->begun) {
		err = filter_get(dn, dsr_genl_dump_attrs(cb), filter,
				 cb->extack);
		if (err)
			return err;
		cursor->service = filter->service;
		cursor->backend = filter->backend;
		cursor->generation = READ_ONCE(dn->flows_generation);
		cursor->begun = 1;
	}
	filter->service = cursor->service;
	filter->backend = cursor->backend;
	if (cursor->generation != READ_ONCE(dn->flows_generation)) {
		cursor->generation = READ_ONCE(dn->flows_generation);
		cursor->slot = 0;
	}
	cb->seq = cursor->generation + 1;
	return 0;
}

/* How many slots to look at without a pause. */
#define DUMP_BATCH	(1 << 16)

/* Some more slots.  Returns whether there's more to look at and room for it. */
static bool dump_some(struct sk_buff *msg, struct netlink_callback *cb,
		      struct dsr_net *dn, const struct filter *filter)
{
	struct cursor *cursor = cursor_get(cb);
	const struct dsr_flow_table *table;
	struct entry entry;
	void *header;
	long end;

	table = rcu_dereference(dn->flows);
	end = table ? (long)table->nr * DSR_FLOW_WAYS : 0;
	end = min(end, cursor->slot + DUMP_BATCH);
	for (; cursor->slot < end; cursor->slot++) {
		if (!entry_at(dn, table, filter, cursor->slot / DSR_FLOW_WAYS,
			      cursor->slot % DSR_FLOW_WAYS, &entry))
			continue;
		header = dsr_nl_put(msg, NETLINK_CB(cb->skb).portid,
				    cb->nlh->nlmsg_seq, NLM_F_MULTI,
				    DSR_CMD_FLOW_GET, flow_fill, &entry);
		if (!header)
			return false;
		genl_dump_check_consistent(cb, header);
	}
	return table && cursor->slot < (long)table->nr * DSR_FLOW_WAYS;
}

int dsr_nl_flow_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct dsr_net *dn = dsr_net(sock_net(msg->sk));
	struct filter filter;
	bool more;
	int err;

	err = dump_begin(dn, cb, &filter);
	if (err)
		return err;
	do {
		rcu_read_lock();
		more = dump_some(msg, cb, dn, &filter);
		rcu_read_unlock();
		cond_resched();
	} while (more);
	return msg->len;
}

/* How many flows of each state. */
struct count {
	u32 flows[__DSR_FLOW_SHOW_MAX];
};

static int count_fill(struct sk_buff *msg, const void *object)
{
	const struct count *count = object;
	struct nlattr *nest;
	int i;

	nest = nla_nest_start(msg, DSR_A_FLOW_COUNT);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < __DSR_FLOW_SHOW_MAX; i++)
		if (nla_put_u32(msg, i + 1, count->flows[i]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Counts them, and takes them out if they are to be forgotten. */
static void walk(struct dsr_net *dn, const struct filter *filter, bool forget,
		 struct count *count)
{
	const struct dsr_flow_table *table;
	struct entry entry;
	unsigned int way;
	u32 set = 0, nr;

	do {
		rcu_read_lock();
		table = rcu_dereference(dn->flows);
		nr = table ? table->nr : 0;
		for (way = 0; nr && way < DSR_FLOW_WAYS; way++) {
			if (!entry_at(dn, table, filter, set, way, &entry) ||
			    (forget && !dsr_track_remove(dn, &entry.flow)))
				continue;
			count->flows[shown_state(entry.flow.value)]++;
		}
		rcu_read_unlock();
		cond_resched();
	} while (++set < nr);
}

/* The table stays the same meanwhile. */
static int walk_and_reply(struct genl_info *info, bool forget)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct count count = {};
	struct filter filter;
	int err;

	mutex_lock(&dn->config_lock);
	err = filter_parse(dn, info->attrs, &filter, info->extack);
	if (!err)
		walk(dn, &filter, forget, &count);
	mutex_unlock(&dn->config_lock);
	return err ? err : dsr_nl_reply(info, count_fill, &count);
}

int dsr_nl_flow_count(struct sk_buff *skb, struct genl_info *info)
{
	return walk_and_reply(info, false);
}

int dsr_nl_flow_flush(struct sk_buff *skb, struct genl_info *info)
{
	return walk_and_reply(info, true);
}
