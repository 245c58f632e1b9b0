// SPDX-License-Identifier: GPL-2.0
/* What is set of a whole network namespace: the size of its flow table, the seed
 * of its schedulers' hashes.
 */
#include <linux/netlink.h>
#include <linux/slab.h>

#include "flow.h"
#include "sched.h"
#include "service.h"
#include "settings.h"
#include "track.h"
#include "transaction.h"

static struct dsr_flow_table *table_get(const struct dsr_net *dn)
{
	return rcu_dereference_protected(dn->flows,
					 lockdep_is_held(&dn->config_lock));
}

/* How many entries have something to say. */
static u32 count_live(const struct dsr_net *dn,
		      const struct dsr_flow_table *table)
{
	u32 now = dsr_flow_tick(), live = 0, i;
	struct dsr_flow flow;
	unsigned int way;

	for (i = 0; i < table->nr; i++) {
		rcu_read_lock();
		for (way = 0; way < DSR_FLOW_WAYS; way++)
			if (dsr_flow_peek(table, i, way, &flow, NULL) &&
			    !dsr_track_dead(dn, flow.value, now))
				live++;
		rcu_read_unlock();
		cond_resched();
	}
	return live;
}

/* Puts @table in the place of the one that packets use, and takes its flows
 * over.  Packets look in both until all have moved.
 */
static u32 table_replace(struct dsr_net *dn, struct dsr_flow_table *table)
{
	struct dsr_flow_table *old = table_get(dn);
	u32 left;

	RCU_INIT_POINTER(table->old, old);
	/* A dump of the old one is to begin again, as one of a table that is
	 * half full is at the end.
	 */
	WRITE_ONCE(dn->flows_generation, dn->flows_generation + 1);
	rcu_assign_pointer(dn->flows, table);
	synchronize_rcu();
	left = dsr_flow_table_migrate(table, old, &dn->flow_user);
	/* Who looked into the new table before a flow came there still has to
	 * see that there is an old one, and so to look once more.
	 */
	synchronize_rcu();
	RCU_INIT_POINTER(table->old, NULL);
	synchronize_rcu();
	dsr_flow_table_destroy(old);
	WRITE_ONCE(dn->flows_generation, dn->flows_generation + 1);
	return left;
}

/**
 * dsr_settings_flows() - make the flow table larger or smaller
 * @dn: the namespace
 * @flows: how many it's to hold, DSR_FLOWS_MIN to DSR_FLOWS_MAX
 * @extack: told what went wrong
 *
 * Traffic goes on meanwhile, and flows keep their backends.  Before the first
 * service there's no table yet, and none is made.
 *
 * Context: process, config_lock held; takes some 100 ms for a million flows.
 * Return: 0, -ENOMEM, or -ENOSPC where the flows that there are would fill a
 * smaller table by more than three quarters.
 */
int dsr_settings_flows(struct dsr_net *dn, u32 flows,
		       struct netlink_ext_ack *extack)
{
	struct dsr_flow_table *old = table_get(dn), *table;

	lockdep_assert_held(&dn->config_lock);
	if (!old || old->capacity == flows) {
		dn->flows_wanted = flows;
		return 0;
	}
	if (flows < old->capacity && count_live(dn, old) > flows - flows / 4) {
		NL_SET_ERR_MSG(extack,
			       "the flows that there are would fill a table of this size by more than three quarters: a larger one is expected");
		return -ENOSPC;
	}
	table = dsr_flow_table_create(flows);
	if (!table) {
		NL_SET_ERR_MSG(extack,
			       "no memory for a table of this size: a smaller one is expected");
		return -ENOMEM;
	}
	table_replace(dn, table);
	dn->flows_wanted = flows;
	return 0;
}

/* The key is half the administrator's seed and half a constant of ours. */
static void seed_key(siphash_key_t *key, u64 seed)
{
	key->key[0] = seed;
	key->key[1] = 0x6473722d6d61676cULL; /* "dsr-magl" */
}

void dsr_settings_init_key(struct dsr_net *dn, u64 seed)
{
	seed_key(&dn->hash_key, seed);
	dn->pool_key = dn->hash_key;
}

/**
 * dsr_settings_stage_hash_seed() - stage another key of the schedulers' hashes
 * @txn: the transaction
 * @seed: the same on all directors of a service
 *
 * Flows that are known keep their backends; what isn't remembered moves.
 *
 * Context: process, config_lock held.
 */
void dsr_settings_stage_hash_seed(struct dsr_transaction *txn, u64 seed)
{
	struct dsr_net *dn = txn->dn;
	struct dsr_service *svc;

	lockdep_assert_held(&dn->config_lock);
	if (seed == dn->pool_key.key[0])
		return;
	seed_key(&dn->pool_key, seed);
	txn->reseeded = true;
	list_for_each_entry(svc, &dn->service_list, list) {
		svc->rebuild = true;
		dsr_service_touch(txn, svc);
	}
}
