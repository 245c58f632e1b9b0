// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "dsr.h"
#include "exposition.h"
#include "labels.h"
#include "service.h"

static void address_label(const struct selector *selector)
{
	char text[ADDRESS_LEN + sizeof("/128")] = "";

	if (!selector->mark)
		address_format(&selector->address, text);
	if (selector->prefixlen < 8 * selector->address.len)
		sprintf(text + strlen(text), "/%u", selector->prefixlen);
	sample_label("local_address", text);
}

static void mark_label(const struct selector *selector)
{
	bool ipv6 = selector->family == AF_INET6;
	char text[sizeof("4294967295/ipv6")] = "";

	if (selector->mark)
		sprintf(text, "%u%s", selector->mark, ipv6 ? "/ipv6" : "");
	sample_label("local_mark", text);
}

/* Empty: any port. */
static void port_label(const char *name, const struct selector *selector)
{
	char text[sizeof("65535-65535")] = "";

	if (selector->port_end)
		sprintf(text, "%u-%u", selector->port, selector->port_end);
	else if (selector->port)
		sprintf(text, "%u", selector->port);
	sample_label(name, text);
}

static void service_labels(const struct selector *selector)
{
	char protocol[PROTOCOL_LEN];

	address_label(selector);
	mark_label(selector);
	port_label("local_port", selector);
	sample_label("proto", protocol_format(selector->protocol, protocol));
}

/* A backend serves on the ports of its service. */
static void backend_labels(const struct nlattr *nest,
			   const struct selector *selector)
{
	const struct nlattr *table[DSR_A_BACKEND_MAX + 1];
	struct address address;
	char text[ADDRESS_LEN];

	attrs_of_nest(nest, table, DSR_A_BACKEND_MAX);
	address = backend_address(table);
	sample_label("remote_address", address_format(&address, text));
	port_label("remote_port", selector);
}

void labels_of(const struct nlattr *const *attrs)
{
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];
	struct selector selector;

	attrs_of_nest(attrs[DSR_A_SERVICE], table, DSR_A_SERVICE_MAX);
	selector = service_selector(table);
	service_labels(&selector);
	if (attrs[DSR_A_BACKEND])
		backend_labels(attrs[DSR_A_BACKEND], &selector);
}
