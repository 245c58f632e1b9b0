#!/bin/bash
# Devices that go down and away under a flood, and while packets wait in their
# queue: they go at once, nothing waits for them, and the director serves again
# when they are back.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2
#             UDP flood       both of its legs go
# kernels: uml kcsan
. "$(dirname "$0")/lib.sh"

modprobe -q sch_netem || :
topo_reference two-armed routed 2
crowd_start b1 b2
service "$VIP4:7/tcp" rr 10.3.0.1 10.3.0.2
service "$VIP4:9/udp" rr 10.3.0.1 10.3.0.2
service "[$VIP6]:9/udp" rr fd00:3::1 fd00:3::2
director sh -c 'echo 1 > /proc/sys/net/ipv6/conf/all/keep_addr_on_down'
crowd_gather c "$VIP4" 7 tcp

floods() {
	flood_start udp from 192.168.2.1 to "$VIP4" port 9 flows 5000 rate "$(scaled 3000 500)"
	flood_start udp from fd00:5::1 to "$VIP6" port 9 flows 5000 rate "$(scaled 3000 500)"
	wait_for 30 counted forwarded $(($(counter forwarded) + 1000))
}

serves() {
	wait_for 20 backends_up "$VIP4:7/tcp"
	wait_for 20 backends_up "[$VIP6]:9/udp"
	is "$1: the director serves" "$(crowd c open 4)" "b1=2 b2=2 failed=0"
}

# packets_wait COUNT: in the queue of eth0
packets_wait() {
	director tc -s -j qdisc show dev eth0 | jq -e ".[] | select(.kind == \"netem\").qlen >= $1"
}

# Longer than anything here may take, and that goes for ARP too: the backends
# have to be known before, and are for so many seconds as they may be asked.
queue() {
	wait_for 20 backends_up "$VIP4:9/udp"
	director sysctl -q -w net.ipv4.neigh.eth0.ucast_solicit=300 \
		net.ipv6.neigh.eth0.ucast_solicit=300
	director tc qdisc add dev eth0 root netem delay 200s limit 100000
	wait_for 30 packets_wait 500
}

floods
for ((n = 0; n < $(scaled 10 5); n++)); do
	director ip link set eth0 down
	director ip link set eth0 up
	wait_for 20 backends_up "$VIP4:9/udp"
done
serves "eth0 was down and up"

for ((n = 0; n < 3; n++)); do
	ok "eth0 goes under a flood" director timeout 60 ip link del eth0
	plug director eth0
	topo_director_leg eth0
done
serves "eth0 is another"

queue
director ip link set eth0 down
not_ok "packets wait in the queue of a device that is down" packets_wait 1
director tc qdisc del dev eth0 root
director ip link set eth0 up
queue
ok "eth0 goes while packets wait in its queue" director timeout 60 ip link del eth0
plug director eth0
topo_director_leg eth0
queue
ok "eth1, by which they came, goes while they wait" director timeout 60 ip link del eth1
topo_two_armed
director tc qdisc del dev eth0 root
floods
serves "both are others"

# The namespace goes with packets in the queue: what lib.sh proves at the end.
queue
