// SPDX-License-Identifier: GPL-2.0
/* What dsrctl top makes of two samples, and how it writes that. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columns.h"
#include "dsrctl.h"
#include "rates.h"

struct options options;

static int failed;

static void expect(bool holds, const char *what, int line)
{
	if (holds)
		return;
	fprintf(stderr, "line %d: %s\n", line, what);
	failed = 1;
}

static void expect_text(const char *got, const char *expected, int line)
{
	expect(!strcmp(got, expected), got, line);
}

#define EXPECT(condition) expect(condition, #condition, __LINE__)
#define EXPECT_TEXT(got, expected) expect_text(got, expected, __LINE__)

/* Of service 10.2.0.@service; @backend 0: the service itself. */
static struct row *row_put(struct sample *sample, int service, int backend,
			   uint64_t packets)
{
	struct row *row = &sample->rows[sample->rows_count++];

	*row = (struct row){
		.selector.address = { 4, { 10, 2, 0, service } },
		.selector.prefixlen = 32,
		.selector.protocol = IPPROTO_UDP,
		.count[DSR_TRAFFIC_PACKETS] = packets,
		.active = backend,
		.state = backend % 2 ? DSR_STATE_UP : DSR_STATE_DOWN,
	};
	if (backend)
		row->address = (struct address){ 4, { 10, 3, 0, backend } };
	return row;
}

static const struct row *row_of(const struct sample *sample, int service,
				int backend)
{
	for (size_t i = 0; i < sample->rows_count; i++) {
		const struct row *row = &sample->rows[i];

		if (row->selector.address.byte[3] == service &&
		    row->address.byte[3] == backend)
			return row;
	}
	return NULL;
}

static double packets_of(const struct sample *sample, int service, int backend)
{
	const struct row *row = row_of(sample, service, backend);

	return row ? row->rate[DSR_TRAFFIC_PACKETS] : -1;
}

static struct row before_rows[16], now_rows[16];
static struct sample before = { .at = 10, .rows = before_rows };
static struct sample now = { .at = 12, .rows = now_rows };

static void samples_make(void)
{
	row_put(&before, 1, 0, 1000);
	row_put(&before, 2, 0, 1000);	/* vanishes */
	row_put(&before, 3, 0, 1000);	/* is added anew */
	row_put(&before, 1, 1, 600);
	row_put(&before, 3, 1, 900);
	before.count[DSR_COUNTER_RECEIVED] = 5000;
	rows_arrange(&before);
	rates_compute(&before, NULL);

	row_put(&now, 4, 1, 7);		/* its service wasn't there yet */
	row_put(&now, 3, 0, 30);
	row_put(&now, 3, 0, 30);	/* it was read twice */
	row_put(&now, 3, 1, 30);
	row_put(&now, 1, 2, 50);	/* appears */
	row_put(&now, 1, 1, 650);
	row_put(&now, 1, 0, 1100);
	now.count[DSR_COUNTER_RECEIVED] = 5400;
	now.count[DSR_COUNTER_DROP_TTL] = 20;
	now.count[DSR_COUNTER_DROP_MTU] = 20;
	now.count[DSR_COUNTER_DROP_LOOP] = 90;
	rows_arrange(&now);
	rates_compute(&now, &before);
}

static void test_rates(void)
{
	EXPECT(isnan(packets_of(&before, 1, 0)));
	EXPECT(now.rows_count == 5);
	EXPECT(now.interval == 2);
	EXPECT(packets_of(&now, 1, 0) == 50);
	EXPECT(packets_of(&now, 1, 1) == 25);
	EXPECT(packets_of(&now, 1, 2) == 25);
	EXPECT(packets_of(&now, 3, 0) == 15);
	EXPECT(packets_of(&now, 3, 1) == 15);
	EXPECT(now.rate[DSR_COUNTER_RECEIVED] == 200);
	EXPECT(rate_of_drops(&now) == 65);
	EXPECT(now.all.rate[DSR_TRAFFIC_PACKETS] == 65);
	EXPECT(row_of(&now, 1, 0)->backends == 2);
	EXPECT(row_of(&now, 1, 0)->up == 1);
	EXPECT(row_of(&now, 1, 0)->active == 3);
	EXPECT(row_of(&now, 1, 2)->service == row_of(&now, 1, 0));
}

/* As pairs of service and backend. */
static void expect_order(struct order order, const char *expected, int line)
{
	const struct row **rows;
	char text[64] = "";
	size_t count;

	rows = rows_sort(&now, &order, &count);
	for (size_t i = 0; i < count; i++)
		sprintf(text + strlen(text), "%d%d ",
			rows[i]->selector.address.byte[3],
			rows[i]->address.byte[3]);
	free(rows);
	expect_text(text, expected, line);
}

#define EXPECT_ORDER(column, back, with, expected) \
	expect_order((struct order){ column, back, with }, expected, __LINE__)

static void test_order(void)
{
	EXPECT_ORDER(COLUMN_PACKETS, false, true, "10 11 12 30 31 ");
	EXPECT_ORDER(COLUMN_PACKETS, true, true, "30 31 10 12 11 ");
	EXPECT_ORDER(COLUMN_ACTIVE, false, true, "10 12 11 30 31 ");
	EXPECT_ORDER(COLUMN_STATE, false, true, "10 12 11 30 31 ");
	EXPECT_ORDER(COLUMN_NAME, true, false, "30 10 ");
}

static void expect_rate(double rate, const char *expected, int line)
{
	char buf[RATE_LEN];

	expect_text(rate_format(rate, buf), expected, line);
}

#define EXPECT_RATE(rate, expected) expect_rate(rate, expected, __LINE__)

static void test_format(void)
{
	EXPECT_RATE(NAN, "-");
	EXPECT_RATE(0, "0");
	EXPECT_RATE(0.333, "0.3");
	EXPECT_RATE(9.94, "9.9");
	EXPECT_RATE(9.96, "10");
	EXPECT_RATE(999.4, "999");
	EXPECT_RATE(999.5, "1.00k");
	EXPECT_RATE(9994, "9.99k");
	EXPECT_RATE(9996, "10.0k");
	EXPECT_RATE(99960, "100k");
	EXPECT_RATE(999600, "1.00M");
	EXPECT_RATE(12.5e9, "12.5G");
	EXPECT_RATE(1.8e19, "18.0E");
}

static void test_lines(void)
{
	struct order order = { COLUMN_BYTES, false, true };
	struct layout layout;
	char line[LINE_LEN];

	heading_format(&now, 0, line);
	EXPECT_TEXT(line, "packets/s: received 200, forwarded 0, passed 0, dropped 65");
	heading_format(&now, 1, line);
	EXPECT_TEXT(line, "drops/s: loop 45, ttl 10, mtu 10");
	heading_format(&before, 1, line);
	EXPECT_TEXT(line, "drops/s: -");

	layout = layout_fit(80, &now);
	titles_format(&layout, &order, line);
	EXPECT_TEXT(line, "SERVICE      STATE        PACKETS/s >BYTES/s  FLOWS/s   ACTIVE");
	row_format(&layout, row_of(&now, 1, 2), line);
	EXPECT_TEXT(line, "  10.3.0.2   down                25        0        0        2");
	layout = layout_fit(20, &now);
	row_format(&layout, row_of(&now, 1, 0), line);
	EXPECT_TEXT(line, "10.2.0.1/~        50");
	for (int width = 1; width < 400; width++) {
		layout = layout_fit(width, &now);
		row_format(&layout, row_of(&now, 1, 0), line);
		EXPECT(strlen(line) <= (size_t)width);
	}
}

int main(void)
{
	samples_make();
	test_rates();
	test_order();
	test_format();
	test_lines();
	return failed;
}
