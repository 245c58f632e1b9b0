/* SPDX-License-Identifier: GPL-2.0 */
/* What keeps a backend from answering ARP for a VIP: two sysctls. */
#ifndef DSRCTL_SILENCE_H
#define DSRCTL_SILENCE_H

#include "dsrctl.h"

struct state;

enum silence {
	ARP_IGNORE,
	ARP_ANNOUNCE,
	SILENCES,
};

extern const char *const silence_names[SILENCES];

/* Whether @value keeps silent about a VIP; dsrctl's own are of scope host. */
bool silence_holds(enum silence silence, int value, bool scope_host);
int silence_wanted(enum silence silence);

/* Sets what isn't so already, noting in @state what it was; undoes that. */
enum status silence_on(struct state *state);
enum status silence_off(struct state *state);

/* What the two are, as values of the item that is open. */
void silence_print(void);

#endif /* DSRCTL_SILENCE_H */
