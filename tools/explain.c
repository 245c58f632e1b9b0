// SPDX-License-Identifier: GPL-2.0
/* dsrctl explain */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "backend.h"
#include "dsr.h"
#include "dsrctl.h"
#include "genl.h"
#include "keyword.h"
#include "output.h"
#include "service.h"
#include "stats.h"

#define END_LEN	(ADDRESS_LEN + sizeof("[]:65535"))
#define WHY_LEN	1024

static const char usage[] =
"Usage: dsrctl explain CLIENT[:PORT] DESTINATION[:PORT]/PROTOCOL [ OPTIONS ]\n"
"\n"
"CLIENT, DESTINATION := { ADDRESS | [ADDRESS6] }\n"
"PROTOCOL := { tcp | udp | sctp | icmp | icmpv6 | NUMBER }\n"
"OPTIONS := { mark NUMBER   the packet's firewall mark\n"
"             ack           it is one in the middle of a connection }\n"
"\n"
"Which service and which backend the kernel would choose for this packet now, or\n"
"why none.  Nothing is sent and nothing is changed.  A client's port of a ping is\n"
"its identifier.\n";

static const char *const decisions[] = DSR_DECISION_NAMES;
static const char *const decision_meanings[] = DSR_DECISION_MEANINGS;
static const char *const pasts[] = DSR_PAST_NAMES;
static const char *const past_meanings[] = DSR_PAST_MEANINGS;
static const char *const no_backends[] = DSR_NO_BACKEND_NAMES;

static const struct keyword keywords[] = {
	{ "mark", DSR_A_EXPLAIN_MARK, .min = 1, .max = UINT32_MAX },
	{ "ack", DSR_A_EXPLAIN_ACK, .bare = true,
	  .names = switch_names, .count = ARRAY_SIZE(switch_names) },
};

/* Where a packet comes from or goes to. */
struct end {
	struct address address;
	uint16_t port;
	bool has_port;
};

struct packet {
	struct end client;
	struct end destination;
	uint8_t protocol;
};

static bool port_parse(const char *text, struct end *end)
{
	uint64_t number;

	if (!number_parse(text, UINT16_MAX, &number))
		return false;
	end->port = number;
	end->has_port = true;
	return true;
}

/* Where the port begins, with its colon: behind the brackets, or behind the only
 * colon that there is.
 */
static char *port_find(char *text)
{
	char *colon = strchr(*text == '[' ? text + strcspn(text, "]") : text,
			     ':');

	return colon && !strchr(colon + 1, ':') ? colon : NULL;
}

/* @text is cut up. */
static bool end_parse(char *text, struct end *end)
{
	char *port = port_find(text);

	*end = (struct end){ 0 };
	if (port)
		*port++ = '\0';
	return address_parse(text, &end->address) &&
	       (!port || port_parse(port, end));
}

static enum status client_take(struct args *args, struct end *client)
{
	const char *word = args_next(args);
	char text[END_LEN];

	if (!word)
		return usage_error("no packet given: CLIENT DESTINATION/PROTOCOL is expected");
	if (snprintf(text, sizeof(text), "%s", word) < (int)sizeof(text) &&
	    end_parse(text, client))
		return DONE;
	return usage_error("client \"%s\": ADDRESS:PORT or [ADDRESS6]:PORT is expected",
			   word);
}

static enum status destination_error(const char *word)
{
	return usage_error("destination \"%s\": %s is expected", word,
			   "ADDRESS:PORT/PROTOCOL or [ADDRESS6]:PORT/PROTOCOL");
}

static enum status destination_take(struct args *args, struct packet *packet)
{
	const char *word = args_next(args);
	char text[END_LEN + PROTOCOL_LEN];
	char *protocol;

	if (!word)
		return usage_error("no destination given: ADDRESS:PORT/PROTOCOL is expected");
	if (snprintf(text, sizeof(text), "%s", word) >= (int)sizeof(text))
		return destination_error(word);
	protocol = strchr(text, '/');
	if (!protocol)
		return usage_error("destination \"%s\": a protocol is expected, as in %s/tcp",
				   word, word);
	*protocol++ = '\0';
	if (!protocol_find(protocol, &packet->protocol))
		return usage_error("protocol \"%s\" of \"%s\": %s is expected",
				   protocol, word,
				   "tcp, udp, sctp, icmp, icmpv6 or a number");
	if (end_parse(text, &packet->destination))
		return DONE;
	return destination_error(word);
}

static void end_put(struct nlmsghdr *message, const struct end *end,
		    uint16_t address_attr, uint16_t port_attr)
{
	mnl_attr_put(message, address_attr, end->address.len,
		     end->address.byte);
	if (end->has_port)
		mnl_attr_put_u16(message, port_attr, htons(end->port));
}

static enum status request_take(struct args *args, struct packet *packet,
				struct nlmsghdr *message)
{
	enum status status = client_take(args, &packet->client);
	struct nlattr *nest;

	if (status == DONE)
		status = destination_take(args, packet);
	if (status != DONE)
		return status;

	nest = mnl_attr_nest_start(message, DSR_A_FLOW);
	end_put(message, &packet->client, DSR_A_FLOW_CLIENT,
		DSR_A_FLOW_CLIENT_PORT);
	end_put(message, &packet->destination, DSR_A_FLOW_ADDRESS,
		DSR_A_FLOW_PORT);
	mnl_attr_put_u8(message, DSR_A_FLOW_PROTOCOL, packet->protocol);
	mnl_attr_nest_end(message, nest);

	nest = mnl_attr_nest_start(message, DSR_A_EXPLAIN);
	status = keywords_take(args, keywords, ARRAY_SIZE(keywords), false,
			       message, NULL);
	mnl_attr_nest_end(message, nest);
	return status;
}

/* Joins sentences. */
static FORMAT(2, 3) void add(char *why, const char *format, ...)
{
	size_t len = strlen(why);
	va_list values;

	len += snprintf(why + len, WHY_LEN - len, "%s", len ? "; " : "");
	va_start(values, format);
	vsnprintf(why + len, WHY_LEN - len, format, values);
	va_end(values);
}

static void add_meaning(char *why, const struct nlattr *attr,
			const char *const *meanings, size_t count)
{
	uint64_t number = attr_number(attr, count);

	if (number < count)
		add(why, "%s", meanings[number]);
}

static void add_scheduler(char *why, const struct nlattr *const *explain)
{
	const struct nlattr *over = explain[DSR_A_EXPLAIN_PASSED_OVER];
	char name[DSR_SCHEDULER_LEN + 1], backend[BACKEND_STATE_LEN];
	const char *owner = "it";

	if (!explain[DSR_A_EXPLAIN_SCHEDULER])
		return;

	attr_string(explain[DSR_A_EXPLAIN_SCHEDULER], name, sizeof(name));
	if (over)
		owner = backend_state_format(over, backend);
	if (!attr_number(explain[DSR_A_EXPLAIN_STEADY], 1))
		add(why, "scheduler %s: so now, another flow may go elsewhere",
		    name);
	else if (explain[DSR_A_EXPLAIN_SLOT])
		add(why, "scheduler %s: slot %" PRIu64 " of %" PRIu64 " belongs to %s",
		    name, attr_number(explain[DSR_A_EXPLAIN_SLOT], 0),
		    attr_number(explain[DSR_A_EXPLAIN_SLOTS], 0), owner);
	else
		add(why, "scheduler %s%s%s", name,
		    over ? ": the hash names " : "", over ? owner : "");
}

/* That it is forwarded, or left to the stack, is told already. */
static void add_counter(char *why, const struct nlattr *attr)
{
	uint64_t counter = attr_number(attr, 0);
	const char *meaning = stats_meaning(counter);

	if (meaning && counter != DSR_COUNTER_FORWARDED &&
	    counter != DSR_COUNTER_PASSED)
		add(why, "%s", meaning);
}

static const char *why_format(const struct nlattr *const *explain, char *why)
{
	const struct nlattr *before = explain[DSR_A_EXPLAIN_BEFORE];
	const struct nlattr *decision = explain[DSR_A_EXPLAIN_DECISION];
	char backend[BACKEND_STATE_LEN];

	/* Told with the scheduler. */
	if (explain[DSR_A_EXPLAIN_SCHEDULER] &&
	    attr_number(decision, 0) == DSR_DECISION_SCHEDULER)
		decision = NULL;
	*why = '\0';
	add_meaning(why, explain[DSR_A_EXPLAIN_PAST], past_meanings,
		    ARRAY_SIZE(past_meanings));
	if (before)
		add(why, "so far it went to %s",
		    backend_state_format(before, backend));
	add_meaning(why, decision, decision_meanings,
		    ARRAY_SIZE(decision_meanings));
	add_scheduler(why, explain);
	add_counter(why, explain[DSR_A_EXPLAIN_COUNTER]);
	return why;
}

static void end_print(const char *key, const char *port_key,
		      const struct end *end)
{
	char text[ADDRESS_LEN];

	out_string(key, NULL, address_format(&end->address, text));
	if (end->has_port)
		out_number(port_key, NULL, end->port);
}

/* What was asked; as text it is known. */
static void packet_print(const struct packet *packet)
{
	char word[PROTOCOL_LEN];

	end_print("client", "client-port", &packet->client);
	end_print("address", "port", &packet->destination);
	out_string("protocol", NULL, protocol_format(packet->protocol, word));
}

static void service_print(const struct nlattr *nest)
{
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];
	char text[SELECTOR_LEN];
	struct selector selector;

	if (!nest) {
		out_string(NULL, "%s", "no service");
		return;
	}
	attrs_of_nest(nest, table, DSR_A_SERVICE_MAX);
	selector = service_selector(table);
	out_string("service", "%s", selector_format(&selector, text));
}

/* Where it goes: a backend, the stack, or nowhere. */
static void taker_print(const struct nlattr *nest,
			const struct nlattr *const *explain)
{
	uint64_t counter = attr_number(explain[DSR_A_EXPLAIN_COUNTER],
				       DSR_COUNTER_PASSED);

	out_string(NULL, " %s ", "->");
	if (nest) {
		out_part_open("backend");
		backend_describe(NULL, nest);
		out_part_close();
	} else {
		out_string(NULL, "%s", counter == DSR_COUNTER_PASSED ?
			   "the stack" : "none");
	}
	if (explain[DSR_A_EXPLAIN_MTU])
		out_number("mtu", " mtu %" PRIu64,
			   attr_number(explain[DSR_A_EXPLAIN_MTU], 0));
}

static void name_print(const char *key, const struct nlattr *attr,
		       const char *const *names, size_t count)
{
	char word[WORD_LEN];

	if (attr)
		out_string(key, NULL, name_of(attr_number(attr, 0), names,
					      count, key, word));
}

static void scheduler_print(const struct nlattr *const *explain)
{
	char name[DSR_SCHEDULER_LEN + 1];

	if (!explain[DSR_A_EXPLAIN_SCHEDULER])
		return;

	out_string("scheduler", NULL,
		   attr_string(explain[DSR_A_EXPLAIN_SCHEDULER], name,
			       sizeof(name)));
	out_bool("steady", NULL,
		 attr_number(explain[DSR_A_EXPLAIN_STEADY], 0));
	if (explain[DSR_A_EXPLAIN_SLOT]) {
		out_number("slots", NULL,
			   attr_number(explain[DSR_A_EXPLAIN_SLOTS], 0));
		out_number("slot", NULL,
			   attr_number(explain[DSR_A_EXPLAIN_SLOT], 0));
	}
	if (explain[DSR_A_EXPLAIN_PASSED_OVER])
		backend_state_print("passed-over",
				    explain[DSR_A_EXPLAIN_PASSED_OVER]);
}

/* What "why" says in words, for programs. */
static void decision_print(const struct nlattr *const *explain)
{
	const char *counter;

	name_print("decision", explain[DSR_A_EXPLAIN_DECISION], decisions,
		   ARRAY_SIZE(decisions));
	name_print("past", explain[DSR_A_EXPLAIN_PAST], pasts,
		   ARRAY_SIZE(pasts));
	counter = stats_name(attr_number(explain[DSR_A_EXPLAIN_COUNTER], 0));
	if (counter)
		out_string("counter", NULL, counter);
	if (explain[DSR_A_EXPLAIN_BEFORE])
		backend_state_print("before", explain[DSR_A_EXPLAIN_BEFORE]);
	scheduler_print(explain);
	name_print("no-backend", explain[DSR_A_EXPLAIN_NO_BACKEND],
		   no_backends, ARRAY_SIZE(no_backends));
}

static void explanation_print(const struct packet *packet,
			      const struct nlmsghdr *message)
{
	const struct nlattr *explain[DSR_A_EXPLAIN_MAX + 1];
	const struct nlattr *table[DSR_A_MAX + 1];
	char why[WHY_LEN];

	genl_attrs(message, table);
	attrs_of_nest(table[DSR_A_EXPLAIN], explain, DSR_A_EXPLAIN_MAX);
	out_item_open(NULL);
	service_print(table[DSR_A_SERVICE]);
	packet_print(packet);
	taker_print(table[DSR_A_BACKEND], explain);
	decision_print(explain);
	out_line();
	out_string("why", "    why: %s", why_format(explain, why));
	out_item_close();
}

enum status explain_main(struct args *args)
{
	const struct nlmsghdr *message = NULL;
	struct answer answer = { 0 };
	struct request request;
	struct packet packet;
	enum status status;

	if (args_help(args, usage))
		return DONE;

	genl_request(&request, DSR_CMD_EXPLAIN);
	status = request_take(args, &packet, &request.header);
	if (status == DONE)
		status = genl_do(&request.header, &answer);
	if (status == DONE) {
		out_list_open(NULL);
		while ((message = answer_next(&answer, message)))
			explanation_print(&packet, message);
		out_list_close();
	}
	answer_free(&answer);
	return status;
}
