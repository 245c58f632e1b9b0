#!/bin/bash
# Frames that cross a bridge of the director on their way to another host are
# left alone, although br_netfilter shows them to PRE_ROUTING.
#
#   client ── router ── br0 ── director, b1, b2           (lib.sh draws it)
#
#   left ── br1 in director ── right        10.2.0.1 is right's address here:
#                                           a second island with the same VIP
# kernels: 6.1 6.12
. "$(dirname "$0")/lib.sh"

modprobe -q br_netfilter || :
skip_unless "this kernel has no br_netfilter" test -e /proc/sys/net/bridge
topo_reference one-armed routed 1
web_start b1
service "$VIP4:80/tcp" rr 10.3.0.1

make_ns left right
ip -n "$P-director" link add br1 type bridge stp_state 0 mcast_snooping 0
ip -n "$P-director" link set br1 up
for name in left right; do
	link "$name" eth0 director "$name"
	ip -n "$P-director" link set "$name" master br1
done
ip -n "$P-left" addr add 10.2.0.9/24 dev eth0
ip -n "$P-right" addr add "$VIP4/24" dev eth0
background right socat TCP-LISTEN:80,fork,reuseaddr SYSTEM:'echo right'
wait_for 30 in_ns right socat -u "TCP:$VIP4:80" -

received=$(counter received)
is "the bridge's other side answers" "$(in_ns left socat -u -T 30 "TCP:$VIP4:80" -)" right
is "dsr has not seen a packet of it" "$(counter received)" "$received"
is "the VIP's own clients are served" "$(ask 1 "$VIP4")" b1
topo_destroy
modprobe -q -r br_netfilter || :
