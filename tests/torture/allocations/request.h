/* SPDX-License-Identifier: GPL-2.0 */
/* What is asked of the kernel, as tables: each command, and changes of
 * everything at once.
 */
#ifndef DSR_REQUEST_H
#define DSR_REQUEST_H

#include <linux/types.h>
#include <stdbool.h>

#include "ask.h"

/* What names a service. */
struct key {
	const char *address;
	__u8 prefixlen, protocol;
	__u16 port, port_end;
	__u32 mark;
};

/**
 * struct request - a command and what it holds
 * @command: DSR_CMD_*
 * @name: the same as a word
 * @dump: it is a dump
 * @service, @backend, @device: whom it is about, NULL: it has no such attribute
 * @scheduler, @affinity, @reset: options of the service
 * @weight, @state, @local, @pinned: options of the backend
 * @flows, @seed: settings
 * @packet: a packet to explain
 *
 * What is 0 isn't sent.
 */
struct request {
	__u8 command;
	const char *name;
	bool dump;
	const struct key *service;
	const char *scheduler;
	__u32 affinity;
	bool reset;
	const char *backend;
	__u32 weight;
	__u8 state;
	bool local, pinned;
	__u32 flows;
	__u64 seed;
	const char *device;
	bool packet;
};

struct requests {
	const struct request *request;
	unsigned int nr;
};

extern const struct requests request_all, request_base, request_other,
			     request_first;

struct requests request_many(void);
bool request_undo(const struct request *request, struct request *undo);
void request_put(struct nlmsghdr *nlh, const struct request *request);
void request_put_change(struct nlmsghdr *nlh, const struct request *request);

#endif
