// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "ask.h"
#include "dsr.h"
#include "fault.h"

struct family family;

static char received[ANSWER_MAX];

/* A request, begun in @buffer. */
struct nlmsghdr *ask_begin(void *buffer, __u16 type, __u8 command, __u16 flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;
	return nlh;
}

struct mnl_socket *ask_open(void)
{
	struct mnl_socket *socket = mnl_socket_open(NETLINK_GENERIC);
	int one = 1;

	if (!socket || mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_setsockopt(socket, NETLINK_EXT_ACK, &one, sizeof(one)) ||
	    mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, &one, sizeof(one)))
		die("no netlink socket", strerror(errno));
	return socket;
}

/* One that hears the events. */
struct mnl_socket *ask_listen(void)
{
	struct mnl_socket *socket = ask_open();

	if (mnl_socket_setsockopt(socket, NETLINK_ADD_MEMBERSHIP,
				  &family.events, sizeof(family.events)))
		die("no events", strerror(errno));
	return socket;
}

/* Returns whether it was sent. */
bool ask_send(struct mnl_socket *socket, const struct nlmsghdr *nlh,
	      struct answer *answer)
{
	answer->error = 0;
	answer->ended = false;
	answer->lost = false;
	answer->len = 0;
	if (send(mnl_socket_get_fd(socket), nlh, nlh->nlmsg_len, 0) < 0)
		answer->error = errno;
	return !answer->error;
}

static void keep(struct answer *answer, const struct nlmsghdr *nlh)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh) - GENL_HDRLEN;

	if (answer->len + len > sizeof(answer->data))
		die("too long an answer", "ANSWER_MAX");
	memcpy(answer->data + answer->len,
	       mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN), len);
	answer->len += len;
}

static void take(struct answer *answer, const struct nlmsghdr *nlh)
{
	const int *error = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type != NLMSG_ERROR && nlh->nlmsg_type != NLMSG_DONE) {
		keep(answer, nlh);
		return;
	}
	answer->ended = true;
	if (*error && !answer->error)
		answer->error = -*error;
}

static void take_all(struct answer *answer, int len)
{
	const struct nlmsghdr *nlh = (struct nlmsghdr *)received;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		take(answer, nlh);
}

/* The kernel answers before send() returns, and goes on with a dump at each
 * recv(): there is never anything to wait for.
 */
void ask_gather(struct mnl_socket *socket, struct answer *answer)
{
	int fd = mnl_socket_get_fd(socket);
	ssize_t len;

	for (;;) {
		len = recv(fd, received, sizeof(received), MSG_DONTWAIT);
		if (len > 0)
			take_all(answer, len);
		else if (len < 0 && errno == EAGAIN)
			return;
		else if (len < 0 && (errno == ENOBUFS || errno == ENOMEM))
			answer->lost = true;
		else
			die("can't receive", strerror(errno));
	}
}

static int group(const struct nlattr *attr, void *data)
{
	const struct nlattr *part;

	mnl_attr_for_each_nested(part, attr)
		if (mnl_attr_get_type(part) == CTRL_ATTR_MCAST_GRP_ID)
			family.events = mnl_attr_get_u32(part);
	return MNL_CB_OK;
}

static int command(const struct nlattr *attr, void *data)
{
	const struct nlattr *part;
	unsigned int nr = family.nr++;

	if (nr == COMMANDS_MAX)
		die("too many commands", "COMMANDS_MAX");
	mnl_attr_for_each_nested(part, attr)
		if (mnl_attr_get_type(part) == CTRL_ATTR_OP_ID)
			family.commands[nr].command = mnl_attr_get_u32(part);
		else if (mnl_attr_get_type(part) == CTRL_ATTR_OP_FLAGS)
			family.commands[nr].flags = mnl_attr_get_u32(part);
	return MNL_CB_OK;
}

static int learn(const struct nlattr *attr, void *data)
{
	switch (mnl_attr_get_type(attr)) {
	case CTRL_ATTR_FAMILY_ID:
		family.id = mnl_attr_get_u16(attr);
		break;
	case CTRL_ATTR_OPS:
		mnl_attr_parse_nested(attr, command, NULL);
		break;
	case CTRL_ATTR_MCAST_GROUPS:
		mnl_attr_parse_nested(attr, group, NULL);
		break;
	}
	return MNL_CB_OK;
}

/* Which commands there are is the kernel's to say: none can be forgotten. */
void family_learn(void)
{
	struct mnl_socket *socket = ask_open();
	static char buffer[MESSAGE_MAX];
	struct nlmsghdr *nlh = ask_begin(buffer, GENL_ID_CTRL,
					 CTRL_CMD_GETFAMILY, NLM_F_ACK);
	static struct answer answer;

	memset(&family, 0, sizeof(family));
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, DSR_GENL_NAME);
	if (ask_send(socket, nlh, &answer))
		ask_gather(socket, &answer);
	mnl_attr_parse_payload(answer.data, answer.len, learn, NULL);
	if (answer.error || !family.nr || !family.events)
		die("no family", DSR_GENL_NAME);
	mnl_socket_close(socket);
}
