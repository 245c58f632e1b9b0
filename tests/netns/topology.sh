#!/bin/bash
# The reference network works by plain routing, before dsr has any part in it.
#
#   client ── router ── br0 ── director, b1, b2, b3       (lib.sh draws it)
# kernels: 6.12
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed
web_start b1

ok "client reaches a backend, IPv4" client ping -c 1 -W 60 10.3.0.1
ok "client reaches a backend, IPv6" client ping -c 1 -W 60 fd00:3::1
ok "client reaches the director's leg" client ping -c 1 -W 60 10.3.0.254
ok "a backend reaches the client" in_ns b2 ping -c 1 -W 60 192.168.1.1
is "a backend's web server answers, IPv4" "$(client curl -sS http://10.3.0.1/)" b1
is "a backend's web server answers, IPv6" "$(client curl -sS "http://[fd00:3::1]/")" b1
ok "three megabytes arrive as they were" download 10.3.0.1

not_ok "a backend keeps silent in ARP about the VIP" \
	director arping -q -c 1 -w 1 -I eth0 10.2.0.1
is "the VIP answers on a backend itself" "$(in_ns b1 curl -sS "http://$VIP4/")" b1
is "a reply's way passes by the director" \
	"$(in_ns b1 ip -j route get 192.168.1.1 from 10.2.0.1 | jq -r '.[0].gateway')" 10.3.255.254
