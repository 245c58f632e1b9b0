/* SPDX-License-Identifier: GPL-2.0 */
/* Samples as the kernel gives them, one after another. */
#ifndef DSRCTL_SAMPLE_H
#define DSRCTL_SAMPLE_H

#include "dsrctl.h"
#include "rates.h"

struct samples {
	struct sample now;
	struct sample before;
};

/* The next one, with its rates since the one before; the first has none. */
enum status samples_next(struct samples *samples);
void samples_free(struct samples *samples);

/* Seconds by the clock of struct sample. */
double clock_now(void);

#endif /* DSRCTL_SAMPLE_H */
