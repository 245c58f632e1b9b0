// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attempt.h"
#include "dsr.h"
#include "state.h"

struct figures figures;

/* What an operation comes to without a fault. */
static struct {
	struct answer answer;
	struct state before, after;
	struct heard heard;
	bool changes;
} expected;

/* A line for the script. */
void result(bool ok, const char *name)
{
	printf("%d %s\n", !ok, name);
	fflush(stdout);
}

/* And why. */
void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	printf("# ");
	vprintf(format, arguments);
	printf("\n");
	va_end(arguments);
}

static struct nlmsghdr *message_begin(struct operation *op, __u8 command,
				      __u16 flags)
{
	if (op->nr == MESSAGES_MAX)
		die("too many messages", op->name);
	return ask_begin(op->message[op->nr++], family.id, command, flags);
}

static void operation_begin(struct operation *op, const char *name,
			    const char *what)
{
	memset(op, 0, sizeof(*op));
	snprintf(op->name, sizeof(op->name), "%s%s", name, what);
	op->restore = state_base;
	op->step = 1;
}

/* What takes it back, where that leaves no trace. */
static void operation_set_undo(struct operation *op,
			       const struct request *request)
{
	struct request undo;

	op->has_undo = request_undo(request, &undo);
	if (op->has_undo)
		request_put(ask_begin(op->undo, family.id, undo.command,
				      NLM_F_ACK), &undo);
}

/* A command as it is; a change with its echo. */
void operation_command(struct operation *op, const struct request *request)
{
	__u16 flags = request->dump ? NLM_F_DUMP : NLM_F_ACK | NLM_F_ECHO;

	operation_begin(op, request->name, request->dump ? " dump" : "");
	request_put(message_begin(op, request->command, flags), request);
	operation_set_undo(op, request);
}

/* Room for what a change takes at most, and the end. */
#define CHANGE_MAX	200

/* All of the changes or none, in as many messages as it takes, but two. */
void operation_change(struct operation *op, const char *name,
		      struct requests requests)
{
	unsigned int half = requests.nr / 2, i;
	struct nlmsghdr *nlh = NULL;
	struct nlattr *nest = NULL;

	operation_begin(op, name, " as CONFIG_CHANGE");
	for (i = 0; i < requests.nr; i++) {
		if (nlh && (i == half ||
			    nlh->nlmsg_len > MESSAGE_MAX - CHANGE_MAX)) {
			mnl_attr_nest_end(nlh, nest);
			mnl_attr_put(nlh, DSR_A_MORE, 0, NULL);
			nlh = NULL;
		}
		if (!nlh) {
			nlh = message_begin(op, DSR_CMD_CONFIG_CHANGE,
					    NLM_F_ACK);
			nest = mnl_attr_nest_start(nlh, DSR_A_CHANGES);
		}
		request_put_change(nlh, &requests.request[i]);
	}
	mnl_attr_nest_end(nlh, nest);
	if (requests.nr == 1)
		operation_set_undo(op, requests.request);
}

/* A dump goes on while it's read.  The last answer is the operation's. */
static void run(const struct operation *op, struct mnl_socket *socket,
		enum fault_mode mode, unsigned int n, bool *met,
		struct answer *answer)
{
	unsigned int i;

	if (n)
		fault_arm(mode, n);
	for (i = 0; i < op->nr; i++) {
		if (ask_send(socket, (struct nlmsghdr *)op->message[i], answer))
			ask_gather(socket, answer);
		if (answer->error || !answer->ended)
			break;
	}
	*met = n ? fault_disarm() : false;
}

/* A socket of its own: after a refusal it has to be closed. */
static void run_once(const struct operation *op, enum fault_mode mode,
		     unsigned int n, bool *met, struct answer *answer)
{
	struct mnl_socket *socket = ask_open();

	run(op, socket, mode, n, met, answer);
	mnl_socket_close(socket);
}

/* Learns what it comes to.  Returns whether it comes to anything. */
bool operation_works(const struct operation *op)
{
	bool met;

	op->restore();
	state_take(&expected.before);
	state_heard();
	run_once(op, FAULT_ONE, 0, &met, &expected.answer);
	expected.heard = state_heard();
	state_take(&expected.after);
	expected.changes = !state_same(&expected.before, &expected.after);
	return expected.answer.ended && !expected.answer.error;
}

static bool is_shortage(int error)
{
	return error == ENOMEM || error == ENOBUFS;
}

/* A change's echo may not come, or tell of a backend that isn't reached yet;
 * everything else may not be cut short.
 */
static bool is_whole(const struct operation *op, const struct answer *answer)
{
	const struct nlmsghdr *nlh = (const void *)op->message[op->nr - 1];

	return answer->len == expected.answer.len ||
	       (expected.changes && nlh->nlmsg_flags & NLM_F_ECHO);
}

static bool was_made(const struct state *now, const struct heard *heard)
{
	return state_same(now, &expected.after) &&
	       (heard->events == expected.heard.events || heard->lost);
}

static bool is_as_before(const struct state *now)
{
	return state_same(now, &expected.before) &&
	       now->generation == expected.before.generation;
}

static bool was_refused(const struct state *now, const struct heard *heard)
{
	return is_as_before(now) && !heard->events && !heard->lost;
}

static const char *judge_done(const struct operation *op,
			      const struct answer *answer,
			      const struct state *now, const struct heard *heard)
{
	figures.done++;
	if (!is_whole(op, answer))
		return "its answer is cut short";
	if (!was_made(now, heard))
		return "it isn't made, or not told of, as it is without a fault";
	return NULL;
}

static const char *judge_refused(const struct answer *answer,
				 const struct state *now,
				 const struct heard *heard)
{
	figures.refused++;
	if (!is_shortage(answer->error))
		return "the error isn't that there is no memory";
	if (!was_refused(now, heard))
		return "it is refused, but not without a trace";
	return NULL;
}

/* Whoever learns that the answer is lost has to look. */
static const char *judge_unknown(const struct answer *answer,
				 const struct state *now,
				 const struct heard *heard)
{
	figures.unknown++;
	if (!answer->lost)
		return "no answer, and not a word of that";
	if (!was_made(now, heard) && !was_refused(now, heard))
		return "its answer is lost, and it is half made";
	return NULL;
}

/* Returns what is wrong, or NULL. */
static const char *judge(const struct operation *op,
			 const struct answer *answer, const struct state *now)
{
	struct heard heard = state_heard();

	if (answer->error)
		return judge_refused(answer, now, &heard);
	if (answer->ended)
		return judge_done(op, answer, now, &heard);
	return judge_unknown(answer, now, &heard);
}

/* Returns what is wrong, or NULL; @met: an allocation has failed; @spoilt: it is
 * no longer what it was.
 */
static const char *attempt(const struct operation *op, enum fault_mode mode,
			   unsigned int n, bool *met, bool *spoilt)
{
	static struct answer answer;
	static struct state now;
	const char *wrong;

	state_heard();
	run_once(op, mode, n, met, &answer);
	state_take(&now);
	*spoilt = !is_as_before(&now);
	figures.faults += *met;
	if (*met)
		wrong = judge(op, &answer, &now);
	else
		wrong = answer.error ? "it's refused without a fault" : NULL;
	if (wrong)
		complain("error %d (%s), an answer of %zu bytes",
			 answer.error, strerror(answer.error), answer.len);
	return wrong;
}

/* A next hop for which there was no memory is looked for again, soon. */
static bool wait_resolved(void)
{
	unsigned int tries = 50;

	while (!state_is_resolved() && --tries)
		usleep(100000);
	return tries;
}

/* Whether it could be taken back, which is sooner done. */
static bool undo(const struct operation *op)
{
	static struct state now;

	if (!op->has_undo)
		return false;
	state_do((const struct nlmsghdr *)op->undo);
	state_take(&now);
	if (!state_same(&now, &expected.before))
		return false;
	expected.before = now;
	return true;
}

static void restore(const struct operation *op)
{
	static struct state now;

	state_take(&now);
	if (!op->wears && is_as_before(&now))
		return;
	if (undo(op))
		return;
	op->restore();
	state_take(&expected.before);
}

/* Of those that fail to the end not each beginning is another case. */
#define REST_STEP	4

/**
 * attempt_each() - let each allocation of an operation fail
 * @op: the operation, which operation_works() has found to work
 * @mode: whether all those after it fail too
 */
void attempt_each(const struct operation *op, enum fault_mode mode)
{
	unsigned int step = op->step * (mode == FAULT_REST ? REST_STEP : 1);
	bool met, spoilt, waited = op->restore != state_base;
	const char *wrong;
	unsigned int n = 0;
	char name[160];

	restore(op);
	do {
		n += step > 1 ? 1 + random() % step : 1;
		wrong = attempt(op, mode, n, &met, &spoilt);
		if (!waited && spoilt && !state_is_resolved()) {
			waited = true;
			if (!wait_resolved())
				wrong = "a backend isn't found again";
		}
		if (spoilt || op->wears)
			restore(op);
	} while (met && !wrong);

	if (wrong)
		complain("N = %u: %s", n, wrong);
	snprintf(name, sizeof(name), "%s, %s: refused or made",
		 op->name, fault_mode_names[mode]);
	result(!wrong && n > 1, name);
}
