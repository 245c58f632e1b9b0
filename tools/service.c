// SPDX-License-Identifier: GPL-2.0
/* dsrctl service */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>

#include "backend.h"
#include "dsr.h"
#include "dsrctl.h"
#include "genl.h"
#include "join.h"
#include "keyword.h"
#include "output.h"
#include "service.h"
#include "stats.h"

#define DEFAULT_SCHEDULER "maglev"

static const char *const hashes[] = DSR_HASH_NAMES;
static const char *const on_removes[] = DSR_ON_REMOVE_NAMES;
static const char *const no_backends[] = DSR_NO_BACKEND_NAMES;

static const char usage[] =
"Usage: dsrctl service add SERVICE [ OPTIONS ]\n"
"       dsrctl service set SERVICE OPTIONS\n"
"       dsrctl service del SERVICE\n"
"       dsrctl service show [ SERVICE ]\n"
"       dsrctl service flush\n"
"\n"
SERVICE_USAGE
"OPTIONS := { scheduler SCHEDULER        who gets a new flow, default maglev\n"
"             hash HASH                  what maglev goes by, default 5tuple\n"
"             affinity SECONDS[/LEN]     a client's flows stay together, 0: no\n"
"             stateless [ on | off ]     no flow is remembered, default off\n"
"             adopt { on | off }         TCP flows seen late, default on\n"
"             on-remove { reschedule | drop }\n"
"             no-backend { unreachable | reset | drop | pass }\n"
"             timeout-syn SECONDS        half-open TCP flows, default 60\n"
"             timeout-established SECONDS    other TCP flows, default 900\n"
"             timeout-fin SECONDS        TCP flows after FIN, default 120\n"
"             timeout-udp SECONDS        UDP flows, default 300\n"
"           }\n"
"SCHEDULER := { maglev | rr | lc | random | p2c | failover | overflow }\n"
"HASH := { 5tuple | source | source-port | destination }\n"
"\n"
"del removes a service with its backends, flush removes them all.\n";

/* Which schedulers there are the kernel knows. */
static enum status scheduler_put(const char *value, struct nlmsghdr *request,
				 const struct selector *service)
{
	(void)service;
	if (!*value || strlen(value) > DSR_SCHEDULER_LEN)
		return USAGE;

	mnl_attr_put_strz(request, DSR_A_SERVICE_SCHEDULER, value);
	return DONE;
}

static void scheduler_print(const struct nlattr *const *attrs)
{
	const struct nlattr *attr = attrs[DSR_A_SERVICE_SCHEDULER];
	char name[DSR_SCHEDULER_LEN + 1];

	if (attr)
		out_string("scheduler", " scheduler %s",
			   attr_string(attr, name, sizeof(name)));
}

static const char *scheduler_value(const struct nlattr *const *attrs, char *buf)
{
	attr_string(attrs[DSR_A_SERVICE_SCHEDULER], buf, WORD_LEN);
	return strcmp(buf, DEFAULT_SCHEDULER) ? buf : NULL;
}

/* SECONDS or SECONDS/LEN; without a length all of the address counts, also
 * where there was another length before.
 */
static enum status affinity_put(const char *value, struct nlmsghdr *request,
				const struct selector *service)
{
	uint64_t bits = family_bits(selector_family(service));
	size_t len = strcspn(value, "/");
	char seconds[sizeof("2592000")] = "";
	uint64_t prefixlen = bits, number;

	if (len < sizeof(seconds))
		memcpy(seconds, value, len);
	if (!number_parse(seconds, DSR_TIMEOUT_MAX, &number))
		return USAGE;
	if (value[len] && (!number_parse(value + len + 1, bits, &prefixlen) ||
			   !prefixlen))
		return USAGE;

	mnl_attr_put_u32(request, DSR_A_SERVICE_AFFINITY, number);
	mnl_attr_put_u8(request, DSR_A_SERVICE_AFFINITY_PREFIXLEN, prefixlen);
	return DONE;
}

static void affinity_print(const struct nlattr *const *attrs)
{
	struct selector service = service_selector(attrs);
	uint64_t bits = family_bits(selector_family(&service));
	uint64_t seconds, prefixlen;

	if (!attrs[DSR_A_SERVICE_AFFINITY])
		return;
	seconds = attr_number(attrs[DSR_A_SERVICE_AFFINITY], 0);
	prefixlen = attr_number(attrs[DSR_A_SERVICE_AFFINITY_PREFIXLEN], bits);
	out_number("affinity", seconds ? " affinity %" PRIu64 : NULL, seconds);
	out_number("affinity-prefixlen",
		   seconds && prefixlen < bits ? "/%" PRIu64 : NULL, prefixlen);
}

static const char *affinity_value(const struct nlattr *const *attrs, char *buf)
{
	struct selector service = service_selector(attrs);
	uint64_t bits = family_bits(selector_family(&service));
	uint64_t seconds, prefixlen;

	seconds = attr_number(attrs[DSR_A_SERVICE_AFFINITY], 0);
	prefixlen = attr_number(attrs[DSR_A_SERVICE_AFFINITY_PREFIXLEN], bits);
	if (!seconds)
		return NULL;

	if (prefixlen < bits)
		snprintf(buf, WORD_LEN, "%" PRIu64 "/%" PRIu64, seconds,
			 prefixlen);
	else
		snprintf(buf, WORD_LEN, "%" PRIu64, seconds);
	return buf;
}

/* Without affinity the length means nothing. */
static bool affinity_differs(const struct nlattr *const *wanted,
			     const struct nlattr *const *is)
{
	const uint16_t seconds = DSR_A_SERVICE_AFFINITY;
	const uint16_t len = DSR_A_SERVICE_AFFINITY_PREFIXLEN;

	if (!attr_equal(wanted[seconds], is[seconds]))
		return true;
	return attr_number(is[seconds], 0) && !attr_equal(wanted[len], is[len]);
}

#define TIMEOUT .min = 1, .max = DSR_TIMEOUT_MAX, .unit = " of seconds"

static const struct keyword keywords[] = {
	{ "scheduler", DSR_A_SERVICE_SCHEDULER, .put = scheduler_put,
	  .print = scheduler_print, .value = scheduler_value,
	  .preset = DEFAULT_SCHEDULER,
	  .values = "the name of a scheduler, such as maglev, rr or lc," },
	{ "hash", DSR_A_SERVICE_HASH,
	  .names = hashes, .count = ARRAY_SIZE(hashes) },
	{ "affinity", DSR_A_SERVICE_AFFINITY, .put = affinity_put,
	  .print = affinity_print, .value = affinity_value,
	  .differs = affinity_differs, .preset = "0",
	  .values = "SECONDS up to 2592000, or SECONDS/LEN with 1 to 32 or (IPv6) 128 bits," },
	{ "stateless", DSR_A_SERVICE_STATELESS,
	  .names = switch_names, .count = ARRAY_SIZE(switch_names),
	  .bare = true },
	{ "adopt", DSR_A_SERVICE_ADOPT,
	  .names = switch_names, .count = ARRAY_SIZE(switch_names),
	  .otherwise = 1 },
	{ "on-remove", DSR_A_SERVICE_ON_REMOVE,
	  .names = on_removes, .count = ARRAY_SIZE(on_removes) },
	{ "no-backend", DSR_A_SERVICE_NO_BACKEND,
	  .names = no_backends, .count = ARRAY_SIZE(no_backends) },
	{ "timeout-syn", DSR_A_SERVICE_TIMEOUT_SYN, TIMEOUT,
	  .otherwise = DSR_TIMEOUT_SYN },
	{ "timeout-established", DSR_A_SERVICE_TIMEOUT_ESTABLISHED, TIMEOUT,
	  .otherwise = DSR_TIMEOUT_ESTABLISHED },
	{ "timeout-fin", DSR_A_SERVICE_TIMEOUT_FIN, TIMEOUT,
	  .otherwise = DSR_TIMEOUT_FIN },
	{ "timeout-udp", DSR_A_SERVICE_TIMEOUT_UDP, TIMEOUT,
	  .otherwise = DSR_TIMEOUT_UDP },
};

static void address_put(struct nlmsghdr *request,
			const struct selector *selector)
{
	mnl_attr_put(request, DSR_A_SERVICE_ADDRESS, selector->address.len,
		     selector->address.byte);
	if (selector->prefixlen < 8 * selector->address.len)
		mnl_attr_put_u8(request, DSR_A_SERVICE_PREFIXLEN,
				selector->prefixlen);
	if (selector->protocol)
		mnl_attr_put_u8(request, DSR_A_SERVICE_PROTOCOL,
				selector->protocol);
	if (selector->port)
		mnl_attr_put_u16(request, DSR_A_SERVICE_PORT,
				 htons(selector->port));
	if (selector->port_end)
		mnl_attr_put_u16(request, DSR_A_SERVICE_PORT_END,
				 htons(selector->port_end));
}

/* Opens the nest DSR_A_SERVICE with what names the service. */
static struct nlattr *service_begin(struct nlmsghdr *request,
				    const struct selector *selector)
{
	struct nlattr *nest = mnl_attr_nest_start(request, DSR_A_SERVICE);

	if (!selector->mark) {
		address_put(request, selector);
		return nest;
	}

	mnl_attr_put_u32(request, DSR_A_SERVICE_MARK, selector->mark);
	mnl_attr_put_u8(request, DSR_A_SERVICE_FAMILY, selector->family);
	return nest;
}

void service_put(struct nlmsghdr *request, const struct selector *selector)
{
	mnl_attr_nest_end(request, service_begin(request, selector));
}

struct selector service_selector(const struct nlattr *const *table)
{
	const struct nlattr *address = table[DSR_A_SERVICE_ADDRESS];
	struct selector selector = {
		.mark = attr_number(table[DSR_A_SERVICE_MARK], 0),
	};

	if (selector.mark) {
		selector.family = attr_number(table[DSR_A_SERVICE_FAMILY],
					      AF_INET);
		return selector;
	}

	if (address)
		selector.address = address_from(mnl_attr_get_payload(address),
						mnl_attr_get_payload_len(address));
	selector.prefixlen = attr_number(table[DSR_A_SERVICE_PREFIXLEN],
					 8 * selector.address.len);
	selector.protocol = attr_number(table[DSR_A_SERVICE_PROTOCOL], 0);
	selector.port = ntohs(attr_number(table[DSR_A_SERVICE_PORT], 0));
	selector.port_end = ntohs(attr_number(table[DSR_A_SERVICE_PORT_END],
					      0));
	return selector;
}

enum status service_take(struct args *args, struct nlmsghdr *request,
			 enum keywords which, struct selector *selector)
{
	struct nlattr *nest;
	enum status status;

	status = selector_take(args, selector);
	if (status != DONE)
		return status;

	nest = service_begin(request, selector);
	status = keywords_take(args, keywords, ARRAY_SIZE(keywords), which,
			       request, selector);
	mnl_attr_nest_end(request, nest);
	return status;
}

static enum status service_change(struct args *args, enum dsr_cmd command,
				  enum keywords which)
{
	struct selector selector;
	struct nlmsghdr *message;
	struct request request;
	enum status status;

	message = genl_request(&request, command);
	status = service_take(args, message, which, &selector);
	return status == DONE ? genl_do(message, NULL) : status;
}

static enum status service_add(struct args *args)
{
	return service_change(args, DSR_CMD_SERVICE_ADD, KEYWORDS_GIVEN);
}

static enum status service_set(struct args *args)
{
	return service_change(args, DSR_CMD_SERVICE_SET, KEYWORDS_NEEDED);
}

enum status service_ask(struct args *args, enum dsr_cmd command)
{
	struct selector selector;
	struct nlmsghdr *message;
	struct request request;
	enum status status;

	status = selector_take(args, &selector);
	if (status == DONE)
		status = args_end(args);
	if (status != DONE)
		return status;

	message = genl_request(&request, command);
	service_put(message, &selector);
	return genl_do(message, NULL);
}

static enum status service_del(struct args *args)
{
	return service_ask(args, DSR_CMD_SERVICE_DEL);
}

void service_save_name(const struct selector *selector)
{
	char name[SELECTOR_LEN];

	out_string("service", "%s", selector_format(selector, name));
}

void service_save(const struct selector *selector, const struct nlattr *nest)
{
	const struct nlattr *attrs[DSR_A_SERVICE_MAX + 1];

	attrs_of_nest(nest, attrs, DSR_A_SERVICE_MAX);
	service_save_name(selector);
	keywords_save(keywords, ARRAY_SIZE(keywords), attrs);
}

void service_save_some(unsigned long which, const struct nlattr *nest)
{
	const struct nlattr *attrs[DSR_A_SERVICE_MAX + 1];

	attrs_of_nest(nest, attrs, DSR_A_SERVICE_MAX);
	keywords_save_some(keywords, which, attrs);
}

unsigned long service_differs(const struct nlattr *wanted,
			      const struct nlattr *is)
{
	const struct nlattr *wanted_attrs[DSR_A_SERVICE_MAX + 1];
	const struct nlattr *is_attrs[DSR_A_SERVICE_MAX + 1];

	attrs_of_nest(wanted, wanted_attrs, DSR_A_SERVICE_MAX);
	attrs_of_nest(is, is_attrs, DSR_A_SERVICE_MAX);
	return keywords_differ(keywords, ARRAY_SIZE(keywords), wanted_attrs,
			       is_attrs);
}

static enum status service_flush(struct args *args)
{
	struct request request;

	if (args->left)
		return usage_error("\"%s\": flush takes no service, it removes every one",
				   args->word[0]);

	return genl_do(genl_request(&request, DSR_CMD_SERVICE_FLUSH), NULL);
}

/* @table: its attributes. */
static void options_print(const struct selector *selector,
			  const struct nlattr *const *table)
{
	char name[SELECTOR_LEN];

	out_string("service", "%s", selector_format(selector, name));
	keywords_print(keywords, ARRAY_SIZE(keywords), table);
}

void service_describe(const struct nlattr *nest)
{
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];
	struct selector selector;

	attrs_of_nest(nest, table, DSR_A_SERVICE_MAX);
	selector = service_selector(table);
	options_print(&selector, table);
}

static void service_print(const struct join_service *service)
{
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];

	attrs_of_nest(service->nest, table, DSR_A_SERVICE_MAX);
	out_item_open(NULL);
	options_print(&service->selector, table);
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

enum status services_get(const struct selector *selector,
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
		status = selector_take(args, only);
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
