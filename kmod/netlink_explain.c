// SPDX-License-Identifier: GPL-2.0
/* Explanations over generic netlink. */
#include <linux/netdevice.h>
#include <net/genetlink.h>

#include "backend.h"
#include "explain.h"
#include "netlink.h"
#include "refuse.h"
#include "sched.h"
#include "service.h"

static int parse_addresses(struct nlattr **attrs, struct dsr_tuple *tuple,
			   struct netlink_ext_ack *extack)
{
	struct dsr_addr saddr, daddr;
	int err;

	if (!attrs[DSR_A_FLOW_CLIENT])
		return dsr_nl_invalid(extack, NULL, "the client's address is missing");
	if (!attrs[DSR_A_FLOW_ADDRESS])
		return dsr_nl_invalid(extack, NULL, "the packet's destination is missing");
	err = dsr_nl_get_addr(attrs[DSR_A_FLOW_CLIENT], &saddr, extack);
	if (!err)
		err = dsr_nl_get_addr(attrs[DSR_A_FLOW_ADDRESS], &daddr, extack);
	if (err)
		return err;
	if (saddr.family != daddr.family)
		return dsr_nl_invalid(extack, attrs[DSR_A_FLOW_ADDRESS],
				      "both addresses must be of the same family");
	tuple->saddr = saddr.ip;
	tuple->daddr = daddr.ip;
	tuple->family = saddr.family;
	return 0;
}

/* One that dsr_packet_parse() could find in a packet. */
static int parse_protocol(struct nlattr **attrs, struct dsr_tuple *tuple,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *attr = attrs[DSR_A_FLOW_PROTOCOL];
	u8 other = tuple->family == AF_INET ? IPPROTO_ICMPV6 : IPPROTO_ICMP;

	if (!attr)
		return dsr_nl_invalid(extack, NULL, "the packet's protocol is missing");
	tuple->protocol = nla_get_u8(attr);
	if (tuple->protocol == other)
		return dsr_nl_invalid(extack, attr,
				      "ICMP is for IPv4 and ICMPv6 for IPv6");
	if (tuple->family == AF_INET6 && ipv6_ext_hdr(tuple->protocol))
		return dsr_nl_invalid(extack, attr,
				      "an extension header is no protocol");
	return 0;
}

static bool is_icmp(u8 protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

static int parse_ports(struct nlattr **attrs, struct dsr_tuple *tuple,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *source = attrs[DSR_A_FLOW_CLIENT_PORT];
	const struct nlattr *dest = attrs[DSR_A_FLOW_PORT];
	bool ports = dsr_flow_class_of(tuple->protocol) != DSR_FLOW_OTHER;

	if (!ports && dest)
		return dsr_nl_invalid(extack, dest,
				      "only tcp, udp and sctp have ports");
	if (!ports && source && !is_icmp(tuple->protocol))
		return dsr_nl_invalid(extack, source,
				      "only tcp, udp and sctp have ports, and pings an identifier");
	if (ports && (!source || !dest))
		return dsr_nl_invalid(extack, NULL,
				      "tcp, udp and sctp need the client's port and the one that it is sent to");
	if (source)
		tuple->sport = nla_get_be16(source);
	if (dest)
		tuple->dport = nla_get_be16(dest);
	return 0;
}

static int parse_flow(const struct nlattr *nest, struct dsr_tuple *tuple,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[DSR_A_FLOW_MAX + 1];
	int err;

	if (!nest)
		return dsr_nl_invalid(extack, NULL, "the packet's flow is missing");
	/* The policy has been applied already, with the request's. */
	err = nla_parse_nested(attrs, DSR_A_FLOW_MAX, nest, NULL, extack);
	if (!err)
		err = parse_addresses(attrs, tuple, extack);
	if (!err)
		err = parse_protocol(attrs, tuple, extack);
	if (!err)
		err = parse_ports(attrs, tuple, extack);
	return err;
}

/* What isn't its flow's: the mark, and whether it is the first one. */
static int parse_packet(const struct nlattr *nest, struct dsr_explanation *e,
			struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[DSR_A_EXPLAIN_MAX + 1] = {};
	u8 protocol = e->pkt.tuple.protocol;
	bool connects = protocol == IPPROTO_TCP || protocol == IPPROTO_SCTP;
	bool ack = false;
	int err;

	err = nest ? nla_parse_nested(attrs, DSR_A_EXPLAIN_MAX, nest, NULL,
				      extack) : 0;
	if (err)
		return err;
	if (attrs[DSR_A_EXPLAIN_MARK])
		e->mark = nla_get_u32(attrs[DSR_A_EXPLAIN_MARK]);
	if (attrs[DSR_A_EXPLAIN_ACK])
		ack = nla_get_u8(attrs[DSR_A_EXPLAIN_ACK]);
	if (ack && !connects)
		return dsr_nl_invalid(extack, attrs[DSR_A_EXPLAIN_ACK],
				      "only tcp and sctp have connections to be in the middle of");
	e->pkt.event = connects && !ack ? DSR_EVENT_SYN : DSR_EVENT_DATA;
	return 0;
}

static int put_scheduler(struct sk_buff *msg, const struct dsr_explanation *e)
{
	const struct dsr_pool *pool = e->pool;

	if (!pool)
		return 0;
	if (nla_put_string(msg, DSR_A_EXPLAIN_SCHEDULER, pool->ops->name) ||
	    nla_put_u8(msg, DSR_A_EXPLAIN_STEADY, dsr_explain_is_steady(e)))
		return -EMSGSIZE;
	if (pool->table &&
	    (nla_put_u32(msg, DSR_A_EXPLAIN_SLOTS, pool->table_size) ||
	     nla_put_u32(msg, DSR_A_EXPLAIN_SLOT, dsr_pool_slot(pool, e->hash))))
		return -EMSGSIZE;
	if (!e->passed_over)
		return 0;
	return dsr_nl_backend_put_state(msg, DSR_A_EXPLAIN_PASSED_OVER,
					e->passed_over);
}

static int put_past(struct sk_buff *msg, const struct dsr_choice *c)
{
	if (c->how == DSR_DECISION_STATELESS)
		return 0;
	if (nla_put_u8(msg, DSR_A_EXPLAIN_PAST, c->past))
		return -EMSGSIZE;
	if (!c->before || c->before == c->be)
		return 0;
	return dsr_nl_backend_put_state(msg, DSR_A_EXPLAIN_BEFORE, c->before);
}

static int put_mtu(struct sk_buff *msg, const struct dsr_backend *be)
{
	const struct dsr_l2 *l2;
	int err = 0;

	rcu_read_lock();
	l2 = dsr_backend_l2(be);
	if (l2)
		err = nla_put_u32(msg, DSR_A_EXPLAIN_MTU,
				  READ_ONCE(l2->dev->mtu));
	rcu_read_unlock();
	return err;
}

/* What is only known of a packet that is a service's. */
static int put_choice(struct sk_buff *msg, const struct dsr_explanation *e)
{
	const struct dsr_choice *c = &e->choice;

	if (put_past(msg, c) || put_scheduler(msg, e))
		return -EMSGSIZE;
	if (c->be)
		return put_mtu(msg, c->be);
	return nla_put_u8(msg, DSR_A_EXPLAIN_NO_BACKEND,
			  dsr_refuse_how(c->svc, c->why));
}

static int explain_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_explanation *e = object;
	const struct dsr_choice *c = &e->choice;
	struct nlattr *nest;

	if ((c->svc && dsr_nl_service_put_key(msg, c->svc)) ||
	    (c->be && dsr_nl_backend_put(msg, c->be)))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, DSR_A_EXPLAIN);
	if (!nest || nla_put_u8(msg, DSR_A_EXPLAIN_DECISION, c->how) ||
	    (e->counter &&
	     nla_put_u8(msg, DSR_A_EXPLAIN_COUNTER, e->counter)) ||
	    (c->svc && put_choice(msg, e)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* What it found stays while config_lock is held. */
int dsr_nl_explain(struct sk_buff *skb, struct genl_info *info)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct dsr_explanation e = {};
	int err;

	err = parse_flow(info->attrs[DSR_A_FLOW], &e.pkt.tuple, info->extack);
	if (!err)
		err = parse_packet(info->attrs[DSR_A_EXPLAIN], &e,
				   info->extack);
	if (err)
		return err;

	mutex_lock(&dn->config_lock);
	rcu_read_lock();
	dsr_explain(dn, &e);
	rcu_read_unlock();
	err = dsr_nl_reply(info, explain_fill, &e);
	mutex_unlock(&dn->config_lock);
	return err;
}
