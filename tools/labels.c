// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "dsr.h"
#include "exposition.h"
#include "labels.h"
#include "service.h"

static void address_label(FILE *file, const struct selector *selector)
{
	char text[ADDRESS_LEN + sizeof("/128")] = "";

	if (!selector->mark)
		address_format(&selector->address, text);
	if (selector->prefixlen < 8 * selector->address.len)
		sprintf(text + strlen(text), "/%u", selector->prefixlen);
	label_write(file, "local_address", text);
}

/* Any but the first. */
static void next_label(FILE *file, const char *name, const char *value)
{
	putc(',', file);
	label_write(file, name, value);
}

static void mark_label(FILE *file, const struct selector *selector)
{
	bool ipv6 = selector->family == AF_INET6;
	char text[sizeof("4294967295/ipv6")] = "";

	if (selector->mark)
		sprintf(text, "%u%s", selector->mark, ipv6 ? "/ipv6" : "");
	next_label(file, "local_mark", text);
}

/* Empty: any port. */
static void port_label(FILE *file, const char *name,
		       const struct selector *selector)
{
	char text[sizeof("65535-65535")] = "";

	if (selector->port_end)
		sprintf(text, "%u-%u", selector->port, selector->port_end);
	else if (selector->port)
		sprintf(text, "%u", selector->port);
	next_label(file, name, text);
}

static void service_labels(FILE *file, const struct selector *selector)
{
	char protocol[PROTOCOL_LEN];

	address_label(file, selector);
	mark_label(file, selector);
	port_label(file, "local_port", selector);
	next_label(file, "proto",
		   protocol_format(selector->protocol, protocol));
}

/* A backend serves on the ports of its service. */
static void backend_labels(FILE *file, const struct nlattr *nest,
			   const struct selector *selector)
{
	const struct nlattr *table[DSR_A_BACKEND_MAX + 1];
	struct address address;
	char text[ADDRESS_LEN];

	attrs_of_nest(nest, table, DSR_A_BACKEND_MAX);
	address = backend_address(table);
	next_label(file, "remote_address", address_format(&address, text));
	port_label(file, "remote_port", selector);
}

void labels_write(FILE *file, const struct nlattr *const *attrs)
{
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];
	struct selector selector;

	attrs_of_nest(attrs[DSR_A_SERVICE], table, DSR_A_SERVICE_MAX);
	selector = service_selector(table);
	service_labels(file, &selector);
	if (attrs[DSR_A_BACKEND])
		backend_labels(file, attrs[DSR_A_BACKEND], &selector);
}
