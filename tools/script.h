/* SPDX-License-Identifier: GPL-2.0 */
/* Files of commands: a line each, its words parted by spaces, "#" before what is
 * only for people.
 */
#ifndef DSRCTL_SCRIPT_H
#define DSRCTL_SCRIPT_H

#include <stdio.h>

#include "dsrctl.h"

struct script {
	FILE *file;
	const char *name;	/* as messages have it */
	unsigned int line;
	char *text;
	size_t size;
	char **words;
	size_t room;
	char *loaded;		/* the whole text, with script_load() */
	size_t loaded_len;
};

/* @path "-": standard input. */
enum status script_open(struct script *script, const char *path);

/* Reads all of it before the first line is asked for. */
enum status script_load(struct script *script);

/* The next line that has words, which last until the next call; false at the end
 * and where reading fails.  Messages say where the line stands, until
 * script_close().  @status: that of the line, or of reading.
 */
bool script_next(struct script *script, struct args *args,
		 enum status *status);
void script_close(struct script *script);

/* That a line has no option of dsrctl, which are for the command line. */
enum status script_no_option(const struct args *args);

#endif /* DSRCTL_SCRIPT_H */
