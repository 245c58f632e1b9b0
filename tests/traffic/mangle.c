// SPDX-License-Identifier: GPL-2.0
/* mangle: packets that were right once.
 *
 *	mangle dev DEVICE mac MAC seconds N seed N < PACKETS
 *
 * PACKETS are lines of hex, each a packet from its IP header on.  It takes one of
 * them at a time, changes some of it, mostly makes its length and checksum right
 * again, and sends it to MAC in one of three ways: in one piece; in pages, of
 * which no more than the start is linear (a packet socket's ring); and as a
 * super-packet of segmentation offload, that may well be none.  Most keep their
 * destination and come from 172.16.0.0/24 or fd00:5::/120.
 *
 * Frames that are one packet each come from 02:00:00:00:00:01, super-packets from
 * 02:00:00:00:00:02.  At its end it prints how many of both it sent, and how many
 * were refused: no such super-packet can be.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/types.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

#include "../lib/dice.h"
#include "frame.h"

/* Newer than Debian 12's headers. */
#define VIRTIO_NET_HDR_GSO_UDP_L4	5

#define MTU		1500
#define PACKET_MAX	65535
#define FRAME_SIZE	2048		/* of the ring */
#define FRAMES		64
#define DATA_AT		(TPACKET2_HDRLEN - sizeof(struct sockaddr_ll))

struct packet {
	size_t len;
	unsigned char *bytes;
};

struct frame {
	struct virtio_net_hdr vnet;
	struct ethhdr eth;
	unsigned char bytes[PACKET_MAX];
	size_t len;			/* of @bytes */
};

static struct {
	struct sockaddr_ll link;
	unsigned long seconds;
	__u64 seed;
} opt = { .seconds = 10 };

static struct packet *packets;
static size_t packets_nr;
static unsigned long sent, large, refused;
static struct dice dice;

static size_t below(size_t limit)
{
	return dice_below(&dice, limit);
}

static int once_in(unsigned int n)
{
	return !below(n);
}

static int is_v6(const struct frame *frame)
{
	return frame->eth.h_proto == htons(ETH_P_IPV6);
}

static size_t header_len(const struct frame *frame)
{
	return is_v6(frame) ? sizeof(struct ip6_hdr) : sizeof(struct iphdr);
}

/* Changes: each makes another packet of what is in the frame. */

static void flip_bit(struct frame *frame)
{
	if (frame->len)
		frame->bytes[below(frame->len)] ^= 1 << below(8);
}

static void set_byte(struct frame *frame)
{
	static const unsigned char values[] = {
		0, 1, 4, 6, 8, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60, 127, 128,
		132, 135, 254, 255,
	};

	if (frame->len)
		frame->bytes[below(frame->len)] = values[below(sizeof(values))];
}

/* Where it matters most. */
static void set_early_byte(struct frame *frame)
{
	size_t len = frame->len;

	if (frame->len > header_len(frame) + 24)
		frame->len = header_len(frame) + 24;
	set_byte(frame);
	frame->len = len;
}

static void cut(struct frame *frame)
{
	frame->len = below(frame->len + 1);
}

static void lengthen(struct frame *frame)
{
	size_t more = below(once_in(8) ? 3000 : 64);

	if (frame->len + more > PACKET_MAX)
		return;
	memset(frame->bytes + frame->len, (int)dice_roll(&dice), more);
	frame->len += more;
}

static void repeat_piece(struct frame *frame)
{
	size_t at = below(frame->len), size = below(frame->len - at);

	if (size > 64)
		size = 64;
	if (frame->len + size > PACKET_MAX)
		return;
	memmove(frame->bytes + at + size, frame->bytes + at, frame->len - at);
	frame->len += size;
}

static void lose_piece(struct frame *frame)
{
	size_t at = below(frame->len), size = below(frame->len - at);

	memmove(frame->bytes + at, frame->bytes + at + size,
		frame->len - at - size);
	frame->len -= size;
}

/* The end of another packet in place of its own. */
static void splice(struct frame *frame)
{
	const struct packet *other = &packets[below(packets_nr)];
	size_t at = below(frame->len), from = below(other->len);
	size_t size = other->len - from;

	if (size > PACKET_MAX - at)
		size = PACKET_MAX - at;
	memcpy(frame->bytes + at, other->bytes + from, size);
	frame->len = at + size;
}

static void change(struct frame *frame)
{
	static void (*const changes[])(struct frame *frame) = {
		flip_bit, set_byte, set_early_byte, set_early_byte, cut,
		lengthen, repeat_piece, lose_piece, splice,
	};
	size_t times = below(5);

	while (times--)
		changes[below(ARRAY_SIZE(changes))](frame);
}

/* Repairs: what lets a packet come through the first checks. */

static void repair_v4(struct frame *frame)
{
	struct iphdr *iph = (void *)frame->bytes;

	iph->version = 4;
	if (iph->ihl < 5 || iph->ihl * 4u > frame->len)
		iph->ihl = 5;
	iph->tot_len = htons(frame->len);
	iph->check = 0;
	iph->check = fold(sum(0, frame->bytes, iph->ihl * 4));
}

static void repair_v6(struct frame *frame)
{
	struct ip6_hdr *ip6h = (void *)frame->bytes;

	ip6h->ip6_vfc = 0x60;
	ip6h->ip6_plen = htons(frame->len - sizeof(*ip6h));
}

static void repair(struct frame *frame)
{
	if (frame->len < header_len(frame))
		return;
	if (is_v6(frame))
		repair_v6(frame);
	else
		repair_v4(frame);
}

/* To where the packet @was sent, from one of some sources: few enough to send
 * the fragments of a datagram, and more of a flow.
 */
static void address(struct frame *frame, const struct packet *was)
{
	__u8 host = below(256);

	if (frame->len < header_len(frame))
		return;
	if (is_v6(frame)) {
		struct ip6_hdr *ip6h = (void *)frame->bytes;

		inet_pton(AF_INET6, "fd00:5::", &ip6h->ip6_src);
		ip6h->ip6_src.s6_addr[15] = host;
		memcpy(&ip6h->ip6_dst, was->bytes + 24, 16);
	} else {
		struct iphdr *iph = (void *)frame->bytes;

		iph->saddr = htonl(0xac100000 | host);
		memcpy(&iph->daddr, was->bytes + 16, 4);
	}
}

static void make(struct frame *frame, size_t limit)
{
	const struct packet *was = &packets[below(packets_nr)];

	memset(&frame->vnet, 0, sizeof(frame->vnet));
	frame->len = was->len;
	memcpy(frame->bytes, was->bytes, was->len);
	frame->eth.h_proto = htons(was->bytes[0] >> 4 == 6 ? ETH_P_IPV6 :
							     ETH_P_IP);
	frame->eth.h_source[5] = 1;
	change(frame);
	if (frame->len > limit)
		frame->len = limit;
	if (!once_in(16))
		address(frame, was);
	if (!once_in(8))
		repair(frame);
}

/* Ways to send. */

/* Not by the socket alone: its segments can't be made, or it is longer than the
 * device takes.
 */
static int is_refusal(int error)
{
	return error == EINVAL || error == EMSGSIZE || error == ENOMEM ||
	       error == ENOBUFS;
}

static void send_one(int fd, struct frame *frame, unsigned long *count)
{
	size_t len = offsetof(struct frame, bytes) + frame->len;

	if (send(fd, frame, len, 0) == (ssize_t)len)
		*count += 1;
	else if (is_refusal(errno))
		refused++;
	else
		die("can't send", strerror(errno));
}

static void send_whole(int fd, struct frame *frame)
{
	make(frame, MTU);
	send_one(fd, frame, &sent);
}

static int is_udp(const struct frame *frame)
{
	return frame->bytes[is_v6(frame) ? 6 : 9] == IPPROTO_UDP;
}

/* TCP's checksum is 16 bytes into its header, UDP's 6. */
static void promise_checksum(struct frame *frame)
{
	frame->vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	frame->vnet.csum_start = ETH_HLEN + header_len(frame);
	frame->vnet.csum_offset = is_udp(frame) ? 6 : 16;
	if (once_in(16))
		frame->vnet.csum_start += below(40);
	if (once_in(16))
		frame->vnet.csum_offset = below(64);
}

static __u8 gso_type(const struct frame *frame)
{
	static const __u8 types[] = {
		VIRTIO_NET_HDR_GSO_NONE, VIRTIO_NET_HDR_GSO_TCPV4,
		VIRTIO_NET_HDR_GSO_TCPV6, VIRTIO_NET_HDR_GSO_UDP,
		VIRTIO_NET_HDR_GSO_UDP_L4,
	};

	if (once_in(8))
		return types[below(sizeof(types))];
	if (is_udp(frame))
		return once_in(2) ? VIRTIO_NET_HDR_GSO_UDP :
				    VIRTIO_NET_HDR_GSO_UDP_L4;
	return is_v6(frame) ? VIRTIO_NET_HDR_GSO_TCPV6 :
			      VIRTIO_NET_HDR_GSO_TCPV4;
}

static void send_large(int fd, struct frame *frame)
{
	size_t more = below(once_in(2) ? 3000 : 20000);

	make(frame, PACKET_MAX);
	if (frame->len + more < PACKET_MAX) {
		memset(frame->bytes + frame->len, 0, more);
		frame->len += more;
		repair(frame);
	}
	frame->eth.h_source[5] = 2;
	frame->vnet.gso_type = gso_type(frame);
	if (once_in(8))
		frame->vnet.gso_type |= VIRTIO_NET_HDR_GSO_ECN;
	frame->vnet.gso_size = 8 + below(once_in(8) ? 65528 : 1440);
	if (!once_in(8))
		promise_checksum(frame);
	frame->vnet.hdr_len = ETH_HLEN + header_len(frame) + below(40);
	send_one(fd, frame, &large);
}

/* A ring full of them; the kernel takes them as they lie, but for their start. */
static void send_in_pages(int fd, char *ring, struct frame *frame)
{
	ssize_t total = 0;
	unsigned int i;

	for (i = 0; i < FRAMES; i++) {
		struct tpacket2_hdr *header = (void *)(ring + i * FRAME_SIZE);
		size_t len;

		make(frame, MTU);
		frame->vnet.hdr_len = below(ETH_HLEN + frame->len + 1);
		len = offsetof(struct frame, bytes) + frame->len;
		memcpy((char *)header + DATA_AT, frame, len);
		header->tp_len = len;
		header->tp_status = TP_STATUS_SEND_REQUEST;
		total += len - sizeof(frame->vnet);
	}
	if (send(fd, NULL, 0, 0) != total)
		die("can't send the whole ring", strerror(errno));
	sent += FRAMES;
}

static int packet_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0), one = 1;

	opt.link.sll_family = AF_PACKET;
	if (fd < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&opt.link, sizeof(opt.link)))
		die("no packet socket", strerror(errno));
	return fd;
}

static char *make_ring(int fd)
{
	struct tpacket_req request = {
		.tp_block_size = FRAMES * FRAME_SIZE,
		.tp_block_nr = 1,
		.tp_frame_size = FRAME_SIZE,
		.tp_frame_nr = FRAMES,
	};
	int version = TPACKET_V2;
	char *ring;

	if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version,
		       sizeof(version)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &request,
		       sizeof(request)))
		die("no ring", strerror(errno));
	ring = mmap(NULL, FRAMES * FRAME_SIZE, PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED)
		die("no ring", strerror(errno));
	return ring;
}

static void run(void)
{
	static struct frame frame = {
		.eth.h_source = { 2, 0, 0, 0, 0, 1 },
	};
	int fd = packet_socket(), ring_fd = packet_socket();
	char *ring = make_ring(ring_fd);
	time_t end = time(NULL) + opt.seconds;
	unsigned int i;

	memcpy(frame.eth.h_dest, opt.link.sll_addr, ETH_ALEN);
	while (time(NULL) < end) {
		send_in_pages(ring_fd, ring, &frame);
		for (i = 0; i < FRAMES; i++)
			send_whole(fd, &frame);
		for (i = 0; i < FRAMES / 4; i++)
			send_large(fd, &frame);
	}
}

/* What it is given. */

static void read_packet(const char *line)
{
	struct packet packet = { .bytes = malloc(PACKET_MAX) };

	while (packet.len < PACKET_MAX &&
	       sscanf(line, "%2hhx", packet.bytes + packet.len) == 1) {
		packet.len++;
		line += 2;
	}
	if (packet.len < sizeof(struct iphdr) ||
	    (packet.bytes[0] >> 4 == 6 && packet.len < sizeof(struct ip6_hdr)))
		die("not a packet", line);
	packets = reallocarray(packets, packets_nr + 1, sizeof(*packets));
	packets[packets_nr++] = packet;
}

static void read_packets(void)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0)
		read_packet(line);
	free(line);
	if (!packets_nr)
		die("no packets", "stdin");
}

static void parse_pair(const char *key, const char *value)
{
	if (!strcmp(key, "dev"))
		opt.link.sll_ifindex = if_nametoindex(value);
	else if (!strcmp(key, "mac"))
		parse_mac(value, &opt.link);
	else if (!strcmp(key, "seconds"))
		opt.seconds = strtoul(value, NULL, 10);
	else if (!strcmp(key, "seed"))
		opt.seed = strtoull(value, NULL, 10);
	else
		die("not an option", key);
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i + 1 < argc; i += 2)
		parse_pair(argv[i], argv[i + 1]);
	if (i < argc || !opt.link.sll_ifindex || !opt.link.sll_halen)
		die("usage", "mangle dev DEVICE mac MAC seconds N seed N");
	dice_init(&dice, opt.seed, 0);
	read_packets();
	run();
	printf("sent=%lu large=%lu refused=%lu\n", sent, large, refused);
	return 0;
}
