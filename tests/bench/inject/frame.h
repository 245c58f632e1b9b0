/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_INJECT_FRAME_H
#define _DSR_INJECT_FRAME_H

#include <linux/in6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/types.h>

/**
 * struct inject_plan - which packets to make
 * @family: AF_INET or AF_INET6
 * @protocol: IPPROTO_UDP or IPPROTO_TCP
 * @syn: TCP: the first packet of a connection, not a later one
 * @port: to which port
 * @daddr: to which address, or the first of @services addresses in a row
 * @services: how many addresses; flow n goes to the n-th of them, and round
 */
struct inject_plan {
	u8 family;
	u8 protocol;
	bool syn;
	u16 port;
	union {
		__be32 v4;
		struct in6_addr v6;
	} daddr;
	u32 services;
};

struct sk_buff *inject_frame(struct net_device *dev,
			     const struct inject_plan *plan, u32 flow);

#endif /* _DSR_INJECT_FRAME_H */
