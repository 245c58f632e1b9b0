#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""limits.py SPARE: what a namespace may hold, and that one more is refused.

Each transaction goes one beyond a limit: it is refused with the number of that
change, and nothing of it is there.  Then one that reaches the limit is taken, and
the namespace SPARE takes a change still.

Prints a line per check: 0 or 1, and what was checked.
"""
import errno
import struct
import subprocess
import sys
import tempfile
import time

import genl
from genl import attr, nest
from objects import (address, backend_add, change, change_more, cmd, number, service,
                     service_add, service_del)

SERVICES, BACKENDS, BACKENDS_IN_ALL = 65536, 4096, 524288
UNFINISHED = 64 << 20
SPARE = sys.argv[1]

dsr = genl.Socket()


def check(holds, name):
    print(0 if holds else 1, name)


def services():
    return len(dsr.dump(cmd("SERVICE_GET")))


def generation():
    told = genl.attributes(dsr.do(cmd("SETTINGS_GET"))[0].payload)[number("SETTINGS")]
    return genl.attributes(told)[number("SETTINGS_GENERATION")]


def refused(name, words, function, *args):
    """Returns the number of the change that was one too many."""
    before = generation()
    try:
        function(*args)
    except genl.Refused as error:
        check(error.error == errno.ENOSPC and words in error.message, f"{name}: {error}")
        check(generation() == before, f"{name}: nothing has changed")
        return struct.unpack("Q", error.cookie)[0] if error.cookie else None
    check(False, f"{name}: was not refused")
    return None


def spare_takes(name, line):
    """As a transaction."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(line)
        file.flush()
        done = subprocess.run(["ip", "netns", "exec", SPARE, "dsrctl", "apply", file.name],
                              text=True, capture_output=True, check=False)
    check(not done.returncode, f"{name}: another namespace has its own ({done.stderr.strip()})")


def marks(count):
    return [service_add(mark) for mark in range(1, count + 1)]


def limit_of_services():
    name = f"{SERVICES} services"
    at = refused(name, "65536 services", change, dsr, marks(SERVICES + 1))
    check(at == SERVICES, f"{name}: by the next one ({at})")
    change(dsr, marks(SERVICES))
    check(services() == SERVICES, f"{name}: are taken")
    spare_takes(name, "service add mark 1\n")
    refused(f"{name}, and a command alone", "65536 services",
            dsr.do, cmd("SERVICE_ADD"), service(SERVICES + 1))
    change(dsr, [service_del(1)])
    change(dsr, [service_add(SERVICES + 1)])
    check(True, f"{name}: one for another, in two transactions")
    dsr.do(cmd("SERVICE_FLUSH"))
    check(services() == 0, f"{name}: are removed")


def limit_of_a_service():
    name = f"{BACKENDS} backends of a service"
    backends = [service_add(1), *map(backend_add, range(BACKENDS + 1))]
    at = refused(name, "4096 backends", change, dsr, backends)
    check(at == BACKENDS + 1, f"{name}: by the next one ({at})")
    change(dsr, backends[:-1])
    check(len(dsr.dump(cmd("BACKEND_GET"))) == BACKENDS, f"{name}: are taken")
    dsr.do(cmd("SERVICE_FLUSH"))


def limit_of_backends():
    name = f"{BACKENDS_IN_ALL} backends"
    each = 64
    backends = b"".join(map(backend_add, range(each)))
    changes = [service_add(mark) + backends for mark in range(1, BACKENDS_IN_ALL // each + 1)]
    at = refused(name, "524288 backends", change, dsr,
                 changes + [service_add(SERVICES), backend_add(0)])
    last = len(changes) * (each + 1) + 1
    check(at == last, f"{name}: by the next one ({at})")


def payload():
    """As much as a message holds, with as little to check as may be."""
    addresses = attr(number("SERVICE_ADDRESS"), address(0).ljust(16, b"\0")) * 3200
    return nest(cmd("SERVICE_DEL"), nest(number("SERVICE"), addresses))


def more(socket, count):
    for _ in range(count):
        change_more(socket, PAYLOAD)


def limit_of_unfinished():
    name = "64 MiB of unfinished changes"
    first, second = genl.Socket(dsr.family), genl.Socket(dsr.family)
    almost = UNFINISHED // len(PAYLOAD) - 1
    more(first, almost)
    refused(name, "64 MiB", more, second, 3)
    change(dsr, [])
    check(True, f"{name}: others may change what needs no room")
    spare_takes(name, "service add mark 2\n")
    first.close()
    more(second, almost)
    check(True, f"{name}: room for as much when the socket is closed")
    refused(f"{name}, by the same socket", "64 MiB", more, second, 3)
    more(second, almost)
    check(True, f"{name}: room for as much when it was refused")
    first.close()
    second.close()


PAYLOAD = payload()
for limit in (limit_of_unfinished, limit_of_a_service, limit_of_services, limit_of_backends):
    begun = time.monotonic()
    limit()
    check(True, f"{limit.__name__}: in {time.monotonic() - begun:.0f} s")
