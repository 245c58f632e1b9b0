// SPDX-License-Identifier: GPL-2.0
/* Attached devices over generic netlink. */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "device.h"
#include "netlink.h"

typedef int (*change_t)(struct dsr_net *dn, struct net_device *dev,
			struct netlink_ext_ack *extack);

static int parse_ifindex(struct genl_info *info, int *ifindex)
{
	struct nlattr *attrs[DSR_A_DEVICE_MAX + 1];
	int err;

	if (!info->attrs[DSR_A_DEVICE]) {
		NL_SET_ERR_MSG(info->extack, "the device is missing");
		return -EINVAL;
	}
	/* The policy has been applied already, with the request's. */
	err = nla_parse_nested(attrs, DSR_A_DEVICE_MAX,
			       info->attrs[DSR_A_DEVICE], NULL, info->extack);
	if (err)
		return err;
	if (!attrs[DSR_A_DEVICE_IFINDEX]) {
		NL_SET_ERR_MSG(info->extack, "the device's index is missing");
		return -EINVAL;
	}
	*ifindex = nla_get_u32(attrs[DSR_A_DEVICE_IFINDEX]);
	return 0;
}

/* RTNL keeps the device; it's taken outside config_lock. */
static int change(struct genl_info *info, change_t what)
{
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	struct net_device *dev;
	int ifindex, err;

	err = parse_ifindex(info, &ifindex);
	if (err)
		return err;

	rtnl_lock();
	dev = __dev_get_by_index(genl_info_net(info), ifindex);
	if (dev) {
		mutex_lock(&dn->config_lock);
		err = what(dn, dev, info->extack);
		mutex_unlock(&dn->config_lock);
	} else {
		NL_SET_ERR_MSG(info->extack, "the device does not exist");
		err = -ENODEV;
	}
	rtnl_unlock();
	return err;
}

int dsr_nl_device_attach(struct sk_buff *skb, struct genl_info *info)
{
	return change(info, dsr_device_attach);
}

int dsr_nl_device_detach(struct sk_buff *skb, struct genl_info *info)
{
	return change(info, dsr_device_detach);
}

static int device_fill(struct sk_buff *msg, const void *object)
{
	const struct dsr_device *device = object;
	struct nlattr *nest;

	nest = nla_nest_start(msg, DSR_A_DEVICE);
	if (!nest || nla_put_u32(msg, DSR_A_DEVICE_IFINDEX,
				 device->ops.dev->ifindex))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Resumes behind as many as were put: they are few, and a change in between
 * marks the dump as inconsistent.
 */
int dsr_nl_device_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct dsr_net *dn = dsr_net(sock_net(msg->sk));
	const struct dsr_device *device;
	long nr = 0;
	void *header;

	mutex_lock(&dn->config_lock);
	cb->seq = dn->generation;
	list_for_each_entry(device, &dn->devices, list) {
		if (nr++ < cb->args[0])
			continue;
		header = dsr_nl_put(msg, NETLINK_CB(cb->skb).portid,
				    cb->nlh->nlmsg_seq, NLM_F_MULTI,
				    DSR_CMD_DEVICE_GET, device_fill, device);
		if (!header)
			break;
		genl_dump_check_consistent(cb, header);
		cb->args[0] = nr;
	}
	mutex_unlock(&dn->config_lock);
	return msg->len;
}
