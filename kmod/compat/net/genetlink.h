/* SPDX-License-Identifier: GPL-2.0 */
/* Retired by Linux 6.7, which has genl_info_dump(): the attributes of a dump
 * request, already checked against the command's policy.
 */
#ifndef _DSR_COMPAT_NET_GENETLINK_H
#define _DSR_COMPAT_NET_GENETLINK_H

#include <linux/version.h>
#include_next <net/genetlink.h>

static inline struct nlattr **dsr_genl_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_info_dump(cb)->attrs;
#endif
}

#endif /* _DSR_COMPAT_NET_GENETLINK_H */
