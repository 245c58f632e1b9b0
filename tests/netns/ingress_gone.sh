#!/bin/bash
# Attached devices that are detached, renamed, moved and deleted under a flood,
# namespaces and the module that go with devices attached.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2
#             UDP floods, v4 and v6      moved to ── other
# kernels: uml 6.1
. "$(dirname "$0")/lib.sh"

echoes=$VIP4:7/tcp
topo_reference two-armed routed 2
crowd_start b1 b2
drop_floods
director sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/keep_addr_on_down'

configure() {
	service "$echoes" rr 10.3.0.1 10.3.0.2
	service "$VIP4:9/udp" rr 10.3.0.1 10.3.0.2
	service "[$VIP6]:9/udp" rr fd00:3::1 fd00:3::2
}

# They end when their device goes.
floods() {
	flood_start udp from 172.16.0.1 to "$VIP4" port 9 flows 5000 rate 3000
	flood_start udp from fd00:5::1 to "$VIP6" port 9 flows 5000 rate 3000
	wait_for 30 counted forwarded $(($(counter forwarded) + 1000))
}

attached() {
	director dsrctl -j device show | jq -r '[.[].device] | join(" ")'
}

serves() {
	wait_for 20 backends_up "$echoes"
	is "$1: connections" "$(crowd c open 4)" "b1=2 b2=2 failed=0"
}

configure
crowd_gather c "$VIP4" 7 tcp
director dsrctl device attach eth1
floods

for ((n = 0; n < $(scaled 20 5); n++)); do
	director dsrctl device detach eth1
	director dsrctl device attach eth1
done
is "detached and attached under a flood" "$(attached)" eth1
serves "detached and attached"

# Kernels before 6.2 rename no device that is up.
director ip link set eth1 down
director ip link set eth1 name req1
director ip link set req1 up
is "renamed under a flood: listed by its new name" "$(attached)" req1
fails_with 1 'attached already' director dsrctl device attach req1
director ip link set req1 down
director ip link set req1 name eth1
director ip link set eth1 up
ok "renamed: the flood is forwarded" wait_for 30 counted forwarded $(($(counter forwarded) + 1000))
serves "renamed"

for ((n = 0; n < 3; n++)); do
	ok "eth1 is deleted under a flood" director timeout 60 ip link del eth1
	is "and is not attached any more" "$(attached)" ""
	topo_two_armed
	ok "another eth1 is attached" director dsrctl device attach eth1
	floods
done
serves "deleted"

# received_there NUMBER: packets, by the device itself
received_there() {
	[ "$(in_ns other cat /sys/class/net/eth1/statistics/rx_packets)" -gt "$1" ]
}

make_ns other
ok "eth1 is moved to another namespace under a flood" \
	director timeout 60 ip link set eth1 netns "$P-other"
is "and is not attached any more" "$(attached)" ""
is "nor there" "$(in_ns other dsrctl -j device show)" "[]"
in_ns other ip link set eth1 up
forwarded=$(counter forwarded)
ok "it can be attached there" in_ns other dsrctl device attach eth1
wait_for 30 received_there 1000
is "the director gets nothing of it" "$(counter forwarded)" "$forwarded"
ok "and it can be moved back" in_ns other timeout 60 ip link set eth1 netns "$P-director"
director ip link set eth1 up
ip -n "$P-router" link del director
topo_two_armed
ok "and replaced" director dsrctl device attach eth1
floods
serves "moved"

# A namespace that ends with an attached device, which is flooded.
gone() {
	ip netns add "$P-gone"
	ip link add gone netns "$P-router" type veth peer name eth1 netns "$P-gone"
	ip -n "$P-router" link set gone up
	ip -n "$P-gone" link set eth1 up
	ip netns exec "$P-gone" dsrctl service add "$VIP4:9/udp"
	ip netns exec "$P-gone" dsrctl device attach eth1
	background router flood udp dev gone \
		mac "$(ip netns exec "$P-gone" cat /sys/class/net/eth1/address)" \
		from 172.16.0.1 to "$VIP4" port 9 flows 5000 rate 3000
	wait_for 30 ip netns exec "$P-gone" grep -q '^received [0-9]\{3\}' /proc/net/dsr/stats
	ip netns del "$P-gone"
	wait_for 60 router test ! -e /sys/class/net/gone
}

for ((n = 0; n < 3; n++)); do
	ok "a namespace goes with its attached device" gone
done

if [ -n "$DSR_MODULE" ]; then
	for ((n = 0; n < 3; n++)); do
		ok "the module goes with eth1 attached" timeout 60 rmmod dsr
		insmod "$DSR_MODULE"
		is "and comes back without devices" "$(attached)" ""
		ok "eth1 is attached before there are services" director dsrctl device attach eth1
		configure
		ok "the flood goes on" wait_for 30 counted forwarded 1000
	done
	serves "the module came back"
fi
# The director's namespace goes with eth1 attached: what lib.sh proves at the end.
