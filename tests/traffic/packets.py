#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""packets.py PREFIX < SCRIPT: packets as no stack would send them.

SCRIPT is Python with the names of this file and of wire.py.  It runs in the
reference network of tests/netns/lib.sh: sends from the router's leg towards the
director, and sees what arrives at the backends and at the client.

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

from wire import *      # the scripts' too

PREFIX = sys.argv[1]
PATIENCE = 20       # seconds
SO_RCVBUFFORCE, SO_TIMESTAMPNS, ETH_P_ALL = 33, 35, 3
LIBC = ctypes.CDLL(None, use_errno=True)
HOME = os.open("/proc/self/ns/net", os.O_RDONLY)
# What was sent before arrives before only on one processor.
os.sched_setaffinity(0, {0})


def tries():
    """As many as there is patience for; a guest that is paused loses time, and no tries."""
    until, left = time.monotonic() + PATIENCE, 2 * PATIENCE
    while left > 0 or time.monotonic() < until:
        yield
        left -= 1


def wait_for(holds):
    """Whether it comes to hold."""
    for _ in tries():
        if holds():
            return True
        time.sleep(0.1)
    return False


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
        got = []
        for _ in tries():
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
