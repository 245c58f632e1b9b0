/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_BACKEND_H
#define DSRCTL_BACKEND_H

#include "keyword.h"
#include "nl.h"
#include "selector.h"

/* Takes the next word, which is the address of a backend and must be there. */
enum status backend_take(struct args *args, struct address *address);

/* The nest DSR_A_BACKEND with what names the backend; and what does so there,
 * @attrs being its attributes.
 */
void backend_put(struct nlmsghdr *request, const struct address *address);
struct address backend_address(const struct nlattr *const *attrs);

/* Takes the options of a backend, or of its drain, and puts them as the nest
 * DSR_A_BACKEND.
 */
enum status backend_options_take(struct args *args, struct nlmsghdr *request,
				 enum keywords which,
				 const struct selector *selector,
				 const struct address *address);
enum status backend_drain_take(struct args *args, struct nlmsghdr *request,
			       const struct selector *selector,
			       const struct address *address);

/* The words that would be taken for it, and for its drain if it has one; @nest is
 * the DSR_A_BACKEND.
 */
void backend_save(const struct selector *service, const struct address *address,
		  const struct nlattr *nest);
bool backend_drains(const struct nlattr *nest);
void backend_save_drain(const struct selector *service,
			const struct address *address,
			const struct nlattr *nest);

/* Its name alone; and some of its options, those by which two of them differ. */
void backend_save_name(const struct selector *service,
		       const struct address *address);
void backend_save_some(unsigned long which, const struct nlattr *nest);
unsigned long backend_differs(const struct nlattr *wanted,
			      const struct nlattr *is);

/* Whether its state is one of them; and the others. */
bool backend_state_is_in(unsigned long which);
unsigned long backend_without_state(unsigned long which);

/* The options of @nest that bring about those, as another such nest. */
void backend_put_set(struct nlmsghdr *request, unsigned long which,
		     const struct nlattr *nest);

/* The options of @nest, but the state of @drain, as another such nest. */
void backend_put_drained(struct nlmsghdr *request, const struct nlattr *nest,
			 const struct nlattr *drain);

/* The backends of a service, or with NULL those of every service. */
enum status backends_get(const struct selector *selector,
			 struct answer *answer);

/* "10.3.0.1, which is unresolved"; @buf has BACKEND_STATE_LEN characters.  The
 * values of JSON are those of backend_describe().
 */
#define BACKEND_STATE_LEN (ADDRESS_LEN + sizeof(", which is ") + WORD_LEN)

const char *backend_state_format(const struct nlattr *nest, char *buf);
void backend_state_print(const char *key, const struct nlattr *nest);

/* @buf has LLADDR_LEN characters, of which WORD_LEN are enough. */
const char *lladdr_of(const struct nlattr *attr, char *buf);

/* Prints what a DSR_A_BACKEND says, into the item that is open, and of @service
 * the name unless it is NULL.
 */
void backend_describe(const struct selector *service,
		      const struct nlattr *nest);

/* The same as an item of its own, with its counters. */
void backend_print(const struct selector *service, const struct nlattr *nest);

#endif /* DSRCTL_BACKEND_H */
