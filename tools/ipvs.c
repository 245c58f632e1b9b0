// SPDX-License-Identifier: GPL-2.0
/*
 * Line by line a service of IPVS becomes one of dsr, and a real server a
 * backend.  What dsr can't do is refused, what it does in another way is a
 * warning.
 */
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsr.h"
#include "ipvs.h"
#include "ipvs_line.h"
#include "output.h"

/* What ipvsadm takes for -p without a value, whatever its man page says. */
#define PERSISTENT_SECONDS 360

enum {
	EVEN	= 1 << 0,	/* to IPVS all weights but 0 are the same */
	RANKED	= 1 << 1,	/* weights say who comes first */
	UNLIKE	= 1 << 2,	/* there is nothing nearer */
};

/* @name: of IPVS.  @hash: what of a packet it goes by, NULL: by no hash. */
static const struct scheduler {
	const char *name;
	const char *here;
	const char *hash;
	unsigned int traits;
} schedulers[] = {
	{ "rr", "rr", NULL, EVEN },
	{ "wrr", "rr", NULL, 0 },
	{ "lc", "lc", NULL, EVEN },
	{ "wlc", "lc", NULL, 0 },
	{ "lblc", "lc", NULL, UNLIKE },
	{ "lblcr", "lc", NULL, UNLIKE },
	{ "sed", "lc", NULL, UNLIKE },
	{ "nq", "lc", NULL, UNLIKE },
	{ "dh", "maglev", "destination", EVEN },
	{ "sh", "maglev", "source", 0 },
	{ "mh", "maglev", "source", 0 },
	{ "fo", "failover", NULL, RANKED },
	{ "ovf", "overflow", NULL, RANKED },
	{ "twos", "p2c", NULL, 0 },
};

/* A service, found by its name.  @scheduler is NULL where its line was refused,
 * its real servers are looked at all the same.
 */
struct service {
	char name[SELECTOR_LEN];
	uint16_t port;		/* 0: it has none */
	const struct scheduler *scheduler;
	void *servers;		/* their addresses, for search.h */
};

static int name_compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void service_free(void *node)
{
	struct service *service = node;

	tdestroy(service->servers, free);
	free(service);
}

void ipvs_free(struct ipvs *ipvs)
{
	tdestroy(ipvs->services, service_free);
	locals_free(&ipvs->locals);
}

/* Adds to a tree a copy of @entry, which begins with its name; NULL: reported. */
static void *name_add(void **tree, const void *entry, size_t size,
		      const char *what)
{
	void *copy = malloc(size);
	void **node;

	if (!copy) {
		out_of_memory();
		return NULL;
	}
	memcpy(copy, entry, size);
	node = tsearch(copy, tree, name_compare);
	if (node && *node == copy)
		return copy;

	if (node)
		refused("%s %s is there already", what, (const char *)entry);
	else
		out_of_memory();
	free(copy);
	return NULL;
}

static const struct scheduler *scheduler_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(schedulers); i++)
		if (!strcmp(name, schedulers[i].name))
			return &schedulers[i];

	refused("scheduler \"%s\": dsr has nothing like it", name);
	return NULL;
}

/* Whether the flags of mh and sh, as "mh-fallback,mh-port", have that of the
 * port.  dsr falls back to another backend by itself.
 */
static bool flags_have_port(const char *flags)
{
	size_t len;

	for (; *flags; flags += len + (flags[len] == ',')) {
		len = strcspn(flags, ",");
		if (len == strlen("mh-port") &&
		    (!strncmp(flags, "mh-port", len) ||
		     !strncmp(flags, "sh-port", len)))
			return true;
	}
	return false;
}

/* Of a packet that is sent by itself no flow is kept, and then the hash decides
 * alone.
 */
static enum status one_packet_check(const struct ipvs_line *line,
				    const struct scheduler *scheduler)
{
	if (!line->value['o'] || line->value['p'] || scheduler->hash)
		return DONE;
	if (scheduler->traits & RANKED)
		return refused("-o with %s: without flows the hash decides, not who comes first",
			       scheduler->name);

	warn("-o with %s: stateless, the hash decides for each packet",
	     scheduler->name);
	return DONE;
}

static void scheduler_write(const struct ipvs_line *line,
			    const struct scheduler *scheduler, FILE *out)
{
	/* Persistence holds a client's packets together, -o or not. */
	bool stateless = line->value['o'] && !line->value['p'];
	const char *flags = line->value['b'];

	fprintf(out, " scheduler %s", stateless ? "maglev" : scheduler->here);
	if (scheduler->hash) {
		fprintf(out, " hash %s", scheduler->hash);
		if (flags && flags_have_port(flags))
			fputs("-port", out);
	}
	if (stateless)
		fputs(" stateless", out);
}

/* A netmask's length; 0 if its bits don't stand together at its beginning. */
static unsigned int mask_len(const struct address *mask)
{
	unsigned int len = 0;

	while (len < 8u * mask->len && mask->byte[len / 8] & 0x80 >> len % 8)
		len++;
	for (unsigned int bit = len; bit < 8u * mask->len; bit++)
		if (mask->byte[bit / 8] & 0x80 >> bit % 8)
			return 0;
	return len;
}

/* 255.255.255.0, or for IPv6 a prefix length; 0: neither. */
static unsigned int netmask_parse(const char *word, int family)
{
	struct address mask;
	uint64_t len;

	if (family == AF_INET)
		return address_parse(word, &mask) && mask.len == 4 ?
		       mask_len(&mask) : 0;

	return number_parse(word, family_bits(family), &len) ? len : 0;
}

static enum status affinity_write(const struct ipvs_line *line, int family,
				  FILE *out)
{
	const char *word = line->value['p'], *mask = line->value['M'];
	uint64_t seconds = PERSISTENT_SECONDS;
	unsigned int len;

	if (!word)
		return DONE;
	if (*word && (!number_parse(word, DSR_TIMEOUT_MAX, &seconds) ||
		      !seconds))
		return refused("persistence \"%s\": a number of seconds from 1 to %u is expected",
			       word, DSR_TIMEOUT_MAX);
	fprintf(out, " affinity %" PRIu64, seconds);
	if (!mask)
		return DONE;

	len = netmask_parse(mask, family);
	if (!len)
		return refused("netmask \"%s\": one that is a prefix is expected, such as %s",
			       mask, family == AF_INET ? "255.255.255.0" : "64");
	if (len < family_bits(family))
		fprintf(out, "/%u", len);
	return DONE;
}

static enum status service_write(const struct ipvs_line *line, int family,
				 const struct service *service, FILE *out)
{
	const struct scheduler *scheduler = service->scheduler;
	enum status status = one_packet_check(line, scheduler);

	fprintf(out, "service add %s", service->name);
	scheduler_write(line, scheduler, out);
	if (status == DONE)
		status = affinity_write(line, family, out);
	fputc('\n', out);
	if (status != DONE)
		return status;

	if (scheduler->traits & UNLIKE)
		warn("dsr has no %s: %s is the nearest", scheduler->name,
		     scheduler->here);
	if (line->value[IPVS_PE])
		warn("dsr has no persistence by %s: affinity goes by the client's address",
		     line->value[IPVS_PE]);
	return DONE;
}

static enum status service_take(struct ipvs *ipvs,
				const struct ipvs_line *line,
				const struct selector *selector)
{
	const char *scheduler = line->value['s'];
	struct service *service, new = { .port = selector->port };

	selector_format(selector, new.name);
	service = name_add(&ipvs->services, &new, sizeof(new), "service");
	if (!service)
		return REFUSED;

	service->scheduler = scheduler_find(scheduler ? scheduler : "wlc");
	if (!service->scheduler)
		return REFUSED;
	return service_write(line, selector_family(selector), service,
			     ipvs->out);
}

static enum status method_check(const struct ipvs_line *line)
{
	if (line->value['m'])
		return refused("masquerading (-m): answers don't pass by here; -g is expected");
	if (line->value['i'] || line->value[IPVS_TUNNEL])
		return refused("tunnels (-i): this release of dsr has none; -g is expected");
	return DONE;
}

/* A packet keeps its port on its way to a backend. */
static void port_check(const struct ipvs_host *server,
		       const struct service *service)
{
	if (server->port && server->port != service->port)
		warn("port %u of the real server: left out, packets keep theirs",
		     server->port);
}

/* IPVS delivers to an address of its own machine by itself. */
static void mode_write(const struct ipvs *ipvs, const struct address *address,
		       const char *name)
{
	if (!locals_have(&ipvs->locals, address))
		return;

	warn("%s is an address of this machine: mode local", name);
	fputs(" mode local", ipvs->out);
}

static enum status weight_write(const struct ipvs_line *line,
				const struct service *service, FILE *out)
{
	const struct scheduler *scheduler = service->scheduler;
	const char *word = line->value['w'];
	uint64_t weight = 1;

	if (word && !number_parse(word, DSR_WEIGHT_MAX, &weight))
		return refused("weight \"%s\": a number from 0 to %u is expected",
			       word, DSR_WEIGHT_MAX);
	if (weight > 1 && scheduler && scheduler->traits & EVEN) {
		warn("weight %s: left out, %s of IPVS takes no notice of it",
		     word, scheduler->name);
		weight = 1;
	}
	if (weight != 1)
		fprintf(out, " weight %" PRIu64, weight);
	return DONE;
}

static bool threshold_parse(const char *word, uint64_t *number)
{
	*number = 0;
	return !word || number_parse(word, UINT16_MAX, number);
}

static enum status thresholds_write(const struct ipvs_line *line, FILE *out)
{
	uint64_t upper, lower;

	if (!threshold_parse(line->value['x'], &upper) ||
	    !threshold_parse(line->value['y'], &lower) ||
	    (lower && lower >= upper))
		return refused("thresholds: numbers up to %u are expected, -y below -x",
			       UINT16_MAX);
	if (upper)
		fprintf(out, " max-flows %" PRIu64, upper);
	if (lower)
		fprintf(out, " min-flows %" PRIu64, lower);
	return DONE;
}

static enum status server_write(const struct ipvs *ipvs,
				const struct ipvs_line *line,
				const struct service *service,
				const struct address *address)
{
	char name[ADDRESS_LEN];
	enum status status;

	address_format(address, name);
	fprintf(ipvs->out, "backend add %s %s", service->name, name);
	mode_write(ipvs, address, name);
	status = weight_write(line, service, ipvs->out);
	if (status == DONE)
		status = thresholds_write(line, ipvs->out);
	fputc('\n', ipvs->out);
	return status;
}

static enum status server_take(struct ipvs *ipvs, const struct ipvs_line *line,
			       const struct selector *selector)
{
	char name[SELECTOR_LEN], address[ADDRESS_LEN];
	struct ipvs_host server;
	struct service *service;
	enum status status;
	void *node;

	node = tfind(selector_format(selector, name), &ipvs->services,
		     name_compare);
	if (!node)
		return refused("service %s isn't there yet: -A comes first",
			       name);
	service = *(struct service **)node;

	status = method_check(line);
	if (status == DONE)
		status = ipvs_server_parse(line, &server);
	if (status != DONE)
		return status;

	address_format(&server.address, address);
	if (!name_add(&service->servers, address, sizeof(address), "backend"))
		return REFUSED;
	port_check(&server, service);
	return server_write(ipvs, line, service, &server.address);
}

enum status ipvs_take(struct ipvs *ipvs, char **words, int count)
{
	struct selector selector;
	struct ipvs_line line;
	enum status status;

	status = ipvs_line_parse(words, count, &line);
	if (status == DONE)
		status = ipvs_service_parse(&line, &selector);
	if (status != DONE)
		return status;

	return line.value['A'] ? service_take(ipvs, &line, &selector) :
				 server_take(ipvs, &line, &selector);
}
