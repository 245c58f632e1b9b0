/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel is in: the configuration, its flows, and what it tells of. */
#ifndef DSR_STATE_H
#define DSR_STATE_H

#include "ask.h"

/**
 * struct state - what a refused request may not change
 * @config: the configuration, byte for byte, but for its generation
 * @generation: that
 * @flows: how many there are
 */
struct state {
	struct answer config, flows;
	__u32 generation;
};

/* What a listener has heard. */
struct heard {
	unsigned int events;
	bool lost;
};

void state_open(void);
void state_base(void);
void state_empty(void);
void state_do(const struct nlmsghdr *nlh);
void state_take(struct state *state);
bool state_same(const struct state *a, const struct state *b);
struct heard state_heard(void);
bool state_has_flows(void);
bool state_is_resolved(void);

#endif
