#!/bin/bash
# A backend's MAC address changes under a flood: no packet carries any but the
# two, however the change and the packets meet.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1
#             UDP flood            frames are watched behind eth0
# kernels: uml kcsan 6.1
. "$(dirname "$0")/lib.sh"

topo_reference two-armed routed 1
one=02:aa:aa:aa:aa:aa two=02:bb:bb:bb:bb:bb
service "$VIP4:9/udp" rr 10.3.0.1
service "[$VIP6]:9/udp" rr fd00:3::1

# watch NAME FILTER: note the first frame that matches
watch() {
	in_ns lan tcpdump -c 1 -nn -e -i director "udp port 9 and ($2)" > "$T/$1" 2> "$T/$1.ready" < /dev/null &
	processes+=($!)
	wait_for 30 grep -q "listening on" "$T/$1.ready"
}

saw() {
	grep -q 'packet captured' "$T/$1.ready"
}

# flips COUNT: both families' neighbour, there and back
flips() {
	local n mac

	for ((n = 0; n < $1; n++)); do
		for mac in "$one" "$two"; do
			echo "neigh replace 10.3.0.1 lladdr $mac nud permanent dev eth0"
			echo "neigh replace fd00:3::1 lladdr $mac nud permanent dev eth0"
		done
	done
}

flood_start udp from 192.168.2.1 to "$VIP4" port 9 flows 1000 rate "$(scaled 5000 1000)"
flood_start udp from fd00:5::1 to "$VIP6" port 9 flows 1000 rate "$(scaled 5000 1000)"
flips 1 | ns_batch director
watch first "ether dst $two"
ok "the packets go to the new MAC address" wait_for 30 saw first

watch one "ether dst $one and ip"
watch one6 "ether dst $one and ip6"
watch other "not ether dst $one and not ether dst $two"
flips "$(scaled 2000 500)" | ns_batch director
ns_batch director <<-END
	neigh replace 10.3.0.1 lladdr $one nud permanent dev eth0
	neigh replace fd00:3::1 lladdr $one nud permanent dev eth0
END
ok "both are in use, IPv4" wait_for 30 saw one
ok "both are in use, IPv6" wait_for 30 saw one6
not_ok "no packet carries a third" saw other
