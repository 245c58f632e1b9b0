// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nl.h"
#include "output.h"

/* The kernel fills messages of a dump up to the room that is offered. */
#define RECEIVE_LEN 32768

/* How often a dump is begun anew because something changed meanwhile. */
#define DUMP_TRIES 20

/* What the messages that were received so far have come to. */
enum progress {
	MORE,
	COMPLETE,
	FAILED,
};

struct talk {
	nl_take *take;
	void *to;
	struct nl_error *error;
	bool interrupted;
};

enum status nl_open(struct nl *nl, int bus)
{
	int on = 1;

	nl->sock = mnl_socket_open2(bus, SOCK_CLOEXEC);
	if (!nl->sock || mnl_socket_bind(nl->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		nl_close(nl);
		return refused("netlink socket: %s", strerror(errno));
	}

	/* A kernel that lacks one of these answers as well, with less. */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &on, sizeof(on));
	mnl_socket_setsockopt(nl->sock, NETLINK_GET_STRICT_CHK, &on,
			      sizeof(on));
	nl->seq = time(NULL);
	return DONE;
}

void nl_close(struct nl *nl)
{
	int failed = errno;

	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
	errno = failed;
}

/* The attributes of an extended ack stand behind the fixed part of the error
 * and behind the request, if it is quoted.
 */
static void ext_ack_read(const struct nlmsghdr *message, size_t offset,
			 struct nl_error *error)
{
	const struct nlattr *table[NLMSGERR_ATTR_MAX + 1];

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) ||
	    mnl_nlmsg_get_payload_len(message) < offset)
		return;

	attrs_of_message(message, offset, table, NLMSGERR_ATTR_MAX);
	attr_string(table[NLMSGERR_ATTR_MSG], error->message,
		    sizeof(error->message));
	error->numbered = table[NLMSGERR_ATTR_COOKIE];
	error->cookie = attr_number(table[NLMSGERR_ATTR_COOKIE], 0);
}

static enum progress finish(int number, struct nl_error *error)
{
	error->number = abs(number);
	if (error->number)
		return FAILED;

	if (*error->message)
		warn("%s", error->message);
	return COMPLETE;
}

static enum progress error_read(const struct nlmsghdr *message,
				struct nl_error *error)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(message);
	size_t offset = sizeof(*err);

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*err))
		return finish(EBADMSG, error);

	if (!(message->nlmsg_flags & NLM_F_CAPPED))
		offset += err->msg.nlmsg_len - sizeof(err->msg);
	ext_ack_read(message, MNL_ALIGN(offset), error);
	return finish(err->error, error);
}

static enum progress done_read(const struct nlmsghdr *message,
			       struct nl_error *error)
{
	int number = 0;

	if (mnl_nlmsg_get_payload_len(message) >= sizeof(number))
		memcpy(&number, mnl_nlmsg_get_payload(message),
		       sizeof(number));
	ext_ack_read(message, sizeof(number), error);
	return finish(number, error);
}

/* The nl_take of answers that are collected. */
static bool answer_add(const struct nlmsghdr *message, void *to)
{
	struct answer *answer = to;
	size_t len = MNL_ALIGN(message->nlmsg_len);
	size_t room = answer->room ? answer->room : RECEIVE_LEN;
	char *bytes;

	while (room - answer->len < len)
		room *= 2;
	if (room != answer->room) {
		bytes = realloc(answer->bytes, room);
		if (!bytes)
			return false;
		answer->bytes = bytes;
		answer->room = room;
	}

	/* mnl_nlmsg_ok() vouches for nlmsg_len bytes, not for the padding. */
	memset(answer->bytes + answer->len, 0, len);
	memcpy(answer->bytes + answer->len, message, message->nlmsg_len);
	answer->len += len;
	return true;
}

static enum progress message_read(const struct nlmsghdr *message,
				  struct talk *talk)
{
	if (message->nlmsg_flags & NLM_F_DUMP_INTR)
		talk->interrupted = true;

	switch (message->nlmsg_type) {
	case NLMSG_ERROR:
		return error_read(message, talk->error);
	case NLMSG_DONE:
		return done_read(message, talk->error);
	case NLMSG_NOOP:
		return MORE;
	}
	if (talk->take && !talk->take(message, talk->to))
		return finish(ENOMEM, talk->error);
	return MORE;
}

static ssize_t receive(struct nl *nl, void *buf, size_t size)
{
	ssize_t len;

	do {
		len = mnl_socket_recvfrom(nl->sock, buf, size);
	} while (len < 0 && errno == EINTR);
	return len;
}

static ssize_t transmit(struct nl *nl, const struct nlmsghdr *request)
{
	ssize_t len;

	do {
		len = mnl_socket_sendto(nl->sock, request, request->nlmsg_len);
	} while (len < 0 && errno == EINTR);
	return len;
}

/* One request and all that answers it. */
static enum progress exchange(struct nl *nl, struct nlmsghdr *request,
			      struct talk *talk)
{
	static char buf[RECEIVE_LEN] __attribute__((aligned(8)));
	enum progress progress = MORE;
	struct nlmsghdr *message;
	ssize_t received;
	int len;

	request->nlmsg_seq = ++nl->seq;
	if (transmit(nl, request) < 0)
		return finish(errno, talk->error);

	while (progress == MORE) {
		received = receive(nl, buf, sizeof(buf));
		if (received < 0)
			return finish(errno, talk->error);

		message = (struct nlmsghdr *)buf;
		for (len = received; progress == MORE && mnl_nlmsg_ok(message, len);
		     message = mnl_nlmsg_next(message, &len))
			if (message->nlmsg_seq == nl->seq)
				progress = message_read(message, talk);
		/* What comes next would not be what is missing here. */
		if (progress == MORE && len > 0)
			return finish(EBADMSG, talk->error);
	}
	return progress;
}

/* A dump during which something changed is no picture of any moment. */
bool nl_ask(struct nl *nl, struct nlmsghdr *request, struct answer *answer,
	    struct nl_error *error)
{
	struct talk talk = {
		.take = answer ? answer_add : NULL,
		.to = answer,
		.error = error,
	};
	enum progress progress;

	for (int i = 0; i < DUMP_TRIES; i++) {
		*error = (struct nl_error){ 0 };
		talk.interrupted = false;
		if (answer)
			answer->len = 0;

		progress = exchange(nl, request, &talk);
		if (progress == FAILED && error->number != EINTR)
			return false;
		if (progress == COMPLETE && !talk.interrupted)
			return true;
	}

	error->number = EAGAIN;
	snprintf(error->message, sizeof(error->message),
		 "the configuration kept changing while it was read: try again");
	return false;
}

bool nl_stream(struct nl *nl, struct nlmsghdr *request, nl_take *take,
	       void *to, struct nl_error *error)
{
	struct talk talk = { .take = take, .to = to, .error = error };

	*error = (struct nl_error){ 0 };
	return exchange(nl, request, &talk) == COMPLETE;
}

enum status nl_join(struct nl *nl, uint32_t group)
{
	struct nl_error error = { 0 };
	int number = group;

	if (!mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &number,
				   sizeof(number)))
		return DONE;

	error.number = errno;
	return nl_refused(&error, "netlink group");
}

bool nl_hear(struct nl *nl, nl_take *take, void *to)
{
	static char buf[RECEIVE_LEN] __attribute__((aligned(8)));
	struct nlmsghdr *message = (struct nlmsghdr *)buf;
	ssize_t received = receive(nl, buf, sizeof(buf));
	int len = received;

	if (received < 0)
		return false;

	for (; mnl_nlmsg_ok(message, len);
	     message = mnl_nlmsg_next(message, &len))
		take(message, to);
	return true;
}

enum status nl_refused(const struct nl_error *error, const char *what)
{
	if (*error->message)
		return refused("%s", error->message);
	if (error->number == EPERM || error->number == EACCES)
		return refused("not permitted: CAP_NET_ADMIN is needed");

	return refused("%s: %s", what, strerror(error->number));
}

const struct nlmsghdr *answer_next(const struct answer *answer,
				   const struct nlmsghdr *previous)
{
	const char *next = answer->bytes;

	if (previous)
		next = (const char *)previous + MNL_ALIGN(previous->nlmsg_len);
	if (!answer->len || next == answer->bytes + answer->len)
		return NULL;

	return (const struct nlmsghdr *)next;
}

size_t answer_count(const struct answer *answer)
{
	const struct nlmsghdr *message = NULL;
	size_t count = 0;

	while ((message = answer_next(answer, message)))
		count++;
	return count;
}

void answer_free(struct answer *answer)
{
	free(answer->bytes);
	*answer = (struct answer){ 0 };
}

static void attr_collect(const struct nlattr *attr,
			 const struct nlattr **table, uint16_t max)
{
	uint16_t type = mnl_attr_get_type(attr);

	if (type <= max)
		table[type] = attr;
}

void attrs_of_message(const struct nlmsghdr *message, size_t header,
		      const struct nlattr **table, uint16_t max)
{
	const struct nlattr *attr;

	memset(table, 0, sizeof(*table) * (max + 1));
	mnl_attr_for_each(attr, message, header)
		attr_collect(attr, table, max);
}

void attrs_of_nest(const struct nlattr *nest, const struct nlattr **table,
		   uint16_t max)
{
	const struct nlattr *attr;

	memset(table, 0, sizeof(*table) * (max + 1));
	if (!nest)
		return;
	mnl_attr_for_each_nested(attr, nest)
		attr_collect(attr, table, max);
}

void attr_copy(struct nlmsghdr *message, const struct nlattr *attr)
{
	mnl_attr_put(message, attr->nla_type, mnl_attr_get_payload_len(attr),
		     mnl_attr_get_payload(attr));
}

bool attr_is_zero(const struct nlattr *attr)
{
	const uint8_t *byte = mnl_attr_get_payload(attr);

	for (size_t i = 0; i < mnl_attr_get_payload_len(attr); i++)
		if (byte[i])
			return false;

	return true;
}

bool attr_equal(const struct nlattr *a, const struct nlattr *b)
{
	if (!a || !b)
		return (!a || attr_is_zero(a)) && (!b || attr_is_zero(b));

	return mnl_attr_get_payload_len(a) == mnl_attr_get_payload_len(b) &&
	       !memcmp(mnl_attr_get_payload(a), mnl_attr_get_payload(b),
		       mnl_attr_get_payload_len(a));
}

uint64_t attr_number(const struct nlattr *attr, uint64_t otherwise)
{
	switch (attr ? mnl_attr_get_payload_len(attr) : 0) {
	case sizeof(uint8_t):
		return mnl_attr_get_u8(attr);
	case sizeof(uint16_t):
		return mnl_attr_get_u16(attr);
	case sizeof(uint32_t):
		return mnl_attr_get_u32(attr);
	case sizeof(uint64_t):
		return mnl_attr_get_u64(attr);
	default:
		return otherwise;
	}
}

const char *attr_string(const struct nlattr *attr, char *buf, size_t size)
{
	size_t len = attr ? mnl_attr_get_payload_len(attr) : 0;

	snprintf(buf, size, "%.*s", (int)len,
		 len ? mnl_attr_get_str(attr) : "");
	return buf;
}
