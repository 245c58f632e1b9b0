// SPDX-License-Identifier: GPL-2.0
/* How netlink's core reads a request, whatever is wrong with it. */
#include "talk.h"

static struct nlmsghdr *head(const struct request *request)
{
	return (struct nlmsghdr *)request->bytes;
}

void request_head(struct request *request, const struct spec *spec, __u32 seq, int command,
		  int flags)
{
	struct nlmsghdr *message = head(request);
	struct genlmsghdr *genl = (struct genlmsghdr *)(request->bytes + NLMSG_HDRLEN);

	memset(message, 0, REQUEST_HEAD);
	message->nlmsg_len = REQUEST_HEAD;
	message->nlmsg_type = spec->family;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_seq = seq;
	genl->cmd = command;
	genl->version = 1;
	request->seq = seq;
	request->len = REQUEST_HEAD;
}

/* What has a length that can't be ends its datagram unanswered. */
bool request_seen(const struct request *request)
{
	__u32 len;

	if (request->len < NLMSG_HDRLEN)
		return false;
	len = head(request)->nlmsg_len;
	return len >= NLMSG_HDRLEN && len <= request->len;
}

/* Whether what stands behind it in its datagram is found. */
bool request_is_whole(const struct request *request)
{
	return request_seen(request) && NLMSG_ALIGN(head(request)->nlmsg_len) == request->len;
}

/* Whether it gets as far as the family: else an ack means nothing. */
bool request_runs(const struct request *request, const struct spec *spec)
{
	const struct nlmsghdr *message = head(request);

	return request_seen(request) && message->nlmsg_flags & NLM_F_REQUEST &&
	       message->nlmsg_type == spec->family && message->nlmsg_len >= REQUEST_HEAD;
}

int request_command(const struct request *request)
{
	return ((struct genlmsghdr *)(request->bytes + NLMSG_HDRLEN))->cmd;
}

bool request_dumps(const struct request *request)
{
	return (head(request)->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
}

/* What the core refuses, it refuses without a word. */
bool request_is_refused_by_core(const struct request *request, const struct spec *spec)
{
	return !request_runs(request, spec) ||
	       spec_policy(spec, request_command(request), request_dumps(request)) == NO_POLICY;
}

struct view request_attrs(const struct request *request)
{
	struct view view = {
		.data = request->bytes + REQUEST_HEAD,
		.len = head(request)->nlmsg_len - REQUEST_HEAD,
	};

	return view;
}

struct view message_attrs(const struct nlmsghdr *message)
{
	struct view view = {
		.data = (const unsigned char *)message + REQUEST_HEAD,
		.len = message->nlmsg_len - REQUEST_HEAD,
	};

	return view;
}
