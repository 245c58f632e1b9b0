// SPDX-License-Identifier: GPL-2.0
/* dsrctl backend */
#include <inttypes.h>
#include <stdio.h>
#include <net/if.h>

#include "address.h"
#include "backend.h"
#include "dsr.h"
#include "dsrctl.h"
#include "genl.h"
#include "output.h"
#include "service.h"
#include "stats.h"

#define WORD_LEN 32
#define LLADDR_MAX 32		/* bytes, as in MAX_ADDR_LEN of the kernel */

static const char *const modes[] = DSR_MODE_NAMES;
static const char *const states[] = DSR_STATE_NAMES;

/* Which backend of which service, and the options that are given. */
struct backend {
	struct selector selector;
	struct address address;
	bool weight_given;
	bool mode_given;
	uint32_t weight;
	uint8_t mode;
};

static const char usage[] =
"Usage: dsrctl backend add SERVICE ADDRESS [ OPTIONS ]\n"
"       dsrctl backend set SERVICE ADDRESS OPTIONS\n"
"       dsrctl backend del SERVICE ADDRESS\n"
"       dsrctl backend show [ SERVICE [ ADDRESS ] ]\n"
"       dsrctl backend flush SERVICE\n"
"\n"
"SERVICE := { ADDRESS:PORT/PROTOCOL | [ADDRESS6]:PORT/PROTOCOL }\n"
"OPTIONS := { weight NUMBER   share of the new flows, 0 to 65535, default 1\n"
"             mode l2 }       how packets travel to it, default l2\n"
"\n"
"A backend of weight 0 takes no new flows.  flush removes the backends of a\n"
"service.\n";

static bool weight_parse(const char *value, void *to)
{
	struct backend *backend = to;
	unsigned long number;

	if (!number_parse(value, DSR_WEIGHT_MAX, &number))
		return false;

	backend->weight = number;
	backend->weight_given = true;
	return true;
}

static bool mode_parse(const char *value, void *to)
{
	int mode = name_find(value, modes, ARRAY_SIZE(modes));
	struct backend *backend = to;

	if (mode < 0)
		return false;

	backend->mode = mode;
	backend->mode_given = true;
	return true;
}

static const struct keyword keywords[] = {
	{ "weight", "a number from 0 to 65535", weight_parse },
	{ "mode", "l2", mode_parse },
};

static enum status backend_address(struct args *args, struct address *address)
{
	const char *word = args_next(args);

	if (!word)
		return usage_error("the address of a backend is expected");
	if (!address_parse(word, address))
		return usage_error("backend \"%s\": an IPv4 or IPv6 address is expected",
				   word);
	return DONE;
}

/* Opens the nest DSR_A_BACKEND with what names the backend. */
static struct nlattr *backend_begin(struct nlmsghdr *request,
				    const struct backend *backend)
{
	struct nlattr *nest;

	service_put(request, &backend->selector);
	nest = mnl_attr_nest_start(request, DSR_A_BACKEND);
	mnl_attr_put(request, DSR_A_BACKEND_ADDRESS, backend->address.len,
		     backend->address.byte);
	return nest;
}

static enum status backend_send(enum dsr_cmd command,
				const struct backend *backend)
{
	struct nlmsghdr *message;
	struct request request;
	struct nlattr *nest;

	message = genl_request(&request, command);
	nest = backend_begin(message, backend);
	if (backend->weight_given)
		mnl_attr_put_u32(message, DSR_A_BACKEND_WEIGHT,
				 backend->weight);
	if (backend->mode_given)
		mnl_attr_put_u8(message, DSR_A_BACKEND_MODE, backend->mode);
	mnl_attr_nest_end(message, nest);
	return genl_do(message, NULL);
}

/* The first @count keywords may be given, at least one of them if @needed. */
static enum status backend_change(struct args *args, enum dsr_cmd command,
				  size_t count, bool needed)
{
	struct backend backend = { 0 };
	enum status status = service_parse(args, &backend.selector);

	if (status == DONE)
		status = backend_address(args, &backend.address);
	if (status == DONE)
		status = args_keywords(args, keywords, count, needed,
				       &backend);
	if (status == DONE)
		status = backend_send(command, &backend);
	return status;
}

static enum status backend_add(struct args *args)
{
	return backend_change(args, DSR_CMD_BACKEND_ADD, ARRAY_SIZE(keywords),
			      false);
}

static enum status backend_set(struct args *args)
{
	return backend_change(args, DSR_CMD_BACKEND_SET, ARRAY_SIZE(keywords),
			      true);
}

static enum status backend_del(struct args *args)
{
	return backend_change(args, DSR_CMD_BACKEND_DEL, 0, false);
}

static enum status backend_flush(struct args *args)
{
	struct nlmsghdr *message;
	struct selector selector;
	struct request request;
	enum status status;

	status = service_parse(args, &selector);
	if (status == DONE)
		status = args_end(args);
	if (status != DONE)
		return status;

	message = genl_request(&request, DSR_CMD_BACKEND_FLUSH);
	service_put(message, &selector);
	return genl_do(message, NULL);
}

/* The word of a number; "state-5" if only a newer dsrctl knows it.  @buf has
 * WORD_LEN characters.
 */
static const char *number_word(const char *const *words, size_t count,
			       const char *kind, uint64_t number, char *buf)
{
	if (number < count)
		return words[number];

	snprintf(buf, WORD_LEN, "%s-%" PRIu64, kind, number);
	return buf;
}

/* Most backends stand behind the device of the one before. */
static const char *device_name(unsigned int ifindex)
{
	static char name[IF_NAMESIZE];
	static unsigned int known;

	if (ifindex == known)
		return name;

	known = ifindex;
	if (!if_indextoname(ifindex, name))
		snprintf(name, sizeof(name), "if%u", ifindex);
	return name;
}

static void lladdr_print(const struct nlattr *attr)
{
	const uint8_t *byte = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);
	char text[3 * LLADDR_MAX + 1] = "";
	int end = 0;

	for (size_t i = 0; i < len && i < LLADDR_MAX; i++)
		end += sprintf(text + end, "%s%02x", i ? ":" : "", byte[i]);
	out_string("lladdr", " lladdr %s", text);
}

static void neighbour_print(const struct nlattr **table)
{
	const struct nlattr *ifindex = table[DSR_A_BACKEND_IFINDEX];

	if (attr_number(ifindex, 0))
		out_string("dev", " dev %s",
			   device_name(attr_number(ifindex, 0)));
	if (table[DSR_A_BACKEND_LLADDR])
		lladdr_print(table[DSR_A_BACKEND_LLADDR]);
}

static struct address address_of(const struct nlattr *attr)
{
	if (!attr)
		return (struct address){ 0 };

	return address_from(mnl_attr_get_payload(attr),
			    mnl_attr_get_payload_len(attr));
}

void backend_print(const struct selector *service, const struct nlattr *nest)
{
	char name[ADDRESS_LEN], selector[SELECTOR_LEN], word[WORD_LEN];
	const struct nlattr *table[DSR_A_BACKEND_MAX + 1];
	struct address address;
	uint64_t number;

	attrs_of_nest(nest, table, DSR_A_BACKEND_MAX);
	address = address_of(table[DSR_A_BACKEND_ADDRESS]);
	out_item_open(NULL);
	if (service)
		out_string("service", "%s ",
			   selector_format(service, selector));
	out_string("address", "%s", address_format(&address, name));

	number = attr_number(table[DSR_A_BACKEND_MODE], DSR_MODE_L2);
	out_string("mode", " mode %s",
		   number_word(modes, ARRAY_SIZE(modes), "mode", number,
			       word));
	out_number("weight", " weight %" PRIu64,
		   attr_number(table[DSR_A_BACKEND_WEIGHT], 1));
	number = attr_number(table[DSR_A_BACKEND_STATE], DSR_STATE_UP);
	out_string("state", " state %s",
		   number_word(states, ARRAY_SIZE(states), "state", number,
			       word));
	neighbour_print(table);
	traffic_print(table[DSR_A_BACKEND_STATS]);
	out_item_close();
}

enum status backends_get(const struct selector *selector,
			 struct answer *answer)
{
	struct nlmsghdr *message;
	struct request request;

	message = genl_request(&request, DSR_CMD_BACKEND_GET);
	if (selector)
		service_put(message, selector);
	return genl_dump(message, answer);
}

static enum status backend_get(const struct backend *backend,
			       struct answer *answer)
{
	struct nlmsghdr *message;
	struct request request;

	message = genl_request(&request, DSR_CMD_BACKEND_GET);
	mnl_attr_nest_end(message, backend_begin(message, backend));
	return genl_do(message, answer);
}

static void backends_print(const struct answer *answer)
{
	const struct nlattr *service[DSR_A_SERVICE_MAX + 1];
	const struct nlattr *table[DSR_A_MAX + 1];
	const struct nlmsghdr *message = NULL;
	struct selector selector;

	out_list_open(NULL);
	while ((message = answer_next(answer, message))) {
		genl_attrs(message, table);
		attrs_of_nest(table[DSR_A_SERVICE], service,
			      DSR_A_SERVICE_MAX);
		selector = service_selector(service);
		backend_print(&selector, table[DSR_A_BACKEND]);
	}
	out_list_close();
}

static enum status backend_show(struct args *args)
{
	struct answer answer = { 0 };
	struct backend backend = { 0 };
	struct selector *service = NULL;
	enum status status = DONE;

	if (args->left) {
		service = &backend.selector;
		status = service_parse(args, service);
	}
	if (status == DONE && args->left)
		status = backend_address(args, &backend.address);
	if (status == DONE)
		status = args_end(args);
	if (status == DONE)
		status = backend.address.len ? backend_get(&backend, &answer) :
					       backends_get(service, &answer);
	if (status == DONE)
		backends_print(&answer);

	answer_free(&answer);
	return status;
}

static const struct command verbs[] = {
	{ "add", backend_add },
	{ "set", backend_set },
	{ "del", backend_del },
	{ "show", backend_show },
	{ "flush", backend_flush },
};

static const struct object backend = {
	"backend", usage, verbs, ARRAY_SIZE(verbs)
};

enum status backend_main(struct args *args)
{
	return object_run(&backend, args);
}
