// SPDX-License-Identifier: GPL-2.0
/* The services, their backends and their flows. */
#include <inttypes.h>
#include <stdio.h>
#include <net/if.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "doctor.h"
#include "genl.h"
#include "settings.h"
#include "text.h"
#include "way.h"

/* Of a hundred flows that the table is to hold. */
#define NEARLY_FULL	90

static uint64_t state_of(const struct doctor_backend *backend)
{
	return attr_number(backend->attrs[DSR_A_BACKEND_STATE], DSR_STATE_UP);
}

static bool takes_new_flows(const struct doctor_backend *backend)
{
	return state_of(backend) == DSR_STATE_UP &&
	       attr_number(backend->attrs[DSR_A_BACKEND_WEIGHT], 1);
}

/* What would make it take new flows; NULL: nothing that its options say. */
static const char *backend_option(const struct doctor_backend *backend)
{
	switch (state_of(backend)) {
	case DSR_STATE_UP:
		return "weight 1";
	case DSR_STATE_DRAINING:
	case DSR_STATE_DOWN:
		return "state up";
	case DSR_STATE_FULL:
		return "max-flows 0";
	}
	return NULL;
}

/* Whether the service leaves packets without a backend to the director, which
 * then serves them.
 */
static bool passes(const struct join_service *service)
{
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];

	attrs_of_nest(service->nest, table, DSR_A_SERVICE_MAX);
	return attr_number(table[DSR_A_SERVICE_NO_BACKEND],
			   DSR_NO_BACKEND_UNREACHABLE) == DSR_NO_BACKEND_PASS;
}

static void service_report(struct doctor *doctor,
			   const struct join_service *service, const char *mend)
{
	char selector[SELECTOR_LEN], words[SELECTOR_LEN + 2], text[TEXT_LEN];

	if (!service->first)
		mend = fill(text, "dsrctl backend add %s ADDRESS",
			    service_words(&service->selector, words));
	finding_print(doctor, &(struct finding){
		.severity = ERROR,
		.object = selector_format(&service->selector, selector),
		.what = service->first ? "none of its backends takes new flows" :
					 "it has no backend",
		.why = "new clients are refused",
		.mend = mend,
	});
}

/* The first backend that a command can bring back is the one to mend; one that
 * is unresolved has a finding of its own.
 */
static void service_look(struct doctor *doctor,
			 const struct join_service *service)
{
	char text[TEXT_LEN] = "";
	struct doctor_backend backend;
	const char *option;

	for (const struct join_backend *each = service->first; each;
	     each = each->next) {
		doctor_backend_read(service, each, &backend);
		if (takes_new_flows(&backend))
			return;
		option = backend_option(&backend);
		if (option && !*text)
			fill(text, "dsrctl backend set %s %s", backend.words,
			     option);
	}
	service_report(doctor, service, *text ? text : NULL);
}

enum status doctor_service(struct doctor *doctor)
{
	for (size_t i = 0; i < doctor->join.count; i++)
		if (!passes(&doctor->join.services[i]))
			service_look(doctor, &doctor->join.services[i]);

	return DONE;
}

/* The device that would have a route to it if it were up. */
static const struct link *link_that_is_down(const struct doctor *doctor,
					    const struct address *address)
{
	for (size_t i = 0; i < doctor->locals.count; i++) {
		const struct local *local = &doctor->locals.local[i];
		const struct link *link = link_named(&doctor->links, local->dev);

		if (link && !(link->flags & IFF_UP) &&
		    local_covers(local, address))
			return link;
	}
	return NULL;
}

/* A backend that can't be served where it is. */
static void misplaced(struct doctor *doctor,
		      const struct doctor_backend *backend, const char *what)
{
	char mend[TEXT_LEN];

	finding_print(doctor, &(struct finding){
		.severity = ERROR,
		.object = backend->object,
		.what = what,
		.why = "dsr reaches only what is on an Ethernet link of this director",
		.mend = fill(mend, "dsrctl backend set %s state down",
			     backend->words),
	});
}

static void link_is_off(struct doctor *doctor,
			const struct doctor_backend *backend,
			const struct link *link)
{
	char what[TEXT_LEN], mend[TEXT_LEN];
	bool up = link->flags & IFF_UP;

	finding_print(doctor, &(struct finding){
		.severity = ERROR,
		.object = backend->object,
		.what = fill(what, "its device %s %s", link->name,
			     up ? "has no carrier" : "is down"),
		.why = "it can't be reached",
		.mend = up ? NULL :
			fill(mend, "ip link set %s up", link->name),
	});
}

/* The machine may be off, and then its service has others: no error by itself.
 * Whether one of them is left is the service's finding.
 */
static void silent(struct doctor *doctor, const struct doctor_backend *backend,
		   const struct link *link)
{
	bool v4 = address_family(&backend->address) == AF_INET;
	uint16_t state = neighbour_state(&backend->address, link->ifindex);
	char what[TEXT_LEN], mend[TEXT_LEN];

	finding_print(doctor, &(struct finding){
		.severity = WARNING,
		.object = backend->object,
		.what = fill(what, "it doesn't answer %s on %s (neighbour %s)",
			     v4 ? "ARP" : "ND", link->name,
			     state & NUD_FAILED ? "FAILED" :
			     state & NUD_INCOMPLETE ? "INCOMPLETE" : "unknown"),
		.why = "it gets no new flows, its old ones wait; start it, or take it out",
		.mend = fill(mend, "dsrctl backend set %s state down",
			     backend->words),
	});
}

static void on_link(struct doctor *doctor,
		    const struct doctor_backend *backend,
		    const struct link *link)
{
	char what[TEXT_LEN];

	if ((link->flags & (IFF_UP | IFF_RUNNING)) != (IFF_UP | IFF_RUNNING))
		link_is_off(doctor, backend, link);
	else if (!link_is_ethernet(link))
		misplaced(doctor, backend,
			  fill(what, "its device %s has no Ethernet addresses",
			       link->name));
	else
		silent(doctor, backend, link);
}

/* A backend that no route leads to, or one by a router, as when the route by its
 * link has gone with the link.
 */
static void off_link(struct doctor *doctor,
		     const struct doctor_backend *backend,
		     const struct way *way)
{
	const struct link *link = link_that_is_down(doctor, &backend->address);

	if (link)
		link_is_off(doctor, backend, link);
	else if (way->gateway)
		misplaced(doctor, backend, "it is behind a router");
	else if (way->type == RTN_UNICAST)
		misplaced(doctor, backend, "its device is gone");
	else
		misplaced(doctor, backend, "there is no route to it");
}

/* Why a backend of mode l2 has no MAC address. */
static void unresolved(struct doctor *doctor,
		       const struct doctor_backend *backend,
		       const struct way *way)
{
	const struct link *link = link_find(&doctor->links, way->ifindex);
	char mend[TEXT_LEN];

	if (way->type == RTN_LOCAL)
		finding_print(doctor, &(struct finding){
			.severity = ERROR,
			.object = backend->object,
			.what = "it is this director's own address",
			.why = "that has no MAC address to send to",
			.mend = fill(mend, "dsrctl backend set %s mode local",
				     backend->words),
		});
	else if (way->type == RTN_UNICAST && !way->gateway && link)
		on_link(doctor, backend, link);
	else
		off_link(doctor, backend, way);
}

/* Where a device is pinned, routes don't count. */
static enum status backend_look(struct doctor *doctor,
				const struct doctor_backend *backend)
{
	unsigned int pinned = attr_number(backend->attrs[DSR_A_BACKEND_DEV], 0);
	struct way way = { .type = RTN_UNICAST, .ifindex = pinned };
	enum status status = DONE;

	if (!pinned)
		status = way_get(&backend->address, &way);
	if (status == DONE)
		unresolved(doctor, backend, &way);
	return status;
}

enum status doctor_backend(struct doctor *doctor)
{
	struct doctor_backend backend;
	enum status status = DONE;

	for (size_t i = 0; i < doctor->join.count; i++) {
		const struct join_service *service = &doctor->join.services[i];

		for (const struct join_backend *each = service->first;
		     each && status == DONE; each = each->next) {
			doctor_backend_read(service, each, &backend);
			if (state_of(&backend) == DSR_STATE_UNRESOLVED)
				status = backend_look(doctor, &backend);
		}
	}
	return status;
}

/* Half-open ones don't count: they give way. */
static enum status flows_count(uint64_t *flows)
{
	const struct nlattr *table[__DSR_FLOW_SHOW_MAX + 1];
	struct answer answer = { 0 };
	enum status status;

	*flows = 0;
	status = genl_get(DSR_CMD_FLOW_COUNT, DSR_A_FLOW_COUNT, &answer, table,
			  __DSR_FLOW_SHOW_MAX);
	for (int i = DSR_FLOW_SHOW_NEW + 1; i < __DSR_FLOW_SHOW_MAX; i++)
		*flows += attr_number(table[i + 1], 0);
	answer_free(&answer);
	return status;
}

static enum status flows_room(uint64_t *room)
{
	const struct nlattr *table[DSR_A_SETTINGS_MAX + 1];
	struct answer answer = { 0 };
	enum status status;

	status = settings_get(&answer, table);
	*room = attr_number(table[DSR_A_SETTINGS_FLOWS], 0);
	answer_free(&answer);
	return status;
}

static void flows_report(struct doctor *doctor, uint64_t flows, uint64_t room)
{
	char what[TEXT_LEN], mend[TEXT_LEN];
	bool can_grow = 2 * room <= DSR_FLOWS_MAX;

	finding_print(doctor, &(struct finding){
		.severity = WARNING,
		.object = "flow table",
		.what = fill(what, "it holds %" PRIu64 " flows of %" PRIu64,
			     flows, room),
		.why = "further ones go by their hash alone, and move when backends change",
		.mend = can_grow ?
			fill(mend, "dsrctl set flows %" PRIu64, 2 * room) :
			NULL,
	});
}

enum status doctor_flows(struct doctor *doctor)
{
	uint64_t flows, room;
	enum status status = flows_count(&flows);

	if (status == DONE)
		status = flows_room(&room);
	if (status == DONE && room && flows >= room * NEARLY_FULL / 100)
		flows_report(doctor, flows, room);
	return status;
}
