// SPDX-License-Identifier: GPL-2.0
/* Affinity: the new flows of a client, or of its network, go where its earlier
 * ones went.  Remembered in the flow table, in an entry of the client's own.
 *
 * An entry made by the first packet of a flow may give way to others, like a
 * half-open flow; it stays once a client has gone on with a flow.  So a flood
 * from forged addresses can't fill the table with them.
 */
#include "affinity.h"
#include "backend.h"
#include "track.h"

static struct dsr_addr client_network(const struct dsr_service *svc,
				      const struct dsr_packet *pkt)
{
	u8 len = READ_ONCE(svc->options.affinity_prefixlen);
	struct dsr_addr addr = {
		.ip = pkt->tuple.saddr,
		.family = pkt->tuple.family,
	};

	if (len < dsr_addr_bits(addr.family))
		dsr_addr_mask(&addr, len);
	return addr;
}

static u64 network_hash(const struct dsr_service *svc,
			const struct dsr_addr *addr)
{
	return dsr_hash_3(addr->ip.word[0], addr->ip.word[1], 0,
			  &svc->flow_key, DSR_HASH_NETWORK);
}

/**
 * dsr_affinity_find() - where the client's flows go
 * @dn: the namespace
 * @svc: the service, which has affinity
 * @pkt: first packet of a new flow
 *
 * Context: softirq or BH off, under RCU.
 * Return: the backend, or NULL: there's none, or it takes no new flows.
 */
struct dsr_backend *dsr_affinity_find(const struct dsr_net *dn,
				      const struct dsr_service *svc,
				      const struct dsr_packet *pkt)
{
	struct dsr_addr addr = client_network(svc, pkt);
	struct dsr_backend *be;
	struct dsr_flow entry;

	if (!dsr_flow_find(rcu_dereference(dn->flows),
			   network_hash(svc, &addr), &dn->flow_user, &entry) ||
	    dsr_track_expired(svc, entry.value, dsr_flow_tick()))
		return NULL;
	be = dsr_backend_by_id(dn, dsr_flow_backend(entry.value));
	return be && dsr_backend_available(be) ? be : NULL;
}

/* Whether dsr_affinity_note() would remember it.  Context: under RCU. */
bool dsr_affinity_has_room(const struct dsr_net *dn,
			   const struct dsr_service *svc,
			   const struct dsr_packet *pkt)
{
	const struct dsr_flow_table *table = rcu_dereference(dn->flows);
	struct dsr_addr addr = client_network(svc, pkt);
	u64 hash = network_hash(svc, &addr);
	struct dsr_flow entry;

	return dsr_flow_find(table, hash, &dn->flow_user, &entry) ||
	       dsr_flow_has_room(table, hash, &dn->flow_user);
}

static void insert(const struct dsr_net *dn, const struct dsr_addr *addr,
		   u64 hash, u64 value)
{
	struct dsr_flow_peer peer = {};
	struct dsr_flow entry;

	if (addr->family == AF_INET)
		peer.v4.saddr = addr->ip.v4;
	else
		peer.saddr6 = addr->ip.v6;
	dsr_flow_insert(rcu_dereference(dn->flows), hash, value, &peer,
			&dn->flow_user, true, &entry);
}

/**
 * dsr_affinity_note() - remember where a client's flow goes, or that it lives
 * @dn: the namespace
 * @svc: the service, which has affinity
 * @pkt: a packet of the flow
 * @be: its backend
 * @confirmed: whether the client has gone on with the flow
 *
 * Context: softirq or BH off, under RCU.
 */
void dsr_affinity_note(const struct dsr_net *dn, const struct dsr_service *svc,
		       const struct dsr_packet *pkt,
		       const struct dsr_backend *be, bool confirmed)
{
	struct dsr_addr addr = client_network(svc, pkt);
	u64 hash = network_hash(svc, &addr), value;
	u32 now = dsr_flow_tick();
	struct dsr_flow entry;
	unsigned int state;

	state = confirmed ? DSR_FLOW_AFFINITY : DSR_FLOW_AFFINITY_NEW;
	value = dsr_flow_value(be->id, state, now);
	if (!dsr_flow_find(rcu_dereference(dn->flows), hash, &dn->flow_user,
			   &entry)) {
		insert(dn, &addr, hash, value);
		return;
	}
	/* An older flow that lives on doesn't take the newer ones with it. */
	if (confirmed && dsr_flow_backend(entry.value) != be->id &&
	    !dsr_track_dead(dn, entry.value, now))
		return;
	if (dsr_flow_backend(entry.value) == be->id &&
	    dsr_flow_state(entry.value) == DSR_FLOW_AFFINITY)
		value = dsr_flow_value(be->id, DSR_FLOW_AFFINITY, now);
	if (entry.value != value)
		dsr_flow_update(&entry, value);
}
