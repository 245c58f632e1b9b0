// SPDX-License-Identifier: GPL-2.0
/* The words of a command line: commands, names and numbers. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsrctl.h"
#include "output.h"

const char *args_next(struct args *args)
{
	if (!args->left)
		return NULL;

	args->left--;
	return *args->word++;
}

enum status args_end(const struct args *args)
{
	if (!args->left)
		return DONE;

	return usage_error("\"%s\": nothing more is expected here",
			   args->word[0]);
}

bool args_help(const struct args *args, const char *usage)
{
	if (args->left != 1 || strcmp(args->word[0], "help"))
		return false;

	fputs(usage, stdout);
	return true;
}

void list_add(char *list, const char *word)
{
	size_t len = strlen(list);

	snprintf(list + len, LIST_LEN - len, "%s%s", len ? ", " : "", word);
}

static const struct command *command_at(const struct command *table,
					size_t count, size_t i)
{
	static const struct command help = { .name = "help" };

	return i < count ? &table[i] : &help;
}

/* @end: up to there command_at() is asked. */
static void list_commands(char *list, const struct command *table,
			  size_t count, size_t end, const char *beginning)
{
	const char *name;

	*list = '\0';
	for (size_t i = 0; i < end; i++) {
		name = command_at(table, count, i)->name;
		if (!strncmp(beginning, name, strlen(beginning)))
			list_add(list, name);
	}
}

/* As in iproute2 a word may be cut, but never to what could mean two: what is
 * typed today then still means the same when there are more commands, or it is
 * refused.
 */
static const struct command *command_match(const char *word,
					   const struct command *table,
					   size_t count, size_t end,
					   bool *ambiguous)
{
	const struct command *found = NULL;

	*ambiguous = false;
	for (size_t i = 0; i < end; i++) {
		const struct command *command = command_at(table, count, i);

		if (!strcmp(word, command->name))
			return command;
		if (strncmp(word, command->name, strlen(word)))
			continue;
		*ambiguous = found;
		if (*ambiguous)
			break;
		found = command;
	}
	return *ambiguous ? NULL : found;
}

static const struct command *find(const char *what, const char *word,
				  const struct command *table, size_t count,
				  size_t end)
{
	const char *one_of = end > 1 ? "one of " : "";
	const struct command *found;
	char list[LIST_LEN];
	bool ambiguous = false;

	if (word && *word) {
		found = command_match(word, table, count, end, &ambiguous);
		if (found)
			return found;
	}

	list_commands(list, table, count, end, word && ambiguous ? word : "");
	if (!word)
		usage_error("no %s given: %s%s is expected", what, one_of,
			    list);
	else if (*word && ambiguous)
		usage_error("%s \"%s\" may mean %s", what, word, list);
	else
		usage_error("%s \"%s\": %s%s is expected", what, word, one_of,
			    list);
	return NULL;
}

/**
 * command_find() - the command that a word, cut or whole, names
 * @what: what kind of command, for the message
 * @word: the word, NULL if there was none
 * @table: the commands; "help", which has no function, is added to them
 * @count: how many
 *
 * Return: the command; NULL when it is none or more than one, reported.
 */
const struct command *command_find(const char *what, const char *word,
				   const struct command *table, size_t count)
{
	return find(what, word, table, count, count + 1);
}

/* The same where there is no help: in a configuration. */
const struct command *command_find_only(const char *what, const char *word,
					const struct command *table,
					size_t count)
{
	return find(what, word, table, count, count);
}

/* Without a verb it is shown, if it can be. */
static const char *verb_word(const struct object *object, struct args *args)
{
	if (args->left)
		return args_next(args);

	for (size_t i = 0; i < object->count; i++)
		if (!strcmp(object->verbs[i].name, "show"))
			return "show";

	return NULL;
}

enum status object_run(const struct object *object, struct args *args)
{
	const struct command *verb;
	char what[32];

	snprintf(what, sizeof(what), "%s verb", object->name);
	verb = command_find(what, verb_word(object, args), object->verbs,
			    object->count);
	if (!verb)
		return USAGE;
	if (verb->run)
		return verb->run(args);

	fputs(object->usage, stdout);
	return DONE;
}

/* Decimal digits alone: no sign, no space, no other base. */
bool number_parse(const char *word, uint64_t max, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)*word))
		return false;

	errno = 0;
	*number = strtoull(word, &end, 10);
	return !errno && !*end && *number <= max;
}

int name_find(const char *word, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] && !strcmp(word, names[i]))
			return i;

	return -1;
}

const char *name_of(uint64_t number, const char *const *names, size_t count,
		    const char *kind, char *buf)
{
	if (number < count && names[number])
		return names[number];

	snprintf(buf, WORD_LEN, "%s-%" PRIu64, kind, number);
	return buf;
}
