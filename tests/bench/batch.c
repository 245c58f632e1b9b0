// SPDX-License-Identifier: GPL-2.0
/* Commands of dsrctl from standard input, one a line: ten thousand services
 * would take ten thousand processes, which under emulation is minutes.
 */
#include <stdio.h>
#include <string.h>

#include "dsrctl.h"

#define WORDS_MAX	16
#define SPACE		" \f\n\t"

struct options options;

static const struct command objects[] = {
	{ "service", service_main },
	{ "backend", backend_main },
};

static enum status run(char *line)
{
	char *words[WORDS_MAX];
	struct args args = { .word = words };
	const struct command *object;
	char *word;

	for (word = strtok(line, SPACE); word; word = strtok(NULL, SPACE))
		if (args.left < WORDS_MAX)
			words[args.left++] = word;
	if (!args.left)
		return DONE;

	object = command_find("object", args_next(&args), objects,
			      ARRAY_SIZE(objects));
	return object ? object->run(&args) : USAGE;
}

int main(void)
{
	enum status status = DONE;
	char line[256];

	while (status == DONE && fgets(line, sizeof(line), stdin))
		status = run(line);
	return status;
}
