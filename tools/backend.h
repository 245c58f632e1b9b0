/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_BACKEND_H
#define DSRCTL_BACKEND_H

#include "address.h"
#include "nl.h"

/* The backends of a service, or with NULL those of every service. */
enum status backends_get(const struct selector *selector,
			 struct answer *answer);

/* @nest is a DSR_A_BACKEND; @service is printed with it unless it is NULL. */
void backend_print(const struct selector *service, const struct nlattr *nest);

#endif /* DSRCTL_BACKEND_H */
