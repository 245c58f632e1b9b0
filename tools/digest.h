/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_DIGEST_H
#define DSRCTL_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digest {
	uint8_t byte[16];
};

/* Of all that decides what a configuration file means: its text, this dsrctl,
 * and which devices have which names.  False: no memory.
 */
bool digest_of(const char *text, size_t len, struct digest *digest);

#endif /* DSRCTL_DIGEST_H */
