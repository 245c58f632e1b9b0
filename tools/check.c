// SPDX-License-Identifier: GPL-2.0
/* dsrctl realserver check */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "check.h"
#include "listen.h"
#include "silence.h"
#include "sysctl.h"
#include "text.h"

#define CONF_DIR "/proc/sys/net/ipv4/conf"

enum result {
	OK,
	FAIL,
	NOTE,		/* worth knowing, and may well be meant so */
};

struct check {
	const struct locals *locals;
	const struct selector *service;
	const struct address *vip;	/* its address */
	char name[ADDRESS_LEN];		/* of the VIP */
	bool failed;
};

/* @text says how it is.  @mend is a command, or NULL. */
static void result_print(struct check *check, const char *condition,
			 enum result result, const char *text,
			 const char *mend)
{
	static const char *const words[] = { "ok", "FAIL", "note" };

	if (result == FAIL)
		check->failed = true;

	out_item_open(NULL);
	out_string("check", NULL, condition);
	out_string("result", "%-4s  ", words[result]);
	out_string("message", "%s", text);
	if (mend)
		out_string("mend", "  (mend: %s)", mend);
	out_item_close();
}

/* A device that neither ARP nor neighbour discovery uses: lo, dummy, tunnels */
static bool device_is_quiet(const char *name)
{
	return device_flags(name) & (IFF_LOOPBACK | IFF_NOARP);
}

/* The device that has the VIP, @quiet ones or the others; NULL: none. */
static const struct local *vip_on(const struct check *check, bool quiet)
{
	for (size_t i = 0; i < check->locals->count; i++) {
		const struct local *local = &check->locals->local[i];

		if (address_equal(&local->address, check->vip) &&
		    device_is_quiet(local->dev) == quiet)
			return local;
	}
	return NULL;
}

static void check_address(struct check *check)
{
	const struct local *local = vip_on(check, true);
	char text[TEXT_LEN], mend[TEXT_LEN];

	if (local)
		result_print(check, "address", OK,
			     fill(text, "%s is on %s", check->name,
				  local->dev), NULL);
	else
		result_print(check, "address", FAIL,
			     fill(text, "%s is not on " VIP_DEV, check->name),
			     fill(mend, "dsrctl realserver add %s",
				  check->name));
}

static void check_exposed(struct check *check)
{
	const struct local *local = vip_on(check, false);
	char text[TEXT_LEN], mend[TEXT_LEN];

	if (!local)
		result_print(check, "exposed", OK,
			     fill(text, "%s is on no device that answers its neighbours",
				  check->name), NULL);
	else
		result_print(check, "exposed", FAIL,
			     fill(text, "%s is on %s, which answers its neighbours for it",
				  check->name, local->dev),
			     fill(mend, "ip address del %s/%u dev %s",
				  check->name, local->prefixlen, local->dev));
}

static void check_lo(struct check *check)
{
	if (device_flags(VIP_DEV) & IFF_UP)
		result_print(check, "lo", OK, VIP_DEV " is up", NULL);
	else
		result_print(check, "lo", FAIL, VIP_DEV " is down",
			     "ip link set " VIP_DEV " up");
}

/* Duplicate address detection: the VIP is on every backend. */
static void check_dad(struct check *check)
{
	const uint32_t failed = IFA_F_DADFAILED | IFA_F_TENTATIVE;
	const struct local *local = vip_on(check, true), *other;
	char text[TEXT_LEN], mend[TEXT_LEN];

	other = vip_on(check, false);
	if (other && (!local || other->flags & failed))
		local = other;
	if (!local)
		return;
	if (!(local->flags & failed)) {
		result_print(check, "dad", OK,
			     fill(text, "%s passed duplicate address detection, or is spared it",
				  check->name), NULL);
		return;
	}
	result_print(check, "dad", FAIL,
		     fill(text, "%s on %s is %s", check->name, local->dev,
			  local->flags & IFA_F_DADFAILED ?
			  "taken for a duplicate" : "still tentative"),
		     fill(mend, "ip address del %s/%u dev %s && dsrctl realserver add %s",
			  check->name, local->prefixlen, local->dev,
			  check->name));
}

static bool value_is_silent(const struct check *check, enum silence silence,
			    int value)
{
	const struct local *local = vip_on(check, true);

	return silence_holds(silence, value,
			     local && local->scope == RT_SCOPE_HOST);
}

static bool device_is_silent(const struct check *check, const char *dev,
			     const char *name)
{
	return value_is_silent(check, name_find(name, silence_names, SILENCES),
			       sysctl_effective(dev, name));
}

static bool device_is_loose(const struct check *check, const char *dev,
			    const char *name)
{
	(void)check;
	return sysctl_effective(dev, name) != 1;
}

/* The first device whose sysctl @name isn't as @holds wants it, NULL: there is
 * none.  @buf has IF_NAMESIZE characters, which is what device names fit into.
 */
static const char *device_unless(const struct check *check,
				 bool (*holds)(const struct check *check,
					       const char *dev,
					       const char *name),
				 const char *name, char *buf)
{
	DIR *dir = opendir(CONF_DIR);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		const char *dev = entry->d_name;

		if (*dev == '.' || !strcmp(dev, "all") ||
		    !strcmp(dev, "default") || !strcmp(dev, VIP_DEV))
			continue;
		found = !holds(check, dev, name);
		snprintf(buf, IF_NAMESIZE, "%.15s", dev);
	}
	if (dir)
		closedir(dir);
	return found ? buf : NULL;
}

/* "all" counts by itself as well: devices may come that have 0. */
static void check_silence(struct check *check, enum silence silence)
{
	const char *name = silence_names[silence], *dev = "all";
	char text[TEXT_LEN], mend[TEXT_LEN], buf[IF_NAMESIZE];
	int value = sysctl_read(dev, name);

	if (value_is_silent(check, silence, value))
		dev = device_unless(check, device_is_silent, name, buf);
	if (!dev)
		result_print(check, name, OK,
			     fill(text, "net.ipv4.conf.all.%s is %d", name,
				  value), NULL);
	else
		result_print(check, name, FAIL,
			     fill(text, "net.ipv4.conf.%s.%s is %d", dev, name,
				  sysctl_read(dev, name)),
			     fill(mend, "sysctl -w net/ipv4/conf/%s/%s=%d", dev,
				  name, silence_wanted(silence)));
}

/* Strict, it drops requests of clients that are reached by another device.  The
 * kernel counts what it dropped so, of any address.
 */
static void check_rp_filter(struct check *check)
{
	uint64_t drops = netstat_read("IPReversePathFilter");
	char text[TEXT_LEN], mend[TEXT_LEN], buf[IF_NAMESIZE];
	const char *dev;

	dev = device_unless(check, device_is_loose, "rp_filter", buf);
	if (!dev)
		return;

	result_print(check, "rp_filter", drops ? FAIL : NOTE,
		     fill(text, "rp_filter on %s is strict: it drops clients reached by others (%"
			  PRIu64 " packets)", dev, drops),
		     fill(mend, "sysctl -w net/ipv4/conf/%s/rp_filter=2", dev));
}

/* Where no port is named, that nothing is served yet may be meant so. */
static void unserved_print(struct check *check,
			   const struct listeners *listeners)
{
	char name[SELECTOR_LEN], where[ADDRESS_LEN], text[TEXT_LEN];
	enum result result = check->service->protocol ? FAIL : NOTE;

	selector_format(check->service, name);
	if (listeners->elsewhere.len)
		fill(text, "nothing listens on %s, only on %s: tell the server of the VIP",
		     name, address_format(&listeners->elsewhere, where));
	else
		fill(text, "nothing listens on %s: start the server", name);
	result_print(check, "listening", result, text, NULL);
}

static enum status check_listening(struct check *check)
{
	char name[SELECTOR_LEN], text[TEXT_LEN];
	struct listeners listeners;
	enum status status = listeners_find(check->service, &listeners);

	if (status != DONE || !listeners.known)
		return status;

	if (listeners.count)
		result_print(check, "listening", OK,
			     fill(text, "%zu socket%s on %s", listeners.count,
				  listeners.count == 1 ? " listens" : "s listen",
				  selector_format(check->service, name)), NULL);
	else
		unserved_print(check, &listeners);
	return DONE;
}

enum status check_print(const struct locals *locals,
			const struct selector *service)
{
	struct check check = {
		.locals = locals,
		.service = service,
		.vip = &service->address,
	};
	enum status status;

	address_format(check.vip, check.name);
	out_list_open(NULL);
	check_address(&check);
	check_exposed(&check);
	check_lo(&check);
	if (address_family(check.vip) == AF_INET) {
		check_silence(&check, ARP_IGNORE);
		check_silence(&check, ARP_ANNOUNCE);
		check_rp_filter(&check);
	} else {
		check_dad(&check);
	}
	status = check_listening(&check);
	out_list_close();
	return check.failed ? REFUSED : status;
}
