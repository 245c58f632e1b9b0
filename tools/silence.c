// SPDX-License-Identifier: GPL-2.0
/*
 * IPv4 belongs to the machine: it answers ARP on every device for the VIP on
 * lo, and it asks its neighbours in the VIP's name when it sends from it.  Both
 * draw the VIP's packets to this backend, past the director.
 *
 * arp_ignore=1 answers only for addresses of the asked device, arp_announce=2
 * asks only in the name of one.  The kernel takes the larger of conf.all and
 * conf.DEV, so "all" holds for every device, those to come included.  IPv6 needs
 * nothing: a neighbour solicitation is looked up on the device that it came by.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "output.h"
#include "silence.h"
#include "state.h"
#include "sysctl.h"

const char *const silence_names[SILENCES] = {
	[ARP_IGNORE] = "arp_ignore",
	[ARP_ANNOUNCE] = "arp_announce",
};

static const int wanted[SILENCES] = {
	[ARP_IGNORE] = 1,
	[ARP_ANNOUNCE] = 2,
};

/* arp_ignore: 1 and 2 answer only for the asked device's addresses, 3 for all
 * but those of scope host, 8 for none; what is between is reserved and means 0.
 */
bool silence_holds(enum silence silence, int value, bool scope_host)
{
	if (silence == ARP_ANNOUNCE)
		return value >= wanted[silence];

	return value == 1 || value == 2 || value == 8 ||
	       (value == 3 && scope_host);
}

int silence_wanted(enum silence silence)
{
	return wanted[silence];
}

static enum status silence_write(enum silence silence, int value)
{
	const char *name = silence_names[silence];

	if (sysctl_write("all", name, value))
		return DONE;

	return refused("net.ipv4.conf.all.%s: %s", name, strerror(errno));
}

/* The note comes first: if this ends half way, it can still be undone. */
enum status silence_on(struct state *state)
{
	bool todo[SILENCES];
	enum status status;
	int value;

	for (int i = 0; i < SILENCES; i++) {
		value = sysctl_read("all", silence_names[i]);
		todo[i] = !silence_holds(i, value, true);
		if (todo[i])
			state->saved[i] = (struct saved){ true, value,
							  wanted[i] };
	}

	status = state_save(state);
	for (int i = 0; i < SILENCES && status == DONE; i++)
		if (todo[i])
			status = silence_write(i, wanted[i]);
	return status;
}

/* What somebody else has changed since is theirs. */
static enum status silence_restore(enum silence silence,
				   const struct saved *saved)
{
	const char *name = silence_names[silence];
	int value = sysctl_read("all", name);

	if (value == saved->set)
		return silence_write(silence, saved->before);

	if (value != saved->before)
		warn("net.ipv4.conf.all.%s is left at %d: dsrctl had set it to %d",
		     name, value, saved->set);
	return DONE;
}

enum status silence_off(struct state *state)
{
	enum status status = DONE;

	for (int i = 0; i < SILENCES && status == DONE; i++) {
		if (state->saved[i].known)
			status = silence_restore(i, &state->saved[i]);
		if (status == DONE)
			state->saved[i].known = false;
	}
	return status;
}

void silence_print(void)
{
	for (int i = 0; i < SILENCES; i++) {
		out_string(NULL, " %s", silence_names[i]);
		out_number(silence_names[i], " %" PRIu64,
			   sysctl_read("all", silence_names[i]));
	}
}
