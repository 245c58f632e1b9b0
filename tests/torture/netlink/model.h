/* SPDX-License-Identifier: GPL-2.0 */
/* What the configuration of a network namespace is to be. */
#ifndef MODEL_H
#define MODEL_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include <dsr.h>

#include "view.h"

#define MODEL_DEVICES	64

struct address {
	__u8 bytes[16];
	__u8 len;		/* 4 or 16 */
};

/* What names a service. */
struct key {
	struct address address;
	__u32 mark;
	__u16 port, port_end;
	__u8 family, prefixlen, protocol;
};

/* By the number of their attribute; a scheduler by the bytes of its name. */
struct backend {
	struct address address;
	__u64 option[__DSR_A_BACKEND_MAX];
};

struct service {
	struct key key;
	__u64 option[__DSR_A_SERVICE_MAX];
	char scheduler[DSR_SCHEDULER_LEN + 1];
	struct backend *backends;
	unsigned int nr, room;
};

/* Objects in the order in which they were made. */
struct model {
	struct service *services;
	unsigned int nr, room;
	__u64 setting[__DSR_A_SETTINGS_MAX];
	__u32 devices[MODEL_DEVICES];
	unsigned int devices_nr;
	__u32 generation;
	unsigned int drains;	/* so many times it may have risen by itself */
	__u8 digest[DSR_DIGEST_LEN];
	unsigned int digest_len;	/* 0: none, or no longer */
};

/* The changes that a socket has sent with MORE. */
struct batch {
	unsigned char *data;
	size_t len;
};

void model_init(struct model *model);
void model_clear(struct model *model);
void batch_clear(struct batch *batch);

const char *model_command(struct model *model, struct batch *batch, int command, struct view attrs);
const char *model_changes(struct model *model, struct view changes, bool repeats);
const char *model_service(struct model *model, struct view service);
const char *model_backend(struct model *model, struct view service, struct view backend);
void model_settle_drains(struct model *model, const struct model *kernel);
const char *model_settle(struct model *model, const struct model *kernel);
const char *model_differs(const struct model *model, const struct model *kernel);

struct service *model_find(const struct model *model, const struct key *key);
struct backend *service_find(const struct service *svc, const struct address *address);

#endif /* MODEL_H */
