/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_FORWARD_H
#define _DSR_FORWARD_H

struct dsr_backend;
struct dsr_l2;
struct dsr_net;
struct sk_buff;

void dsr_transmit(struct sk_buff *skb, const struct dsr_l2 *l2);
bool dsr_forward_is_local(const struct sk_buff *skb,
			  const struct dsr_backend *be);
unsigned int dsr_forward(struct sk_buff *skb, struct dsr_net *dn,
			 const struct dsr_backend *be, bool local);

unsigned int dsr_forward_plain(struct sk_buff *skb, struct dsr_net *dn,
			       const struct dsr_backend *be);

#endif /* _DSR_FORWARD_H */
