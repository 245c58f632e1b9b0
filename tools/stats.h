/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_STATS_H
#define DSRCTL_STATS_H

#include "dsr.h"
#include "nl.h"

/* What the tables of dsr.h say of the counters, by their numbers; number 0 is
 * none.
 */
struct counter {
	const char *name;
	const char *meaning;
};

extern const struct counter traffic_counters[DSR_TRAFFIC_MAX + 1];
extern const struct counter netns_counters[DSR_COUNTER_MAX + 1];

/* Of a counter of the network namespace, NULL where only a newer dsrctl knows
 * it.
 */
const char *stats_name(uint64_t number);
const char *stats_meaning(uint64_t number);

/* The counters of a service or a backend, if they were asked for (-s). */
void traffic_print(const struct nlattr *nest);

/* The counters of a nest by their numbers, up to @max; 0: not there. */
void stats_read(const struct nlattr *nest, uint64_t *count, uint16_t max);

/* @number is one that this dsrctl knows. */
bool stats_is_drop(enum dsr_counter number);

/* What the names of all drops begin with, and no other. */
#define DROP "drop_"

#endif /* DSRCTL_STATS_H */
