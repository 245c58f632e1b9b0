// SPDX-License-Identifier: GPL-2.0
/* The counters: their names and meanings are the tables of dsr.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dsr.h"
#include "dsrctl.h"
#include "genl.h"
#include "output.h"
#include "settings.h"
#include "stats.h"

#define NAME_LEN 32

#define X(id, name, meaning) \
	[DSR_TRAFFIC_##id] = { #name, meaning },
const struct counter traffic_counters[] = { DSR_TRAFFIC_TABLE(X) };
#undef X

#define X(id, name, meaning) \
	[DSR_COUNTER_##id] = { #name, meaning },
const struct counter netns_counters[] = { DSR_COUNTER_TABLE(X) };
#undef X

static const char usage[] =
"Usage: dsrctl stats [ show ] [ --explain ]\n"
"\n"
"The counters of the network namespace, with --explain what each counts, and\n"
"what memory its flow table takes.\n";

/* What pads a nest so that its numbers are aligned is empty, or number 0. */
static bool is_counter(const struct nlattr *attr)
{
	return mnl_attr_get_type(attr) &&
	       mnl_attr_get_payload_len(attr) == sizeof(uint64_t);
}

/* @buf has NAME_LEN characters, for counters that a newer kernel has. */
static const char *counter_name(const struct counter *table, size_t count,
				uint16_t number, char *buf)
{
	if (number < count && table[number].name)
		return table[number].name;

	snprintf(buf, NAME_LEN, "counter-%u", number);
	return buf;
}

void stats_read(const struct nlattr *nest, uint64_t *count, uint16_t max)
{
	const struct nlattr *attr;

	memset(count, 0, sizeof(*count) * (max + 1));
	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest)
		if (is_counter(attr) && mnl_attr_get_type(attr) <= max)
			count[mnl_attr_get_type(attr)] = mnl_attr_get_u64(attr);
}

bool stats_is_drop(enum dsr_counter number)
{
	return !strncmp(stats_name(number), DROP, strlen(DROP));
}

void traffic_print(const struct nlattr *nest)
{
	const struct nlattr *attr;
	const char *format = "%s";
	char buf[NAME_LEN];
	const char *name;

	if (!options.stats || !nest)
		return;

	out_item_open("stats");
	mnl_attr_for_each_nested(attr, nest) {
		if (!is_counter(attr))
			continue;
		name = counter_name(traffic_counters,
				    ARRAY_SIZE(traffic_counters),
				    mnl_attr_get_type(attr), buf);
		out_string(NULL, format, name);
		out_number(name, " %" PRIu64, mnl_attr_get_u64(attr));
		format = " %s";
	}
	out_item_close();
}

const char *stats_name(uint64_t number)
{
	return number < ARRAY_SIZE(netns_counters) ?
	       netns_counters[number].name : NULL;
}

const char *stats_meaning(uint64_t number)
{
	return number < ARRAY_SIZE(netns_counters) ?
	       netns_counters[number].meaning : NULL;
}

static void counter_print(const struct nlattr *attr)
{
	uint16_t number = mnl_attr_get_type(attr);
	char buf[NAME_LEN];
	const char *name;

	name = counter_name(netns_counters, ARRAY_SIZE(netns_counters), number,
			    buf);
	out_string(NULL, "%-17s", name);
	out_number(name, " %12" PRIu64, mnl_attr_get_u64(attr));
	if (options.explain && number < ARRAY_SIZE(netns_counters))
		out_string(NULL, "  %s", netns_counters[number].meaning);
	out_line();
}

/* What the kernel has set aside, for each flow that there is room for. */
static void flow_table_print(const struct nlattr *const *settings)
{
	uint64_t flows = attr_number(settings[DSR_A_SETTINGS_FLOWS], 0);
	uint64_t bytes = attr_number(settings[DSR_A_SETTINGS_FLOW_BYTES], 0);

	if (!flows)
		return;

	out_item_open("flow-table");
	out_number("flows", "flow table: room for %" PRIu64 " flows", flows);
	out_number("flow-bytes", ", %" PRIu64 " bytes", bytes);
	out_number("bytes-per-flow", ", %" PRIu64 " a flow",
		   (bytes + flows / 2) / flows);
	out_item_close();
}

static void counters_print(const struct answer *counters,
			   const struct nlattr *const *settings)
{
	const struct nlmsghdr *message = NULL;
	const struct nlattr *table[DSR_A_MAX + 1], *attr;

	out_list_open(NULL);
	while ((message = answer_next(counters, message))) {
		genl_attrs(message, table);
		if (!table[DSR_A_STATS])
			continue;

		out_item_open(NULL);
		mnl_attr_for_each_nested(attr, table[DSR_A_STATS])
			if (is_counter(attr))
				counter_print(attr);
		flow_table_print(settings);
		out_item_close();
	}
	out_list_close();
}

static enum status stats_show(struct args *args)
{
	const struct nlattr *settings[DSR_A_SETTINGS_MAX + 1];
	struct answer counters = { 0 }, answer = { 0 };
	struct request request;
	enum status status;

	status = args_end(args);
	if (status != DONE)
		return status;

	status = genl_do(genl_request(&request, DSR_CMD_STATS_GET), &counters);
	if (status == DONE)
		status = settings_get(&answer, settings);
	if (status == DONE)
		counters_print(&counters, settings);
	answer_free(&counters);
	answer_free(&answer);
	return status;
}

static const struct command verbs[] = {
	{ "show", stats_show },
};

static const struct object stats = {
	"stats", usage, verbs, ARRAY_SIZE(verbs)
};

enum status stats_main(struct args *args)
{
	return object_run(&stats, args);
}
