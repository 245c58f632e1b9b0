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
	 * @put returns USAGE, having said nothing, for what isn't one.  @preset
	 * is to them what @otherwise is to numbers.
	 */
	const char *values;
	const char *preset;
	enum status (*put)(const char *value, struct nlmsghdr *request,
			   const struct selector *service);
	void (*print)(const struct nlattr *const *attrs);

	/* The word of its value, in a configuration file; NULL: it is @preset.
	 * @buf has WORD_LEN characters.
	 */
	const char *(*value)(const struct nlattr *const *attrs, char *buf);

	/* Whether it is another one, where that is more than @attr. */
	bool (*differs)(const struct nlattr *const *wanted,
			const struct nlattr *const *is);
};

extern const char *const switch_names[2];

/* Which of the keywords a request has. */
enum keywords {
	KEYWORDS_GIVEN,
	KEYWORDS_NEEDED,	/* those given, and there must be one */
	KEYWORDS_ALL,		/* those not given as they are otherwise */
};

/* Takes all the words that are left, as keywords of the first @count in @table. */
enum status keywords_take(struct args *args, const struct keyword *table,
			  size_t count, enum keywords which,
			  struct nlmsghdr *request,
			  const struct selector *service);

/* @attrs: the attributes of the nest that the options are in.  What isn't there
 * is not printed.
 */
void keywords_print(const struct keyword *table, size_t count,
		    const struct nlattr *const *attrs);

/* As a configuration file has them: those that aren't as they are otherwise. */
void keywords_save(const struct keyword *table, size_t count,
		   const struct nlattr *const *attrs);

/* Which of the keywords differ, a bit each. */
unsigned long keywords_differ(const struct keyword *table, size_t count,
			      const struct nlattr *const *wanted,
			      const struct nlattr *const *is);

/* Those of the bits, whatever they are. */
void keywords_save_some(const struct keyword *table, unsigned long which,
			const struct nlattr *const *attrs);

#endif /* DSRCTL_KEYWORD_H */
