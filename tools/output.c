// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "dsrctl.h"
#include "output.h"

#define INDENT 4
#define DEPTH_MAX 8
#define REPORT_LEN 1000	/* characters of a message */

/* Of JSON only the outermost list's present item is held in memory: node[0]
 * stands for that list and is NULL, node[1] is the item.  An item in no list is
 * node[0].
 */
static struct {
	struct json_object *node[DEPTH_MAX];
	int depth;
	int indent;		/* how many items are open */
	bool in_line;		/* something stands on this line of text */
	bool listed;		/* an item of the outermost list is written */
} out;

static void json_add(const char *key, struct json_object *node)
{
	struct json_object *parent = out.node[out.depth - 1];

	if (key)
		json_object_object_add(parent, key, node);
	else if (parent)
		json_object_array_add(parent, node);
}

static void json_push(const char *key, struct json_object *node)
{
	if (out.depth)
		json_add(key, node);
	out.node[out.depth++] = node;
}

static const char *json_text(struct json_object *item)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	if (options.pretty)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	return json_object_to_json_string_ext(item, flags) ?: "";
}

/* json-c indents by two spaces; in the list each line stands one step in. */
static void json_write(struct json_object *item)
{
	const char *text = json_text(item);

	if (out.listed)
		putchar(',');
	if (options.pretty)
		fputs("\n  ", stdout);
	for (; *text; text++) {
		putchar(*text);
		if (*text == '\n')
			fputs("  ", stdout);
	}
	out.listed = true;
}

void out_line(void)
{
	if (options.json || !out.in_line)
		return;

	putchar('\n');
	out.in_line = false;
}

static void text_begin(void)
{
	if (out.in_line)
		return;

	printf("%*s", INDENT * (out.indent - 1), "");
	out.in_line = true;
}

void out_list_open(const char *key)
{
	if (!options.json)
		return;

	if (!out.depth)
		putchar('[');
	json_push(key, out.depth ? json_object_new_array() : NULL);
}

void out_list_close(void)
{
	if (!options.json || --out.depth)
		return;

	puts(options.pretty && out.listed ? "\n]" : "]");
	out.listed = false;
}

void out_item_open(const char *key)
{
	out_line();
	out.indent++;
	if (options.json)
		json_push(key, json_object_new_object());
}

void out_item_close(void)
{
	out_line();
	out.indent--;
	if (!options.json || --out.depth > !out.node[0])
		return;

	if (out.depth)
		json_write(out.node[1]);
	else
		puts(json_text(out.node[0]));
	json_object_put(out.node[out.depth]);
}

void out_part_open(const char *key)
{
	if (options.json)
		json_push(key, json_object_new_object());
}

void out_part_close(void)
{
	if (options.json)
		out.depth--;
}

void out_string(const char *key, const char *format, const char *value)
{
	if (options.json) {
		if (key)
			json_add(key, json_object_new_string(value));
	} else if (format) {
		text_begin();
		printf(format, value);
	}
}

void out_number(const char *key, const char *format, uint64_t value)
{
	if (options.json) {
		if (key)
			json_add(key, json_object_new_uint64(value));
	} else if (format) {
		text_begin();
		printf(format, value);
	}
}

void out_decimal(const char *key, double value)
{
	char text[64];

	if (!options.json)
		return;
	snprintf(text, sizeof(text), "%.3f", value);
	json_add(key, json_object_new_double_s(value, text));
}

/* As text the word, if any, says that it is so, and its absence that it isn't. */
void out_bool(const char *key, const char *text, bool value)
{
	if (options.json)
		json_add(key, json_object_new_boolean(value));
	else if (value && text)
		out_string(NULL, " %s", text);
}

enum status out_end(enum status status)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	if (status == REFUSED || status == USAGE)
		return status;	/* which was reported */

	return refused("standard output: %s", strerror(errno ? errno : EIO));
}

static struct {
	const char *file;
	unsigned int line;
} where;

void out_where(const char *file, unsigned int line)
{
	where.file = file;
	where.line = line;
}

/* A word may be as long as a file: what is expected stands behind it. */
static void shorten(char *text)
{
	static const char gap[] = " ... ";
	char *middle = text + REPORT_LEN / 2, *behind = middle + strlen(gap);
	size_t len = strlen(text);

	if (len <= REPORT_LEN + strlen(gap))
		return;
	memmove(behind, text + len - REPORT_LEN / 2, REPORT_LEN / 2 + 1);
	memcpy(middle, gap, strlen(gap));
}

/* One line, whatever the words that are quoted in it contain. */
static void report(const char *kind, const char *format, va_list values)
{
	char *text;

	if (vasprintf(&text, format, values) < 0)
		return;

	shorten(text);
	for (char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	fputs("dsrctl: ", stderr);
	if (where.file)
		fprintf(stderr, "%s:%u: ", where.file, where.line);
	fprintf(stderr, "%s%s\n", kind, text);
	free(text);
}

enum status usage_error(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	report("", format, values);
	va_end(values);
	return USAGE;
}

enum status refused(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	report("", format, values);
	va_end(values);
	return REFUSED;
}

enum status out_of_memory(void)
{
	return refused("%s", strerror(ENOMEM));
}

void warn(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	report("warning: ", format, values);
	va_end(values);
}
