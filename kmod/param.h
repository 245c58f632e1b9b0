/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_PARAM_H
#define _DSR_PARAM_H

#include <linux/types.h>

u32 dsr_param_flows(void);
u64 dsr_param_hash_seed(void);
unsigned long dsr_param_probe_interval(void);

#endif /* _DSR_PARAM_H */
