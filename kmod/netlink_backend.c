// SPDX-License-Identifier: GPL-2.0
/* Backends over generic netlink. */
#include <net/genetlink.h>
#include <net/sock.h>

#include "backend.h"
#include "netlink.h"
#include "service.h"

/* A request that names a backend, and where what it names was found. */
struct request {
	struct genl_info *info;
	struct nlattr *attrs[DSR_A_BACKEND_MAX + 1];
	struct dsr_addr addr;
	struct dsr_service *svc;
	struct dsr_backend *be;		/* NULL: the service has no such one */
};

static int request_parse(struct request *request, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[DSR_A_BACKEND];
	struct nlattr **attrs = request->attrs;
	int err;

	request->info = info;
	if (!nest) {
		NL_SET_ERR_MSG(info->extack, "the backend is missing");
		return -EINVAL;
	}
	/* The policy has been applied already, with the request's. */
	err = nla_parse_nested(attrs, DSR_A_BACKEND_MAX, nest, NULL,
			       info->extack);
	if (err)
		return err;
	if (!attrs[DSR_A_BACKEND_ADDRESS]) {
		NL_SET_ERR_MSG(info->extack,
			       "the backend's address is missing");
		return -EINVAL;
	}
	return dsr_nl_get_addr(attrs[DSR_A_BACKEND_ADDRESS], &request->addr,
			       info->extack);
}

static int request_find(struct request *request, struct dsr_net *dn)
{
	struct genl_info *info = request->info;
	struct dsr_service *svc;

	svc = dsr_nl_service_find(dn, info->attrs[DSR_A_SERVICE], info->extack);
	if (IS_ERR(svc))
		return PTR_ERR(svc);
	request->svc = svc;
	request->be = dsr_backend_lookup(svc, &request->addr);
	return 0;
}

/* Runs @command on what the request names, under config_lock. */
static int request_run(struct genl_info *info,
		       int (*command)(struct request *request))
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct request request;
	int err;

	err = request_parse(&request, info);
	if (err)
		return err;

	mutex_lock(&dn->config_lock);
	err = request_find(&request, dn);
	if (!err)
		err = command(&request);
	mutex_unlock(&dn->config_lock);
	return err;
}

static int no_backend(const struct request *request)
{
	NL_SET_ERR_MSG(request->info->extack,
		       "the service has no such backend");
	return -ENOENT;
}

static void parse_options(const struct request *request,
			  struct dsr_backend_options *options)
{
	struct nlattr * const *attrs = request->attrs;

	if (attrs[DSR_A_BACKEND_WEIGHT])
		options->weight = nla_get_u32(attrs[DSR_A_BACKEND_WEIGHT]);
	if (attrs[DSR_A_BACKEND_MODE])
		options->mode = nla_get_u8(attrs[DSR_A_BACKEND_MODE]);
}

static int put_link(struct sk_buff *msg, const struct dsr_backend *be)
{
	const struct dsr_l2 *l2;
	int err = 0;

	rcu_read_lock();
	l2 = rcu_dereference(be->nexthop->l2);
	if (l2 &&
	    (nla_put_u32(msg, DSR_A_BACKEND_IFINDEX, l2->dev->ifindex) ||
	     nla_put(msg, DSR_A_BACKEND_LLADDR, ETH_ALEN, l2->eth.h_dest)))
		err = -EMSGSIZE;
	rcu_read_unlock();
	return err;
}

static int backend_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_backend *be = object;
	struct nlattr *nest;

	if (dsr_nl_service_put_key(msg, be->svc))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, DSR_A_BACKEND);
	if (!nest ||
	    dsr_nl_put_addr(msg, DSR_A_BACKEND_ADDRESS, &be->addr) ||
	    nla_put_u32(msg, DSR_A_BACKEND_WEIGHT, be->weight) ||
	    nla_put_u8(msg, DSR_A_BACKEND_MODE, be->mode) ||
	    nla_put_u8(msg, DSR_A_BACKEND_STATE, dsr_backend_state(be)) ||
	    put_link(msg, be) ||
	    dsr_nl_put_traffic(msg, DSR_A_BACKEND_STATS, be->traffic))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int add(struct request *request)
{
	struct dsr_backend_options options = { .weight = 1 };
	struct dsr_backend *be;

	if (request->be) {
		NL_SET_ERR_MSG(request->info->extack,
			       "the service has this backend already");
		return -EEXIST;
	}
	if (dsr_addr_equal(&request->addr, &request->svc->vip->addr)) {
		NL_SET_ERR_MSG_ATTR(request->info->extack,
				    request->attrs[DSR_A_BACKEND_ADDRESS],
				    "the VIP can't be its own backend: the backend's own address is expected");
		return -EINVAL;
	}
	parse_options(request, &options);
	be = dsr_backend_add(request->svc, &request->addr, &options,
			     request->info->extack);
	if (IS_ERR(be))
		return PTR_ERR(be);
	return dsr_nl_echo(request->info, backend_fill, be);
}

int dsr_nl_backend_add(struct sk_buff *skb, struct genl_info *info)
{
	return request_run(info, add);
}

static int set(struct request *request)
{
	struct dsr_backend_options options;
	struct dsr_backend *be = request->be;
	int err;

	if (!be)
		return no_backend(request);
	options.weight = be->weight;
	options.mode = be->mode;
	parse_options(request, &options);
	err = dsr_backend_set(request->svc, be, &options,
			      request->info->extack);
	if (err)
		return err;
	return dsr_nl_echo(request->info, backend_fill, be);
}

int dsr_nl_backend_set(struct sk_buff *skb, struct genl_info *info)
{
	return request_run(info, set);
}

static int del(struct request *request)
{
	if (!request->be)
		return no_backend(request);
	return dsr_backend_del(request->svc, request->be,
			       request->info->extack);
}

int dsr_nl_backend_del(struct sk_buff *skb, struct genl_info *info)
{
	return request_run(info, del);
}

static int get(struct request *request)
{
	if (!request->be)
		return no_backend(request);
	return dsr_nl_reply(request->info, backend_fill, request->be);
}

int dsr_nl_backend_get(struct sk_buff *skb, struct genl_info *info)
{
	return request_run(info, get);
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
				    DSR_CMD_BACKEND_GET, backend_fill, be);
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
	cb->seq = dn->generation;
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
	if (!IS_ERR(svc))
		dsr_backend_flush(svc);
	mutex_unlock(&dn->config_lock);
	return PTR_ERR_OR_ZERO(svc);
}
