// SPDX-License-Identifier: GPL-2.0
/*
 * In the environment, where it is preloaded:
 *	DSR_PEER	the file of answers
 *	DSR_FAULT	CALL:KIND:N, what becomes of the N-th sendto or recvmsg:
 *			the number of an error, or "short": half of what there is
 *
 * A request that no answer is known for is acknowledged.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "peer.h"

/* The C library's function that one here is called instead of. */
#define REAL(name) ((typeof(name) *)dlsym(RTLD_NEXT, #name))

#define ACK_LEN (NLMSG_HDRLEN + sizeof(struct nlmsgerr))

struct peer peer;

/* The socket, and how far the answer to its last request is. */
static struct {
	int fd;
	struct nlmsghdr request;
	uint8_t command;
	size_t next;		/* of the datagrams */
	bool answered;		/* by one of these */
	bool done;
} talk = { .fd = -1 };

static void line_take(const char *line)
{
	unsigned int family, command, dump;
	struct datagram *datagram;
	int hex;

	if (sscanf(line, "%u %u %u %n", &family, &command, &dump, &hex) != 3)
		exit(PEER_HANGS);
	peer.datagrams = reallocarray(peer.datagrams, peer.count + 1,
				      sizeof(*datagram));
	datagram = &peer.datagrams[peer.count++];
	*datagram = (struct datagram){
		.family = family,
		.command = command,
		.dump = dump,
		.bytes = malloc(strlen(line)),
	};
	for (line += hex; sscanf(line, "%2hhx",
				 datagram->bytes + datagram->len) == 1; line += 2)
		datagram->len++;
}

void peer_load(const char *path)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;

	if (!file) {
		perror(path);
		exit(PEER_HANGS);
	}
	while (getline(&line, &size, file) > 0)
		if (*line != '#')
			line_take(line);
	free(line);
	fclose(file);
}

__attribute__((constructor)) static void preloaded(void)
{
	if (getenv("DSR_PEER"))
		peer_load(getenv("DSR_PEER"));
}

/* Whether this is the call that DSR_FAULT names; its kind goes to @kind. */
static bool fault(const char *call, char kind[16])
{
	const char *wanted = getenv("DSR_FAULT");
	static int calls;
	char name[16];
	int number;

	return wanted &&
	       sscanf(wanted, "%15[^:]:%15[^:]:%d", name, kind, &number) == 3 &&
	       !strcmp(name, call) && ++calls == number;
}

static ssize_t failed(const char *kind)
{
	errno = atoi(kind);
	return -1;
}

int socket(int domain, int type, int protocol)
{
	if (domain != AF_NETLINK || protocol != NETLINK_GENERIC)
		return REAL(socket)(domain, type, protocol);
	return talk.fd = REAL(socket)(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

int bind(int fd, const struct sockaddr *address, socklen_t len)
{
	return fd == talk.fd ? 0 : REAL(bind)(fd, address, len);
}

int getsockname(int fd, struct sockaddr *address, socklen_t *len)
{
	if (fd != talk.fd)
		return REAL(getsockname)(fd, address, len);
	address->sa_family = AF_NETLINK;
	return 0;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	return fd == talk.fd ? 0 : REAL(setsockopt)(fd, level, name, value, len);
}

ssize_t sendto(int fd, const void *bytes, size_t len, int flags,
	       const struct sockaddr *to, socklen_t to_len)
{
	char kind[16];

	if (fd != talk.fd)
		return REAL(sendto)(fd, bytes, len, flags, to, to_len);
	if (fault("sendto", kind))
		return failed(kind);
	if (peer_hears)
		peer_hears(bytes, len);
	memcpy(&talk.request, bytes, sizeof(talk.request));
	talk.command = ((const struct genlmsghdr *)
			((const char *)bytes + NLMSG_HDRLEN))->cmd;
	talk.next = 0;
	talk.answered = false;
	talk.done = false;
	return len;
}

static bool is_wanted(const struct datagram *datagram)
{
	bool dump = (talk.request.nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;

	return datagram->command == talk.command && datagram->dump == dump &&
	       (datagram->family == GENL_ID_CTRL) ==
	       (talk.request.nlmsg_type == GENL_ID_CTRL);
}

/* Each message of it answers the request that there is now. */
static size_t datagram_copy(char *to, const struct datagram *datagram)
{
	struct nlmsghdr *message;
	size_t at, len;

	memcpy(to, datagram->bytes, datagram->len);
	for (at = 0; at + NLMSG_HDRLEN <= datagram->len; at += NLMSG_ALIGN(len)) {
		message = (struct nlmsghdr *)(to + at);
		len = message->nlmsg_len;
		message->nlmsg_seq = talk.request.nlmsg_seq;
		if (len < NLMSG_HDRLEN)
			break;
	}
	return datagram->len;
}

static size_t ack_make(char *to)
{
	struct nlmsghdr *message = (struct nlmsghdr *)to;

	memset(to, 0, ACK_LEN);
	message->nlmsg_len = ACK_LEN;
	message->nlmsg_type = NLMSG_ERROR;
	message->nlmsg_flags = NLM_F_CAPPED;
	message->nlmsg_seq = talk.request.nlmsg_seq;
	return ACK_LEN;
}

static size_t next_make(char *to)
{
	while (talk.next < peer.count)
		if (is_wanted(&peer.datagrams[talk.next++])) {
			talk.answered = true;
			return datagram_copy(to, &peer.datagrams[talk.next - 1]);
		}
	if (talk.answered || talk.done) {
		fputs("peer: nothing more will come\n", stderr);
		_exit(PEER_HANGS);
	}
	talk.done = true;
	return ack_make(to);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	static char bytes[1 << 16] __attribute__((aligned(8)));
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	char kind[16] = "";
	size_t len, room;

	if (fd != talk.fd)
		return REAL(recvmsg)(fd, message, flags);
	if (fault("recvmsg", kind) && strcmp(kind, "short"))
		return failed(kind);

	len = next_make(bytes);
	if (!strcmp(kind, "short"))
		len /= 2;
	room = message->msg_iov->iov_len;
	message->msg_flags = len > room ? MSG_TRUNC : 0;
	memcpy(message->msg_iov->iov_base, bytes, len < room ? len : room);
	memcpy(message->msg_name, &kernel, sizeof(kernel));
	message->msg_namelen = sizeof(kernel);
	return len < room ? len : room;
}
