// SPDX-License-Identifier: GPL-2.0
/*
 * dsrctl and a module of another release: each attribute of each answer once is
 * missing, is joined by one that nobody knows, has another value or another size.
 * Whatever comes, dsrctl prints JSON or says in one line why not; what it doesn't
 * know it doesn't look at.
 *
 * usage: mutate ANSWERS FILE (a configuration); prints a line a test, 0 or 1 and
 * its name, and on standard error what went wrong
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <json-c/json.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "dsr.h"
#include "peer.h"

#define HEADERS (NLMSG_HDRLEN + GENL_HDRLEN)
#define TYPE_NEW 0x3ff0		/* what no release has */
#define SECONDS 20		/* after which it hangs */
#define SHOWN_MAX 3		/* failures of a kind whose texts are shown */

/* The tool's main(), renamed. */
int dsrctl_main(int argc, char **argv);

static const struct sight {
	const char *command;	/* a line of dsrctl */
	uint8_t asks[4];	/* DSR_CMD_*, up to a 0 */
} sights[] = {
	{ "-j -s service show", { DSR_CMD_SERVICE_GET, DSR_CMD_BACKEND_GET } },
	{ "-s service show", { DSR_CMD_SERVICE_GET, DSR_CMD_BACKEND_GET } },
	{ "-j backend show 10.2.0.1:80/tcp", { DSR_CMD_BACKEND_GET } },
	{ "-j flow show", { DSR_CMD_FLOW_GET } },
	{ "-j flow count", { DSR_CMD_FLOW_COUNT } },
	{ "-j device show", { DSR_CMD_DEVICE_GET } },
	{ "-j stats --explain", { DSR_CMD_STATS_GET } },
	{ "-j get", { DSR_CMD_SETTINGS_GET } },
	{ "-j explain 192.168.1.1:5000 10.2.0.1:80/tcp", { DSR_CMD_EXPLAIN } },
	{ "explain 192.168.1.1:5000 10.2.0.1:80/tcp", { DSR_CMD_EXPLAIN } },
	{ "-j -b 1 top", { DSR_CMD_STATS_GET, DSR_CMD_SERVICE_GET,
			   DSR_CMD_BACKEND_GET } },
	{ "metrics", { DSR_CMD_STATS_GET, DSR_CMD_SETTINGS_GET,
		       DSR_CMD_SERVICE_GET } },
	{ "save", { DSR_CMD_CONFIG_GET } },
	{ "-j apply FILE --dry-run", { DSR_CMD_CONFIG_GET,
				       DSR_CMD_SETTINGS_GET } },
	{ "apply FILE", { DSR_CMD_CONFIG_GET } },
};

enum kind { MISSING, JOINED, ONES, EMPTY, SHORT, LONG, CUT, KINDS };

static const char *const kind_names[KINDS] = {
	[MISSING] = "missing",
	[JOINED] = "joined by an unknown one",
	[ONES] = "of an unknown value",
	[EMPTY] = "empty",
	[SHORT] = "a byte shorter",
	[LONG] = "longer",
	[CUT] = "longer than its message",
};

#define PATHS_MAX 256

/* One change on the way of an answer through attrs_copy().  An attribute is one
 * place in the tree: where there are more of them, as in lists, the first counts.
 */
struct change {
	enum kind kind;
	size_t target;		/* the number of the attribute */
	size_t seen;		/* attributes so far */
	uint32_t paths[PATHS_MAX];	/* hashes of these, from the root on */
	uint16_t type;		/* that of the target */
};

/* Whether it is this one that is to change. */
static bool is_target(struct change *change, uint32_t path)
{
	for (size_t i = 0; i < change->seen; i++)
		if (change->paths[i] == path)
			return false;
	if (change->seen == PATHS_MAX)
		exit(PEER_HANGS);
	change->paths[change->seen] = path;
	return change->seen++ == change->target;
}

/* What came of one run. */
struct result {
	int status;		/* as of waitpid() */
	char *out;
	char *err;
};

static size_t attr_put(char *to, uint16_t type, const void *payload, size_t len)
{
	struct nlattr attr = { .nla_len = NLA_HDRLEN + len, .nla_type = type };

	memset(to, 0, NLA_ALIGN(attr.nla_len));
	memcpy(to, &attr, NLA_HDRLEN);
	memcpy(to + NLA_HDRLEN, payload, len);
	return NLA_ALIGN(attr.nla_len);
}

/* A copy that differs; @len is that of the payload. */
static size_t attr_change(const struct change *change, uint16_t type,
			  const char *payload, size_t len, char *to)
{
	char longer[1 << 16];
	size_t put;

	memcpy(longer, payload, len);
	memset(longer + len, 0xff, 4);
	switch (change->kind) {
	case MISSING:
		return 0;
	case JOINED:
		put = attr_put(to, TYPE_NEW, "new!", 5);
		return put + attr_put(to + put, type, payload, len);
	case ONES:
		memset(longer, 0xff, len);
		return attr_put(to, type, longer, len);
	case EMPTY:
		return attr_put(to, type, payload, 0);
	case SHORT:
		return attr_put(to, type, payload, len ? len - 1 : 0);
	case LONG:
		return attr_put(to, type, longer, len + 4);
	default:
		put = attr_put(to, type, payload, len);
		((struct nlattr *)to)->nla_len = 0xfff0;
		return put;
	}
}

/* Returns the length of the copy at @to; @root is the path of what it is in. */
static size_t attrs_copy(struct change *change, uint32_t root, const char *from,
			 size_t len, char *to)
{
	const struct nlattr *attr;
	uint32_t path;
	size_t put = 0, size;
	const char *payload;

	for (; len; len -= NLA_ALIGN(attr->nla_len)) {
		attr = (const struct nlattr *)from;
		payload = from + NLA_HDRLEN;
		size = attr->nla_len - NLA_HDRLEN;
		path = 1000003 * root + attr->nla_type;
		if (is_target(change, path)) {
			change->type = attr->nla_type & NLA_TYPE_MASK;
			put += attr_change(change, attr->nla_type, payload,
					   size, to + put);
		} else if (attr->nla_type & NLA_F_NESTED) {
			size = attrs_copy(change, path, payload, size,
					  to + put + NLA_HDRLEN);
			memcpy(to + put, attr, NLA_HDRLEN);
			((struct nlattr *)(to + put))->nla_len = NLA_HDRLEN + size;
			put += NLA_HDRLEN + size;
		} else {
			put += attr_put(to + put, attr->nla_type, payload, size);
		}
		from += NLA_ALIGN(attr->nla_len);
	}
	return put;
}

/* @datagram with the change at @to; returns its length. */
static size_t datagram_change(struct change *change,
			      const struct datagram *datagram, char *to)
{
	const char *from = (const char *)datagram->bytes;
	const struct nlmsghdr *message;
	size_t at, put = 0, len;

	for (at = 0; at < datagram->len; at += NLMSG_ALIGN(message->nlmsg_len)) {
		message = (const struct nlmsghdr *)(from + at);
		len = message->nlmsg_len;
		memcpy(to + put, message, len);
		if (message->nlmsg_type >= NLMSG_MIN_TYPE)
			len = HEADERS + attrs_copy(change, 0, from + at + HEADERS,
						   len - HEADERS,
						   to + put + HEADERS);
		((struct nlmsghdr *)(to + put))->nlmsg_len = len;
		put += NLMSG_ALIGN(len);
	}
	return put;
}

/* The whole of a memory file, as a string. */
static char *text_of(int fd)
{
	off_t len = lseek(fd, 0, SEEK_END);
	char *text = calloc(1, len + 1);

	if (pread(fd, text, len, 0) != len)
		exit(PEER_HANGS);
	close(fd);
	return text;
}

static int words_split(char *line, char **words, char *file)
{
	int count = 0;

	words[count++] = "dsrctl";
	for (char *word = strtok(line, " "); word; word = strtok(NULL, " "))
		words[count++] = strcmp(word, "FILE") ? word : file;
	words[count] = NULL;
	return count;
}

/* A process each: what dsrctl keeps ends with it. */
static struct result command_run(const char *command, char *file)
{
	int out = memfd_create("out", 0), err = memfd_create("err", 0);
	struct result result;
	char line[256], *words[16];
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		alarm(SECONDS);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		snprintf(line, sizeof(line), "%s", command);
		exit(dsrctl_main(words_split(line, words, file), words));
	}
	waitpid(pid, &result.status, 0);
	result.out = text_of(out);
	result.err = text_of(err);
	return result;
}

static void result_free(struct result *result)
{
	free(result->out);
	free(result->err);
}

/* Warnings may stand before it. */
static bool says_why(const char *err)
{
	const char *last;

	for (last = err; strchr(last, '\n') && strchr(last, '\n')[1];
	     last = strchr(last, '\n') + 1)
		if (strncmp(last, "dsrctl: ", 8))
			return false;
	return !strncmp(last, "dsrctl: ", 8);
}

static bool is_json(const char *text)
{
	struct json_object *object = json_tokener_parse(text);
	bool is = object;

	json_object_put(object);
	return is;
}

/* The states that flows are counted by are shown by number where they are new. */
static bool shows_unknown(const struct sight *sight)
{
	return *sight->asks == DSR_CMD_FLOW_COUNT;
}

/* NULL: as it should be. */
static const char *result_judge(const struct sight *sight, enum kind kind,
				const struct result *base,
				const struct result *result)
{
	int status = WEXITSTATUS(result->status);

	if (!WIFEXITED(result->status))
		return "it died or hung";
	if (status == PEER_HANGS)
		return "it waits for more";
	if (status != 0 && status != 1 && status != 3)
		return "exit status";
	if (status == 1 ? !says_why(result->err) : *result->err)
		return "its messages";
	if (status == 0 && !strncmp(sight->command, "-j", 2) &&
	    !is_json(result->out))
		return "no JSON";
	if (kind == JOINED && !shows_unknown(sight) &&
	    strcmp(result->out, base->out))
		return "what it doesn't know shows";
	return NULL;
}

/* Each kind's count of runs, and of those that went wrong. */
struct tally {
	size_t runs;
	size_t wrong;
};

static void result_count(struct tally *tally, const struct sight *sight,
			 const struct change *change,
			 const struct result *result, const char *why)
{
	tally->runs++;
	if (!why || tally->wrong++ >= SHOWN_MAX)
		return;
	fprintf(stderr, "%s: attribute %zu, of type %u, %s: %s, status %#x\n%.300s\n",
		sight->command, change->target, change->type,
		kind_names[change->kind], why, result->status,
		*result->err ? result->err : result->out);
}

/* Time goes by the calls for it, the same in each run. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	static time_t now;

	*time = (struct timespec){ .tv_sec = ++now };
	return 0;
}

time_t time(time_t *now)
{
	return 0;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
		    struct timespec *left)
{
	return 0;
}

/* Each attribute of a datagram, in one kind of change. */
static void datagram_vary(struct datagram *datagram, enum kind kind,
			  const struct sight *sight, char *file,
			  const struct result *base, struct tally *tally)
{
	static char bytes[1 << 17] __attribute__((aligned(8)));
	struct change change = { .kind = kind };
	struct datagram kept = *datagram;
	struct result result;

	for (;; change.target++) {
		change.seen = 0;
		datagram->len = datagram_change(&change, &kept, bytes);
		if (change.seen <= change.target)
			break;
		datagram->bytes = (unsigned char *)bytes;
		result = command_run(sight->command, file);
		result_count(tally, sight, &change, &result,
			     result_judge(sight, kind, base, &result));
		result_free(&result);
	}
	*datagram = kept;
}

static bool asks(const struct sight *sight, uint8_t command)
{
	return command && memchr(sight->asks, command, sizeof(sight->asks));
}

static void sight_vary(const struct sight *sight, enum kind kind, char *file,
		       struct tally *tally)
{
	struct result base = command_run(sight->command, file);

	for (size_t i = 0; i < peer.count; i++)
		if (peer.datagrams[i].family != GENL_ID_CTRL &&
		    asks(sight, peer.datagrams[i].command))
			datagram_vary(&peer.datagrams[i], kind, sight, file,
				      &base, tally);
	result_free(&base);
}

static void sight_check(const struct sight *sight, char *file)
{
	for (enum kind kind = 0; kind < KINDS; kind++) {
		struct tally tally = { 0 };

		sight_vary(sight, kind, file, &tally);
		printf("%d %s: %zu attributes, each %s\n",
		       tally.wrong || !tally.runs, sight->command, tally.runs,
		       kind_names[kind]);
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	peer_load(argv[1]);
	for (size_t i = 0; i < sizeof(sights) / sizeof(*sights); i++)
		sight_check(&sights[i], argv[2]);
	return 0;
}
