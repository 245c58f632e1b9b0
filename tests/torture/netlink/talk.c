// SPDX-License-Identifier: GPL-2.0
/* Sockets.  What a request is answered with is there when the call that sends it
 * returns, and each further part of a dump when the one before is read; so nobody
 * waits, and a request that asks for no ack was accepted if nothing is there.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "talk.h"

#define RECEIVE_MAX	65536
#define RECEIVE_SOME	16
#define ERROR_HEAD	(NLMSG_HDRLEN + sizeof(struct nlmsgerr))

/* @portid: the port to have, or 0 for any. */
int talk_open(struct talk *talk, __u32 portid)
{
	struct sockaddr_nl own = { .nl_family = AF_NETLINK, .nl_pid = portid };
	socklen_t len = sizeof(own);
	int on = 1, room = 4 << 20;

	memset(talk, 0, sizeof(*talk));
	talk->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_GENERIC);
	if (talk->fd < 0)
		return -errno;
	setsockopt(talk->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(talk->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(talk->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	setsockopt(talk->fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	if (bind(talk->fd, (struct sockaddr *)&own, sizeof(own)) ||
	    getsockname(talk->fd, (struct sockaddr *)&own, &len)) {
		talk_close(talk);
		return -errno;
	}
	talk->portid = own.nl_pid;
	return 0;
}

void talk_close(struct talk *talk)
{
	int failed = errno;

	close(talk->fd);
	talk->fd = -1;
	errno = failed;
}

static struct request *find(struct request *requests, unsigned int nr, __u32 seq)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (requests[i].seq == seq)
			return &requests[i];
	return NULL;
}

/* Where an extended ack has its attributes, behind the error. */
static bool is_told(const struct nlmsghdr *message, size_t head)
{
	struct view text, attrs = {
		.data = (const unsigned char *)message + head,
		.len = message->nlmsg_len - head,
	};

	return message->nlmsg_flags & NLM_F_ACK_TLVS && message->nlmsg_len >= head &&
	       view_find(attrs, NLMSGERR_ATTR_MSG, &text) && text.len > 1;
}

/* A dump ends with a number of its own, without the request. */
static void note_end(struct request *request, const struct nlmsghdr *message)
{
	bool done = message->nlmsg_type == NLMSG_DONE;
	int error = 0;

	memcpy(&error, NLMSG_DATA(message), sizeof(error));
	request->answered = true;
	request->error = -error;
	request->told = is_told(message, done ? NLMSG_HDRLEN + sizeof(error) : ERROR_HEAD);
}

static bool is_end(const struct nlmsghdr *message)
{
	return message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE;
}

/* An error has the head of what it's about.  Behind a message that was cut short the
 * kernel takes the rest for another, whose number may be one of ours.
 */
static bool is_about(const struct nlmsghdr *message, const struct request *request)
{
	const struct nlmsgerr *error = NLMSG_DATA(message);

	return message->nlmsg_type == NLMSG_DONE ||
	       !memcmp(&error->msg, request->bytes, sizeof(error->msg));
}

static void note(struct talk *talk, const struct nlmsghdr *message, struct request *requests,
		 unsigned int nr)
{
	struct request *request = find(requests, nr, message->nlmsg_seq);

	talk->answers++;
	if (request && is_end(message) && is_about(message, request))
		note_end(request, message);
}

static void note_all(struct talk *talk, const void *buffer, int len,
		     struct request *requests, unsigned int nr)
{
	const struct nlmsghdr *message;

	for (message = buffer; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len))
		note(talk, message, requests, nr);
}

static int receive(struct talk *talk, void *buffer)
{
	ssize_t len = recv(talk->fd, buffer, RECEIVE_MAX, 0);

	return len < 0 ? -errno : len;
}

/* Several at once, as calls are what takes most of the time. */
static int receive_some(struct talk *talk, struct request *requests, unsigned int nr)
{
	static __u64 buffer[RECEIVE_SOME][RECEIVE_MAX / sizeof(__u64)];
	struct mmsghdr messages[RECEIVE_SOME] = {};
	struct iovec iov[RECEIVE_SOME];
	int i, got;

	for (i = 0; i < RECEIVE_SOME; i++) {
		iov[i].iov_base = buffer[i];
		iov[i].iov_len = RECEIVE_MAX;
		messages[i].msg_hdr.msg_iov = &iov[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	got = recvmmsg(talk->fd, messages, RECEIVE_SOME, 0, NULL);
	for (i = 0; i < got; i++)
		note_all(talk, buffer[i], messages[i].msg_len, requests, nr);
	return got < 0 ? -errno : got;
}

/**
 * talk_send() - send requests in one datagram, and read their answers
 * @talk: the socket
 * @requests: the requests, which are told their ends
 * @nr: how many, up to SEND_MAX
 *
 * Return: 0 or a negative errno.
 */
int talk_send(struct talk *talk, struct request *requests, unsigned int nr)
{
	struct iovec iov[SEND_MAX];
	unsigned int i;
	int got;

	for (i = 0; i < nr; i++) {
		requests[i].answered = false;
		requests[i].error = 0;
		iov[i].iov_base = requests[i].bytes;
		iov[i].iov_len = requests[i].len;
	}
	if (writev(talk->fd, iov, nr) < 0)
		return -errno;
	do {
		got = receive_some(talk, requests, nr);
	} while (got == RECEIVE_SOME);
	return got < 0 && got != -EAGAIN ? got : 0;
}

/* To whom it shouldn't be: mostly nobody is there. */
int talk_send_to(struct talk *talk, const struct request *request, __u32 portid,
		 __u32 groups)
{
	struct sockaddr_nl to = {
		.nl_family = AF_NETLINK,
		.nl_pid = portid,
		.nl_groups = groups,
	};

	if (sendto(talk->fd, request->bytes, request->len, MSG_DONTWAIT, (struct sockaddr *)&to,
		   sizeof(to)) < 0)
		return -errno;
	return 0;
}

static int ask(struct talk *talk, const struct spec *spec, int command, int flags)
{
	__u32 head[REQUEST_HEAD / sizeof(__u32)];
	struct request request = { .bytes = (unsigned char *)head };

	request_head(&request, spec, ++talk->seq, command, flags);
	return send(talk->fd, head, request.len, 0) < 0 ? -errno : 0;
}

/* Returns 1 at the end, 0 before it, or a negative errno. */
static int take_all(const void *buffer, int len, take_t take, void *to, bool *changed)
{
	const struct nlmsghdr *message;
	struct request end = {};

	for (message = buffer; NLMSG_OK(message, len); message = NLMSG_NEXT(message, len)) {
		*changed |= message->nlmsg_flags & NLM_F_DUMP_INTR;
		if (is_end(message)) {
			note_end(&end, message);
			return end.error ? -end.error : 1;
		}
		take(message, to);
	}
	return 0;
}

static int talk_run(struct talk *talk, const struct spec *spec, int command, int flags,
		    take_t take, void *to)
{
	static __u64 buffer[RECEIVE_MAX / sizeof(__u64)];
	int err = ask(talk, spec, command, flags), len;
	bool changed = false;

	while (!err) {
		len = receive(talk, buffer);
		err = len < 0 ? len : take_all(buffer, len, take, to, &changed);
	}
	if (err < 0)
		return err;
	return changed ? -EINTR : 0;
}

/**
 * talk_dump() - read all that a command dumps
 * @talk: the socket
 * @spec: the family
 * @command: DSR_CMD_*
 * @take: called with each message
 * @to: for @take
 *
 * Return: 0; -EINTR where the configuration has changed meanwhile; or a negative errno.
 */
int talk_dump(struct talk *talk, const struct spec *spec, int command, take_t take, void *to)
{
	return talk_run(talk, spec, command, NLM_F_DUMP, take, to);
}

/* A request without attributes and its answer. */
int talk_ask(struct talk *talk, const struct spec *spec, int command, take_t take, void *to)
{
	return talk_run(talk, spec, command, NLM_F_ACK, take, to);
}

/* The kernel has more to say when the socket goes: it keeps little ready. */
int talk_dump_half(const struct spec *spec, int command)
{
	unsigned char buffer[4096];
	struct talk talk;
	int room = 1, err;

	err = talk_open(&talk, 0);
	if (err)
		return err;
	setsockopt(talk.fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	err = ask(&talk, spec, command, NLM_F_DUMP);
	if (!err && recv(talk.fd, buffer, sizeof(buffer), 0) < 0)
		err = -errno;
	talk_close(&talk);
	return err;
}
