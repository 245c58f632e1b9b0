// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "keyword.h"
#include "output.h"

const char *const switch_names[] = { "off", "on" };

/* "nothing to change", or the word that is no keyword, and what is one. */
static enum status keyword_expected(const char *wrong,
				    const struct keyword *table, size_t count)
{
	char list[LIST_LEN] = "";

	for (size_t i = 0; i < count; i++)
		list_add(list, table[i].name);
	return usage_error("%s: %s%s is expected", wrong,
			   count > 1 ? "one of " : "", list);
}

static enum status keyword_unknown(const char *word,
				   const struct keyword *table, size_t count)
{
	char wrong[LIST_LEN];

	snprintf(wrong, sizeof(wrong), "option \"%s\"", word);
	return keyword_expected(wrong, table, count);
}

static const struct keyword *keyword_find(const char *word,
					  const struct keyword *table,
					  size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(word, table[i].name))
			return &table[i];

	return NULL;
}

/* What completes "... is expected"; @buf has LIST_LEN characters. */
static const char *values_format(const struct keyword *keyword, char *buf)
{
	char *end;

	if (keyword->values)
		return keyword->values;

	if (!keyword->names) {
		snprintf(buf, LIST_LEN,
			 "a number%s from %" PRIu64 " to %" PRIu64,
			 keyword->unit ? keyword->unit : "", keyword->min,
			 keyword->max);
		return buf;
	}
	end = buf + sprintf(buf, "one of ");
	for (size_t i = 0; i < keyword->count; i++)
		if (keyword->names[i])
			end += sprintf(end, "%s%s", i ? ", " : "",
				       keyword->names[i]);
	return buf;
}

static void number_put(const struct keyword *keyword, uint64_t number,
		       struct nlmsghdr *request)
{
	if (keyword->names)
		mnl_attr_put_u8(request, keyword->attr, number);
	else if (keyword->len == sizeof(uint64_t))
		mnl_attr_put_u64(request, keyword->attr, number);
	else
		mnl_attr_put_u32(request, keyword->attr, number);
}

/* USAGE: @value is none of the keyword's; nothing is reported then. */
static enum status value_put(const struct keyword *keyword, const char *value,
			     struct nlmsghdr *request,
			     const struct selector *service)
{
	uint64_t number;
	int name;

	if (keyword->put)
		return keyword->put(value, request, service);

	if (keyword->names) {
		name = name_find(value, keyword->names, keyword->count);
		if (name < 0)
			return USAGE;
		number = name;
	} else if (!number_parse(value, keyword->max, &number) ||
		   number < keyword->min) {
		return USAGE;
	}
	number_put(keyword, number, request);
	return DONE;
}

/* The word after one that may stand alone is only taken if it is its value. */
static bool stands_alone(const struct keyword *keyword,
			 const struct args *args)
{
	return keyword->bare &&
	       (!args->left || name_find(args->word[0], keyword->names,
					 keyword->count) < 0);
}

static enum status keyword_take(struct args *args,
				const struct keyword *keyword,
				struct nlmsghdr *request,
				const struct selector *service)
{
	char values[LIST_LEN];
	const char *value;
	enum status status;

	value = stands_alone(keyword, args) ? "on" : args_next(args);
	if (!value)
		return usage_error("%s: %s is expected", keyword->name,
				   values_format(keyword, values));

	status = value_put(keyword, value, request, service);
	if (status == USAGE)
		usage_error("%s \"%s\": %s is expected", keyword->name, value,
			    values_format(keyword, values));
	return status;
}

/* Puts the keywords that aren't @seen as they are without being given. */
static void presets_put(const struct keyword *table, size_t count,
			unsigned long seen, struct nlmsghdr *request,
			const struct selector *service)
{
	for (size_t i = 0; i < count; i++) {
		if (seen & 1UL << i)
			continue;
		if (table[i].preset)
			value_put(&table[i], table[i].preset, request, service);
		else
			number_put(&table[i], table[i].otherwise, request);
	}
}

enum status keywords_take(struct args *args, const struct keyword *table,
			  size_t count, enum keywords which,
			  struct nlmsghdr *request,
			  const struct selector *service)
{
	const struct keyword *keyword;
	enum status status = DONE;
	unsigned long seen = 0;
	const char *word;

	if (!count)
		return args_end(args);
	if (which == KEYWORDS_NEEDED && !args->left)
		return keyword_expected("nothing to change", table, count);

	while (status == DONE && (word = args_next(args))) {
		keyword = keyword_find(word, table, count);
		if (!keyword)
			return keyword_unknown(word, table, count);
		if (seen & 1UL << (keyword - table))
			return usage_error("%s is given twice", word);

		seen |= 1UL << (keyword - table);
		status = keyword_take(args, keyword, request, service);
	}
	if (status == DONE && which == KEYWORDS_ALL)
		presets_put(table, count, seen, request, service);
	return status;
}

static void name_print(const struct keyword *keyword, uint64_t number,
		       bool as_text)
{
	char buf[WORD_LEN];
	const char *name = name_of(number, keyword->names, keyword->count,
				   keyword->name, buf);

	if (as_text)
		out_string(NULL, " %s", keyword->name);
	if (options.json && keyword->names == switch_names)
		out_bool(keyword->name, NULL, number);
	else
		out_string(keyword->name,
			   as_text && !(keyword->bare && number) ? " %s" : NULL,
			   name);
}

static void number_print(const struct keyword *keyword, uint64_t number,
			 bool as_text)
{
	if (as_text)
		out_string(NULL, " %s", keyword->name);
	out_number(keyword->name, as_text ? " %" PRIu64 : NULL, number);
}

static void keyword_print(const struct keyword *keyword,
			  const struct nlattr *const *attrs, bool always)
{
	uint64_t number = attr_number(attrs[keyword->attr], keyword->otherwise);
	bool as_text = always || number != keyword->otherwise;

	if (keyword->print)
		keyword->print(attrs);
	else if (!attrs[keyword->attr])
		return;
	else if (keyword->names)
		name_print(keyword, number, as_text);
	else
		number_print(keyword, number, as_text);
}

void keywords_print(const struct keyword *table, size_t count,
		    const struct nlattr *const *attrs)
{
	for (size_t i = 0; i < count; i++)
		keyword_print(&table[i], attrs, table[i].always);
}

/* @always: also where it is as it would be without being given. */
static void keyword_save(const struct keyword *keyword,
			 const struct nlattr *const *attrs, bool always)
{
	char buf[WORD_LEN];
	const char *word;

	if (!keyword->value) {
		keyword_print(keyword, attrs, always);
		return;
	}
	word = keyword->value(attrs, buf);
	if (!word && always)
		word = keyword->preset;
	if (!word)
		return;
	out_string(NULL, " %s", keyword->name);
	out_string(keyword->name, " %s", word);
}

void keywords_save(const struct keyword *table, size_t count,
		   const struct nlattr *const *attrs)
{
	for (size_t i = 0; i < count; i++)
		keyword_save(&table[i], attrs, false);
}

void keywords_save_some(const struct keyword *table, unsigned long which,
			const struct nlattr *const *attrs)
{
	for (size_t i = 0; which >> i; i++)
		if (which >> i & 1)
			keyword_save(&table[i], attrs, true);
}

unsigned long keywords_differ(const struct keyword *table, size_t count,
			      const struct nlattr *const *wanted,
			      const struct nlattr *const *is)
{
	unsigned long which = 0;

	for (size_t i = 0; i < count; i++) {
		uint16_t attr = table[i].attr;

		if (table[i].differs ? table[i].differs(wanted, is) :
				       !attr_equal(wanted[attr], is[attr]))
			which |= 1UL << i;
	}
	return which;
}
