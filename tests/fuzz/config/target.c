// SPDX-License-Identifier: GPL-2.0
/*
 * A file given to `dsrctl apply`, to `dsrctl -b` and to `dsrctl import ipvs`, up to
 * the messages that they send: the whole tool in one process, with a kernel that it
 * plays itself (tests/tools/peer).  Each message has to be whole.  libFuzzer's
 * interface: mutator.c or libFuzzer calls it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <sys/mman.h>

#include "dsrctl.h"
#include "peer.h"
#include "target.h"

/* The tool's main(), renamed. */
int dsrctl_main(int argc, char **argv);

unsigned long messages;

/* Instead of the objects that would change this machine, or not end. */
enum status object_skip(struct args *args);
enum status object_skip(struct args *args)
{
	return DONE;
}

/* Attributes fill what they are in, up to the last byte. */
static void attrs_check(const char *bytes, size_t len)
{
	const struct nlattr *attr;
	size_t size;

	while (len) {
		attr = (const struct nlattr *)bytes;
		if (len < sizeof(*attr) || !mnl_attr_ok(attr, len))
			abort();
		if (attr->nla_type & NLA_F_NESTED)
			attrs_check(mnl_attr_get_payload(attr),
				    mnl_attr_get_payload_len(attr));
		size = MNL_ALIGN(attr->nla_len);
		if (size > len)
			abort();
		bytes += size;
		len -= size;
	}
}

void peer_hears(const struct nlmsghdr *message, size_t len)
{
	if (message->nlmsg_len != len || message->nlmsg_type < NLMSG_MIN_TYPE ||
	    len < NLMSG_HDRLEN + GENL_HDRLEN)
		abort();
	messages++;
	attrs_check((const char *)message + NLMSG_HDRLEN + GENL_HDRLEN,
		    len - NLMSG_HDRLEN - GENL_HDRLEN);
}

static void tool_run(char *word, char *next)
{
	char *words[4] = { "dsrctl", word, next };

	options = (struct options){ 0 };
	if (dsrctl_main(3, words) > DIFFERENT)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	int fd = memfd_create("input", MFD_CLOEXEC);
	char path[32];

	if (!peer.count)
		peer_load(getenv("DSR_PEER_ANSWERS"));
	if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	tool_run("apply", path);
	tool_run("-b", path);
	if (!freopen(path, "re", stdin))
		abort();
	tool_run("import", "ipvs");
	close(fd);
	return 0;
}
