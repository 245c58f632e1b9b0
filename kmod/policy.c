// SPDX-License-Identifier: GPL-2.0
/* What each kind of request may carry.  Everything else is refused, with the
 * attribute named in the extended ack.
 */
#include <linux/if_ether.h>

#include "netlink.h"

/* Linux 6.1 wants it writable, and doesn't write. */
static struct netlink_range_validation weight_range = {
	.max = DSR_WEIGHT_MAX,
};

#define ADDRESS_POLICY	NLA_POLICY_RANGE(NLA_BINARY, sizeof(__be32), \
					 sizeof(struct in6_addr))

static const struct nla_policy service_key[DSR_A_SERVICE_PORT + 1] = {
	[DSR_A_SERVICE_ADDRESS] = ADDRESS_POLICY,
	[DSR_A_SERVICE_PROTOCOL] = { .type = NLA_U8 },
	[DSR_A_SERVICE_PORT] = { .type = NLA_U16 },
};

static const struct nla_policy service[DSR_A_SERVICE_SCHEDULER + 1] = {
	[DSR_A_SERVICE_ADDRESS] = ADDRESS_POLICY,
	[DSR_A_SERVICE_PROTOCOL] = { .type = NLA_U8 },
	[DSR_A_SERVICE_PORT] = { .type = NLA_U16 },
	[DSR_A_SERVICE_SCHEDULER] = {
		.type = NLA_NUL_STRING,
		.len = DSR_SCHEDULER_LEN,
	},
};

static const struct nla_policy backend_key[DSR_A_BACKEND_ADDRESS + 1] = {
	[DSR_A_BACKEND_ADDRESS] = ADDRESS_POLICY,
};

static const struct nla_policy backend[DSR_A_BACKEND_MODE + 1] = {
	[DSR_A_BACKEND_ADDRESS] = ADDRESS_POLICY,
	[DSR_A_BACKEND_WEIGHT] = NLA_POLICY_FULL_RANGE(NLA_U32, &weight_range),
	[DSR_A_BACKEND_MODE] = NLA_POLICY_MAX(NLA_U8, DSR_MODE_MAX),
};

const struct nla_policy dsr_policy_none[DSR_A_SERVICE + 1] = {
	[DSR_A_SERVICE] = {
		.type = NLA_REJECT,
		.reject_message = "this command takes no service",
	},
};

const struct nla_policy dsr_policy_service[DSR_A_SERVICE + 1] = {
	[DSR_A_SERVICE] = NLA_POLICY_NESTED(service),
};

const struct nla_policy dsr_policy_service_key[DSR_A_SERVICE + 1] = {
	[DSR_A_SERVICE] = NLA_POLICY_NESTED(service_key),
};

const struct nla_policy dsr_policy_backend[DSR_A_BACKEND + 1] = {
	[DSR_A_SERVICE] = NLA_POLICY_NESTED(service_key),
	[DSR_A_BACKEND] = NLA_POLICY_NESTED(backend),
};

const struct nla_policy dsr_policy_backend_key[DSR_A_BACKEND + 1] = {
	[DSR_A_SERVICE] = NLA_POLICY_NESTED(service_key),
	[DSR_A_BACKEND] = NLA_POLICY_NESTED(backend_key),
};
