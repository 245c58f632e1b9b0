// SPDX-License-Identifier: GPL-2.0
/* Fragments without reassembly: all of a datagram go where its first one goes,
 * which alone has the ports.
 *
 * Where it went is an entry of the flow table (DSR_FLOW_FRAGMENT), so that the
 * usual order costs a look there and no lock.  A fragment that comes before the
 * first is held for a second or two, in fixed memory.  Where something on the
 * host reassembles, there are no fragments here.
 */
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "backend.h"
#include "flow.h"
#include "forward.h"
#include "fragment.h"
#include "packet.h"
#include "stats.h"
#include "track.h"
#include "vip.h"

#define HOLD_TIME	HZ

/* What a held fragment is remembered by. */
struct held {
	u64 hash;
	unsigned long since;	/* jiffies */
};

/* The IP layer's own (struct inet_skb_parm) lies there too, and is needed again
 * should the packet go on: so ours is behind it.
 */
static struct held *held(struct sk_buff *skb)
{
	BUILD_BUG_ON(sizeof(struct inet6_skb_parm) + sizeof(struct held) >
		     sizeof(skb->cb));
	BUILD_BUG_ON(sizeof(struct inet_skb_parm) >
		     sizeof(struct inet6_skb_parm));
	return (struct held *)(skb->cb + sizeof(skb->cb)) - 1;
}

static u64 datagram_hash(const struct dsr_net *dn, const struct dsr_packet *pkt)
{
	return dsr_fragment_hash(pkt, &dn->fragment_key);
}

static struct dsr_fragment_bucket *bucket_of(struct dsr_net *dn, u64 hash)
{
	return &dn->fragments->bucket[hash % DSR_FRAGMENT_BUCKETS];
}

/* Where the first fragment went. */
static bool find(const struct dsr_net *dn, u64 hash, u32 *backend)
{
	struct dsr_flow entry;

	if (!dsr_flow_find(rcu_dereference(dn->flows), hash, &dn->flow_user,
			   &entry) ||
	    dsr_flow_age(entry.value, dsr_flow_tick()) > DSR_FRAGMENT_TICKS)
		return false;
	*backend = dsr_flow_backend(entry.value);
	return true;
}

/* To a backend that may be gone meanwhile, or on to the stack. */
static unsigned int go_on(struct sk_buff *skb, struct dsr_net *dn, u32 backend,
			  bool local)
{
	struct dsr_backend *be;

	dsr_count(dn, DSR_COUNTER_RECEIVED);
	if (!backend) {
		dsr_count(dn, DSR_COUNTER_PASSED);
		return NF_ACCEPT;
	}
	be = dsr_backend_by_id(dn, backend);
	if (be)
		return dsr_forward(skb, dn, be, local);
	dsr_count(dn, DSR_COUNTER_DROP_FRAGMENT);
	return NF_DROP;
}

static unsigned int refuse(struct dsr_net *dn)
{
	dsr_count(dn, DSR_COUNTER_RECEIVED);
	dsr_count(dn, DSR_COUNTER_DROP_FRAGMENT);
	return NF_DROP;
}

static void drop_held(struct sk_buff *skb, struct dsr_net *dn)
{
	refuse(dn);
	kfree_skb(skb);
}

static void bucket_remove(struct dsr_fragment_bucket *bucket,
			  struct sk_buff *skb)
{
	lockdep_assert_held(&bucket->lock);
	__skb_unlink(skb, &bucket->queue);
	bucket->bytes -= skb->truesize;
}

static void bucket_add(struct dsr_net *dn, struct dsr_fragment_bucket *bucket,
		       struct sk_buff *skb)
{
	struct sk_buff *oldest;

	lockdep_assert_held(&bucket->lock);
	while ((oldest = skb_peek(&bucket->queue)) &&
	       (skb_queue_len(&bucket->queue) == DSR_FRAGMENT_HELD ||
		bucket->bytes + skb->truesize > DSR_FRAGMENT_BYTES)) {
		bucket_remove(bucket, oldest);
		drop_held(oldest, dn);
	}
	__skb_queue_tail(&bucket->queue, skb);
	bucket->bytes += skb->truesize;
}

/* The first one may have come since we looked: it notes where it goes before it
 * looks for what is held, so under the lock one of the two finds the other.
 */
static unsigned int hold(struct sk_buff *skb, struct dsr_net *dn, u64 hash)
{
	struct dsr_fragment_bucket *bucket = bucket_of(dn, hash);
	u32 backend;

	spin_lock(&bucket->lock);
	if (find(dn, hash, &backend)) {
		spin_unlock(&bucket->lock);
		return go_on(skb, dn, backend, false);
	}
	/* Its device goes, and dsr_fragment_purge() may have been here. */
	if (unlikely(!netif_running(skb->dev))) {
		spin_unlock(&bucket->lock);
		return refuse(dn);
	}
	/* Nothing that RCU alone keeps, or that others wait for. */
	skb_orphan(skb);
	skb_dst_drop(skb);
	nf_reset_ct(skb);
	skb_ext_reset(skb);
	held(skb)->hash = hash;
	held(skb)->since = jiffies;
	bucket_add(dn, bucket, skb);
	spin_unlock(&bucket->lock);
	dsr_count(dn, DSR_COUNTER_FRAGMENT_HELD);
	return NF_STOLEN;
}

/**
 * dsr_fragment_later() - a fragment that isn't the first of its datagram
 * @skb: the packet
 * @dn: the namespace
 * @vip: the VIP that it is sent to, NULL where a mark made it ours
 * @pkt: what the parser says of it
 * @local: sent by this host itself
 *
 * Owns @skb where the result says NF_STOLEN.  Counts it as received when it is
 * known what becomes of it.
 *
 * Context: softirq or BH off, under RCU.
 * Return: a netfilter verdict.
 */
unsigned int dsr_fragment_later(struct sk_buff *skb, struct dsr_net *dn,
				const struct dsr_vip *vip,
				const struct dsr_packet *pkt, bool local)
{
	u64 hash = datagram_hash(dn, pkt);
	u32 backend = 0;

	if (find(dn, hash, &backend) ||
	    (vip && !dsr_vip_serves(dn, vip, &pkt->tuple)))
		return go_on(skb, dn, backend, local);

	/* This host sends them in order. */
	if (local || skb->truesize > DSR_FRAGMENT_BYTES)
		return refuse(dn);
	return hold(skb, dn, hash);
}

/**
 * dsr_fragment_note() - remember where the first fragment of a datagram goes
 * @dn: the namespace
 * @pkt: what the parser says of it
 * @be: the backend, NULL: to the stack
 *
 * Context: softirq or BH off, under RCU.
 */
void dsr_fragment_note(struct dsr_net *dn, const struct dsr_packet *pkt,
		       const struct dsr_backend *be)
{
	const struct dsr_flow_table *table = rcu_dereference(dn->flows);
	static const struct dsr_flow_peer nobody;
	u64 hash = datagram_hash(dn, pkt), value;
	struct dsr_flow entry;

	value = dsr_flow_value(be ? be->id : 0, DSR_FLOW_FRAGMENT,
			       dsr_flow_tick());
	/* Of an older datagram that had the same identification. */
	if (dsr_flow_find(table, hash, &dn->flow_user, &entry) &&
	    dsr_flow_update(&entry, value))
		return;
	dsr_flow_insert(table, hash, value, &nobody, &dn->flow_user, false,
			&entry);
}

static void bucket_take(struct dsr_fragment_bucket *bucket, u64 hash,
			struct sk_buff_head *taken)
{
	struct sk_buff *skb, *next;

	spin_lock(&bucket->lock);
	skb_queue_walk_safe(&bucket->queue, skb, next) {
		if (held(skb)->hash != hash)
			continue;
		bucket_remove(bucket, skb);
		__skb_queue_tail(taken, skb);
	}
	spin_unlock(&bucket->lock);
}

/**
 * dsr_fragment_release() - let those go that have waited for the first fragment
 * @dn: the namespace
 * @pkt: what the parser says of the first one, which has been noted
 * @be: the backend, NULL: to the stack
 *
 * What is for this host goes through the stack's entrance once more, where now
 * it's known: netfilter has no way back into the middle.
 *
 * Context: softirq or BH off, under RCU.
 */
void dsr_fragment_release(struct dsr_net *dn, const struct dsr_packet *pkt,
			  const struct dsr_backend *be)
{
	u64 hash = datagram_hash(dn, pkt);
	struct sk_buff_head taken;
	struct sk_buff *skb;

	__skb_queue_head_init(&taken);
	bucket_take(bucket_of(dn, hash), hash, &taken);
	while ((skb = __skb_dequeue(&taken))) {
		if (!be || dsr_forward_is_local(skb, be)) {
			/* The CPU's queue may be full. */
			if (netif_rx(skb) == NET_RX_DROP)
				refuse(dn);
			continue;
		}
		dsr_count(dn, DSR_COUNTER_RECEIVED);
		/* Became the stack's just now. */
		if (dsr_forward(skb, dn, be, false) == NF_ACCEPT)
			kfree_skb(skb);
	}
}

/* Drops those that @drop says of. */
static void sweep(struct dsr_net *dn,
		  bool (*drop)(struct sk_buff *skb, const void *data),
		  const void *data)
{
	struct dsr_fragment_bucket *bucket;
	struct sk_buff *skb, *next;
	int i;

	for (i = 0; i < DSR_FRAGMENT_BUCKETS; i++) {
		bucket = &dn->fragments->bucket[i];
		if (skb_queue_empty_lockless(&bucket->queue))
			continue;
		spin_lock_bh(&bucket->lock);
		skb_queue_walk_safe(&bucket->queue, skb, next) {
			if (!drop(skb, data))
				continue;
			bucket_remove(bucket, skb);
			drop_held(skb, dn);
		}
		spin_unlock_bh(&bucket->lock);
	}
}

static bool is_old(struct sk_buff *skb, const void *data)
{
	return time_after_eq(jiffies, held(skb)->since + HOLD_TIME);
}

/* Drops those whose first one has not come.  Context: process.  Returns whether
 * any are left.
 */
bool dsr_fragment_expire(struct dsr_net *dn)
{
	int i;

	sweep(dn, is_old, NULL);
	for (i = 0; i < DSR_FRAGMENT_BUCKETS; i++)
		if (!skb_queue_empty_lockless(&dn->fragments->bucket[i].queue))
			return true;
	return false;
}

static bool is_from(struct sk_buff *skb, const void *dev)
{
	return !dev || skb->dev == dev;
}

/* Those that came by a device that goes; NULL: all.  Context: process. */
void dsr_fragment_purge(struct dsr_net *dn, const struct net_device *dev)
{
	sweep(dn, is_from, dev);
}

int dsr_fragment_net_init(struct dsr_net *dn)
{
	int i;

	dn->fragments = kzalloc(sizeof(*dn->fragments), GFP_KERNEL_ACCOUNT);
	if (!dn->fragments)
		return -ENOMEM;
	for (i = 0; i < DSR_FRAGMENT_BUCKETS; i++) {
		spin_lock_init(&dn->fragments->bucket[i].lock);
		__skb_queue_head_init(&dn->fragments->bucket[i].queue);
	}
	get_random_bytes(&dn->fragment_key, sizeof(dn->fragment_key));
	return 0;
}

/* No packet comes any more. */
void dsr_fragment_net_exit(struct dsr_net *dn)
{
	dsr_fragment_purge(dn, NULL);
	kfree(dn->fragments);
}
