#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""flow_dumps.py VIP FLOWS ROUNDS: dumps of flows while what they dump goes.

There are TCP connections to port 7, which stay all the time, FLOWS of them, half of
them to VIP; and a flood to VIP, port 9, some hundreds of flows.

Prints a line per check: 0 or 1, and what was checked.
"""
import errno
import os
import random
import signal
import socket
import struct
import sys
import time
from collections import Counter

import genl
from genl import nest
from objects import cmd, inner, number, u32, vip

VIP, FLOWS, ROUNDS = sys.argv[1], *map(int, sys.argv[2:])
FLOOD = vip(VIP, socket.IPPROTO_UDP, 9)
# Between which the table goes back and forth.
SIZES = 1 << 12, 1 << 14
control = genl.Socket()


def check(holds, name):
    print(0 if holds else 1, name)


def port_of(message):
    return struct.unpack(">H", inner(message.payload, "FLOW", "FLOW_PORT"))[0]


def client_of(message):
    return tuple(inner(message.payload, "FLOW", name)
                 for name in ("FLOW_CLIENT", "FLOW_CLIENT_PORT"))


def connections(told):
    return Counter(client_of(message) for message in told if port_of(message) == 7)


def slow_dump(payload=b""):
    """A socket from which a dump is to be read, buffer by buffer."""
    reader = genl.Socket(control.family)
    reader.read_slowly()
    reader.send(cmd("FLOW_GET"), payload, genl.NLM_F_DUMP)
    return reader


def dump(meddle, payload=b""):
    """Two lists: what was read before meddle was called, and after.  Of the latter, the
    beginning was ready before: one more buffer."""
    reader = slow_dump(payload)
    before = reader.receive()
    meddle()
    after = list(reader.answers())
    reader.close()
    return before, after


def resize(flows, by=control):
    by.do(cmd("SETTINGS_SET"), nest(number("SETTINGS"), u32("SETTINGS_FLOWS", flows)))


def from_mark(told):
    """The message that is marked, and those behind it."""
    return told[[message.interrupted for message in told].index(True):]


def marks(told):
    return sum(message.interrupted for message in told)


def undisturbed():
    before, after = dump(lambda: None)
    there = connections(before + after)
    check(len(after) > len(before), f"a dump takes several buffers ({len(before)}, {len(after)})")
    check(len(there) == FLOWS, f"it has all connections ({len(there)})")
    check(set(there.values()) == {1}, "none of them twice")
    check(not marks(before + after), "it is consistent")
    return there


def resized(there, flows):
    before, after = dump(lambda: resize(flows))
    check((marks(before), marks(after)) == (0, 1),
          f"{flows}: a table that is replaced marks it once")
    check(connections(from_mark(after)) == there, f"{flows}: and from there on it has all of them")


def forgotten(there):
    before, after = dump(lambda: control.do(cmd("FLOW_FLUSH"), FLOOD))
    check(connections(before + after) == there, "flows go in its middle: the others are in it")


def replaced_for_ever():
    """After each buffer that is read, the table is another one."""
    reader = slow_dump()
    turns, refused = 0, None
    try:
        while turns < 100 and not any(message.end() for message in reader.receive()):
            resize(SIZES[turns % 2])
            turns += 1
    except genl.Refused as refusal:
        refused = refusal
    reader.close()
    check(refused and (refused.error, refused.message) ==
          (errno.EAGAIN, "the flow table is replaced again and again") and turns > 30,
          f"a dump that would never end is refused ({refused}, {turns})")


def resize_on(pause):
    """Up and down until it is killed."""
    resizer = genl.Socket()
    while True:
        for size in SIZES:
            resize(size, resizer)
            time.sleep(random.uniform(0, pause))


def in_a_loop(rounds):
    """Dumps that begin and end wherever a resize is: what isn't marked is whole."""
    wrong = whole = 0
    begun = time.monotonic()
    control.dump(cmd("FLOW_GET"))
    # However slow the kernel is, some dumps have the time.
    pause = 10 * (time.monotonic() - begun)
    child = os.fork()
    if not child:
        resize_on(pause)
    for payload in [b"", vip(VIP, socket.IPPROTO_TCP, 7)] * rounds:
        try:
            told = control.dump(cmd("FLOW_GET"), payload)
        except genl.Refused as refusal:
            if refusal.error != errno.EAGAIN:
                raise
            continue
        if not marks(told):
            whole += 1
            wrong += len(connections(told)) != (FLOWS // 2 if payload else FLOWS)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    check(whole, f"dumps while the table is replaced again and again: {whole} aren't marked")
    check(not wrong, f"and these have all connections ({wrong} haven't)")
    resize(1 << 18)


def service_removed(there):
    while len(control.dump(cmd("FLOW_GET"), FLOOD)) < 200:
        time.sleep(0.2)
    before, after = dump(lambda: control.do(cmd("SERVICE_DEL"), FLOOD), FLOOD)
    check({port_of(message) for message in before} == {9}, "a dump of a service's flows")
    told = len(before + after)
    check(told < 100, f"ends when the service goes, with what was ready ({told})")
    before, after = dump(lambda: None)
    check(connections(before + after) == there, "and the flows of others are all there")


connected = undisturbed()
for size in 1 << 16, 1 << 18:
    resized(connected, size)
replaced_for_ever()
in_a_loop(ROUNDS)
forgotten(connected)
service_removed(connected)
