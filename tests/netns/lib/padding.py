#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""padding.py: the bytes of answers that mean nothing are zero.

Prints a line per check: 0 or 1, and what was checked.
"""
import socket
import struct

import genl
from genl import attr, nest
from objects import address, backend, backend_add, change, cmd, device, number, service_add

dsr = genl.Socket()


def check(holds, name):
    print(0 if holds else 1, name)


def padding(data):
    """The bytes between attributes, in nests too."""
    offset = 0
    while offset < len(data):
        length, kind = struct.unpack_from("HH", data, offset)
        if kind & genl.NLA_F_NESTED:
            yield from padding(data[offset + 4:offset + length])
        yield from data[offset + length:offset + genl.aligned(length)]
        offset += genl.aligned(length)


def dirty(told):
    """What isn't zero: the rest of the header, and what pads."""
    return [message for message in told
            if message.data[18:20] != b"\0\0" or any(padding(message.payload)) or
            message.length % 4]


def clean(name, told):
    pads = sum(len(list(padding(message.payload))) for message in told)
    check(told and not dirty(told),
          f"{name}: {pads} bytes of padding in {len(told)} answers are zero")


def port(name, value):
    return attr(number(name), struct.pack(">H", value))


def u8(name, value):
    return attr(number(name), struct.pack("B", value))


web = nest(number("SERVICE"), attr(number("SERVICE_ADDRESS"), address(0)),
           u8("SERVICE_PROTOCOL", 6), port("SERVICE_PORT", 80), port("SERVICE_PORT_END", 90))
lo = socket.if_nametoindex("lo")
pinned = backend(1, attr(number("BACKEND_PINNED_LLADDR"), b"\2\0\0\0\0\1"),
                 attr(number("BACKEND_DEV"), struct.pack("I", lo)))
packet = nest(number("FLOW"), attr(number("FLOW_CLIENT"), address(9)),
              port("FLOW_CLIENT_PORT", 5000), attr(number("FLOW_ADDRESS"), address(0)),
              port("FLOW_PORT", 80), u8("FLOW_PROTOCOL", 6))
ECHO = genl.NLM_F_ACK | genl.NLM_F_ECHO

clean("service-add", dsr.do(cmd("SERVICE_ADD"), web, ECHO))
clean("backend-add", dsr.do(cmd("BACKEND_ADD"), web + pinned, ECHO))
clean("service-set", dsr.do(cmd("SERVICE_SET"), web, ECHO))
clean("backend-set", dsr.do(cmd("BACKEND_SET"), web + pinned, ECHO))
clean("service-get", dsr.do(cmd("SERVICE_GET"), web))
clean("backend-get", dsr.do(cmd("BACKEND_GET"), web + backend(1)))
dsr.do(cmd("DEVICE_ATTACH"), device(lo))
change(dsr, [service_add(7), backend_add(1)])
clean("settings-get", dsr.do(cmd("SETTINGS_GET")))
clean("stats-get", dsr.do(cmd("STATS_GET")))
clean("explain", dsr.do(cmd("EXPLAIN"), packet))
for each in ("COUNT", "FLUSH"):
    clean(f"flow-{each.lower()}", dsr.do(cmd(f"FLOW_{each}")))
for each in ("SERVICE", "BACKEND", "DEVICE", "CONFIG"):
    clean(f"the dump {each.lower()}-get", dsr.dump(cmd(f"{each}_GET")))
clean("config-change", dsr.do(cmd("CONFIG_CHANGE")))
dsr.do(cmd("DEVICE_DETACH"), device(lo))
dsr.do(cmd("SERVICE_FLUSH"))
