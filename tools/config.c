// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "backend.h"
#include "config.h"
#include "genl.h"
#include "output.h"
#include "service.h"

#define BLOCK_LEN 65536

/* Memory for attributes, which are many and small. */
struct config_block {
	struct config_block *next;
	size_t used;
	char bytes[BLOCK_LEN] __attribute__((aligned(8)));
};

const struct nlattr *config_keep(struct config *config,
				 const struct nlattr *attr)
{
	size_t len = MNL_ALIGN(mnl_attr_get_len(attr));
	struct config_block *block = config->blocks;
	void *copy;

	if (!block || block->used + len > BLOCK_LEN) {
		block = malloc(sizeof(*block));
		if (!block) {
			out_of_memory();
			return NULL;
		}
		block->used = 0;
		block->next = config->blocks;
		config->blocks = block;
	}
	copy = memcpy(block->bytes + block->used, attr, len);
	block->used += len;
	return copy;
}

struct config_service *config_find(const struct config *config,
				   const struct selector *selector)
{
	struct config_service *service;
	size_t i;

	if (!config->buckets)
		return NULL;

	i = config->buckets[selector_hash(selector) & config->mask];
	for (; i; i = service->chain) {
		service = &config->services[i - 1];
		if (selector_equal(&service->selector, selector))
			return service;
	}
	return NULL;
}

static void bucket_add(struct config *config, size_t i)
{
	struct config_service *service = &config->services[i];
	size_t *bucket;

	bucket = &config->buckets[selector_hash(&service->selector) &
				  config->mask];
	service->chain = *bucket;
	*bucket = i + 1;
}

/* As many buckets as there is room for services. */
static bool buckets_grow(struct config *config)
{
	size_t *buckets = calloc(config->room, sizeof(*buckets));

	if (!buckets) {
		out_of_memory();
		return false;
	}
	free(config->buckets);
	config->buckets = buckets;
	config->mask = config->room - 1;
	for (size_t i = 0; i < config->count; i++)
		bucket_add(config, i);
	return true;
}

struct config_service *config_add(struct config *config,
				  const struct selector *selector)
{
	struct config_service *services;

	services = array_grow(config->services, config->count, &config->room,
			      sizeof(*services));
	if (!services)
		return NULL;

	config->services = services;
	if ((!config->buckets || config->mask + 1 < config->room) &&
	    !buckets_grow(config))
		return NULL;

	services[config->count] = (struct config_service){
		.selector = *selector,
	};
	bucket_add(config, config->count);
	return &services[config->count++];
}

struct config_backend *config_backend_find(const struct config_service *service,
					   const struct address *address)
{
	for (size_t i = 0; i < service->count; i++)
		if (address_equal(&service->backends[i].address, address))
			return &service->backends[i];

	return NULL;
}

struct config_backend *config_backend_add(struct config_service *service,
					  const struct address *address)
{
	struct config_backend *backends;

	backends = array_grow(service->backends, service->count, &service->room,
			      sizeof(*backends));
	if (!backends)
		return NULL;

	service->backends = backends;
	backends[service->count] = (struct config_backend){
		.address = *address,
	};
	return &backends[service->count++];
}

const struct config_device *config_device_find(const struct config *config,
					       unsigned int ifindex)
{
	for (size_t i = 0; i < config->devices_count; i++)
		if (config->devices[i].ifindex == ifindex)
			return &config->devices[i];

	return NULL;
}

enum status config_device_add(struct config *config, unsigned int ifindex,
			      unsigned int line)
{
	struct config_device *devices;

	devices = reallocarray(config->devices, config->devices_count + 1,
			       sizeof(*devices));
	if (!devices)
		return out_of_memory();

	config->devices = devices;
	devices[config->devices_count++] = (struct config_device){
		.ifindex = ifindex,
		.line = line,
	};
	return DONE;
}

static const struct nlattr *attr_find(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) == type)
			return attr;

	return NULL;
}

static enum status service_get(struct config *config, const struct nlattr *nest)
{
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];
	struct config_service *service;
	struct selector selector;

	attrs_of_nest(nest, table, DSR_A_SERVICE_MAX);
	selector = service_selector(table);
	/* It is repeated where its backends are in more than one message. */
	if (config->count &&
	    selector_equal(&config->services[config->count - 1].selector,
			   &selector))
		return DONE;

	service = config_add(config, &selector);
	if (!service)
		return REFUSED;
	service->nest = nest;
	return DONE;
}

static enum status backend_get(struct config *config, const struct nlattr *nest)
{
	const struct nlattr *attr = attr_find(nest, DSR_A_BACKEND_ADDRESS);
	struct config_backend *backend;
	struct address address;

	if (!attr || !config->count)
		return DONE;

	address = address_from(mnl_attr_get_payload(attr),
			       mnl_attr_get_payload_len(attr));
	backend = config_backend_add(&config->services[config->count - 1],
				     &address);
	if (!backend)
		return REFUSED;
	backend->nest = nest;
	return DONE;
}

static enum status device_get(struct config *config, const struct nlattr *nest)
{
	uint64_t ifindex = attr_number(attr_find(nest, DSR_A_DEVICE_IFINDEX), 0);

	/* 0 stands for none: in a change too, which would be of no device. */
	return ifindex ? config_device_add(config, ifindex, 0) : DONE;
}

static enum status settings_get(struct config *config,
				const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr) <= DSR_A_SETTINGS_MAX)
			config->settings[mnl_attr_get_type(attr)].attr = attr;
	return DONE;
}

static enum status change_get(struct config *config,
			      const struct nlattr *change)
{
	static const struct {
		uint16_t attr;
		enum status (*get)(struct config *config,
				   const struct nlattr *nest);
	} kinds[] = {
		[DSR_CMD_SERVICE_ADD] = { DSR_A_SERVICE, service_get },
		[DSR_CMD_BACKEND_ADD] = { DSR_A_BACKEND, backend_get },
		[DSR_CMD_SETTINGS_SET] = { DSR_A_SETTINGS, settings_get },
		[DSR_CMD_DEVICE_ATTACH] = { DSR_A_DEVICE, device_get },
	};
	uint16_t type = mnl_attr_get_type(change);
	const struct nlattr *nest;

	if (type >= ARRAY_SIZE(kinds) || !kinds[type].get)
		return DONE;
	nest = attr_find(change, kinds[type].attr);
	return nest ? kinds[type].get(config, nest) : DONE;
}

enum status config_get(struct config *config)
{
	const struct nlattr *table[DSR_A_MAX + 1], *change;
	const struct nlmsghdr *message = NULL;
	struct request request;
	enum status status;

	*config = (struct config){ 0 };
	status = genl_dump(genl_request(&request, DSR_CMD_CONFIG_GET),
			   &config->answer);
	while (status == DONE && (message = answer_next(&config->answer,
							message))) {
		genl_attrs(message, table);
		config->generation = attr_number(table[DSR_A_GENERATION], 0);
		if (!table[DSR_A_CHANGES])
			continue;
		mnl_attr_for_each_nested(change, table[DSR_A_CHANGES]) {
			status = change_get(config, change);
			if (status != DONE)
				break;
		}
	}
	return status;
}

void config_unmatch(struct config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		struct config_service *service = &config->services[i];

		service->matched = false;
		for (size_t j = 0; j < service->count; j++)
			service->backends[j].matched = false;
	}
}

void config_free(struct config *config)
{
	struct config_block *block, *next;

	for (size_t i = 0; i < config->count; i++)
		free(config->services[i].backends);
	free(config->services);
	free(config->buckets);
	free(config->devices);
	answer_free(&config->answer);
	for (block = config->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	*config = (struct config){ 0 };
}
