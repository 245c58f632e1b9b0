/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_SPLIT_H
#define _DSR_SPLIT_H

#include <linux/skbuff.h>

struct dsr_l2;

bool dsr_split_fits(const struct sk_buff *skb, unsigned int mtu);
bool dsr_split_allowed(const struct sk_buff *skb, unsigned int mtu, bool local);
void dsr_split(struct sk_buff *skb, const struct dsr_l2 *l2, unsigned int mtu);

#endif /* _DSR_SPLIT_H */
