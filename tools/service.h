/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_SERVICE_H
#define DSRCTL_SERVICE_H

#include "address.h"
#include "nl.h"

/* Takes the next word, which is a service and must be there. */
enum status service_parse(struct args *args, struct selector *selector);

/* Opens the nest DSR_A_SERVICE with what names the service. */
struct nlattr *service_begin(struct nlmsghdr *request,
			     const struct selector *selector);
void service_put(struct nlmsghdr *request, const struct selector *selector);

/* @nest is a DSR_A_SERVICE, @table its attributes. */
struct selector service_selector(const struct nlattr *const *table);

#endif /* DSRCTL_SERVICE_H */
