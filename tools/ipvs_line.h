/* SPDX-License-Identifier: GPL-2.0 */
/* A line of what "ipvsadm -S -n" prints. */
#ifndef DSRCTL_IPVS_LINE_H
#define DSRCTL_IPVS_LINE_H

#include "dsrctl.h"
#include "selector.h"

/* The value of each option by its letter: "" where it takes none, NULL where it
 * isn't there.
 */
struct ipvs_line {
	const char *value['z'];
};

/* Letters for options that have none. */
#define IPVS_SCTP	'S'
#define IPVS_PE		'P'
#define IPVS_TUNNEL	'T'	/* each of --tun-... */

/* HOST[:PORT] */
struct ipvs_host {
	struct address address;
	uint16_t port;		/* host byte order, 0: none */
};

/* What is parsed refers to @words, of which the first is "ipvsadm". */
enum status ipvs_line_parse(char **words, int count, struct ipvs_line *line);

/* The service that a line is about, and the real server that it adds. */
enum status ipvs_service_parse(const struct ipvs_line *line,
			       struct selector *service);
enum status ipvs_server_parse(const struct ipvs_line *line,
			      struct ipvs_host *server);

#endif /* DSRCTL_IPVS_LINE_H */
