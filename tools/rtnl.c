// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "output.h"
#include "rtnl.h"

/* The one socket of the process, opened by the first request. */
static struct nl rtnl;

void *rtnl_begin(struct request *request, uint16_t type, uint16_t flags,
		 size_t len)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(request);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(message, len);
}

bool rtnl_ask(struct request *request, struct answer *answer,
	      struct nl_error *error)
{
	*error = (struct nl_error){ 0 };
	if (!rtnl.sock && nl_open(&rtnl, NETLINK_ROUTE) != DONE)
		return false;

	return nl_ask(&rtnl, &request->header, answer, error);
}

enum status rtnl_refused(const struct nl_error *error, const char *what)
{
	return error->number ? nl_refused(error, what) : REFUSED;
}

static void *array_of(const struct answer *answer, size_t size,
		      rtnl_read *read, size_t *count)
{
	const struct nlmsghdr *message = NULL;
	char *array = calloc(answer_count(answer) + 1, size);

	*count = 0;
	while (array && (message = answer_next(answer, message)))
		if (read(message, array + *count * size))
			++*count;
	if (!array)
		out_of_memory();
	return array;
}

void *rtnl_collect(struct request *request, const char *what, size_t size,
		   rtnl_read *read, size_t *count)
{
	struct answer answer = { 0 };
	struct nl_error error;
	void *array = NULL;

	if (rtnl_ask(request, &answer, &error))
		array = array_of(&answer, size, read, count);
	else
		rtnl_refused(&error, what);
	answer_free(&answer);
	return array;
}
