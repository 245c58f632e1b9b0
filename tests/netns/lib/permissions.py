#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""permissions.py SPEC DEVICE: what who runs it may do here.

Tries each command that the spec has, its dumps and its multicast groups, with
requests that are in order, and then the files.  Prints a line for each:
"yes NAME", "no NAME" where it isn't permitted, or else the error and the name.
"""
import errno
import glob
import os
import socket
import sys

import yaml

import genl
from genl import attr, nest
from objects import (address, backend, cmd, device, number, service, service_add, u32)

with open(sys.argv[1], encoding="utf-8") as file:
    spec = yaml.safe_load(file)
MARK = 7
ifindex = socket.if_nametoindex(sys.argv[2])
dsr = genl.Socket()


def packet():
    """As far as `explain` has to know it: a ping."""
    return nest(number("FLOW"), attr(number("FLOW_CLIENT"), address(1)),
                attr(number("FLOW_ADDRESS"), address(2)),
                attr(number("FLOW_PROTOCOL"), bytes([socket.IPPROTO_ICMP])))


# Each command with a request that can be carried out after those before it.
REQUESTS = {
    "service-add": service(MARK),
    "service-set": service(MARK),
    "service-get": service(MARK),
    "backend-add": service(MARK) + backend(1),
    "backend-set": service(MARK) + backend(1),
    "backend-get": service(MARK) + backend(1),
    "stats-get": b"",
    "settings-set": nest(number("SETTINGS"), u32("SETTINGS_FLOWS", 2048)),
    "settings-get": b"",
    "flow-get": b"",
    "flow-count": b"",
    "flow-flush": b"",
    "explain": packet(),
    "device-attach": device(ifindex),
    "device-get": b"",
    "device-detach": device(ifindex),
    "config-get": b"",
    "config-change": nest(number("CHANGES"), service_add(MARK + 1)),
    "backend-del": service(MARK) + backend(1),
    "backend-flush": service(MARK),
    "service-del": service(MARK),
    "service-flush": b"",
}


def say(name, function, *args):
    try:
        function(*args)
        print("yes", name)
    except (genl.Refused, OSError) as error:
        number_of = error.error if isinstance(error, genl.Refused) else error.errno
        forbidden = number_of in (errno.EPERM, errno.EACCES)
        print("no" if forbidden else errno.errorcode[number_of], name)


def commands():
    kinds = {each["name"]: each for each in spec["operations"]["list"] if "event" not in each}
    for name in sorted(kinds.keys() - REQUESTS.keys()):
        print("untested", name)
    for name, request in REQUESTS.items():
        command = cmd(name.upper().replace("-", "_"))
        if "do" in kinds[name]:
            say(name, dsr.do, command, request)
        if "dump" in kinds[name]:
            filters = "request" in kinds[name]["dump"] and "do" in kinds[name]
            say(f"{name} dump", dsr.dump, command, service(MARK) if filters else b"")


def join():
    numbers = genl.groups()
    for each in spec["mcast-groups"]["list"]:
        say(f"join {each['name']}", dsr.join, numbers[each["name"]])


def read(pattern):
    """All of them; none is ENOENT."""
    for path in glob.glob(pattern) or [pattern]:
        with open(path, "rb") as file:
            file.read()


def names(path):
    if not os.listdir(path):
        raise FileNotFoundError(errno.ENOENT, "empty")


def write_back(path):
    """What is there already."""
    with open(path, "r+", encoding="ascii") as file:
        text = file.read()
        file.seek(0)
        file.write(text)


def files():
    for each in ("services", "flows", "stats"):
        say(f"/proc/net/dsr/{each}", read, f"/proc/net/dsr/{each}")
    say("names in /sys/class/dsr", names, "/sys/class/dsr")
    for each in ("scheduler", "packets", "*/weight", "*/packets"):
        say(f"/sys/class/dsr/*/{each}", read, f"/sys/class/dsr/*/{each}")
    parameters = "/sys/module/dsr/parameters"
    for each in sorted(os.listdir(parameters)):
        say(f"parameter {each}", read, f"{parameters}/{each}")
        say(f"parameter {each} written", write_back, f"{parameters}/{each}")


files()
commands()
join()
