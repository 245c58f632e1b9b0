/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_FORWARD_H
#define _DSR_FORWARD_H

struct dsr_backend;
struct dsr_net;
struct sk_buff;

unsigned int dsr_forward(struct sk_buff *skb, struct dsr_net *dn,
			 const struct dsr_backend *be, bool local);

#endif /* _DSR_FORWARD_H */
