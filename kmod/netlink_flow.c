// SPDX-License-Identifier: GPL-2.0
/* The flows over generic netlink: shown, counted, forgotten; all of them, those
 * of a service, or those of a backend of it.
 */
#include <net/genetlink.h>
#include <net/sock.h>

#include "backend.h"
#include "flow_view.h"
#include "netlink.h"
#include "service.h"
#include "track.h"

/* Which flows: 0 for any. */
struct filter {
	u32 service;
	u32 backend;
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

/* The flow of a slot, if there is one that is meant.  Context: under RCU. */
static bool view_at(const struct dsr_net *dn,
		    const struct dsr_flow_table *table,
		    const struct filter *filter, u32 slot,
		    struct dsr_flow_view *view)
{
	return dsr_flow_view(dn, table, slot, view) &&
	       (!filter->backend || filter->backend == view->be->id) &&
	       (!filter->service || filter->service == view->be->svc->id);
}

static int put_client(struct sk_buff *msg, const struct dsr_flow_view *view)
{
	if (view->be->svc->family == AF_INET)
		return nla_put_in_addr(msg, DSR_A_FLOW_CLIENT,
				       view->peer.v4.saddr);
	return nla_put_in6_addr(msg, DSR_A_FLOW_CLIENT, &view->peer.saddr6);
}

static int put_destination(struct sk_buff *msg,
			   const struct dsr_flow_view *view)
{
	struct dsr_addr daddr;

	if (!dsr_flow_view_daddr(view, &daddr))
		return 0;
	return dsr_nl_put_addr(msg, DSR_A_FLOW_ADDRESS, &daddr);
}

static int put_ports(struct sk_buff *msg, const struct dsr_flow_view *view)
{
	if (!dsr_flow_view_has_ports(view))
		return 0;
	return nla_put_be16(msg, DSR_A_FLOW_CLIENT_PORT, view->peer.sport) ||
	       nla_put_be16(msg, DSR_A_FLOW_PORT, view->peer.dport);
}

static int put_flow(struct sk_buff *msg, const struct dsr_flow_view *view)
{
	struct nlattr *nest;

	nest = nla_nest_start(msg, DSR_A_FLOW);
	if (!nest || put_client(msg, view) || put_destination(msg, view) ||
	    put_ports(msg, view) ||
	    nla_put_u8(msg, DSR_A_FLOW_PROTOCOL,
		       dsr_flow_view_protocol(view)) ||
	    nla_put_u8(msg, DSR_A_FLOW_STATE, dsr_flow_show(view->flow.value)) ||
	    nla_put_u32(msg, DSR_A_FLOW_IDLE, dsr_flow_seconds(view->idle)) ||
	    nla_put_u32(msg, DSR_A_FLOW_LEFT, dsr_flow_seconds(view->left)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int flow_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_flow_view *view = object;

	if (dsr_nl_backend_put_key(msg, view->be->svc, &view->be->addr))
		return -EMSGSIZE;
	return put_flow(msg, view);
}

/* Where a dump stands: the slot that comes next, in which table, the how many-th
 * one that it goes through; 0: it hasn't begun.
 */
struct cursor {
	long generation;
	long slot;
	long service;
	long backend;
	long tables;
};

/* A dump that is slower than who replaces the table again and again would have no
 * end.  To replace it once gives a dump two more to go through.
 */
#define DUMP_TABLES	32

static struct cursor *cursor_get(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct cursor) > sizeof(cb->args));
	return (struct cursor *)cb->args;
}

static void rewind(const struct dsr_net *dn, struct netlink_callback *cb)
{
	struct cursor *cursor = cursor_get(cb);

	lockdep_assert_held(&dn->config_lock);
	cursor->generation = dn->flows_generation;
	cursor->slot = 0;
	cursor->tables++;
	cb->seq = cursor->generation + 1;
}

static int dump_begin(struct dsr_net *dn, struct netlink_callback *cb,
		      struct filter *filter)
{
	struct cursor *cursor = cursor_get(cb);
	int err;

	mutex_lock(&dn->config_lock);
	err = filter_parse(dn, dsr_genl_dump_attrs(cb), filter, cb->extack);
	rewind(dn, cb);
	mutex_unlock(&dn->config_lock);
	cursor->service = filter->service;
	cursor->backend = filter->backend;
	return err;
}

static int dump_continue(struct dsr_net *dn, struct netlink_callback *cb,
			 struct filter *filter)
{
	const struct cursor *cursor = cursor_get(cb);

	if (!cursor->tables)
		return dump_begin(dn, cb, filter);
	filter->service = cursor->service;
	filter->backend = cursor->backend;
	return 0;
}

/* Whether what was looked at may have been of another table than before. */
static bool is_replaced(const struct dsr_net *dn, struct netlink_callback *cb)
{
	/* The table before: it is published after the generation has changed. */
	smp_rmb();
	return cursor_get(cb)->generation != READ_ONCE(dn->flows_generation);
}

/* A table that has replaced another is shown from its beginning on, once all flows
 * have come there, and the dump is marked as inconsistent if it has told of any.
 */
static int follow(struct dsr_net *dn, struct netlink_callback *cb)
{
	if (!is_replaced(dn, cb))
		return 0;
	if (cursor_get(cb)->tables == DUMP_TABLES) {
		NL_SET_ERR_MSG(cb->extack,
			       "the flow table is replaced again and again");
		return -EAGAIN;
	}
	mutex_lock(&dn->config_lock);
	rewind(dn, cb);
	mutex_unlock(&dn->config_lock);
	return 0;
}

/* How many slots to look at without a pause: some ten microseconds. */
#define DUMP_BATCH	1024
#define WALK_BATCH	1024U

/* Some more slots.  Returns whether there's more to look at and room for it. */
static bool dump_some(struct sk_buff *msg, struct netlink_callback *cb,
		      struct dsr_net *dn, const struct filter *filter)
{
	struct cursor *cursor = cursor_get(cb);
	const struct dsr_flow_table *table;
	struct dsr_flow_view view;
	long all, end;
	void *header;

	table = rcu_dereference(dn->flows);
	all = dsr_flow_slots(table);
	end = min(all, cursor->slot + DUMP_BATCH);
	for (; cursor->slot < end; cursor->slot++) {
		if (!view_at(dn, table, filter, cursor->slot, &view))
			continue;
		header = dsr_nl_put(msg, NETLINK_CB(cb->skb).portid,
				    cb->nlh->nlmsg_seq, NLM_F_MULTI,
				    DSR_CMD_FLOW_GET, flow_fill, &view);
		if (!header)
			return false;
		genl_dump_check_consistent(cb, header);
	}
	return cursor->slot < all;
}

int dsr_nl_flow_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct dsr_net *dn = dsr_net(sock_net(msg->sk));
	struct filter filter;
	bool more;
	int err;

	err = dump_continue(dn, cb, &filter);
	if (err)
		return err;
	do {
		err = follow(dn, cb);
		/* First what there is to tell: a reason needs room. */
		if (err)
			return msg->len ? : err;
		rcu_read_lock();
		more = dump_some(msg, cb, dn, &filter);
		rcu_read_unlock();
		cond_resched();
	} while (more || is_replaced(dn, cb));
	return msg->len;
}

int dsr_nl_flow_count_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_flow_count *count = object;
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
		 struct dsr_flow_count *count)
{
	const struct dsr_flow_table *table;
	struct dsr_flow_view view;
	u32 slot = 0, end;

	do {
		rcu_read_lock();
		table = rcu_dereference(dn->flows);
		end = min(dsr_flow_slots(table), slot + WALK_BATCH);
		for (; slot < end; slot++) {
			if (!view_at(dn, table, filter, slot, &view) ||
			    (forget && !dsr_track_remove(dn, &view.flow)))
				continue;
			count->flows[dsr_flow_show(view.flow.value)]++;
		}
		end = dsr_flow_slots(table);
		rcu_read_unlock();
		cond_resched();
	} while (slot < end);
}

/* The table stays the same meanwhile. */
static int walk_and_reply(struct genl_info *info, bool forget)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct dsr_flow_count count = {};
	struct filter filter;
	struct sk_buff *msg;
	int err;

	/* First: what is forgotten can't be refused any more. */
	msg = dsr_nl_answer_alloc();
	if (!msg)
		return -ENOMEM;
	mutex_lock(&dn->config_lock);
	err = filter_parse(dn, info->attrs, &filter, info->extack);
	if (!err)
		walk(dn, &filter, forget, &count);
	mutex_unlock(&dn->config_lock);
	if (err)
		nlmsg_free(msg);
	else
		dsr_nl_answer(msg, info, dsr_nl_flow_count_fill, &count);
	return err;
}

int dsr_nl_flow_count(struct sk_buff *skb, struct genl_info *info)
{
	return walk_and_reply(info, false);
}

int dsr_nl_flow_flush(struct sk_buff *skb, struct genl_info *info)
{
	return walk_and_reply(info, true);
}
