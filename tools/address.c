// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include <netinet/in.h>

#include "address.h"

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

int address_compare(const struct address *a, const struct address *b)
{
	return a->len - b->len ?: memcmp(a->byte, b->byte, sizeof(a->byte));
}

bool address_equal(const struct address *a, const struct address *b)
{
	return !address_compare(a, b);
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

/* As everybody writes it, with its zeroes; ether_ntoa() leaves them out. */
const char *lladdr_format(const uint8_t *byte, size_t len, char *buf)
{
	int end = 0;

	for (size_t i = 0; i < len && i < LLADDR_MAX; i++)
		end += sprintf(buf + end, "%s%02x", i ? ":" : "", byte[i]);
	buf[end] = '\0';
	return buf;
}
