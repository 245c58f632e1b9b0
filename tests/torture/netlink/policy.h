/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel itself says that the family's requests may carry. */
#ifndef POLICY_H
#define POLICY_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#define RULES		64	/* attributes of one policy */
#define POLICIES	64
#define COMMANDS	64
#define NO_LIMIT	(~0U)

/* One attribute; which of the limits are used follows from its type. */
struct rule {
	__u32 type;		/* NL_ATTR_TYPE_*, 0: refused */
	__u64 min, max;
	__u32 min_len, max_len;
	int policy;		/* of a nest */
};

struct policy {
	struct rule rule[RULES];
};

#define NO_POLICY	-1	/* the command isn't there */

struct spec {
	__u16 family;
	__u32 group;		/* of the events */
	struct policy policy[POLICIES];
	struct {
		int request, dump;
	} command[COMMANDS];
};

int spec_learn(struct spec *spec);
int spec_policy(const struct spec *spec, unsigned int command, bool dump);
bool spec_allows(const struct spec *spec, int policy, const void *attrs, size_t len);
bool rule_is_number(const struct rule *rule);
unsigned int rule_number_len(const struct rule *rule);

#endif /* POLICY_H */
