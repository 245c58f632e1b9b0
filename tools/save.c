// SPDX-License-Identifier: GPL-2.0
/* dsrctl save: the configuration as the lines that make it. */
#include <stdio.h>

#include "backend.h"
#include "config.h"
#include "device.h"
#include "output.h"
#include "service.h"
#include "settings.h"

static const char usage[] =
"Usage: dsrctl save [ > FILE ]\n"
"\n"
"The configuration of the network namespace, as lines that \"dsrctl apply\" and\n"
"\"dsrctl -b\" take.\n";

static void line_open(const char *words)
{
	out_item_open(NULL);
	out_string(NULL, "%s", words);
}

static void settings_save(const struct config *config)
{
	for (size_t i = 0; i <= DSR_A_SETTINGS_MAX; i++) {
		if (!config->settings[i].attr)
			continue;
		out_item_open(NULL);
		setting_save(config->settings[i].attr);
		out_item_close();
	}
}

static void devices_save(const struct config *config)
{
	for (size_t i = 0; i < config->devices_count; i++) {
		line_open("device attach ");
		out_string(NULL, "%s",
			   device_name(config->devices[i].ifindex));
		out_item_close();
	}
}

static void backends_save(const struct config_service *service)
{
	for (size_t i = 0; i < service->count; i++) {
		const struct config_backend *backend = &service->backends[i];

		line_open("backend add ");
		backend_save(&service->selector, &backend->address,
			     backend->nest);
		out_item_close();
		if (!backend_drains(backend->nest))
			continue;
		line_open("backend drain ");
		backend_save_drain(&service->selector, &backend->address,
				   backend->nest);
		out_item_close();
	}
}

static void services_save(const struct config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		const struct config_service *service = &config->services[i];

		line_open("service add ");
		service_save(&service->selector, service->nest);
		out_item_close();
		backends_save(service);
	}
}

enum status save_main(struct args *args)
{
	struct config config;
	enum status status;

	if (args_help(args, usage))
		return DONE;

	status = args_end(args);
	if (status == DONE && options.json)
		status = usage_error("option \"--json\": save prints lines, which are not JSON");
	if (status != DONE)
		return status;

	status = config_get(&config);
	if (status == DONE) {
		settings_save(&config);
		devices_save(&config);
		services_save(&config);
	}
	config_free(&config);
	return status;
}
