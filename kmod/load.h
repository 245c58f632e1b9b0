/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_LOAD_H
#define _DSR_LOAD_H

#include "backend.h"

/* How much a backend has to do: active flows, the new one included, for its
 * weight, which counts in part only during its slow start.
 */
struct dsr_load {
	u64 flows;
	u64 weight;		/* in 256ths */
};

/* Whether @a has less to do for its weight than @b. */
static inline bool dsr_load_less(struct dsr_load a, struct dsr_load b)
{
	return a.flows * b.weight < b.flows * a.weight;
}

/* Context: under RCU. */
static inline struct dsr_load dsr_backend_load(const struct dsr_backend *be)
{
	return (struct dsr_load) {
		.flows = (u64)dsr_backend_active(be) + 1,
		.weight = (u64)READ_ONCE(dsr_backend_options(be)->weight) *
			  dsr_backend_share(be),
	};
}

#endif /* _DSR_LOAD_H */
