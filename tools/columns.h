/* SPDX-License-Identifier: GPL-2.0 */
/* Rates as lines of text, for the screen and for scripts. */
#ifndef DSRCTL_COLUMNS_H
#define DSRCTL_COLUMNS_H

#include "rates.h"

#define LINE_LEN 256		/* of every line that is made here */
#define RATE_LEN 16

/* 0, 0.3, 42, 1.23k, 45.6M: at most five characters, by powers of 1000; "-"
 * where there is none.
 */
const char *rate_format(double rate, char *buf);

enum column {
	COLUMN_NAME,
	COLUMN_STATE,
	COLUMN_PACKETS,
	COLUMN_BYTES,
	COLUMN_FLOWS,
	COLUMN_ACTIVE,

	COLUMNS
};

/* Which rows are wanted, and in which order: the largest first, names from the
 * first one on; what is odd first by state.
 */
struct order {
	enum column by;
	bool reverse;
	bool backends;
};

/* The rows of a sample in that order, NULL: no memory. */
const struct row **rows_sort(const struct sample *sample,
			     const struct order *order, size_t *count);

/* The columns that there is room for. */
struct layout {
	int name_width;
	bool shown[COLUMNS];
};

struct layout layout_fit(int width, const struct sample *sample);

void titles_format(const struct layout *layout, const struct order *order,
		   char *line);
void row_format(const struct layout *layout, const struct row *row, char *line);

/* The name of a service or the address of a backend. */
#define NAME_LEN SELECTOR_LEN

const char *row_name(const struct row *row, char *buf);

/* "up"; of a service, how many of its backends are. */
const char *row_state(const struct row *row, char *buf);

/* Lines about the whole namespace, the weightiest first. */
#define HEADINGS 4

void heading_format(const struct sample *sample, int number, char *line);

#endif /* DSRCTL_COLUMNS_H */
