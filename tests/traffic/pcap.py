#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""pcap.py FILE: the packets that tcpdump has written of an Ethernet device, as
lines of hex from their IP header on; of those of one length the last one.
"""
import struct
import sys

ETHERNET = 14


def records(data):
    at = 24
    while at < len(data):
        size, = struct.unpack_from("=I", data, at + 8)
        yield data[at + 16:at + 16 + size]
        at += 16 + size


with open(sys.argv[1], "rb") as capture:
    packets = {len(each): each[ETHERNET:] for each in records(capture.read())}
for packet in packets.values():
    print(packet.hex())
