# SPDX-License-Identifier: GPL-2.0
"""Packets as bytes, from the IP header on: making them and reading them.

Without more words they go from the reference network's client to its VIP.
"""
import socket
import struct

VIP4, VIP6 = "10.2.0.1", "2001:db8:2::1"
CLIENT4, CLIENT6 = "192.168.1.1", "fd00:1::1"
ICMP, TCP, UDP, SCTP, FRAGMENT, ICMP6 = 1, 6, 17, 132, 44, 58
HOPOPT, ROUTING, NONE, DSTOPT = 0, 43, 59, 60
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


# Making packets.

def raw(address):
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data[:len(data) & ~1]))
    total += data[-1] << 8 if len(data) & 1 else 0
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def with_checksum(l4, at, src, dst, protocol):
    pseudo = raw(src) + raw(dst) + struct.pack("!II", len(l4), protocol)
    value = checksum(pseudo + l4)
    return l4[:at] + struct.pack("!H", value or 0xffff) + l4[at + 2:]


def ip4(payload, protocol, src=CLIENT4, dst=VIP4, ttl=64, ident=1, offset=0,
        more=False, df=False, options=b"", length=None, ihl=None):
    """An IPv4 packet; offset in bytes; options padded by the caller."""
    words = 5 + len(options) // 4 if ihl is None else ihl
    total = 20 + len(options) + len(payload) if length is None else length
    field = offset // 8 | (0x2000 if more else 0) | (0x4000 if df else 0)
    header = struct.pack("!BBHHHBBH4s4s", 0x40 | words, 0, total, ident, field, ttl,
                         protocol, 0, raw(src), raw(dst)) + options
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def ip6(payload, protocol, src=CLIENT6, dst=VIP6, ttl=64, length=None, extensions=()):
    """An IPv6 packet; extensions are [(type, body without its first byte)]."""
    kinds = [kind for kind, _ in extensions] + [protocol]
    body = b"".join(bytes([kinds[n + 1]]) + rest for n, (_, rest) in enumerate(extensions))
    body += payload
    return struct.pack("!IHBB16s16s", 6 << 28, len(body) if length is None else length,
                       kinds[0], ttl, raw(src), raw(dst)) + body


def ip(payload, protocol, src=None, dst=VIP4, **more):
    if ":" in dst:
        return ip6(payload, protocol, src or CLIENT6, dst, **more)
    return ip4(payload, protocol, src or CLIENT4, dst, **more)


def udp_segment(sport, dport, data, src, dst):
    header = struct.pack("!HHHH", sport, dport, 8 + len(data), 0)
    return with_checksum(header + data, 6, src, dst, UDP)


def tcp_segment(sport, dport, flags, data, src, dst, seq=1):
    header = struct.pack("!HHIIBBHHH", sport, dport, seq, 1 if flags & ACK else 0,
                         0x50, flags, 65535, 0, 0)
    return with_checksum(header + data, 16, src, dst, TCP)


def client_of(vip):
    return CLIENT6 if ":" in vip else CLIENT4


def udp(sport=5000, dport=9, data=b"", dst=VIP4, src=None, **more):
    src = src or client_of(dst)
    return ip(udp_segment(sport, dport, data, src, dst), UDP, src, dst, **more)


def tcp(flags, sport=5000, dport=80, data=b"", dst=VIP4, src=None, seq=1, **more):
    src = src or client_of(dst)
    return ip(tcp_segment(sport, dport, flags, data, src, dst, seq), TCP, src, dst, **more)


def icmp(kind, code, rest=bytes(4), data=b"", dst=VIP4, src=None, **more):
    """ICMP or, by the VIP, ICMPv6; rest are the four bytes behind the checksum."""
    src = src or client_of(dst)
    message = struct.pack("!BBH", kind, code, 0) + rest + data
    if ":" in dst:
        return ip6(with_checksum(message, 2, src, dst, ICMP6), ICMP6, src, dst, **more)
    message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    return ip4(message, ICMP, src, dst, **more)


def frag6(payload, protocol, offset, more, ident=1, src=CLIENT6, dst=VIP6, extensions=()):
    header = struct.pack("!BHI", 0, offset | more, ident)
    return ip6(payload, protocol, src, dst,
               extensions=[*extensions, (FRAGMENT, header)])


def fragments(packet, size, ident=1):
    """A packet without options or extension headers, cut every size bytes."""
    v6 = packet[0] >> 4 == 6
    head = 40 if v6 else 20
    payload, cut = packet[head:], []
    for offset in range(0, len(payload), size):
        part, more = payload[offset:offset + size], offset + size < len(payload)
        if v6:
            cut.append(frag6(part, packet[6], offset, more, ident, source_of(packet), dest_of(packet)))
        else:
            cut.append(ip4(part, packet[9], source_of(packet), dest_of(packet),
                           packet[8], ident, offset, more))
    return cut


# Reading packets.

def version(packet):
    return packet[0] >> 4


def source_of(packet):
    if version(packet) == 6:
        return socket.inet_ntop(socket.AF_INET6, packet[8:24])
    return socket.inet_ntop(socket.AF_INET, packet[12:16])


def dest_of(packet):
    if version(packet) == 6:
        return socket.inet_ntop(socket.AF_INET6, packet[24:40])
    return socket.inet_ntop(socket.AF_INET, packet[16:20])


def icmp_of(packet):
    """(type, code, the four bytes behind the checksum as a number), or None."""
    if version(packet) == 6:
        protocol, at = packet[6], 40
    else:
        protocol, at = packet[9], 4 * (packet[0] & 15)
    if protocol not in (ICMP, ICMP6):
        return None
    return packet[at], packet[at + 1], int.from_bytes(packet[at + 4:at + 8], "big")
