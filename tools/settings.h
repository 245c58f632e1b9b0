/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_SETTINGS_H
#define DSRCTL_SETTINGS_H

#include "dsrctl.h"
#include "nl.h"

/* Asks for them; @attrs has DSR_A_SETTINGS_MAX + 1 places, in @answer. */
enum status settings_get(struct answer *answer, const struct nlattr **attrs);

/* Takes settings, and puts them as the nest DSR_A_SETTINGS. */
enum status settings_take(struct args *args, struct nlmsghdr *request);

/* The name of one that can be set, NULL for others; the words that would be taken
 * for it, and its value alone.  @attr is in that nest.
 */
const char *setting_name(const struct nlattr *attr);
void setting_save(const struct nlattr *attr);
void setting_save_value(const struct nlattr *attr);

/* Prints what a DSR_A_SETTINGS says, into the item that is open. */
void settings_describe(const struct nlattr *nest);

#endif /* DSRCTL_SETTINGS_H */
