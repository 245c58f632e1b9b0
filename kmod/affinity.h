/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_AFFINITY_H
#define _DSR_AFFINITY_H

#include <linux/types.h>

struct dsr_backend;
struct dsr_net;
struct dsr_packet;
struct dsr_service;

struct dsr_backend *dsr_affinity_find(const struct dsr_net *dn,
				      const struct dsr_service *svc,
				      const struct dsr_packet *pkt);
bool dsr_affinity_has_room(const struct dsr_net *dn,
			   const struct dsr_service *svc,
			   const struct dsr_packet *pkt);
void dsr_affinity_note(const struct dsr_net *dn, const struct dsr_service *svc,
		       const struct dsr_packet *pkt,
		       const struct dsr_backend *be, bool confirmed);

#endif /* _DSR_AFFINITY_H */
