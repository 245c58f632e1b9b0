/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_SCREEN_H
#define DSRCTL_SCREEN_H

#include "dsrctl.h"

/* Rates on the terminal, every so many seconds, until the user or a signal ends
 * it; then the terminal is as it was.
 */
enum status screen_run(unsigned int seconds);

#endif /* DSRCTL_SCREEN_H */
