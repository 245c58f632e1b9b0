#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""writers.py SECONDS SEED WRITERS DEVICE

So many processes change the director's configuration at once, as fast as they
can, for so long: services VIP:1000 to :1007 and their backends, the flow table's size, the
device with the fast path; and of the IPv6 VIP's port 7 all but its first backend,
which stays, with the flows that it has.  What each of them tries comes from SEED
alone.
Prints how much was tried and refused, and each refusal that had no reason.
"""
import errno
import os
import random
import socket
import sys
import time

sys.path.append(os.environ["DSR_ROOT"] + "/tests/netns/lib")
import genl
from genl import nest
from objects import DSR, cmd, device, number, real, scheduler, u8, u32, vip

SECONDS, SEED, WRITERS, DEVICE = *map(int, sys.argv[1:4]), sys.argv[4]
TCP, UDP = 6, 17
# Address, protocol, and the network of the backends.
VIPS = [("10.2.0.1", UDP, "10.3.0."), ("2001:db8:2::1", TCP, "fd00:3::")]
PORTS = range(1000, 1008)
SCHEDULERS = ["maglev", "rr", "lc", "random", "p2c", "failover", "overflow"]
SIZES = [16384, 32768, 65536]
# Each tries so many at least, however little is done in the time.
FEWEST = 40
# Somebody else was faster.
LATE = {errno.EEXIST, errno.ENOENT}
# What one transaction adds it doesn't take away again.
OWN = "the same transaction has added"
# A smaller table than the flows need.
SMALL = "would fill a table of this size"


class Writer:
    """One process's dice, its socket, and what it has done."""

    def __init__(self, seed):
        self.dice = random.Random(seed)
        self.socket = genl.Socket()
        self.ifindex = socket.if_nametoindex(DEVICE)
        self.tried = self.refused = 0
        self.moves = [(self.service_add, 8), (self.service_set, 12), (self.service_del, 3),
                      (self.backend_add, 20), (self.backend_set, 20), (self.backend_del, 10),
                      (self.around, 20),
                      (self.transaction, 10), (self.flow_flush, 2), (self.resize, 1),
                      (self.attach, 2), (self.detach, 2)]

    def service(self, kind, *options):
        return vip(kind[0], kind[1], self.dice.choice(PORTS), *options)

    def backend(self, kind, *options):
        """Of a service and for it."""
        return self.service(kind) + real(kind[2] + str(self.dice.randint(1, 3)), *options)

    def scheduler(self):
        return scheduler(self.dice.choice(SCHEDULERS))

    def service_options(self):
        return self.dice.choice([
            lambda: [self.scheduler()],
            lambda: [u8("SERVICE_STATELESS", self.dice.randint(0, 1))],
            lambda: [u32("SERVICE_AFFINITY", self.dice.choice([0, 1, 300]))],
            lambda: [u8("SERVICE_ON_REMOVE", self.dice.randint(0, 1))],
            lambda: [u32("SERVICE_TIMEOUT_UDP", self.dice.choice([1, 300])),
                     u32("SERVICE_TIMEOUT_SYN", self.dice.choice([1, 60]))]])()

    def backend_options(self):
        state = ["UP", "DOWN", "DRAINING"]
        return self.dice.choice([
            lambda: [u32("BACKEND_WEIGHT", self.dice.choice([0, 1, 5, 65535]))],
            lambda: [u8("BACKEND_STATE", DSR["DSR_STATE_" + self.dice.choice(state)])],
            lambda: [u32("BACKEND_MAX_FLOWS", self.dice.choice([0, 10, 1000]))],
            lambda: [u32("BACKEND_SLOW_START", self.dice.choice([0, 5]))]])()

    def service_add(self):
        return "SERVICE_ADD", self.service(self.dice.choice(VIPS), self.scheduler())

    def service_set(self):
        return "SERVICE_SET", self.service(self.dice.choice(VIPS), *self.service_options())

    def service_del(self):
        return "SERVICE_DEL", self.service(self.dice.choice(VIPS))

    def backend_add(self):
        return "BACKEND_ADD", self.backend(self.dice.choice(VIPS))

    def backend_set(self):
        return "BACKEND_SET", self.backend(self.dice.choice(VIPS), *self.backend_options())

    def backend_del(self):
        return "BACKEND_DEL", self.backend(self.dice.choice(VIPS))

    def around(self):
        """Whatever moves no flow of the first backend of a service."""
        name, protocol, network = VIPS[1]
        address = network + str(self.dice.randint(2, 3))
        other = real(address, *self.backend_options())
        weight = u32("BACKEND_WEIGHT", self.dice.choice([0, 1, 5]))
        return self.dice.choice([
            ("SERVICE_SET", vip(name, protocol, 7, self.scheduler())),
            ("BACKEND_ADD", vip(name, protocol, 7) + other),
            ("BACKEND_SET", vip(name, protocol, 7) + other),
            ("BACKEND_DEL", vip(name, protocol, 7) + real(address)),
            ("BACKEND_SET", vip(name, protocol, 7) + real(network + "1", weight))])

    def transaction(self):
        """Several at once, or none of them."""
        moves = [self.service_set, self.backend_add, self.backend_set, self.backend_del]
        changes = [self.dice.choice(moves)() for _ in range(self.dice.randint(1, 4))]
        return "CONFIG_CHANGE", nest(number("CHANGES"),
                                     *(nest(cmd(name), payload) for name, payload in changes))

    def flow_flush(self):
        return "FLOW_FLUSH", self.service(self.dice.choice(VIPS))

    def resize(self):
        size = self.dice.choice(SIZES)
        return "SETTINGS_SET", nest(number("SETTINGS"), u32("SETTINGS_FLOWS", size))

    def attach(self):
        return "DEVICE_ATTACH", device(self.ifindex)

    def detach(self):
        return "DEVICE_DETACH", device(self.ifindex)

    def step(self):
        moves, weights = zip(*self.moves)
        name, payload = self.dice.choices(moves, weights)[0]()
        self.tried += 1
        try:
            self.socket.do(cmd(name), payload)
        except genl.Refused as why:
            self.refused += 1
            if why.error not in LATE and OWN not in str(why) and SMALL not in str(why):
                print(f"# {name}: {why}", flush=True)


def write(seed):
    writer = Writer(seed)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end or writer.tried < FEWEST:
        writer.step()
    print(f"{writer.tried} {writer.refused}", flush=True)


for each in range(WRITERS):
    if not os.fork():
        write(f"{SEED} {each}")
        os._exit(0)
for each in range(WRITERS):
    if os.wait()[1]:
        print("# a writer has died", flush=True)
