// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include <linux/genetlink.h>

#include "genl.h"
#include "output.h"

/* The one socket of the process, opened by the first request. */
static struct nl genl;
static uint16_t family;

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

static enum status family_resolve(void)
{
	const struct nlattr *table[CTRL_ATTR_MAX + 1];
	struct answer answer = { 0 };
	struct nlmsghdr *request;
	struct nl_error error;
	struct request buf;
	bool answered;

	request = message_begin(&buf, CTRL_CMD_GETFAMILY, 1);
	request->nlmsg_type = GENL_ID_CTRL;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, DSR_GENL_NAME);
	answered = nl_ask(&genl, request, &answer, &error);
	if (answered && answer.len) {
		attrs_of_message(answer_next(&answer, NULL),
				 sizeof(struct genlmsghdr), table,
				 CTRL_ATTR_MAX);
		family = attr_number(table[CTRL_ATTR_FAMILY_ID], 0);
	}
	answer_free(&answer);

	if (family)
		return DONE;
	if (answered || error.number == ENOENT)
		return refused("the kernel has no dsr module loaded: modprobe dsr");
	return nl_refused(&error, "generic netlink");
}

static enum status genl_open(void)
{
	enum status status;

	if (genl.sock)
		return DONE;

	status = nl_open(&genl, NETLINK_GENERIC);
	if (status != DONE)
		return status;

	status = family_resolve();
	if (status != DONE)
		nl_close(&genl);
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

static enum status genl_ask(struct nlmsghdr *request, uint16_t flags,
			    struct answer *answer)
{
	enum status status = genl_address(request, flags);
	struct nl_error error;

	if (status != DONE || nl_ask(&genl, request, answer, &error))
		return status;
	return nl_refused(&error, "refused by the kernel");
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
	return nl_refused(&error, "refused by the kernel");
}

void genl_attrs(const struct nlmsghdr *message, const struct nlattr **table)
{
	attrs_of_message(message, sizeof(struct genlmsghdr), table, DSR_A_MAX);
}
