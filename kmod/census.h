/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_CENSUS_H
#define _DSR_CENSUS_H

#include "flow.h"

struct dsr_net;

/**
 * struct dsr_census - what the sweeper finds in the flow table on its way
 *
 * Takes place from the table's beginning to its end, then it's judged and begun
 * anew.  The sweeper's alone.
 */
struct dsr_census {
	struct dsr_flow_count count;
	u32 half_open;		/* of these, TCP and SCTP flows of one packet */
	u32 generation;		/* of the table in which it was begun */
	bool nearly_full;	/* as it was told */
	bool flood;		/* as it was told */
};

static inline void dsr_census_add(struct dsr_census *census, u64 value)
{
	unsigned int state = dsr_flow_state(value);

	if (state == DSR_FLOW_FRAGMENT)
		return;
	census->count.flows[dsr_flow_show(value)]++;
	if (state == DSR_FLOW_STATE(DSR_FLOW_TCP, DSR_FLOW_HALF) ||
	    state == DSR_FLOW_STATE(DSR_FLOW_SCTP, DSR_FLOW_HALF))
		census->half_open++;
}

void dsr_census_begin(struct dsr_net *dn);
void dsr_census_end(struct dsr_net *dn);

#endif /* _DSR_CENSUS_H */
