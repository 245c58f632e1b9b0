#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""changes.py SEED: lines for `dsrctl -b` that change what packet.sh has set up, in
an order of their own, and end where they began.

No address ever loses its last service.  eth1 is attached half of the time, in turns
that are short: a slow guest gets through some seventy lines.
"""
import random
import sys

SERVICES = ["10.2.0.1:80/tcp", "10.2.0.1:53/udp", "10.2.0.1/sctp", "[2001:db8:2::1]:80/tcp",
            "10.2.1.0/24/udp", "10.2.2.1", "mark 7"]
LINES = 300
TURN = 10

DEVICE = "device"

# What is changed: the line that changes it, and the one that undoes that.
ways = {
    DEVICE: [("device attach eth1", "device detach eth1")],
    "flows": [("set flows 1000000", "set flows 262144")],
    "wide": [("service add 10.2.0.1/tcp no-backend pass", "service del 10.2.0.1/tcp")],
    "any": [("service add [2001:db8:2::1]", "service del [2001:db8:2::1]")],
}
for service in SERVICES:
    backend = f"{service} 10.3.0.2"
    ways[backend] = [(f"backend set {backend} weight 0", f"backend set {backend} weight 1"),
                     (f"backend set {backend} state down", f"backend set {backend} state up"),
                     (f"backend drain {backend}", f"backend set {backend} state up"),
                     (f"backend del {backend}", f"backend add {backend}")]
    ways[service] = [(f"service set {service} on-remove drop",
                      f"service set {service} on-remove reschedule"),
                     (f"service set {service} adopt off", f"service set {service} adopt on")]

others = [way for way in ways if way != DEVICE]
random.seed(int(sys.argv[1]))
undo = {}
for number in range(LINES):
    what = DEVICE if number % TURN == TURN // 2 else random.choice(others)
    if what in undo:
        print(undo.pop(what))
    else:
        line, undo[what] = random.choice(ways[what])
        print(line)
print(*undo.values(), sep="\n")
