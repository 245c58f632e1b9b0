/* SPDX-License-Identifier: GPL-2.0 */
/* The sockets that wait for clients, through the kernel's sock_diag. */
#ifndef DSRCTL_LISTEN_H
#define DSRCTL_LISTEN_H

#include "selector.h"

struct listeners {
	bool known;			/* a kernel may not tell */
	size_t count;			/* that get the service's packets */
	struct address elsewhere;	/* one that is bound to this instead */
};

/* Of the protocols and the ports of @service, which names an address. */
enum status listeners_find(const struct selector *service,
			   struct listeners *listeners);

#endif /* DSRCTL_LISTEN_H */
