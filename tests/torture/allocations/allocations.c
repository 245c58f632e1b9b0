// SPDX-License-Identifier: GPL-2.0
/* allocations MODULE CONFIGURATION SECONDS SEED: each allocation that the kernel
 * makes for dsr fails once.
 *
 * For each N until there is none left the N-th one fails: of each command that
 * the kernel says that it has, alone and as a change of the configuration; of a
 * change of everything in several messages; of a network namespace's beginning;
 * of the module's.  Each time it is refused for want of memory, and nothing has
 * changed, byte for byte, or it is made, all of it, and told of to who listens.
 *
 * `dsrctl apply CONFIGURATION` meets with so many of its own as there is time for.
 *
 * Prints lines of 0 or 1 and the name of what holds or doesn't.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "attempt.h"
#include "dsr.h"
#include "life.h"
#include "state.h"
#include "tool.h"

static struct operation operation;

static void each_mode(const struct operation *op)
{
	enum fault_mode mode;

	for (mode = 0; mode < FAULT_MODES; mode++)
		attempt_each(op, mode);
}

static void try_command(const struct request *request)
{
	operation_command(&operation, request);
	if (operation_works(&operation))
		each_mode(&operation);
	else
		result(false, operation.name);
}

static bool is_first(const struct request *request)
{
	const struct request *earlier;

	for (earlier = request_all.request; earlier < request; earlier++)
		if (earlier->command == request->command)
			return false;
	return true;
}

/* What isn't a change the kernel refuses, without a fault. */
static void try_as_change(const struct request *request)
{
	if (request->dump || !is_first(request))
		return;
	operation_change(&operation, request->name,
			 (struct requests){ request, 1 });
	if (operation_works(&operation))
		each_mode(&operation);
}

static bool is_tried(__u8 command, bool dump)
{
	unsigned int i;

	for (i = 0; i < request_all.nr; i++)
		if (request_all.request[i].command == command &&
		    request_all.request[i].dump == dump)
			return true;
	complain("command %u%s is missing", command, dump ? " (dump)" : "");
	return false;
}

static void try_commands(void)
{
	bool all = true;
	unsigned int i;

	for (i = 0; i < request_all.nr; i++) {
		try_command(&request_all.request[i]);
		try_as_change(&request_all.request[i]);
	}
	for (i = 0; i < family.nr; i++) {
		if (family.commands[i].flags & GENL_CMD_CAP_DO)
			all &= is_tried(family.commands[i].command, false);
		if (family.commands[i].flags & GENL_CMD_CAP_DUMP)
			all &= is_tried(family.commands[i].command, true);
	}
	result(all, "each command that there is was tried");
}

static void try_change(const char *name, struct requests requests,
		       void (*restore)(void), unsigned int step)
{
	operation_change(&operation, name, requests);
	operation.restore = restore;
	operation.wears = restore == state_empty;
	operation.step = step;
	if (operation_works(&operation))
		each_mode(&operation);
	else
		result(false, name);
}

static void try_ends(void)
{
	int home = life_home();

	try_change("the first service", request_first, state_empty, 1);
	operation_works(&operation);
	life_end(home);
}

int main(int argc, char **argv)
{
	if (argc != 5)
		die("usage", "MODULE CONFIGURATION SECONDS SEED");
	/* No page of ours may be what there is no memory for. */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		die("mlockall", strerror(errno));
	srandom(strtoul(argv[4], NULL, 10));
	family_learn();
	state_open();
	fault_init();

	state_base();
	result(state_has_flows(), "there are flows to forget");
	try_commands();
	try_change("all at once", request_other, state_base, 1);
	try_change("many backends", request_many(), state_base, 400);
	tool_try(argv[2], strtoul(argv[3], NULL, 10));
	life_namespaces();
	try_ends();
	life_load(argv[1]);
	printf("# figures: faults=%lu refused=%lu done=%lu unknown=%lu\n",
	       figures.faults, figures.refused, figures.done, figures.unknown);
	return 0;
}
