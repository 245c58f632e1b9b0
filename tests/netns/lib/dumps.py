#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""dumps.py ROUNDS: dumps while what they dump goes.

A dump is read a small buffer at a time.  The last object of the buffer that the
kernel has ready is the one that the dump's cursor stands on: it goes, with the
next one and the first one, and a new one comes.

Prints a line per check: 0 or 1, and what was checked.
"""
import errno
import os
import signal
import socket
import sys
from collections import Counter, namedtuple

import genl
from objects import (WHOLE, RR, backend_add, backend_del, backend_of, change, cmd, config_of,
                     device_attach, device_detach, ifindex_of, mark_of, nest, service,
                     service_add, service_del)

control = genl.Socket()
# Its command, the keys of a message's objects, what removes one, and what adds
# the one of a number.
Kind = namedtuple("Kind", "command keys remove add")


def check(holds, name):
    print(0 if holds else 1, name)


def remove_part(key):
    mark, nr = key
    if not mark:
        return device_detach(nr)
    return service_del(mark) if nr == WHOLE else backend_del(mark, nr)


KINDS = {
    "services": Kind("SERVICE_GET", lambda payload: [mark_of(payload)], service_del,
                     lambda nr: [service_add(1000 + nr)]),
    "backends": Kind("BACKEND_GET", lambda payload: [backend_of(payload)], remove_part,
                     lambda nr: [nest(cmd("SERVICE_SET"), service(9, RR)), backend_add(1000 + nr)]),
    "devices": Kind("DEVICE_GET", lambda payload: [ifindex_of(payload)], device_detach,
                    lambda nr: []),
    "configuration": Kind("CONFIG_GET", lambda payload: list(config_of(payload)), remove_part,
                          lambda nr: [service_add(1000 + nr), backend_add(0)]),
}


def keys_of(kind, told):
    return [key for message in told if message.type == control.family
            for key in kind.keys(message.payload)]


def read_slowly(kind, meddle):
    """All messages of a dump; in between, the keys that are ready go to meddle."""
    reader, told = genl.Socket(control.family), []
    reader.read_slowly()
    reader.send(cmd(kind.command), flags=genl.NLM_F_DUMP)
    while True:
        for message in reader.receive():
            told.append(message)
            if message.end():
                reader.close()
                return told
        ready = keys_of(kind, reader.receive(socket.MSG_PEEK))
        if ready:
            meddle(ready)


class Meddler:
    def __init__(self, kind, there):
        self.kind, self.there, self.turns = kind, sorted(there), 0

    def __call__(self, ready):
        cursor = ready[-1]
        if cursor not in self.there:
            return
        gone = {self.there[0], *[key for key in self.there if key >= cursor][:2]}
        if self.turns == 2 and isinstance(cursor, tuple) and cursor[0]:
            gone.add((cursor[0], WHOLE))
        whole = {key[0] for key in gone if isinstance(key, tuple) and key[1] == WHOLE}
        parts = [key for key in gone
                 if not isinstance(key, tuple) or key[1] == WHOLE or key[0] not in whole]
        change(control, [self.kind.remove(key) for key in parts] + self.kind.add(self.turns))
        self.there = [key for key in self.there if key not in gone and
                      not (isinstance(key, tuple) and key[0] in whole)]
        self.turns += 1


def once(seen):
    """A dump of the configuration repeats a service before further backends."""
    return all(count == 1 or (isinstance(key, tuple) and key[1] == WHOLE)
               for key, count in Counter(seen).items())


def whole_dump(name, kind, there):
    turns = []
    told = read_slowly(kind, turns.append)
    check(len(turns) > 2, f"{name}: a dump takes several buffers ({len(turns)})")
    check(set(keys_of(kind, told)) == set(there), f"{name}: it has all of them")
    check(once(keys_of(kind, told)), f"{name}: none of them twice")
    check(not any(message.interrupted for message in told), f"{name}: it is consistent")


def meddled_dump(name, kind, there):
    meddler = Meddler(kind, there)
    told = read_slowly(kind, meddler)
    seen = keys_of(kind, told)
    missing = set(meddler.there) - set(seen)
    check(meddler.turns > 1, f"{name}: they change in its middle ({meddler.turns} times)")
    check(not missing, f"{name}: those that stay are in it {sorted(missing)[:9] or ''}")
    check(once(seen), f"{name}: none of them twice then")
    check(sum(message.interrupted for message in told) == meddler.turns,
          f"{name}: each change marks it once")


def both(name, there):
    whole_dump(name, KINDS[name], there)
    meddled_dump(name, KINDS[name], there)
    control.do(cmd("SERVICE_FLUSH"))


def make_services(marks):
    change(control, [service_add(mark) for mark in marks])
    return list(marks)


def make_backends(marks, count):
    change(control, [each for mark in marks
                     for each in [service_add(mark), *map(backend_add, range(count))]])
    return [(mark, nr) for mark in marks for nr in range(count)]


def devices_there():
    return [index for index, name in socket.if_nameindex() if name.startswith("v")]


def make_config():
    devices = devices_there()
    change(control, map(device_attach, devices))
    return ([(0, index) for index in devices] + make_backends(range(1, 10), 40) +
            [(mark, WHOLE) for mark in range(1, 10)])


def detach_all():
    for message in control.dump(cmd("DEVICE_GET")):
        change(control, [device_detach(ifindex_of(message.payload))])


def the_last_one():
    """The change comes when all of it has been read but its end."""
    make_services([1])
    told = read_slowly(KINDS["services"], lambda ready: None)
    check(not told[-1].interrupted, "the end of a dump is not marked")
    reader = genl.Socket(control.family)
    reader.read_slowly()
    reader.send(cmd("SERVICE_GET"), flags=genl.NLM_F_DUMP)
    control.do(cmd("SERVICE_FLUSH"))
    told = reader.receive() + reader.receive()
    check([message.interrupted for message in told] == [False, True],
          "the end of a dump is marked when all goes before it")


def the_first_change():
    """The namespace's generation has never changed before."""
    reader = genl.Socket(control.family)
    reader.read_slowly()
    reader.send(cmd("CONFIG_GET"), flags=genl.NLM_F_DUMP)
    make_services([1])
    told = reader.receive() + reader.receive()
    check([message.interrupted for message in told] == [False, True],
          "the very first change marks a dump")
    control.do(cmd("SERVICE_FLUSH"))


def the_service():
    """A dump of a service's backends, and the service goes."""
    make_backends([1], 60)
    reader = genl.Socket(control.family)
    reader.read_slowly()
    reader.send(cmd("BACKEND_GET"), service(1), genl.NLM_F_DUMP)
    control.do(cmd("SERVICE_FLUSH"))
    try:
        list(reader.answers())
    except genl.Refused as error:
        check(error.error == errno.ENOENT, "a dump ends when its service goes")
    else:
        check(False, "a dump ends when its service goes")


def vanish():
    """Services and backends come and go until it is killed."""
    meddler = genl.Socket(control.family)
    marks = range(5000, 5040)
    while True:
        change(meddler, [each for mark in marks for each in (service_add(mark), backend_add(1))])
        change(meddler, map(service_del, marks))


def in_a_loop(rounds):
    """And further ones, until a change has come into the middle of one: a processor has
    to go from the one process to the other there."""
    there = make_backends(range(1, 60), 2)
    child = os.fork()
    if not child:
        vanish()
    wrong, marked, done = 0, 0, 0
    while done < rounds or not marked and done < 100 * rounds:
        done += 1
        for name, keep in (("services", {mark for mark, _ in there}), ("backends", set(there)),
                           ("configuration", set(there))):
            kind = KINDS[name]
            told = read_slowly(kind, lambda ready: None)
            seen = keys_of(kind, told)
            # One that was removed and added again may be in it as both.
            wrong += not (keep <= set(seen) and once(each for each in seen if each in keep))
            marked += any(message.interrupted for message in told)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    check(not wrong, f"{3 * done} dumps while others come and go miss nothing ({wrong} do)")
    check(marked, f"they are marked ({marked})")
    control.do(cmd("SERVICE_FLUSH"))


the_first_change()
both("services", make_services(range(1, 200)))
both("backends", make_backends(range(1, 10), 20))
change(control, map(device_attach, devices_there()))
both("devices", devices_there())
detach_all()
both("configuration", make_config())
detach_all()
the_last_one()
the_service()
in_a_loop(int(sys.argv[1]))
