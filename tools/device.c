// SPDX-License-Identifier: GPL-2.0
/* dsrctl device: where packets are taken at ingress already. */
#include <stdio.h>
#include <string.h>
#include <net/if.h>

#include "device.h"
#include "dsr.h"
#include "genl.h"
#include "output.h"

static const char usage[] =
"Usage: dsrctl device attach IFNAME\n"
"       dsrctl device detach IFNAME\n"
"       dsrctl device show [ IFNAME ]\n"
"\n"
"The devices with the fast path: what they receive for a service is taken before\n"
"PRE_ROUTING, where nft rules and marks set there don't see it any more.  attach\n"
"the devices by which requests come in.\n";

bool device_name_is_valid(const char *word)
{
	return *word && strlen(word) < IF_NAMESIZE && !strchr(word, '/');
}

enum status device_find(const char *what, const char *name,
			unsigned int *ifindex)
{
	*ifindex = if_nametoindex(name);
	if (*ifindex)
		return DONE;

	return refused("%s \"%s\": there is no such device, see \"ip link\"", what, name);
}

/* Most backends stand behind the device of the one before. */
static unsigned int known;

void device_names_forget(void)
{
	known = 0;
}

const char *device_name(unsigned int ifindex)
{
	static char name[IF_NAMESIZE];

	if (ifindex == known)
		return name;

	known = ifindex;
	if (!if_indextoname(ifindex, name))
		snprintf(name, sizeof(name), "if%u", ifindex);
	return name;
}

enum status device_take(struct args *args, unsigned int *ifindex)
{
	const char *word = args_next(args);
	enum status status;

	if (!word)
		return usage_error("no device given: the name of a network device is expected");
	if (!device_name_is_valid(word))
		return usage_error("device \"%s\": the name of a network device is expected",
				   word);

	status = args_end(args);
	return status == DONE ? device_find("device", word, ifindex) : status;
}

static enum status device_change(struct args *args, enum dsr_cmd command)
{
	struct nlmsghdr *message;
	struct request request;
	unsigned int ifindex;
	enum status status;
	struct nlattr *nest;

	status = device_take(args, &ifindex);
	if (status != DONE)
		return status;

	message = genl_request(&request, command);
	nest = mnl_attr_nest_start(message, DSR_A_DEVICE);
	mnl_attr_put_u32(message, DSR_A_DEVICE_IFINDEX, ifindex);
	mnl_attr_nest_end(message, nest);
	return genl_do(message, NULL);
}

static enum status device_attach(struct args *args)
{
	return device_change(args, DSR_CMD_DEVICE_ATTACH);
}

static enum status device_detach(struct args *args)
{
	return device_change(args, DSR_CMD_DEVICE_DETACH);
}

static unsigned int device_of(const struct nlmsghdr *message)
{
	const struct nlattr *device[DSR_A_DEVICE_MAX + 1];
	const struct nlattr *table[DSR_A_MAX + 1];

	genl_attrs(message, table);
	attrs_of_nest(table[DSR_A_DEVICE], device, DSR_A_DEVICE_MAX);
	return attr_number(device[DSR_A_DEVICE_IFINDEX], 0);
}

/* By the name that the kernel gives with it: it may be gone meanwhile. */
void device_describe(const struct nlattr *nest)
{
	const struct nlattr *device[DSR_A_DEVICE_MAX + 1];
	char name[IF_NAMESIZE];

	attrs_of_nest(nest, device, DSR_A_DEVICE_MAX);
	out_string("device", "%s", attr_string(device[DSR_A_DEVICE_IFNAME],
					       name, sizeof(name)));
}

static bool is_attached(const struct answer *answer, unsigned int ifindex)
{
	const struct nlmsghdr *message = NULL;

	while ((message = answer_next(answer, message)))
		if (device_of(message) == ifindex)
			return true;

	return false;
}

/* @only 0: all of them. */
static void devices_print(const struct answer *answer, unsigned int only)
{
	const struct nlmsghdr *message = NULL;

	out_list_open(NULL);
	while ((message = answer_next(answer, message))) {
		unsigned int ifindex = device_of(message);

		if (!ifindex || (only && only != ifindex))
			continue;
		out_item_open(NULL);
		out_string("device", "%s", device_name(ifindex));
		out_item_close();
	}
	out_list_close();
}

static enum status device_show(struct args *args)
{
	struct answer answer = { 0 };
	enum status status = DONE;
	struct request request;
	unsigned int only = 0;

	if (args->left)
		status = device_take(args, &only);
	if (status == DONE)
		status = genl_dump(genl_request(&request, DSR_CMD_DEVICE_GET),
				   &answer);
	if (status == DONE && only && !is_attached(&answer, only))
		status = refused("device \"%s\" is not attached, see \"device show\"",
				 device_name(only));
	if (status == DONE)
		devices_print(&answer, only);
	answer_free(&answer);
	return status;
}

static const struct command verbs[] = {
	{ "attach", device_attach },
	{ "detach", device_detach },
	{ "show", device_show },
};

static const struct object device = {
	"device", usage, verbs, ARRAY_SIZE(verbs)
};

enum status device_main(struct args *args)
{
	return object_run(&device, args);
}
