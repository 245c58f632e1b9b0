/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_INGRESS_H
#define _DSR_INGRESS_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>

unsigned int dsr_ingress(void *priv, struct sk_buff *skb,
			 const struct nf_hook_state *state);

#endif /* _DSR_INGRESS_H */
