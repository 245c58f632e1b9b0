// SPDX-License-Identifier: GPL-2.0
/* What the rest of the host does to the packets: rules, devices, settings. */
#include <inttypes.h>
#include <stdio.h>
#include <netinet/in.h>

#include "doctor.h"
#include "genl.h"
#include "rules.h"
#include "sysctl.h"
#include "text.h"
#include "way.h"

/* What a rule says to fit the service's packets alone, in @buf of TEXT_LEN. */
static const char *rule_match(const struct selector *service, char *buf)
{
	char address[ADDRESS_LEN], unknown[PROTOCOL_LEN];
	const char *protocol;
	size_t len;

	len = snprintf(buf, TEXT_LEN, "%s daddr %s/%u",
		       selector_family(service) == AF_INET ? "ip" : "ip6",
		       address_format(&service->address, address),
		       service->prefixlen);
	if (!service->protocol)
		return buf;

	protocol = protocol_format(service->protocol, unknown);
	if (!service->port)
		snprintf(buf + len, TEXT_LEN - len, " meta l4proto %s",
			 protocol);
	else if (!service->port_end)
		snprintf(buf + len, TEXT_LEN - len, " %s dport %u", protocol,
			 service->port);
	else
		snprintf(buf + len, TEXT_LEN - len, " %s dport %u-%u", protocol,
			 service->port, service->port_end);
	return buf;
}

static void rules_report(struct doctor *doctor, const struct selector *service,
			 const struct dropper *dropper)
{
	char name[SELECTOR_LEN], match[TEXT_LEN];
	char what[TEXT_LEN], mend[TEXT_LEN];
	bool fast = doctor->attached.len;

	finding_print(doctor, &(struct finding){
		.severity = fast ? WARNING : ERROR,
		.object = selector_format(service, name),
		.what = fill(what, "the nftables chain \"%s %s %s\" drops its packets",
			     dropper->family, dropper->table, dropper->chain),
		.why = fast ? "before dsr sees those that it hasn't taken at ingress" :
			      "it sees them before dsr does",
		.mend = fill(mend, "nft insert rule %s %s %s %s accept",
			     dropper->family, dropper->table, dropper->chain,
			     rule_match(service, match)),
	});
}

/* Whoever gives a packet the mark of a service is such a rule himself. */
enum status doctor_rules(struct doctor *doctor)
{
	struct rules rules = { 0 };
	enum status status = rules_get(&rules);
	struct dropper dropper;

	for (size_t i = 0; i < doctor->join.count && status == DONE; i++) {
		const struct selector *service =
			&doctor->join.services[i].selector;

		if (!service->mark && rules_drop(&rules, service, &dropper))
			rules_report(doctor, service, &dropper);
	}
	rules_free(&rules);
	return status;
}

static enum status lro_drops(uint64_t *drops)
{
	const struct nlattr *counters[DSR_COUNTER_MAX + 1];
	const struct nlattr *table[DSR_A_MAX + 1];
	struct answer answer = { 0 };
	struct request request;
	enum status status;

	*drops = 0;
	status = genl_do(genl_request(&request, DSR_CMD_STATS_GET), &answer);
	if (status == DONE && answer.len) {
		genl_attrs(answer_next(&answer, NULL), table);
		attrs_of_nest(table[DSR_A_STATS], counters, DSR_COUNTER_MAX);
		*drops = attr_number(counters[DSR_COUNTER_DROP_LRO], 0);
	}
	answer_free(&answer);
	return status;
}

static void lro_report(struct doctor *doctor, const struct link *link,
		       uint64_t drops)
{
	char what[TEXT_LEN], mend[TEXT_LEN];

	finding_print(doctor, &(struct finding){
		.severity = drops ? ERROR : WARNING,
		.object = link->name,
		.what = fill(what, "LRO is on, and %" PRIu64 " packets were dropped for it",
			     drops),
		.why = "what it merges of a client's data can't be sent on",
		.mend = fill(mend, "ethtool -K %s lro off", link->name),
	});
}

/* Forwarding switches it off; without, it stays as the driver has it.  A bond or
 * a VLAN only says what the devices below could do.
 */
enum status doctor_lro(struct doctor *doctor)
{
	uint64_t drops;
	enum status status = lro_drops(&drops);

	for (size_t i = 0; i < doctor->links.count && status == DONE; i++) {
		const struct link *link = &doctor->links.link[i];

		if ((link->flags & IFF_UP) && !link->stacked &&
		    link_has_lro(link))
			lro_report(doctor, link, drops);
	}
	return status;
}

/* The devices that requests are known, or likely, to come by. */
struct inputs {
	struct defaults v4;
	struct defaults v6;
};

static enum status inputs_get(struct inputs *inputs)
{
	enum status status = defaults_get(AF_INET, &inputs->v4);

	return status == DONE ? defaults_get(AF_INET6, &inputs->v6) : status;
}

static void inputs_free(struct inputs *inputs)
{
	defaults_free(&inputs->v4);
	defaults_free(&inputs->v6);
}

static bool is_attached(const struct doctor *doctor, unsigned int ifindex)
{
	const struct nlattr *device[DSR_A_DEVICE_MAX + 1];
	const struct nlattr *table[DSR_A_MAX + 1];
	const struct nlmsghdr *message = NULL;

	while ((message = answer_next(&doctor->attached, message))) {
		genl_attrs(message, table);
		attrs_of_nest(table[DSR_A_DEVICE], device, DSR_A_DEVICE_MAX);
		if (attr_number(device[DSR_A_DEVICE_IFINDEX], 0) == ifindex)
			return true;
	}
	return false;
}

static bool is_default(const struct defaults *defaults, unsigned int ifindex)
{
	for (size_t i = 0; i < defaults->count; i++)
		if (defaults->ifindex[i] == ifindex)
			return true;

	return false;
}

/* The one with the largest MTU, NULL if there is none. */
static const struct link *largest_input(const struct doctor *doctor,
					const struct inputs *inputs)
{
	const struct link *largest = NULL;

	for (size_t i = 0; i < doctor->links.count; i++) {
		const struct link *link = &doctor->links.link[i];

		if (!is_attached(doctor, link->ifindex) &&
		    !is_default(&inputs->v4, link->ifindex) &&
		    !is_default(&inputs->v6, link->ifindex))
			continue;
		if (!largest || link->mtu > largest->mtu)
			largest = link;
	}
	return largest;
}

static bool has_backends(const struct doctor *doctor, unsigned int ifindex)
{
	struct doctor_backend backend;

	for (size_t i = 0; i < doctor->join.count; i++) {
		const struct join_service *service = &doctor->join.services[i];

		for (const struct join_backend *each = service->first; each;
		     each = each->next) {
			doctor_backend_read(service, each, &backend);
			if (attr_number(backend.attrs[DSR_A_BACKEND_IFINDEX],
					0) == ifindex)
				return true;
		}
	}
	return false;
}

static void mtu_report(struct doctor *doctor, const struct link *out,
		       const struct link *in)
{
	char what[TEXT_LEN], mend[TEXT_LEN];

	finding_print(doctor, &(struct finding){
		.severity = WARNING,
		.object = out->name,
		.what = fill(what, "its MTU is %u towards backends, but %u on %s for requests",
			     out->mtu, in->mtu, in->name),
		.why = "larger ones are dropped, and clients that hear no ICMP hang",
		.mend = fill(mend, "ip link set %s mtu %u", out->name, in->mtu),
	});
}

enum status doctor_mtu(struct doctor *doctor)
{
	struct inputs inputs = { 0 };
	enum status status = inputs_get(&inputs);
	const struct link *in = NULL;

	if (status == DONE)
		in = largest_input(doctor, &inputs);
	for (size_t i = 0; i < doctor->links.count && in; i++) {
		const struct link *out = &doctor->links.link[i];

		if (out->mtu < in->mtu && has_backends(doctor, out->ifindex))
			mtu_report(doctor, out, in);
	}
	inputs_free(&inputs);
	return status;
}

/* Whether packets of IPv4 are left to the director's own stack to be served. */
static bool serves_itself(const struct doctor *doctor)
{
	struct doctor_backend backend;

	for (size_t i = 0; i < doctor->join.count; i++) {
		const struct join_service *service = &doctor->join.services[i];

		if (selector_family(&service->selector) != AF_INET)
			continue;
		for (const struct join_backend *each = service->first; each;
		     each = each->next) {
			doctor_backend_read(service, each, &backend);
			if (attr_number(backend.attrs[DSR_A_BACKEND_MODE],
					DSR_MODE_L2) == DSR_MODE_LOCAL)
				return true;
		}
	}
	return false;
}

static void rp_filter_report(struct doctor *doctor, const struct link *link,
			     uint64_t drops)
{
	char what[TEXT_LEN], mend[TEXT_LEN];

	finding_print(doctor, &(struct finding){
		.severity = WARNING,
		.object = link->name,
		.what = fill(what, "rp_filter is strict, and has dropped %" PRIu64 " packets",
			     drops),
		.why = "a backend of mode local can't serve clients reached by another device",
		.mend = fill(mend, "sysctl -w net/ipv4/conf/%s/rp_filter=2",
			     link->name),
	});
}

/* It stands behind PRE_ROUTING: only what dsr leaves to the stack comes there,
 * and only what it has dropped already tells that it is in the way.
 */
enum status doctor_rp_filter(struct doctor *doctor)
{
	uint64_t drops = netstat_read("IPReversePathFilter");

	if (!drops || !serves_itself(doctor))
		return DONE;

	for (size_t i = 0; i < doctor->links.count; i++) {
		const struct link *link = &doctor->links.link[i];

		if ((link->flags & IFF_UP) && !(link->flags & IFF_LOOPBACK) &&
		    sysctl_effective(link->name, "rp_filter") == 1)
			rp_filter_report(doctor, link, drops);
	}
	return DONE;
}
