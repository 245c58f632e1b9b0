/* SPDX-License-Identifier: GPL-2.0 */
/* What a request is about, in words: the kernel's refusals don't repeat it. */
#ifndef DSRCTL_SUBJECT_H
#define DSRCTL_SUBJECT_H

#include <libmnl/libmnl.h>

#include "selector.h"

#define SUBJECT_LEN	(SELECTOR_LEN + ADDRESS_LEN + sizeof("backend  of : "))

/* "service 10.2.0.1:80/tcp: " and the like; empty where it names nothing.  @buf
 * has SUBJECT_LEN characters.
 */
const char *subject_format(const struct nlmsghdr *request, char *buf);

#endif /* DSRCTL_SUBJECT_H */
