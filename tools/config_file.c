// SPDX-License-Identifier: GPL-2.0
/* The lines of a configuration file: those that dsrctl save prints. */
#include <stdio.h>
#include <string.h>

#include <linux/genetlink.h>

#include "backend.h"
#include "config.h"
#include "device.h"
#include "genl.h"
#include "output.h"
#include "script.h"
#include "service.h"
#include "settings.h"

/* A file that is being read. */
static struct reading {
	struct config *config;
	struct config_service *last;	/* of the line before */
	char last_word[SELECTOR_LEN];	/* which that named it by; empty: other */
	unsigned int line;
} reading;

/* The nest that was put last, which is the only one. */
static const struct nlattr *nest_of(const struct nlmsghdr *message)
{
	return mnl_nlmsg_get_payload_offset(message, sizeof(struct genlmsghdr));
}

/* Most lines name the service of the line before, by the same word. */
static bool word_is_last(struct args *args)
{
	if (!args->left || strcmp(args->word[0], reading.last_word))
		return false;

	args_next(args);
	return true;
}

/* A word without these, "mark", says nothing without the one behind it. */
static void word_note(const struct args *args)
{
	const char *word = args->left ? args->word[0] : "";
	size_t len = strpbrk(word, ".:") ? strlen(word) : 0;

	if (len >= sizeof(reading.last_word))
		len = 0;
	memcpy(reading.last_word, word, len);
	reading.last_word[len] = '\0';
}

static enum status service_read(struct args *args)
{
	struct config_service *service;
	struct selector selector;
	char name[SELECTOR_LEN];
	struct nlmsghdr *message;
	struct request request;
	enum status status;

	word_note(args);
	message = genl_request(&request, DSR_CMD_SERVICE_ADD);
	status = service_take(args, message, KEYWORDS_ALL, &selector);
	if (status != DONE)
		return status;

	service = config_find(reading.config, &selector);
	if (service)
		return usage_error("service %s: line %u has this service already",
				   selector_format(&selector, name),
				   service->line);
	service = config_add(reading.config, &selector);
	if (!service)
		return REFUSED;
	service->line = reading.line;
	service->nest = config_keep(reading.config, nest_of(message));
	reading.last = service;
	return service->nest ? DONE : REFUSED;
}

/* The service that a line names. */
static enum status service_named(struct args *args,
				 struct config_service **service)
{
	struct selector selector;
	char name[SELECTOR_LEN];
	enum status status;

	*service = reading.last;
	if (*service && word_is_last(args))
		return DONE;

	word_note(args);
	status = selector_take(args, &selector);
	if (status != DONE)
		return status;

	*service = config_find(reading.config, &selector);
	reading.last = *service;
	if (*service)
		return DONE;
	return usage_error("service %s: a line that adds it is expected before this one",
			   selector_format(&selector, name));
}

/* The service and the backend's address that a line names. */
static enum status names_read(struct args *args,
			      struct config_service **service,
			      struct address *address)
{
	enum status status = service_named(args, service);

	return status == DONE ? backend_take(args, address) : status;
}

static enum status backend_read(struct args *args)
{
	struct config_service *service;
	struct config_backend *backend;
	struct nlmsghdr *message;
	struct address address;
	char name[ADDRESS_LEN];
	struct request request;
	enum status status;

	status = names_read(args, &service, &address);
	if (status != DONE)
		return status;

	message = genl_request(&request, DSR_CMD_BACKEND_ADD);
	status = backend_options_take(args, message, KEYWORDS_ALL,
				      &service->selector, &address);
	if (status != DONE)
		return status;

	backend = config_backend_find(service, &address);
	if (backend)
		return usage_error("backend %s: line %u has this backend already",
				   address_format(&address, name),
				   backend->line);
	backend = config_backend_add(service, &address);
	if (!backend)
		return REFUSED;
	backend->line = reading.line;
	backend->nest = config_keep(reading.config, nest_of(message));
	return backend->nest ? DONE : REFUSED;
}

static enum status drain_read(struct args *args)
{
	struct config_service *service;
	struct config_backend *backend;
	struct nlmsghdr *message, *merged;
	struct request request, merging;
	struct address address;
	char name[ADDRESS_LEN];
	enum status status;

	status = names_read(args, &service, &address);
	if (status != DONE)
		return status;

	message = genl_request(&request, DSR_CMD_BACKEND_SET);
	status = backend_drain_take(args, message, &service->selector, &address);
	if (status != DONE)
		return status;

	backend = config_backend_find(service, &address);
	if (!backend)
		return usage_error("backend %s: a line that adds it is expected before this one",
				   address_format(&address, name));
	if (backend_drains(backend->nest))
		return usage_error("backend %s: line %u drains it already",
				   address_format(&address, name),
				   backend->line);
	backend->line = reading.line;
	merged = genl_request(&merging, DSR_CMD_BACKEND_ADD);
	backend_put_drained(merged, backend->nest, nest_of(message));
	backend->nest = config_keep(reading.config, nest_of(merged));
	return backend->nest ? DONE : REFUSED;
}

static enum status device_read(struct args *args)
{
	const struct config_device *device;
	unsigned int ifindex;
	enum status status;

	status = device_take(args, &ifindex);
	if (status != DONE)
		return status;
	device = config_device_find(reading.config, ifindex);
	if (device)
		return usage_error("device \"%s\": line %u attaches it already",
				   device_name(ifindex), device->line);

	return config_device_add(reading.config, ifindex, reading.line);
}

static enum status set_read(struct args *args)
{
	struct config_setting *setting;
	const struct nlattr *attr;
	struct nlmsghdr *message;
	struct request request;
	enum status status;

	message = genl_request(&request, DSR_CMD_SETTINGS_SET);
	status = settings_take(args, message);
	if (status != DONE)
		return status;

	mnl_attr_for_each_nested(attr, nest_of(message)) {
		setting = &reading.config->settings[mnl_attr_get_type(attr)];
		if (setting->attr)
			return usage_error("%s: line %u has this setting already",
					   setting_name(attr), setting->line);
		setting->line = reading.line;
		setting->attr = config_keep(reading.config, attr);
		if (!setting->attr)
			return REFUSED;
	}
	return DONE;
}

static const struct command service_verbs[] = {
	{ "add", service_read },
};

static const struct command backend_verbs[] = {
	{ "add", backend_read },
	{ "drain", drain_read },
};

static const struct command device_verbs[] = {
	{ "attach", device_read },
};

static enum status verb_read(struct args *args, const char *what,
			     const struct command *verbs, size_t count)
{
	const struct command *verb;

	verb = command_find_only(what, args_next(args), verbs, count);
	return verb ? verb->run(args) : USAGE;
}

static enum status service_line(struct args *args)
{
	return verb_read(args, "configuration service verb", service_verbs,
			 ARRAY_SIZE(service_verbs));
}

static enum status backend_line(struct args *args)
{
	return verb_read(args, "configuration backend verb", backend_verbs,
			 ARRAY_SIZE(backend_verbs));
}

static enum status device_line(struct args *args)
{
	return verb_read(args, "configuration device verb", device_verbs,
			 ARRAY_SIZE(device_verbs));
}

static const struct command lines[] = {
	{ "service", service_line },
	{ "backend", backend_line },
	{ "device", device_line },
	{ "set", set_read },
};

static enum status line_read(struct args *args)
{
	const struct command *line;

	line = command_find_only("configuration line", args_next(args), lines,
				 ARRAY_SIZE(lines));
	return line ? line->run(args) : USAGE;
}

enum status config_read(struct config *config, struct script *script)
{
	enum status status;
	struct args args;

	*config = (struct config){ 0 };
	reading = (struct reading){ .config = config };
	while (script_next(script, &args, &status)) {
		reading.line = script->line;
		if (status == DONE)
			status = script_no_option(&args);
		if (status == DONE)
			status = line_read(&args);
		if (status != DONE)
			break;
	}
	return status;
}
