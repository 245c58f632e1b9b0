// SPDX-License-Identifier: GPL-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "rates.h"
#include "stats.h"

/* By service; the service itself, which has no address, before its backends. */
static int row_compare(const void *one, const void *other)
{
	const struct row *a = one, *b = other;

	return selector_compare(&a->selector, &b->selector) ?:
	       address_compare(&a->address, &b->address);
}

static void backend_count(struct row *service, const struct row *backend)
{
	service->backends++;
	service->up += backend->state == DSR_STATE_UP;
	service->active += backend->active;
	service->closing += backend->closing;
}

static void service_count(struct row *all, const struct row *service)
{
	all->backends += service->backends;
	all->up += service->up;
	all->active += service->active;
	all->closing += service->closing;
}

/* Changes while it is read may show a thing twice, as it was and as it was added
 * anew, and backends of a service that wasn't there yet.
 */
void rows_arrange(struct sample *sample)
{
	struct row *kept = sample->rows, *service = NULL;
	struct row *row = sample->rows, *end = row + sample->rows_count;

	if (row != end)
		qsort(row, sample->rows_count, sizeof(*row), row_compare);

	for (; row != end; row++) {
		if (kept != sample->rows && !row_compare(kept - 1, row))
			continue;
		if (is_backend(row) &&
		    (!service ||
		     !selector_equal(&service->selector, &row->selector)))
			continue;

		*kept = *row;
		if (is_backend(kept))
			backend_count(service, kept);
		else
			service = kept;
		kept->service = service;
		kept++;
	}
	sample->rows_count = kept - sample->rows;
}

/* Counters of which one went back are those of a thing that was added anew:
 * all that they show was counted since.
 */
static void counters_compare(double *rate, const uint64_t *now,
			     const uint64_t *before, size_t count,
			     double seconds)
{
	bool anew = !before;

	for (size_t i = 0; i < count && !anew; i++)
		anew = now[i] < before[i];

	for (size_t i = 0; i < count; i++)
		rate[i] = seconds > 0 ?
			  (now[i] - (anew ? 0 : before[i])) / seconds : NAN;
}

static void row_rates(struct row *row, const struct row *before,
		      double seconds)
{
	counters_compare(row->rate, row->count, before ? before->count : NULL,
			 DSR_TRAFFIC_MAX + 1, seconds);
}

/* Both are in the same order.  What wasn't there before was added since. */
static void rows_compare(struct sample *now, const struct sample *before)
{
	const struct row *old = before ? before->rows : NULL;
	const struct row *end = before ? old + before->rows_count : NULL;

	for (size_t i = 0; i < now->rows_count; i++) {
		struct row *row = &now->rows[i];
		int order = 1;

		while (old != end && (order = row_compare(old, row)) < 0)
			old++;
		row_rates(row, old != end && !order ? old : NULL,
			  now->interval);
	}
}

static void rows_add_up(struct sample *sample)
{
	struct row *all = &sample->all;

	*all = (struct row){ 0 };
	for (size_t i = 0; i < sample->rows_count; i++) {
		const struct row *row = &sample->rows[i];

		if (is_backend(row))
			continue;
		service_count(all, row);
		for (int j = 0; j <= DSR_TRAFFIC_MAX; j++)
			all->rate[j] += row->rate[j];
	}
}

void rates_compute(struct sample *now, const struct sample *before)
{
	now->interval = before ? now->at - before->at : 0;
	counters_compare(now->rate, now->count, before ? before->count : NULL,
			 DSR_COUNTER_MAX + 1, now->interval);
	rows_compare(now, before);
	rows_add_up(now);
}

double rate_of_drops(const struct sample *sample)
{
	double sum = 0;

	for (int i = 1; i <= DSR_COUNTER_MAX; i++)
		if (stats_is_drop(i))
			sum += sample->rate[i];

	return sum;
}
