#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""arrivals.py PREFIX NAME NAME: which of two backends got which of a flood's
packets, from 172.16.0.0 on.

Prints "ready"; then, for each line on standard input, what has come since the
line before: "packets=N lost=N again=N changes=N", in the order in which they
were sent; changes says how often the next one went to the other backend.
"""
import ctypes
import os
import select
import socket
import struct
import sys

PORT_FIRST, PORTS = 1024, 60000     # tests/traffic/flood.c
SO_RCVBUFFORCE, SOL_PACKET, PACKET_STATISTICS, ETH_P_ALL = 33, 263, 6, 3
FIRST = struct.unpack("!I", socket.inet_aton("172.16.0.0"))[0]


def listen(name):
    with open(f"/run/netns/{sys.argv[1]}-{name}", encoding="utf-8") as namespace:
        if ctypes.CDLL(None).setns(namespace.fileno(), 0x40000000):
            raise OSError("setns")
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 128 << 20)
    # All protocols: others are asked only when the ingress hook has let it pass.
    sock.bind(("eth0", ETH_P_ALL))
    sock.setblocking(False)
    return sock


def number_of(packet):
    """Its place in the flood, None: it isn't of it."""
    if len(packet) < 22 or packet[0] != 0x45 or packet[9] != 17:
        return None
    address, sport = struct.unpack("!12xI4xH", packet[:22])
    flow = (address - FIRST) * PORTS + sport - PORT_FIRST
    return flow if 0 <= flow < 16 * PORTS else None


def drain(sock, name, seen):
    while True:
        try:
            number = number_of(sock.recv(64))
        except BlockingIOError:
            return
        if number is not None:
            seen.setdefault(number, []).append(name)


def overrun(socks):
    for sock in socks:
        if struct.unpack("=II", sock.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]:
            return True
    return False


def report(seen, socks):
    if overrun(socks):
        return "the receive buffers were too small"
    order = [seen[number][0] for number in sorted(seen)]
    lost = max(seen, default=-1) + 1 - len(seen)
    again = sum(len(names) - 1 for names in seen.values())
    changes = sum(one != other for one, other in zip(order, order[1:]))
    return f"packets={len(seen)} lost={lost} again={again} changes={changes}"


socks = {listen(name): name for name in sys.argv[2:]}
print("ready", flush=True)
arrived = {}
while True:
    ready = select.select([sys.stdin, *socks], [], [])[0]
    for each, who in socks.items():
        drain(each, who, arrived)
    if sys.stdin in ready:
        if not os.read(0, 4096):
            break
        print(report(arrived, socks), flush=True)
        arrived = {}
