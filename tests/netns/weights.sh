#!/bin/bash
# Weights 1:2:3 are what connections get: exactly by rr, within 5% by maglev.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
# kernels: fast
. "$(dirname "$0")/lib.sh"

topo_reference one-armed local
web_start b1 b2 b3

service "$VIP4:80/tcp" rr 10.3.0.1=1 10.3.0.2=2 10.3.0.3=3
is "rr: 1:2:3 exactly" "$(ask 600 "$VIP4" | tally)" "b1=100 b2=200 b3=300"

# A hash shares by chance: of 2700 connections 5% are five standard deviations.
director dsrctl service set "$VIP4:80/tcp" scheduler maglev
answers=$(ask 2700 "$VIP4" | tally)
read -r b1 b2 b3 <<< "${answers//b?=/}"
in_range "maglev: $b1 of 2700 for weight 1" "$b1" 315 585
in_range "maglev: $b2 of 2700 for weight 2" "$b2" 765 1035
in_range "maglev: $b3 of 2700 for weight 3" "$b3" 1215 1485

director dsrctl backend set "$VIP4:80/tcp" 10.3.0.3 weight 0
answers=$(ask 60 "$VIP4" | tally)
unlike "weight 0 takes no new connections ($answers)" "$answers" b3
