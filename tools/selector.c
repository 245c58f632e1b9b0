// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <netinet/in.h>

#include "output.h"
#include "selector.h"

#define MARK "mark"
#define MARK_IPV6 "/ipv6"

static const struct protocol {
	const char *name;
	uint8_t number;
	bool selects;		/* a service may name it */
} protocols[] = {
	{ "tcp", IPPROTO_TCP, true },
	{ "udp", IPPROTO_UDP, true },
	{ "sctp", IPPROTO_SCTP, true },
	{ "icmp", IPPROTO_ICMP, false },
	{ "icmpv6", IPPROTO_ICMPV6, false },
	{ "any", 0, false },
};

static enum status selector_error(const char *word)
{
	return usage_error("service \"%s\": %s is expected", word,
			   "ADDRESS[/LEN][:PORT[-PORT]][/PROTOCOL] or mark NUMBER");
}

/* @text: the part of the word that is wrong. */
static enum status part_error(const char *part, const char *text,
			      const char *word, const char *expected)
{
	return usage_error("%s \"%s\" of \"%s\": %s", part, text, word,
			   expected);
}

static enum status protocol_parse(const char *text, const char *word,
				  struct selector *selector)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].selects && !strcmp(text, protocols[i].name)) {
			selector->protocol = protocols[i].number;
			return DONE;
		}

	return part_error("protocol", text, word,
			  "tcp, udp or sctp is expected");
}

static enum status port_parse(const char *text, const char *word,
			      uint16_t *port)
{
	uint64_t number;

	if (!number_parse(text, UINT16_MAX, &number) || !number)
		return part_error("port", text, word,
				  "a number from 1 to 65535 is expected");
	*port = number;
	return DONE;
}

/* PORT or PORT-PORT; @text is cut up. */
static enum status ports_parse(char *text, const char *word,
			       struct selector *selector)
{
	char *end = strchr(text, '-');
	enum status status;

	if (!end || end == text)
		return port_parse(text, word, &selector->port);

	*end++ = '\0';
	status = port_parse(text, word, &selector->port);
	if (status == DONE)
		status = port_parse(end, word, &selector->port_end);
	if (status != DONE || selector->port < selector->port_end)
		return status;

	end[-1] = '-';
	return part_error("port range", text, word,
			  "the last port must be above the first");
}

/* What follows the address: nothing, /PROTOCOL or :PORTS/PROTOCOL. */
static enum status rest_parse(char *rest, const char *word,
			      struct selector *selector)
{
	enum status status = DONE;
	char *protocol;

	if (!*rest)
		return DONE;
	if (*rest == '/')
		return protocol_parse(rest + 1, word, selector);
	if (*rest != ':')
		return selector_error(word);

	protocol = strchr(rest, '/');
	if (protocol)
		*protocol++ = '\0';
	status = ports_parse(rest + 1, word, selector);
	if (status != DONE)
		return status;
	if (!protocol)
		return usage_error("port of \"%s\": a protocol is expected with it, as in %s/tcp",
				   word, word);
	return protocol_parse(protocol, word, selector);
}

/* What @address is without the bits behind a prefix. */
static struct address address_masked(const struct address *address,
				     unsigned int prefixlen)
{
	struct address masked = *address;

	for (unsigned int bit = prefixlen; bit < 8u * masked.len; bit++)
		masked.byte[bit / 8] &= ~(0x80 >> bit % 8);

	return masked;
}

static enum status prefix_check(const char *word,
				const struct selector *selector)
{
	char text[ADDRESS_LEN], right[ADDRESS_LEN];
	struct address masked;

	masked = address_masked(&selector->address, selector->prefixlen);
	if (address_equal(&masked, &selector->address))
		return DONE;

	return usage_error("address \"%s\" of \"%s\": bits behind the prefix, %s would be right",
			   address_format(&selector->address, text), word,
			   address_format(&masked, right));
}

/* ADDRESS or ADDRESS/LEN; @prefix is NULL or what follows the slash. */
static enum status prefix_parse(const char *address, const char *prefix,
				const char *word, struct selector *selector)
{
	unsigned int bits;
	uint64_t number;

	if (!address_parse(address, &selector->address))
		return part_error("address", address, word,
				  "an ADDRESS or, in brackets, an [ADDRESS6] is expected");

	bits = 8 * selector->address.len;
	selector->prefixlen = bits;
	if (!prefix)
		return DONE;
	if (!number_parse(prefix, bits, &number) || !number)
		return part_error("prefix length", prefix, word, bits == 32 ?
				  "a number from 1 to 32 is expected" :
				  "a number from 1 to 128 is expected");

	selector->prefixlen = number;
	return prefix_check(word, selector);
}

/* Within the brackets stand the address and its prefix length. */
static enum status ipv6_parse(char *text, const char *word,
			      struct selector *selector)
{
	char *end = strchr(text, ']'), *prefix;
	enum status status;

	if (!end)
		return selector_error(word);
	*end++ = '\0';
	prefix = strchr(text, '/');
	if (prefix)
		*prefix++ = '\0';

	/* Not an IPv4 address, which address_parse() would take here. */
	if (!strchr(text, ':'))
		return part_error("address", text + 1, word,
				  "in brackets an [ADDRESS6] is expected");
	status = prefix_parse(text + 1, prefix, word, selector);
	if (status != DONE)
		return status;
	if (*end == '/' && isdigit((unsigned char)end[1]))
		return part_error("prefix length", end + 1, word,
				  "it belongs into the brackets: [ADDRESS6/LEN]");
	return rest_parse(end, word, selector);
}

/* Protocols have names, which is how they differ from a prefix length. */
static enum status ipv4_parse(char *text, const char *word,
			      struct selector *selector)
{
	char *end = text + strcspn(text, ":/"), *prefix = NULL, *rest = end;
	enum status status;

	if (*end == '/' && isdigit((unsigned char)end[1])) {
		prefix = end + 1;
		rest = prefix + strcspn(prefix, ":/");
	}
	status = rest_parse(rest, word, selector);
	if (status != DONE)
		return status;

	*rest = '\0';
	*end = '\0';
	return prefix_parse(text, prefix, word, selector);
}

static enum status address_selector_parse(const char *word,
					  struct selector *selector)
{
	char text[SELECTOR_LEN];

	if (!*word || strlen(word) >= sizeof(text))
		return selector_error(word);
	memcpy(text, word, strlen(word) + 1);

	if (*text == '[')
		return ipv6_parse(text, word, selector);
	if (strchr(text, ':') != strrchr(text, ':') && !strchr(text, '.'))
		return usage_error("service \"%s\": %s", word,
				   "an IPv6 address stands in brackets: [ADDRESS6]:PORT/tcp");
	return ipv4_parse(text, word, selector);
}

/* @text is what follows the word "mark". */
static enum status mark_parse(const char *text, struct selector *selector)
{
	size_t len = text ? strcspn(text, "/") : 0;
	char digits[sizeof("4294967295")] = "";
	uint64_t number;
	bool ipv6;

	if (!text)
		return usage_error("mark: a number is expected, as in mark 7 or mark 7/ipv6");

	if (len < sizeof(digits))
		memcpy(digits, text, len);
	ipv6 = !strcmp(text + len, MARK_IPV6);
	if (!number_parse(digits, UINT32_MAX, &number) || !number ||
	    (text[len] && !ipv6))
		return usage_error("mark \"%s\": a number from 1 to %u, or with /ipv6, is expected",
				   text, UINT32_MAX);

	selector->mark = number;
	selector->family = ipv6 ? AF_INET6 : AF_INET;
	return DONE;
}

/* "mark 7" may also be one word, as it is in JSON. */
enum status selector_take(struct args *args, struct selector *selector)
{
	const char *word = args_next(args);
	size_t len = strlen(MARK);

	*selector = (struct selector){ 0 };
	if (!word)
		return usage_error("a service is expected, such as 10.2.0.1:80/tcp or mark 7");

	if (!strcmp(word, MARK))
		return mark_parse(args_next(args), selector);
	if (!strncmp(word, MARK " ", len + 1))
		return mark_parse(word + len + 1, selector);
	return address_selector_parse(word, selector);
}

int selector_family(const struct selector *selector)
{
	return selector->mark ? selector->family :
				address_family(&selector->address);
}

bool protocol_find(const char *word, uint8_t *protocol)
{
	uint64_t number;

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].number && !strcmp(word, protocols[i].name)) {
			*protocol = protocols[i].number;
			return true;
		}

	if (!number_parse(word, UINT8_MAX, &number) || !number)
		return false;
	*protocol = number;
	return true;
}

const char *protocol_format(uint8_t number, char *buf)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].number == number)
			return protocols[i].name;

	snprintf(buf, PROTOCOL_LEN, "proto-%u", number);
	return buf;
}

static int host_format(const struct selector *selector, char *buf)
{
	bool ipv6 = selector->address.len == 16;
	char address[ADDRESS_LEN];
	int len;

	len = sprintf(buf, "%s%s", ipv6 ? "[" : "",
		      address_format(&selector->address, address));
	if (selector->prefixlen < 8 * selector->address.len)
		len += sprintf(buf + len, "/%u", selector->prefixlen);
	return len + sprintf(buf + len, "%s", ipv6 ? "]" : "");
}

/* @buf has room for SELECTOR_LEN characters. */
const char *selector_format(const struct selector *selector, char *buf)
{
	char protocol[PROTOCOL_LEN];
	int len;

	if (selector->mark) {
		sprintf(buf, MARK " %u%s", selector->mark,
			selector->family == AF_INET6 ? MARK_IPV6 : "");
		return buf;
	}

	len = host_format(selector, buf);
	if (selector->port)
		len += sprintf(buf + len, ":%u", selector->port);
	if (selector->port_end)
		len += sprintf(buf + len, "-%u", selector->port_end);
	if (selector->protocol)
		sprintf(buf + len, "/%s",
			protocol_format(selector->protocol, protocol));
	return buf;
}

static int number_compare(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

int selector_compare(const struct selector *a, const struct selector *b)
{
	return address_compare(&a->address, &b->address) ?:
	       number_compare(a->prefixlen, b->prefixlen) ?:
	       number_compare(a->port, b->port) ?:
	       number_compare(a->port_end, b->port_end) ?:
	       number_compare(a->protocol, b->protocol) ?:
	       number_compare(a->mark, b->mark) ?:
	       number_compare(a->family, b->family);
}

bool selector_equal(const struct selector *a, const struct selector *b)
{
	return !selector_compare(a, b);
}

/* FNV-1a */
static uint32_t hash_add(uint32_t hash, const void *bytes, size_t len)
{
	for (const uint8_t *byte = bytes; len; byte++, len--)
		hash = (hash ^ *byte) * 16777619u;

	return hash;
}

size_t selector_hash(const struct selector *selector)
{
	uint32_t hash = 2166136261u;

	hash = hash_add(hash, selector->address.byte,
			sizeof(selector->address.byte));
	hash = hash_add(hash, &selector->prefixlen,
			sizeof(selector->prefixlen));
	hash = hash_add(hash, &selector->protocol, sizeof(selector->protocol));
	hash = hash_add(hash, &selector->port, sizeof(selector->port));
	hash = hash_add(hash, &selector->port_end, sizeof(selector->port_end));
	hash = hash_add(hash, &selector->mark, sizeof(selector->mark));
	hash = hash_add(hash, &selector->family, sizeof(selector->family));
	return hash ^ hash >> 16;
}
