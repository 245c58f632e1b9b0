/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_SWEEP_H
#define _DSR_SWEEP_H

#include "net.h"

void dsr_sweep_start(struct dsr_net *dn);
void dsr_sweep_net_init(struct dsr_net *dn);
void dsr_sweep_net_exit(struct dsr_net *dn);

#endif /* _DSR_SWEEP_H */
