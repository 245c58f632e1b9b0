#!/bin/bash
# lifecycle.sh [SECONDS [SEED]]: namespaces come and go for 5/16 of the time, then the
# module comes and goes for half of it, then devices come, change and go for the rest,
# under a flood and with readers of all that there is to read.  What was made is gone at
# the end.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2
#             UDP floods, v4 and v6    readers
#   and directors that send to themselves, a namespace each
# kernels: uml kcsan debug
# share: 3
. "$(dirname "$0")/../netns/lib.sh"

skip_unless "the module was not given" test -n "$DSR_MODULE"

seconds=${1:-18} seed=${2:-1}
echo "# SECONDS=$seconds SEED=$seed"
RANDOM=$seed
backends_removed=yes

# What the module has allocated and not freed, where the kernel can tell: it can't
# of per-CPU memory, where that comes from what it had set aside before it booted.
allocated() {
	grep -s '\[dsr\]' /proc/allocinfo |
		awk '$2 && !/func:(dsr_counters_alloc|block_create) / { print $2, $3, $NF }' || :
}

objects() {
	allocated | awk '{ sum += $1 } END { print sum + 0 }'
}

objects_are() {
	[ "$(objects)" -eq "$1" ]
}

# They end when their device goes.
floods() {
	flood_start udp from 172.16.0.1 to "$VIP4" port 9 flows 5000 rate "$(scaled 1000 200)"
	flood_start udp from fd00:5::1 to "$VIP6" port 9 flows 5000 rate "$(scaled 1000 200)"
}

flooded() {
	wait_for 30 counted forwarded $(($(counter forwarded) + $1))
}

# b1 may have another MAC address, which is known only when it doesn't answer any more.
b1_answers() {
	director ping -q -c 1 -W 1 10.3.0.1
}

serves() {
	ok "$1: the flood is forwarded" flooded 100
	wait_for 60 b1_answers || :
	wait_for 30 backends_up "$VIP4:7/tcp" || :
	is "$1: connections are served" "$(crowd c open 4)" "b1=2 b2=2 failed=0"
}

namespaces_are_gone() {
	! grep -qE '^nsid 1[0-9]{6}\>' <<< "$(director ip netns list-id)"
}

# for_seconds NUMBER COMMAND...: again and again; how often is in $T/rounds
for_seconds() {
	local end=$((SECONDS + $1)) rounds=0

	shift
	while [ "$SECONDS" -lt "$end" ]; do
		"$@" || return
		rounds=$((rounds + 1))
	done
	echo "$rounds" > "$T/rounds"
}

# A dump that is under way holds the module.
load_again() {
	wait_for 30 rmmod dsr && insmod "$DSR_MODULE"
}

reload() {
	load_again &&
		director dsrctl apply "$T/conf" &&
		wait_for 30 counted forwarded 50
}

renamed() {
	ns_batch director <<-END
		link set eth0 down
		link set eth0 name leg
		link set leg up
		link set leg down
		link set leg name eth0
		link set eth0 up
	END
}

address_gone() {
	ns_batch director <<-END
		addr del 10.3.0.254/16 dev eth0
		addr del fd00:3::d/64 dev eth0
	END
	topo_director_leg eth0
}

eth0_replaced() {
	director ip link del eth0
	plug director eth0
	topo_director_leg eth0
}

eth1_replaced() {
	director ip link del eth1
	topo_two_armed
	director dsrctl device attach eth1
	floods
}

change_a_device() {
	case $((RANDOM % 7)) in
	0) director ip link set eth0 mtu $((1280 + RANDOM % 221)) ;;
	1) director ip link set eth0 address "$(printf '02:00:00:00:01:%02x' $((RANDOM % 256)))" ;;
	2) in_ns b1 ip link set eth0 address "$(printf '02:00:00:00:02:%02x' $((RANDOM % 256)))" ;;
	3) renamed ;;
	4) address_gone ;;
	5) eth0_replaced ;;
	6) eth1_replaced ;;
	esac
}

# What the scripts before this one had may still be on its way.
ok "the module is loaded afresh" load_again
before=$(objects)
topo_reference two-armed routed 2
director sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/keep_addr_on_down'
drop_floods
crowd_start b1 b2
service "$VIP4:7/tcp" rr 10.3.0.1 10.3.0.2
service "$VIP4:9/udp" rr 10.3.0.1 10.3.0.2
service "[$VIP6]:9/udp" rr fd00:3::1 fd00:3::2
director dsrctl device attach eth1
director dsrctl save > "$T/conf"
crowd_gather c "$VIP4" 7 tcp
floods
flooded 100
background director python3 "${0%/*}/readers.py"

made=$(director python3 "${0%/*}/namespaces.py" $((seconds * 5 / 16)) "$seed")
read -r namespaces_made services backends packets <<< "$made"
in_range "namespaces were made" "$namespaces_made" 3 1000000
ok "and all $namespaces_made are gone" wait_for 120 namespaces_are_gone
serves "namespaces came and went"

echo 0 > "$T/rounds"
ok "the module goes and comes" for_seconds $((seconds / 2)) reload
loads=$(< "$T/rounds")
serves "the module came and went $loads times"

ok "devices change and go" for_seconds $((seconds * 3 / 16)) change_a_device
changes=$(< "$T/rounds")
serves "devices changed $changes times"

topo_destroy
if [ -e /proc/allocinfo ]; then
	like "the kernel counts what the module has allocated" "$before" '^[1-9]'
	wait_for 60 objects_are "$before" || allocated | tap_comment
	ok "the module has freed what it has allocated, but for $before" objects_are "$before"
fi
echo "# figures: namespaces=$namespaces_made services=$services backends=$backends" \
	"packets=$packets loads=$loads devices=$changes"
