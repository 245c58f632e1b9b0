// SPDX-License-Identifier: GPL-2.0
/* dsrctl service */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>

#include "address.h"
#include "backend.h"
#include "dsr.h"
#include "dsrctl.h"
#include "genl.h"
#include "join.h"
#include "output.h"
#include "service.h"
#include "stats.h"

struct service {
	struct selector selector;
	const char *scheduler;		/* NULL: not given */
};

static const char usage[] =
"Usage: dsrctl service add SERVICE [ scheduler SCHEDULER ]\n"
"       dsrctl service set SERVICE scheduler SCHEDULER\n"
"       dsrctl service del SERVICE\n"
"       dsrctl service show [ SERVICE ]\n"
"       dsrctl service flush\n"
"\n"
"SERVICE   := { ADDRESS:PORT/PROTOCOL | [ADDRESS6]:PORT/PROTOCOL }\n"
"PROTOCOL  := { tcp | udp }\n"
"SCHEDULER := { maglev | rr }, default maglev\n"
"\n"
"del removes a service with its backends, flush removes them all.\n";

/* Which schedulers there are the kernel knows. */
static bool scheduler_parse(const char *value, void *to)
{
	struct service *service = to;

	service->scheduler = value;
	return *value && strlen(value) <= DSR_SCHEDULER_LEN;
}

static const struct keyword keywords[] = {
	{ "scheduler", "the name of a scheduler, maglev or rr,",
	  scheduler_parse },
};

enum status service_parse(struct args *args, struct selector *selector)
{
	const char *word = args_next(args);

	if (!word)
		return usage_error("a service is expected: ADDRESS:PORT/tcp or ADDRESS:PORT/udp");

	return selector_parse(word, selector);
}

struct nlattr *service_begin(struct nlmsghdr *request,
			     const struct selector *selector)
{
	struct nlattr *nest = mnl_attr_nest_start(request, DSR_A_SERVICE);

	mnl_attr_put(request, DSR_A_SERVICE_ADDRESS, selector->address.len,
		     selector->address.byte);
	mnl_attr_put_u8(request, DSR_A_SERVICE_PROTOCOL, selector->protocol);
	mnl_attr_put_u16(request, DSR_A_SERVICE_PORT, htons(selector->port));
	return nest;
}

void service_put(struct nlmsghdr *request, const struct selector *selector)
{
	mnl_attr_nest_end(request, service_begin(request, selector));
}

struct selector service_selector(const struct nlattr *const *table)
{
	const struct nlattr *address = table[DSR_A_SERVICE_ADDRESS];
	struct selector selector = { 0 };

	if (address)
		selector.address = address_from(mnl_attr_get_payload(address),
						mnl_attr_get_payload_len(address));
	selector.protocol = attr_number(table[DSR_A_SERVICE_PROTOCOL], 0);
	selector.port = ntohs(attr_number(table[DSR_A_SERVICE_PORT], 0));
	return selector;
}

static enum status service_send(enum dsr_cmd command,
				const struct service *service)
{
	struct nlmsghdr *message;
	struct request request;
	struct nlattr *nest;

	message = genl_request(&request, command);
	nest = service_begin(message, &service->selector);
	if (service->scheduler)
		mnl_attr_put_strz(message, DSR_A_SERVICE_SCHEDULER,
				  service->scheduler);
	mnl_attr_nest_end(message, nest);
	return genl_do(message, NULL);
}

/* The first @count keywords may be given, at least one of them if @needed. */
static enum status service_change(struct args *args, enum dsr_cmd command,
				  size_t count, bool needed)
{
	struct service service = { 0 };
	enum status status = service_parse(args, &service.selector);

	if (status == DONE)
		status = args_keywords(args, keywords, count, needed,
				       &service);
	if (status == DONE)
		status = service_send(command, &service);
	return status;
}

static enum status service_add(struct args *args)
{
	return service_change(args, DSR_CMD_SERVICE_ADD, ARRAY_SIZE(keywords),
			      false);
}

static enum status service_set(struct args *args)
{
	return service_change(args, DSR_CMD_SERVICE_SET, ARRAY_SIZE(keywords),
			      true);
}

static enum status service_del(struct args *args)
{
	return service_change(args, DSR_CMD_SERVICE_DEL, 0, false);
}

static enum status service_flush(struct args *args)
{
	struct request request;

	if (args->left)
		return usage_error("\"%s\": flush takes no service, it removes every one",
				   args->word[0]);

	return genl_do(genl_request(&request, DSR_CMD_SERVICE_FLUSH), NULL);
}

static void service_print(const struct join_service *service)
{
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];
	char scheduler[DSR_SCHEDULER_LEN + 1];
	char selector[SELECTOR_LEN];

	attrs_of_nest(service->nest, table, DSR_A_SERVICE_MAX);
	out_item_open(NULL);
	out_string("service", "%s",
		   selector_format(&service->selector, selector));
	if (table[DSR_A_SERVICE_SCHEDULER])
		out_string("scheduler", " scheduler %s",
			   attr_string(table[DSR_A_SERVICE_SCHEDULER],
				       scheduler, sizeof(scheduler)));
	out_number(NULL, " backends %" PRIu64,
		   attr_number(table[DSR_A_SERVICE_BACKENDS], 0));
	traffic_print(table[DSR_A_SERVICE_STATS]);

	out_list_open("backends");
	for (const struct join_backend *backend = service->first; backend;
	     backend = backend->next)
		backend_print(NULL, backend->nest);
	out_list_close();
	out_item_close();
}

static enum status services_print(const struct answer *services,
				  const struct answer *backends)
{
	struct join join;
	enum status status = join_build(&join, services, backends);

	if (status != DONE)
		return status;

	out_list_open(NULL);
	for (size_t i = 0; i < join.count; i++)
		service_print(&join.services[i]);
	out_list_close();
	join_free(&join);
	return DONE;
}

/* @selector NULL: every service. */
static enum status services_get(const struct selector *selector,
				struct answer *answer)
{
	struct nlmsghdr *message;
	struct request request;

	message = genl_request(&request, DSR_CMD_SERVICE_GET);
	if (!selector)
		return genl_dump(message, answer);

	service_put(message, selector);
	return genl_do(message, answer);
}

static enum status service_show(struct args *args)
{
	struct answer services = { 0 }, backends = { 0 };
	struct selector selector, *only = NULL;
	enum status status = DONE;

	if (args->left) {
		only = &selector;
		status = service_parse(args, only);
	}
	if (status == DONE)
		status = args_end(args);
	if (status == DONE)
		status = services_get(only, &services);
	if (status == DONE)
		status = backends_get(only, &backends);
	if (status == DONE)
		status = services_print(&services, &backends);

	answer_free(&services);
	answer_free(&backends);
	return status;
}

static const struct command verbs[] = {
	{ "add", service_add },
	{ "set", service_set },
	{ "del", service_del },
	{ "show", service_show },
	{ "flush", service_flush },
};

static const struct object service = {
	"service", usage, verbs, ARRAY_SIZE(verbs)
};

enum status service_main(struct args *args)
{
	return object_run(&service, args);
}
