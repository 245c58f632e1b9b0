#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""dumps_many.py SERVICES BACKENDS: dumps of so many have each of them once.

Prints a line per check: 0 or 1, and what was checked.
"""
import struct
import sys

import genl
from objects import cmd, number

SERVICES, BACKENDS = map(int, sys.argv[1:])
dsr = genl.Socket()


def check(holds, name):
    print(0 if holds else 1, name)


def first(nest):
    """The first attribute of a nest."""
    return nest[4:4 + struct.unpack_from("H", nest, 4)[0]]


def service_key(payload):
    """A service's address, protocol and port: the same attributes in each."""
    return payload[4:36]


def backend_key(payload):
    length = genl.aligned(struct.unpack_from("H", payload)[0])
    return payload[:length] + first(payload[length:])


def changes_of(message):
    return genl.walk(genl.attributes(message.payload)[number("CHANGES")])


def dump(command):
    """The messages, and how many calls of recv() they took."""
    dsr.send(cmd(command), flags=genl.NLM_F_DUMP)
    told, calls = [], 0
    while not told or not told[-1].end():
        told += dsr.receive()
        calls += 1
    check(not any(message.interrupted for message in told), f"{command}: it is consistent")
    return told[:-1], calls


def each_once(command, keys, count, calls):
    check(len(keys) == count, f"{command}: {count} in {calls} buffers ({len(keys)})")
    check(len(set(keys)) == count, f"{command}: each of them once")


def objects(command, key, count):
    told, calls = dump(command)
    each_once(command, [key(message.payload) for message in told], count, calls)


def configuration():
    told, calls = dump("CONFIG_GET")
    services, backends = set(), []
    for message in told:
        service = b""
        for kind, payload in changes_of(message):
            kind &= ~genl.NLA_F_NESTED
            if kind == cmd("SERVICE_ADD"):
                service = service_key(payload)
                services.add(service)
            elif kind == cmd("BACKEND_ADD"):
                backends.append(service + first(payload))
    check(len(services) == SERVICES, f"CONFIG_GET: all {SERVICES} services ({len(services)})")
    each_once("CONFIG_GET", backends, BACKENDS, calls)


objects("SERVICE_GET", service_key, SERVICES)
objects("BACKEND_GET", backend_key, BACKENDS)
configuration()
