/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_STATS_H
#define DSRCTL_STATS_H

#include "nl.h"

/* The counters of a service or a backend, if they were asked for (-s). */
void traffic_print(const struct nlattr *nest);

#endif /* DSRCTL_STATS_H */
