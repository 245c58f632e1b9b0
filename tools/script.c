// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "script.h"

#define BLANKS " \t\r\n"

enum status script_open(struct script *script, const char *path)
{
	*script = (struct script){ .name = path };
	if (!strcmp(path, "-")) {
		script->name = "standard input";
		script->file = stdin;
		return DONE;
	}

	script->file = fopen(path, "re");
	if (script->file)
		return DONE;
	return refused("%s: %s", path, strerror(errno));
}

static enum status word_add(struct script *script, struct args *args,
			    char *word)
{
	size_t room = script->room ? 2 * script->room : 16;
	char **words;

	if ((size_t)args->left == script->room) {
		words = reallocarray(script->words, room, sizeof(*words));
		if (!words)
			return out_of_memory();
		script->words = words;
		script->room = room;
	}
	script->words[args->left++] = word;
	return DONE;
}

static enum status words_split(struct script *script, struct args *args)
{
	enum status status = DONE;
	char *rest = script->text, *word;

	args->left = 0;
	while (status == DONE && (word = strtok_r(rest, BLANKS, &rest)) &&
	       *word != '#')
		status = word_add(script, args, word);
	args->word = script->words;
	return status;
}

static bool line_read(struct script *script, enum status *status)
{
	ssize_t len = getline(&script->text, &script->size, script->file);

	if (len < 0)
		return false;

	out_where(script->name, ++script->line);
	if (strlen(script->text) != (size_t)len)
		*status = usage_error("a NUL byte is no part of a word");
	return true;
}

bool script_next(struct script *script, struct args *args,
		 enum status *status)
{
	*status = DONE;
	args->left = 0;
	errno = 0;
	while (line_read(script, status)) {
		if (*status == DONE)
			*status = words_split(script, args);
		if (*status != DONE || args->left)
			return true;
	}

	out_where(NULL, 0);
	if (ferror(script->file))
		*status = refused("%s: %s", script->name, strerror(errno));
	return false;
}

void script_close(struct script *script)
{
	out_where(NULL, 0);
	if (script->file != stdin)
		fclose(script->file);
	free(script->text);
	free(script->words);
	*script = (struct script){ 0 };
}
