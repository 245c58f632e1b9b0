/* SPDX-License-Identifier: GPL-2.0 */
/* What /proc says of the namespace's network. */
#ifndef DSRCTL_SYSCTL_H
#define DSRCTL_SYSCTL_H

#include <stdbool.h>
#include <stdint.h>

/* net.ipv4.conf.@dev.@name, -1 if there is no such number. */
int sysctl_read(const char *dev, const char *name);

/* The same of net.ipv6. */
int sysctl6_read(const char *dev, const char *name);

/* Sets that of net.ipv4; false with errno if it can't be set. */
bool sysctl_write(const char *dev, const char *name, int value);

/* What holds for @dev is the larger of its own value and that of "all". */
int sysctl_effective(const char *dev, const char *name);

/* A counter of "nstat", by its name without "TcpExt"; 0 if there is none. */
uint64_t netstat_read(const char *name);

#endif /* DSRCTL_SYSCTL_H */
