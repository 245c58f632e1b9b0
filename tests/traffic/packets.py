#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""packets.py PREFIX < SCRIPT: packets as no stack would send them.

SCRIPT is Python with the names of this file.  It runs in the reference network
of tests/netns/lib.sh: sends from the router's leg towards the director, and
sees what arrives at the backends and at the client.

    check(holds, name)      a result; same(name, got, expected) too
    arrivals(*packets)      sends them; [(who, packet)] of all that arrived
    where(*packets)         the same, only which backends: "b1 b1 b2"
    errors(*packets)        the same, only ICMP at the client
    counter(name)           of the director

A packet is bytes from the IP header on.  That a packet has NOT arrived is known
when one sent after it has: the service VIP4:9/udp must be there for that.
"""
import ctypes
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time
import traceback

PREFIX = sys.argv[1]
VIP4, VIP6 = "10.2.0.1", "2001:db8:2::1"
CLIENT4, CLIENT6 = "192.168.1.1", "fd00:1::1"
ICMP, TCP, UDP, SCTP, FRAGMENT, ICMP6 = 1, 6, 17, 132, 44, 58
HOPOPT, ROUTING, NONE, DSTOPT = 0, 43, 59, 60
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
PATIENCE = 20
SO_RCVBUFFORCE, SO_TIMESTAMPNS, ETH_P_ALL = 33, 35, 3


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


def ttl_of(packet):
    return packet[7] if version(packet) == 6 else packet[8]


def icmp_of(packet):
    """(type, code, the four bytes behind the checksum as a number), or None."""
    if version(packet) == 6:
        protocol, at = packet[6], 40
    else:
        protocol, at = packet[9], 4 * (packet[0] & 15)
    if protocol not in (ICMP, ICMP6):
        return None
    return packet[at], packet[at + 1], int.from_bytes(packet[at + 4:at + 8], "big")


# Sending and seeing them.

LIBC = ctypes.CDLL(None, use_errno=True)
HOME = os.open("/proc/self/ns/net", os.O_RDONLY)


def enter(namespace):
    if LIBC.setns(namespace, 0x40000000):
        raise OSError(ctypes.get_errno(), "setns")


def in_namespace(name, function, *args):
    namespace = os.open(f"/run/netns/{PREFIX}-{name}", os.O_RDONLY)
    try:
        enter(namespace)
        return function(*args)
    finally:
        enter(HOME)
        os.close(namespace)


def command(*words):
    """What a command prints."""
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def director(*words):
    """What a command prints that runs on the director."""
    return command("ip", "netns", "exec", f"{PREFIX}-director", *words)


def counter(name):
    with_names = dict(line.split() for line in director("cat", "/proc/net/dsr/stats").splitlines())
    return int(with_names[name])


def interface(device):
    """A packet socket there, None if there is no such device."""
    try:
        # Protocol 0: it sees nothing until bind() has said which device.
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
        sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
        sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        sock.bind((device, ETH_P_ALL))
        sock.setblocking(False)
        return sock
    except OSError:
        return None


def is_housekeeping(packet):
    """Neighbour discovery and multicast listening."""
    if version(packet) == 6:
        return packet[24] == 0xff or packet[6] == ICMP6 and 130 <= packet[40] <= 137
    return packet[16] >= 224


class Network:
    """Sockets in the namespaces of the reference network."""

    def __init__(self):
        names = [f"b{n}" for n in range(1, 10) if os.path.exists(f"/run/netns/{PREFIX}-b{n}")]
        self.seen = {name: in_namespace(name, interface, "eth0") for name in [*names, "client"]}
        # Two-armed, or one-armed.
        self.device, leg = "director", "eth1"
        self.out = in_namespace("router", interface, self.device)
        if not self.out:
            self.device, leg = "lan", "eth0"
            self.out = in_namespace("router", interface, self.device)
        link = json.loads(director("ip", "-j", "link", "show", leg))[0]
        self.mac = bytes.fromhex(link["address"].replace(":", ""))
        self.barriers = 0

    def send(self, packet, mac=None):
        protocol = 0x86dd if version(packet) == 6 else 0x0800
        self.out.sendto(packet, (self.device, protocol, 0, 0, mac or self.mac))

    def read(self):
        """All that has come since it was last asked, in the order of its coming."""
        got = []
        for name, sock in self.seen.items():
            while True:
                try:
                    packet, more, _, (_, protocol, kind, *_) = sock.recvmsg(65536, 64)
                except BlockingIOError:
                    break
                if kind == 0 and protocol in (0x0800, 0x86dd) and not is_housekeeping(packet):
                    got.append((struct.unpack("=qq", more[0][2]), name, packet))
        return [(name, packet) for _, name, packet in sorted(got)]

    def barrier(self):
        """What arrives before a datagram that is sent now."""
        self.barriers += 1
        mark = b"barrier %d" % self.barriers
        self.send(udp(4999, 9, mark))
        got, until = [], time.monotonic() + PATIENCE
        while time.monotonic() < until:
            select.select(list(self.seen.values()), [], [], 0.2)
            got += self.read()
            if any(packet.endswith(mark) and version(packet) == 4 and packet[9] == UDP
                   for _, packet in got):
                return [(name, packet) for name, packet in got if b"barrier" not in packet]
        raise TimeoutError("a datagram to VIP4:9 has not arrived")

    def arrivals(self, packets, mac=None):
        self.read()
        for packet in packets:
            self.send(packet, mac)
        # The second one for answers, which have a longer way.
        return self.barrier() + self.barrier()


network = Network()


def arrivals(*packets, mac=None):
    return network.arrivals(packets, mac)


def where(*packets, mac=None):
    return " ".join(name for name, _ in arrivals(*packets, mac=mac) if name != "client")


def errors(*packets):
    """The ICMP errors that the client gets: [(source, type, code, rest)]."""
    return [(source_of(packet), *icmp_of(packet)) for name, packet in arrivals(*packets)
            if name == "client" and icmp_of(packet)]


def check(holds, name, got=None):
    print(0 if holds else 1, name)
    if not holds and got is not None:
        print("#", got)


def same(name, got, expected):
    check(got == expected, name, f"got: {got}, expected: {expected}")


try:
    exec(compile(sys.stdin.read(), "script", "exec"))
except Exception as error:
    line = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == "script"]
    check(False, f"the script's line {line} ended it", repr(error))
