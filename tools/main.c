// SPDX-License-Identifier: GPL-2.0
/* dsrctl: the options, and which object is meant. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dsrctl.h"
#include "output.h"
#include "script.h"

#define NETNS_DIR "/run/netns"

struct options options;

static const char usage[] =
"Usage: dsrctl [OPTIONS] OBJECT [VERB [ARGS]]\n"
"       dsrctl OBJECT help\n"
"\n"
"OBJECT := { service | backend | device | flow | explain | stats | metrics | set |\n"
"            get | save | apply | top | monitor | doctor | realserver | import |\n"
"            help }\n"
"    service     the virtual services of this director\n"
"    backend     the backends of a service\n"
"    device      the devices with the fast path\n"
"    flow        the flows that are remembered\n"
"    explain     which backend a packet would get now, and why\n"
"    stats       the counters of the network namespace\n"
"    metrics     counters and gauges for Prometheus\n"
"    set, get    the settings of the network namespace\n"
"    save        the configuration, as lines for apply\n"
"    apply       the configuration becomes that of a file, at once or not at all\n"
"    realserver  on a backend: the VIP on lo, silent in ARP\n"
"    import      what another load balancer has saved, as lines of dsrctl\n"
"    top         live rates of services and backends\n"
"    monitor     what happens, as it happens\n"
"    doctor      what is wrong with this director, and what mends it\n"
"OPTIONS := { -j, --json     JSON: an array, of monitor an object a line\n"
"             -p, --pretty   JSON for people to read\n"
"             -s, --stats    with counters\n"
"             -n, --netns NETNS   in the network namespace NETNS\n"
"             -b, --batch FILE    the commands of a file, up to one that fails\n"
"             --force             with -b: also those behind it\n"
"             -b, --batch NUMBER  of top: so many samples, for scripts\n"
"             -V, --version\n"
"             -h, --help }\n"
"\n"
"Objects and verbs may be cut to a unique beginning; without a verb: show.\n"
"Exit status: 0 done, 1 refused by the kernel, 2 wrong usage, 3 there would be\n"
"differences (apply --dry-run).\n";

static const struct flag {
	char letter;
	const char *name;
	bool *set;
	const char **value;	/* instead of @set: the option takes a value */
	const char *expected;	/* what that is */
} flags[] = {
	{ 'j', "json", .set = &options.json },
	{ 'p', "pretty", .set = &options.pretty },
	{ 's', "stats", .set = &options.stats },
	{ 'n', "netns", .value = &options.netns,
	  .expected = "the name of a network namespace" },
	{ 'b', "batch", .value = &options.batch,
	  .expected = "a file of commands, - for standard input, or for top a number" },
	{ 'V', "version", .set = &options.version },
	{ 'h', "help", .set = &options.help },
	{ 0, "force", .set = &options.force },
	{ 0, "explain", .set = &options.explain },
	{ 0, "dry-run", .set = &options.dry_run },
	{ 0, "generation", .value = &options.generation,
	  .expected = "the number of a generation" },
};

static const struct command objects[] = {
	{ "service", service_main },
	{ "backend", backend_main },
	{ "device", device_main },
	{ "flow", flow_main },
	{ "explain", explain_main },
	{ "stats", stats_main },
	{ "metrics", metrics_main },
	{ "set", set_main },
	{ "get", get_main },
	{ "save", save_main },
	{ "apply", apply_main },
	{ "realserver", realserver_main },
	{ "import", import_main },
	{ "top", top_main },
	{ "monitor", monitor_main },
	{ "doctor", doctor_main },
};

static enum status option_unknown(const char *option)
{
	char list[LIST_LEN] = "", name[WORD_LEN];

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (flags[i].letter)
			snprintf(name, sizeof(name), "-%c", flags[i].letter);
		else
			snprintf(name, sizeof(name), "--%s", flags[i].name);
		list_add(list, name);
	}
	return usage_error("option \"%s\": one of %s is expected", option,
			   list);
}

/* @value: what is attached to the option, else the next word is its value. */
static enum status option_set(const struct flag *flag, const char *value,
			      struct args *args)
{
	if (flag->set) {
		*flag->set = true;
		return DONE;
	}

	*flag->value = value ? value : args_next(args);
	if (*flag->value)
		return DONE;
	return usage_error("--%s: %s is expected", flag->name, flag->expected);
}

static enum status letters_parse(const char *word, struct args *args)
{
	enum status status = DONE;
	const struct flag *flag;

	for (const char *c = word + 1; *c && status == DONE; c++) {
		for (flag = flags; flag->letter && flag->letter != *c; flag++)
			;
		if (!flag->letter)
			return option_unknown(word);

		status = option_set(flag, c[1] ? c + 1 : NULL, args);
		if (!flag->set)
			break;
	}
	return status;
}

/* iproute2 spells its long options with one dash, all others with two. */
static enum status option_parse(const char *word, struct args *args)
{
	const char *name = word + 1 + (word[1] == '-');
	const char *value = strchr(name, '=');
	size_t len = value ? (size_t)(value - name) : strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (strlen(flags[i].name) != len ||
		    strncmp(name, flags[i].name, len))
			continue;
		if (value && flags[i].set)
			return usage_error("option \"%s\": it takes no value",
					   word);
		return option_set(&flags[i], value ? value + 1 : NULL, args);
	}
	return word[1] == '-' ? option_unknown(word) :
				letters_parse(word, args);
}

/* Options may stand anywhere, a number below 0 is not one.  What is left in
 * @args are the words.
 */
static enum status options_parse(struct args *args)
{
	struct args todo = *args;
	enum status status;
	const char *word;

	args->left = 0;
	while ((word = args_next(&todo))) {
		if (word[0] != '-' || !word[1] || strchr("0123456789", word[1])) {
			args->word[args->left++] = (char *)word;
			continue;
		}
		status = option_parse(word, &todo);
		if (status != DONE)
			return status;
	}
	return DONE;
}

static enum status netns_enter(const char *name)
{
	char path[sizeof(NETNS_DIR) + 256];
	int fd, failed;

	if (!*name || strchr(name, '/') || strlen(name) > 255)
		return usage_error("-n \"%s\": the name of a network namespace is expected",
				   name);

	snprintf(path, sizeof(path), NETNS_DIR "/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return refused("there is no network namespace \"%s\", see \"ip netns\"", name);

	failed = fd < 0 || setns(fd, CLONE_NEWNET) < 0;
	if (failed)
		refused("network namespace \"%s\": %s", name, strerror(errno));
	if (fd >= 0)
		close(fd);
	return failed ? REFUSED : DONE;
}

/* "dsrctl help OBJECT" and "dsrctl -h OBJECT" are "dsrctl OBJECT help". */
static enum status object_help(const struct command *object)
{
	char word[] = "help", *words[] = { word };
	struct args help = { .word = words, .left = 1 };

	if (object->run)
		return object->run(&help);

	fputs(usage, stdout);
	return DONE;
}

/* What an option that not every object takes is given with. */
static enum status options_check(const struct command *object)
{
	if (options.explain && object->run != stats_main &&
	    object->run != doctor_main)
		return usage_error("option \"--explain\": only stats and doctor take it");
	if (options.force && !options.batch)
		return usage_error("option \"--force\": only -b FILE takes it");
	if ((options.dry_run || options.generation) && object->run != apply_main)
		return usage_error("option \"--%s\": only apply takes it",
				   options.dry_run ? "dry-run" : "generation");
	return DONE;
}

static enum status run(struct args *args)
{
	static bool entered;	/* -n's namespace, which a batch enters once */
	const struct command *object;
	enum status status;

	object = command_find("object", args_next(args), objects,
			      ARRAY_SIZE(objects));
	if (object && !object->run && args->left) {
		options.help = true;
		object = command_find("object", args_next(args), objects,
				      ARRAY_SIZE(objects));
	}
	if (!object)
		return USAGE;
	if (options.help || !object->run)
		return object_help(object);

	status = options_check(object);
	if (status == DONE && options.netns && !entered) {
		status = netns_enter(options.netns);
		entered = status == DONE;
	}
	return status == DONE ? object->run(args) : status;
}

/* The status is that of the first command that failed. */
static enum status batch_run(const char *path)
{
	enum status status = DONE, failed = DONE;
	struct script script;
	struct args args;

	if (script_open(&script, path) != DONE)
		return REFUSED;

	while ((failed == DONE || options.force) &&
	       script_next(&script, &args, &status)) {
		if (status == DONE)
			status = script_no_option(&args);
		if (status == DONE)
			status = run(&args);
		if (failed == DONE)
			failed = status;
	}
	script_close(&script);
	return failed == DONE ? status : failed;
}

/* Of top alone -b is no file; what is cut too short run() refuses. */
static bool is_top(const struct args *args)
{
	const char *word = args->left ? args->word[0] : "";

	return *word && !strncmp(word, "top", strlen(word));
}

static enum status act(struct args *args)
{
	if (!options.batch || is_top(args))
		return run(args);
	if (args->left)
		return usage_error("\"%s\": -b FILE takes no command beside the file's",
				   args->word[0]);
	return batch_run(options.batch);
}

/* Without these a socket could become standard output, and be printed to. */
static void standard_files(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
			_exit(REFUSED);
}

int main(int argc, char **argv)
{
	struct args args = { .word = argv, .left = argc };
	enum status status;

	standard_files();
	args_next(&args);	/* the tool's own name */
	status = options_parse(&args);
	if (status != DONE)
		return status;

	if (options.version)
		puts("dsrctl " DSR_VERSION);
	else if (options.help && !args.left)
		fputs(usage, stdout);
	else
		status = act(&args);
	return out_end(status);
}
