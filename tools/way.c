// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "rtnl.h"
#include "way.h"

static struct way way_read(const struct nlmsghdr *message)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *table[RTA_MAX + 1];

	attrs_of_message(message, sizeof(*header), table, RTA_MAX);
	return (struct way){
		.type = header->rtm_type,
		.gateway = table[RTA_GATEWAY] || table[RTA_VIA],
		.ifindex = attr_number(table[RTA_OIF], 0),
	};
}

/* What the kernel answers where there is no way, or one that forbids. */
static bool is_no_way(int error)
{
	return error == ENETUNREACH || error == EHOSTUNREACH ||
	       error == EINVAL || error == EACCES;
}

enum status way_get(const struct address *to, struct way *way)
{
	struct answer answer = { 0 };
	enum status status = DONE;
	struct request request;
	struct nl_error error;
	struct rtmsg *header;

	*way = (struct way){ .type = RTN_UNSPEC };
	header = rtnl_begin(&request, RTM_GETROUTE, NLM_F_ACK, sizeof(*header));
	header->rtm_family = address_family(to);
	header->rtm_dst_len = 8 * to->len;
	mnl_attr_put(&request.header, RTA_DST, to->len, to->byte);
	if (!rtnl_ask(&request, &answer, &error)) {
		if (!is_no_way(error.number))
			status = rtnl_refused(&error, "route");
	} else if (answer.len) {
		*way = way_read(answer_next(&answer, NULL));
	}
	answer_free(&answer);
	return status;
}

uint16_t neighbour_state(const struct address *address, unsigned int ifindex)
{
	struct answer answer = { 0 };
	struct request request;
	struct nl_error error;
	struct ndmsg *header;
	uint16_t state = 0;

	header = rtnl_begin(&request, RTM_GETNEIGH, NLM_F_ACK, sizeof(*header));
	header->ndm_family = address_family(address);
	header->ndm_ifindex = ifindex;
	mnl_attr_put(&request.header, NDA_DST, address->len, address->byte);
	if (rtnl_ask(&request, &answer, &error) && answer.len) {
		header = mnl_nlmsg_get_payload(answer_next(&answer, NULL));
		state = header->ndm_state;
	}
	answer_free(&answer);
	return state;
}

static bool default_read(const struct nlmsghdr *message, void *element)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	unsigned int *ifindex = element;

	*ifindex = way_read(message).ifindex;
	return *ifindex && !header->rtm_dst_len &&
	       header->rtm_type == RTN_UNICAST &&
	       header->rtm_table == RT_TABLE_MAIN;
}

enum status defaults_get(int family, struct defaults *defaults)
{
	struct request request;
	struct rtmsg *header;

	header = rtnl_begin(&request, RTM_GETROUTE, NLM_F_DUMP, sizeof(*header));
	header->rtm_family = family;
	defaults->ifindex = rtnl_collect(&request, "routes",
					 sizeof(*defaults->ifindex),
					 default_read, &defaults->count);
	return defaults->ifindex ? DONE : REFUSED;
}

void defaults_free(struct defaults *defaults)
{
	free(defaults->ifindex);
	*defaults = (struct defaults){ 0 };
}

static bool proxy_read(const struct nlmsghdr *message, void *element)
{
	const struct nlattr *table[NDA_MAX + 1];
	struct address *address = element;

	attrs_of_message(message, sizeof(struct ndmsg), table, NDA_MAX);
	if (!table[NDA_DST])
		return false;

	*address = address_from(mnl_attr_get_payload(table[NDA_DST]),
				mnl_attr_get_payload_len(table[NDA_DST]));
	return true;
}

enum status proxies_get(struct proxies *proxies)
{
	struct request request;
	struct ndmsg *header;

	header = rtnl_begin(&request, RTM_GETNEIGH, NLM_F_DUMP, sizeof(*header));
	header->ndm_flags = NTF_PROXY;
	proxies->address = rtnl_collect(&request, "proxied neighbours",
					sizeof(*proxies->address), proxy_read,
					&proxies->count);
	return proxies->address ? DONE : REFUSED;
}

void proxies_free(struct proxies *proxies)
{
	free(proxies->address);
	*proxies = (struct proxies){ 0 };
}

bool proxies_have(const struct proxies *proxies, const struct address *address)
{
	for (size_t i = 0; i < proxies->count; i++)
		if (address_equal(&proxies->address[i], address))
			return true;

	return false;
}
