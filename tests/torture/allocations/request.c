// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "dsr.h"
#include "fault.h"
#include "request.h"

#define R(word, ...)	{ DSR_CMD_##word, #word, ##__VA_ARGS__ }
#define LIST(array)	{ array, sizeof(array) / sizeof(struct request) }

static const struct key web = { "10.2.0.1", 32, IPPROTO_UDP, 80 };
static const struct key range = { "10.2.0.1", 32, IPPROTO_UDP, 8000, 8099 };
static const struct key across = { "10.2.0.1", 32, IPPROTO_UDP, 8050, 8199 };
static const struct key below = { "10.2.0.1", 32, IPPROTO_UDP, 7000, 7099 };
static const struct key whole = { "10.2.0.2", 32 };
static const struct key fresh = { "10.2.0.3", 32, IPPROTO_TCP, 80 };
static const struct key prefix = { "2001:db8::", 64, IPPROTO_UDP };
static const struct key mark = { .mark = 1 };
static const struct key other_mark = { .mark = 2 };

static const struct request base[] = {
	R(SETTINGS_SET, .flows = 4096, .seed = 1),
	R(DEVICE_ATTACH, .device = "vip"),
	R(SERVICE_ADD, .service = &web),
	R(BACKEND_ADD, .service = &web, .backend = "10.3.0.1"),
	R(BACKEND_ADD, .service = &web, .backend = "10.3.0.2"),
	R(SERVICE_ADD, .service = &range, .scheduler = "rr"),
	R(BACKEND_ADD, .service = &range, .backend = "10.3.0.1"),
	R(SERVICE_ADD, .service = &mark),
};

const struct requests request_base = LIST(base);

/* All kinds of changes, from the base. */
static const struct request other[] = {
	R(SETTINGS_SET, .flows = 8192, .seed = 2),
	R(DEVICE_DETACH, .device = "vip"),
	R(DEVICE_ATTACH, .device = "spare"),
	R(SERVICE_SET, .service = &web, .scheduler = "lc",
	  .affinity = 60),
	R(BACKEND_SET, .service = &web, .backend = "10.3.0.1",
	  .weight = 5),
	R(BACKEND_SET, .service = &web, .backend = "10.3.0.2",
	  .pinned = true),
	R(BACKEND_ADD, .service = &web, .backend = "10.3.0.4",
	  .local = true),
	R(BACKEND_DEL, .service = &range, .backend = "10.3.0.1"),
	R(SERVICE_DEL, .service = &range),
	R(SERVICE_ADD, .service = &across, .reset = true),
	R(BACKEND_ADD, .service = &across, .backend = "fd00:3::1"),
	R(SERVICE_DEL, .service = &mark),
};

const struct requests request_other = LIST(other);

/* Where there is nothing yet, not even the tables. */
static const struct request first[] = {
	R(SERVICE_ADD, .service = &web),
	R(BACKEND_ADD, .service = &web, .backend = "10.3.0.1"),
};

const struct requests request_first = LIST(first);

/* Each command, at the base. */
static const struct request all[] = {
	R(SERVICE_ADD, .service = &fresh),
	R(SERVICE_ADD, .service = &below, .scheduler = "failover"),
	R(SERVICE_ADD, .service = &prefix, .reset = true),
	R(SERVICE_ADD, .service = &whole),
	R(SERVICE_ADD, .service = &other_mark),
	R(SERVICE_SET, .service = &web, .affinity = 60),
	R(SERVICE_SET, .service = &web, .scheduler = "random"),
	R(SERVICE_SET, .service = &range, .scheduler = "maglev",
	  .reset = true),
	R(SERVICE_DEL, .service = &web),
	R(SERVICE_DEL, .service = &mark),
	R(SERVICE_GET, .service = &web),
	R(SERVICE_GET, .dump = true),
	R(SERVICE_FLUSH),
	R(BACKEND_ADD, .service = &web, .backend = "10.3.0.4"),
	R(BACKEND_ADD, .service = &mark, .backend = "fd00:3::1"),
	R(BACKEND_ADD, .service = &range, .backend = "10.3.0.5",
	  .pinned = true),
	R(BACKEND_SET, .service = &web, .backend = "10.3.0.1",
	  .weight = 9),
	R(BACKEND_SET, .service = &web, .backend = "10.3.0.2",
	  .pinned = true),
	R(BACKEND_SET, .service = &web, .backend = "10.3.0.1",
	  .state = DSR_STATE_DOWN),
	R(BACKEND_SET, .service = &range, .backend = "10.3.0.1",
	  .local = true),
	R(BACKEND_DEL, .service = &web, .backend = "10.3.0.2"),
	R(BACKEND_DEL, .service = &range, .backend = "10.3.0.1"),
	R(BACKEND_GET, .service = &web, .backend = "10.3.0.1"),
	R(BACKEND_GET, .dump = true),
	R(BACKEND_GET, .dump = true, .service = &web),
	R(BACKEND_FLUSH, .service = &web),
	R(STATS_GET),
	R(SETTINGS_SET, .flows = 16384),
	R(SETTINGS_SET, .seed = 3),
	R(SETTINGS_GET),
	R(FLOW_GET, .dump = true),
	R(FLOW_GET, .dump = true, .service = &web),
	R(FLOW_COUNT, .service = &web),
	R(FLOW_FLUSH),
	R(DEVICE_ATTACH, .device = "spare"),
	R(DEVICE_DETACH, .device = "vip"),
	R(DEVICE_GET, .dump = true),
	R(CONFIG_GET, .dump = true),
	R(CONFIG_CHANGE),
	R(EXPLAIN, .packet = true),
};

const struct requests request_all = LIST(all);

/* More than a table of backends has room for, and than are shown at once. */
#define MANY	300

struct requests request_many(void)
{
	static struct request many[MANY] = { R(SERVICE_ADD, .service = &fresh) };
	static char addresses[MANY][16];
	unsigned int i;

	for (i = 1; i < MANY; i++) {
		snprintf(addresses[i], sizeof(addresses[i]), "10.3.%u.%u",
			 1 + i / 100, 1 + i % 100);
		many[i] = (struct request)
			R(BACKEND_ADD, .service = &fresh,
			  .backend = addresses[i]);
	}
	return (struct requests)LIST(many);
}

/**
 * request_undo() - what takes a request back
 * @request: the request
 * @undo: the other one
 *
 * Return: whether there is one, after which nothing can be seen of the two.
 */
bool request_undo(const struct request *request, struct request *undo)
{
	static const __u8 commands[] = {
		[DSR_CMD_SERVICE_ADD] = DSR_CMD_SERVICE_DEL,
		[DSR_CMD_BACKEND_ADD] = DSR_CMD_BACKEND_DEL,
		[DSR_CMD_DEVICE_ATTACH] = DSR_CMD_DEVICE_DETACH,
		[DSR_CMD_DEVICE_DETACH] = DSR_CMD_DEVICE_ATTACH,
	};

	*undo = (struct request){
		.command = request->command < sizeof(commands) ?
			   commands[request->command] : DSR_CMD_UNSPEC,
		.service = request->service,
		.backend = request->backend,
		.device = request->device,
	};
	return undo->command != DSR_CMD_UNSPEC;
}

static void put_address(struct nlmsghdr *nlh, __u16 type, const char *text)
{
	int family = strchr(text, ':') ? AF_INET6 : AF_INET;
	unsigned char bytes[16];

	if (inet_pton(family, text, bytes) != 1)
		die("not an address", text);
	mnl_attr_put(nlh, type, family == AF_INET ? 4 : 16, bytes);
}

static void put_key(struct nlmsghdr *nlh, const struct key *key)
{
	if (key->mark) {
		mnl_attr_put_u32(nlh, DSR_A_SERVICE_MARK, key->mark);
		return;
	}
	put_address(nlh, DSR_A_SERVICE_ADDRESS, key->address);
	mnl_attr_put_u8(nlh, DSR_A_SERVICE_PREFIXLEN, key->prefixlen);
	mnl_attr_put_u8(nlh, DSR_A_SERVICE_PROTOCOL, key->protocol);
	if (key->port)
		mnl_attr_put_u16(nlh, DSR_A_SERVICE_PORT, htons(key->port));
	if (key->port_end)
		mnl_attr_put_u16(nlh, DSR_A_SERVICE_PORT_END,
				 htons(key->port_end));
}

static void put_service(struct nlmsghdr *nlh, const struct request *request)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, DSR_A_SERVICE);

	put_key(nlh, request->service);
	if (request->scheduler)
		mnl_attr_put_strz(nlh, DSR_A_SERVICE_SCHEDULER,
				  request->scheduler);
	if (request->affinity)
		mnl_attr_put_u32(nlh, DSR_A_SERVICE_AFFINITY,
				 request->affinity);
	if (request->reset)
		mnl_attr_put_u8(nlh, DSR_A_SERVICE_NO_BACKEND,
				DSR_NO_BACKEND_RESET);
	mnl_attr_nest_end(nlh, nest);
}

static void put_backend(struct nlmsghdr *nlh, const struct request *request)
{
	static const unsigned char lladdr[6] = { 2, 0, 0, 0, 0, 2 };
	struct nlattr *nest = mnl_attr_nest_start(nlh, DSR_A_BACKEND);

	put_address(nlh, DSR_A_BACKEND_ADDRESS, request->backend);
	if (request->weight)
		mnl_attr_put_u32(nlh, DSR_A_BACKEND_WEIGHT, request->weight);
	if (request->state)
		mnl_attr_put_u8(nlh, DSR_A_BACKEND_STATE, request->state);
	if (request->local)
		mnl_attr_put_u8(nlh, DSR_A_BACKEND_MODE, DSR_MODE_LOCAL);
	if (request->pinned) {
		mnl_attr_put_u32(nlh, DSR_A_BACKEND_DEV,
				 if_nametoindex("vip"));
		mnl_attr_put(nlh, DSR_A_BACKEND_PINNED_LLADDR, sizeof(lladdr),
			     lladdr);
	}
	mnl_attr_nest_end(nlh, nest);
}

static void put_settings(struct nlmsghdr *nlh, const struct request *request)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, DSR_A_SETTINGS);

	if (request->flows)
		mnl_attr_put_u32(nlh, DSR_A_SETTINGS_FLOWS, request->flows);
	if (request->seed)
		mnl_attr_put_u64(nlh, DSR_A_SETTINGS_HASH_SEED, request->seed);
	mnl_attr_nest_end(nlh, nest);
}

static void put_packet(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, DSR_A_FLOW);

	put_address(nlh, DSR_A_FLOW_CLIENT, "10.1.0.1");
	put_address(nlh, DSR_A_FLOW_ADDRESS, web.address);
	mnl_attr_put_u8(nlh, DSR_A_FLOW_PROTOCOL, web.protocol);
	mnl_attr_put_u16(nlh, DSR_A_FLOW_CLIENT_PORT, htons(1024));
	mnl_attr_put_u16(nlh, DSR_A_FLOW_PORT, htons(web.port));
	mnl_attr_nest_end(nlh, nest);
}

void request_put(struct nlmsghdr *nlh, const struct request *request)
{
	struct nlattr *nest;

	if (request->service)
		put_service(nlh, request);
	if (request->backend)
		put_backend(nlh, request);
	if (request->flows || request->seed)
		put_settings(nlh, request);
	if (request->packet)
		put_packet(nlh);
	if (!request->device)
		return;
	nest = mnl_attr_nest_start(nlh, DSR_A_DEVICE);
	mnl_attr_put_u32(nlh, DSR_A_DEVICE_IFINDEX,
			 if_nametoindex(request->device));
	mnl_attr_nest_end(nlh, nest);
}

/* Within DSR_A_CHANGES. */
void request_put_change(struct nlmsghdr *nlh, const struct request *request)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, request->command);

	request_put(nlh, request);
	mnl_attr_nest_end(nlh, nest);
}
