/* SPDX-License-Identifier: GPL-2.0 */
/* Sentences that are put together before they are printed. */
#ifndef DSRCTL_TEXT_H
#define DSRCTL_TEXT_H

#include "output.h"

#define TEXT_LEN 512

/* Fills @buf, of TEXT_LEN characters, and returns it. */
const char *fill(char *buf, const char *format, ...) FORMAT(2, 3);

#endif /* DSRCTL_TEXT_H */
