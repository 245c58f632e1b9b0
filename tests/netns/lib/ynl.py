#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""ynl.py KERNEL-SOURCE SPEC: drive the family dsr with the kernel's ynl client.

Prints a line per check: 0 or 1, and what was checked.
"""
import errno
import socket
import sys

source, spec = sys.argv[1:]
sys.path.insert(0, f"{source}/tools/net/ynl")
from lib import NlError, YnlFamily  # noqa: E402
from lib.ynl import Netlink  # noqa: E402

SCHEMA = f"{source}/Documentation/netlink/genetlink-legacy.yaml"


def check(holds, name):
    print(0 if holds else 1, name)


def refused(name, word, function, *args):
    """The call fails, and the kernel's message has the word.  Returns the errno
    and the cookie, which counts changes."""
    try:
        function(*args)
    except NlError as error:
        extack = error.nl_msg.extack or {}
        message = extack.get("msg", "")
        check(word in message.lower(), f"{name}: {message or 'no message'}")
        cookies = [each.as_scalar("u64") for each in extack.get("unknown", [])
                   if each.type == Netlink.NLMSGERR_ATTR_COOKIE]
        return error.error, cookies
    check(False, f"{name}: was not refused")
    return None


dsr = YnlFamily(spec, SCHEMA)


def do(operation, attributes, dump=False):
    return dsr.dump(operation, attributes) if dump else dsr.do(operation, attributes)


def address(text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return socket.inet_pton(family, text)


def service(text="10.2.0.1", port=80, protocol=6, **more):
    return {"service": {"address": address(text), "protocol": protocol, "port": port, **more}}


def backend(text, **more):
    return {"backend": {"address": address(text), **more}}


def same(answer, text):
    """ynl shows addresses in several ways, by the spec's display hint."""
    return answer in (text, address(text), address(text).hex())


do("service-add", service(scheduler="rr"))
do("service-add", service("2001:db8:2::1"))
do("backend-add", service() | backend("10.3.0.1", weight=7))
do("backend-add", service() | backend("fd00:3::2"))

got = do("service-get", service())["service"]
check(same(got["address"], "10.2.0.1"), "a service's address comes back")
check((got["port"], got["protocol"]) == (80, 6), "its port and protocol")
check(got["scheduler"] == "rr", "its scheduler")
check(got["backends"] == 2, "how many backends it has")

got = do("service-get", service("2001:db8:2::1"))["service"]
check(got["scheduler"] == "maglev", "the default scheduler is maglev")
check(len(do("service-get", {}, dump=True)) == 2, "a dump has both services")

got = do("backend-get", service() | backend("10.3.0.1"))["backend"]
check(got["weight"] == 7, "a backend's weight comes back")
check(got["mode"] == "l2", "its mode is l2")
check(got["state"] in ("up", "unresolved"), "its state has a name")
check(got["stats"]["packets"] == 0, "its counters have names")

check(len(do("backend-get", {}, dump=True)) == 2, "a dump has all backends")
check(len(do("backend-get", service("2001:db8:2::1"), dump=True)) == 0,
      "a dump of one service has its own only")

do("backend-set", service() | backend("10.3.0.1", weight=65535))
got = do("backend-get", service() | backend("10.3.0.1"))["backend"]
check(got["weight"] == 65535, "a weight is changed")
do("service-set", service(scheduler="maglev"))
check(do("service-get", service())["service"]["scheduler"] == "maglev",
      "a scheduler is changed")

refused("a service twice", "exist", do, "service-add", service())
refused("a backend twice", "already", do, "backend-add", service() | backend("10.3.0.1"))
refused("an unknown service", "no such", do, "service-del", service(port=81))
refused("an unknown scheduler", "scheduler", do, "service-add", service(port=82, scheduler="x"))
refused("a weight out of range", "", do, "backend-set",
        service() | backend("10.3.0.1", weight=65536))
refused("a range that ends before it begins", "", do, "service-add",
        service(port=83, **{"port-end": 82}))
refused("a port without a protocol", "", do, "service-add", service(protocol=0, port=83))
refused("bits behind a prefix", "", do, "service-add", service(port=83, prefixlen=24))
refused("a state that only the kernel gives", "", do, "backend-set",
        service() | backend("10.3.0.1", state="full"))
refused("no address", "", do, "service-add", {"service": {"protocol": 6, "port": 83}})
check(len(do("service-get", {}, dump=True)) == 2, "what was refused has changed nothing")

options = {
    "scheduler": "lc", "hash": "source", "affinity": 300, "affinity-prefixlen": 24,
    "stateless": 0, "adopt": 0, "on-remove": "drop", "no-backend": "reset", "timeout-syn": 5,
    "timeout-established": 600, "timeout-fin": 7, "timeout-udp": 8,
}
do("service-add", service(port=90, **{"port-end": 99}, **options))
got = do("service-get", service(port=90, **{"port-end": 99}))["service"]
check(got["port-end"] == 99, "the end of a range comes back")
for option, value in options.items():
    check(got[option] == value, f"a service's {option} comes back")
do("service-add", {"service": {"mark": 7, "family": socket.AF_INET6}})
got = do("service-get", {"service": {"mark": 7, "family": socket.AF_INET6}})["service"]
check((got["mark"], got["family"]) == (7, socket.AF_INET6), "a mark and its family come back")
do("service-add", {"service": {"address": address("10.2.0.0"), "prefixlen": 24}})
check(len(do("service-get", {}, dump=True)) == 5, "a dump has every kind of service")

options = {"state": "down", "max-flows": 100, "min-flows": 50, "slow-start": 30}
do("backend-set", service() | backend("10.3.0.1", **options))
got = do("backend-get", service() | backend("10.3.0.1"))["backend"]
for option, value in options.items():
    check(got[option] == value, f"a backend's {option} comes back")
check(got["flows"] == 0, "it has no flows")

before = do("settings-get", {})["settings"]
check(before["flow-bytes"] > 0, "the settings have names")
do("settings-set", {"settings": {"hash-seed": 42}})
after = do("settings-get", {})["settings"]
check(after == before | {"hash-seed": 42, "generation": after["generation"]}, "one is changed")
check(after["generation"] > before["generation"], "the generation changes with it")
do("settings-set", {"settings": {"hash-seed": before["hash-seed"]}})
refused("a table that is too small", "", do, "settings-set", {"settings": {"flows": 1}})

nothing = {"new": 0, "open": 0, "closing": 0, "closed": 0, "affinity": 0}
check(do("flow-count", {})["flow-count"] == nothing, "flows are counted by their state")
check(do("flow-count", service() | backend("10.3.0.1"))["flow-count"] == nothing,
      "those of a backend too")
check(do("flow-get", service(), dump=True) == [], "flows are dumped")
check(do("flow-flush", {})["flow-count"] == nothing, "flows are forgotten")

packet = {"flow": {"client": address("192.0.2.7"), "client-port": 5000, "address": address("10.2.0.1"),
                   "port": 80, "protocol": 6}}
got = do("explain", packet)
check(got["explain"]["decision"] == "scheduler", "a packet is explained")
check(got["explain"]["past"] == "none", "it has no flow")
check(same(got["service"]["address"], "10.2.0.1"), "it is a service's")
got = do("explain", packet | {"explain": {"mark": 9, "ack": 1}})
check(got["explain"]["decision"] == "hash", "one of the middle of a connection")
refused("a packet without its flow", "missing", do, "explain", {})
refused("a packet with an answer", "", do, "explain", packet | {"explain": {"slot": 1}})
refused("a packet of two families", "same family", do, "explain",
        {"flow": packet["flow"] | {"address": address("2001:db8:2::1")}})

lo = {"device": {"ifindex": socket.if_nametoindex("lo")}}
named = {"device": lo["device"] | {"ifname": "lo"}}
do("device-attach", lo)
check(do("device-get", {}, dump=True) == [named], "an attached device is listed")
refused("a device twice", "already", do, "device-attach", lo)
do("device-detach", lo)
check(do("device-get", {}, dump=True) == [], "a detached one is not")
refused("a device that isn't attached", "not attached", do, "device-detach", lo)
refused("no such device", "not exist", do, "device-attach", {"device": {"ifindex": 999999}})
refused("no device", "missing", do, "device-attach", {})
refused("a device without its index", "missing", do, "device-attach", {"device": {}})
refused("a device of index 0", "not exist", do, "device-attach", {"device": {"ifindex": 0}})
refused("a device of a negative index", "range", do, "device-attach",
        {"device": {"ifindex": 0xffffffff}})

own = {"backend": {"address": address("10.3.0.9"), "mode": "l2"}}
listener = YnlFamily(spec, SCHEMA)
listener.ntf_subscribe("events")
do("service-set", service(scheduler="rr"))
do("backend-add", service() | own)
do("device-attach", lo)
do("device-detach", lo)
do("backend-del", service() | backend("10.3.0.9"))
listener.check_ntf()
heard = [each["msg"] for each in listener.async_msg_queue]
check([each["event"]["kind"] for each in heard] ==
      ["service-set", "backend-add", "device-attach", "device-detach", "backend-del"],
      "events are heard in order")
check(all(each["event"]["portid"] == dsr.sock.getsockname()[0] for each in heard),
      "each says who asked for it")
check(heard[0]["service"]["scheduler"] == "rr", "that of a service has its options")
check(heard[1]["backend"]["why"] == "no-route", "a backend says why it is unresolved")
check(heard[2]["device"] == named["device"], "that of a device has its name")

before = do("settings-get", {})["settings"]["generation"]
changes = {
    "service-del": [service(port=90, **{"port-end": 99})],
    "service-set": [service(scheduler="rr")],
    "backend-add": [backend("10.3.0.3"), backend("10.3.0.4", weight=2)],
    "backend-set": [service() | backend("10.3.0.1", weight=3)],
    "backend-del": [service() | backend("fd00:3::2")],
    "settings-set": [{"settings": {"hash-seed": 43}}],
    "device-attach": [lo],
}
digest = b"of this configuration"
after = do("config-change", {"changes": changes, "generation": before, "digest": digest})
check(do("settings-get", {})["settings"]["digest"] == digest, "its digest comes back")
check(after["generation"] > before, "changes are answered with the generation")
got = do("config-get", {}, dump=True)
check([each["generation"] for each in got] == [after["generation"]], "the configuration has it")
config = got[0]["changes"]
check(config["settings-set"][0]["settings"]["hash-seed"] == 43, "it has the settings")
check(config["device-attach"] in ([lo], [named]), "it has the device")
check(len(config["service-add"]) == 4, "it has each service")
check([each["backend"]["weight"] for each in config["backend-add"]] == [3, 1, 2],
      "it has each backend")
more = {"changes": {"backend-set": [service() | backend("10.3.0.1", weight=4)]}, "more": True}
check(do("config-change", more) is None, "changes of which more follow are kept")
got = do("config-get", {}, dump=True)
check(got[0]["generation"] == after["generation"], "they change nothing")
do("config-change", {})
got = do("backend-get", service() | backend("10.3.0.1"))["backend"]
check(got["weight"] == 4, "the last message carries them out")
check("digest" not in do("settings-get", {})["settings"], "then the digest isn't its any more")

after = do("settings-get", {})
number, cookies = refused("another generation", "changed meanwhile", do, "config-change",
                          {"changes": changes, "generation": before})
check((number, cookies) == (errno.ESTALE, []), "that is ESTALE, and no change's fault")
number, cookies = refused("the third of some changes", "no such backend", do, "config-change", {
    "changes": {"backend-set": [service() | backend("10.3.0.1", weight=5),
                                backend("10.3.0.3", weight=5), backend("10.3.0.9", weight=5)]}})
check((number, cookies) == (errno.ENOENT, [2]), "the refusal has its number")
refused("a change of a kind that is none", "", do, "config-change",
        {"changes": {"backend-add": [{"settings": {"flows": 2048}}]}})
check(do("settings-get", {}) == after, "what was refused has changed nothing of all that")
do("config-change", {"changes": {"device-detach": [lo],
                                 "settings-set": [{"settings": {"hash-seed": 42}}]}})

check("received" in do("stats-get", {})["stats"], "the counters have names")
for each in ("stats-get", "settings-get", "service-flush"):
    refused(f"{each} of a service", "unsupported attribute", do, each, service())
for each in ("device-get", "config-get"):
    refused(f"all of {each} of a service", "unsupported attribute", do, each, service(), True)
refused("a dump of a service", "no service", do, "service-get", service(), True)
refused("a dump of a backend", "no backend", do, "backend-get",
        service() | backend("10.3.0.1"), True)
for each in ("flow-count", "flow-flush", "backend-flush", "service-set", "service-get"):
    refused(f"{each} of an unknown service", "no such", do, each, service(port=81))
for each in ("flow-get", "backend-get"):
    refused(f"all of {each} of an unknown service", "no such", do, each, service(port=81), True)
for each in ("backend-set", "backend-get", "backend-del"):
    refused(f"{each} of an unknown backend", "no such", do, each, service() | backend("10.3.0.9"))

do("backend-del", service() | backend("10.3.0.1"))
do("backend-flush", service())
check(len(do("backend-get", {}, dump=True)) == 0, "backends are removed")
do("service-del", service())
do("service-flush", {})
check(len(do("service-get", {}, dump=True)) == 0, "services are removed")
