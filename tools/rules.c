// SPDX-License-Identifier: GPL-2.0
/* The chains of nftables, and what becomes of a packet in them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "output.h"
#include "rule.h"
#include "rules.h"

/* PRE_ROUTING behind the raw table: DSR_PRIORITY of kmod/hook.c. */
#define DSR_PRIORITY	(-290)

#define JUMPS_MAX	16	/* as in the kernel */

static struct nl nft;

/* A chain of a table of a family. */
struct place {
	uint8_t family;
	char table[RULE_NAME_LEN];
	char chain[RULE_NAME_LEN];
};

static uint8_t family_of(const struct nlmsghdr *message)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);

	return header->nfgen_family;
}

static bool string_is(const struct nlattr *attr, const char *word)
{
	char text[RULE_NAME_LEN];

	return !strcmp(attr_string(attr, text, sizeof(text)), word);
}

static bool rule_is_of(const struct nlmsghdr *message,
		       const struct nlattr *const *table,
		       const struct place *place)
{
	return family_of(message) == place->family &&
	       table[NFTA_RULE_EXPRESSIONS] &&
	       string_is(table[NFTA_RULE_TABLE], place->table) &&
	       string_is(table[NFTA_RULE_CHAIN], place->chain);
}

/* What becomes of the packet: NF_ACCEPT, NF_DROP, NFT_CONTINUE at the end of the
 * chain, or NF_REPEAT, which is no verdict of a rule: it can't be told.
 */
#define UNSURE	NF_REPEAT

static int chain_walk(const struct rules *rules, const struct model *model,
		      const struct place *place, int jumps);

/* Goes where a rule that fits for sure says. */
static int verdict_follow(const struct rules *rules, const struct rule *rule,
			  const struct place *place, int jumps)
{
	struct place next = *place;

	switch (rule->verdict) {
	case NF_DROP:
	case NF_ACCEPT:
	case NFT_CONTINUE:
	case NFT_RETURN:
		return rule->verdict;
	case NFT_JUMP:
	case NFT_GOTO:
		if (!rule->chain || jumps == JUMPS_MAX)
			return UNSURE;
		snprintf(next.chain, sizeof(next.chain), "%s", rule->chain);
		return chain_walk(rules, rule->model, &next, jumps + 1);
	}
	return UNSURE;
}

/* What may let the packet go leaves nothing sure behind it; what may drop it is
 * passed over.
 */
static int rule_walk(const struct rules *rules, const struct model *model,
		     const struct place *place, const struct nlattr *list,
		     int jumps)
{
	struct rule rule = { .model = model };
	enum truth truth = rule_look(&rule, list);
	int verdict;

	if (truth == MAYBE)
		return rule.verdict == NF_DROP ||
		       rule.verdict == NFT_CONTINUE ? NFT_CONTINUE : UNSURE;
	if (truth == NO)
		return NFT_CONTINUE;

	verdict = verdict_follow(rules, &rule, place, jumps);
	if (verdict == NFT_CONTINUE && rule.verdict == NFT_GOTO)
		return NFT_RETURN;
	return verdict;
}

static int chain_walk(const struct rules *rules, const struct model *model,
		      const struct place *place, int jumps)
{
	const struct nlattr *table[NFTA_RULE_MAX + 1];
	const struct nlmsghdr *message = NULL;
	int verdict;

	while ((message = answer_next(&rules->rules, message))) {
		attrs_of_message(message, sizeof(struct nfgenmsg), table,
				 NFTA_RULE_MAX);
		if (!rule_is_of(message, table, place))
			continue;
		verdict = rule_walk(rules, model, place,
				    table[NFTA_RULE_EXPRESSIONS], jumps);
		if (verdict == NFT_RETURN)
			return NFT_CONTINUE;
		if (verdict != NFT_CONTINUE)
			return verdict;
	}
	return NFT_CONTINUE;
}

static const char *family_name(uint8_t family)
{
	switch (family) {
	case NFPROTO_IPV4:
		return "ip";
	case NFPROTO_IPV6:
		return "ip6";
	case NFPROTO_INET:
		return "inet";
	}
	return NULL;
}

/* Whether the chain sees packets of @family before dsr does. */
static bool comes_first(const struct nlmsghdr *message,
			const struct nlattr *const *table, uint8_t family)
{
	const struct nlattr *hook[NFTA_HOOK_MAX + 1];

	attrs_of_nest(table[NFTA_CHAIN_HOOK], hook, NFTA_HOOK_MAX);
	return hook[NFTA_HOOK_HOOKNUM] &&
	       (family_of(message) == family ||
		family_of(message) == NFPROTO_INET) &&
	       attr_be32(hook[NFTA_HOOK_HOOKNUM]) == NF_INET_PRE_ROUTING &&
	       (int32_t)attr_be32(hook[NFTA_HOOK_PRIORITY]) <= DSR_PRIORITY;
}

static bool base_drops(const struct rules *rules, const struct model *model,
		       const struct place *place,
		       const struct nlattr *const *table)
{
	int verdict = chain_walk(rules, model, place, 0);

	if (verdict == NFT_CONTINUE && table[NFTA_CHAIN_POLICY])
		verdict = (int)attr_be32(table[NFTA_CHAIN_POLICY]);
	return verdict == NF_DROP;
}

bool rules_drop(const struct rules *rules, const struct selector *service,
		struct dropper *dropper)
{
	const struct nlattr *table[NFTA_CHAIN_MAX + 1];
	const struct model model = model_of(service);
	const struct nlmsghdr *message = NULL;
	struct place place;

	while ((message = answer_next(&rules->chains, message))) {
		attrs_of_message(message, sizeof(struct nfgenmsg), table,
				 NFTA_CHAIN_MAX);
		if (!comes_first(message, table, model.family))
			continue;
		place.family = family_of(message);
		attr_string(table[NFTA_CHAIN_TABLE], place.table,
			    sizeof(place.table));
		attr_string(table[NFTA_CHAIN_NAME], place.chain,
			    sizeof(place.chain));
		if (!base_drops(rules, &model, &place, table))
			continue;
		dropper->family = family_name(place.family);
		memcpy(dropper->table, place.table, sizeof(place.table));
		memcpy(dropper->chain, place.chain, sizeof(place.chain));
		return true;
	}
	return false;
}

static enum status nft_dump(int type, struct answer *answer)
{
	struct nfgenmsg *header;
	struct request request;
	struct nl_error error;
	struct nlmsghdr *message = mnl_nlmsg_put_header(&request);

	message->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | type;
	message->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	header->version = NFNETLINK_V0;
	if (nl_ask(&nft, message, answer, &error))
		return DONE;

	answer->len = 0;
	if (error.number == EINVAL || error.number == EOPNOTSUPP)
		return DONE;
	return nl_refused(&error, "rules");
}

enum status rules_get(struct rules *rules)
{
	enum status status = DONE;

	if (!nft.sock)
		status = nl_open(&nft, NETLINK_NETFILTER);
	if (status == DONE)
		status = nft_dump(NFT_MSG_GETCHAIN, &rules->chains);
	if (status == DONE)
		status = nft_dump(NFT_MSG_GETRULE, &rules->rules);
	return status;
}

void rules_free(struct rules *rules)
{
	answer_free(&rules->chains);
	answer_free(&rules->rules);
}
