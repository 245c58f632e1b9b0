// SPDX-License-Identifier: GPL-2.0
/*
 * A packet of which only is known what every client's has in common (the VIP, the
 * protocol, the port) is sent through the chains.  Bits are known or not, in the
 * packet as in the registers of nftables, so a rule fits it, doesn't, or may.
 */
#include <string.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "rule.h"

#define NAME_LEN	32	/* of an expression */

static void know(struct bytes *bytes, size_t at, const void *value, size_t len)
{
	memcpy(bytes->value + at, value, len);
	memset(bytes->known + at, 0xff, len);
}

static void know_prefix(struct bytes *bytes, size_t at,
			const struct address *address, unsigned int bits)
{
	memcpy(bytes->value + at, address->byte, address->len);
	for (unsigned int i = 0; i < bits; i++)
		bytes->known[at + i / 8] |= 0x80 >> i % 8;
}

static void know_network(struct model *model, const struct selector *service)
{
	bool v4 = selector_family(service) == AF_INET;
	const uint8_t version = v4 ? 0x45 : 0x60;

	know(&model->network, 0, &version, v4 ? 1 : 0);
	if (!service->mark)
		know_prefix(&model->network,
			    v4 ? offsetof(struct iphdr, daddr) :
				 offsetof(struct ip6_hdr, ip6_dst),
			    &service->address, service->prefixlen);
	if (service->protocol)
		know(&model->network,
		     v4 ? offsetof(struct iphdr, protocol) :
			  offsetof(struct ip6_hdr, ip6_nxt),
		     &service->protocol, sizeof(service->protocol));
}

/* Source port and destination port stand at the same places in all three. */
struct model model_of(const struct selector *service)
{
	bool v4 = selector_family(service) == AF_INET;
	uint16_t port = htons(service->port);
	struct model model = {
		.family = v4 ? NFPROTO_IPV4 : NFPROTO_IPV6,
		.protocol = service->protocol,
	};

	know_network(&model, service);
	if (service->port && !service->port_end)
		know(&model.transport, sizeof(port), &port, sizeof(port));
	return model;
}

/* Registers are numbered by 16 bytes (1 to 4) or by 4 (from 8 on); those that
 * there aren't are the last one.
 */
static size_t register_at(const struct nlattr *attr)
{
	uint32_t number = attr ? ntohl(mnl_attr_get_u32(attr)) : 0;
	size_t at = number >= NFT_REG32_00 ?
		    (number - NFT_REG32_00) * NFT_REG32_SIZE :
		    (number - NFT_REG_1) * NFT_REG_SIZE;

	return at < RULE_BYTES ? at : RULE_BYTES;
}

static size_t fitting(size_t at, size_t len)
{
	return len < RULE_BYTES - at ? len : RULE_BYTES - at;
}

/* What is in NFTA_DATA_VALUE of a nest, NULL: nothing. */
static const struct nlattr *data_value(const struct nlattr *nest)
{
	const struct nlattr *table[NFTA_DATA_MAX + 1];

	attrs_of_nest(nest, table, NFTA_DATA_MAX);
	return table[NFTA_DATA_VALUE];
}

static enum truth payload(struct rule *rule, const struct nlattr *nest)
{
	const struct nlattr *table[NFTA_PAYLOAD_MAX + 1];
	const struct bytes *from = NULL;
	size_t to, at, len;

	attrs_of_nest(nest, table, NFTA_PAYLOAD_MAX);
	if (!table[NFTA_PAYLOAD_DREG])	/* it writes into the packet */
		return MAYBE;

	to = register_at(table[NFTA_PAYLOAD_DREG]);
	at = attr_be32(table[NFTA_PAYLOAD_OFFSET]);
	len = fitting(to, attr_be32(table[NFTA_PAYLOAD_LEN]));
	if (attr_be32(table[NFTA_PAYLOAD_BASE]) == NFT_PAYLOAD_NETWORK_HEADER)
		from = &rule->model->network;
	if (attr_be32(table[NFTA_PAYLOAD_BASE]) == NFT_PAYLOAD_TRANSPORT_HEADER)
		from = &rule->model->transport;

	memset(rule->registers.known + to, 0, len);
	if (from && at < RULE_BYTES && fitting(at, len) == len) {
		memcpy(rule->registers.value + to, from->value + at, len);
		memcpy(rule->registers.known + to, from->known + at, len);
	}
	return YES;
}

static enum truth meta(struct rule *rule, const struct nlattr *nest)
{
	const struct nlattr *table[NFTA_META_MAX + 1];
	const struct model *model = rule->model;
	uint16_t ether = htons(model->family == NFPROTO_IPV4 ? ETH_P_IP :
							       ETH_P_IPV6);
	size_t to;

	attrs_of_nest(nest, table, NFTA_META_MAX);
	if (!table[NFTA_META_DREG])	/* it sets a mark or the like */
		return YES;

	to = register_at(table[NFTA_META_DREG]);
	memset(rule->registers.known + to, 0, fitting(to, NFT_REG_SIZE));
	if (to + sizeof(ether) > RULE_BYTES)
		return MAYBE;
	switch (attr_be32(table[NFTA_META_KEY])) {
	case NFT_META_PROTOCOL:
		know(&rule->registers, to, &ether, sizeof(ether));
		break;
	case NFT_META_NFPROTO:
		know(&rule->registers, to, &model->family, 1);
		break;
	case NFT_META_L4PROTO:
		know(&rule->registers, to, &model->protocol,
		     model->protocol ? 1 : 0);
		break;
	}
	return YES;
}

/* (register & mask) ^ xor; what is masked out is known to be 0. */
static enum truth bitwise(struct rule *rule, const struct nlattr *nest)
{
	const struct nlattr *table[NFTA_BITWISE_MAX + 1], *mask, *xor;
	struct bytes *all = &rule->registers;
	size_t from, to, len;

	attrs_of_nest(nest, table, NFTA_BITWISE_MAX);
	mask = data_value(table[NFTA_BITWISE_MASK]);
	xor = data_value(table[NFTA_BITWISE_XOR]);
	if (!mask || !xor)
		return MAYBE;

	from = register_at(table[NFTA_BITWISE_SREG]);
	to = register_at(table[NFTA_BITWISE_DREG]);
	len = fitting(from > to ? from : to, mnl_attr_get_payload_len(mask));
	if (mnl_attr_get_payload_len(xor) < len)
		return MAYBE;
	for (size_t i = 0; i < len; i++) {
		uint8_t m = ((uint8_t *)mnl_attr_get_payload(mask))[i];
		uint8_t x = ((uint8_t *)mnl_attr_get_payload(xor))[i];

		all->value[to + i] = (all->value[from + i] & m) ^ x;
		all->known[to + i] = all->known[from + i] | (uint8_t)~m;
	}
	return YES;
}

static enum truth truth_of(bool holds)
{
	return holds ? YES : NO;
}

static enum truth order_is(uint32_t op, int order)
{
	switch (op) {
	case NFT_CMP_LT:
		return truth_of(order < 0);
	case NFT_CMP_LTE:
		return truth_of(order <= 0);
	case NFT_CMP_GT:
		return truth_of(order > 0);
	case NFT_CMP_GTE:
		return truth_of(order >= 0);
	}
	return MAYBE;
}

/* One known bit that differs is enough for being different. */
static enum truth equals(const struct bytes *all, size_t at,
			 const uint8_t *other, size_t len)
{
	enum truth truth = YES;

	for (size_t i = 0; i < len; i++) {
		if ((all->value[at + i] ^ other[i]) & all->known[at + i])
			return NO;
		if (all->known[at + i] != 0xff)
			truth = MAYBE;
	}
	return truth;
}

static enum truth compare(struct rule *rule, const struct nlattr *nest)
{
	const struct nlattr *table[NFTA_CMP_MAX + 1], *value;
	const struct bytes *all = &rule->registers;
	const uint8_t *other;
	enum truth equal;
	size_t at, len;
	uint32_t op;

	attrs_of_nest(nest, table, NFTA_CMP_MAX);
	value = data_value(table[NFTA_CMP_DATA]);
	if (!value)
		return MAYBE;

	op = attr_be32(table[NFTA_CMP_OP]);
	at = register_at(table[NFTA_CMP_SREG]);
	len = fitting(at, mnl_attr_get_payload_len(value));
	other = mnl_attr_get_payload(value);
	equal = equals(all, at, other, len);
	if (op == NFT_CMP_EQ)
		return equal;
	if (op == NFT_CMP_NEQ)
		return YES - equal;
	for (size_t i = 0; i < len; i++)
		if (all->known[at + i] != 0xff)
			return MAYBE;
	return order_is(op, memcmp(all->value + at, other, len));
}

static enum truth immediate(struct rule *rule, const struct nlattr *nest)
{
	const struct nlattr *table[NFTA_IMMEDIATE_MAX + 1];
	const struct nlattr *data[NFTA_DATA_MAX + 1];
	const struct nlattr *verdict[NFTA_VERDICT_MAX + 1];
	const struct nlattr *value;
	size_t at;

	attrs_of_nest(nest, table, NFTA_IMMEDIATE_MAX);
	attrs_of_nest(table[NFTA_IMMEDIATE_DATA], data, NFTA_DATA_MAX);
	attrs_of_nest(data[NFTA_DATA_VERDICT], verdict, NFTA_VERDICT_MAX);
	if (verdict[NFTA_VERDICT_CODE]) {
		rule->verdict = (int)attr_be32(verdict[NFTA_VERDICT_CODE]);
		if (verdict[NFTA_VERDICT_CHAIN])
			rule->chain = mnl_attr_get_str(verdict[NFTA_VERDICT_CHAIN]);
		return YES;
	}

	value = data[NFTA_DATA_VALUE];
	at = register_at(table[NFTA_IMMEDIATE_DREG]);
	if (value)
		know(&rule->registers, at, mnl_attr_get_payload(value),
		     fitting(at, mnl_attr_get_payload_len(value)));
	return YES;
}

static enum truth reject(struct rule *rule, const struct nlattr *nest)
{
	(void)nest;
	rule->verdict = NF_DROP;
	return YES;
}

static enum truth nothing(struct rule *rule, const struct nlattr *nest)
{
	(void)rule;
	(void)nest;
	return YES;
}

static const struct expression {
	const char *name;
	enum truth (*look)(struct rule *rule, const struct nlattr *nest);
} expressions[] = {
	{ "payload", payload },
	{ "meta", meta },
	{ "bitwise", bitwise },
	{ "cmp", compare },
	{ "immediate", immediate },
	{ "reject", reject },
	{ "counter", nothing },
	{ "log", nothing },
	{ "notrack", nothing },
};

/* One that isn't known may hold or not, and leave whatever it likes. */
static enum truth expression_look(struct rule *rule,
				  const struct nlattr *nest)
{
	const struct nlattr *table[NFTA_EXPR_MAX + 1];
	char name[NAME_LEN];

	attrs_of_nest(nest, table, NFTA_EXPR_MAX);
	attr_string(table[NFTA_EXPR_NAME], name, sizeof(name));
	for (size_t i = 0; i < ARRAY_SIZE(expressions); i++)
		if (!strcmp(name, expressions[i].name))
			return expressions[i].look(rule,
						   table[NFTA_EXPR_DATA]);

	memset(rule->registers.known, 0, sizeof(rule->registers.known));
	return MAYBE;
}

enum truth rule_look(struct rule *rule, const struct nlattr *list)
{
	const struct nlattr *nest;
	enum truth truth = YES, one;

	rule->verdict = NFT_CONTINUE;
	mnl_attr_for_each_nested(nest, list) {
		one = expression_look(rule, nest);
		if (one < truth)
			truth = one;
		if (truth == NO)
			break;
	}
	return truth;
}
