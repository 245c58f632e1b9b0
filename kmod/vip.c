// SPDX-License-Identifier: GPL-2.0
/* Which service an address, a protocol and a port belong to: the longest prefix
 * decides, then the exact port, a range, any port, any protocol.
 */
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "gfp.h"
#include "packet.h"
#include "service.h"
#include "vip.h"

/* The first range that ends at @port or behind it; nr if there's none. */
static u32 range_index(const struct dsr_ranges *ranges, u16 port)
{
	u32 low = 0, high = ranges->nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (ranges->range[middle].last < port)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct dsr_service *find_range(const struct dsr_net *dn,
				      const struct dsr_ranges *ranges, u16 port)
{
	u32 i = range_index(ranges, port);

	if (i == ranges->nr || ranges->range[i].first > port)
		return NULL;
	return rcu_dereference_check(ranges->range[i].svc,
				     lockdep_is_held(&dn->config_lock));
}

/* The ranges that packets see.  Context: under RCU. */
static const struct dsr_ranges *ranges_seen(const struct dsr_net *dn,
					    const struct dsr_vip *vip,
					    enum dsr_flow_class class)
{
	u32 mark = READ_ONCE(vip->pending);
	const struct dsr_ranges *ranges;

	if (unlikely(mark) && dsr_mark_done(dn, mark)) {
		ranges = rcu_dereference(vip->staged[class]);
		if (dsr_mark_stands(&vip->pending, mark))
			return ranges;
	}
	return rcu_dereference(vip->ranges[class]);
}

static struct dsr_service *range_seen(const struct dsr_net *dn,
				      const struct dsr_vip *vip,
				      enum dsr_flow_class class, u16 port)
{
	const struct dsr_ranges *ranges = ranges_seen(dn, vip, class);
	struct dsr_service *svc = ranges ? find_range(dn, ranges, port) : NULL;

	return svc && dsr_service_visible(dn, svc) ? svc : NULL;
}

/* Of two that have one place, the one that packets see.  Context: under RCU. */
static struct dsr_service *wide_seen(const struct dsr_net *dn,
				     struct dsr_service __rcu * const *slot)
{
	struct dsr_service *svc = rcu_dereference(*slot);
	u32 mark;

	if (!svc)
		return NULL;
	mark = READ_ONCE(svc->pending);
	if (likely(!mark) || dsr_mark_visible(dn, mark))
		return svc;
	return dsr_change_of(mark) == DSR_COMING ? svc->before : NULL;
}

static struct dsr_service *find_wide(const struct dsr_net *dn,
				     const struct dsr_vip *vip,
				     enum dsr_flow_class class, u16 port)
{
	struct dsr_service *svc = NULL;

	if (class != DSR_FLOW_OTHER) {
		svc = range_seen(dn, vip, class, port);
		if (!svc)
			svc = wide_seen(dn, &vip->any_port[class]);
	}
	return svc ? svc : wide_seen(dn, &vip->any_protocol);
}

static void tuple_daddr(const struct dsr_tuple *tuple, struct dsr_addr *addr)
{
	addr->ip = tuple->daddr;
	addr->family = tuple->family;
}

/**
 * dsr_vip_wider() - the next VIP whose prefix has an address
 * @dn: the namespace
 * @addr: the address
 * @prefixlen: only shorter prefixes than this one count
 *
 * Context: under RCU.
 * Return: the VIP of the longest such prefix, or NULL.
 */
const struct dsr_vip *dsr_vip_wider(const struct dsr_net *dn,
				    const struct dsr_addr *addr, u8 prefixlen)
{
	const struct dsr_service_table *table = dsr_service_table(dn);
	const struct dsr_prefixes *prefixes;
	unsigned long len = prefixlen, next;
	struct dsr_addr masked = *addr;
	const struct dsr_vip *vip;

	prefixes = &table->prefixes[addr->family == AF_INET6];
	/* Bits come behind a VIP of their length, and go when it has gone. */
	while ((next = data_race(find_last_bit(prefixes->used, len))) < len) {
		len = next;
		dsr_addr_mask(&masked, len);
		vip = dsr_vip_at(dn, table, &masked, len);
		if (vip)
			return vip;
	}
	return NULL;
}

/* Behind the exact port, which @vip doesn't have. */
static struct dsr_service *look_wide(const struct dsr_net *dn,
				     const struct dsr_vip *vip,
				     const struct dsr_tuple *tuple)
{
	enum dsr_flow_class class = dsr_flow_class_of(tuple->protocol);
	u16 port = ntohs(tuple->dport);
	struct dsr_service *svc;
	struct dsr_addr daddr;

	tuple_daddr(tuple, &daddr);
	do {
		svc = find_wide(dn, vip, class, port);
		if (svc)
			return svc;
		vip = dsr_vip_wider(dn, &daddr, vip->prefixlen);
		if (vip)
			svc = dsr_vip_port(dn, vip, port, tuple->protocol);
	} while (vip && !svc);
	return svc;
}

/* Whoever commits as fast as a packet looks doesn't keep it here. */
#define LOOKS_MAX	4

/**
 * dsr_vip_service_wide() - the service that a packet is for, if none has exactly
 *			    its port
 * @dn: the namespace
 * @vip: the VIP of the longest prefix that has the packet's destination
 * @tuple: the packet's tuple
 * @committed: dsr_commit_begin() before the look for that port
 *
 * Context: under RCU.
 * Return: the service or NULL.
 */
struct dsr_service *dsr_vip_service_wide(const struct dsr_net *dn,
					 const struct dsr_vip *vip,
					 const struct dsr_tuple *tuple,
					 u32 committed)
{
	struct dsr_service *svc = look_wide(dn, vip, tuple);
	int looks = 1;

	while (unlikely(dsr_commit_retry(dn, committed)) &&
	       looks++ < LOOKS_MAX) {
		committed = dsr_commit_begin(dn);
		svc = dsr_vip_port(dn, vip, ntohs(tuple->dport),
				   tuple->protocol);
		if (svc)
			break;
		svc = look_wide(dn, vip, tuple);
	}
	return svc;
}

/* Whether a VIP has a service for a class, or for whatever may come. */
static bool serves(const struct dsr_vip *vip, enum dsr_flow_class class,
		   bool whatever)
{
	unsigned int i;

	if (READ_ONCE(vip->services[class]) ||
	    READ_ONCE(vip->services[DSR_FLOW_OTHER]))
		return true;
	for (i = 0; whatever && i < DSR_FLOW_OTHER; i++)
		if (READ_ONCE(vip->services[i]))
			return true;
	return false;
}

/**
 * dsr_vip_serves() - whether any service could want a packet without its ports
 * @dn: the namespace
 * @vip: the VIP of the longest prefix that has the packet's destination
 * @tuple: the packet's tuple, but for the ports; the protocol may be that of an
 *	   extension header, behind which any other may come
 *
 * Context: under RCU.
 * Return: whether one could.
 */
bool dsr_vip_serves(const struct dsr_net *dn, const struct dsr_vip *vip,
		    const struct dsr_tuple *tuple)
{
	enum dsr_flow_class class = dsr_flow_class_of(tuple->protocol);
	bool whatever = tuple->family == AF_INET6 &&
			ipv6_ext_hdr(tuple->protocol);
	struct dsr_addr daddr;

	tuple_daddr(tuple, &daddr);
	for (; vip; vip = dsr_vip_wider(dn, &daddr, vip->prefixlen))
		if (serves(vip, class, whatever))
			return true;
	return false;
}

/* Configuration from here on: under config_lock. */

static struct dsr_ranges *ranges_at(const struct dsr_net *dn,
				    struct dsr_ranges __rcu *ranges)
{
	return rcu_dereference_protected(ranges,
					 lockdep_is_held(&dn->config_lock));
}

/* As the transaction that is being staged will leave them. */
static struct dsr_ranges *ranges_get(const struct dsr_net *dn,
				     const struct dsr_vip *vip, u8 protocol)
{
	enum dsr_flow_class class = dsr_flow_class_of(protocol);

	return ranges_at(dn, vip->pending ? vip->staged[class] :
					    vip->ranges[class]);
}

/* The service of a place in an array; NULL too where it is about to go. */
static struct dsr_service *range_service(const struct dsr_net *dn,
					 const struct dsr_range *range)
{
	struct dsr_service *svc;

	svc = rcu_dereference_protected(range->svc,
					lockdep_is_held(&dn->config_lock));
	return svc && !dsr_service_going(svc) ? svc : NULL;
}

/* The pointer to a service that has all ports, or all protocols. */
static struct dsr_service __rcu **wide_slot(struct dsr_vip *vip, u8 protocol)
{
	return protocol ? &vip->any_port[dsr_flow_class_of(protocol)] :
			  &vip->any_protocol;
}

static struct dsr_service *lookup_range(const struct dsr_net *dn,
					const struct dsr_vip *vip,
					const struct dsr_service_key *key)
{
	const struct dsr_ranges *ranges = ranges_get(dn, vip, key->protocol);
	struct dsr_service *svc = NULL;
	u32 i;

	i = ranges ? range_index(ranges, key->port) : 0;
	if (ranges && i < ranges->nr)
		svc = range_service(dn, &ranges->range[i]);
	return svc && svc->port == key->port && svc->port_end == key->port_end ?
	       svc : NULL;
}

static struct dsr_service *lookup_wide(const struct dsr_net *dn,
				       struct dsr_vip *vip, u8 protocol)
{
	struct dsr_service *svc;

	svc = rcu_dereference_protected(*wide_slot(vip, protocol),
					lockdep_is_held(&dn->config_lock));
	return svc && !dsr_service_going(svc) ? svc : NULL;
}

static struct dsr_service *lookup_port(const struct dsr_net *dn,
				       const struct dsr_vip *vip,
				       const struct dsr_service_key *key)
{
	const struct dsr_service_table *table = dsr_service_table(dn);
	u32 bucket = dsr_vip_bucket(dn, vip, key->port, key->protocol);
	struct dsr_service *svc;

	hlist_for_each_entry(svc, &table->service[bucket], node)
		if (svc->vip == vip && svc->port == key->port &&
		    svc->protocol == key->protocol && !dsr_service_going(svc))
			return svc;
	return NULL;
}

/**
 * dsr_vip_lookup() - the service of a key that has an address
 * @dn: the namespace, which has or had services
 * @key: the key
 *
 * As a transaction that is being staged will leave it.
 *
 * Context: process, config_lock held.
 * Return: the service or NULL.
 */
struct dsr_service *dsr_vip_lookup(const struct dsr_net *dn,
				   const struct dsr_service_key *key)
{
	struct dsr_vip *vip;

	vip = (struct dsr_vip *)dsr_vip_at(dn, dsr_service_table(dn),
					   &key->addr, key->prefixlen);
	if (!vip)
		return NULL;
	if (!key->port)
		return lookup_wide(dn, vip, key->protocol);
	if (key->port != key->port_end)
		return lookup_range(dn, vip, key);
	return lookup_port(dn, vip, key);
}

/* Two ranges that overlap would leave open which of them is meant. */
static int check_overlap(const struct dsr_net *dn, const struct dsr_vip *vip,
			 const struct dsr_service_key *key,
			 struct netlink_ext_ack *extack)
{
	const struct dsr_ranges *ranges;
	u32 i;

	if (key->port == key->port_end)
		return 0;
	ranges = ranges_get(dn, vip, key->protocol);
	if (!ranges)
		return 0;
	for (i = range_index(ranges, key->port);
	     i < ranges->nr && ranges->range[i].first <= key->port_end; i++)
		if (range_service(dn, &ranges->range[i]))
			goto overlap;
	return 0;

overlap:
	NL_SET_ERR_MSG(extack,
		       "the service's ports overlap with another range of this address and protocol");
	return -EEXIST;
}

static void prefix_get(struct dsr_service_table *table,
		       const struct dsr_service_key *key)
{
	struct dsr_prefixes *prefixes;

	if (key->prefixlen == dsr_addr_bits(key->addr.family))
		return;
	prefixes = &table->prefixes[key->addr.family == AF_INET6];
	if (!prefixes->users[key->prefixlen]++) {
		set_bit(key->prefixlen, prefixes->used);
		WRITE_ONCE(prefixes->nr, prefixes->nr + 1);
	}
}

static void prefix_put(struct dsr_service_table *table,
		       const struct dsr_vip *vip)
{
	struct dsr_prefixes *prefixes;

	if (vip->prefixlen == dsr_addr_bits(vip->addr.family))
		return;
	prefixes = &table->prefixes[vip->addr.family == AF_INET6];
	if (!--prefixes->users[vip->prefixlen]) {
		clear_bit(vip->prefixlen, prefixes->used);
		WRITE_ONCE(prefixes->nr, prefixes->nr - 1);
	}
}

static struct dsr_vip *vip_create(struct dsr_net *dn,
				  const struct dsr_service_key *key)
{
	struct dsr_service_table *table = dsr_service_table(dn);
	u32 bucket = dsr_service_bucket(dn, key->addr.ip.word[0],
					key->addr.ip.word[1]);
	struct dsr_vip *vip;

	vip = kzalloc(sizeof(*vip), GFP_KERNEL_ACCOUNT);
	if (!vip)
		return NULL;
	vip->addr = key->addr;
	vip->prefixlen = key->prefixlen;
	hlist_add_head_rcu(&vip->node, &table->vip[bucket]);
	prefix_get(table, key);
	return vip;
}

static void count_service(struct dsr_vip *vip, u8 protocol, int change)
{
	u32 *services = &vip->services[dsr_flow_class_of(protocol)];

	WRITE_ONCE(*services, *services + change);
}

/**
 * dsr_vip_get() - the VIP for a new service
 * @dn: the namespace, which has a table of services
 * @key: the service's key, which has an address
 * @extack: told what went wrong
 *
 * Made when it isn't there yet.
 *
 * Context: process, config_lock held.
 * Return: the VIP, or an ERR_PTR of -EEXIST or -ENOMEM.
 */
struct dsr_vip *dsr_vip_get(struct dsr_net *dn,
			    const struct dsr_service_key *key,
			    struct netlink_ext_ack *extack)
{
	struct dsr_vip *vip;
	int err;

	vip = (struct dsr_vip *)dsr_vip_at(dn, dsr_service_table(dn),
					   &key->addr, key->prefixlen);
	if (vip) {
		err = check_overlap(dn, vip, key, extack);
		if (err)
			return ERR_PTR(err);
	} else {
		vip = vip_create(dn, key);
		if (!vip)
			return ERR_PTR(-ENOMEM);
	}
	count_service(vip, key->protocol, 1);
	return vip;
}

static void ranges_free(struct dsr_ranges *ranges)
{
	if (ranges)
		kvfree_rcu(ranges, rcu);
}

/**
 * dsr_vip_put() - a service doesn't need its VIP any more
 * @dn: the namespace
 * @vip: the VIP, freed after a grace period when that was the last service
 * @protocol: the service's
 *
 * Context: process, config_lock held.
 */
void dsr_vip_put(struct dsr_net *dn, struct dsr_vip *vip, u8 protocol)
{
	unsigned int i;

	count_service(vip, protocol, -1);
	for (i = 0; i < DSR_FLOW_CLASSES; i++)
		if (vip->services[i])
			return;
	hlist_del_rcu(&vip->node);
	prefix_put(dsr_service_table(dn), vip);
	for (i = 0; i < ARRAY_SIZE(vip->ranges); i++)
		ranges_free(ranges_at(dn, vip->ranges[i]));
	kfree_rcu(vip, rcu);
}

static void range_append(struct dsr_ranges *ranges, u16 first, u16 last,
			 struct dsr_service *svc)
{
	struct dsr_range *range = &ranges->range[ranges->nr++];

	range->first = first;
	range->last = last;
	RCU_INIT_POINTER(range->svc, svc);
}

/* Packets see the staged ranges after the commit, which are the others where
 * nothing is staged.
 */
static void ranges_stage(struct dsr_service *svc, struct dsr_ranges *ranges)
{
	struct dsr_vip *vip = (struct dsr_vip *)svc->vip;
	enum dsr_flow_class class = dsr_flow_class_of(svc->protocol);
	const struct dsr_net *dn = svc->dn;
	unsigned int i;

	if (!vip->pending)
		for (i = 0; i < ARRAY_SIZE(vip->staged); i++)
			RCU_INIT_POINTER(vip->staged[i],
					 ranges_at(dn, vip->ranges[i]));
	else if (ranges_at(dn, vip->staged[class]) !=
		 ranges_at(dn, vip->ranges[class]))
		ranges_free(ranges_at(dn, vip->staged[class]));
	rcu_assign_pointer(vip->staged[class], ranges);
	dsr_mark_set(&vip->pending,
		     (svc->pending & ~DSR_CHANGE_MASK) | DSR_CHANGING);
}

/* A new array, with those of the old one that stay. */
static int range_add(struct dsr_service *svc)
{
	const struct dsr_net *dn = svc->dn;
	struct dsr_ranges *old, *ranges;
	struct dsr_service *other;
	bool added = false;
	u32 i;

	old = ranges_get(dn, svc->vip, svc->protocol);
	ranges = kvzalloc(struct_size(ranges, range, old ? old->nr + 1 : 1),
			  DSR_GFP_TABLE);
	if (!ranges)
		return -ENOMEM;
	for (i = 0; old && i < old->nr; i++) {
		other = range_service(dn, &old->range[i]);
		if (!added && old->range[i].first > svc->port) {
			range_append(ranges, svc->port, svc->port_end, svc);
			added = true;
		}
		if (other)
			range_append(ranges, old->range[i].first,
				     old->range[i].last, other);
	}
	if (!added)
		range_append(ranges, svc->port, svc->port_end, svc);
	ranges_stage(svc, ranges);
	return 0;
}

/* Ends what ranges_stage() began: @keep what was staged, or what was there.  What
 * was staged stays where it is: packets that have read the mark look there.
 */
static void ranges_end(const struct dsr_net *dn, struct dsr_vip *vip, bool keep)
{
	struct dsr_ranges *ranges, *staged;
	unsigned int i;

	if (!vip->pending)
		return;
	for (i = 0; i < ARRAY_SIZE(vip->staged); i++) {
		ranges = ranges_at(dn, vip->ranges[i]);
		staged = ranges_at(dn, vip->staged[i]);
		if (ranges == staged)
			continue;
		if (keep)
			rcu_assign_pointer(vip->ranges[i], staged);
		ranges_free(keep ? ranges : staged);
	}
	dsr_mark_set(&vip->pending, DSR_SETTLED);
}

/* Leaves its place behind, so that nothing need be allocated. */
static void range_del(struct dsr_service *svc)
{
	struct dsr_ranges *ranges = ranges_get(svc->dn, svc->vip, svc->protocol);
	u32 i = ranges ? range_index(ranges, svc->port) : 0;

	if (ranges && i < ranges->nr &&
	    rcu_access_pointer(ranges->range[i].svc) == svc)
		RCU_INIT_POINTER(ranges->range[i].svc, NULL);
}

/* Whoever is about to go keeps its place until the commit. */
static void wide_add(struct dsr_service *svc)
{
	struct dsr_service __rcu **slot;

	slot = wide_slot((struct dsr_vip *)svc->vip, svc->protocol);
	svc->before = rcu_dereference_protected(*slot,
						lockdep_is_held(&svc->dn->config_lock));
	rcu_assign_pointer(*slot, svc);
}

static void wide_del(struct dsr_service *svc)
{
	struct dsr_service __rcu **slot;

	slot = wide_slot((struct dsr_vip *)svc->vip, svc->protocol);
	if (rcu_access_pointer(*slot) == svc)
		rcu_assign_pointer(*slot, dsr_service_coming(svc) ?
					  svc->before : NULL);
}

/**
 * dsr_vip_publish() - let packets find a service, marked as coming
 * @svc: the service, its @vip set
 *
 * Context: process, config_lock held.
 * Return: 0 or -ENOMEM.
 */
int dsr_vip_publish(struct dsr_service *svc)
{
	struct dsr_service_table *table;
	u32 bucket;

	if (!svc->port) {
		wide_add(svc);
		return 0;
	}
	if (svc->port != svc->port_end)
		return range_add(svc);

	table = dsr_service_table(svc->dn);
	bucket = dsr_vip_bucket(svc->dn, svc->vip, svc->port,
				svc->protocol);
	hlist_add_head_rcu(&svc->node, &table->service[bucket]);
	return 0;
}

/* A service has come, and what made room for it may go. */
void dsr_vip_settle(struct dsr_service *svc)
{
	ranges_end(svc->dn, (struct dsr_vip *)svc->vip, true);
}

/**
 * dsr_vip_unpublish() - let no further packet find a service
 * @svc: the service, marked as gone, or as coming with a transaction that doesn't
 *
 * Context: process, config_lock held.
 */
void dsr_vip_unpublish(struct dsr_service *svc)
{
	if (!svc->port) {
		wide_del(svc);
	} else if (svc->port == svc->port_end) {
		hlist_del_rcu(&svc->node);
	} else {
		ranges_end(svc->dn, (struct dsr_vip *)svc->vip,
			   !dsr_service_coming(svc));
		range_del(svc);
	}
}
