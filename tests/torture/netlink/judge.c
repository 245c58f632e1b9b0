// SPDX-License-Identifier: GPL-2.0
/* Whether an answer is right, by what was sent. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "writer.h"

#define UNEXPLAINED_MAX	10	/* shown */
#define HEX_MAX		4096	/* bytes shown of a message */

void writer_show(const struct request *request)
{
	size_t i, len = request->len < HEX_MAX ? request->len : HEX_MAX;

	printf("# message %llu, %zu bytes, error %d:", request->number, request->len,
	       request->error);
	for (i = 0; i < len; i++)
		printf("%s%02x", i % 32 ? (i % 4 ? "" : " ") : "\n#   ", request->bytes[i]);
	printf("\n");
	fflush(stdout);
}

/* Of one that can be made out. */
static void note_broken(const struct order *order, __u64 number)
{
	if (!order->alone || order->figures->broken)
		return;
	order->figures->broken_by = order->who;
	order->figures->broken = number;
}

void writer_fail(struct writer *writer, const struct request *request, const char *format, ...)
{
	va_list args;

	if (writer->failed)
		return;
	writer->failed = true;
	note_broken(writer->order, writer->number);
	va_start(args, format);
	printf("# seed %llu, writer %u, message %llu: ", writer->order->seed, writer->order->who,
	       request ? request->number : writer->number);
	vprintf(format, args);
	printf("\n");
	va_end(args);
	if (request)
		writer_show(request);
	fflush(stdout);
}

/* What the model holds against the kernel is only so where nobody else writes. */
static void object(struct writer *writer, const struct request *request, const char *wrong)
{
	if (wrong && writer->order->alone)
		writer_fail(writer, request, "%s", wrong);
}

static void judge_refused(struct writer *writer, const struct request *request)
{
	struct figures *figures = writer->order->figures;

	count(&figures->refused, 1);
	if (request->told || request->error == EBUSY ||
	    request_is_refused_by_core(request, writer->order->spec))
		return;
	count(&figures->unexplained, 1);
	if (writer->shown++ >= UNEXPLAINED_MAX)
		return;
	printf("# seed %llu, writer %u: refused with no word\n", writer->order->seed,
	       writer->order->who);
	writer_show(request);
}

static void judge_accepted(struct writer *writer, const struct request *request,
			   struct batch *batch)
{
	const struct order *order = writer->order;
	int policy, command = request_command(request);
	struct view attrs = request_attrs(request);

	count(&order->figures->accepted, 1);
	policy = spec_policy(order->spec, command, request_dumps(request));
	if (policy == NO_POLICY || !spec_allows(order->spec, policy, attrs.data, attrs.len))
		writer_fail(writer, request, "accepted, and its policy doesn't allow it");
	else if (request_dumps(request))
		count(&order->figures->dumps, 1);
	else
		object(writer, request, model_command(&writer->model, batch, command, attrs));
}

bool writer_changes(const struct writer *writer, const struct request *request)
{
	return request_runs(request, writer->order->spec) &&
	       request_command(request) == DSR_CMD_CONFIG_CHANGE;
}

void writer_judge(struct writer *writer, const struct request *request, unsigned int which)
{
	bool asked = ((struct nlmsghdr *)request->bytes)->nlmsg_flags & NLM_F_ACK;

	if (!request_seen(request))
		return;
	if (request->error) {
		judge_refused(writer, request);
		if (writer_changes(writer, request) && writer->batch[which].len)
			writer_reopen(writer, which);
	} else if (asked && !request->answered) {
		writer_fail(writer, request, "never answered");
	} else if (request_runs(request, writer->order->spec)) {
		judge_accepted(writer, request, &writer->batch[which]);
	}
}
