/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What "realserver del" has to undo, in a file for each network namespace:
 *
 *	netns COOKIE			of which namespace, for inodes come again
 *	sysctl NAME BEFORE SET		what it was, what dsrctl set it to
 *	vip ADDRESS
 */
#ifndef DSRCTL_STATE_H
#define DSRCTL_STATE_H

#include "address.h"
#include "dsrctl.h"
#include "silence.h"

struct saved {
	bool known;
	int before;
	int set;
};

struct state {
	uint64_t netns;
	struct saved saved[SILENCES];
	struct address *vip;
	size_t count;
	int lock;
};

/* To be looked at; or to be changed, by this process alone until it is closed.
 * A file that is lost, damaged or of another namespace is as good as none.
 */
enum status state_read(struct state *state);
enum status state_open(struct state *state);
enum status state_save(const struct state *state);
void state_close(struct state *state);

bool state_has(const struct state *state, const struct address *vip);
bool state_has_ipv4(const struct state *state);
enum status state_add(struct state *state, const struct address *vip);
void state_del(struct state *state, const struct address *vip);

#endif /* DSRCTL_STATE_H */
