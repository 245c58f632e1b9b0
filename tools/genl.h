/* SPDX-License-Identifier: GPL-2.0 */
/* The generic netlink family "dsr". */
#ifndef DSRCTL_GENL_H
#define DSRCTL_GENL_H

#include <stdbool.h>
#include <stdint.h>

#include "dsr.h"
#include "nl.h"

struct nlmsghdr *genl_request(struct request *buf, enum dsr_cmd command);

/* The same in a buffer of the caller's, which is as large as it has to be. */
struct nlmsghdr *genl_begin(void *buf, enum dsr_cmd command);

/* @there: the module is loaded.  That it isn't is reported by whoever asks it. */
enum status genl_probe(bool *there);

/* Asks for one thing, or for all of them; a failure is reported. */
enum status genl_do(struct nlmsghdr *request, struct answer *answer);
enum status genl_dump(struct nlmsghdr *request, struct answer *answer);

/* Asks for what there is one of in a network namespace: @table has the attributes
 * of @nest, @max + 1 places, which lie in @answer; all empty if it failed.
 */
enum status genl_get(enum dsr_cmd command, enum dsr_attr nest,
		     struct answer *answer, const struct nlattr **table,
		     uint16_t max);

/* The same as genl_do(), but a refusal is the caller's to report. */
enum status genl_try(struct nlmsghdr *request, struct answer *answer,
		     struct nl_error *error);

/* A dump that is looked at while it comes, however long: see nl_stream(). */
enum status genl_stream(struct nlmsghdr *request, nl_take *take, void *to);

/* Events.  They are taken from here on, with @room bytes for those that are not
 * heard yet; @fd is readable when there are some.
 */
enum status genl_listen(uint32_t room, int *fd);

/* What one read has come to. */
enum genl_heard {
	GENL_EVENTS,	/* each was given to the function */
	GENL_OVERRUN,	/* some were lost: there was no room for them */
	GENL_GONE,	/* there won't be any more: the module was removed */
	GENL_FAILED,	/* errno says why */
};

enum genl_heard genl_hear(void (*take)(const struct nlmsghdr *message));

/* @table has DSR_A_MAX + 1 places. */
void genl_attrs(const struct nlmsghdr *message, const struct nlattr **table);

#endif /* DSRCTL_GENL_H */
