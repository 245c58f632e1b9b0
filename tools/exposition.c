// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "dsrctl.h"
#include "exposition.h"

#define FAMILY_LEN 64

static struct {
	FILE *file;
	enum exposition form;
	char family[FAMILY_LEN];
	const char *suffix;		/* of the samples' names */
	bool labelled;			/* the sample has a label */
} expo;

void exposition_open(FILE *file, enum exposition form)
{
	expo.file = file;
	expo.form = form;
}

void exposition_close(void)
{
	if (expo.form == EXPOSITION_OPENMETRICS)
		fputs("# EOF\n", expo.file);
}

/* A line about the family. */
static void about(const char *what, const char *text)
{
	bool named = expo.form == EXPOSITION_OPENMETRICS;

	fprintf(expo.file, "# %s %s%s %s\n", what, expo.family,
		named ? "" : expo.suffix, text);
}

/* Of the base units only bytes occur here. */
static bool counts_bytes(const char *name)
{
	const char *end = strrchr(name, '_');

	return !strcmp(end ? end + 1 : name, "bytes");
}

void family_open(enum metric metric, const char *scope, const char *name,
		 const char *help)
{
	bool counter = metric == METRIC_COUNTER;

	snprintf(expo.family, sizeof(expo.family), "%s%s", scope, name);
	expo.suffix = counter ? "_total" : "";
	about("HELP", help);
	about("TYPE", counter ? "counter" : "gauge");
	if (expo.form == EXPOSITION_OPENMETRICS && counts_bytes(name))
		about("UNIT", "bytes");
}

void sample_open(void)
{
	fputs(expo.family, expo.file);
	fputs(expo.suffix, expo.file);
	expo.labelled = false;
	if (options.netns)
		sample_label("netns", options.netns);
}

static void escaped(FILE *file, const char *value)
{
	size_t plain = strcspn(value, "\\\"\n");

	while (value[plain]) {
		fwrite(value, 1, plain, file);
		value += plain;
		putc('\\', file);
		putc(*value == '\n' ? 'n' : *value, file);
		plain = strcspn(++value, "\\\"\n");
	}
	fputs(value, file);
}

void label_write(FILE *file, const char *name, const char *value)
{
	fputs(name, file);
	fputs("=\"", file);
	escaped(file, value);
	putc('"', file);
}

static void labels_go_on(void)
{
	putc(expo.labelled ? ',' : '{', expo.file);
	expo.labelled = true;
}

void sample_label(const char *name, const char *value)
{
	labels_go_on();
	label_write(expo.file, name, value);
}

void sample_labels(const char *labels)
{
	labels_go_on();
	fputs(labels, expo.file);
}

void sample_close(uint64_t value)
{
	fprintf(expo.file, "%s %" PRIu64 "\n", expo.labelled ? "}" : "", value);
}
