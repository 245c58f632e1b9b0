/* SPDX-License-Identifier: GPL-2.0 */
/* The addresses of this machine, through rtnetlink. */
#ifndef DSRCTL_VIP_H
#define DSRCTL_VIP_H

#include <net/if.h>

#include "address.h"
#include "dsrctl.h"

#define VIP_DEV "lo"

/* An address that a device has. */
struct local {
	struct address address;
	uint32_t flags;			/* IFA_F_* */
	uint8_t prefixlen;
	uint8_t scope;			/* RT_SCOPE_* */
	char dev[IF_NAMESIZE];
};

struct locals {
	struct local *local;
	size_t count;
};

enum status locals_get(struct locals *locals);
void locals_free(struct locals *locals);

/* Whether it is an address of this machine, on whatever device. */
bool locals_have(const struct locals *locals, const struct address *address);

/* Whether @local is @vip on the device that VIPs belong on. */
bool local_is_vip(const struct local *local, const struct address *vip);
bool vip_present(const struct locals *locals, const struct address *vip);

/* Whether @address is of the network of @local. */
bool local_covers(const struct local *local, const struct address *address);

/* Adds @vip to lo; removes it, as it was found there. */
enum status vip_add(const struct address *vip);
enum status vip_del(const struct local *local);

/* IFF_* of a device, 0 if it is gone. */
unsigned int device_flags(const char *name);

#endif /* DSRCTL_VIP_H */
