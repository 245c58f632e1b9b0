// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

#include "link.h"
#include "rtnl.h"

/* Of a bond and the like IFLA_LINK says nothing, their kind does. */
static bool is_stacked(const struct nlattr *const *table, unsigned int ifindex)
{
	static const char *const kinds[] = { "bond", "bridge", "team" };
	const struct nlattr *info[IFLA_INFO_MAX + 1];
	char kind[32];

	attrs_of_nest(table[IFLA_LINKINFO], info, IFLA_INFO_MAX);
	attr_string(info[IFLA_INFO_KIND], kind, sizeof(kind));
	if (name_find(kind, kinds, ARRAY_SIZE(kinds)) >= 0)
		return true;

	/* That of a veth device is its peer, often in another namespace. */
	return strcmp(kind, "veth") &&
	       attr_number(table[IFLA_LINK], ifindex) != ifindex;
}

static bool link_read(const struct nlmsghdr *message, void *element)
{
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *table[IFLA_MAX + 1], *lladdr;
	struct link *link = element;

	attrs_of_message(message, sizeof(*header), table, IFLA_MAX);
	link->ifindex = header->ifi_index;
	link->flags = header->ifi_flags;
	link->type = header->ifi_type;
	link->mtu = attr_number(table[IFLA_MTU], 0);
	link->stacked = is_stacked(table, link->ifindex);
	attr_string(table[IFLA_IFNAME], link->name, sizeof(link->name));
	lladdr = table[IFLA_ADDRESS];
	if (lladdr && mnl_attr_get_payload_len(lladdr) == sizeof(link->lladdr))
		memcpy(&link->lladdr, mnl_attr_get_payload(lladdr),
		       sizeof(link->lladdr));
	return true;
}

enum status links_get(struct links *links)
{
	struct request request;

	rtnl_begin(&request, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	links->link = rtnl_collect(&request, "devices", sizeof(*links->link),
				   link_read, &links->count);
	return links->link ? DONE : REFUSED;
}

void links_free(struct links *links)
{
	free(links->link);
	*links = (struct links){ 0 };
}

const struct link *link_find(const struct links *links, unsigned int ifindex)
{
	for (size_t i = 0; i < links->count; i++)
		if (links->link[i].ifindex == ifindex)
			return &links->link[i];

	return NULL;
}

const struct link *link_named(const struct links *links, const char *name)
{
	for (size_t i = 0; i < links->count; i++)
		if (!strcmp(links->link[i].name, name))
			return &links->link[i];

	return NULL;
}

bool links_have(const struct links *links, const struct ether_addr *lladdr)
{
	for (size_t i = 0; i < links->count; i++)
		if (!memcmp(&links->link[i].lladdr, lladdr, sizeof(*lladdr)))
			return true;

	return false;
}

bool link_is_ethernet(const struct link *link)
{
	return link->type == ARPHRD_ETHER && (link->flags & IFF_UP) &&
	       !(link->flags & IFF_NOARP);
}

bool link_has_lro(const struct link *link)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GFLAGS };
	struct ifreq request = { .ifr_data = (char *)&value };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return false;

	memcpy(request.ifr_name, link->name, sizeof(request.ifr_name));
	if (ioctl(fd, SIOCETHTOOL, &request) < 0)
		value.data = 0;
	close(fd);
	return value.data & ETH_FLAG_LRO;
}
