// SPDX-License-Identifier: GPL-2.0
/* flood: packets by the thousand, from sources that need not exist.
 *
 *	flood KIND dev DEVICE mac MAC from ADDRESS to ADDRESS [port PORT]
 *	      [ports N] [flows N] [count N] [rate N] [size N] [first N]
 *
 * KIND is syn, ack (data in the middle of a TCP connection), fin, rst, or udp.
 * Flow number i comes from address ADDRESS + i / 60000, port 1024 + i % 60000;
 * the flows take turns, from number `first` on, and so do the ports that they go
 * to, PORT + i % `ports`.  Without `count` it goes on until it is ended; without
 * `rate` (packets a second) as fast as the packet socket takes them.  `size` is
 * the payload's.  At its end it prints how many it sent; it ends early when its
 * device goes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/types.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "frame.h"

#define BATCH		64
#define FRAME_MAX	2048
#define PORT_FIRST	1024
#define PORTS		60000

struct address {
	int family;
	unsigned char bytes[16];
};

static struct {
	struct sockaddr_ll link;
	struct address from, to;
	__u8 protocol, flags;
	__u16 port;
	unsigned long ports, flows, count, rate, size, first;
} opt = { .port = 80, .ports = 1, .flows = 1 };

/* There is no device to send by any more. */
static int stopped;
static unsigned char frames[BATCH][FRAME_MAX];

static struct address parse_address(const char *text)
{
	struct address address = {
		.family = strchr(text, ':') ? AF_INET6 : AF_INET,
	};

	if (inet_pton(address.family, text, address.bytes) != 1)
		die("not an address", text);
	return address;
}

static void parse_kind(const char *text)
{
	static const struct {
		const char *name;
		__u8 protocol, flags;
	} kinds[] = {
		{ "syn", IPPROTO_TCP, TH_SYN },
		{ "ack", IPPROTO_TCP, TH_ACK | TH_PUSH },
		{ "fin", IPPROTO_TCP, TH_ACK | TH_FIN },
		{ "rst", IPPROTO_TCP, TH_RST },
		{ "udp", IPPROTO_UDP, 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(text, kinds[i].name))
			continue;
		opt.protocol = kinds[i].protocol;
		opt.flags = kinds[i].flags;
		return;
	}
	die("not a kind of packet", text);
}

static void parse_pair(const char *key, const char *value)
{
	if (!strcmp(key, "dev"))
		opt.link.sll_ifindex = if_nametoindex(value);
	else if (!strcmp(key, "mac"))
		parse_mac(value, &opt.link);
	else if (!strcmp(key, "from"))
		opt.from = parse_address(value);
	else if (!strcmp(key, "to"))
		opt.to = parse_address(value);
	else if (!strcmp(key, "port"))
		opt.port = atoi(value);
	else if (!strcmp(key, "ports"))
		opt.ports = strtoul(value, NULL, 10);
	else if (!strcmp(key, "flows"))
		opt.flows = strtoul(value, NULL, 10);
	else if (!strcmp(key, "count"))
		opt.count = strtoul(value, NULL, 10);
	else if (!strcmp(key, "rate"))
		opt.rate = strtoul(value, NULL, 10);
	else if (!strcmp(key, "size"))
		opt.size = strtoul(value, NULL, 10);
	else if (!strcmp(key, "first"))
		opt.first = strtoul(value, NULL, 10);
	else
		die("not an option", key);
}

static void parse(int argc, char **argv)
{
	int i;

	if (argc < 2)
		die("no kind of packet", "syn, ack, fin, rst or udp");
	parse_kind(argv[1]);
	for (i = 2; i + 1 < argc; i += 2)
		parse_pair(argv[i], argv[i + 1]);
	if (i < argc)
		die("no value", argv[i]);
	if (!opt.link.sll_ifindex)
		die("no such device", "dev");
	if (!opt.from.family || opt.from.family != opt.to.family)
		die("not of one family", "from, to");
	if (!opt.ports || !opt.flows || opt.size > 1400)
		die("out of range", "ports, flows, size");
}

/* The first address, and as many more as @more says. */
static void source(unsigned char *bytes, __u32 more)
{
	size_t len = opt.from.family == AF_INET ? 4 : 16;
	__u32 last;

	memcpy(bytes, opt.from.bytes, len);
	memcpy(&last, bytes + len - 4, 4);
	last = htonl(ntohl(last) + more);
	memcpy(bytes + len - 4, &last, 4);
}

static size_t put_ports(unsigned char *at, unsigned long flow, __u32 pseudo)
{
	__u16 port = PORT_FIRST + flow % PORTS;
	__u16 dest = opt.port + flow % opt.ports;
	size_t len;

	if (opt.protocol == IPPROTO_UDP) {
		struct udphdr *uh = (void *)at;

		len = sizeof(*uh) + opt.size;
		*uh = (struct udphdr) {
			.source = htons(port),
			.dest = htons(dest),
			.len = htons(len),
		};
		uh->check = fold(sum(pseudo + len, at, sizeof(*uh)));
	} else {
		struct tcphdr *th = (void *)at;

		len = sizeof(*th) + opt.size;
		*th = (struct tcphdr) {
			.th_sport = htons(port),
			.th_dport = htons(dest),
			.th_seq = htonl(port),
			.th_ack = opt.flags & TH_ACK ? htonl(1) : 0,
			.th_off = sizeof(*th) / 4,
			.th_flags = opt.flags,
			.th_win = htons(65535),
		};
		th->th_sum = fold(sum(pseudo + len, at, sizeof(*th)));
	}
	return len;
}

static size_t put_v4(unsigned char *at, unsigned long flow)
{
	struct iphdr *iph = (void *)at;
	__u32 pseudo;
	size_t len;

	*iph = (struct iphdr) {
		.version = 4,
		.ihl = 5,
		.frag_off = htons(IP_DF),
		.ttl = 64,
		.protocol = opt.protocol,
	};
	source((unsigned char *)&iph->saddr, flow / PORTS);
	memcpy(&iph->daddr, opt.to.bytes, 4);
	pseudo = sum(opt.protocol, &iph->saddr, 8);
	len = sizeof(*iph) + put_ports(at + sizeof(*iph), flow, pseudo);
	iph->tot_len = htons(len);
	iph->check = fold(sum(0, iph, sizeof(*iph)));
	return len;
}

static size_t put_v6(unsigned char *at, unsigned long flow)
{
	struct ip6_hdr *ip6h = (void *)at;
	__u32 pseudo;
	size_t len;

	*ip6h = (struct ip6_hdr) {
		.ip6_flow = htonl(6 << 28),
		.ip6_nxt = opt.protocol,
		.ip6_hlim = 64,
	};
	source((unsigned char *)&ip6h->ip6_src, flow / PORTS);
	memcpy(&ip6h->ip6_dst, opt.to.bytes, 16);
	pseudo = sum(opt.protocol, &ip6h->ip6_src, 32);
	len = put_ports(at + sizeof(*ip6h), flow, pseudo);
	ip6h->ip6_plen = htons(len);
	return sizeof(*ip6h) + len;
}

static size_t put(unsigned char *at, unsigned long number)
{
	unsigned long flow = opt.first + number % opt.flows;

	return opt.from.family == AF_INET ? put_v4(at, flow) : put_v6(at, flow);
}

/* Sends the packets from @number on, and returns how many went. */
static unsigned int batch(int fd, unsigned long number, unsigned int want)
{
	struct mmsghdr messages[BATCH] = {};
	struct iovec vectors[BATCH];
	unsigned int i;
	int sent;

	for (i = 0; i < want; i++) {
		vectors[i].iov_base = frames[i];
		vectors[i].iov_len = put(frames[i], number + i);
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_name = &opt.link;
		messages[i].msg_hdr.msg_namelen = sizeof(opt.link);
	}
	sent = sendmmsg(fd, messages, want, 0);
	if (sent > 0)
		return sent;
	/* The device may be gone or down: that is what some tests do. */
	if (errno == ENXIO || errno == ENETDOWN || errno == ENODEV)
		stopped = 1;
	else if (errno != ENOBUFS && errno != EINTR && errno != EAGAIN)
		die("can't send", strerror(errno));
	return 0;
}

/* Waits until it is time for packet @number. */
static void pace(const struct timespec *start, unsigned long number)
{
	__u64 ns;
	struct timespec when = *start;

	if (!opt.rate)
		return;
	ns = when.tv_nsec + number * 1000000000ULL / opt.rate;
	when.tv_sec += ns / 1000000000;
	when.tv_nsec = ns % 1000000000;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

int main(int argc, char **argv)
{
	unsigned long number = 0;
	struct timespec start;
	unsigned int want;
	int fd;

	parse(argc, argv);
	opt.link.sll_family = AF_PACKET;
	opt.link.sll_protocol = htons(opt.from.family == AF_INET ? ETH_P_IP :
								   ETH_P_IPV6);
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (fd < 0)
		die("no packet socket", strerror(errno));
	/* Not with PACKET_QDISC_BYPASS: for a device that is just being removed,
	 * and has no queue any more, Linux then divides by zero or never ends
	 * (packet_pick_tx_queue() of 6.12).
	 */
	clock_gettime(CLOCK_MONOTONIC, &start);

	while (!stopped && (!opt.count || number < opt.count)) {
		want = opt.rate && opt.rate < 1000 ? 1 : BATCH;
		if (opt.count && opt.count - number < want)
			want = opt.count - number;
		number += batch(fd, number, want);
		pace(&start, number);
	}
	printf("%lu\n", number);
	return 0;
}
