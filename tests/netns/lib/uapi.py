#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""uapi.py HEADER SPEC: does the YAML spec say what the header says?

Prints a line per check: 0 or 1, and what was checked.
"""
import re
import sys

import yaml

header_path, spec_path = sys.argv[1:]
with open(header_path, encoding="utf-8") as file:
    header = re.sub(r"/\*.*?\*/|\\\n", "", file.read(), flags=re.S)
with open(spec_path, encoding="utf-8") as file:
    spec = yaml.safe_load(file)


def check(header_has, spec_has, name):
    print(0 if header_has == spec_has and header_has else 1, name)
    if header_has != spec_has:
        print(f"header: {header_has}\nspec: {spec_has}", file=sys.stderr)


def constants(enum, prefix):
    """The names of an enum without their prefix, as a spec writes them; what
    only bounds it is left out."""
    body = re.search(rf"enum {enum} {{(.*?)}};", header, re.S)[1]
    names = re.findall(rf"^\s*{prefix}(\w+)\s*,", body, re.M)
    return [name.lower().replace("_", "-") for name in names if name != "UNSPEC"]


def words(macro):
    body = re.search(rf"#define {macro}_NAMES {{(.*?)}}", header)[1]
    return re.findall(r'"(.*?)"', body)


def table(macro):
    """The names of a table of counters, in order."""
    body = re.search(rf"#define {macro}\(X\) (.*)", header)[1]
    return [name.replace("_", "-") for name in re.findall(r"X\(\w+, (\w+),", body)]


def number(macro):
    return int(re.search(rf"#define {macro}\s+(\d+)", header)[1])


def attributes(name):
    return [attr["name"] for attr in sets[name]["attributes"]]


sets = {each["name"]: each for each in spec["attribute-sets"]}
enums = {each["name"]: each for each in spec["definitions"]}
limits = {(owner, attr["name"]): attr.get("checks", {})
          for owner, each in sets.items() for attr in each["attributes"]}

operations = [each["name"] for each in spec["operations"]["list"]]
check(constants("dsr_cmd", "DSR_CMD_"), operations, "the commands")
check(1, spec["operations"]["list"][0]["value"], "the first command's number")
numbers, last = {}, 0
for each in sets["changes"]["attributes"]:
    last = each.get("value", last + 1)
    numbers[each["name"]] = last
check({name: operations.index(name) + 1 for name in numbers}, numbers,
      "changes have the numbers of their commands")
check(constants("dsr_attr", "DSR_A_"), attributes("main"), "the attributes of a message")
for each in ("service", "backend", "settings", "flow", "device", "explain", "event"):
    check(constants(f"dsr_{each}_attr", f"DSR_A_{each.upper()}_"), attributes(each),
          f"the attributes of {each}")
check(table("DSR_TRAFFIC_TABLE"), attributes("traffic"), "the counters of a service")
check(table("DSR_COUNTER_TABLE"), attributes("counters"), "the counters of a namespace")

for each in ("mode", "state", "hash", "on-remove", "no-backend", "flow-show", "decision", "past",
             "why", "event-kind"):
    name = "dsr_" + each.replace("-", "_")
    check(constants(name, name.upper() + "_"), enums[each]["entries"], f"the enum {each}")
    check(words(name.upper()), enums[each]["entries"], f"the words of {each}")
    for (owner, attr), limit in limits.items():
        kind = sets[owner]["attributes"][attributes(owner).index(attr)].get("enum")
        if kind == each and "max" in limit:
            check(len(enums[each]["entries"]) - 1, limit["max"],
                  f"the last {each} that is accepted")
check(words("DSR_FLOW_SHOW"), attributes("flow-count"), "what flows are counted by")

check(number("DSR_GENL_VERSION"), spec["version"], "the version")
check(re.findall(r'#define DSR_GENL_GROUP_\w+\s+"(\w+)"', header),
      [each["name"] for each in spec["mcast-groups"]["list"]], "the multicast groups")
check(number("DSR_SCHEDULER_LEN"), limits["service", "scheduler"]["max-len"],
      "the longest name of a scheduler")
check(number("DSR_DIGEST_LEN"), limits["main", "digest"]["max-len"], "the longest digest")
check(number("DSR_WEIGHT_MAX"), limits["backend", "weight"]["max"], "the largest weight")
check(number("DSR_SLOW_START_MAX"), limits["backend", "slow-start"]["max"],
      "the longest slow start")
for each in ("syn", "established", "fin", "udp"):
    check(number("DSR_TIMEOUT_MAX"), limits["service", f"timeout-{each}"]["max"],
          f"the longest timeout-{each}")
check([number("DSR_FLOWS_MIN"), number("DSR_FLOWS_MAX")],
      [limits["settings", "flows"][each] for each in ("min", "max")],
      "how many flows the table may hold")
