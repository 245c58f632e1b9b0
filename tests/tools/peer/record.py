#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the module answers to each question, as lines for peer.c."""
import os
import struct
import sys

sys.path.insert(0, os.environ["DSR_ROOT"] + "/tests/netns/lib")

from genl import (CTRL_ATTR_FAMILY_NAME, CTRL_CMD_GETFAMILY, GENL_ID_CTRL, NLM_F_ACK, NLM_F_DUMP,
                  NLMSG_DONE, NLMSG_ERROR, Socket, aligned, attr)
from objects import cmd, number, nest


def last_type(data):
    """The type of the last message of a datagram."""
    while True:
        length, kind = struct.unpack_from("IH", data)
        data = data[aligned(length):]
        if not data:
            return kind


def ask(family, command, flags, payload=b""):
    """Prints each datagram up to the one that ends the answer."""
    kernel.family = family
    kernel.send(command, payload, flags)
    kind = None
    while kind not in (NLMSG_ERROR, NLMSG_DONE):
        data = kernel.socket.recv(1 << 16)
        kind = last_type(data)
        print(family, command, int(flags == NLM_F_DUMP), data.hex())


def packet(protocol, source, destination, port):
    """A DSR_A_FLOW, as explain asks about it."""
    return nest(number("FLOW"),
                attr(number("FLOW_PROTOCOL"), bytes([protocol])),
                attr(number("FLOW_CLIENT"), bytes(source)),
                attr(number("FLOW_CLIENT_PORT"), (5000).to_bytes(2, "big")),
                attr(number("FLOW_ADDRESS"), bytes(destination)),
                attr(number("FLOW_PORT"), port.to_bytes(2, "big")))


kernel = Socket()
family = kernel.family
ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, NLM_F_ACK, attr(CTRL_ATTR_FAMILY_NAME, b"dsr\0"))
for name in "STATS_GET", "SETTINGS_GET", "FLOW_COUNT":
    ask(family, cmd(name), NLM_F_ACK)
for name in "SERVICE_GET", "BACKEND_GET", "FLOW_GET", "DEVICE_GET", "CONFIG_GET":
    ask(family, cmd(name), NLM_F_DUMP)
ask(family, cmd("EXPLAIN"), NLM_F_ACK, packet(6, (192, 168, 1, 1), (10, 2, 0, 1), 80))
