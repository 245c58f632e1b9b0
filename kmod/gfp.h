/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_GFP_H
#define _DSR_GFP_H

#include <linux/gfp.h>

/* For what is as large as the user makes it.  Without memory the user is told so:
 * no other process is killed for it, and vmalloc() doesn't tell the log.
 */
#define DSR_GFP_TABLE	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

#endif /* _DSR_GFP_H */
