// SPDX-License-Identifier: GPL-2.0
/* Backends over generic netlink. */
#include <linux/etherdevice.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "backend.h"
#include "events.h"
#include "netlink.h"
#include "nexthop.h"
#include "service.h"
#include "transaction.h"

/* A request that names a backend, and where what it names was found. */
struct request {
	struct netlink_ext_ack *extack;
	struct nlattr *attrs[DSR_A_BACKEND_MAX + 1];
	struct dsr_addr addr;
	struct dsr_service *svc;
	struct dsr_backend *be;		/* NULL: the service has no such one */
};

static int parse_addr(const struct nlattr *nest, struct nlattr **attrs,
		      struct dsr_addr *addr, struct netlink_ext_ack *extack)
{
	int err;

	if (!nest) {
		NL_SET_ERR_MSG(extack, "the backend is missing");
		return -EINVAL;
	}
	/* The policy has been applied already, with the request's. */
	err = nla_parse_nested(attrs, DSR_A_BACKEND_MAX, nest, NULL, extack);
	if (err)
		return err;
	if (!attrs[DSR_A_BACKEND_ADDRESS]) {
		NL_SET_ERR_MSG(extack, "the backend's address is missing");
		return -EINVAL;
	}
	return dsr_nl_get_addr(attrs[DSR_A_BACKEND_ADDRESS], addr, extack);
}

/**
 * dsr_nl_backend_addr() - the address of the backend that a request names
 * @nest: DSR_A_BACKEND of the request
 * @addr: the result
 * @extack: told what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int dsr_nl_backend_addr(const struct nlattr *nest, struct dsr_addr *addr,
			struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[DSR_A_BACKEND_MAX + 1];

	return parse_addr(nest, attrs, addr, extack);
}

/* Context: config_lock held. */
static int request_find(struct request *request, struct dsr_net *dn,
			struct nlattr **attrs)
{
	struct netlink_ext_ack *extack = request->extack;
	struct dsr_service *svc = request->svc;
	int err;

	err = parse_addr(attrs[DSR_A_BACKEND], request->attrs, &request->addr,
			 extack);
	if (err)
		return err;
	if (attrs[DSR_A_SERVICE] || !svc)
		svc = dsr_nl_service_find(dn, attrs[DSR_A_SERVICE], extack);
	if (IS_ERR(svc))
		return PTR_ERR(svc);
	request->svc = svc;
	request->be = dsr_backend_lookup(svc, &request->addr);
	return 0;
}

static int no_backend(const struct request *request)
{
	NL_SET_ERR_MSG(request->extack, "the service has no such backend");
	return -ENOENT;
}

static int invalid(const struct request *request, enum dsr_backend_attr attr,
		   const char *message)
{
	return dsr_nl_invalid(request->extack, request->attrs[attr],
			      message);
}

static void parse_u32(const struct request *request, enum dsr_backend_attr attr,
		      u32 *value)
{
	if (request->attrs[attr])
		*value = nla_get_u32(request->attrs[attr]);
}

static int parse_state(const struct request *request,
		       struct dsr_backend_options *options)
{
	const struct nlattr *state = request->attrs[DSR_A_BACKEND_STATE];

	options->drain_anew = state;
	if (state) {
		options->state = nla_get_u8(state);
		options->drain_for = 0;
	}
	if (options->state != DSR_STATE_UP &&
	    options->state != DSR_STATE_DRAINING &&
	    options->state != DSR_STATE_DOWN)
		return invalid(request, DSR_A_BACKEND_STATE,
			       "a backend can be set up, draining or down");
	if (request->attrs[DSR_A_BACKEND_DRAIN_FOR] &&
	    (!state || options->state != DSR_STATE_DRAINING))
		return invalid(request, DSR_A_BACKEND_DRAIN_FOR,
			       "only a drain has a time in which it ends");
	parse_u32(request, DSR_A_BACKEND_DRAIN_FOR, &options->drain_for);
	return 0;
}

/* The device and the MAC address that are pinned. */
static int parse_pins(const struct request *request,
		      struct dsr_backend_options *options)
{
	const struct nlattr *lladdr = request->attrs[DSR_A_BACKEND_PINNED_LLADDR];
	const struct nlattr *dev = request->attrs[DSR_A_BACKEND_DEV];
	struct net *net = request->svc->dn->net;
	bool known = true;

	if (dev)
		options->ifindex = nla_get_u32(dev);
	if (dev && options->ifindex) {
		rcu_read_lock();
		known = dev_get_by_index_rcu(net, options->ifindex);
		rcu_read_unlock();
	}
	if (!known)
		return invalid(request, DSR_A_BACKEND_DEV,
			       "the backend's device does not exist");
	if (lladdr)
		ether_addr_copy(options->lladdr, nla_data(lladdr));
	if (is_multicast_ether_addr(options->lladdr))
		return invalid(request, DSR_A_BACKEND_PINNED_LLADDR,
			       "the backend's MAC address must be a unicast one");
	if (!is_zero_ether_addr(options->lladdr) && !options->ifindex)
		return invalid(request, DSR_A_BACKEND_PINNED_LLADDR,
			       "a pinned MAC address needs a pinned device");
	return 0;
}

static int parse_limits(const struct request *request,
			struct dsr_backend_options *options)
{
	parse_u32(request, DSR_A_BACKEND_MAX_FLOWS, &options->max_flows);
	parse_u32(request, DSR_A_BACKEND_MIN_FLOWS, &options->min_flows);
	if (options->min_flows && options->min_flows >= options->max_flows)
		return invalid(request, request->attrs[DSR_A_BACKEND_MIN_FLOWS] ?
			       DSR_A_BACKEND_MIN_FLOWS : DSR_A_BACKEND_MAX_FLOWS,
			       "min-flows must be below max-flows");
	return 0;
}

/* What the request gives, into @options, which have the rest already. */
static int parse_options(const struct request *request,
			 struct dsr_backend_options *options)
{
	struct nlattr * const *attrs = request->attrs;
	int err;

	parse_u32(request, DSR_A_BACKEND_WEIGHT, &options->weight);
	parse_u32(request, DSR_A_BACKEND_SLOW_START, &options->slow_start);
	if (attrs[DSR_A_BACKEND_MODE])
		options->mode = nla_get_u8(attrs[DSR_A_BACKEND_MODE]);
	err = parse_state(request, options);
	if (!err)
		err = parse_pins(request, options);
	if (!err)
		err = parse_limits(request, options);
	return err;
}

/* The nest with no more than what names the backend, behind its service. */
int dsr_nl_backend_put_key(struct sk_buff *msg, const struct dsr_service *svc,
			   const struct dsr_addr *addr)
{
	struct nlattr *nest;

	if (dsr_nl_service_put_key(msg, svc))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, DSR_A_BACKEND);
	if (!nest || dsr_nl_put_addr(msg, DSR_A_BACKEND_ADDRESS, addr))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Where it was found, or why it wasn't.  Context: under RCU. */
static int put_nexthop(struct sk_buff *msg, const struct dsr_nexthop *nexthop)
{
	const struct dsr_l2 *l2 = rcu_dereference(nexthop->l2);

	if (!l2) {
		smp_rmb();	/* A reason is there before the link goes. */
		return nla_put_u8(msg, DSR_A_BACKEND_WHY,
				  READ_ONCE(nexthop->why));
	}
	return nla_put_u32(msg, DSR_A_BACKEND_IFINDEX, l2->dev->ifindex) ||
	       nla_put(msg, DSR_A_BACKEND_LLADDR, ETH_ALEN, l2->eth.h_dest);
}

static int put_link(struct sk_buff *msg, const struct dsr_backend *be)
{
	const struct dsr_nexthop *nexthop;
	int err = 0;

	rcu_read_lock();
	nexthop = rcu_dereference(be->nexthop);
	if (nexthop)
		err = put_nexthop(msg, nexthop);
	rcu_read_unlock();
	return err;
}

static int put_pins(struct sk_buff *msg, int ifindex, const u8 *lladdr)
{
	if (nla_put_u32(msg, DSR_A_BACKEND_DEV, ifindex))
		return -EMSGSIZE;
	if (is_zero_ether_addr(lladdr))
		return 0;
	return nla_put(msg, DSR_A_BACKEND_PINNED_LLADDR, ETH_ALEN, lladdr);
}

/* What is known of an address, without any of the backends that have it.
 * Context: link_lock held.
 */
int dsr_nl_nexthop_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_nexthop *nexthop = object;
	const struct dsr_nexthop_key *key = &nexthop->key;
	struct nlattr *nest;
	int err;

	nest = nla_nest_start(msg, DSR_A_BACKEND);
	if (!nest ||
	    dsr_nl_put_addr(msg, DSR_A_BACKEND_ADDRESS, &key->addr) ||
	    put_pins(msg, key->ifindex, key->lladdr))
		return -EMSGSIZE;
	rcu_read_lock();
	err = put_nexthop(msg, nexthop);
	rcu_read_unlock();
	if (err)
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* In seconds, rounded up. */
static u32 drain_left(const struct dsr_backend *be)
{
	long left = be->drain_end - jiffies;

	return left > 0 ? DIV_ROUND_UP(left, HZ) : 0;
}

static int put_state(struct sk_buff *msg, const struct dsr_backend *be)
{
	const struct dsr_backend_options *options = &be->options;

	if (nla_put_u8(msg, DSR_A_BACKEND_STATE, dsr_backend_state(be)) ||
	    nla_put_u32(msg, DSR_A_BACKEND_FLOWS, dsr_backend_active(be)) ||
	    nla_put_u32(msg, DSR_A_BACKEND_CLOSING, dsr_backend_closing(be)))
		return -EMSGSIZE;
	if (options->state != DSR_STATE_DRAINING || !options->drain_for)
		return 0;
	if (nla_put_u32(msg, DSR_A_BACKEND_DRAIN_FOR, options->drain_for) ||
	    nla_put_u32(msg, DSR_A_BACKEND_DRAIN_LEFT, drain_left(be)))
		return -EMSGSIZE;
	return 0;
}

static int put_options(struct sk_buff *msg, const struct dsr_backend *be)
{
	const struct dsr_backend_options *options = &be->options;

	if (nla_put_u32(msg, DSR_A_BACKEND_WEIGHT, options->weight) ||
	    nla_put_u8(msg, DSR_A_BACKEND_MODE, options->mode) ||
	    nla_put_u32(msg, DSR_A_BACKEND_MAX_FLOWS, options->max_flows) ||
	    nla_put_u32(msg, DSR_A_BACKEND_MIN_FLOWS, options->min_flows) ||
	    nla_put_u32(msg, DSR_A_BACKEND_SLOW_START, options->slow_start))
		return -EMSGSIZE;
	return put_pins(msg, options->ifindex, options->lladdr);
}

static int put_config(struct sk_buff *msg, const struct dsr_backend *be)
{
	const struct dsr_backend_options *options = &be->options;
	struct nlattr *nest = nla_nest_start(msg, DSR_A_BACKEND);

	if (!nest ||
	    dsr_nl_put_addr(msg, DSR_A_BACKEND_ADDRESS, &be->addr) ||
	    put_options(msg, be) ||
	    nla_put_u8(msg, DSR_A_BACKEND_STATE, options->state))
		return -EMSGSIZE;
	if (options->state == DSR_STATE_DRAINING && options->drain_for &&
	    nla_put_u32(msg, DSR_A_BACKEND_DRAIN_FOR, options->drain_for))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* The change that makes the backend, behind the one that makes its service. */
int dsr_nl_backend_put_config(struct sk_buff *msg, const struct dsr_backend *be)
{
	struct nlattr *change = nla_nest_start(msg, DSR_CMD_BACKEND_ADD);

	if (!change || put_config(msg, be)) {
		nla_nest_cancel(msg, change);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, change);
	return 0;
}

/* The nest with all that there is to say of a backend. */
int dsr_nl_backend_put(struct sk_buff *msg, const struct dsr_backend *be)
{
	struct nlattr *nest;

	nest = nla_nest_start(msg, DSR_A_BACKEND);
	if (!nest ||
	    dsr_nl_put_addr(msg, DSR_A_BACKEND_ADDRESS, &be->addr) ||
	    put_options(msg, be) || put_state(msg, be) || put_link(msg, be) ||
	    dsr_nl_put_traffic(msg, DSR_A_BACKEND_STATS, be->traffic))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* A nest @type with no more than which one it is, and its state. */
int dsr_nl_backend_put_state(struct sk_buff *msg, int type,
			     const struct dsr_backend *be)
{
	struct nlattr *nest = nla_nest_start(msg, type);

	if (!nest ||
	    dsr_nl_put_addr(msg, DSR_A_BACKEND_ADDRESS, &be->addr) ||
	    nla_put_u8(msg, DSR_A_BACKEND_STATE, dsr_backend_state(be)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

int dsr_nl_backend_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_backend *be = object;

	return dsr_nl_service_put_key(msg, be->svc) ||
	       dsr_nl_backend_put(msg, be) ? -EMSGSIZE : 0;
}

/* Its packets would come back. */
static bool is_own_vip(const struct request *request)
{
	struct dsr_service_key key;

	dsr_service_get_key(request->svc, &key);
	return key.prefixlen == dsr_addr_bits(key.addr.family) &&
	       dsr_addr_equal(&request->addr, &key.addr);
}

static int add(struct dsr_nl_staging *staging, struct request *request)
{
	struct dsr_backend_options options = {
		.weight = 1,
		.state = DSR_STATE_UP,
	};
	struct dsr_backend *be;
	int err;

	if (request->be) {
		NL_SET_ERR_MSG(request->extack,
			       "the service has this backend already");
		return -EEXIST;
	}
	if (is_own_vip(request))
		return invalid(request, DSR_A_BACKEND_ADDRESS,
			       "the VIP can't be its own backend: the backend's own address is expected");
	err = parse_options(request, &options);
	if (err)
		return err;
	be = dsr_backend_stage_add(&staging->txn, request->svc, &request->addr,
				   &options, request->extack);
	if (IS_ERR(be))
		return PTR_ERR(be);
	staging->be = be;
	return 0;
}

static int set(struct dsr_nl_staging *staging, struct request *request)
{
	struct dsr_backend_options options;
	struct dsr_backend *be = request->be;
	int err;

	if (!be)
		return no_backend(request);
	options = *dsr_backend_wanted(be);
	err = parse_options(request, &options);
	if (err)
		return err;
	staging->be = be;
	return dsr_backend_stage_set(&staging->txn, be, &options);
}

static int del(struct dsr_nl_staging *staging, struct request *request)
{
	if (!request->be)
		return no_backend(request);
	if (request->be->coming) {
		NL_SET_ERR_MSG(request->extack,
			       "the same transaction has added this backend");
		return -EINVAL;
	}
	dsr_backend_stage_del(&staging->txn, request->be);
	return 0;
}

/* Without a service in the request it's that of the change before. */
static int stage(struct dsr_nl_staging *staging, struct nlattr **attrs,
		 int (*what)(struct dsr_nl_staging *staging,
			     struct request *request))
{
	struct request request = {
		.extack = staging->extack,
		.svc = staging->svc,
	};
	int err;

	staging->be = NULL;
	err = request_find(&request, staging->txn.dn, attrs);
	if (err)
		return err;
	staging->svc = request.svc;
	return what(staging, &request);
}

int dsr_nl_backend_stage_add(struct dsr_nl_staging *staging,
			     struct nlattr **attrs)
{
	return stage(staging, attrs, add);
}

int dsr_nl_backend_stage_set(struct dsr_nl_staging *staging,
			     struct nlattr **attrs)
{
	return stage(staging, attrs, set);
}

int dsr_nl_backend_stage_del(struct dsr_nl_staging *staging,
			     struct nlattr **attrs)
{
	return stage(staging, attrs, del);
}

int dsr_nl_backend_add(struct sk_buff *skb, struct genl_info *info)
{
	return dsr_nl_change(info, dsr_nl_backend_stage_add);
}

int dsr_nl_backend_set(struct sk_buff *skb, struct genl_info *info)
{
	return dsr_nl_change(info, dsr_nl_backend_stage_set);
}

int dsr_nl_backend_del(struct sk_buff *skb, struct genl_info *info)
{
	return dsr_nl_change(info, dsr_nl_backend_stage_del);
}

int dsr_nl_backend_get(struct sk_buff *skb, struct genl_info *info)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct request request = { .extack = info->extack };
	int err;

	mutex_lock(&dn->config_lock);
	err = request_find(&request, dn, info->attrs);
	if (!err && !request.be)
		err = no_backend(&request);
	if (!err)
		err = dsr_nl_reply(info, dsr_nl_backend_fill, request.be);
	mutex_unlock(&dn->config_lock);
	return err;
}

/* Where a dump stands: in which service, behind which of its backends. */
struct cursor {
	long service;
	long backend;
};

static struct cursor *cursor_get(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct cursor) > sizeof(cb->args));
	return (struct cursor *)cb->args;
}

static int dump_service(struct sk_buff *msg, struct netlink_callback *cb,
			const struct dsr_service *svc)
{
	struct cursor *cursor = cursor_get(cb);
	const struct dsr_backend *be;
	void *header;

	if (svc->id < cursor->service)
		return 0;
	if (svc->id > cursor->service) {
		cursor->service = svc->id;
		cursor->backend = 0;
	}
	list_for_each_entry(be, &svc->backends, list) {
		if (be->seq <= cursor->backend)
			continue;
		header = dsr_nl_put(msg, NETLINK_CB(cb->skb).portid,
				    cb->nlh->nlmsg_seq, NLM_F_MULTI,
				    DSR_CMD_BACKEND_GET, dsr_nl_backend_fill, be);
		if (!header)
			return -EMSGSIZE;
		genl_dump_check_consistent(cb, header);
		cursor->backend = be->seq;
	}
	return 0;
}

static int dump_all(struct sk_buff *msg, struct netlink_callback *cb,
		    struct dsr_net *dn)
{
	const struct dsr_service *svc;

	list_for_each_entry(svc, &dn->service_list, list)
		if (dump_service(msg, cb, svc))
			break;
	return msg->len;
}

int dsr_nl_backend_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	const struct nlattr *nest = dsr_genl_dump_attrs(cb)[DSR_A_SERVICE];
	struct dsr_net *dn = dsr_net(sock_net(msg->sk));
	const struct dsr_service *svc;
	int len;

	if (dsr_genl_dump_attrs(cb)[DSR_A_BACKEND]) {
		NL_SET_ERR_MSG(cb->extack,
			       "a dump of backends takes no backend");
		return -EINVAL;
	}

	mutex_lock(&dn->config_lock);
	cb->seq = dsr_generation(dn);
	if (!nest) {
		len = dump_all(msg, cb, dn);
		goto out;
	}
	svc = dsr_nl_service_find(dn, nest, cb->extack);
	if (IS_ERR(svc)) {
		len = PTR_ERR(svc);
		goto out;
	}
	dump_service(msg, cb, svc);
	len = msg->len;
out:
	mutex_unlock(&dn->config_lock);
	return len;
}

int dsr_nl_backend_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct dsr_service *svc;

	mutex_lock(&dn->config_lock);
	svc = dsr_nl_service_find(dn, info->attrs[DSR_A_SERVICE], info->extack);
	if (!IS_ERR(svc)) {
		dsr_backend_flush(svc);
		dsr_event_service(dn, DSR_EVENT_KIND_BACKEND_FLUSH, svc,
				  info->snd_portid);
	}
	mutex_unlock(&dn->config_lock);
	return PTR_ERR_OR_ZERO(svc);
}
