// SPDX-License-Identifier: GPL-2.0
/* What becomes of a packet that no backend takes. */
#include <linux/netfilter.h>

#include "packet.h"
#include "refuse.h"
#include "reset.h"
#include "service.h"
#include "stats.h"
#include "tell.h"

/* Nobody is told that an error about his packet found no taker. */
static void answer(struct sk_buff *skb, struct dsr_net *dn,
		   const struct dsr_packet *pkt, enum dsr_no_backend how,
		   bool local)
{
	if (pkt->event == DSR_EVENT_ERROR || how == DSR_NO_BACKEND_DROP)
		return;
	if (how == DSR_NO_BACKEND_RESET && pkt->tuple.protocol == IPPROTO_TCP)
		dsr_reset_send(dn, skb, local);
	else
		dsr_tell_unreachable(skb);
}

/**
 * dsr_refuse_how() - what becomes of a packet that no backend takes
 * @svc: its service
 * @why: the counter of the reason
 *
 * A flow that lost its backend under on-remove drop is dropped without a word:
 * the backend may come back.
 *
 * Context: any.
 * Return: as the service has it, or DSR_NO_BACKEND_DROP.
 */
enum dsr_no_backend dsr_refuse_how(const struct dsr_service *svc,
				   enum dsr_counter why)
{
	if (why == DSR_COUNTER_DROP_REMOVED)
		return DSR_NO_BACKEND_DROP;
	return READ_ONCE(svc->options.no_backend);
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
 * Context: softirq or BH off, under RCU.
 * Return: a netfilter verdict; @skb stays the caller's.
 */
unsigned int dsr_refuse(struct sk_buff *skb, struct dsr_net *dn,
			const struct dsr_service *svc,
			const struct dsr_packet *pkt, enum dsr_counter why,
			bool local)
{
	enum dsr_no_backend how = dsr_refuse_how(svc, why);

	if (how == DSR_NO_BACKEND_PASS) {
		dsr_count(dn, DSR_COUNTER_PASSED);
		return NF_ACCEPT;
	}
	answer(skb, dn, pkt, how, local);
	dsr_count(dn, why);
	return NF_DROP;
}
