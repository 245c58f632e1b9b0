/* SPDX-License-Identifier: GPL-2.0 */
/* The rules of nftables that see a service's packets before dsr does. */
#ifndef DSRCTL_RULES_H
#define DSRCTL_RULES_H

#include "nl.h"
#include "selector.h"

#define RULE_NAME_LEN 64

struct rules {
	struct answer chains;
	struct answer rules;
};

/* A base chain that drops a service's packets. */
struct dropper {
	const char *family;		/* "ip", "ip6", "inet" */
	char table[RULE_NAME_LEN];
	char chain[RULE_NAME_LEN];
};

/* A kernel without nftables has none. */
enum status rules_get(struct rules *rules);
void rules_free(struct rules *rules);

/* Whether the first packet of any client of the service is dropped in PRE_ROUTING
 * before dsr, for sure: a rule that also goes by something else (the client's
 * address, a set, a rate, a device) is somebody's intention.
 */
bool rules_drop(const struct rules *rules, const struct selector *service,
		struct dropper *dropper);

#endif /* DSRCTL_RULES_H */
