/* SPDX-License-Identifier: GPL-2.0 */
/* rtnetlink: addresses, devices, routes and neighbours of the namespace. */
#ifndef DSRCTL_RTNL_H
#define DSRCTL_RTNL_H

#include "nl.h"

/* Begins a request; returns the header of its kind, which is @len zeroes. */
void *rtnl_begin(struct request *request, uint16_t type, uint16_t flags,
		 size_t len);

/* @error->number tells a failure that is reported already (0) from one that
 * the kernel told of.
 */
bool rtnl_ask(struct request *request, struct answer *answer,
	      struct nl_error *error);

enum status rtnl_refused(const struct nl_error *error, const char *what);

/* Asks for all of a kind.  Returns an array, to be freed, of what @read makes of
 * each: @size bytes, zero before; what it returns false for is left out.  NULL:
 * failed, reported as of @what.
 */
typedef bool rtnl_read(const struct nlmsghdr *message, void *element);

void *rtnl_collect(struct request *request, const char *what, size_t size,
		   rtnl_read *read, size_t *count);

#endif /* DSRCTL_RTNL_H */
