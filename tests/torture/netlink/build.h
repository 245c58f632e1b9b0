/* SPDX-License-Identifier: GPL-2.0 */
/* Requests that make sense, and what spoils them. */
#ifndef BUILD_H
#define BUILD_H

#include "model.h"
#include "policy.h"
#include "talk.h"
#include "tree.h"

struct builder {
	const struct spec *spec;
	const struct model *model;	/* what may be there, to be met with */
	struct dice dice;
	struct tree tree;
	unsigned int command;		/* whose attributes are being made */
};

unsigned int build_command(struct builder *builder, bool spoilt);
void build_request(struct builder *builder, unsigned int command);
void build_backends(struct builder *builder, const struct key *key, unsigned int first,
		    unsigned int nr, bool more);
void build_flush(struct builder *builder, const struct key *key);
void request_write(struct request *request, const struct builder *builder,
		   const struct spec *spec, __u32 seq, int flags);
void spoil_attrs(struct builder *builder);
void spoil_bytes(struct request *request, struct dice *dice);
void spoil_head(struct request *request, struct dice *dice);

#endif /* BUILD_H */
