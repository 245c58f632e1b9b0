/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_FLOW_VIEW_H
#define _DSR_FLOW_VIEW_H

#include "flow.h"
#include "net.h"

struct dsr_backend;

/* A flow as it stands in the table, and what is known of it beside.  Good as
 * long as the RCU read-side section in which it was taken.
 */
struct dsr_flow_view {
	struct dsr_flow flow;
	struct dsr_flow_peer peer;
	const struct dsr_backend *be;
	u32 idle;	/* ticks */
	u32 left;	/* ticks */
};

bool dsr_flow_view(const struct dsr_net *dn, const struct dsr_flow_table *table,
		   u32 slot, struct dsr_flow_view *view);
u8 dsr_flow_view_protocol(const struct dsr_flow_view *view);
bool dsr_flow_view_has_ports(const struct dsr_flow_view *view);
bool dsr_flow_view_daddr(const struct dsr_flow_view *view,
			 struct dsr_addr *addr);

/* How many slots a table has. */
static inline u32 dsr_flow_slots(const struct dsr_flow_table *table)
{
	return table ? table->nr * DSR_FLOW_WAYS : 0;
}

#endif /* _DSR_FLOW_VIEW_H */
