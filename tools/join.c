// SPDX-License-Identifier: GPL-2.0
/*
 * Services may have come or gone between the two dumps, so that the common
 * order of both isn't enough to go by: services are found by a hash, in one
 * pass over each dump.
 */
#include <stdlib.h>

#include "dsr.h"
#include "genl.h"
#include "join.h"
#include "output.h"
#include "service.h"

static struct selector selector_of(const struct nlattr *nest)
{
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];

	attrs_of_nest(nest, table, DSR_A_SERVICE_MAX);
	return service_selector(table);
}

static void services_add(struct join *join, const struct answer *answer)
{
	const struct nlattr *table[DSR_A_MAX + 1];
	const struct nlmsghdr *message = NULL;
	struct join_service **bucket;
	struct join_service *service;

	while ((message = answer_next(answer, message))) {
		genl_attrs(message, table);
		service = &join->services[join->count++];
		service->nest = table[DSR_A_SERVICE];
		service->selector = selector_of(service->nest);

		bucket = &join->buckets[selector_hash(&service->selector) &
					join->mask];
		service->chain = *bucket;
		*bucket = service;
	}
}

static struct join_service *service_find(const struct join *join,
					 const struct selector *selector)
{
	struct join_service *service;

	service = join->buckets[selector_hash(selector) & join->mask];
	while (service && !selector_equal(&service->selector, selector))
		service = service->chain;
	return service;
}

static void backends_add(struct join *join, const struct answer *answer)
{
	const struct nlattr *table[DSR_A_MAX + 1];
	struct join_backend *backend = join->backends;
	const struct nlmsghdr *message = NULL;
	struct join_service *service;
	struct selector selector;

	while ((message = answer_next(answer, message))) {
		genl_attrs(message, table);
		selector = selector_of(table[DSR_A_SERVICE]);
		service = service_find(join, &selector);
		if (!service)	/* added after the services were read */
			continue;

		backend->nest = table[DSR_A_BACKEND];
		if (service->last)
			service->last->next = backend;
		else
			service->first = backend;
		service->last = backend++;
	}
}

enum status join_build(struct join *join, const struct answer *services,
		       const struct answer *backends)
{
	size_t count = answer_count(services);

	*join = (struct join){ .mask = 1 };
	while (join->mask < count)
		join->mask = join->mask << 1 | 1;

	join->services = calloc(count + 1, sizeof(*join->services));
	join->backends = calloc(answer_count(backends) + 1,
				sizeof(*join->backends));
	join->buckets = calloc(join->mask + 1, sizeof(*join->buckets));
	if (!join->services || !join->backends || !join->buckets) {
		join_free(join);
		return out_of_memory();
	}

	services_add(join, services);
	backends_add(join, backends);
	return DONE;
}

void join_free(struct join *join)
{
	free(join->services);
	free(join->backends);
	free(join->buckets);
}
