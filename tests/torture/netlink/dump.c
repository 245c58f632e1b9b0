// SPDX-License-Identifier: GPL-2.0
/* The kernel's configuration by each way in which it tells it. */
#include <errno.h>

#include "dump.h"

static void reading_begin(struct reading *reading)
{
	model_clear(&reading->model);
	reading->wrong = NULL;
	reading->begun = false;
}

static void take_config(const struct nlmsghdr *message, void *to)
{
	struct view attrs = message_attrs(message), changes;
	struct reading *reading = to;
	__u32 generation;

	if (reading->wrong)
		return;
	generation = view_find_number(attrs, DSR_A_GENERATION, 0);
	if (reading->begun && generation != reading->generation &&
	    !(message->nlmsg_flags & NLM_F_DUMP_INTR))
		reading->wrong = "a dump of two generations isn't marked as such";
	reading->generation = generation;
	reading->begun = true;
	if (view_find(attrs, DSR_A_CHANGES, &changes))
		reading->wrong = model_changes(&reading->model, changes, true);
}

/**
 * dump_config() - read the configuration as the changes that would make it
 * @talk: the socket
 * @spec: the family
 * @reading: the result, which model_clear() frees
 *
 * Return: 0, -EINTR where it changed meanwhile, or a negative errno.
 */
int dump_config(struct talk *talk, const struct spec *spec, struct reading *reading)
{
	int err;

	reading_begin(reading);
	err = talk_dump(talk, spec, DSR_CMD_CONFIG_GET, take_config, reading);
	reading->model.generation = reading->generation;
	return err;
}

static void take_service(const struct nlmsghdr *message, void *to)
{
	struct reading *reading = to;
	struct service *svc;
	struct view nest;

	if (reading->wrong || !view_find(message_attrs(message), DSR_A_SERVICE, &nest))
		return;
	reading->wrong = model_service(&reading->model, nest);
	if (reading->wrong)
		return;
	svc = &reading->model.services[reading->model.nr - 1];
	svc->option[DSR_A_SERVICE_BACKENDS] = view_find_number(nest, DSR_A_SERVICE_BACKENDS, 0);
}

static __u64 traffic(struct view nest, unsigned int type)
{
	struct view stats;

	return view_find(nest, type, &stats) ? view_find_number(stats, DSR_TRAFFIC_FLOWS, 0) : 0;
}

static void take_backend(const struct nlmsghdr *message, void *to)
{
	struct view attrs = message_attrs(message), service = {}, backend = {};
	struct reading *reading = to;

	if (reading->wrong)
		return;
	view_find(attrs, DSR_A_SERVICE, &service);
	view_find(attrs, DSR_A_BACKEND, &backend);
	reading->wrong = model_backend(&reading->model, service, backend);
	if (!reading->wrong && view_find_number(backend, DSR_A_BACKEND_FLOWS, 0) >
	    traffic(backend, DSR_A_BACKEND_STATS))
		reading->wrong = "a backend has more flows than it ever had";
}

/* What a service says of the number of its backends is so. */
static void check_numbers(struct reading *reading)
{
	struct service *svc;
	unsigned int i;

	for (i = 0; i < reading->model.nr; i++) {
		svc = &reading->model.services[i];
		if (svc->option[DSR_A_SERVICE_BACKENDS] != svc->nr && !reading->wrong)
			reading->wrong = "a service has another number of backends than it says";
		svc->option[DSR_A_SERVICE_BACKENDS] = 0;
	}
}

/* As dump_config(), from the dumps of services and of backends. */
int dump_objects(struct talk *talk, const struct spec *spec, struct reading *reading)
{
	int err;

	reading_begin(reading);
	err = talk_dump(talk, spec, DSR_CMD_SERVICE_GET, take_service, reading);
	if (!err)
		err = talk_dump(talk, spec, DSR_CMD_BACKEND_GET, take_backend, reading);
	if (!err)
		check_numbers(reading);
	return err;
}

static void take_settings(const struct nlmsghdr *message, void *to)
{
	struct view nest = {}, digest = {};
	struct model *model = to;

	if (!view_find(message_attrs(message), DSR_A_SETTINGS, &nest))
		return;
	model->generation = view_find_number(nest, DSR_A_SETTINGS_GENERATION, 0);
	model->setting[DSR_A_SETTINGS_FLOWS] = view_find_number(nest, DSR_A_SETTINGS_FLOWS, 0);
	model->setting[DSR_A_SETTINGS_HASH_SEED] =
		view_find_number(nest, DSR_A_SETTINGS_HASH_SEED, 0);
	view_find(nest, DSR_A_SETTINGS_DIGEST, &digest);
	model->digest_len = digest.len < DSR_DIGEST_LEN ? digest.len : DSR_DIGEST_LEN;
	if (digest.data)
		memcpy(model->digest, digest.data, model->digest_len);
}

int dump_settings(struct talk *talk, const struct spec *spec, struct model *model)
{
	return talk_ask(talk, spec, DSR_CMD_SETTINGS_GET, take_settings, model);
}

static void take_device(const struct nlmsghdr *message, void *to)
{
	struct model *model = to;
	struct view nest;

	if (view_find(message_attrs(message), DSR_A_DEVICE, &nest) &&
	    model->devices_nr < MODEL_DEVICES)
		model->devices[model->devices_nr++] =
			view_find_number(nest, DSR_A_DEVICE_IFINDEX, 0);
}

int dump_devices(struct talk *talk, const struct spec *spec, struct model *model)
{
	model->devices_nr = 0;
	return talk_dump(talk, spec, DSR_CMD_DEVICE_GET, take_device, model);
}
