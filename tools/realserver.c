// SPDX-License-Identifier: GPL-2.0
/* dsrctl realserver: makes this machine a backend, and undoes it. */
#include <stdio.h>
#include <string.h>
#include <netinet/in.h>

#include "address.h"
#include "check.h"
#include "dsrctl.h"
#include "output.h"
#include "selector.h"
#include "silence.h"
#include "state.h"
#include "sysctl.h"
#include "vip.h"

static const char usage[] =
"Usage: dsrctl realserver add VIP\n"
"       dsrctl realserver del VIP\n"
"       dsrctl realserver show [ VIP ]\n"
"       dsrctl realserver check { VIP | SERVICE }\n"
"\n"
"VIP := { ADDRESS | ADDRESS6 }\n"
"SERVICE := { ADDRESS | [ADDRESS6] }[:PORTS]/PROTOCOL\n"
"\n"
"To be run on a backend.  add puts the VIP on lo and keeps this machine from\n"
"answering ARP for it, del undoes both; check says what is missing and how to\n"
"mend it, and exits 1 if anything is: a server too where a SERVICE is given.\n";

static bool ipv4_can_be_vip(const struct address *address)
{
	uint8_t first = address->byte[0];

	return first && first != 127 && first < 224;
}

/* The VIP comes to be on lo beside the addresses that belong there. */
static bool can_be_vip(const struct address *address)
{
	struct in6_addr ip6;

	if (address_family(address) == AF_INET)
		return ipv4_can_be_vip(address);

	memcpy(&ip6, address->byte, sizeof(ip6));
	return !IN6_IS_ADDR_UNSPECIFIED(&ip6) && !IN6_IS_ADDR_LOOPBACK(&ip6) &&
	       !IN6_IS_ADDR_MULTICAST(&ip6) && !IN6_IS_ADDR_LINKLOCAL(&ip6) &&
	       !IN6_IS_ADDR_V4MAPPED(&ip6);
}

/* The one word of every verb. */
static enum status vip_parse(struct args *args, struct address *vip)
{
	const char *word = args_next(args);

	if (!word)
		return usage_error("a VIP is expected: an IPv4 or IPv6 address");
	if (!address_parse(word, vip) || !can_be_vip(vip))
		return usage_error("VIP \"%s\": a unicast IPv4 or IPv6 address is expected",
				   word);
	return args_end(args);
}

/* VIPs that were taken from lo by other means are no longer ours. */
static void state_prune(struct state *state, const struct locals *locals)
{
	for (size_t i = state->count; i > 0; i--) {
		struct address vip = state->vip[i - 1];

		if (!vip_present(locals, &vip))
			state_del(state, &vip);
	}
}

/* Removes @vip from lo however it came there; @found: it was there. */
static enum status vip_remove(const struct locals *locals,
			      const struct address *vip, bool *found)
{
	enum status status = DONE;

	*found = false;
	for (size_t i = 0; i < locals->count && status == DONE; i++) {
		if (!local_is_vip(&locals->local[i], vip))
			continue;
		status = vip_del(&locals->local[i]);
		*found = true;
	}
	return status;
}

/* ARP is heard again after the last IPv4 VIP is gone, not before. */
static enum status silence_release(struct state *state)
{
	enum status status = DONE;

	if (!state_has_ipv4(state))
		status = silence_off(state);
	if (status == DONE)
		status = state_save(state);
	return status;
}

/* ARP is silent before the VIP is there to be asked for. */
static enum status vip_claim(struct state *state, const struct locals *locals,
			     const struct address *vip)
{
	enum status status = state_add(state, vip);

	if (status != DONE)
		return status;

	if (address_family(vip) == AF_INET)
		status = silence_on(state);
	else
		status = state_save(state);
	if (status == DONE && !vip_present(locals, vip))
		status = vip_add(vip);
	if (status == DONE)
		return DONE;

	state_del(state, vip);
	silence_release(state);
	return status;
}

static void warn_if_unknown(const struct state *state,
			    const struct address *vip)
{
	if (address_family(vip) != AF_INET || state_has_ipv4(state))
		return;
	if (sysctl_read("all", silence_names[ARP_IGNORE]) <= 0 &&
	    sysctl_read("all", silence_names[ARP_ANNOUNCE]) <= 0)
		return;

	warn("net.ipv4.conf.all.arp_* are left: what they were before is not known");
}

static enum status vip_release(struct state *state,
			       const struct locals *locals,
			       const struct address *vip)
{
	bool ours = state_has(state, vip), found;
	enum status status = vip_remove(locals, vip, &found);

	if (status != DONE)
		return status;

	state_del(state, vip);
	if (found && !ours)
		warn_if_unknown(state, vip);
	return silence_release(state);
}

/* Changes what this machine does for a VIP, alone and with all in view. */
static enum status realserver_change(struct args *args,
				     enum status (*change)(struct state *state,
							   const struct locals *locals,
							   const struct address *vip))
{
	struct locals locals = { 0 };
	struct address vip;
	struct state state;
	enum status status = vip_parse(args, &vip);

	if (status == DONE)
		status = state_open(&state);
	if (status != DONE)
		return status;

	status = locals_get(&locals);
	if (status == DONE) {
		state_prune(&state, &locals);
		status = change(&state, &locals, &vip);
	}
	locals_free(&locals);
	state_close(&state);
	return status;
}

static enum status realserver_add(struct args *args)
{
	return realserver_change(args, vip_claim);
}

static enum status realserver_del(struct args *args)
{
	return realserver_change(args, vip_release);
}

static void local_print(const struct local *local, bool ours)
{
	char address[ADDRESS_LEN];

	out_item_open(NULL);
	out_string("vip", "%s", address_format(&local->address, address));
	out_string("dev", " dev %s", local->dev);
	if (address_family(&local->address) == AF_INET)
		silence_print();
	out_bool("managed", "managed", ours);
	out_item_close();
}

/* @vip NULL: all that is on lo and could be one. */
static enum status vips_print(const struct state *state,
			      const struct locals *locals,
			      const struct address *vip)
{
	char address[ADDRESS_LEN];

	if (vip && !vip_present(locals, vip))
		return refused("%s is not on " VIP_DEV,
			       address_format(vip, address));

	out_list_open(NULL);
	for (size_t i = 0; i < locals->count; i++) {
		const struct local *local = &locals->local[i];

		if (can_be_vip(&local->address) &&
		    local_is_vip(local, vip ? vip : &local->address))
			local_print(local, state_has(state, &local->address));
	}
	out_list_close();
	return DONE;
}

static enum status realserver_show(struct args *args)
{
	struct address vip, *only = args->left ? &vip : NULL;
	struct locals locals = { 0 };
	struct state state;
	enum status status;

	status = only ? vip_parse(args, only) : DONE;
	if (status != DONE)
		return status;

	status = state_read(&state);
	if (status == DONE)
		status = locals_get(&locals);
	if (status == DONE)
		status = vips_print(&state, &locals, only);
	locals_free(&locals);
	state_close(&state);
	return status;
}

/* A VIP, or a service of one. */
static enum status service_parse(struct args *args, struct selector *service)
{
	const char *word = args->left ? args->word[0] : "";
	enum status status;

	*service = (struct selector){ 0 };
	if (!strchr(word, '/')) {
		status = vip_parse(args, &service->address);
		service->prefixlen = 8 * service->address.len;
		return status;
	}

	status = selector_take(args, service);
	if (status != DONE)
		return status;
	if (service->mark || !can_be_vip(&service->address) ||
	    service->prefixlen < 8 * service->address.len)
		return usage_error("service \"%s\": one of a single address is expected",
				   word);
	return args_end(args);
}

static enum status realserver_check(struct args *args)
{
	struct locals locals = { 0 };
	struct selector service;
	enum status status = service_parse(args, &service);

	if (status == DONE)
		status = locals_get(&locals);
	if (status == DONE)
		status = check_print(&locals, &service);
	locals_free(&locals);
	return status;
}

static const struct command verbs[] = {
	{ "add", realserver_add },
	{ "del", realserver_del },
	{ "show", realserver_show },
	{ "check", realserver_check },
};

static const struct object realserver = {
	"realserver", usage, verbs, ARRAY_SIZE(verbs)
};

enum status realserver_main(struct args *args)
{
	return object_run(&realserver, args);
}
