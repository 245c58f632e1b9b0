/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_RR_H
#define _DSR_RR_H

#include <linux/types.h>

u32 dsr_rr_step(u32 total);
u32 dsr_rr_turn(u64 turn, u32 step, u32 total);
u32 dsr_weight_find(const u32 *sums, u32 nr, u32 point);

#endif /* _DSR_RR_H */
