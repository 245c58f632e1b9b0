/* SPDX-License-Identifier: GPL-2.0 */
/* The dump of the services and that of the backends put together. */
#ifndef DSRCTL_JOIN_H
#define DSRCTL_JOIN_H

#include "nl.h"
#include "selector.h"

struct join_backend {
	const struct nlattr *nest;	/* DSR_A_BACKEND */
	struct join_backend *next;	/* of the same service */
};

struct join_service {
	struct selector selector;
	const struct nlattr *nest;	/* DSR_A_SERVICE */
	struct join_backend *first;
	struct join_backend *last;
	struct join_service *chain;	/* of the same hash */
};

/* Services and backends in the order of their dumps.  The nests lie in the
 * two answers, which have to outlive this.
 */
struct join {
	struct join_service *services;
	size_t count;
	struct join_backend *backends;
	struct join_service **buckets;
	size_t mask;
};

enum status join_build(struct join *join, const struct answer *services,
		       const struct answer *backends);
void join_free(struct join *join);

#endif /* DSRCTL_JOIN_H */
