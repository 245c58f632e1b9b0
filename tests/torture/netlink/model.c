// SPDX-License-Identifier: GPL-2.0
/* The configuration as its documentation in uapi/dsr.h has it: what each request
 * that was accepted makes of it.  Whether one should have been is only asked where
 * it couldn't have been carried out.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "model.h"

#define HALF	2	/* what grows doubles */

/* What is 0 by default isn't here. */
static const __u64 service_defaults[__DSR_A_SERVICE_MAX] = {
	[DSR_A_SERVICE_ADOPT] = 1,
	[DSR_A_SERVICE_TIMEOUT_SYN] = DSR_TIMEOUT_SYN,
	[DSR_A_SERVICE_TIMEOUT_ESTABLISHED] = DSR_TIMEOUT_ESTABLISHED,
	[DSR_A_SERVICE_TIMEOUT_FIN] = DSR_TIMEOUT_FIN,
	[DSR_A_SERVICE_TIMEOUT_UDP] = DSR_TIMEOUT_UDP,
};

static const __u64 backend_defaults[__DSR_A_BACKEND_MAX] = {
	[DSR_A_BACKEND_WEIGHT] = 1,
};

/* Attributes of answers that are no options. */
static bool is_service_option(unsigned int type)
{
	return type > DSR_A_SERVICE_FAMILY && type < __DSR_A_SERVICE_MAX &&
	       type != DSR_A_SERVICE_SCHEDULER && type != DSR_A_SERVICE_BACKENDS &&
	       type != DSR_A_SERVICE_STATS;
}

static bool is_backend_option(unsigned int type)
{
	switch (type) {
	case DSR_A_BACKEND_ADDRESS:
	case DSR_A_BACKEND_DRAIN_LEFT:
	case DSR_A_BACKEND_FLOWS:
	case DSR_A_BACKEND_CLOSING:
	case DSR_A_BACKEND_IFINDEX:
	case DSR_A_BACKEND_LLADDR:
	case DSR_A_BACKEND_STATS:
	case DSR_A_BACKEND_WHY:
		return false;
	}
	return type < __DSR_A_BACKEND_MAX;
}

void model_init(struct model *model)
{
	memset(model, 0, sizeof(*model));
}

static void service_remove_backends(struct service *svc)
{
	free(svc->backends);
	svc->backends = NULL;
	svc->nr = 0;
	svc->room = 0;
}

static void remove_services(struct model *model)
{
	unsigned int i;

	for (i = 0; i < model->nr; i++)
		service_remove_backends(&model->services[i]);
	model->nr = 0;
}

void model_clear(struct model *model)
{
	remove_services(model);
	free(model->services);
	model_init(model);
}

void batch_clear(struct batch *batch)
{
	free(batch->data);
	batch->data = NULL;
	batch->len = 0;
}

/* Room for one more of @size at the end of an array. */
static void *grow(void *array, unsigned int nr, unsigned int *room, size_t size)
{
	if (nr < *room)
		return array;
	*room = *room ? *room * HALF : 4;
	array = realloc(array, *room * size);
	if (!array)
		abort();
	return array;
}

static bool address_equal(const struct address *a, const struct address *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

static bool key_equal(const struct key *a, const struct key *b)
{
	return address_equal(&a->address, &b->address) && a->mark == b->mark &&
	       a->port == b->port && a->port_end == b->port_end &&
	       a->family == b->family && a->prefixlen == b->prefixlen &&
	       a->protocol == b->protocol;
}

struct service *model_find(const struct model *model, const struct key *key)
{
	unsigned int i;

	for (i = 0; i < model->nr; i++)
		if (key_equal(&model->services[i].key, key))
			return &model->services[i];
	return NULL;
}

struct backend *service_find(const struct service *svc, const struct address *address)
{
	unsigned int i;

	for (i = 0; i < svc->nr; i++)
		if (address_equal(&svc->backends[i].address, address))
			return &svc->backends[i];
	return NULL;
}

static bool get_address(struct view nest, unsigned int type, struct address *address)
{
	struct view found;

	memset(address, 0, sizeof(*address));
	if (!view_find(nest, type, &found) || (found.len != 4 && found.len != 16))
		return false;
	memcpy(address->bytes, found.data, found.len);
	address->len = found.len;
	return true;
}

static bool get_key(struct view nest, struct key *key)
{
	memset(key, 0, sizeof(*key));
	key->mark = view_find_number(nest, DSR_A_SERVICE_MARK, 0);
	if (key->mark) {
		key->family = view_find_number(nest, DSR_A_SERVICE_FAMILY, AF_INET);
		return true;
	}
	if (!get_address(nest, DSR_A_SERVICE_ADDRESS, &key->address))
		return false;
	key->family = key->address.len == 4 ? AF_INET : AF_INET6;
	key->prefixlen = view_find_number(nest, DSR_A_SERVICE_PREFIXLEN, key->address.len * 8);
	key->protocol = view_find_number(nest, DSR_A_SERVICE_PROTOCOL, 0);
	key->port = ntohs(view_find_number(nest, DSR_A_SERVICE_PORT, 0));
	key->port_end = ntohs(view_find_number(nest, DSR_A_SERVICE_PORT_END, htons(key->port)));
	return true;
}

static __u64 address_bits(const struct key *key)
{
	return key->family == AF_INET ? 32 : 128;
}

/* An affinity without a prefix length is of whole addresses. */
static void set_service_options(struct service *svc, struct view nest)
{
	struct view payload, scheduler, rest = nest;
	unsigned int type;

	if (view_find(nest, DSR_A_SERVICE_AFFINITY, &payload))
		svc->option[DSR_A_SERVICE_AFFINITY_PREFIXLEN] = address_bits(&svc->key);
	while (view_next(&rest, &type, &payload))
		if (is_service_option(type))
			svc->option[type] = view_number(payload);
	if (view_find(nest, DSR_A_SERVICE_SCHEDULER, &scheduler))
		snprintf(svc->scheduler, sizeof(svc->scheduler), "%.*s",
			 (int)scheduler.len, (const char *)scheduler.data);
}

static const char *service_add(struct model *model, const struct key *key, struct view nest)
{
	struct service *svc;

	if (model_find(model, key))
		return "a service that was there is added";
	model->services = grow(model->services, model->nr, &model->room, sizeof(*svc));
	svc = &model->services[model->nr++];
	memset(svc, 0, sizeof(*svc));
	svc->key = *key;
	snprintf(svc->scheduler, sizeof(svc->scheduler), "maglev");
	memcpy(svc->option, service_defaults, sizeof(svc->option));
	svc->option[DSR_A_SERVICE_AFFINITY_PREFIXLEN] = address_bits(key);
	set_service_options(svc, nest);
	return NULL;
}

static void service_del(struct model *model, struct service *svc)
{
	service_remove_backends(svc);
	memmove(svc, svc + 1, (&model->services[--model->nr] - svc) * sizeof(*svc));
}

/* Which states a request gives; answers also know others of one that is up. */
static __u64 state_wanted(__u64 state)
{
	return state == DSR_STATE_UNRESOLVED || state == DSR_STATE_FULL ? DSR_STATE_UP : state;
}

static void set_backend_options(struct model *model, struct backend *be, struct view nest)
{
	struct view payload, rest = nest;
	unsigned int type;

	if (view_find(nest, DSR_A_BACKEND_STATE, &payload)) {
		be->option[DSR_A_BACKEND_DRAIN_FOR] = 0;
		model->drains += view_number(payload) == DSR_STATE_DRAINING;
	}
	while (view_next(&rest, &type, &payload))
		if (is_backend_option(type))
			be->option[type] = view_number(payload);
	be->option[DSR_A_BACKEND_STATE] = state_wanted(be->option[DSR_A_BACKEND_STATE]);
}

static const char *backend_add(struct model *model, struct service *svc,
			       const struct address *address, struct view nest)
{
	struct backend *be;

	if (service_find(svc, address))
		return "a backend that was there is added";
	svc->backends = grow(svc->backends, svc->nr, &svc->room, sizeof(*be));
	be = &svc->backends[svc->nr++];
	memset(be, 0, sizeof(*be));
	be->address = *address;
	memcpy(be->option, backend_defaults, sizeof(be->option));
	set_backend_options(model, be, nest);
	return NULL;
}

static void backend_del(struct service *svc, struct backend *be)
{
	memmove(be, be + 1, (&svc->backends[--svc->nr] - be) * sizeof(*be));
}

/* One of what is changed together. */
struct change {
	int command;
	struct view attrs;
	struct key key;		/* of the service of the change before */
	bool keyed;
	bool repeats;		/* a service may be there: it goes on with it */
	bool touched;		/* the configuration isn't the same any more */
};

static const char *change_service(struct model *model, struct change *change)
{
	struct service *svc;
	struct view nest;

	if (!view_find(change->attrs, DSR_A_SERVICE, &nest) || !get_key(nest, &change->key))
		return "a service that wasn't named is changed";
	change->touched = true;
	change->keyed = change->command != DSR_CMD_SERVICE_DEL;
	svc = model_find(model, &change->key);
	if (change->command == DSR_CMD_SERVICE_ADD)
		return svc && change->repeats ? NULL : service_add(model, &change->key, nest);
	if (!svc)
		return "a service that wasn't there is changed";
	if (change->command == DSR_CMD_SERVICE_SET)
		set_service_options(svc, nest);
	else
		service_del(model, svc);
	return NULL;
}

static const char *change_backend(struct model *model, struct change *change)
{
	struct address address;
	struct view nest = {};
	struct service *svc;
	struct backend *be;

	if (view_find(change->attrs, DSR_A_SERVICE, &nest))
		change->keyed = get_key(nest, &change->key);
	svc = change->keyed ? model_find(model, &change->key) : NULL;
	if (!svc)
		return "a backend of a service that wasn't there is changed";
	if (!view_find(change->attrs, DSR_A_BACKEND, &nest) ||
	    !get_address(nest, DSR_A_BACKEND_ADDRESS, &address))
		return "a backend that wasn't named is changed";
	change->touched = true;
	be = service_find(svc, &address);
	if (change->command == DSR_CMD_BACKEND_ADD)
		return backend_add(model, svc, &address, nest);
	if (!be)
		return "a backend that wasn't there is changed";
	if (change->command == DSR_CMD_BACKEND_SET)
		set_backend_options(model, be, nest);
	else
		backend_del(svc, be);
	return NULL;
}

/* A seed that was there already changes nothing. */
static const char *change_settings(struct model *model, struct change *change)
{
	__u64 *seed = &model->setting[DSR_A_SETTINGS_HASH_SEED];
	struct view nest, payload;

	if (!view_find(change->attrs, DSR_A_SETTINGS, &nest))
		return "settings that weren't given are set";
	if (view_find(nest, DSR_A_SETTINGS_HASH_SEED, &payload)) {
		change->touched |= *seed != view_number(payload);
		*seed = view_number(payload);
	}
	if (view_find(nest, DSR_A_SETTINGS_FLOWS, &payload)) {
		change->touched = true;
		model->setting[DSR_A_SETTINGS_FLOWS] = view_number(payload);
	}
	return NULL;
}

static const char *device_attach(struct model *model, __u32 ifindex)
{
	unsigned int i;

	for (i = 0; i < model->devices_nr; i++)
		if (model->devices[i] == ifindex)
			return "a device that was attached is attached";
	if (model->devices_nr == MODEL_DEVICES)
		return "a device that can't be there is attached";
	for (i = model->devices_nr++; i && model->devices[i - 1] > ifindex; i--)
		model->devices[i] = model->devices[i - 1];
	model->devices[i] = ifindex;
	return NULL;
}

static const char *device_detach(struct model *model, __u32 ifindex)
{
	unsigned int i;

	for (i = 0; i < model->devices_nr; i++)
		if (model->devices[i] == ifindex)
			break;
	if (i == model->devices_nr)
		return "a device that wasn't attached is detached";
	for (model->devices_nr--; i < model->devices_nr; i++)
		model->devices[i] = model->devices[i + 1];
	return NULL;
}

/* Each device counts for itself. */
static const char *change_device(struct model *model, struct change *change)
{
	__u32 ifindex;
	struct view nest;

	if (!view_find(change->attrs, DSR_A_DEVICE, &nest))
		return "a device that wasn't named is changed";
	ifindex = view_find_number(nest, DSR_A_DEVICE_IFINDEX, 0);
	model->generation++;
	if (change->command == DSR_CMD_DEVICE_ATTACH)
		return device_attach(model, ifindex);
	return device_detach(model, ifindex);
}

static const char *change_any(struct model *model, struct change *change)
{
	switch (change->command) {
	case DSR_CMD_SERVICE_ADD:
	case DSR_CMD_SERVICE_SET:
	case DSR_CMD_SERVICE_DEL:
		return change_service(model, change);
	case DSR_CMD_BACKEND_ADD:
	case DSR_CMD_BACKEND_SET:
	case DSR_CMD_BACKEND_DEL:
		return change_backend(model, change);
	case DSR_CMD_SETTINGS_SET:
		return change_settings(model, change);
	case DSR_CMD_DEVICE_ATTACH:
	case DSR_CMD_DEVICE_DETACH:
		return change_device(model, change);
	}
	return "a change of an unknown kind is made";
}

/**
 * model_changes() - carry out a list of changes
 * @model: the model
 * @changes: the payload of DSR_A_CHANGES
 * @repeats: a service that is there already may be added, and stays as it is
 *
 * Return: NULL, or what can't be.
 */
const char *model_changes(struct model *model, struct view changes, bool repeats)
{
	struct change change = { .repeats = repeats };
	const char *wrong = NULL;
	unsigned int type;

	while (!wrong && view_next(&changes, &type, &change.attrs)) {
		change.command = type;
		wrong = change_any(model, &change);
	}
	model->generation += change.touched;
	return wrong;
}

static void batch_add(struct batch *batch, struct view changes)
{
	size_t len = NLA_ALIGN(changes.len);

	batch->data = realloc(batch->data, batch->len + len + 1);
	if (!batch->data)
		abort();
	memset(batch->data + batch->len, 0, len);
	memcpy(batch->data + batch->len, changes.data, changes.len);
	batch->len += len;
}

static void note_digest(struct model *model, struct view attrs)
{
	struct view digest = {};

	view_find(attrs, DSR_A_DIGEST, &digest);
	model->digest_len = digest.len < DSR_DIGEST_LEN ? digest.len : DSR_DIGEST_LEN;
	if (digest.data)
		memcpy(model->digest, digest.data, model->digest_len);
}

static const char *config_change(struct model *model, struct batch *batch, struct view attrs)
{
	struct view changes, generation;
	const char *wrong;

	if (view_find(attrs, DSR_A_CHANGES, &changes))
		batch_add(batch, changes);
	if (view_find(attrs, DSR_A_MORE, &changes))
		return NULL;
	if (view_find(attrs, DSR_A_GENERATION, &generation) &&
	    (__u32)view_number(generation) - model->generation > model->drains)
		return "a change of another generation is made";
	changes.data = batch->data;
	changes.len = batch->len;
	wrong = model_changes(model, changes, false);
	batch_clear(batch);
	note_digest(model, attrs);
	return wrong;
}

static const char *flush_backends(struct model *model, struct view attrs)
{
	struct service *svc;
	struct view nest;
	struct key key;

	if (!view_find(attrs, DSR_A_SERVICE, &nest) || !get_key(nest, &key))
		return "a service that wasn't named is flushed";
	svc = model_find(model, &key);
	if (!svc)
		return "a service that wasn't there is flushed";
	model->generation += !!svc->nr;
	service_remove_backends(svc);
	return NULL;
}

static const char *flush_services(struct model *model)
{
	model->generation += !!model->nr;
	remove_services(model);
	return NULL;
}

static const char *change_alone(struct model *model, int command, struct view attrs)
{
	struct change change = { .command = command, .attrs = attrs };
	const char *wrong = change_any(model, &change);

	model->generation += change.touched;
	return wrong;
}

static bool changes_nothing(int command)
{
	switch (command) {
	case DSR_CMD_SERVICE_GET:
	case DSR_CMD_BACKEND_GET:
	case DSR_CMD_STATS_GET:
	case DSR_CMD_SETTINGS_GET:
	case DSR_CMD_FLOW_GET:
	case DSR_CMD_FLOW_COUNT:
	case DSR_CMD_FLOW_FLUSH:
	case DSR_CMD_DEVICE_GET:
	case DSR_CMD_CONFIG_GET:
	case DSR_CMD_EXPLAIN:
		return true;
	}
	return false;
}

static const char *carry_out(struct model *model, struct batch *batch, int command,
			     struct view attrs)
{
	if (changes_nothing(command))
		return NULL;
	switch (command) {
	case DSR_CMD_SERVICE_FLUSH:
		return flush_services(model);
	case DSR_CMD_BACKEND_FLUSH:
		return flush_backends(model, attrs);
	case DSR_CMD_CONFIG_CHANGE:
		return config_change(model, batch, attrs);
	}
	return change_alone(model, command, attrs);
}

/**
 * model_command() - carry out a request that was accepted
 * @model: the model
 * @batch: what its socket has sent with MORE
 * @command: DSR_CMD_*
 * @attrs: the request's attributes
 *
 * Return: NULL, or why it shouldn't have been.
 */
const char *model_command(struct model *model, struct batch *batch, int command, struct view attrs)
{
	__u32 before = model->generation;
	const char *wrong = carry_out(model, batch, command, attrs);

	/* A digest is of the configuration that it came with. */
	if (command != DSR_CMD_CONFIG_CHANGE && model->generation != before)
		model->digest_len = 0;
	return wrong;
}

/* From an answer with a service and its options. */
const char *model_service(struct model *model, struct view service)
{
	struct key key;

	if (!get_key(service, &key))
		return "a service without a name is told of";
	return service_add(model, &key, service);
}

/* From an answer with a backend and its options, behind that with its service. */
const char *model_backend(struct model *model, struct view service, struct view backend)
{
	struct address address;
	struct service *svc;
	struct key key;

	if (!get_key(service, &key) || !get_address(backend, DSR_A_BACKEND_ADDRESS, &address))
		return "a backend without a name is told of";
	svc = model_find(model, &key);
	if (!svc)
		return "a backend of an unknown service is told of";
	return backend_add(model, svc, &address, backend);
}

/* A drain that has ended since is no difference. */
void model_settle_drains(struct model *model, const struct model *kernel)
{
	const struct backend *theirs;
	unsigned int i, j;
	struct backend *ours;

	for (i = 0; i < model->nr && i < kernel->nr; i++)
		for (j = 0; j < model->services[i].nr && j < kernel->services[i].nr; j++) {
			ours = &model->services[i].backends[j];
			theirs = &kernel->services[i].backends[j];
			if (ours->option[DSR_A_BACKEND_STATE] != DSR_STATE_DRAINING ||
			    theirs->option[DSR_A_BACKEND_STATE] != DSR_STATE_DOWN)
				continue;
			ours->option[DSR_A_BACKEND_STATE] = DSR_STATE_DOWN;
			ours->option[DSR_A_BACKEND_DRAIN_FOR] = 0;
		}
}

/* Drains that have begun and that the kernel has still. */
static unsigned int count_drains(const struct model *kernel)
{
	unsigned int i, j, nr = 0;

	for (i = 0; i < kernel->nr; i++)
		for (j = 0; j < kernel->services[i].nr; j++)
			nr += kernel->services[i].backends[j].option[DSR_A_BACKEND_STATE] ==
			      DSR_STATE_DRAINING;
	return nr;
}

/**
 * model_settle() - take over what happens without a request
 * @model: the model
 * @kernel: what the kernel has said
 *
 * Drains end, each of which is a new generation, and a digest that came before goes.
 *
 * Return: NULL, or why the generation can't be the kernel's.
 */
const char *model_settle(struct model *model, const struct model *kernel)
{
	__u32 risen = kernel->generation - model->generation;

	model_settle_drains(model, kernel);
	if (risen > model->drains)
		return "the generation";
	if (risen && !kernel->digest_len)
		model->digest_len = 0;
	model->generation = kernel->generation;
	model->drains = count_drains(kernel);
	return NULL;
}

static const char *service_differs(const struct service *a, const struct service *b)
{
	unsigned int i;

	if (!key_equal(&a->key, &b->key))
		return "which services there are";
	if (strcmp(a->scheduler, b->scheduler) ||
	    memcmp(a->option, b->option, sizeof(a->option)))
		return "a service's options";
	if (a->nr != b->nr)
		return "how many backends a service has";
	for (i = 0; i < a->nr; i++) {
		if (!address_equal(&a->backends[i].address, &b->backends[i].address))
			return "which backends a service has";
		if (memcmp(a->backends[i].option, b->backends[i].option,
			   sizeof(a->backends[i].option)))
			return "a backend's options";
	}
	return NULL;
}

/* In what the services and backends of the two differ, or NULL. */
const char *model_differs(const struct model *model, const struct model *kernel)
{
	const char *what = NULL;
	unsigned int i;

	if (model->nr != kernel->nr)
		return "how many services there are";
	for (i = 0; i < model->nr && !what; i++)
		what = service_differs(&model->services[i], &kernel->services[i]);
	return what;
}
