// SPDX-License-Identifier: GPL-2.0
/* Attached devices over generic netlink. */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "device.h"
#include "events.h"
#include "netlink.h"

typedef int (*change_t)(struct dsr_net *dn, struct net_device *dev,
			struct netlink_ext_ack *extack);

/* Context: RTNL held, which keeps the device. */
static struct net_device *find(const struct dsr_net *dn, struct nlattr **request,
			       struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[DSR_A_DEVICE_MAX + 1];
	struct net_device *dev;
	int err;

	if (!request[DSR_A_DEVICE]) {
		NL_SET_ERR_MSG(extack, "the device is missing");
		return ERR_PTR(-EINVAL);
	}
	/* The policy has been applied already, with the request's. */
	err = nla_parse_nested(attrs, DSR_A_DEVICE_MAX, request[DSR_A_DEVICE],
			       NULL, extack);
	if (err)
		return ERR_PTR(err);
	if (!attrs[DSR_A_DEVICE_IFINDEX]) {
		NL_SET_ERR_MSG(extack, "the device's index is missing");
		return ERR_PTR(-EINVAL);
	}
	dev = __dev_get_by_index(dn->net,
				 nla_get_u32(attrs[DSR_A_DEVICE_IFINDEX]));
	if (dev)
		return dev;
	NL_SET_ERR_MSG(extack, "the device does not exist");
	return ERR_PTR(-ENODEV);
}

static int change_locked(struct dsr_net *dn, struct genl_info *info,
			 change_t what, enum dsr_event_kind kind)
{
	struct net_device *dev = find(dn, info->attrs, info->extack);
	int err;

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	err = what(dn, dev, info->extack);
	if (err)
		return err;
	dn->generation++;
	dsr_event_device(dn, kind, dev, info->snd_portid);
	return 0;
}

/* RTNL is taken inside config_lock, see struct dsr_net. */
static int change(struct genl_info *info, change_t what,
		  enum dsr_event_kind kind)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	int err;

	mutex_lock(&dn->config_lock);
	rtnl_lock();
	err = change_locked(dn, info, what, kind);
	rtnl_unlock();
	mutex_unlock(&dn->config_lock);
	return err;
}

int dsr_nl_device_attach(struct sk_buff *skb, struct genl_info *info)
{
	return change(info, dsr_device_attach, DSR_EVENT_KIND_DEVICE_ATTACH);
}

int dsr_nl_device_detach(struct sk_buff *skb, struct genl_info *info)
{
	return change(info, dsr_device_detach, DSR_EVENT_KIND_DEVICE_DETACH);
}

/* A device that a transaction attaches, which happens while it is staged, or
 * detaches, with its commit: where a packet is taken decides nothing.  RTNL is held
 * for either, not between them: the device may go meanwhile, and is detached then.
 */
struct device_change {
	struct list_head list;
	int ifindex;
	bool attach;
};

/* Whether an earlier change of the transaction detaches it. */
static bool is_leaving(const struct dsr_nl_staging *staging,
		       const struct net_device *dev)
{
	const struct device_change *device;

	list_for_each_entry(device, &staging->devices, list)
		if (device->ifindex == dev->ifindex && !device->attach)
			return true;
	return false;
}

static int stage_detach(const struct dsr_nl_staging *staging,
			const struct net_device *dev)
{
	if (dsr_device_is_attached(staging->txn.dn, dev) &&
	    !is_leaving(staging, dev))
		return 0;
	NL_SET_ERR_MSG(staging->extack, "the device is not attached");
	return -ENOENT;
}

static int stage_locked(struct dsr_nl_staging *staging, struct nlattr **attrs,
			struct device_change *device)
{
	struct dsr_net *dn = staging->txn.dn;
	struct net_device *dev;

	dev = find(dn, attrs, staging->extack);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	device->ifindex = dev->ifindex;
	return device->attach ? dsr_device_attach(dn, dev, staging->extack) :
				stage_detach(staging, dev);
}

static int stage(struct dsr_nl_staging *staging, struct nlattr **attrs,
		 bool attach)
{
	struct device_change *device;
	int err;

	device = kzalloc(sizeof(*device), GFP_KERNEL_ACCOUNT);
	if (!device)
		return -ENOMEM;
	device->attach = attach;
	rtnl_lock();
	err = stage_locked(staging, attrs, device);
	rtnl_unlock();
	if (err)
		kfree(device);
	else
		list_add_tail(&device->list, &staging->devices);
	return err;
}

int dsr_nl_device_stage_attach(struct dsr_nl_staging *staging,
			       struct nlattr **attrs)
{
	return stage(staging, attrs, true);
}

int dsr_nl_device_stage_detach(struct dsr_nl_staging *staging,
			       struct nlattr **attrs)
{
	return stage(staging, attrs, false);
}

/* One that has gone since it was staged is detached already, and that was told. */
static void device_end(const struct dsr_transaction *txn,
		       const struct device_change *device, int err)
{
	struct dsr_net *dn = txn->dn;
	struct net_device *dev = __dev_get_by_index(dn->net, device->ifindex);

	if (!dev || !dsr_device_is_attached(dn, dev))
		return;
	if (device->attach == !!err)
		dsr_device_detach(dn, dev, NULL);
	if (!err)
		dsr_event_device(dn, device->attach ?
				 DSR_EVENT_KIND_DEVICE_ATTACH :
				 DSR_EVENT_KIND_DEVICE_DETACH, dev, txn->portid);
}

/* The transaction has ended with @err. */
void dsr_nl_device_end(struct dsr_nl_staging *staging, int err)
{
	struct device_change *device, *next;

	list_for_each_entry_safe_reverse(device, next, &staging->devices, list) {
		rtnl_lock();
		device_end(&staging->txn, device, err);
		rtnl_unlock();
		if (!err)
			staging->txn.dn->generation++;
		kfree(device);
	}
}

/* What a request names it by, and with @named what it's called too. */
static int device_put(struct sk_buff *msg, const struct net_device *dev,
		      bool named)
{
	struct nlattr *nest;
	char name[IFNAMSIZ];

	/* It may be renamed just now. */
	strscpy(name, dev->name, sizeof(name));
	nest = nla_nest_start(msg, DSR_A_DEVICE);
	if (!nest || nla_put_u32(msg, DSR_A_DEVICE_IFINDEX, dev->ifindex) ||
	    (named && nla_put_string(msg, DSR_A_DEVICE_IFNAME, name)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

int dsr_nl_device_fill(struct sk_buff *msg, const void *object)
{
	return device_put(msg, object, true);
}

/* The changes that attach the devices behind the one with the index @last, which
 * becomes that of the last one that was put.  Context: link_lock held.
 */
int dsr_nl_device_put(struct sk_buff *msg, const struct dsr_net *dn, long *last)
{
	const struct dsr_device *device;
	struct nlattr *nest;

	list_for_each_entry(device, &dn->devices, list) {
		if (device->ops.dev->ifindex <= *last)
			continue;
		nest = nla_nest_start(msg, DSR_CMD_DEVICE_ATTACH);
		if (!nest || device_put(msg, device->ops.dev, false)) {
			nla_nest_cancel(msg, nest);
			return -EMSGSIZE;
		}
		nla_nest_end(msg, nest);
		*last = device->ops.dev->ifindex;
	}
	return 0;
}

/* Resumes behind the index of the last device that was put, whether that one is
 * still attached or not.
 */
int dsr_nl_device_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct dsr_net *dn = dsr_net(sock_net(msg->sk));
	const struct dsr_device *device;
	void *header;

	mutex_lock(&dn->config_lock);
	mutex_lock(&dn->link_lock);
	cb->seq = dsr_generation(dn);
	list_for_each_entry(device, &dn->devices, list) {
		if (device->ops.dev->ifindex <= cb->args[0])
			continue;
		header = dsr_nl_put(msg, NETLINK_CB(cb->skb).portid,
				    cb->nlh->nlmsg_seq, NLM_F_MULTI,
				    DSR_CMD_DEVICE_GET, dsr_nl_device_fill,
				    device->ops.dev);
		if (!header)
			break;
		genl_dump_check_consistent(cb, header);
		cb->args[0] = device->ops.dev->ifindex;
	}
	mutex_unlock(&dn->link_lock);
	mutex_unlock(&dn->config_lock);
	return msg->len;
}
