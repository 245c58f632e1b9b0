#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""values.py KERNEL-SOURCE SPEC: the bounds of each number in a request, and what
lies beyond them, by the checks of the YAML spec and the kernel's ynl client.

What is in range is accepted, or refused in words that say why; what isn't is
refused.  Prints a line per check: 0 or 1, and what was checked.
"""
import errno
import socket
import sys

source, spec = sys.argv[1:]
sys.path.insert(0, f"{source}/tools/net/ynl")
from lib import NlError, YnlFamily  # noqa: E402

dsr = YnlFamily(spec, f"{source}/Documentation/netlink/genetlink-legacy.yaml")
VIP = {"address": socket.inet_aton("10.2.0.1"), "protocol": 6, "port": 80}
KEY = {"service": VIP}
BACKEND = {"address": socket.inet_aton("10.3.0.1")}
FLOW = {"client": socket.inet_aton("192.0.2.7"), "client-port": 5000, **VIP}


def check(holds, name):
    print(0 if holds else 1, name)


def outcome(command, request):
    """(errno, message): 0 and "" when it is carried out."""
    try:
        dsr.do(command, request)
        return 0, ""
    except NlError as error:
        return error.error, (error.nl_msg.extack or {}).get("msg", "")


def bounds(attr):
    """The smallest and the largest value."""
    checks = attr.yaml.get("checks", {})
    return checks.get("min", 0), checks.get("max", 2 ** int(attr.type[1:]) - 1)


def beyond(attr):
    low, high = bounds(attr)
    return [value for value in (low - 1, high + 1) if 0 <= value < 2 ** int(attr.type[1:])]


def numbers(name):
    """The numbers that a request may carry of a set."""
    requests = dsr.attr_sets.get(f"{name}-request", dsr.attr_sets[name])
    for attr in requests.attrs:
        whole = dsr.attr_sets[name][attr]
        if whole.type in ("u8", "u16", "u32", "u64"):
            yield attr, whole


def bounds_hold(command, name, request):
    """request(attribute, value) gives the message."""
    for attr, whole in numbers(name):
        for value in bounds(whole):
            error, message = outcome(command, request(attr, value))
            check(not error or message, f"{command}: {attr} {value}: {message or 'accepted'}")
        for value in beyond(whole):
            error, message = outcome(command, request(attr, value))
            check(error in (errno.ERANGE, errno.EINVAL),
                  f"{command}: {attr} {value} is out of range: {message}")


def with_service(attr, value):
    key = {} if attr in ("mark", "family") else VIP
    return {"service": {**key, attr: value}}


def with_backend(attr, value):
    return KEY | {"backend": {**BACKEND, attr: value}}


def with_settings(attr, value):
    return {"settings": {attr: value}}


def with_flow(attr, value):
    return {"flow": {**FLOW, attr: value}}


def with_explain(attr, value):
    return {"flow": FLOW, "explain": {attr: value}}


# Before there is a table of flows: the largest one needs 2 GiB.
settings = dsr.do("settings-get", {})["settings"]
bounds_hold("settings-set", "settings", with_settings)
dsr.do("settings-set", {"settings": {each: settings[each] for each in ("flows", "hash-seed")}})

dsr.do("service-add", KEY)
dsr.do("backend-add", KEY | {"backend": BACKEND})
bounds_hold("service-add", "service", with_service)
bounds_hold("service-set", "service", with_service)
bounds_hold("backend-set", "backend", with_backend)
bounds_hold("explain", "flow", with_flow)
bounds_hold("explain", "explain", with_explain)
bounds_hold("device-attach", "device", lambda attr, value: {"device": {attr: value}})

# All at once, and read again.
LARGEST = {attr: bounds(whole)[1] for attr, whole in numbers("service")
           if attr == "affinity" or attr.startswith("timeout-")}
dsr.do("service-set", {"service": VIP | LARGEST})
got = dsr.do("service-get", KEY)["service"]
check({attr: got[attr] for attr in LARGEST} == LARGEST, "the largest values come back")
check(dsr.do("explain", {"flow": FLOW})["explain"]["decision"], "a packet is explained with them")
dsr.do("service-flush", {})
