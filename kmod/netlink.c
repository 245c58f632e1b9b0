// SPDX-License-Identifier: GPL-2.0
/* The generic netlink family: its commands, and what the files of the objects
 * share.  uapi/dsr.h describes it.
 */
#include <linux/ipv6.h>
#include <linux/module.h>
#include <net/ipv6.h>

#include "events.h"
#include "netlink.h"
#include "stats.h"

/**
 * dsr_nl_invalid() - refuse a value
 * @extack: told what is wrong
 * @attr: the attribute that has it, or NULL where one is missing
 * @message: a literal
 *
 * Return: -EINVAL.
 */
int dsr_nl_invalid(struct netlink_ext_ack *extack, const struct nlattr *attr,
		   const char *message)
{
	NL_SET_BAD_ATTR(extack, attr);
	do_trace_netlink_extack(message);
	if (extack)
		extack->_msg = message;
	return -EINVAL;
}

/**
 * dsr_nl_get_addr() - an address from an attribute
 * @attr: the attribute, 4 to 16 bytes by policy
 * @addr: the result
 * @extack: told what is wrong
 *
 * Return: 0; -EINVAL for a length of neither family, or an address that no
 * single host can have; -EAFNOSUPPORT for IPv6 where the kernel runs without.
 */
int dsr_nl_get_addr(const struct nlattr *attr, struct dsr_addr *addr,
		    struct netlink_ext_ack *extack)
{
	bool unicast;

	memset(addr, 0, sizeof(*addr));
	if (nla_len(attr) == sizeof(struct in6_addr) && !ipv6_mod_enabled()) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "IPv6 is disabled on this host");
		return -EAFNOSUPPORT;
	}
	switch (nla_len(attr)) {
	case sizeof(struct in_addr):
		addr->family = AF_INET;
		addr->ip.v4 = nla_get_in_addr(attr);
		unicast = !ipv4_is_multicast(addr->ip.v4) &&
			  !ipv4_is_lbcast(addr->ip.v4) &&
			  !ipv4_is_zeronet(addr->ip.v4) &&
			  !ipv4_is_loopback(addr->ip.v4);
		break;
	case sizeof(struct in6_addr):
		addr->family = AF_INET6;
		addr->ip.v6 = nla_get_in6_addr(attr);
		unicast = !ipv6_addr_is_multicast(&addr->ip.v6) &&
			  !ipv6_addr_any(&addr->ip.v6) &&
			  !ipv6_addr_loopback(&addr->ip.v6) &&
			  !ipv6_addr_v4mapped(&addr->ip.v6);
		break;
	default:
		NL_SET_ERR_MSG_ATTR(extack, attr, "an address has 4 bytes (IPv4) or 16 (IPv6)");
		return -EINVAL;
	}
	if (!unicast) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a unicast address is expected, not a loopback one");
		return -EINVAL;
	}
	return 0;
}

int dsr_nl_put_addr(struct sk_buff *msg, int type, const struct dsr_addr *addr)
{
	return nla_put(msg, type, dsr_addr_len(addr->family), &addr->ip);
}

/* Not aligned to 8 bytes, as NLA_UINT isn't: padding would be an attribute that
 * no table of counters has.
 */
static int put_sums(struct sk_buff *msg, int type, const u64 *sum, int nr)
{
	struct nlattr *nest;
	int i;

	nest = nla_nest_start(msg, type);
	if (!nest)
		return -EMSGSIZE;
	for (i = 1; i < nr; i++)
		if (nla_put(msg, i, sizeof(sum[i]), &sum[i]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

int dsr_nl_put_traffic(struct sk_buff *msg, int type,
		       const struct dsr_traffic_stats __percpu *traffic)
{
	u64 sum[__DSR_TRAFFIC_MAX];

	dsr_traffic_sum(traffic, sum);
	return put_sums(msg, type, sum, __DSR_TRAFFIC_MAX);
}

/**
 * dsr_nl_put() - append an object's message
 * @msg: the buffer
 * @portid: to whom
 * @seq: in answer to which request
 * @flags: NLM_F_*
 * @cmd: DSR_CMD_*
 * @fill: writes the object's attributes
 * @object: the object
 *
 * Return: the message's header, or NULL when it didn't fit and isn't there.
 */
void *dsr_nl_put(struct sk_buff *msg, u32 portid, u32 seq, int flags, u8 cmd,
		 dsr_nl_fill_t fill, const void *object)
{
	void *header;

	header = genlmsg_put(msg, portid, seq, &dsr_genl_family, flags, cmd);
	if (!header)
		return NULL;
	if (fill(msg, object)) {
		genlmsg_cancel(msg, header);
		return NULL;
	}
	genlmsg_end(msg, header);
	return header;
}

/**
 * dsr_nl_answer_alloc() - room for the answer to a request
 *
 * For one that can't be refused any more when there is something to answer.
 *
 * Return: the buffer, for dsr_nl_answer(), or NULL.
 */
struct sk_buff *dsr_nl_answer_alloc(void)
{
	return genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
}

/**
 * dsr_nl_answer() - answer a request with an object
 * @msg: from dsr_nl_answer_alloc(), consumed
 * @info: the request
 * @fill: writes the object's attributes
 * @object: the object
 *
 * Return: 0 or a negative errno; a socket without room is told so by netlink.
 */
int dsr_nl_answer(struct sk_buff *msg, struct genl_info *info,
		  dsr_nl_fill_t fill, const void *object)
{
	if (!dsr_nl_put(msg, info->snd_portid, info->snd_seq, 0,
			info->genlhdr->cmd, fill, object)) {
		nlmsg_free(msg);
		return -EMSGSIZE;
	}
	return genlmsg_reply(msg, info);
}

/**
 * dsr_nl_reply() - the same of a request that has changed nothing
 * @info: the request
 * @fill: writes the object's attributes
 * @object: the object
 *
 * Return: 0 or a negative errno.
 */
int dsr_nl_reply(struct genl_info *info, dsr_nl_fill_t fill, const void *object)
{
	struct sk_buff *msg = dsr_nl_answer_alloc();

	return msg ? dsr_nl_answer(msg, info, fill, object) : -ENOMEM;
}

/* For a change that was made: whether its echo arrives is no part of it. */
static void echo(struct genl_info *info, const struct dsr_nl_staging *staging)
{
	if (!(info->nlhdr->nlmsg_flags & NLM_F_ECHO))
		return;
	if (staging->be)
		dsr_nl_reply(info, dsr_nl_backend_fill, staging->be);
	else if (staging->svc)
		dsr_nl_reply(info, dsr_nl_service_fill, staging->svc);
	else
		dsr_nl_reply(info, dsr_nl_settings_fill, staging->txn.dn);
}

/**
 * dsr_nl_change() - carry out a command that is one change
 * @info: the request
 * @stage: stages the change
 *
 * Context: process.
 * Return: 0 or a negative errno, then nothing has changed.
 */
int dsr_nl_change(struct genl_info *info, dsr_nl_stage_t stage)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct dsr_nl_staging staging = { .extack = info->extack };
	int err;

	err = dsr_nl_service_get_ready(info->attrs[DSR_A_SERVICE],
				       info->extack);
	if (err)
		return err;

	mutex_lock(&dn->config_lock);
	dsr_transaction_begin(&staging.txn, dn);
	staging.txn.portid = info->snd_portid;
	err = stage(&staging, info->attrs);
	err = dsr_transaction_end(&staging.txn, err, info->extack);
	if (!err)
		echo(info, &staging);
	mutex_unlock(&dn->config_lock);
	return err;
}

static int stats_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_net *dn = object;
	u64 sum[__DSR_COUNTER_MAX];

	dsr_counters_sum(dn, sum);
	return put_sums(msg, DSR_A_STATS, sum, __DSR_COUNTER_MAX);
}

static int stats_get(struct sk_buff *skb, struct genl_info *info)
{
	return dsr_nl_reply(info, stats_fill, dsr_net(genl_info_net(info)));
}

#define OP(command, call, rules, last) { \
	.cmd = DSR_CMD_##command, \
	.flags = GENL_UNS_ADMIN_PERM, \
	.doit = (call), \
	.policy = (rules), \
	.maxattr = (last), \
}

#define DUMP_OP(command, call, rules, last) { \
	.cmd = DSR_CMD_##command, \
	.flags = GENL_UNS_ADMIN_PERM, \
	.dumpit = (call), \
	.policy = (rules), \
	.maxattr = (last), \
}

static const struct genl_ops ops[] = {
	OP(SERVICE_ADD, dsr_nl_service_add, dsr_policy_service,
	   DSR_A_SERVICE),
	OP(SERVICE_SET, dsr_nl_service_set, dsr_policy_service,
	   DSR_A_SERVICE),
	OP(SERVICE_DEL, dsr_nl_service_del, dsr_policy_service_key,
	   DSR_A_SERVICE),
	{
		.cmd = DSR_CMD_SERVICE_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = dsr_nl_service_get,
		.dumpit = dsr_nl_service_dump,
		.policy = dsr_policy_service_key,
		.maxattr = DSR_A_SERVICE,
	},
	OP(SERVICE_FLUSH, dsr_nl_service_flush, dsr_policy_none,
	   DSR_A_SERVICE),
	OP(BACKEND_ADD, dsr_nl_backend_add, dsr_policy_backend,
	   DSR_A_BACKEND),
	OP(BACKEND_SET, dsr_nl_backend_set, dsr_policy_backend,
	   DSR_A_BACKEND),
	OP(BACKEND_DEL, dsr_nl_backend_del, dsr_policy_backend_key,
	   DSR_A_BACKEND),
	{
		.cmd = DSR_CMD_BACKEND_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = dsr_nl_backend_get,
		.dumpit = dsr_nl_backend_dump,
		.policy = dsr_policy_backend_key,
		.maxattr = DSR_A_BACKEND,
	},
	OP(BACKEND_FLUSH, dsr_nl_backend_flush, dsr_policy_service_key,
	   DSR_A_SERVICE),
	OP(STATS_GET, stats_get, dsr_policy_none,
	   DSR_A_SERVICE),
	OP(SETTINGS_SET, dsr_nl_settings_set, dsr_policy_settings,
	   DSR_A_SETTINGS),
	OP(SETTINGS_GET, dsr_nl_settings_get, dsr_policy_none,
	   DSR_A_SERVICE),
	DUMP_OP(FLOW_GET, dsr_nl_flow_dump, dsr_policy_backend_key,
		DSR_A_BACKEND),
	OP(FLOW_COUNT, dsr_nl_flow_count, dsr_policy_backend_key,
	   DSR_A_BACKEND),
	OP(FLOW_FLUSH, dsr_nl_flow_flush, dsr_policy_backend_key,
	   DSR_A_BACKEND),
	OP(DEVICE_ATTACH, dsr_nl_device_attach, dsr_policy_device,
	   DSR_A_DEVICE),
	OP(DEVICE_DETACH, dsr_nl_device_detach, dsr_policy_device,
	   DSR_A_DEVICE),
	DUMP_OP(DEVICE_GET, dsr_nl_device_dump, dsr_policy_none,
		DSR_A_SERVICE),
	DUMP_OP(CONFIG_GET, dsr_nl_config_dump, dsr_policy_none,
		DSR_A_SERVICE),
	OP(CONFIG_CHANGE, dsr_nl_config_change, dsr_policy_config,
	   DSR_A_DIGEST),
	OP(EXPLAIN, dsr_nl_explain, dsr_policy_explain,
	   DSR_A_EXPLAIN),
};

static const struct genl_multicast_group groups[] = {
	{ .name = DSR_GENL_GROUP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

/* No alias for autoloading: that would ask for no capability. */
struct genl_family dsr_genl_family = {
	.name = DSR_GENL_NAME,
	.version = DSR_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,	/* config_lock is enough */
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

int dsr_netlink_init(void)
{
	int err = dsr_nl_config_init();

	if (err)
		return err;
	err = genl_register_family(&dsr_genl_family);
	if (err)
		dsr_nl_config_exit();
	else
		dsr_events_open();
	return err;
}

void dsr_netlink_exit(void)
{
	dsr_events_close();
	genl_unregister_family(&dsr_genl_family);
	dsr_nl_config_exit();
}
