/* SPDX-License-Identifier: GPL-2.0 */
/* A request's attributes while they can still be moved about. */
#ifndef TREE_H
#define TREE_H

#include <linux/types.h>
#include <stddef.h>

#include "../../lib/dice.h"

struct rule;

#define NODE_DATA	64
#define NODES		32768

struct node {
	struct node *child;	/* the first one; then there's no @data */
	struct node *next;
	const struct rule *rule;
	__u16 type;		/* with NLA_F_* */
	__u16 len;
	__s16 lie;		/* what its header says its length is more */
	unsigned char data[NODE_DATA];
};

struct tree {
	struct node *first;
	unsigned int used;
	struct node node[NODES];
};

void tree_clear(struct tree *tree);
struct node *node_new(struct tree *tree, __u16 type, const void *data, size_t len);
void node_append(struct node **list, struct node *node);
struct node *node_copy(struct tree *tree, const struct node *node);
struct node **tree_pick(struct tree *tree, struct dice *dice);
size_t tree_write(const struct tree *tree, void *buffer, size_t room);

#endif /* TREE_H */
