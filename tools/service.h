/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_SERVICE_H
#define DSRCTL_SERVICE_H

#include "nl.h"
#include "selector.h"

/* What the usage of every object says of SERVICE. */
#define SERVICE_USAGE \
"SERVICE := { HOST[:PORTS]/PROTOCOL | HOST | mark NUMBER[/ipv6] }\n" \
"HOST := { ADDRESS[/LEN] | [ADDRESS6[/LEN]] }\n" \
"PORTS := { PORT | PORT-PORT }     PROTOCOL := { tcp | udp | sctp }\n"

/* Opens the nest DSR_A_SERVICE with what names the service. */
struct nlattr *service_begin(struct nlmsghdr *request,
			     const struct selector *selector);
void service_put(struct nlmsghdr *request, const struct selector *selector);

/* @nest is a DSR_A_SERVICE, @table its attributes. */
struct selector service_selector(const struct nlattr *const *table);

#endif /* DSRCTL_SERVICE_H */
