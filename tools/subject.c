// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "backend.h"
#include "device.h"
#include "genl.h"
#include "service.h"
#include "subject.h"

static const char *service_name(const struct nlattr *nest, char *buf)
{
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];
	struct selector selector;

	attrs_of_nest(nest, table, DSR_A_SERVICE_MAX);
	selector = service_selector(table);
	return selector_format(&selector, buf);
}

static const char *backend_name(const struct nlattr *nest, char *buf)
{
	const struct nlattr *table[DSR_A_BACKEND_MAX + 1];
	struct address address;

	attrs_of_nest(nest, table, DSR_A_BACKEND_MAX);
	address = backend_address(table);
	return address_format(&address, buf);
}

static unsigned int device_number(const struct nlattr *nest)
{
	const struct nlattr *table[DSR_A_DEVICE_MAX + 1];

	attrs_of_nest(nest, table, DSR_A_DEVICE_MAX);
	return attr_number(table[DSR_A_DEVICE_IFINDEX], 0);
}

const char *subject_format(const struct nlmsghdr *request, char *buf)
{
	const struct nlattr *table[DSR_A_MAX + 1];
	char service[SELECTOR_LEN];
	char backend[ADDRESS_LEN];

	*buf = '\0';
	genl_attrs(request, table);
	if (table[DSR_A_DEVICE])
		snprintf(buf, SUBJECT_LEN, "device %s: ",
			 device_name(device_number(table[DSR_A_DEVICE])));
	else if (table[DSR_A_SERVICE] && table[DSR_A_BACKEND])
		snprintf(buf, SUBJECT_LEN, "backend %s of %s: ",
			 backend_name(table[DSR_A_BACKEND], backend),
			 service_name(table[DSR_A_SERVICE], service));
	else if (table[DSR_A_SERVICE])
		snprintf(buf, SUBJECT_LEN, "service %s: ",
			 service_name(table[DSR_A_SERVICE], service));
	return buf;
}
