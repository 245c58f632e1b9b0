// SPDX-License-Identifier: GPL-2.0
/* dsrctl doctor: what is wrong with this director, each with its mend. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "doctor.h"
#include "genl.h"
#include "output.h"
#include "service.h"
#include "text.h"

#define MODULE_DIR "/sys/module/dsr"

static const char usage[] =
"Usage: dsrctl doctor [ show ] [ --explain ]\n"
"\n"
"Looks for what keeps a director from serving, asks its links by ARP and ND who\n"
"else has its VIPs, and says of each finding what mends it.  An error breaks\n"
"traffic now, a warning may.  Changes nothing.  With --explain it also lists the\n"
"checks that found nothing, each with what it looks at.\n"
"\n"
"Exit status: 0 no error (warnings there may be), 1 errors.\n";

static const char *const severities[] = {
	[WARNING] = "warning",
	[ERROR] = "error",
};

static void begin(const char *severity, const char *check)
{
	out_item_open(NULL);
	out_string("check", NULL, check);
	out_string("severity", "%-9s", severity);
	out_string(NULL, "%s", check);
}

void finding_print(struct doctor *doctor, const struct finding *finding)
{
	char text[TEXT_LEN];

	doctor->found[finding->severity]++;
	begin(severities[finding->severity], doctor->now->name);
	out_string("object", " %s", finding->object);
	out_line();
	out_string("message", "    %s",
		   fill(text, "%s: %s", finding->what, finding->why));
	out_line();
	if (finding->mend)
		out_string("mend", "    mend: %s", finding->mend);
	out_item_close();
}

/* A check that found nothing. */
static void passed_print(const struct diagnosis *diagnosis)
{
	begin("ok", diagnosis->name);
	out_line();
	out_string("message", "    %s", diagnosis->meaning);
	out_item_close();
}

static bool module_is_loaded(void)
{
	return !access(MODULE_DIR, F_OK);
}

/* @version has TEXT_LEN characters; a module that was built in has none. */
static bool module_version(char *version)
{
	FILE *file = fopen(MODULE_DIR "/version", "re");
	bool known;

	if (!file)
		return false;

	known = fgets(version, TEXT_LEN, file);
	fclose(file);
	version[known ? strcspn(version, "\n") : 0] = '\0';
	return known;
}

static enum status doctor_module(struct doctor *doctor)
{
	char version[TEXT_LEN], text[TEXT_LEN];

	if (!module_is_loaded())
		finding_print(doctor, &(struct finding){
			.severity = ERROR,
			.object = "dsr",
			.what = "the module is not loaded",
			.why = "there is no director without it",
			.mend = "modprobe dsr",
		});
	else if (module_version(version) && strcmp(version, DSR_VERSION))
		finding_print(doctor, &(struct finding){
			.severity = WARNING,
			.object = "dsr",
			.what = fill(text, "the module is version %.32s, dsrctl " DSR_VERSION,
				     version),
			.why = "they may not understand each other (a reload forgets all services)",
			.mend = "modprobe -r dsr && modprobe dsr",
		});
	return DONE;
}

/* In the order in which they run: the first finds out whether the others can. */
static const struct diagnosis diagnoses[] = {
	{ "module", doctor_module,
	  "the module is loaded, and of the same version as dsrctl" },
	{ "service", doctor_service,
	  "each service has a backend that takes new flows, or passes packets on" },
	{ "backend", doctor_backend,
	  "each backend is on a link of this director, and answers there" },
	{ "vip", doctor_vip,
	  "each VIP is an address of this director, or its packets come by a router" },
	{ "loop", doctor_loop,
	  "no packet of a VIP that is for none of its services is routed back" },
	{ "arp", doctor_arp,
	  "no other host answers ARP or ND for a VIP" },
	{ "rules", doctor_rules,
	  "no nftables rule drops a service's packets before dsr sees them" },
	{ "mtu", doctor_mtu,
	  "no backend's device has a smaller MTU than the device requests come by" },
	{ "lro", doctor_lro,
	  "no device merges packets by LRO, which can't be undone" },
	{ "rp_filter", doctor_rp_filter,
	  "no packet for a backend of mode local ends in a strict rp_filter" },
	{ "flows", doctor_flows,
	  "the flow table has room" },
};

/* @buf has room for SELECTOR_LEN + 2 characters. */
const char *service_words(const struct selector *service, char *buf)
{
	char selector[SELECTOR_LEN];
	const char *quote;

	selector_format(service, selector);
	quote = *selector == '[' ? "'" : "";
	snprintf(buf, SELECTOR_LEN + 2, "%s%s%s", quote, selector, quote);
	return buf;
}

void doctor_backend_read(const struct join_service *service,
			 const struct join_backend *backend,
			 struct doctor_backend *to)
{
	char words[SELECTOR_LEN + 2], selector[SELECTOR_LEN];

	attrs_of_nest(backend->nest, to->attrs, DSR_A_BACKEND_MAX);
	to->address = backend_address(to->attrs);
	address_format(&to->address, to->name);
	snprintf(to->object, sizeof(to->object), "%s %s",
		 selector_format(&service->selector, selector), to->name);
	snprintf(to->words, sizeof(to->words), "%s %s",
		 service_words(&service->selector, words), to->name);
}

static uint64_t packets_of(const struct join_service *service)
{
	const struct nlattr *stats[DSR_TRAFFIC_MAX + 1];
	const struct nlattr *table[DSR_A_SERVICE_MAX + 1];

	attrs_of_nest(service->nest, table, DSR_A_SERVICE_MAX);
	attrs_of_nest(table[DSR_A_SERVICE_STATS], stats, DSR_TRAFFIC_MAX);
	return attr_number(stats[DSR_TRAFFIC_PACKETS], 0);
}

static int vip_compare(const void *left, const void *right)
{
	const struct doctor_vip *a = left, *b = right;

	return memcmp(&a->address, &b->address, sizeof(a->address));
}

/* Sorted, so that those of the same address stand together. */
static void vips_merge(struct doctor *doctor)
{
	size_t kept = 0;

	qsort(doctor->vips, doctor->vip_count, sizeof(*doctor->vips),
	      vip_compare);
	for (size_t i = 0; i < doctor->vip_count; i++) {
		struct doctor_vip *vip = &doctor->vips[i];

		if (kept && !vip_compare(&doctor->vips[kept - 1], vip))
			doctor->vips[kept - 1].packets += vip->packets;
		else
			doctor->vips[kept++] = *vip;
	}
	doctor->vip_count = kept;
}

static enum status vips_find(struct doctor *doctor)
{
	doctor->vips = calloc(doctor->join.count + 1, sizeof(*doctor->vips));
	if (!doctor->vips)
		return out_of_memory();

	for (size_t i = 0; i < doctor->join.count; i++) {
		const struct join_service *service = &doctor->join.services[i];
		const struct selector *selector = &service->selector;

		if (selector->mark ||
		    selector->prefixlen < 8 * selector->address.len)
			continue;
		doctor->vips[doctor->vip_count++] = (struct doctor_vip){
			.address = selector->address,
			.packets = packets_of(service),
		};
	}
	vips_merge(doctor);
	return DONE;
}

static enum status doctor_gather(struct doctor *doctor)
{
	enum status status = services_get(NULL, &doctor->services);
	struct request request;

	if (status == DONE)
		status = backends_get(NULL, &doctor->backends);
	if (status == DONE)
		status = join_build(&doctor->join, &doctor->services,
				    &doctor->backends);
	if (status == DONE)
		status = vips_find(doctor);
	if (status == DONE)
		status = genl_dump(genl_request(&request, DSR_CMD_DEVICE_GET),
				   &doctor->attached);
	if (status == DONE)
		status = links_get(&doctor->links);
	if (status == DONE)
		status = locals_get(&doctor->locals);
	return status;
}

static void doctor_free(struct doctor *doctor)
{
	answer_free(&doctor->services);
	answer_free(&doctor->backends);
	answer_free(&doctor->attached);
	join_free(&doctor->join);
	free(doctor->vips);
	links_free(&doctor->links);
	locals_free(&doctor->locals);
}

static uint64_t findings(const struct doctor *doctor)
{
	return doctor->found[WARNING] + doctor->found[ERROR];
}

static enum status diagnosis_run(struct doctor *doctor,
				 const struct diagnosis *diagnosis)
{
	uint64_t before = findings(doctor);
	enum status status;

	doctor->now = diagnosis;
	status = diagnosis->run(doctor);
	if (options.explain && status == DONE && findings(doctor) == before)
		passed_print(diagnosis);
	return status;
}

/* Without the module there is nothing to ask beyond the first. */
static enum status diagnoses_run(struct doctor *doctor)
{
	size_t count = module_is_loaded() ? ARRAY_SIZE(diagnoses) : 1;
	enum status status = DONE;

	out_list_open(NULL);
	for (size_t i = 0; i < count && status == DONE; i++)
		status = diagnosis_run(doctor, &diagnoses[i]);
	out_list_close();
	return status;
}

static void count_print(uint64_t count, const char *one, const char *others)
{
	out_number(NULL, count == 1 ? one : others, count);
}

static void summary_print(const struct doctor *doctor)
{
	if (options.json)
		return;

	out_item_open(NULL);
	count_print(doctor->found[ERROR], "%" PRIu64 " error, ",
		    "%" PRIu64 " errors, ");
	count_print(doctor->found[WARNING], "%" PRIu64 " warning",
		    "%" PRIu64 " warnings");
	out_item_close();
}

static enum status doctor_show(struct args *args)
{
	struct doctor doctor = { 0 };
	enum status status = args_end(args);

	if (status != DONE)
		return status;

	if (module_is_loaded())
		status = doctor_gather(&doctor);
	if (status == DONE)
		status = diagnoses_run(&doctor);
	if (status == DONE)
		summary_print(&doctor);
	if (status == DONE && doctor.found[ERROR])
		status = REFUSED;
	doctor_free(&doctor);
	return status;
}

static const struct command verbs[] = {
	{ "show", doctor_show },
};

static const struct object doctor = {
	"doctor", usage, verbs, ARRAY_SIZE(verbs)
};

enum status doctor_main(struct args *args)
{
	return object_run(&doctor, args);
}
