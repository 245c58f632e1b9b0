/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_HOOK_H
#define _DSR_HOOK_H

#include "vip.h"

/* Packet path. */
const struct dsr_vip *dsr_hook_find(const struct dsr_net *dn,
				    const struct dsr_vip *vip,
				    const struct dsr_addr *daddr, u32 mark,
				    struct dsr_service **marked);

/* Where the VIP is the director's own, its clients have that address too: no
 * backend could answer them.
 */
static inline bool dsr_hook_is_own(const struct dsr_tuple *tuple)
{
	return dsr_ip_equal(&tuple->saddr, &tuple->daddr);
}

/**
 * dsr_hook_service() - the service that a packet is for
 * @dn: the namespace
 * @vip: what dsr_hook_find() says of it
 * @marked: and of its mark; one of both is there
 * @tuple: the packet's tuple
 *
 * Context: under RCU.
 * Return: the service, or NULL: the packet is the stack's business.
 */
static inline struct dsr_service *
dsr_hook_service(const struct dsr_net *dn, const struct dsr_vip *vip,
		 struct dsr_service *marked, const struct dsr_tuple *tuple)
{
	if (unlikely(dsr_hook_is_own(tuple)))
		return NULL;
	return unlikely(marked) ? marked : dsr_vip_service(dn, vip, tuple);
}

/* Configuration: config_lock held, or the namespace going. */
int dsr_hook_attach(struct dsr_net *dn);
void dsr_hook_detach(struct dsr_net *dn);

#endif /* _DSR_HOOK_H */
