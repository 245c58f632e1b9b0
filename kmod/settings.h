/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_SETTINGS_H
#define _DSR_SETTINGS_H

#include "net.h"

struct dsr_transaction;
struct netlink_ext_ack;

/* Configuration: config_lock held. */
int dsr_settings_flows(struct dsr_net *dn, u32 flows,
		       struct netlink_ext_ack *extack);
void dsr_settings_stage_hash_seed(struct dsr_transaction *txn, u64 seed);
void dsr_settings_init_key(struct dsr_net *dn, u64 seed);

#endif /* _DSR_SETTINGS_H */
