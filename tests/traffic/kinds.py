#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""kinds.py [VIP [PORT...]]...: a packet of every kind that the data path tells
apart, as lines of hex: what fuzzers begin with.

For each VIP (the reference network's two, if none is given) to each PORT (80).
"""
import struct
import sys

from wire import (ACK, CLIENT4, CLIENT6, DSTOPT, FIN, FRAGMENT, HOPOPT, ICMP, ICMP6, NONE, PSH,
                  ROUTING, RST, SCTP, SYN, TCP, UDP, VIP4, VIP6, client_of, frag6, fragments, icmp,
                  ip, ip4, ip6, tcp, tcp_segment, udp, udp_segment)

IPIP, IP6IP, GRE, ESP, AH, UDPLITE = 4, 41, 47, 50, 51, 136
OPTION = b"\0\x1e\x04abcd"                # an option to skip if unknown
ROUTE = bytes([0, 253, 0]) + bytes(4)
ATOMIC = struct.pack("!BHI", 0, 0, 77)
AUTH = bytes([1]) + bytes(10)
NEAR, FAR = 7, 1480


def sctp(vip, port, chunk):
    body = struct.pack("!HHII", 5000, port, 1, 0) + struct.pack("!BBH", chunk, 0, 16) + bytes(12)
    return ip(body, SCTP, dst=vip)


def with_ports(vip, port):
    for flags in SYN, SYN | ACK, ACK, ACK | PSH, ACK | FIN, RST, 0, SYN | FIN | RST, 0x3f:
        yield tcp(flags, dport=port, data=b"GET", dst=vip)
    for size in 0, 1, NEAR, FAR - 60:
        yield udp(dport=port, data=bytes(size), dst=vip)
    for chunk in 0, 1, 2, 6, 7, 8, 14, 255:
        yield sctp(vip, port, chunk)
    for ttl in 0, 1, 2:
        yield udp(dport=port, dst=vip, ttl=ttl)
        yield tcp(SYN, dport=port, dst=vip, ttl=ttl)


def without_ports(vip):
    for protocol in GRE, ESP, AH, UDPLITE, IPIP, IP6IP, NONE, ICMP, ICMP6, 255:
        for size in 0, NEAR, 40:
            yield ip(bytes(size), protocol, dst=vip)


def answers(vip, port):
    """What a backend sent, for an error to quote."""
    src, dst = vip, client_of(vip)
    yield ip(tcp_segment(port, 5000, ACK, b"", src, dst), TCP, src, dst)
    yield ip(udp_segment(port, 5000, b"answer", src, dst), UDP, src, dst)
    yield ip(struct.pack("!HHII", port, 5000, 1, 0), SCTP, src, dst)
    yield ip(bytes(8), GRE, src, dst)
    if ":" in vip:
        for chain in [(DSTOPT, OPTION)], [(FRAGMENT, ATOMIC)], [(ROUTING, ROUTE), (AH, AUTH)]:
            yield ip6(bytes(20), TCP, src, dst, extensions=chain)
        yield frag6(bytes(16), UDP, 64, True, src=src, dst=dst)
    else:
        yield ip4(bytes(20), TCP, src, dst, options=b"\1" * 40)
        yield ip4(bytes(16), UDP, src, dst, offset=64)


def messages(vip, port):
    request, errors, others = (128, (1, 2, 3, 4), (129, 130, 133, 135, 136, 137)) if ":" in vip \
        else (8, (3, 4, 5, 11, 12), (0, 9, 13, 17))
    yield icmp(request, 0, struct.pack("!HH", 77, 1), bytes(NEAR), vip)
    for kind in errors:
        for quoted in answers(vip, port):
            yield icmp(kind, 0, data=quoted, dst=vip)
            yield icmp(kind, 1, struct.pack("!HH", 0, 1400), quoted[:28], vip)
    for kind in others:
        yield icmp(kind, 0, data=bytes(20), dst=vip)


def cut_up(vip, port):
    for whole in udp(dport=port, data=bytes(100), dst=vip), tcp(SYN, dport=port, dst=vip):
        for size in 8, 16, 48:
            yield from fragments(whole, size, ident=size)
    for offset in 8, 1 << 15, 65528:
        yield frag6(bytes(16), UDP, offset, False, dst=vip) if ":" in vip else \
            ip4(bytes(16), UDP, dst=vip, offset=offset)


def chains(vip, port):
    """Extension headers of IPv6, and some that are none."""
    segment = tcp_segment(5000, port, SYN, b"", CLIENT6, vip)
    one = [(HOPOPT, OPTION), (DSTOPT, OPTION), (ROUTING, ROUTE), (FRAGMENT, ATOMIC), (AH, AUTH)]
    for chain in [*([each] for each in one), one, [(DSTOPT, OPTION)] * 8, [(FRAGMENT, ATOMIC)] * 2,
                  [(DSTOPT, bytes([200]) + bytes(6))], [(AH, bytes([255]) + bytes(10))]]:
        yield ip6(segment, TCP, dst=vip, extensions=chain)
        yield ip6(b"", NONE, dst=vip, extensions=chain)
        yield ip6(b"", UDP, dst=vip, extensions=chain)
    for chain in one[:1], one[2:3]:
        for offset, more in ((0, True), (64, True), (64, False)):
            yield frag6(segment[:16], TCP, offset, more, dst=vip, extensions=chain)
    yield ip6(segment, TCP, dst=vip, length=0, extensions=[(HOPOPT, b"\0\xc2\4" + bytes(4))])


def options(vip, port):
    """IPv4 headers of other lengths."""
    for body in (b"\1" * 4, b"\1" * 39 + b"\0", b"\x07\x0b\x04" + bytes(9), b"\x94\x04\0\0",
                 b"\x83\x07\x04\x0a\x03\0\1\0", b"\x44\x0c\x05\0" + bytes(8), b"\x07\xff\x04\0"):
        yield udp(dport=port, dst=vip, options=body)
        yield tcp(SYN, dport=port, dst=vip, options=body)
    yield ip4(bytes(40), TCP, dst=vip, ihl=4)
    yield ip4(bytes(40), TCP, dst=vip, length=19)
    yield udp(dport=port, dst=vip, data=bytes(FAR - 60), df=True)


def kinds(vip, port):
    yield from with_ports(vip, port)
    yield from without_ports(vip)
    yield from messages(vip, port)
    yield from cut_up(vip, port)
    yield from (chains if ":" in vip else options)(vip, port)


def destinations(words):
    """[(VIP, port)] of the command line."""
    vip, found = None, []
    for word in words:
        if word.isdigit():
            found.append((vip, int(word)))
        else:
            vip = word
    return found or [(each, 80) for each in (VIP4, VIP6)]


if __name__ == "__main__":
    for where in destinations(sys.argv[1:]):
        for each in kinds(*where):
            print(each.hex())
