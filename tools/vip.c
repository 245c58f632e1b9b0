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

#include "nl.h"
#include "output.h"
#include "vip.h"

#define FOREVER UINT32_MAX

/* What "ip address" shows a VIP of dsrctl by (IPv4 has labels, IPv6 hasn't) */
#define VIP_LABEL VIP_DEV ":dsr"

/* The one rtnetlink socket of the process, opened by the first request. */
static struct nl route;

static struct nlmsghdr *message_begin(struct request *buf, uint16_t type,
				      uint16_t flags, struct ifaddrmsg **header)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	*header = mnl_nlmsg_put_extra_header(request, sizeof(**header));
	return request;
}

/* @error->number tells a failure that is reported already (0) from one that
 * the kernel told of.
 */
static bool route_ask(struct nlmsghdr *request, struct answer *answer,
		      struct nl_error *error)
{
	*error = (struct nl_error){ 0 };
	if (!route.sock && nl_open(&route, NETLINK_ROUTE) != DONE)
		return false;

	return nl_ask(&route, request, answer, error);
}

static enum status route_refused(const struct nl_error *error,
				 const char *what)
{
	return error->number ? nl_refused(error, what) : REFUSED;
}

static struct local local_read(const struct nlmsghdr *message)
{
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *table[IFA_MAX + 1], *address;
	struct local local = {
		.prefixlen = header->ifa_prefixlen,
		.scope = header->ifa_scope,
	};

	attrs_of_message(message, sizeof(*header), table, IFA_MAX);
	address = table[IFA_LOCAL] ? table[IFA_LOCAL] : table[IFA_ADDRESS];
	if (address)
		local.address = address_from(mnl_attr_get_payload(address),
					     mnl_attr_get_payload_len(address));
	local.flags = attr_number(table[IFA_FLAGS], header->ifa_flags);
	if (!if_indextoname(header->ifa_index, local.dev))
		*local.dev = '\0';
	return local;
}

/* Every address of every device. */
enum status locals_get(struct locals *locals)
{
	const struct nlmsghdr *message = NULL;
	struct answer answer = { 0 };
	struct nlmsghdr *request;
	struct ifaddrmsg *header;
	struct nl_error error;
	struct request buf;

	*locals = (struct locals){ 0 };
	request = message_begin(&buf, RTM_GETADDR, NLM_F_DUMP, &header);
	if (!route_ask(request, &answer, &error)) {
		answer_free(&answer);
		return route_refused(&error, "addresses");
	}

	locals->local = calloc(answer_count(&answer) + 1,
			       sizeof(*locals->local));
	while (locals->local && (message = answer_next(&answer, message)))
		locals->local[locals->count++] = local_read(message);
	answer_free(&answer);
	return locals->local ? DONE : out_of_memory();
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

bool vip_present(const struct locals *locals, const struct address *vip)
{
	for (size_t i = 0; i < locals->count; i++)
		if (local_is_vip(&locals->local[i], vip))
			return true;

	return false;
}

static void vip_fill(struct nlmsghdr *request, struct ifaddrmsg *header,
		     const struct address *vip, uint8_t prefixlen)
{
	header->ifa_family = address_family(vip);
	header->ifa_prefixlen = prefixlen;
	header->ifa_index = if_nametoindex(VIP_DEV);
	mnl_attr_put(request, IFA_LOCAL, vip->len, vip->byte);
	mnl_attr_put(request, IFA_ADDRESS, vip->len, vip->byte);
}

/* A VIP is answered from, but nothing that this machine begins by itself is to
 * come from it: the answers would go to the director.  IPv4 passes over
 * addresses of scope host when it picks a source, IPv6 over deprecated ones.
 * And the VIP is on every backend, so it can't be tested for being unique.
 */
enum status vip_add(const struct address *vip)
{
	const uint16_t flags = NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
	const struct ifa_cacheinfo deprecated = { .ifa_valid = FOREVER };
	struct nlmsghdr *request;
	struct ifaddrmsg *header;
	struct nl_error error;
	struct request buf;

	request = message_begin(&buf, RTM_NEWADDR, flags, &header);
	vip_fill(request, header, vip, 8 * vip->len);
	if (address_family(vip) == AF_INET) {
		header->ifa_scope = RT_SCOPE_HOST;
		mnl_attr_put_strz(request, IFA_LABEL, VIP_LABEL);
	} else {
		mnl_attr_put_u32(request, IFA_FLAGS, IFA_F_NODAD);
		mnl_attr_put(request, IFA_CACHEINFO, sizeof(deprecated),
			     &deprecated);
	}

	if (route_ask(request, NULL, &error) || error.number == EEXIST)
		return DONE;
	return route_refused(&error, "adding the VIP to " VIP_DEV);
}

enum status vip_del(const struct local *local)
{
	struct nlmsghdr *request;
	struct ifaddrmsg *header;
	struct nl_error error;
	struct request buf;

	request = message_begin(&buf, RTM_DELADDR, NLM_F_ACK, &header);
	vip_fill(request, header, &local->address, local->prefixlen);
	if (route_ask(request, NULL, &error) || error.number == EADDRNOTAVAIL)
		return DONE;

	return route_refused(&error, "removing the VIP from " VIP_DEV);
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
