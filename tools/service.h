/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_SERVICE_H
#define DSRCTL_SERVICE_H

#include "dsr.h"
#include "keyword.h"
#include "nl.h"
#include "selector.h"

/* What the usage of every object says of SERVICE. */
#define SERVICE_USAGE \
"SERVICE := { HOST[:PORTS]/PROTOCOL | HOST | mark NUMBER[/ipv6] }\n" \
"HOST := { ADDRESS[/LEN] | [ADDRESS6[/LEN]] }\n" \
"PORTS := { PORT | PORT-PORT }     PROTOCOL := { tcp | udp | sctp }\n"

/* Puts what names the service as the nest DSR_A_SERVICE. */
void service_put(struct nlmsghdr *request, const struct selector *selector);

/* Takes a service, the last of the words, and asks for @command of it. */
enum status service_ask(struct args *args, enum dsr_cmd command);

/* Takes a service and its options, and puts them as the nest DSR_A_SERVICE. */
enum status service_take(struct args *args, struct nlmsghdr *request,
			 enum keywords which, struct selector *selector);

/* The words that service_take() would take; @nest is the DSR_A_SERVICE. */
void service_save(const struct selector *selector, const struct nlattr *nest);

/* Its name alone; and some of its options, those by which two of them differ. */
void service_save_name(const struct selector *selector);
void service_save_some(unsigned long which, const struct nlattr *nest);
unsigned long service_differs(const struct nlattr *wanted,
			      const struct nlattr *is);

/* @nest is a DSR_A_SERVICE, @table its attributes. */
struct selector service_selector(const struct nlattr *const *table);

/* Prints what a DSR_A_SERVICE says, into the item that is open. */
void service_describe(const struct nlattr *nest);

/* A service, or with NULL every one. */
enum status services_get(const struct selector *selector,
			 struct answer *answer);

#endif /* DSRCTL_SERVICE_H */
