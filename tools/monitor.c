// SPDX-License-Identifier: GPL-2.0
/* dsrctl monitor: the events of the network namespace, as they happen. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"
#include "device.h"
#include "dsr.h"
#include "dsrctl.h"
#include "flow.h"
#include "genl.h"
#include "output.h"
#include "service.h"
#include "settings.h"

#define ROOM		4194304		/* bytes: some thousand events */
#define ROOM_MAX	1073741824
#define ROOM_EXPECTED	"a number of bytes from 0 to %d is expected"

static const char *const kinds[] = DSR_EVENT_KIND_NAMES;

static const char usage[] =
"Usage: dsrctl monitor [ rcvbuf BYTES ]\n"
"\n"
"Prints what happens in the network namespace until it is interrupted: changes of\n"
"the configuration with the netlink port of who made them, backends that are\n"
"reached or not, drained or full, the flow table nearly full or flooded.  With -j\n"
"each event is an object on a line of its own.\n"
"\n"
"The first event, listening, says that from then on none is missed.  Where there\n"
"was no room for some, the event overrun stands for them: rcvbuf is that room.\n";

/* Of now, in UTC. */
static const char *time_format(char *buf, size_t size)
{
	char seconds[sizeof("2026-11-24T11:41:14")];
	struct timespec now;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &now);
	strftime(seconds, sizeof(seconds), "%FT%T", gmtime_r(&now.tv_sec, &tm));
	snprintf(buf, size, "%s.%06ldZ", seconds, now.tv_nsec / 1000);
	return buf;
}

/* As text "service-add" is two words, the object and what became of it. */
static void kind_print(const char *name)
{
	int object = strcspn(name, "-");

	out_string("event", NULL, name);
	if (options.json)
		return;
	printf("%.*s", object, name);
	if (name[object])
		printf(" %s", name + object + 1);
}

static void event_begin(const char *name)
{
	char text[64];

	out_item_open(NULL);
	out_string("time", "[%s] ", time_format(text, sizeof(text)));
	kind_print(name);
}

/* Whoever reads it is not kept waiting. */
static void event_end(void)
{
	out_item_close();
	fflush(stdout);
}

/* One that is no more than its name. */
static void event_plain(const char *name)
{
	event_begin(name);
	event_end();
}

static struct selector selector_of(const struct nlattr *nest)
{
	const struct nlattr *service[DSR_A_SERVICE_MAX + 1];

	attrs_of_nest(nest, service, DSR_A_SERVICE_MAX);
	return service_selector(service);
}

static void backend_of_print(const struct nlattr *service,
			     const struct nlattr *backend)
{
	struct selector selector = selector_of(service);

	backend_describe(service ? &selector : NULL, backend);
}

/* What it has happened to: the nests of the message say. */
static void objects_print(const struct nlattr *const *table)
{
	if (table[DSR_A_SERVICE] || table[DSR_A_BACKEND] ||
	    table[DSR_A_DEVICE])
		out_string(NULL, "%s", " ");
	if (table[DSR_A_BACKEND])
		backend_of_print(table[DSR_A_SERVICE], table[DSR_A_BACKEND]);
	else if (table[DSR_A_SERVICE])
		service_describe(table[DSR_A_SERVICE]);
	if (table[DSR_A_DEVICE])
		device_describe(table[DSR_A_DEVICE]);
	if (table[DSR_A_SETTINGS])
		settings_describe(table[DSR_A_SETTINGS]);
	if (table[DSR_A_FLOW_COUNT])
		flow_counts_describe(table[DSR_A_FLOW_COUNT]);
}

static void event_take(const struct nlmsghdr *message)
{
	const struct nlattr *table[DSR_A_MAX + 1];
	const struct nlattr *event[DSR_A_EVENT_MAX + 1];
	const struct nlattr *before;
	char word[WORD_LEN], lladdr[LLADDR_LEN];

	genl_attrs(message, table);
	attrs_of_nest(table[DSR_A_EVENT], event, DSR_A_EVENT_MAX);
	if (!event[DSR_A_EVENT_KIND])
		return;

	device_names_forget();
	event_begin(name_of(attr_number(event[DSR_A_EVENT_KIND], 0), kinds,
			    ARRAY_SIZE(kinds), "event", word));
	objects_print(table);
	before = event[DSR_A_EVENT_LLADDR_BEFORE];
	if (before)
		out_string("lladdr-before", " before %s",
			   lladdr_of(before, lladdr));
	if (event[DSR_A_EVENT_PORTID])
		out_number("by", " by %" PRIu64,
			   attr_number(event[DSR_A_EVENT_PORTID], 0));
	event_end();
}

/* Each event is whole in the output before the next one is read. */
static void interrupted(int number)
{
	(void)number;
	_exit(DONE);
}

/* Ends when nobody reads what is printed any more. */
static enum status listen_on(int fd)
{
	struct pollfd wait[] = {
		{ .fd = fd, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};

	while (!ferror(stdout)) {
		if (poll(wait, ARRAY_SIZE(wait), -1) < 0)
			return refused("poll: %s", strerror(errno));
		if (wait[1].revents)
			return DONE;

		switch (genl_hear(event_take)) {
		case GENL_EVENTS:
			break;
		case GENL_OVERRUN:
			event_plain("overrun");
			break;
		case GENL_GONE:
			return refused("the dsr module was removed");
		case GENL_FAILED:
			return refused("netlink: %s", strerror(errno));
		}
	}
	return DONE;
}

static enum status room_take(struct args *args, uint64_t *room)
{
	const char *word = args_next(args);

	*room = ROOM;
	if (!word)
		return DONE;
	if (strcmp(word, "rcvbuf"))
		return usage_error("\"%s\": nothing or rcvbuf BYTES is expected",
				   word);

	word = args_next(args);
	if (!word)
		return usage_error("rcvbuf: " ROOM_EXPECTED, ROOM_MAX);
	if (!number_parse(word, ROOM_MAX, room))
		return usage_error("rcvbuf \"%s\": " ROOM_EXPECTED, word,
				   ROOM_MAX);
	return args_end(args);
}

enum status monitor_main(struct args *args)
{
	enum status status;
	uint64_t room;
	int fd;

	if (args_help(args, usage))
		return DONE;

	status = room_take(args, &room);
	if (status == DONE)
		status = genl_listen(room, &fd);
	if (status != DONE)
		return status;

	signal(SIGINT, interrupted);
	signal(SIGTERM, interrupted);
	signal(SIGPIPE, SIG_DFL);
	event_plain("listening");
	return listen_on(fd);
}
