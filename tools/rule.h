/* SPDX-License-Identifier: GPL-2.0 */
/* One rule of nftables, and whether it fits a packet that is not all known. */
#ifndef DSRCTL_RULE_H
#define DSRCTL_RULE_H

#include <arpa/inet.h>

#include "nl.h"
#include "selector.h"

#define RULE_BYTES	64	/* of a header, or of all registers */

/* Bytes, of each of which the bits in @known are known. */
struct bytes {
	uint8_t value[RULE_BYTES];
	uint8_t known[RULE_BYTES];
};

/* The packet. */
struct model {
	uint8_t family;			/* NFPROTO_* */
	uint8_t protocol;		/* 0: not known */
	struct bytes network;
	struct bytes transport;
};

/* What every packet to @service has in common. */
struct model model_of(const struct selector *service);

enum truth {
	NO,
	MAYBE,
	YES,
};

/* A rule while it is looked at. */
struct rule {
	const struct model *model;
	struct bytes registers;
	int verdict;			/* NFT_CONTINUE: it has none */
	const char *chain;		/* where a jump goes */
};

/* Whether the rule of @list, which is its NFTA_RULE_EXPRESSIONS, fits. */
enum truth rule_look(struct rule *rule, const struct nlattr *list);

/* A number of nftables, 0 when it is not there. */
static inline uint32_t attr_be32(const struct nlattr *attr)
{
	return ntohl(attr_number(attr, 0));
}

#endif /* DSRCTL_RULE_H */
