// SPDX-License-Identifier: GPL-2.0
/* Services over generic netlink. */
#include <net/genetlink.h>
#include <net/sock.h>

#include "events.h"
#include "netlink.h"
#include "reset.h"
#include "sched.h"
#include "service.h"
#include "transaction.h"

static int parse_mark(struct nlattr **attrs, struct dsr_service_key *key,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *family = attrs[DSR_A_SERVICE_FAMILY];
	unsigned int i;

	for (i = DSR_A_SERVICE_ADDRESS; i < DSR_A_SERVICE_MARK; i++)
		if (attrs[i])
			return dsr_nl_invalid(extack, attrs[i],
					      "a service of a mark has no address, protocol or port");

	key->mark = nla_get_u32(attrs[DSR_A_SERVICE_MARK]);
	key->addr.family = family ? nla_get_u8(family) : AF_INET;
	if (key->addr.family != AF_INET && key->addr.family != AF_INET6)
		return dsr_nl_invalid(extack, family,
				      "the service's family must be AF_INET or AF_INET6");
	return 0;
}

static int parse_address(struct nlattr **attrs, struct dsr_service_key *key,
			 struct netlink_ext_ack *extack)
{
	const struct nlattr *prefixlen = attrs[DSR_A_SERVICE_PREFIXLEN];
	struct dsr_addr masked;
	int err;

	if (!attrs[DSR_A_SERVICE_ADDRESS])
		return dsr_nl_invalid(extack, NULL, "the service's address is missing");
	err = dsr_nl_get_addr(attrs[DSR_A_SERVICE_ADDRESS], &key->addr, extack);
	if (err)
		return err;

	key->prefixlen = dsr_addr_bits(key->addr.family);
	if (!prefixlen)
		return 0;
	if (nla_get_u8(prefixlen) > key->prefixlen)
		return dsr_nl_invalid(extack, prefixlen,
				      "the service's prefix is longer than its address: up to 32 bits are expected, for IPv6 128");
	key->prefixlen = nla_get_u8(prefixlen);
	masked = key->addr;
	dsr_addr_mask(&masked, key->prefixlen);
	if (!dsr_addr_equal(&masked, &key->addr))
		return dsr_nl_invalid(extack, attrs[DSR_A_SERVICE_ADDRESS],
				      "the service's address has bits behind its prefix");
	return 0;
}

static int parse_ports(struct nlattr **attrs, struct dsr_service_key *key,
		       struct netlink_ext_ack *extack)
{
	const struct nlattr *port = attrs[DSR_A_SERVICE_PORT];
	const struct nlattr *end = attrs[DSR_A_SERVICE_PORT_END];

	if (port)
		key->port = ntohs(nla_get_be16(port));
	key->port_end = key->port;
	if (key->port && !key->protocol)
		return dsr_nl_invalid(extack, port,
				      "a port needs a protocol: tcp, udp or sctp");
	if (!end)
		return 0;
	key->port_end = ntohs(nla_get_be16(end));
	if (!key->port || key->port_end <= key->port)
		return dsr_nl_invalid(extack, end,
				      "the service's last port must be above its first");
	return 0;
}

static int parse_key(struct nlattr **attrs, struct dsr_service_key *key,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *protocol = attrs[DSR_A_SERVICE_PROTOCOL];
	int err;

	memset(key, 0, sizeof(*key));
	if (attrs[DSR_A_SERVICE_MARK])
		return parse_mark(attrs, key, extack);
	if (attrs[DSR_A_SERVICE_FAMILY])
		return dsr_nl_invalid(extack, attrs[DSR_A_SERVICE_FAMILY],
				      "the address tells the family: only a mark needs it");
	err = parse_address(attrs, key, extack);
	if (err)
		return err;
	if (protocol)
		key->protocol = nla_get_u8(protocol);
	if (key->protocol &&
	    dsr_flow_class_of(key->protocol) == DSR_FLOW_OTHER)
		return dsr_nl_invalid(extack, protocol,
				      "the service's protocol must be tcp, udp or sctp, or none for any");
	return parse_ports(attrs, key, extack);
}

static int parse_service(const struct nlattr *nest, struct nlattr **attrs,
			 struct dsr_service_key *key,
			 struct netlink_ext_ack *extack)
{
	int err;

	if (!nest)
		return dsr_nl_invalid(extack, NULL, "the service is missing");
	/* The policy has been applied already, with the request's. */
	err = nla_parse_nested(attrs, DSR_A_SERVICE_MAX, nest, NULL, extack);
	if (err)
		return err;
	return parse_key(attrs, key, extack);
}

static struct dsr_service *find(struct dsr_net *dn,
				const struct dsr_service_key *key,
				struct netlink_ext_ack *extack)
{
	struct dsr_service *svc = dsr_service_lookup(dn, key);

	if (svc)
		return svc;
	NL_SET_ERR_MSG(extack, "no such service");
	return ERR_PTR(-ENOENT);
}

/**
 * dsr_nl_service_find() - the service that a request names
 * @dn: the namespace
 * @nest: DSR_A_SERVICE of the request
 * @extack: told what is wrong
 *
 * Context: config_lock held.
 * Return: the service, or an ERR_PTR of -EINVAL or -ENOENT.
 */
struct dsr_service *dsr_nl_service_find(struct dsr_net *dn,
					const struct nlattr *nest,
					struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[DSR_A_SERVICE_MAX + 1];
	struct dsr_service_key key;
	int err;

	err = parse_service(nest, attrs, &key, extack);
	return err ? ERR_PTR(err) : find(dn, &key, extack);
}

static int put_ports(struct sk_buff *msg, const struct dsr_service_key *key)
{
	if (key->port &&
	    nla_put_be16(msg, DSR_A_SERVICE_PORT, htons(key->port)))
		return -EMSGSIZE;
	if (key->port_end != key->port &&
	    nla_put_be16(msg, DSR_A_SERVICE_PORT_END, htons(key->port_end)))
		return -EMSGSIZE;
	return 0;
}

static int put_key(struct sk_buff *msg, const struct dsr_service *svc)
{
	struct dsr_service_key key;

	dsr_service_get_key(svc, &key);
	if (key.mark)
		return nla_put_u32(msg, DSR_A_SERVICE_MARK, key.mark) ||
		       nla_put_u8(msg, DSR_A_SERVICE_FAMILY, key.addr.family);
	if (dsr_nl_put_addr(msg, DSR_A_SERVICE_ADDRESS, &key.addr) ||
	    nla_put_u8(msg, DSR_A_SERVICE_PREFIXLEN, key.prefixlen) ||
	    nla_put_u8(msg, DSR_A_SERVICE_PROTOCOL, key.protocol))
		return -EMSGSIZE;
	return put_ports(msg, &key);
}

/* The nest with no more than what names the service. */
int dsr_nl_service_put_key(struct sk_buff *msg, const struct dsr_service *svc)
{
	struct nlattr *nest = nla_nest_start(msg, DSR_A_SERVICE);

	if (!nest || put_key(msg, svc))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* All bits that there are: 255 until a family is known. */
static u8 affinity_prefixlen(const struct dsr_service *svc)
{
	return min(svc->options.affinity_prefixlen, dsr_addr_bits(svc->family));
}

static int put_options(struct sk_buff *msg, const struct dsr_service *svc)
{
	const struct dsr_service_options *options = &svc->options;

	if (nla_put_string(msg, DSR_A_SERVICE_SCHEDULER, options->sched->name) ||
	    nla_put_u8(msg, DSR_A_SERVICE_HASH, options->hash) ||
	    nla_put_u32(msg, DSR_A_SERVICE_AFFINITY, options->affinity) ||
	    nla_put_u8(msg, DSR_A_SERVICE_AFFINITY_PREFIXLEN,
		       affinity_prefixlen(svc)) ||
	    nla_put_u8(msg, DSR_A_SERVICE_STATELESS, options->stateless) ||
	    nla_put_u8(msg, DSR_A_SERVICE_ADOPT, options->adopt) ||
	    nla_put_u8(msg, DSR_A_SERVICE_ON_REMOVE, options->on_remove) ||
	    nla_put_u8(msg, DSR_A_SERVICE_NO_BACKEND, options->no_backend) ||
	    nla_put_u32(msg, DSR_A_SERVICE_TIMEOUT_SYN, options->timeout_syn) ||
	    nla_put_u32(msg, DSR_A_SERVICE_TIMEOUT_ESTABLISHED,
			options->timeout_established) ||
	    nla_put_u32(msg, DSR_A_SERVICE_TIMEOUT_FIN, options->timeout_fin) ||
	    nla_put_u32(msg, DSR_A_SERVICE_TIMEOUT_UDP, options->timeout_udp))
		return -EMSGSIZE;
	return 0;
}

/* The change that makes the service, without its backends. */
int dsr_nl_service_put_config(struct sk_buff *msg,
			      const struct dsr_service *svc)
{
	struct nlattr *change, *nest;

	change = nla_nest_start(msg, DSR_CMD_SERVICE_ADD);
	nest = change ? nla_nest_start(msg, DSR_A_SERVICE) : NULL;
	if (!nest || put_key(msg, svc) || put_options(msg, svc)) {
		nla_nest_cancel(msg, change);
		return -EMSGSIZE;
	}
	nla_nest_end(msg, nest);
	nla_nest_end(msg, change);
	return 0;
}

int dsr_nl_service_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_service *svc = object;
	struct nlattr *nest;

	nest = nla_nest_start(msg, DSR_A_SERVICE);
	if (!nest || put_key(msg, svc) || put_options(msg, svc) ||
	    nla_put_u32(msg, DSR_A_SERVICE_BACKENDS, svc->backends_nr) ||
	    dsr_nl_put_traffic(msg, DSR_A_SERVICE_STATS, svc->traffic))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int parse_scheduler(const struct nlattr *attr,
			   struct dsr_service_options *options,
			   struct netlink_ext_ack *extack)
{
	const struct dsr_sched_ops *sched;

	if (!attr)
		return 0;
	sched = dsr_sched_find(nla_data(attr));
	if (!sched)
		return dsr_nl_invalid(extack, attr, dsr_sched_unknown);
	options->sched = sched;
	return 0;
}

static int parse_affinity(struct nlattr **attrs, u16 family,
			  struct dsr_service_options *options,
			  struct netlink_ext_ack *extack)
{
	const struct nlattr *len = attrs[DSR_A_SERVICE_AFFINITY_PREFIXLEN];

	if (attrs[DSR_A_SERVICE_AFFINITY]) {
		options->affinity = nla_get_u32(attrs[DSR_A_SERVICE_AFFINITY]);
		options->affinity_prefixlen = U8_MAX;
	}
	if (!len)
		return 0;
	if (nla_get_u8(len) > dsr_addr_bits(family))
		return dsr_nl_invalid(extack, len,
				      "the affinity's prefix is longer than an address: up to 32 bits are expected, for IPv6 128");
	options->affinity_prefixlen = nla_get_u8(len);
	return 0;
}

/**
 * dsr_nl_service_get_ready() - get what a service's options need of others
 * @nest: DSR_A_SERVICE of the request, or NULL
 * @extack: told what went wrong
 *
 * Resets take something that may not be there, and that a module may have to be
 * loaded for.
 *
 * Context: process, config_lock not held.
 * Return: 0 or a negative errno.
 */
int dsr_nl_service_get_ready(const struct nlattr *nest,
			     struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[DSR_A_SERVICE_MAX + 1];
	const struct nlattr *attr;
	int err;

	if (!nest)
		return 0;
	/* Of two that are alike the last one counts, as it does later on. */
	err = nla_parse_nested(attrs, DSR_A_SERVICE_MAX, nest, NULL, extack);
	if (err)
		return err;
	attr = attrs[DSR_A_SERVICE_NO_BACKEND];
	if (!attr || nla_get_u8(attr) != DSR_NO_BACKEND_RESET)
		return 0;
	err = dsr_reset_prepare();
	if (err)
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "no-backend reset needs the kernel's nf_reject_ipv4 and nf_reject_ipv6");
	return err;
}

static void parse_u32(const struct nlattr *attr, u32 *value)
{
	if (attr)
		*value = nla_get_u32(attr);
}

/* What the request gives, into @options, which have the rest already. */
static int parse_options(struct nlattr **attrs, u16 family,
			 struct dsr_service_options *options,
			 struct netlink_ext_ack *extack)
{
	int err;

	err = parse_scheduler(attrs[DSR_A_SERVICE_SCHEDULER], options, extack);
	if (!err)
		err = parse_affinity(attrs, family, options, extack);
	if (err)
		return err;
	if (attrs[DSR_A_SERVICE_HASH])
		options->hash = nla_get_u8(attrs[DSR_A_SERVICE_HASH]);
	if (attrs[DSR_A_SERVICE_STATELESS])
		options->stateless = nla_get_u8(attrs[DSR_A_SERVICE_STATELESS]);
	if (attrs[DSR_A_SERVICE_ADOPT])
		options->adopt = nla_get_u8(attrs[DSR_A_SERVICE_ADOPT]);
	if (attrs[DSR_A_SERVICE_ON_REMOVE])
		options->on_remove = nla_get_u8(attrs[DSR_A_SERVICE_ON_REMOVE]);
	if (attrs[DSR_A_SERVICE_NO_BACKEND])
		options->no_backend = nla_get_u8(attrs[DSR_A_SERVICE_NO_BACKEND]);
	parse_u32(attrs[DSR_A_SERVICE_TIMEOUT_SYN], &options->timeout_syn);
	parse_u32(attrs[DSR_A_SERVICE_TIMEOUT_ESTABLISHED],
		  &options->timeout_established);
	parse_u32(attrs[DSR_A_SERVICE_TIMEOUT_FIN], &options->timeout_fin);
	parse_u32(attrs[DSR_A_SERVICE_TIMEOUT_UDP], &options->timeout_udp);
	return 0;
}

int dsr_nl_service_stage_add(struct dsr_nl_staging *staging,
			     struct nlattr **request)
{
	struct dsr_net *dn = staging->txn.dn;
	struct nlattr *attrs[DSR_A_SERVICE_MAX + 1];
	struct dsr_service_options options;
	struct dsr_service_key key;
	struct dsr_service *svc;
	int err;

	err = parse_service(request[DSR_A_SERVICE], attrs, &key,
			    staging->extack);
	if (err)
		return err;
	dsr_service_defaults(&options);
	err = parse_options(attrs, key.addr.family, &options, staging->extack);
	if (err)
		return err;
	if (dsr_service_lookup(dn, &key)) {
		NL_SET_ERR_MSG(staging->extack, "the service exists already");
		return -EEXIST;
	}
	svc = dsr_service_stage_add(&staging->txn, &key, &options,
				    staging->extack);
	if (IS_ERR(svc))
		return PTR_ERR(svc);
	staging->svc = svc;
	return 0;
}

int dsr_nl_service_stage_set(struct dsr_nl_staging *staging,
			     struct nlattr **request)
{
	struct nlattr *attrs[DSR_A_SERVICE_MAX + 1];
	struct dsr_service_options options;
	struct dsr_service_key key;
	struct dsr_service *svc;
	int err;

	err = parse_service(request[DSR_A_SERVICE], attrs, &key,
			    staging->extack);
	if (err)
		return err;
	svc = find(staging->txn.dn, &key, staging->extack);
	if (IS_ERR(svc))
		return PTR_ERR(svc);
	options = *dsr_service_wanted(svc);
	err = parse_options(attrs, svc->family, &options, staging->extack);
	if (err)
		return err;
	staging->svc = svc;
	return dsr_service_stage_set(&staging->txn, svc, &options);
}

int dsr_nl_service_stage_del(struct dsr_nl_staging *staging,
			     struct nlattr **request)
{
	struct dsr_service *svc;

	svc = dsr_nl_service_find(staging->txn.dn, request[DSR_A_SERVICE],
				  staging->extack);
	if (IS_ERR(svc))
		return PTR_ERR(svc);
	if (dsr_service_coming(svc)) {
		NL_SET_ERR_MSG(staging->extack,
			       "the same transaction has added this service");
		return -EINVAL;
	}
	dsr_service_stage_del(&staging->txn, svc);
	staging->svc = NULL;
	return 0;
}

int dsr_nl_service_add(struct sk_buff *skb, struct genl_info *info)
{
	return dsr_nl_change(info, dsr_nl_service_stage_add);
}

int dsr_nl_service_set(struct sk_buff *skb, struct genl_info *info)
{
	return dsr_nl_change(info, dsr_nl_service_stage_set);
}

int dsr_nl_service_del(struct sk_buff *skb, struct genl_info *info)
{
	return dsr_nl_change(info, dsr_nl_service_stage_del);
}

int dsr_nl_service_get(struct sk_buff *skb, struct genl_info *info)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct dsr_service *svc;
	int err;

	mutex_lock(&dn->config_lock);
	svc = dsr_nl_service_find(dn, info->attrs[DSR_A_SERVICE], info->extack);
	err = IS_ERR(svc) ? PTR_ERR(svc) :
			    dsr_nl_reply(info, dsr_nl_service_fill, svc);
	mutex_unlock(&dn->config_lock);
	return err;
}

/* Resumes behind the id of the last service that was put, whether that one is
 * still there or not.
 */
int dsr_nl_service_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	const struct nlattr *nest = dsr_genl_dump_attrs(cb)[DSR_A_SERVICE];
	struct dsr_net *dn = dsr_net(sock_net(msg->sk));
	const struct dsr_service *svc;
	void *header;

	if (nest) {
		NL_SET_ERR_MSG_ATTR(cb->extack, nest,
				    "a dump of services takes no service");
		return -EINVAL;
	}

	mutex_lock(&dn->config_lock);
	cb->seq = dsr_generation(dn);
	list_for_each_entry(svc, &dn->service_list, list) {
		if (svc->id <= cb->args[0])
			continue;
		header = dsr_nl_put(msg, NETLINK_CB(cb->skb).portid,
				    cb->nlh->nlmsg_seq, NLM_F_MULTI,
				    DSR_CMD_SERVICE_GET, dsr_nl_service_fill, svc);
		if (!header)
			break;
		genl_dump_check_consistent(cb, header);
		cb->args[0] = svc->id;
	}
	mutex_unlock(&dn->config_lock);
	return msg->len;
}

int dsr_nl_service_flush(struct sk_buff *skb, struct genl_info *info)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));

	mutex_lock(&dn->config_lock);
	dsr_service_flush(dn);
	dsr_event_service_flush(dn, info->snd_portid);
	mutex_unlock(&dn->config_lock);
	return 0;
}
