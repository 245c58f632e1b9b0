// SPDX-License-Identifier: GPL-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dsr.h"
#include "fault.h"
#include "request.h"
#include "state.h"

#define FLOWS	8

static struct mnl_socket *asker, *listener;

/* In the network namespace where the process is now. */
void state_open(void)
{
	if (asker) {
		mnl_socket_close(asker);
		mnl_socket_close(listener);
	}
	asker = ask_open();
	listener = ask_listen();
}

/* Without faults. */
static int ask(const struct nlmsghdr *nlh, struct answer *answer)
{
	if (ask_send(asker, nlh, answer))
		ask_gather(asker, answer);
	if (!answer->error && (!answer->ended || answer->lost))
		die("no answer", "without a fault");
	return answer->error;
}

static void must(const struct nlmsghdr *nlh, struct answer *answer)
{
	if (ask(nlh, answer))
		die("refused without a fault", strerror(answer->error));
}

static void ask_simply(__u8 command, __u16 flags, struct answer *answer)
{
	static char buffer[MESSAGE_MAX];

	must(ask_begin(buffer, family.id, command, flags), answer);
}

/* A request that is carried out. */
void state_do(const struct nlmsghdr *nlh)
{
	static struct answer answer;

	must(nlh, &answer);
}

static void detach(const char *device)
{
	const struct request request = {
		.command = DSR_CMD_DEVICE_DETACH, .device = device,
	};
	static char buffer[MESSAGE_MAX];
	static struct answer answer;
	struct nlmsghdr *nlh = ask_begin(buffer, family.id, request.command,
					 NLM_F_ACK);

	request_put(nlh, &request);
	if (ask(nlh, &answer) && answer.error != ENOENT)
		die("a device stays", device);
}

static void make_base(void)
{
	static char buffer[MESSAGE_MAX];
	struct nlmsghdr *nlh = ask_begin(buffer, family.id,
					 DSR_CMD_CONFIG_CHANGE, NLM_F_ACK);
	struct nlattr *nest = mnl_attr_nest_start(nlh, DSR_A_CHANGES);
	unsigned int i;

	for (i = 0; i < request_base.nr; i++)
		request_put_change(nlh, &request_base.request[i]);
	mnl_attr_nest_end(nlh, nest);
	state_do(nlh);
}

/* The director's own packets to a service, which is elsewhere, make its flows: two
 * for each, as one that has had no more than one ends after a minute.
 */
static void make_flows(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(80),
		.sin_addr.s_addr = inet_addr("10.2.0.1"),
	};
	struct sockaddr_in from = { .sin_family = AF_INET };
	unsigned int i;
	int fd;

	for (i = 0; i < FLOWS; i++) {
		fd = socket(AF_INET, SOCK_DGRAM, 0);
		from.sin_port = htons(2000 + i);
		if (bind(fd, (void *)&from, sizeof(from)) ||
		    sendto(fd, "", 1, 0, (void *)&to, sizeof(to)) != 1 ||
		    sendto(fd, "", 1, 0, (void *)&to, sizeof(to)) != 1)
			die("no packet", strerror(errno));
		close(fd);
	}
}

/* Where each operation begins. */
void state_base(void)
{
	static struct answer answer;

	/* Those of removed backends would fill the table. */
	ask_simply(DSR_CMD_FLOW_FLUSH, NLM_F_ACK, &answer);
	ask_simply(DSR_CMD_SERVICE_FLUSH, NLM_F_ACK, &answer);
	detach("vip");
	detach("spare");
	make_base();
	make_flows();
}

/* A network namespace of its own, that has had no service yet. */
void state_empty(void)
{
	const struct request small = {
		.command = DSR_CMD_SETTINGS_SET, .flows = DSR_FLOWS_MIN,
	};
	static char buffer[MESSAGE_MAX];
	struct nlmsghdr *nlh = ask_begin(buffer, family.id, small.command,
					 NLM_F_ACK);

	if (unshare(CLONE_NEWNET))
		die("no namespace", strerror(errno));
	state_open();
	request_put(nlh, &small);
	state_do(nlh);
}

static __u32 take_generation(struct answer *answer)
{
	struct nlattr *attr;
	__u32 generation = 0;

	mnl_attr_for_each_payload((void *)answer->data, answer->len)
		if (mnl_attr_get_type(attr) == DSR_A_GENERATION) {
			generation = mnl_attr_get_u32(attr);
			memset(mnl_attr_get_payload(attr), 0, sizeof(__u32));
		}
	return generation;
}

void state_take(struct state *state)
{
	ask_simply(DSR_CMD_CONFIG_GET, NLM_F_DUMP, &state->config);
	state->generation = take_generation(&state->config);
	ask_simply(DSR_CMD_FLOW_COUNT, NLM_F_ACK, &state->flows);
}

static bool same(const struct answer *a, const struct answer *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

/* Apart from the generation. */
bool state_same(const struct state *a, const struct state *b)
{
	return same(&a->config, &b->config) && same(&a->flows, &b->flows);
}

/* What the resolver finds out is told when it finds it out. */
static bool is_resolvers(__u8 kind)
{
	return kind == DSR_EVENT_KIND_BACKEND_RESOLVED ||
	       kind == DSR_EVENT_KIND_BACKEND_UNRESOLVED ||
	       kind == DSR_EVENT_KIND_BACKEND_LLADDR;
}

static unsigned int count_events(const struct answer *answer)
{
	const struct nlattr *attr, *part;
	unsigned int nr = 0;

	mnl_attr_for_each_payload((void *)answer->data, answer->len) {
		if (mnl_attr_get_type(attr) != DSR_A_EVENT)
			continue;
		mnl_attr_for_each_nested(part, attr)
			if (mnl_attr_get_type(part) == DSR_A_EVENT_KIND)
				nr += !is_resolvers(mnl_attr_get_u8(part));
	}
	return nr;
}

/* Since the last call. */
struct heard state_heard(void)
{
	static struct answer answer;

	answer.len = 0;
	answer.lost = false;
	ask_gather(listener, &answer);
	return (struct heard){ count_events(&answer), answer.lost };
}

bool state_has_flows(void)
{
	const struct nlattr *attr, *part;
	static struct answer answer;
	__u32 nr = 0;

	ask_simply(DSR_CMD_FLOW_COUNT, NLM_F_ACK, &answer);
	mnl_attr_for_each_payload((void *)answer.data, answer.len)
		mnl_attr_for_each_nested(part, attr)
			nr += mnl_attr_get_u32(part);
	return nr;
}

/* Whether all backends can be reached. */
bool state_is_resolved(void)
{
	const struct nlattr *attr, *part;
	static struct answer answer;
	bool resolved = true;

	ask_simply(DSR_CMD_BACKEND_GET, NLM_F_DUMP, &answer);
	mnl_attr_for_each_payload((void *)answer.data, answer.len) {
		if (mnl_attr_get_type(attr) != DSR_A_BACKEND)
			continue;
		mnl_attr_for_each_nested(part, attr)
			if (mnl_attr_get_type(part) == DSR_A_BACKEND_WHY)
				resolved = false;
	}
	return resolved;
}
