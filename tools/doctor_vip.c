// SPDX-License-Identifier: GPL-2.0
/* The VIPs: whether packets for them come here, and here only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/rtnetlink.h>

#include "array.h"
#include "ask.h"
#include "doctor.h"
#include "sysctl.h"
#include "text.h"
#include "way.h"

/* On the link of a device its neighbours ask for the VIP; behind a gateway a
 * router is to send it here, and that is known only once it does.  ND answers
 * for addresses of the device that is asked.
 */
static void vip_report(struct doctor *doctor, const struct address *vip,
		       const struct way *way)
{
	const struct link *link = link_find(&doctor->links, way->ifindex);
	bool asked = way->type == RTN_UNICAST && !way->gateway && link;
	bool v4 = address_family(vip) == AF_INET;
	char name[ADDRESS_LEN], why[TEXT_LEN], mend[TEXT_LEN];

	address_format(vip, name);
	finding_print(doctor, &(struct finding){
		.severity = WARNING,
		.object = name,
		.what = "it isn't this director's, which has sent on no packet for it yet",
		.why = asked ?
		       fill(why, "nobody answers for it on %s", link->name) :
		       "a router has to have a route to it by this director",
		.mend = fill(mend, "ip address add %s/%u dev %s%s", name,
			     8 * vip->len, asked && !v4 ? link->name : VIP_DEV,
			     v4 ? "" : " nodad"),
	});
}

static enum status vip_look(struct doctor *doctor, const struct doctor_vip *vip,
			    const struct proxies *proxies)
{
	struct way way;
	enum status status;

	if (vip->packets || locals_have(&doctor->locals, &vip->address) ||
	    proxies_have(proxies, &vip->address))
		return DONE;

	status = way_get(&vip->address, &way);
	if (status == DONE && way.type != RTN_LOCAL)
		vip_report(doctor, &vip->address, &way);
	return status;
}

enum status doctor_vip(struct doctor *doctor)
{
	struct proxies proxies;
	enum status status = proxies_get(&proxies);

	for (size_t i = 0; i < doctor->vip_count && status == DONE; i++)
		status = vip_look(doctor, &doctor->vips[i], &proxies);
	proxies_free(&proxies);
	return status;
}

/* IPv6 forwards on all devices or on none. */
static bool forwards(const struct doctor *doctor, int family)
{
	if (family == AF_INET6)
		return sysctl6_read("all", "forwarding") > 0;

	for (size_t i = 0; i < doctor->links.count; i++)
		if (sysctl_read(doctor->links.link[i].name, "forwarding") > 0)
			return true;

	return false;
}

/* A service that takes all of the VIP leaves nothing to be routed. */
static bool is_taken_whole(const struct doctor *doctor,
			   const struct address *vip)
{
	for (size_t i = 0; i < doctor->join.count; i++) {
		const struct selector *selector =
			&doctor->join.services[i].selector;

		if (!selector->mark && !selector->protocol &&
		    address_equal(&selector->address, vip))
			return true;
	}
	return false;
}

static void loop_report(struct doctor *doctor, const struct address *vip,
			const struct link *link)
{
	char name[ADDRESS_LEN], what[TEXT_LEN], mend[TEXT_LEN];

	finding_print(doctor, &(struct finding){
		.severity = WARNING,
		.object = address_format(vip, name),
		.what = fill(what, "this director forwards, and routes the VIP by a gateway on %s",
			     link ? link->name : "?"),
		.why = "packets for none of its services go round until their TTL ends",
		.mend = fill(mend, "ip address add %s/%u dev " VIP_DEV, name,
			     8 * vip->len),
	});
}

enum status doctor_loop(struct doctor *doctor)
{
	enum status status = DONE;
	struct way way;

	for (size_t i = 0; i < doctor->vip_count && status == DONE; i++) {
		const struct address *vip = &doctor->vips[i].address;

		if (!forwards(doctor, address_family(vip)) ||
		    is_taken_whole(doctor, vip))
			continue;
		status = way_get(vip, &way);
		if (status == DONE && way.type == RTN_UNICAST && way.gateway)
			loop_report(doctor, vip,
				    link_find(&doctor->links, way.ifindex));
	}
	return status;
}

struct asked {
	struct question *question;
	size_t count;
	size_t room;
};

/* A link where the VIP is asked for: one of its network's. */
static bool is_asked_on(const struct local *local, const struct address *vip)
{
	unsigned int bits = 8 * vip->len;

	return local->prefixlen < bits && local_covers(local, vip);
}

/* Two addresses of a device in the VIP's network are one question. */
static bool is_asked_already(const struct asked *asked, const struct link *link,
			     const struct address *vip)
{
	const struct question *last;

	if (!asked->count)
		return false;

	last = &asked->question[asked->count - 1];
	return last->link == link && address_equal(&last->about, vip);
}

static enum status asked_add(struct asked *asked,
			     const struct question *question)
{
	struct question *grown = array_grow(asked->question, asked->count,
					    &asked->room, sizeof(*grown));

	if (!grown)
		return REFUSED;

	asked->question = grown;
	grown[asked->count++] = *question;
	return DONE;
}

static enum status questions_of(const struct doctor *doctor,
				const struct address *vip, struct asked *asked)
{
	for (size_t i = 0; i < doctor->locals.count; i++) {
		const struct local *local = &doctor->locals.local[i];
		struct question question;
		const struct link *link;

		if (!is_asked_on(local, vip))
			continue;
		link = link_named(&doctor->links, local->dev);
		if (!link || !link_is_ethernet(link) ||
		    is_asked_already(asked, link, vip))
			continue;
		question = (struct question){ .link = link, .about = *vip };
		if (!address_equal(&local->address, vip))
			question.from = local->address;
		if (asked_add(asked, &question) != DONE)
			return REFUSED;
	}
	return DONE;
}

static bool has_lladdr(const struct doctor_backend *backend,
		       const struct ether_addr *lladdr)
{
	const struct nlattr *attr = backend->attrs[DSR_A_BACKEND_LLADDR];

	return attr && mnl_attr_get_payload_len(attr) == sizeof(*lladdr) &&
	       !memcmp(mnl_attr_get_payload(attr), lladdr, sizeof(*lladdr));
}

/* Whether a backend has the MAC address; @backend is it then. */
static bool backend_find(const struct doctor *doctor,
			 const struct ether_addr *lladdr,
			 struct doctor_backend *backend)
{
	for (size_t i = 0; i < doctor->join.count; i++) {
		const struct join_service *service = &doctor->join.services[i];

		for (const struct join_backend *each = service->first; each;
		     each = each->next) {
			doctor_backend_read(service, each, backend);
			if (has_lladdr(backend, lladdr))
				return true;
		}
	}
	return false;
}

static void backend_answers(struct doctor *doctor, const char *vip,
			    const char *what)
{
	char mend[TEXT_LEN];

	finding_print(doctor, &(struct finding){
		.severity = ERROR,
		.object = vip,
		.what = what,
		.why = "it draws clients past this director; to be mended there",
		.mend = fill(mend, "dsrctl realserver add %s && dsrctl realserver check %s",
			     vip, vip),
	});
}

/* Another director may well have the VIP while this one hasn't. */
static void stranger_answers(struct doctor *doctor, const char *vip,
			     const char *what, bool local)
{
	finding_print(doctor, &(struct finding){
		.severity = local ? ERROR : WARNING,
		.object = vip,
		.what = what,
		.why = local ? "so does this director, and clients reach either" :
			       "clients reach that, which is right if it is the director now",
	});
}

static void arp_report(struct doctor *doctor, const struct question *question)
{
	bool v4 = address_family(&question->about) == AF_INET;
	struct doctor_backend backend = { .name = "" };
	char vip[ADDRESS_LEN], lladdr[LLADDR_LEN], what[TEXT_LEN];
	bool found;

	found = backend_find(doctor, &question->lladdr, &backend);
	address_format(&question->about, vip);
	fill(what, "%s %s answers %s for it on %s",
	     found ? "backend" : "the host with the MAC address",
	     found ? backend.name :
		     lladdr_format(question->lladdr.ether_addr_octet, ETH_ALEN,
				   lladdr),
	     v4 ? "ARP" : "ND", question->link->name);
	if (found)
		backend_answers(doctor, vip, what);
	else
		stranger_answers(doctor, vip, what,
				 locals_have(&doctor->locals, &question->about));
}

enum status doctor_arp(struct doctor *doctor)
{
	struct asked asked = { 0 };
	enum status status = DONE;

	for (size_t i = 0; i < doctor->vip_count && status == DONE; i++)
		status = questions_of(doctor, &doctor->vips[i].address, &asked);
	if (status == DONE && asked.count)
		status = questions_ask(asked.question, asked.count,
				       &doctor->links);
	for (size_t i = 0; i < asked.count && status == DONE; i++)
		if (asked.question[i].answered)
			arp_report(doctor, &asked.question[i]);
	free(asked.question);
	return status;
}
