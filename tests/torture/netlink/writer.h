/* SPDX-License-Identifier: GPL-2.0 */
/* A process that sends, and what its files share. */
#ifndef WRITER_H
#define WRITER_H

#include "build.h"
#include "dump.h"
#include "order.h"

#define SOCKETS		4	/* each with a batch of changes of its own */

struct writer {
	const struct order *order;
	struct builder builder;
	struct model model;
	struct reading reading;
	struct talk talk[SOCKETS];
	struct batch batch[SOCKETS];
	struct talk looker;	/* reads what the kernel has */
	struct talk deaf;	/* has joined the group and reads nothing */
	struct request requests[SEND_MAX];
	unsigned int nr;
	__u64 number;	/* of the last message */
	__u64 compared, shown;
	bool failed, flushed;
};

/* writer.c: its sockets */
void writer_reopen(struct writer *writer, unsigned int which);
void writer_deafen(struct writer *writer);
struct request *writer_next(struct writer *writer, unsigned int which);
void writer_send(struct writer *writer, unsigned int which);

/* step.c: what it does */
void writer_step(struct writer *writer);

/* judge.c: whether an answer is right */
void writer_fail(struct writer *writer, const struct request *request, const char *format, ...);
void writer_show(const struct request *request);
void writer_judge(struct writer *writer, const struct request *request, unsigned int which);
bool writer_changes(const struct writer *writer, const struct request *request);

/* compare.c: whether what the kernel has is right */
void writer_resync(struct writer *writer);
int writer_read_settings(struct writer *writer, struct model *theirs);
void writer_look(struct writer *writer);

#endif /* WRITER_H */
