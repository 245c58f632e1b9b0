/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_CHECK_H
#define DSRCTL_CHECK_H

#include "selector.h"
#include "vip.h"

/* Says of each condition for serving @service, which names one address, and for
 * keeping silent about it, whether it holds.  REFUSED: one of them doesn't.
 */
enum status check_print(const struct locals *locals,
			const struct selector *service);

#endif /* DSRCTL_CHECK_H */
