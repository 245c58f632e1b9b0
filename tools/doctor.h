/* SPDX-License-Identifier: GPL-2.0 */
/* What the checks of "dsrctl doctor" look at, and how they say what they found. */
#ifndef DSRCTL_DOCTOR_H
#define DSRCTL_DOCTOR_H

#include "dsr.h"
#include "join.h"
#include "link.h"
#include "vip.h"

enum severity {
	WARNING,	/* it may break traffic, or break it for some */
	ERROR,		/* it breaks traffic now */
};

/* An address of services that have no prefix, whatever their ports. */
struct doctor_vip {
	struct address address;
	uint64_t packets;		/* that they were sent on */
};

struct doctor {
	const struct diagnosis *now;	/* the check that runs */
	struct answer services;
	struct answer backends;
	struct answer attached;		/* devices with the fast path */
	struct join join;
	struct links links;
	struct locals locals;
	struct doctor_vip *vips;
	size_t vip_count;
	uint64_t found[ERROR + 1];
};

/* A check; @name is also that of its findings. */
struct diagnosis {
	const char *name;
	enum status (*run)(struct doctor *doctor);
	const char *meaning;
};

/* What is wrong with @object, why that matters, and the command that mends it;
 * NULL where none of this host can.
 */
struct finding {
	enum severity severity;
	const char *object;
	const char *what;
	const char *why;
	const char *mend;
};

void finding_print(struct doctor *doctor, const struct finding *finding);

/* A backend with its attributes, itself and its service named for people, and
 * for a shell.
 */
struct doctor_backend {
	const struct nlattr *attrs[DSR_A_BACKEND_MAX + 1];
	struct address address;
	char name[ADDRESS_LEN];
	char object[SELECTOR_LEN + ADDRESS_LEN + 2];
	char words[SELECTOR_LEN + ADDRESS_LEN + 4];
};

/* The word or words of a service in a command: brackets mean something there. */
const char *service_words(const struct selector *service, char *buf);

void doctor_backend_read(const struct join_service *service,
			 const struct join_backend *backend,
			 struct doctor_backend *to);

/* Of the host, of the services, and of the addresses. */
enum status doctor_rules(struct doctor *doctor);
enum status doctor_lro(struct doctor *doctor);
enum status doctor_mtu(struct doctor *doctor);
enum status doctor_rp_filter(struct doctor *doctor);

enum status doctor_service(struct doctor *doctor);
enum status doctor_backend(struct doctor *doctor);
enum status doctor_flows(struct doctor *doctor);

enum status doctor_vip(struct doctor *doctor);
enum status doctor_loop(struct doctor *doctor);
enum status doctor_arp(struct doctor *doctor);

#endif /* DSRCTL_DOCTOR_H */
