/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_LABELS_H
#define DSRCTL_LABELS_H

#include <stdio.h>

#include "nl.h"

/* The labels that say which service or backend a sample is of, @attrs being the
 * attributes of its message, as sample_labels() takes them.  Their names are
 * those of node_exporter's IPVS collector.  They tell every service from every
 * other, as its name in dsrctl does: prefixes, port ranges and the family of a
 * mark are written as there, and what is "any" is an empty port.
 */
void labels_write(FILE *file, const struct nlattr *const *attrs);

#endif /* DSRCTL_LABELS_H */
