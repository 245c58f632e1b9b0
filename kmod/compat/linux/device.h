/* SPDX-License-Identifier: GPL-2.0 */
/* Retired by Linux 6.2, whose class.namespace() takes a const device. */
#ifndef _DSR_COMPAT_LINUX_DEVICE_H
#define _DSR_COMPAT_LINUX_DEVICE_H

#include <linux/version.h>
#include_next <linux/device.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
#define dsr_class_const
#else
#define dsr_class_const const
#endif

#endif /* _DSR_COMPAT_LINUX_DEVICE_H */
