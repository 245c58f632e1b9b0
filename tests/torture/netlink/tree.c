// SPDX-License-Identifier: GPL-2.0
/* A request's attributes as a tree; its nodes are in one array and go at once. */
#include <libmnl/libmnl.h>
#include <string.h>

#include "tree.h"

void tree_clear(struct tree *tree)
{
	tree->first = NULL;
	tree->used = 0;
}

/* NULL where the tree is full. */
struct node *node_new(struct tree *tree, __u16 type, const void *data, size_t len)
{
	struct node *node;

	if (tree->used == NODES)
		return NULL;
	node = &tree->node[tree->used++];
	memset(node, 0, sizeof(*node));
	node->type = type;
	node->len = len < NODE_DATA ? len : NODE_DATA;
	if (data)
		memcpy(node->data, data, node->len);
	return node;
}

void node_append(struct node **list, struct node *node)
{
	while (*list)
		list = &(*list)->next;
	*list = node;
}

/* With all that is in it. */
struct node *node_copy(struct tree *tree, const struct node *node)
{
	struct node *copy = node_new(tree, node->type, NULL, 0), **to;
	const struct node *child;

	if (!copy)
		return NULL;
	*copy = *node;
	copy->next = NULL;
	copy->child = NULL;
	to = &copy->child;
	for (child = node->child; child; child = child->next) {
		*to = node_copy(tree, child);
		if (!*to)
			break;
		to = &(*to)->next;
	}
	return copy;
}

static unsigned int count(const struct node *list)
{
	unsigned int nr = 0;

	for (; list; list = list->next)
		nr += 1 + count(list->child);
	return nr;
}

static struct node **find(struct node **list, unsigned int *nr)
{
	struct node **found;

	for (; *list; list = &(*list)->next) {
		if (!(*nr)--)
			return list;
		found = find(&(*list)->child, nr);
		if (found)
			return found;
	}
	return NULL;
}

/* Where any one of the nodes hangs, or NULL where there are none. */
struct node **tree_pick(struct tree *tree, struct dice *dice)
{
	unsigned int nr = count(tree->first);

	if (!nr)
		return NULL;
	nr = dice_below(dice, nr);
	return find(&tree->first, &nr);
}

/* Returns the length, which may be more than there is room for. */
static size_t write_list(const struct node *list, unsigned char *to, size_t room)
{
	struct nlattr *attr;
	size_t all = 0, len;

	for (; list; list = list->next) {
		if (all + MNL_ATTR_HDRLEN + NODE_DATA > room)
			break;
		attr = (struct nlattr *)(to + all);
		len = list->len;
		if (list->child)
			len = write_list(list->child, to + all + MNL_ATTR_HDRLEN,
					 room - all - MNL_ATTR_HDRLEN);
		else
			memcpy(to + all + MNL_ATTR_HDRLEN, list->data, len);
		len += MNL_ATTR_HDRLEN;
		attr->nla_type = list->type;
		attr->nla_len = len + list->lie;
		memset(to + all + len, 0, MNL_ALIGN(len) - len);
		all += MNL_ALIGN(len);
	}
	return all;
}

/* What there's no room for is left out.  Returns the length. */
size_t tree_write(const struct tree *tree, void *buffer, size_t room)
{
	return write_list(tree->first, buffer, room);
}
