// SPDX-License-Identifier: GPL-2.0
/* The family's policies, as CTRL_CMD_GETPOLICY tells them, and whether a request
 * keeps to them: a second opinion on the kernel's own check.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include <dsr.h>

#include "policy.h"

static __u64 number(const struct nlattr *attr)
{
	__u64 value = 0;
	size_t len = mnl_attr_get_payload_len(attr);

	memcpy(&value, mnl_attr_get_payload(attr), len < sizeof(value) ? len : sizeof(value));
	return value;
}

static void learn_rule(struct rule *rule, const struct nlattr *nest)
{
	const struct nlattr *attr;

	rule->max_len = NO_LIMIT;
	mnl_attr_for_each_nested(attr, nest) {
		switch (mnl_attr_get_type(attr)) {
		case NL_POLICY_TYPE_ATTR_TYPE:
			rule->type = number(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MIN_VALUE_U:
			rule->min = number(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_VALUE_U:
			rule->max = number(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MIN_LENGTH:
			rule->min_len = number(attr);
			break;
		case NL_POLICY_TYPE_ATTR_MAX_LENGTH:
			rule->max_len = number(attr);
			break;
		case NL_POLICY_TYPE_ATTR_POLICY_IDX:
			rule->policy = number(attr);
			break;
		}
	}
}

static void learn_policies(struct spec *spec, const struct nlattr *nest)
{
	const struct nlattr *policy, *rule;

	mnl_attr_for_each_nested(policy, nest) {
		if (mnl_attr_get_type(policy) >= POLICIES)
			continue;
		mnl_attr_for_each_nested(rule, policy)
			if (mnl_attr_get_type(rule) < RULES)
				learn_rule(&spec->policy[mnl_attr_get_type(policy)]
						.rule[mnl_attr_get_type(rule)], rule);
	}
}

static void learn_commands(struct spec *spec, const struct nlattr *nest)
{
	const struct nlattr *command, *attr;

	mnl_attr_for_each_nested(command, nest) {
		if (mnl_attr_get_type(command) >= COMMANDS)
			continue;
		mnl_attr_for_each_nested(attr, command) {
			if (mnl_attr_get_type(attr) == CTRL_ATTR_POLICY_DO)
				spec->command[mnl_attr_get_type(command)].request = number(attr);
			if (mnl_attr_get_type(attr) == CTRL_ATTR_POLICY_DUMP)
				spec->command[mnl_attr_get_type(command)].dump = number(attr);
		}
	}
}

static void learn_groups(struct spec *spec, const struct nlattr *nest)
{
	const struct nlattr *group, *attr;

	mnl_attr_for_each_nested(group, nest)
		mnl_attr_for_each_nested(attr, group)
			if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
				spec->group = number(attr);
}

static int learn_message(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *attr;
	struct spec *spec = data;

	mnl_attr_for_each(attr, message, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			spec->family = number(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			learn_groups(spec, attr);
			break;
		case CTRL_ATTR_POLICY:
			learn_policies(spec, attr);
			break;
		case CTRL_ATTR_OP_POLICY:
			learn_commands(spec, attr);
			break;
		}
	}
	return MNL_CB_OK;
}

static int ask(struct mnl_socket *sock, int command, int flags, struct spec *spec)
{
	char buffer[32768];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;
	int len, got = MNL_CB_OK;

	request->nlmsg_type = GENL_ID_CTRL;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	genl = mnl_nlmsg_put_extra_header(request, sizeof(*genl));
	genl->cmd = command;
	genl->version = 2;
	mnl_attr_put_strz(request, CTRL_ATTR_FAMILY_NAME, DSR_GENL_NAME);
	if (mnl_socket_sendto(sock, request, request->nlmsg_len) < 0)
		return -errno;
	while (got == MNL_CB_OK) {
		len = mnl_socket_recvfrom(sock, buffer, sizeof(buffer));
		if (len < 0)
			return -errno;
		got = mnl_cb_run(buffer, len, 0, 0, learn_message, spec);
	}
	return got < 0 ? -errno : 0;
}

static void forget_command(struct spec *spec, unsigned int command)
{
	spec->command[command].request = NO_POLICY;
	spec->command[command].dump = NO_POLICY;
}

/**
 * spec_learn() - ask the kernel what the family's requests may carry
 * @spec: the result
 *
 * Return: 0 or a negative errno.
 */
int spec_learn(struct spec *spec)
{
	struct mnl_socket *sock = mnl_socket_open(NETLINK_GENERIC);
	unsigned int i;
	int err;

	memset(spec, 0, sizeof(*spec));
	for (i = 0; i < COMMANDS; i++)
		forget_command(spec, i);
	if (!sock || mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	err = ask(sock, CTRL_CMD_GETFAMILY, NLM_F_ACK, spec);
	if (!err)
		err = ask(sock, CTRL_CMD_GETPOLICY, NLM_F_DUMP, spec);
	mnl_socket_close(sock);
	return err;
}

/* The number of a command's policy, or NO_POLICY. */
int spec_policy(const struct spec *spec, unsigned int command, bool dump)
{
	if (command >= COMMANDS)
		return NO_POLICY;
	return dump ? spec->command[command].dump : spec->command[command].request;
}

bool rule_is_number(const struct rule *rule)
{
	return rule->type >= NL_ATTR_TYPE_U8 && rule->type <= NL_ATTR_TYPE_U64;
}

unsigned int rule_number_len(const struct rule *rule)
{
	return 1U << (rule->type - NL_ATTR_TYPE_U8);
}

static bool allows_number(const struct rule *rule, const void *data, size_t len)
{
	__u64 value = 0;

	if (len != rule_number_len(rule))
		return false;
	memcpy(&value, data, len);
	return value >= rule->min && value <= rule->max;
}

static bool allows_string(const struct rule *rule, const char *data, size_t len)
{
	const char *end = memchr(data, 0, len);

	return end && (size_t)(end - data) <= rule->max_len &&
	       (rule->max_len == NO_LIMIT || len <= (size_t)rule->max_len + 1);
}

static bool allows_attr(const struct spec *spec, const struct rule *rule,
			const struct nlattr *attr)
{
	const void *data = mnl_attr_get_payload(attr);
	bool nested = attr->nla_type & NLA_F_NESTED, nest = rule->type == NL_ATTR_TYPE_NESTED;
	size_t len = attr->nla_len - MNL_ATTR_HDRLEN;

	if (nested != nest)
		return false;
	if (rule_is_number(rule))
		return allows_number(rule, data, len);
	switch (rule->type) {
	case NL_ATTR_TYPE_FLAG:
		return !len;
	case NL_ATTR_TYPE_NUL_STRING:
		return allows_string(rule, data, len);
	case NL_ATTR_TYPE_BINARY:
		return len >= rule->min_len && len <= rule->max_len;
	case NL_ATTR_TYPE_NESTED:
		return !len || (len >= MNL_ATTR_HDRLEN &&
				spec_allows(spec, rule->policy, data, len));
	}
	return rule->type;	/* of a kind that isn't judged here */
}

/**
 * spec_allows() - whether attributes keep to a policy
 * @spec: what the kernel said
 * @policy: the policy's number
 * @attrs: the attributes
 * @len: their length
 *
 * As strictly as the kernel: no attribute without a rule, nothing behind the last.
 */
bool spec_allows(const struct spec *spec, int policy, const void *attrs, size_t len)
{
	const unsigned char *at = attrs;
	const struct nlattr *attr;
	unsigned int type;
	long left = len;

	while (left >= (long)MNL_ATTR_HDRLEN) {
		attr = (const struct nlattr *)at;
		if (attr->nla_len < MNL_ATTR_HDRLEN || attr->nla_len > left)
			return false;
		type = attr->nla_type & NLA_TYPE_MASK;
		if (type >= RULES || !spec->policy[policy].rule[type].type ||
		    !allows_attr(spec, &spec->policy[policy].rule[type], attr))
			return false;
		at += MNL_ALIGN(attr->nla_len);
		left -= MNL_ALIGN(attr->nla_len);
	}
	return left <= 0;
}
