// SPDX-License-Identifier: GPL-2.0
/* What is wrong with a request, from one attribute that is off to noise. */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include "build.h"

#define REPEAT_MAX	2000

typedef void (*spoil_t)(struct builder *builder, struct node **at);

static void out_of_range(struct builder *builder, struct node **at)
{
	const struct rule *rule = (*at)->rule;
	__u64 value;

	if (!rule || !rule_is_number(rule))
		return;
	value = rule->min && dice_percent(&builder->dice, 50) ? rule->min - 1 : rule->max + 1;
	memcpy((*at)->data, &value, sizeof(value));
}

static void other_length(struct builder *builder, struct node **at)
{
	(*at)->child = NULL;
	(*at)->len = dice_below(&builder->dice, NODE_DATA + 1);
}

static void other_type(struct builder *builder, struct node **at)
{
	(*at)->type &= ~NLA_TYPE_MASK;
	(*at)->type |= dice_below(&builder->dice, 30);
}

static void other_flags(struct builder *builder, struct node **at)
{
	(*at)->type ^= dice_percent(&builder->dice, 80) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
}

static void removed(struct builder *builder, struct node **at)
{
	*at = (*at)->next;
}

static void put_behind(struct node *node, struct node *copy)
{
	copy->next = node->next;
	node->next = copy;
}

/* Mostly with another value. */
static void duplicated(struct builder *builder, struct node **at)
{
	struct node *copy = node_copy(&builder->tree, *at);

	if (!copy)
		return;
	if (dice_percent(&builder->dice, 70))
		copy->data[0] ^= dice_roll(&builder->dice);
	put_behind(*at, copy);
}

static void repeated(struct builder *builder, struct node **at)
{
	unsigned int nr = dice_below(&builder->dice, REPEAT_MAX);
	struct node *copy;

	while (nr--) {
		copy = node_copy(&builder->tree, *at);
		if (!copy)
			return;
		put_behind(*at, copy);
	}
}

static void unknown(struct builder *builder, struct node **at)
{
	unsigned int type = dice_between(&builder->dice, 0, NLA_TYPE_MASK);
	struct node *node = node_new(&builder->tree, type, (*at)->data, 4);

	if (node)
		put_behind(*at, node);
}

/* A copy, as the original may be around the place. */
static void elsewhere(struct builder *builder, struct node **at)
{
	struct node *copy = node_copy(&builder->tree, *at);
	struct node **to;

	if (!copy)
		return;
	if (dice_percent(&builder->dice, 50))
		*at = (*at)->next;
	to = tree_pick(&builder->tree, &builder->dice);
	if (to && (*to)->child && dice_percent(&builder->dice, 50))
		to = &(*to)->child;
	if (!to)
		to = &builder->tree.first;
	copy->next = *to;
	*to = copy;
}

static void wrapped(struct builder *builder, struct node **at)
{
	struct node *outer = node_new(&builder->tree, (*at)->type | NLA_F_NESTED, NULL, 0);

	if (!outer)
		return;
	outer->next = (*at)->next;
	outer->child = *at;
	(*at)->next = NULL;
	*at = outer;
}

static void wrapped_deeply(struct builder *builder, struct node **at)
{
	unsigned int depth = dice_below(&builder->dice, 40);

	while (depth--)
		wrapped(builder, at);
}

static void lying(struct builder *builder, struct node **at)
{
	(*at)->lie = (int)dice_below(&builder->dice, 64) - 32;
}

static void noisy(struct builder *builder, struct node **at)
{
	(*at)->data[dice_below(&builder->dice, NODE_DATA)] = dice_roll(&builder->dice);
	(*at)->data[0] ^= dice_roll(&builder->dice);
}

static const spoil_t spoils[] = {
	out_of_range, out_of_range, other_length, other_length, other_type, other_flags,
	removed, removed, duplicated, duplicated, unknown, elsewhere, wrapped,
	wrapped_deeply, lying, noisy, noisy,
};

/* Makes the request that was built a nearly valid one. */
void spoil_attrs(struct builder *builder)
{
	struct node **at = tree_pick(&builder->tree, &builder->dice);

	if (!at)
		return;
	if (!dice_below(&builder->dice, 200))
		repeated(builder, at);
	else
		spoils[dice_below(&builder->dice, ARRAY_SIZE(spoils))](builder, at);
}

/* Behind the headers anything may stand. */
void spoil_bytes(struct request *request, struct dice *dice)
{
	unsigned int nr = dice_between(dice, 1, 16);
	size_t len = request->len - REQUEST_HEAD;

	if (!len) {
		len = dice_between(dice, 1, 200);
		((struct nlmsghdr *)request->bytes)->nlmsg_len = request->len + len;
		request->len += NLMSG_ALIGN(len);
		nr = len;
	}
	while (nr--)
		request->bytes[REQUEST_HEAD + dice_below(dice, len)] = dice_roll(dice);
}

static int odd_flags(struct dice *dice)
{
	static const int flags[] = {
		NLM_F_DUMP, NLM_F_ROOT, NLM_F_MATCH, NLM_F_ATOMIC, NLM_F_CREATE, NLM_F_APPEND,
		NLM_F_ECHO, NLM_F_MULTI, NLM_F_DUMP_FILTERED, NLM_F_DUMP_INTR,
	};

	if (dice_percent(dice, 20))
		return dice_roll(dice) & 0xffff;
	return flags[dice_below(dice, ARRAY_SIZE(flags))];
}

void spoil_head(struct request *request, struct dice *dice)
{
	struct nlmsghdr *message = (struct nlmsghdr *)request->bytes;
	struct genlmsghdr *genl = (struct genlmsghdr *)(request->bytes + NLMSG_HDRLEN);

	switch (dice_below(dice, 8)) {
	case 0:
		message->nlmsg_len = dice_below(dice, 64);
		break;
	case 1:
		message->nlmsg_len = dice_roll(dice);
		break;
	case 2:
		message->nlmsg_type = dice_below(dice, 64);
		break;
	case 3:
		message->nlmsg_pid = dice_roll(dice);
		break;
	case 4:
		genl->cmd = dice_below(dice, 40);
		break;
	case 5:
		genl->version = dice_roll(dice);
		genl->reserved = dice_percent(dice, 50) ? dice_roll(dice) : 0;
		break;
	default:
		message->nlmsg_flags ^= odd_flags(dice);
	}
}
