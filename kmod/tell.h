/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_TELL_H
#define _DSR_TELL_H

#include <linux/skbuff.h>

void dsr_tell_hops(struct sk_buff *skb);
void dsr_tell_mtu(struct sk_buff *skb, unsigned int mtu);
void dsr_tell_unreachable(struct sk_buff *skb);

#endif /* _DSR_TELL_H */
