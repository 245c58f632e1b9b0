// SPDX-License-Identifier: GPL-2.0
/* What makes a module of the KUnit tests beside it. */
#include <linux/module.h>

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of dsr");
