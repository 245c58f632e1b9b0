// SPDX-License-Identifier: GPL-2.0
/* kmod/packet.c as a target of libFuzzer.  The input is a packet, from its IP
 * header on, as the IP layer hands it to the hooks.
 *
 * Each is parsed whole, split behind each byte of its linear part, and cut short
 * behind each byte.  Every buffer ends where its data ends, so that AddressSanitizer
 * sees a look behind it; and MemorySanitizer, of which there is a second build, a
 * result that nobody has set.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/in.h>

#include "kmod/packet.h"

#define CHECK(condition) \
	((condition) ? (void)0 : failed(#condition, __LINE__))

static void failed(const char *what, int line)
{
	fprintf(stderr, "packet.c:%d: not so: %s\n", line, what);
	abort();
}

void *skb_header_pointer(const struct sk_buff *skb, int offset, int len,
			 void *buffer)
{
	int linear = skb_headlen(skb);
	int from_head = linear - offset;

	CHECK(offset >= 0);
	if (from_head >= len)
		return skb->data + offset;
	if ((int)skb->len - offset < len)
		return NULL;
	if (from_head < 0)
		from_head = 0;
	memcpy(buffer, skb->data + offset, from_head);
	memcpy((char *)buffer + from_head,
	       skb->fragment + offset + from_head - linear, len - from_head);
	return buffer;
}

struct result {
	enum dsr_parse_result what;
	struct dsr_packet pkt;
};

static bool ports(u8 protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ||
	       protocol == IPPROTO_SCTP;
}

/* What a reader of the result may rely on, and that all it may read is set. */
static void check_result(const struct result *result, u8 family)
{
	const struct dsr_packet *pkt = &result->pkt;
	const struct dsr_tuple *tuple = &pkt->tuple;
	bool addresses = true;

	if (family == AF_INET)
		addresses = !tuple->saddr.word[1] && !tuple->daddr.word[1];
	switch (result->what) {
	case DSR_PARSE_OK:
		CHECK(addresses && tuple->family == family);
		CHECK(pkt->event <= DSR_EVENT_ERROR);
		CHECK(ports(tuple->protocol) || !tuple->dport);
		CHECK(ports(tuple->protocol) || pkt->event == DSR_EVENT_DATA);
		CHECK(!pkt->fragment || pkt->event != DSR_EVENT_ERROR);
		break;
	case DSR_PARSE_FRAGMENT:
		CHECK(addresses && pkt->fragment);
		break;
	case DSR_PARSE_OTHER:
	case DSR_PARSE_MALFORMED:
		break;
	default:
		CHECK(!"a result that is none");
	}
}

/* Whether two readers would see the same. */
static bool same(const struct result *a, const struct result *b)
{
	const struct dsr_tuple *s = &a->pkt.tuple, *t = &b->pkt.tuple;

	if (a->what != b->what)
		return false;
	if (a->what == DSR_PARSE_MALFORMED)
		return true;
	if (a->pkt.fragment != b->pkt.fragment ||
	    (a->pkt.fragment && a->pkt.fragment_id != b->pkt.fragment_id))
		return false;
	if (a->what == DSR_PARSE_OTHER && !a->pkt.fragment)
		return true;
	if (!dsr_ip_equal(&s->saddr, &t->saddr) ||
	    !dsr_ip_equal(&s->daddr, &t->daddr) || s->protocol != t->protocol)
		return false;
	return a->what != DSR_PARSE_OK ||
	       (s->sport == t->sport && s->dport == t->dport &&
		a->pkt.event == b->pkt.event);
}

static unsigned char *copy(const unsigned char *data, size_t len)
{
	unsigned char *bytes = malloc(len);

	CHECK(bytes || !len);
	if (len)
		memcpy(bytes, data, len);
	return bytes;
}

/* The first @linear bytes in a buffer of their own, the others in another. */
static struct result parse(const unsigned char *data, size_t len,
			   size_t linear, u8 family)
{
	struct sk_buff skb = {
		.len = len,
		.data_len = len - linear,
		.data = copy(data, linear),
		.fragment = copy(data + linear, len - linear),
	};
	struct result result;

	result.pkt.tuple.family = family;
	result.what = dsr_packet_parse(&skb, &result.pkt);
	free(skb.data);
	free(skb.fragment);
	check_result(&result, family);
	return result;
}

/* The length of the header that the IP layer has checked and pulled, and of the
 * packet, which it trims; 0: no hook sees it.
 */
static size_t received_v4(const unsigned char *data, size_t *len)
{
	size_t header, whole;

	if (*len < sizeof(struct iphdr) || data[0] >> 4 != 4)
		return 0;
	header = (data[0] & 15) * 4;
	whole = data[2] << 8 | data[3];
	if (header < sizeof(struct iphdr) || whole < header || whole > *len)
		return 0;
	*len = whole;
	return header;
}

static size_t received_v6(const unsigned char *data, size_t *len)
{
	size_t header = sizeof(struct ipv6hdr), whole;

	if (*len < header || data[0] >> 4 != 6)
		return 0;
	whole = header + (data[4] << 8 | data[5]);
	if (whole > *len)
		return 0;
	/* Perhaps a jumbogram, which says its length elsewhere. */
	if (whole > header || data[6] != NEXTHDR_HOP)
		*len = whole;
	return header;
}

/* Less of a packet says nothing else than all of it, if it says anything; only
 * what an SCTP packet means is in a chunk that may be missing.
 */
static void check_cut(const struct result *whole, const struct result *cut)
{
	struct result expected = *whole;

	if (cut->what != DSR_PARSE_OK && cut->what != DSR_PARSE_FRAGMENT)
		return;
	if (whole->what == DSR_PARSE_OK &&
	    whole->pkt.tuple.protocol == IPPROTO_SCTP &&
	    cut->pkt.event == DSR_EVENT_DATA)
		expected.pkt.event = DSR_EVENT_DATA;
	CHECK(same(&expected, cut));
}

static void check_packet(const unsigned char *data, size_t len, size_t header,
			 u8 family)
{
	struct result whole = parse(data, len, len, family), other;
	size_t at;

	for (at = header; at < len; at++) {
		other = parse(data, len, at, family);
		CHECK(same(&whole, &other));
		other = parse(data, at, at, family);
		check_cut(&whole, &other);
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	size_t header;

	if (!len)
		return 0;
	header = received_v4(data, &len);
	if (header) {
		check_packet(data, len, header, AF_INET);
		return 0;
	}
	header = received_v6(data, &len);
	if (header)
		check_packet(data, len, header, AF_INET6);
	return 0;
}
