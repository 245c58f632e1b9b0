/* SPDX-License-Identifier: GPL-2.0 */
/* Asks the hosts of a link who of them has an address, by ARP or ND. */
#ifndef DSRCTL_ASK_H
#define DSRCTL_ASK_H

#include <netinet/ether.h>

#include "address.h"
#include "link.h"

/* @from is another address of the device, or none. */
struct question {
	const struct link *link;
	struct address about;
	struct address from;
	bool answered;			/* by another host than this one, */
	struct ether_addr lladdr;	/* which is this */
};

/* Asks all at once, and listens for a second. */
enum status questions_ask(struct question *questions, size_t count,
			  const struct links *links);

#endif /* DSRCTL_ASK_H */
