// SPDX-License-Identifier: GPL-2.0
/* dsrctl set and dsrctl get: the settings of the network namespace. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dsr.h"
#include "dsrctl.h"
#include "genl.h"
#include "keyword.h"
#include "output.h"
#include "settings.h"

/* What can be set comes first, what is only there to be read last. */
static const struct keyword settings[] = {
	{ "flows", DSR_A_SETTINGS_FLOWS, .min = DSR_FLOWS_MIN, .max = DSR_FLOWS_MAX },
	{ "hash-seed", DSR_A_SETTINGS_HASH_SEED, .len = sizeof(uint64_t), .max = UINT64_MAX },
	{ "flow-bytes", DSR_A_SETTINGS_FLOW_BYTES, .len = sizeof(uint64_t) },
	{ "generation", DSR_A_SETTINGS_GENERATION, .len = sizeof(uint32_t) },
};

#define SETTABLE 2

static const char set_usage[] =
"Usage: dsrctl set SETTING [ SETTING ]\n"
"\n"
"SETTING := { flows NUMBER       how many flows the table holds\n"
"             hash-seed NUMBER   key of the schedulers' hashes }\n"
"\n"
"Of the network namespace.  Flows stay when the table changes its size.\n"
"Directors that are to agree on the backend have the same hash-seed.\n";

static const char get_usage[] =
"Usage: dsrctl get [ NAME ]\n"
"\n"
"NAME := { flows | hash-seed | flow-bytes | generation }, flow-bytes is the\n"
"table's memory, generation a number that changes with the configuration\n"
"\n"
"The settings of the network namespace, one or all of them.\n";

enum status settings_take(struct args *args, struct nlmsghdr *request)
{
	struct nlattr *nest = mnl_attr_nest_start(request, DSR_A_SETTINGS);
	enum status status;

	status = keywords_take(args, settings, SETTABLE, KEYWORDS_NEEDED,
			       request, NULL);
	mnl_attr_nest_end(request, nest);
	return status;
}

const char *setting_name(const struct nlattr *attr)
{
	for (size_t i = 0; i < SETTABLE; i++)
		if (settings[i].attr == mnl_attr_get_type(attr))
			return settings[i].name;

	return NULL;
}

void setting_save_value(const struct nlattr *attr)
{
	const char *name = setting_name(attr);

	if (name)
		out_number(name, " %" PRIu64, attr_number(attr, 0));
}

void setting_save(const struct nlattr *attr)
{
	const char *name = setting_name(attr);

	if (name)
		out_string(NULL, "set %s", name);
	setting_save_value(attr);
}

enum status set_main(struct args *args)
{
	struct nlmsghdr *message;
	struct request request;
	enum status status;

	if (args_help(args, set_usage))
		return DONE;

	message = genl_request(&request, DSR_CMD_SETTINGS_SET);
	status = settings_take(args, message);
	return status == DONE ? genl_do(message, NULL) : status;
}

/* One setting or, with NULL, all of them. */
static enum status setting_take(struct args *args,
				const struct keyword **setting)
{
	const char *word = args_next(args);
	char list[LIST_LEN] = "";

	*setting = NULL;
	if (!word)
		return DONE;

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		list_add(list, settings[i].name);
		if (!strcmp(word, settings[i].name))
			*setting = &settings[i];
	}
	if (!*setting)
		return usage_error("setting \"%s\": one of %s is expected",
				   word, list);
	return args_end(args);
}

enum status settings_get(struct answer *answer, const struct nlattr **attrs)
{
	return genl_get(DSR_CMD_SETTINGS_GET, DSR_A_SETTINGS, answer, attrs,
			DSR_A_SETTINGS_MAX);
}

void settings_describe(const struct nlattr *nest)
{
	const struct nlattr *attrs[DSR_A_SETTINGS_MAX + 1];

	attrs_of_nest(nest, attrs, DSR_A_SETTINGS_MAX);
	keywords_print(settings, ARRAY_SIZE(settings), attrs);
}

static void setting_print(const struct keyword *setting,
			  const struct nlattr *const *attrs)
{
	out_string(NULL, "%s", setting->name);
	out_number(setting->name, " %" PRIu64,
		   attr_number(attrs[setting->attr], 0));
	out_line();
}

static void settings_print(const struct nlattr *const *attrs,
			   const struct keyword *only)
{
	out_list_open(NULL);
	out_item_open(NULL);
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++)
		if (!only || only == &settings[i])
			setting_print(&settings[i], attrs);
	out_item_close();
	out_list_close();
}

enum status get_main(struct args *args)
{
	const struct keyword *setting;
	const struct nlattr *attrs[DSR_A_SETTINGS_MAX + 1];
	struct answer answer = { 0 };
	enum status status;

	if (args_help(args, get_usage))
		return DONE;

	status = setting_take(args, &setting);
	if (status == DONE)
		status = settings_get(&answer, attrs);
	if (status == DONE)
		settings_print(attrs, setting);
	answer_free(&answer);
	return status;
}
