/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Prometheus reads, in its two forms.  OpenMetrics 1.0 names a family of
 * counters without the _total of its samples; in the text format before it,
 * which node_exporter's textfile collector and promtool go by, the family has
 * the name of its samples.  All else is the same.
 */
#ifndef DSRCTL_EXPOSITION_H
#define DSRCTL_EXPOSITION_H

#include <stdint.h>
#include <stdio.h>

enum exposition {
	EXPOSITION_OPENMETRICS,
	EXPOSITION_TEXT,
};

enum metric {
	METRIC_COUNTER,
	METRIC_GAUGE,
};

/* Between them stand families, and in a family all of its samples. */
void exposition_open(FILE *file, enum exposition form);
void exposition_close(void);

/* A family's name is @scope and @name, to which counters' samples add _total.
 * @help has no quote, backslash or line break, and is written as it is.
 */
void family_open(enum metric metric, const char *scope, const char *name,
		 const char *help);

/* A sample of that family: its labels, the first of which is the network
 * namespace if -n named one, and its value.
 */
void sample_open(void);
void sample_label(const char *name, const char *value);
void sample_close(uint64_t value);

/* Labels that many samples have are formatted once, by label_write() with commas
 * between them, and given to each sample as they are.
 */
void label_write(FILE *file, const char *name, const char *value);
void sample_labels(const char *labels);

#endif /* DSRCTL_EXPOSITION_H */
