/* SPDX-License-Identifier: GPL-2.0 */
/* Network devices: their names, and which of them have the fast path. */
#ifndef DSRCTL_DEVICE_H
#define DSRCTL_DEVICE_H

#include <stdbool.h>

#include "dsrctl.h"
#include "nl.h"

/* Whether the word could name a device, be it there or not. */
bool device_name_is_valid(const char *word);

/* Refused, and reported as of @what, where there is no such device. */
enum status device_find(const char *what, const char *name,
			unsigned int *ifindex);

/* Takes the next word, and it has to be the last one. */
enum status device_take(struct args *args, unsigned int *ifindex);

/* "if7" for one that is gone.  Holds until the next call. */
const char *device_name(unsigned int ifindex);

/* For who runs so long that devices may get other names. */
void device_names_forget(void);

/* Prints which one a DSR_A_DEVICE means, into the item that is open. */
void device_describe(const struct nlattr *nest);

#endif /* DSRCTL_DEVICE_H */
