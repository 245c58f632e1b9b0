// SPDX-License-Identifier: GPL-2.0
/* Live rates: which of the ways to show them is meant, and that for scripts. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "columns.h"
#include "output.h"
#include "sample.h"
#include "screen.h"
#include "stats.h"

#define SECONDS_MAX 3600

static const char usage[] =
"Usage: dsrctl top [ SECONDS ]\n"
"       dsrctl -b NUMBER top [ SECONDS ]\n"
"       dsrctl -j [ -b NUMBER ] top [ SECONDS ]\n"
"\n"
"Packets, bytes and new flows a second of each service and backend, measured\n"
"every SECONDS, by default 1.  On a terminal h shows the keys and q ends it.\n"
"With -b it prints NUMBER samples and ends; with -j a JSON object on a line for\n"
"each sample.\n";

static void row_rates_print(const struct row *row)
{
	out_decimal("packets", row->rate[DSR_TRAFFIC_PACKETS]);
	out_decimal("bytes", row->rate[DSR_TRAFFIC_BYTES]);
	out_decimal("flows", row->rate[DSR_TRAFFIC_FLOWS]);
	out_number("active", NULL, row->active);
	out_number("closing", NULL, row->closing);
}

static void total_print(const struct sample *sample)
{
	out_item_open("total");
	for (int i = 1; i <= DSR_COUNTER_MAX; i++)
		out_decimal(stats_name(i), sample->rate[i]);
	row_rates_print(&sample->all);
	out_number("room", NULL, sample->room);
	out_item_close();
}

static void backend_print(const struct row *row)
{
	char name[NAME_LEN], state[WORD_LEN];

	out_item_open(NULL);
	out_string("address", NULL, row_name(row, name));
	out_string("state", NULL, row_state(row, state));
	row_rates_print(row);
	out_item_close();
}

/* Returns what stands behind the service and its backends. */
static const struct row *service_print(const struct row *row,
				       const struct row *end)
{
	char name[NAME_LEN];

	out_item_open(NULL);
	out_string("service", NULL, row_name(row, name));
	row_rates_print(row);
	out_list_open("backends");
	while (++row != end && is_backend(row))
		backend_print(row);
	out_list_close();
	out_item_close();
	return row;
}

static void tree_print(const struct sample *sample)
{
	const struct row *end = sample->rows + sample->rows_count;
	const struct row *row = sample->rows;

	out_number("time", NULL, sample->time);
	out_decimal("interval", sample->interval);
	total_print(sample);
	out_list_open("services");
	while (row != end)
		row = service_print(row, end);
	out_list_close();
}

static void line_print(const char *line)
{
	out_string(NULL, "%s", line);
	out_line();
}

static enum status table_print(const struct sample *sample)
{
	static const struct order order = {
		.by = COLUMN_PACKETS, .backends = true,
	};
	struct layout layout = layout_fit(LINE_LEN, sample);
	const struct row **rows;
	char line[LINE_LEN];
	size_t count;

	rows = rows_sort(sample, &order, &count);
	if (!rows)
		return out_of_memory();

	for (int i = 0; i < HEADINGS; i++) {
		heading_format(sample, i, line);
		line_print(line);
	}
	titles_format(&layout, &order, line);
	line_print(line);
	for (size_t i = 0; i < count; i++) {
		row_format(&layout, rows[i], line);
		line_print(line);
	}
	line_print("");
	free(rows);
	return DONE;
}

/* Whoever reads it wants to have it now. */
static enum status sample_print(const struct sample *sample)
{
	enum status status = DONE;

	out_item_open(NULL);
	if (options.json)
		tree_print(sample);
	else
		status = table_print(sample);
	out_item_close();
	return out_end(status);
}

static void sleep_until(double when)
{
	struct timespec time = { .tv_sec = when };

	time.tv_nsec = (when - time.tv_sec) * 1e9;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL))
		;
}

/* @count 0: without end. */
static enum status batch_run(unsigned int seconds, uint64_t count)
{
	struct samples samples = { 0 };
	enum status status = samples_next(&samples);

	for (uint64_t i = 0; status == DONE && (!count || i < count); i++) {
		sleep_until(samples.now.at + seconds);
		status = samples_next(&samples);
		if (status == DONE)
			status = sample_print(&samples.now);
	}
	samples_free(&samples);
	return status;
}

static enum status top_show(unsigned int seconds)
{
	uint64_t count = 0;

	if (options.batch &&
	    (!number_parse(options.batch, UINT32_MAX, &count) || !count))
		return usage_error("-b \"%s\": the number of samples is expected",
				   options.batch);
	if (options.batch || options.json)
		return batch_run(seconds, count);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return usage_error("top: this is no terminal: -b NUMBER prints so many samples");

	return screen_run(seconds);
}

enum status top_main(struct args *args)
{
	uint64_t seconds = 1;
	const char *word;

	if (args_help(args, usage))
		return DONE;

	word = args_next(args);
	if (word && (!number_parse(word, SECONDS_MAX, &seconds) || !seconds))
		return usage_error("interval \"%s\": seconds from 1 to %d are expected",
				   word, SECONDS_MAX);
	if (args_end(args) != DONE)
		return USAGE;
	return top_show(seconds);
}
