// SPDX-License-Identifier: GPL-2.0
/* Next hops: which device a backend's address is behind and which MAC address
 * it has, as the kernel's routing and neighbour tables say.
 *
 * One worker a namespace, the resolver, compares what is published with what
 * those tables say: once a second, and at once when an event says that a
 * neighbour or a device has changed.  Asking the neighbour table is also what
 * keeps it asking: packets that we queue don't pass through it, so without us
 * it would never notice that a backend has gone.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/slab.h>
#include <net/arp.h>
#include <net/flow.h>
#include <net/ip6_route.h>
#include <net/ndisc.h>
#include <net/neighbour.h>
#include <net/netevent.h>
#include <net/route.h>

#include "device.h"
#include "events.h"
#include "fragment.h"
#include "nexthop.h"
#include "param.h"

#define RESOLVE_INTERVAL	HZ

/* Events gather for this long: each probe of a neighbour makes several, and a
 * round looks at every next hop.
 */
#define RESOLVE_DELAY		(HZ / 50)

static u32 nexthop_hash(const void *data, u32 len, u32 seed)
{
	return dsr_nexthop_key_hash(data, seed);
}

static u32 nexthop_obj_hash(const void *data, u32 len, u32 seed)
{
	const struct dsr_nexthop *nexthop = data;

	return dsr_nexthop_key_hash(&nexthop->key, seed);
}

static int nexthop_compare(struct rhashtable_compare_arg *arg, const void *obj)
{
	const struct dsr_nexthop *nexthop = obj;
	const struct dsr_nexthop_key *key = arg->key;

	return !dsr_addr_equal(&key->addr, &nexthop->key.addr) ||
	       key->ifindex != nexthop->key.ifindex ||
	       !ether_addr_equal(key->lladdr, nexthop->key.lladdr);
}

static const struct rhashtable_params nexthop_params = {
	.head_offset = offsetof(struct dsr_nexthop, node),
	.key_len = sizeof(struct dsr_nexthop_key),
	.hashfn = nexthop_hash,
	.obj_hashfn = nexthop_obj_hash,
	.obj_cmpfn = nexthop_compare,
	.automatic_shrinking = true,
};

static enum dsr_why why_not_v4(const struct rtable *rt)
{
	if (rt->rt_type == RTN_LOCAL)
		return DSR_WHY_OWN_ADDRESS;
	if (rt->rt_type != RTN_UNICAST)
		return DSR_WHY_NO_ROUTE;
	return rt->rt_uses_gateway ? DSR_WHY_GATEWAY : DSR_WHY_NONE;
}

static enum dsr_why route_v4(struct net *net, const struct dsr_addr *addr,
			     struct net_device **dev)
{
	struct flowi4 fl4 = { .daddr = addr->ip.v4 };
	struct rtable *rt;
	enum dsr_why why;

	rt = ip_route_output_key(net, &fl4);
	if (IS_ERR(rt))
		return DSR_WHY_NO_ROUTE;
	why = why_not_v4(rt);
	*dev = rt->dst.dev;
	ip_rt_put(rt);
	return why;
}

static enum dsr_why why_not_v6(const struct dst_entry *dst)
{
	const struct rt6_info *rt = (const struct rt6_info *)dst;

	if (dst->error)
		return DSR_WHY_NO_ROUTE;
	if (rt->rt6i_flags & RTF_LOCAL)
		return DSR_WHY_OWN_ADDRESS;
	return rt->rt6i_flags & RTF_GATEWAY ? DSR_WHY_GATEWAY : DSR_WHY_NONE;
}

static enum dsr_why route_v6(struct net *net, const struct dsr_addr *addr,
			     struct net_device **dev)
{
	struct flowi6 fl6 = { .daddr = addr->ip.v6 };
	struct dst_entry *dst;
	enum dsr_why why;

	dst = ip6_route_output(net, NULL, &fl6);
	why = why_not_v6(dst);
	*dev = dst->dev;
	dst_release(dst);
	return why;
}

static enum dsr_why pinned(struct net *net, int ifindex,
			   struct net_device **dev)
{
	*dev = dev_get_by_index_rcu(net, ifindex);
	return *dev ? DSR_WHY_NONE : DSR_WHY_NO_DEVICE;
}

static enum dsr_why why_not_device(const struct net_device *dev)
{
	if (dev->type != ARPHRD_ETHER || dev->addr_len != ETH_ALEN)
		return DSR_WHY_NOT_ETHERNET;
	/* What changes it tells us afterwards: see resolve(). */
	if (data_race(dev->reg_state) != NETREG_REGISTERED ||
	    !netif_running(dev))
		return DSR_WHY_DEVICE_DOWN;
	return netif_carrier_ok(dev) ? DSR_WHY_NONE : DSR_WHY_NO_CARRIER;
}

/* The device whose link the address is on, if nothing is pinned.  Behind a
 * gateway there is nothing that a MAC address could be rewritten to.
 * Context: under RCU.
 */
static enum dsr_why link_of(struct net *net, const struct dsr_nexthop_key *key,
			    struct net_device **dev)
{
	enum dsr_why why;

	if (key->ifindex)
		why = pinned(net, key->ifindex, dev);
	else if (key->addr.family == AF_INET)
		why = route_v4(net, &key->addr, dev);
	else
		why = route_v6(net, &key->addr, dev);
	return why ? why : why_not_device(*dev);
}

/* Keeps the neighbour table asking.  A neighbour that answered a while ago is
 * asked again although it counts as reachable, so that one which has gone is
 * noticed within seconds and not after the kernel's half a minute.
 */
static void solicit(struct neighbour *neigh)
{
	unsigned long interval = dsr_param_probe_interval();

	neigh_event_send(neigh, NULL);
	if (interval && READ_ONCE(neigh->nud_state) == NUD_REACHABLE &&
	    time_after(jiffies, READ_ONCE(neigh->confirmed) + interval))
		neigh_update(neigh, NULL, NUD_PROBE, 0, 0);
}

/* Asks the neighbour table.  Asking takes a neighbour that has failed back to
 * its beginning, so look before.  Context: under RCU.
 */
static enum dsr_why neighbour_of(struct net_device *dev,
				 const struct dsr_addr *addr,
				 struct ethhdr *eth)
{
	struct neigh_table *table = addr->family == AF_INET ? &arp_tbl :
							      &nd_tbl;
	enum dsr_why why = DSR_WHY_ASKING;
	struct neighbour *neigh;

	neigh = __neigh_lookup(table, &addr->ip, dev, 1);
	if (!neigh)
		return DSR_WHY_NO_MEMORY;

	if (READ_ONCE(neigh->nud_state) & NUD_FAILED)
		why = DSR_WHY_NO_ANSWER;
	solicit(neigh);
	if (READ_ONCE(neigh->nud_state) & NUD_VALID) {
		neigh_ha_snapshot(eth->h_dest, neigh, dev);
		ether_addr_copy(eth->h_source, dev->dev_addr);
		why = DSR_WHY_NONE;
	}
	neigh_release(neigh);
	return why;
}

/* What stands before a packet on its way to @key by @dev.  Context: under RCU. */
static enum dsr_why header_of(struct net_device *dev,
			      const struct dsr_nexthop_key *key,
			      struct ethhdr *eth)
{
	if (is_zero_ether_addr(key->lladdr))
		return neighbour_of(dev, &key->addr, eth);
	ether_addr_copy(eth->h_dest, key->lladdr);
	ether_addr_copy(eth->h_source, dev->dev_addr);
	return DSR_WHY_NONE;
}

static bool l2_equal(const struct dsr_l2 *l2, const struct net_device *dev,
		     const struct ethhdr *eth)
{
	if (!l2 || !dev)
		return !l2 && !dev;
	return l2->dev == dev && ether_addr_equal(l2->eth.h_dest, eth->h_dest) &&
	       ether_addr_equal(l2->eth.h_source, eth->h_source);
}

/* Without memory the next hop counts as unusable until the next round. */
static struct dsr_l2 *l2_create(struct net_device *dev,
				const struct ethhdr *eth)
{
	struct dsr_l2 *l2;

	if (!dev)
		return NULL;
	l2 = kzalloc(sizeof(*l2), GFP_ATOMIC | __GFP_ACCOUNT);
	if (l2) {
		l2->dev = dev;
		l2->eth = *eth;
	}
	return l2;
}

static struct dsr_l2 *l2_of(const struct dsr_net *dn,
			    const struct dsr_nexthop *nexthop)
{
	return rcu_dereference_protected(nexthop->l2,
					 lockdep_is_held(&dn->link_lock));
}

static void publish(struct dsr_net *dn, struct dsr_nexthop *nexthop,
		    struct dsr_l2 *l2)
{
	struct dsr_l2 *old;

	old = rcu_replace_pointer(nexthop->l2, l2,
				  lockdep_is_held(&dn->link_lock));
	if (!old && l2)
		WRITE_ONCE(nexthop->since, jiffies);
	if (old)
		kfree_rcu(old, rcu);
}

/* RCU keeps the device while we look; a device that goes away between our look
 * and our publishing says so afterwards, and waits for link_lock to do it.
 */
static void resolve(struct dsr_net *dn, struct dsr_nexthop *nexthop)
{
	struct net_device *dev = NULL;
	struct ethhdr eth = {};
	enum dsr_why why;

	lockdep_assert_held(&dn->link_lock);
	WRITE_ONCE(nexthop->dirty, false);

	rcu_read_lock();
	why = link_of(dn->net, &nexthop->key, &dev);
	if (!why)
		why = header_of(dev, &nexthop->key, &eth);
	if (why)
		dev = NULL;
	if (!l2_equal(l2_of(dn, nexthop), dev, &eth))
		publish(dn, nexthop, l2_create(dev, &eth));
	rcu_read_unlock();

	if (dev && !l2_of(dn, nexthop))
		why = DSR_WHY_NO_MEMORY;
	/* Who hasn't answered is asked again and again. */
	if (why != DSR_WHY_ASKING || nexthop->why != DSR_WHY_NO_ANSWER)
		WRITE_ONCE(nexthop->why, why);
}

/* What was told of a next hop, or would have been to who had listened. */
struct told {
	enum dsr_why why;
	int ifindex;
	u8 lladdr[ETH_ALEN];
};

static struct told told_now(const struct dsr_net *dn,
			    const struct dsr_nexthop *nexthop)
{
	const struct dsr_l2 *l2 = l2_of(dn, nexthop);
	struct told told = { .why = nexthop->why };

	if (l2) {
		told.ifindex = l2->dev->ifindex;
		ether_addr_copy(told.lladdr, l2->eth.h_dest);
	}
	return told;
}

static void tell(struct dsr_net *dn, const struct dsr_nexthop *nexthop,
		 const struct told *before)
{
	struct told now = told_now(dn, nexthop);

	if (now.why != before->why)
		dsr_event_nexthop(dn, now.why ?
				  DSR_EVENT_KIND_BACKEND_UNRESOLVED :
				  DSR_EVENT_KIND_BACKEND_RESOLVED, nexthop, NULL);
	else if (now.ifindex != before->ifindex ||
		 !ether_addr_equal(now.lladdr, before->lladdr))
		dsr_event_nexthop(dn, DSR_EVENT_KIND_BACKEND_LLADDR, nexthop,
				  before->lladdr);
}

static void resolve_again(struct dsr_net *dn, struct dsr_nexthop *nexthop)
{
	struct told before = told_now(dn, nexthop);

	resolve(dn, nexthop);
	tell(dn, nexthop, &before);
}

static void resolver(struct work_struct *work)
{
	struct dsr_net *dn = container_of(to_delayed_work(work),
					  struct dsr_net, resolver);
	struct dsr_nexthop *nexthop;
	bool all;

	/* Which keeps the list.  Who holds RTNL waits for one of them at most. */
	mutex_lock(&dn->config_lock);
	/* Before the look at what is dirty. */
	xchg(&dn->woken, false);
	all = time_after_eq(jiffies, dn->next_round);
	if (all)
		dn->next_round = jiffies + RESOLVE_INTERVAL;

	list_for_each_entry(nexthop, &dn->nexthop_list, list) {
		if (all || READ_ONCE(nexthop->dirty)) {
			mutex_lock(&dn->link_lock);
			resolve_again(dn, nexthop);
			mutex_unlock(&dn->link_lock);
		}
		cond_resched();
	}
	if (!list_empty(&dn->nexthop_list) && !dn->closing)
		queue_delayed_work(dsr_wq, &dn->resolver,
				   max(1L, (long)(dn->next_round - jiffies)));
	mutex_unlock(&dn->config_lock);
}

/* Context: any, under RCU: dn->closing is set a grace period before the
 * resolver is cancelled for good.
 */
static void wake_resolver(struct dsr_net *dn)
{
	if (!READ_ONCE(dn->closing) && !xchg(&dn->woken, true))
		mod_delayed_work(dsr_wq, &dn->resolver, RESOLVE_DELAY);
}

/**
 * dsr_nexthop_get() - the next hop of a key
 * @dn: the namespace
 * @key: the key
 *
 * Made when it isn't there yet, and asked for at once.
 *
 * Context: process, config_lock held.
 * Return: the next hop, with a reference for the caller; NULL without memory.
 */
struct dsr_nexthop *dsr_nexthop_get(struct dsr_net *dn,
				    const struct dsr_nexthop_key *key)
{
	struct dsr_nexthop *nexthop;

	lockdep_assert_held(&dn->config_lock);
	nexthop = rhashtable_lookup_fast(&dn->nexthops, key, nexthop_params);
	if (nexthop) {
		nexthop->users++;
		return nexthop;
	}

	nexthop = kzalloc(sizeof(*nexthop), GFP_KERNEL_ACCOUNT);
	if (!nexthop)
		return NULL;
	nexthop->key = *key;
	nexthop->users = 1;
	if (rhashtable_insert_fast(&dn->nexthops, &nexthop->node,
				   nexthop_params)) {
		kfree(nexthop);
		return NULL;
	}
	mutex_lock(&dn->link_lock);
	list_add_tail(&nexthop->list, &dn->nexthop_list);
	resolve(dn, nexthop);
	mutex_unlock(&dn->link_lock);
	queue_delayed_work(dsr_wq, &dn->resolver, RESOLVE_INTERVAL);
	return nexthop;
}

/**
 * dsr_nexthop_put() - give a reference back
 * @dn: the namespace
 * @nexthop: the next hop, freed after a grace period when it was the last one
 *
 * Context: process, config_lock held.
 */
void dsr_nexthop_put(struct dsr_net *dn, struct dsr_nexthop *nexthop)
{
	lockdep_assert_held(&dn->config_lock);
	if (--nexthop->users)
		return;

	rhashtable_remove_fast(&dn->nexthops, &nexthop->node, nexthop_params);
	mutex_lock(&dn->link_lock);
	list_del(&nexthop->list);
	publish(dn, nexthop, NULL);
	mutex_unlock(&dn->link_lock);
	kfree_rcu(nexthop, rcu);
}

static void mark_dirty(struct dsr_net *dn, const struct dsr_nexthop_key *key)
{
	struct dsr_nexthop *nexthop;

	nexthop = rhashtable_lookup(&dn->nexthops, key, nexthop_params);
	if (nexthop) {
		WRITE_ONCE(nexthop->dirty, true);
		wake_resolver(dn);
	}
}

static void neighbour_changed(const struct neighbour *neigh)
{
	struct dsr_net *dn = dsr_net(dev_net(neigh->dev));
	struct dsr_nexthop_key key = {};
	u16 family = neigh->tbl->family;

	if (family != AF_INET && family != AF_INET6)
		return;
	key.addr.family = family;
	memcpy(&key.addr.ip, neigh->primary_key, dsr_addr_len(family));

	rcu_read_lock();
	mark_dirty(dn, &key);
	key.ifindex = neigh->dev->ifindex;
	mark_dirty(dn, &key);
	rcu_read_unlock();
}

/* Context: any, often softirq. */
static int netevent(struct notifier_block *nb, unsigned long event, void *data)
{
	if (event == NETEVENT_NEIGH_UPDATE)
		neighbour_changed(data);
	return NOTIFY_DONE;
}

static void lose_device(struct dsr_net *dn, struct dsr_nexthop *nexthop)
{
	struct told before = told_now(dn, nexthop);

	WRITE_ONCE(nexthop->why, DSR_WHY_DEVICE_DOWN);
	/* Who finds no link looks for the reason: see put_nexthop(). */
	smp_wmb();
	publish(dn, nexthop, NULL);
	tell(dn, nexthop, &before);
}

/* The device goes: nobody may find it here once this has returned. */
static void forget_device(struct dsr_net *dn, const struct net_device *dev)
{
	struct dsr_nexthop *nexthop;
	const struct dsr_l2 *l2;

	mutex_lock(&dn->link_lock);
	list_for_each_entry(nexthop, &dn->nexthop_list, list) {
		l2 = l2_of(dn, nexthop);
		if (l2 && l2->dev == dev)
			lose_device(dn, nexthop);
	}
	mutex_unlock(&dn->link_lock);
}

static void device_changed(struct dsr_net *dn)
{
	struct dsr_nexthop *nexthop;

	mutex_lock(&dn->link_lock);
	list_for_each_entry(nexthop, &dn->nexthop_list, list)
		WRITE_ONCE(nexthop->dirty, true);
	if (!list_empty(&dn->nexthop_list))
		wake_resolver(dn);
	mutex_unlock(&dn->link_lock);
}

/* Context: process, RTNL held. */
static int netdev_event(struct notifier_block *nb, unsigned long event,
			void *data)
{
	struct dsr_net *dn = container_of(nb, struct dsr_net, netdev_notifier);
	struct net_device *dev = netdev_notifier_info_to_dev(data);

	switch (event) {
	case NETDEV_UNREGISTER:
		dsr_device_forget(dn, dev);
		fallthrough;
	case NETDEV_DOWN:
		forget_device(dn, dev);
		dsr_fragment_purge(dn, dev);
		break;
	case NETDEV_UP:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEADDR:
		device_changed(dn);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block netevent_notifier = {
	.notifier_call = netevent,
};

/* The devices' notifier is each namespace's own, so that it stays until the last
 * next hop is gone, with the module as with the namespace.
 */
int dsr_nexthop_net_init(struct dsr_net *dn)
{
	int err;

	INIT_LIST_HEAD(&dn->nexthop_list);
	INIT_DELAYED_WORK(&dn->resolver, resolver);
	err = rhashtable_init(&dn->nexthops, &nexthop_params);
	if (err)
		return err;

	dn->netdev_notifier.notifier_call = netdev_event;
	err = register_netdevice_notifier_net(dn->net, &dn->netdev_notifier);
	if (err)
		rhashtable_destroy(&dn->nexthops);
	return err;
}

/* First half of the end, when no packet comes any more; a grace period follows.
 *
 * The devices of the namespace go before its next hops do, each with its events
 * and all of them under one RTNL: these are to find no next hops to look through.
 */
void dsr_nexthop_net_close(struct dsr_net *dn)
{
	struct dsr_nexthop *nexthop, *next;

	mutex_lock(&dn->config_lock);
	WRITE_ONCE(dn->closing, true);
	list_for_each_entry_safe(nexthop, next, &dn->nexthop_list, list) {
		mutex_lock(&dn->link_lock);
		list_del_init(&nexthop->list);
		publish(dn, nexthop, NULL);
		mutex_unlock(&dn->link_lock);
		cond_resched();
	}
	mutex_unlock(&dn->config_lock);
}

/* No next hops are left. */
void dsr_nexthop_net_exit(struct dsr_net *dn)
{
	unregister_netdevice_notifier_net(dn->net, &dn->netdev_notifier);
	cancel_delayed_work_sync(&dn->resolver);
	rhashtable_destroy(&dn->nexthops);
}

int dsr_nexthop_init(void)
{
	return register_netevent_notifier(&netevent_notifier);
}

void dsr_nexthop_exit(void)
{
	unregister_netevent_notifier(&netevent_notifier);
}
