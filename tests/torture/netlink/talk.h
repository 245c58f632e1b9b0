/* SPDX-License-Identifier: GPL-2.0 */
/* Requests of any shape, and what the kernel answers. */
#ifndef TALK_H
#define TALK_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "policy.h"
#include "view.h"

#define REQUEST_MAX	131072
#define REQUEST_HEAD	(NLMSG_HDRLEN + GENL_HDRLEN)
#define SEND_MAX	32	/* requests in one datagram */

/* A request as it is sent, and its end. */
struct request {
	unsigned char *bytes;
	size_t len;
	__u64 number;	/* of the process, from 1 on */
	__u32 seq;
	bool answered;
	bool told;		/* an extended ack says why */
	int error;		/* 0 or an errno */
};

struct talk {
	int fd;
	__u32 portid, seq;
	__u64 answers;
};

/* Called with the messages of an answer. */
typedef void (*take_t)(const struct nlmsghdr *message, void *to);

int talk_open(struct talk *talk, __u32 portid);
void talk_close(struct talk *talk);
int talk_send(struct talk *talk, struct request *requests, unsigned int nr);
int talk_send_to(struct talk *talk, const struct request *request, __u32 portid,
		 __u32 groups);
int talk_dump(struct talk *talk, const struct spec *spec, int command, take_t take, void *to);
int talk_ask(struct talk *talk, const struct spec *spec, int command, take_t take, void *to);
int talk_dump_half(const struct spec *spec, int command);

struct view message_attrs(const struct nlmsghdr *message);
void request_head(struct request *request, const struct spec *spec, __u32 seq, int command,
		  int flags);
bool request_seen(const struct request *request);
bool request_is_whole(const struct request *request);
bool request_runs(const struct request *request, const struct spec *spec);
bool request_is_refused_by_core(const struct request *request, const struct spec *spec);
int request_command(const struct request *request);
bool request_dumps(const struct request *request);
struct view request_attrs(const struct request *request);

#endif /* TALK_H */
