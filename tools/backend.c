// SPDX-License-Identifier: GPL-2.0
/* dsrctl backend */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <netinet/ether.h>

#include "backend.h"
#include "device.h"
#include "dsr.h"
#include "dsrctl.h"
#include "genl.h"
#include "keyword.h"
#include "output.h"
#include "service.h"
#include "stats.h"

static const char *const modes[] = DSR_MODE_NAMES;
static const char *const states[] = DSR_STATE_NAMES;
static const char *const whys[] = DSR_WHY_NAMES;

/* What an operator may say of it. */
static const char *const wanted_states[] = {
	[DSR_STATE_UP] = "up",
	[DSR_STATE_DOWN] = "down",
};

static const char usage[] =
"Usage: dsrctl backend add SERVICE ADDRESS [ OPTIONS ]\n"
"       dsrctl backend set SERVICE ADDRESS OPTIONS\n"
"       dsrctl backend del SERVICE ADDRESS\n"
"       dsrctl backend drain SERVICE ADDRESS [ for SECONDS ]\n"
"       dsrctl backend show [ SERVICE [ ADDRESS ] ]\n"
"       dsrctl backend flush SERVICE\n"
"\n"
SERVICE_USAGE
"OPTIONS := { mode { l2 | local }     how packets travel to it, default l2\n"
"             weight NUMBER           share of the new flows, default 1\n"
"             state { up | down }     down: as if it had been removed\n"
"             max-flows NUMBER        full at so many, 0: no limit\n"
"             min-flows NUMBER        no longer full below, 0: 3/4 of max-flows\n"
"             slow-start SECONDS      how long its share grows, default 0\n"
"             dev { IFNAME | none }   pinned, not looked up\n"
"             lladdr { MAC | none }   pinned, with dev\n"
"           }\n"
"\n"
"A backend of weight 0 takes no new flows, nor does one that drains, which is\n"
"down when no flow is left or the seconds are over.  flush removes the backends\n"
"of a service.\n";

static const char *const none = "none";

static enum status dev_put(const char *value, struct nlmsghdr *request,
			   const struct selector *service)
{
	enum status status = DONE;
	unsigned int ifindex = 0;

	(void)service;
	if (!device_name_is_valid(value))
		return USAGE;

	if (strcmp(value, none))
		status = device_find("dev", value, &ifindex);
	if (status == DONE)
		mnl_attr_put_u32(request, DSR_A_BACKEND_DEV, ifindex);
	return status;
}

/* Six bytes, of one or two digits each. */
static enum status lladdr_put(const char *value, struct nlmsghdr *request,
			      const struct selector *service)
{
	struct ether_addr lladdr = { 0 };

	(void)service;
	if (strcmp(value, none) &&
	    (strlen(value) > strlen("00:00:00:00:00:00") ||
	     !ether_aton_r(value, &lladdr)))
		return USAGE;

	mnl_attr_put(request, DSR_A_BACKEND_PINNED_LLADDR, sizeof(lladdr),
		     &lladdr);
	return DONE;
}

/* For whom it matters that it can't be reached: not for one that is down. */
static void why_print(const struct nlattr *attr, uint64_t state)
{
	char word[WORD_LEN];

	if (attr && state != DSR_STATE_DOWN)
		out_string("why", " why %s",
			   name_of(attr_number(attr, 0), whys, ARRAY_SIZE(whys),
				   "why", word));
}

/* What the kernel reports of it is more than an operator may say; of an address
 * without a service it's no more than why it can't be reached.
 */
static void state_print(const struct nlattr *const *attrs)
{
	uint64_t state = attr_number(attrs[DSR_A_BACKEND_STATE], DSR_STATE_UP);
	uint64_t closing = attr_number(attrs[DSR_A_BACKEND_CLOSING], 0);
	const struct nlattr *left = attrs[DSR_A_BACKEND_DRAIN_LEFT];
	char word[WORD_LEN];

	if (attrs[DSR_A_BACKEND_STATE])
		out_string("state", " state %s",
			   name_of(state, states, ARRAY_SIZE(states), "state",
				   word));
	why_print(attrs[DSR_A_BACKEND_WHY], state);
	if (!attrs[DSR_A_BACKEND_FLOWS])
		return;
	if (state == DSR_STATE_DRAINING && left)
		out_number("drain-left", " drain-left %" PRIu64,
			   attr_number(left, 0));
	out_number("flows", " flows %" PRIu64,
		   attr_number(attrs[DSR_A_BACKEND_FLOWS], 0));
	out_number("closing", closing ? " closing %" PRIu64 : NULL, closing);
}

static uint64_t state_of(const struct nlattr *const *attrs)
{
	return attr_number(attrs[DSR_A_BACKEND_STATE], DSR_STATE_UP);
}

static const char *state_value(const struct nlattr *const *attrs, char *buf)
{
	uint64_t state = state_of(attrs);

	return state == DSR_STATE_UP ? NULL :
	       name_of(state, states, ARRAY_SIZE(states), "state", buf);
}

/* Who wants a drain is content with one that is over. */
static bool state_differs(const struct nlattr *const *wanted,
			  const struct nlattr *const *is)
{
	if (state_of(wanted) == DSR_STATE_DRAINING &&
	    state_of(is) == DSR_STATE_DOWN)
		return false;

	return state_of(wanted) != state_of(is) ||
	       !attr_equal(wanted[DSR_A_BACKEND_DRAIN_FOR],
			   is[DSR_A_BACKEND_DRAIN_FOR]);
}

/* Where it was found; what is pinned is also that. */
static void dev_print(const struct nlattr *const *attrs)
{
	uint64_t pinned = attr_number(attrs[DSR_A_BACKEND_DEV], 0);
	uint64_t ifindex = attr_number(attrs[DSR_A_BACKEND_IFINDEX], 0);

	if (!ifindex)
		ifindex = pinned;
	if (ifindex)
		out_string("dev", " dev %s", device_name(ifindex));
	if (attrs[DSR_A_BACKEND_DEV])
		out_bool("dev-pinned", "pinned", pinned);
}

static const char *dev_value(const struct nlattr *const *attrs, char *buf)
{
	uint64_t pinned = attr_number(attrs[DSR_A_BACKEND_DEV], 0);

	(void)buf;
	return pinned ? device_name(pinned) : NULL;
}

const char *lladdr_of(const struct nlattr *attr, char *buf)
{
	return lladdr_format(mnl_attr_get_payload(attr),
			     mnl_attr_get_payload_len(attr), buf);
}

static void lladdr_print(const struct nlattr *const *attrs)
{
	const struct nlattr *pinned = attrs[DSR_A_BACKEND_PINNED_LLADDR];
	const struct nlattr *lladdr = attrs[DSR_A_BACKEND_LLADDR];
	char text[LLADDR_LEN];

	if (pinned && attr_is_zero(pinned))
		pinned = NULL;
	if (!lladdr)
		lladdr = pinned;
	if (lladdr)
		out_string("lladdr", " lladdr %s", lladdr_of(lladdr, text));
	if (attrs[DSR_A_BACKEND_DEV])
		out_bool("lladdr-pinned", "pinned", pinned);
}

static const char *lladdr_value(const struct nlattr *const *attrs, char *buf)
{
	const struct nlattr *pinned = attrs[DSR_A_BACKEND_PINNED_LLADDR];

	if (!pinned || attr_is_zero(pinned))
		return NULL;

	lladdr_of(pinned, buf);
	return buf;
}

/* Which one of them is the state. */
#define STATE_AT 2

static const struct keyword keywords[] = {
	{ "mode", DSR_A_BACKEND_MODE,
	  .names = modes, .count = ARRAY_SIZE(modes), .always = true },
	{ "weight", DSR_A_BACKEND_WEIGHT, .max = DSR_WEIGHT_MAX,
	  .otherwise = 1, .always = true },
	[STATE_AT] = { "state", DSR_A_BACKEND_STATE,
	  .names = wanted_states, .count = ARRAY_SIZE(wanted_states),
	  .print = state_print, .value = state_value,
	  .differs = state_differs, .preset = "up" },
	{ "max-flows", DSR_A_BACKEND_MAX_FLOWS, .max = UINT32_MAX },
	{ "min-flows", DSR_A_BACKEND_MIN_FLOWS, .max = UINT32_MAX },
	{ "slow-start", DSR_A_BACKEND_SLOW_START, .max = DSR_SLOW_START_MAX,
	  .unit = " of seconds" },
	{ "dev", DSR_A_BACKEND_DEV,
	  .values = "the name of a network device or none", .preset = "none",
	  .put = dev_put, .print = dev_print, .value = dev_value },
	{ "lladdr", DSR_A_BACKEND_PINNED_LLADDR,
	  .values = "a MAC address such as 52:54:00:00:00:01 or none",
	  .preset = "none",
	  .put = lladdr_put, .print = lladdr_print, .value = lladdr_value },
};

static const struct keyword drain_keywords[] = {
	{ "for", DSR_A_BACKEND_DRAIN_FOR, .min = 1, .max = DSR_TIMEOUT_MAX,
	  .unit = " of seconds" },
};

enum status backend_take(struct args *args, struct address *address)
{
	const char *word = args_next(args);

	if (!word)
		return usage_error("no backend given: its address is expected behind the service");
	if (!address_parse(word, address))
		return usage_error("backend \"%s\": an address without a port is expected here",
				   word);
	return DONE;
}

/* Opens the nest DSR_A_BACKEND with what names the backend. */
static struct nlattr *backend_begin(struct nlmsghdr *request,
				    const struct address *address)
{
	struct nlattr *nest = mnl_attr_nest_start(request, DSR_A_BACKEND);

	mnl_attr_put(request, DSR_A_BACKEND_ADDRESS, address->len,
		     address->byte);
	return nest;
}

void backend_put(struct nlmsghdr *request, const struct address *address)
{
	mnl_attr_nest_end(request, backend_begin(request, address));
}

/* Which backend of which service. */
static enum status names_take(struct args *args, struct selector *selector,
			      struct address *address)
{
	enum status status = selector_take(args, selector);

	return status == DONE ? backend_take(args, address) : status;
}

enum status backend_options_take(struct args *args, struct nlmsghdr *request,
				 enum keywords which,
				 const struct selector *selector,
				 const struct address *address)
{
	struct nlattr *nest = backend_begin(request, address);
	enum status status;

	status = keywords_take(args, keywords, ARRAY_SIZE(keywords), which,
			       request, selector);
	mnl_attr_nest_end(request, nest);
	return status;
}

enum status backend_drain_take(struct args *args, struct nlmsghdr *request,
			       const struct selector *selector,
			       const struct address *address)
{
	struct nlattr *nest = backend_begin(request, address);
	enum status status;

	mnl_attr_put_u8(request, DSR_A_BACKEND_STATE, DSR_STATE_DRAINING);
	status = keywords_take(args, drain_keywords, ARRAY_SIZE(drain_keywords),
			       KEYWORDS_GIVEN, request, selector);
	mnl_attr_nest_end(request, nest);
	return status;
}

/* A request about one backend, and what names it. */
struct target {
	struct selector service;
	struct address address;
	struct request request;
	struct nlmsghdr *message;
};

static enum status target_take(struct args *args, enum dsr_cmd command,
			       struct target *target)
{
	enum status status = names_take(args, &target->service,
					&target->address);

	if (status != DONE)
		return status;

	target->message = genl_request(&target->request, command);
	service_put(target->message, &target->service);
	return DONE;
}

static enum status backend_change(struct args *args, enum dsr_cmd command,
				  enum keywords which)
{
	struct target target;
	enum status status = target_take(args, command, &target);

	if (status == DONE)
		status = backend_options_take(args, target.message, which,
					      &target.service, &target.address);
	return status == DONE ? genl_do(target.message, NULL) : status;
}

static enum status backend_add(struct args *args)
{
	return backend_change(args, DSR_CMD_BACKEND_ADD, KEYWORDS_GIVEN);
}

static enum status backend_set(struct args *args)
{
	return backend_change(args, DSR_CMD_BACKEND_SET, KEYWORDS_NEEDED);
}

static enum status backend_drain(struct args *args)
{
	struct target target;
	enum status status = target_take(args, DSR_CMD_BACKEND_SET, &target);

	if (status == DONE)
		status = backend_drain_take(args, target.message,
					    &target.service, &target.address);
	return status == DONE ? genl_do(target.message, NULL) : status;
}

static enum status backend_del(struct args *args)
{
	struct target target;
	enum status status = target_take(args, DSR_CMD_BACKEND_DEL, &target);

	if (status == DONE)
		status = args_end(args);
	if (status != DONE)
		return status;

	backend_put(target.message, &target.address);
	return genl_do(target.message, NULL);
}

void backend_save_name(const struct selector *service,
		       const struct address *address)
{
	char name[ADDRESS_LEN], selector[SELECTOR_LEN];

	out_string("service", "%s ", selector_format(service, selector));
	out_string("address", "%s", address_format(address, name));
}

void backend_save(const struct selector *service, const struct address *address,
		  const struct nlattr *nest)
{
	const struct nlattr *attrs[DSR_A_BACKEND_MAX + 1];

	attrs_of_nest(nest, attrs, DSR_A_BACKEND_MAX);
	if (state_of(attrs) == DSR_STATE_DRAINING)
		attrs[DSR_A_BACKEND_STATE] = NULL;
	backend_save_name(service, address);
	keywords_save(keywords, ARRAY_SIZE(keywords), attrs);
}

bool backend_drains(const struct nlattr *nest)
{
	const struct nlattr *attrs[DSR_A_BACKEND_MAX + 1];

	attrs_of_nest(nest, attrs, DSR_A_BACKEND_MAX);
	return state_of(attrs) == DSR_STATE_DRAINING;
}

void backend_save_drain(const struct selector *service,
			const struct address *address,
			const struct nlattr *nest)
{
	const struct nlattr *attrs[DSR_A_BACKEND_MAX + 1];

	attrs_of_nest(nest, attrs, DSR_A_BACKEND_MAX);
	backend_save_name(service, address);
	keywords_save(drain_keywords, ARRAY_SIZE(drain_keywords), attrs);
}

void backend_save_some(unsigned long which, const struct nlattr *nest)
{
	const struct nlattr *attrs[DSR_A_BACKEND_MAX + 1];

	attrs_of_nest(nest, attrs, DSR_A_BACKEND_MAX);
	keywords_save_some(keywords, which, attrs);
}

unsigned long backend_differs(const struct nlattr *wanted,
			      const struct nlattr *is)
{
	const struct nlattr *wanted_attrs[DSR_A_BACKEND_MAX + 1];
	const struct nlattr *is_attrs[DSR_A_BACKEND_MAX + 1];

	attrs_of_nest(wanted, wanted_attrs, DSR_A_BACKEND_MAX);
	attrs_of_nest(is, is_attrs, DSR_A_BACKEND_MAX);
	return keywords_differ(keywords, ARRAY_SIZE(keywords), wanted_attrs,
			       is_attrs);
}

bool backend_state_is_in(unsigned long which)
{
	return which & 1UL << STATE_AT;
}

unsigned long backend_without_state(unsigned long which)
{
	return which & ~(1UL << STATE_AT);
}

static bool is_of_state(const struct nlattr *attr)
{
	return mnl_attr_get_type(attr) == DSR_A_BACKEND_STATE ||
	       mnl_attr_get_type(attr) == DSR_A_BACKEND_DRAIN_FOR;
}

/* Those attributes of a nest that are about the state, or all others. */
static void attrs_copy(struct nlmsghdr *request, const struct nlattr *nest,
		       bool state)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
		if (is_of_state(attr) == state)
			attr_copy(request, attr);
}

/* A state that is given begins anew, also if it's the one that it has. */
void backend_put_set(struct nlmsghdr *request, unsigned long which,
		     const struct nlattr *nest)
{
	struct nlattr *copy = mnl_attr_nest_start(request, DSR_A_BACKEND);

	attrs_copy(request, nest, false);
	if (backend_state_is_in(which))
		attrs_copy(request, nest, true);
	mnl_attr_nest_end(request, copy);
}

void backend_put_drained(struct nlmsghdr *request, const struct nlattr *nest,
			 const struct nlattr *drain)
{
	struct nlattr *copy = mnl_attr_nest_start(request, DSR_A_BACKEND);

	attrs_copy(request, nest, false);
	attrs_copy(request, drain, true);
	mnl_attr_nest_end(request, copy);
}

static enum status backend_flush(struct args *args)
{
	return service_ask(args, DSR_CMD_BACKEND_FLUSH);
}

struct address backend_address(const struct nlattr *const *attrs)
{
	const struct nlattr *attr = attrs[DSR_A_BACKEND_ADDRESS];

	if (!attr)
		return (struct address){ 0 };

	return address_from(mnl_attr_get_payload(attr),
			    mnl_attr_get_payload_len(attr));
}

/* What names it, and its state as a word. */
static const char *state_read(const struct nlattr *nest,
			      struct address *address, char *word)
{
	const struct nlattr *table[DSR_A_BACKEND_MAX + 1];
	uint64_t state;

	attrs_of_nest(nest, table, DSR_A_BACKEND_MAX);
	*address = backend_address(table);
	state = attr_number(table[DSR_A_BACKEND_STATE], DSR_STATE_UP);
	return name_of(state, states, ARRAY_SIZE(states), "state", word);
}

const char *backend_state_format(const struct nlattr *nest, char *buf)
{
	char name[ADDRESS_LEN], word[WORD_LEN];
	struct address address;
	const char *state;

	state = state_read(nest, &address, word);
	snprintf(buf, BACKEND_STATE_LEN, "%s, which is %s",
		 address_format(&address, name), state);
	return buf;
}

void backend_state_print(const char *key, const struct nlattr *nest)
{
	char name[ADDRESS_LEN], word[WORD_LEN];
	struct address address;
	const char *state;

	state = state_read(nest, &address, word);
	out_part_open(key);
	out_string("address", NULL, address_format(&address, name));
	out_string("state", NULL, state);
	out_part_close();
}

/* @table: its attributes. */
static void options_print(const struct selector *service,
			  const struct nlattr *const *table)
{
	char name[ADDRESS_LEN], selector[SELECTOR_LEN];
	struct address address = backend_address(table);

	if (service)
		out_string("service", "%s ",
			   selector_format(service, selector));
	out_string("address", "%s", address_format(&address, name));
	keywords_print(keywords, ARRAY_SIZE(keywords), table);
}

void backend_describe(const struct selector *service, const struct nlattr *nest)
{
	const struct nlattr *table[DSR_A_BACKEND_MAX + 1];

	attrs_of_nest(nest, table, DSR_A_BACKEND_MAX);
	options_print(service, table);
}

void backend_print(const struct selector *service, const struct nlattr *nest)
{
	const struct nlattr *table[DSR_A_BACKEND_MAX + 1];

	attrs_of_nest(nest, table, DSR_A_BACKEND_MAX);
	out_item_open(NULL);
	options_print(service, table);
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

static enum status backend_get(const struct selector *selector,
			       const struct address *address,
			       struct answer *answer)
{
	struct nlmsghdr *message;
	struct request request;

	message = genl_request(&request, DSR_CMD_BACKEND_GET);
	service_put(message, selector);
	backend_put(message, address);
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
	struct selector selector, *service = NULL;
	struct address address = { 0 };
	enum status status = DONE;

	if (args->left) {
		service = &selector;
		status = selector_take(args, service);
	}
	if (status == DONE && args->left)
		status = backend_take(args, &address);
	if (status == DONE)
		status = args_end(args);
	if (status == DONE)
		status = address.len ?
			 backend_get(service, &address, &answer) :
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
	{ "drain", backend_drain },
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
