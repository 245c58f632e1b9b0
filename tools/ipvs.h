/* SPDX-License-Identifier: GPL-2.0 */
/* What a configuration of IPVS becomes here. */
#ifndef DSRCTL_IPVS_H
#define DSRCTL_IPVS_H

#include <stdio.h>

#include "dsrctl.h"
#include "vip.h"

/* @services: those so far, each with its real servers, a tree of search.h.
 * @out gets the lines of dsrctl.
 */
struct ipvs {
	struct locals locals;
	void *services;
	FILE *out;
};

/* @words: of a line of ipvsadm, "ipvsadm" the first of them.
 * If it isn't DONE, what @out has is of no use any more.
 */
enum status ipvs_take(struct ipvs *ipvs, char **words, int count);
void ipvs_free(struct ipvs *ipvs);

#endif /* DSRCTL_IPVS_H */
