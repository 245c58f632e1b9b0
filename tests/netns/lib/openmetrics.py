#!/usr/bin/env python3
"""openmetrics.py FILE: parse it strictly as OpenMetrics and print what it holds:
a line "TYPE UNIT NAME" a family, in which "-" is no unit, and a line
"NAME{LABEL="VALUE",...} NUMBER" a sample, its labels in their order."""
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families


def sample_text(sample):
    labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
    return f"{sample.name}{{{labels}}} {int(sample.value)}"


def main():
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        families = list(text_string_to_metric_families(file.read()))
    for family in families:
        print(family.type, family.unit or "-", family.name)
        if not family.documentation:
            sys.exit(f"{family.name} has no help")
        for sample in family.samples:
            print(sample_text(sample))


main()
