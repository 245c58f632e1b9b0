#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""random_config.py SEED SERVICES: lines as dsrctl save prints them, with any of
the options and in the order and spelling that it has.  No drains: without
flows they are over at once.
"""
import ipaddress
import random
import sys

dice = random.Random(int(sys.argv[1]))


def some(options):
    """Each is there or not, in this order."""
    return "".join(f" {option}" for option in options if dice.random() < 0.4)


def number(low, high):
    return dice.choice([low, high, dice.randint(low, high)])


def seconds():
    return dice.randint(1, 50)


def service_options(bits):
    affinity = dice.choice(["77", f"78/{dice.randint(1, bits - 1)}"])
    return some([
        "scheduler " + dice.choice(["rr", "lc", "random", "p2c", "failover", "overflow"]),
        "hash " + dice.choice(["source", "source-port", "destination"]),
        f"affinity {affinity}", "stateless", "adopt off", "on-remove drop",
        "no-backend " + dice.choice(["reset", "drop", "pass"]),
        f"timeout-syn {seconds()}", f"timeout-established {seconds()}",
        f"timeout-fin {seconds()}", f"timeout-udp {seconds()}"])


def backend_options():
    flows = dice.randint(2, 1000)
    limits = dice.choice(["", f" max-flows {flows}", f" max-flows {flows} min-flows {flows - 1}"])
    pins = dice.choice(["", " dev eth0", " dev eth0 lladdr 02:00:00:00:%02x:%02x" %
                        (dice.randrange(256), dice.randrange(256))])
    return (some(["mode local", f"weight {number(2, 65535)}", "state down"]) + limits +
            some([f"slow-start {number(1, 3600)}"]) + pins)


def selector(n):
    """No two are alike, nor do ranges overlap."""
    v4, v6 = ipaddress.ip_address("10.9.0.0") + n, ipaddress.ip_address("2001:db8:9::") + n
    protocol = dice.choice(["tcp", "udp", "sctp"])
    first = dice.randint(1, 60000)
    return dice.choice([
        (f"{v4}:{first}/{protocol}", 32), (f"{v4}:{first}-{first + 9}/{protocol}", 32),
        (f"{v4}/{protocol}", 32), (f"{v4}", 32), (f"[{v6}]:{first}/{protocol}", 128),
        (f"[{v6}]/{protocol}", 128), (f"[{v6}]", 128), (f"mark {n + 1}", 32),
        (f"mark {n + 1}/ipv6", 128), (f"10.{100 + n % 100}.{n // 100}.0/24:{first}/{protocol}", 32),
        (f"[2001:db8:{n + 1:x}::/64]", 128)])


def backends(service, count):
    for n in range(count):
        address = dice.choice([f"10.3.1.{n + 1}", f"fd00:3::1:{n + 1:x}"])
        print(f"backend add {service} {address}{backend_options()}")


print(f"set flows {dice.randint(1024, 5000)}")
print(f"set hash-seed {dice.getrandbits(64)}")
print("device attach spare")
for index in range(int(sys.argv[2])):
    name, family_bits = selector(index)
    print(f"service add {name}{service_options(family_bits)}")
    backends(name, dice.choice([0, 1, 3, dice.randint(0, 40)]))
