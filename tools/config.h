/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A whole configuration, as the kernel has it or as a file wants it.  Both hold
 * the options of everything as attributes, complete: what was not given is there
 * as it is otherwise, so that two of them can be compared.
 */
#ifndef DSRCTL_CONFIG_H
#define DSRCTL_CONFIG_H

#include "address.h"
#include "dsr.h"
#include "nl.h"
#include "selector.h"

struct config_backend {
	struct address address;
	const struct nlattr *nest;	/* DSR_A_BACKEND */
	unsigned int line;		/* where the file has it */
	bool matched;			/* the other configuration has it too */
};

struct config_service {
	struct selector selector;
	const struct nlattr *nest;	/* DSR_A_SERVICE */
	unsigned int line;
	bool matched;
	struct config_backend *backends;
	size_t count;
	size_t room;
	size_t chain;			/* the next of the same hash, from 1 on */
};

struct config_device {
	unsigned int ifindex;
	unsigned int line;
};

/* A setting that a file doesn't have stays as it is. */
struct config_setting {
	const struct nlattr *attr;
	unsigned int line;
};

struct config {
	struct config_service *services;
	size_t count;
	size_t room;
	size_t *buckets;		/* of services, from 1 on; 0: none */
	size_t mask;
	struct config_device *devices;
	size_t devices_count;
	struct config_setting settings[DSR_A_SETTINGS_MAX + 1];
	uint32_t generation;		/* of the kernel's */
	struct answer answer;		/* the nests of the kernel's are there */
	struct config_block *blocks;	/* and those of a file's here */
};

/* The kernel's; and a file's, which @script is open on. */
struct script;

enum status config_get(struct config *config);
enum status config_read(struct config *config, struct script *script);
void config_free(struct config *config);

/* As if it had never been compared. */
void config_unmatch(struct config *config);

/* For those two.  NULL: there is none, or no memory, which is reported. */
struct config_service *config_find(const struct config *config,
				   const struct selector *selector);
struct config_service *config_add(struct config *config,
				  const struct selector *selector);
struct config_backend *config_backend_find(const struct config_service *service,
					   const struct address *address);
struct config_backend *config_backend_add(struct config_service *service,
					  const struct address *address);
enum status config_device_add(struct config *config, unsigned int ifindex,
			      unsigned int line);
const struct config_device *config_device_find(const struct config *config,
					       unsigned int ifindex);

/* A copy that lasts as long as the configuration. */
const struct nlattr *config_keep(struct config *config,
				 const struct nlattr *attr);

#endif /* DSRCTL_CONFIG_H */
