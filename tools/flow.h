/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_FLOW_H
#define DSRCTL_FLOW_H

#include "nl.h"

/* Prints what a DSR_A_FLOW_COUNT says, into the item that is open. */
void flow_counts_describe(const struct nlattr *nest);

#endif /* DSRCTL_FLOW_H */
