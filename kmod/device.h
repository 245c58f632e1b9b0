/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_DEVICE_H
#define _DSR_DEVICE_H

#include <linux/list.h>
#include <linux/netfilter.h>

#include "net.h"

struct net_device;
struct netlink_ext_ack;

/**
 * struct dsr_device - a device whose packets are taken at ingress
 *
 * In dsr_net.devices, which changes under RTNL and link_lock both.  Its hook holds
 * the device without a reference: NETDEV_UNREGISTER detaches it before the device
 * goes, or goes to another namespace.
 */
struct dsr_device {
	struct list_head list;
	struct nf_hook_ops ops;
	struct rcu_head rcu;		/* who lists hooks may be reading @ops */
};

/* Configuration: config_lock and RTNL held. */
bool dsr_device_is_attached(const struct dsr_net *dn,
			    const struct net_device *dev);
int dsr_device_attach(struct dsr_net *dn, struct net_device *dev,
		      struct netlink_ext_ack *extack);
int dsr_device_detach(struct dsr_net *dn, struct net_device *dev,
		      struct netlink_ext_ack *extack);

/* Events: RTNL held. */
void dsr_device_forget(struct dsr_net *dn, const struct net_device *dev);

void dsr_device_net_init(struct dsr_net *dn);
void dsr_device_net_close(struct dsr_net *dn);

#endif /* _DSR_DEVICE_H */
