/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_BACKEND_H
#define DSRCTL_BACKEND_H

#include "nl.h"
#include "selector.h"

/* Takes the next word, which is the address of a backend and must be there. */
enum status backend_take(struct args *args, struct address *address);

/* The nest DSR_A_BACKEND with what names the backend; and what does so there,
 * @attrs being its attributes.
 */
void backend_put(struct nlmsghdr *request, const struct address *address);
struct address backend_address(const struct nlattr *const *attrs);

/* The backends of a service, or with NULL those of every service. */
enum status backends_get(const struct selector *selector,
			 struct answer *answer);

/* @nest is a DSR_A_BACKEND; @service is printed with it unless it is NULL. */
void backend_print(const struct selector *service, const struct nlattr *nest);

#endif /* DSRCTL_BACKEND_H */
