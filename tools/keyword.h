/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options of services, backends and the namespace: a word and its value on
 * the command line, an attribute in netlink, a word as text and a key in JSON.
 */
#ifndef DSRCTL_KEYWORD_H
#define DSRCTL_KEYWORD_H

#include "nl.h"
#include "selector.h"

/* With @names the value is one of these words and a u8, with those of
 * switch_names a boolean in JSON; without it is a number of @len bytes.
 */
struct keyword {
	const char *name;
	uint16_t attr;
	uint8_t len;			/* of a number; 0: 4 bytes */
	bool bare;			/* without a value it is "on" */
	bool always;			/* text has it when it is @otherwise too */
	uint64_t min, max;		/* of a number */
	uint64_t otherwise;		/* what it is when it was never given */
	const char *unit;		/* of a number: " of seconds" */
	const char *const *names;	/* NULL in it: a number without a word */
	size_t count;

	/* For values of another kind.  @values completes "... is expected".
	 * @put returns USAGE, having said nothing, for what isn't one.
	 */
	const char *values;
	enum status (*put)(const char *value, struct nlmsghdr *request,
			   const struct selector *service);
	void (*print)(const struct nlattr *const *attrs);
};

extern const char *const switch_names[2];

/* Takes all the words that are left, as keywords of the first @count in @table;
 * at least one if @needed.
 */
enum status keywords_take(struct args *args, const struct keyword *table,
			  size_t count, bool needed, struct nlmsghdr *request,
			  const struct selector *service);

/* @attrs: the attributes of the nest that the options are in. */
void keywords_print(const struct keyword *table, size_t count,
		    const struct nlattr *const *attrs);

#endif /* DSRCTL_KEYWORD_H */
