// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
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

#define LOAD_LEN 65536

static enum status unreadable(const struct script *script)
{
	return refused("%s: %s", script->name, strerror(errno));
}

static enum status text_read(struct script *script)
{
	size_t room = 0, len;
	char *text;

	do {
		if (script->loaded_len + LOAD_LEN > room) {
			room = room ? 2 * room : LOAD_LEN;
			text = realloc(script->loaded, room + LOAD_LEN);
			if (!text)
				return out_of_memory();
			script->loaded = text;
		}
		len = fread(script->loaded + script->loaded_len, 1, LOAD_LEN,
			    script->file);
		script->loaded_len += len;
	} while (len);
	return ferror(script->file) ? unreadable(script) : DONE;
}

static void file_close(struct script *script)
{
	if (script->file && script->file != stdin)
		fclose(script->file);
	script->file = NULL;
}

enum status script_load(struct script *script)
{
	enum status status = text_read(script);

	file_close(script);
	if (status != DONE)
		return status;

	/* An empty one can't be opened; there is nothing to read in it. */
	if (!script->loaded_len)
		return DONE;
	script->file = fmemopen(script->loaded, script->loaded_len, "r");
	return script->file ? DONE : out_of_memory();
}

static enum status word_add(struct script *script, struct args *args,
			    char *word)
{
	char **words = array_grow(script->words, args->left, &script->room,
				  sizeof(*words));

	if (!words)
		return REFUSED;

	script->words = words;
	words[args->left++] = word;
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
	if (!script->file)
		return false;

	errno = 0;
	while (line_read(script, status)) {
		if (*status == DONE)
			*status = words_split(script, args);
		if (*status != DONE || args->left)
			return true;
	}

	out_where(NULL, 0);
	/* No memory for a line is no error of the file's. */
	if (!feof(script->file))
		*status = unreadable(script);
	return false;
}

void script_close(struct script *script)
{
	out_where(NULL, 0);
	file_close(script);
	free(script->loaded);
	free(script->text);
	free(script->words);
	*script = (struct script){ 0 };
}

/* A number below 0 is no option, nor is "-", standard input. */
enum status script_no_option(const struct args *args)
{
	const char *word;

	for (int i = 0; i < args->left; i++) {
		word = args->word[i];
		if (*word == '-' && (word[1] == '-' || isalpha((unsigned char)word[1])))
			return usage_error("option \"%s\": options stand on the command line alone",
					   word);
	}
	return DONE;
}
