// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include "listen.h"
#include "nl.h"
#include "output.h"

#define BIT(number)	(1u << (number))

struct looking {
	const struct selector *service;
	struct listeners *listeners;
};

static struct nl diag;

static bool is_zero(const void *bytes, size_t len)
{
	static const uint8_t zero[16];

	return !memcmp(bytes, zero, len);
}

/* The address that a socket is bound to; what IPv6 writes of IPv4 is that. */
static struct address bound_to(const struct inet_diag_msg *socket)
{
	const struct in6_addr *ip6 = (const void *)socket->id.idiag_src;

	if (socket->idiag_family == AF_INET)
		return address_from(ip6, 4);
	if (IN6_IS_ADDR_V4MAPPED(ip6))
		return address_from(ip6->s6_addr + 12, 4);
	return address_from(ip6, 16);
}

/* Bound to no address, one of IPv6 gets IPv4 too unless it was told not to. */
static bool is_for(const struct nlmsghdr *message, const struct address *vip)
{
	const struct inet_diag_msg *socket = mnl_nlmsg_get_payload(message);
	const struct nlattr *table[INET_DIAG_MAX + 1];
	struct address bound = bound_to(socket);

	if (!is_zero(bound.byte, sizeof(bound.byte)))
		return address_equal(&bound, vip);

	attrs_of_message(message, sizeof(*socket), table, INET_DIAG_MAX);
	return bound.len == vip->len ||
	       (bound.len == 16 && !attr_number(table[INET_DIAG_SKV6ONLY], 1));
}

static bool has_port(const struct selector *service, uint16_t port)
{
	if (!service->port_end)
		return !service->port || port == service->port;

	return port >= service->port && port <= service->port_end;
}

static bool is_loopback(const struct address *address)
{
	static const uint8_t loopback6[16] = { [15] = 1 };

	return address->len == 4 ? address->byte[0] == 127 :
				   !memcmp(address->byte, loopback6, 16);
}

static bool socket_take(const struct nlmsghdr *message, void *to)
{
	const struct inet_diag_msg *socket = mnl_nlmsg_get_payload(message);
	struct looking *looking = to;
	struct address bound = bound_to(socket);

	if (!has_port(looking->service, ntohs(socket->id.idiag_sport)))
		return true;

	if (is_for(message, &looking->service->address))
		looking->listeners->count++;
	else if (!is_loopback(&bound) && !is_zero(bound.byte, bound.len))
		looking->listeners->elsewhere = bound;
	return true;
}

/* Asking about SCTP would load it. */
static bool is_spoken(uint8_t protocol)
{
	return protocol != IPPROTO_SCTP || !access("/proc/net/sctp", F_OK);
}

/* A socket of UDP that waits for anybody is as good as closed to the kernel. */
static enum status sockets_look(struct looking *looking, uint8_t family,
				uint8_t protocol)
{
	struct nl_error error;
	struct request request;
	struct inet_diag_req_v2 *header;
	struct nlmsghdr *message = mnl_nlmsg_put_header(&request);

	message->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->sdiag_family = family;
	header->sdiag_protocol = protocol;
	header->idiag_states = BIT(protocol == IPPROTO_UDP ? TCP_CLOSE :
							     TCP_LISTEN);
	if (nl_stream(&diag, message, socket_take, looking, &error)) {
		looking->listeners->known = true;
		return DONE;
	}
	if (error.number == ENOENT || error.number == EINVAL)
		return DONE;
	return nl_refused(&error, "sockets");
}

static enum status protocol_look(struct looking *looking, uint8_t protocol)
{
	enum status status;

	if (!is_spoken(protocol)) {
		looking->listeners->known = true;
		return DONE;
	}

	status = sockets_look(looking, AF_INET, protocol);
	return status == DONE ? sockets_look(looking, AF_INET6, protocol) :
				status;
}

enum status listeners_find(const struct selector *service,
			   struct listeners *listeners)
{
	static const uint8_t protocols[] = {
		IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP
	};
	struct looking looking = { service, listeners };
	enum status status = DONE;

	*listeners = (struct listeners){ 0 };
	if (!diag.sock)
		status = nl_open(&diag, NETLINK_SOCK_DIAG);
	for (size_t i = 0; i < ARRAY_SIZE(protocols) && status == DONE; i++)
		if (!service->protocol || service->protocol == protocols[i])
			status = protocol_look(&looking, protocols[i]);
	return status;
}
