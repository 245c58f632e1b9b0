// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>

#include "backend.h"
#include "config_diff.h"
#include "device.h"
#include "output.h"
#include "service.h"
#include "settings.h"

/* Where the changes go. */
struct diff {
	struct config *wanted;
	struct config *is;
	change_take *take;
	void *to;
};

static enum status emit(const struct diff *diff, struct change change)
{
	return diff->take(&change, diff->to);
}

static enum status settings_diff(const struct diff *diff)
{
	enum status status = DONE;

	for (size_t i = 0; status == DONE && i <= DSR_A_SETTINGS_MAX; i++) {
		const struct config_setting *wanted = &diff->wanted->settings[i];
		const struct config_setting *is = &diff->is->settings[i];

		if (!wanted->attr || attr_equal(wanted->attr, is->attr))
			continue;
		status = emit(diff, (struct change){
			.command = DSR_CMD_SETTINGS_SET,
			.line = wanted->line,
			.setting = wanted->attr,
			.setting_is = is->attr,
		});
	}
	return status;
}

static enum status devices_diff(const struct diff *diff,
				const struct config *one,
				const struct config *other,
				enum dsr_cmd command)
{
	enum status status = DONE;

	for (size_t i = 0; status == DONE && i < one->devices_count; i++)
		if (!config_device_find(other, one->devices[i].ifindex))
			status = emit(diff, (struct change){
				.command = command,
				.line = one->devices[i].line,
				.ifindex = one->devices[i].ifindex,
			});
	return status;
}

/* Services that are to go. */
static enum status services_del(const struct diff *diff)
{
	enum status status = DONE;

	for (size_t i = 0; status == DONE && i < diff->is->count; i++)
		if (!diff->is->services[i].matched)
			status = emit(diff, (struct change){
				.command = DSR_CMD_SERVICE_DEL,
				.service_is = &diff->is->services[i],
			});
	return status;
}

static enum status backends_add(const struct diff *diff,
				const struct config_service *wanted)
{
	enum status status = DONE;

	for (size_t i = 0; status == DONE && i < wanted->count; i++)
		if (!wanted->backends[i].matched)
			status = emit(diff, (struct change){
				.command = DSR_CMD_BACKEND_ADD,
				.line = wanted->backends[i].line,
				.service = wanted,
				.backend = &wanted->backends[i],
			});
	return status;
}

static enum status backends_del(const struct diff *diff,
				const struct config_service *wanted,
				const struct config_service *is)
{
	enum status status = DONE;

	for (size_t i = 0; status == DONE && i < is->count; i++)
		if (!is->backends[i].matched)
			status = emit(diff, (struct change){
				.command = DSR_CMD_BACKEND_DEL,
				.service = wanted,
				.backend_is = &is->backends[i],
			});
	return status;
}

/* Both mostly have the same backends in the same order. */
static struct config_backend *backend_match(const struct config_service *is,
					    size_t guess,
					    const struct config_backend *wanted)
{
	if (guess < is->count &&
	    address_equal(&is->backends[guess].address, &wanted->address))
		return &is->backends[guess];

	return config_backend_find(is, &wanted->address);
}

static enum status backends_set(const struct diff *diff,
				const struct config_service *wanted,
				const struct config_service *is)
{
	enum status status = DONE;

	for (size_t i = 0; status == DONE && i < wanted->count; i++) {
		struct config_backend *backend = &wanted->backends[i];
		struct config_backend *match = backend_match(is, i, backend);
		unsigned long which;

		if (!match)
			continue;
		match->matched = true;
		backend->matched = true;
		which = backend_differs(backend->nest, match->nest);
		if (which)
			status = emit(diff, (struct change){
				.command = DSR_CMD_BACKEND_SET,
				.line = backend->line,
				.service = wanted,
				.backend = backend,
				.backend_is = match,
				.which = which,
			});
	}
	return status;
}

static enum status service_diff(const struct diff *diff,
				const struct config_service *wanted,
				const struct config_service *is)
{
	unsigned long which = service_differs(wanted->nest, is->nest);
	enum status status = DONE;

	if (which)
		status = emit(diff, (struct change){
			.command = DSR_CMD_SERVICE_SET,
			.line = wanted->line,
			.service = wanted,
			.service_is = is,
			.which = which,
		});
	if (status == DONE)
		status = backends_set(diff, wanted, is);
	if (status == DONE)
		status = backends_del(diff, wanted, is);
	return status == DONE ? backends_add(diff, wanted) : status;
}

static enum status service_add(const struct diff *diff,
			       const struct config_service *wanted)
{
	enum status status = emit(diff, (struct change){
		.command = DSR_CMD_SERVICE_ADD,
		.line = wanted->line,
		.service = wanted,
	});

	return status == DONE ? backends_add(diff, wanted) : status;
}

static void services_match(const struct diff *diff)
{
	for (size_t i = 0; i < diff->wanted->count; i++) {
		struct config_service *wanted = &diff->wanted->services[i];
		struct config_service *is = config_find(diff->is,
							&wanted->selector);

		wanted->matched = is;
		if (is)
			is->matched = true;
	}
}

static enum status services_diff(const struct diff *diff)
{
	enum status status;

	services_match(diff);
	status = services_del(diff);
	for (size_t i = 0; status == DONE && i < diff->wanted->count; i++) {
		struct config_service *wanted = &diff->wanted->services[i];

		status = wanted->matched ?
			 service_diff(diff, wanted,
				      config_find(diff->is,
						  &wanted->selector)) :
			 service_add(diff, wanted);
	}
	return status;
}

enum status config_diff(struct config *wanted, struct config *is,
			change_take *take, void *to)
{
	struct diff diff = { wanted, is, take, to };
	enum status status = settings_diff(&diff);

	if (status == DONE)
		status = services_diff(&diff);
	if (status == DONE)
		status = devices_diff(&diff, is, wanted, DSR_CMD_DEVICE_DETACH);
	if (status == DONE)
		status = devices_diff(&diff, wanted, is, DSR_CMD_DEVICE_ATTACH);
	return status;
}

/* The command that makes the change, in words. */
static const struct words {
	char sign;
	const char *object;
	const char *verb;
} words[] = {
	[DSR_CMD_SETTINGS_SET] = { '~', NULL, "set" },
	[DSR_CMD_SERVICE_ADD] = { '+', "service", "add" },
	[DSR_CMD_SERVICE_SET] = { '~', "service", "set" },
	[DSR_CMD_SERVICE_DEL] = { '-', "service", "del" },
	[DSR_CMD_BACKEND_ADD] = { '+', "backend", "add" },
	[DSR_CMD_BACKEND_SET] = { '~', "backend", "set" },
	[DSR_CMD_BACKEND_DEL] = { '-', "backend", "del" },
	[DSR_CMD_DEVICE_ATTACH] = { '+', "device", "attach" },
	[DSR_CMD_DEVICE_DETACH] = { '-', "device", "detach" },
};

static void change_open(const struct words *word, const char *verb)
{
	char sign[] = { word->sign, ' ', '\0' };

	out_item_open(NULL);
	out_string(NULL, "%s", sign);
	out_string("change", NULL, verb);
	if (!word->object)
		return;
	out_string("object", "%s", word->object);
	out_string(NULL, " %s ", verb);
}

/* What it was before stands in brackets, or is an object of its own. */
static void was_open(void)
{
	if (options.json)
		out_item_open("was");
	else
		out_string(NULL, "%s", " (was");
}

static void was_close(void)
{
	if (options.json)
		out_item_close();
	else
		out_string(NULL, "%s", ")");
}

static void service_print(const struct change *change)
{
	const struct config_service *service = change->service;

	change_open(&words[change->command], words[change->command].verb);
	switch (change->command) {
	case DSR_CMD_SERVICE_ADD:
		service_save(&service->selector, service->nest);
		break;
	case DSR_CMD_SERVICE_SET:
		service_save_name(&service->selector);
		service_save_some(change->which, service->nest);
		was_open();
		service_save_some(change->which, change->service_is->nest);
		was_close();
		break;
	default:
		service_save_name(&change->service_is->selector);
	}
	out_item_close();
}

static void backend_set_print(const struct change *change)
{
	const struct config_backend *backend = change->backend;
	unsigned long which = change->which;

	if (backend_state_is_in(which) && backend_drains(backend->nest)) {
		change_open(&words[change->command], "drain");
		backend_save_drain(&change->service->selector,
				   &backend->address, backend->nest);
		out_item_close();
		which = backend_without_state(which);
	}
	if (!which)
		return;

	change_open(&words[change->command], "set");
	backend_save_name(&change->service->selector, &backend->address);
	backend_save_some(which, backend->nest);
	was_open();
	backend_save_some(which, change->backend_is->nest);
	was_close();
	out_item_close();
}

static void backend_add_print(const struct change *change)
{
	const struct selector *service = &change->service->selector;
	const struct config_backend *backend = change->backend;

	change_open(&words[change->command], "add");
	backend_save(service, &backend->address, backend->nest);
	out_item_close();
	if (!backend_drains(backend->nest))
		return;

	change_open(&words[change->command], "drain");
	backend_save_drain(service, &backend->address, backend->nest);
	out_item_close();
}

static void backend_del_print(const struct change *change)
{
	change_open(&words[change->command], "del");
	backend_save_name(&change->service->selector,
			  &change->backend_is->address);
	out_item_close();
}

static void setting_print(const struct change *change)
{
	change_open(&words[change->command], "set");
	setting_save(change->setting);
	if (change->setting_is) {
		was_open();
		setting_save_value(change->setting_is);
		was_close();
	}
	out_item_close();
}

static void device_print(const struct change *change)
{
	change_open(&words[change->command], words[change->command].verb);
	out_string("device", "%s", device_name(change->ifindex));
	out_item_close();
}

enum status change_print(const struct change *change, void *to)
{
	(void)to;
	switch (change->command) {
	case DSR_CMD_SETTINGS_SET:
		setting_print(change);
		break;
	case DSR_CMD_BACKEND_ADD:
		backend_add_print(change);
		break;
	case DSR_CMD_BACKEND_SET:
		backend_set_print(change);
		break;
	case DSR_CMD_BACKEND_DEL:
		backend_del_print(change);
		break;
	case DSR_CMD_DEVICE_ATTACH:
	case DSR_CMD_DEVICE_DETACH:
		device_print(change);
		break;
	default:
		service_print(change);
	}
	return DONE;
}

static void service_change_put(struct nlmsghdr *message,
			       const struct change *change)
{
	if (change->command == DSR_CMD_SERVICE_DEL)
		service_put(message, &change->service_is->selector);
	else
		attr_copy(message, change->service->nest);
}

static void backend_change_put(struct nlmsghdr *message,
			       const struct change *change, bool named)
{
	if (!named)
		service_put(message, &change->service->selector);
	switch (change->command) {
	case DSR_CMD_BACKEND_DEL:
		backend_put(message, &change->backend_is->address);
		break;
	case DSR_CMD_BACKEND_SET:
		backend_put_set(message, change->which, change->backend->nest);
		break;
	default:
		attr_copy(message, change->backend->nest);
	}
}

static void device_change_put(struct nlmsghdr *message,
			      const struct change *change)
{
	struct nlattr *nest = mnl_attr_nest_start(message, DSR_A_DEVICE);

	mnl_attr_put_u32(message, DSR_A_DEVICE_IFINDEX, change->ifindex);
	mnl_attr_nest_end(message, nest);
}

static void setting_change_put(struct nlmsghdr *message,
			       const struct change *change)
{
	struct nlattr *nest = mnl_attr_nest_start(message, DSR_A_SETTINGS);

	attr_copy(message, change->setting);
	mnl_attr_nest_end(message, nest);
}

void change_put(struct nlmsghdr *message, const struct change *change,
		bool named)
{
	struct nlattr *nest = mnl_attr_nest_start(message, change->command);

	if (change->setting)
		setting_change_put(message, change);
	else if (change->ifindex)
		device_change_put(message, change);
	else if (change->backend || change->backend_is)
		backend_change_put(message, change, named);
	else
		service_change_put(message, change);
	mnl_attr_nest_end(message, nest);
}
