/* SPDX-License-Identifier: GPL-2.0 */
/* Netlink, of any family: requests, their answers and what refused them. */
#ifndef DSRCTL_NL_H
#define DSRCTL_NL_H

#include <stddef.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

#include "dsrctl.h"

/* Has room for every request: they are all short. */
struct request {
	struct nlmsghdr header;
	char room[1024];
};

struct nl {
	struct mnl_socket *sock;
	uint32_t seq;
};

/* The messages of an answer, one behind the other, whole: only what was read
 * to its end, without a change meanwhile, is looked at.
 */
struct answer {
	char *bytes;
	size_t len;
	size_t room;
};

/* Why a request was not answered: an errno, the kernel's words for it and, where
 * it was one of many in a message, which one.
 */
struct nl_error {
	int number;
	char message[256];
	bool numbered;
	uint64_t cookie;
};

enum status nl_open(struct nl *nl, int bus);
void nl_close(struct nl *nl);

/* @answer may be NULL if none is expected.  Returns false with @error filled
 * in and nothing reported: what the number means, the caller knows.
 */
bool nl_ask(struct nl *nl, struct nlmsghdr *request, struct answer *answer,
	    struct nl_error *error);

/* The same for an answer of any length: each message is taken as it comes and
 * then forgotten.  Changes meanwhile are normal there: it is not begun anew.
 * @take returns false when there is no memory.
 */
typedef bool nl_take(const struct nlmsghdr *message, void *to);

bool nl_stream(struct nl *nl, struct nlmsghdr *request, nl_take *take,
	       void *to, struct nl_error *error);

/* Joins a multicast group. */
enum status nl_join(struct nl *nl, uint32_t group);

/* One read of what comes without having been asked for, each message of it given
 * to @take.  Returns false with errno set.
 */
bool nl_hear(struct nl *nl, nl_take *take, void *to);

/* Reports @error; @what was tried is for errors that have no words. */
enum status nl_refused(const struct nl_error *error, const char *what);

/* The message after @previous (NULL: the first one), NULL at the end. */
const struct nlmsghdr *answer_next(const struct answer *answer,
				   const struct nlmsghdr *previous);
size_t answer_count(const struct answer *answer);
void answer_free(struct answer *answer);

/* Collects attributes by type; those of a newer kernel are skipped. */
void attrs_of_message(const struct nlmsghdr *message, size_t header,
		      const struct nlattr **table, uint16_t max);
void attrs_of_nest(const struct nlattr *nest, const struct nlattr **table,
		   uint16_t max);

/* Puts a copy of an attribute, a nest with all that is in it. */
void attr_copy(struct nlmsghdr *message, const struct nlattr *attr);

bool attr_is_zero(const struct nlattr *attr);

/* Whether the values are the same bytes; what isn't there is all 0. */
bool attr_equal(const struct nlattr *a, const struct nlattr *b);

/* An unsigned number of whatever size, @otherwise when it is not there. */
uint64_t attr_number(const struct nlattr *attr, uint64_t otherwise);

/* A string, cut to @size; empty when it is not there. */
const char *attr_string(const struct nlattr *attr, char *buf, size_t size);

#endif /* DSRCTL_NL_H */
