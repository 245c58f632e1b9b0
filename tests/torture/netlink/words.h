/* SPDX-License-Identifier: GPL-2.0 */
/* What makes sense to the family beyond what its policy says. */
#ifndef WORDS_H
#define WORDS_H

#include "model.h"
#include "policy.h"
#include "tree.h"

/* Whose attributes a nest has: those of a request, of its changes, or of what a
 * request's attribute of this number is about.
 */
#define SET_MAIN	0

#define CHANCE_UNKNOWN	30	/* of an attribute of which nothing is said */

struct words {
	unsigned int set, type;
	unsigned int chance;	/* in percent, that a request has it */
	unsigned int nr;	/* of values; 0: any that the policy allows */
	__u64 value[8];
};

const struct words *words_of(unsigned int set, unsigned int type);
unsigned int words_command_weight(unsigned int command, bool spoilt);
const char *words_scheduler(struct dice *dice);
void words_address(struct dice *dice, struct address *address);
void words_key(struct dice *dice, struct key *key);

#endif /* WORDS_H */
