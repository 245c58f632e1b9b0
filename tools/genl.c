// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>

#include "genl.h"
#include "output.h"
#include "subject.h"

/* The one socket of the process, opened by the first request. */
static struct nl genl;
static uint16_t family;
static uint32_t events;		/* its multicast group */

static struct nlmsghdr *header_put(void *buf, uint8_t command, uint8_t version)
{
	struct genlmsghdr *header;
	struct nlmsghdr *request;

	request = mnl_nlmsg_put_header(buf);
	header = mnl_nlmsg_put_extra_header(request, sizeof(*header));
	header->cmd = command;
	header->version = version;
	return request;
}

/* What pads an attribute is 0 like the rest: libmnl leaves it as it was. */
static struct nlmsghdr *message_begin(struct request *buf, uint8_t command,
				      uint8_t version)
{
	*buf = (struct request){ 0 };
	return header_put(buf, command, version);
}

/* A group that is in @nest, one of the list of the family's groups. */
static void group_read(const struct nlattr *nest)
{
	const struct nlattr *group[CTRL_ATTR_MCAST_GRP_MAX + 1];
	char name[GENL_NAMSIZ];

	attrs_of_nest(nest, group, CTRL_ATTR_MCAST_GRP_MAX);
	attr_string(group[CTRL_ATTR_MCAST_GRP_NAME], name, sizeof(name));
	if (!strcmp(name, DSR_GENL_GROUP_EVENTS))
		events = attr_number(group[CTRL_ATTR_MCAST_GRP_ID], 0);
}

static void family_read(const struct nlmsghdr *message)
{
	const struct nlattr *table[CTRL_ATTR_MAX + 1], *nest;

	attrs_of_message(message, sizeof(struct genlmsghdr), table,
			 CTRL_ATTR_MAX);
	family = attr_number(table[CTRL_ATTR_FAMILY_ID], 0);
	if (!table[CTRL_ATTR_MCAST_GROUPS])
		return;
	mnl_attr_for_each_nested(nest, table[CTRL_ATTR_MCAST_GROUPS])
		group_read(nest);
}

/* @error says why the kernel doesn't know it. */
static bool family_find(struct nl_error *error)
{
	struct answer answer = { 0 };
	struct nlmsghdr *request;
	struct request buf;
	bool answered;

	request = message_begin(&buf, CTRL_CMD_GETFAMILY, 1);
	request->nlmsg_type = GENL_ID_CTRL;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, DSR_GENL_NAME);
	answered = nl_ask(&genl, request, &answer, error);
	if (answered && answer.len)
		family_read(answer_next(&answer, NULL));
	answer_free(&answer);
	if (answered && !family)
		error->number = ENOENT;
	return family;
}

/* DONE and no socket: there is no module, which isn't reported. */
static enum status genl_open_if(void)
{
	struct nl_error error;
	enum status status;

	if (genl.sock)
		return DONE;

	status = nl_open(&genl, NETLINK_GENERIC);
	if (status != DONE || family_find(&error))
		return status;

	nl_close(&genl);
	return error.number == ENOENT ? DONE :
	       nl_refused(&error, "generic netlink");
}

static enum status genl_open(void)
{
	enum status status = genl_open_if();

	if (status != DONE || genl.sock)
		return status;

	return refused("the kernel has no dsr module loaded: modprobe dsr");
}

enum status genl_probe(bool *there)
{
	enum status status = genl_open_if();

	*there = genl.sock;
	return status;
}

struct nlmsghdr *genl_request(struct request *buf, enum dsr_cmd command)
{
	return message_begin(buf, command, DSR_GENL_VERSION);
}

struct nlmsghdr *genl_begin(void *buf, enum dsr_cmd command)
{
	return header_put(buf, command, DSR_GENL_VERSION);
}

/* Whom a request goes to is known once the socket is open. */
static enum status genl_address(struct nlmsghdr *request, uint16_t flags)
{
	enum status status = genl_open();

	request->nlmsg_type = family;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	return status;
}

/* The kernel's own words, behind what they are about. */
static enum status genl_refused(const struct nlmsghdr *request,
				const struct nl_error *error)
{
	char subject[SUBJECT_LEN];

	if (!*error->message)
		return nl_refused(error, "refused by the kernel");

	return refused("%s%s", subject_format(request, subject),
		       error->message);
}

static enum status genl_ask(struct nlmsghdr *request, uint16_t flags,
			    struct answer *answer)
{
	enum status status = genl_address(request, flags);
	struct nl_error error;

	if (status != DONE || nl_ask(&genl, request, answer, &error))
		return status;
	return genl_refused(request, &error);
}

enum status genl_do(struct nlmsghdr *request, struct answer *answer)
{
	return genl_ask(request, NLM_F_ACK, answer);
}

enum status genl_try(struct nlmsghdr *request, struct answer *answer,
		     struct nl_error *error)
{
	enum status status = genl_address(request, NLM_F_ACK);

	*error = (struct nl_error){ 0 };
	if (status == DONE && !nl_ask(&genl, request, answer, error))
		return REFUSED;
	return status;
}

enum status genl_dump(struct nlmsghdr *request, struct answer *answer)
{
	return genl_ask(request, NLM_F_DUMP, answer);
}

enum status genl_stream(struct nlmsghdr *request, nl_take *take, void *to)
{
	enum status status = genl_address(request, NLM_F_DUMP);
	struct nl_error error;

	if (status != DONE || nl_stream(&genl, request, take, to, &error))
		return status;
	return genl_refused(request, &error);
}

/* More than the system's limit only where that is permitted. */
static void room_set(int fd, uint32_t room)
{
	int bytes = room;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

/* The controller's group tells when the family goes; its number is fixed. */
enum status genl_listen(uint32_t room, int *fd)
{
	enum status status = genl_open();

	if (status != DONE)
		return status;
	if (!events)
		return refused("the module that is loaded has no events");

	*fd = mnl_socket_get_fd(genl.sock);
	room_set(*fd, room);
	status = nl_join(&genl, events);
	return status == DONE ? nl_join(&genl, GENL_ID_CTRL) : status;
}

struct hearing {
	void (*take)(const struct nlmsghdr *message);
	bool gone;
};

static bool is_farewell(const struct nlmsghdr *message)
{
	const struct genlmsghdr *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *table[CTRL_ATTR_MAX + 1];

	if (message->nlmsg_type != GENL_ID_CTRL ||
	    header->cmd != CTRL_CMD_DELFAMILY)
		return false;
	attrs_of_message(message, sizeof(*header), table, CTRL_ATTR_MAX);
	return attr_number(table[CTRL_ATTR_FAMILY_ID], 0) == family;
}

static bool hear(const struct nlmsghdr *message, void *to)
{
	struct hearing *hearing = to;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(struct genlmsghdr))
		return true;
	if (is_farewell(message))
		hearing->gone = true;
	else if (message->nlmsg_type == family)
		hearing->take(message);
	return true;
}

enum genl_heard genl_hear(void (*take)(const struct nlmsghdr *message))
{
	struct hearing hearing = { .take = take };

	if (!nl_hear(&genl, hear, &hearing))
		return errno == ENOBUFS ? GENL_OVERRUN : GENL_FAILED;
	return hearing.gone ? GENL_GONE : GENL_EVENTS;
}

void genl_attrs(const struct nlmsghdr *message, const struct nlattr **table)
{
	attrs_of_message(message, sizeof(struct genlmsghdr), table, DSR_A_MAX);
}

enum status genl_get(enum dsr_cmd command, enum dsr_attr nest,
		     struct answer *answer, const struct nlattr **table,
		     uint16_t max)
{
	const struct nlattr *whole[DSR_A_MAX + 1];
	struct request request;
	enum status status;

	attrs_of_nest(NULL, table, max);
	status = genl_do(genl_request(&request, command), answer);
	if (status != DONE)
		return status;
	if (!answer->len)
		return refused("the kernel's answer is empty");

	genl_attrs(answer_next(answer, NULL), whole);
	attrs_of_nest(whole[nest], table, max);
	return DONE;
}
