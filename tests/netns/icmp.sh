#!/bin/bash
# "Fragmentation needed", sent to the VIP from a narrow hop towards the client,
# reaches the backend whose packet was too large.
#
#   client ──(MTU 1280) router ── br0 ── director, b1, b2, b3
#                  └── the error goes to the VIP, that is, to the director
# kernels: fast 6.1
. "$(dirname "$0")/lib.sh"

topo_reference one-armed local
web_start b1 b2 b3
service "$VIP4:80/tcp" rr 10.3.0.1 10.3.0.2 10.3.0.3
service "[$VIP6]:80/tcp" rr fd00:3::1 fd00:3::2 fd00:3::3
# The client doesn't know, and offers segments of 1460 bytes.
router ip link set dev client mtu 1280

knows() {
	in_ns "$1" ip route get "$2" | grep -q 'mtu 1280'
}

# narrow VIP CLIENT: downloads by turn teach each backend the MTU, and only it
narrow() {
	local n server

	for n in 1 2 3; do
		client curl -sS --max-time 120 -D "$T/header" -o "$T/file" "http://$(host "$1")/3m"
		server=$(sed -n 's/^X-Backend: \(b.\).*/\1/p' "$T/header")
		ok "$1: a download through the narrow hop, from $server" cmp "$T/file" "$T/3m"
		ok "$1: $server knows the MTU" knows "$server" "$2"
		known=$(for b in b1 b2 b3; do ! knows "$b" "$2" || echo "$b"; done | wc -l)
		is "$1: of the backends, $n do" "$known" "$n"
	done
}

narrow "$VIP4" 192.168.1.1
narrow "$VIP6" fd00:1::1
