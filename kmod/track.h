/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_TRACK_H
#define _DSR_TRACK_H

#include "flow.h"
#include "net.h"
#include "packet.h"
#include "service.h"

/* How long fragments of one datagram may come after each other, in ticks. */
#define DSR_FRAGMENT_TICKS	10

/* The time of last use may be off by an eighth of the timeout: see
 * dsr_track_packet().
 */
static inline bool dsr_track_expired(const struct dsr_service *svc, u64 value,
				     u32 now)
{
	u32 timeout = READ_ONCE(svc->timeout[dsr_flow_state(value)]);

	return dsr_flow_age(value, now) > timeout + timeout / 8;
}

void dsr_track_init(struct dsr_net *dn);
bool dsr_track_dead(const struct dsr_net *dn, u64 value, u32 now);
bool dsr_track_update(const struct dsr_net *dn, struct dsr_flow *flow,
		      u64 value);
bool dsr_track_remove(const struct dsr_net *dn, struct dsr_flow *flow);
bool dsr_track_packet(struct dsr_net *dn, const struct dsr_service *svc,
		      struct dsr_flow *flow, enum dsr_event event, u32 now);

#endif /* _DSR_TRACK_H */
