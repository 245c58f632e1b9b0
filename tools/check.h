/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_CHECK_H
#define DSRCTL_CHECK_H

#include "vip.h"

/* Says of each condition for answering for @vip, and for keeping silent about
 * it, whether it holds.  REFUSED: one of them doesn't.
 */
enum status check_print(const struct locals *locals,
			const struct address *vip);

#endif /* DSRCTL_CHECK_H */
