/* SPDX-License-Identifier: GPL-2.0 */
/* What has to change so that one configuration becomes another. */
#ifndef DSRCTL_CONFIG_DIFF_H
#define DSRCTL_CONFIG_DIFF_H

#include "config.h"

/* One change.  What is wanted and what is, as far as there is something. */
struct change {
	enum dsr_cmd command;
	unsigned int line;			/* of the file, 0: none */
	const struct config_service *service, *service_is;
	const struct config_backend *backend, *backend_is;
	unsigned long which;			/* of the options, with _SET */
	const struct nlattr *setting, *setting_is;
	unsigned int ifindex;
};

typedef enum status change_take(const struct change *change, void *to);

/* Takes each change, in an order in which they can be made.  Marks what both
 * have as matched, so each of the two can be compared once.
 */
enum status config_diff(struct config *wanted, struct config *is,
			change_take *take, void *to);

/* A line, or an item of JSON, that says what changes. */
enum status change_print(const struct change *change, void *to);

/* The change as an attribute of DSR_A_CHANGES.  @named: the one before it was
 * about the same service.
 */
void change_put(struct nlmsghdr *message, const struct change *change,
		bool named);

#endif /* DSRCTL_CONFIG_DIFF_H */
