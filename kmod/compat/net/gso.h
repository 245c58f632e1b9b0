/* SPDX-License-Identifier: GPL-2.0 */
/* Retired by Linux 6.5, which has this header; before it, <linux/netdevice.h>
 * and <linux/skbuff.h> declared what it declares.
 */
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 5, 0)
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#else
#include_next <net/gso.h>
#endif
