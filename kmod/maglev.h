/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_MAGLEV_H
#define _DSR_MAGLEV_H

#include <linux/types.h>

/* A backend's place in the permutations, from a hash of its identity, so that
 * every director with the same seed computes the same table.
 */
struct dsr_maglev_entry {
	u64 hash;
	u32 weight;	/* above 0 */
};

u32 dsr_maglev_size(u32 nr);
int dsr_maglev_fill(u16 *table, u32 size, const struct dsr_maglev_entry *entry,
		    u32 nr);

#endif /* _DSR_MAGLEV_H */
