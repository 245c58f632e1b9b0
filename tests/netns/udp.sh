#!/bin/bash
# UDP through the VIP: DNS servers answer queries of both families.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
# kernels: uml 6.1 6.12
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed
dns_start b1 b2 b3
service "$VIP4:53/udp" rr 10.3.0.1 10.3.0.2 10.3.0.3
service "[$VIP6]:53/udp" rr fd00:3::1 fd00:3::2 fd00:3::3

# queries ADDRESS FROM: nine of them, each from a port of its own, as two from one
# would be one flow
queries() {
	local port

	for port in {6001..6009}; do
		client dig -b "$2#$port" +short +time=20 +tries=1 "@$1" who TXT
	done | tr -d '"' | tally
}

is "$VIP4: every backend answered its third" "$(queries "$VIP4" 192.168.1.1)" "b1=3 b2=3 b3=3"
is "$VIP6: every backend answered its third" "$(queries "$VIP6" fd00:1::1)" "b1=3 b2=3 b3=3"
