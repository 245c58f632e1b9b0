// SPDX-License-Identifier: GPL-2.0
/* What each kind of request may carry.  Everything else is refused, with the
 * attribute named in the extended ack.
 */
#include <linux/if_ether.h>

#include "netlink.h"

/* Linux 6.1 wants them writable, and doesn't write. */
static struct netlink_range_validation weight_range = {
	.max = DSR_WEIGHT_MAX,
};

static struct netlink_range_validation timeout_range = {
	.min = 1,
	.max = DSR_TIMEOUT_MAX,
};

static struct netlink_range_validation seconds_range = {
	.max = DSR_TIMEOUT_MAX,
};

static struct netlink_range_validation slow_start_range = {
	.max = DSR_SLOW_START_MAX,
};

static struct netlink_range_validation mark_range = {
	.min = 1,
	.max = U32_MAX,
};

static struct netlink_range_validation ifindex_range = {
	.max = INT_MAX,
};

static struct netlink_range_validation flows_range = {
	.min = DSR_FLOWS_MIN,
	.max = DSR_FLOWS_MAX,
};

#define ADDRESS_POLICY	NLA_POLICY_RANGE(NLA_BINARY, sizeof(__be32), \
					 sizeof(struct in6_addr))
#define U32_POLICY(range)	NLA_POLICY_FULL_RANGE(NLA_U32, range)

#define SERVICE_KEY \
	[DSR_A_SERVICE_ADDRESS] = ADDRESS_POLICY, \
	[DSR_A_SERVICE_PREFIXLEN] = NLA_POLICY_RANGE(NLA_U8, 1, 128), \
	[DSR_A_SERVICE_PROTOCOL] = { .type = NLA_U8 }, \
	[DSR_A_SERVICE_PORT] = { .type = NLA_U16 }, \
	[DSR_A_SERVICE_PORT_END] = { .type = NLA_U16 }, \
	[DSR_A_SERVICE_MARK] = U32_POLICY(&mark_range), \
	[DSR_A_SERVICE_FAMILY] = { .type = NLA_U8 }

static const struct nla_policy service_key[DSR_A_SERVICE_FAMILY + 1] = {
	SERVICE_KEY,
};

static const struct nla_policy service[DSR_A_SERVICE_TIMEOUT_UDP + 1] = {
	SERVICE_KEY,
	[DSR_A_SERVICE_SCHEDULER] = {
		.type = NLA_NUL_STRING,
		.len = DSR_SCHEDULER_LEN,
	},
	[DSR_A_SERVICE_HASH] = NLA_POLICY_MAX(NLA_U8, DSR_HASH_MAX),
	[DSR_A_SERVICE_AFFINITY] = U32_POLICY(&seconds_range),
	[DSR_A_SERVICE_AFFINITY_PREFIXLEN] = NLA_POLICY_RANGE(NLA_U8, 1, 128),
	[DSR_A_SERVICE_STATELESS] = NLA_POLICY_MAX(NLA_U8, 1),
	[DSR_A_SERVICE_ADOPT] = NLA_POLICY_MAX(NLA_U8, 1),
	[DSR_A_SERVICE_ON_REMOVE] = NLA_POLICY_MAX(NLA_U8, DSR_ON_REMOVE_MAX),
	[DSR_A_SERVICE_NO_BACKEND] = NLA_POLICY_MAX(NLA_U8, DSR_NO_BACKEND_MAX),
	[DSR_A_SERVICE_TIMEOUT_SYN] = U32_POLICY(&timeout_range),
	[DSR_A_SERVICE_TIMEOUT_ESTABLISHED] = U32_POLICY(&timeout_range),
	[DSR_A_SERVICE_TIMEOUT_FIN] = U32_POLICY(&timeout_range),
	[DSR_A_SERVICE_TIMEOUT_UDP] = U32_POLICY(&timeout_range),
};

static const struct nla_policy backend_key[DSR_A_BACKEND_ADDRESS + 1] = {
	[DSR_A_BACKEND_ADDRESS] = ADDRESS_POLICY,
};

static const struct nla_policy backend[DSR_A_BACKEND_SLOW_START + 1] = {
	[DSR_A_BACKEND_ADDRESS] = ADDRESS_POLICY,
	[DSR_A_BACKEND_WEIGHT] = U32_POLICY(&weight_range),
	[DSR_A_BACKEND_MODE] = NLA_POLICY_MAX(NLA_U8, DSR_MODE_MAX),
	[DSR_A_BACKEND_STATE] = NLA_POLICY_MAX(NLA_U8, DSR_STATE_MAX),
	[DSR_A_BACKEND_DRAIN_FOR] = U32_POLICY(&seconds_range),
	[DSR_A_BACKEND_DEV] = U32_POLICY(&ifindex_range),
	[DSR_A_BACKEND_PINNED_LLADDR] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
	[DSR_A_BACKEND_MAX_FLOWS] = { .type = NLA_U32 },
	[DSR_A_BACKEND_MIN_FLOWS] = { .type = NLA_U32 },
	[DSR_A_BACKEND_SLOW_START] = U32_POLICY(&slow_start_range),
};

static const struct nla_policy settings[DSR_A_SETTINGS_HASH_SEED + 1] = {
	[DSR_A_SETTINGS_FLOWS] = U32_POLICY(&flows_range),
	[DSR_A_SETTINGS_HASH_SEED] = { .type = NLA_U64 },
};

static const struct nla_policy device[DSR_A_DEVICE_IFINDEX + 1] = {
	[DSR_A_DEVICE_IFINDEX] = U32_POLICY(&ifindex_range),
};

static const struct nla_policy flow[DSR_A_FLOW_PROTOCOL + 1] = {
	[DSR_A_FLOW_CLIENT] = ADDRESS_POLICY,
	[DSR_A_FLOW_CLIENT_PORT] = { .type = NLA_U16 },
	[DSR_A_FLOW_ADDRESS] = ADDRESS_POLICY,
	[DSR_A_FLOW_PORT] = { .type = NLA_U16 },
	[DSR_A_FLOW_PROTOCOL] = { .type = NLA_U8 },
};

static const struct nla_policy explain[DSR_A_EXPLAIN_ACK + 1] = {
	[DSR_A_EXPLAIN_MARK] = U32_POLICY(&mark_range),
	[DSR_A_EXPLAIN_ACK] = NLA_POLICY_MAX(NLA_U8, 1),
};

/* No rule for an attribute is that it's refused. */
const struct nla_policy dsr_policy_none[DSR_A_SERVICE + 1] = {};

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

const struct nla_policy dsr_policy_settings[DSR_A_SETTINGS + 1] = {
	[DSR_A_SETTINGS] = NLA_POLICY_NESTED(settings),
};

const struct nla_policy dsr_policy_device[DSR_A_DEVICE + 1] = {
	[DSR_A_DEVICE] = NLA_POLICY_NESTED(device),
};

/* By command, each with what that command itself may carry. */
static const struct nla_policy changes[DSR_CMD_DEVICE_DETACH + 1] = {
	[DSR_CMD_SERVICE_ADD] = NLA_POLICY_NESTED(dsr_policy_service),
	[DSR_CMD_SERVICE_SET] = NLA_POLICY_NESTED(dsr_policy_service),
	[DSR_CMD_SERVICE_DEL] = NLA_POLICY_NESTED(dsr_policy_service_key),
	[DSR_CMD_BACKEND_ADD] = NLA_POLICY_NESTED(dsr_policy_backend),
	[DSR_CMD_BACKEND_SET] = NLA_POLICY_NESTED(dsr_policy_backend),
	[DSR_CMD_BACKEND_DEL] = NLA_POLICY_NESTED(dsr_policy_backend_key),
	[DSR_CMD_SETTINGS_SET] = NLA_POLICY_NESTED(dsr_policy_settings),
	[DSR_CMD_DEVICE_ATTACH] = NLA_POLICY_NESTED(dsr_policy_device),
	[DSR_CMD_DEVICE_DETACH] = NLA_POLICY_NESTED(dsr_policy_device),
};

const struct nla_policy dsr_policy_config[DSR_A_DIGEST + 1] = {
	[DSR_A_CHANGES] = NLA_POLICY_NESTED(changes),
	[DSR_A_GENERATION] = { .type = NLA_U32 },
	[DSR_A_MORE] = { .type = NLA_FLAG },
	[DSR_A_DIGEST] = NLA_POLICY_RANGE(NLA_BINARY, 1, DSR_DIGEST_LEN),
};

const struct nla_policy dsr_policy_explain[DSR_A_EXPLAIN + 1] = {
	[DSR_A_FLOW] = NLA_POLICY_NESTED(flow),
	[DSR_A_EXPLAIN] = NLA_POLICY_NESTED(explain),
};
