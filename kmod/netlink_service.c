// SPDX-License-Identifier: GPL-2.0
/* Services over generic netlink. */
#include <net/genetlink.h>
#include <net/sock.h>

#include "netlink.h"
#include "sched.h"
#include "service.h"

static int parse_key(struct nlattr **attrs, struct dsr_service_key *key,
		     struct netlink_ext_ack *extack)
{
	int err;

	if (!attrs[DSR_A_SERVICE_ADDRESS]) {
		NL_SET_ERR_MSG(extack, "the service's address is missing");
		return -EINVAL;
	}
	if (!attrs[DSR_A_SERVICE_PROTOCOL]) {
		NL_SET_ERR_MSG(extack, "the service's protocol is missing");
		return -EINVAL;
	}
	if (!attrs[DSR_A_SERVICE_PORT]) {
		NL_SET_ERR_MSG(extack, "the service's port is missing");
		return -EINVAL;
	}

	err = dsr_nl_get_addr(attrs[DSR_A_SERVICE_ADDRESS], &key->addr, extack);
	if (err)
		return err;
	key->protocol = nla_get_u8(attrs[DSR_A_SERVICE_PROTOCOL]);
	if (key->protocol != IPPROTO_TCP && key->protocol != IPPROTO_UDP) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[DSR_A_SERVICE_PROTOCOL],
				    "the service's protocol must be tcp or udp");
		return -EINVAL;
	}
	key->port = nla_get_be16(attrs[DSR_A_SERVICE_PORT]);
	if (!key->port) {
		NL_SET_ERR_MSG_ATTR(extack, attrs[DSR_A_SERVICE_PORT],
				    "the service's port must be 1 to 65535");
		return -EINVAL;
	}
	return 0;
}

/**
 * dsr_nl_service_parse() - the attributes of a service
 * @nest: DSR_A_SERVICE as it came, checked by the command's policy, or NULL
 * @attrs: its attributes, DSR_A_SERVICE_MAX + 1 of them
 * @key: the service's key
 * @extack: told what is wrong
 *
 * Return: 0 or -EINVAL.
 */
int dsr_nl_service_parse(const struct nlattr *nest, struct nlattr **attrs,
			 struct dsr_service_key *key,
			 struct netlink_ext_ack *extack)
{
	int err;

	if (!nest) {
		NL_SET_ERR_MSG(extack, "the service is missing");
		return -EINVAL;
	}
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

	err = dsr_nl_service_parse(nest, attrs, &key, extack);
	return err ? ERR_PTR(err) : find(dn, &key, extack);
}

static int put_key(struct sk_buff *msg, const struct dsr_service *svc)
{
	if (dsr_nl_put_addr(msg, DSR_A_SERVICE_ADDRESS, &svc->vip->addr) ||
	    nla_put_u8(msg, DSR_A_SERVICE_PROTOCOL, svc->protocol) ||
	    nla_put_be16(msg, DSR_A_SERVICE_PORT, svc->port))
		return -EMSGSIZE;
	return 0;
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

static int service_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_service *svc = object;
	struct nlattr *nest;

	nest = nla_nest_start(msg, DSR_A_SERVICE);
	if (!nest || put_key(msg, svc) ||
	    nla_put_string(msg, DSR_A_SERVICE_SCHEDULER, svc->sched->name) ||
	    nla_put_u32(msg, DSR_A_SERVICE_BACKENDS, svc->backends_nr) ||
	    dsr_nl_put_traffic(msg, DSR_A_SERVICE_STATS, svc->traffic))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* The scheduler that the request names, or @sched when it names none. */
static int parse_scheduler(const struct nlattr *attr,
			   const struct dsr_sched_ops **sched,
			   struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	*sched = dsr_sched_find(nla_data(attr));
	if (*sched)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "unknown scheduler, known are maglev and rr");
	return -EINVAL;
}

static int add_locked(struct dsr_net *dn, const struct dsr_service_key *key,
		      const struct dsr_sched_ops *sched, struct genl_info *info)
{
	struct dsr_service *svc;

	if (dsr_service_lookup(dn, key)) {
		NL_SET_ERR_MSG(info->extack, "the service exists already");
		return -EEXIST;
	}
	svc = dsr_service_add(dn, key, sched, info->extack);
	if (IS_ERR(svc))
		return PTR_ERR(svc);
	return dsr_nl_echo(info, service_fill, svc);
}

int dsr_nl_service_add(struct sk_buff *skb, struct genl_info *info)
{
	const struct dsr_sched_ops *sched = &dsr_sched_default;
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct nlattr *attrs[DSR_A_SERVICE_MAX + 1];
	struct dsr_service_key key;
	int err;

	err = dsr_nl_service_parse(info->attrs[DSR_A_SERVICE], attrs, &key,
				   info->extack);
	if (err)
		return err;
	err = parse_scheduler(attrs[DSR_A_SERVICE_SCHEDULER], &sched,
			      info->extack);
	if (err)
		return err;

	mutex_lock(&dn->config_lock);
	err = add_locked(dn, &key, sched, info);
	mutex_unlock(&dn->config_lock);
	return err;
}

static int set_locked(struct dsr_net *dn, const struct dsr_service_key *key,
		      const struct nlattr *scheduler, struct genl_info *info)
{
	const struct dsr_sched_ops *sched;
	struct dsr_service *svc;
	int err;

	svc = find(dn, key, info->extack);
	if (IS_ERR(svc))
		return PTR_ERR(svc);
	sched = svc->sched;
	err = parse_scheduler(scheduler, &sched, info->extack);
	if (err)
		return err;
	err = dsr_service_set(svc, sched, info->extack);
	if (err)
		return err;
	return dsr_nl_echo(info, service_fill, svc);
}

int dsr_nl_service_set(struct sk_buff *skb, struct genl_info *info)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct nlattr *attrs[DSR_A_SERVICE_MAX + 1];
	struct dsr_service_key key;
	int err;

	err = dsr_nl_service_parse(info->attrs[DSR_A_SERVICE], attrs, &key,
				   info->extack);
	if (err)
		return err;

	mutex_lock(&dn->config_lock);
	err = set_locked(dn, &key, attrs[DSR_A_SERVICE_SCHEDULER], info);
	mutex_unlock(&dn->config_lock);
	return err;
}

int dsr_nl_service_del(struct sk_buff *skb, struct genl_info *info)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct dsr_service *svc;

	mutex_lock(&dn->config_lock);
	svc = dsr_nl_service_find(dn, info->attrs[DSR_A_SERVICE], info->extack);
	if (!IS_ERR(svc))
		dsr_service_del(svc);
	mutex_unlock(&dn->config_lock);
	return PTR_ERR_OR_ZERO(svc);
}

int dsr_nl_service_get(struct sk_buff *skb, struct genl_info *info)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct dsr_service *svc;
	int err;

	mutex_lock(&dn->config_lock);
	svc = dsr_nl_service_find(dn, info->attrs[DSR_A_SERVICE], info->extack);
	err = IS_ERR(svc) ? PTR_ERR(svc) :
			    dsr_nl_reply(info, service_fill, svc);
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
	cb->seq = dn->generation;
	list_for_each_entry(svc, &dn->service_list, list) {
		if (svc->id <= cb->args[0])
			continue;
		header = dsr_nl_put(msg, NETLINK_CB(cb->skb).portid,
				    cb->nlh->nlmsg_seq, NLM_F_MULTI,
				    DSR_CMD_SERVICE_GET, service_fill, svc);
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
	mutex_unlock(&dn->config_lock);
	return 0;
}
