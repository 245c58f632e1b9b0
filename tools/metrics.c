// SPDX-License-Identifier: GPL-2.0
/*
 * dsrctl metrics: the counters and gauges, for Prometheus.
 *
 * All samples of a family stand together, so each dump is gone through once for
 * every family: it is read first and as a whole, and nothing is written before
 * all of it is there.  The flow table isn't counted: that takes long enough to
 * be noticed, and the backends know how many flows they have.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsr.h"
#include "dsrctl.h"
#include "exposition.h"
#include "genl.h"
#include "labels.h"
#include "output.h"
#include "replace.h"
#include "stats.h"

#define SCOPE "dsr_"
#define MODULE_VERSION_FILE "/sys/module/dsr/version"
#define VERSION_LEN 32

static const char *const states[] = DSR_STATE_NAMES;

static const char usage[] =
"Usage: dsrctl metrics [ show ]\n"
"       dsrctl metrics textfile [ FILE ]\n"
"\n"
"The counters and gauges of the network namespace, its services and backends, for\n"
"Prometheus: show prints OpenMetrics 1.0, textfile the format that node_exporter's\n"
"textfile collector reads.  FILE, whose name ends in .prom, is replaced as a whole.\n";

/* A dump of services or backends, and the labels of each one's samples: texts
 * behind one another in the same order.  To format them anew for every family
 * takes most of the time of large configurations.
 */
struct dump {
	struct answer answer;
	char *labels;
	size_t size;
};

/* What all the metrics are made of. */
struct snapshot {
	struct answer stats;
	struct answer settings;
	struct dump services;
	struct dump backends;
};

/* A number of a service or a backend. */
struct gauge {
	const char *name;
	const char *help;
	uint16_t attr;
};

/* Services or backends: what their families' names begin with, in which nest
 * their attributes are and under which of them their counters.
 */
struct kind {
	const char *scope;
	uint16_t nest;
	uint16_t stats;
	const struct gauge *gauges;
	size_t count;
};

static const struct gauge service_gauges[] = {
	{ "backends", "backends of the service", DSR_A_SERVICE_BACKENDS },
};

static const struct gauge backend_gauges[] = {
	{ "active_flows", "half-open and open flows", DSR_A_BACKEND_FLOWS },
	{ "closing_flows", "flows at their end", DSR_A_BACKEND_CLOSING },
	{ "weight", "weight, the share of the new flows", DSR_A_BACKEND_WEIGHT },
};

static const struct kind services = {
	SCOPE "service_", DSR_A_SERVICE, DSR_A_SERVICE_STATS,
	service_gauges, ARRAY_SIZE(service_gauges)
};

static const struct kind backends = {
	SCOPE "backend_", DSR_A_BACKEND, DSR_A_BACKEND_STATS,
	backend_gauges, ARRAY_SIZE(backend_gauges)
};

static const struct nlattr *nest_find(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;

	if (!nest)
		return NULL;
	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			return attr;

	return NULL;
}

static uint64_t number_in(const struct nlattr *nest, uint16_t type)
{
	return attr_number(nest_find(nest, type), 0);
}

/* Of an answer of one message. */
static const struct nlattr *only_nest(const struct answer *answer,
				      uint16_t type)
{
	const struct nlmsghdr *message = answer_next(answer, NULL);
	const struct nlattr *table[DSR_A_MAX + 1];

	if (!message)
		return NULL;
	genl_attrs(message, table);
	return table[type];
}

static void family_of_one(const char *name, const char *help, uint64_t value)
{
	family_open(METRIC_GAUGE, SCOPE, name, help);
	sample_open();
	sample_close(value);
}

/* Empty where sysfs isn't mounted. */
static void module_version(char *version)
{
	FILE *file = fopen(MODULE_VERSION_FILE, "re");

	*version = '\0';
	if (!file)
		return;
	if (fgets(version, VERSION_LEN, file))
		version[strcspn(version, "\n")] = '\0';
	fclose(file);
}

static void build_write(void)
{
	char version[VERSION_LEN];

	module_version(version);
	family_open(METRIC_GAUGE, SCOPE, "build_info",
		    "versions of the module and of dsrctl");
	sample_open();
	sample_label("module", version);
	sample_label("tool", DSR_VERSION);
	sample_close(1);
}

/* A name that is one word says what became of packets, the others name what
 * they count.
 */
static void counter_write(const struct counter *counter, uint64_t value)
{
	const char *object = strchr(counter->name, '_') ? "" : "_packets";
	char name[64];

	snprintf(name, sizeof(name), "%s%s", counter->name, object);
	family_open(METRIC_COUNTER, SCOPE, name, counter->meaning);
	sample_open();
	sample_close(value);
}

/* Every reason to drop a packet is a label of one family. */
static void netns_write(const struct nlattr *nest)
{
	const struct counter *counter = netns_counters;

	for (int i = 1; i <= DSR_COUNTER_MAX; i++)
		if (!stats_is_drop(i))
			counter_write(&counter[i], number_in(nest, i));

	family_open(METRIC_COUNTER, SCOPE, "dropped_packets",
		    "packets dropped, by reason");
	for (int i = 1; i <= DSR_COUNTER_MAX; i++) {
		if (!stats_is_drop(i))
			continue;
		sample_open();
		sample_label("reason", counter[i].name + strlen(DROP));
		sample_close(number_in(nest, i));
	}
}

/* The flows of all backends. */
static uint64_t flows_sum(const struct answer *answer)
{
	const struct nlattr *table[DSR_A_MAX + 1];
	const struct nlmsghdr *message = NULL;
	uint64_t sum = 0;

	while ((message = answer_next(answer, message))) {
		genl_attrs(message, table);
		sum += number_in(table[DSR_A_BACKEND], DSR_A_BACKEND_FLOWS);
		sum += number_in(table[DSR_A_BACKEND], DSR_A_BACKEND_CLOSING);
	}
	return sum;
}

static void table_write(const struct snapshot *snapshot)
{
	const struct nlattr *settings;

	settings = only_nest(&snapshot->settings, DSR_A_SETTINGS);
	family_of_one("flow_table_size", "flows that the flow table can hold",
		      number_in(settings, DSR_A_SETTINGS_FLOWS));
	family_of_one("flow_table_bytes", "memory of the flow table",
		      number_in(settings, DSR_A_SETTINGS_FLOW_BYTES));
	family_of_one("flow_table_flows",
		      "flows in the flow table, which also holds affinities",
		      flows_sum(&snapshot->backends.answer));
	family_of_one("services", "services of the network namespace",
		      answer_count(&snapshot->services.answer));
	family_of_one("backends", "backends of all its services",
		      answer_count(&snapshot->backends.answer));
}

static const char *labels_next(const char *labels)
{
	return labels + strlen(labels) + 1;
}

/* A sample of each object: the number @attr or, in that nest, @counter. */
static void samples_write(const struct kind *kind, const struct dump *dump,
			  uint16_t attr, uint16_t counter)
{
	const struct nlattr *table[DSR_A_MAX + 1], *nest;
	const struct nlmsghdr *message = NULL;
	const char *labels = dump->labels;

	while ((message = answer_next(&dump->answer, message))) {
		genl_attrs(message, table);
		nest = table[kind->nest];
		sample_open();
		sample_labels(labels);
		labels = labels_next(labels);
		sample_close(counter ?
			     number_in(nest_find(nest, attr), counter) :
			     number_in(nest, attr));
	}
}

static void objects_write(const struct kind *kind, const struct dump *dump)
{
	const struct gauge *gauge = kind->gauges;

	for (int i = 1; i <= DSR_TRAFFIC_MAX; i++) {
		family_open(METRIC_COUNTER, kind->scope,
			    traffic_counters[i].name,
			    traffic_counters[i].meaning);
		samples_write(kind, dump, kind->stats, i);
	}
	for (; gauge < kind->gauges + kind->count; gauge++) {
		family_open(METRIC_GAUGE, kind->scope, gauge->name,
			    gauge->help);
		samples_write(kind, dump, gauge->attr, 0);
	}
}

/* One that is 1 and, so that no series ends when it changes, the others. */
static void states_write(const struct dump *dump)
{
	const struct nlattr *table[DSR_A_MAX + 1];
	const struct nlmsghdr *message = NULL;
	const char *labels = dump->labels;
	uint64_t state;

	family_open(METRIC_GAUGE, backends.scope, "state",
		    "1 for the state that the backend is in");
	while ((message = answer_next(&dump->answer, message))) {
		genl_attrs(message, table);
		state = number_in(table[DSR_A_BACKEND], DSR_A_BACKEND_STATE);
		for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
			sample_open();
			sample_labels(labels);
			sample_label("state", states[i]);
			sample_close(state == i);
		}
		labels = labels_next(labels);
	}
}

static void snapshot_write(const struct snapshot *snapshot, FILE *file,
			   enum exposition form)
{
	exposition_open(file, form);
	build_write();
	netns_write(only_nest(&snapshot->stats, DSR_A_STATS));
	table_write(snapshot);
	objects_write(&services, &snapshot->services);
	objects_write(&backends, &snapshot->backends);
	states_write(&snapshot->backends);
	exposition_close();
}

static enum status labels_format(struct dump *dump)
{
	FILE *file = open_memstream(&dump->labels, &dump->size);
	const struct nlattr *table[DSR_A_MAX + 1];
	const struct nlmsghdr *message = NULL;

	if (!file)
		return out_of_memory();

	while ((message = answer_next(&dump->answer, message))) {
		genl_attrs(message, table);
		labels_write(file, table);
		putc('\0', file);
	}
	return fclose(file) ? out_of_memory() : DONE;
}

static enum status dump_read(struct dump *dump, enum dsr_cmd command)
{
	struct request request;
	enum status status;

	status = genl_dump(genl_request(&request, command), &dump->answer);
	return status == DONE ? labels_format(dump) : status;
}

static void dump_free(struct dump *dump)
{
	answer_free(&dump->answer);
	free(dump->labels);
}

static enum status snapshot_read(struct snapshot *snapshot)
{
	struct request request;
	enum status status;

	status = genl_do(genl_request(&request, DSR_CMD_STATS_GET),
			 &snapshot->stats);
	if (status == DONE)
		status = genl_do(genl_request(&request, DSR_CMD_SETTINGS_GET),
				 &snapshot->settings);
	if (status == DONE)
		status = dump_read(&snapshot->services, DSR_CMD_SERVICE_GET);
	if (status == DONE)
		status = dump_read(&snapshot->backends, DSR_CMD_BACKEND_GET);
	return status;
}

static void snapshot_free(struct snapshot *snapshot)
{
	answer_free(&snapshot->stats);
	answer_free(&snapshot->settings);
	dump_free(&snapshot->services);
	dump_free(&snapshot->backends);
}

/* The write_file of a textfile. */
static void textfile_write(FILE *file, const void *from)
{
	snapshot_write(from, file, EXPOSITION_TEXT);
}

/* @path NULL: to standard output. */
static enum status metrics_put(struct args *args, const char *path,
			       enum exposition form)
{
	struct snapshot snapshot = { 0 };
	enum status status = args_end(args);

	if (status == DONE && options.json)
		return usage_error("option \"--json\": metrics are not JSON, but \"stats\" are");
	if (status == DONE)
		status = snapshot_read(&snapshot);
	if (status == DONE && path)
		status = file_replace(path, textfile_write, &snapshot);
	else if (status == DONE)
		snapshot_write(&snapshot, stdout, form);
	snapshot_free(&snapshot);
	return status;
}

static enum status metrics_show(struct args *args)
{
	return metrics_put(args, NULL, EXPOSITION_OPENMETRICS);
}

static enum status metrics_textfile(struct args *args)
{
	const char *path = args_next(args);

	return metrics_put(args, path, EXPOSITION_TEXT);
}

static const struct command verbs[] = {
	{ "show", metrics_show },
	{ "textfile", metrics_textfile },
};

static const struct object metrics = {
	"metrics", usage, verbs, ARRAY_SIZE(verbs)
};

enum status metrics_main(struct args *args)
{
	return object_run(&metrics, args);
}
