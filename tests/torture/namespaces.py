#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""namespaces.py SECONDS SEED

Makes one network namespace after another, a director each: a pair of devices,
services and backends, packets for them, flows, fragments that wait for their first
one, an unfinished transaction; and leaves it as it is, which is its end.  Each has
an id in the namespace where this was started, from 1000000 on, as long as anything
refers to it.  Prints how many there were, with how many services, backends and
packets.
"""
import ctypes
import os
import random
import socket
import struct
import sys
import time

sys.path += [os.environ["DSR_ROOT"] + each for each in ("/tests/netns/lib", "/tests/traffic")]
import genl
import wire
from genl import attr, nest
from objects import change_more, cmd, device_attach, number, real, scheduler, u8, u32, vip

SECONDS, SEED = int(sys.argv[1]), int(sys.argv[2])
ID_BASE = 1000000
CLONE_NEWNET = 0x40000000
RTM_NEWLINK, RTM_NEWNSID, NLM_F_CREATE = 16, 88, 0x400
IFLA_ADDRESS, IFLA_IFNAME, IFLA_LINKINFO, IFLA_INFO_KIND, IFLA_INFO_DATA = 1, 3, 18, 1, 2
VETH_INFO_PEER, IFF_UP = 1, 1
NETNSA_NSID, NETNSA_FD = 1, 3
MAC = bytes.fromhex("020000000001")
SCHEDULERS = ["maglev", "rr", "lc", "p2c", "overflow"]
LIBC = ctypes.CDLL(None, use_errno=True)


class Links:
    """rtnetlink of the namespace in which it was made."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)

    def ask(self, kind, body):
        self.socket.send(struct.pack("IHHII", 16 + len(body), kind, genl.NLM_F_REQUEST |
                                     genl.NLM_F_ACK | NLM_F_CREATE, 1, 0) + body)
        error = struct.unpack_from("i", self.socket.recv(65536), 16)[0]
        if error:
            raise OSError(-error, os.strerror(-error))

    def pair(self, one, other):
        peer = bytes(16) + attr(IFLA_IFNAME, other) + attr(IFLA_ADDRESS, MAC)
        info = attr(IFLA_INFO_KIND, b"veth") + nest(IFLA_INFO_DATA, attr(VETH_INFO_PEER, peer))
        self.ask(RTM_NEWLINK, bytes(16) + attr(IFLA_IFNAME, one) + nest(IFLA_LINKINFO, info))

    def up(self, name):
        index = socket.if_nametoindex(name)
        self.ask(RTM_NEWLINK, struct.pack("BxHiII", 0, 0, index, IFF_UP, IFF_UP))

    def call(self, namespace, number_of_it):
        self.ask(RTM_NEWNSID, bytes(4) + attr(NETNSA_NSID, struct.pack("i", number_of_it)) +
                 attr(NETNSA_FD, struct.pack("I", namespace)))


def datagram(dice, port):
    """UDP to the VIP, whole or a fragment: the first one, or one of its end."""
    offset, more = dice.choice([(0, False)] * 3 + [(0, True), (800, False)])
    src = socket.inet_ntoa(dice.randbytes(4))
    segment = wire.udp_segment(dice.randint(1024, 65535), port, bytes(16), src, wire.VIP4)
    return wire.ip4(segment, wire.UDP, src, ident=dice.randrange(65536), offset=offset, more=more)


class Director:
    """What is in one namespace, the one that the process is in."""

    def __init__(self, dice):
        self.dice = dice
        self.ports = range(9, 9 + dice.randint(1, 8))
        self.backends = 0
        self.links = Links()
        self.links.pair(b"out", b"in")
        for name in ("in", "out"):
            self.links.up(name)
        self.dsr = genl.Socket()
        self.index = socket.if_nametoindex("in")

    def options(self):
        """One that can be reached always, one that can't be, one that goes."""
        return self.dice.choice([
            [u32("BACKEND_DEV", self.index), attr(number("BACKEND_PINNED_LLADDR"), MAC)], [],
            [u8("BACKEND_STATE", 2), u32("BACKEND_DRAIN_FOR", 60)]])

    def service(self, port):
        service = vip(wire.VIP4, wire.UDP, port, scheduler(self.dice.choice(SCHEDULERS)))
        yield nest(cmd("SERVICE_ADD"), service)
        for n in range(self.dice.randint(0, 8)):
            self.backends += 1
            yield nest(cmd("BACKEND_ADD"), real(f"10.3.0.{n + 1}", *self.options()))

    def configure(self):
        changes = [change for port in self.ports for change in self.service(port)]
        if self.dice.randrange(2):
            changes.append(device_attach(self.index))
        change_more(self.dsr, b"".join(changes))
        self.dsr.do(cmd("CONFIG_CHANGE"))

    def send(self, count):
        with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as sock:
            for _ in range(count):
                packet = datagram(self.dice, self.dice.choice(self.ports))
                sock.sendto(packet, ("out", 0x800, 0, 0, MAC))

    def close(self):
        change_more(self.dsr, nest(cmd("SERVICE_ADD"), vip("10.2.0.2", wire.UDP, 9)))
        self.dsr.close()
        self.links.socket.close()


def enter(namespace):
    if LIBC.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def one(dice, home, links, number_of_it):
    if LIBC.unshare(CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "unshare")
    with open("/proc/self/ns/net", "rb") as namespace:
        links.call(namespace.fileno(), number_of_it)
    director, packets = Director(dice), dice.randint(1, 64)
    director.configure()
    director.send(packets)
    director.close()
    enter(home)
    return len(director.ports), director.backends, packets


def main():
    home, links = os.open("/proc/self/ns/net", os.O_RDONLY), Links()
    dice, end, done = random.Random(SEED), time.monotonic() + SECONDS, []
    while time.monotonic() < end or len(done) < 3:
        done.append(one(dice, home, links, ID_BASE + len(done)))
    print(len(done), *map(sum, zip(*done)))


main()
