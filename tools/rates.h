/* SPDX-License-Identifier: GPL-2.0 */
/* What the counters of two samples come to in a second. */
#ifndef DSRCTL_RATES_H
#define DSRCTL_RATES_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "address.h"
#include "dsr.h"
#include "selector.h"

/* A service, or a backend of it. */
struct row {
	struct selector selector;
	struct address address;		/* of a backend; @len 0: a service */
	const struct row *service;	/* whose it is; a service's is itself */
	uint64_t count[DSR_TRAFFIC_MAX + 1];
	double rate[DSR_TRAFFIC_MAX + 1];
	uint64_t active;		/* flows now */
	uint64_t closing;
	uint64_t state;			/* of a backend: enum dsr_state */
	unsigned int backends;		/* of a service */
	unsigned int up;
};

/* Everything that was counted at one moment.  Without one before there are no
 * rates: they are NAN.
 */
struct sample {
	time_t time;
	double at;		/* seconds by a clock that nobody sets */
	double interval;	/* that the rates are of, 0: no rates */
	uint64_t count[DSR_COUNTER_MAX + 1];
	double rate[DSR_COUNTER_MAX + 1];
	uint64_t room;		/* of the flow table */
	struct row all;		/* the services added up; no state, no name */
	struct row *rows;	/* each service, its backends behind it */
	size_t rows_count;
	size_t rows_room;
};

/* Puts rows that were read in whatever order into theirs. */
void rows_arrange(struct sample *sample);

/* @before NULL: none. */
void rates_compute(struct sample *now, const struct sample *before);

/* Of all reasons. */
double rate_of_drops(const struct sample *sample);

static inline bool is_backend(const struct row *row)
{
	return row->address.len;
}

#endif /* DSRCTL_RATES_H */
