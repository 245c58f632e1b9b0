// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <netinet/in.h>

#include "address.h"
#include "dsrctl.h"
#include "output.h"

static const struct protocol {
	const char *name;
	uint8_t number;
} protocols[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
};

/* An address of no known length is kept as none: @len 0. */
struct address address_from(const void *bytes, unsigned int len)
{
	struct address address = { 0 };

	if (len == 4 || len == 16) {
		address.len = len;
		memcpy(address.byte, bytes, len);
	}
	return address;
}

int address_family(const struct address *address)
{
	return address->len == 4 ? AF_INET : AF_INET6;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->len == b->len && !memcmp(a->byte, b->byte, sizeof(a->byte));
}

/* Brackets are an IPv6 address's only. */
bool address_parse(const char *word, struct address *address)
{
	size_t len = strlen(word);
	char plain[ADDRESS_LEN];
	bool bracketed;

	*address = (struct address){ .len = 4 };
	if (inet_pton(AF_INET, word, address->byte) == 1)
		return true;

	bracketed = len > 2 && word[0] == '[' && word[len - 1] == ']';
	if (bracketed)
		len -= 2;
	if (len >= sizeof(plain))
		return false;

	memcpy(plain, word + bracketed, len);
	plain[len] = '\0';
	address->len = 16;
	return inet_pton(AF_INET6, plain, address->byte) == 1;
}

/* @buf has room for ADDRESS_LEN characters. */
const char *address_format(const struct address *address, char *buf)
{
	if (!address->len ||
	    !inet_ntop(address_family(address), address->byte, buf,
		       ADDRESS_LEN))
		return "?";

	return buf;
}

static enum status selector_error(const char *word)
{
	return usage_error("service \"%s\": ADDRESS:PORT/tcp or [ADDRESS6]:PORT/udp is expected",
			   word);
}

static bool protocol_parse(const char *word, uint8_t *number)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (!strcmp(word, protocols[i].name)) {
			*number = protocols[i].number;
			return true;
		}

	return false;
}

/* The address stands before the last colon; if that is one of IPv6, then only
 * brackets tell them apart.
 */
static bool host_parse(const char *host, struct address *address)
{
	return (*host == '[' || !strchr(host, ':')) &&
	       address_parse(host, address);
}

enum status selector_parse(const char *word, struct selector *selector)
{
	char text[SELECTOR_LEN], *port, *protocol;
	unsigned long number;

	if (strlen(word) >= sizeof(text))
		return selector_error(word);
	memcpy(text, word, strlen(word) + 1);

	protocol = strrchr(text, '/');
	if (!protocol)
		return selector_error(word);
	*protocol++ = '\0';
	port = strrchr(text, ':');
	if (!port)
		return selector_error(word);
	*port++ = '\0';

	if (!host_parse(text, &selector->address))
		return selector_error(word);
	if (!protocol_parse(protocol, &selector->protocol))
		return usage_error("protocol \"%s\" of \"%s\": tcp or udp is expected",
				   protocol, word);
	if (!number_parse(port, UINT16_MAX, &number) || !number)
		return usage_error("port \"%s\" of \"%s\": a number from 1 to 65535 is expected",
				   port, word);
	selector->port = number;
	return DONE;
}

/* @buf has room for SELECTOR_LEN characters. */
const char *selector_format(const struct selector *selector, char *buf)
{
	const char *open = selector->address.len == 16 ? "[" : "";
	const char *close = *open ? "]" : "";
	char address[ADDRESS_LEN];
	int len;

	len = sprintf(buf, "%s%s%s", open,
		      address_format(&selector->address, address), close);
	if (selector->port)
		len += sprintf(buf + len, ":%u", selector->port);

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].number == selector->protocol) {
			sprintf(buf + len, "/%s", protocols[i].name);
			return buf;
		}
	if (selector->protocol)
		sprintf(buf + len, "/proto-%u", selector->protocol);
	return buf;
}

bool selector_equal(const struct selector *a, const struct selector *b)
{
	return address_equal(&a->address, &b->address) &&
	       a->port == b->port && a->protocol == b->protocol;
}
