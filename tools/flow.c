// SPDX-License-Identifier: GPL-2.0
/* dsrctl flow */
#include <inttypes.h>
#include <stdio.h>
#include <arpa/inet.h>

#include "backend.h"
#include "dsr.h"
#include "dsrctl.h"
#include "flow.h"
#include "genl.h"
#include "output.h"
#include "service.h"

static const char *const states[] = DSR_FLOW_SHOW_NAMES;

static const char usage[] =
"Usage: dsrctl flow show [ SERVICE [ BACKEND ] ]\n"
"       dsrctl flow count [ SERVICE [ BACKEND ] ]\n"
"       dsrctl flow flush [ SERVICE [ BACKEND ] ]\n"
"\n"
SERVICE_USAGE
"BACKEND := { ADDRESS | ADDRESS6 }\n"
"\n"
"The flows that are remembered: all, those of a service, or those of one of its\n"
"backends.  flush forgets them, and says with -s or -j how many there were.\n";

/* Takes all the words that are left as what the command is about. */
static enum status flow_request(struct args *args, enum dsr_cmd command,
				struct request *buf)
{
	struct nlmsghdr *message = genl_request(buf, command);
	enum status status = DONE;
	struct selector selector;
	struct address address;

	if (!args->left)
		return DONE;

	status = selector_take(args, &selector);
	if (status != DONE)
		return status;
	service_put(message, &selector);
	if (!args->left)
		return DONE;

	status = backend_take(args, &address);
	if (status != DONE)
		return status;
	backend_put(message, &address);
	return args_end(args);
}

static struct address address_of(const struct nlattr *attr)
{
	if (!attr)
		return (struct address){ 0 };

	return address_from(mnl_attr_get_payload(attr),
			    mnl_attr_get_payload_len(attr));
}

/* As text ADDRESS:PORT, or what there is of it; an address that is not known is
 * a star.
 */
static void end_print(const char *key, const struct nlattr *host,
		      const char *port_key, const struct nlattr *port)
{
	uint16_t number = ntohs(attr_number(port, 0));
	struct address address = address_of(host);
	const char *format = "%s";
	char text[ADDRESS_LEN];

	if (number && address.len == 16)
		format = "[%s]";
	if (address.len)
		out_string(key, format, address_format(&address, text));
	else
		out_string(NULL, "%s", "*");
	out_number(port_key, number ? ":%" PRIu64 : NULL, number);
}

static void backend_name_print(const struct nlattr *nest)
{
	const struct nlattr *table[DSR_A_BACKEND_MAX + 1];
	struct address address;
	char text[ADDRESS_LEN];

	attrs_of_nest(nest, table, DSR_A_BACKEND_MAX);
	address = backend_address(table);
	out_string("backend", " backend %s", address_format(&address, text));
}

/* The service is only told as text where it tells more than the flow. */
static void service_name_print(const struct nlattr *nest, bool as_text)
{
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];
	char text[SELECTOR_LEN];
	struct selector selector;

	attrs_of_nest(nest, table, DSR_A_SERVICE_MAX);
	selector = service_selector(table);
	selector_format(&selector, text);
	if (as_text)
		out_string(NULL, " service %s", text);
	else
		out_string("service", NULL, text);
}

static void flow_print(const struct nlattr *const *attrs)
{
	const struct nlattr *flow[DSR_A_FLOW_MAX + 1];
	char word[WORD_LEN];
	uint64_t number;

	attrs_of_nest(attrs[DSR_A_FLOW], flow, DSR_A_FLOW_MAX);
	out_item_open(NULL);
	service_name_print(attrs[DSR_A_SERVICE], false);
	end_print("client", flow[DSR_A_FLOW_CLIENT],
		  "client-port", flow[DSR_A_FLOW_CLIENT_PORT]);
	out_string(NULL, " %s ", "->");
	end_print("address", flow[DSR_A_FLOW_ADDRESS],
		  "port", flow[DSR_A_FLOW_PORT]);

	number = attr_number(flow[DSR_A_FLOW_PROTOCOL], 0);
	out_string("protocol", " %s", protocol_format(number, word));
	number = attr_number(flow[DSR_A_FLOW_STATE], 0);
	out_string("state", " %s", name_of(number, states, ARRAY_SIZE(states),
					   "state", word));
	if (!options.json && !flow[DSR_A_FLOW_ADDRESS])
		service_name_print(attrs[DSR_A_SERVICE], true);
	backend_name_print(attrs[DSR_A_BACKEND]);
	out_number("idle", " idle %" PRIu64,
		   attr_number(flow[DSR_A_FLOW_IDLE], 0));
	out_number("left", " left %" PRIu64,
		   attr_number(flow[DSR_A_FLOW_LEFT], 0));
	out_item_close();
}

/* The list is opened by the first flow: what is refused prints nothing. */
static bool flow_take(const struct nlmsghdr *message, void *to)
{
	const struct nlattr *table[DSR_A_MAX + 1];
	bool *listed = to;

	genl_attrs(message, table);
	if (!table[DSR_A_FLOW])
		return true;

	if (!*listed)
		out_list_open(NULL);
	*listed = true;
	flow_print(table);
	return true;
}

static enum status flow_show(struct args *args)
{
	struct request request;
	enum status status;
	bool listed = false;

	status = flow_request(args, DSR_CMD_FLOW_GET, &request);
	if (status == DONE)
		status = genl_stream(&request.header, flow_take, &listed);
	if (status == DONE && !listed) {
		out_list_open(NULL);
		listed = true;
	}
	if (listed)
		out_list_close();
	return status;
}

/* The attribute's number is the state's and one. */
static uint64_t state_count_print(const struct nlattr *attr, const char *format)
{
	uint16_t number = mnl_attr_get_type(attr) - 1;
	uint64_t count = attr_number(attr, 0);
	char word[WORD_LEN];
	const char *name;

	name = name_of(number, states, ARRAY_SIZE(states), "state", word);
	out_string(NULL, format, name);
	out_number(name, " %" PRIu64, count);
	return count;
}

void flow_counts_describe(const struct nlattr *nest)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (mnl_attr_get_type(attr))
			state_count_print(attr, " %s");
}

static void counts_print(const struct answer *answer)
{
	const struct nlattr *table[DSR_A_MAX + 1], *attr;
	const struct nlmsghdr *message = NULL;
	uint64_t total = 0;

	out_list_open(NULL);
	while ((message = answer_next(answer, message))) {
		genl_attrs(message, table);
		if (!table[DSR_A_FLOW_COUNT])
			continue;

		out_item_open(NULL);
		mnl_attr_for_each_nested(attr, table[DSR_A_FLOW_COUNT]) {
			if (!mnl_attr_get_type(attr))
				continue;
			total += state_count_print(attr, "%s");
			out_line();
		}
		out_number("total", "total %" PRIu64, total);
		out_item_close();
	}
	out_list_close();
}

static enum status flow_tally(struct args *args, enum dsr_cmd command,
			      bool told)
{
	struct answer answer = { 0 };
	struct request request;
	enum status status;

	status = flow_request(args, command, &request);
	if (status == DONE)
		status = genl_do(&request.header, &answer);
	if (status == DONE && told)
		counts_print(&answer);
	answer_free(&answer);
	return status;
}

static enum status flow_count(struct args *args)
{
	return flow_tally(args, DSR_CMD_FLOW_COUNT, true);
}

static enum status flow_flush(struct args *args)
{
	return flow_tally(args, DSR_CMD_FLOW_FLUSH,
			  options.stats || options.json);
}

static const struct command verbs[] = {
	{ "show", flow_show },
	{ "count", flow_count },
	{ "flush", flow_flush },
};

static const struct object flow = {
	"flow", usage, verbs, ARRAY_SIZE(verbs)
};

enum status flow_main(struct args *args)
{
	return object_run(&flow, args);
}
