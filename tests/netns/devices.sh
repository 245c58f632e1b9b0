#!/bin/bash
# The director's leg may be a VLAN, a bond, a bridge, a macvlan: requests come
# by it and go out by it, and so they do when it is attached.
#
#   client ── router ── br0 ── b1, b2
#                        └──── port0, port1 ══ eth0, eth1 ── leg in director
#
# one-armed; `leg` is made of eth0, the bond of eth1 too
# kernels: 6.12
. "$(dirname "$0")/lib.sh"

modprobe -q -a bonding macvlan 8021q || :
make_ns client router lan director
ip -n "$P-lan" link add br0 type bridge stp_state 0 mcast_snooping 0
ip -n "$P-lan" link set br0 up
link client eth0 router client
plug router lan
topo_client
topo_router
for n in 1 2; do
	topo_backend "$n"
done
forwarding director
crowd_start b1 b2
web_start b1
head -c "$(scaled 1000000 200000)" /dev/urandom > "$T/up"

# cable N: a veth pair, ethN in the director, portN in lan
cable() {
	link director "eth$1" lan "port$1"
}

# on_bridge PORT
on_bridge() {
	ip -n "$P-lan" link set "$1" master br0 up
}

vlan_leg() {
	cable 0
	ip -n "$P-director" link add leg link eth0 type vlan id 5
	ip -n "$P-lan" link add port0.5 link port0 type vlan id 5
	on_bridge port0.5
}

# The tag is in the packet and not beside it.
vlan_tagged_leg() {
	cable 0
	in_ns lan ethtool -K port0 txvlan off > "$T/log"
	director ethtool -K eth0 txvlan off > "$T/log"
	ip -n "$P-director" link add leg link eth0 type vlan id 5
	ip -n "$P-lan" link add port0.5 link port0 type vlan id 5
	on_bridge port0.5
}

bridge_leg() {
	cable 0
	on_bridge port0
	ip -n "$P-director" link add leg type bridge stp_state 0 mcast_snooping 0
	ip -n "$P-director" link set eth0 master leg
}

macvlan_leg() {
	cable 0
	on_bridge port0
	ip -n "$P-director" link add leg link eth0 type macvlan mode bridge
}

bond_leg() {
	local n

	ip -n "$P-director" link add leg type bond mode active-backup miimon 50
	for n in 0 1; do
		cable "$n"
		on_bridge "port$n"
		ip -n "$P-director" link set "eth$n" down
		ip -n "$P-director" link set "eth$n" master leg
	done
}

# Named ports of one kind, so that the next finds nothing.
remove_leg() {
	ip -n "$P-director" link del leg
	ip -n "$P-director" link del eth0
	! director test -e /sys/class/net/eth1 || ip -n "$P-director" link del eth1
	ip -n "$P-router" route del "$VIP4"
	ip -n "$P-router" route del "$VIP6"
}

configure_leg() {
	ip -n "$P-director" link set leg up
	topo_director_leg leg
	ns_batch director <<-END
		route add default via 10.3.255.254
		route add default via fd00:3::fe
	END
	# The router must ask for the new leg's MAC address.
	ns_batch router <<-END
		neigh flush dev lan
		route add $VIP4 via 10.3.0.254
		route add $VIP6 via fd00:3::d
	END
}

upload() {
	rm -f "$T/b1/up/file"
	client curl -sS -f --max-time 60 -T "$T/up" "http://$(host "$1")/up/file" &&
		cmp "$T/up" "$T/b1/up/file"
}

# serves WHAT: new connections and datagrams of both families, and large packets
crowds=0
serves() {
	local address kind

	for address in "$VIP4" "$VIP6"; do
		wait_for 20 backends_up "$(host "$address"):80/tcp"
		for kind in tcp udp; do
			crowds=$((crowds + 1))
			crowd_gather "$crowds" "$address" 7 "$kind"
			is "$1: $kind to $address" "$(crowd "$crowds" open 4)" "b1=2 b2=2 failed=0"
		done
		ok "$1: an upload to $address" upload "$address"
	done
}

for kind in vlan vlan_tagged bridge macvlan bond; do
	"${kind}_leg"
	configure_leg
	if [ "$kind" = vlan ]; then
		for address in "$VIP4" "$VIP6"; do
			service "$(host "$address"):7/tcp" rr 10.3.0.1 10.3.0.2
			service "$(host "$address"):7/udp" rr 10.3.0.1 10.3.0.2
			service "$(host "$address"):80/tcp" rr 10.3.0.1
		done
	fi
	serves "$kind"
	director dsrctl device attach leg
	serves "$kind, attached"
	if [ "$kind" = bond ]; then
		active=$(director cat /sys/class/net/leg/bonding/active_slave)
		director ip link set "$active" down
		serves "bond without $active, attached"
	fi
	remove_leg
done
