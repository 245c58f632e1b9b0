/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_REFUSE_H
#define _DSR_REFUSE_H

#include <linux/skbuff.h>
#include <uapi/dsr.h>

#include "net.h"

struct dsr_packet;
struct dsr_service;

enum dsr_no_backend dsr_refuse_how(const struct dsr_service *svc,
				   enum dsr_counter why);
unsigned int dsr_refuse(struct sk_buff *skb, struct dsr_net *dn,
			const struct dsr_service *svc,
			const struct dsr_packet *pkt, enum dsr_counter why,
			bool local);

#endif /* _DSR_REFUSE_H */
