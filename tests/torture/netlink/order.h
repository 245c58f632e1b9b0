/* SPDX-License-Identifier: GPL-2.0 */
/* What a process is to do. */
#ifndef ORDER_H
#define ORDER_H

#include <linux/types.h>
#include <stdbool.h>
#include <time.h>

#include "figures.h"
#include "policy.h"

struct order {
	const struct spec *spec;
	struct figures *figures;
	__u64 seed;
	unsigned int who;
	bool alone;		/* in its namespace: its model is exact */
	time_t end;		/* of the time for it, monotonic */
	__u64 last;		/* its last message; 0: no limit */
	__u64 careful;	/* from this one on each is followed by a look */
	__u64 behind;	/* it something changes that the model isn't told of */
};

int writer_run(const struct order *order);
int watcher_run(const struct order *order);

static inline bool order_is_over(const struct order *order)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec >= order->end;
}

#endif /* ORDER_H */
