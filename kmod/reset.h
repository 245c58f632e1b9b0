/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_RESET_H
#define _DSR_RESET_H

#include <linux/skbuff.h>

#include "net.h"

int dsr_reset_prepare(void);
void dsr_reset_send(struct dsr_net *dn, struct sk_buff *skb, bool local);
void dsr_reset_net_init(struct dsr_net *dn);
void dsr_reset_exit(void);

#endif /* _DSR_RESET_H */
