// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <time.h>

#include "backend.h"
#include "genl.h"
#include "output.h"
#include "sample.h"
#include "service.h"
#include "settings.h"
#include "stats.h"

double clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static struct row *row_add(struct sample *sample)
{
	size_t room = sample->rows_room ? 2 * sample->rows_room : 64;
	struct row *rows;

	if (sample->rows_count == sample->rows_room) {
		rows = reallocarray(sample->rows, room, sizeof(*rows));
		if (!rows)
			return NULL;
		sample->rows = rows;
		sample->rows_room = room;
	}

	rows = &sample->rows[sample->rows_count++];
	*rows = (struct row){ 0 };
	return rows;
}

static void backend_read(struct row *row, const struct nlattr *nest)
{
	const struct nlattr *table[DSR_A_BACKEND_MAX + 1];

	attrs_of_nest(nest, table, DSR_A_BACKEND_MAX);
	row->address = backend_address(table);
	row->state = attr_number(table[DSR_A_BACKEND_STATE], DSR_STATE_UP);
	row->active = attr_number(table[DSR_A_BACKEND_FLOWS], 0);
	row->closing = attr_number(table[DSR_A_BACKEND_CLOSING], 0);
	stats_read(table[DSR_A_BACKEND_STATS], row->count, DSR_TRAFFIC_MAX);
}

/* The nl_take of both dumps: a backend's messages name its service too. */
static bool row_take(const struct nlmsghdr *message, void *to)
{
	const struct nlattr *service[DSR_A_SERVICE_MAX + 1];
	const struct nlattr *table[DSR_A_MAX + 1];
	struct row *row = row_add(to);

	if (!row)
		return false;

	genl_attrs(message, table);
	attrs_of_nest(table[DSR_A_SERVICE], service, DSR_A_SERVICE_MAX);
	row->selector = service_selector(service);
	if (table[DSR_A_BACKEND])
		backend_read(row, table[DSR_A_BACKEND]);
	else
		stats_read(service[DSR_A_SERVICE_STATS], row->count,
			   DSR_TRAFFIC_MAX);
	return true;
}

static enum status rows_get(struct sample *sample, enum dsr_cmd command)
{
	struct request request;

	return genl_stream(genl_request(&request, command), row_take, sample);
}

static enum status counters_get(struct sample *sample)
{
	const struct nlattr *table[DSR_COUNTER_MAX + 1];
	struct answer answer = { 0 };
	enum status status;

	status = genl_get(DSR_CMD_STATS_GET, DSR_A_STATS, &answer, table,
			  DSR_COUNTER_MAX);
	for (int i = DSR_COUNTER_UNSPEC + 1; i <= DSR_COUNTER_MAX; i++)
		sample->count[i] = attr_number(table[i], 0);
	answer_free(&answer);
	return status;
}

static enum status room_get(struct sample *sample)
{
	const struct nlattr *settings[DSR_A_SETTINGS_MAX + 1];
	struct answer answer = { 0 };
	enum status status;

	status = settings_get(&answer, settings);
	sample->room = attr_number(settings[DSR_A_SETTINGS_FLOWS], 0);
	answer_free(&answer);
	return status;
}

/* Reading takes a while where there are many services; it was at its middle. */
static enum status sample_take(struct sample *sample)
{
	double begin = clock_now();
	enum status status;

	sample->rows_count = 0;
	status = room_get(sample);
	if (status == DONE)
		status = counters_get(sample);
	if (status == DONE)
		status = rows_get(sample, DSR_CMD_SERVICE_GET);
	if (status == DONE)
		status = rows_get(sample, DSR_CMD_BACKEND_GET);
	if (status != DONE)
		return status;

	sample->at = (begin + clock_now()) / 2;
	sample->time = time(NULL);
	rows_arrange(sample);
	return DONE;
}

enum status samples_next(struct samples *samples)
{
	struct sample before = samples->now;
	enum status status;

	samples->now = samples->before;
	samples->before = before;
	status = sample_take(&samples->now);
	if (status == DONE)
		rates_compute(&samples->now, before.at ? &before : NULL);
	return status;
}

void samples_free(struct samples *samples)
{
	free(samples->now.rows);
	free(samples->before.rows);
}
