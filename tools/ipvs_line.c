// SPDX-License-Identifier: GPL-2.0
/*
 * ipvsadm(8) says which options there are.  Of its commands a save has -A and
 * -a alone, and numbers where it was made with -n.
 */
#include <ctype.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>

#include "ipvs_line.h"
#include "output.h"

/* In order, and a missing value is told from an unknown option. */
static const char letters[] = "-:Aat:u:f:6s:p::M:b:or:gimw:x:y:";

static const struct option names[] = {
	{ "add-service", no_argument, NULL, 'A' },
	{ "add-server", no_argument, NULL, 'a' },
	{ "tcp-service", required_argument, NULL, 't' },
	{ "udp-service", required_argument, NULL, 'u' },
	{ "sctp-service", required_argument, NULL, IPVS_SCTP },
	{ "fwmark-service", required_argument, NULL, 'f' },
	{ "ipv6", no_argument, NULL, '6' },
	{ "scheduler", required_argument, NULL, 's' },
	{ "persistent", optional_argument, NULL, 'p' },
	{ "netmask", required_argument, NULL, 'M' },
	{ "sched-flags", required_argument, NULL, 'b' },
	{ "pe", required_argument, NULL, IPVS_PE },
	{ "ops", no_argument, NULL, 'o' },
	{ "real-server", required_argument, NULL, 'r' },
	{ "gatewaying", no_argument, NULL, 'g' },
	{ "ipip", no_argument, NULL, 'i' },
	{ "masquerading", no_argument, NULL, 'm' },
	{ "tun-type", required_argument, NULL, IPVS_TUNNEL },
	{ "tun-port", required_argument, NULL, IPVS_TUNNEL },
	{ "tun-nocsum", no_argument, NULL, IPVS_TUNNEL },
	{ "tun-csum", no_argument, NULL, IPVS_TUNNEL },
	{ "tun-remcsum", no_argument, NULL, IPVS_TUNNEL },
	{ "weight", required_argument, NULL, 'w' },
	{ "u-threshold", required_argument, NULL, 'x' },
	{ "l-threshold", required_argument, NULL, 'y' },
	{ 0 },
};

static const struct {
	char letter;
	uint8_t protocol;
} protocols[] = {
	{ 't', IPPROTO_TCP },
	{ 'u', IPPROTO_UDP },
	{ IPVS_SCTP, IPPROTO_SCTP },
};

/* The value of -p is the next word, if that is a number. */
static const char *option_value(int option, char **words, int count)
{
	if (option == 'p' && !optarg && optind < count &&
	    isdigit((unsigned char)*words[optind]))
		return words[optind++];

	return optarg ? optarg : "";
}

/* @option: what getopt_long() makes of a word that isn't an option of a save. */
static enum status word_refused(int option, char **words)
{
	if (option == ':')
		return refused("\"%s\": a value is expected",
			       words[optind - 1]);
	if (option == '?' && optopt)
		return refused("\"-%c\": a save of ipvsadm doesn't have this",
			       optopt);
	return refused("\"%s\": a save of ipvsadm doesn't have this",
		       option == 1 ? optarg : words[optind - 1]);
}

static enum status options_take(char **words, int count,
				struct ipvs_line *line)
{
	int option;

	optind = 0;	/* begins anew */
	opterr = 0;
	while ((option = getopt_long(count, words, letters, names,
				     NULL)) != -1) {
		if (option == 1 || option == ':' || option == '?')
			return word_refused(option, words);
		if (line->value[option] && option != IPVS_TUNNEL)
			return refused("\"-%c\" is given twice", option);
		line->value[option] = option_value(option, words, count);
	}
	if (optind < count)
		return refused("\"%s\": an option is expected", words[optind]);
	return DONE;
}

enum status ipvs_line_parse(char **words, int count, struct ipvs_line *line)
{
	enum status status;

	*line = (struct ipvs_line){ 0 };
	status = options_take(words, count, line);
	if (status != DONE)
		return status;
	if (!line->value['A'] == !line->value['a'])
		return refused("a line of ipvsadm -S -n is expected, which begins with -A or -a");
	return DONE;
}

static bool host_parse(const char *word, struct ipvs_host *host)
{
	char text[SELECTOR_LEN], *end;
	uint64_t port = 0;

	if (strlen(word) >= sizeof(text))
		return false;
	memcpy(text, word, strlen(word) + 1);

	end = text + strcspn(text, *text == '[' ? "]" : ":");
	if (*end == ']')
		end++;
	if (*end == ':') {
		*end++ = '\0';
		if (!number_parse(end, UINT16_MAX, &port))
			return false;
	} else if (*end) {
		return false;
	}
	host->port = port;
	return address_parse(text, &host->address);
}

static enum status host_take(const char *what, const char *word,
			     struct ipvs_host *host)
{
	if (host_parse(word, host))
		return DONE;

	return refused("%s \"%s\": ADDRESS:PORT in numbers is expected, as of ipvsadm -S -n",
		       what, word);
}

/* ipvsadm prints marks above the middle of their range as negative numbers. */
static enum status mark_parse(const struct ipvs_line *line,
			      struct selector *service)
{
	const char *word = line->value['f'];
	bool negative = *word == '-';
	uint64_t number;

	if (!number_parse(word + negative, negative ? 1U << 31 : UINT32_MAX,
			  &number) || !number)
		return refused("mark \"%s\": a number is expected, not 0",
			       word);

	service->mark = negative ? -number : number;
	service->family = line->value['6'] ? AF_INET6 : AF_INET;
	return DONE;
}

enum status ipvs_service_parse(const struct ipvs_line *line,
			       struct selector *service)
{
	const char *word = NULL;
	struct ipvs_host host;
	enum status status;

	*service = (struct selector){ 0 };
	if (line->value['f'])
		return mark_parse(line, service);

	for (size_t i = 0; i < ARRAY_SIZE(protocols) && !word; i++) {
		word = line->value[(int)protocols[i].letter];
		service->protocol = protocols[i].protocol;
	}
	if (!word)
		return refused("no service: -t, -u, --sctp-service or -f is expected");

	status = host_take("service", word, &host);
	if (status != DONE)
		return status;
	service->address = host.address;
	service->prefixlen = 8 * host.address.len;
	service->port = host.port;
	return DONE;
}

enum status ipvs_server_parse(const struct ipvs_line *line,
			      struct ipvs_host *server)
{
	if (!line->value['r'])
		return refused("no real server: -r is expected");

	return host_take("real server", line->value['r'], server);
}
