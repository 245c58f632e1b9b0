/* SPDX-License-Identifier: GPL-2.0 */
/* Retired by Linux 6.12, before which this was <asm/unaligned.h>. */
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#include <asm/unaligned.h>
#else
#include_next <linux/unaligned.h>
#endif
