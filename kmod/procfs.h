/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_PROCFS_H
#define _DSR_PROCFS_H

struct dsr_net;

int dsr_procfs_net_init(struct dsr_net *dn);
void dsr_procfs_net_exit(struct dsr_net *dn);

#endif /* _DSR_PROCFS_H */
