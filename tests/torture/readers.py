#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""readers.py: reads all that there is to read, again and again, until it is ended:
dumps of the family and of its policies, /proc/net/dsr, sysfs.

The module may go and come back meanwhile.
"""
import glob
import itertools
import os
import struct
import sys

sys.path.append(os.environ["DSR_ROOT"] + "/tests/netns/lib")
import genl
from objects import cmd

DUMPS = ["SERVICE_GET", "BACKEND_GET", "FLOW_GET", "DEVICE_GET", "CONFIG_GET"]


def dump():
    dsr = genl.Socket()
    try:
        for each in DUMPS:
            dsr.dump(cmd(each))
        family = genl.attr(genl.CTRL_ATTR_FAMILY_ID, struct.pack("H", dsr.family))
        genl.Socket(genl.GENL_ID_CTRL).dump(genl.CTRL_CMD_GETPOLICY, family)
    finally:
        dsr.close()


def read(pattern):
    for path in glob.glob(pattern):
        with open(path, "rb") as file:
            file.read()


READS = [dump, lambda: read("/proc/net/dsr/*"), lambda: read("/sys/class/dsr/*/*/state"),
         lambda: read("/sys/class/dsr/*/*")]

for each in itertools.cycle(READS):
    try:
        each()
    except (genl.Refused, OSError):
        pass
