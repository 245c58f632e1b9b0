#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""policy.py SPEC: does the YAML spec say what the kernel accepts?

The kernel tells the policy of each command; the spec tells it by the command's
request, by the checks of the attributes, and by the sets NAME-request and
NAME-key, which have what requests may carry of NAME: a command that adds or
changes a NAME the former, others the latter.

Prints a line per check: 0 or 1, and what was checked.
"""
import struct
import sys

import yaml

import genl

CTRL_ATTR_POLICY, CTRL_ATTR_OP_POLICY = 8, 9
CTRL_ATTR_POLICY_DO, CTRL_ATTR_POLICY_DUMP = 1, 2
(TYPE, MIN_U, MAX_U, MIN_LENGTH, MAX_LENGTH, POLICY_IDX) = 1, 4, 5, 6, 7, 8
TYPES = {1: "flag", 2: "u8", 3: "u16", 4: "u32", 5: "u64", 10: "binary", 12: "string",
         13: "nest"}
LIMITS = {MIN_U: "min", MAX_U: "max", MIN_LENGTH: "min-len", MAX_LENGTH: "max-len"}

with open(sys.argv[1], encoding="utf-8") as file:
    spec = yaml.safe_load(file)
sets = {each["name"]: each for each in spec["attribute-sets"]}
# An event is no request.
operations = {each["name"]: (index, each)
              for index, each in enumerate(spec["operations"]["list"], 1) if "event" not in each}


def check(kernel_has, spec_has, name):
    print(0 if kernel_has == spec_has else 1, name)
    if kernel_has != spec_has:
        print(f"{name}\nkernel: {kernel_has}\nspec: {spec_has}", file=sys.stderr)


def number(data):
    return int.from_bytes(data, sys.byteorder)


# The kernel's part.

def ask():
    """The policies of the family: {index: {attribute: {key: value}}}, and which
    ones a command has: {command: {do or dump: index}}."""
    policies, commands = {}, {}
    socket = genl.Socket(genl.GENL_ID_CTRL)
    request = genl.attr(genl.CTRL_ATTR_FAMILY_NAME, b"dsr\0")
    for message in socket.dump(genl.CTRL_CMD_GETPOLICY, request):
        told = genl.attributes(message.payload)
        for index, entries in genl.attributes(told.get(CTRL_ATTR_POLICY, b"")).items():
            for each, rule in genl.attributes(entries).items():
                values = {key: number(value) for key, value in genl.attributes(rule).items()}
                policies.setdefault(index, {})[each] = values
        for command, indices in genl.attributes(told.get(CTRL_ATTR_OP_POLICY, b"")).items():
            commands[command] = {key: number(value)
                                 for key, value in genl.attributes(indices).items()}
    return policies, commands


def kernel_rule(rule):
    told = {"type": TYPES.get(rule[TYPE], rule[TYPE])}
    told |= {name: rule[key] for key, name in LIMITS.items() if key in rule}
    if POLICY_IDX in rule:
        told["attributes"] = kernel_policy(rule[POLICY_IDX])
    return told


def kernel_policy(index):
    return {each: kernel_rule(rule) for each, rule in policies.get(index, {}).items()}


# The spec's part.

def numbered(name):
    """The attributes of a set with their numbers."""
    last = 0
    for each in sets[name]["attributes"]:
        last = each.get("value", last + 1)
        yield last, each


def accepted(name, command):
    """The names of those that a command may carry in a nest of this set."""
    kind = "request" if command in (f"{name}-add", f"{name}-set") else "key"
    for each in (f"{name}-{kind}", f"{name}-request", name):
        if each in sets:
            return [attr["name"] for attr in sets[each]["attributes"]]


def spec_limits(attr):
    checks = attr.get("checks", {})
    kind = attr["type"]
    if kind[0] == "u":
        return {"min": checks.get("min", 0), "max": checks.get("max", 2 ** int(kind[1:]) - 1)}
    if "exact-len" in checks:
        return {"min-len": checks["exact-len"], "max-len": checks["exact-len"]}
    return checks


def spec_rule(attr, command):
    told = {"type": attr["type"]} | spec_limits(attr)
    inner = attr.get("nested-attributes")
    if inner == "main":
        told["attributes"] = spec_request(attr["name"])
    elif inner:
        told["attributes"] = spec_policy(inner, accepted(inner, command), command)
    return told


def spec_policy(name, names, command):
    return {each: spec_rule(attr, command) for each, attr in numbered(name)
            if attr["name"] in names}


def spec_request(command):
    _, operation = operations[command]
    request = operation.get("do", operation.get("dump")).get("request", {})
    return spec_policy("main", request.get("attributes", []), command)


policies, commands = ask()
check(sorted(commands), [index for index, _ in operations.values()], "each command has a policy")
for name, (index, operation) in operations.items():
    told = commands.get(index, {})
    kinds = {kind for kind, key in (("do", CTRL_ATTR_POLICY_DO), ("dump", CTRL_ATTR_POLICY_DUMP))
             if key in told}
    check(kinds, {"do", "dump"} & set(operation), f"{name}: whether it is done or dumped")
    for kind in told.values():
        check(kernel_policy(kind), spec_request(name), f"{name}: what it accepts")
