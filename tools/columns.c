// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "stats.h"

#define NAME_WIDTH_MIN 10
#define DROPS_SHOWN 5

static const char *const states[] = DSR_STATE_NAMES;

/* @width has the place in front, which tells the columns apart and the one that
 * the rows are sorted by.
 */
static const struct {
	const char *title;
	int width;
} columns[COLUMNS] = {
	[COLUMN_NAME] = { "SERVICE", 0 },
	[COLUMN_STATE] = { "STATE", 13 },
	[COLUMN_PACKETS] = { "PACKETS/s", 10 },
	[COLUMN_BYTES] = { "BYTES/s", 9 },
	[COLUMN_FLOWS] = { "FLOWS/s", 9 },
	[COLUMN_ACTIVE] = { "ACTIVE", 9 },
};

const char *rate_format(double rate, char *buf)
{
	static const char prefixes[] = "kMGTPE";
	int decimals = rate > 0 && rate < 9.95;
	const char *prefix = NULL;

	if (isnan(rate))
		return "-";

	for (; rate >= 999.5 && (!prefix || prefix[1]); rate /= 1000)
		prefix = prefix ? prefix + 1 : prefixes;
	if (prefix)
		decimals = (rate < 99.95) + (rate < 9.995);
	snprintf(buf, RATE_LEN, "%.*f%.*s", decimals, rate, !!prefix,
		 prefix ? prefix : "");
	return buf;
}

/* What a column is sorted by, the largest first. */
static double row_value(const struct row *row, enum column column)
{
	switch (column) {
	case COLUMN_STATE:
		return is_backend(row) ? row->state : row->backends - row->up;
	case COLUMN_PACKETS:
		return row->rate[DSR_TRAFFIC_PACKETS];
	case COLUMN_BYTES:
		return row->rate[DSR_TRAFFIC_BYTES];
	case COLUMN_FLOWS:
		return row->rate[DSR_TRAFFIC_FLOWS];
	case COLUMN_ACTIVE:
		return row->active;
	default:
		return 0;
	}
}

/* Where nothing else tells them apart they stay in the sample's order. */
static int value_compare(const struct row *a, const struct row *b,
			 const struct order *order)
{
	double one = row_value(a, order->by), other = row_value(b, order->by);
	int result = (one < other) - (one > other) ?: (a > b) - (a < b);

	return order->reverse ? -result : result;
}

/* Backends stand behind their service, whatever the order. */
static int place_compare(const void *one, const void *other, void *order)
{
	const struct row *a = *(const struct row *const *)one;
	const struct row *b = *(const struct row *const *)other;

	if (a->service != b->service)
		return value_compare(a->service, b->service, order);
	if (!is_backend(a) || !is_backend(b))
		return is_backend(a) - is_backend(b);
	return value_compare(a, b, order);
}

const struct row **rows_sort(const struct sample *sample,
			     const struct order *order, size_t *count)
{
	const struct row **rows = calloc(sample->rows_count + 1, sizeof(*rows));

	*count = 0;
	if (!rows)
		return NULL;

	for (size_t i = 0; i < sample->rows_count; i++)
		if (order->backends || !is_backend(&sample->rows[i]))
			rows[(*count)++] = &sample->rows[i];

	qsort_r(rows, *count, sizeof(*rows), place_compare, (void *)order);
	return rows;
}

const char *row_name(const struct row *row, char *buf)
{
	if (is_backend(row))
		return address_format(&row->address, buf);

	return selector_format(&row->selector, buf);
}

static int name_width(const struct sample *sample)
{
	int width = strlen(columns[COLUMN_NAME].title) + 1;
	char name[NAME_LEN];

	for (size_t i = 0; i < sample->rows_count; i++) {
		const struct row *row = &sample->rows[i];
		int len = strlen(row_name(row, name)) + 2 * is_backend(row);

		if (len > width)
			width = len;
	}
	return width;
}

/* The columns are given room in the order of what they tell; @width is 1 at
 * least.
 */
struct layout layout_fit(int width, const struct sample *sample)
{
	static const enum column order[] = {
		COLUMN_PACKETS, COLUMN_BYTES, COLUMN_STATE, COLUMN_FLOWS,
		COLUMN_ACTIVE,
	};
	struct layout layout = { .name_width = name_width(sample) };

	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		if (width - columns[order[i]].width < NAME_WIDTH_MIN)
			break;
		width -= columns[order[i]].width;
		layout.shown[order[i]] = true;
	}
	if (layout.name_width > width)
		layout.name_width = width;
	return layout;
}

/* The text goes to the left, numbers to the right; returns where it ends. */
static char *cell_put(char *end, const struct layout *layout,
		      enum column column, char mark, const char *text)
{
	int width = columns[column].width - 1;

	if (!layout->shown[column])
		return end;
	if (column == COLUMN_STATE)
		return end + sprintf(end, "%c%-*.*s", mark, width, width, text);

	width -= strlen(text);
	return end + sprintf(end, "%*s%c%s", width > 0 ? width : 0, "", mark,
			     text);
}

/* A name for which there is no room ends with a tilde. */
static char *name_put(char *end, int width, const char *name)
{
	if ((int)strlen(name) <= width)
		return end + sprintf(end, "%-*s", width, name);

	return end + sprintf(end, "%.*s~", width - 1, name);
}

void titles_format(const struct layout *layout, const struct order *order,
		   char *line)
{
	const char *name = columns[COLUMN_NAME].title;
	char mark = order->reverse ? '<' : '>';
	char marked[16];

	if (order->by == COLUMN_NAME) {
		snprintf(marked, sizeof(marked), "%c%s", mark, name);
		name = marked;
	}
	line = name_put(line, layout->name_width, name);
	for (enum column i = COLUMN_STATE; i < COLUMNS; i++)
		line = cell_put(line, layout, i, i == order->by ? mark : ' ',
				columns[i].title);
}

const char *row_state(const struct row *row, char *buf)
{
	if (is_backend(row))
		return name_of(row->state, states, ARRAY_SIZE(states), "state",
			       buf);

	snprintf(buf, WORD_LEN, "%u/%u up", row->up, row->backends);
	return buf;
}

void row_format(const struct layout *layout, const struct row *row, char *line)
{
	char name[NAME_LEN], indented[NAME_LEN + 2];
	char state[WORD_LEN], rate[RATE_LEN], active[24];

	snprintf(indented, sizeof(indented), "%s%s",
		 is_backend(row) ? "  " : "", row_name(row, name));
	snprintf(active, sizeof(active), "%" PRIu64, row->active);

	line = name_put(line, layout->name_width, indented);
	line = cell_put(line, layout, COLUMN_STATE, ' ', row_state(row, state));
	for (int i = 0; i < DSR_TRAFFIC_MAX; i++)
		line = cell_put(line, layout, COLUMN_PACKETS + i, ' ',
				rate_format(row->rate[DSR_TRAFFIC_PACKETS + i],
					    rate));
	cell_put(line, layout, COLUMN_ACTIVE, ' ', active);
}

static void packets_format(const struct sample *sample, char *line)
{
	char received[RATE_LEN], forwarded[RATE_LEN];
	char passed[RATE_LEN], dropped[RATE_LEN];

	snprintf(line, LINE_LEN,
		 "packets/s: received %s, forwarded %s, passed %s, dropped %s",
		 rate_format(sample->rate[DSR_COUNTER_RECEIVED], received),
		 rate_format(sample->rate[DSR_COUNTER_FORWARDED], forwarded),
		 rate_format(sample->rate[DSR_COUNTER_PASSED], passed),
		 rate_format(rate_of_drops(sample), dropped));
}

/* The largest of the drops that is not larger than @than, or as large and
 * further down the table than @last; 0: none.
 */
static int drop_below(const struct sample *sample, double than, int last)
{
	int found = 0;

	for (int i = 1; i <= DSR_COUNTER_MAX; i++) {
		double rate = sample->rate[i];

		if (!stats_is_drop(i) || !(rate > 0) || rate > than ||
		    (rate == than && i <= last))
			continue;
		if (!found || rate > sample->rate[found])
			found = i;
	}
	return found;
}

static void drops_format(const struct sample *sample, char *line)
{
	char *end = line + sprintf(line, "drops/s:");
	double than = INFINITY;
	char rate[RATE_LEN];
	int drop = 0;

	for (int i = 0; i < DROPS_SHOWN; i++) {
		drop = drop_below(sample, than, drop);
		if (!drop)
			break;
		than = sample->rate[drop];
		end += sprintf(end, "%s %s %s", i ? "," : "",
			       stats_name(drop) + strlen(DROP),
			       rate_format(than, rate));
	}
	if (than == INFINITY)
		sprintf(end, sample->interval ? " none" : " -");
}

static void flows_format(const struct sample *sample, char *line)
{
	char bytes[RATE_LEN], flows[RATE_LEN];

	snprintf(line, LINE_LEN,
		 "bytes/s: %s; flows/s: %s; flows: %" PRIu64 " active, %"
		 PRIu64 " closing, room for %" PRIu64,
		 rate_format(sample->all.rate[DSR_TRAFFIC_BYTES], bytes),
		 rate_format(sample->rate[DSR_COUNTER_FLOW_NEW], flows),
		 sample->all.active, sample->all.closing, sample->room);
}

static void time_format(const struct sample *sample, char *line)
{
	size_t services = 0;
	char now[16];

	for (size_t i = 0; i < sample->rows_count; i++)
		services += !is_backend(&sample->rows[i]);

	strftime(now, sizeof(now), "%T", localtime(&sample->time));
	snprintf(line, LINE_LEN,
		 "%s, over %.1f s: %zu services, %u of %u backends up", now,
		 sample->interval, services, sample->all.up,
		 sample->all.backends);
}

void heading_format(const struct sample *sample, int number, char *line)
{
	static void (*const format[HEADINGS])(const struct sample *, char *) = {
		packets_format, drops_format, flows_format, time_format,
	};

	format[number](sample, line);
}
