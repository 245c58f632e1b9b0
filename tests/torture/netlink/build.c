// SPDX-License-Identifier: GPL-2.0
/* A request that the policy allows, most of the time about what is there. */
#include <arpa/inet.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "build.h"
#include "words.h"

#define SERVICES_MANY	40	/* where adding is stopped, mostly */
#define CHANGES_MAX	6

static void put(struct builder *builder, struct node **list, __u16 type, const void *data,
		size_t len)
{
	struct node *node = node_new(&builder->tree, type, data, len);

	if (node)
		node_append(list, node);
}

static void put_number(struct builder *builder, struct node **list, __u16 type,
		       __u64 value, size_t len)
{
	put(builder, list, type, &value, len);
}

static void put_address(struct builder *builder, struct node **list, __u16 type,
			const struct address *address)
{
	put(builder, list, type, address->bytes, address->len);
}

/* What is the default is left out now and then. */
static void put_key(struct builder *builder, struct node **list, const struct key *key)
{
	bool all = dice_percent(&builder->dice, 50);

	if (key->mark) {
		put_number(builder, list, DSR_A_SERVICE_MARK, key->mark, 4);
		put_number(builder, list, DSR_A_SERVICE_FAMILY, key->family, 1);
		return;
	}
	put_address(builder, list, DSR_A_SERVICE_ADDRESS, &key->address);
	if (all || key->prefixlen != key->address.len * 8)
		put_number(builder, list, DSR_A_SERVICE_PREFIXLEN, key->prefixlen, 1);
	if (all || key->protocol)
		put_number(builder, list, DSR_A_SERVICE_PROTOCOL, key->protocol, 1);
	if (key->port)
		put_number(builder, list, DSR_A_SERVICE_PORT, htons(key->port), 2);
	if (key->port_end != key->port)
		put_number(builder, list, DSR_A_SERVICE_PORT_END, htons(key->port_end), 2);
}

static const struct service *some_service(struct builder *builder)
{
	const struct model *model = builder->model;

	if (!model->nr)
		return NULL;
	return &model->services[dice_below(&builder->dice, model->nr)];
}

static bool adds_service(const struct builder *builder)
{
	return builder->command == DSR_CMD_SERVICE_ADD;
}

/* One that is there, unless it's to be added; now and then the other way round.
 * Returns it, or NULL.
 */
static const struct service *choose_service(struct builder *builder, struct key *key)
{
	bool known = !adds_service(builder) || builder->model->nr > SERVICES_MANY;
	const struct service *svc = NULL;

	if (known == dice_percent(&builder->dice, 90))
		svc = some_service(builder);
	if (svc)
		*key = svc->key;
	else
		words_key(&builder->dice, key);
	return svc;
}

static void choose_backend(struct builder *builder, const struct service *svc,
			   struct address *address)
{
	bool adds = builder->command == DSR_CMD_BACKEND_ADD;

	if (svc && svc->nr && adds != dice_percent(&builder->dice, 90))
		*address = svc->backends[dice_below(&builder->dice, svc->nr)].address;
	else
		words_address(&builder->dice, address);
}

static __u64 any_number(struct dice *dice, __u64 min, __u64 max)
{
	switch (dice_below(dice, 4)) {
	case 0:
		return min;
	case 1:
		return max;
	case 2:
		return dice_between(dice, min, max - min > 8 ? min + 8 : max);
	}
	return dice_between(dice, min, max);
}

static void put_binary(struct builder *builder, struct node **list, unsigned int type,
		       const struct rule *rule)
{
	unsigned char data[NODE_DATA];
	__u32 max = rule->max_len < NODE_DATA ? rule->max_len : NODE_DATA;
	unsigned int i, len = any_number(&builder->dice, rule->min_len, max);
	struct address address;

	/* Such as an address is. */
	if (rule->min_len == 4 && rule->max_len == 16) {
		words_address(&builder->dice, &address);
		put_address(builder, list, type, &address);
		return;
	}
	for (i = 0; i < len; i++)
		data[i] = dice_roll(&builder->dice);
	put(builder, list, type, data, len);
}

static __u64 choose_number(struct builder *builder, unsigned int set, unsigned int type,
			   const struct rule *rule)
{
	const struct words *words = words_of(set, type);

	if (set == SET_MAIN && type == DSR_A_GENERATION && dice_percent(&builder->dice, 70))
		return builder->model->generation;
	if (!words || !words->nr || dice_percent(&builder->dice, 2))
		return any_number(&builder->dice, rule->min, rule->max);
	return words->value[dice_below(&builder->dice, words->nr)];
}

static void put_string(struct builder *builder, struct node **list, unsigned int type)
{
	const char *name = words_scheduler(&builder->dice);

	put(builder, list, type, name, strlen(name) + 1);
}

static void put_pinned(struct builder *builder, struct node **list, unsigned int type,
		       const struct words *words, const struct rule *rule)
{
	__u64 value = words->value[dice_below(&builder->dice, words->nr)];

	put(builder, list, type, &value, rule->min_len < 8 ? rule->min_len : 8);
}

static void put_value(struct builder *builder, struct node **list, unsigned int set,
		      unsigned int type, const struct rule *rule)
{
	const struct words *words = words_of(set, type);

	if (rule_is_number(rule))
		put_number(builder, list, type, choose_number(builder, set, type, rule),
			   rule_number_len(rule));
	else if (rule->type == NL_ATTR_TYPE_NUL_STRING)
		put_string(builder, list, type);
	else if (rule->type == NL_ATTR_TYPE_FLAG)
		put(builder, list, type, NULL, 0);
	else if (words && words->nr)
		put_pinned(builder, list, type, words, rule);
	else
		put_binary(builder, list, type, rule);
}

/* Who is meant comes by itself, and not by chance. */
static bool names(unsigned int set, unsigned int type)
{
	return (set == DSR_A_SERVICE && type <= DSR_A_SERVICE_FAMILY) ||
	       (set == DSR_A_BACKEND && type == DSR_A_BACKEND_ADDRESS);
}

static struct node *fill(struct builder *builder, int policy, unsigned int set,
			 const struct service **svc);

static bool is_changes(unsigned int set)
{
	return set == DSR_A_CHANGES;
}

static void put_nest(struct builder *builder, struct node **list, unsigned int set,
		     unsigned int type, const struct rule *rule, const struct service **svc)
{
	struct node *nest = node_new(&builder->tree, type | NLA_F_NESTED, NULL, 0);

	if (!nest)
		return;
	nest->rule = rule;
	nest->child = fill(builder, rule->policy, is_changes(set) ? SET_MAIN : type, svc);
	node_append(list, nest);
}

static unsigned int chance(const struct builder *builder, unsigned int set, unsigned int type)
{
	const struct words *words = words_of(set, type);

	/* All services, or all backends: dumps take none. */
	if (set == SET_MAIN && builder->command == DSR_CMD_FLOW_GET)
		return 50;
	return words ? words->chance : CHANCE_UNKNOWN;
}

static void set_rules(struct node *list, const struct policy *policy)
{
	for (; list; list = list->next)
		list->rule = &policy->rule[list->type & NLA_TYPE_MASK];
}

/* Some changes, each as if it were a request. */
static struct node *fill_changes(struct builder *builder, const struct policy *policy,
				 const struct service **svc)
{
	unsigned int command = builder->command, left, type;
	struct node *list = NULL;

	left = dice_between(&builder->dice, 0, CHANGES_MAX);
	while (left--) {
		do {
			type = dice_below(&builder->dice, RULES);
		} while (!policy->rule[type].type);
		builder->command = type;
		put_nest(builder, &list, DSR_A_CHANGES, type, &policy->rule[type], svc);
	}
	builder->command = command;
	return list;
}

static void put_names(struct builder *builder, struct node **list, unsigned int set,
		      const struct service **svc)
{
	struct address address;
	struct key key;

	if (set == DSR_A_SERVICE) {
		*svc = choose_service(builder, &key);
		put_key(builder, list, &key);
	} else if (set == DSR_A_BACKEND) {
		choose_backend(builder, *svc, &address);
		put_address(builder, list, DSR_A_BACKEND_ADDRESS, &address);
	}
}

static struct node *fill(struct builder *builder, int number, unsigned int set,
			 const struct service **svc)
{
	const struct policy *policy = &builder->spec->policy[number];
	struct node *list = NULL;
	const struct rule *rule;
	unsigned int type;

	if (is_changes(set))
		return fill_changes(builder, policy, svc);
	put_names(builder, &list, set, svc);
	for (type = 1; type < RULES; type++) {
		rule = &policy->rule[type];
		if (!rule->type || names(set, type) ||
		    !dice_percent(&builder->dice, chance(builder, set, type)))
			continue;
		if (rule->type == NL_ATTR_TYPE_NESTED)
			put_nest(builder, &list, set, type, rule, svc);
		else
			put_value(builder, &list, set, type, rule);
	}
	set_rules(list, policy);
	return list;
}

static unsigned int weight(const struct spec *spec, unsigned int command, bool spoilt)
{
	if (spec->command[command].request == NO_POLICY &&
	    spec->command[command].dump == NO_POLICY)
		return 0;
	return words_command_weight(command, spoilt);
}

/* One that the kernel has, by weight. */
unsigned int build_command(struct builder *builder, bool spoilt)
{
	unsigned int i, all = 0;
	__u64 left;

	for (i = 0; i < COMMANDS; i++)
		all += weight(builder->spec, i, spoilt);
	left = dice_below(&builder->dice, all);
	for (i = 0; left >= weight(builder->spec, i, spoilt); i++)
		left -= weight(builder->spec, i, spoilt);
	return i;
}

/* The attributes of a request, into the builder's tree. */
void build_request(struct builder *builder, unsigned int command)
{
	const struct service *svc = NULL;
	int policy = spec_policy(builder->spec, command, false);

	if (policy == NO_POLICY)
		policy = spec_policy(builder->spec, command, true);
	tree_clear(&builder->tree);
	builder->command = command;
	builder->tree.first = fill(builder, policy, SET_MAIN, &svc);
}

static struct node *nest(struct builder *builder, struct node **list, unsigned int type)
{
	struct node *node = node_new(&builder->tree, type | NLA_F_NESTED, NULL, 0);

	if (node)
		node_append(list, node);
	return node;
}

static void put_backend(struct builder *builder, struct node **list, const struct key *key,
			unsigned int number)
{
	__u8 address[] = { 10, 4, number >> 8, number };
	struct node *backend, *service;

	if (key) {
		service = nest(builder, list, DSR_A_SERVICE);
		if (service)
			put_key(builder, &service->child, key);
	}
	backend = nest(builder, list, DSR_A_BACKEND);
	if (backend)
		put(builder, &backend->child, DSR_A_BACKEND_ADDRESS, address, sizeof(address));
}

/**
 * build_backends() - a CONFIG_CHANGE that adds many backends
 * @builder: the builder
 * @key: names their service, in the first change; NULL: a message before did
 * @first: the number of the first one
 * @nr: how many
 * @more: whether further messages follow
 */
void build_backends(struct builder *builder, const struct key *key, unsigned int first,
		    unsigned int nr, bool more)
{
	struct node *changes, *change, **last;
	unsigned int i;

	tree_clear(&builder->tree);
	builder->command = DSR_CMD_CONFIG_CHANGE;
	if (more)
		put(builder, &builder->tree.first, DSR_A_MORE, NULL, 0);
	changes = nest(builder, &builder->tree.first, DSR_A_CHANGES);
	last = &changes->child;
	for (i = first; i < first + nr; i++) {
		change = nest(builder, last, DSR_CMD_BACKEND_ADD);
		put_backend(builder, &change->child, i == first ? key : NULL, i);
		last = &change->next;
	}
}

/* All backends of a service go. */
void build_flush(struct builder *builder, const struct key *key)
{
	struct node *service;

	tree_clear(&builder->tree);
	builder->command = DSR_CMD_BACKEND_FLUSH;
	service = nest(builder, &builder->tree.first, DSR_A_SERVICE);
	put_key(builder, &service->child, key);
}

/* The request of what was built. */
void request_write(struct request *request, const struct builder *builder,
		   const struct spec *spec, __u32 seq, int flags)
{
	struct nlmsghdr *message = (struct nlmsghdr *)request->bytes;

	request_head(request, spec, seq, builder->command, flags);
	request->len += tree_write(&builder->tree, request->bytes + REQUEST_HEAD,
				   REQUEST_MAX - REQUEST_HEAD);
	message->nlmsg_len = request->len;
}
