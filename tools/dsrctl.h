/* SPDX-License-Identifier: GPL-2.0 */
/* What every object of dsrctl is built on: options, words and commands. */
#ifndef DSRCTL_H
#define DSRCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Every function that can fail for the user returns one of these, having
 * reported the failure in one line.
 */
enum status {
	DONE,		/* it is as it was asked for */
	REFUSED,	/* by the kernel, or by the system below */
	USAGE,		/* the command line is wrong */
	DIFFERENT,	/* it isn't so, and nobody asked to make it so */
};

struct options {
	bool json;
	bool pretty;
	bool stats;
	bool explain;
	bool force;
	bool dry_run;
	bool version;
	bool help;
	const char *netns;
	const char *batch;
	const char *generation;
};

extern struct options options;

/* The words of the command line that are not used up yet. */
struct args {
	char **word;
	int left;
};

const char *args_next(struct args *args);
enum status args_end(const struct args *args);

/* Whether an object that has no verbs is asked for its help, which is printed. */
bool args_help(const struct args *args, const char *usage);

/* An object of the command line, or a verb of an object. */
struct command {
	const char *name;
	enum status (*run)(struct args *args);
};

const struct command *command_find(const char *what, const char *word,
				   const struct command *table, size_t count);
const struct command *command_find_only(const char *what, const char *word,
					const struct command *table,
					size_t count);

/* @usage is its help, whole; the verbs are those beside "help". */
struct object {
	const char *name;
	const char *usage;
	const struct command *verbs;
	size_t count;
};

enum status object_run(const struct object *object, struct args *args);

/* Lists of words that a message names: @list has LIST_LEN characters. */
#define LIST_LEN 256

void list_add(char *list, const char *word);

bool number_parse(const char *word, uint64_t max, uint64_t *number);

/* Where in @names @word stands, -1: nowhere.  Numbers without a name are NULL
 * there.
 */
int name_find(const char *word, const char *const *names, size_t count);

/* The name of a number; "state-5" if only a newer dsrctl knows it.  @buf has
 * WORD_LEN characters.
 */
#define WORD_LEN 48

const char *name_of(uint64_t number, const char *const *names, size_t count,
		    const char *kind, char *buf);

enum status service_main(struct args *args);
enum status backend_main(struct args *args);
enum status device_main(struct args *args);
enum status flow_main(struct args *args);
enum status explain_main(struct args *args);
enum status stats_main(struct args *args);
enum status metrics_main(struct args *args);
enum status set_main(struct args *args);
enum status get_main(struct args *args);
enum status save_main(struct args *args);
enum status apply_main(struct args *args);
enum status realserver_main(struct args *args);
enum status import_main(struct args *args);
enum status top_main(struct args *args);
enum status monitor_main(struct args *args);
enum status doctor_main(struct args *args);

#endif /* DSRCTL_H */
