# SPDX-License-Identifier: GPL-2.0
"""Services, backends and devices in raw messages."""
import os
import re
import socket
import struct

import genl
from genl import attr, nest


def constants():
    """The enums of uapi/dsr.h that are written out."""
    with open(os.environ["DSR_ROOT"] + "/uapi/dsr.h", encoding="utf-8") as file:
        header = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    for body in re.findall(r"enum \w+ {([^#]*?)};", header):
        yield from ((name, value) for value, name in enumerate(re.findall(r"\w+", body)))


DSR = dict(constants())
CHANGES_MAX = 32768
WHOLE = -1


def cmd(name):
    return DSR["DSR_CMD_" + name]


def number(name):
    return DSR["DSR_A_" + name]


def u8(name, value):
    return attr(number(name), bytes([value]))


def u32(name, value):
    return attr(number(name), struct.pack("I", value))


def service(mark, *options):
    return nest(number("SERVICE"), u32("SERVICE_MARK", mark), *options)


def address(nr):
    """10.64.0.0 and what follows."""
    return struct.pack(">I", 0x0a400000 + nr)


def backend(nr, *options):
    return nest(number("BACKEND"), attr(number("BACKEND_ADDRESS"), address(nr)), *options)


def ip(name, text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return attr(number(name), socket.inet_pton(family, text))


def vip(text, protocol, port, *options):
    """A service by its address and port."""
    return nest(number("SERVICE"), ip("SERVICE_ADDRESS", text), u8("SERVICE_PROTOCOL", protocol),
                attr(number("SERVICE_PORT"), struct.pack(">H", port)), *options)


def real(text, *options):
    """A backend by its address."""
    return nest(number("BACKEND"), ip("BACKEND_ADDRESS", text), *options)


def scheduler(name):
    return attr(number("SERVICE_SCHEDULER"), name.encode() + b"\0")


RR = attr(number("SERVICE_SCHEDULER"), b"rr\0")


def service_add(mark):
    return nest(cmd("SERVICE_ADD"), service(mark, RR))


def backend_add(nr):
    """Of the service of the change before."""
    return nest(cmd("BACKEND_ADD"), backend(nr))


def service_del(mark):
    return nest(cmd("SERVICE_DEL"), service(mark))


def backend_del(mark, nr):
    return nest(cmd("BACKEND_DEL"), service(mark), backend(nr))


def device(ifindex):
    return nest(number("DEVICE"), u32("DEVICE_IFINDEX", ifindex))


def device_attach(ifindex):
    return nest(cmd("DEVICE_ATTACH"), device(ifindex))


def device_detach(ifindex):
    return nest(cmd("DEVICE_DETACH"), device(ifindex))


def packed(changes):
    """As few payloads of DSR_A_CHANGES as hold them."""
    some, length = [], 0
    for change in changes:
        if length + len(change) > CHANGES_MAX:
            yield b"".join(some)
            some, length = [], 0
        some.append(change)
        length += len(change)
    yield b"".join(some)


def change_more(socket, payload):
    socket.do(cmd("CONFIG_CHANGE"), nest(number("CHANGES"), payload) + attr(number("MORE")))


def change(socket, changes):
    """All of them, or none."""
    for payload in packed(changes):
        change_more(socket, payload)
    socket.do(cmd("CONFIG_CHANGE"))


# What answers tell: keys that can be compared.

def inner(payload, *names):
    """The payload of an attribute in a nest in a nest..."""
    for name in names:
        payload = genl.attributes(payload).get(number(name), b"")
    return payload


def mark_of(payload):
    return struct.unpack("I", inner(payload, "SERVICE", "SERVICE_MARK"))[0]


def number_of(payload):
    told = struct.unpack(">I", inner(payload, "BACKEND", "BACKEND_ADDRESS"))[0]
    return told - 0x0a400000


def backend_of(payload):
    return mark_of(payload), number_of(payload)


def ifindex_of(payload):
    return struct.unpack("I", inner(payload, "DEVICE", "DEVICE_IFINDEX"))[0]


def config_of(payload):
    """(mark, WHOLE) for a service, (mark, nr) for a backend, (0, ifindex) for a device."""
    mark = None
    for kind, told in genl.walk(inner(payload, "CHANGES")):
        kind &= ~genl.NLA_F_NESTED
        if kind == cmd("SERVICE_ADD"):
            mark = mark_of(told)
            yield mark, WHOLE
        elif kind == cmd("BACKEND_ADD"):
            yield mark, number_of(told)
        elif kind == cmd("DEVICE_ATTACH"):
            yield 0, ifindex_of(told)
