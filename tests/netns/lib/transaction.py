#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""transaction.py HEADER NAMESPACE SEED COUNT

Changes of the configuration by raw netlink, in orders that dsrctl never sends.
Runs in one network namespace; what is sent there as one change is sent to the
namespace of that name one by one, and both must come to the same.
"""
import ctypes
import os
import random
import re
import signal
import socket
import struct
import sys
import traceback
import types

import genl
from genl import attr, nest

HEADER, NAMESPACE, SEED, COUNT = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
TCP, UDP = 6, 17
ADDED_HERE = ("the same transaction has added this service",
              "the same transaction has added this backend",
              "the device is attached already")


def numbers(path):
    """The header's names, without their DSR_."""
    with open(path, encoding="utf-8") as header:
        text = re.sub(r"/\*.*?\*/", "", header.read(), flags=re.S)
    return types.SimpleNamespace(**{
        name: number for body in re.findall(r"enum \w+ \{(.*?)\}", text, flags=re.S)
        for number, name in enumerate(re.findall(r"\bDSR_(\w+)", body))})


dsr = numbers(HEADER)


def result(holds, name, got=None):
    print(0 if holds else 1, name)
    if not holds and got is not None:
        print("#", got)


def same(name, got, expected):
    result(got == expected, name, f"got: {got}, expected: {expected}")


# Services and backends as attributes.

def u8(kind, value):
    return attr(kind, bytes([value]))


def u32(kind, value):
    return attr(kind, struct.pack("=I", value))


def port(kind, value):
    return attr(kind, struct.pack("!H", value))


def key(address="10.2.0.1", protocol=TCP, first=0, last=0, length=32):
    parts = [attr(dsr.A_SERVICE_ADDRESS, socket.inet_aton(address)),
             u8(dsr.A_SERVICE_PREFIXLEN, length), u8(dsr.A_SERVICE_PROTOCOL, protocol)]
    if first:
        parts.append(port(dsr.A_SERVICE_PORT, first))
    if last:
        parts.append(port(dsr.A_SERVICE_PORT_END, last))
    return parts


def mark(number):
    return [u32(dsr.A_SERVICE_MARK, number)]


def scheduler(name):
    return attr(dsr.A_SERVICE_SCHEDULER, name.encode() + b"\0")


def service(which, *options):
    return nest(dsr.A_SERVICE, *which, *options)


def backend(n, *options):
    address = attr(dsr.A_BACKEND_ADDRESS, socket.inet_aton(f"10.3.0.{n}"))
    return nest(dsr.A_BACKEND, address, *options)


LOCAL = u8(dsr.A_BACKEND_MODE, dsr.MODE_LOCAL)
WEB = key(first=80)


# Changes are pairs of a command and its attributes.

def add(which, *options):
    return dsr.CMD_SERVICE_ADD, service(which, *options)


def change(which, *options):
    return dsr.CMD_SERVICE_SET, service(which, *options)


def remove(which):
    return dsr.CMD_SERVICE_DEL, service(which)


def add_backend(which, n, *options):
    return dsr.CMD_BACKEND_ADD, service(which) + backend(n, LOCAL, *options)


def set_backend(which, n, *options):
    return dsr.CMD_BACKEND_SET, service(which) + backend(n, *options)


def del_backend(which, n):
    return dsr.CMD_BACKEND_DEL, service(which) + backend(n)


def settings(*options):
    return dsr.CMD_SETTINGS_SET, nest(dsr.A_SETTINGS, *options)


def device(command, ifindex):
    return command, nest(dsr.A_DEVICE, u32(dsr.A_DEVICE_IFINDEX, ifindex))


class Director(genl.Socket):
    def configuration(self):
        """The changes that would make it."""
        changes = []
        for message in self.dump(dsr.CMD_CONFIG_GET):
            changes += genl.walk(genl.attributes(message.payload)[dsr.A_CHANGES])
        return changes

    def generation(self):
        answer, = self.do(dsr.CMD_SETTINGS_GET)
        settings_now = genl.attributes(genl.attributes(answer.payload)[dsr.A_SETTINGS])
        return struct.unpack("=I", settings_now[dsr.A_SETTINGS_GENERATION])[0]

    def change(self, changes, *more):
        self.do(dsr.CMD_CONFIG_CHANGE,
                nest(dsr.A_CHANGES, *[nest(kind, data) for kind, data in changes]) + b"".join(more))

    def empty(self):
        self.do(dsr.CMD_SERVICE_FLUSH)
        for kind, data in self.configuration():
            if kind & ~genl.NLA_F_NESTED == dsr.CMD_DEVICE_ATTACH:
                self.do(dsr.CMD_DEVICE_DETACH, data)


def enter(path):
    with open(path, encoding="utf-8") as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")


def other_director(name):
    home = f"/proc/{os.getpid()}/fd/{os.open('/proc/self/ns/net', os.O_RDONLY)}"
    enter(f"/run/netns/{name}")
    there = Director()
    enter(home)
    return there


def sender():
    """Packets of the namespace's own to every service, until it is killed."""
    pid = os.fork()
    if pid:
        return pid
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while True:
        for last in range(1, 4):
            for number in (80, 81, 8000, 8150, 9000):
                try:
                    sock.sendto(b"x", (f"10.2.0.{last}", number))
                except OSError:
                    pass


def number_of(refused):
    """Of the change that is refused, None: the kernel names none."""
    return struct.unpack("=Q", refused.cookie)[0] if refused.cookie else None


# Orders, each with what becomes of it: None, or the refused change and why.

ORDERS = [
    ("ADD, SET", [], [add(WEB), change(WEB, scheduler("rr"))], None),
    ("ADD, ADD", [], [add(WEB), add(WEB)], (1, "the service exists already")),
    ("ADD, DEL", [], [add(WEB), remove(WEB)], (1, ADDED_HERE[0])),
    ("SET of nothing", [], [change(WEB, scheduler("rr"))], (0, "no such service")),
    ("DEL, DEL", [add(WEB)], [remove(WEB), remove(WEB)], (1, "no such service")),
    ("DEL, SET", [add(WEB)], [remove(WEB), change(WEB, scheduler("rr"))], (1, "no such service")),
    ("DEL, ADD", [add(WEB), add_backend(WEB, 1)],
     [remove(WEB), add(WEB), add_backend(WEB, 1)], None),
    ("DEL, ADD, SET", [add(WEB)], [remove(WEB), add(WEB), change(WEB, scheduler("rr"))], None),
    ("DEL, ADD, DEL", [add(WEB)], [remove(WEB), add(WEB), remove(WEB)], (2, ADDED_HERE[0])),
    ("SET, SET, DEL", [add(WEB), add_backend(WEB, 1)],
     [change(WEB, scheduler("rr")), change(WEB, scheduler("lc")), remove(WEB)], None),
    ("a backend ADD, its service DEL", [add(WEB)], [add_backend(WEB, 1), remove(WEB)], None),
    ("a backend SET, its service DEL", [add(WEB), add_backend(WEB, 1)],
     [set_backend(WEB, 1, u32(dsr.A_BACKEND_WEIGHT, 5)), remove(WEB)], None),
    ("a backend DEL, its service DEL", [add(WEB), add_backend(WEB, 1), add_backend(WEB, 2)],
     [del_backend(WEB, 1), remove(WEB)], None),
    ("a service DEL, its backend SET", [add(WEB), add_backend(WEB, 1)],
     [remove(WEB), set_backend(WEB, 1, u32(dsr.A_BACKEND_WEIGHT, 5))], (1, "no such service")),
    ("a service DEL, then a backend of the change before", [add(WEB), add_backend(WEB, 1)],
     [remove(WEB), (dsr.CMD_BACKEND_DEL, backend(1))], (1, "the service is missing")),
    ("a backend ADD, SET", [add(WEB)],
     [add_backend(WEB, 1), set_backend(WEB, 1, u8(dsr.A_BACKEND_STATE, dsr.STATE_DOWN))], None),
    ("a backend ADD down, SET up", [add(WEB)],
     [add_backend(WEB, 1, u8(dsr.A_BACKEND_STATE, dsr.STATE_DOWN)),
      set_backend(WEB, 1, u8(dsr.A_BACKEND_STATE, dsr.STATE_UP))], None),
    ("a backend ADD draining, SET", [add(WEB)],
     [add_backend(WEB, 1, u8(dsr.A_BACKEND_STATE, dsr.STATE_DRAINING)),
      set_backend(WEB, 1, u32(dsr.A_BACKEND_WEIGHT, 3))], None),
    ("a backend ADD, DEL", [add(WEB)], [add_backend(WEB, 1), del_backend(WEB, 1)],
     (1, ADDED_HERE[1])),
    ("a backend DEL, ADD", [add(WEB), add_backend(WEB, 1)],
     [del_backend(WEB, 1), add_backend(WEB, 1, u32(dsr.A_BACKEND_WEIGHT, 7))], None),
    ("a backend DEL, DEL", [add(WEB), add_backend(WEB, 1)],
     [del_backend(WEB, 1), del_backend(WEB, 1)], (1, "the service has no such backend")),
    ("a backend DEL, SET", [add(WEB), add_backend(WEB, 1)],
     [del_backend(WEB, 1), set_backend(WEB, 1, u32(dsr.A_BACKEND_WEIGHT, 5))],
     (1, "the service has no such backend")),
    ("a backend DEL, ADD, DEL", [add(WEB), add_backend(WEB, 1)],
     [del_backend(WEB, 1), add_backend(WEB, 1), del_backend(WEB, 1)], (2, ADDED_HERE[1])),
    ("a backend's next hop thrice, then DEL", [add(WEB), add_backend(WEB, 1)],
     [set_backend(WEB, 1, u8(dsr.A_BACKEND_MODE, dsr.MODE_L2)), set_backend(WEB, 1, LOCAL),
      set_backend(WEB, 1, u8(dsr.A_BACKEND_MODE, dsr.MODE_L2)), del_backend(WEB, 1)], None),
    ("a range in place of two", [add(key(first=8000, last=8099)), add(key(first=8100, last=8199))],
     [remove(key(first=8000, last=8099)), remove(key(first=8100, last=8199)),
      add(key(first=8050, last=8150))], None),
    ("a range that overlaps, refused behind another",
     [add(key(first=8000, last=8099))],
     [add(key(first=7000, last=7099)), add(key(first=8050, last=8150))],
     (1, "the service's ports overlap with another range of this address and protocol")),
    ("two ranges, and the first there goes", [add(key(first=8000, last=8099))],
     [add(key(first=7000, last=7099)), remove(key(first=8000, last=8099)),
      add(key(first=8000, last=8199))], None),
    ("all ports DEL, ADD, refused", [add(key())],
     [remove(key()), add(key()), add(WEB), remove(WEB)], (3, ADDED_HERE[0])),
    ("a seed and its opposite", [add(WEB), add_backend(WEB, 1)],
     [settings(attr(dsr.A_SETTINGS_HASH_SEED, struct.pack("=Q", 7))), remove(WEB), add(WEB),
      settings(attr(dsr.A_SETTINGS_HASH_SEED, struct.pack("=Q", 0)))], None),
    ("a device's ATTACH, DETACH", [],
     [device(dsr.CMD_DEVICE_ATTACH, 1), device(dsr.CMD_DEVICE_DETACH, 1)], None),
    ("a device's DETACH, DETACH", [device(dsr.CMD_DEVICE_ATTACH, 1)],
     [device(dsr.CMD_DEVICE_DETACH, 1), device(dsr.CMD_DEVICE_DETACH, 1)],
     (1, "the device is not attached")),
    ("a device's ATTACH, refused behind it", [], [device(dsr.CMD_DEVICE_ATTACH, 1), remove(WEB)],
     (1, "no such service")),
]


def orders(director):
    for name, before, changes, refusal in ORDERS:
        director.empty()
        if before:
            director.change(before)
        was, generation, got = director.configuration(), director.generation(), None
        try:
            director.change(changes)
        except genl.Refused as refused:
            got = (number_of(refused), refused.message)
        same(name, got, refusal)
        if refusal:
            same(f"{name}: nothing has changed", (director.configuration(), director.generation()),
                 (was, generation))


# Messages of one change.

def batches(director, other):
    director.empty()
    more = attr(dsr.A_MORE)
    director.change([add(WEB)], more)
    same("what more follows isn't made yet", services(director), 0)
    other.change([add(key(first=81))])
    same("nor by another socket's change", services(director), 1)
    director.change([add_backend(WEB, 1)])
    same("the last message makes it all", services(director), 2)

    was = director.configuration()
    director.change([add(key(first=82))], more)
    try:
        director.change([add(key(first=83)), add(WEB)])
        result(False, "a refused last message refuses all")
    except genl.Refused as refused:
        same("a refused last message refuses all, and counts over messages", number_of(refused), 2)
    same("and leaves nothing", director.configuration(), was)

    director.change([remove(WEB)], more)
    director.close()
    same("what a closed socket has begun is never made", other.configuration(), was)


def services(director):
    return sum(kind & ~genl.NLA_F_NESTED == dsr.CMD_SERVICE_ADD for kind, _ in director.configuration())


# The last of two attributes of a kind counts, also for what it needs of others.

def twice(director):
    director.empty()
    unreachable = u8(dsr.A_SERVICE_NO_BACKEND, dsr.NO_BACKEND_DROP)
    reset = u8(dsr.A_SERVICE_NO_BACKEND, dsr.NO_BACKEND_RESET)
    director.change([add(key(protocol=TCP, first=80), unreachable, reset)])
    director.change([(dsr.CMD_SERVICE_SET,
                      service(WEB, unreachable) + service(WEB, reset))])
    director.do(dsr.CMD_SERVICE_SET, service(WEB, unreachable, reset))
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.settimeout(20)
    try:
        sock.connect(("10.2.0.1", 80))
        got = "connected"
    except OSError as error:
        got = type(error).__name__
    same("no-backend reset that is given in second place", got, "ConnectionRefusedError")


# At random.

KEYS = [key(protocol=UDP, first=80), key(protocol=UDP, first=81), key(protocol=UDP),
        key(protocol=0), key(protocol=UDP, first=8000, last=8099),
        key(protocol=UDP, first=8050, last=8199), key(protocol=UDP, first=9000, last=9001),
        key("10.2.0.2", UDP, 80), key("10.2.0.0", UDP, 80, length=24),
        key("10.2.0.0", UDP, length=16), mark(7)]


def random_change(dice):
    which, n = dice.choice(KEYS), dice.randrange(1, 5)
    options = dice.sample([u32(dsr.A_BACKEND_WEIGHT, dice.randrange(4)),
                           u8(dsr.A_BACKEND_STATE, dice.choice([dsr.STATE_UP, dsr.STATE_DOWN])),
                           u8(dsr.A_BACKEND_MODE, dice.choice([dsr.MODE_L2, dsr.MODE_LOCAL])),
                           u32(dsr.A_BACKEND_MAX_FLOWS, dice.randrange(5))], dice.randrange(1, 4))
    names = ["maglev", "rr", "lc", "random", "p2c", "failover", "overflow"]
    return dice.choice([
        lambda: add(which, scheduler(dice.choice(names))),
        lambda: change(which, scheduler(dice.choice(names))),
        lambda: change(which, u8(dsr.A_SERVICE_STATELESS, dice.randrange(2))),
        lambda: remove(which),
        lambda: add_backend(which, n, *options[1:]),
        lambda: add_backend(which, n),
        lambda: set_backend(which, n, *options),
        lambda: set_backend(which, n, *options),
        lambda: del_backend(which, n),
        lambda: settings(attr(dsr.A_SETTINGS_HASH_SEED,
                                   struct.pack("=Q", dice.randrange(2)))),
        lambda: device(dice.choice([dsr.CMD_DEVICE_ATTACH, dsr.CMD_DEVICE_DETACH]), 1),
    ])()


def likely_changes(director, dice, length):
    """So many that would mostly pass: each was tried by itself at @director, which
    is left as they make it.
    """
    changes = []
    while len(changes) < length:
        candidate = random_change(dice)
        try:
            director.do(candidate[0], candidate[1])
        except genl.Refused:
            if dice.random() < 0.99:
                continue
            return changes + [candidate], len(changes)
        changes.append(candidate)
    return changes, None


def at_random(director, other):
    dice = random.Random(SEED)
    made = refused = wrong = 0
    director.empty()
    other.empty()
    for number in range(COUNT):
        start, generation = director.configuration(), director.generation()
        changes, bad = likely_changes(other, dice, dice.randrange(1, 13))
        try:
            director.change(changes)
            made += 1
            fits = bad is None and director.configuration() == other.configuration()
        except genl.Refused as why:
            refused += 1
            fits = (number_of(why) == bad or why.message in ADDED_HERE) and \
                director.configuration() == start and director.generation() == generation
            other.empty()
            other.change(start)
            fits = fits and other.configuration() == start
        if not fits:
            wrong += 1
            print(f"# seed {SEED}, number {number}: {changes}")
            break
    same(f"{COUNT} changes at random are as their parts one by one, or nothing", wrong, 0)
    result(made > COUNT // 5 and refused > COUNT // 20, "some of them made and some refused",
           f"made {made}, refused {refused}")


def main():
    director, other = Director(), other_director(NAMESPACE)
    twice(director)
    pid = sender()
    try:
        orders(director)
        at_random(director, other)
        batches(Director(), director)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    director.empty()
    other.empty()


try:
    main()
except Exception as error:
    print("#", traceback.format_exc().replace("\n", "\n# "))
    result(False, "it came to its end", repr(error))
