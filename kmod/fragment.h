/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_FRAGMENT_H
#define _DSR_FRAGMENT_H

#include <linux/skbuff.h>
#include <linux/spinlock.h>

#include "net.h"

struct dsr_backend;
struct dsr_packet;
struct dsr_vip;

#define DSR_FRAGMENT_BUCKETS	64
#define DSR_FRAGMENT_HELD	16		/* in a bucket, at most */
#define DSR_FRAGMENT_BYTES	(64 * 1024)	/* likewise, of memory */

/**
 * struct dsr_fragments - fragments that came before the first of their datagram
 *
 * Fixed in number and in bytes: where a bucket is full its oldest one goes.
 * What is held belongs to the bucket, under its lock; its device may not go
 * while it's here: dsr_fragment_purge().
 */
struct dsr_fragments {
	struct dsr_fragment_bucket {
		spinlock_t lock;		/* of the two below */
		u32 bytes;
		struct sk_buff_head queue;	/* oldest first */
	} ____cacheline_aligned_in_smp bucket[DSR_FRAGMENT_BUCKETS];
};

/* Packet path. */
unsigned int dsr_fragment_later(struct sk_buff *skb, struct dsr_net *dn,
				const struct dsr_vip *vip,
				const struct dsr_packet *pkt, bool local);
void dsr_fragment_note(struct dsr_net *dn, const struct dsr_packet *pkt,
		       const struct dsr_backend *be);
void dsr_fragment_release(struct dsr_net *dn, const struct dsr_packet *pkt,
			  const struct dsr_backend *be);

bool dsr_fragment_expire(struct dsr_net *dn);
void dsr_fragment_purge(struct dsr_net *dn, const struct net_device *dev);
int dsr_fragment_net_init(struct dsr_net *dn);
void dsr_fragment_net_exit(struct dsr_net *dn);

#endif /* _DSR_FRAGMENT_H */
