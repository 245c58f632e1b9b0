// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netpacket/packet.h>
#include <sys/socket.h>

#include "ask.h"
#include "output.h"

#define LISTEN_MS 1000

enum { ARP, ND, SOCKETS };

struct asking {
	struct question *questions;
	size_t count;
	const struct links *links;	/* of this host */
	struct pollfd sockets[SOCKETS];
};

struct solicitation {
	struct nd_neighbor_solicit header;
	struct nd_opt_hdr option;
	struct ether_addr lladdr;
};

struct advertisement {
	struct nd_neighbor_advert header;
	struct nd_opt_hdr option;
	struct ether_addr lladdr;
};

static int arp_open(void)
{
	return socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ARP));
}

/* A message of neighbour discovery counts only if no router was on its way. */
static int nd_open(void)
{
	int hops = 255, on = 1;
	struct icmp6_filter filter;
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6);

	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ND_NEIGHBOR_ADVERT, &filter);
	setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter));
	setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops));
	setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	return fd;
}

/* Without an address of its own it asks as a host does that would take one. */
static ssize_t arp_send(int fd, const struct question *question)
{
	const struct link *link = question->link;
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = link->ifindex,
		.sll_halen = ETH_ALEN,
	};
	struct ether_arp request = {
		.arp_hrd = htons(ARPHRD_ETHER),
		.arp_pro = htons(ETH_P_IP),
		.arp_hln = ETH_ALEN,
		.arp_pln = 4,
		.arp_op = htons(ARPOP_REQUEST),
	};

	memset(to.sll_addr, 0xff, ETH_ALEN);
	memcpy(request.arp_sha, &link->lladdr, ETH_ALEN);
	memcpy(request.arp_spa, question->from.byte, 4);
	memcpy(request.arp_tpa, question->about.byte, 4);
	return sendto(fd, &request, sizeof(request), 0, (struct sockaddr *)&to,
		      sizeof(to));
}

/* To the group of all hosts whose address ends with the same three bytes. */
static ssize_t nd_send(int fd, const struct question *question)
{
	struct sockaddr_in6 to = {
		.sin6_family = AF_INET6,
		.sin6_scope_id = question->link->ifindex,
	};
	struct solicitation request = {
		.header.nd_ns_type = ND_NEIGHBOR_SOLICIT,
		.option.nd_opt_type = ND_OPT_SOURCE_LINKADDR,
		.option.nd_opt_len = 1,
		.lladdr = question->link->lladdr,
	};

	inet_pton(AF_INET6, "ff02::1:ff00:0", &to.sin6_addr);
	memcpy(to.sin6_addr.s6_addr + 13, question->about.byte + 13, 3);
	memcpy(&request.header.nd_ns_target, question->about.byte, 16);
	return sendto(fd, &request, sizeof(request), 0, (struct sockaddr *)&to,
		      sizeof(to));
}

static enum status question_ask(const struct asking *asking,
				const struct question *question)
{
	bool v4 = address_family(&question->about) == AF_INET;
	int fd = asking->sockets[v4 ? ARP : ND].fd;
	ssize_t sent;

	sent = v4 ? arp_send(fd, question) : nd_send(fd, question);
	if (sent >= 0)
		return DONE;

	return refused("asking on %s: %s", question->link->name,
		       strerror(errno));
}

static void answer_note(struct asking *asking, unsigned int ifindex,
			const struct address *about,
			const struct ether_addr *lladdr)
{
	if (links_have(asking->links, lladdr))
		return;

	for (size_t i = 0; i < asking->count; i++) {
		struct question *question = &asking->questions[i];

		if (question->link->ifindex != ifindex ||
		    !address_equal(&question->about, about))
			continue;
		question->answered = true;
		question->lladdr = *lladdr;
	}
}

static void arp_receive(struct asking *asking)
{
	struct sockaddr_ll from = { 0 };
	socklen_t len = sizeof(from);
	struct ether_addr lladdr;
	struct address about;
	struct ether_arp arp;
	ssize_t received;

	received = recvfrom(asking->sockets[ARP].fd, &arp, sizeof(arp),
			    MSG_DONTWAIT, (struct sockaddr *)&from, &len);
	if (received != sizeof(arp) || arp.arp_op != htons(ARPOP_REPLY) ||
	    from.sll_pkttype == PACKET_OUTGOING)
		return;

	about = address_from(arp.arp_spa, 4);
	memcpy(&lladdr, arp.arp_sha, sizeof(lladdr));
	answer_note(asking, from.sll_ifindex, &about, &lladdr);
}

/* The device that a message came by. */
static unsigned int device_of(struct msghdr *message)
{
	struct in6_pktinfo *info;
	struct cmsghdr *header;

	for (header = CMSG_FIRSTHDR(message); header;
	     header = CMSG_NXTHDR(message, header)) {
		info = (struct in6_pktinfo *)CMSG_DATA(header);
		if (header->cmsg_level == IPPROTO_IPV6 &&
		    header->cmsg_type == IPV6_PKTINFO)
			return info->ipi6_ifindex;
	}
	return 0;
}

static void nd_receive(struct asking *asking)
{
	char control[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	struct advertisement answer;
	struct iovec vec = { &answer, sizeof(answer) };
	struct msghdr message = {
		.msg_iov = &vec,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct address about;
	ssize_t received;

	received = recvmsg(asking->sockets[ND].fd, &message, MSG_DONTWAIT);
	if (received != sizeof(answer) ||
	    answer.option.nd_opt_type != ND_OPT_TARGET_LINKADDR)
		return;

	about = address_from(&answer.header.nd_na_target, 16);
	answer_note(asking, device_of(&message), &about, &answer.lladdr);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Takes what comes until @end, and what has come by then while others had the
 * processor: of that there is an end too, however much comes.
 */
static void answers_take(struct asking *asking, long end)
{
	long left;
	int ready;

	do {
		left = end - now_ms();
		ready = poll(asking->sockets, SOCKETS, left > 0 ? left : 0);
		if (ready <= 0)
			continue;
		if (asking->sockets[ARP].revents)
			arp_receive(asking);
		if (asking->sockets[ND].revents)
			nd_receive(asking);
	} while (left > 0 || (ready > 0 && left > -LISTEN_MS));
}

enum status questions_ask(struct question *questions, size_t count,
			  const struct links *links)
{
	struct asking asking = {
		.questions = questions,
		.count = count,
		.links = links,
		.sockets[ARP] = { .fd = arp_open(), .events = POLLIN },
		.sockets[ND] = { .fd = nd_open(), .events = POLLIN },
	};
	enum status status = DONE;

	if (asking.sockets[ARP].fd < 0 || asking.sockets[ND].fd < 0)
		status = refused("asking by ARP and ND: %s", strerror(errno));
	for (size_t i = 0; i < count && status == DONE; i++)
		status = question_ask(&asking, &questions[i]);
	if (status == DONE)
		answers_take(&asking, now_ms() + LISTEN_MS);

	for (int i = 0; i < SOCKETS; i++)
		if (asking.sockets[i].fd >= 0)
			close(asking.sockets[i].fd);
	return status;
}
