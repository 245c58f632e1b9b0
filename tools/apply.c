// SPDX-License-Identifier: GPL-2.0
/* dsrctl apply: the kernel's configuration becomes that of a file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "config.h"
#include "config_diff.h"
#include "digest.h"
#include "genl.h"
#include "output.h"
#include "script.h"
#include "settings.h"

/* How much of the changes goes into one message; the attribute that they are in
 * can't be longer than 65,535 bytes.
 */
#define CHANGES_LEN 60000
#define MESSAGE_LEN 65536

/* How often the difference is taken anew because somebody else has changed
 * something meanwhile.
 */
#define TRIES 10

static const char usage[] =
"Usage: dsrctl apply FILE [ --dry-run ] [ --generation NUMBER ]\n"
"\n"
"The configuration of the network namespace becomes what FILE says, \"-\" for\n"
"standard input, all of it at once or nothing.  What is in FILE and in the kernel\n"
"keeps its flows and counters; what isn't in FILE goes, but for settings.\n"
"\n"
"FILE has the lines that \"dsrctl save\" prints:\n"
"    service add SERVICE [ OPTIONS ]\n"
"    backend add SERVICE ADDRESS [ OPTIONS ]\n"
"    backend drain SERVICE ADDRESS [ for SECONDS ]\n"
"    device attach IFNAME\n"
"    set SETTING\n"
"and comments, which begin with \"#\".\n"
"\n"
"--dry-run prints the difference and changes nothing: + comes, - goes, ~ changes;\n"
"the exit status is 3 if there is any.  With --generation it is refused unless\n"
"the configuration is still the one that \"dsrctl get generation\" told.\n";

/* A transaction on its way to the kernel. */
struct sending {
	struct nlmsghdr *message;
	struct nlattr *nest;		/* DSR_A_CHANGES */
	const struct config_service *service;	/* of the last change */
	unsigned int *lines;		/* where each change comes from */
	size_t count;
	size_t room;
	uint32_t generation;		/* that it begins from */
	struct digest digest;		/* of what it makes */
	struct nl_error error;
	char buf[MESSAGE_LEN] __attribute__((aligned(8)));
};

static void message_open(struct sending *sending)
{
	sending->message = genl_begin(sending->buf, DSR_CMD_CONFIG_CHANGE);
	sending->nest = mnl_attr_nest_start(sending->message, DSR_A_CHANGES);
}

/* @more: it isn't the last one. */
static enum status message_send(struct sending *sending, bool more)
{
	mnl_attr_nest_end(sending->message, sending->nest);
	if (more) {
		mnl_attr_put(sending->message, DSR_A_MORE, 0, NULL);
	} else {
		mnl_attr_put_u32(sending->message, DSR_A_GENERATION,
				 sending->generation);
		mnl_attr_put(sending->message, DSR_A_DIGEST,
			     sizeof(sending->digest.byte),
			     sending->digest.byte);
	}
	return genl_try(sending->message, NULL, &sending->error);
}

static enum status line_note(struct sending *sending, unsigned int line)
{
	unsigned int *lines = array_grow(sending->lines, sending->count,
					 &sending->room, sizeof(*lines));

	if (!lines)
		return REFUSED;

	sending->lines = lines;
	lines[sending->count++] = line;
	return DONE;
}

/* A change_take. */
static enum status change_send(const struct change *change, void *to)
{
	struct sending *sending = to;
	enum status status;

	if (sending->message->nlmsg_len > CHANGES_LEN) {
		status = message_send(sending, true);
		if (status != DONE)
			return status;
		message_open(sending);
	}
	status = line_note(sending, change->line);
	if (status != DONE)
		return status;

	change_put(sending->message, change,
		   change->service && change->service == sending->service);
	sending->service = change->service;
	return DONE;
}

static enum status refused_at(const struct sending *sending,
			      const struct script *script)
{
	const struct nl_error *error = &sending->error;

	if (!error->number)
		return REFUSED;		/* reported already */

	if (error->numbered && error->cookie < sending->count &&
	    sending->lines[error->cookie])
		out_where(script->name, sending->lines[error->cookie]);
	return nl_refused(error, "refused by the kernel");
}

/* What is to be applied. */
struct task {
	struct script script;
	struct config wanted;
	struct digest digest;
	uint64_t generation;	/* with --generation: that it is to begin from */
};

/* Sends the difference, or without one the digest alone.  @again: somebody else
 * was faster.
 */
static enum status difference_make(struct task *task, struct config *is,
				   bool *again)
{
	struct sending *sending = calloc(1, sizeof(*sending));
	enum status status;

	if (!sending)
		return out_of_memory();

	sending->generation = is->generation;
	sending->digest = task->digest;
	message_open(sending);
	status = config_diff(&task->wanted, is, change_send, sending);
	if (status == DONE)
		status = message_send(sending, false);
	*again = status != DONE && sending->error.number == ESTALE;
	if (status != DONE && !*again)
		status = refused_at(sending, &task->script);
	free(sending->lines);
	free(sending);
	return status;
}

/* The nl_take of a difference that is only looked at. */
static enum status change_count(const struct change *change, void *to)
{
	++*(size_t *)to;
	return change_print(change, to);
}

static enum status difference_print(struct config *wanted, struct config *is)
{
	size_t count = 0;

	out_list_open(NULL);
	config_diff(wanted, is, change_count, &count);
	out_list_close();
	return count ? DIFFERENT : DONE;
}

/* The kernel has told so: there is nothing to compare. */
static enum status no_difference(void)
{
	if (options.dry_run) {
		out_list_open(NULL);
		out_list_close();
	}
	return DONE;
}

static enum status generation_check(const struct task *task, uint64_t is)
{
	if (!options.generation || task->generation == is)
		return DONE;
	return refused("the configuration has changed: generation %" PRIu64 ", not %" PRIu64,
		       is, task->generation);
}

/* Whether it was this very file that was applied last, and nothing has changed
 * since: with 100,000 backends that saves looking at each of them.
 */
static enum status is_applied(const struct task *task, bool *applied)
{
	const struct digest *digest = &task->digest;
	const struct nlattr *attrs[DSR_A_SETTINGS_MAX + 1], *is;
	struct answer answer = { 0 };
	enum status status;

	status = settings_get(&answer, attrs);
	if (status == DONE) {
		is = attrs[DSR_A_SETTINGS_DIGEST];
		*applied = is &&
			   mnl_attr_get_payload_len(is) == sizeof(digest->byte) &&
			   !memcmp(mnl_attr_get_payload(is), digest->byte,
				   sizeof(digest->byte));
		status = generation_check(task,
					  attr_number(attrs[DSR_A_SETTINGS_GENERATION],
						      0));
	}
	answer_free(&answer);
	return status;
}

/* One try; @again: it has to be made once more. */
static enum status apply_once(struct task *task, bool *again)
{
	struct config is;
	enum status status = config_get(&is);

	*again = false;
	if (status == DONE)
		status = generation_check(task, is.generation);
	if (status == DONE)
		status = options.dry_run ? difference_print(&task->wanted, &is) :
			 difference_make(task, &is, again);
	config_free(&is);
	return status;
}

static enum status apply(struct task *task)
{
	enum status status = REFUSED;
	bool again = true;

	for (int i = 0; again && i < TRIES; i++) {
		config_unmatch(&task->wanted);
		status = apply_once(task, &again);
		if (again && options.generation)
			break;
	}
	if (!again)
		return status;
	return refused("the configuration has changed meanwhile, try again: nothing was applied");
}

static enum status task_run(struct task *task)
{
	bool there, applied = false;
	enum status status;

	if (!digest_of(task->script.loaded, task->script.loaded_len,
		       &task->digest))
		return out_of_memory();
	/* What is wrong with the file is told without the module, too. */
	status = genl_probe(&there);
	if (status == DONE && there)
		status = is_applied(task, &applied);
	if (status != DONE)
		return status;
	if (applied)
		return no_difference();

	status = config_read(&task->wanted, &task->script);
	return status == DONE ? apply(task) : status;
}

static enum status generation_take(uint64_t *generation)
{
	if (!options.generation ||
	    number_parse(options.generation, UINT32_MAX, generation))
		return DONE;
	return usage_error("--generation \"%s\": a number from 0 to %u is expected",
			   options.generation, UINT32_MAX);
}

enum status apply_main(struct args *args)
{
	struct task task = { 0 };
	enum status status;
	const char *path;

	if (args_help(args, usage))
		return DONE;

	path = args_next(args);
	if (!path)
		return usage_error("no file given: FILE is expected, or - for standard input");
	status = args_end(args);
	if (status == DONE)
		status = generation_take(&task.generation);
	if (status == DONE)
		status = script_open(&task.script, path);
	if (status != DONE)
		return status;

	status = script_load(&task.script);
	if (status == DONE)
		status = task_run(&task);
	config_free(&task.wanted);
	script_close(&task.script);
	return status;
}
