// SPDX-License-Identifier: GPL-2.0
/* The settings of a network namespace over generic netlink. */
#include <net/genetlink.h>

#include "flow.h"
#include "netlink.h"
#include "settings.h"
#include "transaction.h"

static u64 flow_bytes(const struct dsr_net *dn)
{
	const struct dsr_flow_table *table;

	table = rcu_dereference_protected(dn->flows,
					  lockdep_is_held(&dn->config_lock));
	return table ? dsr_flow_table_bytes(table) : 0;
}

static int settings_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_net *dn = object;
	u64 seed = dn->hash_key.key[0], bytes = flow_bytes(dn);
	struct nlattr *nest;

	nest = nla_nest_start(msg, DSR_A_SETTINGS);
	if (!nest ||
	    nla_put_u32(msg, DSR_A_SETTINGS_FLOWS, dn->flows_wanted) ||
	    nla_put(msg, DSR_A_SETTINGS_HASH_SEED, sizeof(seed), &seed) ||
	    nla_put(msg, DSR_A_SETTINGS_FLOW_BYTES, sizeof(bytes), &bytes))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static void stage(struct dsr_transaction *txn, struct nlattr **attrs)
{
	const struct nlattr *seed = attrs[DSR_A_SETTINGS_HASH_SEED];
	const struct nlattr *flows = attrs[DSR_A_SETTINGS_FLOWS];

	if (seed)
		dsr_settings_stage_hash_seed(txn, nla_get_u64(seed));
	if (flows)
		txn->flows = nla_get_u32(flows);
}

static int set_locked(struct dsr_net *dn, struct nlattr **attrs,
		      struct netlink_ext_ack *extack)
{
	struct dsr_transaction txn;

	dsr_transaction_begin(&txn, dn);
	stage(&txn, attrs);
	return dsr_transaction_end(&txn, 0, extack);
}

int dsr_nl_settings_set(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *attrs[DSR_A_SETTINGS_MAX + 1];
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	int err;

	if (!info->attrs[DSR_A_SETTINGS]) {
		NL_SET_ERR_MSG(info->extack, "the settings are missing");
		return -EINVAL;
	}
	/* The policy has been applied already, with the request's. */
	err = nla_parse_nested(attrs, DSR_A_SETTINGS_MAX,
			       info->attrs[DSR_A_SETTINGS], NULL,
			       info->extack);
	if (err)
		return err;

	mutex_lock(&dn->config_lock);
	err = set_locked(dn, attrs, info->extack);
	if (!err)
		dsr_nl_echo(info, settings_fill, dn);
	mutex_unlock(&dn->config_lock);
	return err;
}

int dsr_nl_settings_get(struct sk_buff *skb, struct genl_info *info)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	int err;

	mutex_lock(&dn->config_lock);
	err = dsr_nl_reply(info, settings_fill, dn);
	mutex_unlock(&dn->config_lock);
	return err;
}
