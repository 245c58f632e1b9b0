// SPDX-License-Identifier: GPL-2.0
/* The life of a packet, from netfilter's hooks to its end. */
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/dst_metadata.h>
#include <net/route.h>

#include "backend.h"
#include "balance.h"
#include "forward.h"
#include "fragment.h"
#include "hook.h"
#include "packet.h"
#include "refuse.h"
#include "service.h"
#include "stats.h"
#include "vip.h"

/* Behind the raw table, so that its rules can keep a packet from us; before
 * conntrack, so that the VIP's traffic costs no entry there.
 */
#define DSR_PRIORITY	(NF_IP_PRI_RAW + 10)

static unsigned int drop(struct sk_buff *skb, struct dsr_net *dn,
			 enum dsr_counter reason)
{
	dsr_count(dn, reason);
	return NF_DROP;
}

/* Where the stack has the first fragment of a datagram it gets the others too. */
static void follow(struct dsr_net *dn, const struct dsr_packet *pkt)
{
	if (likely(!pkt->fragment))
		return;
	dsr_fragment_note(dn, pkt, NULL);
	dsr_fragment_release(dn, pkt, NULL);
}

/* A packet that is no service's. */
static noinline unsigned int pass_all(struct dsr_net *dn,
				      const struct dsr_packet *pkt)
{
	dsr_count(dn, DSR_COUNTER_PASSED);
	follow(dn, pkt);
	return NF_ACCEPT;
}

/* The first fragment of a datagram takes the others with it. */
static noinline unsigned int forward_first(struct sk_buff *skb,
					   struct dsr_net *dn,
					   const struct dsr_backend *be,
					   const struct dsr_packet *pkt,
					   bool local)
{
	unsigned int verdict;

	dsr_fragment_note(dn, pkt, be);
	verdict = dsr_forward(skb, dn, be, local);
	dsr_fragment_release(dn, pkt, be);
	return verdict;
}

/* A packet that has no tuple. */
static noinline unsigned int receive_other(struct sk_buff *skb,
					   struct dsr_net *dn,
					   const struct dsr_vip *vip,
					   const struct dsr_packet *pkt,
					   enum dsr_parse_result what,
					   bool local)
{
	if (what == DSR_PARSE_FRAGMENT)
		return dsr_fragment_later(skb, dn, vip, pkt, local);

	dsr_count(dn, DSR_COUNTER_RECEIVED);
	if (what == DSR_PARSE_MALFORMED)
		return drop(skb, dn, DSR_COUNTER_DROP_MALFORMED);
	return pass_all(dn, pkt);
}

/* A packet that no backend takes. */
static noinline unsigned int refuse(struct sk_buff *skb, struct dsr_net *dn,
				    const struct dsr_service *svc,
				    const struct dsr_packet *pkt,
				    enum dsr_counter why, bool local)
{
	unsigned int verdict = dsr_refuse(skb, dn, svc, pkt, why, local);

	if (verdict == NF_ACCEPT)
		follow(dn, pkt);
	return verdict;
}

/* A packet for a VIP, or with the mark of a service, which then is @marked. */
static unsigned int receive(struct sk_buff *skb, struct dsr_net *dn,
			    const struct dsr_vip *vip,
			    struct dsr_service *marked, u8 family, bool local)
{
	enum dsr_parse_result what;
	struct dsr_service *svc;
	struct dsr_backend *be;
	struct dsr_packet pkt;
	enum dsr_counter why;

	pkt.tuple.family = family;
	what = dsr_packet_parse(skb, &pkt);
	if (unlikely(what != DSR_PARSE_OK))
		return receive_other(skb, dn, vip, &pkt, what, local);

	dsr_count(dn, DSR_COUNTER_RECEIVED);
	svc = dsr_hook_service(dn, vip, marked, &pkt.tuple);
	if (unlikely(!svc))
		return pass_all(dn, &pkt);	/* the stack's business */

	be = dsr_balance(dn, svc, &pkt, &why);
	if (unlikely(!be))
		return refuse(skb, dn, svc, &pkt, why, local);
	if (unlikely(pkt.fragment))
		return forward_first(skb, dn, be, &pkt, local);
	return dsr_forward(skb, dn, be, local);
}

/* What passes through a bridge of ours on its way to another host, and
 * br_netfilter shows us as if it were for us.
 */
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
static bool bridged_to_others(const struct sk_buff *skb)
{
	const struct nf_bridge_info *bridge = nf_bridge_info_get(skb);

	return bridge && bridge->pkt_otherhost;
}
#else
static bool bridged_to_others(const struct sk_buff *skb)
{
	return false;
}
#endif

/* Multicast and broadcast too. */
static bool for_others(const struct sk_buff *skb)
{
	return skb->pkt_type != PACKET_HOST || bridged_to_others(skb);
}

/* Per-CPU counters want BH off.  It is off already when a device's packet comes,
 * but not when a process sends one, or returns one from a queue.
 */
static noinline unsigned int receive_bh(struct sk_buff *skb, struct dsr_net *dn,
					const struct dsr_vip *vip,
					struct dsr_service *marked, u8 family,
					bool local)
{
	unsigned int verdict;

	local_bh_disable();
	verdict = receive(skb, dn, vip, marked, family, local);
	local_bh_enable();
	return verdict;
}

/* What goes to more than one, though no frame says so: it is this host's own, or
 * came in a frame for it alone.
 */
static bool to_many(const struct sk_buff *skb, u8 family)
{
	if (family == NFPROTO_IPV6)
		return ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
	return ipv4_is_multicast(ip_hdr(skb)->daddr) ||
	       ipv4_is_lbcast(ip_hdr(skb)->daddr) ||
	       (skb_valid_dst(skb) &&
		skb_rtable(skb)->rt_flags & RTCF_BROADCAST);
}

/**
 * dsr_hook_find() - what a packet may be for
 * @dn: the namespace, which has or had services
 * @vip: the VIP that is exactly the packet's destination, or NULL
 * @daddr: the packet's destination
 * @mark: the packet's firewall mark, 0: none
 * @marked: set to the service of the mark, which takes it whatever the VIP, or
 *	    to NULL
 *
 * Context: under RCU.
 * Return: the VIP of the longest prefix that has the destination, or NULL.
 */
const struct dsr_vip *dsr_hook_find(const struct dsr_net *dn,
				    const struct dsr_vip *vip,
				    const struct dsr_addr *daddr, u32 mark,
				    struct dsr_service **marked)
{
	*marked = mark ? dsr_service_by_mark(dn, daddr->family, mark) : NULL;
	return vip ? vip :
		     dsr_vip_wider(dn, daddr, dsr_addr_bits(daddr->family));
}

/* What isn't found by its whole address: prefixes and marks. */
static noinline unsigned int look_closer(struct sk_buff *skb,
					 struct dsr_net *dn,
					 const struct dsr_vip *vip, u8 family,
					 bool local)
{
	struct dsr_service *marked;
	struct dsr_addr daddr;

	dsr_packet_daddr(skb, family, &daddr);
	vip = dsr_hook_find(dn, vip, &daddr, skb->mark, &marked);
	if ((!vip && !marked) || (!local && for_others(skb)) ||
	    unlikely(to_many(skb, family)))
		return NF_ACCEPT;
	return receive_bh(skb, dn, vip, marked, family, local);
}

/* Whoever comes from a device; every packet of the host does.  @family is a
 * constant where this is called.
 */
static __always_inline unsigned int pre_routing(struct dsr_net *dn,
						struct sk_buff *skb, u8 family)
{
	const struct dsr_service_table *table = dsr_service_table(dn);
	const struct dsr_vip *vip = dsr_vip_of(dn, table, skb, family);

	if (unlikely(skb->mark) ||
	    (!vip && unlikely(dsr_vip_has_prefixes(table, family))))
		return look_closer(skb, dn, vip, family, false);
	if (likely(!vip) || for_others(skb))
		return NF_ACCEPT;
	if (unlikely(!softirq_count()))
		return receive_bh(skb, dn, vip, NULL, family, false);
	return receive(skb, dn, vip, NULL, family, false);
}

static unsigned int pre_routing_v4(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	return pre_routing(priv, skb, NFPROTO_IPV4);
}

static unsigned int pre_routing_v6(void *priv, struct sk_buff *skb,
				   const struct nf_hook_state *state)
{
	return pre_routing(priv, skb, NFPROTO_IPV6);
}

/* The director as a client of its own VIPs. */
static unsigned int local_out(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	const struct dsr_service_table *table = dsr_service_table(priv);
	const struct dsr_vip *vip = dsr_vip_of(priv, table, skb, state->pf);

	if (likely(!vip && !skb->mark &&
		   !dsr_vip_has_prefixes(table, state->pf)))
		return NF_ACCEPT;
	return look_closer(skb, priv, vip, state->pf, true);
}

static const struct nf_hook_ops hooks[DSR_HOOKS] = {
	{
		.hook = pre_routing_v4,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = DSR_PRIORITY,
	}, {
		.hook = pre_routing_v6,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_PRE_ROUTING,
		.priority = DSR_PRIORITY,
	}, {
		.hook = local_out,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = DSR_PRIORITY,
	}, {
		.hook = local_out,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_OUT,
		.priority = DSR_PRIORITY,
	},
};

/**
 * dsr_hook_attach() - let the namespace's packets come to us
 * @dn: the namespace
 *
 * A namespace without services has no hooks, so that loading the module costs
 * nobody anything.
 *
 * Context: process, config_lock held.
 * Return: 0 or a negative errno.
 */
int dsr_hook_attach(struct dsr_net *dn)
{
	unsigned int i;
	int err;

	lockdep_assert_held(&dn->config_lock);
	if (dn->hooked)
		return 0;

	for (i = 0; i < DSR_HOOKS; i++) {
		dn->hooks[i] = hooks[i];
		dn->hooks[i].priv = dn;
	}
	err = nf_register_net_hooks(dn->net, dn->hooks, DSR_HOOKS);
	dn->hooked = !err;
	return err;
}

/**
 * dsr_hook_detach() - let the namespace's packets pass us by
 * @dn: the namespace
 *
 * Packets that are in a hook already are there until the next grace period.
 *
 * Context: process, config_lock held.
 */
void dsr_hook_detach(struct dsr_net *dn)
{
	lockdep_assert_held(&dn->config_lock);
	if (!dn->hooked)
		return;
	nf_unregister_net_hooks(dn->net, dn->hooks, DSR_HOOKS);
	dn->hooked = false;
}
