#!/bin/bash
# The module is removed under traffic, and comes back.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
# kernels: uml 6.1 6.12
. "$(dirname "$0")/lib.sh"

skip_unless "the module was not given" test -n "$DSR_MODULE"

configure() {
	service "$VIP4:80/tcp" maglev 10.3.0.1 10.3.0.2 10.3.0.3
	service "[$VIP6]:80/tcp" rr fd00:3::1 fd00:3::2 fd00:3::3
}

# The VIP is routed only: what dsr doesn't take, nobody answers.
connections() {
	background client curl -s -Z --parallel-max 20 --connect-timeout 1 \
		-o /dev/null "http://$VIP4/3m?[1-100000]"
	background client curl -s -Z --parallel-max 20 --connect-timeout 1 \
		-o /dev/null "http://[$VIP6]/3m?[1-100000]"
	wait_for 30 flows_are_made
}

flows_are_made() {
	[ "$(counter flow_new)" -gt 40 ]
}

topo_reference one-armed routed
web_start b1 b2 b3
configure
connections

for round in 1 2 3; do
	ok "round $round: the module goes under traffic" rmmod dsr
	not_ok "round $round: /proc/net/dsr is gone" director test -e /proc/net/dsr
	ok "round $round: the module comes back" insmod "$DSR_MODULE"
	is "round $round: it knows no service" "$(director dsrctl -j service show | jq length)" 0
	configure
	ok "round $round: it serves at once" download "$VIP4"
done
