// SPDX-License-Identifier: GPL-2.0
/* TCP resets, which netfilter's REJECT makes.  Its modules are asked for by the
 * first service that wants resets, so that dsr can be loaded without them.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/ratelimit.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>

#include "reset.h"

/* They have no limit of the kernel's, as ICMP has: this many a second. */
#define RESETS_PER_SECOND	1000

static DEFINE_MUTEX(prepare_lock);

/* Set once, under @prepare_lock, and kept until the module goes. */
static typeof(nf_send_reset) *send_v4;
static typeof(nf_send_reset6) *send_v6;

/**
 * dsr_reset_prepare() - make sure that resets can be sent
 *
 * Context: process.
 * Return: 0, or -EOPNOTSUPP where the kernel has nothing that makes them.
 */
int dsr_reset_prepare(void)
{
	int err = 0;

	mutex_lock(&prepare_lock);
	if (!send_v4)
		WRITE_ONCE(send_v4, symbol_request(nf_send_reset));
	if (!send_v6)
		WRITE_ONCE(send_v6, symbol_request(nf_send_reset6));
	if (!send_v4 || !send_v6)
		err = -EOPNOTSUPP;
	mutex_unlock(&prepare_lock);
	return err;
}

/* Context: softirq or BH off, under RCU. */
void dsr_reset_send(struct dsr_net *dn, struct sk_buff *skb, bool local)
{
	int hook = local ? NF_INET_LOCAL_OUT : NF_INET_PRE_ROUTING;

	if (!__ratelimit(&dn->resets))
		return;
	if (skb->protocol == htons(ETH_P_IP))
		READ_ONCE(send_v4)(dn->net, skb->sk, skb, hook);
	else
		READ_ONCE(send_v6)(dn->net, skb->sk, skb, hook);
}

void dsr_reset_net_init(struct dsr_net *dn)
{
	ratelimit_state_init(&dn->resets, HZ, RESETS_PER_SECOND);
	/* Not a word in the log about those that are left out. */
	ratelimit_set_flags(&dn->resets, RATELIMIT_MSG_ON_RELEASE);
}

/* No packet comes any more. */
void dsr_reset_exit(void)
{
	if (send_v4)
		symbol_put(nf_send_reset);
	if (send_v6)
		symbol_put(nf_send_reset6);
}
