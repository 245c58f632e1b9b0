// SPDX-License-Identifier: GPL-2.0
/* Devices that the operator has attached to the fast path (ingress.c). */
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "device.h"
#include "events.h"
#include "ingress.h"

static struct dsr_device *find(const struct dsr_net *dn,
			       const struct net_device *dev)
{
	struct dsr_device *device;

	ASSERT_RTNL();
	list_for_each_entry(device, &dn->devices, list)
		if (device->ops.dev == dev)
			return device;
	return NULL;
}

/* Context: RTNL held. */
bool dsr_device_is_attached(const struct dsr_net *dn,
			    const struct net_device *dev)
{
	return find(dn, dev);
}

/* Packets that are in the hook already are there until the next grace period;
 * netfilter keeps what they use, but not what those read who list its hooks.
 */
static void detach(struct dsr_net *dn, struct dsr_device *device)
{
	nf_unregister_net_hook(dn->net, &device->ops);
	mutex_lock(&dn->link_lock);
	list_del(&device->list);
	mutex_unlock(&dn->link_lock);
	kfree_rcu(device, rcu);
}

/* In the order of the indices, by which dumps resume. */
static void insert(struct dsr_net *dn, struct dsr_device *device)
{
	struct dsr_device *next;

	mutex_lock(&dn->link_lock);
	list_for_each_entry(next, &dn->devices, list)
		if (next->ops.dev->ifindex > device->ops.dev->ifindex)
			break;
	list_add_tail(&device->list, &next->list);
	mutex_unlock(&dn->link_lock);
}

/**
 * dsr_device_attach() - take a device's packets at ingress
 * @dn: the namespace
 * @dev: a device of it
 * @extack: told what went wrong
 *
 * Context: process, config_lock and RTNL held.
 * Return: 0, -EEXIST, -ENOMEM or what netfilter gave.
 */
int dsr_device_attach(struct dsr_net *dn, struct net_device *dev,
		      struct netlink_ext_ack *extack)
{
	struct dsr_device *device;
	int err;

	if (find(dn, dev)) {
		NL_SET_ERR_MSG(extack, "the device is attached already");
		return -EEXIST;
	}
	device = kzalloc(sizeof(*device), GFP_KERNEL_ACCOUNT);
	if (!device)
		return -ENOMEM;
	device->ops.hook = dsr_ingress;
	device->ops.pf = NFPROTO_NETDEV;
	device->ops.hooknum = NF_NETDEV_INGRESS;
	device->ops.dev = dev;
	device->ops.priv = dn;
	err = nf_register_net_hook(dn->net, &device->ops);
	if (err) {
		kfree(device);
		return err;
	}
	insert(dn, device);
	return 0;
}

/**
 * dsr_device_detach() - let a device's packets go their usual way
 * @dn: the namespace
 * @dev: the device
 * @extack: told what went wrong
 *
 * Context: process, config_lock and RTNL held.
 * Return: 0 or -ENOENT.
 */
int dsr_device_detach(struct dsr_net *dn, struct net_device *dev,
		      struct netlink_ext_ack *extack)
{
	struct dsr_device *device = find(dn, dev);

	if (!device) {
		NL_SET_ERR_MSG(extack, "the device is not attached");
		return -ENOENT;
	}
	detach(dn, device);
	return 0;
}

/* The device goes. */
void dsr_device_forget(struct dsr_net *dn, const struct net_device *dev)
{
	struct dsr_device *device = find(dn, dev);

	if (!device)
		return;
	detach(dn, device);
	WRITE_ONCE(dn->devices_lost, dn->devices_lost + 1);
	dsr_event_device(dn, DSR_EVENT_KIND_DEVICE_DETACH, dev, 0);
}

void dsr_device_net_init(struct dsr_net *dn)
{
	INIT_LIST_HEAD(&dn->devices);
}

/* First part of the namespace's end; a grace period follows. */
void dsr_device_net_close(struct dsr_net *dn)
{
	struct dsr_device *device, *next;

	rtnl_lock();
	list_for_each_entry_safe(device, next, &dn->devices, list)
		detach(dn, device);
	rtnl_unlock();
}
