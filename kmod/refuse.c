// SPDX-License-Identifier: GPL-2.0
/* What becomes of a packet that no backend takes: netfilter's REJECT does the
 * speaking.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/netfilter.h>
#include <linux/ratelimit.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>

#include "packet.h"
#include "refuse.h"
#include "service.h"
#include "stats.h"

/* Resets have no limit of the kernel's, as ICMP has: this many a second. */
#define RESETS_PER_SECOND	1000

/* Context: process. */
void dsr_refuse_net_init(struct dsr_net *dn)
{
	ratelimit_state_init(&dn->resets, HZ, RESETS_PER_SECOND);
	/* Not a word in the log about those that are left out. */
	ratelimit_set_flags(&dn->resets, RATELIMIT_MSG_ON_RELEASE);
}

static void send_unreachable(struct sk_buff *skb, struct dsr_net *dn, u8 family,
			     unsigned int hook)
{
	if (family == AF_INET)
		nf_send_unreach(skb, ICMP_PORT_UNREACH, hook);
	else
		nf_send_unreach6(dn->net, skb, ICMPV6_PORT_UNREACH, hook);
}

static void send_reset(struct sk_buff *skb, struct dsr_net *dn, u8 family,
		       unsigned int hook)
{
	if (!__ratelimit(&dn->resets))
		return;
	if (family == AF_INET)
		nf_send_reset(dn->net, skb->sk, skb, hook);
	else
		nf_send_reset6(dn->net, skb->sk, skb, hook);
}

/* Nobody is told that an error about his packet found no taker. */
static void answer(struct sk_buff *skb, struct dsr_net *dn,
		   const struct dsr_packet *pkt, enum dsr_no_backend how,
		   unsigned int hook)
{
	if (pkt->event == DSR_EVENT_ERROR || how == DSR_NO_BACKEND_DROP)
		return;
	if (how == DSR_NO_BACKEND_RESET && pkt->tuple.protocol == IPPROTO_TCP)
		send_reset(skb, dn, pkt->tuple.family, hook);
	else
		send_unreachable(skb, dn, pkt->tuple.family, hook);
}

/**
 * dsr_refuse() - end a packet that no backend takes, as its service has it
 * @skb: the packet
 * @dn: the namespace
 * @svc: the service
 * @pkt: what the parser says of it
 * @why: the counter of the reason
 * @local: sent by this host itself
 *
 * A flow that lost its backend under on-remove drop is dropped without a word:
 * the backend may come back.
 *
 * Context: softirq or BH off, under RCU.
 * Return: a netfilter verdict; @skb stays the caller's.
 */
unsigned int dsr_refuse(struct sk_buff *skb, struct dsr_net *dn,
			const struct dsr_service *svc,
			const struct dsr_packet *pkt, enum dsr_counter why,
			bool local)
{
	enum dsr_no_backend how = READ_ONCE(svc->options.no_backend);

	if (why != DSR_COUNTER_DROP_REMOVED) {
		if (how == DSR_NO_BACKEND_PASS) {
			dsr_count(dn, DSR_COUNTER_PASSED);
			return NF_ACCEPT;
		}
		answer(skb, dn, pkt, how,
		       local ? NF_INET_LOCAL_OUT : NF_INET_PRE_ROUTING);
	}
	dsr_count(dn, why);
	return NF_DROP;
}
