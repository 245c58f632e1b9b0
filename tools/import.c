// SPDX-License-Identifier: GPL-2.0
/* dsrctl import: the configuration of another load balancer, in dsrctl's words. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsrctl.h"
#include "ipvs.h"
#include "output.h"
#include "script.h"
#include "vip.h"

/* No line of ipvsadm has as many words, nor one as long. */
#define WORDS_MAX 64
#define WORD_MAX 255

static const char usage[] =
"Usage: dsrctl import ipvs < FILE\n"
"\n"
"Reads what ipvsadm -S -n has printed and prints the same in lines of dsrctl,\n"
"without that word.  What dsr can't do is refused, and then nothing is printed.\n";

static const char heading[] =
"# IPVS's configuration, by dsrctl import ipvs.  ipvsadm -S leaves out\n"
"# - thresholds, see ipvsadm -L -n --thresholds: max-flows and min-flows of\n"
"#   backends;\n"
"# - timeouts, see ipvsadm -L --timeout: timeout-established, timeout-fin and\n"
"#   timeout-udp of services.\n";

/* "ipvsadm" may begin a line, as it may for ipvsadm -R. */
static enum status line_take(struct ipvs *ipvs, struct args *args)
{
	char *words[WORDS_MAX] = { (char *)"ipvsadm" };
	int count = 1;

	if (!strcmp(args->word[0], words[0]))
		args_next(args);
	if (args->left > WORDS_MAX - count)
		return refused("a line of %d words: up to %d are expected",
			       args->left, WORDS_MAX - count);

	while (args->left) {
		words[count] = (char *)args_next(args);
		if (strlen(words[count++]) > WORD_MAX)
			return refused("a word of more than %d characters",
				       WORD_MAX);
	}
	return ipvs_take(ipvs, words, count);
}

/* All lines, also those behind one that is refused. */
static enum status lines_take(struct ipvs *ipvs)
{
	enum status status, worst = DONE;
	struct script script;
	struct args args;

	if (script_open(&script, "-") != DONE)
		return REFUSED;

	while (script_next(&script, &args, &status)) {
		if (status == DONE)
			status = line_take(ipvs, &args);
		if (status != DONE)
			worst = REFUSED;
	}
	script_close(&script);
	return status == DONE ? worst : status;
}

/* @text holds the lines until it is known that none was refused. */
static enum status lines_print(struct ipvs *ipvs, char **text)
{
	enum status status = lines_take(ipvs);
	bool whole = !fflush(ipvs->out);

	if (status != DONE)
		return status;
	if (!whole)
		return out_of_memory();

	warn("ipvsadm -S saves neither thresholds (-x, -y) nor timeouts (--set)");
	fputs(heading, stdout);
	fputs(*text, stdout);
	return DONE;
}

static enum status ipvs_print(struct ipvs *ipvs)
{
	enum status status;
	char *text = NULL;
	size_t size;

	ipvs->out = open_memstream(&text, &size);
	if (!ipvs->out)
		return out_of_memory();

	status = lines_print(ipvs, &text);
	fclose(ipvs->out);
	free(text);
	return status;
}

static enum status import_ipvs(struct args *args)
{
	struct ipvs ipvs = { 0 };
	enum status status = args_end(args);

	if (status == DONE && options.json)
		status = usage_error("option \"--json\": import prints lines of dsrctl");
	if (status == DONE)
		status = locals_get(&ipvs.locals);
	if (status == DONE)
		status = ipvs_print(&ipvs);
	ipvs_free(&ipvs);
	return status;
}

static const struct command verbs[] = {
	{ "ipvs", import_ipvs },
};

static const struct object import = {
	"import", usage, verbs, ARRAY_SIZE(verbs)
};

enum status import_main(struct args *args)
{
	return object_run(&import, args);
}
