#!/bin/bash
# The director itself reaches a VIP that is only routed.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
. "$(dirname "$0")/lib.sh"

topo_reference one-armed routed
web_start b1 b2 b3
service "$VIP4:80/tcp" rr 10.3.0.1 10.3.0.2 10.3.0.3
service "[$VIP6]:80/tcp" rr fd00:3::1 fd00:3::2 fd00:3::3

is "$VIP4 from the director" \
	"$(director curl -sS --max-time 60 "http://$VIP4/?[1-9]" | tally)" "b1=3 b2=3 b3=3"
is "$VIP6 from the director" \
	"$(director curl -sS --max-time 60 "http://[$VIP6]/?[1-9]" | tally)" "b1=3 b2=3 b3=3"
is "the client's share goes on" "$(ask 9 "$VIP4" | tally)" "b1=3 b2=3 b3=3"
