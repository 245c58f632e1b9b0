/* SPDX-License-Identifier: GPL-2.0 */
/* An operation, again and again, until no allocation is left in it to fail. */
#ifndef DSR_ATTEMPT_H
#define DSR_ATTEMPT_H

#include "fault.h"
#include "request.h"

#define MESSAGES_MAX	8

/**
 * struct operation - messages that come to one thing
 * @name: what it is
 * @restore: where it begins
 * @wears: a restore is needed even where it was refused: what is taken for the
 *	   first time stays
 * @step: not each N, but one of each so many; 1: each
 * @has_undo, @undo: what takes it back
 * @message: what is sent, one after the other, as long as none is refused
 */
struct operation {
	char name[80];
	void (*restore)(void);
	bool wears;
	unsigned int step;
	bool has_undo;
	char undo[MESSAGE_MAX];
	char message[MESSAGES_MAX][MESSAGE_MAX];
	unsigned int nr;
};

/* Of unknown ones the answer itself was lost, which the socket was told. */
struct figures {
	unsigned long faults, refused, done, unknown;
};

extern struct figures figures;

void result(bool ok, const char *name);
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

void operation_command(struct operation *op, const struct request *request);
void operation_change(struct operation *op, const char *name,
		      struct requests requests);
bool operation_works(const struct operation *op);
void attempt_each(const struct operation *op, enum fault_mode mode);

#endif
