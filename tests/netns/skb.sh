#!/bin/bash
# Packets whose buffers are shared, in pieces, merged, or stamped with a time:
# what the director writes reaches no other copy, and all arrive as they were.
#
#   client ── router ──(eth1) director (eth0)── br0 ── b1, b2
#
#   the second part: one-armed, and the bridge floods the director's frames to
#   b1 and b2 as well, which share the buffer
# kernels: uml 6.1
. "$(dirname "$0")/lib.sh"

modprobe -q sch_fq || :

serve() {
	web_start b1
	service "$VIP4:80/tcp" rr 10.3.0.1
	service "[$VIP6]:80/tcp" rr fd00:3::1
	head -c "$(scaled 3000000 500000)" /dev/urandom > "$T/up"
}

# upload VIP FROM: to the backend, compared there; within the time that it takes
# if nothing has to be sent again and again
upload() {
	rm -f "$T/b1/up/file"
	in_ns "$2" curl -sS -f --max-time 60 -T "$T/up" "http://$(host "$1")/up/file" &&
		cmp "$T/up" "$T/b1/up/file"
}

# both NAME FROM
both() {
	ok "$1: an upload, IPv4" upload "$VIP4" "$2"
	ok "$1: an upload, IPv6" upload "$VIP6" "$2"
}

topo_reference two-armed routed 1
serve

# A capture clones every packet, and asks for a time stamp on each.
background director tcpdump -i any -w /dev/null
wait_for 30 grep -q "listening on" "$T/log"
director tc qdisc replace dev eth0 root fq
both "captured, time-stamped, through fq" client
both "through fq from the director itself" director
is "fq has dropped none" \
	"$(director tc -s -j qdisc show dev eth0 | jq '.[0] | .drops + (.horizon_drops // 0)')" 0

# The router's segments come one by one and are merged on their way in.
router ethtool -K director tso off gso off > "$T/log"
director ethtool -K eth1 gro on > "$T/log"
background director tcpdump -i eth1 -nn -c 1 -w "$T/merged" "greater 3000"
wait_for 30 grep -q "listening on eth1" "$T/log"
merged() {
	[ "$(stat -c %s "$T/merged")" -gt 3000 ]
}
both "merged by GRO" client
ok "there was something merged" wait_for 30 merged

# No checksum but a promise of one, which a plain device doesn't keep.
director ethtool -K eth0 tx off tso off gso off sg off > "$T/log"
both "to a device without offloads" client
topo_destroy

topo_reference one-armed routed 2
serve
service "$VIP4:9/udp" rr 10.3.0.1
service "[$VIP6]:9/udp" rr fd00:3::1
# The bridge learns nothing, so that all ports get what is for the director.
for port in director router b1 b2; do
	in_ns lan bridge link set dev "$port" learning off
	in_ns lan bridge fdb flush dev "$port" dynamic 2> /dev/null || :
done
in_ns lan ip link set br0 type bridge ageing_time 0
in_ns b2 ip link set eth0 promisc on
client ethtool -K eth0 tx off > "$T/log"
director_mac=$(mac director eth0)

in_ns b2 tcpdump -l -nn -v -i eth0 "udp port 9 and ether dst $director_mac" \
	> "$T/copies" 2> "$T/copies.ready" < /dev/null &
processes+=($!)
wait_for 30 grep -q "listening on" "$T/copies.ready"
head -c 800 /dev/zero > "$T/datagram"
forwarded=$(counter forwarded)
for address in "$VIP4" "$VIP6"; do
	for ((n = 0; n < 20; n++)); do
		client socat -u - "UDP:$(host "$address"):9" < "$T/datagram" || :
	done
done
ok "the director forwarded 40 datagrams" wait_for 30 counted forwarded $((forwarded + 40))
copied() {
	[ "$(grep -cE '(ttl|hlim) ' "$T/copies")" -ge 40 ]
}
ok "b2 has a copy of each" wait_for 30 copied
is "with the TTL with which they came" \
	"$(grep -oE '(ttl|hlim) [0-9]+' "$T/copies" | tr ' ' - | tally)" "hlim-63=20 ttl-63=20"
unlike "and the checksums" "$(cat "$T/copies")" 'bad .*cksum'
