// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "output.h"
#include "rtnl.h"
#include "vip.h"

#define FOREVER UINT32_MAX

/* What "ip address" shows a VIP of dsrctl by (IPv4 has labels, IPv6 hasn't) */
#define VIP_LABEL VIP_DEV ":dsr"

static bool local_read(const struct nlmsghdr *message, void *element)
{
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *table[IFA_MAX + 1], *address;
	struct local *local = element;

	attrs_of_message(message, sizeof(*header), table, IFA_MAX);
	address = table[IFA_LOCAL] ? table[IFA_LOCAL] : table[IFA_ADDRESS];
	if (address)
		local->address = address_from(mnl_attr_get_payload(address),
					      mnl_attr_get_payload_len(address));
	local->prefixlen = header->ifa_prefixlen;
	local->scope = header->ifa_scope;
	local->flags = attr_number(table[IFA_FLAGS], header->ifa_flags);
	if (!if_indextoname(header->ifa_index, local->dev))
		*local->dev = '\0';
	return true;
}

/* Every address of every device. */
enum status locals_get(struct locals *locals)
{
	struct request request;

	rtnl_begin(&request, RTM_GETADDR, NLM_F_DUMP, sizeof(struct ifaddrmsg));
	locals->local = rtnl_collect(&request, "addresses",
				     sizeof(*locals->local), local_read,
				     &locals->count);
	return locals->local ? DONE : REFUSED;
}

void locals_free(struct locals *locals)
{
	free(locals->local);
	*locals = (struct locals){ 0 };
}

bool local_is_vip(const struct local *local, const struct address *vip)
{
	return !strcmp(local->dev, VIP_DEV) &&
	       address_equal(&local->address, vip);
}

bool locals_have(const struct locals *locals, const struct address *address)
{
	for (size_t i = 0; i < locals->count; i++)
		if (address_equal(&locals->local[i].address, address))
			return true;

	return false;
}

bool vip_present(const struct locals *locals, const struct address *vip)
{
	for (size_t i = 0; i < locals->count; i++)
		if (local_is_vip(&locals->local[i], vip))
			return true;

	return false;
}

bool local_covers(const struct local *local, const struct address *address)
{
	const uint8_t *a = local->address.byte, *b = address->byte;
	uint8_t whole = local->prefixlen / 8, rest = local->prefixlen % 8;

	return local->address.len == address->len && !memcmp(a, b, whole) &&
	       (!rest || !((a[whole] ^ b[whole]) >> (8 - rest)));
}

/* Begins a request about @vip on lo. */
static struct ifaddrmsg *vip_begin(struct request *request, uint16_t type,
				   uint16_t flags, const struct address *vip,
				   uint8_t prefixlen)
{
	struct ifaddrmsg *header = rtnl_begin(request, type, NLM_F_ACK | flags,
					      sizeof(*header));

	header->ifa_family = address_family(vip);
	header->ifa_prefixlen = prefixlen;
	header->ifa_index = if_nametoindex(VIP_DEV);
	mnl_attr_put(&request->header, IFA_LOCAL, vip->len, vip->byte);
	mnl_attr_put(&request->header, IFA_ADDRESS, vip->len, vip->byte);
	return header;
}

/* A VIP is answered from, but nothing that this machine begins by itself is to
 * come from it: the answers would go to the director.  IPv4 passes over
 * addresses of scope host when it picks a source, IPv6 over deprecated ones.
 * And the VIP is on every backend, so it can't be tested for being unique.
 */
enum status vip_add(const struct address *vip)
{
	const struct ifa_cacheinfo deprecated = { .ifa_valid = FOREVER };
	struct ifaddrmsg *header;
	struct nl_error error;
	struct request request;

	header = vip_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL,
			   vip, 8 * vip->len);
	if (address_family(vip) == AF_INET) {
		header->ifa_scope = RT_SCOPE_HOST;
		mnl_attr_put_strz(&request.header, IFA_LABEL, VIP_LABEL);
	} else {
		mnl_attr_put_u32(&request.header, IFA_FLAGS, IFA_F_NODAD);
		mnl_attr_put(&request.header, IFA_CACHEINFO,
			     sizeof(deprecated), &deprecated);
	}

	if (rtnl_ask(&request, NULL, &error) || error.number == EEXIST)
		return DONE;
	return rtnl_refused(&error, "adding the VIP to " VIP_DEV);
}

enum status vip_del(const struct local *local)
{
	struct nl_error error;
	struct request request;

	vip_begin(&request, RTM_DELADDR, 0, &local->address, local->prefixlen);
	if (rtnl_ask(&request, NULL, &error) || error.number == EADDRNOTAVAIL)
		return DONE;

	return rtnl_refused(&error, "removing the VIP from " VIP_DEV);
}

unsigned int device_flags(const char *name)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return 0;

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		request.ifr_flags = 0;
	close(fd);
	return (unsigned short)request.ifr_flags;
}
