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

int dsr_nl_settings_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_net *dn = object;
	u64 seed = dn->hash_key.key[0], bytes = flow_bytes(dn);
	struct nlattr *nest;

	nest = nla_nest_start(msg, DSR_A_SETTINGS);
	if (!nest ||
	    nla_put_u32(msg, DSR_A_SETTINGS_FLOWS, dn->flows_wanted) ||
	    nla_put(msg, DSR_A_SETTINGS_HASH_SEED, sizeof(seed), &seed) ||
	    nla_put(msg, DSR_A_SETTINGS_FLOW_BYTES, sizeof(bytes), &bytes) ||
	    nla_put_u32(msg, DSR_A_SETTINGS_GENERATION, dsr_generation(dn)))
		return -EMSGSIZE;
	if (dn->digest_len && dn->digest_generation == dsr_generation(dn) &&
	    nla_put(msg, DSR_A_SETTINGS_DIGEST, dn->digest_len, dn->digest))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* The change that makes the settings. */
int dsr_nl_settings_put_config(struct sk_buff *msg, const struct dsr_net *dn)
{
	struct nlattr *change = nla_nest_start(msg, DSR_CMD_SETTINGS_SET);
	u64 seed = dn->hash_key.key[0];
	struct nlattr *nest;

	nest = change ? nla_nest_start(msg, DSR_A_SETTINGS) : NULL;
	if (!nest ||
	    nla_put_u32(msg, DSR_A_SETTINGS_FLOWS, dn->flows_wanted) ||
	    nla_put(msg, DSR_A_SETTINGS_HASH_SEED, sizeof(seed), &seed))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	nla_nest_end(msg, change);
	return 0;
}

int dsr_nl_settings_stage(struct dsr_nl_staging *staging,
			  struct nlattr **request)
{
	struct nlattr *attrs[DSR_A_SETTINGS_MAX + 1];
	const struct nlattr *seed, *flows;
	int err;

	if (!request[DSR_A_SETTINGS]) {
		NL_SET_ERR_MSG(staging->extack, "the settings are missing");
		return -EINVAL;
	}
	/* The policy has been applied already, with the request's. */
	err = nla_parse_nested(attrs, DSR_A_SETTINGS_MAX,
			       request[DSR_A_SETTINGS], NULL, staging->extack);
	if (err)
		return err;

	seed = attrs[DSR_A_SETTINGS_HASH_SEED];
	flows = attrs[DSR_A_SETTINGS_FLOWS];
	if (seed)
		dsr_settings_stage_hash_seed(&staging->txn, nla_get_u64(seed));
	if (flows) {
		staging->txn.flows = nla_get_u32(flows);
		staging->flows_nr = staging->nr;
	}
	return 0;
}

int dsr_nl_settings_set(struct sk_buff *skb, struct genl_info *info)
{
	return dsr_nl_change(info, dsr_nl_settings_stage);
}

int dsr_nl_settings_get(struct sk_buff *skb, struct genl_info *info)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	int err;

	mutex_lock(&dn->config_lock);
	err = dsr_nl_reply(info, dsr_nl_settings_fill, dn);
	mutex_unlock(&dn->config_lock);
	return err;
}
